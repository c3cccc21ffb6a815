/*
 * Asking a venue what became of its orders.
 *
 * After a logon, once nothing is resent any more, each order that was sent
 * before it is asked for; what the answer says is settled.  An order that the
 * venue never saw is answered in its stead; one that it forgot is an alarm, and
 * keeps its charge.  Rules: R22, R31, R43, R45, R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

#include "text.h"

/* --- asking ------------------------------------------------------------- */

/* How many orders are asked for, and looked at, in one turn. */
enum { ROUND_ASKS = 100, ROUND_LOOKS = 20000 };
#define ROUND_TURN (10 * CG_MS)

static bool is_at_venue(const struct cg_order *order)
{
    return order->state == CG_ORDER_SENT || order->state == CG_ORDER_OPEN;
}

/*
 * What to ask for of an order that has ended; CG_NONE: nothing.  A replace that
 * a resend left out may be there all the same: a FIX engine that keeps what
 * comes behind a gap takes it as it came first.
 */
static uint32_t left_out(const struct cg_state *state,
                         const struct cg_order *order)
{
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        if (request->state == CG_REQUEST_SENT &&
            (request->withheld == CG_WITHHELD_UNHEARD ||
             (request->withheld == CG_WITHHELD_OUT &&
              request->kind == CG_REQUEST_REPLACE))) {
            return i;
        }
    }
    return CG_NONE;
}

/* The venue has still something to tell, of an order that has ended, too. */
static bool is_asked_for(const struct cg_state *state,
                         const struct cg_order *order)
{
    return is_at_venue(order) || (order->state == CG_ORDER_CLOSED &&
                                  left_out(state, order) != CG_NONE);
}

/* A replace may be in force by now although nobody said so: newest first, and
 * the id that surely was in force last. */
static uint32_t
live_id(const struct cg_state *state, const struct cg_order *order, uint32_t at)
{
    for (uint32_t i = at; i != CG_NONE; i = state->requests[i].next) {
        if (state->requests[i].kind == CG_REQUEST_REPLACE &&
            state->requests[i].state == CG_REQUEST_SENT) {
            return i;
        }
    }
    return order->request;
}

static void
inquire(struct cg_engine *engine, uint32_t slot, uint32_t request, bool another)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    struct cg_fact fact = cg_fact_of(CG_FACT_STATUS_ASKED);
    fact.order = slot;
    fact.request = request;
    fact.session = order->venue;
    fact.number = state->inquiry_no + 1;
    fact.flags = another ? 1 : 0;
    cg_engine_record(engine, &fact);
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_INQUIRE);
    effect->session = order->venue;
    effect->order = slot;
    effect->request = request;
}

void cg_order_inquire(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    if (is_asked_for(state, order) && state->sessions[order->venue].up) {
        inquire(engine, slot,
                is_at_venue(order) ? live_id(state, order, order->requests)
                                   : left_out(state, order),
                false);
    }
}

bool cg_order_is_uncertain(const struct cg_state *state, uint32_t slot)
{
    const struct cg_order *order = &state->orders[slot];
    return order->state == CG_ORDER_SENT &&
           (order->round != state->sessions[order->venue].round ||
            order->inquired != CG_NONE);
}

void cg_round_start(struct cg_engine *engine, cg_session venue)
{
    const struct cg_session_state *session = &engine->state.sessions[venue];
    struct cg_round *round = &engine->rounds[venue];
    bool starts = session->up && engine->state.order_top > 0;
    round->cursor = 0;
    round->latest = engine->now + engine->config.hard_deadline_ns;
    cg_timer_round(engine, venue,
                   starts ? engine->now + engine->config.pull_time_ns
                          : CG_TIME_NEVER);
}

void cg_engine_resending(struct cg_engine *engine, cg_session venue)
{
    const struct cg_round *round = &engine->rounds[venue];
    if (round->due == CG_TIME_NEVER || round->cursor > 0) {
        return;
    }
    cg_time due = engine->now + engine->config.pull_time_ns;
    cg_timer_round(engine, venue, due < round->latest ? due : round->latest);
}

/* R22: what nobody answered and no resend left out is at the venue. */
static void resends_ended(struct cg_engine *engine, cg_session venue)
{
    const struct cg_session_state *session = &engine->state.sessions[venue];
    if (session->resent != session->round) {
        struct cg_fact fact = cg_fact_of(CG_FACT_RESENDS_ENDED);
        fact.session = venue;
        cg_engine_record(engine, &fact);
    }
}

