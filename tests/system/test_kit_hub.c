/*
 * A kit that certifies a hub: what passes, each way to fail, and peers that are
 * not there, go away, talk nonsense or without an end.
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
#include <stdio.h>

static bool differs(uint32_t tag)
{
    for (size_t i = 0; i < watch.differing_count; i++) {
        if (watch.differing[i] == tag) {
            return true;
        }
    }
    return false;
}

/* --- what passes --------------------------------------------------------- */

/* All steps, twice: no id of one attempt comes in the other. */
static void test_kit_good_hub_passes(void **state)
{
    cg_time offset;

    (void)state;
    hub_open(peer.port, "FIX.4.4");
    watch_play(WHOLE "token $T state=closed end=released\n"
                     "limit $LIMIT used=0\n");
    expect(CG_KIT_PASSED, "");
    assert_int_equal(watch.passed, 18);
    assert_string_equal(watch.reason, "");
    watch_play(WHOLE);
    expect(CG_KIT_PASSED, "");
    assert_int_equal(peer.asks, 2);
    assert_int_equal(peer.withdrawals, 2);
    for (const char *at = peer.requests; *at != '\0';) {
        size_t len = strcspn(at + 1, " ") + 1;

        for (const char *other = at + len; *other != '\0';) {
            size_t next = strcspn(other + 1, " ") + 1;

            assert_true(next != len || memcmp(at, other, len) != 0);
            other += next;
        }
        at += len;
    }
    assert_true(cg_kit_clock(watch.kit, &offset) > 4);
    assert_true(offset > -CG_SECOND && offset < CG_SECOND);
}

/* A hub has its own way to write, its own ids, and messages that the profile
 * lets pass. */
static void test_kit_other_words_pass(void **state)
{
    (void)state;
    watch.options.limits.ignored_types = "AE,B";
    peer.mood = PEER_OTHER_WORDS;
    hub_open(peer.port, "FIX.4.4");
    watch_play("value UPDATE PAPER-1\n" UP ASK
               "hub > DG 2318=$N1 2319=$T 2325=0 2324=9040.00 2327=9040.00 "
               "1328=$UPDATE !58\n" AT_VENUE CANCEL);
    expect(CG_KIT_PASSED, "");
    /* The kit's gate answers the News with a j, which is ignored or not. */
    watch_play(UP ASK "hub > DG 2318=$N1 2319=$T 2325=0 2327=9041.00\n");
    expect(CG_KIT_FAILED, "2327");
}

/* --- ways to fail -------------------------------------------------------- */

static void test_kit_wrong_amount_fails_and_is_withdrawn(void **state)
{
    (void)state;
    peer.mood = PEER_WRONG_AMOUNT;
    hub_open(peer.port, "FIX.4.4");
    watch_play(WHOLE);
    expect(CG_KIT_FAILED, "2327");
    assert_int_equal(watch.failed, 1);
    assert_true(differs(2327));
    assert_false(differs(2324));
    assert_non_null(strstr(watch.expected, "2327=9040.00"));
    assert_non_null(strstr(watch.observed, "2327=1"));
    assert_int_equal(peer.withdrawals, 1);
    peer.mood = PEER_GRANTS;
    watch_play(WHOLE);
    expect(CG_KIT_PASSED, "");
}

/* The order waits at the gate: the client cancels it, and the hub hears. */
static void test_kit_silence_fails_in_time(void **state)
{
    (void)state;
    peer.mood = PEER_SILENT;
    hub_open(peer.port, "FIX.4.4");
    watch_play(WHOLE);
    expect(CG_KIT_FAILED, "nothing was said within 0.300 s");
    assert_string_equal(watch.observed, "");
    assert_true(watch.took < 5 * CG_SECOND);
    assert_int_equal(peer.withdrawals, 1);
}

