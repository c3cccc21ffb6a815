/*
 * A store that gives back something else than it was given: a resend is what
 * there is of it, the rest is gap-filled, and the session goes on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "test_fix8c_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { KEPT = 16, FIRST = 2, LAST = 5 };

enum lie {
    NONE,
    SAYS_NOTHING,  /* as if nothing were there */
    BODY_BEYOND,   /* the body begins behind the message */
    BODY_TOO_LONG, /* it ends there */
    GARBAGE,       /* bytes that are no message */
    BODY_IS_NONE,  /* what is said to be the body are no fields */
    LEAVES_OUT,    /* the third message */
    FAILS,
};

/* A store of one session.  QuickFIX asks it for headers first, all at once;
 * then this library for the messages, which is when it lies. */
static struct {
    int sender;
    int target;
    char bytes[KEPT][512];
    size_t len[KEPT];
    size_t body_at[KEPT];
    size_t body_len[KEPT];
    enum lie lie;
    int truths; /* that come before the lie */
    int gets;
    int loads;
    bool cannot_load;
} shelf;

static int load(void *user,
                const char *session,
                int *sender,
                int *target,
                int64_t *creation)
{
    (void)user;
    (void)session;
    (void)creation;
    shelf.loads++;
    *sender = shelf.sender;
    *target = shelf.target;
    return shelf.cannot_load ? -1 : 0;
}

static int set_sender(void *user, const char *session, int next)
{
    (void)user;
    (void)session;
    shelf.sender = next;
    return 0;
}

static int set_target(void *user, const char *session, int next)
{
    (void)user;
    (void)session;
    shelf.target = next;
    return 0;
}

static int set(void *user,
               const char *session,
               int seq,
               const char *bytes,
               size_t len,
               size_t body_at,
               size_t body_len)
{
    (void)user;
    (void)session;
    assert_true(seq > 0 && seq < KEPT && len < sizeof(shelf.bytes[0]));
    memcpy(shelf.bytes[seq], bytes, len);
    shelf.len[seq] = len;
    shelf.body_at[seq] = body_at;
    shelf.body_len[seq] = body_len;
    return 0;
}

static int get(void *user,
               const char *session,
               int first,
               int last,
               void (*found)(void *, int, const char *, size_t, size_t, size_t),
               void *context)
{
    (void)user;
    (void)session;
    enum lie lie = shelf.gets++ < shelf.truths ? NONE : shelf.lie;
    for (int seq = first; seq <= last && seq < KEPT; seq++) {
        size_t at = shelf.body_at[seq];
        size_t body = shelf.body_len[seq];
        const char *bytes = shelf.bytes[seq];
        size_t len = shelf.len[seq];
        if (len == 0 || lie == SAYS_NOTHING ||
            (lie == LEAVES_OUT && seq == FIRST + 2))
            continue;
        if (lie == BODY_BEYOND)
            at = len + 1;
        if (lie == BODY_TOO_LONG)
            body = len;
        if (lie == GARBAGE)
            bytes = "8=FIX.4.4\0019=5\001garbage\00110=000\001";
        if (lie == GARBAGE)
            len = strlen(bytes);
        if (lie == GARBAGE)
            at = body = 5;
        if (lie == BODY_IS_NONE)
            body = 2;
        found(context, seq, bytes, len, at, body);
    }
    return lie == FAILS ? -1 : 0;
}

static int reset(void *user, const char *session, int64_t creation)
{
    (void)user;
    (void)session;
    (void)creation;
    shelf.sender = shelf.target = 1;
    memset(shelf.len, 0, sizeof(shelf.len));
    return 0;
}

static const struct fix8c_store store = {NULL, load, set_sender, set_target,
                                         set,  get,  reset};

/* The initiator has sent four orders that the acceptor has not heard of. */
static void open_pair(struct pair *p, const char *extra)
{
    char body[32];
    memset(&shelf, 0, sizeof(shelf));
    shelf.sender = shelf.target = 1;
    pair_open(p, "FIX.4.4", extra, NULL, &store);
    pair_connect(p);
    p->i.cut = true;
    for (int seq = FIRST; seq <= LAST; seq++) {
        snprintf(body, sizeof(body), "11=A%d|", seq);
        assert_int_equal(pair_send(&p->i, "D", body), 0);
    }
    p->i.cut = false;
    shelf.gets = 0;
}

/* Asks for all of them. */
static void ask(struct pair *p)
{
    char text[128];
    snprintf(text, sizeof(text), "35=2|34=%d|49=ACC|56=INI|52=@T|7=2|16=0|",
             fix8c_session_next_target(p->i.session));
    (void)pair_feed(&p->i, text);
}

static int count_of(const struct pair_end *end, const char *field)
{
    int count = 0;
    for (size_t n = 0; n < end->sent_len; n++)
        count += pair_has(&end->sent[n], field);
    return count;
}

/* What is not there any more, or is no message, is gap-filled; the numbers are
 * those of the peer afterwards. */
