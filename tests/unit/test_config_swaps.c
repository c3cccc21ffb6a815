/*
 * Instruments by curve: rows with a convention and a swap, families of them,
 * tenor buckets, and limits over both.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_config.h"

#include <config_buckets.h>
#include <config_families.h>
#include <convention.h>

#define HEADER "instrument,currency,dv01_per_million,convention,swap,tenor\n"

/* Reads the small configuration with |more| behind it, and this table. */
static struct cg_config_memory
with_table(char *text, const char *more, const char *table)
{
    (void)snprintf(text, 8192, CONFIG_TEXT "[RATES]\n%s", more);
    return (struct cg_config_memory){
        .name = "gate.cfg", .text = text, .instruments = table};
}

static void read_table(const char *table, struct cg_config *config)
{
    char text[8192];
    struct cg_config_memory memory = with_table(text, "", table);

    config_good(&memory, config);
}

/* --- rows ----------------------------------------------------------------- */

static void test_config_swap_rows_read_back(void **state)
{
    static const struct {
        const char *currency;
        cg_dv01 dv01;
        const char *convention;
        const char *swap;
        const char *tenor;
        bool family;
    } expected[] = {
        {"USD", 9040000, "", "", "", false},
        {"USD", 0, "USD_SOFR", "10Y", "5Y-10Y", false},
        {"EUR", 0, "EUR_ESTR", "5Yx5Y", "5Y-10Y", false},
        {"USD", 0, "USD_SOFR", "IMM1x5Y", "5Y-10Y", false},
        {"USD", 0, "USD_SOFR", "2026-03-18/2031-03-18", "2Y-5Y", false},
        {"MXN", 0, "MXN_FTIIE", "26x1", "0-2Y", false},
        {"USD", 0, "USD_SOFR", "10Y", "long", false},
        {"USD", 0, "USD_SOFR", "*", "", true},
        {"USD", 0, "USD_SOFR", "*Y", "mine", true},
        {"GBP", 0, "GBP_SONIA", "dates", "", true},
    };
    struct cg_config config;

    (void)state;
    read_table(HEADER "USSW10,USD,904,,,\n"
                      "A,,,USD_SOFR,10Y,\n"
                      "B,EUR,,EUR_ESTR,5Yx5Y,\n"
                      "C,,,USD_SOFR,IMM1x5Y,\n"
                      "D,USD,,USD_SOFR,2026-03-18/2031-03-18,2Y-5Y\n"
                      "E,,,MXN_FTIIE,26x1,\n"
                      "F,,,USD_SOFR,10Y,long\n"
                      "USSW*,,,USD_SOFR,*,\n"
                      "USSW*,,,USD_SOFR,*Y,mine\n"
                      "SONIA,,,GBP_SONIA,dates,\n",
               &config);
    assert_int_equal(config.instrument_count, 10);
    for (size_t i = 0; i < config.instrument_count; i++) {
        const struct cg_config_instrument *row = &config.instruments[i];

        assert_string_equal(row->currency, expected[i].currency);
        assert_true(row->dv01_per_million == expected[i].dv01);
        assert_string_equal(row->convention, expected[i].convention);
        assert_string_equal(row->swap, expected[i].swap);
        assert_string_equal(row->tenor, expected[i].tenor);
        assert_int_equal(row->family, expected[i].family);
        assert_int_equal(row->line, i + 2);
    }
    assert_int_equal(config.family_count, 3);
    assert_int_equal(config.families[0], 7);
    assert_int_equal(config.families[2], 9);
    cg_config_deinit(&config);
}

/* The table that the documentation shows is a good one, and what it says of it
 * is so. */
