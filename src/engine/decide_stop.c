/*
 * Stops of parties: who may place them, who lifts them, and when they are done.
 *
 * Every placer has a layer of its own, so no stop is refused for want of room,
 * and lifting one leaves the others.  Rules: R6, R17, R18.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

enum { SUSPEND, HALT, REINSTATE };
enum { ACCEPTED, COMPLETED, REJECTED };
enum { INVALID_PARTY = 0, NOT_AUTHORIZED = 98, OTHER = 99 };

#define BIT(session) ((uint64_t)1 << (session))

/* --- what binds --------------------------------------------------------- */

enum cg_reason cg_stop_of(const struct cg_state *state, uint32_t slot)
{
    const struct cg_account *account = &state->accounts[slot];
    const struct cg_stops *own = &account->stops;
    const struct cg_stops *firm = &state->firms[account->firm_slot].stops;
    if ((own->halted_by | firm->halted_by) != 0 ||
        (own->limits[CG_LIMIT_HALTS] | firm->limits[CG_LIMIT_HALTS]) != 0) {
        return CG_PARTY_HALTED;
    }
    bool suspended = (own->suspended_by | firm->suspended_by) != 0 ||
                     (own->limits[CG_LIMIT_SUSPENDS] |
                      firm->limits[CG_LIMIT_SUSPENDS]) != 0;
    return suspended ? CG_PARTY_SUSPENDED : CG_REASON_NONE;
}

static cg_session first_of(uint64_t sessions)
{
    return (cg_session)__builtin_ctzll(sessions);
}

/* A limit whose action has stopped the party, or that its owner has suspended
 * or halted, stops as well; a halt goes before a suspension. */
static bool limit_binds(const struct cg_state *state,
                        uint32_t account,
                        struct cg_binding *binding)
{
    const struct cg_account *whose = &state->accounts[account];
    bool found = false;
    for (uint32_t i = 0; i < whose->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[whose->limits[i]];
        bool halts = limit->stop == CG_LIMIT_HALTS ||
                     limit->state == CG_LIMIT_HALTED;
        bool suspends = limit->stop == CG_LIMIT_SUSPENDS ||
                        limit->state == CG_LIMIT_SUSPENDED;
        if (halts || (suspends && !found)) {
            *binding = (struct cg_binding){.halted = halts,
                                           .placer = limit->owner,
                                           .limit = whose->limits[i]};
            found = true;
        }
        if (halts) {
            break;
        }
    }
    return found;
}

bool cg_engine_binding(const struct cg_engine *engine,
                       uint32_t account,
                       struct cg_binding *binding)
{
    const struct cg_state *state = &engine->state;
    const struct cg_account *whose = &state->accounts[account];
    const struct cg_stops *firm = &state->firms[whose->firm_slot].stops;
    bool halted = (whose->stops.halted_by | firm->halted_by) != 0;
    uint64_t own = halted ? whose->stops.halted_by : whose->stops.suspended_by;
    uint64_t all = halted ? firm->halted_by : firm->suspended_by;
    bool by_limit = limit_binds(state, account, binding);
    if ((own | all) == 0 || (by_limit && binding->halted && !halted)) {
        return by_limit;
    }
    *binding = (struct cg_binding){.halted = halted,
                                   .placer = first_of(own != 0 ? own : all),
                                   .limit = CG_NONE,
                                   .whole_firm = own == 0};
    return true;
}

/* --- who may (R6) ------------------------------------------------------- */

/* Whether |over| is |under|, or a superior of it. */
static bool
is_over(const struct cg_state *state, cg_session over, cg_session under)
{
    for (int i = 0; i < CG_SESSIONS_MAX && under != CG_SESSION_NONE; i++) {
        if (over == under) {
            return true;
        }
        under = state->sessions[under].superior;
    }
    return false;
}

/* False for a party that is not known; |mine|: the sender may act on it. */
static bool party_find(const struct cg_engine *engine,
                       const struct cg_action_event *event,
                       struct cg_party *party,
                       bool *mine)
{
    const struct cg_state *state = &engine->state;
    bool one = event->account.len > 0;
    *party = (struct cg_party){
        .account = one ? cg_state_account(state, event->account) : CG_NONE,
        .firm = one ? CG_NONE : cg_state_firm(state, event->firm)};
    bool known = false;
    *mine = true;
    for (uint32_t i = 0; i < state->account_count; i++) {
        const struct cg_account *account = &state->accounts[i];
        if (one ? i == party->account : account->firm_slot == party->firm) {
            known = true;
            *mine = *mine && account->hub != CG_SESSION_NONE &&
                    is_over(state, engine->cause_session, account->hub);
        }
    }
    /* A firm beside an account must be the account's. */
    return known &&
           (!one || event->firm.len == 0 ||
            cg_slice_equal(event->firm,
                           cg_id_slice(&state->accounts[party->account].firm)));
}

