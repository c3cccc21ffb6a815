/*
 * The hub, the venue, and the owner of a pushed limit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* --- the hub -------------------------------------------------------------- */

#define HUB_APPROVES 0
#define HUB_DENIES 1
#define HUB_GRANTS_PART 2

#if CLOCK
/* The hub's clock is SKEW ahead of the gate's. */
#define HUB_STAMP(t, s)                                                        \
    hub_expires[t] = now_is + SKEW + LIFE;                                     \
    a_expires[s] = hub_expires[t]
#define HUB_UNSTAMP(t) hub_expires[t] = 0
#else
#define HUB_STAMP(t, s) skip
#define HUB_UNSTAMP(t) skip
#endif

/* What the hub makes of one ask; the same one again gets the same answer. */
inline hub_take(s, mood)
{
    u_i = (s) / ASKS;
    hub_sum();
    if
    :: a_answer[s] != 0
    :: else ->
        if
        :: a_kind[s] == ASK_NEW ->
            a_approved[s] = a_amount[s] - (mood == HUB_GRANTS_PART);
            if
            :: mood == HUB_DENIES || hub_state[u_i] != HUB_NEVER ||
               j_sum + a_approved[s] > HUB_AMOUNT ->
                a_answer[s] = ANS_REJECTED;
                a_approved[s] = 0
            :: else ->
                a_answer[s] = (mood == HUB_GRANTS_PART -> ANS_PARTIAL
                                                        : ANS_APPROVED);
                hub_state[u_i] = HUB_HOLDS;
                hub_total[u_i] = a_approved[s];
                HUB_STAMP(u_i, s)
            fi
        :: a_kind[s] == ASK_RAISE || a_kind[s] == ASK_RENEW ->
            a_approved[s] = a_amount[s] - (mood == HUB_GRANTS_PART);
            if
            :: mood == HUB_DENIES || hub_state[u_i] != HUB_HOLDS ||
               (a_approved[s] > hub_total[u_i] &&
                j_sum + a_approved[s] - hub_total[u_i] > HUB_AMOUNT) ->
                a_answer[s] = ANS_REJECTED;
                a_approved[s] = 0
            :: else ->
                a_answer[s] = (mood == HUB_GRANTS_PART -> ANS_PARTIAL
                                                        : ANS_APPROVED);
                if
                :: a_approved[s] > hub_total[u_i] ->
                    hub_total[u_i] = a_approved[s]
                :: else
                fi;
                HUB_STAMP(u_i, s)
            fi
        :: a_kind[s] == ASK_LOWER ->
            if
            :: hub_state[u_i] == HUB_HOLDS ->
                a_answer[s] = ANS_APPROVED;
                a_approved[s] = a_amount[s];
                hub_total[u_i] = (a_amount[s] > hub_consumed[u_i] ->
                                      a_amount[s] : hub_consumed[u_i])
            :: else -> a_answer[s] = ANS_REJECTED
            fi
        :: a_kind[s] == ASK_CANCEL ->
            a_answer[s] = (hub_state[u_i] == HUB_HOLDS -> ANS_CANCELLED
                                                        : ANS_REJECTED);
            if
            :: hub_state[u_i] == HUB_HOLDS ->
                hub_state[u_i] = HUB_OVER;
                hub_total[u_i] = 0;
                HUB_UNSTAMP(u_i)
            :: else
            fi
        :: a_kind[s] == ASK_CONSUMED ->
            a_answer[s] = ANS_APPROVED;
            hub_consumed[u_i] = hub_consumed[u_i] + a_amount[s]
        :: else
        fi
    fi;
#if OVERTAKE
    e_slot = 0;
    a_turn[s] = 1;
    do
    :: e_slot < ASKS ->
        e_got = u_i * ASKS + e_slot;
        if
        :: a_where[e_got] == TO_GATE && a_turn[e_got] >= a_turn[s] ->
            a_turn[s] = a_turn[e_got] + 1
        :: else
        fi;
        e_slot++
    :: else -> break
    od;
#endif
    a_where[s] = TO_GATE;
    printf("hub answers %d to ask %d of token %d, holds %d\n", a_answer[s],
           a_kind[s], u_i, hub_total[u_i]);
    judge_cover()
}

