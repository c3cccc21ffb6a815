/*
 * What a journal may not hold: each fact of each session in sample_sessions/ is
 * spoilt in every way that apply.c takes for granted it is not, and must be
 * refused, with the state as it is at that moment.
 *
 * A row that no session gives a chance to fails, too.  Rules: R20, R23, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"
#include "decide.h"
#include "sessions.h"
#include "wrapped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <creditgate/audit.h>

/* --- a state that is put back -------------------------------------------- */

static struct {
    void *place;
    size_t size;
    char bytes[16];
} undo[4];
static size_t undo_count;

static void keep(void *place, size_t size)
{
    assert_true(undo_count < 4 && size <= sizeof(undo[0].bytes));
    undo[undo_count].place = place;
    undo[undo_count].size = size;
    memcpy(undo[undo_count++].bytes, place, size);
}

static void put_back(void)
{
    while (undo_count > 0) {
        undo_count--;
        memcpy(undo[undo_count].place, undo[undo_count].bytes,
               undo[undo_count].size);
    }
}

/* |place|, in the arrays of the state, is |value| while one row is tried. */
#define SPOIL(place, value)                                                    \
    do {                                                                       \
        keep(&(place), sizeof(place));                                         \
        (place) = (__typeof__(place))(value);                                  \
    } while (0)

static const char long_id[CG_NAME_MAX + 2] = "longer than a name";

/* --- the rows ------------------------------------------------------------ */

/* In each |f| is the fact, |s| a copy of the state whose arrays are the real
 * ones; X(kind, name, when it can be done, what is done). */
#define ORDER (s->orders[f->order])
#define TOKEN (s->tokens[f->token])
#define LIMIT (s->limits[f->limit])
#define REQUEST (s->requests[f->request])
#define OWN_REQUEST (s->requests[ORDER.request])

#define EVERY(X)                                                               \
    X(ANY, no_again, true, f->no--)                                            \
    X(ANY, no_left_out, true, f->no++)                                         \
    X(ANY, kind, true, f->kind = CG_FACT_KIND_COUNT)                           \
    X(ANY, order_max, true, f->order = s->order_max)                           \
    X(ANY, request_max, true, f->request = s->request_max)                     \
    X(ANY, token_max, true, f->token = s->token_max)                           \
    X(ANY, ask_max, true, f->ask = s->ask_max)                                 \
    X(ANY, limit_max, true, f->limit = s->limit_max)                           \
    X(ANY, account_max, true, f->account = s->account_max)                     \
    X(ANY, instrument_max, true, f->instrument = s->instrument_max)            \
    X(ANY, session_max, true, f->session = CG_SESSIONS_MAX)                    \
    X(ANY, id_len, true, (f->id = long_id, f->id_len = CG_NAME_MAX + 1))       \
    X(ANY, time_before, s->now > 0, f->time = s->now - 1)                      \
    X(ANY, time_never, true, f->time = INT64_MAX)                              \
    X(ANY, order_top,                                                          \
      f->kind != CG_FACT_ORDER_TAKEN && s->order_top < s->order_max,           \
      f->order = s->order_top)                                                 \
    X(ANY, order_free,                                                         \
      f->kind != CG_FACT_ORDER_TAKEN && s->order_free != CG_NONE,              \
      f->order = s->order_free)                                                \
    X(ANY, token_top, !brings_token(f) && s->token_top < s->token_max,         \
      f->token = s->token_top)                                                 \
    X(ANY, ask_top, f->kind != CG_FACT_ASK_SENT && s->ask_top < s->ask_max,    \
      f->ask = s->ask_top)                                                     \
    X(ANY, limit_top,                                                          \
      f->kind != CG_FACT_LIMIT_NAMED && s->limit_count < s->limit_max,         \
      f->limit = s->limit_count)

