/*
 * Bad input from every side: the right answer, and the books as they were.
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

#define BODY "1=ACME|55=USD10Y|54=1|38=1000000|40=2|44=4.1|60=20270115-08:00:00"
#define TAIL "|21=1|40=2|44=4.1|60=20270115-08:00:00"

static struct harness h;

/* --- the books ---------------------------------------------------------- */

struct books {
    struct cg_limit_view limits[16];
    struct cg_token_view tokens[64];
    size_t limit_count;
    size_t token_count;
};

static void look(struct books *books)
{
    memset(books, 0, sizeof(*books));
    while (books->limit_count < 16 &&
           cg_gate_limit(h.gate, books->limit_count,
                         &books->limits[books->limit_count])) {
        books->limit_count++;
    }
    while (books->token_count < 64 &&
           cg_gate_token(h.gate, books->token_count,
                         &books->tokens[books->token_count])) {
        books->token_count++;
    }
}

static void expect_same(const struct books *before)
{
    struct books after;
    look(&after);
    assert_int_equal(after.limit_count, before->limit_count);
    assert_int_equal(after.token_count, before->token_count);
    for (size_t i = 0; i < after.limit_count; i++) {
        assert_int_equal(after.limits[i].used, before->limits[i].used);
        assert_int_equal(after.limits[i].amount, before->limits[i].amount);
        assert_string_equal(after.limits[i].state, before->limits[i].state);
    }
    for (size_t i = 0; i < after.token_count; i++) {
        const struct cg_token_view *a = &after.tokens[i];
        const struct cg_token_view *b = &before->tokens[i];
        assert_string_equal(a->state, b->state);
        assert_int_equal(a->granted, b->granted);
        assert_int_equal(a->reserved, b->reserved);
        assert_int_equal(a->consumed, b->consumed);
        assert_int_equal(a->released, b->released);
    }
}

/* |fields| from |session| are answered with |answer| to |to|, and that is all.
 */
static void refused(int session, const char *fields, int to, const char *answer)
{
    struct books before;
    look(&before);
    harness_in(&h, session, fields);
    harness_expect(&h, to, answer);
    harness_quiet(&h);
    expect_same(&before);
}

static void ignored(int session, const char *fields)
{
    struct books before;
    look(&before);
    harness_in(&h, session, fields);
    harness_quiet(&h);
    expect_same(&before);
}

/* The gate still does its work. */
static void lives(void)
{
    static int times = 0;
    char id[32];
    snprintf(id, sizeof(id), "LIVES%d", ++times);
    harness_work(&h, id, '1', 1);
}

static const char *with_id(const char *format, size_t len)
{
    static char fields[24000];
    static char id[12000];
    memset(id, 'X', len);
    id[len] = '\0';
    snprintf(fields, sizeof(fields), format, id);
    return fields;
}

static int version_of(int session)
{
    return (int)h.config.sessions[session].version;
}

/* --- clients ------------------------------------------------------------ */

/* R53: what FIX calls malformed gets the FIX reject. */
static void test_gate_input_malformed_is_rejected(void **state)
{
    (void)state;
    static const int clients[] = {CLIENT, CLIENT42, CLIENT50};
    for (size_t i = 0; i < 3; i++) {
        int c = clients[i];
        refused(c, "35=D|11=B1|1=ACME|55=USD10Y|38=1000000" TAIL, c,
                "35=3|372=D|371=54|373=1");
        refused(c, "35=D|11=B2|1=ACME|55=USD10Y|54=1|38=ten" TAIL, c,
                "35=3|372=D|371=38|373=6");
        refused(c, "35=D|11=B3|1=ACME|55=USD10Y|54=1|54=1|38=1" TAIL, c,
                version_of(c) == CG_FIX42 ? "35=3|371=54" : "35=3|373=13");
        refused(c, "35=D|11=B4|1=ACME|55=|54=1|38=1" TAIL, c,
                "35=3|371=55|373=4");
        refused(c, "35=D|11=B5|1=ACME|55=USD10Y|54=Z|38=1" TAIL, c,
                "35=3|371=54|373=5");
        refused(c, "35=F|41=A1|55=USD10Y|54=1|60=20270115-08:00:00", c,
                "35=3|371=11|373=1");
    }
    refused(CLIENT,
            "35=D|11=B6|453=2|448=ACME|447=D|452=24|55=USD10Y|54=1|38=1" TAIL,
            CLIENT, "35=3|371=453|373=16");
    lives();
}

