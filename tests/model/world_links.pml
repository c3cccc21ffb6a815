/*
 * Links that are cut, crashes, the clock, and the end of all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* --- links and crashes ---------------------------------------------------- */

#if CUTS
/* What was on its way is gone; what waits for the hub falls back or ends. */
inline hub_cut()
{
    printf("the hub's link is cut\n");
    hub_up = 0;
    q_i = 0;
    do
    :: q_i < SLOTS ->
        a_where[q_i] = (a_where[q_i] == TO_HUB -> LOST :
                        (a_where[q_i] == TO_GATE -> DROPPED : a_where[q_i]));
        q_i++
    :: else -> break
    od;
    q_i = 0
}

/* Cut links go with one order. */
inline hub_gone()
{
    begin(0);
    x_ok = 0;
    q_i = 0;
    do
    :: q_i < LIMITS ->
        x_ok = x_ok || t_state[q_i] == TOKEN_ASKED;
        q_i++
    :: else -> break
    od;
    if
    :: o_state[0] == ORDER_WAITING && x_ok -> fall_back(0)
    :: else
    fi
}

inline hub_gone_checks()
{
    if
    :: FALLBACK || h_was == ORDER_FREE
    :: else -> EXPECT(ORDER, HUB_DOWN, h_was, o_state[0], 1)
    fi
}

/* What asks for credit is asked again if it is still wanted; what gives back
 * always (R28). */
inline hub_back()
{
    printf("the hub is back\n");
    hub_up = 1;
    q_i = 0;
    do
    :: q_i < SLOTS ->
        q_order = q_i / ASKS;
        q_extra = a_kind[q_i];
        x_ok = (q_extra == ASK_NEW && t_state[q_order] == TOKEN_ASKED) ||
               (q_extra == ASK_RAISE && t_state[q_order] == TOKEN_SPENT &&
                t_end[q_order] == END_NONE &&
                t_ask[q_order] == q_i % ASKS + 1) ||
               (BUG != BUG_RELEASE_SAID_ONCE &&
                (q_extra == ASK_CANCEL || q_extra == ASK_LOWER)) ||
               q_extra == ASK_CONSUMED;
        if
        :: q_extra != 0 && a_open[q_i] && x_ok ->
            a_where[q_i] = TO_HUB;
            q_i++
        :: q_extra != 0 && a_open[q_i] && !x_ok && a_where[q_i] == UNSAID ->
            ask_forget(q_order, q_i % ASKS)
        :: else -> q_i++
        fi
    :: else -> break
    od;
    q_i = 0
}

/* R22: what may be resent; the rest is left out, and asked for. */
#define MAY_RESEND(o)                                                          \
    (BUG == BUG_RESENT_WITHOUT_COVER ||                                        \
     (o_state[o] != ORDER_CLOSED && o_pull[o] == 0 && COVERED(o)))
#define COVERED(o)                                                             \
    (t_state[(o) * LIMITS] != TOKEN_SPENT ||                                   \
     (t_end[(o) * LIMITS] == END_NONE && !LAPSES((o) * LIMITS)))

inline venue_back()
{
    printf("the venue is back\n");
    venue_up = 1;
    q_n = len(to_venue);
    q_i = 0;
    do
    :: q_i < q_n ->
        to_venue?q_kind, q_order, q_extra, q_by;
        if
        :: q_kind == MSG_D && !MAY_RESEND(q_order) -> o_lost[q_order] = 1
        :: q_kind == MSG_G && !MAY_RESEND(q_order) -> r_lost[q_extra] = 1
        :: q_kind == MSG_H
        :: else ->
            /* R22: what goes out again is covered at this moment. */
            assert((q_kind != MSG_D && q_kind != MSG_G) || FALLBACK ||
                   v_state[q_order] == VENUE_OVER ||
                   (hub_state[q_order] == HUB_HOLDS &&
                    (q_kind == MSG_G || hub_total[q_order] >= q_extra)));
            to_venue!q_kind, q_order, q_extra, q_by
        fi;
        q_i++
    :: else -> break
    od;
    q_order = 0;
    do
    :: q_order < ORDERS ->
        x_ok = (REPLACES > 0 && r_lost[q_order * REPLACES]) ||
               (REPLACES > 1 && r_lost[q_order * REPLACES + REPLACES / 2]);
        if
        :: x_ok || o_state[q_order] == ORDER_SENT ||
           o_state[q_order] == ORDER_OPEN ->
            assert(nfull(to_venue));
            to_venue!MSG_H, q_order, 0, BY
        :: else
        fi;
        q_order++
    :: else -> break
    od;
    q_i = 0
}

inline venue_cut()
{
    printf("the venue's link is cut\n");
    venue_up = 0;
    q_order = 0;
    do
    :: q_order < ORDERS ->
        o_unsure[q_order] = (o_state[q_order] == ORDER_SENT);
        q_order++
    :: else -> break
    od;
    q_i = 0
}

/* R45: after a restart nobody is left waiting; links are down by then. */
inline restart()
{
    begin(0);
    printf("gate crashes and starts again\n");
    if
    :: BUG == BUG_CRASH_ANSWERS_NOBODY && o_state[0] == ORDER_WAITING ->
        f_end = ENDS_CLOSED
    :: BUG != BUG_CRASH_ANSWERS_NOBODY && o_state[0] == ORDER_WAITING ->
        f_end = ENDS_REFUSED
    :: else -> f_drop = DROPS_ALL
    fi
}

active proctype links()
{
end:
    do
    :: atomic {
        cuts > 0 && hub_up && CUTS_HUB -> d_step {
            cuts--;
            hub_cut();
            hub_gone()
        };
        d_step { settle(0); hub_gone_checks() }
    }
    :: atomic { !hub_up -> d_step { hub_back() } }
    :: atomic {
        cuts > 0 && venue_up && CUTS_VENUE -> d_step {
            cuts--;
            venue_cut()
        }
    }
    :: atomic { !venue_up -> d_step { venue_back() } }
    :: atomic {
        cuts > 0 && CRASHES -> d_step {
            cuts--;
            if
            :: hub_up -> hub_cut()
            :: else
            fi;
            if
            :: venue_up -> venue_cut()
            :: else
            fi;
            restart()
        };
        d_step { settle(0) }
    }
    od
}
#endif

/* --- the clock ------------------------------------------------------------ */

#if CLOCK
/* Time goes on when the gate has done what is due, and, where the venue is in
 * time, no message to it is later than it may be. */
active proctype clock()
{
end:
    do
    :: atomic {
        now_is < LAST && !TIMER_DUE(0, 0) &&
            !(o_state[0] == ORDER_WAITING && now_is >= HARD) &&
            (!TIMELY || !(to_venue??[_, _, _, eval(now_is)])) ->
        d_step {
            now_is++;
            printf("it is %d\n", now_is)
        }
    }
    od
}
#endif

/* --- the end -------------------------------------------------------------- */

/* Runs when nothing else can. */
active proctype rest()
{
    atomic {
        timeout -> d_step { judge_rest() }
    }
}
