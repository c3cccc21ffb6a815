/*
 * Logs: what comes out of each form.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "log_harness.h"
#include "log_samples.h"

/* |text| with |with| for each '|'; the caller frees it. */
static char *written(const char *text, const char *with)
{
    struct log_text out = {0};

    for (; *text != '\0'; text++)
        log_text_add(&out, *text == '|' ? with : text,
                     *text == '|' ? strlen(with) : 1);
    return out.data;
}

/* Whole messages one after the other: their times are their SendingTimes. */
static void test_log_raw_is_read(void **state)
{
    (void)state;
    log_expect_bars(M1 M2, "a " T1 " 0 " M1 "\na " T2 " 73 " M2 "\n");
    log_expect_bars(M1 "\n" M2 "\r\n\n",
                    "a " T1 " 0 " M1 "\na " T2 " 74 " M2 "\n");
}

/* QuickFIX's FileLog, with fractions of every length. */
static void test_log_file_log_is_read(void **state)
{
    (void)state;
    log_expect_bars("20260115-12:00:02 : " M1 "\n"
                    "20260115-12:00:02.003 : " M2 "\n"
                    "20260115-12:00:02.003004 : " M3 "\n"
                    "20260115-12:00:02.003004005 : " M1 "\n",
                    "a 1768478402.000000000 20 " M1 "\n"
                    "a 1768478402.003000000 118 " M2 "\n"
                    "a 1768478402.003004000 217 " M3 "\n"
                    "a 1768478402.003004005 290 " M1 "\n");
}

/* Other engines put nothing, "time: " or "YYYY/MM/DD time " before messages. */
static void test_log_of_other_engines_is_read(void **state)
{
    (void)state;
    log_expect_bars("20260115-12:00:02.003: " M1 "\n"
                    "2026/01/15 12:00:03.000004 " M1 "\n"
                    "<20260115-12:00:04, FIX.4.4:G->C, incoming> (" M1 ")\n",
                    "a 1768478402.003000000 23 " M1 "\n"
                    "a 1768478403.000004000 124 " M1 "\n"
                    "a 1768478404.000000000 243 " M1 "\n");
}

/* Every date, divider, fraction and zone that may stand before a message, the
 * time that it is, and words around it. */
static void test_log_times_before_messages_are_read(void **state)
{
    static const struct {
        const char *before;
        const char *time;
    } rows[] = {
        {"2026-01-15 12:00:02.5", "1768478402.500000000"},
        {"2026-01-15T12:00:02.5Z", "1768478402.500000000"},
        {"2026-01-15T12:00:02,5", "1768478402.500000000"},
        {"2026-01-15_12:00:02", "1768478402.000000000"},
        {"2026-01-15T14:00:02.5+02:00", "1768478402.500000000"},
        {"2026-01-15T09:30:02-0230", "1768478402.000000000"},
        {"20260115 12:00:02.123456789123", "1768478402.123456789"},
        {"[2026-01-15 12:00:02] INFO in <-", "1768478402.000000000"},
        {"host app[12]: 2026-01-15T12:00:02.5 x", "1768478402.500000000"},
        {"2026-01-15 12:00:02 of 2026-01-15 12:00:09", "1768478402.000000000"},
        {"20260115-12:00:60", "1768478460.000000000"},
        {"20240229-00:00:00", "1709164800.000000000"},
        {"2199-12-31 23:59:59.999999999", "7258118399.999999999"},
        /* None of these is a time, so SendingTime is. */
        {"words only", T1},
        {"20260230-12:00:00", T1},
        {"20260115-24:00:00", T1},
        {"20260115-12:60:00", T1},
        {"20260115-12:00:61", T1},
        {"2026-01/15 12:00:00", T1},
        {"12:00:00.123", T1},
        {"20260115-1200:00", T1},
        {"", T1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct log_text log = {0}, told = {0};
        log_text_format(&log, "%s ", rows[i].before);
        log_text_format(&told, "a %s %zu " M1 "\n", rows[i].time, log.len);
        log_text_bars(&log, M1 "\n");
        log_expect(log.data, log.len, told.data);
        log_text_deinit(&log);
        log_text_deinit(&told);
    }
}

/* Text in which something that can be seen stands for SOH. */
static void test_log_text_is_read(void **state)
{
    static const char *const separators[] = {
        "|", "^A", "\\x01", "\\001", "\\u0001", "<SOH>", "\001"};

    (void)state;
    for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++) {
        struct log_text log = {0}, told = {0};
        char *first = written(M1, separators[i]);
        char *second = written(M2, separators[i]);
        log_text_format(&log, "%s\n2026-01-15 12:00:09 recv: %s\n%s%s", first,
                        second, first, second);
        log_text_format(
            &told, "a " T1 " 0 " M1 "\na 1768478409.000000000 %zu " M2 "\n",
            strlen(first) + 27);
        log_expect(log.data, strlen(first) + 27 + strlen(second), told.data);
        /* One after the other on a line. */
        log_text_format(&told,
                        "a ! BACKWARDS %zu: its time is 8.877000000 s "
                        "before that of the message before it\n",
                        strlen(first) + 28 + strlen(second));
        log_text_format(&told, "a 1768478409.000000000 %zu " M1 "\n",
                        strlen(first) + 28 + strlen(second));
        log_text_format(&told,
                        "a ! BACKWARDS %zu: its time is 7.500000000 s "
                        "before that of the message before it\n",
                        2 * strlen(first) + 28 + strlen(second));
        log_text_format(&told, "a 1768478409.000000000 %zu " M2 "\n",
                        2 * strlen(first) + 28 + strlen(second));
        log_expect(log.data, log.len, told.data);
        free(first);
        free(second);
        log_text_deinit(&log);
        log_text_deinit(&told);
    }
}

