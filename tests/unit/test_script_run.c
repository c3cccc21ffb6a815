/*
 * Playing sessions: what is as the session says passes, and each kind of
 * difference fails, with words that name it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "mistake_told.h"
#include "script.h"
#include "script_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char said[1 << 20];
static size_t said_len;

static void print(void *user, const char *text)
{
    size_t len = strlen(text);
    (void)user;
    assert_true(said_len + len < sizeof(said));
    memcpy(said + said_len, text, len + 1);
    said_len += len;
}

/* Plays the desk with |steps|; all that is printed is in |said|. */
static int play(const char *steps, bool verbose)
{
    struct cg_script_run_options options = {.verbose = verbose, .print = print};
    struct cg_script script;
    char *text = NULL;
    int status;
    assert_true(asprintf(&text, "%s%s%s", SCRIPT_DESK, SCRIPT_UP, steps) > 0);
    said_len = 0;
    said[0] = '\0';
    status = cg_script_read_text("t.session", cg_slice_str(text), mistake_print,
                                 NULL, &script);
    if (status != 0) {
        fail_msg("not read: %s", steps);
    }
    status = cg_script_run(&script, &options);
    cg_script_deinit(&script);
    free(text);
    return status;
}

static void passes(const char *steps)
{
    if (play(steps, false) != 0 || said_len != 0) {
        fail_msg("%s", said);
    }
}

static void fails(const char *steps, const char *words)
{
    int status = play(steps, false);
    if (status != 1 || strstr(said, words) == NULL) {
        fail_msg("%d, not '%s':\n%s", status, words, said);
    }
}

#define REPORT                                                                 \
    "venue > 8 37=V1 11=A1 17=E1 150=0 39=0 55=X 54=1 38=10000000 "            \
    "14=0 151=10000000 6=0\nclient < 8 same\n"

/* --- what passes -------------------------------------------------------- */

/* An order's whole way, with every kind of step and of expectation. */
static void test_script_run_all_forms_pass(void **state)
{
    (void)state;
    passes("ignore 60\n@1s client > D 11=A1 38=10000000 58=as it is\n"
           "hub < DF 2318=$R 2319=$T 2320=0 2321=0 1080=* 1081~1 2323=0 !44 "
           "2324=9040.00 15=USD 1670=L 453=2 448=ACME 447=D 452=24 448=F "
           "447=D 452=4 55=X 54=1\n"
           "limit L used=9040 amount=100000.00 available=90960 state=enabled "
           "currency=USD owner=hub\n"
           "token $T state=asked model=ping order=A1 limit=L side=buy end=none "
           "granted=0 overrun=0 released=0\n"
           "@+5 hub > DG 2318=$R 2319=${T} 2320=0 2321=0 2324=9040.00 "
           "2327=9040.00 2325=0 126=@+1h\n"
           "venue < D same 7350=GATE-T${R}\n"
           "venue resend D 11=A1 kept\n"
           "token GATE-T1 state=spent granted=9040 reserved=9040.00\n"
           "@2s " REPORT "client > F 11=C1 41=A1 55=X 54=1 60=@\n"
           "venue < F same !7350\n"
           "venue > 8 37=V1 11=C1 41=A1 17=E2 150=4 39=4 55=X 54=1 "
           "38=10000000 14=0 151=0 6=0\n"
           "client < 8 same\nhub < DF 2318=* 2319=$T 2320=1 ...\n"
           "venue resend 11=A1 dropped\nquiet\n");
}

/* A desk with a swap by a curve, in front of everybody's logon. */
static void play_rates(const char *steps, const char *words)
{
    struct cg_script_run_options options = {.verbose = words != NULL,
                                            .print = print};
    struct cg_script script;
    char *text = NULL;
    assert_true(asprintf(&text, "%s%s%s%s", SCRIPT_DESK,
                         "[RATES]\nMaxAgeMs=60000\n\nvaluation 2027-01-15\n"
                         "rate USD_SOFR 1Y 3.5\nrate USD_SOFR 5Y 3.5\n"
                         "columns instrument,currency,dv01_per_million,"
                         "convention,swap\ninstrument S*,,,USD_SOFR,*\n",
                         SCRIPT_UP, steps) > 0);
    said_len = 0;
    said[0] = '\0';
    assert_int_equal(cg_script_read_text("t.session", cg_slice_str(text),
                                         mistake_print, NULL, &script),
                     0);
    int status = cg_script_run(&script, &options);
    cg_script_deinit(&script);
    free(text);
    if (words == NULL && (status != 0 || said_len > 0)) {
        fail_msg("%s", said);
    }
    if (words != NULL && strstr(said, words) == NULL) {
        fail_msg("not '%s':\n%s", words, said);
    }
}

