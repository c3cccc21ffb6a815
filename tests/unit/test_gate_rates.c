/*
 * R4, R7: par rates that are taken while the gate runs, and that get old.
 *
 * USD10Y and USD2Y are priced by par rates here, at 904.00 and 190.10 per
 * million at first; the other instruments by their table.
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

#include <age.h>
#include <cmocka.h>
#include <decide.h>
#include <gate_internal.h>
#include <gate_rates.h>

#define DAY (86400 * CG_SECOND)
#define ROW row
#define DIGEST                                                                 \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TAIL "|60=20270115-08:00:00|40=2|44=0.5"

static struct harness h;
static uint64_t row; /* of USD10Y and USD2Y alike */

struct table {
    cg_time made_at;
    cg_dv01 usd10y; /* whole units per million */
    cg_dv01 usd2y;
};

static const struct cg_state *books(void)
{
    return &h.gate->engine->state;
}

static uint32_t slot_of(const char *name)
{
    return cg_state_instrument(books(), cg_slice_str(name));
}

static void rows_set(struct cg_engine *engine, void *user)
{
    const uint64_t *hash = user;
    cg_engine_row(engine, slot_of("USD10Y"), *hash);
    cg_engine_row(engine, slot_of("USD2Y"), *hash);
}

static void rates_take(struct cg_engine *engine, void *user)
{
    const struct table *table = user;
    struct cg_rates_event event = {.made_at = table->made_at,
                                   .digest = cg_slice_str(DIGEST),
                                   .set = CG_SLICE("smp"),
                                   .words = CG_SLICE("smp rates.csv")};
    cg_engine_rates(engine, &event);
    cg_engine_rate(engine, slot_of("USD10Y"), table->usd10y * 10000, ROW);
    cg_engine_rate(engine, slot_of("USD2Y"), table->usd2y * 10000, ROW);
}

static void take_made_at(cg_time made_at, long usd10y, long usd2y)
{
    struct table table = {made_at, usd10y, usd2y};
    harness_engine(&h, rates_take, &table);
}

/* New rates, made at this moment. */
static void take(long usd10y, long usd2y)
{
    take_made_at(h.now, usd10y, usd2y);
}

static void rows(uint64_t hash)
{
    harness_engine(&h, rows_set, &hash);
}

/* The DV01 of both comes from a curve, at the next start as well. */
static void rows_by_curve(void)
{
    for (size_t i = 0; i < h.config.instrument_count; i++) {
        struct cg_config_instrument *of = &h.config.instruments[i];
        if (strncmp(of->symbol, "USD", 3) == 0 && of->convention[0] == '\0') {
            strcpy(of->convention, "USD_SOFR");
            strcpy(of->swap, "10Y");
            of->dv01_per_million = 0;
            row = cg_rates_row_hash(&h.config, of);
        }
    }
    rows(ROW);
}

/* ... and is the table's again. */
static void rows_by_table(void)
{
    for (size_t i = 0; i < h.config.instrument_count; i++) {
        struct cg_config_instrument *of = &h.config.instruments[i];
        if (strncmp(of->symbol, "USD", 3) == 0) {
            of->convention[0] = '\0';
            of->dv01_per_million = 904 * 10000;
        }
    }
}

/* Rates that may be a day old, and are not yet taken. */
static int open_empty(void **state)
{
    (void)state;
    harness_open_with(&h, "TradingDayEnd=never\n"
                          "[RATES]\nParRates=/dev/null\n");
    rows_by_curve();
    return 0;
}

/* With room for 10,000.00 that orders of OTHERACC queue for. */
static int open_queue(void **state)
{
    (void)state;
    harness_open_with(&h, "TradingDayEnd=never\n"
                          "[RATES]\nParRates=/dev/null\n"
                          "[LIMIT]\nRiskLimitID=Q\nAccount=OTHERACC\n"
                          "Currency=USD\nMeasure=gross\nModel=push\n"
                          "Amount=10000.00\nQueue=Y\n");
    rows_by_curve();
    take(904, 190);
    return 0;
}

static int open_gate(void **state)
{
    (void)open_empty(state);
    take(904, 190);
    return 0;
}

static void replace(const char *id, const char *orig, long millions)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=G|11=%s|41=%s|1=ACME|55=USD10Y|54=1|38=%ld000000" TAIL, id,
             orig, millions);
    harness_in(&h, CLIENT, fields);
}

