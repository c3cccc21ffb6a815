/*
 * The calls of a gate that a host gets wrong, or that come when the gate is
 * over: each is answered by its error, and nothing follows from it.
 *
 * Rules: R45, R46, R53.
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
#include <fix_writer.h>
#include <gate_internal.h>
#include <gate_rates.h>
#include <gate_replay.h>

static struct harness h;

static char bytes[200000];

/* A whole message of |body|, "11=A1|..."; its length. */
static size_t whole(const char *type, const char *head, const char *body)
{
    static char text[150000];
    char header[256];
    size_t len = (size_t)snprintf(text, sizeof(text), "%s", body);
    size_t head_len = (size_t)snprintf(header, sizeof(header),
                                       "49=CLIENT|56=GATE|%s", head);
    for (size_t i = 0; i < len; i++) {
        text[i] = text[i] == '|' ? '\001' : text[i];
    }
    for (size_t i = 0; i < head_len; i++) {
        header[i] = header[i] == '|' ? '\001' : header[i];
    }
    len = cg_fix_seal(bytes, sizeof(bytes), CG_FIX44, cg_slice_str(type),
                      (struct cg_slice){header, head_len},
                      (struct cg_slice){text, len});
    assert_true(len > 0);
    return len;
}

#define ORDER                                                                  \
    "11=A1|1=ACME|55=USD10Y|54=1|38=10000000|40=2|44=4.1|"                     \
    "60=20270115-08:00:00|"
#define HEAD "34=2|52=20270115-08:00:00|"

static void
ignore_change(void *user, enum cg_change change, int line, const char *text)
{
    (void)user;
    (void)change;
    (void)line;
    (void)text;
}

/* Each call that takes a session. */
static void each_session_call(struct cg_gate *gate, cg_session session, int is)
{
    size_t len = whole("D", HEAD, ORDER);
    assert_int_equal(cg_gate_recv(gate, session, bytes, len, h.now), is);
    assert_int_equal(cg_gate_rejected(gate, session, bytes, len, h.now), is);
    assert_int_equal(cg_gate_link(gate, session, false, h.now), is);
    assert_int_equal(cg_gate_renumbered(gate, session, true, h.now), is);
    assert_int_equal(cg_gate_renumbered(gate, session, false, h.now), is);
}

/* Each call that takes a configuration or rates. */
static void each_other_call(struct cg_gate *gate, int is)
{
    struct cg_config other;
    struct cg_rates rates = {.config = NULL};
    memset(&other, 0, sizeof(other));
    assert_int_equal(cg_gate_take_rates(gate, &rates, h.now), is);
    assert_int_equal(
        cg_gate_reconfigure(gate, &other, NULL, h.now, ignore_change, NULL),
        is);
}

/* A session that is none. */
static void test_gate_calls_of_no_session(void **state)
{
    (void)state;
    cg_seq facts = cg_gate_facts(h.gate);
    each_session_call(h.gate, HARNESS_SESSIONS, CG_ERR_MISUSE);
    each_session_call(h.gate, CG_SESSION_NONE, CG_ERR_MISUSE);
    size_t len = whole("D", HEAD, ORDER);
    assert_false(cg_gate_may_resend(h.gate, HARNESS_SESSIONS, bytes, len));
    assert_int_equal(cg_gate_facts(h.gate), facts);
    harness_order(&h, "A1", '1', 10); /* it goes on */
    harness_expect(&h, HUB, "35=DF");
}

/* The configuration or the rates of another gate. */
static void test_gate_calls_with_what_is_not_its_own(void **state)
{
    (void)state;
    cg_seq facts = cg_gate_facts(h.gate);
    struct cg_rates rates = {.config = NULL};
    assert_int_equal(cg_gate_take_rates(h.gate, &rates, h.now), CG_ERR_MISUSE);
    assert_int_equal(cg_gate_reconfigure(h.gate, &h.config, NULL, h.now,
                                         ignore_change, NULL),
                     CG_ERR_MISUSE);
    struct cg_config other;
    memset(&other, 0, sizeof(other));
    assert_int_equal(
        cg_gate_reconfigure(h.gate, &other, &rates, h.now, ignore_change, NULL),
        CG_ERR_MISUSE);

    assert_int_equal(cg_gate_facts(h.gate), facts);
}

/* Books for reading decide nothing. */
static void test_gate_calls_of_books(void **state)
{
    char error[256];
    struct cg_gate *books = NULL;
    (void)state;
    harness_order(&h, "A1", '1', 10);
    assert_int_equal(
        cg_gate_open_books(&h.journal, error, sizeof(error), &books), 0);
    cg_seq facts = cg_gate_facts(books);
    each_session_call(books, CLIENT, CG_ERR_MISUSE);
    each_other_call(books, CG_ERR_MISUSE);
    assert_int_equal(cg_gate_facts(books), facts);
    cg_gate_close(books);
}