static void test_config_swap_documented_table(void **state)
{
    static char document[65536];
    char table[1024] = "";
    FILE *file = fopen(SAMPLES "/../docs/configuration.md", "rb");
    struct cg_config config;
    struct cg_swap_spec spec;

    (void)state;
    assert_non_null(file);
    document[fread(document, 1, sizeof(document) - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    for (const char *at = strstr(document, "    " HEADER);
         at != NULL && strncmp(at, "    ", 4) == 0;) {
        size_t len = strcspn(at + 4, "\n") + 1;

        strncat(table, at + 4, len);
        at += 4 + len;
    }
    read_table(table, &config);
    assert_int_equal(config.instrument_count, 7);
    assert_int_equal(config.family_count, 3);
    assert_ptr_equal(
        cg_family_find(&config, cg_slice_str("USSW7"), false, &spec),
        &config.instruments[4]);
    assert_int_equal(spec.tenor.months, 84);
    assert_null(cg_family_find(&config, cg_slice_str("USSW7F"), false, &spec));
    cg_config_deinit(&config);
}

/* A table of swaps alone needs neither currency nor DV01. */
static void test_config_swap_columns_enough(void **state)
{
    struct cg_config config;

    (void)state;
    read_table("swap,convention,note,instrument\n10Y,USD_SOFR,\"a, b\",A\n",
               &config);
    assert_string_equal(config.instruments[0].symbol, "A");
    assert_string_equal(config.instruments[0].currency, "USD");
    cg_config_deinit(&config);
}

static void test_config_swap_rows_told(void **state)
{
    static const struct {
        const char *row;
        const char *wrong;
        const char *remedy;
    } cases[] = {
        {"A,,,USD_SOFT,10Y,", "the convention USD_SOFT is not known",
         "did you mean USD_SOFR ?"},
        {"A,,,ZAR_JIBAR,10Y,", "the convention ZAR_JIBAR is not known",
         "write one of USD_SOFR, EUR_ESTR"},
        {"A,,,USD_SOFR,,", "a convention, but no swap", "10Y, 18M"},
        {"A,,,,10Y,", "a swap, but no convention", "USD_SOFR"},
        {"A,USD,904,USD_SOFR,10Y,", "a DV01 per million, and a convention",
         "keep one"},
        {"A,USD,904,,10Y,", "a DV01 per million, and a convention", "keep one"},
        {"A,USD,,,,", "not a number above 0", "round it up"},
        {"A,,904,,,", "not a currency code", "USD"},
        {"A,usd,,USD_SOFR,10Y,", "not a currency code", "USD"},
        {"A,EUR,,USD_SOFR,10Y,", "the currency is EUR, but USD_SOFR is in USD",
         "leave currency empty"},
        {"A,,,USD_SOFR,10,", "the swap 10 is not understood", "5Yx5Y"},
        {"A,,,USD_SOFR,10y,", "the swap 10y is not understood", "or dates"},
        {"A,,,USD_SOFR,2026-02-30/2031-02-28,5Y", "is not understood",
         "2031-03-18"},
        {"A,,,USD_SOFR,2031-03-18/2026-03-18,5Y", "ends before it starts",
         "the start, then"},
        {"A,,,USD_SOFR,2026-03-18/2026-03-18,5Y", "ends before it starts",
         "the start, then"},
        {"A,,,USD_SOFR,2026-03-18/2031-03-18,", "changes as time goes by",
         "column tenor"},
        {"A,,,USD_SOFR,2026-03-18/5Y,", "changes as time goes by",
         "column tenor"},
        {"A,,,USD_SOFR,/2031-03-18,", "changes as time goes by",
         "column tenor"},
        {"A,,,USD_SOFR,*,", "the swap has a '*', the instrument has none",
         "write one in the instrument"},
        {"A*,,,USD_SOFR,10Y,", "the instrument has a '*', the swap 10Y has",
         "write *"},
        {"A*B*,,,USD_SOFR,*,", "more than one '*'", "keep one"},
        {"A*B*,,,USD_SOFR,dates,", "more than one '*'", "keep one"},
        {"A*,,,USD_SOFR,**,", "none, whatever its '*' stands for", "*Y"},
        {"A*,,,USD_SOFR,*years,", "none, whatever its '*' stands for", "*Y"},
        {"A*,,,USD_SOFR,Dates,", "the swap Dates has none", "or dates"},
        {"A*,USD,904,,,", "an instrument with a '*' has no DV01 of its own",
         "convention and a swap"},
    };
    char text[8192];
    char table[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cg_config_memory memory = with_table(text, "", table);

        (void)snprintf(table, sizeof(table), HEADER "B,,,USD_SOFR,10Y,\n%s\n",
                       cases[i].row);
        config_bad(&memory, "instruments.csv", 3, cases[i].wrong,
                   cases[i].remedy);
    }
}

static void test_config_swap_too_long_told(void **state)
{
    char text[8192];
    char table[1024];
    struct cg_config_memory memory = with_table(text, "", table);

    (void)state;
    (void)snprintf(table, sizeof(table), HEADER "A,,,USD_SOFR,%064d,\n", 1);
    config_bad(&memory, "instruments.csv", 2, "the swap is too long", "10Y");
    (void)snprintf(table, sizeof(table), HEADER "A,,,%064d,10Y,\n", 1);
    config_bad(&memory, "instruments.csv", 2, "is not known", "write one of");
}

static void test_config_swap_columns_missing_told(void **state)
{
    static const char *const tables[] = {
        "instrument,currency\nA,USD\n",
        "instrument,convention,dv01_per_milion\nA,USD_SOFR,10Y\n",
        "instrument,swap\nA,10Y\n",
    };
    char text[8192];

    (void)state;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i += 2) {
        struct cg_config_memory memory = with_table(text, "", tables[i]);

        config_bad(&memory, "instruments.csv", 1,
                   "the column dv01_per_million is missing",
                   "instrument,convention,swap");
    }
    struct cg_config_memory memory = with_table(text, "", tables[1]);
    config_bad(&memory, "instruments.csv", 1, "'dv01_per_milion' is no column",
               "did you mean dv01_per_million?");
}

/* Both sides need each other: rows by curve, and [RATES]; told once. */
static void test_config_swaps_and_rates_need_each_other(void **state)
{
    char text[8192];
    struct cg_config_memory none = {.name = "gate.cfg",
                                    .text = CONFIG_TEXT,
                                    .instruments = HEADER
                                    "A,,,USD_SOFR,10Y,\nB,,,USD_SOFR,5Y,\n"};
    struct cg_config_memory idle = with_table(text, "", CONFIG_TABLE);

    (void)state;
    config_bad(&none, "instruments.csv", 2, "there is no [RATES]",
               "add a section [RATES]");
    config_bad(&idle, "gate.cfg", CONFIG_LINES + 1, "nothing uses this [RATES]",
               "remove it");
}

/* --- conventions and holidays --------------------------------------------- */

#define OWN_CONVENTIONS                                                        \
    "convention,type,currency,par_curve,discount_convention,fixed_frequency,"  \
    "fixed_daycount,float_index,float_frequency,float_daycount,calendar,"      \
    "business_day_adjustment,end_of_month_rule,spot_lag_days,"                 \
    "payment_lag_days\n"                                                       \
    "MINE,OIS,CHF,CHF_SARON,,annual,ACT/360,SARON,annual,ACT/360,DESK,"        \
    "modified_following,yes,2,2\n"
#define OWN_HOLIDAYS "calendar,date\nDESK,2026-01-01\nDESK,2027-01-01\n"

/* Conventions of the desk take the place of all, calendars of their namesakes.
 */
static void test_config_own_conventions_and_holidays(void **state)
{
    char text[8192];
    struct cg_config_memory memory = with_table(
        text, "", "instrument,convention,swap\nA,MINE,10Y\n");
    struct cg_config config;

    (void)state;
    memory.conventions = OWN_CONVENTIONS;
    memory.holidays = OWN_HOLIDAYS;
    config_good(&memory, &config);
    assert_int_equal(config.rates.conventions->count, 1);
    assert_string_equal(config.instruments[0].currency, "CHF");
    assert_non_null(
        cg_calendars_find(&config.rates.conventions->calendars, "TARGET"));
    assert_non_null(
        cg_calendars_find(&config.rates.conventions->calendars, "DESK"));
    cg_config_deinit(&config);
}

/* A mistake in them is told with their name, and brings no others along. */
static void test_config_conventions_mistakes_told(void **state)
{
    char text[8192];
    struct cg_config_memory memory = with_table(
        text, "Conventions=own.csv\nHolidays=days.csv\n",
        "instrument,convention,swap\nA,MINE,10Y\n");

    (void)state;
    memory.conventions = OWN_CONVENTIONS;
    memory.holidays = "calendar,date\nDESK,2026-13-01\n";
    config_bad(&memory, "days.csv", 2, "", "");
    memory.holidays = "calendar,date\nDESKS,2026-01-01\n";
    config_bad(&memory, "own.csv", 2, "DESK", "");
    memory.holidays = OWN_HOLIDAYS;
    memory.conventions = NULL;
    config_bad(&memory, "gate.cfg", CONFIG_LINES + 2,
               "Conventions=own.csv is a file, and here are none",
               "leave it out");
}

/* --- buckets -------------------------------------------------------------- */

static const char *bucket_of(const struct cg_config_buckets *buckets,
                             const char *swap)
{
    struct cg_swap_spec spec;
    uint32_t bucket;

    assert_true(cg_swap_parse(cg_slice_str(swap), &spec));
    assert_true(cg_bucket_of_tenor(buckets, &spec, &bucket));
    return buckets->labels[bucket];
}

/* A maturity on an edge is in the bucket that ends there; a forward swap goes
 * by its end. */
static void test_bucket_of_tenors_edges(void **state)
{
    static const struct {
        const char *swap;
        const char *bucket;
    } cases[] = {
        {"1W", "0-2Y"},       {"23M", "0-2Y"},       {"2Y", "0-2Y"},
        {"24M", "0-2Y"},      {"25M", "2Y-5Y"},      {"2Y1D", "2Y-5Y"},
        {"5Y", "2Y-5Y"},      {"61M", "5Y-10Y"},     {"10Y", "5Y-10Y"},
        {"121M", "10Y-30Y"},  {"30Y", "10Y-30Y"},    {"361M", "30Y-"},
        {"50Y", "30Y-"},      {"26x1", "0-2Y"},      {"27x1", "2Y-5Y"},
        {"130x1", "5Y-10Y"},  {"131x1", "10Y-30Y"},  {"5Yx5Y", "5Y-10Y"},
        {"1Mx2Y", "2Y-5Y"},   {"5Yx61M", "10Y-30Y"}, {"IMM1x21M", "0-2Y"},
        {"IMM1x2Y", "2Y-5Y"}, {"IMM4x4Y", "2Y-5Y"},  {"IMM5x4Y", "5Y-10Y"},
    };
    struct cg_config_buckets buckets;

    (void)state;
    assert_null(cg_buckets_parse(&buckets, CG_BUCKETS_DEFAULT));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(bucket_of(&buckets, cases[i].swap),
                            cases[i].bucket);
    }
}

