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

#include "kit_peer.h"
#include <gateway.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define PLAYS_ALL UINT64_C(7)

static uv_loop_t loop;

/* The gate that is certified. */
struct gate {
    char folder[64];
    char text[4096];
    struct cg_config *config;
    struct cg_gateway *gateway;
    bool ended;
};

static void complain(void *user,
                     const char *file,
                     int line,
                     const char *wrong,
                     const char *remedy)
{
    (void)user;
    print_error("%s:%d: %s; %s\n", file, line, wrong, remedy);
}

static void on_ended(void *user, int error)
{
    struct gate *gate = user;

    (void)error;
    gate->ended = true;
}

static void gate_start(struct gate *gate)
{
    struct cg_gateway_options options = {
        .loop = &loop, .config = gate->config, .ended = on_ended, .user = gate};
    char error[512];

    gate->ended = false;
    if (cg_gateway_open(&options, error, sizeof(error), &gate->gateway) != 0) {
        fail_msg("%s", error);
    }
}

static void gate_stop(struct gate *gate)
{
    cg_gateway_stop(gate->gateway);
    while (!gate->ended) {
        uv_run(&loop, UV_RUN_ONCE);
    }
    cg_gateway_close(gate->gateway);
    gate->gateway = NULL;
}

static void gate_open(struct gate *gate)
{
    struct cg_config_memory memory = {
        .name = "gate.cfg",
        .instruments = "instrument,currency,dv01_per_million\n"
                       "USSW10,USD,904\n",
    };

    *gate = (struct gate){.folder = "/tmp/kit_gate_XXXXXX"};
    assert_non_null(mkdtemp(gate->folder));
    snprintf(gate->text, sizeof(gate->text),
             "[GATE]\nName=GATE\nJournal=%s/journal\nInstruments=table\n"
             "HardDeadlineMs=1000\nSoftDeadlineMs=500\nTradingDayEnd=never\n"
             "MaxOrders=64\nMaxRequests=256\nMaxLimits=16\n\n"
             "[DEFAULT]\nSenderCompID=GATE\nResetOnLogon=Y\n\n"
             "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
             "TargetCompID=CLIENT\nConnectionType=acceptor\n"
             "SocketAcceptPort=%d\nVenue=venue\nAccounts=ACME,BETA\n\n"
             "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
             "TargetCompID=VENUE\nConnectionType=initiator\n"
             "SocketConnectHost=127.0.0.1\nSocketConnectPort=%d\n\n"
             "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\n"
             "TargetCompID=HUB\nConnectionType=initiator\n"
             "SocketConnectHost=127.0.0.1\nSocketConnectPort=%d\n\n"
             "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\nHub=hub\n\n"
             "[ACCOUNT]\nAccount=BETA\nClearingFirm=FCM1\nHub=hub\n\n"
             "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nHub=hub\n"
             "Owner=FCM1\nCurrency=USD\nModel=ping\nWarnings=none\n\n"
             "[LIMIT]\nRiskLimitID=BETA-USD\nAccount=BETA\nHub=hub\n"
             "Owner=FCM1\nCurrency=USD\nModel=ping\nWarnings=none\n",
             gate->folder, free_port(), free_port(), free_port());
    memory.text = gate->text;
    assert_int_equal(
        cg_config_open_memory(&memory, complain, NULL, &gate->config), 0);
    gate_start(gate);
}

static void gate_close(struct gate *gate)
{
    char path[128];
    static const char *const names[] = {"journal", "journal-wal", "journal-shm",
                                        "journal-spare"};

    gate_stop(gate);
    cg_config_close(gate->config);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", gate->folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(gate->folder);
}

static void
kit_open(struct watch *watch, const struct gate *gate, uint64_t played)
{
    watch->options.seat = CG_KIT_GATE;
    watch->options.played = played;
    watch->options.limits = (struct cg_kit_limits){
        .tolerance_ns = 500 * CG_MS,
        .early_ns = 100 * CG_MS,
        .settle_ns = 150 * CG_MS,
        .connect_ns = 4 * CG_SECOND,
        .case_ns = 10 * CG_SECOND,
        .flood_max = 500,
        .keep_numbers = watch->options.limits.keep_numbers,
    };
    watch_open(watch, &loop, gate->text);
}

#define UP                                                                     \
    "client up\n"                                                              \
    "venue up\n"                                                               \
    "hub up\n"                                                                 \
    "hub < CL 1666=$Q 1760=3 263=1\n"

