/*
 * What the decoders make of single fields: what is not there, twice, no number,
 * or of another limit.  Reads messages without a gate; what the gate refuses
 * before (cg_fix_validate) must not mislead a decoder either.
 *
 * Rules: R10, R15, R18, R19, R24, R28, R51, R56.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec.h"
#include "test_fix_text.h"

static struct cg_fix_message message;
static struct text text;

static void read_as(enum cg_version version, const char *fields)
{
    assert_int_equal(text_read(&message, &text, version, fields), 0);
}

static bool is(struct cg_slice value, const char *words)
{
    return cg_slice_is(value, words);
}

/* --- DG ------------------------------------------------------------------ */

static struct cg_answer_event answer(const char *fields)
{
    struct cg_answer_event event;
    char all[512];
    snprintf(all, sizeof(all), "35=DG|" HEAD "%s", fields);
    read_as(CG_FIX50SP2, all);
    cg_decode_answer(&message, "GATE", &event);
    return event;
}

/* R24: only "GATE-T17" is a token of this gate. */
static void test_decode_answer_tokens_of_others_are_none(void **state)
{
    (void)state;
    static const char *const others[] = {"GATE-T",   "GATE+T17", "GATE-X17",
                                         "GAT",      "OTHER-T1", "GATE-T0",
                                         "GATE-T-1", "GATE-Tx",  "GATE-T1x"};
    char fields[64];
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        snprintf(fields, sizeof(fields), "2319=%s|", others[i]);
        struct cg_answer_event event = answer(fields);
        assert_true(event.has_token);
        assert_int_equal(event.token, 0);
    }
    assert_int_equal(answer("2319=GATE-T17|").token, 17);
    assert_false(answer("2318=1|").has_token);
}

/* R28: what cannot be read is not there, and nothing was approved. */
static void test_decode_answer_unreadable_fields_say_nothing(void **state)
{
    (void)state;
    struct cg_answer_event event = answer(
        "2318=x|2325=x|2324=x|2327=x|126=never|");
    assert_int_equal(event.ask, 0);
    assert_int_equal(event.status, 2);
    assert_true(event.has_amount && event.amount == INT64_MIN);
    assert_true(event.has_approved && event.approved == 0);
    assert_true(!event.has_expires && event.expires == 0);
    event = answer("2318=-1|2325=1000|2327=-1|126=19500101-00:00:00|");
    assert_int_equal(event.ask, 0);
    assert_int_equal(event.status, 2);
    assert_int_equal(event.approved, 0);
    assert_true(event.has_expires && event.expires == 0);
    assert_int_equal(answer("2325=-1|").status, 2);
    event = answer("2318=9|2325=0|2327=1|126=20260102-10:00:00|");
    assert_true(event.ask == 9 && event.status == 0);
    assert_true(event.approved == 10000 && event.expires > 0);
}

/* --- CM, CR, CS ---------------------------------------------------------- */

static struct cg_limit_event limits[CG_UPDATE_LIMITS_MAX];
static struct cg_scope_event scopes[CG_UPDATE_SCOPES_MAX];

static struct cg_update_event update(const char *fields)
{
    struct cg_update_event event;
    char all[1024];
    snprintf(all, sizeof(all), "35=CR|" HEAD "1667=U|%s", fields);
    read_as(CG_FIX50SP2, all);
    cg_decode_update(&message, limits, scopes, &event);
    return event;
}

#define PARTY "1677=1|1324=M|1671=1|1691=ACME|1692=D|1693=24|"

/* The only limit of an update about ACME. */
static struct cg_limit_event limit_of(const char *fields)
{
    char all[512];
    snprintf(all, sizeof(all), PARTY "1669=1|%s", fields);
    assert_int_equal(update(all).count, 1);
    return limits[0];
}

static uint32_t result_of(const char *fields)
{
    struct cg_limit_event limit = limit_of(fields);
    assert_int_equal(limit.unenforceable, limit.result != 0);
    return limit.result;
}

