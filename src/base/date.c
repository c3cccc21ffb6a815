/*
 * Dates as numbers of days.  Must never wrap: what is out of range is no date.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <date.h>

#include <check.h>

/* Days of 400 years, and from 0000-03-01 to 1970-01-01. */
#define ERA 146097
#define EPOCH 719468

static bool is_date(int64_t days)
{
    return days >= 0 && days <= CG_DATE_MAX;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int cg_date_month_length(int year, int month)
{
    static const int lengths[12] = {31, 28, 31, 30, 31, 30,
                                    31, 31, 30, 31, 30, 31};

    CG_ASSERT(month >= 1 && month <= 12);
    return lengths[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Years that begin in March have the leap day at their end, and months whose
 * beginnings lie on a line. */
static int days_to_month(int from_march)
{
    return (153 * from_march + 2) / 5;
}

cg_date cg_date_of(int year, int month, int day)
{
    int from_march;
    int era_year;

    if (year < CG_YEAR_MIN || year > CG_YEAR_MAX || month < 1 || month > 12 ||
        day < 1 || day > cg_date_month_length(year, month)) {
        return CG_DATE_NONE;
    }
    from_march = (month + 9) % 12;
    year -= month <= 2 ? 1 : 0;
    era_year = year % 400;
    return year / 400 * ERA + era_year * 365 + era_year / 4 - era_year / 100 +
           days_to_month(from_march) + day - 1 - EPOCH;
}

void cg_date_split(cg_date date, int *year, int *month, int *day)
{
    int days;
    int era_year;
    int from_march;

    CG_ASSERT(is_date(date));
    days = (date + EPOCH) % ERA;
    /* Takes out the leap days before |days|, so that all years are alike. */
    era_year = (days - days / 1460 + days / 36524 - days / 146096) / 365;
    days -= era_year * 365 + era_year / 4 - era_year / 100;
    from_march = (5 * days + 2) / 153;
    *day = days - days_to_month(from_march) + 1;
    *month = (from_march + 2) % 12 + 1;
    *year = (date + EPOCH) / ERA * 400 + era_year + (*month <= 2 ? 1 : 0);
}

int cg_date_year(cg_date date)
{
    int year;
    int month;
    int day;

    cg_date_split(date, &year, &month, &day);
    return year;
}

/* 1970-01-01 was a Thursday. */
enum cg_weekday cg_date_weekday(cg_date date)
{
    CG_ASSERT(is_date(date));
    return (enum cg_weekday)((date + CG_THURSDAY) % 7);
}

static bool read_digits(const char *text, size_t len, int *number)
{
    *number = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *number = *number * 10 + (text[i] - '0');
    }
    return true;
}

bool cg_date_parse(struct cg_slice text, cg_date *date)
{
    size_t dash = text.len == 10 ? 1 : 0;
    int year;
    int month;
    int day;
    cg_date parsed;

    if (text.len != 8 + 2 * dash ||
        (dash == 1 && (text.data[4] != '-' || text.data[7] != '-')) ||
        !read_digits(text.data, 4, &year) ||
        !read_digits(text.data + 4 + dash, 2, &month) ||
        !read_digits(text.data + 6 + 2 * dash, 2, &day)) {
        return false;
    }
    parsed = cg_date_of(year, month, day);
    if (parsed == CG_DATE_NONE) {
        return false;
    }
    *date = parsed;
    return true;
}

static char *write_digits(char *text, int count, int number)
{
    for (int i = count - 1; i >= 0; i--) {
        text[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return text + count;
}

void cg_date_format(cg_date date, char text[11])
{
    int year;
    int month;
    int day;

    if (date == CG_DATE_NONE) {
        memcpy(text, "none", 5);
        return;
    }
    cg_date_split(date, &year, &month, &day);
    text = write_digits(text, 4, year);
    *text++ = '-';
    text = write_digits(text, 2, month);
    *text++ = '-';
    text = write_digits(text, 2, day);
    *text = '\0';
}

cg_date cg_date_add_days(cg_date date, int days)
{
    int64_t sum = (int64_t)date + days;

    return is_date(date) && is_date(sum) ? (cg_date)sum : CG_DATE_NONE;
}

/* Days that the month has not are its last day. */
static cg_date capped(int64_t month_number, int day)
{
    int year = (int)(month_number / 12);
    int month = (int)(month_number % 12) + 1;
    int length = cg_date_month_length(year, month);

    return cg_date_of(year, month, day < length ? day : length);
}

cg_date cg_date_add_months(cg_date date, int months)
{
    int year;
    int month;
    int day;
    int64_t sum;

    if (!is_date(date)) {
        return CG_DATE_NONE;
    }
    cg_date_split(date, &year, &month, &day);
    sum = (int64_t)year * 12 + month - 1 + months;
    return sum >= CG_YEAR_MIN * 12 && sum < (CG_YEAR_MAX + 1) * 12
               ? capped(sum, day)
               : CG_DATE_NONE;
}

cg_date cg_date_month_end(cg_date date)
{
    int year;
    int month;
    int day;

    if (!is_date(date)) {
        return CG_DATE_NONE;
    }
    cg_date_split(date, &year, &month, &day);
    return date + cg_date_month_length(year, month) - day;
}

cg_date
cg_date_nth_weekday(int year, int month, enum cg_weekday weekday, int nth)
{
    cg_date first = cg_date_of(year, month, 1);
    int length;
    int day;

    CG_ASSERT(nth == -1 || (nth >= 1 && nth <= 5));
    if (first == CG_DATE_NONE) {
        return CG_DATE_NONE;
    }
    length = cg_date_month_length(year, month);
    day = ((int)weekday - (int)cg_date_weekday(first) + 7) % 7 + 1;
    if (nth == -1) {
        day += (length - day) / 7 * 7;
    } else {
        day += 7 * (nth - 1);
    }
    return day <= length ? first + day - 1 : CG_DATE_NONE;
}
