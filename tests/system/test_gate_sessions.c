/*
 * The gate as a process, and its FIX sessions: peers that come and go, numbers
 * that begin at 1 again, what is asked for after a crash.
 *
 * Every case is a story with the simulators around the gate, over loopback.  At
 * the end hub and gate agree on every token, and nothing was said twice that
 * was not said to be a repeat.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_story.h"
#include "raw_fix.h"

#include <demo_story.h>
#include <sim_fields.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what must hold at the end of each ----------------------------------- */

#define SAID_MAX 256

struct said {
    char ids[SAID_MAX][64];
    size_t count;
};

/* The value of |tag| in a line as simulators print it, with '|' for SOH. */
static bool field(const char *line, const char *tag, char *value, size_t size)
{
    char wanted[16];
    snprintf(wanted, sizeof(wanted), "|%s=", tag);
    const char *at = strstr(line, wanted);
    if (at == NULL) {
        return false;
    }
    at += strlen(wanted);
    size_t len = strcspn(at, "|");
    if (len >= size) {
        return false;
    }
    memcpy(value, at, len);
    value[len] = '\0';
    return true;
}

static bool is_new(struct said *said, const char *id)
{
    for (size_t i = 0; i < said->count; i++) {
        if (strcmp(said->ids[i], id) == 0) {
            return false;
        }
    }
    if (said->count < SAID_MAX) {
        snprintf(said->ids[said->count++], sizeof(said->ids[0]), "%s", id);
    }
    return true;
}

/* No |what| came twice with one |tag|, but for a repeat that says so. */
static bool said_once(struct story_stage *stage,
                      enum story_actor actor,
                      const char *what,
                      const char *tag)
{
    static struct said said;
    const char *line;
    said.count = 0;
    for (size_t i = 0; (line = story_line(stage, actor, what, i)) != NULL;
         i++) {
        char id[64];
        bool again = strstr(line, "|97=Y|") != NULL ||
                     strstr(line, "|43=Y|") != NULL;
        if (field(line, tag, id, sizeof(id)) && !is_new(&said, id) && !again) {
            fprintf(stderr, "%s twice: %s\n", what, line);
            return false;
        }
    }
    return true;
}

/* R22 R28 R45: each order went on once, each ask was put once, each report of
 * an end came to the client once. */
static const char *all_once(struct story_stage *stage)
{
    bool once = said_once(stage, STORY_VENUE, "in D", "11") &&
                said_once(stage, STORY_VENUE, "in G", "11") &&
                said_once(stage, STORY_HUB, "in DF", "2318") &&
                said_once(stage, STORY_CLIENT, "in 9", "11") &&
                said_once(stage, STORY_CLIENT, "in 8", "17");
    return once ? NULL : "something was said twice";
}

#define END_ALL_ONCE CHECK(all_once), END_ALL_AGREED

#define RESETS "ResetOnLogon=Y\n"
#define NUMBERS_OF(client, venue, hub)                                         \
    GATE_SECTION DEFAULT_SECTION CLIENT_SECTION("CLIENT", "FIX.4.4", "ACME")   \
        client VENUE_SECTION("FIX.4.4")                                        \
            venue HUB_SECTION hub ACCOUNT_SECTION("ACME")                      \
                LIMIT_SECTION("ACME-USD", "ACME", "ping")

#define ACKED(id) SEE(CLIENT, "in 8", "11=" id "|150=0")
#define BACK(who) TELL(who, "logon"), SEE(who, "logon", "")

/* --- the hub comes and goes ---------------------------------------------- */

#define FLAP TELL(HUB, "drop"), SEE(HUB, "logout", ""), SEE(HUB, "logon", "")

/*
 * R26 R27 R28: with a raise, a release and a notice of a fill under way, and
 * an order that waits.
 */
