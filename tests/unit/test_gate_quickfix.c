/*
 * A QuickFIX counterparty behind every session of the gate, which validates
 * whole messages: it takes all that the gate says in a run through everything
 * the gate can say.
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

#include "test_fix8c_pair.h"

enum { PEERS_MAX = 16, SAID_MAX = 2000 };

static struct harness h;
static struct pair peers[PEERS_MAX];
static char *said[SAID_MAX]; /* "SESSION 35=8|..." */
static size_t said_len;

static const char *begin_string(int session)
{
    static const char *const names[CG_VERSIONS] = {
        [CG_FIX42] = "FIX.4.2",
        [CG_FIX44] = "FIX.4.4",
        [CG_FIX50SP2] = "FIXT.1.1",
    };
    return names[h.config.sessions[session].version];
}

static int start(void **state)
{
    (void)state;
    harness_open(&h);
    assert_true(h.config.session_count <= PEERS_MAX);
    for (size_t i = 0; i < h.config.session_count; i++) {
        /* Tokens go out in a tag of their own. */
        pair_open_validating(&peers[i], begin_string((int)i),
                             "ValidateUserDefinedFields=N");
        pair_connect(&peers[i]);
        assert_int_equal(peers[i].a.logons, 1);
    }
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < h.config.session_count; i++) {
        pair_close(&peers[i]);
    }
    for (size_t i = 0; i < said_len; i++) {
        free(said[i]);
    }
    said_len = 0;
    harness_close(&h);
    return 0;
}

/* Feeds "SESSION 35=8|..." to the session's peer, which must take it. */
static void offer(const char *text)
{
    char type[8];
    int session = (int)strtol(text, NULL, 10);
    const char *at = strstr(text, " 35=") + 4;
    size_t len = strcspn(at, "|");
    assert_true(len < sizeof(type));
    memcpy(type, at, len);
    type[len] = '\0';
    pair_expect_taken(&peers[session].a, type, at + len + 1);
}

/* All that came out of the last step. */
static void offer_all(void)
{
    for (int i = 0; i < h.out_count; i++) {
        offer(h.out[i]);
        assert_true(said_len < SAID_MAX);
        said[said_len] = strdup(h.out[i]);
        assert_non_null(said[said_len++]);
    }
}

static void in(int session, const char *fields)
{
    harness_in(&h, session, fields);
    offer_all();
}

static void wait_ms(int ms)
{
    harness_wait(&h, ms);
    offer_all();
}

static void link_to(int session, bool up)
{
    harness_link(&h, session, up);
    offer_all();
}

static bool has_fields(const char *message, const char *fields)
{
    char copy[256];
    char key[264];
    snprintf(copy, sizeof(copy), "%s", fields);
    for (char *field = strtok(copy, "|"); field; field = strtok(NULL, "|")) {
        bool part = field[0] == '~';
        if (part) {
            snprintf(key, sizeof(key), "%s", field + 1);
        } else {
            snprintf(key, sizeof(key), "|%s|", field);
        }
        if (strncmp(field, "35=", 3) == 0) {
            snprintf(key, sizeof(key), " %s|", field);
        }
        if (strstr(message, key) == NULL) {
            return false;
        }
    }
    return true;
}

/* The gate has said this to |session| in the run. */
static const char *expect_said(int session, const char *fields)
{
    for (size_t i = 0; i < said_len; i++) {
        if (atoi(said[i]) == session && has_fields(said[i], fields)) {
            return said[i];
        }
    }
    fail_msg("the gate never said %s to %d", fields, session);
    return NULL;
}

/* What came out of the last step for |session|, or NULL. */
static const char *out_of(int session, const char *fields)
{
    for (int i = 0; i < h.out_count; i++) {
        if (atoi(h.out[i]) == session && has_fields(h.out[i], fields)) {
            return strchr(h.out[i], ' ') + 1;
        }
    }
    return NULL;
}

/* Grants what was asked for in the last step, if anything was. */
static void grant(void)
{
    char ask[4096];
    const char *df = out_of(HUB, "35=DF");
    if (df != NULL) {
        snprintf(ask, sizeof(ask), "%s", df);
        harness_grant(&h, ask);
        offer_all();
    }
}

