/*
 * A configuration is taken over: at the start, or while the gate runs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_SETUP_H
#define CG_GATE_SETUP_H

#include "decide.h"
#include "gate_internal.h"

/* What in a configuration the journal, or the gate that runs, has otherwise. */
struct cg_contradictions {
    void (*tell)(void *user, int line, const char *wrong, const char *remedy);
    void *user;
    uint32_t count;
    const char *no_names; /* the remedy for too many names */
    bool firms_change;    /* accounts have other firms: their limits, too */
};

/* Tells of each that a start, or a gate that runs, cannot take. */
void cg_gate_contradict(const struct cg_gate *gate,
                        const struct cg_config *config,
                        struct cg_contradictions *found);
void cg_gate_contradict_live(const struct cg_gate *gate,
                             const struct cg_config *config,
                             struct cg_contradictions *found);

/*
 * Names what |gate|'s configuration knows, as facts, and takes its settings
 * over; it contradicts nothing.  Amounts and what they do are left to
 * cg_gate_set_amounts().
 */
void cg_gate_set(struct cg_gate *gate);
void cg_gate_set_amounts(struct cg_gate *gate);

/* Another configuration for a gate that runs (gate_reconfigure.c). */
struct cg_renewal {
    struct cg_gate *gate;
    struct cg_config *config;
    const struct cg_rates *rates;
    void (*report)(void *user,
                   enum cg_change change,
                   int line,
                   const char *text);
    void *user;
};

/* Before the event: whether it can be taken; sets in it what cannot change.
 * Errors as cg_gate_reconfigure(). */
int cg_gate_renewal_check(const struct cg_renewal *renewal);

/* The event itself. */
void cg_gate_renew(const struct cg_renewal *renewal);

/* What of a configuration is the engine's. */
struct cg_engine_config cg_gate_engine_config(const struct cg_config *config);

#endif