/* The sender and its inferiors: whose stops it may lift. */
static uint64_t may_lift_of(const struct cg_engine *engine)
{
    uint64_t mine = 0;
    for (cg_session i = 0; i < engine->state.session_count; i++) {
        mine |= is_over(&engine->state, engine->cause_session, i) ? BIT(i) : 0;
    }
    return mine;
}

/* --- what is said ------------------------------------------------------- */

/* Answers the DH at hand. */
static void answer(struct cg_engine *engine,
                   uint32_t response,
                   uint32_t reject,
                   const char *text)
{
    if (response == REJECTED) {
        cg_note(engine, "ALARM: a party action was refused, 2333: %u (%s)",
                reject, text);
    }
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_ACTION_REPORT);
    effect->session = engine->cause_session;
    effect->value = response;
    effect->reject = reject;
    effect->text = text;
}

/* Reports on what |placer| asked for earlier, or what was done to its stop. */
static struct cg_effect *report(struct cg_engine *engine,
                                cg_session placer,
                                struct cg_party party,
                                uint32_t action,
                                uint32_t response)
{
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_ACTION_REPORT);
    effect->session = placer;
    effect->account = party.account;
    effect->firm = party.account != CG_NONE ? CG_NONE : party.firm;
    effect->action = action;
    effect->value = response;
    return effect;
}

static bool
party_has(const struct cg_state *state, struct cg_party party, uint32_t account)
{
    return party.account != CG_NONE
               ? party.account == account
               : state->accounts[account].firm_slot == party.firm;
}

void cg_party_news(struct cg_engine *engine,
                   struct cg_party party,
                   enum cg_news news)
{
    struct cg_binding binding;
    for (uint32_t i = 0; i < engine->state.account_count; i++) {
        if (!party_has(&engine->state, party, i)) {
            continue;
        }
        bool bound = cg_engine_binding(engine, i, &binding);
        cg_account_news(
            engine, i,
            news == CG_NEWS_REINSTATED && bound ? CG_NEWS_STILL_STOPPED : news,
            CG_NONE, CG_NONE);
    }
}

static void party_pull(struct cg_engine *engine, struct cg_party party)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->account_count; i++) {
        if (!party_has(state, party, i)) {
            continue;
        }
        for (uint32_t o = state->accounts[i].orders; o != CG_NONE;) {
            uint32_t next = state->orders[o].next;
            cg_order_pull(engine, o, CG_PARTY_HALTED);
            o = next;
        }
    }
}

void cg_party_stopped(struct cg_engine *engine,
                      struct cg_party party,
                      cg_session owner,
                      bool halted)
{
    report(engine, owner, party, halted ? HALT : SUSPEND,
           halted ? ACCEPTED : COMPLETED)
        ->text = "by the action of a limit";
    cg_party_news(engine, party, CG_NEWS_STOP);
    if (halted) {
        party_pull(engine, party);
    }
}

/* --- placing ------------------------------------------------------------ */

static struct cg_fact stop_fact(const struct cg_engine *engine,
                                enum cg_fact_kind kind,
                                struct cg_party party,
                                cg_session placer)
{
    struct cg_fact fact = cg_fact_of(kind);
    fact.session = placer;
    fact.account = party.account;
    if (party.account == CG_NONE) {
        fact.text = engine->state.firms[party.firm].name.text;
        fact.text_len = engine->state.firms[party.firm].name.len;
    }
    return fact;
}

bool cg_party_is(struct cg_party a, struct cg_party b)
{
    return a.account == b.account && (a.account != CG_NONE || a.firm == b.firm);
}

/* A place for the id of a halt, so that its end can name it.  CG_NONE: it has
 * one already, or there is none. */
