/*
 * What clients, hub and venue say, and deadlines. Rules: R20, R22, R25..R28,
 * R30, R41..R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* --- what a client says --------------------------------------------------- */

inline client_new(o, qty)
{
    printf("client: new order %d of %d\n", o, qty);
    begin(o);
    o_qty[o] = qty;
    order_move(o, ORDER_WAITING);
    x_ok = venue_up && (hub_up || FALLBACK || PUSH_ONLY);
    LIMIT_ADMITS_RISE(qty);
    if
    :: !x_ok -> f_end = ENDS_REFUSED
    :: else ->
        z_i = 0;
        do
        :: z_i < LIMITS && (PUSH_ONLY || !IS_PUSH((o) * LIMITS + z_i)) ->
            z_t = (o) * LIMITS + z_i;
            t_charge[z_t] = qty;
            if
            :: PUSH_ONLY ->
                token_move(z_t, TOKEN_LIVE);
                t_reserved[z_t] = qty
            :: else ->
                token_move(z_t, TOKEN_ASKED);
                ask(z_t, ASK_NEW, qty)
            fi;
            z_i++
        :: else -> break
        od;
        if
        :: PUSH_ONLY -> f_go = 1
        :: !PUSH_ONLY && !hub_up -> fall_back(o)
        :: else
        fi
    fi
}

inline client_new_checks(o)
{
    if
    :: PUSH_ONLY || LIMITS > 1 || !hub_up || !venue_up
    :: else ->
        EXPECT(ORDER, NEW_SAME_ID, h_was, o_state[o], 1)
    fi
}

inline client_replace(o, r, qty)
{
    printf("client: replace %d of order %d to %d\n", r, o, qty);
    begin(o);
    h_n = r;
    r_qty[r] = qty;
    replace_may(o);
    if
    :: x_ok && o_state[o] != ORDER_CLOSED &&
       (o_raise[o] != 0 || o_state[o] == ORDER_WAITING) ->
        r_after[r] = (r % REPLACES > 0 &&
                      (r_state[r - 1] == REQUEST_BEHIND ||
                       r_state[r - 1] == REQUEST_WAITING));
        request_move(r, REQUEST_BEHIND)
    :: else ->
        cover_may_grow(o, qty);
        if
        :: x_ok && o_state[o] != ORDER_CLOSED ->
            raise_start(o, r);
            f_replaces = 1
        :: else ->
            request_move(r, REQUEST_REFUSED);
            request_answered(r)
        fi
    fi
}

inline client_replace_checks(o)
{
    if
    :: r_qty[h_n] > o_qty[o] && r_state[h_n] == REQUEST_WAITING &&
       r_state[h_n] != REQUEST_REFUSED &&
       (said & (1 << ASK_RAISE)) != 0 ->
        EXPECT(ORDER, REPLACE_UP, h_was, o_state[o], LIMITS == 1)
    :: r_qty[h_n] < o_qty[o] && r_state[h_n] == REQUEST_SENT ->
        EXPECT(ORDER, REPLACE_DOWN, h_was, o_state[o], 1)
    :: r_state[h_n] == REQUEST_BEHIND && h_was == ORDER_WAITING ->
        EXPECT(ORDER, REPLACE_UP, h_was, o_state[o], 1)
    :: h_was == ORDER_CLOSED ->
        EXPECT(ORDER, REPLACE_UP, h_was, o_state[o], 1)
    :: else
    fi
}

/* R42: never refused for credit, never waits. */
inline client_cancel(o)
{
    printf("client: cancel of order %d\n", o);
    begin(o);
    if
    :: o_raise[o] != 0 -> h_n = o_raise[o] - 1
    :: else
    fi;
    if
    :: o_state[o] == ORDER_WAITING -> f_end = ENDS_CANCELLED
    :: else -> f_cancel = CANCEL_OF_CLIENT
    fi
}

inline client_cancel_checks(o)
{
    if
    :: h_n == REQUESTS ->
        EXPECT(ORDER, CANCEL, h_was, o_state[o],
               LIMITS == 1 && REPLACES == 0 && hub_up)
    :: else ->
        EXPECT(REQUEST, CANCEL_OF_ORDER, REQUEST_WAITING, r_state[h_n],
               REPLACES == 1 && hub_up && (said & (1 << ASK_LOWER)) != 0)
    fi
}

/* --- what the hub says ---------------------------------------------------- */

