/*
 * Limit updates that come in parts (893): they are kept until the last one is
 * there, and then count as one, or not at all.
 *
 * The state knows only that a set is open, so that after a crash its last part
 * is not taken for a whole snapshot.  Rule: R15.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"
#include "update_set.h"

/* What ties the parts of one update together: the kind of message, and the
 * request (1666) that they answer. */
static uint64_t key_of(const struct cg_update_event *event)
{
    return cg_hash(event->snapshot ? 1 : 2, event->request) | 1; /* never 0 */
}

static struct cg_update_set *set_of(struct cg_engine *engine,
                                    cg_session session)
{
    for (uint32_t i = 0;; i++) {
        CG_ASSERT(i < engine->update_set_count); /* each hub has one */
        struct cg_update_set *set = &engine->update_sets[i];
        if (set->session == CG_SESSION_NONE) {
            set->session = session;
        }
        if (set->session == session) {
            return set;
        }
    }
}

static void parts_record(struct cg_engine *engine, uint64_t key)
{
    cg_session hub = engine->cause_session;
    if (engine->state.sessions[hub].parts != key) {
        struct cg_fact fact = cg_fact_of(CG_FACT_HUB_IN_PARTS);
        fact.session = hub;
        fact.value = key != 0;
        fact.hash = key;
        cg_engine_record(engine, &fact);
    }
}

/* The parts that were taken before are not: their DE said something else. */
static void parts_revoke(struct cg_engine *engine,
                         struct cg_update_set *set,
                         struct cg_slice but)
{
    const char *last = NULL;
    for (uint32_t i = 0; i < set->id_count; i++) {
        const char *id = set->ids[set->turn][i];
        if ((last != NULL && strcmp(id, last) == 0) || cg_slice_is(but, id)) {
            continue;
        }
        last = id;
        cg_update_ack(engine, false, CG_DE_OTHER)->text = id;
    }
    set->id_count = 0;
}

/* Another update came before this one was whole. */
static void parts_drop(struct cg_engine *engine)
{
    struct cg_update_set *set = set_of(engine, engine->cause_session);
    if (set->open) {
        cg_note(engine, "ALARM: a limit update in parts was never completed");
        parts_revoke(engine, set, (struct cg_slice){NULL, 0});
        set->open = false;
    }
    parts_record(engine, 0);
}

void cg_parts_lose(struct cg_engine *engine)
{
    struct cg_update_set *set = set_of(engine, engine->cause_session);
    if (set->open) {
        cg_note(engine, "ALARM: a limit update in parts was cut short");
        set->open = false; /* the state still refuses what is left of it */
    }
}

/* Whether |part| goes on with the set that is open.  Some hubs give all parts
 * one 1667, others one each. */
static bool part_follows(const struct cg_engine *engine,
                         const struct cg_update_set *set,
                         const struct cg_update_event *part)
{
    cg_session hub = engine->cause_session;
    if (engine->state.sessions[hub].parts != key_of(part)) {
        return false;
    }
    if (!set->open || set->id_count == 0 ||
        cg_slice_is(part->id, set->ids[set->turn][0])) {
        return true;
    }
    return !set->same_ids && !cg_update_set_overlaps(set, part);
}

/* 0 when the part was added, else the reason for DE. */
static uint32_t part_add(struct cg_engine *engine,
                         struct cg_update_set *set,
                         const struct cg_update_event *part)
{
    if (!set->open || set->spoilt) {
        return CG_DE_OTHER;
    }
    uint32_t fault = cg_update_fault(engine, part);
    if (fault == 0 && cg_update_set_overlaps(set, part)) {
        fault = CG_DE_OTHER;
    }
    if (fault == 0 && !cg_update_set_add(set, part)) {
        fault = CG_DE_OTHER;
    }
    if (fault == 0 && part->last_fragment && set->parties < set->total) {
        fault = CG_DE_OTHER;
    }
    return fault;
}

static void part_refuse(struct cg_engine *engine,
                        struct cg_update_set *set,
                        const struct cg_update_event *part,
                        uint32_t fault)
{
    cg_update_refuse(engine, part, fault);
    parts_revoke(engine, set, part->id);
    set->spoilt = true;
}

enum cg_parts cg_parts_take(struct cg_engine *engine,
                            const struct cg_update_event *event,
                            struct cg_update_event *whole)
{
    struct cg_update_set *set = set_of(engine, engine->cause_session);
    if (event->refused || (!event->fragment && !event->last_fragment)) {
        if (event->snapshot || event->refused) {
            parts_drop(engine);
        }
        return CG_PARTS_NONE;
    }
    if (!part_follows(engine, set, event)) {
        parts_drop(engine);
        if (event->last_fragment && event->parties >= event->total) {
            return CG_PARTS_NONE; /* the first is the last: it is whole */
        }
        cg_update_set_begin(set, event);
    }
    uint32_t fault = part_add(engine, set, event);
    parts_record(engine, event->fragment ? key_of(event) : 0);
    if (fault != 0) {
        part_refuse(engine, set, event, fault);
    } else if (event->fragment) {
        (void)cg_update_ack(engine, true, 0);
    } else {
        *whole = cg_update_set_whole(set, event);
    }
    set->open = set->open && event->fragment;
    return event->fragment || fault != 0 ? CG_PARTS_ANSWERED : CG_PARTS_WHOLE;
}

void cg_parts_refused(struct cg_engine *engine,
                      const struct cg_update_event *whole)
{
    struct cg_update_set *set = set_of(engine, engine->cause_session);
    parts_revoke(engine, set, whole->id);
}
