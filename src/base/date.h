/*
 * Dates of the Gregorian calendar, from 1970-01-01 to 2199-12-31.
 *
 * What would be outside of that is CG_DATE_NONE, and what is made of
 * CG_DATE_NONE is CG_DATE_NONE again, so that one look at the end is enough.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_DATE_H
#define CG_BASE_DATE_H

#include <slice.h>
#include <stdint.h>

typedef int32_t cg_date; /* days since 1970-01-01 */

#define CG_DATE_NONE INT32_MIN
#define CG_DATE_MAX 84005 /* 2199-12-31 */
#define CG_YEAR_MIN 1970
#define CG_YEAR_MAX 2199

enum cg_weekday {
    CG_MONDAY,
    CG_TUESDAY,
    CG_WEDNESDAY,
    CG_THURSDAY,
    CG_FRIDAY,
    CG_SATURDAY,
    CG_SUNDAY
};

/* CG_DATE_NONE when there is no such day. */
cg_date cg_date_of(int year, int month, int day);

/* |date| must be a date. */
void cg_date_split(cg_date date, int *year, int *month, int *day);
int cg_date_year(cg_date date);
enum cg_weekday cg_date_weekday(cg_date date);

/* Reads YYYY-MM-DD or YYYYMMDD, and nothing else. */
bool cg_date_parse(struct cg_slice text, cg_date *date);

/* Writes YYYY-MM-DD, or "none" for CG_DATE_NONE. */
void cg_date_format(cg_date date, char text[11]);

cg_date cg_date_add_days(cg_date date, int days);

/* The day of the month is capped to the month's length. */
cg_date cg_date_add_months(cg_date date, int months);

/* The last calendar day of the month of |date|. */
cg_date cg_date_month_end(cg_date date);

/* Of 1 to 12. */
int cg_date_month_length(int year, int month);

/*
 * The first (1) to fifth (5) such weekday of a month, or its last (-1);
 * CG_DATE_NONE when there is none.
 */
cg_date
cg_date_nth_weekday(int year, int month, enum cg_weekday weekday, int nth);

#endif