/* One client with its venue. */
struct seat {
    int client;
    int venue;
    const char *account;
    const char *firm;
    const char *limit;
    const char *id; /* in front of its ids */
};

#define AT "60=20270115-08:00:00|"

static void order_with(const struct seat *seat,
                       const char *header,
                       int n,
                       const char *symbol,
                       const char *rest)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|50=desk|%s11=%s%d|21=1|1=%s|55=%s|40=2|44=4.1|" AT "%s",
             header, seat->id, n, seat->account, symbol, rest);
    in(seat->client, fields);
}

static void
order(const struct seat *seat, int n, const char *symbol, const char *rest)
{
    order_with(seat, "", n, symbol, rest);
}

/* The same order, possibly sent before: the gate says how it stands. */
static void again(const struct seat *seat, int n, const char *rest)
{
    order_with(seat, "97=Y|", n, "USD10Y", rest);
}

static void replace(const struct seat *seat, int n, int orig, const char *qty)
{
    char fields[512];
    snprintf(
        fields, sizeof(fields),
        "35=G|11=%s%d|41=%s%d|21=1|1=%s|55=USD10Y|54=1|38=%s|40=2|44=4.1|" AT,
        seat->id, n, seat->id, orig, seat->account, qty);
    in(seat->client, fields);
}

static void cancel(const struct seat *seat, int n, int orig)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=F|11=%s%d|41=%s%d|1=%s|55=USD10Y|54=1|38=10000000|" AT,
             seat->id, n, seat->id, orig, seat->account);
    in(seat->client, fields);
}

/* The venue reports on order |n|. */
static void report(const struct seat *seat,
                   int n,
                   char exec,
                   char status,
                   long qty,
                   long cum,
                   const char *more)
{
    char fields[512];
    const char *begin = begin_string(seat->venue);
    bool old = strcmp(begin, "FIX.4.2") == 0;
    if (old && exec == 'F') {
        exec = status;
    }
    snprintf(fields, sizeof(fields),
             "35=8|37=V-1|11=%s%d|17=E%d|%s150=%c|39=%c|55=USD10Y|54=1|"
             "38=%ld000000|151=0|14=%ld000000|6=0|%s",
             seat->id, n, h.seq, old ? "20=0|" : "", exec, status, qty, cum,
             more);
    in(seat->venue, fields);
}

/* Takes |part| out of |text|. */
static void cut(char *text, const char *part)
{
    char *at = strstr(text, part);
    memmove(at, at + strlen(part), strlen(at + strlen(part)) + 1);
}

static const char *field_of(const struct seat *seat, int orig)
{
    static char text[64];
    snprintf(text, sizeof(text), "41=%s%d|", seat->id, orig);
    return text;
}

/* An order's life: forwarded, filled in part, raised, lowered, cancelled. */
static void play_order(const struct seat *seat)
{
    char status[256];
    order(seat, 1, "USD10Y", "54=1|38=10000000|");
    grant();
    report(seat, 1, '0', '0', 10, 0, "");
    again(seat, 1, "54=1|38=10000000|");
    report(seat, 1, 'F', '1', 10, 4, "32=4000000|31=4.1|");
    snprintf(status, sizeof(status), "35=H|11=%s1|37=V-1|1=%s|55=USD10Y|54=1|",
             seat->id, seat->account);
    in(seat->client, status);
    replace(seat, 2, 1, "15000000");
    grant();
    report(seat, 2, '5', '1', 15, 4, field_of(seat, 1));
    replace(seat, 3, 2, "12000000");
    report(seat, 3, '5', '1', 12, 4, field_of(seat, 2));
    grant();
    cancel(seat, 4, 3);
    report(seat, 4, '4', '4', 12, 4, field_of(seat, 3));
    grant();
    in(seat->client, status);
    again(seat, 1, "54=1|38=10000000|");
}

