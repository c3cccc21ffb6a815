/*
 * Damaged logs: each trouble is told by file and offset, and no message that is
 * whole is lost.
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
#include <time.h>

#include "log_harness.h"
#include "log_samples.h"

/* M1 without its last 33 bytes, and those of M2 behind its 40th. */
#define M1_CUT "8=FIX.4.4|9=51|35=D|49=C|56=G|34=2|52=20"
#define M2_REST "260115-12:00:01.5|11=A2|10=022|"

#define LINE(time, message) "20260115-12:00:" time " : " message "\n"
#define AT(second) "176847840" #second ".000000000"

/* The lines after a cut one are whole. */
static void test_log_cut_line_is_told(void **state)
{
    (void)state;
    log_expect_bars(LINE("02", M1_CUT) LINE("03", M2),
                    "a ! CUT 20: the message has no end: another one begins "
                    "61 bytes on\n"
                    "a 1768478403.000000000 81 " M2 "\n");
    log_expect_bars(M1_CUT M2, "a ! CUT 0: the message has no end: another one "
                               "begins 40 bytes on\na " T2 " 40 " M2 "\n");
    /* A time in the middle of a value that was cut off. */
    log_expect_bars("20260115-12:00:02 : " M1_CUT LINE("03", M2),
                    "a ! CUT 20: the message has no end: another one begins "
                    "60 bytes on\n"
                    "a 1768478403.000000000 80 " M2 "\n");
}

/* Cut at each byte, a message at the end is told once, at its beginning. */
static void test_log_cut_at_end_is_told(void **state)
{
    struct log_text log = {0}, line = {0};

    (void)state;
    log_text_bars(&log, M1 M2);
    for (size_t len = 74; len < 144; len++)
        log_expect(log.data, len,
                   "a " T1 " 0 " M1
                   "\na ! CUT 73: the file ends in the message\n");
    log_text_bars(&line, LINE("02", M1) LINE("03", M2));
    for (size_t len = 115; len < 185; len++)
        log_expect(line.data, len,
                   "a 1768478402.000000000 20 " M1
                   "\na ! CUT 114: the file ends in the message\n");
    log_text_deinit(&log);
    log_text_deinit(&line);
}

/* Text in the same way, up to where the last separator may be missing. */
static void test_log_cut_text_at_end_is_told(void **state)
{
    (void)state;
    for (size_t len = 74; len < 143; len++)
        log_expect(M1 M2, len,
                   "a " T1 " 0 " M1
                   "\na ! CUT 73: the file ends in the message\n");
    log_expect(M1 M2, 143, "a " T1 " 0 " M1 "\na " T2 " 73 " M2 "\n");
}

/* The time that stands right before a message is its own, not one in the
 * message that was cut off before it, whose end it runs into. */
static void test_log_time_behind_a_cut_message_is_the_next_one_s(void **state)
{
    (void)state;
    log_expect_bars("8=FIX.4.4|9=51|35=D|52=20260115-12:00:01." LINE("05", M2),
                    "a ! CUT 0: the message has no end: another one begins 61 "
                    "bytes on\na 1768478405.000000000 61 " M2 "\n");
    log_expect_bars("8=FIX.4.4|9=51|35=D|52=20260114-12:00:01.5" M2,
                    "a ! CUT 0: the message has no end: another one begins 42 "
                    "bytes on\na " T2 " 42 " M2 "\n");
    log_expect_bars("8=FIX.4.4|9=51|35=D|52=20260114-12:00:01|11=" M2,
                    "a ! CUT 0: the message has no end: another one begins 44 "
                    "bytes on\na " T2 " 44 " M2 "\n");
    log_expect("8=FIX.4.4|9=51|35=D|52=20260114-12:00:01|11=" M2, 44 + 71,
               "a ! CUT 0: the message has no end: another one begins 44 "
               "bytes on\na " T2 " 44 " M2 "\n");
    log_expect("8=FIX.4.4^A9=51^A35=D^A52=20260114-12:00:01^A11=" M2, 48 + 71,
               "a ! CUT 0: the message has no end: another one begins 48 "
               "bytes on\na " T2 " 48 " M2 "\n");
}

