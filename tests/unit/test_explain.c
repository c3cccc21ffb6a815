/*
 * What the explanations of a journal's orders say, word by word, and that each
 * sentence names a fact of the journal, with its time and its cause.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include <creditgate/explain.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_MAX 65536

static struct harness h;
static struct cg_explain_query query;
static char told[TEXT_MAX];
static size_t told_len;
static size_t orders;

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(told + told_len, sizeof(told) - told_len, format,
                        arguments);
    va_end(arguments);
    assert_true(len >= 0 && told_len + (size_t)len < sizeof(told));
    told_len += (size_t)len;
}

/* The fact is there, and came when and by what the sentence says. */
static void check_origin(const struct cg_sentence *sentence)
{
    if (sentence->no == 0) {
        assert_string_equal(sentence->utc, "");
        assert_string_equal(sentence->cause, "");
        return;
    }
    assert_true(sentence->no <= h.facts.count);
    const struct cg_fact *fact = &h.facts.facts[sentence->no - 1];
    assert_int_equal(fact->no, sentence->no);
    assert_int_equal(fact->cause_seq, sentence->cause_seq);
    char ms[8];
    snprintf(ms, sizeof(ms), ".%03dZ", (int)(fact->time % CG_SECOND / CG_MS));
    assert_int_equal(strlen(sentence->utc), 24);
    assert_string_equal(sentence->utc + 19, ms);
    assert_true(sentence->cause[0] != '\0');
}

/* "ORDER CLORDID ACCOUNT: OUTCOME REASON" and, for each sentence, "ABOUT
 * CAUSE/SEQ: TEXT". */
static int keep(void *user, const struct cg_explanation *explanation)
{
    (void)user;
    put("%llu %s %s: %s %s%s%s\n", (unsigned long long)explanation->order,
        explanation->clordid, explanation->account, explanation->outcome,
        explanation->reason, explanation->refused[0] != '\0' ? " of " : "",
        explanation->refused);
    for (size_t i = 0; i < explanation->sentence_count; i++) {
        const struct cg_sentence *sentence = &explanation->sentences[i];
        check_origin(sentence);
        put("%s %s/%llu: %s\n", sentence->about, sentence->cause,
            (unsigned long long)sentence->cause_seq, sentence->text);
    }
    orders++;
    return 0;
}

static int explain_by(const char *id, const struct cg_config *config)
{
    char error[256] = "";
    query = (struct cg_explain_query){.id = id, .config = config, .each = keep};
    told_len = 0;
    told[0] = '\0';
    orders = 0;
    return cg_gate_explain(&h.journal, &query, error, sizeof(error));
}

static void explain(const char *id)
{
    assert_int_equal(explain_by(id, NULL), 0);
}

/* All that is told of |id|. */
static void expect(const char *id, const char *text)
{
    explain(id);
    if (strcmp(told, text) != 0) {
        fputs(told, stderr);
        fail_msg("%s is explained otherwise", id);
    }
}

/* The part of what was told that begins with a line that has |from|. */
static void expect_part(const char *id, const char *part)
{
    explain(id);
    if (strstr(told, part) == NULL) {
        fputs(told, stderr);
        fail_msg("%s is not explained by: %s", id, part);
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

static void order_of(const char *id, const char *account, const char *symbol)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=%s|55=%s|54=1|38=1000000|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, account, symbol);
    harness_in(&h, CLIENT, fields);
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

static void stop_party(int kind)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=DH|2328=S1|2329=%d|453=1|448=ACME|447=D|452=24|"
             "60=20270115-08:00:00",
             kind);
    harness_in(&h, HUB, fields);
}

static void deny(const char *ask, int result)
{
    char fields[256];
    char id[64];
    char token[64];
    snprintf(id, sizeof(id), "%s", harness_field(ask, 2318));
    snprintf(token, sizeof(token), "%s", harness_field(ask, 2319));
    snprintf(fields, sizeof(fields),
             "35=DG|2318=%s|2319=%s|2320=0|2321=0|2325=2|2326=%d|2324=904.00",
             id, token, result);
    harness_in(&h, HUB, fields);
}

/* --- refused at once ----------------------------------------------------- */

/* CG101: what was asked for, P, B and S, who holds it, and the others. */
static void test_explain_limit_exceeded(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 40);
    harness_work(&h, "A2", '2', 60);
    harness_order(&h, "A3", '1', 20);
    expect("A3",
           "0 A3 ACME: refused CG101 LIMIT_EXCEEDED\n"
           "asked client/7: client asks to buy 20000000 of USD10Y for account "
           "ACME, by order A3\n"
           "refused client/7: order A3 of client is refused: CG101 "
           "LIMIT_EXCEEDED by limit ACME-USD of hub: needs 18080.00 USD, has "
           "9600.00 USD\n"
           "amount client/7: 20000000 at a DV01 of 904.00 USD per million "
           "comes to 18080.00 USD\n"
           "limit configuration/0: limit ACME-USD of hub on ACME of FCM1 is "
           "100000.00 USD (DV01, gross): its owner is asked, or the pushed "
           "amount stands in\n"
           "use client/7: in use: 90400.00 USD = fills 0.00 + open buys B "
           "36160.00 + open sells S 54240.00 + use by others 0.00\n"
           "use client/7: that leaves 9600.00 of 100000.00 USD for a buy\n"
           "use client/7: open orders hold: A2 54240.00 (sell), A1 36160.00 "
           "(buy)\n"
           "so client/7: 18080.00 USD was asked for and 9600.00 was "
           "available: 8480.00 USD too little\n"
           "others client/7: limit ACME-CLIP of the own desk was not looked "
           "at any more: 95000.00 USD for one order\n"
           "do /0: contact the hub credit desk for a top-up\n"
           "call /0: the credit desk of FCM1\n");
}

