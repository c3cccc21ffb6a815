/*
 * Names for names: which values stay, what others become, and memory that runs
 * out at each allocation.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"
#include "mistake_told.h"
#include "script.h"
#include "script_text.h"
#include "session_record_hide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct cg_script desk;

static int set_up(void **state)
{
    static const char text[] = SCRIPT_DESK
        "[ACCOUNT]\nAccount=BETA\nClearingFirm=G\nContact=Ann\n"
        "CCPs=LCH,CME\n"
        "[LIMIT]\nRiskLimitID=L2\nAccount=BETA\nOwner=Owner\n"
        "CCP=LCH\nCurrency=USD\nModel=push\nAmount=1\n"
        "[SESSION]\nName=other\nRole=client\nBeginString=FIX.4.4\n"
        "TargetCompID=O\nSenderCompID=US\nAccounts=BETA\n";
    (void)state;
    return cg_script_read_text("t.session", cg_slice_str(text), mistake_print,
                               NULL, &desk);
}

static int tear_down(void **state)
{
    (void)state;
    cg_script_deinit(&desk);
    return 0;
}

/* --- one message ---------------------------------------------------------- */

static char bytes[2048];

/* The message of this body; '|' for SOH. */
static struct cg_replay_message message_of(const char *body)
{
    struct cg_log_message log = {.bytes = {bytes, 0}};
    struct cg_replay_message message;
    unsigned sum = 0;
    int len = snprintf(bytes, sizeof(bytes), "8=FIX.4.4|9=%zu|%s", strlen(body),
                       body);
    for (int i = 0; i < len; i++) {
        bytes[i] = bytes[i] == '|' ? '\001' : bytes[i];
        sum += (unsigned char)bytes[i];
    }
    len += snprintf(bytes + len, sizeof(bytes) - (size_t)len, "10=%03u\001",
                    sum % 256);
    log.bytes.len = (size_t)len;
    assert_true(cg_replay_message_read(&log, &message));
    message.session = 0;
    return message;
}

/* Its fields with other names, behind the header; '|' for SOH. */
static const char *hidden(struct cg_hide *hide, const char *fields)
{
    static char text[4096];
    char body[1024];
    snprintf(body, sizeof(body), "35=D|49=C|56=GATE|34=2|%s", fields);
    struct cg_replay_message message = message_of(body);
    assert_int_equal(cg_hide_message(hide, &message), 0);
    assert_true(message.bytes.len < sizeof(text));
    memcpy(text, message.bytes.data, message.bytes.len);
    text[message.bytes.len - strlen("10=000|")] = '\0';
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '\001' ? '|' : *at;
    }
    const char *at = strstr(text, "|34=2|");
    assert_non_null(at);
    return at + strlen("|34=2|");
}