/* R19: the types that are modelled, and an amount in the form of each. */
static void test_decode_update_types(void **state)
{
    (void)state;
    struct cg_limit_event limit = limit_of("1529=1|1530=2|1531=1.5|");
    assert_true(limit.kind == CG_LIMIT_DV01 && limit.net);
    assert_int_equal(limit.amount, 15000);
    limit = limit_of("1529=1|1530=12|1531=1.5|");
    assert_true(limit.kind == CG_LIMIT_DV01 && !limit.net);
    limit = limit_of("1529=1|1530=10|1531=1.5|");
    assert_int_equal(limit.kind, CG_LIMIT_CLIP);
    assert_int_equal(limit.amount, 15000);
    limit = limit_of("1529=1|1530=11|1531=15|");
    assert_int_equal(limit.kind, CG_LIMIT_NOTIONAL);
    assert_int_equal(limit.amount, 15);
    assert_int_equal(result_of("1529=1|1530=11|1531=1.5|"),
                     CG_RESULT_INVALID_AMOUNT);
    assert_int_equal(result_of("1529=1|1530=12|1766=x|"),
                     CG_RESULT_INVALID_AMOUNT);
    assert_int_equal(result_of("1529=1|1530=3|"), CG_RESULT_INVALID_TYPE);
    assert_int_equal(result_of("1529=1|1530=x|"), CG_RESULT_INVALID_TYPE);
    assert_int_equal(result_of("1529=1|1530=12|1532=DOLLAR|"), CG_RESULT_OTHER);
    assert_int_equal(result_of("1529=1|1530=12|2336=1|"), CG_RESULT_OTHER);
}

/* R17, R19: what reaching a limit may do; one on a single order has no use. */
static void test_decode_update_actions(void **state)
{
    (void)state;
    char fields[64];
    for (int type = 10; type <= 12; type += 2) {
        for (int action = 0; action <= 11; action++) {
            bool of_use = action == 0 || action == 1 || action >= 9;
            bool good = action != 3 && action <= 10 && (type == 12 || !of_use);
            snprintf(fields, sizeof(fields), "1529=1|1530=%d|1767=%d|", type,
                     action);
            struct cg_limit_event limit = limit_of(fields);
            assert_int_equal(limit.has_action, good);
            assert_int_equal(limit.result,
                             good ? 0 : CG_RESULT_ACTION_UNSUPPORTED);
        }
    }
    assert_int_equal(result_of("1529=1|1530=12|1767=-1|"),
                     CG_RESULT_ACTION_UNSUPPORTED);
    assert_false(limit_of("1529=1|1530=12|1767=x|").has_action);
}

