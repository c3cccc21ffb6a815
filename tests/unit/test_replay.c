/*
 * Replays of logs that lack something, or say something twice, and of logs that
 * begin in the middle.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_recorder.h"
#include "replay_runner.h"
#include "script_text.h"
#include "sessions.h"
#include <tally.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SOH "\001"

/* --- a log with ids ----------------------------------------------------- */

#define DAY 8 /* orders of the recorded day */

/* Orders, each granted by the hub, filled, and told of as used. */
static void play_day(struct recorder *recorder)
{
    static const char order[] =
        "@%ds client > D 11=A%d 38=1000000\n"
        "hub < DF 2318=$R%d 2319=$T%d 2320=0 2321=0 2324=904.00 ...\n"
        "@+20 hub > DG 2318=$R%d 2319=$T%d 2320=0 2321=0 2324=904.00 "
        "2327=904.00 2325=0\n"
        "venue < D same 7350=$T%d\n"
        "@+5 venue > 8 37=V%d 11=A%d 17=E%d 150=0 39=0 55=X 54=1 38=1000000 "
        "14=0 151=1000000 6=0\nclient < 8 same\n"
        "venue > 8 37=V%d 11=A%d 17=F%d 150=F 39=2 55=X 54=1 38=1000000 "
        "14=1000000 151=0 6=4 31=4 32=1000000\nclient < 8 same\n"
        "hub < DF 2318=$N%d 2319=$T%d 2320=0 2321=1 2324=904.00 ...\n"
        "@+20 hub > DG 2318=$N%d 2319=$T%d 2320=0 2321=1 2324=904.00 "
        "2325=0\n";
    char text[32768];
    size_t len = (size_t)snprintf(text, sizeof(text), "%s%s", SCRIPT_DESK,
                                  SCRIPT_UP);
    for (int i = 1; i <= DAY; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, order, i, i, i,
                                i, i, i, i, i, i, i, i, i, i, i, i, i, i);
    }
    assert_true(recorder_play_text(recorder, text));
    assert_false(recorder->unplayable);
}

static bool behind(void *user, const struct recorder *recorder, size_t index)
{
    const size_t *first = user;
    (void)recorder;
    return index >= *first;
}

/* Where the message of |type| with |field| stands. */
static size_t
find(const struct recorder *recorder, const char *type, const char *field)
{
    for (size_t i = 0; i < recorder->count; i++) {
        const struct recorded *item = &recorder->items[i];
        if (memmem(item->bytes, item->len, type, strlen(type)) != NULL &&
            memmem(item->bytes, item->len, field, strlen(field)) != NULL) {
            return i;
        }
    }
    fail_msg("no %s with %s", type, field);
    return 0;
}

static void replay_from(const struct recorder *recorder,
                        size_t first,
                        struct replay_run *run)
{
    const char *path = recorder_write(recorder, RECORD_FILELOG, 0, behind,
                                      &first);
    replay_run(run, &recorder->script.config, NULL, &path, 1, NULL);
    assert_int_equal(run->status, 0);
}

static const uint64_t *verdicts_of(const struct replay_run *run,
                                   cg_session session)
{
    return cg_replay_verdicts(run->replay, CG_REPLAY_RECORDED, session);
}

enum { CLIENT, VENUE, HUB };

/* A log that begins behind four orders: ids of tokens and requests are others
 * then, and the hub's recorded answers are read with ours. */
