/*
 * What a kit seldom meets: numbers, rejects and resends in memory, lines and
 * wires that end otherwise than a case says, seats that cannot play a case,
 * configurations turned around, memory that runs out.
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

#include "../unit/failing_memory.h"
#include "kit_peer.h"
#include <stdio.h>

/* The same kit once more, as its options are now. */
static void open_again(void)
{
    char error[512];

    cg_kit_close(watch.kit);
    watch.kit = NULL;
    if (cg_kit_open(&watch.options, error, sizeof(error), &watch.kit) != 0) {
        fail_msg("%s", error);
    }
}

/* FIX.4.2 wants HandlInst (21). */
#define ASK_42                                                                 \
    "client > D 11=${RUN}A1 38=10000000 21=1\n"                                \
    "hub < DF 2318=$N1 2319=$T 2320=0 2321=0 2324=9040.00 ...\n"

#define LOGGED_ON                                                              \
    "wire connects\n"                                                          \
    "wire > A\n"                                                               \
    "wire < A 98=0 108=30 ...\n"

/* What a gap fill answers. */
#define AGAIN "wire > 2 7=1 16=0\n"

struct row {
    const char *steps;
    enum cg_kit_verdict verdict;
    const char *reason;
};

static void play_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        watch_play(rows[i].steps);
        expect(rows[i].verdict, rows[i].reason);
    }
}

#define PLAY(...)                                                              \
    do {                                                                       \
        static const struct row rows[] = {__VA_ARGS__};                        \
        play_rows(rows, sizeof(rows) / sizeof(rows[0]));                       \
    } while (0)

/* --- seat HUB --------------------------------------------------------------
 */

/* What the kit does to its own gate, without sockets. */
static void test_kit_edges_in_memory(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.4");
    PLAY({UP ASK GRANT AT_VENUE "client resend 8 kept\n" CANCEL, CG_KIT_PASSED,
          ""},
         {UP ASK GRANT AT_VENUE "client resend 8 dropped\n", CG_KIT_BROKEN,
          "the kit's gate would send it again"},
         {UP ASK GRANT "venue < D same 7350=$T\n"
                       "venue resend D dropped\n" TAKEN "venue resend D kept\n",
          CG_KIT_BROKEN, "the kit's gate would"},
         {UP "client resend 8 kept\n", CG_KIT_BROKEN, "kit.session"},
         {UP "venue rejects D\n", CG_KIT_BROKEN, "kit.session"},
         {UP ASK GRANT "venue < D same 7350=$T\nvenue rejects D\n"
                       "client < 8 150=8 39=8 ...\n"
                       "hub < DF 2320=1 2321=0 ...\nhub > DG 2325=4\n",
          CG_KIT_PASSED, ""},
         {UP "client resets\nvenue skips\n" ASK GRANT AT_VENUE CANCEL,
          CG_KIT_PASSED, ""},
         {UP "client down\nclient up\nvenue down\n"
             "client > D 11=${RUN}A1 38=10000000\n"
             "client < 8 150=8 58~CG304 ...\n",
          CG_KIT_PASSED, ""},
         {UP "gate stop\nclient > D 11=${RUN}A1 38=10000000\n"
             "client < 8 150=8 ...\n",
          CG_KIT_PASSED, ""});
}

/* A venue of FIX.4.2 is cleaned up in its own words; it has no answer to a
 * question, and a trade is told of. */
static void test_kit_edges_cleaning(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.2");
    PLAY({UP ASK_42 GRANT "venue < D 11=other ...\n", CG_KIT_FAILED, "11"},
         {UP ASK_42 GRANT "venue < D same 7350=$T\n"
                          "venue > 8 11=${RUN}A1 37=${RUN}V 17=${RUN}E1 20=0 "
                          "150=0 39=0 38=10000000 14=0 151=10000000\n"
                          "client < 8 11=other ...\n",
          CG_KIT_FAILED, "11"});
    assert_non_null(strstr(watch.bytes, "venue > 8=FIX.4.2"));
    assert_non_null(strstr(watch.bytes, "|20=0|150=4|39=4|"));
}