#define NAMES(X)                                                               \
    X(SESSION_NAMED, other, true, f->session++)                                \
    X(ACCOUNT_NAMED, other, f->account + 1 < s->account_max, f->account++)     \
    X(ACCOUNT_NAMED, firms_full, true,                                         \
      (s->firm_count = s->firm_max, f->text_len = 0))                          \
    X(ACCOUNT_WARNINGS, other, s->account_count < s->account_max,              \
      f->account = s->account_count)                                           \
    X(CCP_NAMED, other, true, f->value++)                                      \
    X(CCP_NAMED, full, true,                                                   \
      (s->ccp_count = CG_CCPS_MAX, f->value = CG_CCPS_MAX))                    \
    X(LIMIT_NAMED, other, f->limit + 1 < s->limit_max, f->limit++)             \
    X(LIMIT_NAMED, again, s->limit_count > 0,                                  \
      (f->id = s->limits[0].id.text, f->id_len = s->limits[0].id.len))         \
    X(LIMIT_NAMED, no_currency, true, f->text_len = 3)                         \
    X(LIMIT_NAMED, kind, true, f->value = CG_LIMIT_NOTIONAL + 1)               \
    X(LIMIT_NAMED, measure, true, f->flags |= 0xf)                             \
    X(LIMIT_NAMED, model, true, f->flags |= 0xf0)                              \
    X(LIMIT_NAMED, pull, true, f->flags |= 0xf00)                              \
    X(LIMIT_NAMED, owner, s->session_count < CG_SESSIONS_MAX,                  \
      f->session = (cg_session)s->session_count)                               \
    X(LIMIT_NAMED, account, f->account != CG_NONE, s->account_count = 0)       \
    X(LIMIT_NAMED, full, f->account != CG_NONE,                                \
      SPOIL(s->accounts[f->account].limit_count, CG_ACCOUNT_LIMITS_MAX))       \
    X(LIMIT_SET, none, true, f->limit = CG_NONE)                               \
    X(LIMIT_SET, state, true, f->value = CG_LIMIT_STATES)                      \
    X(LIMIT_SET, model, true, f->flags |= 0xf0)                                \
    X(LIMIT_SET, action, true, f->flags |= 0xf00)                              \
    X(LIMIT_STATE, state, true, f->value = CG_LIMIT_STATES)                    \
    X(LIMIT_STATE, none, true, f->limit = CG_NONE)                             \
    X(LIMIT_SCOPED, none, true, f->limit = CG_NONE)                            \
    X(LIMIT_SCOPED, full, true,                                                \
      (s->scope_top = s->scope_max, s->scope_free = CG_NONE))                  \
    X(LIMIT_WARNED, none, true, f->limit = CG_NONE)                            \
    X(LIMIT_WARNED, account, s->account_count < s->account_max,                \
      f->account = s->account_count)                                           \
    X(LIMIT_WARNED, account_gone, f->account != CG_NONE, s->account_count = 0) \
    X(LIMIT_STOPPED, none, true, f->limit = CG_NONE)                           \
    X(LIMIT_STOPPED, stop, true, f->value = CG_LIMIT_STOPS)                    \
    X(LIMIT_STOPPED, owner, true, SPOIL(LIMIT.owner, CG_SESSION_NONE))         \
    X(LIMIT_STOPPED, party, true, {                                            \
        SPOIL(LIMIT.account, CG_NONE);                                         \
        SPOIL(LIMIT.firm.len, 0);                                              \
    })                                                                         \
    X(STOP_PLACED, kind, true, f->flags = CG_STOP_HALT + 1)                    \
    X(STOP_PLACED, nobodys, true, f->session = CG_SESSION_NONE)                \
    X(STOP_PLACED, number, true, f->value = CG_STOP_REQUESTS_MAX + 1)          \
    X(STOP_PLACED, account, f->account != CG_NONE, s->account_count = 0)       \
    X(STOP_PLACED, firm, true, (f->account = CG_NONE, f->text_len = 0))        \
    X(STOP_PLACED, used, f->value > 0,                                         \
      SPOIL(s->stop_requests[f->session][f->value - 1].used, true))            \
    X(STOP_DONE, none, true, s->halts_under_way = 0)                           \
    X(STOP_DONE, unused, f->value > 0,                                         \
      SPOIL(s->stop_requests[f->session][f->value - 1].used, false))           \
    X(STOP_DONE, unnamed, f->value > 0, f->value = 0)                          \
    X(INSTRUMENT_NAMED, other, f->instrument + 1 < s->instrument_max,          \
      f->instrument++)                                                         \
    X(INSTRUMENT_NAMED, none, true, f->instrument = CG_NONE)                   \
    X(INSTRUMENT_NAMED, full, is_new_instrument(s, f),                         \
      (f->instrument = CG_NONE, s->instrument_free = CG_NONE,                  \
       s->instrument_count = s->instrument_max))                               \
    X(INSTRUMENT_NAMED, currency, true, (f->flags |= 1, f->text_len = 3))      \
    X(INSTRUMENT_RATED, none, true, f->instrument = CG_NONE)                   \
    X(INSTRUMENT_RATED, unused, true, SPOIL(INSTRUMENT.used, false))           \
    X(INSTRUMENT_RATED, rate, true, f->rate = -1)                              \
    X(INSTRUMENT_RATED, forgotten, !INSTRUMENT.idle,                           \
      f->kind = CG_FACT_INSTRUMENT_FORGOTTEN)                                  \
    X(RATES_TAKEN, version, true, f->number++)                                 \
    X(RATES_TAKEN, digest, true, f->text_len = 8)
