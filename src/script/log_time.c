/*
 * Times in logs.  Never reads past the given length, never wraps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_time.h"

#include <date.h>

#define DAY (86400 * CG_SECOND)

/* HH:MM:SS. */
#define CLOCK_LEN 8

/* "YYYYMMDD-HH:MM:SS": nothing shorter is a time. */
#define TIME_MIN 17

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static unsigned digit(char c)
{
    return (unsigned char)c - (unsigned)'0';
}

/* Two digits as a number; 100 or more when they are none. */
static inline unsigned two_digits(const char *text)
{
    unsigned tens = digit(text[0]);
    unsigned ones = digit(text[1]);

    return (tens > 9) | (ones > 9) ? 100 : tens * 10 + ones;
}

/* The length of the date at |text|, of which TIME_MIN bytes are there; 0 when
 * its form is none. */
static size_t date_len(const char *text)
{
    if (text[4] == '-' || text[4] == '/')
        return text[7] == text[4] ? 10 : 0;
    return is_digit(text[4]) ? 8 : 0;
}

static bool read_day(struct cg_log_day *day, const char *text, size_t len)
{
    size_t gap = len == 10 ? 1 : 0;
    unsigned century = two_digits(text);
    unsigned year = two_digits(text + 2);
    unsigned month = two_digits(text + 4 + gap);
    unsigned of_month = two_digits(text + 6 + 2 * gap);
    cg_date date;

    if (century > 99 || year > 99 || month > 99 || of_month > 99)
        return false;
    date = cg_date_of((int)(century * 100 + year), (int)month, (int)of_month);
    if (date == CG_DATE_NONE)
        return false;
    memcpy(day->text, text, len);
    day->len = len;
    day->start = date * DAY;
    return true;
}

/* Since midnight, or -1. */
static cg_time parse_clock(const char *text)
{
    unsigned hour = two_digits(text);
    unsigned minute = two_digits(text + 3);
    unsigned second = two_digits(text + 6);
    unsigned all = (hour * 60 + minute) * 60 + second;

    /* 60 is a leap second. */
    if ((hour > 23) | (minute > 59) | (second > 60) | (text[2] != ':') |
        (text[5] != ':'))
        return -1;
    return all * CG_SECOND;
}

/* The same, of a second that was read last. */
static inline cg_time read_clock(struct cg_log_day *day, const char *text)
{
    cg_time clock;

    if (day->has_clock && memcmp(text, day->clock_text, CLOCK_LEN) == 0)
        return day->clock;
    clock = parse_clock(text);
    if (clock >= 0) {
        memcpy(day->clock_text, text, CLOCK_LEN);
        day->clock = clock;
        day->has_clock = true;
    }
    return clock;
}

/* Adds the fraction at |at| to |time|, when there is one; returns its end. */
static size_t read_fraction(struct cg_slice text, size_t at, cg_time *time)
{
    static const int32_t units[10] = {1000000000, 100000000, 10000000, 1000000,
                                      100000,     10000,     1000,     100,
                                      10,         1};
    size_t most = text.len - at - 1 < 9 ? text.len - at - 1 : 9;
    uint32_t number = 0;
    size_t count = 0;
    unsigned next;

    if (at == text.len || (text.data[at] != '.' && text.data[at] != ','))
        return at;
    for (; count < most && (next = digit(text.data[at + 1 + count])) <= 9;
         count++)
        number = number * 10 + next;
    if (count == 0)
        return at;
    *time += (cg_time)number * units[count];
    at += 1 + count;
    while (at < text.len && digit(text.data[at]) <= 9)
        at++;
    return at;
}

/* Takes the zone at |at| off |time|, when there is one; returns its end. */
static size_t read_zone(struct cg_slice text, size_t at, cg_time *time)
{
    size_t colon, end;
    unsigned hours, minutes;
    cg_time offset;

    if (at < text.len && text.data[at] == 'Z')
        return at + 1;
    if (text.len - at < 5 || (text.data[at] != '+' && text.data[at] != '-'))
        return at;
    colon = text.data[at + 3] == ':' ? 1 : 0;
    end = at + 5 + colon;
    if (end > text.len)
        return at;
    hours = two_digits(text.data + at + 1);
    minutes = two_digits(text.data + at + 3 + colon);
    if (hours > 23 || minutes > 59 ||
        (end < text.len && is_digit(text.data[end])))
        return at;
    offset = (hours * 60 + minutes) * 60 * CG_SECOND;
    *time += text.data[at] == '+' ? -offset : offset;
    return end;
}

/* Whether |text| begins with the day that was read last. */
static inline bool is_day(const struct cg_log_day *day, const char *text)
{
    return day->len == 8 ? memcmp(text, day->text, 8) == 0
                         : day->len == 10 && memcmp(text, day->text, 10) == 0;
}

size_t
cg_log_time_read(struct cg_log_day *day, struct cg_slice text, cg_time *time)
{
    size_t len = day->len;
    cg_time clock;
    char divider;

    if (text.len < TIME_MIN)
        return 0;
    if (!is_day(day, text.data)) {
        len = date_len(text.data);
        if (len == 0 || !read_day(day, text.data, len))
            return 0;
    }
    if (text.len < len + 1 + CLOCK_LEN)
        return 0;
    divider = text.data[len];
    if (divider != '-' && divider != 'T' && divider != ' ' && divider != '_')
        return 0;
    clock = read_clock(day, text.data + len + 1);
    if (clock < 0)
        return 0;
    *time = day->start + clock;
    return read_zone(text, read_fraction(text, len + 1 + CLOCK_LEN, time),
                     time);
}

/* Whether a time begins at |at|. */
static bool is_time(struct cg_log_day *day,
                    struct cg_slice text,
                    size_t at,
                    cg_time *time,
                    struct cg_slice *where)
{
    where->data = text.data + at;
    where->len = text.len - at;
    where->len = is_digit(*where->data) ? cg_log_time_read(day, *where, time)
                                        : 0;
    return where->len != 0;
}

bool cg_log_time_find(struct cg_log_day *day,
                      struct cg_slice text,
                      bool last,
                      cg_time *time,
                      struct cg_slice *where)
{
    size_t count = text.len < TIME_MIN ? 0 : text.len - TIME_MIN + 1;

    for (size_t i = 0; i < count; i++) {
        if (is_time(day, text, last ? count - 1 - i : i, time, where))
            return true;
    }
    *where = (struct cg_slice){0};
    return false;
}