/* All that is refused as it arrives. */
static void play_refusals(const struct seat *seat)
{
    char fields[512];
    order(seat, 1, "USD10Y", "54=1|38=10000000|");   /* duplicate */
    order(seat, 10, "NOSUCH", "54=1|38=10000000|");  /* no DV01 */
    order(seat, 11, "USD10Y", "54=1|38=200000000|"); /* limit or clip */
    again(seat, 11, "54=1|38=200000000|");
    order(seat, 12, "JPY10Y", "54=1|38=1000000|"); /* no rate */
    order(seat, 13, "USD10Y", "54=1|38=x|");       /* bad quantity */
    order(seat, 14, "USD10Y", "54=1|");            /* no quantity */
    order(seat, 15, "USD10Y", "38=10000000|");     /* no side */
    snprintf(
        fields, sizeof(fields),
        "35=D|11=%s16|21=1|1=WHO|55=USD10Y|54=1|38=1000000|40=2|44=4.1|" AT,
        seat->id);
    in(seat->client, fields); /* unknown account */
    replace(seat, 17, 99, "1000000");
    cancel(seat, 18, 99);
    snprintf(fields, sizeof(fields), "35=H|11=%s99|55=USD10Y|54=1|", seat->id);
    in(seat->client, fields);
    in(seat->client, "35=E|66=L1|");
    in(seat->client, "35=UX|58=x|");
    snprintf(fields, sizeof(fields), "35=q|11=%s19|530=7|" AT, seat->id);
    in(seat->client, fields);
}

/* Cancelled before it was forwarded; refused by the hub; a change refused. */
static void play_hub_answers(const struct seat *seat)
{
    char fields[512];
    char number[32];
    order(seat, 20, "USD10Y", "54=1|38=1000000|");
    again(seat, 20, "54=1|38=1000000|");
    cancel(seat, 29, 98);
    cancel(seat, 21, 20);
    grant();
    for (int n = 22; n < 24; n++) {
        if (n == 22) {
            order(seat, n, "USD10Y", "54=1|38=1000000|");
        } else {
            order(seat, 30, "USD10Y", "54=1|38=1000000|");
            grant();
            report(seat, 30, '0', '0', 1, 0, "");
            replace(seat, n, 30, "2000000");
        }
        const char *ask = out_of(HUB, "35=DF");
        if (ask == NULL) {
            continue;
        }
        snprintf(number, sizeof(number), "%s", harness_field(ask, 2318));
        snprintf(fields, sizeof(fields),
                 "35=DG|2318=%s|2319=%s|2325=2|2326=2|2320=%d|2321=0|", number,
                 harness_field(ask, 2319), n == 22 ? 0 : 2);
        in(HUB, fields);
    }
}

/* A limit as the hub states it; |amount| may be wrong. */
static void
push(const struct seat *seat, const char *account, const char *amount)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=CM|1667=R%d|60=20270115-08:%02d:%02d|1677=1|1671=2|1691=%s|"
             "1692=D|1693=24|1691=%s|1692=D|1693=4|1669=1|1529=1|1530=12|"
             "1531=%s|1532=USD|1670=%s|2339=2|2355=1|",
             h.seq, h.seq / 60, h.seq % 60, account, seat->firm, amount,
             seat->limit);
    in(HUB, fields);
}

static void act(int action, const char *account, int n)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=DH|2328=S%d|2329=%d|453=1|448=%s|447=D|452=24|" AT, n, action,
             account);
    in(HUB, fields);
}

/* The venue confirms every pull of the last step. */
static void confirm_pulls(const struct seat *seat)
{
    static char pulls[8][256];
    int count = 0;
    char fields[256];
    for (int i = 0; i < h.out_count && count < 8; i++) {
        if (atoi(h.out[i]) == seat->venue && strstr(h.out[i], " 35=F|")) {
            snprintf(pulls[count++], sizeof(pulls[0]), "%.250s", h.out[i]);
        }
    }
    for (int i = 0; i < count; i++) {
        char id[32];
        char orig[32];
        snprintf(id, sizeof(id), "%.30s", harness_field(pulls[i], 11));
        snprintf(orig, sizeof(orig), "%.30s", harness_field(pulls[i], 41));
        snprintf(fields, sizeof(fields),
                 "35=8|37=V-1|11=%s|41=%s|17=E%d|20=0|150=4|39=4|55=USD10Y|"
                 "54=1|151=0|14=0|6=0|",
                 id, orig, h.seq);
        if (strcmp(begin_string(seat->venue), "FIX.4.2") != 0) {
            cut(fields, "20=0|");
        }
        in(seat->venue, fields);
        grant();
    }
}

