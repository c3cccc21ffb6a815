/*
 * Journals that are long, empty, or that no gate has written, and ids that are
 * none, to who reads them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <creditgate/audit.h>
#include <creditgate/explain.h>
#include <creditgate/records.h>
#include <gate_internal.h>
#include <record_find.h>

static struct harness h;
static char error[256];
static size_t records;
static char words[65536]; /* of the records, a line each */
static size_t stories;
static cg_seq steps[8];
static size_t step_count;

static int count_record(void *user, const struct cg_record *record)
{
    size_t len = strlen(words);
    (void)user;
    records++;
    snprintf(words + len, sizeof(words) - len, "%s\n", record->what);
    return 0;
}

static int count_story(void *user, const struct cg_explanation *explanation)
{
    (void)user;
    (void)explanation;
    stories++;
    return 0;
}

static void keep_step(void *user, cg_seq facts)
{
    (void)user;
    assert_true(step_count < 8);
    steps[step_count++] = facts;
}

static struct cg_records_query records_query(enum cg_records_of of,
                                             const char *id)
{
    records = 0;
    words[0] = '\0';
    step_count = 0;
    error[0] = '\0';
    return (struct cg_records_query){.of = of,
                                     .id = id,
                                     .from = INT64_MIN,
                                     .to = CG_TIME_NEVER,
                                     .each = count_record,
                                     .progress = keep_step};
}

static int
read_of(const struct cg_journal *journal, enum cg_records_of of, const char *id)
{
    struct cg_records_query query = records_query(of, id);
    return cg_gate_records(journal, &query, error, sizeof(error));
}

static int explain(const struct cg_journal *journal, const char *id)
{
    struct cg_explain_query query = {
        .id = id, .each = count_story, .progress = keep_step};
    stories = 0;
    step_count = 0;
    error[0] = '\0';
    return cg_gate_explain(journal, &query, error, sizeof(error));
}

/* --- a long journal, and one without facts -------------------------------- */

enum { PIECE = 65536 };

static cg_seq long_facts;

/* Notes, and behind them an order that was refused. */
static int load_long(void *user,
                     cg_seq after,
                     int (*each)(void *context, const struct cg_fact *fact),
                     void *context)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_NOTED);
    int status = 0;
    (void)user;
    fact.text = "one of many";
    fact.text_len = strlen(fact.text);
    for (cg_seq no = after + 1; status == 0 && no <= long_facts; no++) {
        fact.no = no;
        fact.time = (cg_time)no;
        if (no == long_facts) {
            fact.kind = CG_FACT_ORDER_REFUSED;
            fact.id = "R1";
            fact.id_len = 2;
            fact.reason = CG_UNKNOWN_ORDER;
            fact.qty = 1;
        }
        status = each(context, &fact);
    }
    return status;
}

/* Whoever waits is told how far the reading is, in both of its passes. */
static void test_records_more_progress(void **state)
{
    const struct cg_journal journal = {.load = load_long};
    struct cg_audit audit = {.progress = keep_step};
    (void)state;
    long_facts = PIECE + 2;
    assert_int_equal(read_of(&journal, CG_RECORDS_ALL, NULL), 0);
    assert_int_equal(records, PIECE + 2);
    assert_int_equal(step_count, 2);
    assert_int_equal(steps[0], PIECE);
    assert_int_equal(steps[1], 2 * PIECE);
    assert_int_equal(explain(&journal, "R1"), 0);
    assert_int_equal(stories, 1);
    assert_int_equal(step_count, 2);
    step_count = 0;
    assert_int_equal(cg_gate_prove(&journal, &audit, error, sizeof(error)), 0);
    assert_int_equal(audit.facts, PIECE + 2);
    assert_int_equal(step_count, 1);
    assert_int_equal(steps[0], PIECE);
    /* ... or nobody waits. */
    audit.progress = NULL;
    assert_int_equal(cg_gate_prove(&journal, &audit, error, sizeof(error)), 0);
    struct cg_records_query query = records_query(CG_RECORDS_ORDER, "R1");
    query.progress = NULL;
    assert_int_equal(cg_gate_records(&journal, &query, error, sizeof(error)),
                     0);
    assert_int_equal(records, 1);
    struct cg_explain_query story = {.id = "R1", .each = count_story};
    assert_int_equal(cg_gate_explain(&journal, &story, error, sizeof(error)),
                     0);
}

static void test_records_more_of_no_facts(void **state)
{
    const struct cg_journal journal = {.load = load_long};
    struct cg_audit audit = {0};
    (void)state;
    long_facts = 0;
    assert_int_equal(read_of(&journal, CG_RECORDS_ALL, NULL), 0);
    assert_int_equal(records, 0);
    assert_int_equal(read_of(&journal, CG_RECORDS_ORDER, "A"),
                     CG_RECORDS_E_UNKNOWN);
    assert_int_equal(read_of(&journal, CG_RECORDS_TOKEN, "GATE-T1"),
                     CG_RECORDS_E_UNKNOWN);
    assert_int_equal(explain(&journal, "A"), CG_RECORDS_E_UNKNOWN);
    assert_int_equal(cg_gate_prove(&journal, &audit, error, sizeof(error)), 0);
    assert_true(audit.whole);
    assert_int_equal(audit.facts, 0);
}

