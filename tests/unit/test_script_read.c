/*
 * Reading sessions: every mistake is told with its file, its line and what to
 * write instead; sizes hold at their limit and not one above.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script.h"
#include "script_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* "LINE: wrong; remedy" of each mistake. */
static char told[65536];
static size_t told_len;
static size_t told_count;

static void report(void *user,
                   const char *file,
                   int line,
                   const char *wrong,
                   const char *remedy)
{
    const char *slash = strrchr(file, '/');
    (void)user;
    assert_true(*wrong != '\0' && *remedy != '\0');
    told_count++;
    told_len += (size_t)snprintf(
        told + told_len, sizeof(told) - told_len, "%s:%d: %s; %s\n",
        slash != NULL ? slash + 1 : file, line, wrong, remedy);
    assert_true(told_len < sizeof(told));
}

static int read_text(const char *text, struct cg_script *script)
{
    told_len = 0;
    told_count = 0;
    told[0] = '\0';
    return cg_script_read_text("t.session", cg_slice_str(text), report, NULL,
                               script);
}

static void good(const char *text)
{
    struct cg_script script;
    if (read_text(text, &script) != 0) {
        fail_msg("%s", told);
    }
    cg_script_deinit(&script);
}

/* The text has the one mistake |said|, a part of what is told. */
static void bad(const char *text, const char *said)
{
    struct cg_script script;
    int status = read_text(text, &script);
    if (status != CG_ERR_CONFIG || told_count != 1 ||
        strstr(told, said) == NULL) {
        fail_msg("%d, %zu mistakes, not %s:\n%s", status, told_count, said,
                 told);
    }
}

static char *repeated(const char *head, const char *part, size_t times)
{
    size_t len = strlen(head);
    char *text = malloc(len + strlen(part) * times + 1);
    assert_non_null(text);
    memcpy(text, head, len);
    for (size_t i = 0; i < times; i++) {
        memcpy(text + len, part, strlen(part));
        len += strlen(part);
    }
    text[len] = '\0';
    return text;
}

/* --- what is read ------------------------------------------------------- */

/* Title, start, steps, times, captures and fields are what was written. */
static void test_script_read_parts_as_written(void **state)
{
    struct cg_script script;
    (void)state;
    assert_int_equal(
        read_text("# A title.\n# R20\n\n" SCRIPT_DESK
                  "start 2026-02-03 04:05:06\n"
                  "ignore 60 1328\n"
                  "@1500 client up\n@+20s client > D 11=A 58=two  words \\\n"
                  "  38=5\n@1d2h quiet\n"
                  "hub < DF same 2319=$T 58~a b 60=@-5m !44 9=x...\n",
                  &script),
        CG_ERR_CONFIG); /* 9 is not for a session to say */
    assert_int_equal(
        read_text("# A title.\n# R20\n\n" SCRIPT_DESK
                  "start 2026-02-03 04:05:06\n"
                  "ignore 60 1328\n"
                  "@1500 client up\n@+20s client > D 11=A 58=two  words \\\n"
                  "  38=5\n@1d2h1ms20us3ns quiet\n"
                  "hub < DF same 2319=$T 58~a b 60=@-5m !44 38=* ...\n",
                  &script),
        0);
    assert_string_equal(script.title, "A title.");
    assert_int_equal(script.start, INT64_C(1770091506) * CG_SECOND);
    assert_int_equal(script.step_count, 4);
    assert_int_equal(script.ignore_count, 2);
    const struct cg_script_step *steps = script.steps;
    assert_int_equal(steps[0].act, CG_SCRIPT_UP);
    assert_int_equal(steps[0].at, 1500 * CG_MS);
    assert_int_equal(steps[0].session, 0);
    assert_int_equal(steps[1].at, 21500 * CG_MS);
    assert_int_equal(steps[1].field_count, 3);
    const struct cg_script_field *fields = &script.fields[steps[1].first_field];
    assert_true(cg_slice_is(fields[1].value, "two  words"));
    assert_true(cg_slice_is(fields[2].value, "5"));
    assert_int_equal(steps[2].at, (86400 + 7200) * CG_SECOND + CG_MS + 20003);
    assert_int_equal(steps[3].session, 2);
    assert_true(steps[3].same && steps[3].more);
    fields = &script.fields[steps[3].first_field];
    assert_int_equal(steps[3].field_count, 5);
    assert_int_equal(fields[0].match, CG_SCRIPT_CAPTURE);
    assert_int_equal(fields[1].match, CG_SCRIPT_CONTAINS);
    assert_true(cg_slice_is(fields[1].value, "a b"));
    assert_int_equal(fields[2].match, CG_SCRIPT_TIME);
    assert_int_equal(fields[2].offset, -300 * CG_SECOND);
    assert_int_equal(fields[3].match, CG_SCRIPT_ABSENT);
    assert_int_equal(fields[4].match, CG_SCRIPT_ANY);
    cg_script_deinit(&script);
}