/* R19: levels in percent or by an amount, rising, and what they do. */
static void test_decode_update_levels(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        uint32_t result;
        int percent; /* of the first */
    } rows[] = {
        {"1529=1|1530=12|1559=1|1560=75|", 0, 0}, /* no level: 1769 begins it */
        {"1529=1|1530=12|1559=1|1769=4|1560=75|", 0, 75},
        {"1529=1|1530=12|1559=1|1769=x|1560=75|", 0, 75},
        {"1529=1|1530=12|1559=1|1769=2|1560=100|", 0, 100},
        {"1529=1|1530=12|1559=2|1769=4|1560=75|1769=9|1560=90|", 0, 75},
        {"1529=1|1530=12|1559=1|1769=2|1560=101|",
         CG_RESULT_WARNINGS_UNSUPPORTED, 0},
        {"1529=1|1530=10|1559=1|1769=4|1560=75|", 0, 75},
        {"1529=1|1530=10|1559=1|1769=2|1560=75|",
         CG_RESULT_WARNING_ACTION_UNSUPPORTED, 0},
        {"1529=1|1530=12|1559=1|1769=3|1560=75|",
         CG_RESULT_WARNING_ACTION_UNSUPPORTED, 0},
        {"1529=1|1530=12|1559=1|1769=4|1560=101|",
         CG_RESULT_WARNINGS_UNSUPPORTED, 0},
        {"1529=1|1530=12|1559=1|1769=4|1560=0|", CG_RESULT_WARNINGS_UNSUPPORTED,
         0},
        {"1529=1|1530=12|1559=1|1769=4|1560=x|", CG_RESULT_WARNINGS_UNSUPPORTED,
         0},
        {"1529=1|1530=12|1559=2|1769=4|1560=75|1769=4|1560=75|",
         CG_RESULT_WARNINGS_UNSUPPORTED, 75},
        {"1529=1|1530=12|1559=1|1769=4|", CG_RESULT_WARNINGS_UNSUPPORTED, 0},
        {"1529=1|1530=12|1531=2|1559=1|1769=4|1768=1|", 0, 50},
        {"1529=1|1530=11|1531=1000|1559=1|1769=4|1768=999|", 0, 99},
        {"1529=1|1530=11|1531=1000|1559=1|1769=4|1768=1.5|",
         CG_RESULT_WARNINGS_UNSUPPORTED, 0},
        {"1529=1|1530=12|1531=2|1559=1|1769=4|1768=x|",
         CG_RESULT_WARNINGS_UNSUPPORTED, 0},
        {"1529=1|1530=12|1531=2|1559=1|1769=4|1768=0|",
         CG_RESULT_WARNINGS_UNSUPPORTED, 0},
        {"1529=1|1530=12|1531=2|1559=1|1769=4|1768=3|",
         CG_RESULT_WARNINGS_UNSUPPORTED, 0},
        {"1529=1|1530=12|1531=0|1559=1|1769=4|1768=0|",
         CG_RESULT_WARNINGS_UNSUPPORTED, 0},
        {"1529=1|1530=12|1559=1|1769=4|1768=1|", CG_RESULT_WARNINGS_UNSUPPORTED,
         0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cg_limit_event limit = limit_of(rows[i].fields);
        if (limit.result != rows[i].result ||
            limit.warning_percent[0] != rows[i].percent) {
            fail_msg("%s: %u, %d %%", rows[i].fields, limit.result,
                     limit.warning_percent[0]);
        }
    }
    struct cg_limit_event all = limit_of(
        "1529=1|1530=12|1559=8|1769=4|1560=1|1769=4|1560=2|1769=4|1560=3|"
        "1769=4|1560=4|1769=4|1560=5|1769=4|1560=6|1769=4|1560=7|1769=4|"
        "1560=8|");
    assert_int_equal(all.warnings, 8);
    assert_int_equal(
        result_of("1529=1|1530=12|1559=9|1769=4|1560=1|1769=4|1560=2|1769=4|"
                  "1560=3|1769=4|1560=4|1769=4|1560=5|1769=4|1560=6|1769=4|"
                  "1560=7|1769=4|1560=8|1769=4|1560=9|"),
        CG_RESULT_WARNINGS_UNSUPPORTED);
}

/* R10, R15: whose limit it is; two of one role, or none, are unclear. */
static void test_decode_update_parties(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        bool unclear;
    } rows[] = {
        {"1671=1|1691=A|1692=D|1693=24|", false},
        {"1671=1|1691=A|1692=D|", true},
        {"1671=1|1691=A|1692=D|1693=x|", true},
        {"1671=2|1691=A|1692=D|1693=24|1691=F|1692=D|1693=4|", false},
        {"1671=2|1691=A|1692=D|1693=24|1691=F|1692=D|1693=21|", false},
        {"1671=2|1691=A|1692=D|1693=24|1691=F|1692=D|1693=99|", false},
        {"1671=2|1691=A|1692=D|1693=24|1691=B|1692=D|1693=24|", true},
        {"1671=2|1691=A|1692=D|1693=4|1691=B|1692=D|1693=4|", true},
        {"1671=2|1691=A|1692=D|1693=21|1691=B|1692=D|1693=21|", true},
        {"1671=1|1691=A|1692=D|1693=24|1562=1|1563=F|1564=D|1565=4|", false},
        {"1671=1|1691=A|1692=D|1693=24|1562=1|1563=B|1564=D|1565=24|", false},
        {"1671=1|1691=A|1692=D|1693=24|1562=1|1563=F|1564=D|", true},
        {"1671=1|1691=A|1692=D|1693=24|1562=1|1563=F|1564=D|1565=x|", true},
    };
    char all[256];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(all, sizeof(all), "1677=1|1324=M|%s1669=1|1529=1|1530=12|",
                 rows[i].fields);
        assert_int_equal(update(all).count, 1);
        if (limits[0].unclear != rows[i].unclear) {
            fail_msg("%s", rows[i].fields);
        }
    }
    update("1677=1|1324=M|1671=1|1691=A|1692=D|1693=24|1562=1|1563=F|1564=D|"
           "1565=4|"
           "1669=1|1529=1|1530=12|");
    assert_true(is(limits[0].account, "A") && is(limits[0].firm, "F"));
}

