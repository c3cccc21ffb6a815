/*
 * Instruments whose DV01 comes from a curve: rows with a convention and a swap
 * (R2, R4).  Must never guess which swap is meant.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_swaps.h>

#include <config_buckets.h>
#include <config_families.h>
#include <convention.h>
#include <stdio.h>
#include <string.h>
#include <text.h>

#define SWAP_REMEDY                                                            \
    "write a swap such as 10Y, 18M, 5Yx5Y, IMM1x5Y or "                        \
    "2026-03-18/2031-03-18"

/* "did you mean USD_SOFR ?", or those that there are. */
static void suggest(const struct cg_conventions *conventions,
                    const char *word,
                    char *remedy,
                    size_t size)
{
    size_t len = (size_t)snprintf(remedy, size, "write one of");

    for (size_t i = 0; i < conventions->count && len < size; i++) {
        const char *name = conventions->items[i].name;

        if (cg_text_is_near(word, name)) {
            (void)snprintf(remedy, size, "did you mean %s ?", name);
            return;
        }
        len += (size_t)snprintf(remedy + len, size - len, "%s %s",
                                i > 0 ? "," : "", name);
    }
}

/* The currency is the convention's, or left out. */
static void read_convention(struct cg_config_reader *reader,
                            struct cg_csv *csv,
                            const char *name,
                            struct cg_config_instrument *row)
{
    const struct cg_conventions *conventions =
        reader->config->rates.conventions;
    size_t at;
    char remedy[256];

    if (conventions == NULL || conventions->count == 0) {
        return; /* a mistake already */
    }
    at = cg_conventions_find(conventions, name);
    if (at == SIZE_MAX) {
        suggest(conventions, name, remedy, sizeof(remedy));
        cg_csv_mistake(csv, remedy, "the convention %.63s is not known", name);
        return;
    }
    memcpy(row->convention, conventions->items[at].name,
           sizeof(row->convention));
    if (row->currency[0] == '\0') {
        memcpy(row->currency, conventions->items[at].currency,
               sizeof(row->currency));
    } else if (strcmp(row->currency, conventions->items[at].currency) != 0) {
        cg_csv_mistake(csv, "correct one of the two, or leave currency empty",
                       "the currency is %s, but %s is in %s", row->currency,
                       name, conventions->items[at].currency);
    }
}

/* Whether anything that a '*' may stand for makes a swap of |swap|. */
static bool can_be_swap(const char *swap)
{
    static const char *const rests[] = {
        "1",   "10Y",  "1Y",         "Y",  "1x5Y",   "5Yx5Y",
        "x5Y", "1Yx1", "2026-03-18", "1x", "3-18/2", "2026-03-18/2031-03-18"};
    char text[CG_NAME_MAX + 1];
    struct cg_swap_spec spec;

    for (size_t i = 0; i < sizeof(rests) / sizeof(rests[0]); i++) {
        if (cg_family_swap_text(swap, cg_slice_str(rests[i]), text) &&
            cg_swap_parse(cg_slice_str(text), &spec)) {
            return true;
        }
    }
    return false;
}

/* A row that stands for many: by a '*', or by the dates of the order. */
static void read_family(struct cg_csv *csv,
                        const char *swap,
                        const struct cg_config_instrument *row)
{
    const char *star = strchr(row->symbol, '*');

    if (star != NULL && strchr(star + 1, '*') != NULL) {
        cg_csv_mistake(csv, "keep one", "the instrument has more than one '*'");
    } else if (strcmp(swap, CG_SWAP_DATES) == 0) {
        return;
    } else if (strchr(swap, '*') == NULL) {
        cg_csv_mistake(csv,
                       "write * for what the '*' of the instrument stands for, "
                       "or dates",
                       "the instrument has a '*', the swap %.63s has none",
                       swap);
    } else if (star == NULL) {
        cg_csv_mistake(csv, "write one in the instrument, too, or a whole swap",
                       "the swap has a '*', the instrument has none");
    } else if (!can_be_swap(swap)) {
        cg_csv_mistake(csv, "write *, or such as *Y or 5Yx*",
                       "the swap %.63s is none, whatever its '*' stands for",
                       swap);
    }
}

/* The bucket of what always has the same maturity. */
static void set_bucket(struct cg_config_reader *reader,
                       struct cg_csv *csv,
                       const struct cg_swap_spec *spec,
                       struct cg_config_instrument *row)
{
    const struct cg_config_buckets *buckets = &reader->config->rates.buckets;
    uint32_t bucket;

    if (row->tenor[0] != '\0') {
        return;
    }
    if (cg_bucket_of_tenor(buckets, spec, &bucket)) {
        memcpy(row->tenor, buckets->labels[bucket],
               sizeof(buckets->labels[bucket]));
        return;
    }
    cg_csv_mistake(csv, "write the bucket into the column tenor, such as 2Y-5Y",
                   "the bucket of fixed dates changes as time goes by");
}

static void read_fixed(struct cg_config_reader *reader,
                       struct cg_csv *csv,
                       const char *swap,
                       struct cg_config_instrument *row)
{
    struct cg_swap_spec spec;

    if (!cg_swap_parse(cg_slice_str(swap), &spec)) {
        cg_csv_mistake(csv, SWAP_REMEDY ", or dates",
                       "the swap %.63s is not understood", swap);
    } else if (spec.start == CG_START_DATE && spec.has_end &&
               spec.end_date <= spec.start_date) {
        cg_csv_mistake(csv, "write the start, then the end",
                       "the swap %.63s ends before it starts", swap);
    } else {
        set_bucket(reader, csv, &spec, row);
    }
}

void cg_config_read_swap(struct cg_config_reader *reader,
                         struct cg_csv *csv,
                         const char *convention,
                         const char *swap,
                         struct cg_config_instrument *row)
{
    if (reader->rates == NULL) {
        if (!reader->curves_asked) {
            cg_csv_mistake(csv, "add a section [RATES] with ParRates=",
                           "a convention needs par rates, and there is no "
                           "[RATES]");
        }
        reader->curves_asked = true;
        return;
    }
    reader->curves_asked = true;
    if (*convention == '\0') {
        cg_csv_mistake(csv, "write the convention, such as USD_SOFR",
                       "the row has a swap, but no convention");
    } else {
        read_convention(reader, csv, convention, row);
    }
    if (*swap == '\0') {
        cg_csv_mistake(csv, SWAP_REMEDY ", or dates",
                       "the row has a convention, but no swap");
        return;
    }
    if (strlen(swap) > CG_NAME_MAX) {
        cg_csv_mistake(csv, SWAP_REMEDY, "the swap is too long");
        return;
    }
    memcpy(row->swap, swap, strlen(swap) + 1);
    row->family = strchr(row->symbol, '*') != NULL ||
                  strchr(swap, '*') != NULL || cg_family_is_dated(row);
    if (row->family) {
        read_family(csv, swap, row);
    } else {
        read_fixed(reader, csv, swap, row);
    }
}
