/*
 * Boundaries: one less, exactly, and one more, for every limit and deadline.
 *
 * Each row of the table does one thing at its bound minus 1, at it, and at it
 * plus 1, in the smallest unit there is (1/10000 of a currency unit, one unit
 * of notional, one nanosecond, one waiting order), and says what must come out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GROSS CG_MEASURE_GROSS
#define NET CG_MEASURE_NET
#define PUSH CG_MODEL_PUSH
#define PING CG_MODEL_PING
#define FALLS_BACK CG_MODEL_PING_WITH_PUSH

static struct small_engine small;
static cg_time now;

/* --- events ------------------------------------------------------------- */

static void open_with(struct cg_config_limit limit)
{
    now = SMALL_START;
    small_open(&small, &limit, 1);
}

static void
send(int kind, const char *id, const char *orig, char side, long qty)
{
    struct cg_order_event event = small_order(id, orig, side, qty);
    small_begin(&small, SMALL_CLIENT, now);
    if (kind == 'D') {
        cg_engine_new(small.engine, &event);
    } else {
        cg_engine_replace(small.engine, &event);
    }
    small_end(&small);
}

static void
report(enum cg_report_kind kind, const char *id, long cum, bool ends)
{
    struct cg_report_event event = {.kind = kind,
                                    .clordid = cg_slice_str(id),
                                    .has_cum_qty = true,
                                    .cum_qty = cum,
                                    .closed = ends};
    small_begin(&small, SMALL_VENUE, now);
    cg_engine_report(small.engine, &event);
    small_end(&small);
}

static void answer(cg_seq ask, cg_dv01 approved, cg_time expires)
{
    struct cg_answer_event event = {.ask = ask,
                                    .has_approved = true,
                                    .approved = approved,
                                    .has_expires = expires != 0,
                                    .expires = expires};
    small_begin(&small, SMALL_HUB, now);
    cg_engine_answer(small.engine, &event);
    small_end(&small);
}

static void amount_set(cg_dv01 amount)
{
    static int serial = 0;
    char id[16];
    snprintf(id, sizeof(id), "U%d", ++serial);
    struct cg_limit_event entry = {.id = CG_SLICE("L"),
                                   .account = CG_SLICE("ACME"),
                                   .kind = CG_LIMIT_DV01,
                                   .has_amount = true,
                                   .amount = amount};
    struct cg_update_event event = {.id = cg_slice_str(id),
                                    .made_at = serial,
                                    .limits = &entry,
                                    .count = 1,
                                    .parties = 1};
    small_begin(&small, SMALL_HUB, now);
    cg_engine_update(small.engine, &event);
    small_end(&small);
}

static void hub_link(bool up)
{
    small_begin(&small, SMALL_HUB, now);
    cg_engine_link(small.engine, up);
    small_end(&small);
}

static void fire_at(cg_time at)
{
    now = at;
    small_begin(&small, (int)CG_SESSION_NONE, now);
    while (cg_engine_fire(small.engine)) {
    }
    small_end(&small);
}

/* --- what came out ------------------------------------------------------ */

enum outcome {
    NOTHING,
    ASKED,
    FORWARDED,
    PULLED,
    WARNED,
    RENEWED,
    REFUSED = 1000, /* plus the reason */
};

/* The last event's most telling effect. */
static int outcome(void)
{
    char error[256];
    int found = NOTHING;
    for (uint32_t i = 0; i < small.engine->effect_count; i++) {
        const struct cg_effect *effect = &small.engine->effects[i];
        int this = NOTHING;
        if (effect->kind == CG_EFFECT_REFUSE_ORDER ||
            effect->kind == CG_EFFECT_REFUSE_REQUEST) {
            this = REFUSED + (int)effect->refusal.reason;
        } else if (effect->kind == CG_EFFECT_FORWARD) {
            this = FORWARDED;
        } else if (effect->kind == CG_EFFECT_PULL) {
            this = PULLED;
        } else if (effect->kind == CG_EFFECT_ASK) {
            bool renews = small.engine->state.asks[effect->ask].kind ==
                          CG_ASK_RENEW;
            this = renews ? RENEWED : ASKED;
        }
        found = this > found ? this : found;
    }
    if (!cg_audit(&small.engine->state, error, sizeof(error))) {
        fail_msg("audit: %s", error);
    }
    return found;
}

/* --- DV01 limits: an order of 10 is worth 7 ----------------------------- */

