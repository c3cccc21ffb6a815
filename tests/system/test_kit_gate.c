/*
 * A kit that certifies a gate: the product's own, on the same loop, whose
 * clients, venue and hub the kit plays.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above. */
#include <cmocka.h>

#include "../unit/folder.h"
#include "kit_peer.h"
#include <gateway.h>
#include <stdio.h>
#include <unistd.h>

#define PLAYS_ALL UINT64_C(7)

/* The gate that is certified. */
static struct gate {
    char folder[64];
    char text[4096];
    struct cg_config *config;
    struct cg_gateway *gateway;
    bool ended;
} gate;

static void on_ended(void *user, int error)
{
    (void)user;
    (void)error;
    gate.ended = true;
}

static void gate_start(void)
{
    struct cg_gateway_options options = {
        .loop = &loop, .config = gate.config, .ended = on_ended};
    char error[512];

    gate.ended = false;
    if (cg_gateway_open(&options, error, sizeof(error), &gate.gateway) != 0) {
        fail_msg("%s", error);
    }
}

static void gate_stop(void)
{
    cg_gateway_stop(gate.gateway);
    while (!gate.ended) {
        uv_run(&loop, UV_RUN_ONCE);
    }
    cg_gateway_close(gate.gateway);
    gate.gateway = NULL;
}

/* By the configuration of gate.text. */
static void gate_open(void)
{
    const struct cg_config_memory memory = {
        .name = "gate.cfg", .text = gate.text, .instruments = INSTRUMENTS};

    assert_int_equal(
        cg_config_open_memory(&memory, mistake_print, NULL, &gate.config), 0);
    gate_start();
}

static void gate_close(void)
{
    gate_stop();
    cg_config_close(gate.config);
}

static int setup(void **state)
{
    kit_setup(state);
    watch.options.limits.tolerance_ns = 500 * CG_MS;
    gate = (struct gate){.folder = "/tmp/kit_gate_XXXXXX"};
    assert_non_null(mkdtemp(gate.folder));
    snprintf(gate.text, sizeof(gate.text),
             GATE_LINES("%s/journal") "ResetOnLogon=Y\n" CLIENT_LINES(
                 "FIX.4.4") "ConnectionType=acceptor\nSocketAcceptPort=%"
                            "d\n" VENUE_LINES("FIX.4.4") "Connecti"
                                                         "onType="
                                                         "initiato"
                                                         "r"
                                                         "\n" CONNECTS HUB_LINES
                                                             CONNECTS ACCOUNTS,
             gate.folder, free_port(), free_port(), free_port());
    gate_open();
    return 0;
}

static int teardown(void **state)
{
    watch_close();
    gate_close();
    assert_int_equal(folder_remove(gate.folder), 0);
    return kit_teardown(state);
}

static void kit_open(uint64_t played)
{
    watch.options.seat = CG_KIT_GATE;
    watch.options.played = played;
    watch_open(gate.text);
}

/* What only the gate's inside would show is waived, step by step. */
static void test_kit_good_gate_passes(void **state)
{
    (void)state;
    kit_open(PLAYS_ALL);
    for (int i = 0; i < 3; i++) {
        watch_play(WHOLE "limit $LIMIT used=77\n"
                         "token $T state=asked\n");
        expect(CG_KIT_PASSED, "");
        assert_int_equal(watch.passed, 16);
        assert_int_equal(watch.waived, 2);
    }
}