/* R15, R18: what 1672 and 2355 say holds for all limits of the entry. */
static void test_decode_update_states(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        bool has_state, suspended, halted;
    } rows[] = {
        {"1671=1|1691=A|1692=D|1693=24|", false, false, false},
        {"1671=1|1691=A|1692=D|1693=24|1672=0|", true, false, false},
        {"1671=1|1691=A|1692=D|1693=24|1672=1|", true, true, false},
        {"1671=1|1691=A|1692=D|1693=24|1672=2|", true, false, true},
        {"1671=2|1691=A|1692=D|1693=24|1672=1|1691=F|1692=D|1693=4|1672=0|",
         true, true, false},
        {"1671=2|1691=A|1692=D|1693=24|1672=2|1691=F|1692=D|1693=4|1672=0|",
         true, false, true},
        {"1671=2|1691=A|1692=D|1693=24|1672=1|1691=F|1692=D|1693=4|1672=2|",
         true, true, true},
    };
    char all[256];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(all, sizeof(all), "1677=1|1324=M|%s1669=1|1529=1|1530=12|",
                 rows[i].fields);
        update(all);
        assert_int_equal(limits[0].has_state, rows[i].has_state);
        assert_int_equal(limits[0].suspended, rows[i].suspended);
        assert_int_equal(limits[0].halted, rows[i].halted);
    }
    update(PARTY "1669=1|1529=1|1530=12|2355=0|");
    assert_true(limits[0].has_state && limits[0].disabled);
    update(PARTY "1669=1|1529=1|1530=12|2355=1|");
    assert_true(limits[0].has_state && !limits[0].disabled);
}

/* R10, R19: 2339. */
static void test_decode_update_models(void **state)
{
    (void)state;
    char all[128];
    for (int number = 0; number <= 4; number++) {
        snprintf(all, sizeof(all), PARTY "1669=1|1529=1|1530=12|2339=%d|",
                 number);
        update(all);
        assert_int_equal(limits[0].has_model, number == 2 || number == 3);
        assert_int_equal(limits[0].unenforceable, number == 1 || number == 4);
        if (limits[0].has_model) {
            assert_int_equal(limits[0].model,
                             number == 3 ? CG_MODEL_PUSH : CG_MODEL_PING);
        }
    }
}

/* R15: one 1670 names the first limit of its entry; an entry without any says
 * so, in a snapshot that they are gone. */
static void test_decode_update_entries(void **state)
{
    (void)state;
    struct cg_update_event event = update(
        "1677=2|1324=M|1671=1|1691=A|1692=D|1693=24|1669=2|1529=2|1530=12|1530="
        "10|"
        "1529=1|1530=11|1670=L|1324=M|1671=1|1691=B|1692=D|1693=24|1669=1|1534="
        "1|"
        "1535=1|1536=X|");
    assert_int_equal(event.entries, 2);
    assert_int_equal(event.parties, 2);
    assert_int_equal(event.count, 4);
    assert_true(is(limits[0].id, "L"));
    assert_int_equal(limits[1].id.len, 0);
    assert_int_equal(limits[2].id.len, 0);
    assert_int_equal(limits[2].kind, CG_LIMIT_NOTIONAL);
    assert_true(is(limits[3].account, "B") && !limits[3].removed);
    read_as(CG_FIX50SP2,
            "35=CM|" HEAD "1667=U|1677=1|1671=1|1691=A|1692=D|1693=24|");
    cg_decode_update(&message, limits, scopes, &event);
    assert_true(event.snapshot && event.count == 1 && limits[0].removed);
    for (int result = 0; result <= 3; result++) {
        char all[128];
        snprintf(all, sizeof(all), "35=CM|" HEAD "1667=U|1511=%d|", result);
        read_as(CG_FIX50SP2, all);
        cg_decode_update(&message, limits, scopes, &event);
        assert_int_equal(event.snapshot, result == 0 || result == 2);
        assert_int_equal(event.refused, result == 1 || result == 3);
    }
    event = update("1677=1|1324=D|1670=L|");
    assert_int_equal(event.parties, 1);
}

