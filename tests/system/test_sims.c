/*
 * The simulators over real sockets: with each other, without a gate.
 *
 * Every case is a story; story_play() ends each process it starts, and the last
 * check of a case is that none is left.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "story_test.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VENUE_AND_CLIENT(version)                                              \
    START(VENUE, "venuesim --listen 0 --target CLIENT --version " version),    \
        SEE(VENUE, "listen", "$PORT"),                                         \
        START(CLIENT,                                                          \
              "clientsim --connect $PORT --target VENUE --version " version),  \
        SEE(CLIENT, "logon", "")

/* Orders of one session cross; a replace, a cancel and a status follow. */
static void test_sims_client_trades_with_venue(void **state)
{
    static const struct story_step steps[] = {
        VENUE_AND_CLIENT("FIX.4.4"),
        SCENE("orders"),
        TELL(CLIENT, "order A X buy 10 98.5 ACME 7350=T1|7351=other"),
        SEE(VENUE, "in D", "11=A|1=ACME|55=X|54=1|38=10|44=98.5|7350=T1"),
        SEE(VENUE, "order", "7350=T1 7351=other"),
        THEN(VENUE, "out 8", "11=A|150=0|37=$V"),
        THEN(CLIENT, "in 8", "11=A|150=0|37=$V"),
        TELL(CLIENT, "order B X sell 4 98 ACME"),
        SEE(CLIENT, "in 8", "11=A|150=F|39=1|31=98.5|32=4|151=6"),
        SEE(CLIENT, "in 8", "11=B|150=F|39=2|31=98.5|151=0"),
        TELL(CLIENT, "replace A2 A 20 98.5"),
        SEE(CLIENT, "in 8", "11=A2|41=A|150=5|39=1|38=20|151=16"),
        TELL(CLIENT, "cancel A3 A2"),
        SEE(CLIENT, "in 8", "11=A3|41=A2|150=4|39=4|14=4"),
        TELL(CLIENT, "status A3"),
        SEE(CLIENT, "in 8", "11=A3|150=I|39=4"),
        TELL(CLIENT, "send H 11=ZZ|55=X|54=1"),
        SEE(CLIENT, "in 8", "11=ZZ|37=NONE|39=8|103=5"),
        TELL(CLIENT, "order A X buy 10 98.5"),
        SEE(CLIENT, "in 8", "11=A|150=8|39=8|103=6"),
        END(CLIENT),
        END(VENUE),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

static void test_sims_42_and_50_speak_their_version(void **state)
{
    static const struct story_step old[] = {
        VENUE_AND_CLIENT("FIX.4.2"),
        TELL(CLIENT, "order A X buy 10 98.5 ACME"),
        SEE(CLIENT, "in 8", "8=FIX.4.2|11=A|20=0|150=0"),
        TELL(VENUE, "fill A 4 98.5"),
        SEE(CLIENT, "in 8", "20=0|150=1|39=1|17=$E"),
        TELL(VENUE, "bust $E"),
        SEE(CLIENT, "in 8", "20=1|19=$E|14=0"),
        END(CLIENT),
        END(VENUE),
    };
    static const struct story_step new[] = {
        VENUE_AND_CLIENT("FIX.5.0SP2"),
        TELL(CLIENT, "order A X buy 10 98.5 ACME"),
        SEE(CLIENT, "in 8", "8=FIXT.1.1|11=A|150=0|!20"),
        END(CLIENT),
        END(VENUE),
    };
    (void)state;
    assert_int_equal(PLAY(old), 0);
    assert_int_equal(PLAY(new), 0);
}

/* Bytes that are no plain text go out, arrive and are shown as they are. */
static void test_sims_any_byte_is_sent_and_shown(void **state)
{
    static const struct story_step steps[] = {
        VENUE_AND_CLIENT("FIX.4.4"),
        TELL(CLIENT, "order A X buy 10 98.5 ACME 95=6|96=a\\x01b=\\x7c\\x0a|"
                     "7351=c\\x5cd"),
        SEE(CLIENT, "out D",
            "11=A|body=$B|96~a\x01"
            "b="),
        SEE(VENUE, "in D", "11=A|body=$B|7351=c\\d"),
        END(CLIENT),
        END(VENUE),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* What the line loses while it is down comes after it is up again. */
static void test_sims_dropped_line_comes_back(void **state)
{
    static const struct story_step steps[] = {
        VENUE_AND_CLIENT("FIX.4.4"),
        TELL(CLIENT, "order A X buy 10 98.5 ACME"),
        SEE(CLIENT, "in 8", "11=A|150=0"),
        SCENE("drop"),
        TELL(VENUE, "drop"),
        TELL(VENUE, "fill A 4 98.5"),
        SEE(CLIENT, "logout", ""),
        SEE(CLIENT, "logon", ""),
        SEE(CLIENT, "in 8", "11=A|150=F|43=Y"),
        END(CLIENT),
        END(VENUE),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

#define HUB_AND_ASKER                                                          \
    START(HUB, "hubsim --listen 0 --limit ACME-USD,FCM1,ACME,USD,100000"),     \
        SEE(HUB, "listen", "$PORT"),                                           \
        START(GATE, "clientsim --connect $PORT --sender GATE --target HUB "    \
                    "--version FIX.5.0SP2"),                                   \
        SEE(GATE, "in CM", "325=Y|1670=ACME-USD|1531=100000.00")

#define DF(id, token, rest)                                                    \
    TELL(GATE, "raw DF 2318=" id "|2319=" token "|" rest)

/* A conversation by hand: grant, consume, replace, withdraw; limits; stops. */
static void test_sims_hub_answers_by_the_books(void **state)
{
    static const struct story_step steps[] = {
        HUB_AND_ASKER,
        SCENE("asks"),
        TELL(GATE, "raw CL 1666=Q1|1760=1"),
        SEE(GATE, "in CM", "1666=Q1|1511=0|1693=24|1691=ACME"),
        DF("1", "T1", "2320=0|2321=0|2324=45200|15=USD|1670=ACME-USD|54=1"),
        SEE(GATE, "in DG", "2318=1|2319=T1|2325=0|2327=45200.00|126=$UNTIL"),
        DF("2", "T2", "2320=0|2321=0|2324=54800.01|15=USD|1670=ACME-USD|54=1"),
        SEE(GATE, "in DG", "2318=2|2319=T2|2325=2|2326=2|!2327"),
        DF("3", "T1", "2320=0|2321=1|2324=18080|1670=ACME-USD|54=1"),
        SEE(GATE, "in DG", "2318=3|2321=1|2325=0"),
        DF("4", "T1", "2320=2|2321=0|2324=63280|1670=ACME-USD|54=1"),
        SEE(GATE, "in DG", "2318=4|2320=2|2325=0|2327=63280.00"),
        DF("5", "T1", "2320=1|2321=0"),
        SEE(GATE, "in DG", "2318=5|2320=1|2325=4"),
        TELL(HUB, "books"),
        SEE(HUB, "books",
            "token T1 granted=63280.00 overrun=0.00 "
            "reserved=0.00 consumed=18080.00 released=45200.00"),
        SEE(HUB, "books", "limit ACME-USD granted=63280.00"),
        TELL(HUB, "limit ACME-USD 60000"),
        SEE(GATE, "in CR", "1324=M|1670=ACME-USD|1531=60000.00"),
        TELL(HUB, "halt ACME"),
        SEE(GATE, "in DH", "2329=1|448=ACME|2328=$ACT"),
        TELL(GATE, "raw DI 2328=$ACT|2331=R1|2329=1|2332=1|453=1|448=ACME|"
                   "447=D|452=24"),
        SEE(HUB, "di", "$ACT completed"),
        END(GATE),
        END(HUB),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* Slow, silent and pending, over real timers. */
static void test_sims_hub_misbehaves_when_told(void **state)
{
    static const struct story_step steps[] = {
        HUB_AND_ASKER,
        SCENE("silent"),
        TELL(HUB, "silent"),
        DF("1", "T1", "2320=0|2321=0|2324=10|15=USD|1670=ACME-USD|54=1"),
        SEE(HUB, "in DF", "2318=1"),
        NONE(HUB, "out DG", ""),
        TELL(HUB, "speak"),
        SEE(GATE, "in DG", "2318=1|2325=0"),
        SCENE("pending"),
        TELL(HUB, "pending 50"),
        DF("2", "T2", "2320=0|2321=0|2324=10|15=USD|1670=ACME-USD|54=1"),
        SEE(GATE, "in DG", "2318=2|2325=3"),
        THEN(GATE, "in DG", "2318=2|2325=0"),
        SCENE("restart"),
        TELL(HUB, "restart"),
        SEE(GATE, "logout", ""),
        SEE(GATE, "logon", ""),
        TELL(HUB, "normal"),
        DF("3", "T2", "2320=1|2321=0"),
        SEE(GATE, "in DG", "2318=3|2325=2|2326=99"),
        SCENE("expiry"),
        TELL(HUB, "expire 50"),
        DF("4", "T4", "2320=0|2321=0|2324=10|15=USD|1670=ACME-USD|54=1"),
        SEE(GATE, "in DG", "2318=4|2325=0"),
        SEE(HUB, "expired", "T4 10.00"),
        END(GATE),
        END(HUB),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* Faults by option and by command, over real sockets. */
static void test_sims_hub_has_planted_faults(void **state)
{
    static const struct story_step steps[] = {
        START(HUB, "hubsim --listen 0 --limit ACME-USD,FCM1,ACME,USD,100000 "
                   "--fault wrong-amount:2,late-answer=50"),
        SEE(HUB, "listen", "$PORT"),
        START(GATE, "clientsim --connect $PORT --sender GATE --target HUB "
                    "--version FIX.5.0SP2"),
        SEE(GATE, "in CM", "325=Y|1670=ACME-USD|1531=100000.00"),
        SCENE("late, and the second one wrong"),
        DF("1", "T1", "2320=0|2321=0|2324=10|15=USD|1670=ACME-USD|54=1"),
        SEE(HUB, "in DF", "2318=1"),
        SEE(HUB, "fault", "late-answer"),
        THEN(HUB, "out DG", "2318=1|2325=0|2324=10|2327=10.00"),
        DF("2", "T2", "2320=0|2321=0|2324=10|15=USD|1670=ACME-USD|54=1"),
        SEE(HUB, "fault", "wrong-amount"),
        SEE(GATE, "in DG", "2318=2|2325=0|2324=11.00|2327=10.00"),
        SCENE("bytes that no hub should send"),
        TELL(HUB, "fault none"),
        TELL(HUB, "fault empty-tag,wrong-enum,malformed-amount"),
        DF("3", "T3", "2320=0|2321=0|2324=10|15=USD|1670=ACME-USD|54=1"),
        SEE(GATE, "in DG", "2318=3|2325=7|2324=|2327=1e5"),
        TELL(HUB, "faults"),
        SEE(HUB, "faults", "empty-tag on from=1 met=1"),
        SEE(HUB, "faults", "end"),
        TELL(HUB, "fault no-such-thing"),
        SEE(HUB, "error", "no fault has this name"),
        END(GATE),
        END(HUB),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* Says |count| commands behind a wait, from a pipe or a file; the number of the
 * last of those that were carried out one after the other. */
static int commands_behind_a_wait(bool file, int count)
{
    char command[PATH_MAX * 4];
    char line[512];
    int next = 0;
    int len = snprintf(command, sizeof(command),
                       "(echo wait 500; seq -f '# %%.0f of many words' %d; "
                       "seq -f 'what-%%.0f' 0 %d; echo quit) ",
                       4 * count, count - 1);
    if (file) {
        len += snprintf(command + len, sizeof(command) - (size_t)len,
                        ">'%s/many'; <'%s/many' ", story_test_directory(),
                        story_test_directory());
    }
    snprintf(command + len, sizeof(command) - (size_t)len,
             "%s '%s' clientsim --connect 1 --target V", file ? "" : "|",
             story_test_program());
    FILE *said = popen(command, "r");
    assert_non_null(said);
    while (fgets(line, sizeof(line), said) != NULL) {
        const char *at = strstr(line, "command what-");
        if (at != NULL && strtol(at + 13, NULL, 10) == next) {
            next++;
        }
    }
    assert_int_equal(pclose(said), 0);
    return next;
}

/* However much comes while it waits, nothing of it is lost. */
static void test_sims_commands_wait_where_they_are(void **state)
{
    (void)state;
    assert_int_equal(commands_behind_a_wait(false, 8000), 8000);
    assert_int_equal(commands_behind_a_wait(true, 8000), 8000);
    story_test_none_left();
}

/* R55: an order without a token makes the venue end with a failure. */
static void test_sims_violation_fails_the_story(void **state)
{
    static const struct story_step steps[] = {
        START(VENUE, "venuesim --listen 0 --target CLIENT --token-tag 7350"),
        SEE(VENUE, "listen", "$PORT"),
        START(CLIENT, "clientsim --connect $PORT --target VENUE"),
        SEE(CLIENT, "logon", ""),
        TELL(CLIENT, "order A X buy 10 98.5 ACME"),
        SEE(VENUE, "violation", "D A"),
        END(CLIENT),
        END(VENUE),
    };
    (void)state;
    assert_int_equal(story_test_play(steps, 7), 0);
    assert_int_equal(PLAY(steps), 1);
}

/* A story can fail: at a line that does not come, one that must not, one that
 * came once and not twice, one out of order, a process that ends by itself. */
static void test_sims_story_fails_when_it_should(void **state)
{
    static const struct story_step missing[] = {
        VENUE_AND_CLIENT("FIX.4.4"),
        {.act = STORY_SEE,
         .actor = STORY_CLIENT,
         .what = "in 8",
         .text = "",
         .timeout_ms = 50},
    };
    static const struct story_step other[] = {
        VENUE_AND_CLIENT("FIX.4.4"),
        TELL(CLIENT, "order A X buy 10 98.5 ACME"),
        {.act = STORY_SEE,
         .actor = STORY_CLIENT,
         .what = "in 8",
         .text = "11=A|38=11",
         .timeout_ms = 300},
    };
    static const struct story_step unwanted[] = {
        VENUE_AND_CLIENT("FIX.4.4"),
        TELL(CLIENT, "order A X buy 10 98.5 ACME"),
        SEE(VENUE, "out 8", "11=A"), /* so what it heard before is read */
        NONE(VENUE, "in D", "11=A"),
    };
    static const struct story_step early[] = {
        VENUE_AND_CLIENT("FIX.4.4"),
        TELL(CLIENT, "order A X buy 10 98.5 ACME"),
        SEE(VENUE, "out 8", "11=A"),
        {.act = STORY_SEE,
         .actor = STORY_VENUE,
         .what = "in D",
         .text = "11=A",
         .later = true,
         .timeout_ms = 100},
    };
    static const struct story_step twice[] = {
        VENUE_AND_CLIENT("FIX.4.4"),
        TELL(CLIENT, "order A X buy 10 98.5 ACME"),
        SEE(CLIENT, "in 8", "11=A"),
        {.act = STORY_SEE,
         .actor = STORY_CLIENT,
         .what = "in 8",
         .text = "11=A",
         .timeout_ms = 100},
    };
    static const struct story_step gone[] = {
        START(VENUE, "venuesim --no-such-option"),
        SEE(VENUE, "listen", "$PORT"),
    };
    (void)state;
    assert_int_equal(PLAY(missing), 1);
    assert_int_equal(PLAY(other), 1);
    assert_int_equal(PLAY(unwanted), 1);
    assert_int_equal(PLAY(early), 1);
    assert_int_equal(PLAY(twice), 1);
    assert_int_equal(PLAY(gone), 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_sims_client_trades_with_venue),
        CASE(test_sims_42_and_50_speak_their_version),
        CASE(test_sims_any_byte_is_sent_and_shown),
        CASE(test_sims_dropped_line_comes_back),
        CASE(test_sims_hub_answers_by_the_books),
        CASE(test_sims_hub_misbehaves_when_told),
        CASE(test_sims_hub_has_planted_faults),
        CASE(test_sims_commands_wait_where_they_are),
        CASE(test_sims_violation_fails_the_story),
        CASE(test_sims_story_fails_when_it_should),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
