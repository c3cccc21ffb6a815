/*
 * What the records of a journal say, of which orders, tokens, limits and
 * accounts, and how they say it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include <creditgate/records.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct harness h;
static struct cg_records_query query;

/* The lines of the last reading: "ORDER|CLORDID|CAUSE SEQ|WHAT". */
static char lines[2048][768];
static struct cg_record records[2048];
static size_t line_count;
static size_t line_next;

static int keep(void *user, const struct cg_record *record)
{
    (void)user;
    assert_true(line_count < 2048);
    records[line_count] = *record;
    snprintf(lines[line_count++], sizeof(lines[0]), "%llu|%s|%s %llu|%s",
             (unsigned long long)record->order, record->clordid, record->cause,
             (unsigned long long)record->cause_seq, record->what);
    return 0;
}

static int
read_between(enum cg_records_of of, const char *id, cg_time from, cg_time to)
{
    char error[256] = "";
    query = (struct cg_records_query){
        .of = of, .id = id, .from = from, .to = to, .each = keep};
    line_count = 0;
    line_next = 0;
    return cg_gate_records(&h.journal, &query, error, sizeof(error));
}

static void read_of(enum cg_records_of of, const char *id)
{
    assert_int_equal(read_between(of, id, INT64_MIN, CG_TIME_NEVER), 0);
}

/* One of the lines that are left holds |part|; those up to it are taken. */
static const struct cg_record *expect(const char *part)
{
    for (size_t i = line_next; i < line_count; i++) {
        if (strstr(lines[i], part) != NULL) {
            line_next = i + 1;
            return &records[i];
        }
    }
    for (size_t i = 0; i < line_count; i++) {
        print_error("%s%s\n", i == line_next ? "-> " : "   ", lines[i]);
    }
    fail_msg("no line with %s", part);
    return NULL;
}

/* No line of the whole reading holds |part|. */
static void expect_none(const char *part)
{
    for (size_t i = 0; i < line_count; i++) {
        if (strstr(lines[i], part) != NULL) {
            fail_msg("unexpected: %s", lines[i]);
        }
    }
}

static void report(const char *id, char exec, char status, long cum)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%.2s|11=%s|17=R%d|150=%c|39=%c|55=USD10Y|54=1|"
             "38=10000000|151=0|14=%ld000000|32=%ld000000|6=0",
             id, id, h.seq, exec, status, cum, cum);
    harness_in(&h, VENUE, fields);
}

/* From the client's message to the hub's last word, each with its cause. */
static void test_records_filled_order(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", 'F', '2', 10);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    read_of(CG_RECORDS_ORDER, "A1");
    const struct cg_record *record = expect(
        "1|A1|client 1|order A1 is taken from client: buy 10000000 of USD10Y "
        "for account ACME");
    assert_string_equal(record->kind, "order taken");
    assert_string_equal(record->account, "ACME");
    assert_int_equal(record->side, '1');
    assert_int_equal(record->qty, 10000000);
    assert_int_equal(record->time % CG_MS, 0);
    assert_int_equal(strlen(record->utc), 24);
    record = expect("1|A1|client 1|token GATE-T1 charges limit ACME-USD of hub "
                    "with 9040.00 USD for the buy of A1, if hub grants it; in "
                    "use: 9040.00 of 100000.00 USD");
    assert_string_equal(record->amount, "9040.00");
    assert_string_equal(record->currency, "USD");
    assert_string_equal(record->limit, "ACME-USD");
    assert_string_equal(record->token, "GATE-T1");
    expect("|client 1|hub is asked for 9040.00 USD (request 1, token GATE-T1)");
    expect("|hub 2|hub approves request 1 of token GATE-T1: 9040.00 USD");
    expect("|hub 2|hub grants 9040.00 USD for token GATE-T1 until ");
    expect("|hub 2|order A1 goes to venue");
    expect("|venue 3|venue has the order, as V-A1");
    expect("|venue 4|filled: 10000000 of 10000000");
    expect("|venue 4|token GATE-T1 ends (consumed)");
    expect("|venue 4|the order is over: filled");
    expect("|hub 5|hub approves request 2 of token GATE-T1");
    assert_int_equal(line_next, line_count);
}

/* The arithmetic of a refusal, though the order never was one. */
static void test_records_refused_order(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 100);
    harness_order(&h, "A2", '1', 20);
    read_of(CG_RECORDS_ORDER, "A2");
    assert_int_equal(line_count, 1);
    const struct cg_record *record = expect(
        "0|A2|client 4|order A2 of client is refused: CG101 LIMIT_EXCEEDED by "
        "limit ACME-USD of hub: needs 18080.00 USD, has 9600.00 USD");
    assert_string_equal(record->reason, "CG101 LIMIT_EXCEEDED");
    assert_string_equal(record->account, "ACME");
}