/* R15: how many there are in all, and which part this is. */
static void test_decode_update_parts(void **state)
{
    (void)state;
    assert_int_equal(update("1512=3|" PARTY).total, 3);
    assert_int_equal(update("1512=4294967295|" PARTY).total, UINT32_MAX);
    assert_int_equal(update("1512=4294967296|" PARTY).total, UINT32_MAX);
    assert_int_equal(update("1512=0|" PARTY).total, 0);
    assert_false(update("1512=0|" PARTY).bad);
    assert_true(update("1512=-1|" PARTY).bad);
    assert_true(update("893=N|" PARTY).fragment);
    assert_true(update("893=Y|" PARTY).last_fragment);
    assert_false(update(PARTY).last_fragment);
    assert_int_equal(update("").entries, 0);
}

/* R19: scopes that cannot be told apart are never skipped; fields of users
 * are. */
static void test_decode_update_scopes(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        uint32_t result;
    } rows[] = {
        {"1534=1|1535=1|1536=X|", 0},
        {"1534=1|1535=2|1536=X|", 0},
        {"1534=1|1535=3|1536=X|", CG_RESULT_INVALID_SCOPE},
        {"1534=1|1535=1|1536=X|5001=mine|", 0},
        {"1534=1|1535=1|1536=X|1543=2|", CG_RESULT_SCOPE_UNSUPPORTED},
        {"1534=1|1535=1|1538=X|1539=4|", 0},
        {"1534=1|1535=1|1536=X|1558=x|", CG_RESULT_INVALID_SCOPE},
        {"1534=1|1535=1|1536=X|1558=0|", CG_RESULT_INVALID_SCOPE},
        {"1534=1|1535=1|1536=X|1558=2|", 0},
        {"1534=1|1535=2|1536=X|1558=2|", CG_RESULT_INVALID_SCOPE},
        {"1534=1|1535=1|", CG_RESULT_INVALID_SCOPE},
    };
    char all[256];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(all, sizeof(all), "1529=1|1530=12|%s", rows[i].fields);
        struct cg_limit_event limit = limit_of(all);
        assert_true(limit.has_scope);
        if (limit.result != rows[i].result) {
            fail_msg("%s: %u", rows[i].fields, limit.result);
        }
        assert_int_equal(limit.scope_count, rows[i].result == 0);
    }
    assert_false(limit_of("1529=1|1530=12|").has_scope);
}

/* --- CL ------------------------------------------------------------------ */

static struct cg_query_event query(const char *fields)
{
    struct cg_query_event event;
    char all[512];
    snprintf(all, sizeof(all), "35=CL|" HEAD "1666=Q|%s", fields);
    read_as(CG_FIX50SP2, all);
    cg_decode_query(&message, &event);
    return event;
}

/* R56: whose limits, and which; what is no number is not asked for. */
static void test_decode_query_what_is_asked_for(void **state)
{
    (void)state;
    struct cg_query_event event = query("");
    assert_true(event.kinds == ~0u && event.of_accounts && event.of_firms);
    assert_true(event.definitions && !event.utilization && !event.unsupported);
    event = query("1668=4|1530=2|1530=10|1530=11|1530=3|");
    assert_int_equal(event.kinds, 1u << CG_LIMIT_DV01 | 1u << CG_LIMIT_CLIP |
                                      1u << CG_LIMIT_NOTIONAL);
    assert_int_equal(query("1668=1|1530=12|").kinds, 1u << CG_LIMIT_DV01);
    assert_int_equal(query("1668=1|1530=10|").kinds, 1u << CG_LIMIT_CLIP);
    assert_int_equal(query("1668=1|1530=11|").kinds, 1u << CG_LIMIT_NOTIONAL);
    assert_int_equal(query("1668=1|1530=3|").kinds, 0);
    assert_int_equal(query("1668=1|1530=x|").kinds, 0);
    event = query("1508=2|1509=24|1509=4|");
    assert_true(event.of_accounts && event.of_firms);
    assert_true(query("1508=2|1509=4|1509=4|").of_firms);
    event = query("1508=1|1509=24|");
    assert_true(event.of_accounts && !event.of_firms);
    event = query("1508=1|1509=4|");
    assert_true(!event.of_accounts && event.of_firms);
    event = query("1508=2|1509=x|1509=21|");
    assert_true(!event.of_accounts && !event.of_firms);
    event = query("453=3|448=A|447=D|452=24|448=F|447=D|452=4|448=C|447=D|"
                  "452=21|");
    assert_true(is(event.account, "A") && is(event.firm, "F"));
    assert_true(is(event.ccp, "C") && !event.unsupported);
    assert_true(query("453=1|448=A|447=D|452=1|").unsupported);
    assert_false(query("453=1|448=A|447=D|").unsupported);
    assert_false(query("453=1|447=D|452=1|").unsupported);
}

