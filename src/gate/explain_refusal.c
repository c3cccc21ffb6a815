/*
 * Why something was refused: for each reason the facts behind it.
 *
 * Says nothing that the journal does not have: where the words of a reject
 * (Text 58) knew more than its fact, the reader is told so.  Rules: R51.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "explain_story.h"

static const struct cg_state *books(const struct cg_explaining *at)
{
    return at->telling.state;
}

/* --- parties, prices ---------------------------------------------------- */

static void say_party(struct cg_explaining *at,
                      const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    if (refused->limit != CG_NONE && at->telling.fact->cause_session ==
                                         state->limits[refused->limit].owner) {
        cg_explain_say(
            at, "so", "%s says that it does not know the party (2326=1)",
            cg_explain_owner(at, &state->limits[refused->limit]).text);
    } else if (refused->limit != CG_NONE) {
        cg_explain_say(at, "so",
                       "%s is one of one clearing house, and the order names "
                       "none (role 21)",
                       cg_explain_limit(at, refused->limit).text);
    } else if (refused->account == CG_NONE) {
        cg_explain_say(at, "so",
                       "the account that the message names, if any, is not "
                       "known to the gate");
    } else {
        cg_explain_say(
            at, "so",
            "account %s is cleared by %s: %s may not trade for it, "
            "or the message names another clearing firm or "
            "clearing house",
            cg_explain_id(&state->accounts[refused->account].name).text,
            cg_explain_id(&state->accounts[refused->account].firm).text,
            cg_explain_session(state, at->telling.fact->session).text);
    }
}

static void say_unpriced(struct cg_explaining *at,
                         const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    uint32_t slot = refused->instrument;
    if (refused->limit != CG_NONE) {
        cg_explain_say(at, "so",
                       "its amount under %s is beyond what can be counted",
                       cg_explain_limit(at, refused->limit).text);
    } else if (slot == CG_NONE) {
        cg_explain_say(at, "so",
                       "what it would trade has no DV01 in the gate: nothing "
                       "is taken for zero");
    } else if (state->instruments[slot].rate == 0) {
        cg_explain_say_of(at, &at->trace->rates[slot], "so",
                          "%s has no DV01: nothing is taken for zero",
                          cg_explain_id(&state->instruments[slot].name).text);
    } else {
        cg_explain_say(at, "so",
                       "%s has a DV01, but the terms of the message have none",
                       cg_explain_id(&state->instruments[slot].name).text);
    }
}

static void say_stale(struct cg_explaining *at)
{
    const struct cg_rates_state *rates = &books(at)->rates;
    if (rates->version == 0) {
        cg_explain_say(at, "so", "no par rates were taken yet");
        return;
    }
    cg_explain_say_of(at, &at->trace->rates_taken, "rates",
                      "the par rates in force are version %llu, made at %s",
                      (unsigned long long)rates->version,
                      cg_explain_moment(rates->made_at).text);
    cg_explain_say(
        at, "so", "they were %s old, and older than they may be (%s)",
        cg_explain_age(at->telling.fact->time - rates->made_at).text,
        at->trace->rates_aged.no != 0
            ? cg_explain_origin(books(at), &at->trace->rates_aged).text
            : "MaxAgeMs=");
}

static void say_no_fx(struct cg_explaining *at,
                      const struct cg_refused *refused)
{
    if (refused->limit == CG_NONE) {
        return;
    }
    cg_explain_terms(at, refused->limit);
    cg_explain_say(at, "so",
                   "the DV01 is in another currency than the limit, %.3s, and "
                   "no rate between them is configured",
                   books(at)->limits[refused->limit].currency);
}

static void say_unenforced(struct cg_explaining *at,
                           const struct cg_refused *refused)
{
    if (refused->limit != CG_NONE) {
        cg_explain_say_of(at, &at->trace->limits[refused->limit].state, "so",
                          "%s cannot be enforced as it was sent, or has no "
                          "amount, and blocks until it is corrected",
                          cg_explain_limit(at, refused->limit).text);
    }
}

/* --- stops, links, deadlines -------------------------------------------- */

static void say_limit_stops(struct cg_explaining *at, uint32_t account)
{
    const struct cg_state *state = books(at);
    const struct cg_account *whose = &state->accounts[account];
    for (uint32_t i = 0; i < whose->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[whose->limits[i]];
        if (limit->stop != CG_LIMIT_STOPS_NOT) {
            cg_explain_say_of(at, &at->trace->limits[whose->limits[i]].state,
                              "so", "%s %s its party: an action of its owner",
                              cg_explain_limit(at, whose->limits[i]).text,
                              limit->stop == CG_LIMIT_HALTS ? "halts"
                                                            : "suspends");
        }
    }
}