static void replaced_settle(struct cg_engine *engine, uint32_t slot)
{
    if (cg_replaced_were_there(engine, slot)) {
        cg_tokens_follow(engine, slot);
        cg_limits_check(engine, slot);
    }
}

void cg_round_fire(struct cg_engine *engine, cg_session venue)
{
    const struct cg_state *state = &engine->state;
    struct cg_round *round = &engine->rounds[venue];
    if (round->cursor == 0) {
        resends_ended(engine, venue);
        cg_unheard_mark(engine, venue);
    }
    uint32_t asked = 0;
    uint32_t last = state->order_top - round->cursor > ROUND_LOOKS
                        ? round->cursor + ROUND_LOOKS
                        : state->order_top;
    while (round->cursor < last && asked < ROUND_ASKS) {
        const struct cg_order *order = &state->orders[round->cursor];
        bool due = order->venue == venue &&
                   order->round != state->sessions[venue].round;
        if (due && (is_at_venue(order) || order->state == CG_ORDER_CLOSED)) {
            /* The venue may know the newest id only. */
            replaced_settle(engine, round->cursor);
        }
        if (due && is_asked_for(state, order)) {
            cg_order_inquire(engine, round->cursor);
            asked++;
        } else if (order->state == CG_ORDER_CLOSED && order->venue == venue &&
                   cg_unsent_end(engine, round->cursor)) {
            engine->comparisons[venue].count++;
            engine->comparisons[venue].differ++;
            asked++;
        }
        round->cursor++;
    }
    cg_timer_round(engine, venue,
                   round->cursor < state->order_top ? engine->now + ROUND_TURN
                                                    : CG_TIME_NEVER);
}

/* --- what the answers say ------------------------------------------------ */

static void told(struct cg_engine *engine,
                 uint32_t slot,
                 enum cg_status status,
                 uint32_t flags)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_STATUS_TOLD);
    fact.order = slot;
    fact.session = engine->state.orders[slot].venue;
    fact.number = engine->state.orders[slot].inquiry;
    fact.value = status;
    fact.flags = flags;
    cg_engine_record(engine, &fact);
}

/* Who does not say which question is answered tells of one id at a time: the
 * next one whose answer may be lost. */
static void ask_next(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        if (state->requests[i].state == CG_REQUEST_SENT &&
            state->requests[i].withheld == CG_WITHHELD_UNHEARD &&
            CG_ALWAYS(state->sessions[order->venue].up, "it has just spoken")) {
            inquire(engine, slot, i, false);
            return;
        }
    }
}

/* The venue's books of an order are known as of the question that was asked:
 * what has no answer by now is answered, but for |named|, which is there.
 * |sure|: it is that question's answer, and no older one's. */
static void settled(struct cg_engine *engine,
                    uint32_t slot,
                    enum cg_status status,
                    uint32_t named,
                    bool sure)
{
    replaced_settle(engine, slot);
    cg_unsent_settle(engine, slot, named, sure);
    told(engine, slot, status, sure ? 0 : 1);
    cg_requests_answer(engine, slot, false);
    ask_next(engine, slot);
}

void cg_order_found(struct cg_engine *engine, uint32_t slot)
{
    if (engine->state.orders[slot].lost) {
        told(engine, slot, CG_STATUS_KNOWN, 0);
    }
}

/* R22: no report was ever seen, and the venue does not know the order. */
static void order_never_there(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_order *order = &engine->state.orders[slot];
    cg_compare_differs(engine, slot);
    told(engine, slot, CG_STATUS_NEVER_THERE, 0);
    cg_compare_never_there(engine, slot, order->request);
    cg_requests_answer(engine, slot, true);
    cg_order_close(engine, slot, CG_REPORT_REJECTED);
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_REFUSE_ORDER);
    effect->session = order->client;
    effect->order = slot;
    effect->request = order->request;
    effect->refusal = cg_never_there();
}

/* --- answers ------------------------------------------------------------ */

static struct cg_slice order_id(const struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    return cg_id_slice(&state->requests[state->orders[slot].request].id);
}

