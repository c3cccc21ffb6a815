/*
 * The days that a swap runs from and to, where an order says them itself:
 * StartDate and EndDate, or the accrual and maturity of its instrument; of a
 * leg the same.
 *
 * Asked for only when the instrument goes by dates: they say nothing of others.
 * What cannot be used is named, and refused.  Rules: R4, R5, R41.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codec.h"

#include "fix_value.h"

enum {
    MATURITY = 541,
    LEG_MATURITY = 611,
    ACCRUAL = 874,
    START = 916,
    END = 917,
    LEG_ACCRUAL = 956,
    LEG_END = 2506,
    LEG_START = 2513,
};

static void bad(struct cg_dates *dates, uint32_t tag, const char *detail)
{
    if (dates->bad == NULL) {
        dates->bad = detail;
        dates->tag = tag;
    }
}

/* One level of a message: its body, or one entry of a group. */
struct level {
    const struct cg_fix_message *message;
    const struct cg_fix_group *leg; /* NULL: the body */
};

static bool
find(const struct level *level, uint32_t tag, struct cg_slice *value)
{
    return level->leg != NULL ? cg_fix_group_find(level->leg, tag, value)
                              : cg_fix_find(level->message, tag, value);
}

/* Tags beyond the dictionary may come twice; the venue may read the other. */
static bool comes_twice(const struct level *level, uint32_t tag)
{
    const struct cg_fix_message *message = level->message;
    const struct cg_fix_group *leg = level->leg;
    uint32_t first = leg != NULL ? leg->entry : message->body_first;
    uint32_t end = leg != NULL ? leg->entry_end : message->body_end;
    uint32_t count = 0;
    for (uint32_t i = first; i < end; i++) {
        bool here = leg != NULL || !message->fields[i].inner;
        count += here && message->fields[i].tag == tag ? 1 : 0;
    }
    return count > 1;
}

static cg_date
decode_date(const struct level *level, uint32_t tag, struct cg_dates *dates)
{
    struct cg_slice value;
    cg_date date = CG_DATE_NONE;
    if (!find(level, tag, &value)) {
        return CG_DATE_NONE;
    }
    /* LocalMktDate is YYYYMMDD, nothing else. */
    if (value.len != 8 || !cg_date_parse(value, &date)) {
        bad(dates, tag, "a date is YYYYMMDD, from 1970 to 2199");
    } else if (comes_twice(level, tag)) {
        bad(dates, tag, "the date is there twice");
    }
    return date;
}

/* |tag| and |other| are two words for one day. */
static cg_date decode_one(const struct level *level,
                          uint32_t tag,
                          uint32_t other,
                          struct cg_dates *dates)
{
    cg_date date = decode_date(level, tag, dates);
    cg_date again = decode_date(level, other, dates);
    if (date == CG_DATE_NONE) {
        return again;
    }
    if (again != CG_DATE_NONE && again != date) {
        bad(dates, other, "it is not the day that the other field says");
    }
    return date;
}

static void check(uint32_t end_tag, struct cg_dates *dates)
{
    if (dates->end == CG_DATE_NONE) {
        bad(dates, end_tag, "this instrument needs its end or maturity date");
    } else if (dates->start != CG_DATE_NONE && dates->end <= dates->start) {
        bad(dates, end_tag, "the end is not after the start");
    }
}

void cg_decode_dates(const struct cg_fix_message *message,
                     struct cg_dates *dates)
{
    struct level level = {.message = message};
    *dates = (struct cg_dates){0};
    dates->start = decode_one(&level, START, ACCRUAL, dates);
    dates->end = decode_one(&level, END, MATURITY, dates);
    check(END, dates);
}

static void decode_leg(const struct cg_fix_group *leg, struct cg_dates *dates)
{
    struct level level = {.message = leg->message, .leg = leg};
    *dates = (struct cg_dates){0};
    dates->start = decode_one(&level, LEG_START, LEG_ACCRUAL, dates);
    dates->end = decode_one(&level, LEG_END, LEG_MATURITY, dates);
}

void cg_decode_leg_dates(const struct cg_fix_message *message,
                         uint32_t leg,
                         struct cg_dates *dates)
{
    struct cg_fix_group group;
    *dates = (struct cg_dates){.start = CG_DATE_NONE, .end = CG_DATE_NONE};
    if (!cg_fix_group(message, 555, &group)) {
        return;
    }
    for (uint32_t i = 0; cg_fix_group_next(&group); i++) {
        if (i == leg) {
            decode_leg(&group, dates);
            break;
        }
    }
    check(LEG_MATURITY, dates);
}

/* Reports are read leniently: what is no date says nothing. */
void cg_decode_report_leg_dates(const struct cg_fix_group *leg,
                                cg_date *start,
                                cg_date *end)
{
    struct cg_dates dates;
    decode_leg(leg, &dates);
    *start = dates.bad == NULL ? dates.start : CG_DATE_NONE;
    *end = dates.bad == NULL ? dates.end : CG_DATE_NONE;
}
