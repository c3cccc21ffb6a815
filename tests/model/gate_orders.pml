/*
 * Orders and their replaces, and what an event comes to for them. Rules: R22,
 * R24, R31, R41, R44, R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* --- replaces ------------------------------------------------------------- */

/* The charges follow what the order may still become (R41). */
inline follow(o)
{
    y_worst = o_qty[o];
    y_i = 0;
    do
    :: y_i < REPLACES ->
        y_r = (o) * REPLACES + y_i;
        if
        :: (r_state[y_r] == REQUEST_SENT || o_raise[o] == y_r + 1) &&
           r_qty[y_r] > y_worst -> y_worst = r_qty[y_r]
        :: else
        fi;
        y_i++
    :: else -> break
    od;
    y_i = 0;
    do
    :: y_i < LIMITS ->
        y_t = (o) * LIMITS + y_i;
        if
        :: t_state[y_t] == TOKEN_SPENT && t_charge[y_t] > y_worst ->
            t_charge[y_t] = y_worst;
            if
            :: t_end[y_t] == END_NONE && HELD(y_t) > y_worst ->
                y_freed = HELD(y_t) - y_worst;
                y_freed = (y_freed < t_reserved[y_t] -> y_freed
                                                      : t_reserved[y_t]);
                t_reserved[y_t] = t_reserved[y_t] - y_freed
            :: else
            fi;
            if
            :: !IS_PUSH(y_t) && t_end[y_t] == END_NONE && t_ask[y_t] == 0 &&
               t_asked[y_t] > y_worst -> ask(y_t, ASK_LOWER, y_worst)
            :: else
            fi
        :: else
        fi;
        y_i++
    :: else -> break
    od
}

/* A raise that waits for credit has none; what it asked for is withdrawn. */
inline raise_refuse(o)
{
    y_r = o_raise[o] - 1;
    request_move(y_r, REQUEST_REFUSED);
    request_answered(y_r);
    o_raise[o] = 0;
    if
    :: BUG == BUG_RAISE_NOT_WITHDRAWN
    :: else ->
        follow(o);
        y_i = 0;
        do
        :: y_i < LIMITS ->
            y_t = (o) * LIMITS + y_i;
            if
            :: t_state[y_t] == TOKEN_SPENT && t_ask[y_t] != 0 &&
               a_kind[y_t * ASKS + t_ask[y_t] - 1] == ASK_RAISE ->
                ask(y_t, ASK_LOWER, t_charge[y_t])
            :: else
            fi;
            y_i++
        :: else -> break
        od
    fi
}

inline behind_refuse(o)
{
    z_i = 0;
    do
    :: z_i < REPLACES ->
        z_r = (o) * REPLACES + z_i;
        if
        :: r_state[z_r] == REQUEST_BEHIND ->
            request_move(z_r, REQUEST_REFUSED);
            request_answered(z_r)
        :: else
        fi;
        z_i++
    :: else -> break
    od
}

/* R24: at most one submission of a token is out; a raise waits behind it. */
inline raise_ask(t, need)
{
    if
    :: t_state[t] == TOKEN_SPENT && !IS_PUSH(t) && t_end[t] == END_NONE &&
       t_ask[t] == 0 && HELD(t) < need -> ask(t, ASK_RAISE, t_charge[t])
    :: else
    fi
}

/* Sets x_ok. */
inline raise_is_ready(o)
{
    x_ok = 1;
    x_i = 0;
    do
    :: x_i < LIMITS ->
        x_t = (o) * LIMITS + x_i;
        x_ok = x_ok && (t_state[x_t] != TOKEN_SPENT ||
                        HELD(x_t) >= r_qty[o_raise[o] - 1] ||
                        BUG == BUG_RAISE_BEFORE_GRANT);
        x_i++
    :: else -> break
    od
}