/* Everybody whose stop stands. */
static void say_placers(struct cg_explaining *at,
                        const struct cg_stops *stops,
                        const struct cg_origin *origin,
                        const char *whom,
                        const struct cg_id *name)
{
    const struct cg_state *state = books(at);
    for (cg_session i = 0; i < state->session_count; i++) {
        bool halted = (stops->halted_by >> i & 1) != 0;
        if (halted || (stops->suspended_by >> i & 1) != 0) {
            cg_explain_say_of(at, origin, "so", "%s has %s %s %s",
                              cg_explain_session(state, i).text,
                              halted ? "halted" : "suspended", whom,
                              cg_explain_id(name).text);
        }
    }
}

static void say_stop(struct cg_explaining *at, const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    if (refused->limit != CG_NONE) {
        cg_explain_say_of(at, &at->trace->limits[refused->limit].state, "so",
                          "%s is %s", cg_explain_limit(at, refused->limit).text,
                          refused->reason == CG_PARTY_HALTED ? "halted"
                                                             : "suspended");
    }
    if (refused->account == CG_NONE) {
        return;
    }
    const struct cg_account *account = &state->accounts[refused->account];
    say_placers(at, &account->stops,
                &at->trace->account_stops[refused->account], "account",
                &account->name);
    say_placers(at, &state->firms[account->firm_slot].stops,
                &at->trace->firm_stops[account->firm_slot], "firm",
                &account->firm);
    say_limit_stops(at, refused->account);
}

static void
say_link(struct cg_explaining *at, cg_session session, const char *then)
{
    const struct cg_state *state = books(at);
    if (session >= state->session_count) {
        return;
    }
    if (state->sessions[session].up) {
        cg_explain_say(at, "so",
                       "%s was gone before it had this, and does not know it: "
                       "the gate answers in its stead",
                       cg_explain_session(state, session).text);
    } else if (at->trace->links[session].no == 0) {
        cg_explain_say(at, "so", "%s has never logged on: %s",
                       cg_explain_session(state, session).text, then);
    } else {
        cg_explain_say_of(at, &at->trace->links[session], "so",
                          "%s has been gone since: %s",
                          cg_explain_session(state, session).text, then);
    }
}

/* The client's venue, when there is no order that names it. */
static cg_session venue_of(const struct cg_explaining *at,
                           const struct cg_refused *refused)
{
    return refused->order != CG_NONE
               ? books(at)->orders[refused->order].venue
               : (cg_session)(at->telling.fact->flags >> 16);
}

/* When what is refused was taken. */
static cg_time taken_at(const struct cg_explaining *at,
                        const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    uint32_t request = at->telling.fact->request;
    if (refused->replace && request != CG_NONE) {
        return state->requests[request].taken_at;
    }
    return refused->order != CG_NONE ? state->orders[refused->order].taken_at
                                     : at->telling.fact->time;
}

static void say_timeout(struct cg_explaining *at,
                        const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    cg_time waited = at->telling.fact->time - taken_at(at, refused);
    cg_explain_say(at, "so", "it waited %s, until the hard deadline",
                   cg_explain_age(waited).text);
    if (refused->order == CG_NONE) {
        return;
    }
    for (uint32_t i = state->orders[refused->order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        bool waits = token->end == CG_END_TIMED_OUT ||
                     (refused->replace && token->ask != CG_NONE);
        if (waits && token->model == CG_MODEL_PING) {
            const struct cg_limit *limit = &state->limits[token->limit];
            cg_explain_say(at, "so",
                           "%s did not answer in time for token %s under %s",
                           cg_explain_session(state, limit->owner).text,
                           cg_explain_token(at, i).text,
                           cg_explain_limit(at, token->limit).text);
        }
    }
}

/* Those hubs that were asked and are gone. */
static void say_hubs(struct cg_explaining *at, uint32_t order)
{
    const struct cg_state *state = books(at);
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        cg_session owner = state->limits[token->limit].owner;
        if (token->model == CG_MODEL_PING && !state->sessions[owner].up) {
            say_link(at, owner, "what it was asked for cannot be granted");
        }
    }
}