/* CG105: no use matters, but the limit on one order does. */
static void test_explain_clip(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 106);
    expect("A1",
           "0 A1 ACME: refused CG105 CLIP_SIZE\n"
           "asked client/1: client asks to buy 106000000 of USD10Y for "
           "account ACME, by order A1\n"
           "refused client/1: order A1 of client is refused: CG105 CLIP_SIZE "
           "by limit ACME-CLIP of the own desk: needs 95824.00 USD, has "
           "95000.00 USD\n"
           "amount client/1: 106000000 at a DV01 of 904.00 USD per million "
           "comes to 95824.00 USD\n"
           "limit configuration/0: limit ACME-CLIP of the own desk on ACME of "
           "FCM1 is 95000.00 USD (the DV01 of one order)\n"
           "so client/1: one order may have 95000.00 USD: 95824.00 is 824.00 "
           "too much, whatever is in use\n"
           "others client/1: limit ACME-USD of hub did not refuse it: "
           "100000.00 USD available\n"
           "do /0: send a smaller order or ask GATE for a larger clip "
           "size\n"
           "call /0: the credit desk of FCM1\n");
}

/* CG106, on a session of another account. */
static void test_explain_notional(void **state)
{
    (void)state;
    harness_in(&h, CLIENT50,
               "35=D|11=N1|1=SDR|55=USD2Y|54=1|38=95000001|40=2|44=4.1|"
               "60=20270115-08:00:00");
    expect("N1",
           "0 N1 SDR: refused CG106 MAX_NOTIONAL\n"
           "asked client50/1: client50 asks to buy 95000001 of USD2Y for "
           "account SDR, by order N1\n"
           "refused client50/1: order N1 of client50 is refused: CG106 "
           "MAX_NOTIONAL by limit SDR-MAX of the own desk: needs 95000001 "
           "USD, has 95000000 USD\n"
           "limit configuration/0: limit SDR-MAX of the own desk on SDR of "
           "FCM3 is 95000000 USD (the quantity of one order)\n"
           "so client50/1: one order may have 95000000 USD: 95000001 is 1 too "
           "much, whatever is in use\n"
           "others client50/1: limit SDR-USD of hub did not refuse it: "
           "100000.00 USD available\n"
           "do /0: send a smaller order or ask GATE for a larger "
           "maximum notional\n"
           "call /0: the credit desk of FCM3\n");
}

/* CG102: nobody has a limit for the account. */
static void test_explain_no_credit_line(void **state)
{
    (void)state;
    order_of("A1", "NOLIMIT", "USD10Y");
    expect("A1",
           "0 A1 NOLIMIT: refused CG102 NO_CREDIT_LINE\n"
           "asked client/1: client asks to buy 1000000 of USD10Y for account "
           "NOLIMIT, by order A1\n"
           "refused client/1: order A1 of client is refused: CG102 "
           "NO_CREDIT_LINE\n"
           "limit client/1: no limit on record covers this order of account "
           "NOLIMIT, and what no limit covers is refused: absent is never "
           "unlimited\n"
           "do /0: ask FCM2 to set a limit for this account and product\n"
           "call /0: the credit desk of FCM2\n");
}

/* CG103: an account that nobody has, and one of another client. */
static void test_explain_unknown_party(void **state)
{
    (void)state;
    order_of("A1", "NOBODY", "USD10Y");
    order_of("A2", "OTHERACC", "USD10Y");
    expect("A1",
           "0 A1 : refused CG103 UNKNOWN_PARTY\n"
           "asked client/1: client asks to buy 1000000, by order A1\n"
           "refused client/1: order A1 of client is refused: CG103 "
           "UNKNOWN_PARTY\n"
           "so client/1: the account that the message names, if any, is not "
           "known to the gate\n"
           "do /0: correct the account or the clearing firm and send a new "
           "order\n");
    expect("A2",
           "0 A2 OTHERACC: refused CG103 UNKNOWN_PARTY\n"
           "asked client/2: client asks to buy 1000000 for account OTHERACC, "
           "by order A2\n"
           "refused client/2: order A2 of client is refused: CG103 "
           "UNKNOWN_PARTY\n"
           "so client/2: account OTHERACC is cleared by FCM1: client may not "
           "trade for it, or the message names another clearing firm or "
           "clearing house\n"
           "do /0: correct the account or the clearing firm and send a new "
           "order\n");
}

