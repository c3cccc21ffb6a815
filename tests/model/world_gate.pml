/*
 * Clients, and the gate's own turns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* --- clients -------------------------------------------------------------- */

/* The first replace of |o| that is not used yet, in u_i. */
#define NEXT_REPLACE(o)                                                        \
    (REPLACES > 0 && r_state[(o) * REPLACES] == REQUEST_FREE ->                \
         (o) * REPLACES                                                        \
     : (REPLACES > 1 && r_state[(o) * REPLACES + 1] == REQUEST_FREE ->         \
           (o) * REPLACES + 1 : REQUESTS))

#define CHANGES_TO(qty)                                                       \
    (qty <= QTY_MAX && qty != o_qty[0] && qty > o_cum[0])

active proctype client()
{
    byte mine = 0;
end:
    do
    :: atomic {
        mine < ORDERS && CLIENT_STARTS ->
            if
            :: u_qty = 1
            :: QTY_FIRST > 1 -> u_qty = QTY_FIRST
            fi;
            d_step { client_new(mine, u_qty) };
            d_step { settle(mine); client_new_checks(mine); mine++ }
        }
    :: atomic {
        REPLACES > 0 && o_state[0] != ORDER_FREE &&
            NEXT_REPLACE(0) < REQUESTS && !cancels[0] &&
            (CHANGES_TO(1) || CHANGES_TO(2) || CHANGES_TO(3)) ->
            if
            :: CHANGES_TO(1) -> u_qty = 1
            :: CHANGES_TO(2) -> u_qty = 2
            :: CHANGES_TO(3) -> u_qty = 3
            fi;
            d_step {
                u_i = NEXT_REPLACE(0);
                client_replace(0, u_i, u_qty)
            };
            d_step { settle(0); client_replace_checks(0); judge_cover() }
    }
    :: atomic {
        CANCELS && o_state[0] != ORDER_FREE && o_state[0] != ORDER_CLOSED &&
            !cancels[0] ->
            d_step { cancels[0] = 1; client_cancel(0) };
            d_step { settle(0); client_cancel_checks(0) }
    }
#if ORDERS > 1
    :: atomic {
        CANCELS && o_state[1] != ORDER_FREE && o_state[1] != ORDER_CLOSED &&
            !cancels[1] ->
            d_step { cancels[1] = 1; client_cancel(1) };
            d_step { settle(1); client_cancel_checks(1) }
    }
#endif
    :: QUITS -> break
    od
}

/* --- the gate ------------------------------------------------------------- */

/*
 * Asks and answers of one token stay in order; or asks may overtake each other,
 * and their answers come as the hub has decided, or in any order.
 */
#define OLDER(s, n) ((s) - ((s) % ASKS < n -> 0 : n))
#define LATER(s, n, where)                                                     \
    ((s) % ASKS < n || a_where[OLDER(s, n)] != where)
#define IN_TURN(s, where)                                                      \
    (LATER(s, 1, where) && LATER(s, 2, where) && LATER(s, 3, where) &&         \
     LATER(s, 4, where))
#if OVERTAKE
#define OF(s) ((s) - (s) % ASKS)
#define NOT_BEFORE(s, n)                                                       \
    (n >= ASKS || a_where[OF(s) + n % ASKS] != TO_GATE ||                      \
     a_turn[OF(s) + n % ASKS] >= a_turn[s])
#define HEARS(s)                                                               \
    (hub_up && a_where[s] == TO_GATE &&                                        \
     (OVERTAKE > 1 || (NOT_BEFORE(s, 0) && NOT_BEFORE(s, 1) &&                 \
                       NOT_BEFORE(s, 2) && NOT_BEFORE(s, 3) &&                 \
                       NOT_BEFORE(s, 4))))
#define TAKES_ASK(s) (hub_up && a_where[s] == TO_HUB)
#else
#define HEARS(s) (hub_up && a_where[s] == TO_GATE && IN_TURN(s, TO_GATE))
#define TAKES_ASK(s) (hub_up && a_where[s] == TO_HUB && IN_TURN(s, TO_HUB))
#endif

/* R28: said again until it is answered. */
#define REPEATS(s)                                                             \
    (hub_up && a_open[s] &&                                                    \
     (a_where[s] == LOST || a_where[s] == DROPPED) &&                          \
     BUG != BUG_RELEASE_SAID_ONCE &&                                           \
     (a_kind[s] == ASK_CANCEL || a_kind[s] == ASK_LOWER ||                     \
      a_kind[s] == ASK_CONSUMED))