static void other_order(const char *id, const char *account, const char *symbol)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=%s|55=%s|54=1|38=1000000" TAIL, id, account, symbol);
    harness_in(&h, CLIENT, fields);
}

static void package(const char *id)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=AB|11=%s|1=ACME|54=1|55=curve|555=2|600=JPY10Y|623=1|624=1|"
             "600=USD10Y|623=1|624=2|38=1000000" TAIL,
             id);
    harness_in(&h, CLIENT, fields);
}

/* How often a note with |words| is on record. */
static int notes(const char *words)
{
    int count = 0;
    for (size_t i = 0; i < h.facts.count; i++) {
        count += h.facts.facts[i].kind == CG_FACT_NOTED &&
                 h.facts.facts[i].text != NULL &&
                 strstr(h.facts.facts[i].text, words) != NULL;
    }
    return count;
}

static void expect_charge(long units)
{
    const struct cg_token *token = &books()->tokens[0];
    assert_int_equal(token->charge, (cg_dv01)units * 10000);
}

/* The last minute of the rates' age, and what is beyond it. */
static void get_nearly_old(void)
{
    harness_wait(&h, 86400 * 1000 - 60000);
}

static void get_old(void)
{
    harness_wait(&h, 60001);
}

/* --- rates in force ------------------------------------------------------ */

/* R4: before any rates were taken nothing is worth zero; a table's instrument
 * does not wait for rates. */
static void test_gate_rates_none_taken_refuses(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    harness_expect(&h, CLIENT,
                   "35=8|11=A1|58~CG104 DV01_UNAVAILABLE - no par rates were "
                   "taken yet: ");
    package("P1");
    harness_expect(&h, CLIENT, "35=8|11=P1|58~no par rates were taken yet");
    other_order("A2", "ACME", "EUR10Y");
    harness_expect(&h, HUB, "35=DF");
    take(904, 0);
    harness_work(&h, "A3", '1', 10);
    other_order("A4", "ACME", "USD2Y");
    harness_expect(&h, CLIENT,
                   "35=8|11=A4|58~CG104 DV01_UNAVAILABLE - the par rates in "
                   "force do not price it");
}

/* R7: new rates change no charge; the next order, and a raise, cost by them. */
static void test_gate_rates_reload_changes_no_charge(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    size_t facts = h.facts.count;
    take(1000, 190);
    harness_quiet(&h);
    assert_int_equal(h.facts.count, facts + 3); /* taken, noted, one is rated */
    expect_charge(9040);
    harness_reopen_up(&h);
    expect_charge(9040);
    harness_order(&h, "A2", '1', 1);
    harness_expect(&h, HUB, "35=DF|2324=1000.00");
    replace("A3", "A1", 11);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2|2324=11000.00"));
    harness_expect(&h, VENUE, "35=G|11=A3");
    take(100, 190);
    expect_charge(11000);
}

/* R7: a raise under way keeps the price of the moment when it was decided. */
static void test_gate_rates_raise_under_way_keeps_its_price(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    take(1000, 190);
    replace("A2", "A1", 12);
    char ask[HARNESS_TEXT_MAX];
    strcpy(ask, harness_expect(&h, HUB, "35=DF|2320=2|2324=12000.00"));
    take(2000, 190);
    harness_quiet(&h);
    expect_charge(12000);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A2|41=A1|17=E2|150=5|39=0|55=USD10Y|54=1|"
               "38=12000000|151=12000000|14=0|6=0");
    expect_charge(12000);
    assert_int_equal(books()->tokens[0].rate, 1000 * 10000);
}

/* R47: what was in force is so after a crash, with its age. */
static void test_gate_rates_survive_a_crash(void **state)
{
    (void)state;
    take_made_at(h.now - 3600 * CG_SECOND, 1000, 190);
    struct cg_rates_state before = books()->rates;
    harness_reopen_up(&h);
    assert_memory_equal(&before, &books()->rates, sizeof(before));
    assert_int_equal(before.version, 2);
    assert_string_equal(before.digest, DIGEST);
    assert_int_equal(before.made_at, h.now - 3600 * CG_SECOND);
    harness_order(&h, "A1", '1', 1);
    harness_expect(&h, HUB, "35=DF|2324=1000.00");
}