static int new_order(enum cg_measure measure, char side, int more)
{
    open_with(small_limit("L", measure, PUSH, 7 - more, false));
    send('D', "A", "", side, 10);
    return outcome();
}

static int new_gross(int more)
{
    return new_order(GROSS, '1', more);
}

static int new_net_buy(int more)
{
    return new_order(NET, '1', more);
}

static int new_net_sell(int more)
{
    return new_order(NET, '2', more);
}

/* Open buys and sells: both count in gross, only its own side in net. */
static int second(enum cg_measure measure, char side, cg_dv01 amount, int more)
{
    open_with(small_limit("L", measure, PUSH, amount - more, false));
    send('D', "A", "", '1', 5);
    send('D', "B", "", side, 10);
    return outcome();
}

static int second_gross_other_side(int more)
{
    return second(GROSS, '2', 4 + 7, more);
}

static int second_net_same_side(int more)
{
    return second(NET, '1', 4 + 7, more);
}

static int second_net_other_side(int more)
{
    return second(NET, '2', 7, more);
}

/* A position of +4 leaves room for sells of limit + 4. */
static int net_against_position(int more)
{
    struct cg_config_limit limit = small_limit("L", NET, PUSH, 5, false);
    limit.allow_reducing = false;
    open_with(limit);
    send('D', "A", "", '1', 5);
    report(CG_REPORT_FILL, "A", 5, true);
    amount_set(11 - 4 - more);
    send('D', "B", "", '2', 15); /* 11 */
    return outcome();
}

/* R13: use that does not rise passes a breached limit.  With a position of +4
 * sells of 8 lead to -4, of 9 to -5. */
static int net_reducing(int more)
{
    static const long quantities[] = {10, 11, 12}; /* 7, 7.7, 8.4 */
    open_with(small_limit("L", NET, PUSH, 5, false));
    send('D', "A", "", '1', 5);
    report(CG_REPORT_FILL, "A", 5, true);
    amount_set(1);
    send('D', "B", "", '2', quantities[more + 1]);
    return outcome();
}

/* What is filled stays in the use of a gross limit. */
static int gross_after_fill(int more)
{
    open_with(small_limit("L", GROSS, PUSH, 4 + 7 - more, false));
    send('D', "A", "", '1', 5);
    report(CG_REPORT_FILL, "A", 5, true);
    send('D', "B", "", '1', 10);
    return outcome();
}

static int ping_asks(int more)
{
    open_with(small_limit("L", GROSS, PING, 7 - more, false));
    send('D', "A", "", '1', 10);
    return outcome();
}

/* In the limit's currency: 1.05 each, so 11 for 10. */
static int converted(int more)
{
    open_with(small_limit("L", GROSS, PUSH, 11 - more, true));
    send('D', "A", "", '1', 10);
    return outcome();
}

static int raised(int more)
{
    open_with(small_limit("L", GROSS, PUSH, 14 - more, false));
    send('D', "A", "", '1', 10);
    report(CG_REPORT_NEW, "A", 0, false);
    send('G', "B", "A", '1', 20);
    return outcome();
}

/* The limit is lowered while the order waits for its grant. */
static int granted_late(int more)
{
    struct cg_config_limit limit = small_limit("L", GROSS, PING, 100, false);
    limit.pull = CG_PULL_NONE;
    open_with(limit);
    send('D', "A", "", '1', 10);
    amount_set(7 - more);
    answer(1, 7, 0);
    return outcome();
}

static int lowered_to_use(int more)
{
    open_with(small_limit("L", GROSS, PUSH, 100, false));
    send('D', "A", "", '1', 10);
    report(CG_REPORT_NEW, "A", 0, false);
    amount_set(7 - more);
    return outcome();
}

/* The hub approves one less, what was asked, one more. */
static int approved(int more)
{
    open_with(small_limit("L", GROSS, PING, 100, false));
    send('D', "A", "", '1', 10);
    answer(1, 7 + more, 0);
    return outcome();
}

/* A fill of one less than, of, and of one more than the order. */
static int overfilled(int more)
{
    open_with(small_limit("L", GROSS, PUSH, 7, false));
    send('D', "A", "", '1', 10);
    report(CG_REPORT_FILL, "A", 10 + 2 * more, false);
    return (int)small.engine->state.limits[0].ledger[0].overrun;
}