/* Two writers at once: the inner message is whole. */
static void test_log_interleaved_is_told(void **state)
{
    (void)state;
    log_expect_bars(LINE("02", M1_CUT M2 M2_REST) LINE("03", M2),
                    "a ! CUT 20: the message has no end: another one begins "
                    "40 bytes on\n"
                    "a " T2 " 60 " M2 "\n"
                    "a ! GARBAGE 131: 31 bytes are no part of a message\n"
                    "a 1768478403.000000000 183 " M2 "\n");
    log_expect_bars(LINE("02", M1_CUT LINE("04", M2)) LINE("05", M2),
                    "a ! CUT 20: the message has no end: another one begins "
                    "60 bytes on\n"
                    "a 1768478404.000000000 80 " M2 "\n"
                    "a 1768478405.000000000 173 " M2 "\n");
}

static void test_log_checksum_is_told(void **state)
{
    (void)state;
    log_expect_bars("8=FIX.4.4|9=20|35=0|49=C|56=G|34=4|10=134|" M2,
                    "a ! CHECKSUM 0: CheckSum(10) is 134, which is not the sum "
                    "of the message\na " T2 " 42 " M2 "\n");
    log_expect_bars("8=FIX.4.4|9=20|35=0|49=D|56=G|34=4|10=135|" M2,
                    "a ! CHECKSUM 0: CheckSum(10) is 135, which is not the sum "
                    "of the message\na " T2 " 42 " M2 "\n");
    /* Its length says where it ends, not what looks like an end in data. */
    log_expect_bars("8=FIX.4.4|9=46|35=B|52=20260115-12:00:02|95=10|96=a|10="
                    "001|b|10=147|" M2,
                    "a ! CHECKSUM 0: CheckSum(10) is 147, which is not the sum "
                    "of the message\na " T2 " 68 " M2 "\n");
    /* A bar in a value, in a log with bars. */
    log_expect("8=FIX.4.4|9=22|35=0|49=C|56=G|58=a|b|10=233|\n" M2, 45 + 71,
               "a ! CHECKSUM 0: CheckSum(10) is 233, which is not the sum "
               "of the message\na " T2 " 45 " M2 "\n");
    log_expect("8=FIX.4.4^A9=20^A35=0^A49=C^A56=G^A34=4^A10=134^A" M2, 49 + 71,
               "a ! CHECKSUM 0: CheckSum(10) is 134, which is not the sum "
               "of the message\na " T2 " 49 " M2 "\n");
}

static void test_log_length_is_told(void **state)
{
    (void)state;
    log_expect_bars("8=FIX.4.4|9=21|35=0|49=C|56=G|34=4|10=136|" M2,
                    "a ! LENGTH 0: BodyLength(9) is 21, but the body has 20 "
                    "bytes\na " T2 " 42 " M2 "\n");
    log_expect_bars("8=FIX.4.4|9=3|35=0|49=C|56=G|34=4|10=136|" M2,
                    "a ! LENGTH 0: BodyLength(9) is 3, but the body has 20 "
                    "bytes\na " T2 " 41 " M2 "\n");
    log_expect_bars("8=FIX.4.4|9=9999999999|35=0|34=4|10=136|" M2,
                    "a ! LENGTH 0: BodyLength(9) is 9999999999, but the body "
                    "has 10 bytes\na " T2 " 40 " M2 "\n");
    log_expect("8=FIX.4.4^A9=21^A35=0^A49=C^A56=G^A34=4^A10=136^A" M2, 49 + 71,
               "a ! LENGTH 0: BodyLength(9) is 21, but the body has 20 bytes\n"
               "a " T2 " 49 " M2 "\n");
    for (size_t i = 0; i < 4; i++) {
        static const char *const lengths[] = {"", "-1", "x", "99999999999"};
        struct log_text log = {0}, told = {0};
        log_text_format(&log, "8=FIX.4.4|9=%s|35=0|34=4|10=136|", lengths[i]);
        log_text_format(&told,
                        "a ! LENGTH 0: the message has no BodyLength(9) that "
                        "is a number, or no MsgType(35) behind it\na " T2
                        " %zu " M2 "\n",
                        log.len);
        log_text_format(&log, M2);
        log_expect(log.data, log.len, told.data);
        log_text_deinit(&log);
        log_text_deinit(&told);
    }
    /* No 9, and no 35. */
    log_expect_bars("8=FIX.4.4|35=0|10=136|8=FIX.4.4|9=5|34=4|10=136|" M2,
                    "a ! LENGTH 0: the message has no BodyLength(9) that is a "
                    "number, or no MsgType(35) behind it\n"
                    "a ! LENGTH 22: the message has no BodyLength(9) that is a "
                    "number, or no MsgType(35) behind it\n"
                    "a " T2 " 48 " M2 "\n");
}

