/*
 * Tokens that expire, and a pushed limit.  Rules: R13, R17, R29.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* --- expiry (R29) --------------------------------------------------------- */

#if CLOCK
/* How long before the end a renewal is asked for. */
#define EARLY(t)                                                               \
    ((t_expires[t] - t_since[t]) / 2 < HARD + PULL_TIME ->                     \
         ((t_expires[t] - t_since[t]) / 2) : HARD + PULL_TIME)
#define RENEWAL_DUE(t)                                                         \
    (t_ask[t] == 0 && t_renewed[t] != t_expires[t] &&                          \
     now_is + MARGIN + EARLY(t) >= t_expires[t])
#define PULL_DUE(t)                                                            \
    ((t_ask[t] != 0 || t_renewed[t] == t_expires[t]) &&                        \
     now_is + MARGIN + PULL_TIME >= t_expires[t])
#define TIMER_DUE(t, o)                                                        \
    (t_expires[t] != 0 && t_end[t] == END_NONE &&                              \
     (t_state[t] == TOKEN_LIVE || t_state[t] == TOKEN_SPENT) &&                \
     (LAPSES(t) || (t_state[t] == TOKEN_SPENT && o_pull[o] == 0 &&             \
                    (RENEWAL_DUE(t) || PULL_DUE(t)))))

inline token_fire(t, o)
{
    begin(o);
    h_t = t;
    h_order_was = o_state[o];
    h_was = t_state[t];
    printf("time of token %d at %d, it expires at %d\n", t, now_is,
           t_expires[t]);
    if
    :: LAPSES(t) ->
        t_end[t] = END_EXPIRED;
        t_reserved[t] = 0;
        t_expires[t] = 0;
        pull(o)
    :: else ->
        if
        :: now_is + MARGIN + PULL_TIME >= t_expires[t] ->
            pull(o);
            if
            :: t_ask[t] != 0 &&
               a_kind[(t) * ASKS + t_ask[t] - 1] == ASK_RENEW ->
                ask(t, ASK_LOWER, t_charge[t])
            :: else
            fi
        :: else ->
            ask(t, ASK_RENEW, t_charge[t]);
            t_renewed[t] = t_expires[t];
            EXPECT(TOKEN, RENEWAL_DUE, h_was, t_state[t], 1)
        fi
    fi
}

inline token_fire_checks(t, o)
{
    if
    :: h_was == TOKEN_SPENT && t_end[t] == END_EXPIRED ->
        EXPECT(TOKEN, EXPIRY, h_was, t_state[t], f_cancel != 0)
    :: else
    fi
}
#endif

/* --- a pushed limit (R13, R17) -------------------------------------------- */

#if UPDATES
inline limit_use()
{
    w_use = 0;
    w_t = 0;
    do
    :: w_t < TOKENS ->
        w_use = w_use + t_charge[w_t];
        w_t++
    :: else -> break
    od
}

/* Takes x_ok away from new risk for which there is no room. */
inline limit_admits(rise)
{
    limit_use();
    x_ok = x_ok && LIMIT_ADMITS(limit_state) && limit_state != LIMIT_REMOVED &&
           w_use + (rise) <= (BUG == BUG_LOWERED_LIMIT_IGNORED -> HUB_AMOUNT
                                                                : limit_amount)
}

inline limit_move(to)
{
    x_from = limit_state;
    x_to = to;
    assert(x_from == x_to || LIMIT_MAY(x_from, x_to));
    c_code { moved(3, x_from, x_to); };
    printf("limit: %d to %d, amount %d\n", x_from, x_to, limit_amount);
    limit_state = x_to
}

/* |x_left| of the use is left when all cancels under way have come true. */
inline limit_left()
{
    limit_use();
    x_left = w_use;
    w_i = 0;
    do
    :: w_i < ORDERS ->
        if
        :: t_state[w_i] == TOKEN_SPENT && (o_pull[w_i] != 0 || o_cancel[w_i]) ->
            x_left = x_left - (t_charge[w_i] - t_consumed[w_i])
        :: else
        fi;
        w_i++
    :: else -> break
    od
}

/* Newest first, until it fits; all under a halt or a removal. */
inline limit_pull(o)
{
    begin(o);
    limit_left();
    if
    :: t_state[o] == TOKEN_SPENT && o_pull[o] == 0 &&
       t_charge[o] > t_consumed[o] &&
       (limit_state == LIMIT_HALTED || limit_state == LIMIT_REMOVED ||
        (x_left > limit_amount && !o_cancel[o])) ->
        if
        :: limit_state == LIMIT_REMOVED ->
            t_end[o] = END_INVALIDATED;
            t_reserved[o] = 0
        :: else
        fi;
        pull(o)
    :: else
    fi
}
#endif
