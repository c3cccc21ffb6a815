/*
 * Another configuration for a gate that runs.
 *
 * What contradicts is found before anything changes, and then all is taken in
 * one event: names and what follows from settings as facts, as at a start, so
 * that the next start on this configuration comes to the same books.  Rules:
 * R7, R11, R17, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_setup.h"

#include "gate_instrument.h"
#include "image.h"
#include <config_compare.h>

/* --- what cannot be taken --------------------------------------------------
 */

static void
contradicted(void *user, int line, const char *wrong, const char *remedy)
{
    cg_change_tell(user, CG_CHANGE_MISTAKE, line, "%s; %s", wrong, remedy);
}

int cg_gate_renewal_check(const struct cg_renewal *renewal)
{
    struct cg_changes changes = {.tell = renewal->report,
                                 .user = renewal->user};
    struct cg_contradictions found = {
        .tell = contradicted,
        .user = &changes,
        .no_names = "restart the gate, which makes room",
    };
    cg_gate_contradict_live(renewal->gate, renewal->config, &found);
    return found.count > 0 ? CG_ERR_CONFIG
                           : cg_config_keep(renewal->config,
                                            renewal->gate->config, &changes);
}

/* --- what is taken ---------------------------------------------------------
 */

/* On record, and to the host. */
static void taken(void *user, enum cg_change change, int line, const char *text)
{
    const struct cg_renewal *renewal = user;
    char words[CG_NOTE_LEN];
    struct cg_fact fact = cg_fact_of(CG_FACT_NOTED);
    snprintf(words, sizeof(words), "configuration: %s", text);
    fact.text = words;
    fact.text_len = strlen(words);
    cg_engine_record(renewal->gate->engine, &fact);
    renewal->report(renewal->user, change, line, text);
}

/* Levels of their own, or those that a limit has when nobody configures it. */
static void arm_levels(const struct cg_gate *gate,
                       const struct cg_config *config)
{
    static const struct cg_limit nobody_s;
    struct cg_limit unset = nobody_s;
    const struct cg_config *before = gate->config;
    const struct cg_state *state = &gate->engine->state;
    size_t next = 0;
    cg_limit_unset(&unset);
    for (size_t i = 0; i < before->credit_limit_count; i++) {
        const char *id = before->credit_limits[i].id;
        const struct cg_config_limit *now = cg_config_find_limit(config, id,
                                                                 &next);
        uint32_t slot = cg_state_limit(state, cg_slice_str(id));
        const struct cg_limit *limit = &state->limits[slot];
        if (limit->kind != CG_LIMIT_DV01) {
            continue;
        }
        if (now != NULL) {
            cg_engine_levels_arm(gate->engine, slot, now->warning_percent,
                                 now->warnings);
        } else {
            cg_engine_levels_arm(gate->engine, slot, unset.warning_percent,
                                 unset.warnings);
        }
    }
}

void cg_gate_renew(const struct cg_renewal *renewal)
{
    struct cg_gate *gate = renewal->gate;
    struct cg_engine *engine = gate->engine;
    struct cg_changes changes = {
        .tell = taken, .user = (void *)renewal, .state = &engine->state};
    struct cg_engine_config settings = cg_gate_engine_config(renewal->config);
    cg_config_compare(gate->config, renewal->config, &changes);
    arm_levels(gate, renewal->config);
    gate->config = renewal->config;
    gate->rates = renewal->rates;
    cg_engine_settings(engine, &settings);
    cg_settings_forget(&engine->state);
    cg_gate_rows_clear(gate);
    cg_gate_set(gate);
    if (gate->rates != NULL) {
        cg_gate_instruments_rate(gate);
    }
    if (changes.counts[CG_CHANGE_TAKEN] > 0) {
        cg_engine_times_set(engine);
    }
    cg_gate_set_amounts(gate);
    if (changes.counts[CG_CHANGE_TAKEN] > 0) {
        cg_engine_settings_settle(engine);
    }
}