#define INSTRUMENT (s->instruments[f->instrument])

#define ORDERS(X)                                                              \
    X(ORDER_TAKEN, other, f->order + 1 < s->order_max, f->order++)             \
    X(ORDER_TAKEN, request, f->request + 1 < s->request_max, f->request++)     \
    X(ORDER_TAKEN, number, true, f->number++)                                  \
    X(ORDER_TAKEN, qty, true, f->qty = -1)                                     \
    X(ORDER_TAKEN, account, true, s->account_count = f->account)               \
    X(ORDER_TAKEN, venue, true, f->flags |= 0xffff0000)                        \
    X(ORDER_TAKEN, nobodys, true, f->session = CG_SESSION_NONE)                \
    X(ORDER_TAKEN, id, true, f->id_len = 0)                                    \
    X(ORDER_REFUSED, request,                                                  \
      f->order == CG_NONE && f->request + 1 < s->request_max, f->request++)    \
    X(ORDER_REFUSED, venue, f->order == CG_NONE && f->request != CG_NONE,      \
      f->flags |= 0xffff0000)                                                  \
    X(ORDER_REFUSED, closed, f->order != CG_NONE,                              \
      SPOIL(ORDER.state, CG_ORDER_CLOSED))                                     \
    X(ORDER_REFUSED, queued, f->order != CG_NONE, SPOIL(ORDER.places, 0))      \
    X(ORDER_REFUSED, refused, f->order != CG_NONE,                             \
      SPOIL(OWN_REQUEST.state, CG_REQUEST_REFUSED))                            \
    X(ORDER_QUEUED, other, true, f->value++)                                   \
    X(ORDER_QUEUED, none, true, f->order = CG_NONE)                            \
    X(ORDER_QUEUED, full, true,                                                \
      (f->value = CG_NONE, s->place_free = CG_NONE,                            \
       s->place_top = s->place_max))                                           \
    X(ORDER_QUEUED, twice, f->limit != CG_NONE, f->limit = CG_NONE)            \
    X(ORDER_QUEUED, tokens, f->limit == CG_NONE, SPOIL(ORDER.tokens, 0))       \
    X(ORDER_QUEUED, state, true, SPOIL(ORDER.state, CG_ORDER_OPEN))            \
    X(ORDER_LEFT, none, true, f->order = CG_NONE)                              \
    X(ORDER_LEFT, twice, true, SPOIL(ORDER.places, CG_NONE))                   \
    X(ORDER_LEFT, early, f->limit != CG_NONE, f->limit = CG_NONE)              \
    X(ORDER_LEFT, others, f->limit == CG_NONE,                                 \
      SPOIL(s->places[ORDER.places].other, ORDER.places))                      \
    X(ORDER_LEFT, state, f->limit == CG_NONE,                                  \
      SPOIL(ORDER.state, CG_ORDER_OPEN))                                       \
    X(ORDER_SENT, none, true, f->order = CG_NONE)                              \
    X(ORDER_SENT, state, true, SPOIL(ORDER.state, CG_ORDER_OPEN))              \
    X(ORDER_SENT, request, true,                                               \
      SPOIL(OWN_REQUEST.state, CG_REQUEST_ACCEPTED))                           \
    X(ORDER_SENT, forgotten_none, true,                                        \
      (f->kind = CG_FACT_ORDER_FORGOTTEN, f->order = CG_NONE))                 \
    X(ORDER_SENT, forgotten, true, f->kind = CG_FACT_ORDER_FORGOTTEN)          \
    X(ORDER_SENT, forgotten_doubtful, true, {                                  \
        f->kind = CG_FACT_ORDER_FORGOTTEN;                                     \
        SPOIL(ORDER.doubtful, true);                                           \
    })                                                                         \
    X(ORDER_ACKED, none, true, f->order = CG_NONE)                             \
    X(ORDER_ACKED, state, true, SPOIL(ORDER.state, CG_ORDER_CLOSED))           \
    X(ORDER_RESTATED, none, true, f->order = CG_NONE)                          \
    X(ORDER_RESTATED, qty, true, f->qty = -1)                                  \
    X(ORDER_CLOSED, none, true, f->order = CG_NONE)                            \
    X(ORDER_CLOSED, state, true, SPOIL(ORDER.state, CG_ORDER_CLOSED))          \
    X(ORDER_CLOSED, queued, true, SPOIL(ORDER.places, 0))                      \
    X(ORDER_SENT, identified_none, true,                                       \
      (f->kind = CG_FACT_ORDER_IDENTIFIED, f->order = CG_NONE))                \
    X(STATUS_ASKED, none, true, f->order = CG_NONE)                            \
    X(STATUS_TOLD, none, true, f->order = CG_NONE)                             \
    X(STATUS_RELAYED, none, true, f->order = CG_NONE)                          \
    X(STATUS_RELAYED, unasked, (f->flags & 1) == 0,                            \
      SPOIL(ORDER.client_asks, 0))                                             \
    X(ORDER_FILLED, none, true, f->order = CG_NONE)                            \
    X(ORDER_FILLED, sent, true, SPOIL(ORDER.sent, false))                      \
    X(ORDER_FILLED, qty, true, f->qty = -1)                                    \
    X(ORDER_FILLED, most, ORDER.tokens != CG_NONE && is_dear(s, f),            \
      f->qty = INT64_MAX)                                                      \
    X(ORDER_FILLED, sum, s->tokens[ORDER.tokens].spent, {                      \
        uint32_t of = s->tokens[ORDER.tokens].limit;                           \
        SPOIL(s->limits[of].gross, INT64_MAX / 2);                             \
    })                                                                         \
    X(LEG_TAKEN, other, f->number + 1 < s->leg_max, f->number++)               \
    X(LEG_TAKEN, full, true, f->number = s->leg_max)                           \
    X(LEG_TAKEN, none_left, true,                                              \
      (s->leg_top = s->leg_max, s->leg_free = CG_NONE))                        \
    X(LEG_TAKEN, none, true, f->order = CG_NONE)                               \
    X(LEG_TAKEN, ratio, true, f->amount = 0)                                   \
    X(LEG_TAKEN, ratio_max, true, f->amount = (cg_dv01)CG_RATIO_MAX + 1)       \
    X(LEG_TAKEN, state, true, SPOIL(ORDER.state, CG_ORDER_OPEN))               \
    X(LEG_TAKEN, tokens, true, SPOIL(ORDER.tokens, 0))                         \
    X(LEG_TAKEN, side, true, f->side = '3')                                    \
    X(LEG_TAKEN, many, ORDER.legs != CG_NONE,                                  \
      SPOIL(s->packages[ORDER.legs].count, CG_LEGS_MAX))                       \
    X(LEG_TAKEN, instrument, true, f->instrument = CG_NONE)                    \
    X(LEG_CHARGED, leg_top, true, f->number = s->leg_top)                      \
    X(LEG_CHARGED, none, true, f->token = CG_NONE)                             \
    X(LEG_CHARGED, rate, true, f->rate = -1)                                   \
    X(LEG_CHARGED, full, true, s->shares_used = s->share_max)                  \
    X(LEG_CHARGED, single, true, SPOIL(TOKEN.sum, CG_SUM_ORDER))               \
    X(LEG_CHARGED, others, true, SPOIL(s->orders[TOKEN.order].legs, CG_NONE))  \
    X(LEG_CHARGED, twice, TOKEN.shares != CG_NONE,                             \
      f->number = s->shares[TOKEN.shares].leg)                                 \
    X(LEG_FILLED, leg_top, true, f->number = s->leg_top)                       \
    X(LEG_FILLED, none, true, f->order = CG_NONE)                              \
    X(LEG_FILLED, qty, true, f->qty = -1)                                      \
    X(LEG_FILLED, single, true, SPOIL(ORDER.legs, CG_NONE))                    \
    X(LEG_FILLED, others, s->legs[ORDER.legs].next != CG_NONE, {               \
        SPOIL(ORDER.legs, s->legs[ORDER.legs].next == f->number                \
                              ? f->number                                      \
                              : s->legs[ORDER.legs].next);                     \
        f->number = other_leg(s, f);                                           \
    })

