/*
 * Logs: what comes out of each form, and several logs as one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "log_harness.h"

#define D1 "35=D|49=C|56=G|34=2|52=20260115-12:00:00.123|11=A1|"
#define D2 "35=D|49=C|56=G|34=3|52=20260115-12:00:01.5|11=A2|"

/* Whole messages one after the other: their times are their SendingTimes. */
static void test_log_reader_raw_is_read(void **state)
{
    struct log_text log = {0};

    (void)state;
    log_message(&log, D1);
    log_message(&log, D2);
    log_expect(log.data, log.len,
               "a 1768478400.123000000 0 8=FIX.4.4|9=51|" D1 "10=109|\n"
               "a 1768478401.500000000 73 8=FIX.4.4|9=49|" D2 "10=022|\n");
    log_text_deinit(&log);
}

/* QuickFIX's FileLog, with fractions of every length. */
static void test_log_reader_file_log_is_read(void **state)
{
    struct log_text log = {0};

    (void)state;
    log_text_format(&log, "20260115-12:00:00 : ");
    log_message(&log, D1);
    log_text_format(&log, "\n20260115-12:00:00.123456789 : ");
    log_message(&log, D2);
    log_text_format(&log, "\n");
    log_expect(log.data, log.len,
               "a 1768478400.000000000 20 8=FIX.4.4|9=51|" D1 "10=109|\n"
               "a 1768478400.123456789 124 8=FIX.4.4|9=49|" D2 "10=022|\n");
    log_text_deinit(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_reader_raw_is_read),
        cmocka_unit_test(test_log_reader_file_log_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