inline grant(t, amount)
{
    t_granted[t] = 1;
    t_reserved[t] = t_reserved[t] + (amount);
#if CLOCK
    t_expires[t] = h_expires;
    t_since[t] = NOW;
#endif
    if
    :: t_state[t] == TOKEN_ASKED -> token_move(t, TOKEN_LIVE)
    :: else
    fi
}

/* R28: for a token that was given up: on record, and going back. */
inline late(t)
{
    if
    :: h_answer == ANS_APPROVED || h_answer == ANS_PARTIAL ->
        t_granted[t] = 1;
        t_late[t] = (BUG != BUG_LATE_GRANT_DROPPED);
        if
        :: BUG == BUG_LATE_GRANT_DROPPED
        :: BUG != BUG_LATE_GRANT_DROPPED &&
           (t_state[t] == TOKEN_CLOSED ||
            (t_state[t] == TOKEN_SPENT && t_end[t] == END_INVALIDATED)) ->
            ask(t, ASK_CANCEL, 0)
        :: BUG != BUG_LATE_GRANT_DROPPED && t_state[t] == TOKEN_SPENT &&
           t_end[t] == END_NONE && t_ask[t] == 0 ->
            ask(t, ASK_LOWER, t_charge[t])
        :: else
        fi
    :: else
    fi
}

/* The answer that a new order waits for. */
inline answer_new(t, o)
{
    if
    :: h_answer == ANS_REJECTED ->
        token_move(t, TOKEN_CLOSED);
        token_over(t);
        f_end = ENDS_REFUSED
    :: else ->
        grant(t, h_approved);
        if
        :: (h_answer == ANS_PARTIAL && BUG != BUG_PART_IS_WHOLE) ||
           IS_SHORT(t) ->
            f_end = ENDS_REFUSED
        :: else ->
            x_ok = 1;
            x_i = 0;
            do
            :: x_i < LIMITS ->
                x_ok = x_ok && (t_state[(o) * LIMITS + x_i] != TOKEN_ASKED ||
                                BUG == BUG_GOES_ON_ONE_TOKEN);
                x_i++
            :: else -> break
            od;
            if
            :: x_ok ->
                order_go(o);
                f_replaces = 1
            :: else
            fi
        fi
    fi
}

/* The answer that a replace waits for. */
inline answer_raise(t, o)
{
    h_n = o_raise[o] - 1;
    f_replaces = 1;
    if
    :: h_answer == ANS_APPROVED ->
        h_more = 0;
        if
        :: h_approved > HELD(t) -> h_more = h_approved - HELD(t)
        :: else
        fi;
        grant(t, h_more)
    :: else ->
        f_drop = DROPS_RAISE;
        if
        :: h_answer == ANS_PARTIAL ->
            t_granted[t] = 1;
            t_late[t] = 1
        :: else -> t_asked[t] = HELD(t) /* nothing to take back */
        fi
    fi
}

/* A withdrawal was heard; that it is unknown there confirms it, too, unless it
 * came there before an ask that has been granted since. */
inline answer_cancel(t)
{
    asks_retire(t);
    if
    :: t_state[t] == TOKEN_RETURNING && t_late[t] &&
       h_answer == ANS_REJECTED -> ask(t, ASK_CANCEL, h_amount)
    :: t_state[t] == TOKEN_RETURNING &&
       (!t_late[t] || h_answer != ANS_REJECTED) ->
        token_move(t, TOKEN_CLOSED);
        t_late[t] = 0
    :: else
    fi
}

/* Takes the answer out of its slot: it is the step's own now.  With |again| it
 * comes once more. */
inline hear_begin(s, again)
{
    begin((s) / LIMITS / ASKS);
    h_t = (s) / ASKS;
    h_kind = a_kind[s];
    h_answer = a_answer[s];
    h_amount = a_amount[s];
    h_approved = a_approved[s];
    h_open = a_open[s];
#if CLOCK
    h_expires = a_expires[s];
#endif
    h_current = (t_ask[h_t] == (s) % ASKS + 1);
    h_order_was = h_was;
    h_was = t_state[h_t];
    h_granted = t_granted[h_t];
    h_late = t_late[h_t];
    if
    :: again ->
        a_open[s] = 0;
        t_ask[h_t] = (h_current -> 0 : t_ask[h_t])
    :: else -> ask_forget(h_t, (s) % ASKS)
    fi;
    printf("gate hears %d to ask %d of token %d\n", h_answer, h_kind, h_t);
    f_token = (h_open -> h_t : TOKENS);
    if
    :: BUG == BUG_RENEWAL_IS_RAISE && h_kind == ASK_RENEW &&
       o_raise[f_order] != 0 ->
        h_kind = ASK_RAISE;
        h_approved = r_qty[o_raise[f_order] - 1]
    :: else
    fi
}

