/*
 * What a session can say of a log, and what it cannot: values that would be
 * read as something else, data that holds what ends a field, names that are
 * words of a session.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_recorder.h"
#include "script_text.h"
#include "session_record.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static char config_path[128];
static char error[512];
static char words[4096];

static void write_beside(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* The desk of SCRIPT_DESK with |more|, as files. */
static void write_config(const char *more)
{
    struct cg_script script;
    char text[4096];
    snprintf(text, sizeof(text), "%s%s", SCRIPT_DESK, more);
    assert_int_equal(cg_script_read_text("t.session", cg_slice_str(text),
                                         sessions_mistake, NULL, &script),
                     0);
    write_beside("gate.cfg", script.config_text);
    write_beside("instruments", script.instruments_text);
    cg_script_deinit(&script);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/creditgate-told-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(config_path, sizeof(config_path), "%s/gate.cfg", folder);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"gate.cfg", "instruments", "rates.csv",
                                        "conventions.csv"};
    char path[128];
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void on_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    (void)user;
    snprintf(words, sizeof(words), "%s:%d: %s; %s", file, line, wrong, remedy);
}

static bool on_trouble(void *user,
                       unsigned kind,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    (void)user;
    (void)kind;
    (void)file;
    (void)offset;
    (void)text;
    return true;
}

static void on_print(void *user, const char *text)
{
    (void)user;
    print_error("%s", text);
}

static int
record_logs(const char *const *logs, size_t count, bool anonymised, char **text)
{
    size_t text_len = 0;
    const struct cg_session_record_options options = {
        .config = config_path,
        .logs = logs,
        .log_count = count,
        .anonymised = anonymised,
        .report = on_mistake,
        .trouble = on_trouble,
        .print = on_print,
    };
    *text = NULL;
    words[0] = '\0';
    return cg_session_record(&options, error, sizeof(error), text, &text_len);
}

/* A line of a log, a message with this body; '|' for SOH.  Its length. */
static size_t put_line(char *log, const char *body)
{
    unsigned sum = 0;
    int time = sprintf(log, "20270115-08:00:00.000 : ");
    int len = sprintf(log + time, "8=FIX.4.4|9=%zu|%s", strlen(body), body);
    for (int i = 0; i < len; i++) {
        char *at = log + time + i;
        *at = *at == '|' ? '\001' : *at;
        sum += (unsigned char)*at;
    }
    return (size_t)(time + len +
                    sprintf(log + time + len, "10=%03u\001\n", sum % 256));
}

#define HEAD(type, seq)                                                        \
    "35=" type "|49=C|56=GATE|34=" seq "|52=20270115-08:00:00.000|"
#define ORDER "1=ACME|55=X|54=1|38=10000000|40=2|44=4|60=20270115-08:00:00.000|"

/* Records the log of messages with these bodies; the session. */
static int record_all(const char *const *bodies,
                      size_t count,
                      bool anonymised,
                      char **text)
{
    char log[8192];
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        assert_true(len + strlen(bodies[i]) + 64 < sizeof(log));
        len += put_line(log + len, bodies[i]);
    }
    const char *path = recorder_write_text(0, log, len);
    return record_logs(&path, 1, anonymised, text);
}

/* Records the log of an order with |fields|, '|' for SOH; the session. */
static int record(const char *fields, bool anonymised, char **text)
{
    char body[2048];
    const char *const bodies[] = {body};
    snprintf(body, sizeof(body), HEAD("D", "2") "11=A1|" ORDER "%s", fields);
    return record_all(bodies, 1, anonymised, text);
}

/* --- values --------------------------------------------------------------- */

/* What a session would read as something else; with other names all can be
 * said. */