/* R2, R4, R6, R50: what cannot be checked is refused in the version's words. */
static void test_gate_input_unusable_order_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *slug;
        const char *r42;
        const char *r44;
        const char *r50;
    } cases[] = {
        {"1=%s|55=NOSUCH|54=1|38=1000000", "58~CG104", "0", "11", "11"},
        {"1=NOBODY|55=USD10Y|54=1|38=1000000", "58~CG103", "0", "15", "15"},
        {"1=OTHERACC|55=USD10Y|54=1|38=1000000", "58~CG103", "0", "15", "15"},
        {"55=USD10Y|54=1|38=1000000", "58~CG103", "0", "15", "15"},
        {"1=%s|439=FCM9|55=USD10Y|54=1|38=1000000", "58~CG103", "0", "15",
         "15"},
        {"1=%s|55=USD10Y|54=1|38=0", "58~CG406", "0", "99", "99"},
        {"1=%s|55=USD10Y|54=1|38=-5", "58~CG406", "0", "99", "99"},
        {"1=%s|55=USD10Y|54=1|38=1.5", "58~CG406", "0", "99", "99"},
        {"1=%s|55=USD10Y|54=1|38=99999999999999999999", "58~CG406", "0", "99",
         "99"},
        {"1=%s|55=USD10Y|54=1|38=9000000000000000000", "58~CG104", "0", "11",
         "11"},
        {"1=%s|55=USD10Y|54=1", "58~CG406", "0", "99", "99"},
        {"1=%s|55=USD10Y|54=1|152=1000000", "58~CG406", "0", "99", "99"},
        {"1=%s|55=USD10Y|54=1|38=1000000|152=5", "58~CG406", "0", "99", "99"},
        {"1=%s|55=USD10Y|54=1|38=1000000|15=EUR", "58~CG406", "0", "99", "99"},
        {"1=%s|55=USD10Y|54=5|38=1000000", "58~CG406", "0", "99", "99"},
        {"1=%s|55=JPY10Y|54=1|38=1000000", "58~CG108", "0", "11", "11"},
    };
    static const int clients[] = {CLIENT, CLIENT42, CLIENT50};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t c = 0; c < 3; c++) {
            char body[256];
            char fields[512];
            char answer[256];
            const char *codes[] = {cases[i].r42, cases[i].r44, cases[i].r50};
            const char *account = clients[c] == CLIENT50 ? "SDR" : "ACME";
            if (strstr(cases[i].body, "439=") && clients[c] == CLIENT50) {
                continue; /* 5.0 SP2 has no ClearingFirm(439) */
            }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(body, sizeof(body), cases[i].body, account);
#pragma GCC diagnostic pop
            snprintf(fields, sizeof(fields), "35=D|11=U%zu|%s" TAIL, i, body);
            snprintf(answer, sizeof(answer),
                     "35=8|150=8|39=8|11=U%zu|103=%s|%s", i,
                     codes[version_of(clients[c])], cases[i].slug);
            refused(clients[c], fields, clients[c], answer);
        }
    }
    refused(CLIENT, "35=D|11=N1|1=NOLIMIT|55=USD10Y|54=1|38=1" TAIL, CLIENT,
            "35=8|103=0|58~CG102 NO_CREDIT_LINE");
    harness_in(&h, CLIENT,
               "35=D|11=OK|1=ACME|55=USD10Y|54=1|38=50000000.0" TAIL);
    harness_expect(&h, HUB, "35=DF|2324=45200.00");
    lives();
}

/* R50, R51: 5.0 SP2 in full, plain, and with amounts hidden. */
static void test_gate_input_limit_codes_of_sp2(void **state)
{
    (void)state;
    const char *full = "35=D|11=S1|1=SDR|55=USD10Y|54=1|38=94000000" TAIL;
    harness_in(&h, CLIENT50, full);
    harness_expect(&h, VENUE50, "35=D|11=S1|7350=GATE-T1");
    harness_expect(&h, CLIENT50, "35=B|1473=3");
    harness_expect(&h, PLAIN50, "35=B");
    refused(CLIENT50, "35=D|11=S2|1=SDR|55=USD10Y|54=1|38=90000000" TAIL,
            CLIENT50, "35=8|103=28|58~req:81360.00|1328~CG101");
    harness_in(&h, PLAIN50, "35=D|11=S3|1=SDR|55=USD10Y|54=1|38=90000000" TAIL);
    const char *plain = harness_expect(&h, PLAIN50, "35=8|103=3|58~CG101");
    assert_null(strstr(plain, "1328="));
    assert_null(strstr(plain, "req:"));
    assert_null(strstr(plain, "avl:"));
    refused(CLIENT50, "35=D|11=S4|1=SDR|55=USD10Y|54=1|38=96000000" TAIL,
            CLIENT50, "35=8|103=28|58~CG101");
    refused(CLIENT50, "35=D|11=S5|1=SDR|55=USD10Y|54=2|38=96000000" TAIL,
            CLIENT50, "35=8|103=27|58~CG106 MAX_NOTIONAL req:96000000");
    harness_in(&h, VENUE50,
               "35=8|37=V|11=S1|17=E1|150=0|39=0|55=USD10Y|54=1|38=94000000|"
               "151=94000000|14=0");
    harness_expect(&h, CLIENT50, "35=8|2334=GATE-T1|2335=1");
}

/* R40, R55: a status that the gate tells has the token's id like a report of
 * the venue, but not for a plain dictionary. */
