/*
 * A time zone, as far as a gate needs it: when local time was set anew, and by
 * how much it differs from UTC from then on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_ZONE_H
#define CREDITGATE_ZONE_H

#include <creditgate/types.h>
#include <stddef.h>

struct cg_zone_shift {
    cg_time at;     /* from here on ... */
    cg_time offset; /* ... local time is UTC plus this */
};

/* Rising; the first one also holds before it.  None at all is UTC. */
struct cg_zone {
    struct cg_zone_shift *shifts;
    size_t count;
};

#endif
