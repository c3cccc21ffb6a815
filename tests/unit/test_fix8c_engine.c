/*
 * Opening engines: settings and their mistakes, dictionaries, finding sessions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test_fix8c_pair.h"
#include <creditgate/dictionary.h>

#define ACCEPTOR                                                               \
    "[SESSION]\nBeginString=FIX.4.4\nConnectionType=acceptor\n"                \
    "SenderCompID=ACC\nTargetCompID=INI\n"

static char error[256];

static struct fix8c_engine *open_text(const char *settings)
{
    struct fix8c_engine *engine = NULL;
    int result = fix8c_engine_open(settings, NULL, error, sizeof(error),
                                   &engine);
    if (result != 0)
        fail_msg("%s", error);
    return engine;
}

/* Every mistake is named, with its line or its session. */
static void test_engine_settings_mistakes_are_named(void **state)
{
    static const struct {
        const char *settings;
        const char *says;
    } cases[] = {
        {"", "no [SESSION]"},
        {"[DEFAULT]\nA=B\n", "no [SESSION]"},
        {"A=B\n" ACCEPTOR, "line 1"},
        {"[SESSIONS]\n", "line 1: [SESSIONS]"},
        {ACCEPTOR "nonsense\n", "line 6"},
        {"[SESSION]\nBeginString=FIX.4.4\nConnectionType=acceptor\n"
         "SenderCompID=ACC\n",
         "TargetCompID is missing"},
        {"[SESSION]\nBeginString=FIX.5.0\nConnectionType=acceptor\n"
         "SenderCompID=ACC\nTargetCompID=INI\n",
         "BeginString=FIX.5.0"},
        {"[SESSION]\nBeginString=FIX.4.4\nConnectionType=both\n"
         "SenderCompID=ACC\nTargetCompID=INI\n",
         "ConnectionType=both"},
        {ACCEPTOR ACCEPTOR, "[SESSION] 2 (FIX.4.4:ACC->INI)"},
        {ACCEPTOR "StartTime=noon\nEndTime=10:00:00\n", "ACC->INI"},
        {ACCEPTOR "HeartBtMax=soon\n", "HeartBtMax=soon"},
        {ACCEPTOR "LogonTag=x\n", "LogonTag=x"},
        {ACCEPTOR "DataDictionary=/nowhere/FIX44.xml\n", "/nowhere/FIX44.xml"},
        {ACCEPTOR "UseDataDictionary=maybe\n", "UseDataDictionary=maybe"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fix8c_engine *engine = NULL;
        assert_int_equal(fix8c_engine_open(cases[i].settings, NULL, error,
                                           sizeof(error), &engine),
                         FIX8C_ERR_SETTINGS);
        assert_null(engine);
        if (strstr(error, cases[i].says) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", error, cases[i].says);
    }
    struct fix8c_engine *engine = NULL;
    assert_int_equal(fix8c_engine_open_file("/nowhere/settings.cfg", NULL,
                                            error, sizeof(error), &engine),
                     FIX8C_ERR_SETTINGS);
    assert_non_null(strstr(error, "/nowhere/settings.cfg: No such file"));
}

/* Sessions come in the order of the settings, defaults go into all of them,
 * long lines and odd case are fine. */
static void test_engine_settings_are_kept(void **state)
{
    char settings[4096];
    char value[2000];
    (void)state;
    memset(value, 'x', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    snprintf(settings, sizeof(settings),
             "# comment\n[default]\nConnectionType=acceptor\n"
             "BeginString=FIX.4.2\nShared = one two \n\n"
             "[Session]\nSenderCompID=Z\nTargetCompID=Y\nShared=own\n"
             "[SESSION]\nsendercompid=A\nTargetCompID=B\nLong=%s\n",
             value);
    struct fix8c_engine *engine = open_text(settings);
    assert_int_equal(fix8c_engine_sessions(engine), 2);
    struct fix8c_session *first = fix8c_engine_session(engine, 0);
    struct fix8c_session *second = fix8c_engine_session(engine, 1);
    assert_null(fix8c_engine_session(engine, 2));
    assert_string_equal(fix8c_session_name(first), "FIX.4.2:Z->Y");
    assert_string_equal(fix8c_session_name(second), "FIX.4.2:A->B");
    assert_string_equal(fix8c_session_setting(first, "SHARED"), "own");
    assert_string_equal(fix8c_session_setting(second, "shared"), "one two");
    assert_string_equal(fix8c_session_setting(second, "Long"), value);
    assert_null(fix8c_session_setting(first, "Long"));
    assert_false(fix8c_session_initiator(first));
    assert_true(fix8c_session_enabled(first));
    assert_int_equal(fix8c_session_deadline(first), INT64_MAX);
    fix8c_session_set_user(first, settings);
    assert_ptr_equal(fix8c_session_user(first), settings);
    assert_null(fix8c_session_user(second));
    fix8c_engine_close(engine);
    fix8c_engine_close(NULL);
}

/* A Logon finds its session by version and CompIDs, and nothing else does. */
static void test_engine_find(void **state)
{
    static const struct {
        const char *begin;
        const char *text;
        int found; /* index, or -1 */
    } cases[] = {
        {"FIX.4.4", "35=A|34=1|49=INI|56=ACC|52=@T|", 0},
        {"FIX.4.4", "35=A|34=1|49=INJ|56=ACC|52=@T|", 1},
        {"FIX.4.2", "35=A|34=1|49=INI|56=ACC|52=@T|", -1},
        {"FIX.4.4", "35=A|34=1|49=ACC|56=INI|52=@T|", -1},
        {"FIX.4.4", "35=A|34=1|56=ACC|52=@T|", -1},
        {"FIX.4.4", "35=0|34=1|49=INI|56=ACC|52=@T|", -1},
        {"FIX.4.4", "35=A|34=1|49=OUT|56=ACC|52=@T|", -1},
    };
    char bytes[512];
    (void)state;
    struct fix8c_engine *engine = open_text(
        "[DEFAULT]\nBeginString=FIX.4.4\nSenderCompID=ACC\n"
        "[SESSION]\nConnectionType=acceptor\nTargetCompID=INI\n"
        "[SESSION]\nConnectionType=acceptor\nTargetCompID=INJ\n"
        "[SESSION]\nConnectionType=initiator\nTargetCompID=OUT\n");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t len = pair_message(cases[i].begin, cases[i].text, bytes);
        struct fix8c_session *found = fix8c_engine_find(engine, bytes, len);
        if (cases[i].found < 0)
            assert_null(found);
        else
            assert_ptr_equal(
                found, fix8c_engine_session(engine, (size_t)cases[i].found));
    }
    assert_null(fix8c_engine_find(engine, "8=", 2));
    fix8c_engine_close(engine);
}

/* Two engines in one process, with sessions of the same names the other way
 * round and even of the same name, do not disturb each other. */
static void test_engine_two_in_one_process(void **state)
{
    struct pair p;
    (void)state;
    struct fix8c_engine *other = open_text(ACCEPTOR);
    pair_open(&p, "FIX.4.4", "", NULL, NULL);
    fix8c_engine_close(other);
    pair_connect(&p);
    assert_int_equal(pair_send(&p.i, "D", "11=A1|"), 0);
    pair_pump(&p);
    assert_int_equal(p.a.app_len, 1);
    pair_close(&p);
}

static int take_line(void *user, const char *bytes, size_t len)
{
    char *last = user;
    if (len < 1024) {
        memcpy(last, bytes, len);
        last[len] = '\0';
    }
    return 0;
}

static void end_line(void *user)
{
    char *last = user;
    last[0] = '\0';
}

static int
feed_text(struct fix8c_session *session, const char *begin, const char *text)
{
    char bytes[2048];
    size_t len = pair_message(begin, text, bytes);
    return fix8c_session_receive(session, bytes, len);
}

static enum fix8c_verdict accept_all(void *user,
                                     struct fix8c_session *session,
                                     const struct fix8c_message *message,
                                     struct fix8c_refusal *refusal)
{
    (void)user;
    (void)session;
    (void)message;
    (void)refusal;
    return FIX8C_ACCEPT;
}

#define ORDER                                                                  \
    "49=INI|56=ACC|52=@T|11=A1|453=2|448=a|20001=b|448=c|9001=1|9002=z|"

/* Dictionaries from memory: unknown types are refused, bodies never are, even
 * where the dictionary demands fields or does not know a group. */
static void test_engine_dictionaries_from_memory(void **state)
{
    static const char *const begins[] = {"FIX.4.2", "FIX.4.4", "FIXT.1.1"};
    struct fix8c_dictionary list[] = {
        {"FIX.4.2", cg_fix_session_dictionary(CG_FIX42)},
        {"FIX.4.4", cg_fix_session_dictionary(CG_FIX44)},
        {"FIXT.1.1", cg_fix_transport_dictionary(CG_FIX50SP2)},
        {"FIX.5.0SP2", cg_fix_session_dictionary(CG_FIX50SP2)},
    };
    static const struct fix8c_callbacks callbacks = {.from_app = accept_all};
    struct fix8c_options options = {
        .callbacks = &callbacks, .dictionaries = list, .dictionaries_len = 4};
    (void)state;
    for (size_t v = 0; v < 3; v++) {
        struct fix8c_engine *engine = NULL;
        char settings[256];
        char last[1024] = "";
        snprintf(settings, sizeof(settings),
                 "[SESSION]\nBeginString=%s\nConnectionType=acceptor\n"
                 "SenderCompID=ACC\nTargetCompID=INI\n%s",
                 begins[v], v == 2 ? "DefaultApplVerID=9\n" : "");
        int result = fix8c_engine_open(settings, &options, error, sizeof(error),
                                       &engine);
        if (result != 0)
            fail_msg("%s", error);
        struct fix8c_session *session = fix8c_engine_session(engine, 0);
        struct fix8c_wire wire = {last, take_line, end_line};
        assert_int_equal(fix8c_session_attach(session, &wire), 0);
        assert_int_equal(
            feed_text(session, begins[v],
                      v == 2 ? "35=A|34=1|49=INI|56=ACC|52=@T|98=0|108=30|"
                               "1137=9|"
                             : "35=A|34=1|49=INI|56=ACC|52=@T|98=0|108=30|"),
            0);
        assert_non_null(strstr(last, "\00135=A\001"));
        assert_int_equal(feed_text(session, begins[v], "35=D|34=2|" ORDER), 0);
        assert_non_null(strstr(last, "\00135=A\001"));
        assert_int_equal(feed_text(session, begins[v], "35=!!|34=3|" ORDER), 0);
        assert_non_null(strstr(last, "\001373=11\001"));
        assert_int_equal(fix8c_session_next_target(session), 4);
        fix8c_engine_close(engine);
    }
}

/* A full dictionary from a file is cut down to its session part. */
static void test_engine_full_dictionary_file(void **state)
{
    char settings[512];
    char last[1024] = "";
    static const struct fix8c_callbacks callbacks = {.from_app = accept_all};
    struct fix8c_options options = {.callbacks = &callbacks};
    struct fix8c_engine *engine = NULL;
    const char *folder = getenv("FIXSPEC");
    (void)state;
    assert_non_null(folder);
    snprintf(settings, sizeof(settings),
             ACCEPTOR "DataDictionary=%s/FIX44.xml\n", folder);
    int result = fix8c_engine_open(settings, &options, error, sizeof(error),
                                   &engine);
    if (result != 0)
        fail_msg("%s", error);
    struct fix8c_session *session = fix8c_engine_session(engine, 0);
    struct fix8c_wire wire = {last, take_line, end_line};
    assert_int_equal(fix8c_session_attach(session, &wire), 0);
    assert_int_equal(feed_text(session, "FIX.4.4",
                               "35=A|34=1|49=INI|56=ACC|52=@T|98=0|108=30|"),
                     0);
    assert_int_equal(feed_text(session, "FIX.4.4", "35=D|34=2|" ORDER), 0);
    assert_non_null(strstr(last, "\00135=A\001"));
    assert_int_equal(
        feed_text(session, "FIX.4.4", "35=D|34=3|49=INI|56=ACC|11=A1|"), 0);
    /* 52 is required in the header: QuickFIX must have seen that. */
    assert_non_null(strstr(last, "\001371=52\001"));
    fix8c_engine_close(engine);
}

/* LogonTag fields are in our Logon. */
static void test_engine_logon_tags(void **state)
{
    struct pair p;
    (void)state;
    pair_open(&p, "FIX.4.4", "LogonTag=553=me\nLogonTag1=554=a=b", NULL, NULL);
    pair_connect(&p);
    assert_true(pair_has(pair_last_sent(&p.i, "A"), "553=me"));
    assert_true(pair_has(pair_last_sent(&p.i, "A"), "554=a=b"));
    assert_true(fix8c_session_logged_on(p.a.session));
    pair_close(&p);
}

/* Sessions with hours end by the clock, those without never do. */
static void test_engine_session_hours(void **state)
{
    (void)state;
    struct fix8c_engine *engine = open_text(
        ACCEPTOR "StartTime=00:00:00\nEndTime=00:00:00\n");
    assert_true(fix8c_session_enabled(fix8c_engine_session(engine, 0)));
    fix8c_engine_close(engine);
    engine = open_text(ACCEPTOR "NonStopSession=Y\nStartTime=00:00:00\n"
                                "EndTime=00:00:01\n");
    assert_true(fix8c_session_enabled(fix8c_engine_session(engine, 0)));
    fix8c_engine_close(engine);
}

/* Each error has words. */
static void test_engine_error_texts(void **state)
{
    (void)state;
    for (int e = FIX8C_ERR_FIELDS; e <= 0; e++) {
        assert_non_null(fix8c_error_text(e));
        assert_string_not_equal(fix8c_error_text(e), fix8c_error_text(1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engine_settings_mistakes_are_named),
        cmocka_unit_test(test_engine_settings_are_kept),
        cmocka_unit_test(test_engine_find),
        cmocka_unit_test(test_engine_two_in_one_process),
        cmocka_unit_test(test_engine_dictionaries_from_memory),
        cmocka_unit_test(test_engine_full_dictionary_file),
        cmocka_unit_test(test_engine_logon_tags),
        cmocka_unit_test(test_engine_session_hours),
        cmocka_unit_test(test_engine_error_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