static void test_gate_input_status_has_the_token(void **state)
{
    (void)state;
#define ORDER "|1=SDR|55=USD10Y|54=1|38=1000000" TAIL
    harness_in(&h, CLIENT50, "35=D|11=S1" ORDER);
    harness_expect(&h, VENUE50, "35=D|11=S1|7350=GATE-T1");
    refused(CLIENT50, "35=D|97=Y|11=S1" ORDER, CLIENT50,
            "35=8|150=I|2334=GATE-T1|2335=1");
    harness_in(&h, PLAIN50, "35=D|11=S2" ORDER);
    harness_expect(&h, VENUE50, "35=D|11=S2|7350=GATE-T2");
    harness_in(&h, PLAIN50, "35=D|97=Y|11=S2" ORDER);
    assert_null(strstr(harness_expect(&h, PLAIN50, "35=8|150=I"), "2334="));
#undef ORDER
}

/* R40: a ClOrdID is used once; a repeat takes no second token. */
static void test_gate_input_repeated_orders(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 1);
    refused(CLIENT, "35=D|11=A1|" BODY, CLIENT, "35=8|103=6|58~CG401");
    ignored(CLIENT, "35=D|43=Y|122=20270115-08:00:00|11=A1|" BODY);
    refused(CLIENT, "35=D|97=Y|11=A1|" BODY, CLIENT,
            "35=8|150=I|39=0|11=A1|14=0|151=1000000|37=V-A1");
    refused(CLIENT, "35=D|43=Y|11=A1|" BODY "|58=other", CLIENT,
            "35=8|150=8|103=6|58~CG401");
    refused(OTHER_CLIENT, "35=D|11=A1|1=OTHERACC|55=USD10Y|54=1|38=1" TAIL,
            OTHER_CLIENT, "35=8|103=6|58~CG401");
    refused(CLIENT, "35=D|11=BAD|1=NOBODY|55=USD10Y|54=1|38=1" TAIL, CLIENT,
            "35=8|103=15");
    ignored(CLIENT, "35=D|43=Y|11=BAD|1=NOBODY|55=USD10Y|54=1|38=1" TAIL);
    refused(CLIENT, "35=D|97=Y|11=BAD|1=NOBODY|55=USD10Y|54=1|38=1" TAIL,
            CLIENT, "35=8|150=I|39=8|11=BAD");
    refused(CLIENT, "35=D|43=Y|122=20270115-07:58:59|11=OLD|" BODY, CLIENT,
            "35=8|103=8|58~CG405 STALE_RESEND");
    harness_in(&h, CLIENT42, "35=D|11=X1|21=1|" BODY);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_expect(&h, VENUE42, "35=D|11=X1");
    refused(CLIENT42, "35=D|97=Y|11=X1|21=1|" BODY, CLIENT42,
            "35=8|20=3|150=A|39=A|11=X1");
}

/* R42, R6: orders that are not the sender's, or not there. */
static void test_gate_input_unknown_orders(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 1);
    static const int clients[] = {CLIENT, CLIENT42, CLIENT50, OTHER_CLIENT};
    for (size_t i = 0; i < 4; i++) {
        int c = clients[i];
        const char *orig = c == CLIENT ? "NONE1" : "A1";
        char fields[256];
        snprintf(fields, sizeof(fields), "35=G|11=G%zu|41=%s|21=1|" BODY, i,
                 orig);
        refused(c, fields, c,
                "35=9|434=2|102=1|39=8|37=NONE|58~CG402 UNKNOWN_ORDER");
        snprintf(fields, sizeof(fields),
                 "35=F|11=F%zu|41=%s|55=USD10Y|54=1|38=1|"
                 "60=20270115-08:00:00",
                 i, orig);
        refused(c, fields, c,
                "35=9|434=1|102=1|39=8|37=NONE|58~CG402 UNKNOWN_ORDER");
    }
    refused(CLIENT, "35=G|11=Y2|41=A1|1=ACME|55=USD10Y|54=2|38=1" TAIL, CLIENT,
            "35=9|434=2|102=99|39=0|58~CG404");
    refused(CLIENT, "35=G|11=Y3|41=A1|1=ACME|55=USD2Y|54=1|38=1" TAIL, CLIENT,
            "35=9|58~CG404");
    refused(CLIENT, "35=G|11=A1|41=A1|" BODY, CLIENT, "35=9|102=6|58~CG401");
    lives();
}

/* R53: types that are not checked, and rejects that must not be answered. */
static void test_gate_input_other_types(void **state)
{
    (void)state;
    refused(CLIENT42, "35=AB|11=M1|55=USD10Y|54=1", CLIENT42,
            "35=j|372=AB|380=3");
    refused(CLIENT, "35=R|131=Q1|146=1|55=USD10Y", CLIENT, "35=j|372=R|380=3");
    refused(CLIENT, "35=ZZ|11=1", CLIENT, "35=j|372=ZZ|380=3");
    ignored(CLIENT, "35=j|45=1|372=8|380=0|58=no");
    refused(HUB, "35=CT|1666=1|1762=0", HUB, "35=j|372=CT|380=3");
    harness_in(&h, CLIENT, "35=D|11=A2|" BODY);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_expect(&h, VENUE, "35=D|11=A2");
    harness_in(&h, VENUE, "35=UTenLetters|11=A2|5000=x");
    harness_expect(&h, CLIENT, "35=UTenLetters|11=A2|5000=x");
    lives();
}