/* A section that was there before is added to; an instrument is replaced. */
static void test_script_read_later_sections_win(void **state)
{
    struct cg_script script;
    (void)state;
    assert_int_equal(read_text(SCRIPT_DESK "[LIMIT]\nRiskLimitID=L\nAmount=7\n"
                                           "Warnings=50\n\n[GATE]\nName=G\n"
                                           "instrument X,USD,1\n",
                               &script),
                     0);
    assert_int_equal(script.config.credit_limit_count, 1);
    assert_int_equal(script.config.credit_limits[0].amount, 7 * CG_DV01_SCALE);
    assert_int_equal(script.config.credit_limits[0].warning_percent[0], 50);
    assert_string_equal(script.config.gate_name, "G");
    assert_int_equal(script.config.instrument_count, 1);
    assert_int_equal(script.config.instruments[0].dv01_per_million,
                     CG_DV01_SCALE);
    cg_script_deinit(&script);
}

/* Instruments are the same by their name, wherever it stands in the row. */
static void test_script_read_rows_known_by_instrument(void **state)
{
    struct cg_script script;
    (void)state;
    assert_int_equal(read_text(SCRIPT_DESK
                               "columns dv01_per_million,instrument,currency\n"
                               "instrument 2,A B,EUR\ninstrument 2,A C,EUR\n"
                               "instrument 3,A B,EUR\n"
                               "columns instrument,currency,dv01_per_million\n"
                               "instrument A C,EUR,4\n",
                               &script),
                     0);
    assert_int_equal(script.config.instrument_count, 3);
    assert_string_equal(script.config.instruments[1].symbol, "A B");
    assert_int_equal(script.config.instruments[1].dv01_per_million,
                     3 * CG_DV01_SCALE);
    assert_string_equal(script.config.instruments[2].symbol, "A C");
    assert_int_equal(script.config.instruments[2].dv01_per_million,
                     4 * CG_DV01_SCALE);
    cg_script_deinit(&script);
}

/* Instruments by curve, and a [RATES] in parts; patterns are told apart by
 * their swaps, too. */
static void test_script_read_instruments_by_curve(void **state)
{
    struct cg_script script;
    (void)state;
    assert_int_equal(read_text(SCRIPT_DESK
                               "[RATES]\nMaxAgeMs=1000\n\n"
                               "[RATES]\nMaxAgeMs=never\nWhenStale=alarm\n\n"
                               "columns instrument,convention,swap\n"
                               "instrument S,USD_SOFR,10Y\n"
                               "instrument S*,USD_SOFR,*\n"
                               "instrument S*,USD_SOFR,dates\n"
                               "instrument S,USD_SOFR,5Y\n"
                               "instrument S*,EUR_ESTR,dates\n",
                               &script),
                     0);
    assert_int_equal(script.config.instrument_count, 4);
    assert_string_equal(script.config.instruments[1].swap, "5Y");
    assert_string_equal(script.config.instruments[2].swap, "*");
    assert_string_equal(script.config.instruments[3].swap, "dates");
    assert_string_equal(script.config.instruments[3].currency, "EUR");
    assert_true(script.config.rates.max_age_ns == CG_TIME_NEVER);
    assert_true(script.config.rates.stale_alarms);
    cg_script_deinit(&script);
}

