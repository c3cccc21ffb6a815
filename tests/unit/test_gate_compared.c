/*
 * What differs between our books, a hub and a venue is on record once, with the
 * rule that settled it; and when all agrees, that is on record, too (R46, R47).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include "fix_writer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct harness h;
static struct cg_gate *books;
static size_t difference; /* the next that no test line has taken */

static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    books = NULL;
    difference = 0;
    return 0;
}

static int close_gate(void **state)
{
    (void)state;
    cg_gate_close(books);
    harness_close(&h);
    return 0;
}

/* --- what the journal says ---------------------------------------------- */

static void read_books(void)
{
    char error[256] = "";
    cg_gate_close(books);
    books = NULL;
    assert_int_equal(
        cg_gate_open_books(&h.journal, error, sizeof(error), &books), 0);
}

/* The next difference: "WITH WHAT|THING|OURS|THEIRS|" and how its rule begins.
 */
static void expect_differs(const char *text)
{
    struct cg_difference_view view;
    char line[512];
    read_books();
    if (!cg_gate_difference(books, difference, &view)) {
        fail_msg("no difference %zu: %s", difference, text);
    }
    difference++;
    snprintf(line, sizeof(line), "%s %s|%s|%s|%s|%s", view.with, view.what,
             view.thing, view.ours, view.theirs, view.rule);
    if (strncmp(line, text, strlen(text)) != 0) {
        fail_msg("expected %s, got %s", text, line);
    }
    assert_true(view.time <= h.now);
}

static void expect_no_more(void)
{
    struct cg_difference_view view;
    read_books();
    if (cg_gate_difference(books, difference, &view)) {
        fail_msg("%s %s|%s|%s|%s|%s", view.with, view.what, view.thing,
                 view.ours, view.theirs, view.rule);
    }
}

/* "not yet", or "COMPARED DIFFER UNTOLD". */
static void expect_compared(const char *with, const char *text)
{
    struct cg_comparison_view view;
    char line[128];
    read_books();
    for (size_t i = 0; cg_gate_comparison(books, i, &view); i++) {
        if (strcmp(view.with, with) == 0) {
            snprintf(line, sizeof(line), "%llu %llu %llu",
                     (unsigned long long)view.compared,
                     (unsigned long long)view.differ,
                     (unsigned long long)view.untold);
            assert_string_equal(view.time == 0 ? "not yet" : line, text);
            assert_int_equal(view.of_limits, strcmp(with, "hub") == 0);
            return;
        }
    }
    fail_msg("%s is not listed", with);
}

/* --- what hub and venue say --------------------------------------------- */

/* The gate dies, starts again, and |session| logs on. */
static void restart(int session)
{
    harness_reopen(&h);
    harness_link(&h, session, true);
}

static const char *question(const char *id)
{
    char fields[64];
    snprintf(fields, sizeof(fields), "35=H|11=%s", id);
    return harness_keep(harness_expect(&h, VENUE, fields));
}

/* After a restart the venue is asked for the order |id|. */
static const char *asked_after_restart(const char *id)
{
    restart(VENUE);
    harness_wait(&h, 500);
    return question(id);
}

static void status(const char *ask, char is, long millions, const char *more)
{
    char fields[1024];
    char id[64];
    snprintf(id, sizeof(id), "%s", harness_field(ask, 11));
    snprintf(fields, sizeof(fields),
             "35=8|37=V-A1|11=%s|790=%s|17=0|150=I|39=%c|55=USD10Y|54=1|151=0|"
             "14=%ld000000|6=0%s",
             id, harness_field(ask, 790), is, millions, more);
    harness_in(&h, VENUE, fields);
}

static void filled(const char *id, long millions)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=X%d|150=F|39=1|55=USD10Y|54=1|"
             "38=10000000|14=%ld000000|32=%ld000000|151=0|6=0",
             id, id, h.seq, millions, millions);
    harness_in(&h, VENUE, fields);
}