/* What each field is with other names, one after the other. */
static void test_session_record_hide_fields(void **state)
{
    static const struct {
        const char *is;
        const char *hidden;
    } rows[] = {
        {"1=BETA|", "1=ACC2|"},
        {"11=A7|", "11=A1|"},
        {"11=other|", "11=client2|"}, /* one name, whatever it names */
        {"448=CME|", "448=CCP2|"},
        {"448=NONE|", "448=NONE|"},
        {"11=|", "11=|"},
        {"58=Ann|", "58=text|"},
        {"15=USD|55=X|", "15=USD|55=X|"},
        {"40=2|54=1|", "40=2|54=1|"},
        {"40=buy|", "40=X1|"},
        {"114=Y|114=N|", "114=Y|114=N|"},
        {"114=Q|", "114=X2|"},
        {"60=20270115-08:00:00|", "60=20270115-08:00:00|"},
        {"60=at noon|", "60=X3|"},
        {"18=1 G|", "18=1 G|"},
        {"18=1G|", "18=X4|"},
        {"38=10|", "38=10|"},
        {"38=ten|", "38=X5|"},
        /* Prices of a table of their own: 4.10 is 4.1. */
        {"44=4.10|44=4.1|44=4.2|", "44=1.01|44=1.01|44=1.02|"},
        {"44=-004.1|44=0|44=0.0|44=-0|", "44=-1.01|44=0|44=0|44=0|"},
        {"44=.5|44=0.5|", "44=1.03|44=1.04|"},
        {"44=much|", "44=X6|"},
        /* The gate's own ids, and its numbers in 2318 and 2322. */
        {"37=GATE-7|7350=GATE-T8|", "37=V1|7350=GATE-T8|"},
        {"2318=7|2322=8|", "2318=7|2322=8|"},
        {"2318=0|2318=x|", "2318=X7|2318=X8|"},
        {"9999=7|", "9999=X9|"},
        /* Data is as long; what only says that it is data is no such one. */
        {"354=3|355=a|b|", "354=3|355=xxx|"},
        {"354=9|355=ab|", "354=9|355=xx|"},
        {"354=2|", "354=2|"},
        /* What is no field stays none. */
        {"11=A7|rest", "11=A1|x|"},
    };
    struct cg_hide hide;
    size_t wrong = 0;
    (void)state;
    assert_int_equal(cg_hide_init(&hide, &desk.config), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *is = hidden(&hide, rows[i].is);
        if (strcmp(is, rows[i].hidden) != 0) {
            print_error("%s: %s, not %s\n", rows[i].is, is, rows[i].hidden);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    cg_hide_deinit(&hide);
}

/* What is too long for a name of the gate stays so, by a byte. */
static void test_session_record_hide_long_names(void **state)
{
    static char long_name[CG_NAME_MAX + 2];
    char fields[128];
    struct cg_hide hide;
    (void)state;
    assert_int_equal(cg_hide_init(&hide, &desk.config), 0);
    memset(long_name, 'n', CG_NAME_MAX);
    snprintf(fields, sizeof(fields), "11=%s|", long_name);
    assert_string_equal(hidden(&hide, fields), "11=A1|");
    long_name[CG_NAME_MAX] = 'n';
    snprintf(fields, sizeof(fields), "11=%s|", long_name);
    const char *is = hidden(&hide, fields);
    assert_int_equal(strlen(is), strlen(fields));
    assert_memory_equal(is, "11=A2xxxx", 9);
    cg_hide_deinit(&hide);
}

/* --- without memory --------------------------------------------------------
 */

static int hide_all(char *text, size_t len)
{
    static const char *const bodies[] = {
        "35=D|49=C|56=GATE|34=2|11=A7|1=BETA|44=4.1|448=CME|58=words|",
        "35=D|49=C|56=GATE|34=3|354=3|355=a|b|11=A8|44=4.2|",
    };
    struct cg_hide hide;
    FILE *out = fmemopen(text, len, "w");
    assert_non_null(out);
    int status = cg_hide_init(&hide, &desk.config);
    if (status == 0) {
        status = cg_hide_entry(&hide, "SESSION", "Name", "new", out);
    }
    if (status == 0) {
        status = cg_hide_entry(&hide, "ACCOUNT", "CCPs", "LCH , ICE ", out);
    }
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]) && status == 0;
         i++) {
        struct cg_replay_message message = message_of(bodies[i]);
        status = cg_hide_message(&hide, &message);
        if (status == 0) {
            fwrite(message.bytes.data, 1, message.bytes.len, out);
        }
    }
    cg_hide_deinit(&hide);
    fclose(out);
    return status;
}

static void test_session_record_hide_no_memory_told(void **state)
{
    char whole[1024] = "";
    char text[1024] = "";
    (void)state;
    assert_int_equal(hide_all(whole, sizeof(whole)), 0);
    assert_non_null(strstr(whole, "X1CCP1,CCP3"));
    for_good = false;
    for (long n = 1;; n++) {
        failures = 0;
        countdown = n;
        int status = hide_all(text, sizeof(text));
        countdown = -1;
        if (failures == 0) {
            assert_int_equal(status, 0);
            assert_string_equal(text, whole);
            assert_true(n > 20);
            return;
        }
        assert_int_equal(status, CG_ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_record_hide_fields),
        cmocka_unit_test(test_session_record_hide_long_names),
        cmocka_unit_test(test_session_record_hide_no_memory_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