#define ASK                                                                    \
    "client > D 11=${RUN}A1 38=10000000\n"                                     \
    "hub < DF 2318=$N1 2319=$T 2320=0 2321=0 2324=9040 ...\n"

#define GRANT "hub > DG 2318=$N1 2319=$T 2325=0 2324=9040.00 2327=9040.00\n"

#define AT_VENUE                                                               \
    "venue < D same 7350=$T\n"                                                 \
    "venue > 8 11=${RUN}A1 37=${RUN}V 17=${RUN}E1 150=0 39=0 38=10000000 "     \
    "14=0 151=10000000\n"                                                      \
    "client < 8 same\n"

#define CANCEL                                                                 \
    "client > F 11=${RUN}A2 41=${RUN}A1 38=10000000\n"                         \
    "venue < F same\n"                                                         \
    "venue > 8 11=${RUN}A2 41=${RUN}A1 37=${RUN}V 17=${RUN}E2 150=4 39=4 "     \
    "38=10000000 14=0 151=0\n"                                                 \
    "client < 8 same\n"                                                        \
    "hub < DF 2318=$N2 2319=$T 2320=1 2321=0 2324=9040.00 ...\n"               \
    "hub > DG 2318=$N2 2319=$T 2320=1 2325=4\n"

#define WHOLE UP ASK GRANT AT_VENUE CANCEL

static void expect(const struct watch *watch,
                   enum cg_kit_verdict verdict,
                   const char *reason)
{
    if (watch->verdict != verdict || strstr(watch->reason, reason) == NULL) {
        print_error("%s\n", watch->bytes);
        fail_msg("verdict %d: %s; expected %d: %s", (int)watch->verdict,
                 watch->reason, (int)verdict, reason);
    }
}

/* What only the gate's inside would show is waived, step by step. */
static void test_kit_good_gate_passes(void **state)
{
    struct gate gate;
    struct watch watch = {0};

    (void)state;
    gate_open(&gate);
    kit_open(&watch, &gate, PLAYS_ALL);
    for (int i = 0; i < 3; i++) {
        watch_play(&watch, WHOLE "limit $LIMIT used=77\n"
                                 "token $T state=asked\n");
        expect(&watch, CG_KIT_PASSED, "");
        assert_int_equal(watch.passed, 16);
        assert_int_equal(watch.waived, 2);
    }
    watch_close(&watch);
    gate_close(&gate);
}

/* Wherever a case fails, nothing of it is left for the next one. */
static void test_kit_failed_case_leaves_nothing(void **state)
{
    static const char *const cases[] = {
        UP ASK "client < 8 150=0 ...\n",
        UP ASK GRANT "venue < D 11=${RUN}A1 38=1 ...\n",
        UP ASK GRANT AT_VENUE "hub < DF ...\n",
        UP ASK GRANT AT_VENUE "client > F 11=${RUN}A2 41=${RUN}A1 "
                              "38=10000000\nvenue < F 11=other ...\n",
        UP ASK GRANT AT_VENUE
        "hub down\nclient > F 11=${RUN}A2 41=${RUN}A1 38=10000000\n"
        "venue < F same\nvenue > 8 11=${RUN}A2 41=${RUN}A1 37=${RUN}V "
        "17=${RUN}E2 150=4 39=4 38=10000000 14=0 151=0\n"
        "client < 8 same\nclient < 8 same\n",
    };
    struct gate gate;
    struct watch watch = {0};

    (void)state;
    gate_open(&gate);
    kit_open(&watch, &gate, PLAYS_ALL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        watch_play(&watch, cases[i]);
        expect(&watch, CG_KIT_FAILED, "");
        assert_int_equal(watch.failed, 1);
        watch_play(&watch, WHOLE);
        expect(&watch, CG_KIT_PASSED, "");
    }
    watch_close(&watch);
    gate_close(&gate);
}

static void test_kit_plays_lines(void **state)
{
    struct gate gate;
    struct watch watch = {0};

    (void)state;
    gate_open(&gate);
    kit_open(&watch, &gate, PLAYS_ALL);
    watch_play(&watch, "client up\nvenue up\n"
                       "client > D 11=${RUN}A1 38=10000000\n"
                       "client < 8 11=${RUN}A1 150=8 58~CG302 ...\n");
    expect(&watch, CG_KIT_PASSED, "");
    watch_play(&watch, UP
               "hub down\nhub resets\nhub up\nhub < CL ...\n" ASK GRANT AT_VENUE
               "hub down\nhub up\nhub < CL ...\n" CANCEL);
    expect(&watch, CG_KIT_PASSED, "");
    watch_play(&watch, UP "venue down\nclient > D 11=${RUN}A1 38=10000000\n"
                          "client < 8 11=${RUN}A1 150=8 58~CG304 ...\n"
                          "venue up\n");
    expect(&watch, CG_KIT_PASSED, "");
    watch_play(&watch, WHOLE);
    expect(&watch, CG_KIT_PASSED, "");
    watch_close(&watch);
    gate_close(&gate);
}