/* R7: who is priced by another row than before has no rate until that is
 * priced; nor has who goes back to a table and is priced again. */
static void test_gate_rates_of_another_row_do_not_count(void **state)
{
    (void)state;
    rows(ROW);
    harness_order(&h, "A1", '1', 1);
    harness_expect(&h, HUB, "35=DF|2324=904.00");
    rows(ROW + 1);
    harness_order(&h, "A2", '1', 1);
    harness_expect(&h, CLIENT, "35=8|11=A2|58~CG104");
    harness_reopen_up(&h);
    harness_order(&h, "A3", '1', 1);
    harness_expect(&h, CLIENT, "35=8|11=A3|58~CG104");
    rows_by_table();
    harness_reopen_up(&h); /* its table's rate is taken over */
    harness_order(&h, "A4", '1', 1);
    harness_expect(&h, HUB, "35=DF|2324=904.00");
    rows(ROW);
    harness_order(&h, "A5", '1', 1);
    harness_expect(&h, CLIENT, "35=8|11=A5|58~CG104");
}

/* R41: what loses its DV01 may still fall, and be replaced at another price. */
static void test_gate_rates_lost_holds_up_no_fall(void **state)
{
    (void)state;
    harness_in(&h, CLIENT,
               "35=AB|11=P1|1=ACME|54=1|55=curve|555=2|600=USD2Y|623=1|624=1|"
               "600=USD10Y|623=1|624=2|38=10000000" TAIL);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2324=10940.00"));
    harness_expect(&h, VENUE, "35=AB");
    take(0, 190);
    harness_in(&h, CLIENT,
               "35=AC|11=P2|41=P1|1=ACME|54=1|55=curve|555=2|600=USD2Y|623=1|"
               "624=1|600=USD10Y|623=1|624=2|38=9000000" TAIL);
    harness_expect(&h, VENUE, "35=AC|11=P2");
    harness_in(&h, CLIENT,
               "35=AC|11=P3|41=P1|1=ACME|54=1|55=curve|555=2|600=USD2Y|623=1|"
               "624=1|600=USD10Y|623=1|624=2|38=11000000" TAIL);
    harness_expect(&h, CLIENT, "35=9|11=P3|58~CG104");
}

static void spread(const char *type, const char *ids, long millions)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=%s|%s|1=ACME|54=1|55=curve|555=2|600=USD2Y|623=1|624=1|"
             "600=USD10Y|623=1|624=2|38=%ld000000" TAIL,
             type, ids, millions);
    harness_in(&h, CLIENT, fields);
}

/* R7, R14: what raises nothing keeps its price under limits on single orders,
 * too; without a DV01 they have nothing to say of it. */
static void test_gate_rates_own_price_under_a_clip(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 105); /* 94,920.00 of 95,000.00 */
    take(1000, 190);
    replace("A2", "A1", 105);
    harness_expect(&h, VENUE, "35=G|11=A2");
    replace("A3", "A2", 104);
    harness_expect(&h, VENUE, "35=G|11=A3");
    take(0, 190);
    replace("A4", "A3", 105);
    harness_expect(&h, VENUE, "35=G|11=A4");
    take(904, 190);
    replace("A5", "A4", 106);
    harness_expect(&h, CLIENT,
                   "35=9|11=A5|58~CG105 CLIP_SIZE req:95824.00 avl:95000.00");
}

static void test_gate_rates_own_price_of_a_package(void **state)
{
    (void)state;
    spread("AB", "11=P1", 50);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2324=54700.00"));
    harness_expect(&h, VENUE, "35=AB|11=P1");
    take(1000, 1000);
    spread("AC", "11=P2|41=P1", 50);
    harness_expect(&h, VENUE, "35=AC|11=P2");
    take(1000, 0);
    spread("AC", "11=P3|41=P2", 50);
    harness_expect(&h, VENUE, "35=AC|11=P3");
    take(904, 1000);
    spread("AC", "11=P4|41=P3", 51);
    harness_expect(&h, CLIENT, "35=9|11=P4|58~CG105 CLIP_SIZE req:97104.00");
}

/* R4, R11: who has no DV01 counts under no limit that comes later, and that is
 * said; it never counts as nothing. */