/* Rates are taken at the start, changed by steps, kept over a crash. */
static void test_script_run_takes_rates(void **state)
{
    (void)state;
    play_rates("rates version=1 age=0 stale=no\n@60001 rates stale=yes\n",
               NULL);
    play_rates("@1s gate takes rates USD_SOFR:5Y=3.6 USD_SOFR:7Y=3.7 age=10s "
               "date=2027-01-16\nrates version=2 age=10s\n",
               NULL);
    play_rates("@1s gate takes rates USD_SOFR:1Y=none refused~is missing\n"
               "rates version=1 age=1s\ngate crash\nrates version=1\n"
               "gate takes rates USD_SOFR:1Y=none\nrates version=2\n",
               NULL);
    play_rates("@1s gate takes rates USD_SOFR:1Y=none\n",
               "the rates are refused: par_rates.csv:0: the rate of USD_SOFR "
               "1Y is missing");
    play_rates("@1s gate takes rates USD_SOFR:5Y=x refused~many\n",
               "the rates are refused otherwise: par_rates.csv:3: ");
    play_rates("@1s gate takes rates refused~no\n",
               "the gate takes these rates");
    play_rates("@1s rates version=2\n", "expected version=2, it is 1");
    play_rates("@1s rates age=2s\n", "expected age=2s, it is 1000 ms");
    play_rates("@1s rates stale=yes\n", "expected stale=yes, it is no");
    play_rates("@1s gate takes rates USD_SOFR:5Y=3.6\n",
               "@1s gate takes rates USD_SOFR:5Y=3.6");
    fails("@1s gate takes rates\n", "the session has no [RATES]");
    fails("rates version=1\n", "no rates were taken");
}

/* The defaults of an actor go before those of all, later ones before earlier
 * ones, and the step before any. */
static void test_script_run_defaults_in_order(void **state)
{
    (void)state;
    passes("default * > D 58=all 120=EUR 78=1\ndefault client > D 58=one\n"
           "default client > D 58=two !78\n"
           "client > D 11=A1 38=10000000 44=5\nhub < DF 2318=$R 2319=$T ...\n"
           "hub > DG 2318=$R 2319=$T 2320=0 2321=0 2324=9040.00 2327=9040.00 "
           "2325=0\n"
           "venue < D 11=A1 38=10000000 44=5 58=two 1=ACME 55=X 54=1 40=2 60=@ "
           "120=EUR 7350=$T\n");
}

/* Header fields go into the header, and are looked for there. */
static void test_script_run_header_fields(void **state)
{
    (void)state;
    passes("client > D 11=A1 38=10000000 50=DESK 57=BOOK\n"
           "hub < DF 2318=$R 2319=$T ...\n"
           "hub > DG 2318=$R 2319=$T 2320=0 2321=0 2324=9040.00 2327=9040.00 "
           "2325=0\nvenue < D same 7350=$T 50=DESK 57=BOOK\n");
    fails("client > D 11=A1 38=10000000 50=DESK\n"
          "hub < DF 2318=$R 2319=$T ...\n"
          "hub > DG 2318=$R 2319=$T 2320=0 2321=0 2324=9040.00 2327=9040.00 "
          "2325=0\nvenue < D same 7350=$T 50=BOOK\n",
          "! 50=BOOK");
}

/* What the gate must do at a deadline comes at its own time. */
static void test_script_run_deadlines_on_the_way(void **state)
{
    (void)state;
    passes("client > D 11=A1 38=10000000\nhub < DF ...\n"
           "@20s client < 8 11=A1 58~CG301 ...\nhub < DF 2320=1 ...\n"
           "hub > DG 2318=2 2319=GATE-T1 2325=4 2320=1 2321=0\n@1d quiet\n");
    fails("client > D 11=A1 38=10000000\nhub < DF ...\n@21s quiet\n",
          "t.session:48: before this step came what no step expects:\n"
          "    @20s hub < DF ");
}

