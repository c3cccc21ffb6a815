/*
 * The books of the hub and of the venue, and the judge, who sees them alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* --- the hub's books ------------------------------------------------------ */

#define HUB_NEVER 0
#define HUB_HOLDS 1
#define HUB_OVER 2

byte hub_state[TOKENS];
byte hub_total[TOKENS];    /* of the token's life, consumed included */
byte hub_consumed[TOKENS]; /* as it was told */
bool hub_took[TOKENS];     /* taken back, by its own choice (R30) */
#if CLOCK
byte hub_expires[TOKENS];
byte renewals = RENEWALS;
#endif

/* --- the venue's books ---------------------------------------------------- */

#define VENUE_NEVER 0
#define VENUE_OPEN 1
#define VENUE_OVER 2

byte v_state[ORDERS];
byte v_qty[ORDERS];
byte v_cum[ORDERS];

/* --- what may still go wrong ---------------------------------------------- */

byte cuts = CUTS;
byte deaf = DEAF;
byte twice = TWICE;
byte takes = TAKES;
byte stubborn = STUBBORN;
bool cancels[ORDERS];
bool quiet; /* the venue does nothing by itself any more */

hidden byte j_i, j_t, j_sum;
hidden byte u_qty, u_i, u_o, u_s;
hidden byte e_slot, e_order, e_got, e_qty, e_kind, e_extra, e_cum, e_n;

/* --- the judge ------------------------------------------------------------ */

/*
 * R22: no order rests at the venue without the hub standing behind all of it.
 * What the hub takes back by its own choice is its own risk.
 */
inline judge_cover()
{
    j_t = 0;
    do
    :: j_t < TOKENS ->
        assert(v_state[j_t / LIMITS] != VENUE_OPEN || PUSH_ONLY ||
               IS_PUSH(j_t) || !SPENT_ONCE(j_t) || hub_took[j_t] ||
               (hub_state[j_t] == HUB_HOLDS &&
                hub_total[j_t] >= v_qty[j_t / LIMITS]));
        /* R23: the gate never counts on more than the hub holds. */
        assert(PUSH_ONLY || IS_PUSH(j_t) || hub_took[j_t] ||
               t_end[j_t] != END_NONE || HELD(j_t) == 0 ||
               (hub_state[j_t] == HUB_HOLDS && hub_total[j_t] >= HELD(j_t)));
        j_t++
    :: else -> break
    od;
    j_t = 0
}

/* What the hub has reserved or seen consumed. */
inline hub_sum()
{
    j_sum = 0;
    j_i = 0;
    do
    :: j_i < TOKENS ->
        j_sum = j_sum + (hub_state[j_i] == HUB_HOLDS -> hub_total[j_i]
                                                      : hub_consumed[j_i]);
        j_i++
    :: else -> break
    od
}

/*
 * Nothing can happen any more: R45, each message has its outcome; R21, R28,
 * every token has ended, and the hub knows; R23, R25, what rests is reserved to
 * the unit, and what traded was told to the unit.
 */
