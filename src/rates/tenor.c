/*
 * Lengths of time.  Must never take half of a text for a tenor.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <tenor.h>

#include <check.h>

/* A four-year cycle of 1461 days has 48 months. */
#define DAYS_OF_48_MONTHS 1461
#define LENGTH_MAX ((int64_t)CG_TENOR_YEARS_MAX * 12 * DAYS_OF_48_MONTHS)

static const struct unit {
    char letter;
    struct cg_tenor one;
} units[] = {{'Y', {12, 0}}, {'M', {1, 0}}, {'W', {0, 7}}, {'D', {0, 1}}};

/* In 48ths of a day, so that it is a whole number. */
static int64_t length(struct cg_tenor tenor)
{
    return (int64_t)tenor.months * DAYS_OF_48_MONTHS + (int64_t)tenor.days * 48;
}

int cg_tenor_compare(struct cg_tenor a, struct cg_tenor b)
{
    int64_t left = length(a);
    int64_t right = length(b);

    return (left > right) - (left < right);
}

/* Reads 1 to 99999 at |*at| without leading zeros; 0 when there is none. */
static int read_number(struct cg_slice text, size_t *at)
{
    int number = 0;
    size_t digits = 0;

    for (; *at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9';
         (*at)++, digits++) {
        if (digits == 5 || (digits == 1 && number == 0)) {
            return 0;
        }
        number = number * 10 + (text.data[*at] - '0');
    }
    return number;
}

/* 13x1 or 13x28D. */
static bool parse_periods(struct cg_slice text, struct cg_tenor *tenor)
{
    size_t at = 0;
    int count = read_number(text, &at);
    int days;

    if (count == 0 || at == text.len || text.data[at] != 'x') {
        return false;
    }
    at++;
    days = read_number(text, &at);
    if (days == 1 && at == text.len) {
        days = 28;
    } else if (days == 0 || at + 1 != text.len || text.data[at] != 'D') {
        return false;
    }
    if ((int64_t)count * days * 48 > LENGTH_MAX) {
        return false;
    }
    *tenor = (struct cg_tenor){.days = count * days};
    return true;
}

/* Units follow each other from long to short. */
static bool parse_units(struct cg_slice text, struct cg_tenor *tenor)
{
    struct cg_tenor sum = {0, 0};
    size_t unit = 0;

    for (size_t at = 0; at < text.len; at++, unit++) {
        int number = read_number(text, &at);

        if (number == 0 || at == text.len) {
            return false;
        }
        while (unit < CG_COUNT(units) && units[unit].letter != text.data[at]) {
            unit++;
        }
        if (unit == CG_COUNT(units)) {
            return false;
        }
        sum.months += number * units[unit].one.months;
        sum.days += number * units[unit].one.days;
    }
    if (text.len == 0 || length(sum) > LENGTH_MAX) {
        return false;
    }
    *tenor = sum;
    return true;
}

bool cg_tenor_parse(struct cg_slice text, struct cg_tenor *tenor)
{
    return parse_periods(text, tenor) || parse_units(text, tenor);
}
