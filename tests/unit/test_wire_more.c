/*
 * The wire at its ends: addresses of every kind, peers that go in the middle,
 * messages that are too long, memory that runs out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include "wire_side.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct wire_making making_of(const struct side *side)
{
    return (struct wire_making){
        .version = CG_FIX44,
        .begin_string = "FIX.4.4",
        .ours = "US",
        .theirs = "THEM",
        .logon = "",
        .next_out = 7,
        .now = side->script.start,
    };
}

/* --- what is made -----------------------------------------------------------
 */

/* What is no offset stands as it is said. */
static void test_wire_more_offsets_that_are_none(void **state)
{
    static const char *const rows[] = {"34=+", "34=+1x", "34=-/",
                                       "34=+:", "34=+123456789"};
    char text[64];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct side side;
        struct wire_made made;
        struct wire_making making;

        snprintf(text, sizeof(text), "wire > 0 %s", rows[i]);
        side_open(&side, "value SEQ 0\n", text);
        making = making_of(&side);
        assert_true(wire_compose(&making, &side.runner,
                                 &side.script.steps[side.next], &made));
        assert_non_null(memmem(made.bytes, made.len, rows[i], strlen(rows[i])));
        assert_int_equal(made.seq, 0);
        assert_int_equal(
            wire_seq_of(&making, &side.script, &side.script.steps[side.next]),
            7);
        free(made.bytes);
        side_close(&side);
    }
}

/* A raw line with more pauses than are kept has as many packets as there are
 * places; with more fields than there is room for it is not made. */
static void test_wire_more_too_much_is_not_made(void **state)
{
    char *text = malloc(65536);
    struct side side;
    struct wire_made made;
    struct wire_making making;

    (void)state;
    assert_non_null(text);
    strcpy(text, "wire > raw 8=*|");
    for (int i = 0; i < WIRE_CUTS_MAX + 20; i++) {
        strcat(text, "/|1=x|");
    }
    side_open(&side, "value SEQ 0\n", text);
    making = making_of(&side);
    assert_true(wire_compose(&making, &side.runner,
                             &side.script.steps[side.next], &made));
    assert_int_equal(made.cut_count, WIRE_CUTS_MAX);
    free(made.bytes);
    side_close(&side);
    strcpy(text, "wire > raw 8=*|");
    for (int i = 0; i < 3000; i++) {
        strcat(text, "|");
    }
    side_open(&side, "value SEQ 0\n", text);
    assert_false(wire_compose(&making, &side.runner,
                              &side.script.steps[side.next], &made));
    side_close(&side);
    free(text);
}

/* --- what comes -------------------------------------------------------------
 */

static void test_wire_more_numbers_that_are_none(void **state)
{
    static const char *const rows[] = {"",  "x",  "1x",        "/",
                                       ":", "-1", "1000000000"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(wire_number(cg_slice_str(rows[i])), 0);
    }
    assert_int_equal(wire_number(CG_SLICE("123456789")), 123456789);
    assert_null(wire_value(CG_SLICE("1=a\0012=b\001"), 3).data);
}

/* Messages that lack what others have are kept all the same. */
static void test_wire_more_keeps_what_is_short(void **state)
{
    static const char *const rows[] = {"",
                                       "x",
                                       "8=FIX",
                                       "8=F\0019=1\001",
                                       "8=F\0019=1\00135=\001",
                                       "8=F\0019=5\00135=0\00110=1\001"};
    struct wire_inbox inbox = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int garbled = 0; garbled < 2; garbled++) {
            const struct cg_script_message *message = wire_inbox_keep(
                &inbox, CG_FIX44, cg_slice_str(rows[i]), garbled == 1);

            assert_non_null(message);
            assert_int_equal(strcmp(message->type, "garbled") == 0, garbled);
        }
    }
    wire_inbox_deinit(&inbox);
}

/* --- two wires --------------------------------------------------------------
 */

struct end {
    struct side side;
    struct cg_wire *wire;
    char error[256];
    char notes[1024];
};

static uv_loop_t loop;

static void on_note(void *user, const char *text)
{
    struct end *end = user;
    size_t len = strlen(end->notes);

    snprintf(end->notes + len, sizeof(end->notes) - len, "%s; ", text);
}

static int end_open(
    struct end *end, const char *text, const char *host, bool listens, int port)
{
    struct cg_wire_options options = {
        .loop = &loop,
        .as_gate = listens,
        .listens = listens,
        .host = host,
        .port = port,
        .logon = "553=me|554=x|",
        .next_in = listens ? 3 : 0,
        .next_out = listens ? 4 : 0,
        .note = listens ? NULL : on_note,
        .user = end,
    };

