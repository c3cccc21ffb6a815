/*
 * Names of swaps.  Must never take half of a text for a swap.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <swap.h>

#include <check.h>

static struct cg_slice part(struct cg_slice text, size_t from, size_t to)
{
    return (struct cg_slice){text.data + from, to - from};
}

static size_t find(struct cg_slice text, char c, size_t from)
{
    while (from < text.len && text.data[from] != c) {
        from++;
    }
    return from;
}

/* start/end, start/tenor, /end */
static bool parse_dates(struct cg_slice text, struct cg_swap_spec *spec)
{
    size_t slash = find(text, '/', 0);
    struct cg_slice end;

    if (slash == text.len) {
        return false;
    }
    if (slash > 0) {
        spec->start = CG_START_DATE;
        if (!cg_date_parse(part(text, 0, slash), &spec->start_date)) {
            return false;
        }
    }
    end = part(text, slash + 1, text.len);
    spec->has_end = cg_date_parse(end, &spec->end_date);
    return spec->has_end || (slash > 0 && cg_tenor_parse(end, &spec->tenor));
}

/* The |imm| of IMM1x5Y: two digits at most, as 99 of them are 24 years. */
static bool parse_imm_number(struct cg_slice text, int *number)
{
    if (text.len == 0 || text.len > 2 || text.data[0] == '0') {
        return false;
    }
    *number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        *number = *number * 10 + (text.data[i] - '0');
    }
    return true;
}

static bool parse_imm(struct cg_slice text, struct cg_swap_spec *spec)
{
    static const struct cg_slice imm = {"IMM", 3};
    static const struct cg_slice third = {"_3W", 3};
    size_t x = find(text, 'x', 0);

    if (x == text.len || !cg_slice_equal(part(text, 0, x < 3 ? x : 3), imm) ||
        !parse_imm_number(part(text, 3, x), &spec->imm)) {
        return false;
    }
    text = part(text, x + 1, text.len);
    if (text.len > 3 &&
        cg_slice_equal(part(text, text.len - 3, text.len), third)) {
        spec->imm_dates = true;
        text.len -= 3;
    }
    spec->start = CG_START_IMM;
    return cg_tenor_parse(text, &spec->tenor) &&
           !(spec->imm_dates && spec->tenor.days != 0);
}

/* A tenor may hold an x itself: 5Yx13x1 is 13x1 in 5Y. */
static bool parse_forward(struct cg_slice text, struct cg_swap_spec *spec)
{
    spec->start = CG_START_FORWARD;
    for (size_t x = find(text, 'x', 0); x < text.len;
         x = find(text, 'x', x + 1)) {
        if (cg_tenor_parse(part(text, 0, x), &spec->forward) &&
            cg_tenor_parse(part(text, x + 1, text.len), &spec->tenor)) {
            return true;
        }
    }
    return false;
}

static bool parse_spot(struct cg_slice text, struct cg_swap_spec *spec)
{
    return cg_tenor_parse(text, &spec->tenor);
}

bool cg_swap_parse(struct cg_slice text, struct cg_swap_spec *spec)
{
    static bool (*const forms[])(struct cg_slice, struct cg_swap_spec *) = {
        parse_spot, parse_imm, parse_forward, parse_dates};

    for (size_t i = 0; i < CG_COUNT(forms); i++) {
        struct cg_swap_spec read = {.start = CG_START_SPOT};

        if (forms[i](text, &read)) {
            *spec = read;
            return true;
        }
    }
    return false;
}

const char *cg_swap_error_text(enum cg_swap_error error)
{
    static const char *const texts[] = {
#define CG_SWAP_ERROR(name, text) [CG_SWAP_##name] = text,
        CG_SWAP_ERRORS(CG_SWAP_ERROR)
#undef CG_SWAP_ERROR
    };

    CG_ASSERT((size_t)error < CG_COUNT(texts));
    return texts[error];
}
