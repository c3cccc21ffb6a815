/*
 * The program as people type it: mistakes are told, all of them, and how to go
 * on; the exit status says which kind they were.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_story.h"

#include <demo_story.h>
#include <stdlib.h>

static void test_cli_help_of_every_command(void **state)
{
    static const struct story_step steps[] = {
        RUN("--help", 0,
            "demo|run|show|records|audit|dv01|hubsim|venuesim|clientsim"),
        RUN("help", 0, "usage: creditgate COMMAND"),
        RUN("demo --help", 0, "usage: creditgate demo|--keep"),
        RUN("run --help", 0, "usage: creditgate run|--check-config|status"),
        RUN("session --help", 0, "usage: creditgate session run|draw|--svg"),
        RUN("session run --help", 0, "usage: creditgate session run"),
        RUN("show --help", 0, "usage: creditgate show|--journal|--format"),
        RUN("records --help", 0, "usage: creditgate records|--order|--limit"),
        RUN("audit --help", 0, "usage: creditgate audit|--journal|R23"),
        RUN("dv01 --help", 0, "usage: creditgate dv01|--par-rates|--packages"),
        RUN("hubsim --help", 0, "usage: creditgate hubsim|--limit|silent"),
        RUN("venuesim --help", 0, "usage: creditgate venuesim|--token-tag"),
        RUN("clientsim --help", 0, "usage: creditgate clientsim|replace"),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

static void test_cli_wrong_words_are_named(void **state)
{
    static const struct story_step steps[] = {
        RUN("", 2, "usage: creditgate COMMAND"),
        RUN("rnu", 2, "no command rnu|usage: creditgate COMMAND"),
        RUN("run", 2, "--config FILE is missing|usage"),
        RUN("run --confg x", 2, "what is --confg?|usage"),
        RUN("run --config", 2, "what is --config?|usage"),
        RUN("show", 2, "--journal FILE is missing|usage"),
        RUN("show --journal", 2, "what is --journal?|usage"),
        RUN("show --journal x --format xml", 2, "table, csv or json"),
        RUN("records", 2, "--journal FILE is missing|usage"),
        RUN("records --journal", 2, "what is --journal?|usage"),
        RUN("records --jornal x", 2, "what is --jornal?|usage"),
        RUN("records --journal x --format xml", 2, "table, csv or json"),
        RUN("records --journal x --order A --limit L", 2, "give one of"),
        RUN("records --journal x --from 2026-13-01", 2, "--from 2026-13-01"),
        RUN("records --journal x --to 2026-01-15T24:00:00Z", 2, "write 2026"),
        RUN("records --journal x --to 2026-01-15T12:00:00", 2, "write 2026"),
        RUN("records --journal x --to 2026-01-15T12:00:00.5Z", 2, "write 2026"),
        RUN("records --journal x --from 2026-01-16 --to 2026-01-15", 2,
            "--from is after --to"),
        RUN("dv01", 2, "--par-rates FILE is missing|--date|usage"),
        RUN("dv01 --plot", 2, "what is --plot?|usage"),
        RUN("session", 2, "say what to do|usage"),
        RUN("session play x", 2, "no command play|usage"),
        RUN("session run", 2, "give a file"),
        RUN("session run -x", 2, "-x is no option"),
        RUN("session draw", 2, "give a file"),
        RUN("session draw a b", 2, "give one file, not b"),
        RUN("hubsim", 2, "give one of --settings, --listen and --connect"),
        RUN("hubsim --listen 70000", 2, "0 to 65535"),
        RUN("hubsim --listen 0 --limit nonsense", 2, "--limit nonsense"),
        RUN("venuesim --listen 0 --version FIX.4.3", 2, "not FIX.4.3"),
        RUN("clientsim --settings $DIR/none.cfg", 1, "none.cfg"),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

#define SESSION_DESK                                                           \
    "# Two who say nothing.\n"                                                 \
    "[DEFAULT]\nSenderCompID=G\nConnectionType=acceptor\n"                     \
    "SocketAcceptPort=0\nBeginString=FIX.4.4\n"                                \
    "[SESSION]\nName=c\nRole=client\nTargetCompID=C\nAccounts=A\n"             \
    "[SESSION]\nName=v\nRole=venue\nTargetCompID=V\n"                          \
    "[ACCOUNT]\nAccount=A\nClearingFirm=F\n"                                   \
    "instrument X,USD,1\n"                                                     \
    "c up\n"

/* One passes, one does not, one is not written as it should be: the exit status
 * is the worst, and the others are played all the same. */