/* Dates go by where the swap of the edge's length ends that day: over a
 * holiday, at a month's end. */
static void test_bucket_of_dates_edges(void **state)
{
    static const struct {
        const char *today;
        const char *end;
        const char *bucket;
    } cases[] = {
        /* Spot is Tuesday, 2026-01-20; 2Y from there is a Thursday. */
        {"2026-01-16", "2028-01-20", "0-2Y"},
        {"2026-01-16", "2028-01-21", "2Y-5Y"},
        {"2026-01-16", "2026-02-20", "0-2Y"},
        {"2026-01-16", "2031-01-20", "2Y-5Y"},
        {"2026-01-16", "2031-01-21", "5Y-10Y"},
        {"2026-01-16", "2056-01-20", "10Y-30Y"},
        {"2026-01-16", "2056-01-21", "30Y-"},
        /* Spot 2026-01-22; 2028-01-22 is a Saturday: Monday it is. */
        {"2026-01-20", "2028-01-24", "0-2Y"},
        {"2026-01-20", "2028-01-25", "2Y-5Y"},
        /* Spot Friday 2026-02-27, the last business day: 2Y end 2028-02-29. */
        {"2026-02-25", "2028-02-29", "0-2Y"},
        {"2026-02-25", "2028-03-01", "2Y-5Y"},
    };
    struct cg_swap_spec spec = {.start = CG_START_DATE, .has_end = true};
    struct cg_config config;
    const struct cg_convention *sofr;

    (void)state;
    read_table(HEADER "A,,,USD_SOFR,10Y,\n", &config);
    sofr = &config.rates.conventions->items[cg_conventions_find(
        config.rates.conventions, "EUR_ESTR")];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cg_date today;
        cg_date end;
        uint32_t at;

        assert_true(cg_date_parse(cg_slice_str(cases[i].today), &today));
        assert_true(cg_date_parse(cg_slice_str(cases[i].end), &end));
        spec.end_date = end;
        at = cg_bucket_of_swap(&config.rates.buckets, &spec, sofr, today, end);
        assert_string_equal(config.rates.buckets.labels[at], cases[i].bucket);
    }
    cg_config_deinit(&config);
}

