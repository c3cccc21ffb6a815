/*
 * What peers do at the edge of the rules: grants that are over when they come,
 * answers to half of an order, reports without ids, updates in parts, clocks
 * that nobody asked, and a gate that is opened again in the middle of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fix_writer.h"
#include "gate_edges_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TAIL "|40=2|44=4.1|60=20270115-08:00:00"

static struct harness h;

static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    return 0;
}

static int open_edges(void **state)
{
    (void)state;
    edges_open(&h, 8);
    return 0;
}

static int close_gate(void **state)
{
    (void)state;
    harness_close(&h);
    return 0;
}

/* --- words --------------------------------------------------------------- */

static void
new_order(int session, const char *account, const char *id, long mio)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=%s|55=USD10Y|54=1|38=%ld000000" TAIL, id, account,
             mio);
    harness_in(&h, session, fields);
}

static void replace(const char *id, const char *orig, long mio)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=G|11=%s|41=%s|1=ACME|55=USD10Y|54=1|38=%ld000000" TAIL, id,
             orig, mio);
    harness_in(&h, CLIENT, fields);
}

/* A report of the venue; |ids| are 37, 11 and 41 as they shall be. */
static void report(const char *ids, const char *status, long mio, long filled)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|%s|17=E%d|%s|55=USD10Y|54=1|38=%ld000000|151=0|"
             "14=%ld000000|6=0",
             ids, h.seq, status, mio, filled);
    harness_in(&h, VENUE, fields);
}

/* The hub's word on |ask|, a DF: |more| starts with 2325. */
static void answer(int hub, const char *ask, const char *more)
{
    char fields[512];
    int len = snprintf(fields, sizeof(fields), "35=DG|2318=%s",
                       harness_field(ask, 2318));
    static const int echoed[] = {2319, 2320, 2321, 2324};
    for (size_t i = 0; i < sizeof(echoed) / sizeof(echoed[0]); i++) {
        len += snprintf(fields + len, sizeof(fields) - (size_t)len, "|%d=%s",
                        echoed[i], harness_field(ask, echoed[i]));
    }
    snprintf(fields + len, sizeof(fields) - (size_t)len, "|%s", more);
    harness_in(&h, hub, fields);
}

/* "126=" and the time |ms| from now. */
static const char *expires(int ms)
{
    static char field[64];
    struct cg_fix_writer out = cg_fix_writer_over(field, sizeof(field));
    cg_fix_put_time(&out, 126, h.now + ms * CG_MS);
    field[out.len - 1] = '\0';
    return field;
}

static const char *granted_until(int ms)
{
    static char fields[96];
    snprintf(fields, sizeof(fields), "2325=0|%s", expires(ms));
    return fields;
}

static void expect_use(const char *id, cg_dv01 whole)
{
    assert_int_equal(harness_limit(&h, id).used, whole * 10000);
}

static struct cg_token_view token(size_t number)
{
    struct cg_token_view view;
    assert_true(cg_gate_token(h.gate, number - 1, &view));
    return view;
}

/* The peer of |session| rejects (35=3) what went out as |message|. */
static void rejected(int session, const char *message)
{
    static char bytes[8192];
    static char body[4096];
    char type[8];
    const struct cg_config_session *to = &h.config.sessions[session];
    struct cg_fix_writer header = cg_fix_writer_over(body, 256);
    cg_fix_put_str(&header, 49, to->sender_comp_id);
    cg_fix_put_str(&header, 56, to->target_comp_id);
    cg_fix_put_int(&header, 34, 1);
    cg_fix_put_time(&header, 52, h.now);
    const char *fields = strchr(message, '|') + 1;
    struct cg_fix_writer out = cg_fix_writer_over(body + 256, 2048);
    cg_fix_put_raw(&out, (struct cg_slice){fields, strlen(fields)});
    for (size_t i = 0; i < out.len; i++) {
        out.data[i] = out.data[i] == '|' ? '\001' : out.data[i];
    }
    snprintf(type, sizeof(type), "%.*s", (int)strcspn(message + 3, "|"),
             message + 3);
    size_t len = cg_fix_seal(bytes, sizeof(bytes), to->version,
                             cg_slice_str(type), cg_fix_written(&header),
                             cg_fix_written(&out));
    assert_true(len > 0);
    assert_int_equal(
        cg_gate_rejected(h.gate, (cg_session)session, bytes, len, h.now), 0);
    harness_collect(&h);
}