static void test_cli_sessions_are_played(void **state)
{
    static const struct story_step steps[] = {
        WRITE("good.session", SESSION_DESK),
        WRITE("bad.session", SESSION_DESK "v < D ...\n"),
        WRITE("wrong.session", SESSION_DESK "x up\n"),
        RUN("session run $DIR/good.session", 0, "1 passed, 0 failed"),
        RUN("session run -v $DIR/good.session", 0,
            "# $DIR/good.session: Two who say nothing.|@0 c up"),
        RUN("session run $DIR/bad.session $DIR/good.session", 1,
            "bad.session:21: v should receive D at @0, but nothing came|"
            "1 passed, 1 failed"),
        RUN("session run $DIR/wrong.session $DIR/good.session", 2,
            "wrong.session:21: there is no session x; write one of: c v|"
            "1 passed, 1 failed"),
        RUN("session run $DIR/none.session", 2, "none.session"),
        RUN("session draw $DIR/bad.session", 0, "Two who say nothing."),
        RUN("session draw --svg $DIR/bad.session", 0, "<svg |</svg>"),
        RUN("session draw $DIR/wrong.session", 2, "there is no session x"),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

static void test_cli_configuration_is_checked(void **state)
{
    static const struct story_step steps[] = {
        SET("VENUE_PORT", "1"),
        SET("HUB_PORT", "1"),
        RUN("run --config $DIR/none.cfg", 2, "none.cfg|1 mistake; not started"),
        RUN("run --config $DIR", 2, "mistake"),
        WRITE("gate.cfg", SETTINGS("ping")),
        RUN("run --config $DIR/gate.cfg", 2, "instruments.csv|not started"),
        INSTRUMENTS,
        RUN("run --check-config --config $DIR/gate.cfg", 0,
            "is fine: 3 sessions, 1 account, 1 limit, 1 instrument\n"),
        WRITE("bad.cfg", "[GATE]\nName=GATE\nJournal=gate.journal\n"
                         "Instruments=instruments.csv\nHardDedlineMs=20\n"
                         "SoftDeadlineMs=soon\n[SESSON]\n"
                         "[SESSION]\nRole=clinet\nTargetCompID=C\n"
                         "[ACCOUNT]\nAccount=ACME\n"
                         "[LIMIT]\nRiskLimitID=L\nAccount=ACNE\nCurrency=usd\n"
                         "Amount=1e6\nModel=pong\n"),
        RUN("run --config $DIR/bad.cfg", 2,
            "bad.cfg:5: HardDedlineMs|HardDeadlineMs= ?|bad.cfg:6: |"
            "bad.cfg:7: |bad.cfg:9: |bad.cfg:15: |ACNE|ACME ?|bad.cfg:16: |"
            "bad.cfg:17: |bad.cfg:18: |mistakes; not started"),
        RUN("run --check-config --config $DIR/bad.cfg", 2, "not started"),
        RUN("show --journal $DIR/gate.journal", 2, "cannot be read"),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* Starts with a journal that cannot be: status 2, and why. */
static void test_cli_journal_that_cannot_be(void **state)
{
    static const struct story_step steps[] = {
        SET("VENUE_PORT", "1"),
        SET("HUB_PORT", "1"),
        INSTRUMENTS,
        WRITE("gate.cfg", SETTINGS("ping")),
        WRITE("gate.journal", "this is a letter to a friend, not a journal"),
        RUN("run --config $DIR/gate.cfg", 2, "gate.journal"),
        RUN("show --journal $DIR/gate.journal", 2, "gate.journal"),
        RUN("show --journal $DIR/none.journal", 2, "none.journal|name the"),
        RUN("records --journal $DIR/gate.journal", 2, "gate.journal"),
        RUN("records --journal $DIR/none.journal", 2, "none.journal|name the"),
        RUN("records --journal $DIR", 2, "$DIR"),
        RUN("show --journal $DIR", 2, "$DIR"),
        WRITE("empty.journal", ""),
        RUN("show --journal $DIR/empty.journal", 2, "empty.journal"),
        WRITE("gate.cfg",
              "[GATE]\nJournal=/proc/gate.journal\n"
              "Instruments=instruments.csv\n" DEFAULT_SECTION CLIENT_SECTION(
                  "CLIENT", "FIX.4.4", "ACME") VENUE_SECTION("FIX.4.4")
                  HUB_SECTION ACCOUNT_SECTION("ACME")
                      LIMIT_SECTION("L", "ACME", "ping")),
        RUN("run --config $DIR/gate.cfg", 2, "/proc/gate.journal"),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* Two gates: neither the journal nor the port is shared. */
static void test_cli_second_gate_is_refused(void **state)
{
    static const struct story_step steps[] = {
        SET("VENUE_PORT", "1"),
        SET("HUB_PORT", "1"),
        INSTRUMENTS,
        WRITE("gate.cfg", SETTINGS("ping")),
        START_GATE,
        SEE(GATE, "line", "CLIENT listens on $GATE_PORT"),
        RUN("run --config $DIR/gate.cfg", 2, "gate.journal|another"),
        RUN("show --journal $DIR/gate.journal", 2, "gate.journal|another"),
        RUN("records --journal $DIR/gate.journal", 2, "gate.journal|another"),
        WRITE("other.cfg",
              "[GATE]\nJournal=other.journal\n"
              "Instruments=instruments.csv\n" DEFAULT_SECTION CLIENT_SECTION(
                  "CLIENT", "FIX.4.4", "ACME") VENUE_SECTION("FIX.4.4")
                  HUB_SECTION ACCOUNT_SECTION("ACME")
                      LIMIT_SECTION("L", "ACME", "ping")),
        RUN("run --config $DIR/other.cfg", 2, "$GATE_PORT|in use"),
        END(GATE),
        RUN("show --journal $DIR/gate.journal", 0, "proved"),
        RUN("show --journal $DIR/gate.journal --format csv", 0,
            "limit,owner,account|token,order,limit"),
        RUN("show --journal $DIR/gate.journal --format json", 0,
            "\"limits\":[{|\"tokens\":["),
        START_GATE,
        SEE(GATE, "line", "CLIENT listens on $GATE_PORT"),
        END(GATE),
    };
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_cli_help_of_every_command),
        CASE(test_cli_wrong_words_are_named),
        CASE(test_cli_sessions_are_played),
        CASE(test_cli_configuration_is_checked),
        CASE(test_cli_journal_that_cannot_be),
        CASE(test_cli_second_gate_is_refused),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
