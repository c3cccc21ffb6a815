/*
 * Comparing our books with what hubs and venues say: each difference on record
 * once, with the rule that settles it, and the end of each comparison.
 *
 * Settles nothing itself, and a fact of its own changes no books.  A venue is
 * compared after its logon, order by order, with its answers to our H; a hub
 * with its first whole snapshot after its logon.  Rules: R46, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "difference.h"

/* --- one difference ----------------------------------------------------- */

struct cg_fact cg_difference_of(const struct cg_engine *engine,
                                enum cg_difference what,
                                const char *rule)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_DIFFERENCE);
    fact.session = engine->cause_session;
    fact.value = what;
    fact.text = rule;
    fact.text_len = strlen(rule);
    return fact;
}

void cg_difference_record(struct cg_engine *engine, struct cg_fact *fact)
{
    const char *what = cg_difference_name((enum cg_difference)fact->value);
    struct cg_difference_words words;
    cg_difference_alarm(engine, fact);
    if (engine->note_count >= CG_NOTES_MAX / 2) {
        return; /* alarms need room, too */
    }
    const struct cg_id *with = &engine->state.sessions[fact->session].name;
    cg_difference_words(&engine->state, engine->config.gate_name, fact, &words);
    cg_log(engine, "differs from %.*s: %s %s: ours %s, theirs %s; %.*s",
           with->len, with->text, what, words.thing, words.ours, words.theirs,
           (int)fact->text_len, fact->text);
}

void cg_difference_alarm(struct cg_engine *engine, struct cg_fact *fact)
{
    engine->differences++;
    cg_engine_record(engine, fact);
}

/* --- comparisons -------------------------------------------------------- */

static bool is_venue(const struct cg_engine *engine, cg_session session)
{
    return engine->state.sessions[session].role == CG_ROLE_VENUE;
}

void cg_compare_begin(struct cg_engine *engine, cg_session session)
{
    cg_compare_stop(engine, session);
    engine->comparing += is_venue(engine, session) ? 1 : 0;
    engine->comparisons[session] = (struct cg_comparison){
        .open = true,
        .after = engine->state.inquiry_no,
        .known = engine->state.limit_count};
}

void cg_compare_stop(struct cg_engine *engine, cg_session session)
{
    bool open = engine->comparisons[session].open;
    engine->comparing -= open && is_venue(engine, session) ? 1 : 0;
    engine->comparisons[session].open = false;
}

/* An order of a venue that is compared, which has been asked about since, and
 * has neither been told nor ended. */
static bool is_out(const struct cg_engine *engine, uint32_t slot)
{
    const struct cg_order *order = &engine->state.orders[slot];
    return (order->state == CG_ORDER_SENT || order->state == CG_ORDER_OPEN) &&
           engine->comparisons[order->venue].open &&
           order->inquired != CG_NONE &&
           order->inquiry > engine->comparisons[order->venue].after;
}

bool cg_compare_is_out(const struct cg_engine *engine, uint32_t order)
{
    return engine->comparing > 0 && order != CG_NONE && is_out(engine, order);
}

void cg_compare_moved(struct cg_engine *engine, uint32_t order, bool was_out)
{
    if (order == CG_NONE) {
        return;
    }
    bool out = is_out(engine, order);
    struct cg_comparison *comparison =
        &engine->comparisons[engine->state.orders[order].venue];
    if (out && !was_out) {
        comparison->count++;
        comparison->out++;
    } else if (was_out && !out) {
        CG_ASSERT(comparison->out > 0);
        comparison->out--;
    }
}

void cg_compare_differs(struct cg_engine *engine, uint32_t order)
{
    cg_session venue = engine->state.orders[order].venue;
    engine->comparisons[venue].differ += cg_compare_is_out(engine, order);
}

void cg_compare_untold(struct cg_engine *engine, uint32_t order)
{
    cg_session venue = engine->state.orders[order].venue;
    engine->comparisons[venue].untold += cg_compare_is_out(engine, order);
}

