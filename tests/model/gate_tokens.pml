/*
 * Moves, asks, and the end of tokens.  Rules: R20, R21, R23, R24, R28.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* --- moves ---------------------------------------------------------------- */

#define MACHINE_TOKEN 0
#define MACHINE_ORDER 1
#define MACHINE_REQUEST 2
#define MACHINE_LIMIT 3

#define IS_PUSH(t) (PUSH_ONLY || (FALLBACK && (t) % LIMITS == 1))
#define HELD(t) (t_reserved[t] + t_consumed[t])

/* Not what another token stands in for. */
#define SPENT_ONCE(t) \
    (!FALLBACK || (t) % LIMITS == 1 || t_state[(t) + 1] == TOKEN_FREE)

/* R29: it counts as expired a margin before the hub's clock says so. */
#if CLOCK
#define MARGIN (BUG == BUG_NO_MARGIN -> 0 : SKEW + DELAY)
#define PULL_TIME (BUG == BUG_NO_PULL -> 0 : CANCEL_DELAY + 1)
#define LAPSES(t) (t_expires[t] != 0 && t_expires[t] <= now_is + MARGIN)
#define IS_SHORT(t)                                                            \
    (t_expires[t] != 0 && t_expires[t] <= now_is + MARGIN + PULL_TIME)
#else
#define LAPSES(t) 0
#define IS_SHORT(t) 0
#endif

/* Pushed limits, in limit.pml alone. */
#ifndef PUSH_ONLY
#define PUSH_ONLY 0
#endif
#if PUSH_ONLY
#define LIMIT_ADMITS_RISE(qty) limit_admits(qty)
#define JUDGE_RISE(rises)                                                      \
    if                                                                         \
    :: rises -> judge_limit()                                                  \
    :: else                                                                    \
    fi
#define CANCEL_IS_OUT(o, is) o_cancel[o] = is
#else
#define LIMIT_ADMITS_RISE(qty) skip
#define JUDGE_RISE(rises) skip
#define CANCEL_IS_OUT(o, is) skip
#endif

inline token_move(t, to)
{
    x_from = t_state[t];
    x_to = to;
    assert(TOKEN_MAY(x_from, x_to));
    c_code { moved(0, x_from, x_to); };
    printf("  token %d: %d to %d\n", t, x_from, x_to);
    t_state[t] = x_to
}

inline order_move(o, to)
{
    x_from = o_state[o];
    x_to = to;
    assert(ORDER_MAY(x_from, x_to));
    c_code { moved(1, x_from, x_to); };
    printf("  order %d: %d to %d\n", o, x_from, x_to);
    o_state[o] = x_to
}

inline request_move(r, to)
{
    x_from = r_state[r];
    x_to = to;
    assert(REQUEST_MAY(x_from, x_to));
    c_code { moved(2, x_from, x_to); };
    printf("  replace %d: %d to %d\n", r, x_from, x_to);
    r_state[r] = x_to
}

/* The engine's table says the same: the state after |from| met the event, and
 * with |whole| what was said, too.  Planted mistakes are to be found by what
 * they break. */