static void test_gate_sessions_hub_flaps(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping")),
        BUY("A1", "10000000"),
        ACKED("A1"),
        BUY("B1", "10000000"),
        ACKED("B1"),
        SCENE("under way"),
        TELL(HUB, "silent"),
        TELL(VENUE, "fill A1 4000000 4.125"),
        SEE(HUB, "in DF", "2321=1|2324=3616.00|2318=$N"),
        TELL(CLIENT, "cancel B2 B1"),
        SEE(CLIENT, "in 8", "11=B2|150=4"),
        SEE(HUB, "in DF", "2320=1|2318=$L"),
        TELL(CLIENT, "replace A2 A1 20000000 4.125"),
        SEE(HUB, "in DF", "2320=2|2324=18080.00|2318=$R"),
        BUY("C1", "1000000"),
        SEE(HUB, "in DF", "2320=0|2321=0|2324=904.00|2318=$C"),
        SCENE("once"),
        FLAP,
        SEE(CLIENT, "in 8", "11=C1|150=8|103=99|58~CG302"),
        SEE(HUB, "in DF", "97=Y|2318=$N"),
        SEE(HUB, "in DF", "97=Y|2318=$L"),
        SEE(HUB, "in DF", "97=Y|2318=$R"),
        SEE(HUB, "in DF", "97=Y|2320=1|2324=904.00"),
        SCENE("and again"),
        FLAP,
        SEE(HUB, "in DF", "97=Y|2318=$R"),
        FLAP,
        SEE(HUB, "in DF", "97=Y|2318=$R"),
        FLAP,
        SEE(HUB, "in DF", "97=Y|2318=$R"),
        NONE(CLIENT, "in 8", ""),
        NONE(CLIENT, "in 9", ""),
        NONE(VENUE, "in G", ""),
        SCENE("speaks"),
        TELL(HUB, "speak"),
        SEE(HUB, "out DG", "2318=$R|2320=2|2325=0"),
        SEE(VENUE, "in G", "11=A2"),
        SEE(CLIENT, "in 8", "11=A2|41=A1|150=5"),
        BUY("C2", "1000000"),
        ACKED("C2"),
        NONE(CLIENT, "in 8", "11=C1"),
        END_ALL_ONCE,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R28: the hub dies with a release, a fall and a notice not confirmed.  A new
 * process of it knows nothing of the tokens: that confirms, too. */
static void test_gate_sessions_hub_dies_mid_request(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(NUMBERS_OF("", "", RESETS)),
        BUY("A1", "10000000"),
        ACKED("A1"),
        BUY("B1", "10000000"),
        ACKED("B1"),
        SCENE("under way"),
        TELL(HUB, "silent"),
        TELL(CLIENT, "cancel B2 B1"),
        SEE(CLIENT, "in 8", "11=B2|150=4"),
        SEE(HUB, "in DF", "2320=1|2318=$L"),
        TELL(VENUE, "fill A1 4000000 4.125"),
        SEE(HUB, "in DF", "2321=1|2324=3616.00|2318=$N"),
        TELL(CLIENT, "replace A2 A1 5000000 4.125"),
        SEE(CLIENT, "in 8", "11=A2|150=5"),
        SEE(HUB, "in DF", "2320=2|2324=4520.00|2318=$F"),
        KILL(HUB),
        SEE(GATE, "FIXT.1.1:GATE->HUB", "logged out"),
        SCENE("another one"),
        START(HUB, "hubsim --listen $HUB_PORT --limit "
                   "ACME-USD,FCM1,ACME,USD,100000.00,gross" DICTIONARIES),
        SEE(HUB, "in DF", "97=Y|2318=$L|2320=1"),
        SEE(HUB, "out DG", "2318=$L|2325=2|2326=99"),
        SEE(HUB, "in DF", "97=Y|2318=$N|2321=1"),
        SEE(HUB, "out DG", "2318=$N|2325=0"),
        SEE(HUB, "in DF", "97=Y|2318=$F|2320=2"),
        SEE(HUB, "out DG", "2318=$F"),
        TELL(HUB, "drop"),
        SEE(HUB, "logout", ""),
        SEE(HUB, "logon", ""),
        SEE(HUB, "in DE", "2316=0"),
        NONE(HUB, "in DF", "2318=$L|97=N"),
        NONE(VENUE, "in D", ""),
        CHECK(story_test_no_rejects),
        END(CLIENT),
        END(GATE),
        RUN("show --journal $DIR/gate.journal", 0, "proved: every total"),
        END(HUB),
        END(VENUE),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* --- numbers that begin at 1 again ---------------------------------------- */

#define START_RESETTING_CLIENT                                                 \
    START(CLIENT, "clientsim --reset --connect $GATE_PORT" DICTIONARIES),      \
        SEE(CLIENT, "logon", "")

/*
 * R40 R45: the client begins at 1 again, with an order that rests and one that
 * waits.  What was said to it meanwhile is not resent; it asks, and is told.
 */
static void test_gate_sessions_client_resets(void **state)
{
    static const struct story_step steps[] = {
        START_HUB,
        START_VENUE("FIX.4.4"),
        WRITE("gate.cfg", SETTINGS("ping")),
        INSTRUMENTS,
        START_GATE,
        SEE(HUB, "in DE", "2316=0"),
        VENUE_IS_UP("FIX.4.4"),
        START_RESETTING_CLIENT,
        BUY("A1", "10000000"),
        ACKED("A1"),
        SCENE("one waits"),
        TELL(HUB, "silent"),
        BUY("W1", "10000000"),
        SEE(HUB, "in DF", "2320=0|2319=$W"),
        SCENE("away"),
        CUT(CLIENT),
        SEE(GATE, "FIX.4.4:GATE->CLIENT", "logged out"),
        TELL(VENUE, "fill A1 4000000 4.125"),
        SEE(HUB, "in DF", "2321=1|2324=3616.00"),
        TELL(HUB, "speak"),
        SEE(VENUE, "in D", "11=W1|7350=$W"),
        SEE(VENUE, "out 8", "11=W1|150=0"),
        SCENE("back, from 1"),
        BACK(CLIENT),
        SEE(CLIENT, "out A", "34=1|141=Y"),
        SEE(CLIENT, "in A", "34=1|141=Y"),
        NONE(CLIENT, "in 8", ""),
        TELL(CLIENT, "status A1"),
        SEE(CLIENT, "in 8", "11=A1|150=I|39=1|14=4000000"),
        TELL(CLIENT, "status W1"),
        SEE(CLIENT, "in 8", "11=W1|150=I|39=0"),
        BUY("A1", "10000000"),
        SEE(CLIENT, "in 8", "11=A1|150=8|103=6|58~CG401"),
        TELL(CLIENT, "cancel W2 W1"),
        SEE(CLIENT, "in 8", "11=W2|41=W1|150=4"),
        SEE(HUB, "out DG", "2319=$W|2320=1|2325=4"),
        TELL(CLIENT, "replace A2 A1 20000000 4.125"),
        SEE(CLIENT, "in 8", "11=A2|41=A1|150=5"),
        CHECK(story_test_no_rejects),
        END(CLIENT),
        END(GATE),
        TELL(HUB, "books"),
        SEE(HUB, "books", "end"),
        RUN("show --journal $DIR/gate.journal", 0, "proved: every total"),
        CHECK(demo_compare),
        END(HUB),
        END(VENUE),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/*
 * R22 R46: the venue's session begins at 1 again while the venue was away.  The
 * cancel that was kept for it is lost: the client is told so, once the venue
 * has said what became of the order.  A fill that was not told is learned.
 */
static void test_gate_sessions_venue_resets(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(NUMBERS_OF("", RESETS, "")),
        BUY("A1", "10000000"),
        ACKED("A1"),
        BUY("B1", "10000000"),
        ACKED("B1"),
        SCENE("cut"),
        CUT(VENUE),
        SEE(GATE, "FIX.4.4:GATE->VENUE", "logged out"),
        TELL(CLIENT, "cancel B2 B1"),
        TELL(CLIENT, "replace A2 A1 20000000 4.125"),
        SEE(CLIENT, "in 9", "11=A2|434=2|58~CG304"),
        TELL(VENUE, "fill A1 4000000 4.125"),
        SCENE("back, from 1"),
        BACK(VENUE),
        SEE(VENUE, "in A", "34=1|141=Y"),
        SEE(VENUE, "in H", "11=A1"),
        SEE(VENUE, "in H", "11=B1"),
        SEE(CLIENT, "in 8", "11=A1|150=I|39=1|14=4000000"),
        SEE(HUB, "out DG", "2321=1|2325=0"),
        SEE(CLIENT, "in 9", "11=B2|41=B1|434=1|58~CG304"),
        NONE(VENUE, "in F", ""),
        NONE(VENUE, "in D", ""),
        TELL(CLIENT, "cancel B3 B1"),
        SEE(CLIENT, "in 8", "11=B3|41=B1|150=4"),
        SEE(HUB, "out DG", "2320=1|2325=4"),
        BUY("C1", "1000000"),
        ACKED("C1"),
        END_ALL_ONCE,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R28: the hub's session begins at 1 again: hand-backs are repeated as they
 * were, and a resend of the old numbers is not there to be had. */
static void test_gate_sessions_hub_resets(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(NUMBERS_OF("", "", RESETS)),
        BUY("A1", "10000000"),
        ACKED("A1"),
        BUY("B1", "10000000"),
        ACKED("B1"),
        SCENE("under way"),
        TELL(HUB, "deaf"),
        TELL(VENUE, "fill A1 4000000 4.125"),
        SEE(HUB, "in DF", "2321=1|2324=3616.00|2318=$N"),
        TELL(CLIENT, "cancel B2 B1"),
        SEE(CLIENT, "in 8", "11=B2|150=4"),
        SEE(HUB, "in DF", "2320=1|2318=$L"),
        TELL(CLIENT, "replace A2 A1 20000000 4.125"),
        SEE(HUB, "in DF", "2320=2|2324=18080.00|2318=$R"),
        SCENE("from 1"),
        TELL(HUB, "normal"),
        FLAP,
        SEE(HUB, "in A", "34=1|141=Y"),
        SEE(HUB, "in CL", ""),
        SEE(HUB, "in DF", "97=Y|2318=$N"),
        SEE(HUB, "in DF", "97=Y|2318=$L"),
        SEE(HUB, "in DF", "97=Y|2318=$R"),
        SEE(CLIENT, "in 8", "11=A2|41=A1|150=5"),
        NONE(HUB, "in DF", "43=Y"),
        FLAP,
        SEE(HUB, "in CL", ""),
        BUY("C1", "1000000"),
        ACKED("C1"),
        END_ALL_ONCE,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/*
 * R45 R47: the gate dies, and all its sessions begin at 1 again.  Orders and
 * tokens are known all the same, the venue is asked, the hub told again.
 */
static void test_gate_sessions_gate_resets(void **state)
{
    static const struct story_step steps[] = {
        START_HUB,
        START_VENUE("FIX.4.4"),
        WRITE("gate.cfg", NUMBERS_OF("", RESETS, RESETS)),
        INSTRUMENTS,
        START_GATE,
        SEE(HUB, "in DE", "2316=0"),
        VENUE_IS_UP("FIX.4.4"),
        START_RESETTING_CLIENT,
        BUY("A1", "10000000"),
        ACKED("A1"),
        SEE(HUB, "in DF", "2320=0|2324=9040.00|2319=$A"),
        BUY("B1", "10000000"),
        ACKED("B1"),
        TELL(HUB, "silent"),
        TELL(CLIENT, "cancel B2 B1"),
        SEE(CLIENT, "in 8", "11=B2|150=4"),
        SEE(HUB, "in DF", "2320=1|2318=$L"),
        BUY("W1", "1000000"),
        SEE(HUB, "in DF", "2320=0|2324=904.00|2319=$W"),
        KILL(GATE),
        SEE(CLIENT, "logout", ""),
        SEE(VENUE, "logout", ""),
        SEE(HUB, "logout", ""),
        TELL(VENUE, "fill A1 4000000 4.125"),
        SCENE("started again, from 1"),
        START_GATE,
        SEE(VENUE, "in A", "34=1|141=Y"),
        SEE(HUB, "in A", "34=1|141=Y"),
        SEE(CLIENT, "in A", "34=1|141=Y"),
        SEE(HUB, "in DF", "97=Y|2318=$L"),
        SEE(HUB, "in DF", "97=Y|2319=$W|2320=1"),
        TELL(HUB, "speak"),
        SEE(VENUE, "in H", "11=A1"),
        SEE(HUB, "in DF", "2319=$A|2321=1|2324=3616.00"),
        SEE(HUB, "out DG", "2319=$A|2321=1|2325=0"),
        NONE(VENUE, "in D", ""),
        TELL(CLIENT, "status A1"),
        SEE(CLIENT, "in 8", "11=A1|150=I|39=1|14=4000000"),
        /* Its answer went out before the client's numbers were 1 again. */
        TELL(CLIENT, "status W1"),
        SEE(CLIENT, "in 8", "11=W1|39=8"),
        TELL(CLIENT, "cancel A2 A1"),
        SEE(CLIENT, "in 8", "11=A2|41=A1|150=4"),
        SEE(HUB, "out DG", "2319=$A|2320=1|2325=4"),
        END_ALL_AGREED,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/*
 * R46: the venue's numbers alone begin at 1 again, which the gate takes for a
 * mistake: it stays away.  What rests keeps its charge until a person lets both
 * begin anew.
 */
static void test_gate_sessions_venue_alone_resets(void **state)
{
    static const struct story_step steps[] = {
        START_ALL(SETTINGS("ping")),
        BUY("A1", "10000000"),
        ACKED("A1"),
        SCENE("from 1, unasked"),
        TELL(VENUE, "reset"),
        SEE(VENUE, "logout", ""),
        SEE(GATE, "FIX.4.4:GATE->VENUE", "logged out"),
        SEE(GATE, "FIX.4.4:GATE->VENUE", "too low"),
        BUY("B1", "1000000"),
        SEE(CLIENT, "in 8", "11=B1|150=8|58~CG304"),
        NONE(CLIENT, "in 8", "11=A1"),
        END(GATE),
        SCENE("a person says so"),
        WRITE("gate.cfg", NUMBERS_OF("", RESETS, "")),
        START_GATE,
        SEE(VENUE, "in A", "34=1|141=Y"),
        SEE(VENUE, "in H", "11=A1"),
        TELL(CLIENT, "wait logon"),
        TELL(CLIENT, "cancel A2 A1"),
        SEE(CLIENT, "in 8", "11=A2|41=A1|150=4"),
        SEE(HUB, "out DG", "2320=1|2325=4"),
        END_ALL_ONCE,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_gate_sessions_hub_flaps),
        CASE(test_gate_sessions_hub_dies_mid_request),
        CASE(test_gate_sessions_client_resets),
        CASE(test_gate_sessions_venue_resets),
        CASE(test_gate_sessions_hub_resets),
        CASE(test_gate_sessions_gate_resets),
        CASE(test_gate_sessions_venue_alone_resets),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