static void compared(struct cg_engine *engine, cg_session session)
{
    const struct cg_comparison *comparison = &engine->comparisons[session];
    const struct cg_id *with = &engine->state.sessions[session].name;
    struct cg_fact fact = cg_fact_of(CG_FACT_COMPARED);
    fact.session = session;
    fact.number = comparison->count;
    /* Two answers may differ for one order. */
    fact.qty = comparison->differ < comparison->count ? comparison->differ
                                                      : comparison->count;
    fact.value = comparison->untold;
    fact.flags = is_venue(engine, session) ? 0 : 1; /* limits, not orders */
    cg_compare_stop(engine, session);
    cg_engine_record(engine, &fact);
    cg_log(engine, "compared with %.*s: %s %u, differ %u, untold %u", with->len,
           with->text, is_venue(engine, session) ? "orders" : "limits",
           comparison->count, (uint32_t)fact.qty, comparison->untold);
}

void cg_compare_settle(struct cg_engine *engine)
{
    if (engine->comparing == 0) {
        return;
    }
    for (uint32_t i = 0; i < engine->state.session_count; i++) {
        if (engine->comparisons[i].open && engine->comparisons[i].out == 0 &&
            is_venue(engine, (cg_session)i) &&
            engine->rounds[i].due == CG_TIME_NEVER) {
            compared(engine, (cg_session)i);
        }
    }
}

/* --- an order, and its status ------------------------------------------- */

struct cg_seen cg_seen_of(const struct cg_order *order)
{
    return (struct cg_seen){order->state, order->qty, order->cum_qty,
                            order->request};
}

bool cg_seen_changed(const struct cg_seen *before, const struct cg_order *order)
{
    return before->state != order->state || before->qty != order->qty ||
           before->cum_qty != order->cum_qty ||
           before->request != order->request;
}

static struct cg_fact order_differs(const struct cg_engine *engine,
                                    uint32_t slot,
                                    enum cg_difference what,
                                    const char *rule)
{
    struct cg_fact fact = cg_difference_of(engine, what, rule);
    fact.order = slot;
    fact.session = engine->state.orders[slot].venue;
    return fact;
}

static void quantity_differs(struct cg_engine *engine,
                             uint32_t slot,
                             enum cg_difference what,
                             const char *rule,
                             cg_qty ours,
                             cg_qty theirs)
{
    struct cg_fact fact = order_differs(engine, slot, what, rule);
    fact.number = (cg_seq)ours;
    fact.qty = theirs;
    cg_difference_record(engine, &fact);
}

/* Which ClOrdID is in force, and for how much. */
static void terms_differ(struct cg_engine *engine,
                         uint32_t slot,
                         const struct cg_seen *before,
                         const struct cg_report_event *event,
                         bool settles)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    if (order->request != before->request) {
        struct cg_slice id = cg_id_slice(&state->requests[before->request].id);
        struct cg_fact fact = order_differs(
            engine, slot, CG_DIFFERS_ID_IN_FORCE,
            "R43: the replace that the venue took is in force");
        fact.request = order->request;
        cg_fact_id(&fact, id);
        cg_difference_record(engine, &fact);
        return;
    }
    if (order->qty != before->qty) {
        quantity_differs(engine, slot, CG_DIFFERS_ORDER_QTY,
                         "R43: the venue's quantity counts", before->qty,
                         order->qty);
        return;
    }
    if (settles && before->state != CG_ORDER_CLOSED && !event->closed &&
        event->kind != CG_REPORT_PENDING && event->has_order_qty &&
        event->order_qty != order->qty) {
        quantity_differs(engine, slot, CG_DIFFERS_ORDER_QTY,
                         "R41: a replace is under way, the larger of both "
                         "stays charged",
                         order->qty, event->order_qty);
    }
}