static void test_session_record_values_told(void **state)
{
    static const struct {
        const char *value;
        bool sayable;
    } values[] = {
        {"two words", true}, {"$x", false},      {"$1", true},
        {"$", true},         {"$Z", false},      {"@", false},
        {"@+5", false},      {"@-5", false},     {"@x", true},
        {"a ${b}", false},   {"a $b", true},     {"a$", true},
        {"a ", false},       {"x 11=5", false},  {"x 11~5", false},
        {"x 11", true},      {"x 11:5", true},   {"x !44", false},
        {"x !44y", true},    {"x !44 y", false}, {"x !", true},
        {"x ...", false},    {"x ..", true},     {"a\tb", false},
        {"a\x7f", false},    {"\xc3\xa4", true}, {"\xff", false},
        {"", true},
    };
    (void)state;
    write_config("");
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char field[64];
        char fields[72];
        char *text;
        snprintf(field, sizeof(field), "58=%s", values[i].value);
        snprintf(fields, sizeof(fields), "%s|", field);
        int status = record(fields, false, &text);
        if (status != (values[i].sayable ? 0 : CG_ERR_CONFIG)) {
            fail_msg("'%s': %d %s", values[i].value, status, error);
        }
        if (values[i].sayable) {
            assert_non_null(strstr(text, field));
        } else {
            assert_non_null(strstr(error, "client > D: a session has no way to "
                                          "write it: field 58 begins with"));
            assert_non_null(strstr(error, "or try --anonymise"));
        }
        free(text);
        assert_int_equal(record(fields, true, &text), 0);
        assert_true(values[i].value[0] == '\0' || strstr(text, field) == NULL);
        free(text);
    }
}

/* Data may hold what ends a field: with other names it is as long, and says
 * nothing; a length that is not its own is no such one. */
static void test_session_record_data_hidden(void **state)
{
    static const char *const fields[] = {
        "354=5|355=qz|wx|58=Zend|", "354=2|355=qz|58=Zend|",
        "354=9|355=qz|58=Zend|",    "354=x|355=qz|58=Zend|",
        "354=2|58=Zend|",           "354=0|355=|58=Zend|",
    };
    (void)state;
    write_config("");
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        char *text;
        int status = record(fields[i], true, &text);
        if (status == 0) {
            assert_null(strstr(text, "qz"));
            assert_null(strstr(text, "Zend"));
        } else {
            assert_int_equal(status, CG_ERR_CONFIG);
            assert_non_null(strstr(error, "a session has no way to write it"));
        }
        free(text);
    }
}

/* Codes of a list, flags, dates and prices: what is one stays, or is changed as
 * a price is; what is none is hidden. */
static void test_session_record_kinds_hidden(void **state)
{
    static const struct {
        const char *field;
        const char *hidden; /* a part of what is written; NULL: the same */
    } rows[] = {
        {"18=1 G", NULL},    {"18=1G", "18="},      {"114=Y", NULL},
        {"114=X1", "114="},  {"64=20270117", NULL}, {"64=soon", "64="},
        {"99=0.500", "99="}, {"99=-007.25", "99="}, {"99=0", "99=0"},
        {"59=0", NULL},      {"59=abc", "59="},     {"15=USD", NULL},
    };
    (void)state;
    write_config("");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char fields[64];
        char *text;
        snprintf(fields, sizeof(fields), "%s|", rows[i].field);
        assert_int_equal(record(fields, true, &text), 0);
        const char *part = rows[i].hidden != NULL ? rows[i].hidden
                                                  : rows[i].field;
        if (strstr(text, part) == NULL) {
            fail_msg("%s: no %s in %s", rows[i].field, part, text);
        }
        free(text);
    }
}

/* --- configurations ------------------------------------------------------- */