#define MAY_GRANT_PART(s)                                                      \
    (PARTS && a_amount[s] > 1 && a_answer[s] == 0 &&                           \
     (a_kind[s] == ASK_NEW || a_kind[s] == ASK_RAISE))
#define MAY_DENY(s)                                                            \
    (a_answer[s] == 0 && (a_kind[s] == ASK_NEW || a_kind[s] == ASK_RAISE ||    \
                          a_kind[s] == ASK_RENEW))

active proctype hub()
{
    byte slot = 0;
end:
    do
    :: atomic {
        if
#define PICK(s) :: TAKES_ASK(s) -> slot = s
        EACH_SLOT
#undef PICK
        fi;
        if
        :: e_n = HUB_APPROVES
        :: MAY_DENY(slot) -> e_n = HUB_DENIES
        :: MAY_GRANT_PART(slot) -> e_n = HUB_GRANTS_PART
        fi;
        d_step {
#if CLOCK
            if
            :: a_kind[slot] == ASK_RENEW && e_n == HUB_APPROVES ->
                if
                :: renewals == 0 -> e_n = HUB_DENIES
                :: else -> renewals--
                fi
            :: else
            fi;
#endif
            hub_take(slot, e_n);
            slot = 0
        }
    }
#if DEAF
    :: atomic {
        if
#define PICK(s) :: deaf > 0 && TAKES_ASK(s) && a_answer[s] == 0 -> slot = s
        EACH_SLOT
#undef PICK
        fi;
        d_step {
            deaf--;
            a_where[slot] = LOST;
            slot = 0
        }
    }
#endif
#if TAKES
    :: atomic {
        takes > 0 && hub_up && hub_state[0] == HUB_HOLDS ->
        d_step { /* 2325=4 on its own; it is heard at once */
            takes--;
            hub_state[0] = HUB_OVER;
            hub_total[0] = 0;
            hub_took[0] = 1;
            taken_back(0, 0)
        };
        d_step { settle(0); taken_back_checks(0, 0) }
    }
#endif
#if CLOCK
    :: atomic {
        hub_state[0] == HUB_HOLDS && now_is + SKEW >= hub_expires[0] ->
        d_step {
            printf("at %d the hub frees the token\n", now_is);
            hub_state[0] = HUB_OVER; /* freed by its own clock (R29) */
            hub_total[0] = 0;
            hub_expires[0] = 0;
            judge_cover()
        }
    }
#endif
    od
}

/* --- the venue ------------------------------------------------------------ */

/* |mood|: 0 it does what it is told, 1 it refuses. */
inline venue_take(mood)
{
    to_venue?q_kind, q_order, q_extra, q_by;
    printf("venue has %d of order %d, %d\n", q_kind, q_order, q_extra);
    if
    :: q_kind == MSG_D ->
        if
        :: v_state[q_order] != VENUE_NEVER ->
            /* R21: only the same order again, as a FIX resend. */
            assert(q_extra == v_qty[q_order] || REPLACES > 0);
            assert(CUTS > 0)
        :: v_state[q_order] == VENUE_NEVER && mood == 0 ->
            v_state[q_order] = VENUE_OPEN;
            v_qty[q_order] = q_extra;
            to_gate!REP_NEW, q_order, 0, 0
        :: v_state[q_order] == VENUE_NEVER && mood != 0 ->
            v_state[q_order] = VENUE_OVER;
            to_gate!REP_REJECTED, q_order, 1, 0
        fi
    :: q_kind == MSG_G ->
        if
        :: v_state[q_order] == VENUE_OPEN && mood == 0 &&
           r_qty[q_extra] > v_cum[q_order] ->
            v_qty[q_order] = r_qty[q_extra];
            to_gate!REP_REPLACED, q_order, q_extra, v_cum[q_order]
        :: else -> to_gate!REP_NINE, q_order, q_extra + 2, v_cum[q_order]
        fi
    :: q_kind == MSG_F ->
        if
        :: v_state[q_order] == VENUE_OPEN && mood == 0 ->
            v_state[q_order] = VENUE_OVER;
            to_gate!REP_CANCELLED, q_order, 1, v_cum[q_order]
        :: else -> to_gate!REP_NINE, q_order, q_extra, v_cum[q_order]
        fi
    :: q_kind == MSG_H ->
        if
        :: v_state[q_order] == VENUE_NEVER ->
            to_gate!REP_UNKNOWN, q_order, 0, 0
        :: else ->
            to_gate!REP_STATUS, q_order, (v_state[q_order] == VENUE_OVER),
                v_cum[q_order]
        fi
    fi;
    judge_cover()
}