/* A crash loses nothing that was committed; every session is down. */
static void test_script_run_crash_recovers(void **state)
{
    (void)state;
    passes(SCRIPT_ORDER REPORT "limit L used=9040\ngate crash\n"
                               "limit L used=9040\nclient up\nvenue up\n"
                               "hub up\nhub < CL ...\n");
    passes("client > D 11=A1 38=10000000\nhub < DF ...\ngate crash\n"
           "client < 8 11=A1 58~CG501 ...\nlimit L used=0\n"
           "hub up\nhub < CL ...\nhub < DF 2320=1 97=Y ...\n");
}

/* The host ends: what waits is answered. */
static void test_script_run_stop_answers(void **state)
{
    (void)state;
    passes("client > D 11=A1 38=10000000\nhub < DF ...\ngate stop\n"
           "client < 8 11=A1 58~CG501 ...\nhub < DF 2320=1 ...\n");
}

/* A Reject (3) of the venue ends the order. */
static void test_script_run_rejects_ends_order(void **state)
{
    (void)state;
    passes(SCRIPT_ORDER "venue rejects D 11=A1\nclient < 8 11=A1 150=8 "
                        "58~CG406 ...\nhub < DF 2320=1 ...\n");
    fails(SCRIPT_ORDER "venue rejects D 11=A9\n",
          "t.session:50: venue was sent no such message");
}

/* --- what fails --------------------------------------------------------- */