static void test_log_garbage_is_told(void **state)
{
    (void)state;
    log_expect_bars(M1 "xyz" M2,
                    "a " T1 " 0 " M1
                    "\na ! GARBAGE 73: 3 bytes are no part of a message\n"
                    "a " T2 " 76 " M2 "\n");
    log_expect_bars(M1 "\n x yz \n" M2 "\nx",
                    "a " T1 " 0 " M1
                    "\na ! GARBAGE 75: 4 bytes are no part of a message\n"
                    "a " T2 " 81 " M2
                    "\na ! GARBAGE 153: 1 byte is no part of a message\n");
    /* The rest of a message whose beginning is in another file. */
    log_expect_bars(M2_REST "\n" M1,
                    "a ! GARBAGE 0: 31 bytes are no part of a message\n"
                    "a " T1 " 32 " M1 "\n");
    log_expect_bars(M2_REST M1,
                    "a ! GARBAGE 0: 31 bytes are no part of a message\n"
                    "a " T1 " 31 " M1 "\n");
    log_expect(M2_REST M1, 31 + 73,
               "a ! GARBAGE 0: 31 bytes are no part of a message\n"
               "a " T1 " 31 " M1 "\n");
    /* A message whose beginning is spoilt. */
    log_expect_bars(LINE("02", M1) "20260115-12:00:03 : 8=FIY.4.4|9=5|35=0|10="
                                   "163|\n" LINE("04", M2),
                    "a 1768478402.000000000 20 " M1
                    "\na ! GARBAGE 94: 46 bytes are no part of a message\n"
                    "a 1768478404.000000000 161 " M2 "\n");
}

/* Tags that end in 8 are none of a message's beginning. */
static void test_log_value_like_a_beginning_is_no_message(void **state)
{
    (void)state;
    log_expect_bars("8=FIX.4.4|9=37|35=B|52=20260115-12:00:02|58=FIX.4.4|10="
                    "000|" M2,
                    "a ! CHECKSUM 0: CheckSum(10) is 000, which is not the sum "
                    "of the message\na " T2 " 59 " M2 "\n");
    log_expect_bars(M1 "58=FIX.4.4|\n" M2,
                    "a " T1 " 0 " M1
                    "\na ! GARBAGE 73: 11 bytes are no part of a message\n"
                    "a " T2 " 85 " M2 "\n");
    log_expect_bars(M1 "58=FIX",
                    "a " T1 " 0 " M1
                    "\na ! GARBAGE 73: 6 bytes are no part of a message\n");
}

/* Four digits are no CheckSum, where the last separator may be missing. */
static void test_log_long_checksum_is_no_end(void **state)
{
    (void)state;
    log_expect("8=FIX.4.4|9=20|35=0|49=C|56=G|34=4|10=1355\n" M2, 43 + 71,
               "a ! CUT 0: the message has no end: another one begins 43 bytes "
               "on\na " T2 " 43 " M2 "\n");
}

/* What follows a damaged message on its line is the same as behind another. */
static void test_log_words_behind_damage_are_words(void **state)
{
    (void)state;
    log_expect_bars("[8=FIX.4.4|9=20|35=0|49=C|56=G|34=4|10=134|] 17 ms\n" M2,
                    "a ! CHECKSUM 1: CheckSum(10) is 134, which is not the sum "
                    "of the message\na " T2 " 51 " M2 "\n");
}

