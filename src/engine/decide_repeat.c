/*
 * Reports that come again, or that leave others out.
 *
 * The venue's session, OrderID and ExecID name a report.  The same report twice
 * changes nothing; another one under the same name is an alarm, and is taken:
 * CumQty is authoritative.  Rule: R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* An order without an OrderID yet is known by its ClOrdID. */
static uint64_t name_of(const struct cg_engine *engine,
                        const struct cg_report_event *event)
{
    struct cg_slice order = event->order_id.len > 0 ? event->order_id
                                                    : event->clordid;
    uint64_t whose = cg_hash(engine->cause_session, order) + event->leg_hash;
    return cg_hash(whose, event->exec_id);
}

bool cg_report_repeats(struct cg_engine *engine,
                       uint32_t request,
                       const struct cg_report_event *event)
{
    if (event->exec_id.len == 0) {
        return false;
    }
    uint64_t name = name_of(engine, event);
    enum cg_recent_match match = cg_recent_find(&engine->state.reports, name,
                                                event->content_hash);
    if (match == CG_RECENT_SAME) {
        cg_note(engine, "report %.*s came again, nothing done",
                (int)event->exec_id.len, event->exec_id.data);
        return true;
    }
    if (match == CG_RECENT_OTHER) {
        cg_note(engine,
                "ALARM: two different reports of one order have the ExecID "
                "%.*s; CumQty counts",
                (int)event->exec_id.len, event->exec_id.data);
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_REPORT_SEEN);
    fact.order = engine->state.requests[request].order;
    fact.request = request;
    fact.session = engine->cause_session;
    fact.hash = name;
    fact.terms_hash = event->content_hash;
    fact.qty = event->last_qty;
    fact.value = event->kind == CG_REPORT_FILL && event->has_cum_qty &&
                 !event->of_leg; /* CumQty has to rise by it */
    /* CumQty + 1, so that the fill that follows can be told from another. */
    fact.number = event->has_cum_qty ? (cg_seq)event->cum_qty + 1 : 0;
    cg_fact_id(&fact, event->exec_id);
    cg_engine_record(engine, &fact);
    return false;
}

void cg_report_check_last(struct cg_engine *engine,
                          uint32_t slot,
                          const struct cg_report_event *event)
{
    const struct cg_order *order = &engine->state.orders[slot];
    cg_qty rise = event->cum_qty - order->cum_qty;
    if (event->kind != CG_REPORT_FILL || !event->has_cum_qty ||
        event->last_qty <= 0 || rise == event->last_qty) {
        return;
    }
    const char *what = "LastQty is more than CumQty rose by";
    if (rise > event->last_qty) {
        what = "reports before it are missing";
    } else if (rise <= 0) {
        what = "it comes late";
    }
    struct cg_slice id = cg_id_slice(
        &engine->state.requests[order->request].id);
    cg_note(engine,
            "a fill of %lld of order %.*s, CumQty from %lld to %lld: %s; "
            "CumQty counts",
            (long long)event->last_qty, (int)id.len, id.data,
            (long long)order->cum_qty, (long long)event->cum_qty, what);
}