#define TOKENS(X)                                                              \
    CHARGES(X, TOKEN_CHARGED)                                                  \
    CHARGES(X, TOKEN_ADDED)                                                    \
    X(TOKEN_CHARGED, owner, f->value == CG_MODEL_PING,                         \
      SPOIL(LIMIT.owner, CG_SESSION_NONE))                                     \
    X(TOKEN_CHARGED, sent, true, SPOIL(ORDER.state, CG_ORDER_SENT))            \
    X(TOKEN_ADDED, queued, true, SPOIL(ORDER.state, CG_ORDER_QUEUED))          \
    X(TOKEN_ADDED, asked, true, f->value = CG_MODEL_PING)                      \
    X(TOKEN_ADDED, filled, true, f->other = -1)                                \
    X(TOKEN_ADDED, overfilled, true, f->other = f->amount + 1)                 \
    X(TOKEN_RECHARGED, none, true, f->token = CG_NONE)                         \
    X(TOKEN_RECHARGED, amount, true, f->amount = -1)                           \
    X(TOKEN_RECHARGED, most, true, f->amount = INT64_MAX)                      \
    X(TOKEN_PRICED, other, true, f->value++)                                   \
    X(TOKEN_PRICED, full, true,                                                \
      (f->value = CG_NONE, s->price_free = CG_NONE,                            \
       s->price_top = s->price_max))                                           \
    X(TOKEN_PRICED, no_request, true, f->request = CG_NONE)                    \
    X(TOKEN_PRICED, others, true, SPOIL(REQUEST.order, CG_NONE))               \
    X(TOKEN_PRICED, rate, true, f->rate = -1)                                  \
    X(TOKEN_PRICED, leg_top, true, f->number = s->leg_top + 1)                 \
    X(TOKEN_PRICED, package, TOKEN.sum == CG_SUM_ORDER,                        \
      SPOIL(TOKEN.sum, CG_SUM_LEGS))                                           \
    X(TOKEN_RECHARGED, repriced_amount, true,                                  \
      (f->kind = CG_FACT_TOKEN_REPRICED, f->amount = -1))                      \
    X(TOKEN_RECHARGED, repriced_rate, true,                                    \
      (f->kind = CG_FACT_TOKEN_REPRICED, f->rate = -1))                        \
    X(TOKEN_RECHARGED, repriced_request, s->request_top < s->request_max,      \
      (f->kind = CG_FACT_TOKEN_REPRICED, f->request = s->request_top))         \
    X(TOKEN_GRANTED, amount, true, f->amount = -1)                             \
    X(TOKEN_GRANTED, until, true, f->until = -1)                               \
    X(TOKEN_GRANTED, state, (f->flags & 1) == 0,                               \
      SPOIL(TOKEN.state, CG_TOKEN_RETURNING))                                  \
    X(TOKEN_RETURNED, end, true, f->value = CG_TOKEN_ENDS)                     \
    X(TOKEN_RETURNED, state, true, SPOIL(TOKEN.state, CG_TOKEN_CLOSED))        \
    X(TOKEN_CLOSED, end, true, f->value = CG_TOKEN_ENDS)                       \
    X(TOKEN_CLOSED, state, true, SPOIL(TOKEN.state, CG_TOKEN_CLOSED))          \
    X(TOKEN_LAPSED, end, true, f->value = CG_TOKEN_ENDS)                       \
    X(ASK_PENDING, none, true, f->token = CG_NONE)                             \
    X(ASK_SENT, other, f->ask + 1 < s->ask_max, f->ask++)                      \
    X(ASK_SENT, none, true, f->token = CG_NONE)                                \
    X(ASK_SENT, full, true,                                                    \
      (f->ask = CG_NONE, s->ask_free = CG_NONE, s->ask_top = s->ask_max))      \
    X(ASK_SENT, kind, true, f->value = CG_ASK_KINDS)                           \
    X(ASK_SENT, number, true, f->number++)                                     \
    X(ASK_SENT, amount, true, f->amount = -1)                                  \
    X(ASK_SENT, owner, true,                                                   \
      SPOIL(s->limits[TOKEN.limit].owner, CG_SESSION_NONE))                    \
    X(ASK_ANSWERED, none, true, f->ask = CG_NONE)                              \
    X(ASK_ANSWERED, open, true, SPOIL(s->asks[f->ask].open, false))            \
    X(ASK_ANSWERED, others, f->token != CG_NONE,                               \
      SPOIL(s->asks[f->ask].token, CG_NONE))                                   \
    X(ASK_REPEATED, none, true, f->ask = CG_NONE)