static void cancelled(const char *id)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=C%d|150=4|39=4|55=USD10Y|54=1|38=10000000|"
             "14=0|151=0|6=0",
             id, id, h.seq);
    harness_in(&h, VENUE, fields);
}

/* A snapshot as the hub answers CL, of limits |entries|, made at second |at|.
 */
static void snapshot(int at, int parties, const char *entries)
{
    char fields[2048];
    snprintf(fields, sizeof(fields),
             "35=CM|1667=S%d|60=20270115-08:00:%02d|1677=%d|%s", at, at,
             parties, entries);
    harness_in(&h, HUB, fields);
}

#define PARTY(account) "1671=1|1691=" account "|1692=D|1693=24"
#define AMOUNT(amount) "1669=1|1529=1|1530=12|1531=" amount "|1532=USD"
#define ACME PARTY("ACME") "|" AMOUNT("100000.00") "|1670=ACME-USD"
#define SDR PARTY("SDR") "|" AMOUNT("100000.00") "|1670=SDR-USD"
#define PING PARTY("PINGACC") "|1669=1|1529=1|1530=12|1532=USD|1670=PING-USD"

static void hub_says(const char *amount, const char *more)
{
    char fields[1024];
    snprintf(fields, sizeof(fields),
             PARTY("ACME") "|1669=1|1529=1|1530=12|1531=%s|1532=USD%s|"
                           "1670=ACME-USD|" SDR "|" PING,
             amount, more);
    snapshot(30, 3, fields);
}

/* --- nothing differs ---------------------------------------------------- */

/* Orders and limits that agree write no difference; before their answers are
 * there nothing is compared. */
static void test_compared_all_agree(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_work(&h, "A2", '1', 20);
    filled("A1", 4);
    harness_reopen(&h);
    expect_compared("venue", "not yet");
    expect_compared("hub", "not yet");
    harness_link(&h, VENUE, true);
    harness_link(&h, HUB, true);
    snapshot(30, 3, ACME "|" SDR "|" PING);
    expect_compared("hub", "3 0 0");
    harness_wait(&h, 500);
    const char *first = question("A1");
    const char *second = question("A2");
    status(first, '1', 4, "|38=10000000");
    expect_compared("venue", "not yet");
    status(second, '0', 0, "|38=20000000");
    expect_compared("venue", "2 0 0");
    expect_no_more();
    assert_int_equal(
        harness_logged(&h, "compared with venue: orders 2, differ 0, untold 0"),
        1);
    assert_int_equal(harness_logged(&h, "compared with hub: limits 3, differ "
                                        "0"),
                     1);
    assert_int_equal(harness_logged(&h, "differs from"), 0);
}

/* Who has no order to be asked for has nothing that differs; a snapshot that
 * comes again, or unasked, is no comparison. */
static void test_compared_without_orders(void **state)
{
    (void)state;
    restart(VENUE42);
    restart(HUB);
    snapshot(30, 3, ACME "|" SDR "|" PING);
    snapshot(31, 3,
             PARTY("ACME") "|" AMOUNT("50000.00") "|1670=ACME-USD|" SDR
                                                  "|" PING);
    expect_compared("hub", "3 0 0");
    harness_link(&h, HUB, false);
    harness_link(&h, HUB, true);
    snapshot(31, 3,
             PARTY("ACME") "|" AMOUNT("50000.00") "|1670=ACME-USD|" SDR
                                                  "|" PING);
    expect_compared("hub", "3 0 0");
    expect_no_more();
    harness_link(&h, VENUE, true);
    expect_compared("venue", "0 0 0");
}

/* --- the venue's word --------------------------------------------------- */

