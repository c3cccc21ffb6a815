/*
 * Opening an engine from what is wrong in any way, and without memory: what is
 * said about it, and that nothing is left.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_new.h"
#include "test_fix8c_pair.h"

#include <fix8c/fix8c.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ACCEPTOR                                                               \
    "[SESSION]\nBeginString=FIX.4.4\nConnectionType=acceptor\n"                \
    "SenderCompID=ACC\nTargetCompID=INI\n"
#define INITIATOR                                                              \
    "[SESSION]\nBeginString=FIXT.1.1\nConnectionType=initiator\n"              \
    "SenderCompID=INI\nTargetCompID=ACC\n"

/* So many allocations there are at least of ours in the opening of an engine,
 * before QuickFIX's begin. */
#define SETTINGS_NEWS 40

static char error[512];

static void refused(const char *settings,
                    const struct fix8c_options *options,
                    const char *says)
{
    struct fix8c_engine *engine = NULL;
    assert_int_equal(
        fix8c_engine_open(settings, options, error, sizeof(error), &engine),
        FIX8C_ERR_SETTINGS);
    assert_null(engine);
    if (strstr(error, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error, says);
}

static void taken(const char *settings, const struct fix8c_options *options)
{
    struct fix8c_engine *engine = NULL;
    int result = fix8c_engine_open(settings, options, error, sizeof(error),
                                   &engine);
    if (result != 0)
        fail_msg("%d: %s", result, error);
    fix8c_engine_close(engine);
}

/* Every value that is none. */
static void test_open_values(void **state)
{
    static const struct {
        const char *settings;
        const char *says;
    } cases[] = {
        {"[SESSION]\nBeginString=FIX.4.4\nSenderCompID=\n",
         "ConnectionType is missing"},
        {"[SESSION]\nBeginString=\n", "BeginString is missing"},
        {ACCEPTOR "HeartBtMax=\n", "HeartBtMax= must be a number from 1"},
        {ACCEPTOR "HeartBtMax=9x\n", "HeartBtMax=9x must be"},
        {ACCEPTOR "HeartBtMax=0\n", "HeartBtMax=0 must be"},
        {ACCEPTOR "HeartBtMax=86401\n", "HeartBtMax=86401 must be"},
        {ACCEPTOR "GapQueueBytes=99999999999999999999\n",
         "GapQueueBytes=99999999999999999999 must be"},
        {ACCEPTOR "LogonTag=0=x\n", "LogonTag=0=x must be tag=value"},
        {ACCEPTOR "LogonTag=x=1\n", "LogonTag=x=1 must be tag=value"},
        {ACCEPTOR "NonStopSession=yes\n", "NonStopSession=yes must be Y or N"},
        {ACCEPTOR "[SESSION\n", "line 6: neither [section] nor key=value"},
        {ACCEPTOR "=x\n", "line 6: neither [section] nor key=value: =x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refused(cases[i].settings, NULL, cases[i].says);
    taken(ACCEPTOR "UseDataDictionary=y\nNonStopSession=n\n"
                   "StartTime=00:00:00\nEndTime=00:00:00\n",
          NULL);
    taken(ACCEPTOR "NonStopSession=N\nStartTime=00:00:00\n"
                   "EndTime=00:00:00\nHeartBtMax=86400\n",
          NULL);
    refused(ACCEPTOR "EndTime=00:00:00\n", NULL, "StartTime");
    taken(INITIATOR "HeartBtInt=7\nDefaultApplVerID=9\n", NULL);
    struct fix8c_engine *engine = NULL;
    assert_int_equal(fix8c_engine_open("", NULL, NULL, 0, &engine),
                     FIX8C_ERR_SETTINGS);
    assert_null(engine);
}

/* From a file, which may be empty, or none. */
static void test_open_files(void **state)
{
    char path[] = "/tmp/fix8c-settings-XXXXXX";
    struct fix8c_engine *engine = NULL;
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(
        fix8c_engine_open_file(path, NULL, error, sizeof(error), &engine),
        FIX8C_ERR_SETTINGS);
    assert_non_null(strstr(error, ": cannot be read, or is empty"));
    assert_int_equal(write(fd, ACCEPTOR, strlen(ACCEPTOR)), strlen(ACCEPTOR));
    assert_int_equal(close(fd), 0);
    assert_int_equal(
        fix8c_engine_open_file(path, NULL, error, sizeof(error), &engine), 0);
    assert_string_equal(fix8c_session_name(fix8c_engine_session(engine, 0)),
                        "FIX.4.4:ACC->INI");
    fix8c_engine_close(engine);
    assert_int_equal(unlink(path), 0);
}

static int created;

static void on_created(void *user, struct fix8c_session *session)
{
    assert_ptr_equal(user, &created);
    fix8c_session_set_user(session, &created);
    created++;
}

/* Each session is told once, when all of them are there. */
static void test_open_tells_each_session(void **state)
{
    const struct fix8c_callbacks callbacks = {.created = on_created};
    const struct fix8c_options options = {.callbacks = &callbacks,
                                          .user = &created};
    (void)state;
    created = 0;
    refused(ACCEPTOR ACCEPTOR, &options, "the session is there already");
    assert_int_equal(created, 0);
    taken(ACCEPTOR INITIATOR, &options);
    assert_int_equal(created, 2);
}

/* --- dictionaries -----------------------------------------------------------
 */

#define XML_FRONT                                                              \
    "<fix type='FIX' major='4' minor='4'><header>"                             \
    "<field name='BeginString' required='Y'/></header>"                        \
    "<trailer><field name='CheckSum' required='Y'/></trailer><messages>"
#define BEAT "<message name='Heartbeat' msgcat='admin' msgtype='0'></message>"
#define XML_END                                                                \
    "</messages><components/><fields>"                                         \
    "<field number='8' name='BeginString' type='STRING'/>"                     \
    "<field number='10' name='CheckSum' type='STRING'/></fields></fix>"

/* What is no dictionary is said, with its name; what is a poor one is taken. */
static void test_open_dictionaries(void **state)
{
    static const struct {
        const char *xml;
        const char *says; /* NULL: taken */
    } cases[] = {
        {XML_FRONT BEAT XML_END, NULL},
        {XML_FRONT "<message name='Order' msgcat='app' msgtype='D'/>" XML_END,
         NULL},
        {XML_FRONT "<message name='Order' msgcat='app' msgtype=\"D\">"
                   "<nonsense></message>" XML_END,
         NULL},
        {XML_FRONT "<!-- a comment <message name='x'> -->" BEAT XML_END, NULL},
        {XML_FRONT "<message name='Order' msgcat='app' msgtype='D'",
         "a <message> of the dictionary has no end"},
        {XML_FRONT "<message name='Order' msgcat='app' msgtype='D'>" XML_END,
         "<message> D has no end"},
        {XML_FRONT "<message name='Order' msgcat='app'>" XML_END,
         "<message>  has no end"},
        {XML_FRONT "<message name='Order' msgcat='app' msgtype=D>" XML_END,
         "<message>  has no end"},
        {XML_FRONT "<message name='Order' msgcat='app' msgtype='D>",
         "<message>  has no end"},
        {XML_FRONT BEAT XML_END "<!-- a comment without an end", NULL},
        {XML_FRONT XML_END, "dictionary FIX.4.4: "},
        {"no dictionary", "dictionary FIX.4.4: "},
        {"<fix>", "dictionary FIX.4.4: "},
        {"<header></header>", "dictionary FIX.4.4: "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct fix8c_dictionary list[] = {{"FIX.4.2", "not looked at"},
                                                {"FIX.4.4", cases[i].xml}};
        const struct fix8c_options options = {.dictionaries = list,
                                              .dictionaries_len = 2};
        if (cases[i].says == NULL)
            taken(ACCEPTOR, &options);
        else
            refused(ACCEPTOR, &options, cases[i].says);
    }
}

/* Whole bodies need both dictionaries of FIXT, and whole ones. */
static void test_open_whole_dictionaries(void **state)
{
    const struct fix8c_dictionary list[] = {
        {"FIXT.1.1", XML_FRONT BEAT XML_END}, {"FIX.4.4", "<no header>"}};
    const struct fix8c_options options = {.dictionaries = list,
                                          .dictionaries_len = 2};
    (void)state;
    refused(INITIATOR "ValidateBodies=Y\n", &options,
            "ValidateBodies=Y needs an AppDataDictionary");
    refused(ACCEPTOR "ValidateBodies=Y\n", &options, "dictionary FIX.4.4: ");
    taken(INITIATOR, &options);
    refused(ACCEPTOR "ValidateBodies=Y\nUseDataDictionary=N\n", &options,
            "ValidateBodies=Y needs a DataDictionary");
}

/* --- memory -----------------------------------------------------------------
 */

/* What the library makes of the settings takes memory: without it there is no
 * engine.  (From QuickFIX itself such an end of memory does not come back.) */
static void test_open_without_memory(void **state)
{
    struct fix8c_engine *engine = NULL;
    (void)state;
    for (long n = 1; n <= SETTINGS_NEWS; n++) {
        new_fails_at(n);
        int result = fix8c_engine_open(ACCEPTOR, NULL, error, sizeof(error),
                                       &engine);
        assert_true(new_failed());
        if (result != FIX8C_ERR_MEMORY)
            fail_msg("%ld: %d %s", n, result, error);
        assert_string_equal(error, "out of memory");
        assert_null(engine);
    }
    taken(ACCEPTOR, NULL);
}

/* Nor is anything found, told or sent without it; and all goes on after. */
static void test_open_calls_without_memory(void **state)
{
    char bytes[512];
    char text[128];
    struct pair p;
    (void)state;
    pair_open(&p, "FIX.4.4", "A-long-name-of-a-setting=7", NULL, NULL);
    size_t len = pair_message(
        "FIX.4.4", "35=A|34=1|49=INI|56=ACC-of-a-long-name|52=@T|", bytes);
    new_fails_at(1);
    assert_null(fix8c_engine_find(p.a.engine, bytes, len));
    assert_true(new_failed());
    new_fails_at(1);
    assert_null(fix8c_session_setting(p.a.session, "A-long-name-of-a-setting"));
    assert_true(new_failed());
    assert_string_equal(
        fix8c_session_setting(p.a.session, "A-long-name-of-a-setting"), "7");
    pair_connect(&p);
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    new_fails_at(1);
    assert_int_equal(
        fix8c_session_send(p.a.session, text, NULL, 0, "58=x\001", 5),
        FIX8C_ERR_MEMORY);
    assert_true(new_failed());
    new_fails_at(1);
    assert_int_equal(fix8c_session_logout(p.a.session, text), FIX8C_ERR_MEMORY);
    assert_true(new_failed());
    assert_true(fix8c_session_logged_on(p.a.session));
    assert_int_equal(pair_send(&p.a, "8", "37=1|"), 0);
    pair_pump(&p);
    assert_int_equal(p.i.app_len, 1);
    /* A message that there is no memory for ends its line. */
    len = pair_message("FIX.4.4", "35=1|34=2|49=INI|56=ACC|52=@T|112=T|",
                       bytes);
    new_fails_at(1);
    assert_int_equal(fix8c_session_receive(p.a.session, bytes, len),
                     FIX8C_ERR_MEMORY);
    assert_true(new_failed());
    assert_true(p.a.closed);
    assert_false(fix8c_session_attached(p.a.session));
    pair_break(&p);
    pair_connect(&p);
    assert_int_equal(p.a.logons, 2);
    pair_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_values),
        cmocka_unit_test(test_open_files),
        cmocka_unit_test(test_open_tells_each_session),
        cmocka_unit_test(test_open_dictionaries),
        cmocka_unit_test(test_open_whole_dictionaries),
        cmocka_unit_test(test_open_without_memory),
        cmocka_unit_test(test_open_calls_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