#define PARTY(account) "1677=1|1671=1|1691=" account "|1692=D|1693=24"
#define TYPE(amount) "1669=1|1529=1|1530=12|1531=" amount "|1532=USD"

/* --- tokens that are over when they come --------------------------------- */

/* R22, R29: a raise that is granted until a moment that has passed covers
 * nothing: no G, a 9, and the order does not outlive its token. */
static void test_gate_edges_raise_granted_too_late_is_refused(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    replace("A2", "A1", 15);
    const char *ask = harness_keep(harness_expect(&h, HUB, "35=DF|2320=2"));
    answer(HUB, ask, granted_until(-1000));
    harness_expect(&h, HUB, "35=DF|2320=2|2324=9040.00");
    harness_expect(&h, CLIENT,
                   "35=9|434=2|11=A2|41=A1|39=0|58~CG303 RESERVATION_EXPIRED");
    harness_quiet(&h);
    expect_use("ACME-USD", 9040);
    harness_wait(&h, 0);
    harness_expect(&h, VENUE, "35=F|41=A1");
}

/* R20, R22, R29: one token ran out, by its margin and the time of a pull,
 * before the other was granted, and no timer has fired in between: the order
 * does not go on. */
static void test_gate_edges_first_token_over_before_second(void **state)
{
    (void)state;
    new_order(CLIENT, "DUO", "A1", 10);
    const char *first = harness_keep(
        harness_expect(&h, HUB, "35=DF|1670=DUO-A"));
    const char *second = harness_keep(
        harness_expect(&h, HUB, "35=DF|1670=DUO-B"));
    answer(HUB, first, granted_until(6000));
    harness_quiet(&h);
    h.now += 500 * CG_MS;
    answer(HUB, second, granted_until(60000));
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=8|11=A1|58~CG303 RESERVATION_EXPIRED");
    harness_quiet(&h);
    expect_use("DUO-A", 0);
    expect_use("DUO-B", 0);
}

/* The same with a millisecond to spare. */
static void test_gate_edges_first_token_just_alive(void **state)
{
    (void)state;
    new_order(CLIENT, "DUO", "A1", 10);
    const char *first = harness_keep(
        harness_expect(&h, HUB, "35=DF|1670=DUO-A"));
    const char *second = harness_keep(
        harness_expect(&h, HUB, "35=DF|1670=DUO-B"));
    answer(HUB, first, granted_until(6000));
    h.now += 499 * CG_MS;
    answer(HUB, second, granted_until(60000));
    harness_expect(&h, VENUE, "35=D|11=A1");
    harness_quiet(&h);
}

/* --- reports ------------------------------------------------------------- */

/* Fills an order of |account| whole; hub notices are answered. */
static void fill_whole(const char *account, const char *id, long mio)
{
    char ids[128];
    snprintf(ids, sizeof(ids), "37=V-%s|11=%s", id, id);
    new_order(CLIENT, account, id, mio);
    bool ping = strcmp(account, "PUSH") != 0;
    if (ping) {
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    }
    harness_expect(&h, VENUE, "35=D");
    report(ids, "150=F|39=2", mio, mio);
    if (ping) {
        const char *told = harness_keep(
            harness_expect(&h, HUB, "35=DF|2321=1"));
        harness_expect(&h, CLIENT, "35=8|39=2");
        answer(HUB, told, "2325=0");
    } else {
        harness_expect(&h, CLIENT, "35=8|39=2");
    }
    while (h.taken < h.out_count) { /* News of warning levels */
        harness_expect(&h, CLIENT, "35=B");
    }
}

/* R43: a busted fill of a closed order gives its use back, once, and what is
 * counted stays true when the order's place is taken by others. */
