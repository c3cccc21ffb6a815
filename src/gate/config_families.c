/*
 * Families of instruments.  Must never take what is not wholly a swap: an
 * instrument that is guessed has a wrong DV01.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_families.h>

#include <string.h>

/* What the one '*' of |pattern| stands for in |symbol|; false when |symbol| is
 * not in it.  It stands for one byte at least. */
static bool
star_of(const char *pattern, struct cg_slice symbol, struct cg_slice *rest)
{
    const char *star = strchr(pattern, '*');
    size_t before = (size_t)(star - pattern);
    size_t after = strlen(star + 1);

    if (symbol.len <= before + after ||
        memcmp(symbol.data, pattern, before) != 0 ||
        memcmp(symbol.data + symbol.len - after, star + 1, after) != 0) {
        return false;
    }
    *rest = (struct cg_slice){symbol.data + before,
                              symbol.len - before - after};
    return true;
}

bool cg_family_is_dated(const struct cg_config_instrument *row)
{
    return strcmp(row->swap, CG_SWAP_DATES) == 0;
}

bool cg_family_swap_text(const char *swap,
                         struct cg_slice rest,
                         char text[CG_NAME_MAX + 1])
{
    const char *star = strchr(swap, '*');
    size_t before = (size_t)(star - swap);
    size_t after = strlen(star + 1);

    if (before + rest.len + after > CG_NAME_MAX) {
        return false;
    }
    memcpy(text, swap, before);
    memcpy(text + before, rest.data, rest.len);
    memcpy(text + before + rest.len, star + 1, after + 1);
    return true;
}

static bool takes(const struct cg_config_instrument *row,
                  struct cg_slice symbol,
                  struct cg_swap_spec *spec)
{
    char text[CG_NAME_MAX + 1];
    struct cg_slice rest;

    if (!star_of(row->symbol, symbol, &rest)) {
        return false;
    }
    return cg_family_is_dated(row) ||
           (cg_family_swap_text(row->swap, rest, text) &&
            cg_swap_parse(cg_slice_str(text), spec));
}

const struct cg_config_instrument *
cg_family_find(const struct cg_config *config,
               struct cg_slice symbol,
               bool dated,
               struct cg_swap_spec *spec)
{
    const struct cg_config_instrument *found = NULL;

    for (size_t i = 0; i < config->family_count; i++) {
        const struct cg_config_instrument *row =
            &config->instruments[config->families[i]];

        if (cg_family_is_dated(row) != dated) {
            continue;
        }
        if (strchr(row->symbol, '*') == NULL) {
            if (cg_slice_is(symbol, row->symbol)) {
                return row;
            }
        } else if (found == NULL && takes(row, symbol, spec)) {
            found = row;
        }
    }
    return found;
}