/* A columns line names the cells of the rows below it, in any order. */
static void test_script_read_columns_name_cells(void **state)
{
    struct cg_script script;
    (void)state;
    assert_int_equal(read_text(SCRIPT_DESK
                               "columns dv01_per_million,instrument,currency\n"
                               "instrument 2, Y ,EUR\n",
                               &script),
                     0);
    assert_int_equal(script.config.instrument_count, 2);
    assert_string_equal(script.config.instruments[1].symbol, "Y");
    assert_string_equal(script.config.instruments[1].currency, "EUR");
    cg_script_deinit(&script);
}

/* --- mistakes ----------------------------------------------------------- */

/* Lines 42 to 44: a swap that goes by a curve. */
#define CURVE                                                                  \
    "[RATES]\n"                                                                \
    "columns instrument,currency,dv01_per_million,convention,swap\n"           \
    "instrument S,,,USD_SOFR,2Y\n"

/* Lines 42 to 44: a case of a certification. */
#define CASE "case A1\npurpose p\ncertifies hub\n"

static const struct {
    const char *text;
    const char *said;
} mistakes[] = {
    {"nonsense\n", "42: 'nonsense' is no step; write [@TIME] ACTOR > TYPE"},
    {"client says D\n", "42: 'client says' is no step"},
    {"cleint > D 11=A\n", "42: there is no session cleint; write one of: "
                          "client venue hub"},
    {"client >\n", "42: '' is no message type; write the MsgType"},
    {"client > DDDD\n", "'DDDD' is no message type"},
    {"client > 11=A\n", "'11=A' is no message type"},
    {"client > D A=1\n", "'A=1' is no field; write TAG=value or !TAG"},
    {"client > D 011=1\n", "'011=1' is no field"},
    {"client > D 12345678901=1\n", "'12345678901=1' is no field"},
    {"client > D !11x\n", "'!11x' is no field"},
    {"client < 8 x\n", "'x' is no field; write TAG=value, TAG=*, TAG=$NAME"},
    {"client > D 11~A\n", "11~ is for what is expected; write TAG=value"},
    {"client > D 35=A\n", "35 is not for a session to say; leave it out"},
    {"client > D 11=A ...\n", "... is at the wrong place"},
    {"client < D ... 11=A\n", "... is at the wrong place; write it last"},
    {"client > D same\n", "'same' is no field"},
    {"client > D 11=$T\n", "nothing was captured as $T; capture it first"},
    {"client > D 11=x${T}\n", "nothing was captured as $T"},
    {"client < 8 11=$T-1\n", "'$T-1' is no capture; write ${NAME} inside"},
    {"client < 8 11=a${T\n", "a ${ has no name or }"},
    {"client > D 60=@+5x\n", "'@+5x' is no time; write @, @+30s or @-5m"},
    {"client > D 60=@+\n", "'@+' is no time"},
    {"@x quiet\n", "'@x' is no time; write @1500 (ms), @20s"},
    {"@1s2 quiet\n", "'@1s2' is no time"},
    {"@9999999999999999999d quiet\n", "'@9999999999999999999d' is no time"},
    {"@1001d quiet\n", "'@1001d' is no time"},
    {"@1000d quiet\n@+1 quiet\n", "43: '@+1' is too late"},
    {"@5 quiet\n@4 quiet\n", "43: '@4' is before the time of the step above"},
    {"quiet please\n", "'please' does not belong here"},
    {"client up now\n", "'now' does not belong here"},
    {"Amount=5\n", "42: 'Amount=5' belongs to no section; put it below the "
                   "[SECTION] it is for"},
    {"[GATE]\n\nName=G\n", "44: 'Name=G' belongs to no section"},
    {"default cleint > D 1=A\n", "42: there is no session cleint; write one "
                                 "of: client venue hub"},
    {"gate > D 11=A\n",
     "'gate >' is no step; write gate stop, gate crash or gate takes"},
    {"gate takes all\n", "42: 'gate takes' is no step"},
    {"gate takes rates 10Y=3\n", "42: '10Y=3' says nothing of rates; write "
                                 "USD_SOFR:10Y=3.80"},
    {"gate takes rates U:10Y=\n", "42: 'U:10Y=' says nothing of rates"},
    {"gate takes rates U:=3\n", "42: 'U:=3' says nothing of rates"},
    {"gate takes rates age=old\n", "42: 'age=old' says nothing of rates"},
    {"rates age=1s set=eod\n", "42: 'set=eod' cannot be compared; write "
                               "version"},
    {"rates\n", "42: nothing is compared"},
    {"rate USD_SOFR 10Y\n", "42: this is no rate; write: rate USD_SOFR 10Y"},
    {"rate USD_SOFR 10Y 3.7 %\n", "42: this is no rate"},
    {"rate USD_SOFR 1Y 3\n", "42: there are rates, and no [RATES]"},
    {CURVE "rate USD_SOFR 1Y 3\nrate USD_SOFR 2Y 3,1\n", "46: "},
    {CURVE "rate USD_SOFR 2Y 3\nrate USD_SOFR 1Y 3\n", "46: "},
    {CURVE "rate USD_SOFR 1Y 3\nvaluation 2027-02-30\n", "45: "},
    {CURVE "rate USD_SOFR 1Y 3\n", "45: instrument S (USD_SOFR 2Y) has no "
                                   "price by these rates: it ends beyond"},
    {CURVE "quiet\nrate USD_SOFR 2Y 3\n", "46: a rate stands below a step"},
    {"quiet\nvaluation 2027-01-15\n", "43: the valuation date stands below"},
    {"gate goes\n",
     "'gate goes' is no step; write gate stop, gate crash or gate takes"},
    {"client resend 11=A\n", "it is not said whether the message may go again; "
                             "end the line with kept or dropped"},
    {"limit L\n", "nothing is compared; write used="},
    {"limit L usd=1\n", "'usd=1' cannot be compared; write used="},
    {"limit L used=\n", "'used=' cannot be compared"},
    {"token T1 use=1\n", "'use=1' cannot be compared; write state="},
    {"token $T state=live\n", "nothing was captured as $T"},
    {"default client < D 1=A\n", "this is no default; write: default ACTOR >"},
    {"default client > D x\n", "'x' is no field"},
    {"ignore\n", "there is no tag to ignore; write: ignore TAG TAG"},
    {"ignore 60 x\n", "'x' is no tag"},
    {"start 2027-01-15\n", "'2027-01-15' is no time; write: start 2027-01-15"},
    {"start 2027-13-15 08:00:00\n", "is no time"},
    {"quiet\nstart 2027-01-15 08:00:00\n", "the start comes after a step"},
    {"quiet\n[FX]\nFrom=EUR\nTo=USD\nRate=1\n", "a section stands below a step;"
                                                " put it above the first step"},
    {"quiet\ninstrument Y,USD,1\n", "an instrument stands below a step"},
    {"instrument Y,USD\n", "42: the row has not the cells of 'instrument,"},
    {"instrument Y,usd,1\n", "42: the currency is not a currency code"},
    {"include desk\n",
     "'desk' is no file that can be included; write: include"},
    {"include ../desk.inc\n", "'../desk.inc' is no file that can be included"},
    {"include nowhere.inc\n", "nowhere.inc cannot be included"},
    {"[LIMIT\nRiskLimitID=L\n", "42: the section [LIMIT does not end with ]"},
    {"[LIMIT]\nRiskLimitID=L\nAmount=1\nAmount=2\n",
     "45: Amount= is given in line 44 already; keep one"},
    {"[LIMIT]\nRiskLimitID=L\nAmuont=1\n",
     "44: Amuont= is not a key of [LIMIT]; did you mean Amount="},
    {"[LIMIT]\nRiskLimitID=L\nAmount=x\n", "44: "},
    {"[LIMTI]\nRiskLimitID=L\n", "42: [LIMTI] is not a known section; did you "
                                 "mean [LIMIT]"},
    {"[SESSION]\nName=other\nRole=hub\nBeginString=FIXT.1.1\n"
     "TargetCompID=H\n\n",
     "FIX session FIXT.1.1:GATE->H is defined at t.session:23 already"},
    {"@0 client > D 58=\x01\n", "the line holds a control character"},
    {"client > D 8=FIX.4.4\n", "8 is not for a session to say"},
    {"client > D 9=5\n", "9 is not for a session to say"},
    {"client > D 10=000\n", "10 is not for a session to say"},
    {"client > D 11=${1}\n", "a ${ has no name or }"},
    {"client > D 11=${T]x\n", "a ${ has no name or }"},
    {"client < 8 same11=A\n", "'same11=A' is no field"},
    {"client < 8 ...x\n", "'...x' is no field"},
    {"client > D !01\n", "'!01' is no field"},
    {"limit L =5\n", "'=5' cannot be compared"},
    {"value\n", "42: '' is no name of a value; write: value NAME TEXT"},
    {"value 1A x\n", "42: '1A' is no name of a value; write: value NAME TEXT"},
    {"value A-B x\n", "'A-B' is no name of a value"},
    {CASE "case A2\n", "45: a second case; write two files"},
    {"case a_b\npurpose p\ncertifies hub\n",
     "42: 'a_b' is no id of a case; write letters, digits and -, 32 at most"},
    {"case A12345678901234567890123456789012\npurpose p\ncertifies hub\n",
     "is no id of a case"},
    {"case\n", "42: '' is no id of a case"},
    {"case A1\ncertifies hub\n",
     "42: the case has no purpose; write: purpose WHAT IT SHOWS"},
    {"case A1\npurpose p\n",
     "42: the case certifies nobody; write: certifies hub, gate or both"},
    {CASE "level hard\n",
     "45: 'hard' is no level; write: level mandatory, or optional"},
    {CASE "certifies gate venue\n",
     "45: nobody certifies a 'venue'; write: certifies hub, gate or both"},
    {CASE "precondition\n",
     "45: it is not said what; write it behind the word"},
    {CASE "reference\n", "45: it is not said what"},
    {"hub asked limit L 5\n",
     "42: it is not said to a person what to do; write ACTOR asked WORDS : "},
    {"gate asked to stop\n", "42: it is not said to a person what to do"},
    {"wire listens\n",
     "42: 'wire listens' is no step; write wire connects, disconnects, closed"},
    {"wire connects now\n", "42: 'now' does not belong here"},
    {"wire disconnects now\n", "42: 'now' does not belong here"},
    {"wire closed now\n", "42: 'now' does not belong here"},
    {"start 2027-01-15T08:00:00\n", "'2027-01-15T08:00:00' is no time"},
    {"start 2027/01-15 08:00:00\n", "is no time; write: start 2027-01-15"},
    {"start 2027-01/15 08:00:00\n", "is no time"},
    {"ignore 0\n", "42: '0' is no tag"},
    {"ignore 4294967296\n", "42: '4294967296' is no tag"},
    {"default client >\n", "42: this is no default"},
    {"default client > DDDD 1=A\n", "42: this is no default"},
    {"client resend DDDD 11=A kept\n", "42: 'DDDD' is no field"},
    {"client resend kept and more\n", "42: it is not said whether"},
    {"include .inc\n", "42: '.inc' is no file that can be included"},
    {"include x\n", "42: 'x' is no file that can be included"},
    {"include desk.session\n", "42: 'desk.session' is no file"},
    {"limit L used\n", "42: 'used' cannot be compared"},
    {"limit L used=\n", "42: 'used=' cannot be compared"},
    {"wire > $TYPE 11=A\n",
     "42: there is no value TYPE; write above: value NAME TYPE"},
};