/* An answer within the tolerance is fine, and beyond it is not. */
static void test_kit_late_answer_fails_beyond_tolerance(void **state)
{
    (void)state;
    peer.mood = PEER_SLOW;
    hub_open(peer.port, "FIX.4.4");
    watch_play(WHOLE);
    expect(CG_KIT_FAILED, "nothing was said");
    watch_close();
    watch.options.limits.tolerance_ns = CG_SECOND;
    hub_open(peer.port, "FIX.4.4");
    watch_play(WHOLE);
    expect(CG_KIT_PASSED, "");
}

static void test_kit_early_answer_fails(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.4");
    watch_play(UP ASK "@+800 " GRANT);
    expect(CG_KIT_FAILED, "too early");
    peer.mood = PEER_SLOW;
    watch_play(UP ASK "@+600 " GRANT AT_VENUE CANCEL);
    expect(CG_KIT_PASSED, "");
}

static void test_kit_second_answer_fails(void **state)
{
    (void)state;
    peer.mood = PEER_TWICE;
    hub_open(peer.port, "FIX.4.4");
    watch_play(WHOLE);
    expect(CG_KIT_FAILED, "DG is not as expected");
    watch_play(UP ASK GRANT AT_VENUE "@+200 quiet\n");
    expect(CG_KIT_FAILED, "before this step came what no step expects");
}

static void test_kit_reject_reaches_the_gate(void **state)
{
    (void)state;
    peer.mood = PEER_REJECTS;
    hub_open(peer.port, "FIX.4.4");
    watch_play(UP ASK GRANT);
    expect(CG_KIT_FAILED, "DG was expected, but 3 came");
    assert_true(differs(35));
}

/* What the books of the kit's gate say is looked at, too. */
static void test_kit_books_fail(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.4");
    watch_play(UP ASK GRANT "limit $LIMIT used=1\n");
    expect(CG_KIT_FAILED, "expected used=1, it is 9040.00");
    watch_play(UP ASK GRANT "token $T state=closed\n");
    expect(CG_KIT_FAILED, "expected state=closed, it is spent");
}

/* --- lines --------------------------------------------------------------- */

static void test_kit_absent_peer_breaks_then_passes(void **state)
{
    struct cg_kit_limits usual = watch.options.limits;
    int port = free_port();

    (void)state;
    watch.options.limits.connect_ns = CG_SECOND / 2;
    hub_open(port, "FIX.4.4");
    watch_play(WHOLE);
    expect(CG_KIT_BROKEN, "hub has not logged on within 0.500 s");
    assert_true(watch.took < 3 * CG_SECOND);
    watch_close();
    watch.options.limits = usual;
    hub_open(port, "FIX.4.4");
    peer_close();
    peer_open(port);
    watch_play(WHOLE);
    expect(CG_KIT_PASSED, "");
}

static void test_kit_strangers_break(void **state)
{
    static const enum raw_mood moods[] = {RAW_MUTE, RAW_NOISE, RAW_CLOSES,
                                          RAW_OTHER_VERSION};

    (void)state;
    for (size_t i = 0; i < sizeof(moods) / sizeof(moods[0]); i++) {
        struct raw_peer raw;

        watch.options.limits.connect_ns = CG_SECOND;
        raw_peer_open(&raw, moods[i]);
        hub_open(raw.port, "FIX.4.4");
        watch_play(WHOLE);
        expect(CG_KIT_BROKEN, "hub has not logged on");
        assert_true(watch.took < 5 * CG_SECOND);
        watch_close();
        raw_peer_close(&raw);
    }
}

/* The line breaks in the middle, and by Logout; the next attempt has it again.
 */
static void test_kit_broken_line_fails_then_passes(void **state)
{
    static const enum peer_mood moods[] = {PEER_BREAKS, PEER_LOGS_OUT};

    (void)state;
    for (size_t i = 0; i < sizeof(moods) / sizeof(moods[0]); i++) {
        peer.mood = moods[i];
        hub_open(peer.port, "FIX.4.4");
        watch_play(WHOLE);
        expect(CG_KIT_FAILED, "line is broken");
        peer.mood = PEER_GRANTS;
        watch_play(WHOLE);
        expect(CG_KIT_PASSED, "");
        watch_close();
    }
}