/* The hub is somebody else's: nothing that it says can be seen. */
static void test_kit_waives_what_it_does_not_play(void **state)
{
    struct gate gate;
    struct watch watch = {0};

    (void)state;
    gate_open(&gate);
    kit_open(&watch, &gate, UINT64_C(3));
    watch_play(&watch, WHOLE);
    expect(&watch, CG_KIT_WAIVED, "the kit does not play hub here");
    watch_play(&watch, "client up\nhub up\n");
    expect(&watch, CG_KIT_PASSED, "");
    assert_int_equal(watch.waived, 1);
    watch_play(&watch, "gate stop\n");
    expect(&watch, CG_KIT_WAIVED, "nobody restarts the gate");
    watch_play(&watch, "client up\nclient > D 43=Y 122=@ 11=A 38=1\n");
    expect(&watch, CG_KIT_WAIVED, "the FIX engine says 43 itself");
    watch_play(&watch, "case X-1\npurpose x\ncertifies hub\nclient up\n");
    expect(&watch, CG_KIT_WAIVED, "does not certify a gate");
    watch_close(&watch);
    gate_close(&gate);
}

/* The gate is restarted when the case asks for it. */
static enum cg_kit_asked restart(void *user, bool first)
{
    struct gate *gate = user;

    if (first) {
        cg_gateway_stop(gate->gateway);
    }
    if (!gate->ended) {
        return CG_KIT_ASKED_WAIT;
    }
    cg_gateway_close(gate->gateway);
    gate_start(gate);
    return CG_KIT_ASKED_DONE;
}

static void test_kit_has_the_gate_restarted(void **state)
{
    struct gate gate;
    struct watch watch = {.obey = restart, .user = &gate};

    (void)state;
    gate_open(&gate);
    kit_open(&watch, &gate, PLAYS_ALL);
    watch_play(&watch, UP ASK GRANT AT_VENUE
               "gate asked restart : Restart the gate\n"
               "gate crash\n"
               "client up\n"
               "hub up\n"
               "hub < CL ...\n"
               "venue up\n"
               "@+500 venue < H 11=${RUN}A1 ...\n"
               "venue > 8 11=${RUN}A1 37=${RUN}V 17=${RUN}E3 150=I 39=0 "
               "38=10000000 14=0 151=10000000\n" CANCEL);
    expect(&watch, CG_KIT_PASSED, "");
    watch_play(&watch, WHOLE);
    expect(&watch, CG_KIT_PASSED, "");
    watch_close(&watch);
    gate_close(&gate);
}

/* A gate that goes in the middle of a case, and is back for the next. */
static enum cg_kit_asked kill_it(void *user, bool first)
{
    struct gate *gate = user;

    if (first) {
        cg_gateway_stop(gate->gateway);
    }
    return gate->ended ? CG_KIT_ASKED_DONE : CG_KIT_ASKED_WAIT;
}

static void test_kit_gate_goes_and_is_back(void **state)
{
    struct gate gate;
    struct watch watch = {.obey = kill_it, .user = &gate};

    (void)state;
    gate_open(&gate);
    kit_open(&watch, &gate, PLAYS_ALL);
    watch_play(&watch, UP "gate asked stop : Stop it\n" ASK);
    expect(&watch, CG_KIT_FAILED, "client is not logged on");
    cg_gateway_close(gate.gateway);
    watch_play(&watch, WHOLE);
    expect(&watch, CG_KIT_BROKEN, "client has not logged on");
    gate_start(&gate);
    watch_play(&watch, WHOLE);
    expect(&watch, CG_KIT_PASSED, "");
    watch_close(&watch);
    gate_close(&gate);
}