/* The venue does not know the id it was asked for. */
static void unknown(struct cg_engine *engine, uint32_t slot, bool sure)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order = &state->orders[slot];
    uint32_t lost = state->requests[order->inquired].withheld;
    if (lost == CG_WITHHELD_UNSENT || lost == CG_WITHHELD_UNHEARD) {
        cg_request_withheld(engine, order->inquired, 2);
    }
    if (!is_at_venue(order)) {
        settled(engine, slot, CG_STATUS_KNOWN, CG_NONE, sure);
        return; /* it is over by now */
    }
    if (order->inquired != order->request) {
        uint32_t older = state->requests[order->inquired].next;
        inquire(engine, slot, live_id(state, order, older), true);
        return;
    }
    if (order->state == CG_ORDER_SENT) {
        order_never_there(engine, slot);
        return;
    }
    struct cg_slice id = order_id(engine, slot);
    cg_compare_differs(engine, slot);
    settled(engine, slot, CG_STATUS_LOST, CG_NONE, sure);
    cg_compare_forgotten(engine, slot);
    cg_note(engine,
            "ALARM: the venue does not know order %.*s any more: it keeps its "
            "charge until a cancel is answered the same way",
            (int)id.len, id.data);
}

static bool replace_is_out(const struct cg_state *state,
                           const struct cg_order *order)
{
    uint32_t id = live_id(state, order, order->requests);
    return id != order->request;
}

/* A replace that the venue took, or a quantity of its own, may show here
 * first. */
static enum cg_report_kind kind_of(const struct cg_state *state,
                                   const struct cg_request *request,
                                   const struct cg_report_event *event)
{
    const struct cg_order *order = &state->orders[request->order];
    if (event->kind != CG_REPORT_OTHER || event->closed ||
        !event->has_order_qty) {
        return event->kind;
    }
    if (request->kind == CG_REQUEST_REPLACE &&
        request->state == CG_REQUEST_SENT && event->order_qty == request->qty) {
        return CG_REPORT_REPLACED;
    }
    return event->order_qty != order->qty && !replace_is_out(state, order)
               ? CG_REPORT_RESTATED
               : event->kind;
}

static void known(struct cg_engine *engine,
                  uint32_t request,
                  const struct cg_report_event *event,
                  bool ours,
                  bool settles)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = state->requests[request].order;
    const struct cg_order *order = &state->orders[slot];
    struct cg_seen before = cg_seen_of(order);
    struct cg_report_event copy = *event;
    bool out = cg_compare_is_out(engine, slot);
    uint64_t differences = engine->differences;
    copy.kind = kind_of(state, &state->requests[request], event);
    engine->settling = ours ? slot : CG_NONE;
    cg_report_settle(engine, request, &copy);
    engine->settling = CG_NONE;
    if (ours) {
        cg_compare_status(engine, slot, &before, &copy, settles);
    }
    struct cg_slice id = order_id(engine, slot);
    if (event->has_cum_qty && event->cum_qty < order->cum_qty) {
        cg_note(engine,
                "ALARM: status of order %.*s: the venue says CumQty %lld, it "
                "reported %lld before",
                (int)id.len, id.data, (long long)event->cum_qty,
                (long long)order->cum_qty);
    }
    if (settles) {
        bool sure = event->status_id.len > 0;
        if (event->kind == CG_REPORT_PENDING) {
            told(engine, slot, CG_STATUS_KNOWN, 0);
            cg_requests_answer(engine, slot, false);
        } else {
            settled(engine, slot, CG_STATUS_KNOWN, request, sure);
        }
    }
    if (out && engine->differences > differences) {
        engine->comparisons[order->venue].differ++;
    }
}

/* 790 of the gate's own: NAME-H and a number; 0 for another's. */
static cg_seq own_number(const struct cg_engine *engine, struct cg_slice id)
{
    char prefix[CG_NAME_MAX + 1];
    int len = snprintf(prefix, sizeof(prefix), "%.40s-H",
                       engine->config.gate_name);
    cg_seq number = 0;
    if (id.len <= (size_t)len || id.len > (size_t)len + 19 ||
        memcmp(id.data, prefix, (size_t)len) != 0) {
        return 0;
    }
    for (size_t i = (size_t)len; i < id.len; i++) {
        if (id.data[i] < '0' || id.data[i] > '9') {
            return 0;
        }
        number = number * 10 + (cg_seq)(id.data[i] - '0');
    }
    return number;
}