inline venue_fill(o)
{
    printf("venue fills order %d\n", o);
    v_cum[o] = v_cum[o] + 1;
    if
    :: v_cum[o] == v_qty[o] -> v_state[o] = VENUE_OVER
    :: else
    fi;
    to_gate!REP_FILL, o, (v_state[o] == VENUE_OVER), v_cum[o]
}

/* Whether the venue may say no to what comes next. */
#define MAY_REFUSE                                                             \
    (to_venue?[MSG_D, _, _, _] || to_venue?[MSG_G, _, _, _] ||                 \
     (stubborn > 0 && to_venue?[MSG_F, _, _, _]))

#define FILLS(o) (v_state[o] == VENUE_OPEN && !quiet)
#define CANCELS_ITSELF(o) (UNASKED && v_state[o] == VENUE_OPEN && !quiet)

active proctype venue()
{
end:
    do
    :: atomic {
        venue_up && nempty(to_venue) ->
        if
        :: e_n = 0
        :: MAY_REFUSE -> e_n = 1
        fi;
        d_step {
            if
            :: e_n == 1 && to_venue?[MSG_F, _, _, _] -> stubborn--
            :: else
            fi;
            venue_take(e_n)
        }
    }
    :: atomic { FILLS(0) -> d_step { venue_fill(0) } }
    :: atomic {
        CANCELS_ITSELF(0) -> d_step {
            v_state[0] = VENUE_OVER;
            to_gate!REP_CANCELLED, 0, 1, v_cum[0]
        }
    }
    :: atomic { VENUE_RESTS && !quiet && v_state[0] == VENUE_OPEN ->
        quiet = 1 }
#if ORDERS > 1
    :: atomic { FILLS(1) -> d_step { venue_fill(1) } }
    :: atomic {
        CANCELS_ITSELF(1) -> d_step {
            v_state[1] = VENUE_OVER;
            to_gate!REP_CANCELLED, 1, 1, v_cum[1]
        }
    }
#endif
    od
}

/* --- the owner of a pushed limit ------------------------------------------ */

#if UPDATES
#define LIMIT_STEP(EVENT)                                                      \
    h_was = limit_state;                                                       \
    limit_move(LIMIT_ON_##EVENT(h_was));                                       \
    EXPECT(LIMIT, EVENT, h_was, limit_state, 0);                               \
    owner_stopped = (limit_state != LIMIT_ENABLED);                            \
    owner_took = (limit_state == LIMIT_HALTED || limit_state == LIMIT_REMOVED)

active proctype owner()
{
end:
    do
    :: atomic {
        updates > 0 ->
            d_step { updates--; begin(0) };
            if
            :: d_step { limit_amount = 1; LIMIT_STEP(AMOUNT) }
            :: d_step { limit_amount = HUB_AMOUNT; LIMIT_STEP(AMOUNT) }
            :: d_step { LIMIT_STEP(ENABLED) }
            :: d_step { LIMIT_STEP(SUSPENDED) }
            :: d_step { LIMIT_STEP(HALTED) }
            :: d_step { LIMIT_STEP(REMOVED) }
            :: d_step { LIMIT_STEP(UNENFORCEABLE) }
            :: d_step { LIMIT_STEP(NOT_IN_SNAPSHOT) }
            fi;
            d_step { owner_amount = limit_amount; limit_pull(1); settle(1) };
            d_step { limit_pull(0); settle(0) }
        }
    od
}
#endif
