/*
 * The caller's message store: what is asked of it, that sessions go on from it
 * after a restart, and that nothing goes on after it has failed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test_fix8c_pair.h"

#define KEPT 64

/* A store of one session, in arrays. */
struct shelf {
    int sender;
    int target;
    int64_t creation;
    struct {
        char bytes[2048];
        size_t len;
        size_t body_at;
        size_t body_len;
    } kept[KEPT];
    int calls;   /* that could fail */
    int fail_at; /* which of them fails; 0: none */
    int gets;
    int resets;
};

static int turn(struct shelf *shelf)
{
    shelf->calls++;
    return shelf->fail_at != 0 && shelf->calls >= shelf->fail_at ? -1 : 0;
}

static int shelf_load(void *user,
                      const char *session,
                      int *sender,
                      int *target,
                      int64_t *creation)
{
    struct shelf *shelf = user;
    assert_non_null(strstr(session, "->"));
    assert_true(*creation > 0);
    if (shelf->sender == 0) {
        shelf->sender = shelf->target = 1;
        shelf->creation = *creation;
    }
    *sender = shelf->sender;
    *target = shelf->target;
    *creation = shelf->creation;
    return turn(shelf);
}

static int shelf_set_sender(void *user, const char *session, int next)
{
    struct shelf *shelf = user;
    (void)session;
    if (turn(shelf) != 0)
        return -1;
    shelf->sender = next;
    return 0;
}

static int shelf_set_target(void *user, const char *session, int next)
{
    struct shelf *shelf = user;
    (void)session;
    if (turn(shelf) != 0)
        return -1;
    shelf->target = next;
    return 0;
}

static int shelf_set(void *user,
                     const char *session,
                     int seq,
                     const char *bytes,
                     size_t len,
                     size_t body_at,
                     size_t body_len)
{
    struct shelf *shelf = user;
    (void)session;
    if (turn(shelf) != 0)
        return -1;
    assert_true(seq > 0 && seq < KEPT && len < sizeof(shelf->kept[0].bytes));
    assert_true(body_at + body_len <= len - 7);
    memcpy(shelf->kept[seq].bytes, bytes, len);
    shelf->kept[seq].len = len;
    shelf->kept[seq].body_at = body_at;
    shelf->kept[seq].body_len = body_len;
    return 0;
}

static int shelf_get(void *user,
                     const char *session,
                     int first,
                     int last,
                     void (*found)(void *context,
                                   int seq,
                                   const char *bytes,
                                   size_t len,
                                   size_t body_at,
                                   size_t body_len),
                     void *context)
{
    struct shelf *shelf = user;
    (void)session;
    shelf->gets++;
    assert_true(first > 0 && first <= last);
    for (int seq = first; seq <= last && seq < KEPT; seq++) {
        if (shelf->kept[seq].len > 0)
            found(context, seq, shelf->kept[seq].bytes, shelf->kept[seq].len,
                  shelf->kept[seq].body_at, shelf->kept[seq].body_len);
    }
    return turn(shelf);
}

static int shelf_reset(void *user, const char *session, int64_t creation)
{
    struct shelf *shelf = user;
    (void)session;
    shelf->resets++;
    shelf->sender = shelf->target = 1;
    shelf->creation = creation;
    memset(shelf->kept, 0, sizeof(shelf->kept));
    return turn(shelf);
}

static struct fix8c_store store_of(struct shelf *shelf)
{
    return (struct fix8c_store){
        shelf,     shelf_load, shelf_set_sender, shelf_set_target,
        shelf_set, shelf_get,  shelf_reset};
}

static struct shelf a_shelf;
static struct shelf i_shelf;

static void open_shelved(struct pair *p)
{
    struct fix8c_store a = store_of(&a_shelf);
    struct fix8c_store i = store_of(&i_shelf);
    pair_open(p, "FIX.4.4", "", &a, &i);
}

static int clear_shelves(void **state)
{
    (void)state;
    memset(&a_shelf, 0, sizeof(a_shelf));
    memset(&i_shelf, 0, sizeof(i_shelf));
    return 0;
}