/* What is none of these: tabs for blanks, $ and \\ that begin nothing. */
static void test_script_read_other_forms_read(void **state)
{
    static const char *const forms[] = {
        "client\t>\tD\t11=A\n",
        "client > D 11=A\t38=1\n",
        "client < 8 58=a$[b 1=a$ ...\n",
        "client > D 58=$[ 1=$1 11=$\n",
        "instrument\tY\t,\tUSD ,904\t\n",
        "\\\nquiet\n",
        "quiet \\",
        "# a note \\\nquiet\n",
        "client > D 58=a\\\nquiet\n",
        "[GATE]\nMaxOrders\t=\t16\n",
        "case A1\npurpose p\ncertifies gate\n",
        "client resend 11=A kept\n",
        "client resend D kept\n",
    };
    size_t wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char text[4096];
        struct cg_script script;
        snprintf(text, sizeof(text), "%s%s", SCRIPT_DESK, forms[i]);
        if (read_text(text, &script) != 0) {
            print_error("%zu: %s", i, told);
            wrong++;
        }
        cg_script_deinit(&script);
    }
    assert_int_equal(wrong, 0);
}

/* Each with its line and what to write instead. */
static void test_script_read_mistakes_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        char text[4096];
        snprintf(text, sizeof(text), "%s%s", SCRIPT_DESK, mistakes[i].text);
        if (strncmp(mistakes[i].text, "include nowhere", 15) == 0) {
            struct cg_script script;
            assert_int_equal(read_text(text, &script), CG_ERR_CONFIG);
            assert_int_equal(told_count, 2); /* the file, and who wants it */
            assert_non_null(strstr(told, mistakes[i].said));
            continue;
        }
        bad(text, mistakes[i].said);
    }
}