/* But a message behind a digit, where one was cut off, is one. */
static void test_log_message_behind_a_digit_is_read(void **state)
{
    (void)state;
    log_expect_bars("8=FIX.4.4|9=51|35=D|38=1" M2,
                    "a ! CUT 0: the message has no end: another one begins 24 "
                    "bytes on\na " T2 " 24 " M2 "\n");
    log_expect_bars("|11=A10" M2,
                    "a ! GARBAGE 0: 7 bytes are no part of a message\n"
                    "a " T2 " 7 " M2 "\n");
}

/* A message of the most bytes is read, and one more is too long; but never is
 * what follows lost. */
static void test_log_too_long_is_told(void **state)
{
    /* Of the body; the first makes a message of 100 bytes. */
    static const size_t lengths[] = {78, 79, 127, 4976, 1999973};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct log_text log = {0}, fields = {0};
        const char *path;
        struct log_reading reading = {
            .paths = &path, .count = 1, .message_max = 100};
        log_text_format(&fields, "35=0|58=");
        while (fields.len < lengths[i] - 1)
            log_text_format(&fields, "x");
        log_text_format(&fields, "|");
        log_message(&log, fields.data);
        log_text_bars(&log, M2);
        path = log_write("a", log.data, log.len);
        assert_int_equal(log_read(&reading), 0);
        assert_int_equal(reading.messages, i == 0 ? 2 : 1);
        assert_int_equal(reading.kinds[CG_LOG_TOO_LONG], i == 0 ? 0 : 1);
        assert_int_equal(reading.kinds[CG_LOG_NO_TIME], i == 0 ? 1 : 0);
        assert_int_equal(reading.troubles, 1);
        log_text_deinit(&log);
        log_text_deinit(&fields);
        log_text_deinit(&reading.told);
    }
}

static void test_log_no_time_is_told(void **state)
{
    (void)state;
    log_expect_bars(M3 M2 M3,
                    "a ! NO_TIME 0: the message has neither a time before it "
                    "nor a SendingTime(52)\na 0.000000000 0 " M3 "\n"
                    "a " T2 " 42 " M2 "\n"
                    "a ! NO_TIME 113: the message has neither a time before it "
                    "nor a SendingTime(52)\na " T2 " 113 " M3 "\n");
}

/* Where a time of the day should be there are NULs, as nothing was read yet. */
static void test_log_nuls_are_no_time(void **state)
{
    struct log_text log = {0};
    struct log_text message = {0};
    const char *path;
    struct log_reading reading = {.paths = &path, .count = 1};

    (void)state;
    log_text_add(&log, "20260115-\0\0\0\0\0\0\0\0 : ", 20);
    log_text_bars(&message, M2);
    for (int i = 0; i < 4;
         i++) /* so many that it looks like an ordinary line */
        log_text_add(&log, message.data, message.len);
    path = log_write("a", log.data, log.len);
    assert_int_equal(log_read(&reading), 0);
    assert_int_equal(reading.messages, 4);
    assert_non_null(strstr(reading.told.data, "a " T2 " 20 " M2 "\n"));
    log_text_deinit(&log);
    log_text_deinit(&message);
    log_text_deinit(&reading.told);
}

static void test_log_backwards_is_told(void **state)
{
    (void)state;
    log_expect_bars(LINE("05.25", M1) LINE("02", M2) LINE("05.25", M2),
                    "a 1768478405.250000000 23 " M1 "\n"
                    "a ! BACKWARDS 117: its time is 3.250000000 s before that "
                    "of the message before it\n"
                    "a 1768478405.250000000 117 " M2 "\n"
                    "a 1768478405.250000000 212 " M2 "\n");
}

#define FAR(message) "20620115-12:00:02 : " message "\n"
#define LATER(time, message) "20260116-09:00:" time " : " message "\n"
#define OF_FAR(at)                                                             \
    "a ! AHEAD " at ": its time is 1136073599.000000000 s after that of the "  \
    "message before it, or of what follows, which is not so late\n"

/* A time far ahead that what follows does not confirm counts as the one before;
 * what follows keeps its own. */