/* The store holds what was sent, byte by byte, and knows where the body is. */
static void test_store_holds_what_was_sent(void **state)
{
    struct pair p;
    (void)state;
    open_shelved(&p);
    pair_connect(&p);
    assert_int_equal(pair_send(&p.i, "D", "50=x|34=5|11=A1|"), 0);
    const struct pair_seen *sent = pair_last_sent(&p.i, "D");
    assert_int_equal(i_shelf.kept[2].len, sent->len);
    assert_memory_equal(i_shelf.kept[2].bytes, sent->bytes, sent->len);
    assert_int_equal(i_shelf.kept[2].body_len, 16);
    assert_memory_equal(i_shelf.kept[2].bytes + i_shelf.kept[2].body_at,
                        "50=x\00134=5\00111=A1\001", 16);
    assert_int_equal(i_shelf.sender, 3);
    pair_pump(&p);
    /* A header field at the start of a body is late for its reader. */
    assert_int_equal(a_shelf.target, 3);
    pair_close(&p);
}

/* After a restart both sides go on with their numbers, and what was not
 * received comes again with the same body. */
static void test_store_survives_restart(void **state)
{
    struct pair p;
    (void)state;
    open_shelved(&p);
    pair_connect(&p);
    p.i.cut = true;
    assert_int_equal(pair_send(&p.i, "D", "11=A1|9=9|453=1|448=x|"), 0);
    assert_int_equal(pair_send(&p.i, "F", "11=A2|"), 0);
    pair_close(&p);
    open_shelved(&p);
    assert_int_equal(fix8c_session_next_sender(p.i.session), 4);
    assert_int_equal(fix8c_session_next_target(p.a.session), 2);
    assert_int_equal(fix8c_session_in_gap(p.a.session), false);
    pair_connect(&p);
    assert_int_equal(p.a.app_len, 1);
    assert_int_equal(p.a.app[0].message.seq, 3);
    assert_true(p.a.app[0].message.possdup);
    /* 9=9 in a body is a header field in the wrong place for its reader. */
    assert_true(pair_has(pair_last_sent(&p.a, "3"), "371=9"));
    assert_false(fix8c_session_in_gap(p.a.session));
    assert_int_equal(fix8c_session_next_target(p.a.session), 5);
    pair_close(&p);
}

/* Whichever call fails, no byte goes out after it, in no session, and every
 * further call says so. */
static void test_store_failure_stops_all(void **state)
{
    struct pair p;
    (void)state;
    for (int n = 2;; n++) {
        clear_shelves(NULL);
        open_shelved(&p);
        pair_connect(&p);
        int before = i_shelf.calls;
        i_shelf.fail_at = before + n - 1;
        int sent = pair_send(&p.i, "D", "11=A1|");
        size_t out = p.i.out_len;
        if (sent == 0) {
            assert_int_equal(i_shelf.calls, before + 2);
            pair_close(&p);
            break;
        }
        assert_int_equal(sent, FIX8C_ERR_STORE);
        assert_int_equal(p.i.out_len, out);
        assert_null(pair_last_sent(&p.i, "D"));
        i_shelf.fail_at = 0;
        assert_int_equal(pair_send(&p.i, "D", "11=A2|"), FIX8C_ERR_STORE);
        assert_int_equal(fix8c_session_tick(p.i.session), FIX8C_ERR_STORE);
        assert_int_equal(pair_feed(&p.i, "35=0|34=2|49=ACC|56=INI|52=@T|"),
                         FIX8C_ERR_STORE);
        assert_int_equal(p.i.out_len, out);
        pair_close(&p);
    }
}

