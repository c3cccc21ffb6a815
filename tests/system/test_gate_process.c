/*
 * The gate as a process: killed, cut off, left alone by its peers.
 *
 * Every case is a story with the simulators around the gate, over loopback.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_story.h"

#include <demo_story.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <story_stage.h>

/*
 * R20 R28 R45 R47: killed with one order waiting and one resting.  The one that
 * waited is answered and never goes on, what the hub grants late goes back, and
 * what the venue did meanwhile arrives.
 */
static void test_gate_process_killed_answers_every_order(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping")),
        SCENE("killed"),
        BUY("R1", "50000000"),
        SEE(HUB, "in DF", "2320=0|2324=45200.00|2319=$R"),
        THEN(VENUE, "in D", "11=R1|7350=$R"),
        THEN(CLIENT, "in 8", "11=R1|150=0"),
        TELL(HUB, "silent"),
        BUY("W1", "10000000"),
        SEE(HUB, "in DF", "2320=0|2324=9040.00|2319=$W"),
        KILL(GATE),
        SEE(CLIENT, "logout", ""),
        SEE(VENUE, "logout", ""),
        TELL(VENUE, "fill R1 20000000 4.125"),
        SCENE("started again"),
        START_GATE,
        SEE(CLIENT, "logon", ""),
        SEE(CLIENT, "in 8", "11=W1|150=8|39=8|58~CG501"),
        SEE(CLIENT, "in 8", "11=R1|150=F|39=1|14=20000000"),
        TELL(HUB, "speak"),
        SEE(HUB, "out DG", "2319=$W|2320=0|2321=0|2325=0"),
        SEE(HUB, "in DF", "2319=$W|2320=1"),
        SEE(HUB, "out DG", "2319=$W|2320=1|2325=4"),
        SEE(HUB, "in DF", "2319=$R|2321=1|2324=18080.00"),
        SEE(HUB, "out DG", "2319=$R|2321=1|2325=0"),
        NONE(VENUE, "in D", ""),
        TELL(CLIENT, "cancel R2 R1"),
        SEE(CLIENT, "in 8", "11=R2|41=R1|150=4"),
        SEE(HUB, "out DG", "2319=$R|2320=1|2325=4"),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R27 R28: the hub's line breaks while it is asked. */
static void test_gate_process_hub_cut_falls_back(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping-with-push")),
        SCENE("cut"),
        TELL(HUB, "silent"),
        BUY("A1", "10000000"),
        SEE(HUB, "in DF", "2320=0|2324=9040.00|2319=$A"),
        CUT(HUB),
        SEE(VENUE, "in D", "11=A1"),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        TELL(VENUE, "fill A1 10000000 4.125"),
        SEE(CLIENT, "in 8", "11=A1|150=F"),
        SCENE("back"),
        TELL(HUB, "speak"),
        TELL(HUB, "logon"),
        SEE(HUB, "in DF", "2319=$A|2320=1"),
        SEE(HUB, "out DG", "2319=$A|2320=1"),
        BUY("A2", "1000000"),
        SEE(HUB, "in DF", "2320=0|2324=904.00|2319=$B"),
        THEN(VENUE, "in D", "11=A2|7350=$B"),
        END(CLIENT),
        END(GATE),
        END(HUB),
        END(VENUE),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R11 R27: a hub that is not there at the start, then is, then is killed. */
static void test_gate_process_hub_down_at_start(void **state)
{
    static const struct story_step steps[] = {
        START_HUB,
        END(HUB),
        START_VENUE("FIX.4.4"),
        WRITE("gate.cfg", GATE_SECTION
              "SoftDeadlineMs=200\nHardDeadlineMs=800\n" DEFAULT_SECTION
                  CLIENT_SECTION("CLIENT", "FIX.4.4", "ACME")
                      VENUE_SECTION("FIX.4.4") HUB_SECTION
              "ResetOnLogon=Y\n" ACCOUNT_SECTION("ACME")
                  LIMIT_SECTION("ACME-USD", "ACME", "ping-with-push")),
        INSTRUMENTS,
        START_GATE,
        START(CLIENT, "clientsim --connect $GATE_PORT"),
        SEE(CLIENT, "logon", ""),
        VENUE_IS_UP("FIX.4.4"),
        BUY("A1", "10000000"),
        SEE(CLIENT, "in 8", "11=A1|150=8|39=8|58~CG302"),
        NONE(VENUE, "in D", ""),
        SCENE("a push, and gone"),
        START(HUB, "hubsim --listen $HUB_PORT --limit "
                   "ACME-USD,FCM1,ACME,USD,100000.00,gross"),
        SEE(HUB, "in DE", "2316=0"),
        KILL(HUB),
        SEE(GATE, "FIXT.1.1:GATE->HUB", "logged out"),
        BUY("A2", "10000000"),
        SEE(VENUE, "in D", "11=A2"),
        SEE(CLIENT, "in 8", "11=A2|150=0"),
        END(CLIENT),
        END(GATE),
        END(VENUE),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R26 R28: a hub that hears nothing: refused at the hard deadline, and the
 * withdrawal is said again until it is confirmed. */
static void test_gate_process_hub_deaf_times_out(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(GATE_SECTION
                  "SoftDeadlineMs=100\nHardDeadlineMs=400\n" DEFAULT_SECTION
                      CLIENT_SECTION("CLIENT", "FIX.4.4", "ACME") VENUE_SECTION(
                          "FIX.4.4") HUB_SECTION ACCOUNT_SECTION("ACME")
                          LIMIT_SECTION("ACME-USD", "ACME", "ping")),
        SCENE("deaf"),
        TELL(HUB, "deaf"),
        BUY("A1", "10000000"),
        SEE(HUB, "in DF", "2320=0|2319=$A"),
        THEN(CLIENT, "in 8", "11=A1|150=8|103=99|58~CG301"),
        SEE(HUB, "in DF", "2320=1|2319=$A|2318=$N"),
        NONE(HUB, "out DG", ""),
        NONE(VENUE, "in D", ""),
        SCENE("hears again"),
        TELL(HUB, "normal"),
        TELL(HUB, "drop"),
        SEE(HUB, "in DF", "2320=1|2319=$A|2318=$N|97=Y"),
        SEE(HUB, "out DG", "2318=$N|2319=$A"),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R42 R46: the venue's line is down with orders in its book. */
static void test_gate_process_venue_cut_and_back(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping")),
        BUY("A1", "10000000"),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        BUY("B1", "10000000"),
        SEE(CLIENT, "in 8", "11=B1|150=0"),
        SCENE("cut"),
        CUT(VENUE),
        SEE(GATE, "FIX.4.4:GATE->VENUE", "logged out"),
        BUY("C1", "10000000"),
        SEE(CLIENT, "in 8", "11=C1|150=8|39=8|103=99|58~CG304"),
        TELL(CLIENT, "replace A2 A1 20000000 4.125"),
        SEE(CLIENT, "in 9", "11=A2|41=A1|434=2|58~CG304"),
        TELL(CLIENT, "cancel B2 B1"),
        TELL(VENUE, "fill A1 4000000 4.125"),
        NONE(CLIENT, "in 8", "11=A1"),
        SCENE("back"),
        TELL(VENUE, "logon"),
        SEE(VENUE, "in F", "11=B2|41=B1"),
        SEE(CLIENT, "in 8", "11=A1|150=F|14=4000000"),
        SEE(CLIENT, "in 8", "11=B2|41=B1|150=4"),
        SEE(HUB, "out DG", "2320=1|2325=4"),
        SEE(HUB, "out DG", "2321=1|2325=0"),
        NONE(VENUE, "in D", ""),
        NONE(VENUE, "in G", ""),
        BUY("C2", "1000000"),
        SEE(CLIENT, "in 8", "11=C2|150=0"),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

static const char *broken_pipe(struct story_stage *stage)
{
    uv_process_t *gate = &stage->processes[STORY_GATE].process;
    return uv_process_kill(gate, SIGPIPE) == 0 ? NULL : "there is no gate";
}

/* What the system says to who writes to a peer that is gone must not end the
 * gate, whatever the moment (two writes before the end was read). */
static void test_gate_process_outlives_a_broken_pipe(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping")),
        CHECK(broken_pipe),
        BUY("A1", "10000000"),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

#define ORDER_D1                                                               \
    "11=D1|21=1|1=ACME|55=USD-SOFR-10Y|54=1|60=20260105-10:00:00.000|"         \
    "38=1000000|40=2|44=4.125"

/* R40 R43: the client's line is down; what it then says twice counts once. */
static void test_gate_process_client_cut_and_back(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping")),
        TELL(CLIENT, "send D " ORDER_D1),
        SEE(CLIENT, "in 8", "11=D1|150=0"),
        SEE(VENUE, "in D", "11=D1"),
        SCENE("cut"),
        CUT(CLIENT),
        SEE(GATE, "FIX.4.4:GATE->CLIENT", "logged out"),
        TELL(VENUE, "fill D1 400000 4.125"),
        SEE(HUB, "out DG", "2321=1|2325=0"),
        NONE(CLIENT, "in 8", ""),
        SCENE("back"),
        TELL(CLIENT, "logon"),
        SEE(CLIENT, "in 8", "11=D1|150=F|14=400000|43=Y"),
        TELL(CLIENT, "send D 43=Y|122=20260105-10:00:00.000|" ORDER_D1),
        TELL(CLIENT, "send D 97=Y|" ORDER_D1),
        SEE(CLIENT, "in 8", "11=D1|150=I|39=1|14=400000"),
        TELL(CLIENT, "send D 97=Y|" ORDER_D1 "|59=0"),
        SEE(CLIENT, "in 8", "11=D1|150=8|103=6|58~CG401"),
        NONE(VENUE, "in D", ""),
        NONE(HUB, "in DF", "2320=0"),
        NONE(CLIENT, "in 8", ""),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R6 R40: two clients of one venue session do not get into each other's way. */
static void test_gate_process_two_clients_one_venue(void **state)
{
    static const struct story_step steps[] = {
        START_HUB,
        START_VENUE("FIX.4.4"),
        WRITE("gate.cfg",
              GATE_SECTION DEFAULT_SECTION CLIENT_SECTION("CLIENT1", "FIX.4.4",
                                                          "ACME")
                  CLIENT_SECTION("CLIENT2", "FIX.4.4", "BETA") VENUE_SECTION(
                      "FIX.4.4") HUB_SECTION ACCOUNT_SECTION("ACME")
                      ACCOUNT_SECTION("BETA")
                          LIMIT_SECTION("ACME-USD", "ACME", "ping")
                              LIMIT_SECTION("BETA-USD", "BETA", "ping")),
        INSTRUMENTS,
        START_GATE,
        SEE(HUB, "in DE", "2316=0"),
        TELL(HUB, "limit BETA-USD FCM1 BETA USD 50000"),
        SEE(HUB, "in DE", "2316=0"),
        VENUE_IS_UP("FIX.4.4"),
        START(CLIENT, "clientsim --sender CLIENT1 --connect $GATE_PORT"),
        START(CLIENT2, "clientsim --sender CLIENT2 --connect $GATE_PORT"),
        SEE(CLIENT, "logon", ""),
        SEE(CLIENT2, "logon", ""),
        SCENE("the same id"),
        TELL(CLIENT, "order S1 USD-SOFR-10Y buy 1000000 4 ACME"),
        SEE(CLIENT, "in 8", "11=S1|150=0"),
        TELL(CLIENT2, "order S1 USD-SOFR-10Y buy 2000000 4 BETA"),
        SEE(CLIENT2, "in 8", "11=S1|150=8|103=6|58~CG401"),
        TELL(VENUE, "fill S1 1000000 4"),
        SEE(CLIENT, "in 8", "11=S1|150=F"),
        NONE(CLIENT2, "in 8", "150=F"),
        SCENE("the other's account, the other's order"),
        TELL(CLIENT2, "order S2 USD-SOFR-10Y buy 1000000 4 ACME"),
        SEE(CLIENT2, "in 8", "11=S2|150=8|58~CG103"),
        TELL(CLIENT, "order S3 USD-SOFR-10Y buy 1000000 4 ACME"),
        SEE(CLIENT, "in 8", "11=S3|150=0"),
        TELL(CLIENT2, "send F 11=S4|41=S3|1=ACME|55=USD-SOFR-10Y|54=1|"
                      "60=20260105-10:00:00"),
        SEE(CLIENT2, "in 9", "11=S4|41=S3|434=1|102=1|58~CG402"),
        TELL(CLIENT2, "order S5 USD-SOFR-10Y sell 1000000 5 BETA"),
        SEE(CLIENT2, "in 8", "11=S5|150=0"),
        NONE(CLIENT, "in 8", "11=S5"),
        NONE(VENUE, "in D", "11=S2"),
        NONE(VENUE, "in F", ""),
        END(CLIENT2),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/*
 * What the gate says in its own words, to a client and a venue of each version:
 * QuickFIX, with the whole dictionaries, takes it all.
 */
#define EVERY_WORD(begin, version, down)                                       \
    {                                                                          \
        START_HUB, START_VENUE(version),                                       \
            WRITE("gate.cfg",                                                  \
                  GATE_SECTION DEFAULT_SECTION CLIENT_SECTION("CLIENT", begin, \
                                                              "ACME")          \
                      VENUE_SECTION(begin) HUB_SECTION ACCOUNT_SECTION(        \
                          "ACME") "Contact=desk\n" LIMIT_SECTION("ACME-USD",   \
                                                                 "ACME",       \
                                                                 "ping")),     \
            INSTRUMENTS, START_GATE, SEE(HUB, "in DE", "2316=0"),              \
            VENUE_IS_UP(begin),                                                \
            START(CLIENT, "clientsim --connect $GATE_PORT --version " version  \
                              DICTIONARIES),                                   \
            SEE(CLIENT, "logon", ""), BUY("A1", "50000000"),                   \
            SEE(CLIENT, "in 8", "11=A1|39=0"), BUY("A2", "100000000"),         \
            SEE(CLIENT, "in 8", "11=A2|39=8|58~CG101"),                        \
            TELL(CLIENT, "replace A3 A1 120000000 4.125"),                     \
            SEE(CLIENT, "in 9", "11=A3|41=A1|434=2|58~CG101"),                 \
            BUY("B1", "35000000"), SEE(CLIENT, "in 8", "11=B1|39=0"),          \
            SEE(CLIENT, "in B", ""), TELL(HUB, "limit ACME-USD 60000"),        \
            SEE(VENUE, "in F", "41=B1"),                                       \
            SEE(CLIENT, "in 8", "11=B1|39=4|58~CG306"),                        \
            SEE(CLIENT, "in B", ""), TELL(CLIENT, "send D " ORDER_D1),         \
            SEE(CLIENT, "in 8", "11=D1|39=0"),                                 \
            TELL(CLIENT, "send D 97=Y|" ORDER_D1),                             \
            SEE(CLIENT, "in 8", "11=D1|39=0"), TELL(CLIENT, "status A1"),      \
            SEE(VENUE, "in H", "11=A1"), SEE(CLIENT, "in 8", "11=A1|39=0"),    \
            TELL(HUB, "suspend ACME"), SEE(HUB, "in DI", "2332=1"),            \
            BUY("E1", "1000000"), SEE(CLIENT, "in 8", "11=E1|58~CG201"),       \
            TELL(HUB, "reinstate ACME"), SEE(HUB, "in DI", "2329=2|2332=1"),   \
            SCENE("cut"), CUT(VENUE),                                          \
            SEE(GATE, begin ":GATE->VENUE", "logged out"),                     \
            BUY("G1", "1000000"),                                              \
            SEE(CLIENT, "in 8", "11=G1|39=8|" down "|58~CG304"),               \
            TELL(CLIENT, "replace A4 A1 60000000 4.125"),                      \
            SEE(CLIENT, "in 9", "11=A4|41=A1|434=2|58~CG304"),                 \
            TELL(VENUE, "logon"), VENUE_IS_UP(begin), BUY("H1", "1000000"),    \
            SEE(CLIENT, "in 8", "11=H1|39=0"), END_ALL_AGREED,                 \
    }

static void test_gate_process_42_is_taken_by_quickfix(void **state)
{
    static const struct story_step steps[] = EVERY_WORD("FIX.4.2", "FIX.4.2",
                                                        "103=2");
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

static void test_gate_process_44_is_taken_by_quickfix(void **state)
{
    static const struct story_step steps[] = EVERY_WORD("FIX.4.4", "FIX.4.4",
                                                        "103=99");
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

static void test_gate_process_50_is_taken_by_quickfix(void **state)
{
    static const struct story_step steps[] = EVERY_WORD("FIXT.1.1",
                                                        "FIX.5.0SP2", "103=99");
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_gate_process_killed_answers_every_order),
        CASE(test_gate_process_hub_cut_falls_back),
        CASE(test_gate_process_hub_down_at_start),
        CASE(test_gate_process_hub_deaf_times_out),
        CASE(test_gate_process_venue_cut_and_back),
        CASE(test_gate_process_client_cut_and_back),
        CASE(test_gate_process_outlives_a_broken_pipe),
        CASE(test_gate_process_two_clients_one_venue),
        CASE(test_gate_process_42_is_taken_by_quickfix),
        CASE(test_gate_process_44_is_taken_by_quickfix),
        CASE(test_gate_process_50_is_taken_by_quickfix),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