/* Whose question was answered.  Without 790 the client's own counts as first:
 * what goes to it once too often does no harm. */
static bool is_ours(const struct cg_engine *engine,
                    const struct cg_order *order,
                    struct cg_slice status_id)
{
    if (status_id.len > 0) {
        return own_number(engine, status_id) != 0;
    }
    return order->own_asks > 0 && order->client_asks == 0;
}

/* Whether that was the question that is out.  Without 790 an unknown id says
 * nothing of another one. */
static bool is_current(const struct cg_engine *engine,
                       uint32_t request,
                       const struct cg_report_event *event)
{
    const struct cg_state *state = &engine->state;
    const struct cg_order *order =
        &state->orders[state->requests[request].order];
    if (event->status_id.len > 0) {
        return order->inquired != CG_NONE &&
               own_number(engine, event->status_id) == order->inquiry;
    }
    return order->inquired != CG_NONE &&
           (!event->unknown || order->inquired == request);
}

/* A client's question is answered, by this message or another. */
static void
answer(struct cg_engine *engine, uint32_t request, enum cg_effect_kind kind)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = state->requests[request].order;
    if (state->orders[slot].client_asks > 0) {
        struct cg_fact fact = cg_fact_of(CG_FACT_STATUS_RELAYED);
        fact.order = slot;
        fact.session = state->orders[slot].client;
        cg_engine_record(engine, &fact);
    }
    struct cg_effect *effect = cg_effect_add(engine, kind);
    effect->session = state->requests[request].client;
    effect->order = slot;
    effect->request = request;
}

static void pass_back(struct cg_engine *engine, uint32_t request)
{
    bool pulled = engine->state.requests[request].kind == CG_REQUEST_PULL;
    answer(engine, request, pulled ? CG_EFFECT_PASS_PULLED : CG_EFFECT_PASS);
}

void cg_status_take(struct cg_engine *engine,
                    uint32_t request,
                    const struct cg_report_event *event)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = state->requests[request].order;
    const struct cg_order *order = &state->orders[slot];
    struct cg_seen before = cg_seen_of(order);
    bool ours = is_ours(engine, order, event->status_id);
    bool settles = ours && is_current(engine, request, event);
    if (!event->unknown) {
        known(engine, request, event, ours, settles);
    } else if (settles) {
        unknown(engine, slot, event->status_id.len > 0);
        return;
    } else if (!ours && order->inquired == CG_NONE) {
        cg_order_inquire(engine, slot); /* the gate wants to know, too */
    }
    if (ours && !settles) {
        told(engine, slot, CG_STATUS_LATE, 0);
    }
    bool pulled = state->requests[request].kind == CG_REQUEST_PULL;
    bool changed = cg_seen_changed(&before, order);
    if (!ours) {
        pass_back(engine, request);
    } else if (changed) {
        struct cg_effect *effect = cg_effect_add(
            engine, pulled ? CG_EFFECT_PASS_PULLED : CG_EFFECT_PASS_STATUS);
        effect->session = order->client;
        effect->order = slot;
        effect->request = request;
    }
    if (pulled && changed && order->state == CG_ORDER_CLOSED) { /* R52 */
        cg_account_news(engine, order->account, CG_NEWS_PULLED, CG_NONE, slot);
    }
}

/* --- what is no answer -------------------------------------------------- */

/* The order that a reject of an H is about: by 790, or its ClOrdID. */
static uint32_t inquired_order(const struct cg_engine *engine,
                               struct cg_slice id)
{
    const struct cg_state *state = &engine->state;
    cg_seq number = own_number(engine, id);
    for (uint32_t i = 0; number != 0 && i < state->order_top; i++) {
        if (state->orders[i].inquired != CG_NONE &&
            state->orders[i].inquiry == number) {
            return i;
        }
    }
    uint32_t request = cg_state_request(state, engine->cause_session, id);
    return request != CG_NONE ? state->requests[request].order : CG_NONE;
}