static void test_compared_fill_was_missed(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    status(asked_after_restart("A1"), '1', 6, "|38=10000000");
    expect_differs("venue CumQty|A1|0|6000000|R43: the venue's CumQty counts");
    expect_no_more();
    expect_compared("venue", "1 1 0");
    assert_int_equal(
        harness_logged(&h, "differs from venue: CumQty A1: ours 0, theirs "
                           "6000000; R43: the venue's CumQty counts"),
        1);
    assert_int_equal(harness_logged(&h, "orders 1, differ 1, untold 0"), 1);
}

/* A fill of the whole order is one difference, not two. */
static void test_compared_last_fill_was_missed(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    status(asked_after_restart("A1"), '2', 10, "|38=10000000");
    expect_differs("venue CumQty|A1|0|10000000|R43");
    expect_no_more();
    expect_compared("venue", "1 1 0");
}

static void test_compared_lower_cum_qty_stays(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    filled("A1", 6);
    status(asked_after_restart("A1"), '1', 4, "|38=10000000");
    expect_differs("venue CumQty|A1|6000000|4000000|R43: a status lowers no");
    expect_no_more();
    expect_compared("venue", "1 1 0");
    assert_int_equal(harness_logged(&h, "ALARM: status of order A1"), 1);
    assert_int_equal(harness_logged(&h, "differs from"), 0);
}

static void test_compared_end_was_missed(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    status(asked_after_restart("A1"), '4', 4, "|38=10000000");
    expect_differs("venue CumQty|A1|0|4000000|R43");
    expect_differs("venue order over|A1|open|over|R43: the venue's word ends");
    expect_no_more();
    expect_compared("venue", "1 1 0");
}

/* A quantity of the venue's own; and one that may be that of a replace. */
static void test_compared_quantity(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    status(asked_after_restart("A1"), '0', 0, "|38=8000000");
    expect_differs("venue OrderQty|A1|10000000|8000000|R43: the venue's quan");
    expect_no_more();
    harness_link(&h, CLIENT, true);
    harness_replace(&h, "A2", "A1", 4);
    harness_link(&h, VENUE, false);
    harness_link(&h, VENUE, true);
    harness_wait(&h, 500);
    status(question("A2"), '0', 0, "|38=6000000");
    expect_differs("venue OrderQty|A1|8000000|6000000|R41: a replace is under");
    expect_no_more();
    expect_compared("venue", "1 1 0");
}

static void test_compared_replace_was_taken(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 4);
    status(asked_after_restart("A2"), '0', 0, "|38=4000000");
    expect_differs("venue id in force|A2|A1|A2|R43: the replace that the");
    expect_no_more();
    expect_compared("venue", "1 1 0");
}

static void test_compared_never_there(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_replace(&h, "A2", "A1", 5);
    status(asked_after_restart("A2"), '8', 0, "|103=5");
    expect_no_more();
    status(question("A1"), '8', 0, "|103=5");
    expect_differs("venue never there|A1|sent|unknown|R22: answered in");
    expect_differs("venue never there|A2|sent|unknown|R22");
    expect_no_more();
    expect_compared("venue", "1 1 0");
}

static void test_compared_forgotten(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    status(asked_after_restart("A1"), '8', 0, "|103=5");
    expect_differs("venue order forgotten|A1|open|unknown|R46: the charge "
                   "stays until a cancel is refused as unknown");
    expect_no_more();
    expect_compared("venue", "1 1 0");
    assert_int_equal(harness_logged(&h, "ALARM: the venue does not know"), 1);
}

/* What is over here because the venue lost it is there all the same. */
static void test_compared_not_over(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    const char *ask = asked_after_restart("A1");
    cancelled("A1");
    status(ask, '0', 0, "|38=10000000");
    expect_differs("venue order not over|A1|over|open|R43: it stays over");
    expect_no_more();
}

/* An order that ends by itself before its answer is there agrees. */
static void test_compared_ends_before_its_answer(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    const char *ask = asked_after_restart("A1");
    cancelled("A1");
    expect_compared("venue", "1 0 0");
    status(ask, '4', 0, "|38=10000000");
    expect_no_more();
    expect_compared("venue", "1 0 0");
}