/* A case has as many notes as fit, its level, and the last text of a value. */
static void test_script_read_case_as_written(void **state)
{
    struct cg_script script;
    char *notes = repeated(SCRIPT_DESK CASE, "precondition one\n",
                           CG_SCRIPT_NOTES_MAX + 1);
    (void)state;
    bad(notes, "more than 16 of these; write fewer lines");
    free(notes);
    notes = repeated(SCRIPT_DESK CASE, "reference one\n", CG_SCRIPT_NOTES_MAX);
    good(notes);
    free(notes);
    assert_int_equal(read_text(SCRIPT_DESK CASE
                               "certifies gate\nlevel optional\n"
                               "needs a person\nvalue A one\nvalue B two\n"
                               "value A three\nprecondition ready\n",
                               &script),
                     0);
    assert_true(cg_slice_is(script.kase.id, "A1"));
    assert_true(cg_slice_is(script.kase.needs, "a person"));
    assert_true(cg_slice_is(script.kase.preconditions[0], "ready"));
    assert_true(script.kase.optional && script.kase.certifies_hub &&
                script.kase.certifies_gate);
    assert_int_equal(script.value_count, 2);
    assert_true(cg_slice_is(script.values[0].text, "three"));
    assert_true(cg_slice_is(script.values[1].text, "two"));
    cg_script_deinit(&script);
}