static void test_gate_rates_lost_is_adopted_by_nobody(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    take(0, 190);
    harness_in(&h, HUB,
               "35=CR|1667=U1|60=20270115-08:00:00|1677=1|1324=A|1671=1|"
               "1691=ACME|1692=D|1693=24|1669=1|1529=1|1530=12|1531=50000|"
               "1532=USD|1670=NEW");
    assert_int_equal(notes("does not count under limit NEW"), 1);
    take(904, 190);
    replace("A2", "A1", 11);
    harness_expect(&h, CLIENT, "35=9|11=A2|58~CG404");
}

/* --- who queues ---------------------------------------------------------- */

static void other(const char *id, long millions)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=OTHERACC|55=USD10Y|54=1|38=%ld000000" TAIL, id,
             millions);
    harness_in(&h, OTHER_CLIENT, fields);
}

static void other_cancelled(const char *id)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=C-%s|150=4|39=4|55=USD10Y|54=1|"
             "38=10000000|151=0|14=0|6=0",
             id, id, id);
    harness_in(&h, VENUE, fields);
    harness_expect(&h, OTHER_CLIENT, "35=8|150=4");
}

static cg_dv01 used_of(const char *limit)
{
    struct cg_limit_view view;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &view); i++) {
        if (strcmp(view.id, limit) == 0) {
            return view.used;
        }
    }
    fail_msg("no limit %s", limit);
    return 0;
}

/* R7, R44: who queues is priced when its turn comes; and it comes when new
 * rates make the order small enough. */
static void test_gate_rates_queued_is_priced_at_its_turn(void **state)
{
    (void)state;
    other("O1", 10);
    harness_expect(&h, VENUE, "35=D|11=O1");
    other("O2", 5);
    take(1000, 190);
    harness_quiet(&h);
    other_cancelled("O1");
    harness_expect(&h, VENUE, "35=D|11=O2");
    assert_int_equal(used_of("Q"), 5000 * 10000);
    other("O3", 9);
    harness_quiet(&h);
    take(500, 190);
    harness_expect(&h, VENUE, "35=D|11=O3");
    assert_int_equal(used_of("Q"), 9500 * 10000);
    other("O4", 9);
    take(0, 190);
    harness_expect(&h, OTHER_CLIENT, "35=8|11=O4|58~CG104");
}

/* R7, R44: rates may get too old while an order queues; that counts when its
 * turn comes, not before. */
static void test_gate_rates_queued_is_stale_at_its_turn(void **state)
{
    (void)state;
    for (int fresh = 0; fresh < 2; fresh++) {
        get_nearly_old();
        harness_wait(&h, 55000);
        other(fresh ? "F1" : "O1", 10);
        harness_expect(&h, VENUE, "35=D");
        other(fresh ? "F2" : "O2", 5);
        harness_wait(&h, 6000);
        harness_quiet(&h);
        if (fresh) {
            take(904, 190);
            harness_quiet(&h);
        }
        other_cancelled(fresh ? "F1" : "O1");
        if (fresh) {
            harness_expect(&h, VENUE, "35=D|11=F2");
        } else {
            harness_expect(&h, OTHER_CLIENT, "35=8|11=O2|58~CG107");
            take(904, 190);
        }
    }
}

/* --- age ----------------------------------------------------------------- */

/* R7: at the last moment of their age rates are good; after it they take no
 * new risk, whatever the limit's model, and say how old they are. */
static void test_gate_rates_stale_take_no_new_risk(void **state)
{
    (void)state;
    harness_wait(&h, 86400 * 1000);
    harness_order(&h, "A1", '1', 1);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2324=904.00"));
    h.now += 1;
    harness_order(&h, "A2", '1', 1);
    harness_expect(&h, CLIENT,
                   "35=8|11=A2|39=8|103=11|58~CG107 RATES_STALE age:1d max:1d "
                   "- try again when the gate's rates are refreshed");
    h.now += 2 * 3600 * CG_SECOND;
    other_order("A3", "PINGACC", "USD10Y");
    harness_expect(&h, CLIENT, "35=8|11=A3|58~CG107 RATES_STALE age:1d2h");
    package("P1");
    harness_expect(&h, CLIENT, "35=8|11=P1|58~CG107");
    harness_link(&h, HUB, false);
    harness_order(&h, "A4", '1', 1);
    harness_expect(&h, CLIENT, "35=8|11=A4|58~CG107");
    harness_in(&h, OTHER_CLIENT,
               "35=D|11=O1|1=OTHERACC|55=USD10Y|54=1|38=1000000" TAIL);
    harness_expect(&h, OTHER_CLIENT, "35=8|11=O1|58~CG107");
    harness_in(&h, OTHER_CLIENT,
               "35=D|11=O2|1=OTHERACC|55=EUR10Y|54=1|38=1000000" TAIL);
    harness_expect(&h, VENUE, "35=D|11=O2");
    take(904, 190);
    harness_in(&h, OTHER_CLIENT,
               "35=D|11=O3|1=OTHERACC|55=USD10Y|54=1|38=1000000" TAIL);
    harness_expect(&h, VENUE, "35=D|11=O3");
}