static void fill_differs(struct cg_engine *engine,
                         uint32_t slot,
                         const struct cg_seen *before,
                         const struct cg_report_event *event,
                         bool settles)
{
    const struct cg_order *order = &engine->state.orders[slot];
    if (order->cum_qty != before->cum_qty) {
        quantity_differs(engine, slot, CG_DIFFERS_CUM_QTY,
                         "R43: the venue's CumQty counts, and the hub hears "
                         "of it (R25)",
                         before->cum_qty, order->cum_qty);
        return;
    }
    if (settles && !event->of_leg && event->has_cum_qty &&
        event->cum_qty != order->cum_qty) {
        struct cg_fact fact = order_differs(
            engine, slot, CG_DIFFERS_CUM_QTY,
            event->cum_qty < order->cum_qty
                ? "R43: a status lowers no CumQty, ours stays"
                : "R1: more than the books can hold, no new risk");
        fact.number = (cg_seq)order->cum_qty;
        fact.qty = event->cum_qty;
        cg_difference_alarm(engine, &fact);
    }
}

/* An end that follows from what is filled is no difference of its own. */
static void end_differs(struct cg_engine *engine,
                        uint32_t slot,
                        const struct cg_seen *before,
                        const struct cg_report_event *event,
                        bool settles)
{
    const struct cg_order *order = &engine->state.orders[slot];
    if (order->state == CG_ORDER_CLOSED && before->state != CG_ORDER_CLOSED &&
        order->cum_qty < order->qty) {
        struct cg_fact fact = order_differs(
            engine, slot, CG_DIFFERS_ORDER_OVER,
            "R43: the venue's word ends it, its rest is released (R21)");
        cg_difference_record(engine, &fact);
        return;
    }
    if (settles && before->state == CG_ORDER_CLOSED && !event->closed) {
        struct cg_fact fact = order_differs(
            engine, slot, CG_DIFFERS_ORDER_NOT_OVER,
            "R43: it stays over, what it fills still counts");
        cg_difference_record(engine, &fact);
        return;
    }
}

void cg_compare_status(struct cg_engine *engine,
                       uint32_t order,
                       const struct cg_seen *before,
                       const struct cg_report_event *event,
                       bool settles)
{
    terms_differ(engine, order, before, event, settles);
    fill_differs(engine, order, before, event, settles);
    end_differs(engine, order, before, event, settles);
}

void cg_compare_leg(struct cg_engine *engine,
                    uint32_t order,
                    uint32_t leg,
                    cg_qty theirs)
{
    const struct cg_leg *ours = &engine->state.legs[leg];
    struct cg_fact fact = order_differs(
        engine, order, CG_DIFFERS_LEG_CUM_QTY,
        "R43: the venue's CumQty counts, and the hub hears of it (R25)");
    fact.number = (cg_seq)ours->cum_qty;
    fact.qty = theirs;
    cg_fact_id(&fact, cg_id_slice(&ours->ref));
    cg_difference_record(engine, &fact);
}

void cg_compare_never_there(struct cg_engine *engine,
                            uint32_t order,
                            uint32_t request)
{
    struct cg_fact fact = order_differs(
        engine, order, CG_DIFFERS_NEVER_THERE,
        "R22: answered in the venue's stead, what it held is released");
    fact.request = request;
    cg_difference_record(engine, &fact);
}

void cg_compare_forgotten(struct cg_engine *engine, uint32_t order)
{
    struct cg_fact fact = order_differs(
        engine, order, CG_DIFFERS_ORDER_FORGOTTEN,
        "R46: the charge stays until a cancel is refused as unknown");
    cg_difference_alarm(engine, &fact);
}

/* Whether an order of nobody here has been told of since the start. */
static bool is_told(struct cg_engine *engine,
                    const struct cg_report_event *event)
{
    uint64_t key = event->order_id.len > 0
                       ? cg_hash(1u + engine->cause_session, event->order_id)
                       : cg_hash(1u + CG_SESSIONS_MAX + engine->cause_session,
                                 event->clordid);
    for (uint32_t i = 0; i < CG_STRANGERS_MAX; i++) {
        if (engine->strangers[i] == key) {
            return true;
        }
    }
    engine->strangers[engine->stranger++ % CG_STRANGERS_MAX] = key;
    return false;
}