/* Logs cut the last separator off with the end of the line; and words follow.
 */
static void test_log_text_without_last_separator_is_read(void **state)
{
    static const char *const separators[] = {"|", "^A", "\\x01"};
    static const char *const ends[] = {"\n", "", ")\n", "\r\n", "\"}\n", " \n"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < sizeof ends / sizeof ends[0]; j++) {
            struct log_text log = {0};
            char *text = written(M1, separators[i]);
            text[strlen(text) - strlen(separators[i])] = '\0';
            log_text_format(&log, "{\"msg\":\"%s%s", text, ends[j]);
            log_expect(log.data, log.len, "a " T1 " 8 " M1 "\n");
            free(text);
            log_text_deinit(&log);
        }
    }
}

/* All forms in one file. */
static void test_log_forms_may_be_mixed(void **state)
{
    struct log_text log = {0};
    char *caret = written(M2, "^A");

    (void)state;
    log_text_format(&log, "20260115-12:00:02 : %s\n", M1);
    log_text_bars(&log, "2026-01-15 12:00:03 " M2);
    log_text_format(&log, "\n2026-01-15 12:00:04 %s\n", caret);
    log_text_bars(&log, "2026-01-15 12:00:05 : " M3 "20260115-12:00:06 : " M3);
    log_expect(log.data, log.len,
               "a 1768478402.000000000 20 " M1 "\n"
               "a 1768478403.000000000 114 " M2 "\n"
               "a 1768478404.000000000 206 " M2 "\n"
               "a 1768478405.000000000 309 " M3 "\n"
               "a 1768478406.000000000 371 " M3 "\n");
    free(caret);
    log_text_deinit(&log);
}