    memset(end, 0, sizeof(*end));
    side_open(&end->side, "value SEQ 0\n", text);
    options.script = &end->side.script;
    options.session = &end->side.script.config.sessions[0];
    return cg_wire_open(&options, end->error, sizeof(end->error), &end->wire);
}

static void end_close(struct end *end)
{
    cg_wire_close(end->wire);
    side_close(&end->side);
}

/* The step at hand, until it is done or fails. */
static enum cg_wire_done do_it(struct end *end)
{
    enum cg_wire_done done = CG_WIRE_WAIT;
    uint64_t begun = uv_hrtime();

    while (done == CG_WIRE_WAIT) {
        done = cg_wire_do(end->wire, &end->side.runner,
                          &end->side.script.steps[end->side.next], end->error,
                          sizeof(end->error));
        if (done == CG_WIRE_WAIT) {
            uv_run(&loop, UV_RUN_NOWAIT);
        }
        assert_true(uv_hrtime() - begun < UINT64_C(20000000000));
    }
    end->side.next += done == CG_WIRE_DONE ? 1 : 0;
    return done;
}

static void turn(int count)
{
    for (int i = 0; i < count; i++) {
        uv_run(&loop, UV_RUN_NOWAIT);
    }
}

/* By name, by address, by version 6 of both. */
static void test_wire_more_addresses(void **state)
{
    static const struct {
        const char *listens;
        const char *connects;
    } rows[] = {{NULL, NULL}, {"127.0.0.1", "localhost"}, {"::1", "::1"}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct end a;
        struct end b;

        if (end_open(&b, "wire connects", rows[i].listens, true, 0) != 0) {
            assert_string_equal(rows[i].listens, "::1"); /* none here */
            side_close(&b.side);
            continue;
        }
        assert_true(cg_wire_port(b.wire) > 0);
        assert_int_equal(cg_wire_next_in(b.wire), 3);
        assert_int_equal(cg_wire_next_out(b.wire), 4);
        assert_int_equal(end_open(&a, "wire connects", rows[i].connects, false,
                                  cg_wire_port(b.wire)),
                         0);
        assert_true(cg_wire_port(a.wire) < 0);
        assert_int_equal(do_it(&a), CG_WIRE_DONE);
        assert_int_equal(do_it(&b), CG_WIRE_DONE);
        assert_non_null(strstr(a.notes, "connected"));
        end_close(&a);
        end_close(&b);
        turn(20);
    }
}

static void test_wire_more_addresses_that_are_none(void **state)
{
    struct end end;

    (void)state;
    assert_true(end_open(&end, "wire connects", "nowhere", true, 0) < 0);
    assert_non_null(strstr(end.error, "cannot listen at nowhere:0"));
    assert_null(end.wire);
    side_close(&end.side);
    assert_int_equal(end_open(&end, "wire connects", "300.1.2.3.4", false, 1),
                     0);
    assert_int_equal(do_it(&end), CG_WIRE_FAILED);
    assert_non_null(strstr(end.error, "no connection to 300.1.2.3.4:1"));
    end_close(&end);
    /* Closed while the name is looked up. */
    assert_int_equal(end_open(&end, "wire connects", "localhost", false, 1), 0);
    (void)cg_wire_do(end.wire, &end.side.runner,
                     &end.side.script.steps[end.side.next], end.error,
                     sizeof(end.error));
    end_close(&end);
    turn(200);
}

/* What the peer announces counts. */
static void test_wire_more_peer_announces(void **state)
{
    struct end a;
    struct end b;

    (void)state;
    assert_int_equal(
        end_open(&b, "wire connects\nwire > 4 36=90\n", NULL, true, 0), 0);
    assert_int_equal(
        end_open(&a, "wire connects\n", NULL, false, cg_wire_port(b.wire)), 0);
    assert_int_equal(do_it(&a), CG_WIRE_DONE);
    assert_int_equal(do_it(&b), CG_WIRE_DONE);
    assert_int_equal(do_it(&b), CG_WIRE_DONE);
    while (cg_wire_next_in(a.wire) != 90) {
        uv_run(&loop, UV_RUN_ONCE);
    }
    end_close(&a);
    end_close(&b);
    turn(20);
}

/* Packets that wait are not said any more to a peer that has gone; an end by a
 * reset is told. */
