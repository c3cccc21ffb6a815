/*
 * Values of FIX fields.  Never reads past the given length, never wraps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fix_value.h"

#define DAY_SECONDS 86400

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool cg_fix_int(struct cg_slice value, int64_t *out)
{
    bool negative = value.len > 0 && value.data[0] == '-';
    int64_t number = 0;

    if (value.len == (negative ? 1 : 0))
        return false;
    for (size_t i = negative ? 1 : 0; i < value.len; i++) {
        int digit = value.data[i] - '0';
        if (!is_digit(value.data[i]) ||
            __builtin_mul_overflow(number, 10, &number))
            return false;
        /* Downwards for a negative one: INT64_MIN has no positive twin. */
        if (__builtin_add_overflow(number, negative ? -digit : digit, &number))
            return false;
    }
    *out = number;
    return true;
}

bool cg_fix_char(struct cg_slice value, char *out)
{
    if (value.len != 1)
        return false;
    *out = value.data[0];
    return true;
}

bool cg_fix_bool(struct cg_slice value, bool *out)
{
    if (value.len != 1 || (value.data[0] != 'Y' && value.data[0] != 'N'))
        return false;
    *out = value.data[0] == 'Y';
    return true;
}

/* |count| digits as a number, or -1. */
static int digits(const char *text, size_t count)
{
    int number = 0;

    for (size_t i = 0; i < count; i++) {
        if (!is_digit(text[i]))
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Days from 1970-01-01; years begin in March, so that a leap day is last. */
static int64_t civil_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;
    int64_t in_year = (153 * m + 2) / 5 + day - 1;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + in_year -
           719468;
}

bool cg_fix_date(struct cg_slice value, int64_t *out)
{
    int year, month, day;

    if (value.len != 8)
        return false;
    year = digits(value.data, 4);
    month = digits(value.data + 4, 2);
    day = digits(value.data + 6, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 ||
        day > month_days(year, month))
        return false;
    *out = civil_days(year, month, day);
    return true;
}

/* HH:MM:SS, or -1. */
static int day_second(const char *text)
{
    int hour = digits(text, 2);
    int minute = digits(text + 3, 2);
    int second = digits(text + 6, 2);

    if (text[2] != ':' || text[5] != ':')
        return -1;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return -1;
    /* 60 is a leap second. */
    if (second < 0 || second > 60)
        return -1;
    return hour * 3600 + minute * 60 + second;
}

/* ".123" in nanoseconds, or -1. */
static int64_t fraction(struct cg_slice text)
{
    int64_t nanoseconds = 0;

    if (text.len == 0)
        return 0;
    if (text.len < 2 || text.len > 10 || text.data[0] != '.')
        return -1;
    for (size_t i = 1; i <= 9; i++) {
        nanoseconds *= 10;
        if (i >= text.len)
            continue;
        if (!is_digit(text.data[i]))
            return -1;
        nanoseconds += text.data[i] - '0';
    }
    return nanoseconds;
}

bool cg_fix_time(struct cg_slice value, cg_time *out)
{
    int64_t days, rest, time;
    int second;

    if (value.len < 17 || value.data[8] != '-')
        return false;
    if (!cg_fix_date((struct cg_slice){value.data, 8}, &days))
        return false;
    second = day_second(value.data + 9);
    rest = fraction((struct cg_slice){value.data + 17, value.len - 17});
    if (second < 0 || rest < 0)
        return false;
    if (__builtin_mul_overflow(days * DAY_SECONDS + second, CG_SECOND, &time) ||
        __builtin_add_overflow(time, rest, &time))
        return false;
    *out = time;
    return true;
}

bool cg_fix_is_decimal(struct cg_slice value)
{
    size_t i = value.len > 0 && value.data[0] == '-' ? 1 : 0;
    size_t found = 0;
    bool point = false;

    for (; i < value.len; i++) {
        if (value.data[i] == '.' && !point)
            point = true;
        else if (is_digit(value.data[i]))
            found++;
        else
            return false;
    }
    return found > 0;
}