static void test_gate_edges_bust_after_close_lowers_use(void **state)
{
    (void)state;
    char id[16];
    char fields[128];
    fill_whole("PUSH", "A1", 10);
    fill_whole("TIMED", "A2", 10);
    report("37=V-A1|11=A1", "150=H|39=1", 10, 4);
    harness_expect(&h, CLIENT, "35=8|150=H");
    harness_quiet(&h);
    report("37=V-A2|11=A2", "150=H|39=1", 10, 0);
    const char *bust = harness_keep(
        harness_expect(&h, HUB, "35=DF|2320=1|2321=1"));
    const char *rest = harness_keep(
        harness_expect(&h, HUB, "35=DF|2320=1|2321=0"));
    harness_expect(&h, CLIENT, "35=8|150=H");
    harness_quiet(&h);
    answer(HUB, bust, "2325=0");
    snprintf(id, sizeof(id), "%s", harness_field(rest, 2318));
    snprintf(fields, sizeof(fields), "35=DG|2318=%s|2325=4|2320=1|2321=0", id);
    harness_in(&h, HUB, fields);
    for (size_t i = 1; i <= 2; i++) {
        struct cg_token_view view = token(i);
        assert_string_equal(view.state, "closed");
        assert_int_equal(view.reserved, 0);
        assert_int_equal(view.granted, view.consumed + view.released);
    }
    for (int round = 0; round < 20; round++) {
        expect_use("PUSH-USD", 3616 + 904 * round);
        expect_use("TIMED-USD", 904 * round);
        snprintf(id, sizeof(id), "P%d", round);
        fill_whole("PUSH", id, 1);
        snprintf(id, sizeof(id), "T%d", round);
        fill_whole("TIMED", id, 1);
    }
}

/* R43: OrderID alone says which order was filled, and which one is over. */
static void test_gate_edges_report_by_order_id_alone(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_work(&h, "A2", '1', 20);
    report("37=V-A1", "150=F|39=1", 10, 4);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=3616.00|2319=GATE-T1");
    harness_expect(&h, CLIENT, "35=8|37=V-A1|14=4000000");
    harness_quiet(&h);
    assert_int_equal(token(1).consumed, 36160000);
    report("37=V-A1", "150=4|39=4", 10, 4);
    harness_expect(&h, HUB, "35=DF|2320=1|2324=5424.00|2319=GATE-T1");
    harness_expect(&h, CLIENT, "35=8|37=V-A1|150=4");
    harness_quiet(&h);
    expect_use("ACME-USD", 3616 + 18080);
    report("37=V-A2", "150=F|39=1", 20, 5);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=4520.00|2319=GATE-T2");
    harness_expect(&h, CLIENT, "35=8|37=V-A2|14=5000000");
    harness_quiet(&h);
    assert_int_equal(token(2).reserved, 135600000);
}

/* R41: a reject of the replace is no reject of the order, with either status;
 * its charge is as before, and the fill of it is no overrun. */
static void test_gate_edges_rejected_replace_keeps_order(void **state)
{
    (void)state;
    static const char *const forms[] = {"150=8|39=0", "150=8|39=8"};
    harness_work(&h, "A1", '1', 10);
    for (int i = 0; i < 2; i++) {
        char id[8];
        char ids[64];
        snprintf(id, sizeof(id), "G%d", i + 1);
        snprintf(ids, sizeof(ids), "37=V-A1|11=%s|41=A1", id);
        replace(id, "A1", 15);
        harness_grant(&h,
                      harness_expect(&h, HUB, "35=DF|2320=2|2324=13560.00"));
        harness_expect(&h, VENUE, "35=G");
        expect_use("ACME-USD", 13560);
        report(ids, forms[i], 10, 0);
        const char *fall = harness_keep(
            harness_expect(&h, HUB, "35=DF|2320=2|2324=9040.00"));
        harness_expect(&h, CLIENT, "35=8|150=8");
        harness_quiet(&h);
        expect_use("ACME-USD", 9040);
        assert_string_equal(token(1).state, "spent");
        answer(HUB, fall, "2325=0");
        harness_quiet(&h);
    }
    report("37=V-A1|11=A1", "150=F|39=2", 10, 10);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=9040.00");
    harness_expect(&h, CLIENT, "35=8|39=2");
    assert_int_equal(token(1).overrun, 0);
    expect_use("ACME-USD", 9040);
}

/* --- messages that the venue's FIX session rejects ------------------------ */

/* A D that never was an order: the client is told and has its credit back. */
static void test_gate_edges_order_rejected_by_session(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    rejected(VENUE, harness_keep(harness_expect(&h, VENUE, "35=D")));
    harness_expect(&h, HUB, "35=DF|2320=1|2324=9040.00");
    harness_expect(&h, CLIENT, "35=8|150=8|39=8|11=A1|58~CG406 BAD_FIELD");
    harness_quiet(&h);
    expect_use("ACME-USD", 0);
}