/* A line that breaks unasked fails a case in which nobody waits for the hub;
 * one that the case says is down does not. */
static void test_kit_lost_line_is_seen_at_the_end(void **state)
{
    (void)state;
    peer.mood = PEER_BREAKS;
    hub_open(peer.port, "FIX.4.4");
    watch_play(UP ASK "client < 8 11=${RUN}A1 150=8 ...\n");
    expect(CG_KIT_FAILED, "the peer broke the line of hub");
    watch_play(UP ASK "client < 8 11=${RUN}A1 150=8 ...\n"
                      "hub down\n");
    expect(CG_KIT_PASSED, "");
}

static void test_kit_line_goes_and_comes(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.4");
    watch_play(UP "hub down\n"
                  "hub resets\n"
                  "hub up\n"
                  "hub < CL ...\n" ASK GRANT AT_VENUE "hub down\n"
                  "hub up\n"
                  "hub < CL ...\n" CANCEL);
    expect(CG_KIT_PASSED, "");
    watch_play(UP ASK GRANT AT_VENUE
               "gate crash\n"
               "client up\n"
               "venue up\n"
               "venue < H ...\n"
               "venue > 8 11=${RUN}A1 37=${RUN}V 17=${RUN}E3 150=I 39=0 "
               "38=10000000 14=0 151=10000000\n"
               "hub up\n"
               "hub < CL ...\n" CANCEL);
    /* H comes 500 ms after the logon. */
    expect(CG_KIT_FAILED, "venue should receive H, but nothing came");
}

/* --- limits -------------------------------------------------------------- */

static void test_kit_flood_is_cut_off(void **state)
{
    (void)state;
    peer.mood = PEER_FLOODS;
    hub_open(peer.port, "FIX.4.4");
    watch_play(WHOLE);
    expect(CG_KIT_FAILED, "a flood");
    assert_true(watch.messages < 1200); /* and what the gate said to it */
    assert_true(watch.took < 8 * CG_SECOND);
    peer.mood = PEER_GRANTS;
    watch_play(WHOLE);
    expect(CG_KIT_PASSED, "");
}

static void test_kit_case_has_an_end(void **state)
{
    (void)state;
    watch.options.limits.case_ns = CG_SECOND;
    hub_open(peer.port, "FIX.4.4");
    watch_play(UP "@+60s quiet\n");
    expect(CG_KIT_BROKEN, "not over within 1.000 s");
    assert_true(watch.took < 4 * CG_SECOND);
    watch.stopped = true;
    watch_play(WHOLE);
    expect(CG_KIT_STOPPED, "operator");
}

/* --- people -------------------------------------------------------------- */

static void test_kit_asks(void **state)
{
    (void)state;
    watch.options.limits.case_ns = CG_SECOND;
    hub_open(peer.port, "FIX.4.4");
    watch.answer_after = 1500; /* longer than a case may take */
    watch_play(UP "hub asked limit ${LIMIT} 5 : Lower it\n"
                  "client asked nothing : The kit is the client\n");
    expect(CG_KIT_PASSED, "");
    assert_int_equal(watch.asked, 1);
    assert_null(strstr(watch.words, "$"));
    assert_non_null(strstr(watch.words, "-USD 5"));
    watch.answer_after = 0;
    watch.answer = CG_KIT_ASKED_CANNOT;
    watch_play(UP "hub asked x : Do it\n");
    expect(CG_KIT_BROKEN, "\"Do it\" was not done: they refuse");
    /* What was asked for is taken back when the case ends early. */
    watch.answer = CG_KIT_ASKED_DONE;
    watch_play(UP "hub asked one : One\n" ASK
                  "hub > DG 2325=2\nhub asked normal : Undo\n");
    assert_int_equal(watch.verdict, CG_KIT_FAILED);
    assert_int_equal(watch.asked, 2);
    assert_string_equal(watch.words, "normal");
}