/* Ids of 63 bytes pass, longer ones are refused, and the journal still loads.
 */
static void test_gate_input_long_ids(void **state)
{
    (void)state;
    static const size_t lengths[] = {64, 200, 10000};
    harness_in(&h, CLIENT, with_id("35=D|11=%s|" BODY, 63));
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_expect(&h, VENUE, "35=D|7350=GATE-T1");
    for (size_t i = 0; i < 3; i++) {
        refused(CLIENT, with_id("35=D|11=%s|" BODY, lengths[i]), CLIENT,
                "35=8|103=99|58~CG406 BAD_FIELD tag:11");
        refused(CLIENT, with_id("35=G|41=A1|11=%s|" BODY, lengths[i]), CLIENT,
                "35=9|102=99|58~CG406");
        refused(CLIENT,
                with_id("35=F|41=A1|11=%s|55=USD10Y|54=1|60=20270115-08:00:00",
                        lengths[i]),
                CLIENT, "35=9|102=99|58~CG406");
        refused(CLIENT,
                with_id("35=D|11=L1|1=%s|55=USD10Y|54=1|38=1" TAIL, lengths[i]),
                CLIENT, i == 0 ? "35=8|58~CG103" : "35=8|58~CG401");
        refused(HUB,
                with_id("35=DH|2328=%s|2329=1|453=1|448=ACME|447=D|452=24|"
                        "60=20270115-08:00:00",
                        lengths[i]),
                HUB, "35=DI|2332=2|2333=99");
        refused(HUB,
                with_id("35=CR|1667=%s|1677=1|1324=M|1671=1|1691=NOBODY|"
                        "1692=D|1693=24|1670=X",
                        lengths[i]),
                HUB, "35=DE|2316=1|2317=1");
    }
    harness_in(&h, CLIENT, with_id("35=D|128=%s|11=H1|" BODY, 10000));
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_expect(&h, VENUE, "35=D|11=H1");
    harness_reopen_up(&h);
    lives();
}

static const char *many_fields(int count)
{
    static char fields[40000];
    int len = snprintf(fields, sizeof(fields), "35=D|11=MANY%d|" BODY, count);
    for (int i = 0; i < count; i++) {
        len += snprintf(fields + len, sizeof(fields) - (size_t)len, "|%d=x",
                        20000 + i);
    }
    return fields;
}

/* R53: more than the gate takes is answered, not dropped. */
static void test_gate_input_many_fields(void **state)
{
    (void)state;
    harness_in(&h, CLIENT, many_fields(1000));
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_expect(&h, VENUE, "35=D|11=MANY1000|20999=x");
    refused(CLIENT, many_fields(1100), CLIENT,
            "35=j|372=D|379=MANY1100|380=0|58~CG406");
    lives();
}

/* --- links -------------------------------------------------------------- */

/* R46, R50. */
static void test_gate_input_venue_down(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 1);
    harness_link(&h, VENUE, false);
    harness_link(&h, VENUE42, false);
    refused(CLIENT, "35=D|11=D1|" BODY, CLIENT, "35=8|103=99|58~CG304");
    refused(CLIENT42, "35=D|11=D1|21=1|" BODY, CLIENT42,
            "35=8|103=2|20=0|58~CG304");
    refused(CLIENT, "35=G|11=G1|41=A1|" BODY, CLIENT, "35=9|102=99|58~CG304");
    refused(CLIENT, "35=H|11=A1|55=USD10Y|54=1", CLIENT, "35=j|380=4");
    harness_in(&h, CLIENT,
               "35=F|11=F1|41=A1|55=USD10Y|54=1|60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=F|11=F1");
    harness_link(&h, VENUE, true);
    harness_link(&h, VENUE42, true);
    lives();
}

/* R46: an order that waited does not go to a venue that has gone. */
static void test_gate_input_venue_lost_while_waiting(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 1);
    char ask[4096];
    snprintf(ask, sizeof(ask), "%s", harness_expect(&h, HUB, "35=DF"));
    harness_link(&h, VENUE, false);
    harness_quiet(&h);
    harness_grant(&h, ask);
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=8|103=99|58~CG304");
    harness_quiet(&h);
}

/* R18: nor under a stop that came meanwhile. */
static void test_gate_input_stopped_while_waiting(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 1);
    char ask[4096];
    snprintf(ask, sizeof(ask), "%s", harness_expect(&h, HUB, "35=DF"));
    harness_in(&h, HUB,
               "35=DH|2328=S1|2329=0|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_grant(&h, ask);
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|150=8|103=0|58~CG201");
    harness_quiet(&h);
}