/* CG104: what has no DV01. */
static void test_explain_no_dv01(void **state)
{
    (void)state;
    order_of("A1", "ACME", "USD99Y");
    expect("A1",
           "0 A1 ACME: refused CG104 DV01_UNAVAILABLE\n"
           "asked client/1: client asks to buy 1000000 for account ACME, by "
           "order A1\n"
           "refused client/1: order A1 of client is refused: CG104 "
           "DV01_UNAVAILABLE\n"
           "so client/1: what it would trade has no DV01 in the gate: nothing "
           "is taken for zero\n"
           "do /0: ask the gate's operator to set a DV01 for this "
           "instrument\n");
}

/* CG201 and CG202: who has stopped the account. */
static void test_explain_stops(void **state)
{
    (void)state;
    stop_party(0);
    order_of("A1", "ACME", "USD10Y");
    expect("A1",
           "0 A1 ACME: refused CG201 PARTY_SUSPENDED\n"
           "asked client/2: client asks to buy 1000000 of USD10Y for account "
           "ACME, by order A1\n"
           "refused client/2: order A1 of client is refused: CG201 "
           "PARTY_SUSPENDED\n"
           "so hub/1: hub has suspended account ACME\n"
           "do /0: contact FCM1 to be reinstated; cancels still pass\n"
           "call /0: the credit desk of FCM1\n");
    stop_party(1);
    order_of("A2", "ACME", "USD10Y");
    expect("A2",
           "0 A2 ACME: refused CG202 PARTY_HALTED\n"
           "asked client/4: client asks to buy 1000000 of USD10Y for account "
           "ACME, by order A2\n"
           "refused client/4: order A2 of client is refused: CG202 "
           "PARTY_HALTED\n"
           "so hub/3: hub has halted account ACME\n"
           "do /0: contact FCM1 to be reinstated; resting orders are pulled\n"
           "call /0: the credit desk of FCM1\n");
}

/* CG304: since when the venue is gone. */
static void test_explain_venue_down(void **state)
{
    (void)state;
    harness_link(&h, VENUE, false);
    order_of("A1", "ACME", "USD10Y");
    expect("A1",
           "0 A1 ACME: refused CG304 VENUE_DOWN\n"
           "asked client/1: client asks to buy 1000000 of USD10Y for account "
           "ACME, by order A1\n"
           "refused client/1: order A1 of client is refused: CG304 VENUE_DOWN\n"
           "so venue/0: venue has been gone since: new risk needs its venue\n"
           "do /0: the venue cannot be reached; send the order again when it "
           "is back\n");
}

/* CG302: since when the hub is gone. */
static void test_explain_hub_down(void **state)
{
    (void)state;
    harness_link(&h, HUB, false);
    order_of("A1", "PINGACC", "USD10Y");
    expect("A1",
           "0 A1 PINGACC: refused CG302 HUB_UNAVAILABLE\n"
           "asked client/1: client asks to buy 1000000 of USD10Y for account "
           "PINGACC, by order A1\n"
           "refused client/1: order A1 of client is refused: CG302 "
           "HUB_UNAVAILABLE by limit PING-USD of hub\n"
           "limit configuration/0: limit PING-USD of hub on PINGACC of FCM4 "
           "has no amount on record (DV01, gross): its owner is asked for "
           "each order\n"
           "so hub/0: hub has been gone since: nobody can grant what this "
           "limit needs\n"
           "do /0: the credit hub cannot be reached; try again later or "
           "contact the credit desk of FCM4\n");
}

/* CG401: when the id was used before. */
static void test_explain_duplicate(void **state)
{
    (void)state;
    order_of("A1", "NOLIMIT", "USD10Y");
    harness_wait(&h, 1500);
    order_of("A1", "ACME", "USD10Y");
    expect_part("A1", "so client/2: the ClOrdID was used before, at "
                      "2027-01-15T08:00:00.000Z by client\n");
}

/* --- refused later ------------------------------------------------------- */

/* CG307: the hub's word, and the code that it gives. */
static void test_explain_hub_denied(void **state)
{
    (void)state;
    order_of("A1", "PINGACC", "USD10Y");
    deny(harness_expect(&h, HUB, "35=DF"), 99);
    expect("A1",
           "1 A1 PINGACC: refused CG307 HUB_DENIED\n"
           "asked client/1: order A1 is taken from client: buy 1000000 of "
           "USD10Y for account PINGACC\n"
           "amount client/1: 1000000 at a DV01 of 904.00 USD per million "
           "comes to 904.00 USD\n"
           "limit configuration/0: limit PING-USD of hub on PINGACC of FCM4 "
           "has no amount on record (DV01, gross): its owner is asked for "
           "each order\n"
           "use client/1: in use: 0.00 USD = fills 0.00 + open buys B 0.00 + "
           "open sells S 0.00 + use by others 0.00\n"
           "token client/1: token GATE-T1 charges limit PING-USD of hub with "
           "904.00 USD for the buy of A1, if hub grants it; in use: 904.00\n"
           "hub client/1: hub is asked for 904.00 USD (request 1, token "
           "GATE-T1)\n"
           "hub hub/2: hub rejects request 1 of token GATE-T1\n"
           "hub hub/2: it says why: 2326=99\n"
           "refused hub/2: order A1 of client is refused: CG307 HUB_DENIED by "
           "limit PING-USD of hub: needs 904.00 USD\n"
           "use hub/2: in use: 0.00 USD = fills 0.00 + open buys B 0.00 + "
           "open sells S 0.00 + use by others 0.00\n"
           "so hub/2: hub itself refused 904.00 USD: its word is final, "
           "whatever the gate's own figures leave\n"
           "do /0: hub refused the request; contact its credit desk\n"
           "call /0: the credit desk of FCM4\n"
           "now hub/2: it is over, 0 of 1000000 filled\n"
           "token hub/2: GATE-T1 under limit PING-USD: nothing was "
           "granted\n");
}