static void test_log_far_ahead_is_told(void **state)
{
    (void)state;
    log_expect_bars(LINE("03", M1) FAR(M2) LINE("04", M1) LINE("05", M2),
                    "a " AT(3) " 20 " M1 "\n" OF_FAR("114") "a " AT(
                        3) " 114 " M2 "\n"
                           "a " AT(4) " 206 " M1 "\n"
                                      "a " AT(5) " 300 " M2 "\n");
    /* By SendingTime(52), in text, and twice in a row. */
    log_expect_bars(LINE("03", M1) FAR(M2) FAR(M2) LINE("04", M1) LINE("05", M2)
                        LINE("05", M2),
                    "a " AT(3) " 20 " M1 "\n" OF_FAR("114") "a " AT(
                        3) " 114 " M2
                           "\n" OF_FAR("206") "a " AT(
                               3) " 206 " M2 "\n"
                                  "a " AT(4) " 298 " M1 "\n"
                                             "a " AT(5) " 392 " M2 "\n"
                                                        "a " AT(5) " 484 " M2
                                                                   "\n");
    /* The first one takes the time of what follows, the last one that before.
     */
    log_expect_bars(FAR(M2) LINE("03", M1) LINE("05", M2),
                    OF_FAR("20") "a " AT(3) " 20 " M2 "\n"
                                            "a " AT(3) " 112 " M1 "\n"
                                                       "a " AT(5) " 206 " M2
                                                                  "\n");
    log_expect_bars(LINE("03", M1) FAR(M2),
                    "a " AT(3) " 20 " M1
                               "\n" OF_FAR("114") "a " AT(3) " 114 " M2 "\n");
}

/* Time may go on by itself: a night, a weekend, a year, as long as what follows
 * is as late, or a last message is not more than 31 days later. */
static void test_log_later_is_no_damage(void **state)
{
    (void)state;
    log_expect_bars(LINE("03", M1) LATER("01", M2),
                    "a " AT(3) " 20 " M1 "\n"
                               "a 1768554001.000000000 114 " M2 "\n");
    log_expect_bars(LINE("03", M1) FAR(M1) FAR(M2),
                    "a " AT(3) " 20 " M1 "\n"
                               "a 2904552002.000000000 114 " M1 "\n"
                               "a 2904552002.000000000 208 " M2 "\n");
    /* One that is damaged backwards does not make it so. */
    log_expect_bars(
        LINE("03", M1) LATER("01", M2) LINE("01", M1) LATER("02", M2)
            LATER("03", M2),
        "a " AT(3) " 20 " M1 "\n"
                   "a 1768554001.000000000 114 " M2 "\n"
                   "a ! BACKWARDS 206: its time is 75600.000000000 s before "
                   "that of the message before it\n"
                   "a 1768554001.000000000 206 " M1 "\n"
                   "a 1768554002.000000000 300 " M2 "\n"
                   "a 1768554003.000000000 392 " M2 "\n");
    /* A minute is no jump. */
    log_expect_bars(
        LINE("03", M1) "20260115-12:01:03 : " M2 "\n" LINE("04", M1)
            LINE("05", M1),
        "a " AT(3) " 20 " M1 "\n"
                   "a 1768478463.000000000 114 " M2 "\n"
                   "a ! BACKWARDS 206: its time is 59.000000000 s before that "
                   "of the message before it\n"
                   "a 1768478463.000000000 206 " M1 "\n"
                   "a ! BACKWARDS 300: its time is 58.000000000 s before that "
                   "of the message before it\n"
                   "a 1768478463.000000000 300 " M1 "\n");
}

/* A log of events is one trouble; so is each run of its lines. */
static void test_log_events_are_one_trouble(void **state)
{
    struct log_text log = {0}, told = {0};

    (void)state;
    for (size_t i = 0; i < 5000; i++)
        log_text_format(&log,
                        "20260115-12:00:00.%03zu : Sent test request TEST\n",
                        i % 1000);
    log_text_format(&told,
                    "a ! GARBAGE 0: no message is in all %zu bytes of the "
                    "file\n",
                    log.len);
    log_expect(log.data, log.len, told.data);
    told.len = 0;
    log_text_format(&told,
                    "a ! GARBAGE 0: %zu bytes on 5000 lines are no part of a "
                    "message\n",
                    log.len - 1);
    log_text_format(&told, "a " T1 " %zu " M1 "\n", log.len);
    log_text_bars(&log, M1);
    log_expect(log.data, log.len, told.data);
    log_text_deinit(&log);
    log_text_deinit(&told);
}