void cg_compare_stranger(struct cg_engine *engine,
                         const struct cg_report_event *event)
{
    if (is_told(engine, event)) {
        return;
    }
    struct cg_fact fact = cg_difference_of(
        engine, CG_DIFFERS_ORDER_UNKNOWN,
        "R43: passed on to whom it may concern, counted nowhere");
    fact.qty = event->has_order_qty ? event->order_qty : event->cum_qty;
    cg_fact_id(&fact,
               event->clordid.len > 0 ? event->clordid : event->order_id);
    cg_difference_alarm(engine, &fact);
}

/* --- a limit, and a snapshot -------------------------------------------- */

static struct cg_comparison *snapshot_of(struct cg_engine *engine,
                                         const struct cg_update_event *event)
{
    struct cg_comparison *comparison =
        &engine->comparisons[engine->cause_session];
    return comparison->open && event->snapshot ? comparison : NULL;
}

void cg_compare_snapshot(struct cg_engine *engine,
                         const struct cg_update_event *event)
{
    struct cg_comparison *comparison = snapshot_of(engine, event);
    if (comparison != NULL) {
        comparison->known = engine->state.limit_count;
        comparison->count = 0;
        comparison->differ = 0;
    }
}

static void limit_differs(struct cg_engine *engine,
                          uint32_t slot,
                          enum cg_difference what,
                          const char *rule,
                          cg_dv01 theirs)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    struct cg_fact fact = cg_difference_of(engine, what, rule);
    fact.limit = slot;
    fact.amount = limit->amount;
    fact.other = theirs;
    fact.flags = limit->has_amount ? 0 : CG_DIFFERENCE_OURS_NONE;
    cg_difference_record(engine, &fact);
}

static void
state_differs(struct cg_engine *engine, uint32_t slot, enum cg_limit_state next)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    if (limit->state == next) {
        return;
    }
    struct cg_fact fact = cg_difference_of(
        engine, CG_DIFFERS_LIMIT_STATE,
        next == CG_LIMIT_UNENFORCED
            ? "R19: it cannot be enforced, no new risk until it is corrected"
        : next == CG_LIMIT_REMOVED
            ? "R15: the owner's word counts, its tokens are invalidated (R30)"
            : "R15: the owner's word counts");
    fact.limit = slot;
    fact.number = limit->state;
    fact.qty = next;
    cg_difference_record(engine, &fact);
}

/* What the owner says is used, against what we take it to count (R16). */
static void use_differs(struct cg_engine *engine,
                        uint32_t slot,
                        const struct cg_update_event *event,
                        cg_dv01 used)
{
    cg_dv01 ours = 0;
    if (!cg_limit_expects(engine, slot, event->made_at, &ours) ||
        ours == used) {
        return;
    }
    struct cg_fact fact = cg_difference_of(
        engine, CG_DIFFERS_LIMIT_USE,
        used > ours ? "R16: what is above ours is others' use"
                    : "R16: what it leaves out of ours counts beside it");
    fact.limit = slot;
    fact.amount = ours;
    fact.other = used;
    cg_difference_record(engine, &fact);
}

static bool amount_differs(struct cg_engine *engine,
                           uint32_t slot,
                           const struct cg_limit_event *entry)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    if (!entry->has_amount ||
        (limit->has_amount && limit->amount == entry->amount)) {
        return false;
    }
    limit_differs(engine, slot, CG_DIFFERS_LIMIT_AMOUNT,
                  "R15: the owner's amount counts", entry->amount);
    return true;
}

/* A limit that was made for this very snapshot. */
static bool limit_is_new(struct cg_engine *engine,
                         uint32_t slot,
                         const struct cg_limit_event *entry)
{
    if (slot < engine->comparisons[engine->cause_session].known) {
        return false;
    }
    limit_differs(engine, slot, CG_DIFFERS_LIMIT_UNKNOWN,
                  "R15: the owner's limit is taken", entry->amount);
    return true;
}

