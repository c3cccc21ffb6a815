/*
 * Must never read a file or a clock: the table of shifts is made elsewhere.
 * Serves R48.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "zone.h"

#include "check.h"

#define DAY (86400 * CG_SECOND)

/* The last shift at or before |at|, else the first. */
static size_t shift_at(const struct cg_zone *zone, cg_time at)
{
    size_t low = 0;
    size_t high = zone->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->shifts[middle].at <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static cg_time offset_at(const struct cg_zone *zone, cg_time at)
{
    return zone->count == 0 ? 0 : zone->shifts[shift_at(zone, at)].offset;
}

cg_time cg_zone_moment(const struct cg_zone *zone, cg_time local)
{
    if (zone->count == 0) {
        return local;
    }
    /* No zone is two days away from UTC. */
    size_t i = shift_at(zone, local - 2 * DAY);
    cg_time moment = local - zone->shifts[i].offset;
    while (i + 1 < zone->count && moment >= zone->shifts[i + 1].at) {
        i++;
        moment = local - zone->shifts[i].offset;
        if (moment < zone->shifts[i].at) {
            return zone->shifts[i].at; /* it was skipped */
        }
    }
    return moment;
}

int64_t cg_zone_day(const struct cg_zone *zone, cg_time at)
{
    cg_time local = at + offset_at(zone, at);
    return local / DAY - (local % DAY < 0 ? 1 : 0);
}

cg_time cg_zone_next(const struct cg_zone *zone, cg_time of_day, cg_time after)
{
    CG_ASSERT(of_day >= 0);
    CG_ASSERT(of_day < DAY);
    int64_t day = cg_zone_day(zone, after) - 1;
    while (cg_zone_moment(zone, day * DAY + of_day) <= after) {
        day++;
    }
    return cg_zone_moment(zone, day * DAY + of_day);
}

cg_time cg_zone_last(const struct cg_zone *zone, cg_time of_day, cg_time until)
{
    CG_ASSERT(of_day >= 0);
    CG_ASSERT(of_day < DAY);
    int64_t day = cg_zone_day(zone, until) + 1;
    while (cg_zone_moment(zone, day * DAY + of_day) > until) {
        day--;
    }
    return cg_zone_moment(zone, day * DAY + of_day);
}