/* R24, R26, R27: the hub is gone, slow, or takes its time. */
static void test_gate_input_hub_down_and_pending(void **state)
{
    (void)state;
    const char *ping = "35=D|11=P1|1=PINGACC|55=USD10Y|54=1|38=1000000" TAIL;
    harness_link(&h, HUB, false);
    refused(CLIENT, ping, CLIENT, "35=8|103=99|58~CG302");
    refused(CLIENT, "35=D|11=P2|" BODY, CLIENT, "35=8|103=99|58~CG302");
    harness_link(&h, HUB, true);
    harness_expect(&h, HUB, "35=CL|263=1");
    harness_in(&h, HUB,
               "35=CR|1667=R|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|"
               "1669=1|1529=1|1530=12|1531=100000|1532=USD|1670=ACME-USD");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_link(&h, HUB, false);
    harness_in(&h, CLIENT, "35=D|11=P3|" BODY);
    harness_expect(&h, VENUE, "35=D|11=P3");
    harness_link(&h, HUB, true);
    harness_in(&h, CLIENT, "35=D|11=P4|" BODY);
    char ask[4096];
    snprintf(ask, sizeof(ask), "%s", harness_expect(&h, HUB, "35=DF"));
    ignored(HUB, "35=DG|2318=1|2319=GATE-T2|2325=3|2320=0|2321=0");
    harness_wait(&h, 5000);
    harness_quiet(&h);
    harness_grant(&h, ask);
    harness_expect(&h, VENUE, "35=D|11=P4");
    harness_in(&h, CLIENT, "35=D|11=P5|" BODY);
    harness_expect(&h, HUB, "35=DF|2318=2");
    ignored(HUB, "35=DG|2318=2|2319=GATE-T3|2325=3|2320=0|2321=0");
    harness_wait(&h, 19999);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, HUB, "35=DF|2320=1|2319=GATE-T3");
    harness_expect(&h, CLIENT, "35=8|11=P5|103=99|58~CG301 CHECK_TIMEOUT");
    harness_quiet(&h);
}

/* --- hubs --------------------------------------------------------------- */

/* R24, R28: answers for nobody, twice, without ids, of another size. */
static void test_gate_input_strange_answers(void **state)
{
    (void)state;
    ignored(HUB, "35=DG|2318=999|2319=GATE-T999|2325=0|2320=0|2321=0|2327=1");
    ignored(HUB, "35=DG|2318=1|2319=ELSE-T1|2325=0|2320=0|2321=0|2327=1");
    refused(HUB, "35=DG|2318=1|2319=GATE-T1|2320=0|2321=0", HUB,
            "35=3|372=DG|371=2325");
    harness_order(&h, "A1", '1', 10);
    harness_expect(&h, HUB, "35=DF|2318=1");
    ignored(HUB, "35=DG|2318=1|2319=GATE-T7|2325=0|2320=0|2321=0|2327=9040");
    harness_in(&h, HUB, "35=DG|2319=GATE-T1|2325=0|2320=0|2321=0|2324=9040");
    harness_expect(&h, VENUE, "35=D|11=A1");
    ignored(HUB, "35=DG|2318=1|2319=GATE-T1|2325=0|2320=0|2321=0|2327=9040");
    ignored(HUB, "35=DG|2318=1|2319=GATE-T1|2325=2|2320=0|2321=0");
    harness_order(&h, "A2", '1', 1);
    harness_expect(&h, HUB, "35=DF|2318=2");
    harness_in(&h, HUB,
               "35=DG|2318=2|2319=GATE-T2|2325=0|2320=0|2321=0|"
               "2327=99999999999999999999");
    harness_expect(&h, HUB, "35=DF|2320=1|2319=GATE-T2");
    harness_expect(&h, CLIENT, "35=8|11=A2|58~CG101");
    harness_order(&h, "A3", '1', 1);
    harness_expect(&h, HUB, "35=DF|2319=GATE-T3");
    harness_in(&h, HUB,
               "35=DG|2318=4|2319=GATE-T3|2325=0|2320=0|2321=0|2327=903");
    harness_expect(&h, HUB, "35=DF|2320=1|2319=GATE-T3");
    harness_expect(&h, CLIENT, "35=8|11=A3|103=3|58~req:904.00 avl:903.00");
    harness_order(&h, "A4", '1', 1);
    harness_expect(&h, HUB, "35=DF|2319=GATE-T4");
    harness_in(&h, HUB,
               "35=DG|2318=6|2319=GATE-T4|2325=0|2320=0|2321=0|2327=90400");
    harness_expect(&h, VENUE, "35=D|11=A4");
    harness_quiet(&h);
}

#define PARTY(account) "1677=1|1671=1|1691=" account "|1692=D|1693=24"
#define TYPE(amount) "1669=1|1529=1|1530=12|1531=" amount "|1532=USD"