/* A session has no quotes, and its steps begin with names of sessions. */
static void test_session_record_configurations_told(void **state)
{
    static const char *const names[] = {"gate",  "quiet", "limit", "a b",
                                        "@home", "#1",    "*",     "[x"};
    char more[256];
    char *text;
    (void)state;
    write_config("");
    write_beside("instruments", "instrument,currency,dv01_per_million\n"
                                "X,USD,904\n\"A,B\",USD,1\n");
    assert_int_equal(record("58=x|", false, &text), CG_ERR_CONFIG);
    assert_non_null(strstr(error, "instruments:3: 'A,B' has a comma, and a "
                                  "session has no quotes: rename the "
                                  "instrument"));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(more, sizeof(more),
                 "[SESSION]\nName=%s\nRole=client\nBeginString=FIX.4.4\n"
                 "TargetCompID=OTHER\nAccounts=ACME\n",
                 names[i]);
        write_config(more);
        assert_int_equal(record("58=x|", false, &text), CG_ERR_CONFIG);
        snprintf(more, sizeof(more),
                 "a step of a session cannot begin with %s: give that session "
                 "another Name=",
                 names[i]);
        assert_string_equal(words, "");
        if (strstr(error, more) == NULL) {
            fail_msg("%s: %s", names[i], error);
        }
        assert_int_equal(record("58=x|", true, &text), 0);
        free(text);
    }
    unlink(config_path);
    assert_int_equal(record("58=x|", false, &text), CG_ERR_CONFIG);
    assert_non_null(strstr(words, "gate.cfg"));
    assert_string_equal(error, "");
}

/* A desk that needs more than a session has, or says it otherwise: no
 * [DEFAULT], a name of its own, lists with blanks, keys of the FIX engine. */
#define OTHER_DESK                                                             \
    "[GATE]\nName=BANK\nJournal=j\nInstruments=instruments\nMaxOrders=16\n"    \
    "MaxRequests=64\nTradingDayEnd=never\n"                                    \
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"               \
    "SenderCompID=GATE\nTargetCompID=C\nAccounts=ACME\n"                       \
    "ConnectionType=acceptor\nSocketAcceptPort=0\nLogonTag=553=secret\n"       \
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"                 \
    "SenderCompID=GATE\nTargetCompID=V\n"                                      \
    "ConnectionType=acceptor\nSocketAcceptPort=0\n"                            \
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=F\nContact=Ann\n"                   \
    "CCPs=LCH , CME ,EUREX\n"                                                  \
    "[LIMIT]\nRiskLimitID=L\nAccount=ACME\nCurrency=USD\nModel=push\n"         \
    "Amount=100000\n"

static void test_session_record_other_desk_hidden(void **state)
{
    char *text;
    (void)state;
    write_beside("gate.cfg", OTHER_DESK);
    write_beside("instruments", "instrument,currency,dv01_per_million\n"
                                "X,USD,904\n");
    assert_int_equal(record("58=x|", false, &text), 0);
    assert_non_null(strstr(text, "Name=BANK\n"));
    assert_non_null(strstr(text, "[DEFAULT]\nConnectionType=acceptor\n"));
    assert_non_null(strstr(text, "CCPs=LCH , CME ,EUREX"));
    assert_null(strstr(text, "secret"));
    free(text);
    assert_int_equal(record("58=x|", true, &text), 0);
    assert_non_null(strstr(text, "Name=GATE\n"));
    assert_non_null(strstr(text, "CCPs=CCP1,CCP2,CCP3\n"));
    assert_non_null(strstr(text, "Contact=contact 1\n"));
    assert_null(strstr(text, "BANK"));
    assert_null(strstr(text, "secret"));
    free(text);
    /* Its [DEFAULT] has nothing that a session needs. */
    write_beside("gate.cfg", OTHER_DESK "[DEFAULT]\nHeartBtInt=20\n");
    assert_int_equal(record("58=x|", false, &text), 0);
    assert_non_null(strstr(text, "[DEFAULT]\nConnectionType=acceptor\n"));
    assert_null(strstr(text, "HeartBtInt"));
    free(text);
}

/* Of many instruments those that somebody names: in the log by either id, or in
 * a limit; and what stands for others. */