/* R56: one question, one answer. */
static void test_decode_query_what_is_not_offered(void **state)
{
    (void)state;
    assert_false(query("263=0|").unsupported);
    assert_true(query("263=1|").unsupported);
    assert_true(query("1533=P|").unsupported);
    assert_true(query("1534=1|1535=1|1536=X|").unsupported);
    struct cg_query_event event = query("1760=2|");
    assert_true(!event.definitions && event.utilization);
    event = query("1760=3|");
    assert_true(event.definitions && event.utilization);
}

/* --- DH ------------------------------------------------------------------ */

static struct cg_action_event action(const char *fields)
{
    struct cg_action_event event;
    char all[512];
    snprintf(all, sizeof(all), "35=DH|" HEAD "2328=S|2329=0|%s", fields);
    read_as(CG_FIX50SP2, all);
    cg_decode_action(&message, &event);
    return event;
}

/* R18: a stop that does not say whom is no stop of everybody. */
static void test_decode_action_parties(void **state)
{
    (void)state;
    struct cg_action_event event = action("453=2|448=A|447=D|452=24|448=F|"
                                          "447=D|452=4|");
    assert_true(is(event.account, "A") && is(event.firm, "F"));
    assert_false(event.unclear);
    assert_true(action("453=2|448=A|447=D|452=24|448=B|447=D|452=24|").unclear);
    assert_true(action("453=2|448=A|447=D|452=4|448=B|447=D|452=4|").unclear);
    assert_true(action("453=1|448=A|447=D|").unclear);
    assert_true(action("453=1|448=A|447=D|452=x|").unclear);
    event = action("");
    assert_true(event.account.len == 0 && event.firm.len == 0);
    assert_false(event.unclear);
    assert_true(action("2330=Y|").drill);
    assert_false(action("2330=N|").drill);
    assert_true(action("1301=M|").narrowed);
    assert_true(action("2895=1|").narrowed);
}

/* --- what is said -------------------------------------------------------- */

/* R51: printable ASCII without '=', and no longer than a text may be. */
static void test_decode_texts_are_clean_and_short(void **state)
{
    (void)state;
    char words[CG_TEXT_MAX + 32];
    strcpy(words, "a \xc3\xbc=\x01\x7f~");
    cg_text_clean(words);
    assert_string_equal(words, "a ?????~");
    memset(words, 'x', sizeof(words));
    cg_text_clean(words);
    assert_int_equal(strlen(words), CG_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_answer_tokens_of_others_are_none),
        cmocka_unit_test(test_decode_answer_unreadable_fields_say_nothing),
        cmocka_unit_test(test_decode_update_types),
        cmocka_unit_test(test_decode_update_actions),
        cmocka_unit_test(test_decode_update_levels),
        cmocka_unit_test(test_decode_update_parties),
        cmocka_unit_test(test_decode_update_states),
        cmocka_unit_test(test_decode_update_models),
        cmocka_unit_test(test_decode_update_entries),
        cmocka_unit_test(test_decode_update_parts),
        cmocka_unit_test(test_decode_update_scopes),
        cmocka_unit_test(test_decode_query_what_is_asked_for),
        cmocka_unit_test(test_decode_query_what_is_not_offered),
        cmocka_unit_test(test_decode_action_parties),
        cmocka_unit_test(test_decode_texts_are_clean_and_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