/* A swap that is told by its length does not need dates. */
static void test_bucket_of_swap_without_dates(void **state)
{
    struct cg_config_buckets buckets;
    struct cg_swap_spec spec;

    (void)state;
    assert_null(cg_buckets_parse(&buckets, "1Y"));
    assert_true(cg_swap_parse(cg_slice_str("12M"), &spec));
    assert_int_equal(
        cg_bucket_of_swap(&buckets, &spec, NULL, CG_DATE_NONE, CG_DATE_NONE),
        0);
    assert_true(cg_swap_parse(cg_slice_str("13M"), &spec));
    assert_int_equal(
        cg_bucket_of_swap(&buckets, &spec, NULL, CG_DATE_NONE, CG_DATE_NONE),
        1);
}

/* --- families ------------------------------------------------------------- */

static int line_of(const struct cg_config *config,
                   const char *symbol,
                   bool dated,
                   struct cg_swap_spec *spec)
{
    const struct cg_config_instrument *row = cg_family_find(
        config, cg_slice_str(symbol), dated, spec);

    return row != NULL ? row->line : 0;
}

/* The first row whose rest is a swap; those by dates for dates only. */
static void test_family_found(void **state)
{
    static const struct {
        const char *symbol;
        bool dated;
        int line;
        int months;
    } cases[] = {
        {"USSW10Y", false, 3, 120},
        {"USSW10", false, 4, 120}, /* "10" is no swap, "10Y" is one */
        {"USSW", false, 0, 0},     /* the '*' stands for something */
        {"USSWY", false, 0, 0},
        {"USSW010Y", false, 0, 0},
        {"USSW10YY", false, 0, 0},
        {"USSW10Y ", false, 0, 0},
        {"ussw10Y", false, 0, 0},
        {"EUR 5Y ESTR", false, 5, 60},
        {"EUR 5YESTR", false, 0, 0},
        {"EUR  ESTR", false, 0, 0},
        {"EUR ESTR", false, 0, 0}, /* both blanks are the pattern's own */
        {"USSW10Y", true, 7, 0},
        {"SONIA", true, 6, 0},
        {"SONIA", false, 0, 0},
        {"SONIA2", true, 0, 0},
        {"USSW", true, 0, 0},
        {"*", false, 0, 0},
    };
    struct cg_config config;

    (void)state;
    read_table(HEADER "FIXED,,,USD_SOFR,7Y,\n"
                      "USSW*,,,USD_SOFR,*,\n"
                      "USSW*,,,USD_SOFR,*Y,\n"
                      "EUR * ESTR,,,EUR_ESTR,*,\n"
                      "SONIA,,,GBP_SONIA,dates,\n"
                      "USSW*,,,USD_SOFR,dates,\n",
               &config);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cg_swap_spec spec = {0};

        if (line_of(&config, cases[i].symbol, cases[i].dated, &spec) !=
            cases[i].line) {
            fail_msg("%s", cases[i].symbol);
        }
        assert_int_equal(spec.tenor.months, cases[i].months);
    }
    cg_config_deinit(&config);
}

