/*
 * Other tables for a gate that runs: each column of a convention, each holiday,
 * and the rules of a time zone are told as changed, and nothing else is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_config.h"

#include <check.h>
#include <creditgate/gate.h>
#include <creditgate/journal.h>
#include <stdlib.h>

#define COLUMNS                                                                \
    "convention,type,currency,par_curve,discount_convention,"                  \
    "fixed_frequency,fixed_daycount,float_index,float_frequency,"              \
    "float_daycount,calendar,business_day_adjustment,end_of_month_rule,"       \
    "spot_lag_days,payment_lag_days\n"
#define USED                                                                   \
    "USED,OIS,CHF,SARON,,annual,ACT/360,SARON,annual,ACT/360,DESK,"            \
    "modified_following,yes,2,2\n"
#define SECOND                                                                 \
    "SECOND,OIS,CHF,SECOND,,annual,ACT/360,SECOND,annual,ACT/360,DESK,"        \
    "modified_following,yes,2,2\n"
#define MINE                                                                   \
    "MINE,IBOR,CHF,MINE,USED,annual,30E/360,IBOR6M,semiannual,ACT/360,DESK,"   \
    "modified_following,yes,2,0\n"
#define DAYS                                                                   \
    "calendar,date\nDESK,2026-01-01\nDESK,2026-12-25\nHOME,2026-01-01\n"

static const char tables[] = COLUMNS USED SECOND MINE;

static struct cg_config *read_tables(const char *conventions,
                                     const char *holidays)
{
    const struct cg_config_memory memory = {
        .name = "gate.cfg",
        .text = CONFIG_TEXT "[RATES]\n",
        .instruments = "instrument,convention,swap\nA,USED,10Y\n",
        .conventions = conventions,
        .holidays = holidays};
    struct cg_config *config = calloc(1, sizeof(*config));

    assert_non_null(config);
    config_good(&memory, config);
    return config;
}

static void free_tables(struct cg_config *config)
{
    cg_config_deinit(config);
    free(config);
}

static char told[4096];

static void
keep_change(void *user, enum cg_change change, int line, const char *text)
{
    size_t len = strlen(told);

    (void)user;
    assert_int_equal(change, CG_CHANGE_TAKEN);
    assert_int_equal(line, 0);
    (void)snprintf(told + len, sizeof(told) - len, "%s\n", text);
}

/* What a gate on |before| is told when it gets |after|. */
static const char *changes(struct cg_config *before, struct cg_config *after)
{
    struct cg_journal journal;
    struct cg_gate *gate;
    char error[256] = "";

    assert_int_equal(cg_journal_open_memory(&journal), 0);
    const struct cg_gate_options options = {
        .config = before, .journal = &journal, .now = 1800000000 * CG_SECOND};
    if (cg_gate_open(&options, error, sizeof(error), &gate) != 0) {
        fail_msg("%s", error);
    }
    told[0] = '\0';
    assert_int_equal(
        cg_gate_reconfigure(gate, after, NULL, options.now, keep_change, NULL),
        0);
    cg_gate_close(gate);
    journal.close(journal.user);
    return told;
}

static void
expect(const char *conventions, const char *holidays, const char *expected)
{
    struct cg_config *before = read_tables(tables, DAYS);
    struct cg_config *after = read_tables(conventions, holidays);

    assert_string_equal(changes(before, after), expected);
    free_tables(before);
    free_tables(after);
}