static const struct {
    const char *name;
    const char *steps;
    const char *words;
} differences[] = {
    {"unexpected before an input",
     "client > D 11=A1 38=10000000\nclient > F 11=C 41=A1\n",
     "47: before this step came what no step expects:\n    @0 hub < DF 2318=1"},
    {"unexpected before time goes on",
     "client > D 11=A1 38=10000000\n@1 limit L used=9040\n",
     "47: before this step came what no step expects"},
    {"unexpected at the end", "client > D 11=A1 38=10000000\n",
     "t.session: at the end came what no step expects:\n    @0 hub < DF "
     "2318=1"},
    {"unexpected where it is quiet", "client > D 11=A1 38=10000000\nquiet\n",
     "47: before this step came what no step expects"},
    {"missing", "client < 8 ...\n",
     "46: client should receive 8 at @0, but nothing came\n"},
    {"missing, others came", "client > D 11=A1 38=10000000\nclient < 8 ...\n",
     "47: client should receive 8 at @0, but nothing came; to others came:\n"
     "    @0 hub < DF 2318=1 "},
    {"another type", "client > D 11=A1 38=10000000\nhub < DE ...\n",
     "47: hub should receive DE, but received DF\n    @0 hub < DF 2318=1"},
    {"wrong field", "client > D 11=A1 38=10000000\nhub < DF 2324=1.00 ...\n",
     "  ! 2324=1.00                              2324=9040.00\n"},
    {"wrong part", "client > D 11=A1 38=10000000\nhub < DF 2324~41 ...\n",
     "  ! 2324~41                                2324=9040.00\n"},
    {"wrong time value", "client > D 11=A1 38=10000000\nhub < DF 60=@+1 ...\n",
     "  ! 60=@+1 (20270115-08:00:00.001)         60=20270115-08:00:00.000\n"},
    {"missing field", "client > D 11=A1 38=10000000\nhub < DF 58=* ...\n",
     "  ! 58=*                                   \n"},
    {"extra field",
     "client > D 11=A1 38=10000000\nhub < DF 2318=1 2319=* 2320=0 2321=0 "
     "1080=* 1081=* 2323=0 2324=9040.00 15=USD 1670=L 453=2 448=ACME 447=D "
     "452=24 448=F 447=D 452=4 55=X 60=@\n",
     "  !                                        54=1\n"},
    {"field that should not be",
     "client > D 11=A1 38=10000000\nhub < DF !54 "
     "...\n",
     "  ! !54                                    54=1\n"},
    {"second of a tag",
     "client > D 11=A1 38=10000000\nhub < DF 448=ACME "
     "448=G ...\n",
     "  ! 448=G                                  448=F\n"},
    {"one of a tag too few",
     "client > D 11=A1 38=10000000\nhub < DF 2318=* "
     "2319=* 2320=0 2321=0 1080=* 1081=* 2323=0 "
     "2324=9040.00 15=USD 1670=L 453=2 448=ACME 447=D "
     "452=24 447=D 452=4 55=X 54=1 60=@\n",
     "  !                                        448=F\n"},
    {"wrong time",
     "client > D 11=A1 38=10000000\nhub < DF ...\n"
     "@19s quiet\n@21s client < 8 ...\n",
     "49: 8 came at @20s, not at @21s:\n    @20s client < 8 "},
    {"capture that differs",
     "client > D 11=A1 38=10000000\nhub < DF 2319=$T ...\n"
     "client > D 11=A2 38=10000000\nhub < DF 2319=$T ...\n",
     "  ! 2319=$T (GATE-T1)                      2319=GATE-T2\n"},
    {"not the same",
     SCRIPT_ORDER "venue > 8 37=V1 11=A1 17=E1 150=0 39=0 55=X 54=1 "
                  "38=10000000 14=0 151=10000000 6=0\n"
                  "client < 8 same 17=E2\n",
     "  ! 17=E2                                  17=E1\n"},
    {"more than the same",
     "client > D 11=A1 38=10000000\nhub < DF 2318=$R 2319=$T ...\n"
     "hub > DG 2318=$R 2319=$T 2320=0 2321=0 2324=9040.00 2327=9040.00 "
     "2325=0\nvenue < D same\n",
     "  !                                        7350=GATE-T1\n"},
    {"same as nobody's", "client > D 11=A1 38=10000000\nhub < DF same\n",
     "nobody sent such a one"},
    {"limit's use", SCRIPT_ORDER "limit L used=9040.01\n",
     "50: L: expected used=9040.01, it is 9040.00\n"},
    {"limit's state", "limit L state=halted\n",
     "46: L: expected state=halted, it is enabled\n"},
    {"no such limit", "limit M used=0\n", "46: there is no limit M\n"},
    {"token's state", SCRIPT_ORDER "token $T state=live\n",
     "50: $T: expected state=live, it is spent\n"},
    {"no such token", "token GATE-T1 state=live\n",
     "46: there is no token GATE-T1\n"},
    {"token's amount", SCRIPT_ORDER "token $T granted=x\n",
     "50: $T: expected granted=x, it is 9040.00\n"},
    {"token's end", SCRIPT_ORDER "token $T end=denied\n",
     "50: $T: expected end=denied, it is none\n"},
    {"no difference", "difference A1 what=status\n",
     "46: A1 does not differ so\n"},
    {"no comparison", "compared nobody differ=0\n",
     "46: nobody has no order and no limit\n"},
    {"compared with what was never told", "compared hub differ=0\n",
     "46: hub: expected differ=0, it is none\n"},
    {"compared limits", "compared hub of=orders\n",
     "46: hub: expected of=orders, it is limits\n"},
    {"not resent after all",
     SCRIPT_ORDER "venue rejects D 11=A1\nclient < 8 ...\nhub < DF 2320=1 "
                  "...\nvenue resend D 11=A1 kept\n",
     "53: the gate would not send it again\n"},
    {"resent what was never sent", "venue resend D 11=A1 kept\n",
     "46: venue was sent no such message"},
    {"part of a field that is not there",
     "client > D 11=A1 38=10000000\nhub < DF 58~ ...\n", "  ! 58~ "},
    {"between two milliseconds", "@1ms500us client < 8 ...\n",
     "46: client should receive 8 at @1.500000, but nothing came\n"},
    {"what only a socket can do", "wire connects\n", "certif"},
    {"resent after all", SCRIPT_ORDER "venue resend D 11=A1 dropped\n",
     "50: the gate would send it again\n"},
    {"order within one actor",
     "client > D 11=A1 38=10000000\nhub < DF ...\n@20s hub < DF 2320=1 ...\n"
     "hub < CL ...\n",
     "49: hub should receive CL at @20s, but nothing came"},
};

/* Each is found, at its line, in words that say what it is. */
static void test_script_run_differences_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++) {
        fails(differences[i].steps, differences[i].words);
    }
}