/* A name that is written out goes before a pattern, wherever it stands. */
static void test_family_by_name_before_pattern(void **state)
{
    struct cg_config config;
    struct cg_swap_spec spec;

    (void)state;
    read_table(HEADER "S*,,,USD_SOFR,dates,\nSONIA,,,GBP_SONIA,dates,\n",
               &config);
    assert_int_equal(line_of(&config, "SONIA", true, &spec), 3);
    assert_int_equal(line_of(&config, "SARON", true, &spec), 2);
    cg_config_deinit(&config);
}

/* What stands around the '*' of a swap counts, up to the longest name. */
static void test_family_swap_around_star(void **state)
{
    char longest[CG_NAME_MAX + 1];
    struct cg_config config;
    struct cg_swap_spec spec = {0};

    (void)state;
    read_table(HEADER "I*,,,USD_SOFR,IMM*x5Y,\nF*,,,USD_SOFR,5Yx*,\n", &config);
    assert_int_equal(line_of(&config, "I2", false, &spec), 2);
    assert_int_equal(spec.start, CG_START_IMM);
    assert_int_equal(spec.imm, 2);
    assert_int_equal(line_of(&config, "F10Y", false, &spec), 3);
    assert_int_equal(spec.start, CG_START_FORWARD);
    assert_int_equal(spec.tenor.months, 120);
    memset(longest, '1', sizeof(longest) - 1);
    longest[0] = 'I';
    longest[CG_NAME_MAX] = '\0';
    assert_int_equal(line_of(&config, longest, false, &spec), 0);
    cg_config_deinit(&config);
}