/* R22: the cover is there at this moment. */
inline raise_send(o)
{
    y_r = o_raise[o] - 1;
    x_i = 0;
    do
    :: x_i < LIMITS ->
        x_t = (o) * LIMITS + x_i;
        assert(BUG || t_state[x_t] != TOKEN_SPENT ||
               (t_end[x_t] == END_NONE && HELD(x_t) >= r_qty[y_r] &&
                t_charge[x_t] >= r_qty[y_r]));
        x_i++
    :: else -> break
    od;
    request_move(y_r, REQUEST_SENT);
    o_raise[o] = 0;
    r_out[y_r] = r_out[y_r] | OUT_FORWARDED;
    said = said | SAYS_FORWARD;
    assert(nfull(to_venue));
    to_venue!MSG_G, o, y_r, BY;
    JUDGE_RISE(r_qty[y_r] > o_qty[o]);
    if
    :: BUG == BUG_FALL_TOLD_EARLY && r_qty[y_r] < t_charge[(o) * LIMITS] ->
        ask((o) * LIMITS, ASK_LOWER, r_qty[y_r])
    :: else
    fi
}

/* It is charged, and asked for, before it goes on. */
inline raise_start(o, r)
{
    request_move(r, REQUEST_WAITING);
    o_raise[o] = r + 1;
    y_i = 0;
    do
    :: y_i < LIMITS ->
        y_t = (o) * LIMITS + y_i;
        if
        :: t_state[y_t] == TOKEN_SPENT ->
            if
            :: r_qty[r] > t_charge[y_t] ->
                t_charge[y_t] = r_qty[r];
                if
                :: PUSH_ONLY -> t_reserved[y_t] = r_qty[r] - t_consumed[y_t]
                :: else
                fi
            :: else
            fi;
            raise_ask(y_t, r_qty[r])
        :: else
        fi;
        y_i++
    :: else -> break
    od
}

/* Sets x_ok: whether a replace may go on, or wait. */
inline replace_may(o)
{
    x_ok = !o_pull[o] && venue_up && !o_unsure[o];
    x_i = 0;
    do
    :: x_i < LIMITS ->
        x_t = (o) * LIMITS + x_i;
        x_ok = x_ok && (t_state[x_t] == TOKEN_CLOSED ||
                        t_state[x_t] == TOKEN_RETURNING ||
                        t_state[x_t] == TOKEN_FREE ||
                        (t_end[x_t] == END_NONE && !LAPSES(x_t)));
        x_i++
    :: else -> break
    od
}

inline cover_may_grow(o, qty)
{
    x_i = 0;
    do
    :: x_i < LIMITS ->
        x_t = (o) * LIMITS + x_i;
        x_ok = x_ok && (t_state[x_t] != TOKEN_SPENT || qty <= HELD(x_t) ||
                        (hub_up && (PUSH_ONLY || !IS_PUSH(x_t))));
        x_i++
    :: else -> break
    od;
    if
    :: qty > t_charge[(o) * LIMITS] && t_state[(o) * LIMITS] == TOKEN_SPENT ->
        LIMIT_ADMITS_RISE(qty - t_charge[(o) * LIMITS])
    :: qty == o_qty[o] -> LIMIT_ADMITS_RISE(0)
    :: else
    fi
}

/* Sets z_oldest, of those that wait behind. */
inline oldest_behind(o)
{
    z_oldest = 0;
    do
    :: z_oldest < REPLACES &&
       r_state[(o) * REPLACES + z_oldest] != REQUEST_BEHIND -> z_oldest++
    :: else -> break
    od
}

/* One by one, oldest first, by what holds at their turn (R44). */
inline replaces_go(o)
{
    do
    :: o_raise[o] != 0 ->
        raise_is_ready(o);
        if
        :: x_ok -> raise_send(o)
        :: else -> break
        fi
    :: else ->
        oldest_behind(o);
        if
        :: z_oldest == REPLACES -> break
        :: else ->
            z_r = (o) * REPLACES + z_oldest;
            replace_may(o);
            cover_may_grow(o, r_qty[z_r]);
            if
            :: r_after[z_r] && r_state[z_r - 1] == REQUEST_REFUSED -> x_ok = 0
            :: else
            fi;
            if
            :: x_ok -> raise_start(o, z_r)
            :: else ->
                request_move(z_r, REQUEST_REFUSED);
                request_answered(z_r)
            fi
        fi
    od
}

/* --- what an event comes to ----------------------------------------------- */