/* Data may hold all that ends or begins a message: BodyLength is believed. */
static void test_log_data_may_hold_a_message(void **state)
{
    struct log_text inner = {0}, fields = {0}, log = {0}, told = {0};

    (void)state;
    log_message(&inner, "35=0|52=20250101-00:00:00|58=10=000|");
    log_text_format(&fields, "35=B|52=20260115-12:00:02|95=%zu|96=%s|",
                    inner.len, inner.data);
    log_message(&log, fields.data);
    log_text_format(&told, "a 1768478402.000000000 0 ");
    log_text_add(&told, log.data, log.len);
    log_text_format(&told, "\na " T1 " %zu " M1 "\n", log.len);
    log_text_bars(&log, M1);
    for (size_t i = 0; i < told.len; i++)
        told.data[i] = told.data[i] == '\001' ? '|' : told.data[i];
    /* M1 is two seconds early. */
    {
        struct log_reading reading = {.count = 1};
        const char *path = log_write("a", log.data, log.len);
        reading.paths = &path;
        assert_int_equal(log_read(&reading), 0);
        assert_int_equal(reading.messages, 2);
        assert_int_equal(reading.kinds[CG_LOG_BACKWARDS], 1);
        assert_int_equal(reading.troubles, 1);
        assert_int_equal(strncmp(reading.told.data, told.data, log.len - 73),
                         0);
        log_text_deinit(&reading.told);
    }
    log_text_deinit(&inner);
    log_text_deinit(&fields);
    log_text_deinit(&log);
    log_text_deinit(&told);
}

/* A SendingTime in the data of the header is none of the message. */
static void test_log_sending_time_is_the_header_s(void **state)
{
    (void)state;
#define SECURE                                                                 \
    "8=FIX.4.4|9=59|35=n|90=23|91=x|52=20200101-00:00:00y|"                    \
    "52=20260115-12:00:03|10=168|"
#define XML                                                                    \
    "8=FIX.4.4|9=62|35=n|212=24|213=x|52=20200101-00:00:00yz|"                 \
    "52=20260115-12:00:03|10=117|"
    log_expect_bars(SECURE XML, "a 1768478403.000000000 0 " SECURE
                                "\na 1768478403.000000000 81 " XML "\n");
}

/* Lines that begin with '#' say something of the messages. */
static void test_log_comments_are_passed(void **state)
{
    (void)state;
    log_expect_bars("# 20260115-12:00:00 refuses order A1\n" M1 "\n"
                    "# the end\n# of it",
                    "a " T1 " 37 " M1 "\n");
    log_expect_bars("\xef\xbb\xbf# by an editor\n" M1 "\n",
                    "a " T1 " 18 " M1 "\n");
    log_expect_bars("\xef\xbb\xbf# by an editor\n", "");
    log_expect_bars("\xef\xbb\xbf" M1 "\n", "a " T1 " 3 " M1 "\n");
    log_expect_bars("# nothing\n\n", "");
    log_expect_bars("\n\n", "");
}

/* Only words around a message make what follows it on the line words. */
static void test_log_words_may_follow_words(void **state)
{
    (void)state;
    log_expect_bars("[" M1 "] 17 ms\n" M1 "\n",
                    "a " T1 " 1 " M1 "\na " T1 " 82 " M1 "\n");
    log_expect_bars("20260115-12:00:00.123 : " M1 "] 17 ms\n" M1 "\n",
                    "a " T1 " 24 " M1 "\n"
                    "a ! GARBAGE 97: 7 bytes are no part of a message\n"
                    "a " T1 " 105 " M1 "\n");
}

/* Each version's BeginString. */
static void test_log_versions_are_read(void **state)
{
#define V42 "8=FIX.4.2|9=26|35=0|52=20260115-12:00:02|10=208|"
#define VT11 "8=FIXT.1.1|9=26|35=0|52=20260115-12:00:02|10=032|"
    (void)state;
    log_expect_bars(V42 VT11, "a 1768478402.000000000 0 " V42
                              "\na 1768478402.000000000 48 " VT11 "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_raw_is_read),
        cmocka_unit_test(test_log_file_log_is_read),
        cmocka_unit_test(test_log_of_other_engines_is_read),
        cmocka_unit_test(test_log_times_before_messages_are_read),
        cmocka_unit_test(test_log_text_is_read),
        cmocka_unit_test(test_log_text_without_last_separator_is_read),
        cmocka_unit_test(test_log_forms_may_be_mixed),
        cmocka_unit_test(test_log_data_may_hold_a_message),
        cmocka_unit_test(test_log_sending_time_is_the_header_s),
        cmocka_unit_test(test_log_comments_are_passed),
        cmocka_unit_test(test_log_words_may_follow_words),
        cmocka_unit_test(test_log_versions_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