bool cg_engine_inquiry_refused(struct cg_engine *engine,
                               struct cg_slice id,
                               bool is_unknown)
{
    const struct cg_state *state = &engine->state;
    uint32_t slot = inquired_order(engine, id);
    if (slot == CG_NONE) {
        return own_number(engine, id) != 0;
    }
    const struct cg_order *order = &state->orders[slot];
    if (own_number(engine, id) == 0 && order->client_asks > 0) {
        pass_back(engine, cg_state_request(state, engine->cause_session, id));
        return true;
    }
    if (order->inquired == CG_NONE) {
        return false;
    }
    if (is_unknown) {
        unknown(engine, slot, own_number(engine, id) != 0);
    } else {
        cg_note(engine, "ALARM: the venue refuses to tell an order's status");
        cg_compare_untold(engine, slot);
        told(engine, slot, CG_STATUS_REFUSED, 0);
    }
    return true;
}

bool cg_engine_inquiry_rejected(struct cg_engine *engine, struct cg_slice id)
{
    uint32_t slot = inquired_order(engine, id);
    if (slot == CG_NONE || own_number(engine, id) != 0 ||
        engine->state.orders[slot].client_asks == 0) {
        return cg_engine_inquiry_refused(engine, id, false);
    }
    cg_note(engine, "ALARM: the venue rejected a client's H (3)");
    slot = cg_state_request(&engine->state, engine->cause_session, id);
    answer(engine, slot, CG_EFFECT_STATUS);
    return true;
}

/* How long to wait for an answer: longer each time. */
cg_time cg_inquiry_due(const struct cg_engine *engine,
                       const struct cg_order *order)
{
    if (order->inquired == CG_NONE || !is_asked_for(&engine->state, order) ||
        !engine->state.sessions[order->venue].up) {
        return CG_TIME_NEVER;
    }
    cg_time pause = engine->config.pull_time_ns;
    for (unsigned i = 1; i < order->inquiries && pause < 60 * CG_SECOND; i++) {
        pause *= 2;
    }
    return order->inquired_at +
           (pause < 60 * CG_SECOND ? pause : 60 * CG_SECOND);
}

void cg_inquiry_fire(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_order *order = &engine->state.orders[slot];
    if (order->inquiries < CG_INQUIRIES_MAX) {
        cg_order_inquire(engine, slot);
        return;
    }
    struct cg_slice id = order_id(engine, slot);
    cg_compare_untold(engine, slot);
    told(engine, slot, CG_STATUS_UNANSWERED, 0);
    cg_note(engine,
            "ALARM: the venue does not tell the status of order %.*s: it is "
            "asked again after the next logon",
            (int)id.len, id.data);
}

/* --- a client's own questions ------------------------------------------- */

/* Whether the venue's answer about what it does not know, or names no account
 * in, would find its way to the client that asks. */
static bool is_only_client(const struct cg_state *state, cg_session client)
{
    uint32_t clients = 0;
    for (uint32_t i = 0; i < state->session_count; i++) {
        clients += state->sessions[i].role == CG_ROLE_CLIENT &&
                   state->sessions[i].venue == state->sessions[client].venue;
    }
    return clients == 1;
}

bool cg_engine_asked(struct cg_engine *engine,
                     const struct cg_order_event *event)
{
    const struct cg_state *state = &engine->state;
    cg_session venue = state->sessions[engine->cause_session].venue;
    uint32_t slot = cg_state_request(state, venue, event->clordid);
    if (event->clordid.len == 0) {
        return false; /* the venue's OrderID alone names it */
    }
    if (slot == CG_NONE ||
        state->requests[slot].client != engine->cause_session) {
        if (slot == CG_NONE && is_only_client(state, engine->cause_session)) {
            return false;
        }
        struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_STATUS);
        effect->session = engine->cause_session;
        effect->refusal = cg_refusal_of(CG_UNKNOWN_ORDER);
        return true;
    }
    const struct cg_request *request = &state->requests[slot];
    uint32_t order = request->order;
    bool here = order != CG_NONE ? !state->orders[order].sent ||
                                       request->state == CG_REQUEST_WAITING
                                 : request->kind == CG_REQUEST_NEW &&
                                       request->state == CG_REQUEST_REFUSED;
    if (here) { /* the venue never saw it */
        struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_STATUS);
        effect->session = engine->cause_session;
        effect->order = order;
        effect->request = slot;
        return true;
    }
    if (order != CG_NONE && state->sessions[venue].up) {
        struct cg_fact fact = cg_fact_of(CG_FACT_STATUS_RELAYED);
        fact.order = order;
        fact.request = slot;
        fact.session = engine->cause_session;
        fact.flags = 1;
        cg_engine_record(engine, &fact);
    }
    return false;
}