/* Wherever a case fails, nothing of it is left for the next one. */
static void test_kit_failed_case_leaves_nothing(void **state)
{
    static const struct {
        const char *steps;
        const char *reason;
    } cases[] = {
        {UP ASK "client < 8 150=0 ...\n", "client should receive 8"},
        {UP ASK GRANT "venue < D 11=${RUN}A1 38=1 ...\n", "field 38 differs"},
        {UP ASK GRANT AT_VENUE "hub < DF ...\n", "hub should receive DF"},
        {UP ASK GRANT AT_VENUE "client > F 11=${RUN}A2 41=${RUN}A1 "
                               "38=10000000\nvenue < F 11=other ...\n",
         "field 11 differs"},
        {UP ASK GRANT AT_VENUE
         "hub down\nclient > F 11=${RUN}A2 41=${RUN}A1 38=10000000\n"
         "venue < F same\nvenue > 8 11=${RUN}A2 41=${RUN}A1 37=${RUN}V "
         "17=${RUN}E2 150=4 39=4 38=10000000 14=0 151=0\n"
         "client < 8 same\nclient < 8 same\n",
         "client should receive 8"},
    };

    (void)state;
    kit_open(PLAYS_ALL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        watch_play(cases[i].steps);
        expect(CG_KIT_FAILED, cases[i].reason);
        assert_int_equal(watch.failed, 1);
        watch_play(WHOLE);
        expect(CG_KIT_PASSED, "");
    }
}

static void test_kit_plays_lines(void **state)
{
    (void)state;
    kit_open(PLAYS_ALL);
    watch_play("client up\nvenue up\n"
               "client > D 11=${RUN}A1 38=10000000\n"
               "client < 8 11=${RUN}A1 150=8 58~CG302 ...\n");
    expect(CG_KIT_PASSED, "");
    watch_play(UP
               "hub down\nhub resets\nhub up\nhub < CL ...\n" ASK GRANT AT_VENUE
               "hub down\nhub up\nhub < CL ...\n" CANCEL);
    expect(CG_KIT_PASSED, "");
    watch_play(UP "venue down\nclient > D 11=${RUN}A1 38=10000000\n"
                  "client < 8 11=${RUN}A1 150=8 58~CG304 ...\n"
                  "venue up\n");
    expect(CG_KIT_PASSED, "");
    watch_play(WHOLE);
    expect(CG_KIT_PASSED, "");
}

/* The hub is somebody else's: nothing that it says can be seen. */
static void test_kit_waives_what_it_does_not_play(void **state)
{
    (void)state;
    kit_open(UINT64_C(3));
    watch_play(WHOLE);
    expect(CG_KIT_WAIVED, "the kit does not play hub here");
    watch_play("client up\nhub up\n");
    expect(CG_KIT_PASSED, "");
    assert_int_equal(watch.waived, 1);
    watch_play("gate stop\n");
    expect(CG_KIT_WAIVED, "nobody restarts the gate");
    watch_play("client up\nclient > D 43=Y 122=@ 11=A 38=1\n");
    expect(CG_KIT_WAIVED, "the FIX engine says 43 itself");
    watch_play("case X-1\npurpose x\ncertifies hub\nclient up\n");
    expect(CG_KIT_WAIVED, "does not certify a gate");
}

/* The gate is restarted when the case asks for it. */
static enum cg_kit_asked restart(void *user, bool first)
{
    (void)user;
    if (first) {
        cg_gateway_stop(gate.gateway);
    }
    if (!gate.ended) {
        return CG_KIT_ASKED_WAIT;
    }
    cg_gateway_close(gate.gateway);
    gate_start();
    return CG_KIT_ASKED_DONE;
}

static void test_kit_has_the_gate_restarted(void **state)
{
    (void)state;
    watch.obey = restart;
    kit_open(PLAYS_ALL);
    watch_play(UP ASK GRANT AT_VENUE
               "gate asked restart : Restart the gate\n"
               "gate crash\n"
               "client up\n"
               "hub up\n"
               "hub < CL ...\n"
               "venue up\n"
               "@+500 venue < H 11=${RUN}A1 ...\n"
               "venue > 8 11=${RUN}A1 37=${RUN}V 17=${RUN}E3 150=I 39=0 "
               "38=10000000 14=0 151=10000000\n" CANCEL);
    expect(CG_KIT_PASSED, "");
    watch_play(WHOLE);
    expect(CG_KIT_PASSED, "");
}

/* A gate that goes in the middle of a case, and is back for the next. */
static enum cg_kit_asked kill_it(void *user, bool first)
{
    (void)user;
    if (first) {
        cg_gateway_stop(gate.gateway);
    }
    return gate.ended ? CG_KIT_ASKED_DONE : CG_KIT_ASKED_WAIT;
}