/* Says that it is done once that shows, and a little later; never else. */
static enum cg_kit_asked say_late(void *user, bool first)
{
    static uint64_t since;
    static bool busy;
    uint64_t now = uv_hrtime() / 1000000;

    (void)user;
    assert_false(first && busy);
    since = first || watch.shown == 0 ? now : since;
    busy = now < since + 300 && now <= watch.asked_at + 3000;
    if (now > watch.asked_at + 3000) {
        return CG_KIT_ASKED_CANNOT;
    }
    return now < since + 300 ? CG_KIT_ASKED_WAIT : CG_KIT_ASKED_DONE;
}

/* Whoever does what is asked need not say so at once: the case goes on when it
 * shows, at whatever time, and asks for the next thing once that is said. */
static void test_kit_goes_on_before_a_hand(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.4");
    watch.obey = say_late;
    watch_play(UP ASK "hub asked grant : Grant it\n@+1500 " GRANT
                      "hub asked nothing : The next thing\n"
                      "venue < D ...\n");
    /* The venue's order is one of the kit's own gate: it shows nothing. */
    assert_int_equal(watch.shown, 2);
    expect(CG_KIT_PASSED, "");
    watch_play("wire connects\nwire > A\nhub asked it : Answer\nwire < A ...\n"
               "wire > 5\nhub asked it : Answer\nwire < 5 ...\n"
               "hub asked it : Hang up\nwire closed\n");
    expect(CG_KIT_PASSED, "");
    assert_int_equal(watch.shown, 3);
    watch_play(UP "hub asked one : One\nhub > DG 2325=0\n");
    expect(CG_KIT_BROKEN, "\"One\" was not done");
}

static enum cg_kit_asked stop_at_first(void *user, bool first)
{
    (void)user;
    (void)first;
    watch.stopped = true;
    return strcmp(watch.words, "one") == 0 ? CG_KIT_ASKED_WAIT : watch.answer;
}

/* Who stops the run at a question may have done what it asks for: so what
 * undoes it is asked for; and told, when that is not done. */
static void test_kit_undoes_when_stopped(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.4");
    watch.obey = stop_at_first;
    for (int i = 0; i < 2; i++) {
        watch.stopped = false;
        watch.answer = i == 0 ? CG_KIT_ASKED_DONE : CG_KIT_ASKED_CANNOT;
        watch_play(UP "hub asked one : One\n" ASK GRANT
                      "hub asked undo ${LIMIT} : Undo ${LIMIT}\n");
        expect(CG_KIT_STOPPED, "operator");
        assert_int_equal(watch.asked, 2);
        assert_non_null(strstr(watch.words, "undo "));
        assert_null(strstr(watch.words, "$"));
    }
    assert_non_null(strstr(watch.notes, "left to do: \"Undo "));
    assert_null(strstr(watch.notes, "$"));
    watch.stopped = false;
    watch_play("client up\nhub up\nhub < CL ...\n@+60s quiet\n"
               "hub asked one : One\n");
    assert_int_equal(watch.asked, 0);
}

/* A hub that was asked keeps what it was asked: no two attempts share ids, of
 * whatever run. */
static void test_kit_numbers_are_new(void **state)
{
    char last[32] = "";

    (void)state;
    for (int i = 0; i < 3; i++) {
        const char *at;
        char number[32];

        hub_open(peer.port, "FIX.4.4");
        watch_play(WHOLE);
        at = strstr(watch.bytes, "|2318=");
        assert_non_null(at);
        assert_int_equal(sscanf(at, "|2318=%31[0-9]", number), 1);
        /* Those of the attempt are the thousand behind it. */
        number[strlen(number) - 3] = '\0';
        assert_string_not_equal(number, last);
        snprintf(last, sizeof(last), "%s", number);
        watch_close();
    }
    hub_open(peer.port, "FIX.4.4");
}