/* --- limits on one order ------------------------------------------------ */

static int with_order_limit(enum cg_limit_kind kind, cg_dv01 amount, int event)
{
    struct cg_config_limit limits[] = {
        small_limit("L", GROSS, PUSH, 1000, false),
        small_limit("C", GROSS, PUSH, amount, false),
    };
    limits[1].kind = kind;
    now = SMALL_START;
    small_open(&small, limits, 2);
    if (event == 'G') {
        send('D', "A", "", '1', 5);
        report(CG_REPORT_NEW, "A", 0, false);
        send('G', "B", "A", '1', 10);
    } else {
        send('D', "A", "", '1', 10);
    }
    return outcome();
}

static int clip_new(int more)
{
    return with_order_limit(CG_LIMIT_CLIP, 7 - more, 'D');
}

static int clip_replace(int more)
{
    return with_order_limit(CG_LIMIT_CLIP, 7 - more, 'G');
}

static int notional_new(int more)
{
    return with_order_limit(CG_LIMIT_NOTIONAL, 10 - more, 'D');
}

static int notional_replace(int more)
{
    return with_order_limit(CG_LIMIT_NOTIONAL, 10 - more, 'G');
}

/* --- fallback (R27) ----------------------------------------------------- */

/* budget(t) = B * (max - age) / max, down: with 28 and half of 60 s it is 14.
 */
static int fallback(cg_dv01 amount, cg_time age, long qty)
{
    open_with(small_limit("L", GROSS, FALLS_BACK, 1000, false));
    amount_set(amount);
    hub_link(false);
    now += age;
    send('D', "A", "", '1', qty);
    return outcome();
}

static int fallback_budget(int more)
{
    return fallback(14 - more, 30 * CG_SECOND, 10);
}

/* 29 * 1/2 is 14.5 and counts as 14: two orders of 7 fit, not 15. */
static int fallback_budget_floor(int more)
{
    open_with(small_limit("L", GROSS, FALLS_BACK, 1000, false));
    amount_set(29);
    hub_link(false);
    now += 30 * CG_SECOND;
    send('D', "A", "", '1', 10);
    send('D', "B", "", '1', 10 + more);
    return outcome();
}

/* One nanosecond of age costs the last unit. */
static int fallback_age(int more)
{
    return fallback(14, 30 * CG_SECOND + more, 10);
}

static int fallback_max_age(int more)
{
    return fallback(1000000000000000, 60 * CG_SECOND + more, 10);
}

static int soft_deadline(int more)
{
    open_with(small_limit("L", GROSS, FALLS_BACK, 1000, false));
    amount_set(1000);
    send('D', "A", "", '1', 10);
    fire_at(SMALL_START + small.config.soft_deadline_ns + more);
    return outcome();
}

/* --- warnings (R52) ----------------------------------------------------- */

static uint32_t warned(void)
{
    return small.engine->state.limits[0].warned;
}

/* 75 % of an amount, met by a use of 7: 700 / 75 is 9.33. */
static int warning_percent(uint32_t percent, cg_dv01 amount, long qty)
{
    struct cg_config_limit limit = small_limit("L", GROSS, PUSH, amount, false);
    limit.warnings = 1;
    limit.warning_percent[0] = percent;
    open_with(limit);
    send('D', "A", "", '1', qty);
    return warned() != 0 ? WARNED : NOTHING;
}

/* 7 of 10 is 70 %: levels of 71, 70 and 69. */
static int warning_level(int more)
{
    return warning_percent((uint32_t)(70 - more), 10, 10);
}

/* 75 % of 28 is 21: uses of 20, 21 and 22. */
static int warning_use(int more)
{
    static const long quantities[] = {28, 30, 31}; /* 19.6, 21, 21.7 */
    return warning_percent(75, 28, quantities[more + 1]);
}

/* Fired at 75; it rearms below 70 %, and so fires again. */
static int warning_rearm(int more)
{
    struct cg_config_limit limit = small_limit("L", GROSS, PUSH, 100, false);
    limit.warnings = 1;
    limit.warning_percent[0] = 75;
    open_with(limit);
    send('D', "A", "", '1', 100); /* 70 */
    send('D', "B", "", '1', 10);  /* 77 */
    assert_int_equal(warned(), 1);
    send('D', "C", "", '1', 1); /* 78: not again */
    report(CG_REPORT_CANCELLED, "B", 0, true);
    report(CG_REPORT_CANCELLED, "C", 0, true); /* 70 */
    amount_set(100 + more);
    return warned() != 0 ? WARNED : NOTHING;
}