static void test_kit_gate_goes_and_is_back(void **state)
{
    (void)state;
    watch.obey = kill_it;
    kit_open(PLAYS_ALL);
    watch_play(UP "gate asked stop : Stop it\n" ASK);
    expect(CG_KIT_FAILED, "client is not logged on");
    cg_gateway_close(gate.gateway);
    watch_play(WHOLE);
    expect(CG_KIT_BROKEN, "client has not logged on");
    gate_start();
    watch_play(WHOLE);
    expect(CG_KIT_PASSED, "");
}

static void test_kit_wire_is_a_client(void **state)
{
    (void)state;
    kit_open(PLAYS_ALL);
    for (int i = 0; i < 2; i++) {
        watch_play("wire connects\n"
                   "wire > A !1137\n"
                   "wire < A 98=0 ...\n"
                   "wire > D 11=${RUN}X 1=NOBODY 55=USSW10 54=1 38=1 "
                   "40=2 44=1 60=@\n"
                   "wire < 8 11=${RUN}X 150=8 39=8 ...\n"
                   "wire > 5\n"
                   "wire < 5 ...\n"
                   "wire closed\n");
        expect(CG_KIT_PASSED, "");
        watch_play(WHOLE);
        expect(CG_KIT_PASSED, "");
    }
}

/* Numbers go on over lines and attempts. */
static void test_kit_keeps_numbers(void **state)
{
    char *reset = strstr(gate.text, "ResetOnLogon=Y");

    (void)state;
    gate_close();
    reset[strlen("ResetOnLogon=")] = 'N';
    gate_open();
    watch.options.limits.keep_numbers = true;
    kit_open(PLAYS_ALL);
    for (int i = 0; i < 2; i++) {
        watch_play(
            UP "hub down\nhub up\nhub < CL ...\n" ASK GRANT AT_VENUE CANCEL);
        expect(CG_KIT_PASSED, "");
    }
    assert_null(strstr(watch.bytes, "|141=Y"));
}

/* Messages that are rejected, and asked for again, over the line. */
static void test_kit_rejects_and_asks_again(void **state)
{
    (void)state;
    kit_open(PLAYS_ALL);
    watch_play(UP ASK GRANT AT_VENUE "client rejects 8\nclient resend 8 "
                                     "kept\nhub skips\nhub < CL ...\n" CANCEL);
    expect(CG_KIT_PASSED, "");
    watch_play(UP ASK GRANT AT_VENUE "client resend 8 dropped\n");
    expect(CG_KIT_FAILED, "it was sent again");
    watch_play(UP "venue rejects D\n");
    expect(CG_KIT_BROKEN, "venue was sent no such message");
    assert_string_equal(watch.wrong, "venue was sent no such message");
    watch_play(UP "client resend 8 kept\n");
    expect(CG_KIT_BROKEN, "client was sent no such message");
    assert_null(strstr(strstr(watch.reason, ": ") + 1, "kit.session"));
}

/* Somebody says that the gate was restarted, and it was not. */
static void test_kit_sees_that_the_gate_stays(void **state)
{
    static const char *const steps[] = {
        "client up\ngate asked restart : Restart the gate\ngate crash\n",
        "client up\ngate asked stop : Stop the gate\ngate stop\n"};

    (void)state;
    kit_open(PLAYS_ALL);
    watch.options.limits.connect_ns = 500 * CG_MS;
    watch_close();
    watch_open(gate.text);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        watch_play(steps[i]);
        expect(CG_KIT_BROKEN,
               "client is still logged on: the gate did not restart");
    }
}

#define WITH_GATE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_kit_good_gate_passes),
        WITH_GATE(test_kit_failed_case_leaves_nothing),
        WITH_GATE(test_kit_plays_lines),
        WITH_GATE(test_kit_waives_what_it_does_not_play),
        WITH_GATE(test_kit_has_the_gate_restarted),
        WITH_GATE(test_kit_gate_goes_and_is_back),
        WITH_GATE(test_kit_wire_is_a_client),
        WITH_GATE(test_kit_keeps_numbers),
        WITH_GATE(test_kit_rejects_and_asks_again),
        WITH_GATE(test_kit_sees_that_the_gate_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