#define SERVES(t) (t_state[t] == TOKEN_SPENT && t_end[t] == END_NONE)
#define HEARD_GRANT (h_answer == ANS_APPROVED || h_answer == ANS_PARTIAL)

inline hear(t)
{
    if
    :: !h_open ->
        /* Its DF has its answer, or needs none any more. */
        if
        :: HEARD_GRANT && t_state[t] == TOKEN_CLOSED && !t_granted[t] -> late(t)
        :: HEARD_GRANT && BUG == BUG_SPENDS_TWICE && h_kind == ASK_NEW &&
           o_state[f_order] == ORDER_SENT -> f_go = 1
        :: else
        fi
    :: h_open && h_kind == ASK_NEW && t_state[t] == TOKEN_ASKED ->
        answer_new(t, f_order)
    :: h_open && h_kind == ASK_RAISE && h_current && SERVES(t) &&
       o_raise[f_order] != 0 -> answer_raise(t, f_order)
#if CLOCK
    :: h_open && h_kind == ASK_RENEW && h_current && SERVES(t) &&
       h_answer == ANS_APPROVED -> grant(t, 0)
#endif
    :: h_open && h_kind == ASK_CANCEL -> answer_cancel(t)
    :: h_open && h_kind == ASK_LOWER ->
        t_kept[t] = t_kept[t] || h_answer == ANS_REJECTED;
        f_replaces = 1
    :: h_open && h_kind == ASK_CONSUMED -> f_replaces = 1
    :: else -> late(t)
    fi
}

inline hear_checks(t, o)
{
    x_ok = (REPLACES == 0 && LIMITS == 1 && hub_up);
    if
    :: h_kind == ASK_NEW && h_was == TOKEN_ASKED && h_answer == ANS_REJECTED ->
        EXPECT(ORDER, DENIAL, h_order_was, o_state[o], x_ok);
        x_ok = (REPLACES == 0 && (said & (1 << ASK_CANCEL)) != 0);
        EXPECT(TOKEN, DENIAL, h_was, t_state[t], x_ok)
    :: h_kind == ASK_NEW && h_was == TOKEN_ASKED && h_answer == ANS_PARTIAL ->
        EXPECT(ORDER, PARTIAL_GRANT, h_order_was, o_state[o], x_ok);
        EXPECT(TOKEN, PARTIAL, h_was, t_state[t], x_ok)
    :: h_kind == ASK_NEW && h_was == TOKEN_ASKED && h_answer == ANS_APPROVED &&
       f_go -> EXPECT(ORDER, GRANT, h_order_was, o_state[o], REPLACES == 0)
    :: h_kind == ASK_NEW && h_was == TOKEN_ASKED && h_answer == ANS_APPROVED &&
       !f_go && !f_end -> EXPECT(TOKEN, GRANT, h_was, t_state[t], 1)
    :: h_kind == ASK_NEW && h_was != TOKEN_ASKED && h_answer == ANS_APPROVED &&
       (h_open || h_was != TOKEN_CLOSED || !h_granted) ->
        EXPECT(TOKEN, REPEAT, h_was, t_state[t],
               h_was != TOKEN_SPENT || REPLACES == 0)
    :: h_kind == ASK_CANCEL && h_open && h_was != TOKEN_SPENT &&
       (!h_late || h_answer != ANS_REJECTED) ->
        EXPECT(TOKEN, CANCELLED, h_was, t_state[t], 1)
    :: h_kind == ASK_RAISE && h_n < REQUESTS && h_answer == ANS_APPROVED ->
        EXPECT(REQUEST, GRANT, REQUEST_WAITING, r_state[h_n],
               REPLACES == 1 && LIMITS == 1)
    :: h_kind == ASK_RAISE && h_n < REQUESTS && h_answer == ANS_REJECTED ->
        EXPECT(REQUEST, DENIAL, REQUEST_WAITING, r_state[h_n],
               REPLACES == 1 && LIMITS == 1)
    :: else
    fi
}

