/*
 * What owners of limits hear of trades, and what they say is used.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct harness h;

static struct cg_limit_view limit(const char *id)
{
    struct cg_limit_view view = {0};
    for (size_t i = 0; cg_gate_limit(h.gate, i, &view); i++) {
        if (strcmp(view.id, id) == 0) {
            return view;
        }
    }
    fail_msg("no limit %s", id);
    return view;
}

/* |used| in hundredths. */
static void expect_use(const char *id, cg_dv01 used)
{
    assert_int_equal(limit(id).used, used * 100);
}

/* The hub's answer to |ask|, with |status|. */
static void answer(const char *ask, char status)
{
    char fields[512];
    static const int tags[] = {2318, 2319, 2320, 2321};
    int len = snprintf(fields, sizeof(fields), "35=DG|2325=%c", status);
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        len += snprintf(fields + len, sizeof(fields) - (size_t)len, "|%d=%s",
                        tags[i], harness_field(ask, tags[i]));
    }
    harness_in(&h, HUB, fields);
}

/* "YYYYMMDD-HH:MM:SS.sss" of |ms| from now. */
static const char *time_at(int ms)
{
    static char text[32];
    int64_t at = h.now / CG_MS + ms;
    int64_t day = at / 86400000 - 20833;
    snprintf(text, sizeof(text), "202701%02d-%02d:%02d:%02d.%03d",
             15 + (int)day, (int)(at / 3600000 % 24), (int)(at / 60000 % 60),
             (int)(at / 1000 % 60), (int)(at % 1000));
    return text;
}

/* The hub says that |used| of a limit was used as of |ms| from now. */
static void
say_used(const char *account, const char *limit_id, const char *used, int ms)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CR|1667=U%d|60=%s|1677=1|1324=M|1671=1|1691=%s|1692=D|"
             "1693=24|1669=1|1529=1|1530=12|1531=100000.00|1766=%s|1532=USD|"
             "1670=%s",
             h.seq, time_at(ms), account, used, limit_id);
    harness_in(&h, HUB, fields);
    harness_expect(&h, HUB, "35=DE|2316=0");
}

/* An order of account SDR, under a pushed limit of the hub's: net. */
static void push_order(const char *id, char side, long millions)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=SDR|55=USD10Y|54=%c|38=%ld000000|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, side, millions);
    harness_in(&h, CLIENT50, fields);
    harness_expect(&h, VENUE50, "35=D");
}

static void
push_report(const char *id, char exec, char status, long cum, const char *more)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E%d|150=%c|39=%c|55=USD10Y|54=1|151=0|"
             "14=%ld000000|6=0%s",
             id, id, h.seq, exec, status, cum, more);
    harness_in(&h, VENUE50, fields);
}

static void ping_report(const char *id, char exec, char status, long cum)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E%d|150=%c|39=%c|55=USD10Y|54=1|151=0|"
             "14=%ld000000|6=0",
             id, id, h.seq, exec, status, cum);
    harness_in(&h, VENUE, fields);
}

/* R25: a fill under a pushed limit is told to its owner, by the gate's own
 * token id and the limit's. */
static void test_consumed_push_is_told(void **state)
{
    (void)state;
    push_order("B1", '1', 10);
    push_report("B1", 'F', '1', 4, "");
    harness_expect(&h, HUB,
                   "35=DF|2318=1|2319=GATE-T1|2320=0|2321=1|2324=3616.00|"
                   "1670=SDR-USD|448=SDR|54=1");
    harness_expect(&h, CLIENT50, "35=8");
    harness_quiet(&h);
    push_report("B1", 'F', '2', 10, "");
    harness_expect(&h, HUB, "35=DF|2318=2|2321=1|2324=5424.00");
}

/* R28: it is said again until the hub confirms it, restarts included. */
static void test_consumed_push_is_repeated(void **state)
{
    (void)state;
    push_order("B1", '1', 10);
    harness_link(&h, HUB, false);
    push_report("B1", 'F', '2', 10, "");
    harness_expect(&h, CLIENT50, "35=8");
    harness_quiet(&h);
    harness_reopen(&h);
    harness_link(&h, HUB, true);
    harness_expect(&h, HUB, "35=CL");
    const char *ask = harness_keep(
        harness_expect(&h, HUB, "35=DF|97=Y|2321=1|2324=9040.00"));
    answer(ask, '0');
    harness_link(&h, HUB, false);
    harness_link(&h, HUB, true);
    harness_expect(&h, HUB, "35=CL");
    harness_quiet(&h);
}