static void say_hub(struct cg_explaining *at, const struct cg_refused *refused)
{
    if (refused->limit == CG_NONE && refused->order != CG_NONE) {
        say_hubs(at, refused->order);
    }
    if (refused->limit != CG_NONE) {
        const struct cg_limit *limit = &books(at)->limits[refused->limit];
        cg_explain_terms(at, refused->limit);
        bool ping = cg_limit_model(limit) == CG_MODEL_PING;
        say_link(at, limit->owner,
                 ping ? "nobody can grant what this limit needs"
                      : "the pushed amount has to stand in");
        if (!ping) {
            cg_explain_say_of(at, &at->trace->limits[refused->limit].set, "so",
                              "what was pushed then is too old, or too small "
                              "for its age (FallbackMaxAgeMs=)");
        }
    }
}

static void say_expired(struct cg_explaining *at,
                        const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    uint32_t i = refused->order != CG_NONE
                     ? state->orders[refused->order].tokens
                     : CG_NONE;
    for (; i != CG_NONE; i = state->tokens[i].next) {
        const struct cg_token *token = &state->tokens[i];
        if (refused->limit != CG_NONE && token->limit != refused->limit) {
            continue;
        }
        if (token->expires != CG_TIME_NEVER) {
            cg_explain_say(at, "so",
                           "token %s under %s ends at %s, less the margin for "
                           "clocks, and no renewal was granted before",
                           cg_explain_token(at, i).text,
                           cg_explain_limit(at, token->limit).text,
                           cg_explain_moment(token->expires).text);
        } else if (token->end != CG_END_NONE) {
            cg_explain_say(at, "so", "token %s under %s has ended (%s)",
                           cg_explain_token(at, i).text,
                           cg_explain_limit(at, token->limit).text,
                           cg_token_end_name(token->end));
        }
    }
}

/* --- messages ----------------------------------------------------------- */

static void say_duplicate(struct cg_explaining *at)
{
    const struct cg_state *state = books(at);
    const struct cg_fact *fact = at->telling.fact;
    uint32_t slot = cg_state_request(state, (cg_session)(fact->flags >> 16),
                                     (struct cg_slice){fact->id, fact->id_len});
    if (slot == CG_NONE) {
        return;
    }
    const struct cg_request *request = &state->requests[slot];
    cg_explain_say(at, "so", "the ClOrdID was used before, at %s by %s",
                   cg_explain_moment(request->taken_at).text,
                   cg_explain_session(state, request->client).text);
}

static bool all_links_down(const struct cg_state *state)
{
    for (uint32_t i = 0; i < state->session_count; i++) {
        if (state->sessions[i].up) {
            return false;
        }
    }
    return true;
}

/* A gate that has just started has no link, and whoever waited is answered
 * before anything else. */
static void say_stopping(struct cg_explaining *at,
                         const struct cg_refused *refused)
{
    if (refused->order != CG_NONE && all_links_down(books(at))) {
        cg_explain_say(at, "so",
                       "the gate was restarted while this waited: it is "
                       "answered before anything else, and takes no new risk "
                       "of before");
    } else if (refused->order != CG_NONE && at->telling.fact->cause_seq == 0) {
        cg_explain_say(at, "so", "the gate was told to stop while this waited");
    } else {
        cg_explain_say(at, "so",
                       "the gate was stopping, or had no room for more (the "
                       "reject's Text says which)");
    }
}

/* The client's and the gate's own requests that the venue has not answered. */
static void say_pending(struct cg_explaining *at,
                        const struct cg_refused *refused)
{
    const struct cg_state *state = books(at);
    uint32_t i = refused->order != CG_NONE
                     ? state->orders[refused->order].requests
                     : CG_NONE;
    for (; i != CG_NONE; i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        if (i == at->telling.fact->request ||
            request->state == CG_REQUEST_ACCEPTED ||
            request->state == CG_REQUEST_REFUSED) {
            continue;
        }
        cg_explain_say(at, "so", "%s, of %s, has no answer yet",
                       cg_explain_id(&request->id).text,
                       cg_explain_moment(request->taken_at).text);
    }
}

static void say_message(struct cg_explaining *at,
                        const struct cg_refused *refused)
{
    enum cg_reason reason = refused->reason;
    if (reason == CG_UNKNOWN_ORDER) {
        cg_explain_say(at, "so",
                       "no open order of this client has the OrigClOrdID or "
                       "OrderID that the message names, or the order ended "
                       "while this waited");
    } else if (reason == CG_REQUEST_PENDING) {
        cg_explain_say(at, "so",
                       "something on the order is still to be answered");
        say_pending(at, refused);
    } else if (reason == CG_REPLACE_NOT_ALLOWED) {
        cg_explain_say(at, "so",
                       "the replace changes what a replace may not change, or "
                       "raises the order under a limit that came after it");
    } else if (reason == CG_STALE_RESEND) {
        cg_explain_say(at, "so",
                       "it came as a repeat (PossDupFlag or PossResend) that "
                       "was never seen before, and is too old to be taken");
    } else if (reason == CG_BAD_FIELD) {
        cg_explain_say(at, "so",
                       "a field of the message cannot be used (the reject's "
                       "Text names it)");
    }
}