static int breach(int more)
{
    open_with(small_limit("L", GROSS, PUSH, 100, false));
    send('D', "A", "", '1', 10);
    amount_set(7 - more);
    return small.engine->state.limits[0].breached ? WARNED : NOTHING;
}

/* --- waiting and time (R26, R29, R44) ----------------------------------- */

static int waiting(int more)
{
    open_with(small_limit("L", GROSS, PING, 1000, false));
    for (int i = 0; i < (int)small.waiting_max + more; i++) {
        char id[16];
        snprintf(id, sizeof(id), "W%d", i);
        send('D', id, "", '1', 1);
    }
    return outcome();
}

static int hard_deadline(int more)
{
    open_with(small_limit("L", GROSS, PING, 100, false));
    send('D', "A", "", '1', 10);
    fire_at(SMALL_START + small.config.hard_deadline_ns + more);
    return outcome();
}

static int hard_deadline_raise(int more)
{
    open_with(small_limit("L", GROSS, PING, 100, false));
    send('D', "A", "", '1', 10);
    answer(1, 7, 0);
    report(CG_REPORT_NEW, "A", 0, false);
    send('G', "B", "A", '1', 20);
    fire_at(SMALL_START + small.config.hard_deadline_ns + more);
    return outcome();
}

/* A grant that expires within the margin is worth nothing. */
static int time_to_pull(int more)
{
    open_with(small_limit("L", GROSS, PING, 100, false));
    send('D', "A", "", '1', 10);
    answer(1, 7,
           now + small.config.sessions[SMALL_HUB].clock_margin_ns +
               small.config.pull_time_ns - more);
    return outcome();
}

/* Without a renewal the order is pulled in time. */
static int pull_before_expiry(int more)
{
    cg_time life = 100 * CG_SECOND;
    open_with(small_limit("L", GROSS, PING, 100, false));
    send('D', "A", "", '1', 10);
    answer(1, 7, now + life);
    report(CG_REPORT_NEW, "A", 0, false);
    fire_at(SMALL_START + life / 2 + 10 * CG_SECOND +
            small.config.hard_deadline_ns);
    fire_at(SMALL_START + life -
            small.config.sessions[SMALL_HUB].clock_margin_ns -
            small.config.pull_time_ns + more);
    return outcome() == PULLED ? PULLED : NOTHING;
}

/* It is asked for at min(half the life, hard deadline + pull time) before. */
static int renewal(int more)
{
    cg_time life = 100 * CG_SECOND;
    open_with(small_limit("L", GROSS, PING, 100, false));
    send('D', "A", "", '1', 10);
    answer(1, 7, now + life);
    report(CG_REPORT_NEW, "A", 0, false);
    fire_at(SMALL_START + life -
            small.config.sessions[SMALL_HUB].clock_margin_ns -
            small.config.hard_deadline_ns - small.config.pull_time_ns + more);
    return outcome();
}

static int renewal_of_short_life(int more)
{
    cg_time life = 10 * CG_SECOND;
    open_with(small_limit("L", GROSS, PING, 100, false));
    send('D', "A", "", '1', 10);
    answer(1, 7, now + life);
    report(CG_REPORT_NEW, "A", 0, false);
    fire_at(SMALL_START + life / 2 -
            small.config.sessions[SMALL_HUB].clock_margin_ns + more);
    return outcome();
}

static int stale_resend(int more)
{
    open_with(small_limit("L", GROSS, PUSH, 100, false));
    struct cg_order_event event = small_order("A", "", '1', 10);
    event.possdup = true;
    event.sent_at = SMALL_START + 1; /* not of a day that is over */
    now = event.sent_at + small.config.stale_resend_ns + more;
    small_begin(&small, SMALL_CLIENT, now);
    cg_engine_new(small.engine, &event);
    small_end(&small);
    return outcome();
}

/* --- the table ---------------------------------------------------------- */

#define R(reason) (REFUSED + (reason))