/* R7, R41, R42: what raises no risk passes at any age of the rates. */
static void test_gate_rates_stale_hold_up_no_fall(void **state)
{
    (void)state;
    get_nearly_old();
    harness_work(&h, "A1", '1', 10);
    get_old();
    replace("A2", "A1", 11);
    harness_expect(&h, CLIENT, "35=9|11=A2|434=2|58~CG107 RATES_STALE age:1d");
    replace("A3", "A1", 10);
    harness_expect(&h, VENUE, "35=G|11=A3");
    replace("A4", "A3", 9);
    harness_expect(&h, VENUE, "35=G|11=A4");
    harness_in(&h, CLIENT,
               "35=F|11=A5|41=A4|1=ACME|55=USD10Y|54=1|38=9000000|"
               "60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=F|11=A5");
}

/* R7: who was priced in time goes on by it, when the grant comes late. */
static void test_gate_rates_priced_in_time_goes_on(void **state)
{
    (void)state;
    harness_wait(&h, 86400 * 1000 - 500);
    harness_order(&h, "A1", '1', 10);
    char ask[HARNESS_TEXT_MAX];
    strcpy(ask, harness_expect(&h, HUB, "35=DF"));
    harness_wait(&h, 600);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=D|11=A1");
}

/* R7, R44: a replace behind another is decided at its turn, by the age of the
 * rates then. */
static void test_gate_rates_stale_when_its_turn_comes(void **state)
{
    (void)state;
    get_nearly_old();
    harness_work(&h, "A1", '1', 10);
    harness_wait(&h, 59500);
    replace("A2", "A1", 11);
    char ask[HARNESS_TEXT_MAX];
    strcpy(ask, harness_expect(&h, HUB, "35=DF|2320=2"));
    replace("A3", "A2", 12);
    harness_quiet(&h);
    harness_wait(&h, 600);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_expect(&h, CLIENT, "35=9|11=A3|58~CG107");
}

/* R7: the moment itself is said once, by a timer, restarts included; and anew
 * for other rates. */
static void test_gate_rates_aging_is_said_once(void **state)
{
    (void)state;
    cg_time due = cg_gate_deadline(h.gate);
    assert_int_equal(due, books()->rates.made_at + DAY + 1);
    harness_wait(&h, 86400 * 1000);
    assert_int_equal(notes("ALARM: the par rates are"), 0);
    harness_wait(&h, 1);
    assert_int_equal(notes("ALARM: the par rates are 1d old, and may be 1d: "
                           "instruments that they price take no new risk"),
                     1);
    assert_int_equal(cg_gate_deadline(h.gate), CG_TIME_NEVER);
    harness_reopen_up(&h);
    harness_wait(&h, 3600 * 1000);
    harness_order(&h, "A1", '1', 1);
    assert_int_equal(notes("ALARM: the par rates are"), 1);
    take(904, 190);
    get_nearly_old();
    get_old();
    assert_int_equal(notes("ALARM: the par rates are"), 2);
}

/* R7: with another age allowed the moment is another one. */
static void test_gate_rates_another_age_is_allowed(void **state)
{
    (void)state;
    get_nearly_old();
    get_old();
    assert_int_equal(notes("ALARM: the par rates are"), 1);
    h.config.rates.max_age_ns = 2 * DAY;
    harness_reopen_up(&h);
    harness_work(&h, "A1", '1', 1);
    assert_int_equal(notes("ALARM: the par rates are"), 1);
    get_nearly_old();
    get_old();
    assert_int_equal(notes("ALARM: the par rates are 2d old, and may be 2d"),
                     1);
    h.config.rates.max_age_ns = CG_TIME_NEVER;
    harness_reopen_up(&h);
    assert_int_equal(cg_engine_rates_stale(h.gate->engine), false);
    harness_work(&h, "A2", '1', 1);
    h.config.rates.max_age_ns = 3600 * CG_SECOND;
    harness_reopen_up(&h); /* it is said at the start */
    assert_int_equal(notes("ALARM: the par rates are 2d old, and may be 1h"),
                     1);
}