/* CG301: how long it waited, and for whom; a grant that came too late. */
static void test_explain_timeout(void **state)
{
    (void)state;
    order_of("A1", "PINGACC", "USD10Y");
    char ask[512];
    snprintf(ask, sizeof(ask), "%s", harness_expect(&h, HUB, "35=DF"));
    expect("A1",
           "1 A1 PINGACC: waiting \n"
           "asked client/1: order A1 is taken from client: buy 1000000 of "
           "USD10Y for account PINGACC\n"
           "amount client/1: 1000000 at a DV01 of 904.00 USD per million "
           "comes to 904.00 USD\n"
           "limit configuration/0: limit PING-USD of hub on PINGACC of FCM4 "
           "has no amount on record (DV01, gross): its owner is asked for "
           "each order\n"
           "use client/1: in use: 0.00 USD = fills 0.00 + open buys B 0.00 + "
           "open sells S 0.00 + use by others 0.00\n"
           "token client/1: token GATE-T1 charges limit PING-USD of hub with "
           "904.00 USD for the buy of A1, if hub grants it; in use: 904.00\n"
           "hub client/1: hub is asked for 904.00 USD (request 1, token "
           "GATE-T1)\n"
           "now client/1: it waits for credit, and has not gone on\n"
           "now client/1: hub was asked at 2027-01-15T08:00:00.000Z for token "
           "GATE-T1, and has not answered yet\n"
           "token client/1: GATE-T1 under limit PING-USD: nothing was "
           "granted\n");
    harness_wait(&h, 20000);
    expect("A1",
           "1 A1 PINGACC: refused CG301 CHECK_TIMEOUT\n"
           "asked client/1: order A1 is taken from client: buy 1000000 of "
           "USD10Y for account PINGACC\n"
           "amount client/1: 1000000 at a DV01 of 904.00 USD per million "
           "comes to 904.00 USD\n"
           "limit configuration/0: limit PING-USD of hub on PINGACC of FCM4 "
           "has no amount on record (DV01, gross): its owner is asked for "
           "each order\n"
           "use client/1: in use: 0.00 USD = fills 0.00 + open buys B 0.00 + "
           "open sells S 0.00 + use by others 0.00\n"
           "token client/1: token GATE-T1 charges limit PING-USD of hub with "
           "904.00 USD for the buy of A1, if hub grants it; in use: 904.00\n"
           "hub client/1: hub is asked for 904.00 USD (request 1, token "
           "GATE-T1)\n"
           "token timer/0: token GATE-T1 goes back (timed out), 0.00 USD of "
           "it unused; in use: 0.00\n"
           "hub timer/0: hub is given back 904.00 USD (request 2, token "
           "GATE-T1)\n"
           "refused timer/0: order A1 of client is refused: CG301 "
           "CHECK_TIMEOUT\n"
           "so timer/0: it waited 20s, until the hard deadline\n"
           "so timer/0: hub did not answer in time for token GATE-T1 under "
           "limit PING-USD of hub\n"
           "do /0: the credit check was not answered in time; try again or "
           "contact the credit desk of FCM4\n"
           "now timer/0: it is over, 0 of 1000000 filled\n"
           "token timer/0: GATE-T1 under limit PING-USD: nothing was "
           "granted\n");
}

/* CG501: whoever waited is answered by the gate that starts again. */
static void test_explain_restart(void **state)
{
    (void)state;
    order_of("A1", "PINGACC", "USD10Y");
    harness_wait(&h, 500);
    harness_reopen(&h);
    expect("A1",
           "1 A1 PINGACC: refused CG501 GATE_STOPPING\n"
           "asked client/1: order A1 is taken from client: buy 1000000 of "
           "USD10Y for account PINGACC\n"
           "amount client/1: 1000000 at a DV01 of 904.00 USD per million "
           "comes to 904.00 USD\n"
           "limit configuration/0: limit PING-USD of hub on PINGACC of FCM4 "
           "has no amount on record (DV01, gross): its owner is asked for "
           "each order\n"
           "use client/1: in use: 0.00 USD = fills 0.00 + open buys B 0.00 + "
           "open sells S 0.00 + use by others 0.00\n"
           "token client/1: token GATE-T1 charges limit PING-USD of hub with "
           "904.00 USD for the buy of A1, if hub grants it; in use: 904.00\n"
           "hub client/1: hub is asked for 904.00 USD (request 1, token "
           "GATE-T1)\n"
           "token timer/0: token GATE-T1 goes back (timed out), 0.00 USD of "
           "it unused; in use: 0.00\n"
           "hub timer/0: hub is given back 904.00 USD (request 2, token "
           "GATE-T1)\n"
           "refused timer/0: order A1 of client is refused: CG501 "
           "GATE_STOPPING\n"
           "so timer/0: the gate was restarted while this waited: it is "
           "answered before anything else, and takes no new risk of before\n"
           "do /0: send the order again later\n"
           "now timer/0: it is over, 0 of 1000000 filled\n"
           "token timer/0: GATE-T1 under limit PING-USD: nothing was "
           "granted\n");
}