static uint32_t request_place(const struct cg_engine *engine,
                              const struct cg_action_event *event,
                              struct cg_party party,
                              bool *known)
{
    const struct cg_stop_request *requests =
        engine->state.stop_requests[engine->cause_session];
    uint32_t place = CG_NONE;
    *known = false;
    for (uint32_t i = 0; i < CG_STOP_REQUESTS_MAX; i++) {
        if (!requests[i].used) {
            place = place == CG_NONE ? i : place;
        } else if (cg_party_is(requests[i].party, party) &&
                   cg_slice_equal(cg_id_slice(&requests[i].id), event->id)) {
            *known = true;
            return CG_NONE;
        }
    }
    return place;
}

static void halt_place(struct cg_engine *engine,
                       const struct cg_action_event *event,
                       struct cg_party party)
{
    bool known;
    uint32_t place = request_place(engine, event, party, &known);
    if (known) {
        return; /* its end will be said, once */
    }
    if (place == CG_NONE) {
        cg_note(engine, "ALARM: too many halts under way: the end of this one "
                        "will be told without its id");
    }
    struct cg_fact fact = stop_fact(engine, CG_FACT_STOP_PLACED, party,
                                    engine->cause_session);
    fact.flags = CG_STOP_HALT;
    fact.value = place == CG_NONE ? 0 : place + 1;
    fact.id = event->id.data;
    fact.id_len = event->id.len;
    cg_engine_record(engine, &fact);
}

static void suspend_place(struct cg_engine *engine,
                          const struct cg_action_event *event,
                          struct cg_party party)
{
    struct cg_fact fact = stop_fact(engine, CG_FACT_STOP_PLACED, party,
                                    engine->cause_session);
    fact.flags = CG_STOP_SUSPEND;
    fact.id = event->id.data;
    fact.id_len = event->id.len;
    cg_engine_record(engine, &fact);
}

static void stop_place(struct cg_engine *engine,
                       const struct cg_action_event *event,
                       struct cg_party party)
{
    const struct cg_stops *stops = cg_state_stops(&engine->state, party);
    uint64_t me = BIT(engine->cause_session);
    bool halt = event->action == HALT;
    bool stands = ((halt ? stops->halted_by : stops->suspended_by) & me) != 0;
    const char *text = NULL;
    if (event->narrowed) {
        text = "the whole party is stopped: narrower stops are not modelled";
        cg_note(engine, "ALARM: a stop of one market or instrument was asked "
                        "for: the whole party is stopped");
    }
    answer(engine, ACCEPTED, 0, text);
    if (halt) {
        halt_place(engine, event, party);
    } else {
        suspend_place(engine, event, party);
    }
    if (!stands) {
        cg_party_news(engine, party, CG_NEWS_STOP);
    }
    if (halt) {
        party_pull(engine, party);
    } else {
        answer(engine, COMPLETED, 0, text);
    }
}

/* --- lifting ------------------------------------------------------------ */

/* Halts of |placer| that were not completed are answered for good. */
static void
requests_end(struct cg_engine *engine, struct cg_party party, cg_session placer)
{
    for (uint32_t i = 0; i < CG_STOP_REQUESTS_MAX; i++) {
        const struct cg_stop_request *request =
            &engine->state.stop_requests[placer][i];
        if (request->used && cg_party_is(request->party, party)) {
            struct cg_effect *effect = report(engine, placer, party, HALT,
                                              REJECTED);
            effect->stop = i;
            effect->reject = OTHER;
            effect->text = "reinstated before every order was gone";
        }
    }
}

static void stop_lift_one(struct cg_engine *engine,
                          const struct cg_action_event *event,
                          struct cg_party party,
                          cg_session placer)
{
    requests_end(engine, party, placer);
    struct cg_fact fact = stop_fact(engine, CG_FACT_STOP_LIFTED, party, placer);
    fact.id = event->id.data;
    fact.id_len = event->id.len;
    cg_engine_record(engine, &fact);
    if (placer != engine->cause_session) {
        report(engine, placer, party, REINSTATE, COMPLETED)->text =
            "lifted by a superior";
    }
}

/* Whether somebody else's stop of the party stands. */
static bool
others_stand(struct cg_engine *engine, struct cg_party party, uint64_t mine)
{
    const struct cg_stops *stops = cg_state_stops(&engine->state, party);
    return ((stops->suspended_by | stops->halted_by) & ~mine) != 0 ||
           cg_limit_stops_end(engine, party, ~mine, true) != 0;
}