/* What both facts that charge have in common. */
#define CHARGES(X, charged)                                                    \
    X(charged, none, true, f->order = CG_NONE)                                 \
    X(charged, other, f->token + 1 < s->token_max, f->token++)                 \
    X(charged, full, true,                                                     \
      (f->token = CG_NONE, s->token_free = CG_NONE,                            \
       s->token_top = s->token_max))                                           \
    X(charged, limit, true, f->limit = CG_NONE)                                \
    X(charged, side, true, f->side = '3')                                      \
    X(charged, number, true, f->number++)                                      \
    X(charged, rate, true, f->rate = -1)                                       \
    X(charged, sum, true,                                                      \
      f->flags = (f->flags & ~6u) | (ORDER.legs == CG_NONE ? 2u : 0))          \
    X(charged, amount, true, f->amount = -1)                                   \
    X(charged, most, true, f->amount = INT64_MAX)                              \
    X(charged, model, true, f->value = CG_MODEL_PING_WITH_PUSH)                \
    X(charged, closed, true, SPOIL(ORDER.state, CG_ORDER_CLOSED))

#define REQUESTS(X)                                                            \
    X(REQUEST_TAKEN, none, true, f->order = CG_NONE)                           \
    X(REQUEST_TAKEN, other, f->request + 1 < s->request_max, f->request++)     \
    X(REQUEST_TAKEN, full, true,                                               \
      (f->request = CG_NONE, s->request_free = CG_NONE,                        \
       s->request_top = s->request_max))                                       \
    X(REQUEST_TAKEN, venue, true, f->flags |= 0xffff0000)                      \
    X(REQUEST_TAKEN, kind, true, f->value = CG_REQUEST_PULL + 1)               \
    X(REQUEST_TAKEN, qty, true, f->qty = -1)                                   \
    X(REQUEST_TAKEN, target, true, f->number = (cg_seq)s->request_max + 1)     \
    X(REQUEST_PASSED, other, f->request > 0, f->request--)                     \
    X(REQUEST_PASSED, order, s->order_top > 0 && !is_free(s, 0), f->order = 0) \
    X(REQUEST_PASSED, target, true, f->number = (cg_seq)s->request_max + 1)    \
    X(REQUEST_ADVANCED, none, true, f->order = CG_NONE)                        \
    X(REQUEST_ADVANCED, no_request, true, f->request = CG_NONE)                \
    X(REQUEST_ADVANCED, others, true, SPOIL(REQUEST.order, CG_NONE))           \
    X(REQUEST_ADVANCED, raise, true, SPOIL(ORDER.raise, f->request))           \
    X(REQUEST_ADVANCED, behind, true, SPOIL(ORDER.behind, 0))                  \
    X(REQUEST_ADVANCED, state, true, SPOIL(REQUEST.state, CG_REQUEST_SENT))    \
    X(REQUEST_SENT, no_request, true, f->request = CG_NONE)                    \
    X(REQUEST_SENT, others, true, SPOIL(REQUEST.order, CG_NONE))               \
    X(REQUEST_SENT, none, true, {                                              \
        f->order = CG_NONE;                                                    \
        SPOIL(REQUEST.order, CG_NONE);                                         \
    })                                                                         \
    X(REQUEST_SENT, state, true, SPOIL(REQUEST.state, CG_REQUEST_REFUSED))     \
    X(REQUEST_WITHHELD, no_request, true, f->request = CG_NONE)                \
    X(REQUEST_ACCEPTED, no_request, true, f->request = CG_NONE)                \
    X(REQUEST_ACCEPTED, state, true, SPOIL(REQUEST.state, CG_REQUEST_REFUSED)) \
    X(REQUEST_ACCEPTED, qty, true, f->qty = -1)                                \
    X(REQUEST_ACCEPTED, others, true, SPOIL(REQUEST.order, s->order_max))      \
    X(REQUEST_REFUSED, other,                                                  \
      f->request != CG_NONE && is_unused(s, f->request) &&                     \
          f->request + 1 < s->request_max,                                     \
      f->request++)                                                            \
    X(REQUEST_REFUSED, state,                                                  \
      f->request != CG_NONE && !is_unused(s, f->request),                      \
      SPOIL(REQUEST.state, CG_REQUEST_REFUSED))                                \
    X(REQUEST_REFUSED, order_gone,                                             \
      f->request != CG_NONE && !is_unused(s, f->request) &&                    \
          f->order != CG_NONE,                                                 \
      {                                                                        \
          f->order = CG_NONE;                                                  \
          SPOIL(REQUEST.order, s->order_max);                                  \
      })                                                                       \
    X(REQUEST_REFUSED, behind,                                                 \
      f->request != CG_NONE && !is_unused(s, f->request) &&                    \
          REQUEST.state == CG_REQUEST_BEHIND,                                  \
      SPOIL(ORDER.behind, 0))                                                  \
    X(REQUEST_REFUSED, behind_nothing,                                         \
      f->request != CG_NONE && !is_unused(s, f->request) &&                    \
          REQUEST.state == CG_REQUEST_BEHIND,                                  \
      {                                                                        \
          f->order = CG_NONE;                                                  \
          SPOIL(REQUEST.order, CG_NONE);                                       \
      })                                                                       \
    X(RESENDS_ENDED, session, true, f->session = CG_SESSION_NONE)              \
    X(COMPARED, session, true, f->session = CG_SESSION_NONE)                   \
    X(LINK_UP, session, true, f->session = CG_SESSION_NONE)                    \
    X(LINK_DOWN, session, true, f->session = CG_SESSION_NONE)                  \
    X(HUB_MISSED, session, true, f->session = CG_SESSION_NONE)                 \
    X(HUB_MISSED, none, true, f->order = CG_NONE)                              \
    X(DAY_ENDED, behind_closed, s->closed_first != CG_NONE, {                  \
        uint32_t at = s->orders[s->closed_first].requests;                     \
        SPOIL(s->requests[at].state, CG_REQUEST_BEHIND);                       \
    })                                                                         \
    X(DAY_ENDED, behind_doubtful, s->doubtful.first != CG_NONE, {              \
        uint32_t at = s->orders[s->doubtful.first].requests;                   \
        SPOIL(s->requests[at].state, CG_REQUEST_BEHIND);                       \
    })                                                                         \
    X(DAY_ENDED, behind_loose, s->request_loose != CG_NONE,                    \
      SPOIL(s->requests[s->request_loose].state, CG_REQUEST_BEHIND))