/* Who refuses to tell, or never answers, has neither agreed nor differed. */
static void test_compared_untold(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_work(&h, "A2", '1', 10);
    (void)asked_after_restart("A1");
    harness_expect(&h, VENUE, "35=H|11=A2");
    harness_in(&h, VENUE, "35=j|45=9|372=H|379=GATE-H1|380=3|58=no");
    expect_compared("venue", "not yet");
    harness_wait(&h, 60000);
    expect_compared("venue", "2 0 2");
    expect_no_more();
}

/* A venue that goes before it has told all was not compared; the next logon
 * begins anew. */
static void test_compared_cut_short(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    (void)asked_after_restart("A1");
    harness_link(&h, VENUE, false);
    harness_wait(&h, 60000);
    expect_compared("venue", "not yet");
    harness_link(&h, VENUE, true);
    harness_wait(&h, 500);
    status(question("A1"), '1', 6, "|38=10000000");
    expect_compared("venue", "1 1 0");
    expect_differs("venue CumQty|A1|0|6000000");
    expect_no_more();
}

/* A late answer that settles something is told then, and once. */
static void test_compared_late_answer(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    const char *first = asked_after_restart("A1");
    harness_wait(&h, 500);
    const char *second = question("A1");
    status(first, '1', 6, "|38=10000000");
    status(second, '1', 6, "|38=10000000");
    expect_differs("venue CumQty|A1|0|6000000");
    expect_no_more();
    expect_compared("venue", "1 1 0");
}

/* An order of nobody here is told of once, however often it is reported on. */
static void test_compared_order_of_nobody(void **state)
{
    (void)state;
    restart(VENUE);
    for (int i = 0; i < 3; i++) {
        char fields[256];
        snprintf(fields, sizeof(fields),
                 "35=8|37=V-Z|11=Z1|17=Z%d|150=%c|39=0|55=USD10Y|54=1|"
                 "38=7000000|14=0|151=7000000|6=0",
                 i, i == 0 ? '0' : 'I');
        harness_in(&h, VENUE, fields);
    }
    expect_differs("venue order not in the books|Z1|unknown|7000000|R43");
    expect_no_more();
    harness_in(&h, VENUE42,
               "35=8|37=V-Z|11=Z1|17=Z1|20=0|150=0|39=0|55=USD10Y|54=1|"
               "38=7000000|14=0|151=7000000|6=0");
    expect_differs("venue42 order not in the books|Z1");
    expect_no_more();
}

/* A replace that a resend left out differs, though its order does not. */
static void test_compared_replace_left_out(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 5);
    harness_link(&h, VENUE, false);
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=4|2320=1|2321=0");
    harness_link(&h, VENUE, true);
    assert_false(harness_may_resend(&h, "G", "A2"));
    harness_wait(&h, 500);
    status(question("A2"), '8', 0, "|103=5");
    status(question("A1"), '0', 0, "|38=10000000");
    expect_differs("venue never there|A2|sent|unknown|R22");
    expect_no_more();
    expect_compared("venue", "1 1 0");
}

/* A package that its venue tells of leg by leg. */
static void test_compared_leg(void **state)
{
    (void)state;
    harness_close(&h);
    harness_open_with(&h, "[LIMIT]\nRiskLimitID=PACK-USD\nAccount=NOLIMIT\n"
                          "Currency=USD\nMeasure=gross\nModel=push\n"
                          "Amount=900000.00\n");
    harness_in(&h, CLIENT,
               "35=AB|11=P1|1=NOLIMIT|54=1|55=2s10s curve|555=2|600=USD2Y|"
               "623=4|624=1|654=L1|600=USD10Y|623=1|624=2|654=L2|38=10000000|"
               "60=20270115-08:00:00|40=2|44=0.5");
    harness_expect(&h, VENUE, "35=AB");
    harness_in(&h, VENUE,
               "35=8|37=V-1|11=P1|17=E1|150=0|39=0|55=2s10s curve|54=1|"
               "38=10000000|151=0|14=0|6=0|442=3");
    const char *ask = asked_after_restart("P1");
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-1|11=P1|790=%s|17=0|150=I|39=1|151=0|14=8000000|6=0|"
             "442=2|55=USD2Y|54=1|555=1|600=USD2Y|654=L1",
             harness_field(ask, 790));
    harness_in(&h, VENUE, fields);
    expect_differs("venue CumQty of a leg|P1|0|8000000|R43: the venue's");
    expect_no_more();
    expect_compared("venue", "1 1 0");
}