static const struct {
    const char *name;
    int (*at)(int more);
    int expected[3]; /* below, at and above the bound */
} rows[] = {
    {"R13 new, gross", new_gross, {FORWARDED, FORWARDED, R(101)}},
    {"R13 new buy, net", new_net_buy, {FORWARDED, FORWARDED, R(101)}},
    {"R13 new sell, net", new_net_sell, {FORWARDED, FORWARDED, R(101)}},
    {"R12 second order, gross, other side",
     second_gross_other_side,
     {FORWARDED, FORWARDED, R(101)}},
    {"R12 second order, net, same side",
     second_net_same_side,
     {FORWARDED, FORWARDED, R(101)}},
    {"R12 second order, net, other side",
     second_net_other_side,
     {FORWARDED, FORWARDED, R(101)}},
    {"R12 net, against the position",
     net_against_position,
     {FORWARDED, FORWARDED, R(101)}},
    {"R13 reducing", net_reducing, {FORWARDED, FORWARDED, R(101)}},
    {"R12 gross, after a fill",
     gross_after_fill,
     {FORWARDED, FORWARDED, R(101)}},
    {"R13 ping limit with an amount", ping_asks, {ASKED, ASKED, R(101)}},
    {"R3 converted amount", converted, {FORWARDED, FORWARDED, R(101)}},
    {"R41 raise", raised, {FORWARDED, FORWARDED, R(101)}},
    {"R13 granted, and lowered meanwhile",
     granted_late,
     {FORWARDED, FORWARDED, R(101)}},
    {"R17 lowered to the use", lowered_to_use, {NOTHING, NOTHING, PULLED}},
    {"R24 approved amount", approved, {R(101), FORWARDED, FORWARDED}},
    {"R13 overrun", overfilled, {0, 0, 2}},
    {"R14 clip, new", clip_new, {FORWARDED, FORWARDED, R(105)}},
    {"R14 clip, replace", clip_replace, {FORWARDED, FORWARDED, R(105)}},
    {"R14 notional, new", notional_new, {FORWARDED, FORWARDED, R(106)}},
    {"R14 notional, replace", notional_replace, {FORWARDED, FORWARDED, R(106)}},
    {"R27 budget", fallback_budget, {FORWARDED, FORWARDED, R(302)}},
    {"R27 budget is rounded down",
     fallback_budget_floor,
     {FORWARDED, FORWARDED, R(302)}},
    {"R27 age in the budget", fallback_age, {FORWARDED, FORWARDED, R(302)}},
    {"R27 greatest age", fallback_max_age, {FORWARDED, R(302), R(302)}},
    {"R26 soft deadline", soft_deadline, {NOTHING, FORWARDED, FORWARDED}},
    {"R52 level in percent", warning_level, {NOTHING, WARNED, WARNED}},
    {"R52 use at a level", warning_use, {NOTHING, WARNED, WARNED}},
    {"R52 rearming", warning_rearm, {WARNED, WARNED, NOTHING}},
    {"R52 breach", breach, {NOTHING, NOTHING, WARNED}},
    {"R44 MaxWaiting", waiting, {ASKED, ASKED, R(501)}},
    {"R26 hard deadline", hard_deadline, {NOTHING, R(301), R(301)}},
    {"R26 hard deadline of a raise",
     hard_deadline_raise,
     {NOTHING, R(301), R(301)}},
    {"R29 time to pull before an expiry",
     time_to_pull,
     {FORWARDED, R(303), R(303)}},
    {"R29 pull before an expiry",
     pull_before_expiry,
     {NOTHING, PULLED, PULLED}},
    {"R29 renewal", renewal, {NOTHING, RENEWED, RENEWED}},
    {"R29 renewal of a short life",
     renewal_of_short_life,
     {NOTHING, RENEWED, RENEWED}},
    {"R40 stale resend", stale_resend, {FORWARDED, FORWARDED, R(405)}},
};

static void test_boundaries_below_at_above(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int more = -1; more <= 1; more++) {
            int got = rows[i].at(more);
            if (got != rows[i].expected[more + 1]) {
                print_error("%s, %+d: expected %d, got %d\n", rows[i].name,
                            more, rows[i].expected[more + 1], got);
                wrong++;
            }
            small_close(&small);
        }
    }
    assert_int_equal(wrong, 0);
}

/* A row that says the same thrice shows no bound, but where that is said. */
static void test_boundaries_rows_show_a_bound(void **state)
{
    (void)state;
    int flat = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        flat += rows[i].expected[0] == rows[i].expected[2];
    }
    assert_int_equal(flat, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boundaries_below_at_above),
        cmocka_unit_test(test_boundaries_rows_show_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