/* The same for what arrives: each call of the store fails once. */
static void test_store_failure_on_input(void **state)
{
    static const char *const texts[] = {
        "35=D|34=2|49=INI|56=ACC|52=@T|11=A1|",
        "35=2|34=2|49=INI|56=ACC|52=@T|7=1|16=0|",
        "35=D|34=5|49=INI|56=ACC|52=@T|11=A1|",
        "35=1|34=2|49=INI|56=ACC|52=@T|112=x|",
        "35=5|34=2|49=INI|56=ACC|52=@T|",
    };
    (void)state;
    for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
        bool failed = true;
        for (int n = 1; failed; n++) {
            struct pair p;
            clear_shelves(NULL);
            open_shelved(&p);
            pair_connect(&p);
            assert_int_equal(pair_send(&p.a, "8", "37=1|"), 0);
            pair_pump(&p);
            size_t sent = p.a.sent_len;
            a_shelf.fail_at = a_shelf.calls + n;
            int result = pair_feed(&p.a, texts[t]);
            failed = a_shelf.calls >= a_shelf.fail_at;
            assert_int_equal(result, failed ? FIX8C_ERR_STORE : 0);
            if (n == 1)
                assert_true(failed && p.a.sent_len == sent);
            a_shelf.fail_at = 0;
            assert_int_equal(fix8c_session_tick(p.a.session),
                             failed ? FIX8C_ERR_STORE : 0);
            pair_close(&p);
        }
    }
}

/* A store that cannot be read opens no engine. */
static void test_store_failure_at_open(void **state)
{
    struct fix8c_store store = store_of(&a_shelf);
    struct fix8c_options options = {.store = &store};
    struct fix8c_engine *engine = NULL;
    char error[128];
    (void)state;
    a_shelf.fail_at = 1;
    assert_int_equal(
        fix8c_engine_open("[SESSION]\nBeginString=FIX.4.4\n"
                          "ConnectionType=acceptor\nSenderCompID=ACC\n"
                          "TargetCompID=INI\n",
                          &options, error, sizeof(error), &engine),
        FIX8C_ERR_STORE);
    assert_null(engine);
    assert_string_equal(error, "the message store failed");
}

/* Reset says Logout, empties the store and starts both numbers at 1. */
static void test_store_reset(void **state)
{
    struct pair p;
    (void)state;
    open_shelved(&p);
    pair_connect(&p);
    assert_int_equal(pair_send(&p.i, "D", "11=A1|"), 0);
    pair_pump(&p);
    assert_int_equal(fix8c_session_reset(p.i.session), 0);
    assert_true(p.i.closed);
    assert_int_equal(fix8c_session_next_sender(p.i.session), 1);
    assert_int_equal(fix8c_session_next_target(p.i.session), 1);
    assert_int_equal(i_shelf.resets, 1);
    assert_int_equal(p.i.resets, 1);
    assert_int_equal(p.a.resets, 0);
    assert_int_equal(i_shelf.kept[2].len, 0);
    pair_pump(&p);
    assert_int_equal(fix8c_session_reset(p.a.session), 0);
    pair_connect(&p);
    assert_int_equal(p.a.logons, 2);
    assert_int_equal(fix8c_session_next_target(p.a.session), 2);
    pair_close(&p);
}

/* The session's own store in memory forgets the oldest: they are gap-filled. */
static void test_store_memory_is_bounded(void **state)
{
    struct pair p;
    char body[32];
    (void)state;
    pair_open(&p, "FIX.4.4", "MemoryStoreMessages=8", NULL, NULL);
    pair_connect(&p);
    p.i.cut = true;
    for (int n = 0; n < 20; n++) {
        snprintf(body, sizeof(body), "11=A%d|", n);
        assert_int_equal(pair_send(&p.i, "D", body), 0);
    }
    p.i.cut = false;
    pair_break(&p);
    pair_connect(&p);
    assert_true(p.a.app_len > 0 && p.a.app_len <= 8);
    assert_true(pair_has(&p.a.app[p.a.app_len - 1], "11=A19"));
    assert_int_equal(fix8c_session_next_target(p.a.session),
                     fix8c_session_next_sender(p.i.session));
    pair_close(&p);
}

#define ON_SHELVES(test) cmocka_unit_test_setup(test, clear_shelves)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SHELVES(test_store_holds_what_was_sent),
        ON_SHELVES(test_store_survives_restart),
        ON_SHELVES(test_store_failure_stops_all),
        ON_SHELVES(test_store_failure_on_input),
        ON_SHELVES(test_store_failure_at_open),
        ON_SHELVES(test_store_reset),
        ON_SHELVES(test_store_memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