/* R7: as configured it is an alarm only. */
static void test_gate_rates_stale_may_only_alarm(void **state)
{
    (void)state;
    h.config.rates.stale_alarms = true;
    harness_reopen_up(&h);
    get_nearly_old();
    harness_work(&h, "A1", '1', 10);
    get_old();
    assert_int_equal(notes("ALARM: the par rates are 1d old, and may be 1d: "
                           "instruments that they price go on by them"),
                     1);
    harness_order(&h, "A2", '1', 1);
    harness_expect(&h, HUB, "35=DF|2324=904.00");
    replace("A3", "A1", 11);
    harness_expect(&h, HUB, "35=DF|2320=2|2324=9944.00");
    assert_int_equal(notes("ALARM: the par rates are"), 1);
}

/* R7: a clock that is ahead keeps no rates young; rates may be too old as they
 * come. */
static void test_gate_rates_from_the_future(void **state)
{
    (void)state;
    take_made_at(h.now + 30 * DAY, 904, 190);
    assert_int_equal(notes("ALARM: these par rates were made 30d from now"), 1);
    assert_int_equal(books()->rates.made_at, h.now);
    get_nearly_old();
    get_old();
    harness_order(&h, "A1", '1', 1);
    harness_expect(&h, CLIENT, "35=8|11=A1|58~CG107");
    take_made_at(h.now - 2 * DAY, 904, 190);
    assert_int_equal(notes("ALARM: the par rates are 2d old"), 1);
    harness_order(&h, "A2", '1', 1);
    harness_expect(&h, CLIENT, "35=8|11=A2|58~CG107 RATES_STALE age:2d");
}

static void test_gate_rates_age_in_words(void **state)
{
    (void)state;
    static const struct {
        cg_time age;
        const char *text;
    } ages[] = {{-1, "0ms"},
                {0, "0ms"},
                {CG_MS - 1, "0ms"},
                {999 * CG_MS, "999ms"},
                {CG_SECOND, "1s"},
                {1500 * CG_MS, "1s500ms"},
                {3599 * CG_SECOND, "59m59s"},
                {3600 * CG_SECOND, "1h"},
                {DAY - CG_SECOND, "23h59m"},
                {DAY + 3600 * CG_SECOND, "1d1h"},
                {INT64_MAX, "106751d23h"}};
    for (size_t i = 0; i < CG_COUNT(ages); i++) {
        char text[CG_AGE_TEXT_MAX];
        cg_age_text(ages[i].age, text);
        assert_string_equal(text, ages[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) WITH_GATE_BY(name, open_gate)
        WITH_GATE_BY(test_gate_rates_none_taken_refuses, open_empty),
        T(test_gate_rates_reload_changes_no_charge),
        T(test_gate_rates_raise_under_way_keeps_its_price),
        T(test_gate_rates_survive_a_crash),
        T(test_gate_rates_of_another_row_do_not_count),
        T(test_gate_rates_lost_holds_up_no_fall),
        T(test_gate_rates_own_price_under_a_clip),
        T(test_gate_rates_own_price_of_a_package),
        T(test_gate_rates_lost_is_adopted_by_nobody),
        WITH_GATE_BY(test_gate_rates_queued_is_priced_at_its_turn, open_queue),
        WITH_GATE_BY(test_gate_rates_queued_is_stale_at_its_turn, open_queue),
        T(test_gate_rates_stale_take_no_new_risk),
        T(test_gate_rates_stale_hold_up_no_fall),
        T(test_gate_rates_priced_in_time_goes_on),
        T(test_gate_rates_stale_when_its_turn_comes),
        T(test_gate_rates_aging_is_said_once),
        T(test_gate_rates_another_age_is_allowed),
        T(test_gate_rates_stale_may_only_alarm),
        T(test_gate_rates_from_the_future),
        cmocka_unit_test(test_gate_rates_age_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