/* Any ClOrdID of the chain tells the whole of it, and nothing of others. */
static void test_records_replaced_order(void **state)
{
    static const char *const ids[] = {"A1", "A2", "A3", "A4"};
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_work(&h, "B1", '1', 1);
    harness_replace(&h, "A2", "A1", 20);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2"));
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A2|41=A1|17=X1|150=5|39=0|55=USD10Y|54=1|"
               "38=20000000|151=20000000|14=0|6=0");
    harness_replace(&h, "A3", "A2", 2000);
    harness_in(&h, CLIENT,
               "35=F|11=A4|41=A2|1=ACME|55=USD10Y|54=1|38=20000000|"
               "60=20270115-08:00:00");
    report("A4", '4', '4', 0);
    for (size_t i = 0; i < 4; i++) {
        read_of(CG_RECORDS_ORDER, ids[i]);
        expect("1|A1|client 1|order A1 is taken");
        expect("1|A2|client 7|replace A2 to 20000000 is taken from client, and "
               "waits for credit");
        expect("token GATE-T1 now charges limit ACME-USD with 18080.00 USD");
        expect("hub is asked to raise to 18080.00 USD");
        expect("replace A2 goes to venue");
        expect("replace A2 is in force: the quantity is 20000000");
        expect("1|A3|client 10|replace A3 is refused: CG101 LIMIT_EXCEEDED by "
               "limit ACME-USD of hub: needs 1789920.00 USD, has 81016.00 USD");
        expect("cancel A4 is taken from client");
        expect("cancel A4 goes to venue");
        expect("token GATE-T1 goes back (released), 18080.00 USD of it unused");
        expect("hub is given back 18080.00 USD");
        expect("the order is over: cancelled");
        expect_none("B1");
    }
}

static void lower(const char *amount)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CM|1667=R%d|60=20270115-08:00:%02d|1677=1|1671=2|1691=ACME|"
             "1692=D|1693=24|1691=FCM1|1692=D|1693=4|1669=1|1529=1|1530=12|"
             "1531=%s|1532=USD|1670=ACME-USD|2339=2|2355=1",
             h.seq, h.seq % 60, amount);
    harness_in(&h, HUB, fields);
}

/* Who lowered the limit, what was too much, and what the gate did about it. */
static void test_records_pulled_order(void **state)
{
    char id[64];
    (void)state;
    harness_work(&h, "A1", '1', 40);
    harness_work(&h, "A2", '1', 40);
    lower("40000.00");
    const char *pull = harness_expect(&h, VENUE, "35=F|41=A2");
    snprintf(id, sizeof(id), "%s", harness_field(pull, 11));
    report(id, '4', '4', 0);
    read_of(CG_RECORDS_ORDER, "A2");
    expect("2|A2|client 4|order A2 is taken");
    const struct cg_record *record = expect("|hub 7|the gate pulls the order "
                                            "by GATE-P3: CG306 ORDER_PULLED");
    assert_string_equal(record->reason, "CG306 ORDER_PULLED");
    assert_string_equal(record->clordid, id);
    expect("|venue 8|the order is over: cancelled");
    read_of(CG_RECORDS_ORDER, id); /* the gate's own id means it as well */
    expect("2|A2|client 4|order A2 is taken");
    read_of(CG_RECORDS_LIMIT, "ACME-USD");
    expect("limit ACME-USD of hub begins: USD FCM1");
    expect("|configuration 0|limit ACME-USD is set to 100000.00 USD: enabled");
    expect("1|A1|client 1|token GATE-T1 charges");
    expect("|hub 7|hub sets limit ACME-USD to 40000.00 USD: enabled; use by "
           "others 0.00 USD; in use: 72320.00 of 40000.00 USD");
    expect("|hub 7|BREACH of limit ACME-USD of hub; in use: 72320.00 of "
           "40000.00 USD");
    expect("2|A2|venue 8|token GATE-T2 goes back (released)");
    expect_none("ACME-CLIP");
}

/* R5: the legs, and the token of each side. */
static void test_records_package_order(void **state)
{
    (void)state;
    harness_in(&h, CLIENT50,
               "35=AB|11=P1|1=SDR|54=1|55=2s10s curve|555=2|600=USD2Y|623=4|"
               "624=1|654=L1|600=USD10Y|623=1|624=2|654=L2|38=10000000|"
               "60=20270115-08:00:00|40=2|44=0.5");
    harness_expect(&h, VENUE50, "35=AB");
    read_of(CG_RECORDS_ORDER, "P1");
    expect("order P1 is taken from client50: buy 10000000 of a package for "
           "account SDR");
    expect("leg 1 of it: buy USD2Y, ratio 4");
    expect("leg 2 of it: sell USD10Y, ratio 1");
    expect("token GATE-T1 charges limit SDR-USD of hub with ");
    expect("token GATE-T1 holds a leg at ");
    expect("order P1 goes to venue50");
}

