/*
 * Tenor buckets: "0-2Y", "2Y-5Y", ..., "30Y-".  A maturity on an edge belongs
 * to the bucket that the edge ends (R10).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_BUCKETS_H
#define CG_GATE_CONFIG_BUCKETS_H

#include <creditgate/config.h>

/* What [RATES] has without TenorBuckets=. */
#define CG_BUCKETS_DEFAULT "2Y,5Y,10Y,30Y"

/*
 * Reads edges such as "2Y,5Y,18M", which must rise.  NULL, or what is wrong
 * with them, to be put behind "TenorBuckets=... ".
 */
const char *cg_buckets_parse(struct cg_config_buckets *buckets,
                             const char *edges);

#endif