/* CG501: the gate was told to stop. */
static void test_explain_stopping(void **state)
{
    (void)state;
    order_of("A1", "PINGACC", "USD10Y");
    harness_stop(&h);
    order_of("A2", "PINGACC", "USD10Y");
    expect_part("A1", "so timer/0: the gate was told to stop while this "
                      "waited\n");
    expect_part("A2", "so client/2: the gate was stopping, or had no room for "
                      "more (the reject's Text says which)\n");
}

/* CG101 for a replace: only the difference is asked for; the order stays. */
static void test_explain_replace(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 2000);
    expect("A2",
           "1 A1 ACME: open CG101 LIMIT_EXCEEDED of A2\n"
           "asked client/1: order A1 is taken from client: buy 10000000 of "
           "USD10Y for account ACME\n"
           "amount client/1: 10000000 at a DV01 of 904.00 USD per million "
           "comes to 9040.00 USD\n"
           "limit configuration/0: limit ACME-USD of hub on ACME of FCM1 is "
           "100000.00 USD (DV01, gross): its owner is asked, or the pushed "
           "amount stands in\n"
           "use client/1: in use: 0.00 USD = fills 0.00 + open buys B 0.00 + "
           "open sells S 0.00 + use by others 0.00\n"
           "use client/1: that leaves 100000.00 of 100000.00 USD for a buy\n"
           "token client/1: token GATE-T1 charges limit ACME-USD of hub with "
           "9040.00 USD for the buy of A1, if hub grants it; in use: 9040.00 "
           "of 100000.00 USD\n"
           "hub client/1: hub is asked for 9040.00 USD (request 1, token "
           "GATE-T1)\n"
           "hub hub/2: hub approves request 1 of token GATE-T1: 9040.00 USD\n"
           "hub hub/2: hub grants 9040.00 USD for token GATE-T1 until "
           "2027-01-16T08:00:00.000Z\n"
           "venue hub/2: order A1 goes to venue\n"
           "venue venue/3: venue has the order, as V-A1\n"
           "refused client/4: replace A2 is refused: CG101 LIMIT_EXCEEDED by "
           "limit ACME-USD of hub: needs 1798960.00 USD, has 90960.00 USD\n"
           "amount client/4: 2000000000 at a DV01 of 904.00 USD per million "
           "comes to 1808000.00 USD\n"
           "amount client/4: the order holds 9040.00 USD of that already, so "
           "1798960.00 USD more is asked for\n"
           "use client/4: in use: 9040.00 USD = fills 0.00 + open buys B "
           "9040.00 + open sells S 0.00 + use by others 0.00\n"
           "use client/4: that leaves 90960.00 of 100000.00 USD for a buy\n"
           "so client/4: 1798960.00 USD was asked for and 90960.00 was "
           "available: 1708000.00 USD too little\n"
           "do /0: contact the hub credit desk for a top-up\n"
           "call /0: the credit desk of FCM1\n"
           "now client/4: the order, its tokens and its charge stay as they "
           "were\n"
           "now client/4: venue has it, 0 of 10000000 filled\n"
           "token client/4: GATE-T1 under limit ACME-USD is spent: granted "
           "9040.00 = reserved 9040.00 USD\n");
}

/* CG101 by the hub, for a replace that had waited for it. */
static void test_explain_replace_denied(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    harness_replace(&h, "A2", "A1", 20);
    deny(harness_expect(&h, HUB, "35=DF|2320=2"), 2);
    expect_part(
        "A2",
        "amount hub/5: 20000000 at a DV01 of 904.00 USD per million comes to "
        "18080.00 USD\n"
        "amount hub/5: the order holds 9040.00 USD of that already, so 9040.00 "
        "USD more is asked for\n"
        "use hub/5: in use: 18080.00 USD = fills 0.00 + open buys B 18080.00 + "
        "open sells S 0.00 + use by others 0.00\n"
        "use hub/5: that leaves 81920.00 of 100000.00 USD for a buy\n"
        "use hub/5: 9040.00 USD of the use is what the replace asks for\n"
        "so hub/5: 9040.00 USD was asked for, and the gate's own figures leave "
        "90960.00: it was hub that said no, and its word is final\n");
}

/* --- pulled -------------------------------------------------------------- */