static int fails(void *user)
{
    (void)user;
    return CG_ERR_FULL;
}

/* R45: after its journal has failed a gate does nothing any more. */
static void test_gate_calls_after_an_error(void **state)
{
    (void)state;
    int (*commit)(void *user) = h.journal.commit;
    h.journal.commit = fails;
    assert_int_equal(cg_gate_commit(h.gate), CG_ERR_FULL);
    h.journal.commit = commit;
    cg_seq facts = cg_gate_facts(h.gate);
    each_session_call(h.gate, CLIENT, CG_ERR_FULL);
    each_other_call(h.gate, CG_ERR_FULL);
    assert_int_equal(cg_gate_stop(h.gate, h.now), CG_ERR_FULL);
    assert_int_equal(cg_gate_start_again(h.gate, h.now), CG_ERR_FULL);
    assert_int_equal(cg_gate_tick(h.gate, h.now + CG_SECOND), CG_ERR_FULL);
    assert_int_equal(cg_gate_saved(h.gate, facts, "00", h.now), CG_ERR_FULL);
    assert_int_equal(cg_gate_commit(h.gate), CG_ERR_FULL);
    assert_int_equal(cg_gate_facts(h.gate), facts);
    struct cg_out out;
    assert_false(cg_gate_pull(h.gate, &out));
}

/* A replay goes on behind a stop: orders are taken again. */
static void test_gate_calls_start_again(void **state)
{
    (void)state;
    harness_stop(&h);
    harness_order(&h, "A1", '1', 10);
    harness_expect(&h, CLIENT, "35=8|150=8|58~CG501");
    assert_int_equal(cg_gate_start_again(h.gate, h.now), 0);
    assert_int_equal(cg_gate_commit(h.gate), 0);
    harness_link(&h, HUB, true);
    harness_link(&h, VENUE, true);
    harness_link(&h, CLIENT, true);
    harness_order(&h, "A2", '1', 10);
    harness_expect(&h, HUB, "35=DF");
}

static void recv_whole(int session, size_t len)
{
    assert_int_equal(
        cg_gate_recv(h.gate, (cg_session)session, bytes, len, h.now), 0);
}

/* R53: what is said of a message that is too large to be read: its type, its
 * number and its id, as far as they are there. */
static void too_large(const char *type,
                      const char *head,
                      const char *first,
                      const char *expected)
{
    static char body[100000];
    struct cg_out out;
    size_t at = (size_t)snprintf(body, sizeof(body), "%s", first);
    while (at < 60000) {
        at += (size_t)snprintf(body + at, sizeof(body) - at, "5001=1|");
    }
    size_t len = whole(type, head, body);
    h.line_count = 0;
    memset(h.lines, 0, sizeof(h.lines));
    recv_whole(CLIENT, len);
    bool said = false;
    bool pulled = false;
    while (cg_gate_pull(h.gate, &out)) {
        char text[1024];
        assert_false(pulled);
        pulled = true;
        assert_int_equal(out.session, CLIENT);
        assert_string_equal(out.type, "j");
        snprintf(text, sizeof(text), "%.*s", (int)out.body_len, out.body);
        for (char *c = text; *c != '\0'; c++) {
            *c = *c == '\001' ? '|' : *c;
        }
        said = expected != NULL &&
               strncmp(text, expected, strlen(expected)) == 0;
        if (!said) {
            print_error("%s\n", text);
        }
    }
    assert_int_equal(said, expected != NULL);
    assert_int_equal(pulled, expected != NULL);
    assert_int_equal(cg_gate_commit(h.gate), 0);
    assert_int_equal(harness_logged(&h, "too large to be taken"), 1);
}

static void test_gate_calls_too_large_to_be_read(void **state)
{
    (void)state;
    too_large("D", HEAD, "11=A1|", "45=2|372=D|379=A1|380=0|58=CG406");
    too_large("D", HEAD, "", "45=2|372=D|380=0|58=CG406");
    too_large("D", "52=20270115-08:00:00|", "111=x|11=A1|",
              "372=D|379=A1|380=0|58=CG406");
    too_large("D", HEAD,
              "11=0123456789012345678901234567890123456789012345678901234567890"
              "123|",
              "45=2|372=D|380=0|58=CG406");
    too_large("j", HEAD, "11=A1|", NULL);
    too_large("3", HEAD, "11=A1|", NULL);
}