/* All at once, in the order of the lines. */
static void test_script_read_all_mistakes_told(void **state)
{
    struct cg_script script;
    (void)state;
    assert_int_equal(
        read_text(SCRIPT_DESK "one\nclient > D x\n@z quiet\n", &script),
        CG_ERR_CONFIG);
    assert_int_equal(told_count, 3);
    assert_non_null(strstr(told, "t.session:42: "));
    assert_true(strstr(told, ":42: ") < strstr(told, ":43: "));
    assert_true(strstr(told, ":43: ") < strstr(told, ":44: "));
}

/* Bytes that are no text, an empty file, a file that is not there. */
static void test_script_read_no_text_told(void **state)
{
    struct cg_script script;
    (void)state;
    bad("", "t.session:0: the file is empty");
    bad("# \xff\n", "t.session:1: byte 0xff is not UTF-8 text");
    assert_int_equal(cg_script_read_text("t.session",
                                         (struct cg_slice){"#\0\n", 3}, report,
                                         NULL, &script),
                     CG_ERR_CONFIG);
    told_len = 0;
    assert_int_equal(
        cg_script_read("/nowhere/x.session", report, NULL, &script),
        CG_ERR_CONFIG);
    assert_non_null(strstr(told, "the file cannot be read"));
}

/* --- includes ----------------------------------------------------------- */