/* A G: a 9, and the order is as it was.  A client's F: a 9 as well. */
static void test_gate_edges_requests_rejected_by_session(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    replace("G1", "A1", 15);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=2"));
    rejected(VENUE, harness_keep(harness_expect(&h, VENUE, "35=G")));
    harness_expect(&h, HUB, "35=DF|2320=2|2324=9040.00");
    harness_expect(&h, CLIENT, "35=9|434=2|11=G1|41=A1|39=0|58~CG406");
    harness_quiet(&h);
    expect_use("ACME-USD", 9040);
    harness_in(&h, CLIENT,
               "35=F|11=F1|41=A1|55=USD10Y|54=1|60=20270115-08:00:00");
    rejected(VENUE, harness_keep(harness_expect(&h, VENUE, "35=F|11=F1")));
    harness_expect(&h, CLIENT, "35=9|434=1|11=F1|41=A1|39=0|58~CG406");
    harness_quiet(&h);
    expect_use("ACME-USD", 9040);
}

/* R31: the gate's own F is tried again, and nobody is told. */
static void test_gate_edges_pull_rejected_by_session(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=1|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_expect(&h, CLIENT, "35=B");
    harness_expect(&h, CLIENT42, "35=B");
    const char *pull = harness_keep(harness_expect(&h, VENUE, "35=F|41=A1"));
    rejected(VENUE, pull);
    harness_quiet(&h);
    expect_use("ACME-USD", 9040);
    harness_wait(&h, 499);
    harness_quiet(&h);
    harness_wait(&h, 1);
    const char *again = harness_keep(harness_expect(&h, VENUE, "35=F|41=A1"));
    assert_string_not_equal(harness_field(pull, 11),
                            harness_keep(harness_field(again, 11)));
    harness_quiet(&h);
}

/* --- what owners say of limits ------------------------------------------- */

static void same_update(void)
{
    harness_in(&h, HUB,
               "35=CM|1667=SAME|60=20270115-08:00:00|" PARTY("ACME") "|" TYPE(
                   "100000") "|1670=ACME-USD");
    harness_expect(&h, HUB, "35=DE|1667=SAME|2316=0");
    harness_quiet(&h);
}

/* R15, R27: an update that comes again is no refresh: neither the age of the
 * pushed amount nor what fallback has used of it starts anew. */
static void test_gate_edges_repeated_update_is_no_refresh(void **state)
{
    (void)state;
    same_update();
    harness_wait(&h, 30000); /* half of the age: 50,000.00 is left */
    same_update();
    harness_link(&h, HUB, false);
    new_order(CLIENT, "ACME", "A1", 60);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG302 HUB_UNAVAILABLE");
    new_order(CLIENT, "ACME", "A2", 40);
    harness_expect(&h, VENUE, "35=D|11=A2");
    harness_link(&h, HUB, true);
    same_update();
    harness_link(&h, HUB, false);
    new_order(CLIENT, "ACME", "A3", 16);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG302 HUB_UNAVAILABLE");
    new_order(CLIENT, "ACME", "A4", 15);
    harness_expect(&h, VENUE, "35=D|11=A4");
    harness_quiet(&h);
}

/* R15, R18: an increment that is silent on the state leaves a halt; in a
 * snapshot, silence means active. */
static void test_gate_edges_halt_outlives_an_increment(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CR|1667=1|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|"
               "1672=2|" TYPE("100000") "|1670=ACME-USD");
    harness_expect(&h, HUB, "35=DE|2316=0");
    assert_string_equal(harness_limit(&h, "ACME-USD").state, "halted");
    harness_in(
        &h, HUB,
        "35=CR|1667=2|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|" TYPE(
            "90000") "|1670=ACME-USD");
    harness_expect(&h, HUB, "35=DE|2316=0");
    assert_string_equal(harness_limit(&h, "ACME-USD").state, "halted");
    assert_int_equal(harness_limit(&h, "ACME-USD").amount, 900000000);
    new_order(CLIENT, "ACME", "A1", 1);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG202 PARTY_HALTED");
    harness_in(
        &h, HUB,
        "35=CM|1667=3|" PARTY("ACME") "|" TYPE("90000") "|1670=ACME-USD");
    harness_expect(&h, HUB, "35=DE|2316=0");
    assert_string_equal(harness_limit(&h, "ACME-USD").state, "enabled");
    harness_work(&h, "A2", '1', 1);
}

/* The owner says that 9,040.00 are used. */
static void say_used(const char *id)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CR|1667=%s|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|"
             "1669=1|1529=1|1530=12|1531=100000|1766=9040|1532=USD|"
             "1670=ACME-USD",
             id);
    harness_in(&h, HUB, fields);
    harness_expect(&h, HUB, "35=DE|2316=0");
}

/* R16: a fill is in the owner's figure only once the owner has confirmed it; a
 * refused notice confirms nothing. */