/* The peer is heard at the wrong time, or not at all. */
static void test_kit_edges_of_the_wire(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.4");
    PLAY({LOGGED_ON "wire < 3 ...\n", CG_KIT_FAILED,
          "wire should receive 3, but nothing came within 0.300 s"},
         {LOGGED_ON "wire closed\n", CG_KIT_FAILED,
          "the peer does not close the line"},
         {LOGGED_ON AGAIN "wire closed\n", CG_KIT_FAILED,
          "the peer should close the line, but"},
         {LOGGED_ON "wire > 5\nwire < 3 ...\n", CG_KIT_FAILED, "3"},
         {LOGGED_ON "wire > 5\nwire < 5 ...\nwire < 3 ...\n", CG_KIT_FAILED,
          "3 was expected, but the peer closed the line"},
         {LOGGED_ON AGAIN "@+100 wire > 1 112=X\n", CG_KIT_FAILED,
          "before this step came what no step expects"},
         {LOGGED_ON AGAIN, CG_KIT_FAILED,
          "at the end came what no step expects: wire"},
         {"wire > 1 112=X\n", CG_KIT_BROKEN, "wire"},
         {LOGGED_ON "wire > 5\nwire < 5 ...\nwire closed\nwire > 1 112=X\n",
          CG_KIT_BROKEN, "the peer has closed the line"});
    watch_close();
    watch.options.limits.flood_max = 2;
    hub_open(peer.port, "FIX.4.4");
    PLAY({LOGGED_ON AGAIN AGAIN AGAIN "@+500 quiet\n", CG_KIT_FAILED,
          "the peer has sent more than 2 messages in one case: a flood"});
}

/* Nobody is where the wire connects to. */
static void test_kit_edges_wire_to_nobody(void **state)
{
    (void)state;
    watch.options.limits.connect_ns = 200 * CG_MS;
    hub_open(free_port(), "FIX.4.4");
    PLAY({"wire connects\n", CG_KIT_BROKEN, "connection refused"});
}

static enum cg_kit_asked stop_it(void *user, bool first)
{
    (void)user;
    watch.stopped = !first;
    return CG_KIT_ASKED_WAIT;
}

/* Nobody is there to be asked, nobody does it, or somebody wants to end. */
static void test_kit_edges_asked(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.4");
    watch.answer = CG_KIT_ASKED_DONE;
    PLAY({UP "hub asked one : One\nclient < 8 ...\n"
             "hub asked two : Two\nclient asked x : Itself\n",
          CG_KIT_FAILED, "nothing came"});
    assert_int_equal(watch.asked, 2);
    watch.obey = stop_it;
    PLAY({UP "hub asked one : One\n", CG_KIT_STOPPED, "operator"});
    watch.stopped = false;
    watch.obey = NULL;
    watch.options.ask = NULL;
    watch.options.event = NULL;
    watch.options.stops = NULL;
    open_again();
    PLAY({UP "hub asked one : One\n", CG_KIT_WAIVED,
          "nobody is there who could be asked"},
         {UP, CG_KIT_PASSED, ""});
}

/* Accounts that are not in the configuration, or not the client's. */
static void test_kit_edges_accounts(void **state)
{
    (void)state;
    hub_open(free_port(), "FIX.4.4");
    PLAY({"hub up\nclient > D 11=A 1=NOBODY 38=1\n", CG_KIT_WAIVED,
          "the configuration has no account NOBODY"},
         {"value OTHER NOBODY\nhub up\nclient > D 11=A 1=$OTHER 38=1\n",
          CG_KIT_WAIVED, "the configuration has no account NOBODY"});
}

/* --- what cannot be played --------------------------------------------------
 */

static void gate_open(const char *text, uint64_t played)
{
    watch.options.seat = CG_KIT_GATE;
    watch.options.played = played;
    watch.options.limits.connect_ns = 100 * CG_MS;
    watch_open(text);
}

#define LISTENS CLIENT_LINES("FIX.4.4") "ConnectionType=acceptor\n"
#define REST VENUE_LINES("FIX.4.4") ACCEPTS HUB_LINES

static void gate_text(char *text, size_t len)
{
    snprintf(text, len,
             GATE_LINES("none") LISTENS
             "SocketAcceptAddress=0.0.0.0\nSocketAcceptPort=%d\n" REST
             "SocketConnectHost=localhost\nSocketConnectPort=%d\n"
             "LogonTag=553=me\nLogonTag1=554=x\n" ACCOUNTS,
             free_port(), free_port());
}