static void test_session_record_many_instruments_few_told(void **state)
{
    static const char rates[] = "set,curve,tenor,rate_pct\n2027-01-15,USD_SOFR,"
                                "1Y,3.5\n2027-01-15,USD_SOFR,5Y,3.123456789\n";
    static const char *const bodies[] = {
        HEAD("D", "2") "11=A1|" ORDER,
        HEAD("D", "3") "11=A2|1=ACME|55=[N/A]|48=ID-7|22=4|54=1|38=1000000|"
                       "40=2|44=4|60=20270115-08:00:00.000|",
    };
    static const struct {
        const char *row;
        bool told;
    } rows[] = {
        {"instrument X,USD,904,", true},
        {"instrument I7,USD,904,", true},
        {"instrument I8,USD,904,", true},
        {"instrument I9,USD,904,", false},
        {"instrument S*,,,USD_SOFR,*,", true},
        {"instrument IRS,,,USD_SOFR,dates,", true},
    };
    char table[16384];
    char *text;
    int len = snprintf(table, sizeof(table),
                       "instrument,currency,dv01_per_million,convention,swap,"
                       "security_id\nX,USD,904,,,\nS*,,,USD_SOFR,*,\n"
                       "IRS,,,USD_SOFR,dates,\n");
    (void)state;
    for (int i = 1; i <= 220; i++) {
        len += snprintf(table + len, sizeof(table) - (size_t)len,
                        "I%d,USD,904,,,ID-%d\n", i, i);
    }
    write_beside("gate.cfg",
                 OTHER_DESK "[LIMIT]\nRiskLimitID=L8\nAccount=ACME\n"
                            "Currency=USD\nModel=push\nAmount=1\n"
                            "Instrument=I8\n[RATES]\nParRates=rates.csv\n");
    write_beside("instruments", table);
    write_beside("rates.csv", rates);
    assert_int_equal(record_all(bodies, 2, false, &text), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((strstr(text, rows[i].row) != NULL) != rows[i].told) {
            fail_msg("%s", rows[i].row);
        }
    }
    assert_non_null(strstr(text, "\nrate USD_SOFR 1Y 3.5\n"));
    assert_non_null(strstr(text, "\nrate USD_SOFR 5Y 3.123456789\n"));
    assert_non_null(strstr(text, "\n[RATES]\n"));
    free(text);
}

/* Kinds of swap of one's own are in no session: what it lacks is told. */
static void test_session_record_own_conventions_told(void **state)
{
    char *text;
    (void)state;
    write_beside("gate.cfg", OTHER_DESK "[RATES]\nParRates=rates.csv\n"
                                        "Conventions=conventions.csv\n");
    write_beside("instruments", "instrument,currency,dv01_per_million,"
                                "convention,swap\nS,,,OURS,5Y\n");
    write_beside("rates.csv", "set,curve,tenor,rate_pct\n"
                              "2027-01-15,OURS,1Y,3.5\n"
                              "2027-01-15,OURS,5Y,3.6\n");
    write_beside("conventions.csv",
                 "convention,type,currency,par_curve,discount_convention,"
                 "fixed_frequency,fixed_daycount,float_index,float_frequency,"
                 "float_daycount,calendar,business_day_adjustment,"
                 "end_of_month_rule,spot_lag_days,payment_lag_days\n"
                 "OURS,OIS,USD,OURS,,annual,ACT/360,SOFR,annual,ACT/360,USGS,"
                 "modified_following,yes,2,2\n");
    assert_int_equal(record("58=x|", false, &text), CG_ERR_CONFIG);
    assert_non_null(strstr(error, "a session has not all that "));
    assert_non_null(strstr(error, "such as conventions of its own: see above"));
    assert_non_null(strstr(words, "OURS"));
}

/* --- messages --------------------------------------------------------------
 */