/* CG306: the update that lowered the limit, the sums before and after. */
static void test_explain_pulled(void **state)
{
    char id[64];
    (void)state;
    harness_work(&h, "A1", '1', 40);
    harness_work(&h, "A2", '1', 40);
    lower("40000.00");
    snprintf(id, sizeof(id), "%s",
             harness_field(harness_expect(&h, VENUE, "35=F|41=A2"), 11));
    report(id, '4', '4', 0);
    expect("A2",
           "2 A2 ACME: pulled CG306 ORDER_PULLED\n"
           "asked client/4: order A2 is taken from client: buy 40000000 of "
           "USD10Y for account ACME\n"
           "amount client/4: 40000000 at a DV01 of 904.00 USD per million "
           "comes to 36160.00 USD\n"
           "limit configuration/0: limit ACME-USD of hub on ACME of FCM1 is "
           "100000.00 USD (DV01, gross): its owner is asked, or the pushed "
           "amount stands in\n"
           "use client/4: in use: 36160.00 USD = fills 0.00 + open buys B "
           "36160.00 + open sells S 0.00 + use by others 0.00\n"
           "use client/4: that leaves 63840.00 of 100000.00 USD for a buy\n"
           "token client/4: token GATE-T2 charges limit ACME-USD of hub with "
           "36160.00 USD for the buy of A2, if hub grants it; in use: "
           "72320.00 of 100000.00 USD\n"
           "hub client/4: hub is asked for 36160.00 USD (request 2, token "
           "GATE-T2)\n"
           "hub hub/5: hub approves request 2 of token GATE-T2: 36160.00 USD\n"
           "hub hub/5: hub grants 36160.00 USD for token GATE-T2 until "
           "2027-01-16T08:00:00.000Z\n"
           "venue hub/5: order A2 goes to venue\n"
           "venue venue/6: venue has the order, as V-A2\n"
           "pulled hub/7: the gate pulls the order by GATE-P3: CG306 "
           "ORDER_PULLED\n"
           "update hub/7: hub set limit ACME-USD of hub from 100000.00 USD to "
           "40000.00 USD, and use by others from 0.00 to 0.00: before, "
           "72320.00 USD was in use\n"
           "limit hub/7: limit ACME-USD of hub on ACME of FCM1 is 40000.00 "
           "USD (DV01, gross): its owner is asked, or the pushed amount "
           "stands in\n"
           "use hub/7: in use: 72320.00 USD = fills 0.00 + open buys B "
           "72320.00 + open sells S 0.00 + use by others 0.00\n"
           "use hub/7: that is 32320.00 more than 40000.00 USD\n"
           "use hub/7: open orders hold: A1 36160.00 (buy)\n"
           "so hub/7: the use of limit ACME-USD of hub is above its amount: "
           "the newest orders go first, until the rest fits\n"
           "so hub/7: once it is gone, this order's 36160.00 USD count no "
           "longer\n"
           "do /0: the order was pulled to fit the limit; contact the credit "
           "desk of FCM1\n"
           "venue hub/7: the gate's cancel GATE-P3 goes to venue\n"
           "token venue/8: token GATE-T2 goes back (released), 36160.00 USD "
           "of it unused; in use: 36160.00 of 40000.00 USD\n"
           "hub venue/8: hub is given back 36160.00 USD (request 3, token "
           "GATE-T2)\n"
           "ended venue/8: the order is over: cancelled\n"
           "now venue/8: it is over, 0 of 40000000 filled\n"
           "token venue/8: GATE-T2 under limit ACME-USD is returning: granted "
           "36160.00 = released 36160.00 USD\n");
}

/* CG306: no update, but a fill of another order beyond what it had. */
static void test_explain_pulled_by_overrun(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 90);
    harness_work(&h, "A2", '1', 20);
    report("A1", 'F', '2', 95);
    expect_part(
        "A2",
        "update venue/7: no update of limit ACME-USD of hub is behind it, but "
        "what venue brought: a fill above what was reserved, or a change of "
        "quantity\n"
        "use venue/7: in use: 103960.00 USD = fills 85880.00 + open buys B "
        "18080.00 + open sells S 0.00 + use by others 0.00\n"
        "use venue/7: that is 3960.00 more than 100000.00 USD\n"
        "so venue/7: the use of limit ACME-USD of hub is above its amount: the "
        "newest orders go first, until the rest fits\n");
}

/* CG202: a halt pulls what rests. */
static void test_explain_halted(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    stop_party(1);
    expect_part("A1", "pulled hub/4: the gate pulls the order by GATE-P2: "
                      "CG202 PARTY_HALTED\n"
                      "so hub/4: hub has halted account ACME\n"
                      "do /0: contact FCM1 to be reinstated; resting orders "
                      "are pulled\n");
}

/* --- not refused --------------------------------------------------------- */