/* R30: the hub takes back what is in use. */
inline taken_back(t, o)
{
    begin(o);
    printf("hub takes back token %d\n", t);
    h_order_was = o_state[o];
    h_was = t_state[t];
    /* It passes for the answer to the submission that is out. */
    x_i = 0;
    do
    :: x_i < ASKS && (a_kind[(t) * ASKS + x_i] != ASK_NEW ||
                      !a_open[(t) * ASKS + x_i]) -> x_i++
    :: else -> break
    od;
    if
    :: x_i < ASKS ->
        a_open[(t) * ASKS + x_i] = 0;
        t_ask[t] = (t_ask[t] == x_i + 1 -> 0 : t_ask[t])
    :: else
    fi;
    if
    :: t_state[t] == TOKEN_ASKED ->
        token_move(t, TOKEN_CLOSED);
        token_over(t);
        f_end = ENDS_REFUSED
    :: t_state[t] == TOKEN_LIVE || t_state[t] == TOKEN_SPENT ->
        t_end[t] = END_INVALIDATED;
        t_reserved[t] = 0;
        pull(o)
    :: else
    fi
}

inline taken_back_checks(t, o)
{
    x_ok = (LIMITS == 1 && REPLACES == 0 &&
            (f_cancel != 0 || h_order_was != ORDER_SENT &&
             h_order_was != ORDER_OPEN));
    EXPECT(TOKEN, TAKEN_BACK, h_was, t_state[t], x_ok);
    EXPECT(ORDER, TAKEN_BACK, h_order_was, o_state[o], 0)
}

/* --- what the venue says -------------------------------------------------- */

/* R25, R43: CumQty counts, also of what is over. */
inline fill(o, cum)
{
    o_cum[o] = cum;
    z_i = 0;
    do
    :: z_i < LIMITS ->
        z_t = (o) * LIMITS + z_i;
        if
        :: t_state[z_t] == TOKEN_FREE || !SPENT_ONCE(z_t)
        :: else ->
            y_freed = cum - t_consumed[z_t];
            if
            :: y_freed <= t_reserved[z_t] ->
                t_reserved[z_t] = t_reserved[z_t] - y_freed
            :: else -> /* an overrun */
                assert(BUG || t_end[z_t] != END_NONE);
                t_reserved[z_t] = 0
            fi;
            t_consumed[z_t] = cum;
            if
            :: t_state[z_t] == TOKEN_RETURNING ||
               t_state[z_t] == TOKEN_CLOSED -> t_charge[z_t] = cum
            :: else
            fi;
            if
            :: PUSH_ONLY ||
               (BUG == BUG_LAPSED_FILL_NOT_TOLD && t_end[z_t] != END_NONE)
            :: else -> ask(z_t, ASK_CONSUMED, y_freed)
            fi
        fi;
        z_i++
    :: else -> break
    od
}

inline report(kind, o, extra, cum)
{
    printf("gate hears report %d of order %d, %d, CumQty %d\n", kind, o, extra,
           cum);
    begin(o);
    x_ok = 0; /* whether charges may fall */
    h_amount = t_charge[(o) * LIMITS];
    if
    :: o_state[o] == ORDER_SENT && kind != REP_REJECTED && kind != REP_NINE &&
       kind != REP_UNKNOWN -> order_move(o, ORDER_OPEN)
    :: else
    fi;
    if
    :: kind == REP_REPLACED && r_state[extra] == REQUEST_SENT ->
        h_n = extra;
        request_move(extra, REQUEST_ACCEPTED);
        o_qty[o] = r_qty[extra];
        x_ok = 1
    :: kind == REP_NINE && extra > 1 ->
        h_n = extra - 2;
        if
        :: r_state[h_n] == REQUEST_SENT ->
            request_move(h_n, REQUEST_REFUSED);
            x_ok = 1
        :: else
        fi
    :: kind == REP_NINE && extra == 1 && o_pull[o] == 1 -> o_pull[o] = 2
    :: kind == REP_NINE && extra == 0 -> CANCEL_IS_OUT(o, 0)
    :: kind == REP_STATUS || kind == REP_UNKNOWN ->
        o_unsure[o] = 0;
        o_lost[o] = 0;
        lost_replaces(o)
    :: else
    fi;
    if
    :: x_ok && o_state[o] != ORDER_CLOSED -> follow(o)
    :: else
    fi;
    if
    :: cum > o_cum[o] -> fill(o, cum)
    :: else
    fi;
    if
    :: o_state[o] != ORDER_CLOSED &&
       (kind == REP_CANCELLED || kind == REP_REJECTED ||
        (kind == REP_FILL || kind == REP_STATUS) && extra) ->
        f_end = ENDS_CLOSED
    :: kind == REP_UNKNOWN && o_state[o] == ORDER_SENT ->
        f_end = ENDS_NEVER_THERE /* the one case of both (R22) */
    :: else
    fi
}