/* One token of two of the same owner, with its order's way but not the other.
 */
static void test_records_token(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_work(&h, "A2", '2', 10);
    report("A2", 'F', '2', 10);
    read_of(CG_RECORDS_TOKEN, "GATE-T2");
    expect("2|A2|client 4|token GATE-T2 charges limit ACME-USD");
    expect("order A2 goes to venue");
    expect("filled: 10000000 of 10000000");
    expect("token GATE-T2 ends (consumed)");
    expect_none("GATE-T1");
    expect_none("A1");
    read_of(CG_RECORDS_TOKEN, "DESK-T1"); /* a gate of another Name= */
    expect("token DESK-T1 charges limit ACME-USD");
}

/* Its orders, limits and stops, not those of others. */
static void test_records_account(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, OTHER_CLIENT,
               "35=D|11=O1|1=OTHERACC|55=USD10Y|54=1|38=1000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_order(&h, "A2", '1', 2000);
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    read_of(CG_RECORDS_ACCOUNT, "ACME");
    expect("account ACME is cleared by FCM1");
    expect("limit ACME-USD of hub begins");
    expect("limit ACME-CLIP of the own desk begins");
    expect("order A1 is taken");
    expect("order A2 of client is refused: CG101 LIMIT_EXCEEDED");
    expect("hub halts account ACME");
    expect("the gate pulls the order by ");
    expect_none("OTHER");
    expect_none("O1");
}

/* What is not there is said, with what may have been meant. */
static void test_records_unknown_ids(void **state)
{
    (void)state;
    harness_work(&h, "ORDER-12", '1', 1);
    assert_int_equal(
        read_between(CG_RECORDS_ORDER, "ORDER-13", INT64_MIN, CG_TIME_NEVER),
        CG_RECORDS_E_UNKNOWN);
    assert_int_equal(query.near_count, 1);
    assert_string_equal(query.near[0], "ORDER-12");
    assert_int_equal(
        read_between(CG_RECORDS_LIMIT, "acme-usd", INT64_MIN, CG_TIME_NEVER),
        CG_RECORDS_E_UNKNOWN);
    assert_string_equal(query.near[0], "ACME-USD");
    static const char *const tokens[] = {
        "",        "GATE-T2", "GATE-T",  "-T",
        "T1",      "1",       "GATE-T0", "GATE-T18446744073709551617",
        "GATE-T1 "};
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        assert_int_equal(
            read_between(CG_RECORDS_TOKEN, tokens[i], INT64_MIN, CG_TIME_NEVER),
            CG_RECORDS_E_UNKNOWN);
    }
    assert_int_equal(
        read_between(CG_RECORDS_ACCOUNT, "", INT64_MIN, CG_TIME_NEVER),
        CG_RECORDS_E_UNKNOWN);
    assert_int_equal(line_count, 0);
}

/* From the first moment on, and before the second. */
static void test_records_between_times(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 1);
    harness_wait(&h, 1000);
    cg_time from = h.now;
    report("A1", 'F', '1', 1);
    harness_wait(&h, 1);
    cg_time to = h.now;
    report("A1", '4', '4', 1);
    assert_int_equal(read_between(CG_RECORDS_ORDER, "A1", from, to), 0);
    expect("filled: 1000000");
    expect_none("taken");
    expect_none("cancelled");
    assert_int_equal(
        read_between(CG_RECORDS_ORDER, "A1", to + CG_SECOND, CG_TIME_NEVER), 0);
    assert_int_equal(line_count, 0);
}

/* R48: an id that is used on two days names two orders. */
static void test_records_id_of_two_days(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 1);
    report("A1", 'F', '2', 1);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    for (int i = 0; i < 3; i++) {
        harness_wait(&h, 86400000);
    }
    harness_order(&h, "A1", '2', 2);
    read_of(CG_RECORDS_ORDER, "A1");
    expect("1|A1|client 1|order A1 is taken from client: buy 1000000");
    expect("1|A1|venue 4|the order is over: filled");
    const struct cg_record *again = expect(
        "|order A1 is taken from client: sell 2000000");
    assert_int_equal(again->order, 2);
}

/* MaxOrders=200: the slot of an order is soon another's, and its records stay
 * its own. */
