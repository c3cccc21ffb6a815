/*
 * Tenor buckets.  Must never leave a maturity between two of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_buckets.h>

#include <slice.h>
#include <stdio.h>
#include <string.h>

#define EDGE_MONTHS_MAX 1200 /* 100 years */

/* Reads "2Y" or "18M"; 0 for anything else. */
static uint32_t edge_months(struct cg_slice text)
{
    uint32_t number = 0;
    char unit = text.len > 0 ? text.data[text.len - 1] : '\0';

    if (text.len < 2 || text.len > 5 || (unit != 'Y' && unit != 'M')) {
        return 0;
    }
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return 0;
        }
        number = number * 10 + (uint32_t)(text.data[i] - '0');
    }
    number *= unit == 'Y' ? 12 : 1;
    return number <= EDGE_MONTHS_MAX ? number : 0;
}

/* Takes one word off the list |*at|, which becomes NULL behind the last. */
static struct cg_slice cut_word(const char **at)
{
    const char *start = *at + strspn(*at, " ");
    size_t len = strcspn(start, ",");

    *at = start[len] == ',' ? start + len + 1 : NULL;
    while (len > 0 && start[len - 1] == ' ') {
        len--;
    }
    return (struct cg_slice){start, len};
}

const char *cg_buckets_parse(struct cg_config_buckets *buckets,
                             const char *edges)
{
    struct cg_config_buckets read = {0};
    struct cg_slice before = {"0", 1};

    for (const char *at = edges; at != NULL;) {
        struct cg_slice word = cut_word(&at);
        uint32_t months = edge_months(word);

        if (months == 0) {
            return "holds what is no number of years or months";
        }
        if (read.count > 0 && months <= read.edge_months[read.count - 1]) {
            return "does not rise from edge to edge";
        }
        if (read.count == CG_BUCKET_EDGES_MAX) {
            return "has more than 15 edges";
        }
        (void)snprintf(read.labels[read.count], sizeof(read.labels[0]),
                       "%.*s-%.*s", (int)before.len, before.data, (int)word.len,
                       word.data);
        read.edge_months[read.count++] = months;
        before = word;
    }
    (void)snprintf(read.labels[read.count], sizeof(read.labels[0]), "%.*s-",
                   (int)before.len, before.data);
    *buckets = read;
    return NULL;
}

/* The first bucket whose edge is not before |length|. */
static uint32_t bucket_of_length(const struct cg_config_buckets *buckets,
                                 struct cg_tenor length)
{
    uint32_t at = 0;

    while (at < buckets->count) {
        struct cg_tenor edge = {.months = (int)buckets->edge_months[at]};

        if (cg_tenor_compare(length, edge) <= 0) {
            break;
        }
        at++;
    }
    return at;
}

bool cg_bucket_of_tenor(const struct cg_config_buckets *buckets,
                        const struct cg_swap_spec *spec,
                        uint32_t *bucket)
{
    struct cg_tenor length = spec->tenor;

    if (spec->start == CG_START_DATE || spec->has_end) {
        return false;
    }
    if (spec->start == CG_START_FORWARD) {
        length.months += spec->forward.months;
        length.days += spec->forward.days;
    } else if (spec->start == CG_START_IMM) {
        length.months += 3 * spec->imm;
    }
    *bucket = bucket_of_length(buckets, length);
    return true;
}

/* Where the swap from spot of |months| ends; the end of time when the calendar
 * does not say: what it can price is before that. */
static cg_date edge_date(const struct cg_convention *convention,
                         cg_date today,
                         uint32_t months)
{
    struct cg_swap_spec spec = {.start = CG_START_SPOT,
                                .tenor = {.months = (int)months}};
    struct cg_swap_dates dates;

    return cg_swap_dates(convention, today, &spec, &dates) == CG_SWAP_OK
               ? dates.end
               : CG_DATE_MAX;
}

uint32_t cg_bucket_of_swap(const struct cg_config_buckets *buckets,
                           const struct cg_swap_spec *spec,
                           const struct cg_convention *convention,
                           cg_date today,
                           cg_date end)
{
    uint32_t at = 0;

    if (cg_bucket_of_tenor(buckets, spec, &at)) {
        return at;
    }
    while (at < buckets->count &&
           edge_date(convention, today, buckets->edge_months[at]) < end) {
        at++;
    }
    return at;
}