static void test_replay_cut_between_orders_same(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    play_day(&recorder);
    replay_from(&recorder, find(&recorder, SOH "35=D" SOH, SOH "11=A5" SOH),
                &run);
    assert_int_equal(replay_run_troubles(&run), 0);
    assert_true(run.totals.holds);
    for (cg_session i = CLIENT; i <= HUB; i++) {
        assert_int_equal(verdicts_of(&run, i)[CG_REPLAY_DIFFERENT], 0);
        assert_int_equal(verdicts_of(&run, i)[CG_REPLAY_ONLY_RECORDED], 0);
    }
    assert_int_equal(verdicts_of(&run, CLIENT)[CG_REPLAY_SAME], 8);
    assert_int_equal(verdicts_of(&run, VENUE)[CG_REPLAY_SAME], 4);
    assert_int_equal(verdicts_of(&run, HUB)[CG_REPLAY_SAME], 8);
    /* The hub is asked for its limits, as it is there from the start. */
    assert_int_equal(verdicts_of(&run, HUB)[CG_REPLAY_ONLY_PRODUCED], 1);
    /* Tokens are the first four of this gate. */
    assert_non_null(strstr(run.output, "|2319=GATE-T1|"));
    assert_null(strstr(run.output, "GATE-T5"));
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* The order whose grant is before the cut is not there; all others are. */
static void test_replay_cut_within_order_goes_on(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    play_day(&recorder);
    replay_from(&recorder, find(&recorder, SOH "35=DG" SOH, SOH "2319=GATE-T4"),
                &run);
    assert_true(run.totals.holds);
    assert_int_equal(verdicts_of(&run, VENUE)[CG_REPLAY_ONLY_RECORDED], 1);
    assert_int_equal(verdicts_of(&run, VENUE)[CG_REPLAY_DIFFERENT], 0);
    assert_int_equal(verdicts_of(&run, VENUE)[CG_REPLAY_SAME], 4);
    assert_int_equal(verdicts_of(&run, HUB)[CG_REPLAY_SAME], 8);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* Against another gate's name all ids differ, and nothing else does. */
static void test_replay_other_name_same(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    size_t none = 0;
    (void)state;
    play_day(&recorder);
    strcpy(recorder.script.config.gate_name, "OTHER");
    replay_from(&recorder, none, &run);
    for (cg_session i = CLIENT; i <= HUB; i++) {
        assert_int_equal(verdicts_of(&run, i)[CG_REPLAY_DIFFERENT], 0);
        assert_int_equal(verdicts_of(&run, i)[CG_REPLAY_ONLY_RECORDED], 0);
        assert_int_equal(verdicts_of(&run, i)[CG_REPLAY_ONLY_PRODUCED], 0);
    }
    assert_int_equal(verdicts_of(&run, VENUE)[CG_REPLAY_SAME], DAY);
    assert_non_null(strstr(run.output, "|7350=OTHER-T8|"));
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* What the sums of a day are. */
static void test_replay_day_counted(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    struct cg_tally_counts counts;
    struct cg_tally_limit limit;
    (void)state;
    play_day(&recorder);
    replay_from(&recorder, 0, &run);
    const struct cg_tally *tally = cg_side_tally(cg_replay_side(run.replay));
    cg_tally_counts(tally, &counts);
    assert_int_equal(counts.orders[CG_TALLY_NEW].taken, DAY);
    assert_int_equal(counts.orders[CG_TALLY_NEW].forwarded, DAY);
    assert_int_equal(counts.orders[CG_TALLY_NEW].refused, 0);
    assert_int_equal(counts.tokens.asked, DAY);
    assert_int_equal(counts.tokens.granted, DAY);
    assert_int_equal(counts.tokens.consumed, DAY);
    assert_int_equal(counts.tokens.open, 0);
    assert_true(cg_tally_limit(tally, 0, &limit));
    assert_false(cg_tally_limit(tally, 1, &limit));
    assert_true(cg_tally_limit(tally, 0, &limit));
    assert_true(limit.peaked);
    assert_int_equal(limit.peak, DAY * 9040000);
    assert_int_equal(limit.peak_at, recorder.script.start + DAY * CG_SECOND);
    assert_int_equal(limit.ledger[0][CG_AUDIT_GRANTED], DAY * 9040000);
    assert_int_equal(limit.ledger[0][CG_AUDIT_CONSUMED], DAY * 9040000);
    assert_int_equal(limit.ledger[0][CG_AUDIT_RESERVED], 0);
    const struct cg_tally_firm *firm = cg_tally_times(tally, 0);
    assert_non_null(firm);
    assert_string_equal(firm->name, "F");
    assert_int_equal(firm->hub.count, DAY);
    assert_int_equal(firm->venue.count, DAY);
    uint64_t hub_ms = cg_spread_at(&firm->hub, 500) / 1000000;
    assert_in_range(hub_ms, 19, 20);
    assert_in_range(cg_spread_at(&firm->venue, 990) / 10000, 495, 505);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* --- what is expected --------------------------------------------------- */

static void expect_text(const struct recorder *recorder,
                        const char *text,
                        struct replay_run *run)
{
    const char *log = recorder_write(recorder, RECORD_FILELOG, 0, NULL, NULL);
    const char *expect = recorder_write_text(1, text, strlen(text));
    replay_run(run, &recorder->script.config, NULL, &log, 1, expect);
    assert_int_equal(run->status, 0);
}

static uint64_t count(const struct recorder *recorder,
                      const struct replay_run *run,
                      enum cg_replay_verdict verdict)
{
    return replay_run_sum(run, &recorder->script.config, CG_REPLAY_EXPECTED,
                          verdict);
}

/* One decision of an output is another. */
static void test_replay_expect_other_decision_told(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    struct replay_run again = {.stops = false};
    (void)state;
    play_day(&recorder);
    replay_from(&recorder, 0, &run);
    char *place = strstr(run.output, "forwards order A3: live");
    assert_non_null(place);
    memcpy(strstr(place, "live"), "dead", 4);
    expect_text(&recorder, run.output, &again);
    assert_int_equal(count(&recorder, &again, CG_REPLAY_DIFFERENT), 1);
    assert_int_equal(count(&recorder, &again, CG_REPLAY_ONLY_RECORDED), 0);
    assert_int_equal(count(&recorder, &again, CG_REPLAY_ONLY_PRODUCED), 0);
    assert_non_null(strstr(again.words, "was: forwards order A3: dead cover"));
    replay_run_deinit(&again);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* A message of an output has another field, with its sum made right. */
static void test_replay_expect_other_field_told(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    play_day(&recorder);
    struct recorded *item =
        &recorder.items[find(&recorder, SOH "35=D" SOH, SOH "7350=GATE-T3")];
    char *qty = memmem(item->bytes, item->len, SOH "38=1000000", 11);
    char *sum = item->bytes + item->len - 4;
    unsigned value = (unsigned)strtoul(sum, NULL, 10);
    assert_non_null(qty);
    qty[4] = '2';
    char digits[16];
    snprintf(digits, sizeof(digits), "%03u", (value + 1) % 256);
    memcpy(sum, digits, 3);
    const char *expect = recorder_write(&recorder, RECORD_BARS, 1, NULL, NULL);
    qty[4] = '1';
    snprintf(digits, sizeof(digits), "%03u", value);
    memcpy(sum, digits, 3);
    const char *log = recorder_write(&recorder, RECORD_BARS, 0, NULL, NULL);
    replay_run(&run, &recorder.script.config, NULL, &log, 1, expect);
    assert_int_equal(run.status, 0);
    assert_int_equal(count(&recorder, &run, CG_REPLAY_DIFFERENT), 1);
    assert_non_null(strstr(run.words, "venue 1: 38: was 2000000, is 1000000"));
    assert_int_equal(replay_run_sum(&run, &recorder.script.config,
                                    CG_REPLAY_RECORDED, CG_REPLAY_DIFFERENT),
                     0);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

static bool but_one(void *user, const struct recorder *recorder, size_t index)
{
    const size_t *left_out = user;
    (void)recorder;
    return index != *left_out;
}

/* A message that is not expected; and one that is, and does not come. */
static void test_replay_expect_more_or_less_told(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    play_day(&recorder);
    size_t third = find(&recorder, SOH "35=D" SOH, SOH "7350=GATE-T3");
    const char *whole = recorder_write(&recorder, RECORD_BARS, 0, NULL, NULL);
    const char *part = recorder_write(&recorder, RECORD_BARS, 1, but_one,
                                      &third);
    replay_run(&run, &recorder.script.config, NULL, &whole, 1, part);
    assert_int_equal(count(&recorder, &run, CG_REPLAY_ONLY_PRODUCED), 1);
    assert_int_equal(count(&recorder, &run, CG_REPLAY_ONLY_RECORDED), 0);
    assert_int_equal(count(&recorder, &run, CG_REPLAY_DIFFERENT), 0);
    replay_run_deinit(&run);
    /* The client's order is not in the log: nothing of it comes. */
    size_t order = find(&recorder, SOH "35=D" SOH, SOH "11=A3" SOH);
    part = recorder_write(&recorder, RECORD_BARS, 1, but_one, &order);
    replay_run(&run, &recorder.script.config, NULL, &part, 1, whole);
    assert_true(count(&recorder, &run, CG_REPLAY_ONLY_RECORDED) > 0);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

static bool before(void *user, const struct recorder *recorder, size_t index)
{
    return !behind(user, recorder, index);
}

/* --- gaps and numbers --------------------------------------------------- */

static char text[65536];
static size_t text_len;

static void say_at(int ms,
                   bool outbound,
                   const char *peer,
                   const char *type,
                   int seq,
                   const char *header,
                   const char *body)
{
    char fields[2048];
    int len = snprintf(fields, sizeof(fields),
                       "35=%s|34=%d|49=%s|56=%s|52=20270115-08:00:%02d.%03d|"
                       "%s%s",
                       type, seq, outbound ? "GATE" : peer,
                       outbound ? peer : "GATE", ms / 1000, ms % 1000, header,
                       body);
    char whole[4096];
    int at = snprintf(whole, sizeof(whole), "8=FIX.4.4|9=%d|%s", len, fields);
    unsigned sum = 0;
    for (int i = 0; i < at; i++) {
        sum += whole[i] == '|' ? 1U : (unsigned char)whole[i];
    }
    text_len += (size_t)snprintf(text + text_len, sizeof(text) - text_len,
                                 "%s10=%03u|\n", whole, sum % 256);
}

/* Writes |stamp| before the last line that was said. */
static void stamp(const char *stamp)
{
    char line[4096];
    size_t from = text_len - 1;
    while (from > 0 && text[from - 1] != '\n') {
        from--;
    }
    snprintf(line, sizeof(line), "%.4095s", text + from);
    text_len = from + (size_t)snprintf(text + from, sizeof(text) - from,
                                       "%s %s", stamp, line);
}

static void say_order(int ms, int seq, const char *header, const char *id)
{
    char body[256];
    snprintf(
        body, sizeof(body),
        "11=%s|1=ACME|55=X|54=1|38=1000000|40=2|44=4|60=20270115-08:00:00|",
        id);
    say_at(ms, false, "C", "D", seq, header, body);
}

/* A desk whose pushed limit is there from the start. */
static void open_desk(struct recorder *recorder)
{
    char desk[4096];
    const char *model = "Model=ping-with-push\n";
    snprintf(desk, sizeof(desk), "%s", SCRIPT_DESK);
    char *place = strstr(desk, model);
    assert_non_null(place);
    memmove(place + 11, place + strlen(model),
            strlen(place + strlen(model)) + 1);
    memcpy(place, "Model=push\n", 11);
    strcat(desk, "client up\n");
    assert_true(recorder_play_text(recorder, desk));
    text_len = 0;
    text[0] = '\0';
    say_at(0, false, "V", "A", 1, "", "98=0|108=30|");
    say_at(0, false, "C", "A", 1, "", "98=0|108=30|");
}

static void replay_text(const struct recorder *recorder, struct replay_run *run)
{
    const char *log = recorder_write_text(0, text, text_len);
    replay_run(run, &recorder->script.config, NULL, &log, 1, NULL);
    if (run->status != 0) {
        fail_msg("%s", run->error);
    }
}

/* The orders that went to the venue, in their order: "A1 A2 ". */
static const char *forwarded(const struct replay_run *run)
{
    static char ids[256];
    size_t len = 0;
    ids[0] = '\0';
    for (const char *at = run->output; (at = strstr(at, "|35=D|")) != NULL;
         at++) {
        const char *id = strstr(at, "|11=") + 4;
        len += (size_t)snprintf(ids + len, sizeof(ids) - len, "%.*s ",
                                (int)strcspn(id, "|"), id);
    }
    return ids;
}

static const struct cg_replay_counts *client(const struct replay_run *run)
{
    return cg_replay_session_counts(run->replay, CLIENT);
}

/* A log that is silent for 123 years, in which a hub confirms nothing: what is
 * repeated to it has an end. */
static void test_replay_silence_has_an_end(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    play_day(&recorder);
    size_t last = find(&recorder, SOH "35=DG" SOH, SOH "2318=16" SOH);
    text_len = 0;
    say_at(0, false, "C", "0", DAY + 2, "", "");
    stamp("21500115-08:00:00 :");
    say_at(0, false, "C", "0", DAY + 3, "", "");
    stamp("21500115-08:00:01 :");
    const char *paths[] = {
        recorder_write(&recorder, RECORD_FILELOG, 0, before, &last),
        recorder_write_text(1, text, text_len),
    };
    replay_run(&run, &recorder.script.config, NULL, paths, 2, NULL);
    assert_int_equal(run.status, 0);
    assert_true(run.totals.holds);
    assert_int_equal(replay_run_troubles(&run), 0);
    assert_true(run.totals.last > 5000000000 * CG_SECOND);
    assert_true(run.totals.sent > 100000 && run.totals.sent < 101000);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* Behind a gap messages wait until it is filled, and then go on in order. */
static void test_replay_gap_filled_in_order(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 2, "", "A1");
    say_order(200, 5, "", "A4");
    say_order(300, 4, "", "A3");
    say_order(400, 4, "", "A3"); /* held already */
    say_order(500, 3, "43=Y|122=20270115-08:00:00.150|", "A2");
    say_order(600, 6, "", "A5");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A1 A2 A3 A4 A5 ");
    assert_int_equal(client(&run)->repeated, 1);
    assert_int_equal(client(&run)->missing, 0);
    assert_int_equal(replay_run_troubles(&run), 0);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* A GapFill says that nothing was there. */
static void test_replay_gap_fill_goes_on(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 5, "", "A4");
    say_at(200, false, "C", "4", 2, "43=Y|", "123=Y|36=5|");
    say_order(300, 6, "", "A5");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A4 A5 ");
    assert_int_equal(replay_run_troubles(&run), 0);
    assert_int_equal(client(&run)->admin, 2);
    assert_int_equal(client(&run)->repeated, 0);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* When the order went to the venue, in milliseconds; -1: never. */
static int forwarded_at(const struct replay_run *run, const char *id)
{
    char field[64];
    int second;
    int ms;
    snprintf(field, sizeof(field), "|11=%s|", id);
    for (const char *at = run->output; (at = strstr(at, "|35=D|")) != NULL;
         at++) {
        const char *line = at;
        const char *end = at + strcspn(at, "\n");
        const char *found = strstr(at, field);
        while (line > run->output && line[-1] != '\n') {
            line--;
        }
        if (found != NULL && found < end &&
            sscanf(line, "20270115-08:00:%2d.%3d", &second, &ms) == 2) {
            return second * 1000 + ms;
        }
    }
    return -1;
}

/* The gate's own FIX engine: the number of a Logon behind a gap has its turn,
 * that of a ResendRequest has to be filled.  A GapFill that begins with the
 * Logon's comes too late, and the engine asks once more. */
static void test_replay_gap_at_logon_as_engine(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 2, "", "A1");
    say_at(200, false, "C", "A", 4, "", "98=0|108=30|");
    say_at(210, false, "C", "2", 5, "", "7=1|16=0|");
    say_order(220, 6, "", "A6");
    say_order(300, 3, "43=Y|122=20270115-08:00:00.150|", "A3");
    say_at(301, false, "C", "4", 4, "43=Y|", "123=Y|36=6|");
    say_order(302, 6, "43=Y|122=20270115-08:00:00.220|", "A6");
    say_order(303, 7, "", "A7");
    say_at(400, false, "C", "4", 5, "43=Y|", "123=Y|36=6|");
    say_order(401, 6, "43=Y|122=20270115-08:00:00.220|", "A6");
    say_order(402, 8, "", "A8");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A1 A3 A6 A7 A8 ");
    assert_int_equal(forwarded_at(&run, "A3"), 300);
    assert_int_equal(forwarded_at(&run, "A6"), 400);
    assert_int_equal(forwarded_at(&run, "A7"), 400);
    assert_int_equal(forwarded_at(&run, "A8"), 402);
    assert_int_equal(client(&run)->admin, 4);
    assert_int_equal(client(&run)->repeated, 3);
    assert_int_equal(client(&run)->missing, 0);
    assert_int_equal(replay_run_troubles(&run), 0);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* A Logout ahead of its number ends the session at once, and what is missing
 * before it is taken after the next Logon. */
static void test_replay_gap_before_logout_filled(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 2, "", "A1");
    say_at(200, false, "C", "5", 4, "", "");
    say_at(250, false, "V", "8", 2, "",
           "11=A1|37=X1|17=E1|150=0|39=0|55=X|54=1|38=1000000|14=0|"
           "151=1000000|6=0|60=20270115-08:00:00|");
    say_at(300, false, "C", "A", 5, "", "98=0|108=30|");
    say_order(310, 3, "43=Y|122=20270115-08:00:00.150|", "A3");
    say_at(320, false, "C", "4", 4, "43=Y|", "123=Y|36=6|");
    say_order(330, 6, "", "A6");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A1 A3 A6 ");
    assert_int_equal(forwarded_at(&run, "A3"), 310);
    assert_int_equal(forwarded_at(&run, "A6"), 330);
    assert_int_equal(verdicts_of(&run, CLIENT)[CG_REPLAY_UNSENT], 1);
    assert_int_equal(client(&run)->logons, 2);
    assert_int_equal(client(&run)->missing, 0);
    assert_int_equal(replay_run_troubles(&run), 0);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* The engine forgets what waits as the connection ends: it is taken when it
 * comes again. */
static void test_replay_gap_forgotten_at_logon(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 2, "", "A1");
    say_order(150, 4, "", "A4");
    say_order(160, 5, "", "A5");
    say_at(200, false, "C", "A", 6, "", "98=0|108=30|");
    say_order(300, 3, "43=Y|122=20270115-08:00:00.150|", "A3");
    say_order(310, 4, "43=Y|122=20270115-08:00:00.150|", "A4");
    say_order(320, 5, "43=Y|122=20270115-08:00:00.160|", "A5");
    say_order(330, 7, "", "A7");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A1 A3 A4 A5 A7 ");
    assert_int_equal(forwarded_at(&run, "A3"), 300);
    assert_int_equal(forwarded_at(&run, "A4"), 310);
    assert_int_equal(forwarded_at(&run, "A5"), 320);
    assert_int_equal(forwarded_at(&run, "A7"), 330);
    assert_int_equal(client(&run)->missing, 0);
    assert_int_equal(replay_run_troubles(&run), 0);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* A log that lacks messages: numbers of Logons and ResendRequests are not
 * among those, and what waited before a Logon goes on as well. */
static void test_replay_gap_never_filled_numbers(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 3, "", "A3");
    say_at(110, false, "C", "2", 4, "", "7=1|16=0|");
    say_at(110, false, "C", "2", 4, "", "7=1|16=0|"); /* of another log */
    say_order(120, 5, "", "A5");
    say_at(200, false, "C", "A", 6, "", "98=0|108=30|");
    say_order(210, 7, "", "A7");
    say_at(220, false, "C", "2", 8, "", "7=1|16=0|");
    say_order(31000, 9, "", "A9");
    say_order(31100, 10, "", "A10");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A3 A5 A7 A9 A10 ");
    assert_int_equal(client(&run)->missing, 1);
    assert_int_equal(client(&run)->repeated, 1);
    assert_int_equal(client(&run)->admin, 4);
    assert_int_equal(replay_run_troubles(&run), 1);
    assert_non_null(strstr(run.words, "client lacks 1 message, 34=2: gone"));
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* What never comes is told once, with its numbers, after half a minute; at the
 * end of the log at once. */
static void test_replay_gap_never_filled_told(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 2, "", "A1");
    say_order(200, 5, "", "A4");
    say_at(29000, false, "V", "0", 2, "", "");
    say_order(29500, 6, "", "A5");
    say_at(31000, false, "V", "0", 3, "", "");
    say_order(31500, 7, "", "A6");
    say_order(31600, 9, "", "A8");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A1 A4 A5 A6 A8 ");
    assert_int_equal(client(&run)->missing, 3);
    assert_int_equal(run.totals.troubles[CG_LOG_TROUBLES + CG_REPLAY_GAP], 2);
    assert_non_null(strstr(run.words, "client lacks 2 messages, 34=3 to 4"));
    assert_non_null(strstr(run.words, "client lacks 1 message, 34=8: gone"));
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* More than can be held goes on at once. */
static void test_replay_gap_bounded(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 3, "", "A1");
    for (int i = 0; i < 300; i++) {
        say_at(200 + i, false, "C", "0", 4 + i, "", "");
    }
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A1 ");
    assert_int_equal(client(&run)->admin, 301);
    assert_int_equal(client(&run)->missing, 1);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* A number that was there already: the same message, one that is sent again,
 * and another one. */
static void test_replay_lower_number_repeated_or_anew(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 2, "", "A1");
    say_order(100, 2, "", "A1");
    say_order(200, 3, "", "A2");
    say_order(300, 2, "43=Y|122=20270115-08:00:00|", "A1");
    say_order(400, 2, "", "A3");
    say_order(500, 3, "", "A4");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A1 A2 A3 A4 ");
    assert_int_equal(client(&run)->repeated, 2);
    assert_int_equal(run.totals.troubles[CG_LOG_TROUBLES + CG_REPLAY_ANEW], 1);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* A Logon sets the numbers to 1: with 141=Y, or just so. */
static void test_replay_logon_anew(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 2, "", "A1");
    say_at(200, false, "C", "5", 3, "", "");
    say_at(300, false, "C", "A", 1, "", "98=0|108=30|141=Y|");
    say_order(400, 2, "", "A2");
    say_at(500, false, "C", "A", 1, "", "98=0|108=30|");
    say_order(600, 2, "", "A3");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A1 A2 A3 ");
    assert_int_equal(replay_run_troubles(&run), 0);
    assert_int_equal(client(&run)->logons, 3);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* A Reject is about a message of the log; what is not there cannot be told. */
static void test_replay_reject_told(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_at(0, true, "V", "A", 1, "", "98=0|108=30|");
    say_order(100, 2, "", "A1");
    say_at(101, true, "V", "D", 2, "",
           "11=A1|1=ACME|55=X|54=1|38=1000000|40=2|44=4|"
           "60=20270115-08:00:00|7350=GATE-T1|");
    say_at(200, false, "V", "3", 2, "", "45=2|58=no|");
    say_at(300, false, "V", "3", 3, "", "45=77|58=no|");
    replay_text(&recorder, &run);
    assert_non_null(strstr(run.output, "refuses order A1: CG406"));
    assert_int_equal(run.totals.troubles[CG_LOG_TROUBLES + CG_REPLAY_UNKNOWN],
                     1);
    assert_int_equal(cg_replay_session_counts(run.replay, VENUE)->rejects, 2);
    assert_int_equal(verdicts_of(&run, VENUE)[CG_REPLAY_SAME], 1);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* Once the gate's numbers begin anew, those of before mean nothing. */
static void test_replay_reject_after_reset_unknown(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_at(0, true, "V", "A", 1, "", "98=0|108=30|");
    say_order(100, 2, "", "A1");
    say_at(101, true, "V", "D", 2, "",
           "11=A1|1=ACME|55=X|54=1|38=1000000|40=2|44=4|"
           "60=20270115-08:00:00|7350=GATE-T1|");
    say_at(200, false, "V", "A", 1, "", "98=0|108=30|141=Y|");
    say_at(200, true, "V", "A", 1, "", "98=0|108=30|141=Y|");
    say_at(300, false, "V", "3", 2, "", "45=2|58=no|");
    replay_text(&recorder, &run);
    assert_null(strstr(run.output, "CG406"));
    assert_int_equal(run.totals.troubles[CG_LOG_TROUBLES + CG_REPLAY_UNKNOWN],
                     1);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* What the gate sends to a client that is not there is in no log. */
static void test_replay_unsent_no_difference(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    const char *log;
    (void)state;
    open_desk(&recorder);
    say_at(0, true, "C", "A", 1, "", "98=0|108=30|");
    say_order(100, 2, "", "A1");
    say_at(101, true, "V", "D", 1, "",
           "11=A1|1=ACME|55=X|54=1|38=1000000|40=2|44=4|"
           "60=20270115-08:00:00|7350=GATE-T1|");
    say_at(110, false, "V", "8", 2, "",
           "37=V|11=A1|17=N|150=0|39=0|55=X|54=1|38=1000000|151=1000000|"
           "14=0|6=0|");
    say_at(111, true, "C", "8", 2, "",
           "37=V|11=A1|17=N|150=0|39=0|55=X|54=1|38=1000000|151=1000000|"
           "14=0|6=0|");
    say_at(200, false, "C", "5", 3, "", "");
    say_at(210, false, "V", "8", 3, "",
           "37=V|11=A1|17=F|150=F|39=2|55=X|54=1|38=1000000|151=0|"
           "14=1000000|6=4|31=4|32=1000000|");
    log = recorder_write_text(0, text, text_len);
    replay_run(&run, &recorder.script.config, NULL, &log, 1, log);
    assert_int_equal(run.status, 0);
    assert_string_equal(run.words, "");
    assert_int_equal(verdicts_of(&run, CLIENT)[CG_REPLAY_SAME], 1);
    assert_int_equal(verdicts_of(&run, CLIENT)[CG_REPLAY_UNSENT], 1);
    assert_int_equal(verdicts_of(&run, CLIENT)[CG_REPLAY_ONLY_PRODUCED], 0);
    assert_int_equal(count(&recorder, &run, CG_REPLAY_ONLY_PRODUCED), 0);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* The venue logs out, and in again: meanwhile its orders are refused. */
static void test_replay_logout_seen(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    say_order(100, 2, "", "A1");
    say_at(200, false, "V", "5", 2, "", "");
    say_order(300, 3, "", "A2");
    say_at(400, false, "V", "A", 3, "", "98=0|108=30|");
    say_order(500, 4, "", "A3");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A1 A3 ");
    assert_non_null(strstr(run.output, "refuses order A2: CG304"));
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* Messages of nobody's are told of once for each pair of names. */
static void test_replay_strangers_told_once(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    struct replay_run stopped = {.stops = true};
    (void)state;
    open_desk(&recorder);
    say_at(100, false, "WHO", "0", 1, "", "");
    say_at(110, false, "WHO", "0", 2, "", "");
    say_at(120, false, "WHAT", "0", 1, "", "");
    say_order(200, 2, "", "A1");
    replay_text(&recorder, &run);
    assert_string_equal(forwarded(&run), "A1 ");
    assert_int_equal(run.totals.troubles[CG_LOG_TROUBLES + CG_REPLAY_STRANGER],
                     3);
    char *first = strstr(run.words, "49=WHO and 56=GATE");
    assert_non_null(first);
    assert_null(strstr(first + 1, "49=WHO and"));
    assert_non_null(strstr(run.words, "49=WHAT"));
    const char *log = recorder_write_text(0, text, text_len);
    replay_run(&stopped, &recorder.script.config, NULL, &log, 1, NULL);
    assert_int_equal(stopped.status, CG_ERR_CORRUPT);
    replay_run_deinit(&stopped);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

static int no_output(void *user, const char *bytes, size_t len)
{
    (void)bytes;
    (void)len;
    return *(const int *)user;
}

/* What ends a replay is told in words. */
static void test_replay_end_told(void **state)
{
    static const struct {
        int status;
        const char *words;
    } ends[] = {
        {CG_ERR_MEMORY, "not enough memory"},
        {CG_ERR_IO, "a file cannot be read or written"},
        {CG_ERR_FULL, "there is no room for more: raise Max...= in [GATE]"},
        {CG_ERR_MISUSE, "the gate's time does not go on"},
    };
    struct recorder recorder;
    (void)state;
    open_desk(&recorder);
    say_order(100, 2, "", "A1");
    const char *log = recorder_write_text(0, text, text_len);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        int status = ends[i].status;
        const struct cg_replay_options options = {
            .config = &recorder.script.config,
            .logs = &log,
            .log_count = 1,
            .output = no_output,
            .user = &status,
        };
        struct cg_replay *replay = NULL;
        char error[512] = "";
        assert_int_equal(
            cg_replay_open(&options, error, sizeof(error), &replay), 0);
        assert_int_equal(cg_replay_run(replay, error, sizeof(error)), status);
        assert_string_equal(error, ends[i].words);
        cg_replay_close(replay);
    }
    recorder_deinit(&recorder);
}

/* An output that is expected, and is not there, or is damaged: with its file,
 * as a log is. */
static void test_replay_expect_trouble_told(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    struct replay_run stopped = {.stops = true};
    (void)state;
    open_desk(&recorder);
    say_order(100, 2, "", "A1");
    const char *log = recorder_write_text(0, text, text_len);
    replay_run(&run, &recorder.script.config, NULL, &log, 1, "/nowhere/out");
    assert_int_equal(run.status, CG_ERR_IO);
    assert_non_null(strstr(run.error, "/nowhere/out"));
    replay_run_deinit(&run);
    char *damaged = strstr(text, "|38=");
    assert_non_null(damaged);
    damaged[1] = '4';
    const char *expect = recorder_write_text(1, text, text_len);
    replay_run(&run, &recorder.script.config, NULL, &log, 1, expect);
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.words, expect));
    assert_non_null(strstr(run.words, ": checksum: "));
    replay_run(&stopped, &recorder.script.config, NULL, &log, 1, expect);
    assert_int_equal(stopped.status, CG_ERR_CORRUPT);
    replay_run_deinit(&stopped);
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

/* Nothing to replay is a mistake, not a success. */
static void test_replay_empty_refused(void **state)
{
    struct recorder recorder;
    struct replay_run run = {.stops = false};
    (void)state;
    open_desk(&recorder);
    const char *log = recorder_write_text(0, "", 0);
    replay_run(&run, &recorder.script.config, NULL, &log, 1, NULL);
    assert_int_equal(run.status, CG_ERR_IO);
    assert_non_null(strstr(run.error, "no FIX message"));
    replay_run_deinit(&run);
    log = "/nowhere/log";
    replay_run(&run, &recorder.script.config, NULL, &log, 1, NULL);
    assert_int_equal(run.status, CG_ERR_IO);
    assert_non_null(strstr(run.error, "/nowhere/log"));
    replay_run_deinit(&run);
    recorder_deinit(&recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_cut_between_orders_same),
        cmocka_unit_test(test_replay_cut_within_order_goes_on),
        cmocka_unit_test(test_replay_other_name_same),
        cmocka_unit_test(test_replay_day_counted),
        cmocka_unit_test(test_replay_expect_other_decision_told),
        cmocka_unit_test(test_replay_expect_other_field_told),
        cmocka_unit_test(test_replay_expect_more_or_less_told),
        cmocka_unit_test(test_replay_silence_has_an_end),
        cmocka_unit_test(test_replay_gap_filled_in_order),
        cmocka_unit_test(test_replay_gap_fill_goes_on),
        cmocka_unit_test(test_replay_gap_at_logon_as_engine),
        cmocka_unit_test(test_replay_gap_before_logout_filled),
        cmocka_unit_test(test_replay_gap_forgotten_at_logon),
        cmocka_unit_test(test_replay_gap_never_filled_numbers),
        cmocka_unit_test(test_replay_gap_never_filled_told),
        cmocka_unit_test(test_replay_gap_bounded),
        cmocka_unit_test(test_replay_lower_number_repeated_or_anew),
        cmocka_unit_test(test_replay_logon_anew),
        cmocka_unit_test(test_replay_logout_seen),
        cmocka_unit_test(test_replay_reject_told),
        cmocka_unit_test(test_replay_reject_after_reset_unknown),
        cmocka_unit_test(test_replay_unsent_no_difference),
        cmocka_unit_test(test_replay_strangers_told_once),
        cmocka_unit_test(test_replay_end_told),
        cmocka_unit_test(test_replay_expect_trouble_told),
        cmocka_unit_test(test_replay_empty_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
