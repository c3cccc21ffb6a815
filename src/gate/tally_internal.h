/*
 * What the files of a tally share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_TALLY_INTERNAL_H
#define CG_GATE_TALLY_INTERNAL_H

#include "gate_internal.h"
#include "tally.h"

enum { TOUCHED_MAX = 32 };

struct cg_tally_peak {
    bool some;
    bool has_amount;
    cg_dv01 use;
    cg_dv01 amount;
    cg_time at;
};

struct cg_tally {
    const struct cg_state *state; /* NULL: no gate yet */
    const struct cg_gate *gate;
    struct cg_tally_counts counts;
    struct cg_tally_peak *peaks; /* by limit */
    cg_time *sent_at; /* by order: until the venue's first word; or 0 */
    struct cg_tally_firm *firms[CG_TALLY_FIRMS + 1];
    uint32_t touched[TOUCHED_MAX]; /* limits, by the event at hand */
    uint32_t touched_count;
    bool touched_all;
    uint16_t firm; /* of the event */
    bool at_event; /* facts of it have come */
    cg_time now;
};

#endif