static void test_wire_more_peer_goes(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    socklen_t len = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int line;
    struct end end;

    (void)state;
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len),
                     0);
    assert_int_equal(end_open(&end,
                              "wire connects\n"
                              "wire > raw 8=*|9=*|/|35=0|10=*|/|11=1|\n"
                              "wire connects\n",
                              NULL, false, ntohs(address.sin_port)),
                     0);
    assert_int_equal(do_it(&end), CG_WIRE_DONE);
    line = accept(listener, NULL, NULL);
    assert_true(line >= 0);
    assert_int_equal(do_it(&end), CG_WIRE_DONE);
    assert_non_null(end.wire->packets);
    /* The next line waits for what is still to be said on this one. */
    assert_int_equal(cg_wire_do(end.wire, &end.side.runner,
                                &end.side.script.steps[end.side.next],
                                end.error, sizeof(end.error)),
                     CG_WIRE_WAIT);
    assert_int_equal(
        setsockopt(line, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    close(line);
    while (!cg_wire_closed(end.wire)) {
        uv_run(&loop, UV_RUN_ONCE);
    }
    assert_non_null(strstr(end.notes, "the peer has closed the line: "));
    assert_null(end.wire->packets);
    close(listener);
    end_close(&end);
    turn(20);
}

/* --- no memory --------------------------------------------------------------
 */

/* Each allocation of making, keeping and opening fails in turn. */
static void test_wire_more_no_memory(void **state)
{
    const struct cg_slice heard = CG_SLICE(
        "8=FIX.4.4\0019=5\00135=0\00110=163\001");
    struct side side;
    struct wire_making making;

    (void)state;
    side_open(&side, "value SEQ 0\n",
              "default wire > H 54=1\n"
              "wire > H 11=${RUN}A 36=+1");
    making = making_of(&side);
    for (int i = 0; i < 2; i++) {
        for_good = i == 1;
        for (long n = 1;; n++) {
            struct wire_made made = {0};
            struct wire_stream stream = {0};
            struct wire_inbox inbox = {0};
            struct cg_wire *wire = NULL;
            char error[128] = "";
            const struct cg_wire_options options = {
                .loop = &loop,
                .script = &side.script,
                .session = &side.script.config.sessions[0],
                .logon = "553=me|",
            };
            bool good;
            int status;

            failures = 0;
            countdown = n;
            good = wire_compose(&making, &side.runner,
                                &side.script.steps[side.next], &made);
            good = good && wire_stream_feed(&stream, heard.data, heard.len);
            good = good &&
                   wire_inbox_keep(&inbox, CG_FIX44, heard, false) != NULL;
            status = cg_wire_open(&options, error, sizeof(error), &wire);
            countdown = -1;
            assert_true((status == 0) == (wire != NULL));
            assert_true(status == 0 || status == CG_ERR_MEMORY);
            assert_true(status == 0 || strlen(error) > 0);
            cg_wire_close(wire);
            turn(3);
            free(made.bytes);
            free(stream.bytes);
            wire_inbox_deinit(&inbox);
            if (failures == 0) {
                assert_true(good && status == 0);
                assert_true(n > 6);
                break;
            }
            assert_true(!good || status != 0);
        }
    }
    side_close(&side);
}

/* A line that has no memory is given up, and says so or is closed. */
static void test_wire_more_line_without_memory(void **state)
{
    (void)state;
    for_good = false;
    for (long n = 1; n < 60; n++) {
        struct end a;
        struct end b;
        enum cg_wire_done done;

        assert_int_equal(
            end_open(&b, "wire connects\nwire > 1 112=x\n", NULL, true, 0), 0);
        assert_int_equal(end_open(&a, "wire connects\nwire > 0\n", NULL, false,
                                  cg_wire_port(b.wire)),
                         0);
        countdown = n;
        done = do_it(&a);
        if (done == CG_WIRE_DONE) {
            done = do_it(&a);
        }
        turn(5);
        countdown = -1;
        if (done == CG_WIRE_FAILED) {
            assert_true(strlen(a.error) > 0);
        }
        end_close(&a);
        end_close(&b);
        turn(20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_more_offsets_that_are_none),
        cmocka_unit_test(test_wire_more_too_much_is_not_made),
        cmocka_unit_test(test_wire_more_numbers_that_are_none),
        cmocka_unit_test(test_wire_more_keeps_what_is_short),
        cmocka_unit_test(test_wire_more_addresses),
        cmocka_unit_test(test_wire_more_addresses_that_are_none),
        cmocka_unit_test(test_wire_more_peer_announces),
        cmocka_unit_test(test_wire_more_peer_goes),
        cmocka_unit_test(test_wire_more_no_memory),
        cmocka_unit_test(test_wire_more_line_without_memory),
    };
    int failed;

    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&loop);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop) == 0 ? failed : 1;
}