static void test_gate_edges_refused_notice_confirms_nothing(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("37=V-A1|11=A1", "150=F|39=2", 10, 10);
    answer(HUB, harness_keep(harness_expect(&h, HUB, "35=DF|2321=1")),
           "2325=2|2326=99");
    say_used("U1");
    expect_use("ACME-USD", 9040 + 9040);
    harness_work(&h, "A2", '1', 10);
    report("37=V-A2|11=A2", "150=F|39=2", 10, 10);
    answer(HUB, harness_keep(harness_expect(&h, HUB, "35=DF|2321=1")),
           "2325=0");
    say_used("U2");
    expect_use("ACME-USD", 2 * 9040);
}

/* --- orders and what is said of them ------------------------------------- */

/* R4: 55 and 48 may not be two instruments that are both known. */
static void test_gate_edges_two_instruments_are_refused(void **state)
{
    (void)state;
    harness_in(&h, CLIENT,
               "35=D|11=A1|1=ACME|55=USD10Y|48=USD2Y|22=8|54=1|"
               "38=1000000" TAIL);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG406 BAD_FIELD|58~tag:48");
    harness_quiet(&h);
    harness_in(&h, CLIENT,
               "35=D|11=A2|1=ACME|55=USD10Y|48=USD10Y|22=8|54=1|"
               "38=1000000" TAIL);
    harness_expect(&h, HUB, "35=DF");
    harness_in(&h, CLIENT,
               "35=D|11=A3|1=ACME|55=USD10Y|48=US9128|22=4|54=1|"
               "38=1000000" TAIL);
    harness_expect(&h, HUB, "35=DF");
    harness_work(&h, "A4", '1', 1);
    harness_in(&h, CLIENT,
               "35=G|11=A5|41=A4|1=ACME|55=USD10Y|48=USD2Y|22=8|54=1|"
               "38=1000000" TAIL);
    harness_expect(&h, CLIENT, "35=9|434=2|58~CG404 REPLACE_NOT_ALLOWED");
    harness_quiet(&h);
}

/* R51, R52: of a limit that others use as well, a client is shown what it
 * asked for, and nothing that tells what the others do. */
static void test_gate_edges_firm_figures_stay_hidden(void **state)
{
    (void)state;
    static const char *const figures[] = {"54240", "81360", "100000", "45760",
                                          "81 %"};
    new_order(CLIENT, "FIRM1", "A1", 60);
    harness_expect(&h, VENUE, "35=D");
    new_order(CLIENT_B, "FIRM2", "B1", 60);
    const char *refusal = harness_keep(harness_expect(
        &h, CLIENT_B, "35=8|58~CG101|58~req:54240.00|58~lim:FIRM-USD"));
    assert_null(strstr(refusal, "avl:"));
    assert_null(strstr(refusal, "45760"));
    harness_quiet(&h);
    new_order(CLIENT_B, "FIRM2", "B2", 30);
    harness_expect(&h, VENUE, "35=D");
    const char *news[] = {harness_keep(harness_expect(&h, CLIENT, "35=B")),
                          harness_keep(harness_expect(&h, CLIENT_B, "35=B"))};
    for (size_t i = 0; i < 2; i++) {
        for (size_t f = 0; f < sizeof(figures) / sizeof(figures[0]); f++) {
            assert_null(strstr(news[i], figures[f]));
        }
    }
    assert_null(strstr(news[0], "FIRM2"));
    assert_null(strstr(news[1], "FIRM1"));
    harness_quiet(&h);
    harness_in(&h, CLIENT_C,
               "35=D|11=C1|1=ALONE|55=USD10Y|54=1|38=200000000" TAIL);
    harness_expect(&h, CLIENT_C, "35=8|58~avl:100000.00");
}

/* R52: a refused order sends no News, whatever its charge would have crossed
 * under another limit. */
static void test_gate_edges_denied_order_sends_no_news(void **state)
{
    (void)state;
    new_order(CLIENT, "MIX", "A1", 105);
    const char *ask = harness_keep(
        harness_expect(&h, HUB, "35=DF|2324=94920.00"));
    harness_quiet(&h);
    expect_use("MIX-PUSH", 94920);
    answer(HUB, ask, "2325=2|2326=99");
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG307 HUB_DENIED");
    harness_quiet(&h);
    expect_use("MIX-PUSH", 0);
    new_order(CLIENT, "MIX", "A2", 105);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_expect(&h, VENUE, "35=D");
    harness_expect(&h, CLIENT, "35=B|148~90 % reached");
    harness_quiet(&h);
}