inline judge_rest()
{
#if UPDATES
    /* R17, R18: what an owner has taken away is gone, but for what traded. */
    x_ok = 0;
    j_sum = 0;
    j_i = 0;
    do
    :: j_i < ORDERS ->
        x_ok = x_ok || v_state[j_i] == VENUE_OPEN;
        j_sum = j_sum + (v_state[j_i] == VENUE_OPEN -> v_qty[j_i] : v_cum[j_i]);
        j_i++
    :: else -> break
    od;
    assert(!x_ok || j_sum <= owner_amount);
    assert(!x_ok || !owner_took);
#endif
    j_i = 0;
    do
    :: j_i < ORDERS ->
        assert(o_state[j_i] == ORDER_FREE || o_state[j_i] == ORDER_OPEN ||
               o_state[j_i] == ORDER_CLOSED);
        assert(o_state[j_i] == ORDER_FREE || o_out[j_i] != 0);
        assert((v_state[j_i] == VENUE_OPEN) == (o_state[j_i] == ORDER_OPEN));
        assert(o_state[j_i] != ORDER_OPEN || v_qty[j_i] == o_qty[j_i]);
        assert(o_pull[j_i] == 0 || o_state[j_i] != ORDER_OPEN);
        assert(o_cum[j_i] == v_cum[j_i]);
        j_i++
    :: else -> break
    od;
    j_i = 0;
    do
    :: j_i < REPLACES * ORDERS ->
        assert(r_state[j_i] == REQUEST_FREE ||
               r_state[j_i] == REQUEST_ACCEPTED ||
               r_state[j_i] == REQUEST_REFUSED);
        assert(r_state[j_i] == REQUEST_FREE || r_out[j_i] != 0);
        j_i++
    :: else -> break
    od;
    j_t = 0;
    do
    :: j_t < TOKENS ->
        j_i = j_t / LIMITS;
        if
        :: o_state[j_i] == ORDER_OPEN && SPENT_ONCE(j_t) &&
           t_state[j_t] != TOKEN_FREE ->
            assert(t_state[j_t] == TOKEN_SPENT);
            assert(t_charge[j_t] == v_qty[j_i]);
            assert(PUSH_ONLY || IS_PUSH(j_t) || hub_took[j_t] ||
                   t_kept[j_t] || hub_total[j_t] == v_qty[j_i])
        :: else ->
            assert(t_state[j_t] == TOKEN_FREE || t_state[j_t] == TOKEN_CLOSED);
            assert(t_reserved[j_t] == 0);
            assert(t_charge[j_t] == t_consumed[j_t]);
            assert(PUSH_ONLY || hub_state[j_t] != HUB_HOLDS || hub_took[j_t] ||
                   hub_total[j_t] == hub_consumed[j_t])
        fi;
        assert(PUSH_ONLY || !SPENT_ONCE(j_t) || t_state[j_t] == TOKEN_FREE ||
               (o_out[j_i] & OUT_FORWARDED) == 0 ||
               hub_consumed[j_t] == v_cum[j_i]);
        j_t++
    :: else -> break
    od;
    j_i = 0;
    do
    :: j_i < SLOTS ->
        /* What withdraws or tells was heard; an ask for more credit that the
         * hub has lost may stay without an answer, once it is withdrawn, until
         * its order is over. */
        assert(!a_open[j_i] || (o_state[j_i / ASKS / LIMITS] == ORDER_OPEN &&
                                (a_kind[j_i] == ASK_RAISE ||
                                 a_kind[j_i] == ASK_RENEW)));
        assert(!a_open[j_i] || t_ask[j_i / ASKS] != j_i % ASKS + 1);
        j_i++
    :: else -> break
    od
}

#if UPDATES
/* What was acknowledged to the owner. */
byte owner_amount = HUB_AMOUNT;
bool owner_stopped;
bool owner_took; /* halted, or the limit removed */
byte updates = UPDATES;

/* R13, R17: what may be at the venue fits in what the owner has said. */
inline judge_limit()
{
    j_sum = 0;
    j_i = 0;
    do
    :: j_i < ORDERS ->
        if
        :: (o_out[j_i] & OUT_FORWARDED) == 0 || v_state[j_i] == VENUE_OVER ->
            j_sum = j_sum + v_cum[j_i]
        :: else ->
            e_qty = (v_qty[j_i] > o_qty[j_i] -> v_qty[j_i] : o_qty[j_i]);
            if
            :: j_i == 0 && REPLACES > 0 && r_state[0] == REQUEST_SENT &&
               r_qty[0] > e_qty -> e_qty = r_qty[0]
            :: else
            fi;
            j_sum = j_sum + e_qty
        fi;
        j_i++
    :: else -> break
    od;
    assert(j_sum <= owner_amount && !owner_stopped)
}
#endif