struct folder {
    char path[32];
    char *names[16];
    size_t count;
};

static void folder_open(struct folder *folder)
{
    *folder = (struct folder){.path = "/tmp/cg-script-XXXXXX"};
    assert_non_null(mkdtemp(folder->path));
}

static void put(struct folder *folder, const char *name, const char *text)
{
    char *path = NULL;
    FILE *file;
    assert_true(asprintf(&path, "%s/%s", folder->path, name) > 0);
    folder->names[folder->count++] = path;
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void folder_close(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        unlink(folder->names[i]);
        free(folder->names[i]);
    }
    rmdir(folder->path);
}

static int read_first(struct folder *folder, struct cg_script *script)
{
    told_len = 0;
    told_count = 0;
    return cg_script_read(folder->names[0], report, NULL, script);
}

/* Lines of another file are read in place, its mistakes told with its name. */
static void test_script_read_include_in_place(void **state)
{
    struct folder folder;
    struct cg_script script;
    (void)state;
    folder_open(&folder);
    put(&folder, "a.session", "include d.inc\n@1s quiet\n");
    put(&folder, "d.inc", SCRIPT_DESK "client up\n");
    assert_int_equal(read_first(&folder, &script), 0);
    assert_int_equal(script.step_count, 2);
    assert_non_null(strstr(script.steps[0].place.file, "/d.inc"));
    assert_int_equal(script.steps[0].place.line, 42);
    assert_int_equal(script.steps[1].place.line, 2);
    cg_script_deinit(&script);
    put(&folder, "d.inc", SCRIPT_DESK "[FX]\nForm=EUR\n");
    assert_int_equal(read_first(&folder, &script), CG_ERR_CONFIG);
    assert_non_null(strstr(told, "d.inc:43: Form= is not a key of [FX]"));
    folder_close(&folder);
}

/* A file that includes itself, directly or by another, ends at once. */
static void test_script_read_include_loop_told(void **state)
{
    struct folder folder;
    struct cg_script script;
    (void)state;
    folder_open(&folder);
    put(&folder, "a.session", SCRIPT_DESK "include a.inc\n");
    put(&folder, "a.inc", "include b.inc\n");
    put(&folder, "b.inc", "include a.inc\ninclude b.inc\n");
    assert_int_equal(read_first(&folder, &script), CG_ERR_CONFIG);
    assert_int_equal(told_count, 2);
    assert_non_null(strstr(told, "b.inc:1: a.inc includes itself; remove"));
    assert_non_null(strstr(told, "b.inc:2: b.inc includes itself"));
    folder_close(&folder);
}

static void include_chain(struct folder *folder, int files)
{
    char name[32];
    char text[32];
    folder_open(folder);
    put(folder, "a.session", SCRIPT_DESK "include f1.inc\n");
    for (int i = 1; i < files; i++) {
        snprintf(name, sizeof(name), "f%d.inc", i);
        snprintf(text, sizeof(text), "include f%d.inc\n", i + 1);
        put(folder, name, i + 1 < files ? text : "quiet\n");
    }
}

/* CG_SCRIPT_DEPTH_MAX files in each other are fine, one more is not. */
static void test_script_read_include_depth_limited(void **state)
{
    struct folder folder;
    struct cg_script script;
    (void)state;
    include_chain(&folder, CG_SCRIPT_DEPTH_MAX);
    assert_int_equal(read_first(&folder, &script), 0);
    cg_script_deinit(&script);
    folder_close(&folder);
    include_chain(&folder, CG_SCRIPT_DEPTH_MAX + 1);
    assert_int_equal(read_first(&folder, &script), CG_ERR_CONFIG);
    assert_non_null(strstr(told, "more than 8 files include each other"));
    folder_close(&folder);
}

static int include_often(size_t times, struct cg_script *script)
{
    struct folder folder;
    char *text = repeated(SCRIPT_DESK, "include f.inc\n", times);
    int status;
    folder_open(&folder);
    put(&folder, "a.session", text);
    put(&folder, "f.inc", "quiet\n");
    status = read_first(&folder, script);
    folder_close(&folder);
    free(text);
    return status;
}