#define EXPECT(MACHINE, EVENT, from, to, whole)                                \
    x_from = from;                                                             \
    x_event = CELL_##MACHINE##_##EVENT;                                        \
    c_code { met(x_event, x_from); };                                          \
    assert(BUG || MACHINE##_ON_##EVENT(x_from) == (to));                       \
    assert(BUG || !(whole) || MACHINE##_ON_##EVENT##_SAYS(x_from) == said)

inline answered(o)
{
    assert((o_out[o] & OUT_ANSWERED) == 0);
    o_out[o] = o_out[o] | OUT_ANSWERED
}

inline request_answered(r)
{
    assert((r_out[r] & OUT_ANSWERED) == 0);
    r_out[r] = r_out[r] | OUT_ANSWERED;
    said = said | SAYS_REFUSED
}

inline begin(o)
{
    said = 0;
    f_end = 0;
    f_cancel = 0;
    f_go = 0;
    f_drop = 0;
    f_replaces = 0;
    f_order = o;
    f_token = TOKENS;
    h_was = o_state[o];
    h_n = REQUESTS;
    h_kind = 0;
    h_answer = 0
}

/* --- asks ----------------------------------------------------------------- */

inline ask(t, kind, amount)
{
    x_slot = 0;
    do
    :: x_slot < ASKS && a_kind[(t) * ASKS + x_slot] != 0 -> x_slot++
    :: else -> break
    od;
    assert(x_slot < ASKS);
    x_at = (t) * ASKS + x_slot;
    a_kind[x_at] = kind;
    a_amount[x_at] = amount;
    a_open[x_at] = 1;
    a_where[x_at] = (hub_up -> TO_HUB : UNSAID);
    printf("  gate asks %d of %d for token %d\n", kind, amount, t);
    if
    :: kind == ASK_CONSUMED
    :: else -> t_late[t] = 0
    fi;
    if
    :: kind != ASK_CANCEL && kind != ASK_CONSUMED ->
        t_ask[t] = x_slot + 1;
        t_asked[t] = amount
    :: else
    fi;
    if
    :: hub_up -> said = said | (1 << kind)
    :: else
    fi
}

/* The slot is free again; younger asks of its token move up. */
inline ask_forget(t, n)
{
    x_slot = n;
    do
    :: x_slot + 1 < ASKS ->
        x_at = (t) * ASKS + x_slot;
        a_kind[x_at] = a_kind[x_at + 1];
        a_amount[x_at] = a_amount[x_at + 1];
        a_where[x_at] = a_where[x_at + 1];
        a_open[x_at] = a_open[x_at + 1];
        a_answer[x_at] = a_answer[x_at + 1];
        a_approved[x_at] = a_approved[x_at + 1];
#if CLOCK
        a_expires[x_at] = a_expires[x_at + 1];
#endif
#if OVERTAKE
        a_turn[x_at] = a_turn[x_at + 1];
#endif
        x_slot++
    :: else -> break
    od;
    x_at = (t) * ASKS + ASKS - 1;
    a_kind[x_at] = 0;
    a_amount[x_at] = 0;
    a_where[x_at] = AT_GATE;
    a_open[x_at] = 0;
    a_answer[x_at] = 0;
    a_approved[x_at] = 0;
#if CLOCK
    a_expires[x_at] = 0;
#endif
#if OVERTAKE
    a_turn[x_at] = 0;
#endif
    if
    :: t_ask[t] == n + 1 -> t_ask[t] = 0
    :: t_ask[t] > n + 1 -> t_ask[t]--
    :: else
    fi
}

/* When a withdrawal is confirmed, the other submissions need no answer. */
inline asks_retire(t)
{
    w_i = 0;
    do
    :: w_i < ASKS ->
        w_t = (t) * ASKS + w_i;
        if
        :: a_kind[w_t] == 0 || a_kind[w_t] == ASK_CONSUMED -> w_i++
        :: else ->
            a_open[w_t] = 0;
            if
            :: t_ask[t] == w_i + 1 -> t_ask[t] = 0
            :: else
            fi;
            if
            :: a_where[w_t] == TO_HUB || a_where[w_t] == TO_GATE -> w_i++
            :: else -> ask_forget(t, w_i)
            fi
        fi
    :: else -> break
    od
}

/* --- the end of tokens ---------------------------------------------------- */

inline token_over(t)
{
    t_reserved[t] = 0;
    t_charge[t] = t_consumed[t];
    if
    :: t_end[t] == END_NONE -> t_end[t] = END_OVER
    :: else
    fi;
#if CLOCK
    t_expires[t] = 0;
    t_since[t] = 0;
    t_renewed[t] = 0;
#endif
    skip
}

inline give_up(t)
{
    if
    :: t_state[t] == TOKEN_ASKED || t_state[t] == TOKEN_LIVE ||
       t_state[t] == TOKEN_SPENT ->
        g_some = 0;
        x_i = 0;
        do
        :: x_i < ASKS ->
            x_at = (t) * ASKS + x_i;
            g_some = g_some || (a_open[x_at] && a_kind[x_at] != 0 &&
                                a_kind[x_at] != ASK_CONSUMED);
            x_i++
        :: else -> break
        od;
        g_some = !IS_PUSH(t) &&
                 (t_state[t] != TOKEN_SPENT || g_some || t_kept[t] ||
                  t_late[t] ||
                  t_reserved[t] > 0 ||
                  (t_end[t] == END_EXPIRED && t_asked[t] > t_consumed[t]));
        if
        :: g_some ->
            token_move(t, TOKEN_RETURNING);
            token_over(t);
            if
            :: BUG == BUG_RELEASE_FORGOTTEN
            :: else -> ask(t, ASK_CANCEL, 0)
            fi
        :: else ->
            token_move(t, TOKEN_CLOSED);
            token_over(t)
        fi
    :: else
    fi
}

inline tokens_end(o)
{
    g_i = 0;
    do
    :: g_i < LIMITS ->
        g_t = (o) * LIMITS + g_i;
        give_up(g_t);
        g_i++
    :: else -> break
    od
}