/* Where the tokens' amounts went. */
static void test_explain_filled(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    report("A1", 'F', '1', 4);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    expect("A1",
           "1 A1 ACME: open \n"
           "asked client/1: order A1 is taken from client: buy 10000000 of "
           "USD10Y for account ACME\n"
           "amount client/1: 10000000 at a DV01 of 904.00 USD per million "
           "comes to 9040.00 USD\n"
           "limit configuration/0: limit ACME-USD of hub on ACME of FCM1 is "
           "100000.00 USD (DV01, gross): its owner is asked, or the pushed "
           "amount stands in\n"
           "use client/1: in use: 0.00 USD = fills 0.00 + open buys B 0.00 + "
           "open sells S 0.00 + use by others 0.00\n"
           "use client/1: that leaves 100000.00 of 100000.00 USD for a buy\n"
           "token client/1: token GATE-T1 charges limit ACME-USD of hub with "
           "9040.00 USD for the buy of A1, if hub grants it; in use: 9040.00 "
           "of 100000.00 USD\n"
           "hub client/1: hub is asked for 9040.00 USD (request 1, token "
           "GATE-T1)\n"
           "hub hub/2: hub approves request 1 of token GATE-T1: 9040.00 USD\n"
           "hub hub/2: hub grants 9040.00 USD for token GATE-T1 until "
           "2027-01-16T08:00:00.000Z\n"
           "venue hub/2: order A1 goes to venue\n"
           "venue venue/3: venue has the order, as V-A1\n"
           "venue venue/4: filled: 4000000 of 10000000\n"
           "hub venue/4: hub is told that it is consumed: 3616.00 USD "
           "(request 2, token GATE-T1)\n"
           "hub hub/5: hub approves request 2 of token GATE-T1: 3616.00 USD\n"
           "now hub/5: venue has it, 4000000 of 10000000 filled\n"
           "token hub/5: GATE-T1 under limit ACME-USD is spent: granted "
           "9040.00 = reserved 5424.00 + consumed 3616.00 USD\n");
    report("A1", '4', '4', 4);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=1"));
    expect_part("A1", "1 A1 ACME: cancelled \n");
    expect_part("A1", "now hub/7: it is over, 4000000 of 10000000 filled\n"
                      "token hub/7: GATE-T1 under limit ACME-USD is closed: "
                      "granted 9040.00 = consumed 3616.00 + released 5424.00 "
                      "USD\n");
}

/* R5: a package has a token for each side, and legs. */
static void test_explain_package(void **state)
{
    (void)state;
    harness_in(&h, CLIENT50,
               "35=AB|11=P1|1=SDR|54=1|55=2s10s curve|555=2|600=USD2Y|623=4|"
               "624=1|654=L1|600=USD10Y|623=1|624=2|654=L2|38=10000000|"
               "60=20270115-08:00:00|40=2|44=0.5");
    harness_expect(&h, VENUE50, "35=AB");
    expect("P1",
           "1 P1 SDR: open \n"
           "asked client50/1: order P1 is taken from client50: buy 10000000 "
           "of a package for account SDR\n"
           "asked client50/1: leg 1 of it: buy USD2Y, ratio 4\n"
           "asked client50/1: leg 2 of it: sell USD10Y, ratio 1\n"
           "limit configuration/0: limit SDR-USD of hub on SDR of FCM3 is "
           "100000.00 USD (DV01, net): the gate decides by the amount that "
           "was pushed\n"
           "use client50/1: in use: 0.00 USD; position P 0.00, open buys B "
           "0.00, open sells S 0.00, use by others 0.00; against a sell "
           "stands -P + S + others = 0.00\n"
           "use client50/1: that leaves 100000.00 of 100000.00 USD for a sell\n"
           "token client50/1: token GATE-T1 charges limit SDR-USD of hub with "
           "1436.00 USD for the sell of P1, granted by the gate; in use: "
           "1436.00 of 100000.00 USD\n"
           "amount client50/1: token GATE-T1 holds a leg at 190.10 USD per "
           "million\n"
           "amount client50/1: token GATE-T1 holds a leg at 904.00 USD per "
           "million\n"
           "use client50/1: in use: 1436.00 USD; position P 0.00, open buys B "
           "0.00, open sells S 1436.00, use by others 0.00; against a buy "
           "stands P + B + others = 0.00\n"
           "use client50/1: that leaves 100000.00 of 100000.00 USD for a buy\n"
           "token client50/1: token GATE-T2 charges limit SDR-USD of hub with "
           "0.00 USD for the buy of P1, granted by the gate; in use: 1436.00 "
           "of 100000.00 USD\n"
           "amount client50/1: token GATE-T2 holds a leg at 190.10 USD per "
           "million\n"
           "venue client50/1: order P1 goes to venue50\n"
           "now client50/1: venue50 was sent it, and has not said a word, 0 "
           "of 10000000 filled\n"
           "token client50/1: GATE-T1 under limit SDR-USD is spent: granted "
           "1436.00 = reserved 1436.00 USD\n"
           "token client50/1: GATE-T2 under limit SDR-USD: nothing was "
           "granted\n");
}

/* --- which orders, and by which names ------------------------------------ */