/* R6: what the venue says of an account is for that account's session. */
static void test_gate_edges_venue_news_of_one_account(void **state)
{
    (void)state;
    static const struct {
        const char *account;
        int session;
    } cases[] = {{"PUSH", CLIENT}, {"FIRM2", CLIENT_B}, {"ALONE", CLIENT_C}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char fields[128];
        snprintf(fields, sizeof(fields), "35=B|148=Halt|33=1|58=one leg|1=%s",
                 cases[i].account);
        harness_in(&h, VENUE, fields);
        harness_expect(&h, cases[i].session, "35=B|148=Halt");
        harness_quiet(&h);
    }
    harness_in(&h, VENUE, "35=B|148=Halt|33=1|58=one leg");
    harness_quiet(&h);
    harness_in(&h, VENUE, "35=B|148=Halt|33=1|58=one leg|1=NOBODY");
    harness_quiet(&h);
}

/* --- time ---------------------------------------------------------------- */

static void push_timed(const char *id)
{
    char fields[512];
    snprintf(
        fields, sizeof(fields),
        "35=CR|1667=%s|1677=1|1324=M|1671=1|1691=TIMED|1692=D|1693=24|" TYPE(
            "100000") "|1670=TIMED-USD",
        id);
    harness_in(&h, HUB, fields);
    harness_expect(&h, HUB, "35=DE|2316=0");
}

/* Adds what came out, and when, to |told|. */
static void tell(char *told, size_t len, cg_time start)
{
    for (int i = 0; i < h.out_count; i++) {
        size_t at = strlen(told);
        snprintf(told + at, len - at, "%lld %s\n",
                 (long long)((h.now - start) / CG_MS), h.out[i]);
    }
    h.taken = h.out_count;
}

/* All that happens to one order and its limit in a minute. */
static void live_a_minute(bool reopened, char *told, size_t len)
{
    edges_open(&h, 8);
    cg_time start = h.now;
    push_timed("U1");
    new_order(CLIENT, "TIMED", "A1", 10);
    answer(HUB, harness_keep(harness_expect(&h, HUB, "35=DF")),
           granted_until(60000));
    harness_expect(&h, VENUE, "35=D");
    report("37=V-A1|11=A1", "150=0|39=0", 10, 0);
    if (reopened) {
        edges_reopen(&h, 8);
    } else { /* the links go and come all the same */
        /* A fact for the one that says that the gate was started. */
        harness_in(&h, HUB, "35=DG|2318=99|2320=0|2321=0|2325=2|2326=99");
        for (int i = 0; i < 2 * EDGES_SESSIONS; i++) {
            harness_link(&h, i % EDGES_SESSIONS, i >= EDGES_SESSIONS);
        }
    }
    harness_wait(&h, 500);
    harness_expect(&h, VENUE, "35=H|11=A1");
    report("37=V-A1|11=A1|790=GATE-H1", "150=I|39=0", 10, 0);
    harness_wait(&h, 3500);
    harness_quiet(&h);
    harness_link(&h, HUB, false);
    new_order(CLIENT, "TIMED", "A2", 70);
    tell(told, len, start);
    new_order(CLIENT, "TIMED", "A3", 60);
    tell(told, len, start);
    harness_link(&h, HUB, true);
    tell(told, len, start);
    while (h.now < start + 60 * CG_SECOND) {
        harness_wait(&h, 100);
        tell(told, len, start);
    }
    harness_close(&h);
}

/* Settings are no facts: a gate that opens again goes by the same warning
 * level, fallback age and margin of the hub's clock as one that never closed.
 */
static void test_gate_edges_settings_survive_reopening(void **state)
{
    (void)state;
    static char live[65536];
    static char recovered[65536];
    live[0] = '\0';
    recovered[0] = '\0';
    live_a_minute(false, live, sizeof(live));
    live_a_minute(true, recovered, sizeof(recovered));
    assert_string_equal(recovered, live);
    assert_non_null(strstr(live, "4000 0 35=8|"));
    assert_non_null(strstr(live, "CG302 HUB_UNAVAILABLE"));
    assert_non_null(strstr(live, "4000 1 35=D|11=A3"));
    assert_non_null(strstr(live, "Credit limit warning: 40 % reached"));
    assert_non_null(strstr(live, "\n34500 2 35=DF|"));
    const char *pull = strstr(live, "\n54500 1 35=F|");
    assert_non_null(pull);
    assert_non_null(strstr(pull, "|41=A1|"));
}

