/*
 * Tenor buckets: "0-2Y", "2Y-5Y", ..., "30Y-".  A maturity on an edge belongs
 * to the bucket that the edge ends (R10).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_BUCKETS_H
#define CG_GATE_CONFIG_BUCKETS_H

#include <configuration.h>
#include <swap.h>

/* What [RATES] has without TenorBuckets=. */
#define CG_BUCKETS_DEFAULT "2Y,5Y,10Y,30Y"

/*
 * Reads edges such as "2Y,5Y,18M", which must rise.  NULL, or what is wrong
 * with them, to be put behind "TenorBuckets=... ".
 */
const char *cg_buckets_parse(struct cg_config_buckets *buckets,
                             const char *edges);

/*
 * The place of the label of a swap whose maturity stays the same as days pass:
 * from spot, forward, or from the n-th IMM date, which counts as 3n months
 * ahead.  False for one with dates of its own.
 */
bool cg_bucket_of_tenor(const struct cg_config_buckets *buckets,
                        const struct cg_swap_spec *spec,
                        uint32_t *bucket);

/*
 * The place of the label of any swap.  One with dates goes by |end|, where it
 * ends: what ends with or before the swap from spot of an edge's length, if
 * both are made on the day |today|, is before that edge.
 */
uint32_t cg_bucket_of_swap(const struct cg_config_buckets *buckets,
                           const struct cg_swap_spec *spec,
                           const struct cg_convention *convention,
                           cg_date today,
                           cg_date end);

#endif