bool cg_compare_limit(struct cg_engine *engine,
                      uint32_t slot,
                      const struct cg_update_event *event,
                      const struct cg_limit_event *entry,
                      enum cg_limit_state next)
{
    struct cg_comparison *comparison = snapshot_of(engine, event);
    if (comparison == NULL) {
        return false;
    }
    comparison->count++;
    if (limit_is_new(engine, slot, entry)) {
        comparison->differ++;
        return false;
    }
    uint64_t differences = engine->differences;
    bool stands = next != CG_LIMIT_REMOVED && next != CG_LIMIT_UNENFORCED;
    state_differs(engine, slot, next);
    bool told = stands && amount_differs(engine, slot, entry);
    if (stands && entry->has_used) {
        use_differs(engine, slot, event, entry->used);
    }
    comparison->differ += engine->differences > differences;
    return told;
}

void cg_compare_missing(struct cg_engine *engine,
                        uint32_t slot,
                        const struct cg_update_event *event)
{
    struct cg_comparison *comparison = snapshot_of(engine, event);
    const struct cg_limit *limit = &engine->state.limits[slot];
    if (comparison == NULL) {
        return;
    }
    comparison->count++;
    comparison->differ++;
    struct cg_fact fact = cg_difference_of(engine, CG_DIFFERS_LIMIT_MISSING,
                                           limit->state == CG_LIMIT_ENABLED
                                               ? "R15: suspended, not removed"
                                               : "R15: it stays as it is");
    fact.limit = slot;
    fact.amount = limit->amount;
    fact.flags = limit->has_amount ? 0 : CG_DIFFERENCE_OURS_NONE;
    if (limit->state == CG_LIMIT_ENABLED) {
        cg_difference_alarm(engine, &fact);
    } else {
        cg_difference_record(engine, &fact);
    }
}

static void refused(struct cg_engine *engine,
                    struct cg_slice id,
                    const struct cg_limit_event *entry)
{
    struct cg_fact fact = cg_difference_of(
        engine, CG_DIFFERS_LIMIT_REFUSED,
        "R15: a snapshot that cannot be taken whole changes nothing");
    fact.flags = entry == NULL || !entry->has_amount ? CG_DIFFERENCE_THEIRS_NONE
                                                     : 0;
    fact.other = entry != NULL ? entry->amount : 0;
    if (entry != NULL && entry->id.len > 0) {
        fact.limit = cg_state_limit(&engine->state, entry->id);
    }
    cg_fact_id(&fact, id);
    cg_difference_alarm(engine, &fact);
}

void cg_compare_refused(struct cg_engine *engine,
                        const struct cg_update_event *event)
{
    bool any = false;
    if (snapshot_of(engine, event) == NULL) {
        return;
    }
    for (uint32_t i = 0; !event->bad && i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        bool faulty = cg_entry_fault(engine, event, entry) != CG_RESULT_OK;
        any = any || faulty || entry->unenforceable;
        if (faulty) {
            refused(engine,
                    entry->id.len > 0        ? entry->id
                    : entry->account.len > 0 ? entry->account
                                             : entry->firm,
                    entry);
        }
    }
    if (!any) {
        refused(engine, event->id, NULL);
    }
}

void cg_compare_taken(struct cg_engine *engine,
                      const struct cg_update_event *event,
                      bool repeats)
{
    struct cg_comparison *comparison = snapshot_of(engine, event);
    if (comparison != NULL) {
        comparison->count = repeats ? event->count : comparison->count;
        compared(engine, engine->cause_session);
    }
}

/* --- a token, and an answer --------------------------------------------- */

struct cg_fact cg_token_differs(const struct cg_engine *engine,
                                enum cg_difference what,
                                uint32_t token,
                                const char *rule)
{
    struct cg_fact fact = cg_difference_of(engine, what, rule);
    fact.token = token;
    fact.order = engine->state.tokens[token].order;
    return fact;
}