/* Warnings, a limit lowered, a stop and its end. */
static void play_limits(const struct seat *seat)
{
    push(seat, seat->account, "100000.00");
    order(seat, 40, "USD10Y", "54=1|38=85000000|");
    grant();
    report(seat, 40, '0', '0', 85, 0, "");
    order(seat, 41, "USD10Y", "54=1|38=15000000|");
    grant();
    report(seat, 41, '0', '0', 15, 0, "");
    push(seat, seat->account, "80000.00");
    confirm_pulls(seat);
    push(seat, seat->account, "x");
    push(seat, "WHO", "1.00");
    act(1, seat->account, 1);
    confirm_pulls(seat);
    order(seat, 42, "USD10Y", "54=1|38=1000000|");
    act(2, seat->account, 2);
    act(0, seat->account, 3);
    order(seat, 43, "USD10Y", "54=1|38=1000000|");
    act(2, seat->account, 4);
    act(1, "WHO", 5);
    act(9, seat->account, 6);
    in(HUB, "35=DH|2328=S7|2329=1|453=1|448=ACME|447=D|452=24|2330=Y|" AT);
}

/* The hub goes silent, then away, then comes back; so does the venue. */
static void play_lines(const struct seat *seat)
{
    push(seat, seat->account, "100000.00");
    order(seat, 50, "USD10Y", "54=1|38=1000000|");
    wait_ms(1000);
    wait_ms(30000);
    for (int n = 60; n < 64; n++) {
        order(seat, n, "USD10Y", "54=1|38=1000000|");
        wait_ms(1000);
    }
    order(seat, 64, "USD10Y", "54=1|38=1000000|");
    grant();
    order(seat, 51, "USD10Y", "54=1|38=1000000|");
    link_to(HUB, false);
    order(seat, 52, "USD10Y", "54=1|38=1000000|");
    wait_ms(60000);
    link_to(HUB, true);
    order(seat, 53, "USD10Y", "54=1|38=1000000|");
    grant();
    link_to(seat->venue, false);
    order(seat, 54, "USD10Y", "54=1|38=1000000|");
    wait_ms(60000);
    link_to(seat->venue, true);
    cancel(seat, 55, 53);
    report(seat, 53, '8', '8', 1, 0, "103=0|58=no|");
    in(seat->venue, "35=j|372=D|380=3|45=1|58=no|");
}

static void play(const struct seat *seat)
{
    static const char *const to_client[] = {
        "35=8|150=0",        "35=8|150=5",       "35=8|150=4|39=4",
        "35=8|~58=CG101",    "35=8|~58=CG103",   "35=8|~58=CG104",
        "35=8|~58=CG108",    "35=8|~58=CG201",   "35=8|~58=CG202",
        "35=8|~58=CG304",    "35=8|~58=CG401",   "35=8|~58=CG406",
        "35=9|434=2|39=8",   "35=9|434=1|39=8",  "35=8|~58=CG306",
        "35=B|~% reached",   "35=B|~breached",   "35=B|~Order pulled",
        "35=B|~stopped",     "35=B|~Reinstated", "35=3|371=38|373=6",
        "35=3|371=54|373=1", "35=j|372=E|380=3", "35=j|~372=UX",
        "35=8|150=8|~no",
    };
    play_order(seat);
    play_refusals(seat);
    play_hub_answers(seat);
    play_limits(seat);
    play_lines(seat);
    for (size_t i = 0; i < sizeof(to_client) / sizeof(to_client[0]); i++) {
        expect_said(seat->client, to_client[i]);
    }
    expect_said(seat->venue, "35=D|~7350=GATE-T");
    expect_said(seat->venue, "35=G|~7350=GATE-T");
    expect_said(seat->venue, "35=F|~11=GATE-P");
    expect_said(seat->venue, "35=H");
}