#define ROWS(X) EVERY(X) NAMES(X) ORDERS(X) TOKENS(X) REQUESTS(X)

enum { CG_FACT_ANY = CG_FACT_KIND_COUNT + 1 };

enum row {
#define X(kind, name, when, what) ROW_##kind##_##name,
    ROWS(X)
#undef X
        ROW_COUNT,
};

static const char *const row_names[ROW_COUNT] = {
#define X(kind, name, when, what) #kind " " #name,
    ROWS(X)
#undef X
};

static const int row_kinds[ROW_COUNT] = {
#define X(kind, name, when, what) (int)CG_FACT_##kind,
    ROWS(X)
#undef X
};

static bool brings_token(const struct cg_fact *f)
{
    return f->kind == CG_FACT_TOKEN_CHARGED || f->kind == CG_FACT_TOKEN_ADDED;
}

static bool is_new_instrument(const struct cg_state *s, const struct cg_fact *f)
{
    struct cg_slice name = {f->id, f->id_len};
    return cg_state_instrument(s, name) == CG_NONE;
}

static bool is_free(const struct cg_state *s, uint32_t order)
{
    return s->orders[order].state == CG_ORDER_FREE;
}

static bool is_unused(const struct cg_state *s, uint32_t request)
{
    return request >= s->request_top ||
           s->requests[request].state == CG_REQUEST_FREE;
}

