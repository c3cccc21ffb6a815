/*
 * Sequence numbers that a peer sets anew, and what it asks for after that: a
 * venue and a client byte by byte, as no simulator would behave.
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

static struct raw_fix line;
static int listener = -1;
static int seq; /* of the next message that we send */
static bool as_client;
static char asked[64]; /* 790 of the last H */

/* --- a peer of bytes ----------------------------------------------------- */

static const char *listen_as_venue(struct story_stage *stage)
{
    char text[16];
    int port = 0;
    if (listener >= 0) {
        raw_fix_close(&(struct raw_fix){.fd = listener});
    }
    listener = raw_fix_listen(&port);
    snprintf(text, sizeof(text), "%d", port);
    story_set_text(stage, "VENUE_PORT", text);
    as_client = false;
    seq = 1;
    return listener >= 0 ? NULL : "no port to listen on";
}

static bool say_at(int number, const char *type, const char *fields)
{
    char text[2048];
    snprintf(text, sizeof(text), "34=%d|49=%s|56=GATE|%s", number,
             as_client ? "CLIENT" : "VENUE", fields);
    return raw_fix_send(&line, type, text);
}

static bool say(const char *type, const char *fields)
{
    return say_at(seq++, type, fields);
}

static bool has(struct cg_slice message, int tag, const char *value)
{
    return cg_slice_is(sim_field_find(message, tag), value);
}

/* The next message of |type| has |id| in 11; an H is kept for its answer. */
static bool hear(const char *type, const char *id)
{
    struct cg_slice message = raw_fix_await(&line, type);
    struct cg_slice status = sim_field_find(message, 790);
    snprintf(asked, sizeof(asked), "%.*s", (int)status.len, status.data);
    return message.len > 0 && has(message, 11, id);
}

static bool log_on(const char *fields)
{
    if (!raw_fix_accept(&line, listener)) {
        return false;
    }
    struct cg_slice logon = raw_fix_await(&line, "A");
    return logon.len > 0 && say("A", fields);
}

static const char *venue_logs_on(struct story_stage *stage)
{
    (void)stage;
    return log_on("98=0|108=30|") ? NULL : "the gate does not log on";
}

static const char *venue_logs_on_from_1(struct story_stage *stage)
{
    (void)stage;
    seq = 1;
    return log_on("98=0|108=30|141=Y|") ? NULL : "the gate does not log on";
}

#define REPORT "37=V1|55=USD-SOFR-10Y|54=1|6=0|17="

static const char *venue_takes_a1(struct story_stage *stage)
{
    (void)stage;
    return hear("D", "A1") &&
                   say("8", REPORT "N1|11=A1|150=0|39=0|38=10000000|14=0|"
                                   "151=10000000|")
               ? NULL
               : "the order does not come";
}

/* Two reports are lost: the next number is 10. */
static const char *venue_skips(struct story_stage *stage)
{
    (void)stage;
    bool said = say("4", "36=10|");
    seq = 10;
    return said ? NULL : "the line is broken";
}

static const char *answer(const char *id, const char *fields)
{
    char text[512];
    if (!hear("H", id)) {
        return "the gate does not ask for the order";
    }
    snprintf(text, sizeof(text), "790=%s|11=%s|%s", asked, id, fields);
    return say("8", text) ? NULL : "the line is broken";
}

static const char *venue_tells_a1_filled(struct story_stage *stage)
{
    (void)stage;
    return answer("A1", REPORT "0|150=I|39=1|38=10000000|14=4000000|"
                               "151=6000000|");
}

static const char *venue_tells_a1(struct story_stage *stage)
{
    (void)stage;
    return answer("A1", REPORT "0|150=I|39=0|38=10000000|14=0|151=10000000|");
}

#define UNKNOWN                                                                \
    "37=NONE|55=USD-SOFR-10Y|54=1|6=0|17=0|150=8|39=8|103=5|38=0|14=0|151=0|"

static const char *venue_never_saw_a1(struct story_stage *stage)
{
    (void)stage;
    return answer("A1", UNKNOWN);
}

static const char *venue_never_saw_a2(struct story_stage *stage)
{
    (void)stage;
    return answer("A2", UNKNOWN);
}

/* What came last is as good as never read: the line breaks. */
static const char *venue_loses_a2(struct story_stage *stage)
{
    (void)stage;
    bool came = hear("G", "A2");
    raw_fix_close(&line);
    return came ? NULL : "the replace does not come";
}