/* R6, R15, R19: updates that change nothing. */
static void test_gate_input_refused_updates(void **state)
{
    (void)state;
    static const char *const updates[] = {
        "35=CM|1667=1|" PARTY("NOBODY") "|" TYPE("1") "|1670=X",
        "35=CM|1667=2|" PARTY("OTHERACC") "|" TYPE("1") "|1670=OTHER-USD",
        "35=CM|1667=3|" PARTY("ACME") "|" TYPE("-1") "|1670=ACME-USD|893=N",
        "35=CM|1667=4|" PARTY("ACME") "|" TYPE("-1") "|1670=ACME-USD",
        "35=CM|1667=5|" PARTY("PINGACC") "|" TYPE("1") "|1670=ACME-USD",
        "35=CM|1667=6|" PARTY("ACME") "|1669=1|1529=1|1530=12|1531=1|1532=EUR|"
                                      "1670=ACME-USD",
        "35=CM|1667=7|" PARTY("ACME") "|1669=1|1529=1|1530=11|1531=1|1532=USD|"
                                      "1670=ACME-USD",
        "35=CM|1667=8|1677=1|1671=2|1691=ACME|1692=D|1693=24|1691=FCM9|1692=D|"
        "1693=4|" TYPE("1") "|1670=ACME-USD",
    };
    for (size_t i = 0; i < sizeof(updates) / sizeof(updates[0]); i++) {
        refused(HUB, updates[i], HUB, "35=DE|2316=1");
    }
    harness_in(&h, HUB,
               "35=CR|1667=9|60=20270115-08:00:00|1677=1|1324=M|1671=1|"
               "1691=ACME|1692=D|1693=24|" TYPE("90000") "|1670=ACME-USD");
    harness_expect(&h, HUB, "35=DE|2316=0");
    refused(HUB,
            "35=CR|1667=10|60=20270115-07:59:59|1677=1|1324=M|1671=1|"
            "1691=ACME|1692=D|1693=24|" TYPE("95000") "|1670=ACME-USD",
            HUB, "35=DE|1667=10|2316=1|2317=99");
    lives();
}

/* R19: what is not modelled is refused, and so is new risk. */
static void test_gate_input_unmodelled_limit(void **state)
{
    (void)state;
    static const char *const updates[] = {
        "1669=1|1529=1|1530=8|1531=1|1532=USD",
        "1669=1|1529=1|1530=12|1531=99999999999999999999|1532=USD",
        "1669=1|1529=1|1530=12|1531=100000|1767=3|1532=USD",
        "1669=1|1529=1|1530=12|1531=100000|1532=USD|2336=5",
        "1669=1|1529=1|1530=12|1531=100000|1532=USD|1534=1|1535=1",
        "1669=1|1529=1|1530=12|1531=100000|1532=USD|1534=1|1535=1|"
        "1536=USD10Y|1546=SRCCSP",
        "1669=1|1529=1|1530=12|1531=100000|1532=USD|1534=1|1535=1|"
        "1536=USD10Y|1558=0",
    };
    for (size_t i = 0; i < sizeof(updates) / sizeof(updates[0]); i++) {
        char fields[512];
        char id[16];
        snprintf(fields, sizeof(fields),
                 "35=CR|1667=%zu|1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|"
                 "%s|1670=ACME-USD",
                 i, updates[i]);
        harness_in(&h, HUB, fields);
        harness_expect(&h, HUB, "35=DE|2316=1|2317=99");
        harness_quiet(&h);
        snprintf(id, sizeof(id), "A%zu", i);
        harness_order(&h, id, '1', 1);
        harness_expect(&h, CLIENT, "35=8|103=0|58~CG109 LIMIT_UNENFORCEABLE");
        harness_in(&h, HUB,
                   "35=CR|1667=R|1677=1|1324=M|1671=1|1691=ACME|1692=D|"
                   "1693=24|" TYPE("100000") "|1670=ACME-USD");
        harness_expect(&h, HUB, "35=DE|2316=0");
        lives();
    }
}

/* R15: an entry without limits takes them away; R30: then orders go too. */
static void test_gate_input_removed_limit(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 1);
    harness_in(&h, HUB,
               "35=CR|1667=1|1677=1|1324=D|1671=1|1691=ACME|1692=D|1693=24");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_expect(&h, HUB, "35=DE|2316=0");
    harness_order(&h, "A2", '1', 1);
    harness_expect(&h, CLIENT, "35=8|103=0|58~CG102");
    harness_quiet(&h);
}

/* A hub cannot fill the gate up: past the last limit it is refused. */
static void test_gate_input_limits_full(void **state)
{
    (void)state;
    bool full = false;
    for (int i = 0; i < 100; i++) {
        char fields[512];
        snprintf(fields, sizeof(fields),
                 "35=CR|1667=%d|1677=1|1324=A|1671=2|1691=PINGACC|1692=D|"
                 "1693=24|1691=FCM4|1692=D|1693=4|" TYPE("1000000") "|1670=L%d",
                 i, i);
        harness_in(&h, HUB, fields);
        const char *ack = harness_expect(&h, HUB, "35=DE");
        full = strstr(ack, "|2316=1|") != NULL;
        assert_true(full == (i >= 64 - 6));
    }
    refused(CLIENT, "35=D|11=C1|1=PINGACC|55=USD10Y|54=1|38=1" TAIL, CLIENT,
            "35=8|58~CG109");
    lives();
}