/* R25, R27: so is a fill that a pushed amount stood in for. */
static void test_consumed_fallback_is_told(void **state)
{
    (void)state;
    say_used("ACME", "ACME-USD", "0.00", 0);
    harness_order(&h, "A1", '1', 10);
    const char *ask = harness_keep(
        harness_expect(&h, HUB, "35=DF|2320=0|2321=0"));
    (void)ask;
    harness_wait(&h, 1000);
    harness_expect(&h, HUB, "35=DF|2319=GATE-T1|2320=1");
    harness_expect(&h, VENUE, "35=D|7350=GATE-T2");
    ping_report("A1", 'F', '2', 10);
    harness_expect(&h, HUB, "35=DF|2319=GATE-T2|2320=0|2321=1|2324=9040.00");
    harness_expect(&h, CLIENT, "35=8");
    harness_quiet(&h);
}

/* R25: a limit of the own desk has nobody to tell. */
static void test_consumed_own_desk_hears_nothing(void **state)
{
    (void)state;
    harness_in(&h, OTHER_CLIENT,
               "35=D|11=O1|1=OTHERACC|55=USD10Y|54=1|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=D");
    ping_report("O1", 'F', '2', 10);
    harness_expect(&h, OTHER_CLIENT, "35=8");
    harness_quiet(&h);
}

/* R25, R23: a trade that did not stand is taken back from the hub's books, and
 * the hub's "cancelled" to that does not take the token. */
static void test_consumed_bust_is_told(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    ping_report("A1", 'F', '1', 8);
    answer(harness_expect(&h, HUB, "35=DF|2321=1|2324=7232.00"), '0');
    ping_report("A1", 'H', '1', 3);
    const char *ask = harness_expect(
        &h, HUB, "35=DF|2319=GATE-T1|2320=1|2321=1|2324=4520.00");
    ask = harness_keep(ask);
    const char *more = harness_keep(
        harness_expect(&h, HUB, "35=DF|2320=2|2321=0|2324=9040.00"));
    answer(ask, '4');
    harness_quiet(&h);
    answer(more, '0');
    harness_quiet(&h);
    expect_use("ACME-USD", 904000);
    ping_report("A1", '4', '4', 3);
    harness_expect(&h, HUB, "35=DF|2320=1|2321=0");
    expect_use("ACME-USD", 271200);
}

/* R11, R25: an owner is told of nothing that was filled before its limit came,
 * nor that it is taken back; what fills after that is told. */
static void test_consumed_bust_of_what_was_not_told(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    ping_report("A1", 'F', '1', 8);
    answer(harness_expect(&h, HUB, "35=DF|2321=1|2324=7232.00"), '0');
    harness_in(&h, HUB,
               "35=CR|1667=N|1677=1|1324=A|1671=1|1691=ACME|1692=D|1693=24|"
               "1669=1|1529=1|1530=12|1531=50000|1532=USD|1670=LATE");
    ping_report("A1", 'H', '1', 3);
    const char *back = harness_keep(
        harness_expect(&h, HUB, "35=DF|2320=1|2321=1|1670=ACME-USD"));
    const char *more = harness_keep(
        harness_expect(&h, HUB, "35=DF|2320=2|2321=0|1670=ACME-USD"));
    answer(back, '4');
    answer(more, '0');
    expect_use("LATE", 632800);
    harness_reopen_up(&h);
    ping_report("A1", 'F', '2', 10);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=6328.00|1670=LATE");
    harness_expect(&h, HUB, "35=DF|2321=1|2324=6328.00|1670=ACME-USD");
    expect_use("LATE", 632800);
}

/* R23: the gate reserves for itself what a bust opened again under push. */
static void test_consumed_bust_under_push(void **state)
{
    (void)state;
    struct cg_token_view token;
    push_order("B1", '1', 10);
    push_report("B1", 'F', '1', 8, "");
    answer(harness_expect(&h, HUB, "35=DF|2321=1|2324=7232.00"), '0');
    push_report("B1", 'H', '1', 3, "");
    harness_expect(&h, HUB, "35=DF|2320=1|2321=1|2324=4520.00");
    harness_expect(&h, CLIENT50, "35=8");
    harness_quiet(&h);
    push_report("B1", 'F', '2', 10, "");
    harness_expect(&h, HUB, "35=DF|2320=0|2321=1|2324=6328.00");
    assert_true(cg_gate_token(h.gate, 0, &token));
    assert_int_equal(token.overrun, 0);
    assert_int_equal(token.consumed, 90400000);
}