/* What the largest quantity is worth cannot be said in 64 bits. */
static bool is_dear(const struct cg_state *s, const struct cg_fact *f)
{
    const struct cg_token *token = &s->tokens[s->orders[f->order].tokens];
    return token->spent && token->sum == CG_SUM_ORDER && token->rate > 2000000;
}

/* A leg of the order that is not in its list as it is spoilt. */
static cg_seq other_leg(const struct cg_state *s, const struct cg_fact *f)
{
    for (uint32_t i = 0; i < s->leg_top; i++) {
        bool in = false;
        for (uint32_t leg = s->orders[f->order].legs; leg != CG_NONE;
             leg = s->legs[leg].next) {
            in = in || leg == i;
        }
        if (!in) {
            return i;
        }
    }
    fail_msg("every leg is in");
    return 0;
}

static bool spoil(enum row row, struct cg_state *s, struct cg_fact *f)
{
    switch (row) {
#define X(of, name, when, what)                                                \
    case ROW_##of##_##name:                                                    \
        if (!(when)) {                                                         \
            return false;                                                      \
        }                                                                      \
        what;                                                                  \
        return true;
        ROWS(X)
#undef X
    case ROW_COUNT:
        break;
    }
    return false;
}

/* --- every fact ---------------------------------------------------------- */

