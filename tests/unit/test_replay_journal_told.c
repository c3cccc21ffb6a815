/*
 * Replays by a journal that is not whole, not of these logs, or not readable,
 * and what makes facts but seldom.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_replayer.h"
#include "script_text.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Rates that are not there end it, and are named by their digest. */
static void test_replay_journal_other_rates_told(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    facts_of(&recorder, &facts, "330");
    size_t at = 0;
    while (facts.row.facts[at].kind != CG_FACT_RATES_TAKEN) {
        assert_true(++at < facts.row.count);
    }
    struct cg_fact fact = cg_fact_row_at(&facts.row, at);
    char *digest = (char *)(uintptr_t)fact.text;
    digest[0] = digest[0] == '0' ? '1' : '0';
    struct outcome outcome = replay_whole(&recorder, &facts);
    const struct cg_exactness *is = &outcome.exactness;
    assert_int_equal(outcome.status, 0);
    assert_int_equal(is->end, CG_EXACT_RATES);
    assert_int_equal(is->same, at);
    assert_int_equal(is->same + is->left, facts.row.count);
    assert_non_null(strstr(is->why, "ParRates="));
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* One behind the last fact, of nobody's message. */
static struct cg_fact
next_fact(const struct facts *facts, enum cg_fact_kind kind, cg_time later)
{
    size_t count = facts->row.count;
    return (struct cg_fact){
        .kind = kind,
        .no = count + 1,
        .time = facts->row.facts[count - 1].time + later,
        .cause_session = CG_SESSION_NONE,
        .session = CG_SESSION_NONE,
        .order = CG_NONE,
        .request = CG_NONE,
        .token = CG_NONE,
        .ask = CG_NONE,
        .limit = CG_NONE,
        .account = CG_NONE,
        .instrument = CG_NONE,
    };
}

/* A configuration that was taken while the gate ran ends it. */
static void test_replay_journal_other_settings_told(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    facts_of(&recorder, &facts, "101");
    size_t count = facts.row.count;
    struct cg_fact setting = next_fact(&facts, CG_FACT_ACCOUNT_WARNINGS, 0);
    setting.account = 0;
    assert_int_equal(cg_fact_row_add(&facts.row, &setting), 0);
    facts.shown = facts.row.count;
    struct outcome outcome = replay_whole(&recorder, &facts);
    const struct cg_exactness *is = &outcome.exactness;
    assert_int_equal(outcome.status, 0);
    assert_int_equal(is->end, CG_EXACT_SETTINGS);
    assert_int_equal(is->same, count);
    assert_int_equal(is->left, 1);
    /* What a reload says of itself is enough. */
    facts.row.count--;
    setting.kind = CG_FACT_NOTED;
    setting.account = CG_NONE;
    setting.text = "configuration: SoftDeadlineMs 1000 to 2000";
    setting.text_len = strlen(setting.text);
    assert_int_equal(cg_fact_row_add(&facts.row, &setting), 0);
    outcome = replay_whole(&recorder, &facts);
    assert_int_equal(is->end, CG_EXACT_SETTINGS);
    assert_int_equal(is->same, count);
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* A fact with nothing in it that the books could have is shown all the same. */
static void test_replay_journal_wild_fact_named(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    facts_of(&recorder, &facts, "105");
    assert_true(facts.row.count > 10);
    for (size_t at = 3; at < facts.row.count; at += 2) {
        struct cg_fact *fact = &facts.row.facts[at];
        struct cg_fact kept = *fact;
        fact->order = 0x7ffffff0;
        fact->limit = CG_NONE - 1;
        fact->instrument = 0x10000000;
        fact->value = 0xfffffff0;
        struct outcome outcome = replay_whole(&recorder, &facts);
        assert_int_equal(outcome.exactness.end, CG_EXACT_DIFFERS);
        assert_int_equal(outcome.exactness.difference.no, at + 1);
        *fact = kept;
        fact->value ^= 0x80000001;
        fact->flags ^= 0x80010000;
        outcome = replay_whole(&recorder, &facts);
        assert_int_equal(outcome.exactness.end, CG_EXACT_DIFFERS);
        *fact = kept;
    }
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* A turn whose last fact is missing, or that has one more: the one that has no
 * counterpart is named. */
static void test_replay_journal_turn_of_other_length_named(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    facts_of(&recorder, &facts, "105");
    size_t count = facts.row.count;
    while (!cg_fact_is_of(&facts.row.facts[count - 1],
                          &facts.row.facts[count - 2])) {
        count--;
    }
    facts.shown = count - 1;
    struct outcome outcome = replay_whole(&recorder, &facts);
    const struct cg_exactness *is = &outcome.exactness;
    assert_int_equal(is->end, CG_EXACT_DIFFERS);
    assert_int_equal(is->difference.no, count);
    assert_true(is->difference.made && !is->difference.recorded);
    assert_true(is->difference.is_record.what[0] != '\0');
    assert_int_equal(is->same, count - 1);
    assert_int_equal(is->left, 0);
    struct cg_fact more = cg_fact_row_at(&facts.row, facts.row.count - 1);
    more.no++;
    assert_int_equal(cg_fact_row_add(&facts.row, &more), 0);
    facts.shown = facts.row.count;
    outcome = replay_whole(&recorder, &facts);
    assert_int_equal(is->end, CG_EXACT_DIFFERS);
    assert_int_equal(is->difference.no, facts.row.count);
    assert_true(is->difference.recorded && !is->difference.made);
    assert_int_equal(is->same, facts.row.count - 1);
    assert_int_equal(is->left, 1);
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* A journal that ends before the logs begin, or has nothing, is another's. */
static void test_replay_journal_of_other_time_refused(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    facts_of(&recorder, &facts, "105");
    for (size_t i = 0; i < facts.row.count; i++) {
        facts.row.facts[i].time -= 86400 * CG_SECOND;
    }
    struct outcome outcome = replay_whole(&recorder, &facts);
    assert_int_equal(outcome.status, CG_ERR_CONFIG);
    assert_non_null(strstr(outcome.error, "before the logs begin"));
    facts.shown = 0;
    outcome = replay_whole(&recorder, &facts);
    assert_int_equal(outcome.status, CG_ERR_CONFIG);
    assert_non_null(strstr(outcome.error, "the journal is empty"));
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* A picture of the books that the gate had saved is saved again. */
static void test_replay_journal_saved_again(void **state)
{
    static const char digest[] = "0123456789abcdef0123456789abcdef"
                                 "0123456789abcdef0123456789abcdef";
    struct recorder recorder;
    struct facts facts;
    (void)state;
    facts_of(&recorder, &facts, "105");
    size_t count = facts.row.count;
    struct cg_fact saved = next_fact(&facts, CG_FACT_SNAPSHOT_TAKEN, CG_SECOND);
    saved.number = count;
    saved.text = digest;
    saved.text_len = strlen(digest);
    assert_int_equal(cg_fact_row_add(&facts.row, &saved), 0);
    facts.shown = facts.row.count;
    struct outcome outcome = replay_whole(&recorder, &facts);
    assert_int_equal(outcome.status, 0);
    assert_int_equal(outcome.exactness.end, CG_EXACT_WHOLE);
    assert_int_equal(outcome.exactness.same, count + 1);
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* A journal that cannot be read, from any call on, at its begin, in its middle
 * or behind: it says why itself, if it can. */
static void test_replay_journal_unreadable_told(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    facts_of(&recorder, &facts, "105");
    for (size_t third = 0; third < 3; third++) {
        facts.fails_behind = facts.row.count * third / 3;
        facts.fails_from = 1;
        facts.why = "the disk is gone";
        struct outcome outcome = replay_whole(&recorder, &facts);
        while (outcome.status != 0) {
            assert_int_equal(outcome.status, CG_ERR_IO);
            assert_string_equal(outcome.error, "the disk is gone");
            facts.why = NULL;
            outcome = replay_whole(&recorder, &facts);
            assert_int_equal(outcome.status, CG_ERR_IO);
            if (third == 0 && facts.fails_from == 1) {
                assert_string_equal(outcome.error, "the journal cannot be "
                                                   "read");
            }
            facts.why = "the disk is gone";
            facts.fails_from++;
            outcome = replay_whole(&recorder, &facts);
        }
        assert_true(facts.fails_from > 1);
        assert_int_equal(outcome.exactness.end, CG_EXACT_WHOLE);
    }
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* Settings without the start that they are of: nothing can be begun with. */
static void test_replay_journal_without_start_refused(void **state)
{
    struct recorder recorder;
    struct facts facts;
    (void)state;
    facts_of(&recorder, &facts, "105");
    while (facts.row.facts[facts.shown - 1].kind != CG_FACT_STARTED) {
        facts.shown--;
    }
    facts.shown--;
    struct outcome outcome = replay_whole(&recorder, &facts);
    assert_int_equal(outcome.status, CG_ERR_CONFIG);
    assert_non_null(strstr(outcome.error, "another configuration"));
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* Messages of nobody, and such without a header, at the begin of the log and
 * later: they are passed over, as in any replay. */
static void test_replay_journal_of_strangers_same(void **state)
{
    static const char *const lines[] = {
        "20270115-08:00:00.000 : "
        "8=FIX.4.4\0019=15\00135=0\00149=C\00134=7\00110=158\001\n",
        "20270115-08:00:00.000 : "
        "8=FIX.4.4\0019=20\00135=0\00149=X\00156=Y\00134=7\00110=177\001\n",
    };
    struct recorder recorder;
    struct facts facts;
    static char log[1 << 20];
    (void)state;
    facts_of(&recorder, &facts, "105");
    const char *path = recorder_write(&recorder, RECORD_FILELOG, 0, NULL, NULL);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = 0;
    for (size_t i = 0; fgets(log + len, (int)(sizeof(log) - len), file) != NULL;
         i++) {
        size_t line = strlen(log + len);
        if (i % 3 == 0) {
            size_t more = strlen(lines[i % 2]);
            memmove(log + len + more, log + len, line + 1);
            memcpy(log + len, lines[i % 2], more);
            line += more;
        }
        len += line;
    }
    assert_int_equal(fclose(file), 0);
    path = recorder_write_text(1, log, len);
    struct outcome outcome = replay_logs(&recorder, &facts, &path, 1);
    assert_int_equal(outcome.status, 0);
    assert_int_equal(outcome.exactness.end, CG_EXACT_WHOLE);
    assert_int_equal(outcome.exactness.same, facts.row.count);
    assert_true(outcome.totals.troubles[CG_LOG_TROUBLES + CG_REPLAY_STRANGER] >
                0);
    assert_true(outcome.totals.troubles[CG_LOG_TROUBLES + CG_REPLAY_HEADLESS] >
                0);
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* Numbers began anew just before the log begins: one of before that comes again
 * hours later is not that message, and the log is begun with where it begins.
 */
static void test_replay_journal_numbers_anew_before_the_log(void **state)
{
    struct recorder recorder;
    struct facts facts;
    size_t at = 0;
    (void)state;
    assert_true(recorder_play_text(
        &recorder, SCRIPT_DESK SCRIPT_UP
        "@1s client > D 11=A1 38=1 55=NONE\nclient < 8 11=A1 150=8 ...\n"
        "@1h client > D 11=A2 38=1 55=NONE\nclient < 8 11=A2 150=8 ...\n"
        "@+10s client down\nclient resets\n@+10s client up\n"
        "@+2h client > D 11=A3 38=1 55=NONE\nclient < 8 11=A3 150=8 ...\n"
        "@+1s client > D 11=A4 38=1 55=NONE\nclient < 8 11=A4 150=8 ...\n"));
    facts_init(&facts, &recorder);
    while (recorder.items[at].time <
           recorder.script.start + 3610 * CG_SECOND + CG_SECOND) {
        at++;
    }
    struct outcome outcome = replay_part(
        &recorder, &facts, (struct part){at, recorder.count, SIZE_MAX});
    const struct cg_exactness *is = &outcome.exactness;
    assert_int_equal(outcome.status, 0);
    assert_int_equal(is->end, CG_EXACT_WHOLE);
    assert_int_equal(is->left, 0);
    assert_int_equal(is->lost, 0);
    assert_int_equal(facts.row.facts[is->first - 1].kind, CG_FACT_LINK_UP);
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

/* --- a message that has no number ------------------------------------------
 */

/* A step with as many fields as a line may have; with those that every message
 * has they are more than the gate takes. */
static const char *too_many(void)
{
    static char text[16384];
    size_t len = (size_t)sprintf(text, "client > D 11=A2 38=1");
    for (int i = 0; i < 1016; i++) {
        len += (size_t)sprintf(text + len, "%s448=x",
                               i % 100 == 0 ? " \\\n  " : " ");
    }
    return text;
}

/* What has too many fields is known by nothing but what the gate said of it:
 * it is the next message that the gate says so of. */
static void test_replay_journal_too_many_fields_same(void **state)
{
    struct recorder recorder;
    struct facts facts;
    static char text[20000];
    (void)state;
    snprintf(text, sizeof(text),
             "%s@+1s client down\n@+1s client up\n@+1s %s\nclient < j ...\n"
             "@+5s client > F 11=C1 41=A1 55=X 54=1 60=@\nvenue < F ...\n",
             SCRIPT_DESK SCRIPT_UP SCRIPT_ORDER, too_many());
    assert_true(recorder_play_text(&recorder, text));
    facts_init(&facts, &recorder);
    struct outcome outcome = replay_whole(&recorder, &facts);
    assert_int_equal(outcome.status, 0);
    assert_int_equal(outcome.exactness.end, CG_EXACT_WHOLE);
    assert_int_equal(outcome.exactness.same, facts.row.count);
    /* Without it, and with nothing behind its place. */
    size_t at = 0;
    while (recorder.items[at].len < 4096) {
        at++;
    }
    outcome = replay_part(&recorder, &facts,
                          (struct part){0, recorder.count, at});
    assert_true(outcome.exactness.left > 0);
    assert_non_null(strstr(outcome.exactness.why, "a message of session client "
                                                  "that cannot be read"));
    outcome = replay_part(&recorder, &facts, (struct part){0, at, SIZE_MAX});
    assert_int_equal(outcome.exactness.end, CG_EXACT_LOGS);
    assert_non_null(strstr(outcome.exactness.why, "a message of session client "
                                                  "that cannot be read"));
    facts_deinit(&facts);
    recorder_deinit(&recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_journal_other_rates_told),
        cmocka_unit_test(test_replay_journal_other_settings_told),
        cmocka_unit_test(test_replay_journal_wild_fact_named),
        cmocka_unit_test(test_replay_journal_turn_of_other_length_named),
        cmocka_unit_test(test_replay_journal_of_other_time_refused),
        cmocka_unit_test(test_replay_journal_saved_again),
        cmocka_unit_test(test_replay_journal_unreadable_told),
        cmocka_unit_test(test_replay_journal_without_start_refused),
        cmocka_unit_test(test_replay_journal_of_strangers_same),
        cmocka_unit_test(test_replay_journal_numbers_anew_before_the_log),
        cmocka_unit_test(test_replay_journal_too_many_fields_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