static void test_family_twins_told(void **state)
{
    static const struct {
        const char *rows;
        const char *wrong;
    } cases[] = {
        {"A*,,,USD_SOFR,*,\nA*,,,USD_SOFR,dates,\nA*,,,EUR_ESTR,*,\n",
         "instrument A* is defined in line 2 already"},
        {"A,,,USD_SOFR,10Y,\nB,,,USD_SOFR,5Y,\nA,,,USD_SOFR,dates,\n",
         "instrument A is defined in line 2 already"},
    };
    char text[8192];
    char table[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cg_config_memory memory = with_table(text, "", table);

        (void)snprintf(table, sizeof(table), HEADER "%s", cases[i].rows);
        config_bad(&memory, "instruments.csv", 4, cases[i].wrong,
                   "name of its own");
    }
}

/* --- limits --------------------------------------------------------------- */

#define LIMIT(id, cut)                                                         \
    "[LIMIT]\nRiskLimitID=" id                                                 \
    "\nKind=clip\nAccount=ACME\nCurrency=USD\nAmount=1\n" cut "\n"

/* A limit may name any bucket of a family, but no tenor that is none. */
static void test_limit_of_bucket_covers_family(void **state)
{
    char text[8192];
    struct cg_config config;
    struct cg_config_memory memory = with_table(
        text, LIMIT("A", "Tenor=30Y-") LIMIT("B", "Tenor=0-2Y"),
        HEADER "USSW*,,,USD_SOFR,*,\n");

    (void)state;
    config_good(&memory, &config);
    cg_config_deinit(&config);
    memory = with_table(text, LIMIT("A", "Tenor=5Y-10Y"),
                        HEADER "A,,,USD_SOFR,10Y,\n");
    config_good(&memory, &config);
    cg_config_deinit(&config);
    memory = with_table(text, LIMIT("A", "Tenor=5Y-9Y"),
                        HEADER "USSW*,,,USD_SOFR,*,\n");
    config_bad(&memory, "gate.cfg", CONFIG_LINES + 2, "covers no instrument",
               "columns");
    memory = with_table(text, LIMIT("A", "Tenor=5Y-10Y"),
                        HEADER "USSW*,,,USD_SOFR,*,0-2Y\nA,,,USD_SOFR,5Y,\n");
    config_bad(&memory, "gate.cfg", CONFIG_LINES + 2, "covers no instrument",
               "columns");
    memory = with_table(text,
                        LIMIT("A", "Tenor=5Y-10Y\nInstrumentCurrency=EUR"),
                        HEADER "USSW*,,,USD_SOFR,*,\n");
    config_bad(&memory, "gate.cfg", CONFIG_LINES + 2, "covers no instrument",
               "columns");
}