/* --- the hub's word on limits ------------------------------------------- */

static void test_compared_limit_amount(void **state)
{
    (void)state;
    restart(HUB);
    hub_says("50000.00", "");
    expect_differs("hub limit amount|ACME-USD|100000.00|50000.00|R15: the "
                   "owner's amount counts");
    expect_no_more();
    expect_compared("hub", "3 1 0");
    assert_int_equal(
        harness_logged(&h, "differs from hub: limit amount ACME-USD: ours "
                           "100000.00, theirs 50000.00; R15"),
        1);
    assert_int_equal(harness_logged(&h, "is 50000.00"), 0);
}

/* An amount where we have none. */
static void test_compared_first_amount(void **state)
{
    (void)state;
    restart(HUB);
    snapshot(30, 3,
             ACME "|" SDR
                  "|" PARTY("PINGACC") "|" AMOUNT("70000.00") "|1670=PING-USD");
    expect_differs("hub limit amount|PING-USD|none|70000.00|R15");
    expect_no_more();
}

/* R16: more than ours is others'; less leaves out something of ours. */
static void test_compared_use(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    filled("A1", 5);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2321=1"));
    harness_wait(&h, 1000);
    restart(HUB);
    hub_says("100000.00", "|1766=4520.00");
    expect_no_more();
    expect_compared("hub", "3 0 0");
    restart(HUB);
    difference = 0;
    snapshot(31, 3,
             PARTY("ACME") "|1669=1|1529=1|1530=12|1531=100000.00|"
                           "1532=USD|1766=6000.00|1670=ACME-USD|" SDR "|" PING);
    expect_differs("hub limit use|ACME-USD|4520.00|6000.00|R16: what is above");
    expect_no_more();
    restart(HUB);
    difference = 0;
    snapshot(32, 3,
             PARTY("ACME") "|1669=1|1529=1|1530=12|1531=100000.00|"
                           "1532=USD|1766=4000.00|1670=ACME-USD|" SDR "|" PING);
    expect_differs("hub limit use|ACME-USD|6000.00|4000.00|R16: what it");
    expect_no_more();
    expect_compared("hub", "3 1 0");
}

static void test_compared_limit_state(void **state)
{
    (void)state;
    restart(HUB);
    snapshot(30, 3,
             PARTY("ACME") "|1672=1|" AMOUNT("100000.00") "|1670=ACME-"
                                                          "USD|" SDR "|" PING);
    expect_differs("hub limit state|ACME-USD|enabled|suspended|R15: the owner");
    expect_no_more();
    expect_compared("hub", "3 1 0");
}

/* A party that is missing is suspended; the next time it stays so. */
static void test_compared_limit_missing(void **state)
{
    (void)state;
    restart(HUB);
    snapshot(30, 2, SDR "|" PING);
    expect_differs("hub limit not in the snapshot|ACME-USD|100000.00|missing|"
                   "R15: suspended, not removed");
    expect_no_more();
    expect_compared("hub", "3 1 0");
    assert_int_equal(harness_logged(&h, "ALARM: limit ACME-USD is not in"), 1);
    restart(HUB);
    difference = 0;
    snapshot(31, 2, SDR "|" PING);
    expect_differs("hub limit not in the snapshot|ACME-USD|100000.00|missing|"
                   "R15: it stays as it is");
    expect_no_more();
}