/* The hub of a case is who is certified, whatever its session is called. */
static void test_kit_hub_by_another_name(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.4");
    watch_play("other up\nother < CL ...\n");
    expect(CG_KIT_PASSED, "");
    assert_true(watch.messages > 0);
}

/* --- what cannot be played ----------------------------------------------- */

static void test_kit_waives(void **state)
{
    static const struct {
        const char *steps;
        const char *reason;
    } cases[] = {
        {"hub up\nother up\n", "has no session other"},
        {"client up\nvenue up\n", "no step of it is hub"},
        {"case X-1\npurpose x\ncertifies gate\nclient up\n",
         "does not certify a hub"},
        {"hub skips\n", "numbers"},
        {"hub rejects DF\n", "expect its 3"},
        {"hub resend CL kept\n", "wire"},
        {"hub up\nrates version=1\n", "par rates"},
    };

    (void)state;
    hub_open(peer.port, "FIX.4.4");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        watch_play(cases[i].steps);
        expect(CG_KIT_WAIVED, cases[i].reason);
        assert_int_equal(watch.messages, 0);
    }
}

/* --- the wire ------------------------------------------------------------ */

/* The wire has the line, and then the engine has it again. */
static void test_kit_wire_takes_turns(void **state)
{
    (void)state;
    hub_open(peer.port, "FIX.4.4");
    watch_play(WHOLE);
    expect(CG_KIT_PASSED, "");
    for (int i = 0; i < 2; i++) {
        watch_play("wire connects\n"
                   "wire > A\n"
                   "wire < A 98=0 108=30 ...\n"
                   "wire > 1 112=HELLO\n"
                   "wire < 0 112=HELLO\n"
                   "wire > 5\n"
                   "wire < 5 ...\n"
                   "wire closed\n");
        expect(CG_KIT_PASSED, "");
        watch_play(WHOLE);
        expect(CG_KIT_PASSED, "");
    }
    watch_play("wire connects\n"
               "wire > A\n"
               "wire < A 98=0 108=31 ...\n");
    expect(CG_KIT_FAILED, "108");
    watch_close();
    watch.options.limits.keep_numbers = true;
    hub_open(peer.port, "FIX.4.4");
    watch_play("wire connects\n");
    expect(CG_KIT_WAIVED, "numbers are kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KIT(test_kit_good_hub_passes),
        WITH_KIT(test_kit_other_words_pass),
        WITH_KIT(test_kit_wrong_amount_fails_and_is_withdrawn),
        WITH_KIT(test_kit_silence_fails_in_time),
        WITH_KIT(test_kit_late_answer_fails_beyond_tolerance),
        WITH_KIT(test_kit_early_answer_fails),
        WITH_KIT(test_kit_second_answer_fails),
        WITH_KIT(test_kit_reject_reaches_the_gate),
        WITH_KIT(test_kit_books_fail),
        WITH_KIT(test_kit_absent_peer_breaks_then_passes),
        WITH_KIT(test_kit_strangers_break),
        WITH_KIT(test_kit_broken_line_fails_then_passes),
        WITH_KIT(test_kit_lost_line_is_seen_at_the_end),
        WITH_KIT(test_kit_line_goes_and_comes),
        WITH_KIT(test_kit_flood_is_cut_off),
        WITH_KIT(test_kit_case_has_an_end),
        WITH_KIT(test_kit_asks),
        WITH_KIT(test_kit_goes_on_before_a_hand),
        WITH_KIT(test_kit_undoes_when_stopped),
        WITH_KIT(test_kit_numbers_are_new),
        WITH_KIT(test_kit_hub_by_another_name),
        WITH_KIT(test_kit_waives),
        WITH_KIT(test_kit_wire_takes_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
