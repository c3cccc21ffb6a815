/*
 * Values of FIX fields.  Never reads past the given length, never wraps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fix_value.h"

#include <endian.h>

#define DAY_SECONDS 86400

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What a number has at most that cannot wrap. */
#define SHORT_DIGITS 18

/* Any number, with each step looked at. */
static bool read_int(struct cg_slice value, int64_t *out)
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

bool cg_fix_int(struct cg_slice value, int64_t *out)
{
    uint64_t number = 0;

    if (value.len - 1 >= SHORT_DIGITS)
        return read_int(value, out);
    for (size_t i = 0; i < value.len; i++) {
        unsigned digit = (unsigned char)value.data[i] - (unsigned)'0';
        if (digit > 9)
            return read_int(value, out);
        number = number * 10 + digit;
    }
    *out = (int64_t)number;
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

/* What eight bytes are above those of |like|, the first one lowest; a digit's
 * bits are those of '0' and its number. */
static inline uint64_t word_at(const char *text, const char *like)
{
    uint64_t word, other;

    memcpy(&word, text, sizeof word);
    memcpy(&other, like, sizeof other);
    return le64toh(word ^ other);
}

/* Whether no byte is above nine. */
static inline bool are_digits(uint64_t word)
{
    return ((word | (word + 0x7676767676767676)) & 0x8080808080808080) == 0;
}

/* Each byte times ten, and the one behind it. */
static inline uint64_t pairs_of(uint64_t digits)
{
    return digits * 10 + (digits >> 8);
}

/* The byte |index|. */
static inline unsigned byte_at(uint64_t word, unsigned index)
{
    return (unsigned)(word >> (8 * index)) & 255;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Days from 1970-01-01; years begin in March, so that a leap day is last. */
static inline int64_t civil_days(unsigned year, unsigned month, unsigned day)
{
    unsigned early = month <= 2;
    unsigned y = year + 399 + !early; /* 400 later, for what is before 1 */
    unsigned m = early ? month + 9 : month - 3;
    unsigned days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 +
                    day - 1;

    return (int64_t)days - 719468 - 146097;
}

/* YYYYMMDD. */
static inline bool read_date(const char *text, int64_t *out)
{
    uint64_t digits = word_at(text, "00000000");
    uint64_t pairs = pairs_of(digits);
    unsigned month = byte_at(pairs, 4);
    unsigned day = byte_at(pairs, 6);
    unsigned year = byte_at(pairs, 0) * 100 + byte_at(pairs, 2);

    if (!are_digits(digits) || (month - 1 > 11) | (day - 1 > 30))
        return false;
    if (day > 28 && (int)day > month_days((int)year, (int)month))
        return false;
    *out = civil_days(year, month, day);
    return true;
}

bool cg_fix_date(struct cg_slice value, int64_t *out)
{
    return value.len == 8 && read_date(value.data, out);
}

/* HH:MM:SS, or -1. */
static inline int day_second(const char *text)
{
    uint64_t digits = word_at(text, "00:00:00");
    uint64_t pairs = pairs_of(digits);
    unsigned hour = byte_at(pairs, 0);
    unsigned minute = byte_at(pairs, 3);
    unsigned second = byte_at(pairs, 6);

    /* 60 is a leap second. */
    if (!are_digits(digits) || (byte_at(digits, 2) | byte_at(digits, 5)) != 0 ||
        (hour > 23) | (minute > 59) | (second > 60))
        return -1;
    return (int)((hour * 60 + minute) * 60 + second);
}

/* ".123" in nanoseconds, or -1. */
static inline int64_t fraction(struct cg_slice text)
{
    static const int32_t units[10] = {1000000000, 100000000, 10000000, 1000000,
                                      100000,     10000,     1000,     100,
                                      10,         1};
    int64_t number = 0;

    if (text.len == 0)
        return 0;
    if (text.len < 2 || text.len > 10 || text.data[0] != '.')
        return -1;
    for (size_t i = 1; i < text.len; i++) {
        unsigned digit = (unsigned char)text.data[i] - (unsigned)'0';
        if (digit > 9)
            return -1;
        number = number * 10 + digit;
    }
    return number * units[text.len - 1];
}

bool cg_fix_time(struct cg_slice value, cg_time *out)
{
    int64_t days, rest, time;
    int second;

    if (value.len < 17 || value.data[8] != '-')
        return false;
    if (!read_date(value.data, &days))
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