/* --- the whole ---------------------------------------------------------- */

static void say_why(struct cg_explaining *at, const struct cg_refused *refused)
{
    switch (refused->reason) {
    case CG_LIMIT_EXCEEDED:
    case CG_NO_CREDIT_LINE:
    case CG_CLIP_SIZE:
    case CG_MAX_NOTIONAL:
    case CG_HUB_DENIED:
        cg_explain_credit(at, refused);
        break;
    case CG_UNKNOWN_PARTY:
        say_party(at, refused);
        break;
    case CG_DV01_UNAVAILABLE:
        say_unpriced(at, refused);
        break;
    case CG_RATES_STALE:
        say_stale(at);
        break;
    case CG_FX_RATE_MISSING:
        say_no_fx(at, refused);
        break;
    case CG_LIMIT_UNENFORCEABLE:
        say_unenforced(at, refused);
        break;
    case CG_PARTY_SUSPENDED:
    case CG_PARTY_HALTED:
        say_stop(at, refused);
        break;
    case CG_CHECK_TIMEOUT:
        say_timeout(at, refused);
        break;
    case CG_HUB_UNAVAILABLE:
        say_hub(at, refused);
        break;
    case CG_RESERVATION_EXPIRED:
    case CG_TOKEN_INVALIDATED:
        say_expired(at, refused);
        break;
    case CG_VENUE_DOWN:
        say_link(at, venue_of(at, refused), "new risk needs its venue");
        break;
    case CG_DUPLICATE_CLORDID:
        say_duplicate(at);
        break;
    case CG_GATE_STOPPING:
        say_stopping(at, refused);
        break;
    case CG_ORDER_PULLED:
        if (refused->order != CG_NONE && !refused->replace) {
            cg_explain_updates(at, refused->order);
        }
        cg_explain_say(at, "so",
                       refused->replace
                           ? "its order is pulled, to fit a limit"
                           : "it is pulled before it has gone on: a limit no "
                             "longer holds what it would use");
        break;
    case CG_UNKNOWN_ORDER:
    case CG_REQUEST_PENDING:
    case CG_REPLACE_NOT_ALLOWED:
    case CG_STALE_RESEND:
    case CG_BAD_FIELD:
    case CG_REASON_NONE:
        say_message(at, refused);
        break;
    }
}

/* What the clearing firm's desk can do something about. */
static bool is_for_desk(enum cg_reason reason)
{
    return cg_explain_is_credit(reason) || reason == CG_RATES_STALE ||
           reason == CG_PARTY_SUSPENDED || reason == CG_PARTY_HALTED ||
           reason == CG_CHECK_TIMEOUT || reason == CG_RESERVATION_EXPIRED ||
           reason == CG_TOKEN_INVALIDATED || reason == CG_ORDER_PULLED;
}

void cg_explain_remedy(struct cg_explaining *at,
                       enum cg_reason reason,
                       uint32_t slot,
                       uint32_t account)
{
    const struct cg_state *state = books(at);
    char advice[CG_TEXT_MAX + 1];
    struct cg_words contact = cg_explain_contact(state, account);
    struct cg_words owner = {"the credit provider"};
    if (slot != CG_NONE) {
        owner = cg_explain_owner(at, &state->limits[slot]);
    } else if (account != CG_NONE) {
        owner = cg_explain_id(&state->accounts[account].firm);
    }
    cg_reason_advice(reason, cg_slice_str(owner.text),
                     cg_slice_str(contact.text), advice);
    cg_explain_advise(at, "do", advice);
    if (account != CG_NONE && is_for_desk(reason) &&
        strstr(advice, contact.text) == NULL) {
        cg_explain_advise(at, "call", contact.text);
    }
}

void cg_explain_refusal(struct cg_explaining *at,
                        const struct cg_refused *refused)
{
    say_why(at, refused);
    cg_explain_others(at, refused);
    cg_explain_remedy(at, refused->reason, refused->limit, refused->account);
}