/* Each column by itself. */
static void test_reconfigure_tables_conventions(void **state)
{
    static const char *const rows[] = {
        /* type (an OIS is discounted by itself), currency, curve */
        "MINE,OIS,CHF,MINE,,annual,30E/360,IBOR6M,semiannual,ACT/360,DESK,"
        "modified_following,yes,2,0\n",
        "MINE,IBOR,EUR,MINE,,annual,30E/360,IBOR6M,semiannual,ACT/360,DESK,"
        "modified_following,yes,2,0\n",
        "MINE,IBOR,CHF,OTHER,USED,annual,30E/360,IBOR6M,semiannual,ACT/360,"
        "DESK,modified_following,yes,2,0\n",
        /* what discounts */
        "MINE,IBOR,CHF,MINE,SECOND,annual,30E/360,IBOR6M,semiannual,ACT/360,"
        "DESK,modified_following,yes,2,0\n",
        /* the fixed leg */
        "MINE,IBOR,CHF,MINE,USED,quarterly,30E/360,IBOR6M,semiannual,ACT/360,"
        "DESK,modified_following,yes,2,0\n",
        "MINE,IBOR,CHF,MINE,USED,28d,30E/360,IBOR6M,semiannual,ACT/360,DESK,"
        "modified_following,yes,2,0\n",
        "MINE,IBOR,CHF,MINE,USED,annual,ACT/360,IBOR6M,semiannual,ACT/360,"
        "DESK,modified_following,yes,2,0\n",
        /* the floating leg */
        "MINE,IBOR,CHF,MINE,USED,annual,30E/360,IBOR3M,semiannual,ACT/360,"
        "DESK,modified_following,yes,2,0\n",
        "MINE,IBOR,CHF,MINE,USED,annual,30E/360,IBOR6M,quarterly,ACT/360,DESK,"
        "modified_following,yes,2,0\n",
        "MINE,IBOR,CHF,MINE,USED,annual,30E/360,IBOR6M,28d,ACT/360,DESK,"
        "modified_following,yes,2,0\n",
        "MINE,IBOR,CHF,MINE,USED,annual,30E/360,IBOR6M,semiannual,ACT/365F,"
        "DESK,modified_following,yes,2,0\n",
        /* days */
        "MINE,IBOR,CHF,MINE,USED,annual,30E/360,IBOR6M,semiannual,ACT/360,"
        "HOME,modified_following,yes,2,0\n",
        "MINE,IBOR,CHF,MINE,USED,annual,30E/360,IBOR6M,semiannual,ACT/360,"
        "DESK,following,yes,2,0\n",
        "MINE,IBOR,CHF,MINE,USED,annual,30E/360,IBOR6M,semiannual,ACT/360,"
        "DESK,modified_following,no,2,0\n",
        "MINE,IBOR,CHF,MINE,USED,annual,30E/360,IBOR6M,semiannual,ACT/360,"
        "DESK,modified_following,yes,1,0\n",
        "MINE,IBOR,CHF,MINE,USED,annual,30E/360,IBOR6M,semiannual,ACT/360,"
        "DESK,modified_following,yes,2,1\n",
    };

    (void)state;
    expect(tables, DAYS, "");
    for (size_t i = 0; i < CG_COUNT(rows); i++) {
        char text[2048];
        (void)snprintf(text, sizeof(text), COLUMNS USED SECOND "%s", rows[i]);
        expect(text, DAYS, "convention MINE: is another one\n");
    }
}

/* The order of the rows is nobody's business. */
static void test_reconfigure_tables_come_and_go(void **state)
{
    (void)state;
    expect(COLUMNS MINE SECOND USED, DAYS, "");
    expect(COLUMNS USED MINE, DAYS,
           "convention SECOND: is not there any more\n");
    expect(COLUMNS USED SECOND MINE
           "NEW,OIS,CHF,NEW,,annual,ACT/360,NEW,annual,ACT/360,DESK,"
           "modified_following,yes,2,2\n",
           DAYS, "convention NEW: new\n");
}

static void test_reconfigure_tables_holidays(void **state)
{
    (void)state;
    expect(tables,
           "calendar,date\nHOME,2026-01-01\nDESK,2026-12-25\n"
           "DESK,2026-01-01\n",
           "");
    expect(tables,
           "calendar,date\nDESK,2026-01-01\nDESK,2026-12-24\n"
           "HOME,2026-01-01\n",
           "holidays DESK: are others\n");
    expect(tables,
           "calendar,date\nDESK,2026-01-01\nDESK,2027-12-25\n"
           "HOME,2026-01-01\n",
           "holidays DESK: are others\n");
    expect(tables,
           "calendar,date\nDESK,2025-01-01\nDESK,2026-01-01\n"
           "DESK,2026-12-25\nHOME,2026-01-01\n",
           "holidays DESK: are others\n");
    expect(tables, "calendar,date\nDESK,2026-01-01\nDESK,2026-12-25\n",
           "holidays HOME: are not there any more\n");
    expect(tables, DAYS "AWAY,2026-01-01\n", "holidays AWAY: new\n");
}

/* A zone of the same name whose rules are others on this machine by now. */
static void test_reconfigure_tables_zone(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct cg_config *before = read_tables(tables, DAYS);
        struct cg_config *after = read_tables(tables, DAYS);
        struct cg_zone *zone = &before->zone;
        assert_true(zone->count > 2);
        if (i == 0) {
            zone->shifts[1].offset -= 1;
        } else if (i == 1) {
            zone->shifts[1].at -= 1;
        } else {
            zone->count--;
        }
        assert_string_equal(
            changes(before, after),
            "TimeZone America/New_York: its rules are others\n");
        free_tables(before);
        free_tables(after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reconfigure_tables_conventions),
        cmocka_unit_test(test_reconfigure_tables_come_and_go),
        cmocka_unit_test(test_reconfigure_tables_holidays),
        cmocka_unit_test(test_reconfigure_tables_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