/* R18: stops by the wrong one, on nobody, as a drill, and in layers. */
static void test_gate_input_stops(void **state)
{
    (void)state;
#define STOP(id, type, party)                                                  \
    "35=DH|2328=" id "|2329=" type "|453=1|448=" party                         \
    "|447=D|452=24|60=20270115-08:00:00"
    refused(HUB, STOP("1", "1", "NOBODY"), HUB, "35=DI|2332=2|2333=0");
    refused(HUB, STOP("2", "1", "OTHERACC"), HUB, "35=DI|2332=2|2333=98");
    refused(HUB, STOP("3", "2", "ACME"), HUB, "35=DI|2332=2|2333=99");
    refused(HUB,
            "35=DH|2328=4|2329=1|453=2|448=ACME|447=D|452=24|448=FCM2|447=D|"
            "452=4|60=20270115-08:00:00",
            HUB, "35=DI|2332=2|2333=0");
    harness_in(&h, HUB,
               "35=DH|2328=5|2329=1|2330=Y|453=1|448=ACME|447=D|452=24|"
               "60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DI|2330=Y|2332=0");
    harness_expect(&h, HUB, "35=DI|2330=Y|2332=1");
    harness_quiet(&h);
    lives();
    harness_in(&h, HUB, STOP("6", "0", "ACME"));
    harness_expect(&h, HUB, "35=DI|2328=6|2332=0");
    refused(CLIENT, "35=D|11=S1|" BODY, CLIENT, "35=8|103=0|58~CG201");
    for (int i = 0; i < 70; i++) {
        harness_in(&h, HUB, STOP("7", "0", "ACME"));
        harness_expect(&h, HUB, "35=DI|2328=7|2332=0");
        harness_expect(&h, HUB, "35=DI|2328=7|2332=1");
    }
    harness_in(&h, HUB, STOP("8", "2", "ACME"));
    harness_expect(&h, HUB, "35=DI|2332=0");
    lives();
}

/* --- venues ------------------------------------------------------------- */

/* R31, R43: reports of unknown orders pass; numbers beyond 64 bits do no harm.
 */
static void test_gate_input_strange_reports(void **state)
{
    (void)state;
    struct books before;
    look(&before);
    harness_in(&h, VENUE,
               "35=8|37=V|11=NOBODY|17=E|150=F|39=2|1=ACME|55=USD10Y|54=1|"
               "38=1|151=0|14=1|6=0");
    harness_expect(&h, CLIENT, "35=8|11=NOBODY");
    expect_same(&before);
    harness_work(&h, "A1", '1', 1);
    harness_in(&h, VENUE,
               "35=9|37=V|11=ZZZ|41=A1|39=0|434=1|102=0|60=20270115-08:00:00");
    harness_expect(&h, CLIENT, "35=9|11=ZZZ");
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=E9|150=F|39=1|55=USD10Y|54=1|"
               "38=1000000|151=0|14=99999999999999999999|6=0");
    harness_expect(&h, CLIENT, "35=8|14=99999999999999999999");
    harness_order(&h, "A2", '1', 1);
    harness_expect(&h, CLIENT, "35=8|58~CG109");
    harness_in(&h, CLIENT,
               "35=F|11=F1|41=A1|55=USD10Y|54=1|60=20270115-08:00:00");
    harness_expect(&h, VENUE, "35=F|11=F1|41=A1");
}

/* A venue that refuses a D by j has no order; credit comes back. */
static void test_gate_input_venue_says_j(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 1);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    harness_expect(&h, VENUE, "35=D|11=A1");
    harness_in(&h, VENUE, "35=j|45=1|372=D|379=A1|380=0|58=no");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=j|379=A1");
    harness_quiet(&h);
    struct cg_limit_view limit;
    assert_true(cg_gate_limit(h.gate, 0, &limit));
    assert_int_equal(limit.used, 0);
}

/* R31: a 9 to the gate's own F is consumed, and the F comes again. */
static void test_gate_input_refused_pull(void **state)
{
    (void)state;
    char id[64];
    char fields[256];
    harness_work(&h, "A1", '1', 1);
    harness_in(&h, CLIENT, "35=G|11=A2|41=A1|" BODY "|99=1");
    harness_expect(&h, VENUE, "35=G|11=A2");
    harness_in(&h, HUB, STOP("1", "1", "ACME"));
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_expect(&h, CLIENT, "35=B");
    harness_expect(&h, CLIENT42, "35=B");
    snprintf(id, sizeof(id), "%s",
             harness_field(harness_expect(&h, VENUE, "35=F|41=A2"), 11));
    snprintf(fields, sizeof(fields),
             "35=9|37=V|11=%s|41=A2|39=8|434=1|102=1|60=20270115-08:00:00", id);
    harness_in(&h, VENUE, fields);
    harness_quiet(&h);
    harness_wait(&h, 499);
    harness_quiet(&h);
    harness_wait(&h, 1);
    harness_expect(&h, VENUE, "35=F|41=A2");
    harness_expect(&h, VENUE, "35=F|41=A1");
    harness_quiet(&h);
}

/* --- full pools --------------------------------------------------------- */

/* MaxWaiting=8: the ninth is refused, and a place that is free is used again.
 */