/* CG_SCRIPT_FILES_MAX files in all, the first one included. */
static void test_script_read_include_count_limited(void **state)
{
    struct cg_script script;
    (void)state;
    assert_int_equal(include_often(CG_SCRIPT_FILES_MAX - 1, &script), 0);
    assert_int_equal(script.step_count, CG_SCRIPT_FILES_MAX - 1);
    cg_script_deinit(&script);
    assert_int_equal(include_often(CG_SCRIPT_FILES_MAX, &script),
                     CG_ERR_CONFIG);
    assert_non_null(strstr(told, "more than 64 files"));
}

/* --- sizes -------------------------------------------------------------- */

static void limited(const char *head,
                    const char *part,
                    size_t max,
                    const char *tail,
                    const char *said)
{
    char *text = repeated(head, part, max);
    char *more = repeated(head, part, max + 1);
    char *whole = repeated(text, tail, 1);
    char *more_whole = repeated(more, tail, 1);
    good(whole);
    bad(more_whole, said);
    free(whole);
    free(more_whole);
    free(text);
    free(more);
}

/* Each limit holds, and the first thing above it is a mistake. */
static void test_script_read_sizes_limited(void **state)
{
    (void)state;
    limited(SCRIPT_DESK, "quiet\n", CG_SCRIPT_STEPS_MAX, "",
            "more than 10000 steps");
    limited(SCRIPT_DESK "client > D", " 1=1 \\\n", CG_SCRIPT_FIELDS_MAX, "\n",
            "42: more than 1024 fields");
    limited(SCRIPT_DESK "limit L", " used=1 \\\n", CG_SCRIPT_FIELDS_MAX, "\n",
            "42: more than 1024 fields");
}

/* A line with its continuations has 65,536 bytes at most. */
static void test_script_read_long_lines_limited(void **state)
{
    char part[1025];
    (void)state;
    memset(part, 'x', sizeof(part) - 1);
    memcpy(part + sizeof(part) - 4, " \\\n", 4);
    part[sizeof(part) - 1] = '\0';
    /* Each part gives 1,022 bytes, the first line has 18 more. */
    limited(SCRIPT_DESK "client > D 11=1 58=", part, 64, "\n",
            "42: the line is longer than 65536 bytes");
}

/* CG_SCRIPT_CAPTURES_MAX names. */
static void test_script_read_captures_limited(void **state)
{
    char *text = repeated(SCRIPT_DESK, "", 0);
    (void)state;
    for (int i = 0; i <= CG_SCRIPT_CAPTURES_MAX; i++) {
        char line[64];
        char *more;
        if (i == CG_SCRIPT_CAPTURES_MAX) {
            good(text);
        }
        snprintf(line, sizeof(line), "hub < DF 11=$N%d ...\n", i);
        more = repeated(text, line, 1);
        free(text);
        text = more;
    }
    bad(text, "more than 1000 captures");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_script_read_parts_as_written),
        cmocka_unit_test(test_script_read_later_sections_win),
        cmocka_unit_test(test_script_read_columns_name_cells),
        cmocka_unit_test(test_script_read_rows_known_by_instrument),
        cmocka_unit_test(test_script_read_instruments_by_curve),
        cmocka_unit_test(test_script_read_other_forms_read),
        cmocka_unit_test(test_script_read_mistakes_told),
        cmocka_unit_test(test_script_read_case_as_written),
        cmocka_unit_test(test_script_read_all_mistakes_told),
        cmocka_unit_test(test_script_read_no_text_told),
        cmocka_unit_test(test_script_read_include_in_place),
        cmocka_unit_test(test_script_read_include_loop_told),
        cmocka_unit_test(test_script_read_include_depth_limited),
        cmocka_unit_test(test_script_read_include_count_limited),
        cmocka_unit_test(test_script_read_sizes_limited),
        cmocka_unit_test(test_script_read_long_lines_limited),
        cmocka_unit_test(test_script_read_captures_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