static const char *venue_loses_a1(struct story_stage *stage)
{
    (void)stage;
    bool came = hear("D", "A1");
    raw_fix_close(&line);
    return came ? NULL : "the order does not come";
}

/*
 * R22: the venue missed what came after the Logon.  No D is sent again: a gap
 * fill stands for it.
 */
static const char *venue_asks_for_all(struct story_stage *stage)
{
    struct cg_slice message;
    bool filled = false;
    (void)stage;
    if (!say("2", "7=1|16=0|")) {
        return "the line is broken";
    }
    while (!filled && (message = raw_fix_next(&line)).len > 0) {
        if (has(message, 35, "D")) {
            return "an order without credit was sent again";
        }
        filled = has(message, 35, "4") && has(message, 123, "Y");
    }
    return filled ? NULL : "no gap is filled";
}

static const char *venue_leaves(struct story_stage *stage)
{
    (void)stage;
    raw_fix_close(&line);
    raw_fix_close(&(struct raw_fix){.fd = listener});
    listener = -1;
    return NULL;
}

/* --- stories about the venue --------------------------------------------- */

#define START_WITHOUT_VENUE(life, settings)                                    \
    START(HUB, "hubsim --listen 0 --limit "                                    \
               "ACME-USD,FCM1,ACME,USD,100000.00,gross" DICTIONARIES),         \
        SEE(HUB, "listen", "$HUB_PORT"), TELL(HUB, "expire " life),            \
        CHECK(listen_as_venue), WRITE("gate.cfg", settings), INSTRUMENTS,      \
        START_GATE, SEE(HUB, "in DE", "2316=0"), CHECK(venue_logs_on),         \
        VENUE_IS_UP("FIX.4.4"),                                                \
        START(CLIENT, "clientsim --connect $GATE_PORT" DICTIONARIES),          \
        SEE(CLIENT, "logon", "")

#define END_WITHOUT_VENUE                                                      \
    CHECK(story_test_no_rejects), CHECK(venue_leaves), END(CLIENT), END(GATE), \
        RUN("show --journal $DIR/gate.journal", 0, "proved: every total"),     \
        END(HUB)