static void test_bad_store_is_gap_filled(void **state)
{
    static const struct {
        enum lie lie;
        int truths;
        int orders; /* that come again */
    } cases[] = {
        {NONE, 0, 4},          {SAYS_NOTHING, 0, 0}, {BODY_BEYOND, 0, 0},
        {GARBAGE, 0, 0},       {SAYS_NOTHING, 1, 0}, {BODY_BEYOND, 1, 0},
        {BODY_TOO_LONG, 1, 0}, {GARBAGE, 1, 0},      {BODY_IS_NONE, 1, 0},
        {LEAVES_OUT, 1, 3},    {LEAVES_OUT, 0, 3},
    };
    (void)state;
    for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        struct pair p;
        open_pair(&p, "");
        pair_clear(&p.i);
        shelf.lie = cases[n].lie;
        shelf.truths = cases[n].truths;
        ask(&p);
        if (count_of(&p.i, "35=D") != cases[n].orders)
            fail_msg("case %zu: %d orders again, not %d", n,
                     count_of(&p.i, "35=D"), cases[n].orders);
        if (cases[n].orders < 4)
            assert_true(count_of(&p.i, "35=4") > 0);
        assert_int_equal(shelf.sender, LAST + 1);
        pair_pump(&p);
        assert_int_equal(fix8c_session_next_target(p.a.session), LAST + 1);
        assert_int_equal(p.a.app_len, cases[n].orders);
        shelf.lie = NONE;
        assert_int_equal(pair_send(&p.i, "D", "11=A6|"), 0);
        pair_pump(&p);
        assert_int_equal(p.a.app_len, cases[n].orders + 1);
        pair_close(&p);
    }
}

/* One that fails when a body is asked for ends it all. */
static void test_bad_store_fails_at_a_body(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "");
    pair_clear(&p.i);
    shelf.lie = FAILS;
    shelf.truths = 1;
    ask(&p);
    assert_int_equal(count_of(&p.i, "35=D"), 0);
    assert_int_equal(fix8c_session_tick(p.i.session), FIX8C_ERR_STORE);
    assert_int_equal(pair_feed(&p.i, "35=0|34=3|49=ACC|56=INI|52=@T|"),
                     FIX8C_ERR_STORE);
    assert_int_equal(fix8c_session_logout(p.i.session, NULL), FIX8C_ERR_STORE);
    assert_int_equal(fix8c_session_detach(p.i.session), FIX8C_ERR_STORE);
    assert_int_equal(fix8c_session_reset(p.i.session), FIX8C_ERR_STORE);
    pair_close(&p);
}

static int say_nothing(void *user, const char *bytes, size_t len)
{
    (void)user;
    (void)bytes;
    (void)len;
    fail_msg("something was said");
    return 0;
}

static void end_line(void *user)
{
    bool *over = user;
    *over = true;
}

/* With RefreshOnLogon it is read at each logon: what others have changed in it
 * counts, and what cannot be read is the end. */
static void test_bad_store_is_read_again(void **state)
{
    struct pair p;
    (void)state;
    open_pair(&p, "RefreshOnLogon=Y\n");
    pair_break(&p);
    int loads = shelf.loads;
    shelf.sender = 9;
    pair_connect(&p);
    assert_true(shelf.loads > loads);
    assert_true(pair_has(pair_last_sent(&p.i, "A"), "34=9"));
    pair_break(&p);
    shelf.cannot_load = true;
    bool over = false;
    struct fix8c_wire wire = {&over, say_nothing, end_line};
    assert_int_equal(fix8c_session_attach(p.i.session, &wire), FIX8C_ERR_STORE);
    assert_true(over);
    assert_int_equal(fix8c_session_attach(p.i.session, &wire), FIX8C_ERR_STORE);
    pair_close(&p);
}

/* The ring in memory: a number that is kept again takes the place of the first
 * one, also after the ring has grown. */
static void test_bad_store_ring(void **state)
{
    struct pair p;
    (void)state;
    pair_open(&p, "FIX.4.4", "MemoryStoreMessages=1000\n", NULL, NULL);
    pair_connect(&p);
    p.i.quiet = p.a.quiet = true;
    p.i.cut = true;
    for (int n = 0; n < 700; n++)
        assert_int_equal(pair_send(&p.i, "D", "11=A|"), 0);
    p.i.cut = false;
    assert_int_equal(pair_feed(&p.i, "35=2|34=2|49=ACC|56=INI|52=@T|7=1|16=0|"),
                     0);
    pair_pump(&p);
    assert_int_equal(p.a.quiet_app, 700);
    assert_int_equal(p.a.quiet_last, 701);
    /* Numbers from 1 on again, over those that are there. */
    pair_break(&p);
    assert_int_equal(fix8c_session_reset(p.i.session), 0);
    assert_int_equal(fix8c_session_reset(p.a.session), 0);
    pair_connect(&p);
    p.a.quiet_app = 0;
    p.i.cut = true;
    for (int n = 0; n < 3; n++)
        assert_int_equal(pair_send(&p.i, "D", "11=B|"), 0);
    p.i.cut = false;
    assert_int_equal(pair_feed(&p.i, "35=2|34=2|49=ACC|56=INI|52=@T|7=1|16=0|"),
                     0);
    pair_pump(&p);
    assert_int_equal(p.a.quiet_app, 3);
    pair_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_store_is_gap_filled),
        cmocka_unit_test(test_bad_store_fails_at_a_body),
        cmocka_unit_test(test_bad_store_is_read_again),
        cmocka_unit_test(test_bad_store_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