static void test_compared_limit_of_the_hub_only(void **state)
{
    (void)state;
    restart(HUB);
    snapshot(30, 4,
             ACME "|" SDR "|" PING
                  "|" PARTY("NOLIMIT") "|" AMOUNT("70000.00") "|1670=NEW-USD");
    expect_differs("hub limit not in the books|NEW-USD|unknown|70000.00|R15");
    expect_no_more();
    expect_compared("hub", "4 1 0");
}

/* A snapshot that is refused changes nothing and ends no comparison. */
static void test_compared_snapshot_refused(void **state)
{
    (void)state;
    restart(HUB);
    snapshot(30, 4,
             ACME "|" SDR "|" PING
                  "|" PARTY("NOBODY") "|" AMOUNT("70000.00") "|1670=NEW-USD");
    expect_differs("hub limit refused|NEW-USD|refused|70000.00|R15: a");
    expect_no_more();
    expect_compared("hub", "not yet");
    snapshot(31, 3, ACME "|" SDR "|" PING);
    expect_compared("hub", "3 0 0");
}

/* Parts are one snapshot, compared when its last one is there. */
static void test_compared_snapshot_in_parts(void **state)
{
    (void)state;
    restart(HUB);
    snapshot(30, 1,
             PARTY("ACME") "|" AMOUNT("50000.00") "|1670=ACME-USD|"
                                                  "893=N");
    expect_no_more();
    expect_compared("hub", "not yet");
    snapshot(30, 2, SDR "|" PING "|893=Y");
    expect_differs("hub limit amount|ACME-USD|100000.00|50000.00|R15");
    expect_no_more();
    expect_compared("hub", "3 1 0");
}

/* The same part by part: what cannot be enforced is no new limit. */
static void test_compared_part_unenforceable(void **state)
{
    (void)state;
    restart(HUB);
    snapshot(30, 1,
             PARTY("ACME") "|" AMOUNT("100000.00") "|1767=3|1670=ACME-"
                                                   "USD|893=N");
    expect_differs("hub limit state|ACME-USD|enabled|not enforceable|R19");
    expect_no_more();
}

/* R19: what cannot be enforced blocks. */
static void test_compared_limit_unenforceable(void **state)
{
    (void)state;
    restart(HUB);
    snapshot(30, 3,
             PARTY("ACME") "|" AMOUNT("100000.00") "|1767=3|1670=ACME-"
                                                   "USD|" SDR "|" PING);
    expect_differs("hub limit state|ACME-USD|enabled|not enforceable|R19");
    expect_no_more();
    expect_compared("hub", "not yet");
}

/* --- the hub's word on tokens ------------------------------------------- */

static void test_compared_token_granted_late(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    const char *ask = harness_keep(harness_expect(&h, HUB, "35=DF|2320=0"));
    restart(HUB);
    harness_grant(&h, ask);
    expect_differs("hub token granted late|GATE-T1|given up|9040.00|R28: "
                   "recorded, and handed back");
    expect_no_more();
    harness_grant(&h, ask); /* a repeated answer is nothing new */
    expect_no_more();
    assert_int_equal(harness_logged(&h, "late grant for token GATE-T1"), 1);
}

static void test_compared_token_forgotten(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    cancelled("A1");
    restart(HUB);
    harness_expect(&h, HUB, "35=CL");
    harness_expect(&h, HUB, "35=DF|97=Y|2318=2|2320=1");
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=2|2326=99|2320=1|2321=0");
    expect_differs("hub token forgotten|GATE-T1|9040.00|unknown|R28");
    expect_no_more();
}