/* Whole messages that a session cannot say, or says in a way of its own. */
static void test_session_record_messages_told(void **state)
{
    static const struct {
        const char *body;
        const char *said; /* in the session, or in the error */
        bool sayable;
    } rows[] = {
        {HEAD("D", "2") "011=A1|" ORDER, "it is not made of fields", false},
        {HEAD("D", "2") "11=A1|" ORDER "50=DESK|", "behind others", false},
        {HEAD("D", "2") "50=DESK|11=A1|" ORDER, "client > D 50=DESK 11=A1",
         true},
        {HEAD("TOOLONGTYPE", "2") "11=A1|" ORDER, "more than 7 bytes", false},
        {HEAD("UX", "2") "58=x|", "client > UX 34=2 58=x", true},
        {HEAD("D", "2") "43=Y|122=20270115-07:59:00.000|11=A1|" ORDER,
         "43=Y 122=@-1m", true},
        {HEAD("D", "2") "11=A1|" ORDER "432=20270116-08:00:00.000|", "432=@+1d",
         true},
        {HEAD("D", "2") "11=A1|" ORDER "432=20270116-08:00:00.001|",
         "432=20270116-08:00:00.001", true},
        {HEAD("D", "2") "11=A1|" ORDER "432=20270114-07:59:59.999|",
         "432=20270114-07:59:59.999", true},
        {HEAD("D", "2") "11=A1|" ORDER "126=20270115-08:00:60.000|",
         "126=20270115-08:00:60.000", true},
        {HEAD("D", "2") "11=A1|" ORDER "126=20270115-08:00:00.0000|",
         "126=20270115-08:00:00.0000", true},
    };
    (void)state;
    write_config("");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text;
        int status = record_all(&rows[i].body, 1, false, &text);
        const char *told = rows[i].sayable ? text : error;
        if (status != (rows[i].sayable ? 0 : CG_ERR_CONFIG) || told == NULL ||
            strstr(told, rows[i].said) == NULL) {
            fail_msg("row %zu: %d %s %s", i, status, error,
                     text != NULL ? text : "");
        }
        free(text);
    }
}

/* The title names each log, or how many there are. */
static void test_session_record_several_logs_titled(void **state)
{
    char log[1024];
    const char *logs[2];
    char title[256];
    char *text;
    (void)state;
    write_config("");
    logs[0] = recorder_write_text(0, log,
                                  put_line(log, HEAD("D", "2") "11=A1|" ORDER));
    logs[1] = recorder_write_text(1, log,
                                  put_line(log, HEAD("D", "3") "11=A2|" ORDER));
    assert_int_equal(record_logs(logs, 2, false, &text), 0);
    snprintf(title, sizeof(title), "# Recorded from %s, %s.\n",
             strrchr(logs[0], '/') + 1, strrchr(logs[1], '/') + 1);
    assert_non_null(strstr(text, title));
    assert_non_null(strstr(text, "# 2 messages to the gate, 2 from it."));
    free(text);
    assert_int_equal(record_logs(logs, 2, true, &text), 0);
    assert_non_null(strstr(text, "# Recorded from 2 logs, with other names."));
    free(text);
}

/* More than a session can have: how much is told, not kept. */
static void test_session_record_too_many_steps_told(void **state)
{
    enum { MANY = 5001 }; /* each is heard and refused */
    char *log = malloc((size_t)MANY * 256);
    size_t len = 0;
    char *text;
    (void)state;
    assert_non_null(log);
    write_config("");
    for (int i = 0; i < MANY; i++) {
        char body[256];
        snprintf(body, sizeof(body),
                 "35=D|49=C|56=GATE|34=%d|52=20270115-08:00:00.000|11=A%d|"
                 "1=ACME|55=UNKNOWN|54=1|38=1|40=2|44=4|60=20270115-08:00:00|",
                 i + 2, i);
        len += put_line(log + len, body);
    }
    const char *path = recorder_write_text(0, log, len);
    free(log);
    assert_int_equal(record_logs(&path, 1, false, &text), CG_ERR_FULL);
    assert_non_null(strstr(error, "steps, and a session has 10000 at the "
                                  "most"));
    assert_null(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_record_values_told),
        cmocka_unit_test(test_session_record_data_hidden),
        cmocka_unit_test(test_session_record_kinds_hidden),
        cmocka_unit_test(test_session_record_configurations_told),
        cmocka_unit_test(test_session_record_other_desk_hidden),
        cmocka_unit_test(test_session_record_many_instruments_few_told),
        cmocka_unit_test(test_session_record_own_conventions_told),
        cmocka_unit_test(test_session_record_messages_told),
        cmocka_unit_test(test_session_record_several_logs_titled),
        cmocka_unit_test(test_session_record_too_many_steps_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