static int load_nothing(void *user,
                        cg_seq after,
                        int (*each)(void *context, const struct cg_fact *fact),
                        void *context)
{
    (void)after;
    (void)each;
    (void)context;
    return *(int *)user;
}

static const char *say_nothing(void *user)
{
    (void)user;
    return "";
}

static const char *say_why(void *user)
{
    (void)user;
    return "fact 7 was edited";
}

/* What the journal itself finds is its own words, and breaks the chain. */
static void test_records_more_of_a_broken_chain(void **state)
{
    int status = CG_ERR_CORRUPT;
    struct cg_journal journal = {
        .user = &status, .load = load_nothing, .error = say_why};
    struct cg_audit audit = {0};
    (void)state;
    assert_int_equal(read_of(&journal, CG_RECORDS_ALL, NULL), CG_ERR_CORRUPT);
    assert_string_equal(error, "fact 7 was edited");
    assert_int_equal(cg_gate_prove(&journal, &audit, error, sizeof(error)),
                     CG_AUDIT_E_BROKEN);
    assert_true(audit.breaks[CG_AUDIT_CHAIN].found);
    assert_string_equal(audit.breaks[CG_AUDIT_CHAIN].why, "fact 7 was edited");
    assert_false(audit.whole);
    journal.error = say_nothing;
    assert_int_equal(explain(&journal, "A1"), CG_ERR_CORRUPT);
    assert_non_null(strstr(error, "restore it from a copy"));
    status = CG_ERR_IO;
    assert_int_equal(cg_gate_prove(&journal, &audit, error, sizeof(error)),
                     CG_ERR_IO);
    status = CG_ERR_MEMORY;
    assert_int_equal(read_of(&journal, CG_RECORDS_ALL, NULL), CG_ERR_MEMORY);
    assert_non_null(strstr(error, "not enough memory"));
}

static void test_records_more_names(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CG_AUDIT_RULES; i++) {
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(cg_audit_rule_name((enum cg_audit_rule)i),
                                    cg_audit_rule_name((enum cg_audit_rule)j));
        }
    }
    assert_string_equal(cg_audit_rule_name(CG_AUDIT_CHAIN), "chain");
    assert_string_equal(cg_audit_rule_name(CG_AUDIT_R23), "R23");
    for (unsigned i = 0; i < CG_AUDIT_COLUMNS; i++) {
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(
                cg_audit_column_name((enum cg_audit_column)i),
                cg_audit_column_name((enum cg_audit_column)j));
        }
    }
    assert_string_equal(cg_audit_column_name(CG_AUDIT_GRANTED), "granted");
    assert_string_equal(cg_audit_column_name(CG_AUDIT_HANDED_BACK),
                        "handed back");
}

/* --- ids that are none -----------------------------------------------------
 */

/* A token's id is its gate's name, "-T" and a number. */
static void test_records_more_ids_of_tokens(void **state)
{
    static const char *const none[] = {
        "",
        "1",
        "T1",
        "GATE",
        "GATE-T",
        "GATE-X1",
        "GATEXT1",
        "GATE-T2",
        "GATE-T1x",
        "GATE-T1 ",
        "GATE-T9999999999999999999",
        "0123456789012345678901234567890123456789X-T1"};
    (void)state;
    harness_work(&h, "A1", '1', 10);
    assert_int_equal(read_of(&h.journal, CG_RECORDS_TOKEN, "GATE-T1"), 0);
    assert_true(records > 3);
    assert_int_equal(read_of(&h.journal, CG_RECORDS_TOKEN, "-T1"), 0);
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        if (read_of(&h.journal, CG_RECORDS_TOKEN, none[i]) !=
            CG_RECORDS_E_UNKNOWN) {
            fail_msg("%s is a token", none[i]);
        }
        assert_int_equal(records, 0);
    }
}

/* Ids that may have been meant: each once, and at most three. */
static void test_records_more_near_ids(void **state)
{
    (void)state;
    for (int i = 1; i < 8; i++) {
        char id[16];
        snprintf(id, sizeof(id), "ORDER-%d", i);
        harness_order(&h, id, '1', 99); /* above the clip: refused */
        harness_order(&h, id, '1', 99);
    }
    struct cg_records_query query = records_query(CG_RECORDS_ORDER, "ORDER-0");
    assert_int_equal(cg_gate_records(&h.journal, &query, error, sizeof(error)),
                     CG_RECORDS_E_UNKNOWN);
    assert_int_equal(query.near_count, CG_RECORDS_NEAR);
    assert_string_equal(query.near[0], "ORDER-1");
    assert_string_equal(query.near[1], "ORDER-2");
    assert_string_equal(query.near[2], "ORDER-3");
}