static void test_kit_wire_is_a_client(void **state)
{
    struct gate gate;
    struct watch watch = {0};

    (void)state;
    gate_open(&gate);
    kit_open(&watch, &gate, PLAYS_ALL);
    for (int i = 0; i < 2; i++) {
        watch_play(&watch, "wire connects\n"
                           "wire > A !1137\n"
                           "wire < A 98=0 ...\n"
                           "wire > D 11=${RUN}X 1=NOBODY 55=USSW10 54=1 38=1 "
                           "40=2 44=1 60=@\n"
                           "wire < 8 11=${RUN}X 150=8 39=8 ...\n"
                           "wire > 5\n"
                           "wire < 5 ...\n"
                           "wire closed\n");
        expect(&watch, CG_KIT_PASSED, "");
        watch_play(&watch, WHOLE);
        expect(&watch, CG_KIT_PASSED, "");
    }
    watch_close(&watch);
    gate_close(&gate);
}

/* Numbers go on over lines and attempts. */
static void test_kit_keeps_numbers(void **state)
{
    struct gate gate;
    struct watch watch = {.options.limits.keep_numbers = true};
    char *reset;

    (void)state;
    gate_open(&gate);
    gate_stop(&gate);
    cg_config_close(gate.config);
    reset = strstr(gate.text, "ResetOnLogon=Y");
    reset[strlen("ResetOnLogon=")] = 'N';
    assert_int_equal(
        cg_config_open_memory(
            &(struct cg_config_memory){
                .name = "gate.cfg",
                .text = gate.text,
                .instruments = "instrument,currency,dv01_per_million\n"
                               "USSW10,USD,904\n"},
            complain, NULL, &gate.config),
        0);
    gate_start(&gate);
    kit_open(&watch, &gate, PLAYS_ALL);
    for (int i = 0; i < 2; i++) {
        watch_play(
            &watch,
            UP "hub down\nhub up\nhub < CL ...\n" ASK GRANT AT_VENUE CANCEL);
        expect(&watch, CG_KIT_PASSED, "");
    }
    assert_null(strstr(watch.bytes, "|141=Y"));
    watch_close(&watch);
    gate_close(&gate);
}

/* Messages that are rejected, and asked for again, over the line. */
static void test_kit_rejects_and_asks_again(void **state)
{
    struct gate gate;
    struct watch watch = {0};

    (void)state;
    gate_open(&gate);
    kit_open(&watch, &gate, PLAYS_ALL);
    watch_play(&watch,
               UP ASK GRANT AT_VENUE "client rejects 8\nclient resend 8 "
                                     "kept\nhub skips\nhub < CL ...\n" CANCEL);
    expect(&watch, CG_KIT_PASSED, "");
    watch_play(&watch, UP ASK GRANT AT_VENUE "client resend 8 dropped\n");
    expect(&watch, CG_KIT_FAILED, "it was sent again");
    watch_play(&watch, UP "venue rejects D\n");
    expect(&watch, CG_KIT_BROKEN, "venue was sent no such message");
    assert_string_equal(watch.wrong, "venue was sent no such message");
    watch_play(&watch, UP "client resend 8 kept\n");
    expect(&watch, CG_KIT_BROKEN, "client was sent no such message");
    assert_null(strstr(strstr(watch.reason, ": ") + 1, "kit.session"));
    watch_close(&watch);
    gate_close(&gate);
}

/* Somebody says that the gate was restarted, and it was not. */
static void test_kit_sees_that_the_gate_stays(void **state)
{
    static const char *const steps[] = {
        "client up\ngate asked restart : Restart the gate\ngate crash\n",
        "client up\ngate asked stop : Stop the gate\ngate stop\n"};
    struct gate gate;
    struct watch watch = {0};

    (void)state;
    gate_open(&gate);
    kit_open(&watch, &gate, PLAYS_ALL);
    watch.options.limits.connect_ns = 500 * CG_MS;
    watch_close(&watch);
    watch_open(&watch, &loop, gate.text);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        watch_play(&watch, steps[i]);
        expect(&watch, CG_KIT_BROKEN,
               "client is still logged on: the gate did not restart");
    }
    watch_close(&watch);
    gate_close(&gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kit_good_gate_passes),
        cmocka_unit_test(test_kit_failed_case_leaves_nothing),
        cmocka_unit_test(test_kit_plays_lines),
        cmocka_unit_test(test_kit_waives_what_it_does_not_play),
        cmocka_unit_test(test_kit_has_the_gate_restarted),
        cmocka_unit_test(test_kit_gate_goes_and_is_back),
        cmocka_unit_test(test_kit_wire_is_a_client),
        cmocka_unit_test(test_kit_keeps_numbers),
        cmocka_unit_test(test_kit_rejects_and_asks_again),
        cmocka_unit_test(test_kit_sees_that_the_gate_stays),
    };
    int failed;

    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&loop);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
    return uv_loop_close(&loop) == 0 ? failed : 1;
}