/* A peer's message that no FIX dictionary takes is passed on or refused; it is
 * the gate's own that must be valid. */
static void test_script_run_bad_input_is_no_failure(void **state)
{
    (void)state;
    passes("client > D 11=A1 38=x\nclient < 3 ...\n");
    passes("client > ZZ 11=A1\nclient < j 380=3 ...\n");
    passes(SCRIPT_ORDER "venue > 8 11=A1 150=0 39=0\nclient < 8 same\n");
}

/* --- what is printed ---------------------------------------------------- */

/* All that is said, as a session is written: it can be read again. */
static void test_script_run_verbose_can_be_pasted(void **state)
{
    struct cg_script script;
    struct cg_script_run_options options = {.print = print};
    char *text = NULL;
    (void)state;
    assert_int_equal(play(SCRIPT_ORDER "@1500 " REPORT, true), 0);
    assert_non_null(strstr(said, "@0 client > D 11=A1 38=10000000 1=ACME 55=X "
                                 "54=1 40=2 44=4 60=@\n"));
    assert_non_null(strstr(said, "@1500 client < 8 37=V1 11=A1 "));
    /* Without the defaults, which are in what was said. */
    assert_true(asprintf(&text, "%.*s%s",
                         (int)(strstr(SCRIPT_DESK, "default") - SCRIPT_DESK),
                         SCRIPT_DESK, said) > 0);
    assert_int_equal(cg_script_read_text("t.session", cg_slice_str(text),
                                         mistake_print, NULL, &script),
                     0);
    if (cg_script_run(&script, &options) != 0) {
        fail_msg("%s", said);
    }
    cg_script_deinit(&script);
    free(text);
}

/* So are the steps in which nobody says anything. */
static void test_script_run_verbose_says_what_happens(void **state)
{
    (void)state;
    assert_int_equal(play(SCRIPT_ORDER
                          "@1s venue rejects D 11=A1\n"
                          "client < 8 ...\nhub < DF ...\n"
                          "@2s venue resend D 11=A1 dropped\n"
                          "@3s venue down\n@4s gate crash\n@5s gate stop\n",
                          true),
                     0);
    assert_non_null(strstr(said, "\n@1s venue rejects D 11=A1\n"));
    assert_non_null(strstr(said, "\n@2s venue resend D 11=A1 dropped\n"));
    assert_non_null(strstr(said, "\n@3s venue down\n"));
    assert_non_null(strstr(said, "\n@4s gate crash\n"));
    assert_non_null(strstr(said, "\n@5s gate stop\n"));
}

/* A message that does not fit is a failure, not a crash. */
static void test_script_run_message_too_long_fails(void **state)
{
    char *steps = NULL;
    char value[3000];
    size_t len = 0;
    FILE *out = open_memstream(&steps, &len);
    (void)state;
    memset(value, 'x', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    assert_non_null(out);
    /* Five times 60,000 bytes by one default each. */
    for (int i = 0; i < 5; i++) {
        fprintf(out, "default client > D %d=", 20001 + i);
        for (int j = 0; j < 20; j++) {
            fprintf(out, "%s \\\n", value);
        }
        fputs("\n", out);
    }
    fputs("client > D 11=A1 38=10000000\n", out);
    assert_int_equal(fclose(out), 0);
    fails(steps, "the message is longer than 262144 bytes");
    free(steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_script_run_all_forms_pass),
        cmocka_unit_test(test_script_run_takes_rates),
        cmocka_unit_test(test_script_run_defaults_in_order),
        cmocka_unit_test(test_script_run_header_fields),
        cmocka_unit_test(test_script_run_deadlines_on_the_way),
        cmocka_unit_test(test_script_run_crash_recovers),
        cmocka_unit_test(test_script_run_stop_answers),
        cmocka_unit_test(test_script_run_rejects_ends_order),
        cmocka_unit_test(test_script_run_differences_fail),
        cmocka_unit_test(test_script_run_bad_input_is_no_failure),
        cmocka_unit_test(test_script_run_verbose_can_be_pasted),
        cmocka_unit_test(test_script_run_verbose_says_what_happens),
        cmocka_unit_test(test_script_run_message_too_long_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