/* R46: reports are lost for good: the order is asked for. */
static void test_gate_numbers_venue_skips(void **state)
{
    static const struct story_step steps[] = {
        START_WITHOUT_VENUE("0", SETTINGS("ping")),
        BUY("A1", "10000000"),
        CHECK(venue_takes_a1),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        SCENE("skips"),
        CHECK(venue_skips),
        SEE(GATE, "gate", "ALARM"),
        CHECK(venue_tells_a1_filled),
        SEE(CLIENT, "in 8", "11=A1|150=I|39=1|14=4000000"),
        SEE(HUB, "in DF", "2321=1|2324=3616.00"),
        NONE(CLIENT, "in 9", ""),
        END_WITHOUT_VENUE,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* R22 R41: a replace was on its way when the line broke, and the numbers begin
 * at 1 again: nobody resends it, and the client is answered. */
static void test_gate_numbers_reset_loses_a_replace(void **state)
{
    static const struct story_step steps[] = {
        START_WITHOUT_VENUE(
            "0", GATE_SECTION DEFAULT_SECTION CLIENT_SECTION("CLIENT",
                                                             "FIX.4.4", "ACME")
                     VENUE_SECTION("FIX.4.4") "ResetOnLogon=Y\n" HUB_SECTION
                         ACCOUNT_SECTION("ACME")
                             LIMIT_SECTION("ACME-USD", "ACME", "ping")),
        BUY("A1", "10000000"),
        CHECK(venue_takes_a1),
        SEE(CLIENT, "in 8", "11=A1|150=0"),
        SCENE("lost"),
        TELL(CLIENT, "replace A2 A1 20000000 4.125"),
        SEE(HUB, "out DG", "2320=2|2327=18080.00"),
        CHECK(venue_loses_a2),
        SEE(GATE, "FIX.4.4:GATE->VENUE", "logged out"),
        NONE(CLIENT, "in 9", ""),
        CHECK(venue_logs_on_from_1),
        CHECK(venue_never_saw_a2),
        CHECK(venue_tells_a1),
        SEE(CLIENT, "in 9", "11=A2|41=A1|434=2|58~CG304"),
        SEE(HUB, "in DF", "2320=2|2324=9040.00"),
        NONE(CLIENT, "in 8", ""),
        END_WITHOUT_VENUE,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/*
 * R22 R45: the gate is killed with an order that the venue never read, and its
 * token runs out meanwhile.  The order is not resent, the venue is asked, and
 * the client is told that it never arrived.
 */
static void test_gate_numbers_dead_order_is_not_resent(void **state)
{
    static const struct story_step steps[] = {
        START_WITHOUT_VENUE("3000", SETTINGS("ping")),
        BUY("A1", "10000000"),
        SEE(HUB, "out DG", "2325=0|2319=$T"),
        CHECK(venue_loses_a1),
        KILL(GATE),
        SEE(CLIENT, "logout", ""),
        SEE(HUB, "expired", "$T"),
        SCENE("started again"),
        TELL(HUB, "expire 0"),
        START_GATE,
        CHECK(venue_logs_on),
        CHECK(venue_asks_for_all),
        CHECK(venue_never_saw_a1),
        SEE(CLIENT, "in 8", "11=A1|150=8|39=8|58~CG304"),
        NONE(CLIENT, "in 8", "150=0"),
        END_WITHOUT_VENUE,
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* --- a client of bytes -----------------------------------------------------
 */

static const char *client_connects(struct story_stage *stage, const char *logon)
{
    as_client = true;
    seq = 1;
    return raw_fix_connect(&line, story_variable(stage, "GATE_PORT")) &&
                   say("A", logon) && raw_fix_await(&line, "A").len > 0
               ? NULL
               : "the gate does not log the client on";
}

#define BUY_BYTES(id)                                                          \
    "11=" id "|1=ACME|55=USD-SOFR-10Y|54=1|60=20260105-10:00:00|38=1000000|"   \
    "40=2|44=4.125|"

static const char *order_is_new(const char *fields, const char *id)
{
    return say("D", fields) && hear("8", id) ? NULL
                                             : "the order is not answered";
}

static const char *client_trades(struct story_stage *stage)
{
    const char *wrong = client_connects(stage, "98=0|108=30|141=Y|");
    return wrong != NULL ? wrong : order_is_new(BUY_BYTES("A1"), "A1");
}

/* Its own numbers are 50 and up from now. */
static const char *client_skips(struct story_stage *stage)
{
    (void)stage;
    if (!say("4", "36=50|")) {
        return "the line is broken";
    }
    seq = 50;
    return order_is_new(BUY_BYTES("A2"), "A2");
}

/*
 * R40: from 1 again, it asks for all: what was said before is gone, and a gap
 * fill is all that comes.  An order that it repeats is known.
 */
static const char *client_resets(struct story_stage *stage)
{
    struct cg_slice message;
    bool filled = false;
    raw_fix_close(&line);
    const char *wrong = client_connects(stage, "98=0|108=30|141=Y|");
    if (wrong != NULL) {
        return wrong;
    }
    if (!say("2", "7=1|16=0|")) {
        return "the line is broken";
    }
    while (!filled && (message = raw_fix_next(&line)).len > 0) {
        if (has(message, 35, "8")) {
            return "a report of the old numbers was sent again";
        }
        filled = has(message, 35, "4") && has(message, 123, "Y");
    }
    if (!filled || !say("D", "97=Y|" BUY_BYTES("A1"))) {
        return "no gap is filled";
    }
    message = raw_fix_await(&line, "8");
    return has(message, 11, "A1") && has(message, 150, "I") &&
                   has(message, 39, "0")
               ? NULL
               : "a repeat does not get the order's status";
}

static const char *client_leaves(struct story_stage *stage)
{
    (void)stage;
    raw_fix_close(&line);
    return NULL;
}

/* R40: a client's numbers, set anew in the middle and at the logon. */
static void test_gate_numbers_client_sets_anew(void **state)
{
    static const struct story_step steps[] = {
        START_HUB,
        START_VENUE("FIX.4.4"),
        WRITE("gate.cfg", SETTINGS("ping")),
        INSTRUMENTS,
        START_GATE,
        SEE(HUB, "in DE", "2316=0"),
        VENUE_IS_UP("FIX.4.4"),
        CHECK(client_trades),
        CHECK(client_skips),
        SEE(VENUE, "in D", "11=A1"),
        SEE(VENUE, "in D", "11=A2"),
        SCENE("from 1"),
        CHECK(client_resets),
        NONE(VENUE, "in D", ""),
        NONE(HUB, "in DF", ""),
        CHECK(client_leaves),
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_gate_numbers_venue_skips),
        CASE(test_gate_numbers_reset_loses_a_replace),
        CASE(test_gate_numbers_dead_order_is_not_resent),
        CASE(test_gate_numbers_client_sets_anew),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