static void limits_of(const struct cg_gate *gate,
                      struct cg_limit_view *views,
                      size_t *count)
{
    *count = 0;
    while (*count < 16 && cg_gate_limit(gate, *count, &views[*count])) {
        (*count)++;
    }
}

static void expect_limits(const struct cg_gate *gate,
                          const struct cg_limit_view *before,
                          size_t count)
{
    struct cg_limit_view views[16];
    char error[256] = "";
    size_t found;
    limits_of(gate, views, &found);
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(views[i].id, before[i].id);
        assert_string_equal(views[i].state, before[i].state);
        assert_int_equal(views[i].amount, before[i].amount);
        assert_int_equal(views[i].used, before[i].used);
    }
    if (!cg_gate_audit(gate, error, sizeof(error))) {
        fail_msg("audit: %s", error);
    }
}

/* R47: places that were used again mean the same in books of any size. */
static void test_gate_edges_books_of_another_size(void **state)
{
    (void)state;
    struct cg_limit_view before[16];
    char error[256] = "";
    char id[16];
    size_t count;
    struct cg_gate *books;
    for (int i = 0; i < 30; i++) {
        snprintf(id, sizeof(id), "A%d", i);
        fill_whole(i % 2 == 0 ? "PUSH" : "TIMED", id, 1);
    }
    expect_use("PUSH-USD", 15 * 904);
    expect_use("TIMED-USD", 15 * 904);
    limits_of(h.gate, before, &count);
    assert_int_equal(count, 10);
    assert_int_equal(
        cg_gate_open_books(&h.journal, error, sizeof(error), &books), 0);
    expect_limits(books, before, count);
    cg_gate_close(books);
    edges_reopen(&h, 16);
    expect_limits(h.gate, before, count);
    fill_whole("TIMED", "B1", 1);
    expect_use("TIMED-USD", 16 * 904);
}

/* R26, R27: an event after the soft deadline, before its timer could fire, does
 * not put the fallback off to the hard deadline. */
static void test_gate_edges_soft_deadline_is_not_skipped(void **state)
{
    (void)state;
    harness_in(
        &h, HUB,
        "35=CR|1667=1|1677=1|1324=M|1671=1|1691=TWO|1692=D|1693=24|" TYPE(
            "100000") "|1670=TWO-1");
    new_order(CLIENT, "TWO", "A1", 10);
    harness_expect(&h, HUB, "35=DF|1670=TWO-1");
    const char *ask = harness_keep(
        harness_expect(&h, SECOND_HUB, "35=DF|1670=TWO-2"));
    h.now += 1001 * CG_MS;
    harness_grant(&h, ask); /* by the wrong hub: an alarm, nothing else */
    answer(SECOND_HUB, ask, "2325=0");
    harness_quiet(&h);
    harness_wait(&h, 0);
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, VENUE, "35=D|11=A1");
    harness_quiet(&h);
}

/* R20, R27: the pushed amount stands in for the hub that is gone; the order
 * waits on for the other. */
static void test_gate_edges_one_of_two_hubs_gone(void **state)
{
    (void)state;
    harness_in(
        &h, HUB,
        "35=CR|1667=1|1677=1|1324=M|1671=1|1691=TWO|1692=D|1693=24|" TYPE(
            "100000") "|1670=TWO-1");
    new_order(CLIENT, "TWO", "A1", 10);
    harness_expect(&h, HUB, "35=DF|1670=TWO-1");
    const char *ask = harness_keep(
        harness_expect(&h, SECOND_HUB, "35=DF|1670=TWO-2"));
    harness_link(&h, HUB, false);
    harness_quiet(&h);
    harness_wait(&h, 1000);
    harness_quiet(&h);
    answer(SECOND_HUB, ask, "2325=0");
    harness_expect(&h, VENUE, "35=D|11=A1");
    harness_quiet(&h);
    new_order(CLIENT, "TWO", "A2", 10);
    harness_expect(&h, SECOND_HUB, "35=DF|1670=TWO-2");
    harness_link(&h, SECOND_HUB, false);
    harness_expect(&h, CLIENT, "35=8|11=A2|58~CG302 HUB_UNAVAILABLE");
    harness_quiet(&h);
}