/* R22, R45: spent once, when all its tokens are live. */
inline order_send(o)
{
    x_i = 0;
    do
    :: x_i < LIMITS ->
        x_t = (o) * LIMITS + x_i;
        if
        :: t_state[x_t] == TOKEN_LIVE ->
            assert(BUG || (t_end[x_t] == END_NONE &&
                           t_reserved[x_t] >= o_qty[o]));
            token_move(x_t, TOKEN_SPENT)
        :: else -> assert(BUG || t_state[x_t] != TOKEN_ASKED)
        fi;
        x_i++
    :: else -> break
    od;
    if
    :: BUG == BUG_SPENDS_TWICE && o_state[o] == ORDER_SENT
    :: else -> order_move(o, ORDER_SENT)
    fi;
    o_out[o] = o_out[o] | OUT_FORWARDED;
    said = said | SAYS_FORWARD;
    assert(nfull(to_venue));
    to_venue!MSG_D, o, o_qty[o], BY;
    JUDGE_RISE(1)
}

/* Whether an order whose tokens are live may go on, at this moment. */
inline order_go(o)
{
    x_ok = venue_up;
    x_i = 0;
    do
    :: x_i < LIMITS ->
        x_t = (o) * LIMITS + x_i;
        x_ok = x_ok && (t_state[x_t] != TOKEN_LIVE || !IS_SHORT(x_t));
        x_i++
    :: else -> break
    od;
    if
    :: x_ok -> f_go = 1
    :: else -> f_end = ENDS_REFUSED
    fi
}

/* R31: the gate's own cancel, until the venue says that the order is dead. */
inline pull(o)
{
    if
    :: o_state[o] == ORDER_WAITING -> f_end = ENDS_REFUSED
    :: (o_state[o] == ORDER_SENT || o_state[o] == ORDER_OPEN) &&
       o_pull[o] == 0 ->
        o_pull[o] = 1;
        f_cancel = CANCEL_OF_GATE
    :: else
    fi
}

inline order_end(o)
{
    tokens_end(o);
    order_move(o, ORDER_CLOSED);
    if
    :: f_end == ENDS_CLOSED
    :: else -> answered(o)
    fi;
    said = said | (f_end == ENDS_REFUSED -> SAYS_REFUSED :
                   (f_end == ENDS_CANCELLED -> SAYS_CANCELLED : 0))
}

inline cancel_send(o)
{
    said = said | (f_cancel == CANCEL_OF_GATE -> SAYS_PULL : SAYS_FORWARD);
    printf("  gate sends F of order %d, its own: %d\n", o,
           (f_cancel == CANCEL_OF_GATE));
    assert(nfull(to_venue));
    to_venue!MSG_F, o, (f_cancel == CANCEL_OF_GATE), BY_CANCEL;
    if
    :: f_cancel == CANCEL_OF_CLIENT -> CANCEL_IS_OUT(o, 1)
    :: else
    fi
}

/* What had to wait for an answer is said now: a raise, or a fall. */
#define MAY_SAY(t)                                                             \
    (t_state[t] == TOKEN_SPENT && t_ask[t] == 0 && !IS_PUSH(t) &&              \
     t_end[t] == END_NONE)

inline settle(o)
{
    if
    :: o_raise[o] != 0 && (f_drop || f_end || f_cancel) -> raise_refuse(o)
    :: else
    fi;
    if
    :: f_end || f_cancel || f_drop == DROPS_ALL -> behind_refuse(o)
    :: else
    fi;
    if
    :: f_end -> order_end(o)
    :: f_cancel -> cancel_send(o)
    :: f_go -> order_send(o)
    :: else
    fi;
    if
    :: f_token != TOKENS && o_raise[o] != 0 && MAY_SAY(f_token) ->
        raise_ask(f_token, r_qty[o_raise[o] - 1])
    :: else
    fi;
    if
    :: f_replaces && (o_state[o] == ORDER_SENT || o_state[o] == ORDER_OPEN) ->
        replaces_go(o)
    :: else
    fi;
    if
    :: f_token != TOKENS && MAY_SAY(f_token) &&
       (t_asked[f_token] > t_charge[f_token] || t_late[f_token]) &&
       BUG != BUG_RAISE_NOT_WITHDRAWN ->
        ask(f_token, ASK_LOWER, t_charge[f_token])
    :: else
    fi
}
