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
    char path[128];
    (void)state;
    snprintf(path, sizeof(path), "%s/instruments", folder);
    unlink(path);
    unlink(config_path);
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

/* Records the log of an order with |fields|, '|' for SOH; the session. */
static int record(const char *fields, bool anonymised, char **text)
{
    char body[2048];
    char whole[2200];
    char log[2300];
    unsigned sum = 0;
    int len = snprintf(body, sizeof(body),
                       "35=D|49=C|56=GATE|34=2|52=20270115-08:00:00.000|11=A1|"
                       "1=ACME|55=X|54=1|38=10000000|40=2|44=4|"
                       "60=20270115-08:00:00.000|%s",
                       fields);
    int total = snprintf(whole, sizeof(whole), "8=FIX.4.4|9=%d|%s", len, body);
    for (int i = 0; i < total; i++) {
        whole[i] = whole[i] == '|' ? '\001' : whole[i];
        sum += (unsigned char)whole[i];
    }
    len = snprintf(log, sizeof(log), "20270115-08:00:00.000 : %s10=%03u\001\n",
                   whole, sum % 256);
    const char *path = recorder_write_text(0, log, (size_t)len);
    size_t text_len = 0;
    const struct cg_session_record_options options = {
        .config = config_path,
        .logs = &path,
        .log_count = 1,
        .anonymised = anonymised,
        .report = on_mistake,
        .trouble = on_trouble,
        .print = on_print,
    };
    *text = NULL;
    words[0] = '\0';
    return cg_session_record(&options, error, sizeof(error), text, &text_len);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_record_values_told),
        cmocka_unit_test(test_session_record_data_hidden),
        cmocka_unit_test(test_session_record_kinds_hidden),
        cmocka_unit_test(test_session_record_configurations_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