/* A name that no gate can have written is not copied anywhere. */
static void test_records_more_ids_too_long(void **state)
{
    char name[300];
    (void)state;
    memset(name, 'A', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    harness_order(&h, "A1", '1', 10);
    harness_order(&h, "A2", '1', 10);
    for (size_t i = 0; i < h.facts.count; i++) {
        struct cg_fact *fact = &h.facts.facts[i];
        if (fact->kind != CG_FACT_ORDER_TAKEN || fact->order != 0) {
            continue;
        }
        struct cg_fact kept = *fact;
        fact->id = name;
        fact->id_len = sizeof(name) - 1;
        assert_int_equal(read_of(&h.journal, CG_RECORDS_ORDER, "A2"),
                         CG_ERR_CORRUPT);
        assert_int_equal(read_of(&h.journal, CG_RECORDS_ORDER, "AA"),
                         CG_RECORDS_E_UNKNOWN);
        assert_int_equal(explain(&h.journal, "A2"), CG_ERR_CORRUPT);
        struct cg_audit audit = {0};
        assert_int_equal(
            cg_gate_prove(&h.journal, &audit, error, sizeof(error)),
            CG_AUDIT_E_BROKEN);
        assert_true(audit.breaks[CG_AUDIT_FACTS].found);
        assert_int_equal(audit.breaks[CG_AUDIT_FACTS].record.no, i + 1);
        *fact = kept;
    }
    assert_int_equal(read_of(&h.journal, CG_RECORDS_ORDER, "A2"), 0);
}

/* --- whom a fact concerns --------------------------------------------------
 */

#define STOP(id, action, party, role)                                          \
    "35=DH|2328=" id "|2329=" action "|453=1|448=" party "|447=D|452=" role    \
    "|60=20270115-08:00:00"

/* A stop of a firm concerns its accounts, and no other firm's. */
static void test_records_more_stops_of_a_firm(void **state)
{
    (void)state;
    harness_in(&h, HUB, STOP("S1", "0", "FCM3", "4"));
    harness_in(&h, HUB, STOP("S2", "2", "FCM3", "4"));
    harness_in(&h, HUB, STOP("S3", "1", "FCM3", "4"));
    assert_int_equal(read_of(&h.journal, CG_RECORDS_ACCOUNT, "SDR"), 0);
    assert_non_null(strstr(words, "suspends"));
    assert_non_null(strstr(words, "halts"));
    assert_int_equal(read_of(&h.journal, CG_RECORDS_ACCOUNT, "ACME"), 0);
    assert_null(strstr(words, "suspends"));
    assert_null(strstr(words, "halts"));
}

/* A place that no order can have takes no memory. */
static void test_records_more_place_beyond_all(void **state)
{
    struct cg_order_finder finder = {.id = "A1"};
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_TAKEN);
    (void)state;
    fact.no = 7;
    fact.number = 1;
    fact.id = "A1";
    fact.id_len = 2;
    fact.order = 1u << 31;
    assert_int_equal(cg_order_find(&finder, &fact), 0);
    assert_int_equal(finder.slots, 0);
    assert_int_equal(finder.order_count, 0);
    fact.order = 7;
    assert_int_equal(cg_order_find(&finder, &fact), 0);
    assert_int_equal(finder.slots, 64);
    assert_true(cg_order_finder_means(&finder, 1));
    cg_order_finder_deinit(&finder);
}

/* What is said of a limit concerns the accounts that it covers. */
static void test_records_more_limits_of_an_account(void **state)
{
    (void)state;
    harness_in(&h, HUB,
               "35=CM|1667=U|1677=1|1671=1|1691=ACME|1692=D|1693=24|1669=1|"
               "1529=1|1530=12|1531=90000|1532=USD|1670=ACME-USD");
    assert_int_equal(read_of(&h.journal, CG_RECORDS_ACCOUNT, "ACME"), 0);
    assert_non_null(strstr(words, "ACME-USD"));
    assert_int_equal(read_of(&h.journal, CG_RECORDS_ACCOUNT, "SDR"), 0);
    assert_null(strstr(words, "ACME-USD"));
    assert_non_null(strstr(words, "SDR-USD"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_more_progress),
        cmocka_unit_test(test_records_more_of_no_facts),
        cmocka_unit_test(test_records_more_of_a_broken_chain),
        cmocka_unit_test(test_records_more_names),
        cmocka_unit_test(test_records_more_place_beyond_all),
        WITH_GATE(test_records_more_ids_of_tokens),
        WITH_GATE(test_records_more_near_ids),
        WITH_GATE(test_records_more_ids_too_long),
        WITH_GATE(test_records_more_stops_of_a_firm),
        WITH_GATE(test_records_more_limits_of_an_account),
    };
#undef STANDARD
    return cmocka_run_group_tests(tests, NULL, NULL);
}