static void test_records_slots_used_again(void **state)
{
    char id[16];
    (void)state;
    for (int i = 0; i < 450; i++) {
        snprintf(id, sizeof(id), "A%d", i);
        harness_work(&h, id, '1', 1);
        report(id, '4', '4', 0);
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=1"));
    }
    read_of(CG_RECORDS_ORDER, "A7");
    expect("8|A7|client ");
    expect("the order is over: cancelled");
    expect("8|A7|client ");
    assert_string_equal(records[line_next - 1].kind, "order forgotten");
    assert_int_equal(line_next, line_count);
    for (size_t i = 0; i < line_count; i++) {
        assert_int_equal(records[i].order, 8);
        assert_string_equal(records[i].clordid, "A7");
    }
    read_of(CG_RECORDS_TOKEN, "GATE-T300");
    for (size_t i = 0; i < line_count; i++) {
        assert_string_equal(records[i].clordid, "A299");
    }
}

static int stop_at_third(void *user, const struct cg_record *record)
{
    (void)user;
    return record->no == 3 ? CG_ERR_IO : 0;
}

/* Whoever is told may have enough. */
static void test_records_reading_can_be_ended(void **state)
{
    char error[256] = "";
    (void)state;
    query = (struct cg_records_query){
        .from = INT64_MIN, .to = CG_TIME_NEVER, .each = stop_at_third};
    assert_int_equal(cg_gate_records(&h.journal, &query, error, sizeof(error)),
                     CG_ERR_IO);
}

/* What a venue or hub says otherwise is told with its order, token or limit;
 * also when only the other side has that. */
static void test_records_differences(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_reopen(&h);
    harness_link(&h, VENUE, true);
    harness_wait(&h, 500);
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|790=GATE-H1|17=0|150=I|39=1|55=USD10Y|54=1|"
               "38=10000000|151=0|14=6000000|6=0");
    harness_in(&h, VENUE,
               "35=8|37=V-Z|11=Z1|17=Z1|150=0|39=0|55=USD10Y|54=1|38=7000000|"
               "14=0|151=7000000|6=0");
    harness_link(&h, HUB, true);
    harness_in(&h, HUB,
               "35=DG|2318=77|2319=GATE-T77|2325=0|2320=0|2321=0|2324=5.00|"
               "2327=4.00");
    harness_in(&h, HUB,
               "35=CM|1667=S|1677=1|1671=1|1691=ACME|1692=D|1693=24|1669=1|"
               "1529=1|1530=12|1531=50000.00|1532=USD|1670=ACME-USD");
    read_of(CG_RECORDS_ORDER, "A1");
    const struct cg_record *record = expect(
        "venue differs: CumQty A1: ours 0, theirs 6000000; R43: the venue's "
        "CumQty counts");
    assert_string_equal(record->kind, "difference found");
    assert_string_equal(record->clordid, "A1");
    expect_none("50000");
    read_of(CG_RECORDS_ORDER, "Z1");
    expect("0|Z1|venue 5|venue differs: order not in the books Z1: ours "
           "unknown, theirs 7000000; R43");
    assert_int_equal(line_next, line_count);
    read_of(CG_RECORDS_TOKEN, "GATE-T77");
    expect("hub differs: token not in the books GATE-T77: ours unknown, theirs "
           "4.00; R28");
    assert_int_equal(line_count, 1);
    read_of(CG_RECORDS_LIMIT, "ACME-USD");
    expect("hub differs: limit amount ACME-USD: ours 100000.00, theirs "
           "50000.00; R15");
    read_of(CG_RECORDS_LIMIT, "SDR-USD");
    expect("hub differs: limit not in the snapshot SDR-USD: ours 100000.00, "
           "theirs missing; R15: suspended");
    read_of(CG_RECORDS_ALL, NULL);
    expect("||configuration 0|the gate is started");
    expect("||configuration 0|the gate is started");
    expect("venue is compared with the books: 1 of its orders or limits, 1 "
           "differ, 0 untold");
    expect("hub is compared with the books: 3 of its orders or limits, 3 "
           "differ, 0 untold");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_records_filled_order),
        WITH_GATE(test_records_refused_order),
        WITH_GATE(test_records_replaced_order),
        WITH_GATE(test_records_pulled_order),
        WITH_GATE(test_records_package_order),
        WITH_GATE(test_records_token),
        WITH_GATE(test_records_account),
        WITH_GATE(test_records_unknown_ids),
        WITH_GATE(test_records_between_times),
        WITH_GATE(test_records_id_of_two_days),
        WITH_GATE(test_records_slots_used_again),
        WITH_GATE(test_records_reading_can_be_ended),
        WITH_GATE(test_records_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