/* A second word of the venue on an order that is over changes nothing. */
static void test_gate_edges_order_rejected_twice(void **state)
{
    (void)state;
    static const char *const first[] = {"3", "8"};
    for (int i = 0; i < 2; i++) {
        char id[8];
        char ids[32];
        snprintf(id, sizeof(id), "A%d", i);
        snprintf(ids, sizeof(ids), "37=NONE|11=%s", id);
        harness_order(&h, id, '1', 10);
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
        const char *order = harness_keep(harness_expect(&h, VENUE, "35=D"));
        if (first[i][0] == '3') {
            rejected(VENUE, order);
        } else {
            report(ids, "150=8|39=8", 10, 0);
        }
        harness_expect(&h, HUB, "35=DF|2320=1");
        harness_expect(&h, CLIENT, "35=8|150=8");
        rejected(VENUE, order);
        harness_quiet(&h);
        expect_use("ACME-USD", 0);
    }
}

/* R43: "NONE" is no OrderID; a reject of an order that is not known ends no
 * other, and the real OrderID counts once it is there. */
static void test_gate_edges_order_id_none_is_no_id(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 10);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    harness_expect(&h, VENUE, "35=D");
    report("37=NONE|11=A1", "150=A|39=A", 10, 0);
    harness_expect(&h, CLIENT, "35=8|150=A");
    report("37=V1|11=A1", "150=0|39=0", 10, 0);
    harness_expect(&h, CLIENT, "35=8|150=0");
    report("37=NONE|11=ZZZ", "150=8|39=8", 10, 0);
    expect_use("ACME-USD", 9040);
    report("37=V1", "150=F|39=1", 10, 4);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=3616.00");
    harness_expect(&h, CLIENT, "35=8|37=V1");
}

/* R43: a replaced order may have a new OrderID. */
static void test_gate_edges_order_id_of_replaced_order(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    replace("A2", "A1", 5);
    harness_expect(&h, VENUE, "35=G");
    report("37=V-NEW|11=A2|41=A1", "150=5|39=0", 5, 0);
    harness_expect(&h, HUB, "35=DF|2320=2");
    harness_expect(&h, CLIENT, "35=8|150=5");
    report("37=V-NEW", "150=F|39=1", 5, 4);
    harness_expect(&h, HUB, "35=DF|2321=1|2324=3616.00");
    harness_expect(&h, CLIENT, "35=8|37=V-NEW");
}

/* R6, R51: an account of others is none of the venue's only client's. */
static void test_gate_edges_venue_news_of_a_stranger(void **state)
{
    (void)state;
    harness_in(&h, VENUE42, "35=B|148=Halt|33=1|58=one leg|1=OTHERACC");
    harness_quiet(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define STANDARD(name)                                                         \
    cmocka_unit_test_setup_teardown(name, open_gate, close_gate)
#define EDGES(name)                                                            \
    cmocka_unit_test_setup_teardown(name, open_edges, close_gate)
        STANDARD(test_gate_edges_raise_granted_too_late_is_refused),
        EDGES(test_gate_edges_first_token_over_before_second),
        EDGES(test_gate_edges_first_token_just_alive),
        EDGES(test_gate_edges_bust_after_close_lowers_use),
        STANDARD(test_gate_edges_report_by_order_id_alone),
        STANDARD(test_gate_edges_rejected_replace_keeps_order),
        STANDARD(test_gate_edges_order_rejected_by_session),
        STANDARD(test_gate_edges_requests_rejected_by_session),
        STANDARD(test_gate_edges_pull_rejected_by_session),
        STANDARD(test_gate_edges_repeated_update_is_no_refresh),
        STANDARD(test_gate_edges_halt_outlives_an_increment),
        STANDARD(test_gate_edges_refused_notice_confirms_nothing),
        STANDARD(test_gate_edges_two_instruments_are_refused),
        EDGES(test_gate_edges_firm_figures_stay_hidden),
        EDGES(test_gate_edges_denied_order_sends_no_news),
        EDGES(test_gate_edges_venue_news_of_one_account),
        cmocka_unit_test(test_gate_edges_settings_survive_reopening),
        EDGES(test_gate_edges_books_of_another_size),
        EDGES(test_gate_edges_soft_deadline_is_not_skipped),
        EDGES(test_gate_edges_one_of_two_hubs_gone),
        STANDARD(test_gate_edges_order_id_none_is_no_id),
        STANDARD(test_gate_edges_order_id_of_replaced_order),
        STANDARD(test_gate_edges_venue_news_of_a_stranger),
        STANDARD(test_gate_edges_order_rejected_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