static void test_limit_of_family_told(void **state)
{
    char text[8192];
    struct cg_config_memory memory = with_table(
        text, LIMIT("A", "Instrument=USSW*"), HEADER "USSW*,,,USD_SOFR,*,\n");

    (void)state;
    config_bad(&memory, "gate.cfg", CONFIG_LINES + 8,
               "Instrument=USSW* stands for many", "a row of its own");
    memory = with_table(text, LIMIT("A", "Instrument=USSW7Y"),
                        HEADER "USSW*,,,USD_SOFR,*,\n");
    config_bad(&memory, "gate.cfg", CONFIG_LINES + 8,
               "Instrument=USSW7Y is made only when an order names it",
               "a row of its own");
    memory = with_table(text, LIMIT("A", "Instrument=GILT"),
                        HEADER "USSW*,,,USD_SOFR,*,\n");
    config_bad(&memory, "gate.cfg", CONFIG_LINES + 8,
               "Instrument=GILT is in no row", "write an instrument");
}

/* Limits of several buckets never meet in one order; eight of one bucket and
 * the one of everything do. */
static void test_limits_of_family_counted_by_bucket(void **state)
{
    static char text[32768];
    struct cg_config config;
    struct cg_config_memory memory = {.name = "gate.cfg",
                                      .text = text,
                                      .instruments = HEADER
                                      "USSW*,,,USD_SOFR,*,\n"};
    static const char *const tenors[] = {"0-2Y", "2Y-5Y", "30Y-"};
    size_t len = (size_t)snprintf(text, sizeof(text), CONFIG_TEXT "[RATES]\n");

    (void)state;
    for (int i = 0; i < 3 * (CG_COVER_MAX - 1); i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                "[LIMIT]\nRiskLimitID=T%d\nKind=clip\n"
                                "Account=ACME\nCurrency=USD\nAmount=1\n"
                                "Tenor=%s\n",
                                i, tenors[i % 3]);
    }
    config_good(&memory, &config);
    cg_config_deinit(&config);
    (void)snprintf(text + len, sizeof(text) - len, "%s",
                   LIMIT("ONE", "Tenor=30Y-"));
    config_bad(&memory, "gate.cfg", 16,
               "in USSW* would have to pass 9 limits, more than 8", "merge");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_swap_rows_read_back),
        cmocka_unit_test(test_config_swap_documented_table),
        cmocka_unit_test(test_config_swap_columns_enough),
        cmocka_unit_test(test_config_swap_rows_told),
        cmocka_unit_test(test_config_swap_too_long_told),
        cmocka_unit_test(test_config_swap_columns_missing_told),
        cmocka_unit_test(test_config_swaps_and_rates_need_each_other),
        cmocka_unit_test(test_config_own_conventions_and_holidays),
        cmocka_unit_test(test_config_conventions_mistakes_told),
        cmocka_unit_test(test_bucket_of_tenors_edges),
        cmocka_unit_test(test_bucket_of_dates_edges),
        cmocka_unit_test(test_bucket_of_swap_without_dates),
        cmocka_unit_test(test_family_found),
        cmocka_unit_test(test_family_by_name_before_pattern),
        cmocka_unit_test(test_family_swap_around_star),
        cmocka_unit_test(test_family_twins_told),
        cmocka_unit_test(test_limit_of_bucket_covers_family),
        cmocka_unit_test(test_limit_of_family_told),
        cmocka_unit_test(test_limits_of_family_counted_by_bucket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