static void test_gate_input_waiting_full(void **state)
{
    (void)state;
    char id[16];
    for (int i = 0; i < 8; i++) {
        snprintf(id, sizeof(id), "W%d", i);
        harness_order(&h, id, '1', 1);
        harness_expect(&h, HUB, "35=DF");
    }
    harness_order(&h, "W8", '1', 1);
    harness_expect(&h, CLIENT, "35=8|103=99|58~CG501 GATE_STOPPING");
    harness_in(&h, CLIENT,
               "35=F|11=F1|41=W0|55=USD10Y|54=1|60=20270115-08:00:00");
    harness_expect(&h, HUB, "35=DF|2320=1");
    harness_expect(&h, CLIENT, "35=8|11=F1|41=W0|150=4|39=4");
    harness_order(&h, "W9", '1', 1);
    harness_expect(&h, HUB, "35=DF|2320=0");
}

/* MaxOrders=200: the next is refused; a closed one makes room. */
static void test_gate_input_orders_full(void **state)
{
    (void)state;
    char fields[256];
    for (int i = 0; i < 200; i++) {
        snprintf(fields, sizeof(fields),
                 "35=D|11=O%d|1=OTHERACC|55=USD2Y|54=1|38=1000" TAIL, i);
        harness_in(&h, OTHER_CLIENT, fields);
        harness_expect(&h, VENUE, "35=D");
    }
    for (int round = 0; round < 300; round++) {
        snprintf(fields, sizeof(fields),
                 "35=D|11=R%d|1=OTHERACC|55=USD2Y|54=1|38=1000" TAIL, round);
        refused(OTHER_CLIENT, fields, OTHER_CLIENT,
                "35=8|103=99|58~CG501 GATE_STOPPING");
        snprintf(fields, sizeof(fields),
                 "35=8|37=V|11=O%d|17=E%d|150=4|39=4|55=USD2Y|54=1|38=1000|"
                 "151=0|14=0|6=0",
                 round, round);
        harness_in(&h, VENUE, fields);
        harness_expect(&h, OTHER_CLIENT, "35=8|150=4");
        snprintf(fields, sizeof(fields),
                 "35=D|11=O%d|1=OTHERACC|55=USD2Y|54=1|38=1000" TAIL,
                 200 + round);
        harness_in(&h, OTHER_CLIENT, fields);
        harness_expect(&h, VENUE, "35=D");
    }
}

/* MaxRequests=4000: new risk stops first, every order keeps its cancel, and the
 * gate its own; nothing spins and nothing aborts. */
static void test_gate_input_requests_full(void **state)
{
    (void)state;
    char fields[256];
    harness_work(&h, "A1", '1', 1);
    bool full = false;
    for (int i = 0; i < 4100; i++) {
        snprintf(fields, sizeof(fields),
                 "35=F|11=F%d|41=A1|55=USD10Y|54=1|60=20270115-08:00:00", i);
        harness_in(&h, CLIENT, fields);
        full = strncmp(h.out[0], "0 35=9", 6) == 0;
    }
    assert_true(full);
    harness_order(&h, "A2", '1', 1);
    harness_expect(&h, CLIENT, "35=8|58~CG501");
    harness_in(&h, HUB, STOP("1", "1", "ACME"));
    harness_expect(&h, HUB, "35=DI|2332=0");
    harness_expect(&h, CLIENT, "35=B");
    harness_expect(&h, CLIENT42, "35=B");
    harness_expect(&h, VENUE, "35=F|41=A1");
    for (int i = 0; i < 10; i++) {
        harness_in(&h, VENUE,
                   "35=9|37=V|11=GATE-P4000|41=A1|39=0|434=1|102=0|"
                   "60=20270115-08:00:00");
        harness_wait(&h, 60000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_input_malformed_is_rejected),
        WITH_GATE(test_gate_input_unusable_order_is_refused),
        WITH_GATE(test_gate_input_limit_codes_of_sp2),
        WITH_GATE(test_gate_input_status_has_the_token),
        WITH_GATE(test_gate_input_repeated_orders),
        WITH_GATE(test_gate_input_unknown_orders),
        WITH_GATE(test_gate_input_other_types),
        WITH_GATE(test_gate_input_long_ids),
        WITH_GATE(test_gate_input_many_fields),
        WITH_GATE(test_gate_input_venue_down),
        WITH_GATE(test_gate_input_venue_lost_while_waiting),
        WITH_GATE(test_gate_input_stopped_while_waiting),
        WITH_GATE(test_gate_input_hub_down_and_pending),
        WITH_GATE(test_gate_input_strange_answers),
        WITH_GATE(test_gate_input_refused_updates),
        WITH_GATE(test_gate_input_unmodelled_limit),
        WITH_GATE(test_gate_input_removed_limit),
        WITH_GATE(test_gate_input_limits_full),
        WITH_GATE(test_gate_input_stops),
        WITH_GATE(test_gate_input_strange_reports),
        WITH_GATE(test_gate_input_venue_says_j),
        WITH_GATE(test_gate_input_refused_pull),
        WITH_GATE(test_gate_input_waiting_full),
        WITH_GATE(test_gate_input_orders_full),
        WITH_GATE(test_gate_input_requests_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