#define EACH_SLOT PICK(0) PICK(1) PICK(2) PICK(3) SLOT_4
#if SLOTS > 4
#define SLOT_4 PICK(4) SLOT_5
#else
#define SLOT_4
#endif
#if SLOTS > 5
#define SLOT_5 PICK(5) SLOT_6
#else
#define SLOT_5
#endif
#if SLOTS > 6
#define SLOT_6 PICK(6) SLOT_7
#else
#define SLOT_6
#endif
#if SLOTS > 7
#define SLOT_7 PICK(7) SLOT_8
#else
#define SLOT_7
#endif
#if SLOTS > 8
#define SLOT_8 PICK(8) SLOT_9
#else
#define SLOT_8
#endif
#if SLOTS > 9
#define SLOT_9 PICK(9) SLOT_10
#else
#define SLOT_9
#endif
#if SLOTS > 10
#define SLOT_10 PICK(10) SLOT_11
#else
#define SLOT_10
#endif
#if SLOTS > 11
#define SLOT_11 PICK(11)
#else
#define SLOT_11
#endif

#if CLOCK
#define DEADLINE_PASSED(o) (o_raise[o] != 0 || now_is >= HARD)
#else
#define DEADLINE_PASSED(o) 1
#endif
#define DEADLINES(o)                                                           \
    (DEADLINE_PASSED(o) && (o_state[o] == ORDER_WAITING || o_raise[o] != 0))
#define PULLS_AGAIN(o)                                                         \
    (venue_up && o_pull[o] == 2 && BUG != BUG_PULL_GIVES_UP &&                 \
     (o_state[o] == ORDER_SENT || o_state[o] == ORDER_OPEN))

active proctype gate()
{
    byte slot = 0;
end:
    do
    :: atomic {
        if
#define PICK(s) :: HEARS(s) -> slot = s
        EACH_SLOT
#undef PICK
        fi;
        if
        :: e_n = 0
        :: twice > 0 -> e_n = 1
        fi;
        d_step {
            twice = twice - e_n;
            hear_begin(slot, e_n);
            slot = 0;
            hear(h_t)
        };
        d_step {
            settle(f_order);
            hear_checks(h_t, f_order);
            judge_cover()
        }
    }
    :: atomic {
        venue_up && nempty(to_gate) ->
        d_step {
            to_gate?e_kind, e_order, e_extra, e_cum;
            report(e_kind, e_order, e_extra, e_cum)
        };
        d_step {
            settle(f_order);
            report_checks(e_kind, e_order, e_extra, e_cum)
        };
#if UPDATES
        /* R17: what was counted as gone may have traded, or stay. */
        if
        :: e_kind == REP_FILL || e_kind == REP_REPLACED ||
           (e_kind == REP_NINE && e_extra == 0) ->
            d_step { limit_pull(1); settle(1) };
            d_step { limit_pull(0); settle(0) }
        :: else
        fi
#endif
    }
    :: atomic {
        DEADLINES(0) -> d_step { deadline(0) };
        d_step { settle(0); deadline_checks(0) }
    }
#if ORDERS > 1
    :: atomic {
        DEADLINES(1) -> d_step { deadline(1) };
        d_step { settle(1); deadline_checks(1) }
    }
#endif
#if FALLBACK
    :: atomic { hub_up && o_state[0] == ORDER_WAITING &&
                t_state[0] == TOKEN_ASKED ->
        d_step { begin(0); fall_back(0) };
        d_step { settle(0) } }
#endif
    :: atomic { PULLS_AGAIN(0) -> d_step { pull_again(0) } }
#if ORDERS > 1
    :: atomic { PULLS_AGAIN(1) -> d_step { pull_again(1) } }
#endif
#if DEAF
    :: atomic {
        if
#define PICK(s) :: REPEATS(s) -> slot = s
        EACH_SLOT
#undef PICK
        fi;
        d_step {
            a_where[slot] = TO_HUB;
            slot = 0
        }
    }
#endif
#if CLOCK
    :: atomic {
        TIMER_DUE(0, 0) -> d_step { token_fire(0, 0) };
        d_step { settle(0); token_fire_checks(0, 0) }
    }
#endif
    od
}
