/*
 * Limits that their owner defines through the gate: CS.
 *
 * Each party entry is taken or refused on its own, and never changed, so that
 * what the owner has on record is what binds.  Rules: R6, R15, R19.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

enum { CT_ACCEPTED, CT_WITH_CHANGES, CT_REJECTED };

/* The part of |event| that party entry |entry| is, from limit |*at| on. */
static struct cg_update_event
part_of(const struct cg_update_event *event, uint32_t entry, uint32_t *at)
{
    struct cg_update_event part = *event;
    part.limits = &event->limits[*at];
    part.count = 0;
    while (*at < event->count && event->limits[*at].entry == entry) {
        part.count++;
        (*at)++;
    }
    return part;
}

static struct cg_effect *
define_ack(struct cg_engine *engine, uint32_t status, enum cg_result result)
{
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_DEFINITION_ACK);
    effect->session = engine->cause_session;
    effect->value = status;
    effect->reject = (uint32_t)result;
    return effect;
}

static enum cg_result part_take(struct cg_engine *engine,
                                const struct cg_update_event *part,
                                bool repeat)
{
    enum cg_result result = repeat ? CG_RESULT_OK
                                   : cg_update_result(engine, part);
    if (result == CG_RESULT_OK && !repeat) {
        cg_update_apply(engine, part);
    } else if (result != CG_RESULT_OK) {
        cg_note(engine, "ALARM: limit definition %.*s refused: result %d",
                (int)part->id.len, part->id.data, (int)result);
    }
    return result;
}

void cg_engine_define(struct cg_engine *engine,
                      const struct cg_update_event *event)
{
    enum cg_result first = CG_RESULT_OK;
    uint32_t taken = 0;
    uint32_t at = 0;
    if (event->bad || event->entries > CG_DEFINITIONS_MAX) {
        cg_note(engine, "ALARM: limit definition %.*s has too many entries",
                (int)event->id.len, event->id.data);
        define_ack(engine, CT_REJECTED, CG_RESULT_OTHER)->whole = true;
        return;
    }
    bool repeat = cg_update_is_repeat(engine, event);
    for (uint32_t i = 0; i < event->entries; i++) {
        struct cg_update_event part = part_of(event, i, &at);
        engine->results[i] = part_take(engine, &part, repeat);
        taken += engine->results[i] == CG_RESULT_OK;
        first = first == CG_RESULT_OK ? engine->results[i] : first;
    }
    uint32_t status = taken == event->entries
                          ? CT_ACCEPTED
                          : (taken > 0 ? CT_WITH_CHANGES : CT_REJECTED);
    (void)define_ack(engine, status, first);
}