/* R16: a fill is in the owner's figure once its DG came before the time of the
 * figure, and not a moment sooner. */
static void test_consumed_figure_before_and_after_dg(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    ping_report("A1", 'F', '2', 10);
    const char *ask = harness_keep(harness_expect(&h, HUB, "35=DF|2321=1"));
    say_used("ACME", "ACME-USD", "9040.00", 0);
    expect_use("ACME-USD", 1808000);
    harness_wait(&h, 500);
    answer(ask, '0');
    say_used("ACME", "ACME-USD", "9040.00", -1);
    expect_use("ACME-USD", 1808000);
    say_used("ACME", "ACME-USD", "9040.00", 0);
    expect_use("ACME-USD", 904000);
    say_used("ACME", "ACME-USD", "9540.00", 1);
    expect_use("ACME-USD", 954000);
}

/* R16: the same for a pushed limit; after a restart, too. */
static void test_consumed_figure_under_push(void **state)
{
    (void)state;
    push_order("B1", '1', 10);
    push_report("B1", 'F', '2', 10, "");
    const char *ask = harness_keep(harness_expect(&h, HUB, "35=DF|2321=1"));
    say_used("SDR", "SDR-USD", "9040.00", 0);
    expect_use("SDR-USD", 1808000);
    harness_wait(&h, 100);
    answer(ask, '0');
    harness_reopen(&h);
    harness_link(&h, HUB, true);
    say_used("SDR", "SDR-USD", "9040.00", -1);
    expect_use("SDR-USD", 1808000);
    say_used("SDR", "SDR-USD", "9040.00", 0);
    expect_use("SDR-USD", 904000);
}

/* R12, R16: of a net limit, buys and sells that the owner knows of net. */
static void test_consumed_figure_of_a_net_limit(void **state)
{
    (void)state;
    push_order("B1", '1', 10);
    push_report("B1", 'F', '2', 10, "");
    answer(harness_expect(&h, HUB, "35=DF|2321=1|54=1"), '0');
    push_order("B2", '2', 6);
    push_report("B2", 'F', '2', 6, "");
    answer(harness_expect(&h, HUB, "35=DF|2321=1|54=2"), '0');
    say_used("SDR", "SDR-USD", "3616.00", 0);
    expect_use("SDR-USD", 361600);
    say_used("SDR", "SDR-USD", "10000.00", 1);
    expect_use("SDR-USD", 1000000);
}

/* R16: what was taken back is in no figure from then on. */
static void test_consumed_figure_after_a_bust(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    ping_report("A1", 'F', '2', 10);
    answer(harness_expect(&h, HUB, "35=DF|2321=1"), '0');
    ping_report("A1", 'H', '2', 4);
    harness_expect(&h, HUB, "35=DF|2320=1|2321=1|2324=5424.00");
    say_used("ACME", "ACME-USD", "3616.00", 0);
    expect_use("ACME-USD", 361600);
    say_used("ACME", "ACME-USD", "9040.00", 1);
    expect_use("ACME-USD", 904000);
}

/* R16: an owner that takes no DF: a fill older than the figure by a margin is
 * in it. */
static void test_consumed_figure_without_notices(void **state)
{
    (void)state;
    h.config.sessions[HUB].consumption_notices = false;
    harness_reopen_up(&h);
    push_order("B1", '1', 10);
    push_report("B1", 'F', '2', 10, "");
    harness_expect(&h, CLIENT50, "35=8");
    harness_quiet(&h);
    say_used("SDR", "SDR-USD", "9040.00", 200);
    expect_use("SDR-USD", 1808000);
    say_used("SDR", "SDR-USD", "9040.00", 201);
    expect_use("SDR-USD", 904000);
    push_report("B1", 'H', '1', 4, "");
    harness_expect(&h, CLIENT50, "35=8");
    harness_quiet(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_consumed_push_is_told),
        WITH_GATE(test_consumed_push_is_repeated),
        WITH_GATE(test_consumed_fallback_is_told),
        WITH_GATE(test_consumed_own_desk_hears_nothing),
        WITH_GATE(test_consumed_bust_is_told),
        WITH_GATE(test_consumed_bust_of_what_was_not_told),
        WITH_GATE(test_consumed_bust_under_push),
        WITH_GATE(test_consumed_figure_before_and_after_dg),
        WITH_GATE(test_consumed_figure_under_push),
        WITH_GATE(test_consumed_figure_of_a_net_limit),
        WITH_GATE(test_consumed_figure_after_a_bust),
        WITH_GATE(test_consumed_figure_without_notices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