/* Space that was set aside at a file's end, or lost in a crash. */
static void test_log_nuls_are_garbage(void **state)
{
    struct log_text log = {0};

    (void)state;
    log_text_bars(&log, M1);
    for (size_t i = 0; i < 100000; i++)
        log_text_add(&log, "\0", 1);
    log_expect(log.data, log.len,
               "a " T1 " 0 " M1
               "\na ! GARBAGE 73: 100000 bytes are no part of a message\n");
    log_text_bars(&log, M2);
    log_expect(log.data, log.len,
               "a " T1 " 0 " M1
               "\na ! GARBAGE 73: 100000 bytes are no part of a message\n"
               "a " T2 " 100073 " M2 "\n");
    log_text_deinit(&log);
}

/* Tags of any length are the gate's to judge. */
static void test_log_huge_tag_is_no_trouble(void **state)
{
    struct log_text log = {0}, told = {0};

    (void)state;
    log_message(&log, "35=0|52=20260115-12:00:02|"
                      "99999999999999999999999999999999999999=1|");
    log_text_format(&told, "a 1768478402.000000000 0 %s\n", log.data);
    for (size_t i = 0; i < told.len; i++)
        told.data[i] = told.data[i] == '\001' ? '|' : told.data[i];
    log_expect(log.data, log.len, told.data);
    log_text_deinit(&log);
    log_text_deinit(&told);
}

/* The first trouble that is not borne ends the reading, for good. */
static void test_log_reading_stops_when_told(void **state)
{
    struct log_text log = {0};
    const char *path;
    struct log_reading reading = {.paths = &path, .count = 1, .stop_after = 2};

    (void)state;
    log_text_bars(&log, M1 "x" M1 "y" M1 "z" M1);
    path = log_write("a", log.data, log.len);
    assert_int_equal(log_read(&reading), CG_ERR_CORRUPT);
    assert_int_equal(reading.messages, 2);
    assert_int_equal(reading.troubles, 2);
    log_text_deinit(&reading.told);
    log_text_deinit(&log);
}

/* What is no log, and what is none by mistake. */
static void test_log_other_files_are_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *error;
    } rows[] = {
        {"[GATE]\nName=GATE\nBeginString=FIX.4.4\n", 37,
         "is no FIX log: no message begins in it"},
        {"\x7f"
         "ELF\0\0\0\0",
         8, "is no FIX log: no message begins in it"},
        {"BZh91AY", 7,
         "is packed with bzip2; unpack it, or pack it with gzip or zstd"},
        {"\xfd"
         "7zXZ\0",
         6, "is packed with xz; unpack it, or pack it with gzip or zstd"},
        {"PK\3\4xxx", 7,
         "is packed with zip; unpack it, or pack it with gzip or zstd"},
        {"# a comment\nname = value\n", 25,
         "is no FIX log: no message begins in it"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *path = log_write("a", rows[i].bytes, rows[i].len);
        struct log_reading reading = {.paths = &path, .count = 1};
        assert_int_equal(log_read(&reading), CG_ERR_IO);
        assert_int_equal(strncmp(reading.error, path, strlen(path)), 0);
        assert_string_equal(reading.error + strlen(path) + 2, rows[i].error);
        log_text_deinit(&reading.told);
    }
}

/* Binary data of any size are refused at once; text is read to its end. */
static void test_log_large_other_files_are_refused(void **state)
{
    const size_t len = 3000000;
    char *bytes = malloc(len);
    const char *path;
    struct log_reading reading = {.paths = &path, .count = 1};
    struct log_reading again = {.paths = &path, .count = 1};

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 7919 >> 8);
    path = log_write("a", bytes, len);
    assert_int_equal(log_read(&reading), CG_ERR_IO);
    assert_non_null(strstr(reading.error, "is no FIX log: it is binary"));
    memset(bytes, 'x', len);
    path = log_write("a", bytes, len);
    assert_int_equal(log_read(&again), 0);
    assert_string_equal(
        again.told.data,
        "a ! GARBAGE 0: no message is in all 3000000 bytes of the file\n");
    log_text_deinit(&reading.told);
    log_text_deinit(&again.told);
    free(bytes);
}