static void stop_lift(struct cg_engine *engine,
                      const struct cg_action_event *event,
                      struct cg_party party,
                      bool authorized)
{
    const struct cg_stops *stops = cg_state_stops(&engine->state, party);
    uint64_t mine = may_lift_of(engine);
    bool others = others_stand(engine, party, mine);
    uint64_t lifted = ((stops->suspended_by | stops->halted_by) & mine) |
                      cg_limit_stops_end(engine, party, mine, true);
    if (lifted == 0 && (others || !authorized)) {
        answer(engine, REJECTED, NOT_AUTHORIZED,
               "only who placed a stop, or its superior, lifts it");
        return;
    }
    if (lifted == 0) {
        answer(engine, REJECTED, OTHER, "no stop is placed on this party");
        return;
    }
    if (event->narrowed) {
        /* Reinstating all would free more than was asked for. */
        answer(engine, REJECTED, OTHER,
               "a stop is lifted whole: name no market and no instrument");
        return;
    }
    answer(engine, ACCEPTED, 0, NULL);
    (void)cg_limit_stops_end(engine, party, mine, false);
    for (; lifted != 0; lifted &= lifted - 1) {
        stop_lift_one(engine, event, party, first_of(lifted));
    }
    answer(engine, COMPLETED, 0,
           others ? "a stop by another still binds the party" : NULL);
    cg_party_news(engine, party, CG_NEWS_REINSTATED);
}

void cg_engine_action(struct cg_engine *engine,
                      const struct cg_action_event *event)
{
    struct cg_party party;
    bool mine;
    if (event->id.len > CG_NAME_MAX || event->action > REINSTATE) {
        answer(engine, REJECTED, OTHER,
               "the id is too long, or the action is not known");
        return;
    }
    if (event->unclear || !party_find(engine, event, &party, &mine)) {
        answer(engine, REJECTED, INVALID_PARTY, "the party is not known here");
        return;
    }
    if (!mine && event->action != REINSTATE) {
        answer(engine, REJECTED, NOT_AUTHORIZED,
               "the party is not this session's to stop");
        return;
    }
    if (event->drill && mine) {
        cg_note(engine, "drill: a party action was answered, nothing done");
        answer(engine, ACCEPTED, 0, NULL);
        answer(engine, COMPLETED, 0, NULL);
    } else if (event->action == REINSTATE && !event->drill) {
        stop_lift(engine, event, party, mine);
    } else if (mine) {
        stop_place(engine, event, party);
    } else {
        answer(engine, REJECTED, NOT_AUTHORIZED,
               "the party is not this session's to stop");
    }
}

/* --- done --------------------------------------------------------------- */

static bool party_has_orders(const struct cg_state *state,
                             struct cg_party party)
{
    for (uint32_t i = 0; i < state->account_count; i++) {
        if (party_has(state, party, i) &&
            state->accounts[i].orders != CG_NONE) {
            return true;
        }
    }
    return false;
}

/* |place|: of the placer's request, or CG_NONE. */
static void halt_done(struct cg_engine *engine,
                      struct cg_party party,
                      cg_session placer,
                      uint32_t place)
{
    struct cg_fact fact = stop_fact(engine, CG_FACT_STOP_DONE, party, placer);
    fact.value = place == CG_NONE ? 0 : place + 1;
    cg_engine_record(engine, &fact);
    report(engine, placer, party, HALT, COMPLETED)->stop = place;
}

static void unnamed_settle(struct cg_engine *engine, struct cg_party party)
{
    const struct cg_state *state = &engine->state;
    uint64_t placers = cg_state_stops(state, party)->unnamed_by;
    if (placers == 0 || party_has_orders(state, party)) {
        return;
    }
    for (; placers != 0; placers &= placers - 1) {
        halt_done(engine, party, first_of(placers), CG_NONE);
    }
}

void cg_stops_settle(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    if (state->halts_under_way == 0) {
        return;
    }
    for (cg_session i = 0; i < state->session_count; i++) {
        for (uint32_t r = 0; r < CG_STOP_REQUESTS_MAX; r++) {
            const struct cg_stop_request *request = &state->stop_requests[i][r];
            if (request->used && !party_has_orders(state, request->party)) {
                halt_done(engine, request->party, i, r);
            }
        }
    }
    for (uint32_t i = 0; i < state->account_count; i++) {
        unnamed_settle(engine, (struct cg_party){i, CG_NONE});
    }
    for (uint32_t i = 0; i < state->firm_count; i++) {
        unnamed_settle(engine, (struct cg_party){CG_NONE, i});
    }
}