/* What is no message is an alarm. */
static void test_gate_calls_no_message(void **state)
{
    struct cg_out out;
    (void)state;
    size_t len = whole("D", HEAD, ORDER);
    bytes[len - 2] = bytes[len - 2] == '0' ? '1' : '0'; /* of the checksum */
    recv_whole(CLIENT, len);
    assert_true(cg_gate_pull(h.gate, &out) == false);
    assert_int_equal(cg_gate_commit(h.gate), 0);
    assert_int_equal(harness_logged(&h, "bytes that are no message"), 1);
}

/* Rejected is what can be read; of the rest nothing is taken from before. */
static void test_gate_calls_rejected_garbage(void **state)
{
    (void)state;
    harness_work(&h, "A1", '1', 10);
    size_t len = whole("H", HEAD, "11=NOBODY|790=MINE|55=USD10Y|54=1|");
    char *copy = malloc(len);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    assert_int_equal(cg_gate_rejected(h.gate, VENUE, copy, len, h.now), 0);
    struct cg_out out;
    assert_false(cg_gate_pull(h.gate, &out));
    assert_int_equal(cg_gate_commit(h.gate), 0);
    free(copy); /* what comes next may not look at it */
    assert_int_equal(cg_gate_rejected(h.gate, VENUE, "garbage", 7, h.now), 0);
    assert_false(cg_gate_pull(h.gate, &out));
    assert_int_equal(cg_gate_commit(h.gate), 0);
    assert_int_equal(harness_logged(&h, "a peer rejected an H (3)"), 1);
    assert_int_equal(harness_logged(&h, "a peer rejected a message of ours"),
                     1);
}

/* R46: an order that cannot be told by its id and time is not resent. */
static void test_gate_calls_resend_of_what_is_unclear(void **state)
{
    static const struct {
        const char *type;
        const char *head;
        const char *body;
        bool may;
    } cases[] = {
        {"D", HEAD, ORDER, true},
        {"D", HEAD "43=Y|122=20270115-08:00:00|", ORDER, true},
        {"D", "34=2|", ORDER, false},
        {"D", "34=2|52=soon|", ORDER, false},
        {"D", HEAD "43=Y|122=soon|", ORDER, false},
        {"D", HEAD, "1=ACME|55=USD10Y|54=1|38=10000000|", false},
        {"AB", HEAD, "1=ACME|", false},
        {"AC", HEAD, "1=ACME|", false},
        {"G", HEAD, "11=G1|41=A1|", false},
        {"F", HEAD, "11=C1|41=A1|", true},
        {"H", HEAD, "11=A1|", true},
    };
    (void)state;
    harness_work(&h, "A1", '1', 10);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t len = whole(cases[i].type, cases[i].head, cases[i].body);
        if (cg_gate_may_resend(h.gate, VENUE, bytes, len) != cases[i].may) {
            fail_msg("case %zu", i);
        }
        assert_true(cg_gate_may_resend(h.gate, CLIENT, bytes, len));
        assert_int_equal(cg_gate_commit(h.gate), 0);
    }
    assert_false(cg_gate_may_resend(h.gate, VENUE, "garbage", 7));
}

/* R53: rejects are never answered by a reject, and a hub's words are alarms. */
static void test_gate_calls_rejects_of_peers(void **state)
{
    static const char *const rejects[] = {"35=j|45=1|372=8|380=0", "35=3|45=1"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        harness_in(&h, CLIENT, rejects[i]);
        harness_quiet(&h);
        assert_int_equal(harness_logged(&h, "a client rejected a message"),
                         (int)i + 1);
        harness_in(&h, HUB, rejects[i]);
        harness_quiet(&h);
        assert_int_equal(harness_logged(&h, "the hub sent a notice or a"),
                         (int)i + 1);
    }
    harness_in(&h, HUB, "35=B|148=news|33=1|58=words");
    harness_quiet(&h);
    assert_int_equal(harness_logged(&h, "the hub sent a notice or a"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gate_calls_of_no_session),
        WITH_GATE(test_gate_calls_with_what_is_not_its_own),
        WITH_GATE(test_gate_calls_of_books),
        WITH_GATE(test_gate_calls_after_an_error),
        WITH_GATE(test_gate_calls_start_again),
        WITH_GATE(test_gate_calls_too_large_to_be_read),
        WITH_GATE(test_gate_calls_no_message),
        WITH_GATE(test_gate_calls_rejected_garbage),
        WITH_GATE(test_gate_calls_resend_of_what_is_unclear),
        WITH_GATE(test_gate_calls_rejects_of_peers),
    };
#undef STANDARD
    return cmocka_run_group_tests(tests, NULL, NULL);
}