static void test_log_missing_file_is_refused(void **state)
{
    static const char *const rows[][2] = {
        {"/nonexistent/a", "cannot be opened: No such file or directory"},
        {"/tmp", "is a directory; name the logs in it"},
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct log_reading reading = {.paths = &rows[i][0], .count = 1};
        assert_int_equal(log_read(&reading), CG_ERR_IO);
        assert_string_equal(reading.error + strlen(rows[i][0]) + 2, rows[i][1]);
        log_text_deinit(&reading.told);
    }
}

static void test_log_empty_file_is_told(void **state)
{
    (void)state;
    log_expect("", 0, "a ! FILE 0: the file is empty\n");
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* |what| over and over, up to |len| bytes: how long it takes to be read. */
static double time_of(const char *what, size_t len)
{
    struct log_text log = {0};
    const char *path;
    struct log_reading reading = {
        .paths = &path, .count = 1, .message_max = 65536, .only_bytes = true};
    double start;

    while (log.len < len)
        log_text_bars(&log, what);
    path = log_write("a", log.data, log.len);
    start = seconds();
    assert_int_equal(log_read(&reading), 0);
    start = seconds() - start;
    log_text_deinit(&log);
    log_text_deinit(&reading.told);
    return start;
}

/* Files made to have the reader look at their bytes again and again: they take
 * not much longer than any other that is not right. */
static void test_log_time_grows_with_bytes_only(void **state)
{
    static const char *const rows[] = {
        "8=FIX",
        "8=FIX.4.4|9=65000|35=",
        "8=FIX.4.4|9=65000|35=0|10=000|",
        "8=FIX.4.4|9=60000|35=A|10=00",
        "8=FIX.4.4^A9=60000^A35=A^A10=000^A",
        /* Where these end there is the end of another one. */
        "8=FIX.4.4^A9=60005^A35=A^A10=000^A",
        "8=FIX.4.4|9=60005|35=A|10=000|",
        "10=000|",
        "20260115-12:00:00 : ",
        "=",
        "\n",
        "#",
        "9",
    };
    double usual = time_of("8=FIX.4.4|", 1000000);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double time = time_of(rows[i], 1000000);
        if (getenv("LOG_TIMES") != NULL)
            print_message("%-36s %.3f s, usual is %.3f s\n", rows[i], time,
                          usual);
        assert_true(time < 20 * usual + 0.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_cut_line_is_told),
        cmocka_unit_test(test_log_cut_at_end_is_told),
        cmocka_unit_test(test_log_cut_text_at_end_is_told),
        cmocka_unit_test(test_log_time_behind_a_cut_message_is_the_next_one_s),
        cmocka_unit_test(test_log_interleaved_is_told),
        cmocka_unit_test(test_log_checksum_is_told),
        cmocka_unit_test(test_log_length_is_told),
        cmocka_unit_test(test_log_garbage_is_told),
        cmocka_unit_test(test_log_value_like_a_beginning_is_no_message),
        cmocka_unit_test(test_log_long_checksum_is_no_end),
        cmocka_unit_test(test_log_words_behind_damage_are_words),
        cmocka_unit_test(test_log_message_behind_a_digit_is_read),
        cmocka_unit_test(test_log_too_long_is_told),
        cmocka_unit_test(test_log_no_time_is_told),
        cmocka_unit_test(test_log_nuls_are_no_time),
        cmocka_unit_test(test_log_backwards_is_told),
        cmocka_unit_test(test_log_far_ahead_is_told),
        cmocka_unit_test(test_log_later_is_no_damage),
        cmocka_unit_test(test_log_events_are_one_trouble),
        cmocka_unit_test(test_log_nuls_are_garbage),
        cmocka_unit_test(test_log_huge_tag_is_no_trouble),
        cmocka_unit_test(test_log_reading_stops_when_told),
        cmocka_unit_test(test_log_other_files_are_refused),
        cmocka_unit_test(test_log_large_other_files_are_refused),
        cmocka_unit_test(test_log_missing_file_is_refused),
        cmocka_unit_test(test_log_empty_file_is_told),
        cmocka_unit_test(test_log_time_grows_with_bytes_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