static void test_kit_edges_gate_seat_waives(void **state)
{
    char text[4096];

    (void)state;
    gate_text(text, sizeof(text));
    gate_open(text, UINT64_C(5)); /* client and hub */
    PLAY({"gate stop\n", CG_KIT_WAIVED, "nobody restarts the gate"},
         {"client up\ngate crash\n", CG_KIT_WAIVED, "nobody restarts the gate"},
         {"hub asked x : Do it\ngate stop\n", CG_KIT_WAIVED,
          "nobody restarts the gate"},
         {"venue > 8 11=A\n", CG_KIT_WAIVED, "the kit does not play venue"},
         {"other up\n", CG_KIT_WAIVED, "the configuration has no session"},
         {"client > D 34=7 11=A 38=1\n", CG_KIT_WAIVED,
          "the FIX engine says 34 itself"},
         {"client up\n", CG_KIT_BROKEN, "client has not logged on within"},
         {"venue up\nclient > D !43 11=A 38=1\n", CG_KIT_BROKEN,
          "client is not logged on"},
         {"client rejects 8\n", CG_KIT_BROKEN,
          "client was sent no such message"},
         {"client resend 8 kept\n", CG_KIT_BROKEN,
          "client was sent no such message"},
         {"client skips\n", CG_KIT_BROKEN, "the SequenceReset cannot be sent"});
    assert_true(cg_kit_port(watch.kit, 2) > 0);
    assert_true(cg_kit_port(watch.kit, 1) < 0);
    assert_true(cg_kit_port(watch.kit, 99) < 0);
    watch_close();
    watch.options.limits.keep_numbers = true;
    gate_open(text, UINT64_C(5));
    PLAY({"client resets\n", CG_KIT_WAIVED, "numbers are kept over logons"},
         {"wire connects\n", CG_KIT_WAIVED, "numbers are kept over logons"});
    watch.options.ask = NULL;
    open_again();
    PLAY({"gate asked x : Do it\n", CG_KIT_WAIVED, "nobody is there"},
         {"venue asked x : Do it\n", CG_KIT_WAIVED, "venue"},
         {"client asked x : Do it\n", CG_KIT_PASSED, ""});
}

/* Who is played alone is the wire; a hub is listened for. */
static void test_kit_edges_wire_session(void **state)
{
    char text[4096];

    (void)state;
    gate_text(text, sizeof(text));
    gate_open(text, UINT64_C(4));
    PLAY({"wire connects\n", CG_KIT_WAIVED,
          "the peer connects to us, and there is one line"});
    watch_close();
    gate_open(text, UINT64_C(1));
    PLAY({"wire connects\n", CG_KIT_BROKEN, "connection refused"});
}

/* --- configurations ---------------------------------------------------------
 */

/* Turned around: each address of a gate becomes one of its peer's. */
static void test_kit_edges_addresses(void **state)
{
    static const char *const listens[] = {"", "SocketAcceptAddress=0.0.0.0\n",
                                          "SocketAcceptAddress=::\n",
                                          "SocketAcceptAddress=127.0.0.1\n"};
    static const char *const connects[] = {"127.0.0.1", "127.9.9.9",
                                           "localhost", "::1", "192.0.2.1"};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        char text[4096];

        snprintf(text, sizeof(text),
                 GATE_LINES("none") LISTENS
                 "%sSocketAcceptPort=%d\n"
                 "AllowedAddresses=127.0.0.1\n" REST
                 "SocketConnectHost=%s\nSocketConnectPort=%d\n" ACCOUNTS,
                 listens[i % 4], free_port(), connects[i], free_port());
        gate_open(text, UINT64_C(5));
        PLAY({"client up\n", CG_KIT_BROKEN, "client has not logged on"});
        assert_true(cg_kit_port(watch.kit, 2) > 0);
        watch_close();
    }
}

static void read_config(const char *text, struct cg_config *config)
{
    const struct cg_config_memory memory = {
        .name = "kit.cfg",
        .text = text,
        .instruments = INSTRUMENTS,
    };

    assert_int_equal(
        cg_config_read_memory(&memory, mistake_print, NULL, config), 0);
}

/* Nothing to play, and a port that somebody has. */
static void test_kit_edges_cannot_open(void **state)
{
    char text[4096];
    struct cg_config config;
    struct cg_kit *kit = NULL;
    struct cg_kit_options options = {
        .loop = &loop, .config = &config, .seat = CG_KIT_GATE};
    char error[512] = "";

    (void)state;
    gate_text(text, sizeof(text));
    read_config(text, &config);
    options.limits = watch.options.limits;
    assert_int_equal(cg_kit_open(&options, error, sizeof(error), &kit),
                     CG_ERR_CONFIG);
    assert_true(strlen(error) > 0);
    assert_null(kit);
    cg_config_deinit(&config);
    snprintf(text, sizeof(text),
             GATE_LINES("none") CLIENT_LINES("FIX.4.4")
                 ACCEPTS REST CONNECTS ACCOUNTS,
             peer.port);
    read_config(text, &config);
    options.played = UINT64_C(4);
    assert_true(cg_kit_open(&options, error, sizeof(error), &kit) < 0);
    assert_true(strlen(error) > 0);
    assert_null(kit);
    cg_config_deinit(&config);
    cg_kit_close(NULL);
}