static size_t tried[ROW_COUNT];
static size_t passed[ROW_COUNT];
static const char *playing;

WRAPPED(cg_engine_recover);

int __wrap_cg_engine_recover(struct cg_engine *engine,
                             const struct cg_fact *fact)
{
    static struct cg_state state;
    assert_true(cg_fact_fits(&engine->state, fact));
    for (unsigned row = 0; row < ROW_COUNT; row++) {
        struct cg_fact spoilt = *fact;
        if (row_kinds[row] != CG_FACT_ANY &&
            row_kinds[row] != (int)fact->kind) {
            continue;
        }
        state = engine->state;
        if (spoil((enum row)row, &state, &spoilt)) {
            bool fits = cg_fact_fits(&state, &spoilt);
            put_back();
            tried[row]++;
            if (fits && passed[row]++ == 0) {
                print_error("%s is not refused, fact %llu of %s\n",
                            row_names[row], (unsigned long long)fact->no,
                            playing);
            }
        }
    }
    struct cg_fact other = *fact;
    other.no++;
    assert_int_equal(__real_cg_engine_recover(engine, &other), CG_ERR_CORRUPT);
    return __real_cg_engine_recover(engine, fact);
}

static void test_fact_fits_no_spoilt_fact(void **state)
{
    struct sessions sessions;
    size_t wrong = 0;
    (void)state;
    sessions_open_share(&sessions, SESSIONS_SHARE);
    for (size_t i = 0; i < sessions.count; i++) {
        struct cg_script script;
        struct crash_run run;
        playing = sessions_name(sessions.paths[i]);
        assert_int_equal(
            cg_script_read(sessions.paths[i], sessions_mistake, NULL, &script),
            0);
        crash_run_play(&run, &script, NULL, CRASH_NONE, 0);
        /* It looks at each fact in turn; whether they add up is another test.
         */
        struct cg_audit audit = {0};
        char error[512] = "";
        assert_true(cg_gate_prove(&run.runner.journal, &audit, error,
                                  sizeof(error)) >= 0);
        crash_run_deinit(&run);
        cg_script_deinit(&script);
    }
    sessions_deinit(&sessions);
    for (unsigned row = 0; row < ROW_COUNT; row++) {
        if (tried[row] == 0 && !SANITIZED) {
            print_error("%s was never tried\n", row_names[row]);
            wrong++;
        }
        wrong += passed[row] > 0;
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fact_fits_no_spoilt_fact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