/* Owners and contacts are in the configuration alone. */
static void test_explain_names_of_configuration(void **state)
{
    (void)state;
    harness_order(&h, "A1", '1', 120);
    assert_int_equal(explain_by("A1", &h.config), 0);
    assert_non_null(strstr(told, "by limit ACME-USD of FCM1: needs 108480.00 "
                                 "USD, has 100000.00 USD\n"));
    assert_non_null(strstr(told,
                           "do /0: contact the FCM1 credit desk for a top-up\n"
                           "call /0: FCM1 desk +1 555 0100\n"));
}

/* R48: an id of two days names two orders, and each is told. */
static void test_explain_id_of_two_days(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 1);
    report("A1", 'F', '2', 1);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF"));
    for (int i = 0; i < 3; i++) {
        harness_wait(&h, 86400000);
    }
    harness_order(&h, "A1", '2', 200);
    explain("A1");
    assert_int_equal(orders, 2);
    assert_non_null(strstr(told, "1 A1 ACME: filled \n"));
    assert_non_null(strstr(told, "0 A1 ACME: refused CG101 LIMIT_EXCEEDED\n"));
}

/* MaxOrders=200: an order that has left the books is explained like others, as
 * it stood when it left. */
static void test_explain_forgotten_order(void **state)
{
    char id[16];
    (void)state;
    for (int i = 0; i < 450; i++) {
        snprintf(id, sizeof(id), "A%d", i);
        harness_work(&h, id, '1', 1);
        report(id, '4', '4', 0);
        harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=1"));
    }
    explain("A7");
    assert_int_equal(orders, 1);
    assert_non_null(strstr(told, "8 A7 ACME: cancelled \n"));
    assert_non_null(strstr(told, "it is over, 0 of 1000000 filled\n"));
    assert_non_null(
        strstr(told, "GATE-T8 under limit ACME-USD is closed: granted 904.00 = "
                     "released 904.00 USD\n"));
    assert_null(strstr(told, "A8"));
}

/* What is not there is said, with what may have been meant. */
static void test_explain_unknown_id(void **state)
{
    (void)state;
    harness_work(&h, "ORDER-12", '1', 1);
    assert_int_equal(explain_by("ORDER-13", NULL), CG_RECORDS_E_UNKNOWN);
    assert_int_equal(query.near_count, 1);
    assert_string_equal(query.near[0], "ORDER-12");
    assert_int_equal(explain_by("", NULL), CG_RECORDS_E_UNKNOWN);
    assert_int_equal(query.near_count, 0);
    assert_int_equal(orders, 0);
}

static int stop(void *user, const struct cg_explanation *explanation)
{
    (void)user;
    (void)explanation;
    return CG_ERR_IO;
}

/* Whoever is told may have enough. */
static void test_explain_can_be_ended(void **state)
{
    char error[256] = "";
    (void)state;
    harness_work(&h, "A1", '1', 1);
    query = (struct cg_explain_query){.id = "A1", .each = stop};
    assert_int_equal(cg_gate_explain(&h.journal, &query, error, sizeof(error)),
                     CG_ERR_IO);
}

/* Explaining leaves the journal as it was. */
static void test_explain_changes_nothing(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 1);
    size_t facts = h.facts.count;
    explain("A1");
    assert_int_equal(h.facts.count, facts);
}

/* The orders that hold most of a limit are told, and the rest as one sum. */
static void test_explain_many_users(void **state)
{
    char id[16];
    (void)state;
    for (int i = 1; i <= 7; i++) {
        snprintf(id, sizeof(id), "B%d", i);
        harness_work(&h, id, i % 2 == 0 ? '1' : '2', i);
    }
    harness_order(&h, "A1", '1', 90);
    expect_part("A1", "use client/22: open orders hold: B7 6328.00 (sell), B6 "
                      "5424.00 (buy), B5 4520.00 (sell), B4 3616.00 (buy), 3 "
                      "more 5424.00 USD\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_explain_limit_exceeded),
        WITH_GATE(test_explain_clip),
        WITH_GATE(test_explain_notional),
        WITH_GATE(test_explain_no_credit_line),
        WITH_GATE(test_explain_unknown_party),
        WITH_GATE(test_explain_no_dv01),
        WITH_GATE(test_explain_stops),
        WITH_GATE(test_explain_venue_down),
        WITH_GATE(test_explain_hub_down),
        WITH_GATE(test_explain_duplicate),
        WITH_GATE(test_explain_hub_denied),
        WITH_GATE(test_explain_timeout),
        WITH_GATE(test_explain_restart),
        WITH_GATE(test_explain_stopping),
        WITH_GATE(test_explain_replace),
        WITH_GATE(test_explain_pulled),
        WITH_GATE(test_explain_halted),
        WITH_GATE(test_explain_filled),
        WITH_GATE(test_explain_replace_denied),
        WITH_GATE(test_explain_pulled_by_overrun),
        WITH_GATE(test_explain_package),
        WITH_GATE(test_explain_names_of_configuration),
        WITH_GATE(test_explain_id_of_two_days),
        WITH_GATE(test_explain_forgotten_order),
        WITH_GATE(test_explain_unknown_id),
        WITH_GATE(test_explain_can_be_ended),
        WITH_GATE(test_explain_changes_nothing),
        WITH_GATE(test_explain_many_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