/* What was left out of a resend never came: the gate answers (R22). */
inline lost_replaces(o)
{
    z_i = 0;
    do
    :: z_i < REPLACES ->
        z_r = (o) * REPLACES + z_i;
        if
        :: r_lost[z_r] && r_state[z_r] == REQUEST_SENT ->
            request_move(z_r, REQUEST_REFUSED);
            request_answered(z_r);
            x_ok = 1
        :: else
        fi;
        r_lost[z_r] = 0;
        z_i++
    :: else -> break
    od
}

inline report_checks(kind, o, extra, cum)
{
    /* In the table's order nothing else is under way. */
    x_ok = (REPLACES == 0 && LIMITS == 1 && hub_up && h_was != ORDER_CLOSED &&
            !PUSH_ONLY && (t_end[o] == END_NONE || t_end[o] == END_OVER));
    if
    :: kind == REP_NEW && cum == 0 ->
        EXPECT(ORDER, REPORT_NEW, h_was, o_state[o], x_ok)
    :: kind == REP_FILL && extra ->
        EXPECT(ORDER, REPORT_FILL_ALL, h_was, o_state[o], x_ok)
    :: kind == REP_FILL && !extra ->
        EXPECT(ORDER, REPORT_FILL, h_was, o_state[o], x_ok)
    :: kind == REP_CANCELLED && cum < o_qty[o] ->
        EXPECT(ORDER, REPORT_CANCELLED, h_was, o_state[o],
               x_ok && (said & (1 << ASK_CONSUMED)) == 0)
    :: kind == REP_REJECTED ->
        EXPECT(ORDER, REPORT_REJECTED, h_was, o_state[o], x_ok)
    :: kind == REP_NINE && extra <= 1 && cum == 0 ->
        EXPECT(ORDER, NINE, h_was, o_state[o], x_ok)
    :: kind == REP_REPLACED && h_n < REQUESTS ->
        EXPECT(REQUEST, CONFIRMED, REQUEST_SENT, r_state[h_n],
               REPLACES == 1 && LIMITS == 1 &&
               (said & (1 << ASK_CONSUMED)) == 0 &&
               h_amount == r_qty[h_n])
    :: kind == REP_NINE && extra > 1 && h_was != ORDER_CLOSED ->
        EXPECT(REQUEST, NINE, REQUEST_SENT, r_state[h_n],
               REPLACES == 1 && LIMITS == 1 &&
               (said & (1 << ASK_LOWER)) != 0 &&
               (said & (1 << ASK_CONSUMED)) == 0)
    :: else
    fi
}

/* --- deadlines ------------------------------------------------------------ */

/* R26: untimed; any moment can be the last. */
inline deadline(o)
{
    printf("hard deadline of order %d\n", o);
    begin(o);
    if
    :: o_state[o] == ORDER_WAITING -> f_end = ENDS_REFUSED
    :: else ->
        h_n = o_raise[o] - 1;
        f_drop = DROPS_RAISE;
        f_replaces = 1
    fi
}

inline deadline_checks(o)
{
    if
    :: h_was == ORDER_WAITING ->
        EXPECT(ORDER, HARD_DEADLINE, h_was, o_state[o],
               LIMITS == 1 && REPLACES == 0 && hub_up);
        EXPECT(TOKEN, HARD_DEADLINE, TOKEN_ASKED, t_state[(o) * LIMITS],
               LIMITS == 1 && REPLACES == 0 && hub_up)
    :: else ->
        EXPECT(REQUEST, HARD_DEADLINE, REQUEST_WAITING, r_state[h_n],
               REPLACES == 1 && LIMITS == 1 && hub_up &&
               (said & (1 << ASK_LOWER)) != 0)
    fi
}

/* R27: the gate's own grant takes the place of a hub that is too slow. */
inline fall_back(o)
{
    if
    :: FALLBACK && t_state[(o) * LIMITS] == TOKEN_ASKED ->
        give_up((o) * LIMITS);
        h_t = (o) * LIMITS + LIMITS - 1;
        t_charge[h_t] = o_qty[o];
        t_reserved[h_t] = o_qty[o];
        token_move(h_t, TOKEN_LIVE);
        order_go(o)
    :: else -> f_end = ENDS_REFUSED
    fi
}

inline pull_again(o)
{
    o_pull[o] = 1;
    assert(nfull(to_venue));
    to_venue!MSG_F, o, 1, BY_CANCEL
}