/* What the hub hears of an account that is asked about, order by order. */
static void expect_hub_heard_all(int client)
{
    static const char *const to_hub[] = {
        "35=DF|2320=0|2321=0", "35=DF|2320=0|2321=1", "35=DF|2320=2|2321=0",
        "35=DF|2320=1|2321=0", "35=DF|97=Y",          "35=DE|2316=0",
        "35=DE|2316=1",        "35=DI|2332=0",        "35=DI|2332=1",
        "35=DI|2332=2",        "35=DI|2330=Y",        "35=CL|263=1",
        "35=3|371=1531",       "35=3|371=2329",
    };
    for (size_t i = 0; i < sizeof(to_hub) / sizeof(to_hub[0]); i++) {
        expect_said(HUB, to_hub[i]);
    }
    expect_said(client, "35=8|~cancelled before it was forwarded");
    expect_said(client, "35=B|~hub silent");
    expect_said(client, "35=B|~answers again");
    expect_said(client, "35=9|434=2|39=0|~58=CG101");
    expect_said(client, "35=8|~58=CG101");
}

static void test_gate_quickfix_44(void **state)
{
    static const struct seat seat = {CLIENT, VENUE,      "ACME",
                                     "FCM1", "ACME-USD", "A"};
    (void)state;
    play(&seat);
    expect_said(CLIENT, "35=8|150=I|39=A");
    expect_hub_heard_all(CLIENT);
}

static void test_gate_quickfix_42(void **state)
{
    static const struct seat seat = {CLIENT42, VENUE42,    "ACME",
                                     "FCM1",   "ACME-USD", "B"};
    (void)state;
    play(&seat);
    expect_said(CLIENT42, "35=8|20=3|39=A");
    expect_hub_heard_all(CLIENT42);
}

static void test_gate_quickfix_50sp2(void **state)
{
    static const struct seat seat = {CLIENT50, VENUE50,   "SDR",
                                     "FCM3",   "SDR-USD", "C"};
    (void)state;
    play(&seat);
    expect_said(CLIENT50, "35=8|~1328=CG101");
}

static void test_gate_quickfix_plain_sp2(void **state)
{
    static const struct seat seat = {PLAIN50, VENUE50,   "SDR",
                                     "FCM3",  "SDR-USD", "D"};
    (void)state;
    play(&seat);
}

/* |message| with the value of |tag| replaced; it must have the tag. */
static void put(char *message, size_t size, int tag, const char *value)
{
    char key[16];
    char rest[4096];
    snprintf(key, sizeof(key), "|%d=", tag);
    char *at = strstr(message, key);
    assert_non_null(at);
    at += strlen(key);
    snprintf(rest, sizeof(rest), "%s", at + strcspn(at, "|"));
    snprintf(at, size - (size_t)(at - message), "%s%s", value, rest);
}

/* What was said with |fields|, with another code and text, is taken. */
static void
offer_reason(int session, const char *fields, int tag, int code, int reason)
{
    char text[4096];
    char value[32];
    snprintf(text, sizeof(text), "%.4000s", expect_said(session, fields));
    snprintf(value, sizeof(value), "%d", code);
    put(text, sizeof(text), tag, value);
    snprintf(value, sizeof(value), "CG%d", reason);
    put(text, sizeof(text), 58, value);
    offer(text);
}

/* The codes of every reason, in an 8 and in a 9, in every version. */
static void test_gate_quickfix_reasons(void **state)
{
    static const struct {
        int reason;
        int code103[4]; /* CLIENT42, CLIENT, CLIENT50, PLAIN50 */
        int code102[4];
    } reasons[] = {
#define X(code, slug, a42, a44, a50, plain, party, b42, b44, b50, advice)      \
    {code, {a42, a44, a50, plain}, {b42, b44, b50, b50}},
#include "reason_list.inc"
#undef X
    };
    static const int clients[] = {CLIENT42, CLIENT, CLIENT50, PLAIN50};
    (void)state;
    for (size_t v = 0; v < 4; v++) {
        struct seat seat = {.client = clients[v], .account = "WHO", .id = "Z"};
        order(&seat, 1, "USD10Y", "54=1|38=1000000|");
        cancel(&seat, 2, 99);
        for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
            int reason = reasons[i].reason;
            offer_reason(clients[v], "35=8", 103, reasons[i].code103[v],
                         reason);
            offer_reason(clients[v], "35=9", 102, reasons[i].code102[v],
                         reason);
        }
    }
}