/* --- no memory --------------------------------------------------------------
 */

#define CASE_TEXT                                                              \
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\n"                    \
    "SenderCompID=GATE\nTargetCompID=HUB\nConnectionType=acceptor\n"           \
    "SocketAcceptPort=0\n\n"                                                   \
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"               \
    "SenderCompID=GATE\nTargetCompID=CLIENT\nConnectionType=acceptor\n"        \
    "SocketAcceptPort=0\nVenue=venue\nAccounts=ACME\n\n"                       \
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"                 \
    "SenderCompID=GATE\nTargetCompID=VENUE\nConnectionType=acceptor\n"         \
    "SocketAcceptPort=0\n\n"                                                   \
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\nHub=hub\n\n"                  \
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nHub=hub\nOwner=FCM1\n"       \
    "Currency=USD\nModel=ping\n\n"                                             \
    "[GATE]\nMaxOrders=64\n\n"                                                 \
    "instrument USSW10,USD,904\n"                                              \
    "value RUN R\nvalue ACCOUNT ACME\nvalue LIMIT ACME-USD\n"                  \
    "hub up\nhub < CL ...\n"

/* The kit is opened, or says what is missing. */
static void test_kit_edges_no_memory_to_open(void **state)
{
    char text[4096];
    struct cg_config config;
    struct cg_kit_options options = {
        .loop = &loop, .config = &config, .seat = CG_KIT_GATE, .played = 5};

    (void)state;
    gate_text(text, sizeof(text));
    read_config(text, &config);
    options.limits = watch.options.limits;
    for (int i = 0; i < 2; i++) {
        for_good = i == 1;
        for (long n = 1;; n++) {
            struct cg_kit *kit = NULL;
            char error[512] = "";
            int status;

            failures = 0;
            countdown = n;
            status = cg_kit_open(&options, error, sizeof(error), &kit);
            countdown = -1;
            assert_true((status == 0) == (kit != NULL));
            assert_true(status == 0 || strlen(error) > 0);
            cg_kit_close(kit);
            if (failures == 0) {
                assert_int_equal(status, 0);
                assert_true(n > 4);
                break;
            }
        }
    }
    cg_config_deinit(&config);
}

/* An attempt without memory is never one that the hub has failed. */
static void test_kit_edges_no_memory_to_play(void **state)
{
    static const struct cg_kit_value value = {"LIMIT", "ACME-USD"};
    struct cg_script script;
    long last = 0;

    (void)state;
    hub_open(peer.port, "FIX.4.4");
    assert_int_equal(cg_script_read_text("kit.session", cg_slice_str(CASE_TEXT),
                                         mistake_print, NULL, &script),
                     0);
    for_good = false;
    PLAY({UP, CG_KIT_PASSED, ""}); /* it is logged on from here on */
    for (long n = 1; last == 0; n++) {
        enum cg_kit_verdict verdict = CG_KIT_PASSED;
        char reason[1024] = "";
        int status;

        failures = 0;
        countdown = n;
        status = cg_kit_play(watch.kit, &script, &value, 1, &verdict, reason,
                             sizeof(reason));
        countdown = -1;
        if (failures == 0) {
            assert_int_equal(status, 0);
            assert_string_equal(reason, "");
            assert_int_equal(verdict, CG_KIT_PASSED);
            if (for_good) {
                last = n;
            }
            for_good = true;
            n = 0; /* once more, and then all that follow fail */
            continue;
        }
        if (status == 0 && verdict != CG_KIT_PASSED) {
            assert_true(verdict == CG_KIT_BROKEN || verdict == CG_KIT_WAIVED);
        } else if (status != 0) {
            assert_int_equal(status, CG_ERR_MEMORY);
        }
        if (strstr(reason, "have failed") != NULL) {
            open_again();
        }
    }
    assert_true(last > 20);
    cg_script_deinit(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KIT(test_kit_edges_in_memory),
        WITH_KIT(test_kit_edges_cleaning),
        WITH_KIT(test_kit_edges_of_the_wire),
        WITH_KIT(test_kit_edges_wire_to_nobody),
        WITH_KIT(test_kit_edges_asked),
        WITH_KIT(test_kit_edges_accounts),
        WITH_KIT(test_kit_edges_gate_seat_waives),
        WITH_KIT(test_kit_edges_wire_session),
        WITH_KIT(test_kit_edges_addresses),
        WITH_KIT(test_kit_edges_cannot_open),
        WITH_KIT(test_kit_edges_no_memory_to_open),
        WITH_KIT(test_kit_edges_no_memory_to_play),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
