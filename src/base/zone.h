/*
 * Times of day in a zone, by integers alone.
 *
 * Every calendar day has each time of day exactly once: a time that comes twice
 * counts when it comes first, and one that is skipped counts at the skip.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_ZONE_H
#define CG_BASE_ZONE_H

#include <creditgate/types.h>

/* When local time was set anew. */
struct cg_zone_shift {
    cg_time at;     /* from here on ... */
    cg_time offset; /* ... local time is UTC plus this */
};

/* Rising; the first one also holds before it.  None at all is UTC. */
struct cg_zone {
    struct cg_zone_shift *shifts;
    size_t count;
};

/* The first moment after |after| at which it is |of_day| past midnight. */
cg_time cg_zone_next(const struct cg_zone *zone, cg_time of_day, cg_time after);

/* The last such moment that is not after |until|. */
cg_time cg_zone_last(const struct cg_zone *zone, cg_time of_day, cg_time until);

/* The first moment at which it is |local|, in local time since 1970, or past.
 */
cg_time cg_zone_moment(const struct cg_zone *zone, cg_time local);

/* The number since 1970 of the calendar day that it is at |at|. */
int64_t cg_zone_day(const struct cg_zone *zone, cg_time at);

#endif