/* R5: a package on its way to hub and venue, refused, and pulled. */
static void test_gate_quickfix_packages(void **state)
{
    static const char *const legs =
        "|38=10000000|60=20270115-08:00:00|40=2|44=1|555=2|600=USD2Y|623=4.5|"
        "624=1|654=L1|600=USD10Y|623=1|624=2|556=USD|687=10000000|654=L2";
    char fields[512];
    (void)state;
    snprintf(fields, sizeof(fields), "35=AB|11=P1|1=PINGACC|54=B|55=curve%s",
             legs);
    in(CLIENT, fields);
    const char *ask = expect_said(HUB, "35=DF|2320=0|555=2|687=45000000");
    harness_grant(&h, ask + 2);
    offer_all();
    expect_said(VENUE, "35=AB|11=P1|654=L2");
    in(HUB, "35=DH|2328=S9|2329=1|453=1|448=PINGACC|447=D|452=24|"
            "60=20270115-08:00:00");
    expect_said(VENUE, "35=F|41=P1|55=curve|54=B");
    snprintf(fields, sizeof(fields), "35=AB|11=P2|1=PINGACC|54=B|55=curve%s",
             legs);
    in(CLIENT, fields);
    expect_said(CLIENT, "35=8|150=8|55=curve|54=B|~CG202");
    snprintf(fields, sizeof(fields), "35=AB|11=P3|1=SDR|54=C|55=curve%s", legs);
    in(CLIENT50, fields);
    expect_said(VENUE50, "35=AB|11=P3|54=C");
}

/* R15, R56: definitions and questions, answered by CT, DE and CM. */
static void test_gate_quickfix_limits(void **state)
{
    (void)state;
    in(HUB,
       "35=CS|1666=D1|1677=2|1324=A|1671=1|1691=SDR|1692=D|1693=24|1669=1|"
       "1529=1|1530=12|1531=5000|1767=5|1532=USD|1559=1|1769=4|1560=80|"
       "1534=2|1535=1|1544=OIS|1545=10Y|1558=1.5|1535=2|1536=USD2Y|1670=NEW|"
       "1324=M|1671=1|1691=WHO|1692=D|1693=24|1670=X");
    expect_said(HUB, "35=CT|1762=1|1763=0|1763=2|1764=1");
    in(HUB, "35=CS|1666=D2|1677=1|1324=M|1669=1|1529=1|1530=12|1531=1|1767=3|"
            "1670=NEW");
    expect_said(HUB, "35=CT|1666=D2|1762=2|1764=8");
    in(HUB,
       "35=CM|1667=P|1677=1|1671=1|1691=SDR|1692=D|1693=24|1670=NEW|893=N");
    in(HUB, "35=CM|1667=P|1677=1|1671=1|1691=SDR|1692=D|1693=24|1670=SDR-USD|"
            "893=Y");
    expect_said(HUB, "35=DE|1667=P");
    in(CLIENT50, "35=CL|1666=Q1|1760=3");
    expect_said(CLIENT50, "35=CM|1666=Q1|1511=0|1670=SDR-MAX");
    in(CLIENT50, "35=CL|1666=Q2|263=1");
    expect_said(CLIENT50, "35=CM|1666=Q2|1511=5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_gate_quickfix_reasons, start,
                                        stop),
        cmocka_unit_test_setup_teardown(test_gate_quickfix_44, start, stop),
        cmocka_unit_test_setup_teardown(test_gate_quickfix_42, start, stop),
        cmocka_unit_test_setup_teardown(test_gate_quickfix_50sp2, start, stop),
        cmocka_unit_test_setup_teardown(test_gate_quickfix_plain_sp2, start,
                                        stop),
        cmocka_unit_test_setup_teardown(test_gate_quickfix_packages, start,
                                        stop),
        cmocka_unit_test_setup_teardown(test_gate_quickfix_limits, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