/* One that was never granted is unknown to both. */
static void test_compared_token_that_neither_has(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    restart(HUB);
    harness_expect(&h, HUB, "35=CL");
    harness_expect(&h, HUB, "35=DF|97=Y|2318=2|2320=1");
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=2|2326=99|2320=1|2321=0");
    expect_no_more();
}

static void test_compared_notice_refused(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    filled("A1", 5);
    restart(HUB);
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=2|2326=99|2320=0|2321=1");
    expect_differs("hub token notice refused|GATE-T1|4520.00|refused|R43");
    expect_no_more();
}

static void test_compared_token_taken_back(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    filled("A1", 5);
    restart(HUB);
    harness_in(&h, HUB, "35=DG|2318=2|2319=GATE-T1|2325=4|2320=0|2321=1");
    expect_differs("hub token taken back|GATE-T1|4520.00|taken back|R30");
    expect_no_more();
}

static void test_compared_more_than_asked(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=DG|2318=1|2319=GATE-T1|2325=0|2320=0|2321=0|2327=9999.00");
    expect_differs("hub token amount|GATE-T1|9040.00|9999.00|R24: counts as");
    expect_no_more();
}

/* A fall that the hub confirms with another total. */
static void test_compared_total_of_a_fall(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=D1|150=D|39=0|55=USD10Y|54=1|38=5000000|"
               "151=0|14=0|6=0");
    harness_expect(&h, HUB, "35=DF|2318=2|2320=2|2324=4520.00");
    restart(HUB);
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T1|2325=0|2320=2|2321=0|2327=9040.00");
    expect_differs("hub token amount|GATE-T1|4520.00|9040.00|R24: the total");
    expect_no_more();
}

static void test_compared_token_of_nobody(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=DG|2318=77|2319=GATE-T77|2325=2|2320=0|2321=0|2324=5.00");
    expect_no_more();
    harness_in(&h, HUB,
               "35=DG|2318=77|2319=GATE-T77|2325=0|2320=0|2321=0|2324=5.00|"
               "2327=4.00");
    expect_differs("hub token not in the books|GATE-T77|unknown|4.00|R28");
    expect_no_more();
}

/* --- since the start ---------------------------------------------------- */

/* What an earlier start found is not shown any more; the journal keeps it. */
static void test_compared_since_the_start(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    status(asked_after_restart("A1"), '1', 6, "|38=10000000");
    expect_differs("venue CumQty|A1|0|6000000");
    harness_reopen(&h);
    difference = 0;
    expect_no_more();
    expect_compared("venue", "not yet");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, open_gate, close_gate)
        T(test_compared_all_agree),
        T(test_compared_without_orders),
        T(test_compared_fill_was_missed),
        T(test_compared_last_fill_was_missed),
        T(test_compared_lower_cum_qty_stays),
        T(test_compared_end_was_missed),
        T(test_compared_quantity),
        T(test_compared_replace_was_taken),
        T(test_compared_never_there),
        T(test_compared_forgotten),
        T(test_compared_not_over),
        T(test_compared_ends_before_its_answer),
        T(test_compared_untold),
        T(test_compared_cut_short),
        T(test_compared_late_answer),
        T(test_compared_order_of_nobody),
        T(test_compared_replace_left_out),
        T(test_compared_leg),
        T(test_compared_limit_amount),
        T(test_compared_first_amount),
        T(test_compared_use),
        T(test_compared_limit_state),
        T(test_compared_limit_missing),
        T(test_compared_limit_of_the_hub_only),
        T(test_compared_snapshot_refused),
        T(test_compared_snapshot_in_parts),
        T(test_compared_part_unenforceable),
        T(test_compared_limit_unenforceable),
        T(test_compared_token_granted_late),
        T(test_compared_token_forgotten),
        T(test_compared_token_that_neither_has),
        T(test_compared_notice_refused),
        T(test_compared_token_taken_back),
        T(test_compared_more_than_asked),
        T(test_compared_total_of_a_fall),
        T(test_compared_token_of_nobody),
        T(test_compared_since_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
