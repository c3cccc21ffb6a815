/*
 * Which swap is meant, and the dates of its coupons.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_SWAP_H
#define CG_RATES_SWAP_H

#include <convention.h>
#include <tenor.h>

enum cg_swap_start {
    CG_START_SPOT,
    CG_START_FORWARD, /* where a swap of the length |forward| would end */
    CG_START_IMM,     /* the |imm|-th third Wednesday of March, June, ... */
    CG_START_DATE,    /* |start_date|, moved when it is a holiday */
};

struct cg_swap_spec {
    enum cg_swap_start start;
    struct cg_tenor forward;
    int imm;
    bool imm_dates; /* every date is a third Wednesday */
    cg_date start_date;
    bool has_end; /* at |end_date|, else after |tenor| */
    struct cg_tenor tenor;
    cg_date end_date;
};

/*
 * Reads 10Y (from spot), 5Yx5Y, IMM1x5Y, IMM1x2Y_3W (every date a third
 * Wednesday), 2026-03-18/2031-03-18, 2026-03-18/5Y, /2031-03-18 (from spot).
 * False for anything else, |spec| untouched.  Whether there is such a swap is
 * for cg_swap_dates() to say.
 */
bool cg_swap_parse(struct cg_slice text, struct cg_swap_spec *spec);

#define CG_SWAP_ERRORS(X)                                                      \
    X(OK, "nothing is wrong")                                                  \
    X(END_BEFORE_START, "it ends on its start date or before")                 \
    X(START_PAST, "it starts before the valuation date")                       \
    X(BEYOND_CALENDAR, "it needs days that its calendar does not know")        \
    X(TOO_MANY_COUPONS, "it has too many coupons")                             \
    X(NO_CURVE, "there are no par rates for it, or for what discounts it")     \
    X(BEYOND_CURVE, "it ends beyond the last par rate of its curve")           \
    X(NO_PRICE, "its annuity is not a positive number")

enum cg_swap_error {
#define CG_SWAP_ERROR(name, text) CG_SWAP_##name,
    CG_SWAP_ERRORS(CG_SWAP_ERROR)
#undef CG_SWAP_ERROR
};

/* What is wrong, as words to follow the swap's name. */
const char *cg_swap_error_text(enum cg_swap_error error);

/* Months are counted from and to the dates before they were moved. */
struct cg_swap_dates {
    cg_date start_unmoved;
    cg_date start;
    cg_date end_unmoved;
    cg_date end;
    bool month_ends; /* every date is the last business day of its month */
    bool imm_dates;  /* every date is a third Wednesday, moved if a holiday */
};

/* |valuation| may be any day that the calendar knows. */
enum cg_swap_error cg_swap_dates(const struct cg_convention *convention,
                                 cg_date valuation,
                                 const struct cg_swap_spec *spec,
                                 struct cg_swap_dates *dates);

/* That of the month of |date|; CG_DATE_NONE of CG_DATE_NONE. */
cg_date cg_date_third_wednesday(cg_date date);

/* 60 years of months, 98 years of 28 days. */
#define CG_COUPONS_MAX 1280

struct cg_coupon {
    cg_date start; /* moved, as the others */
    cg_date end;
    cg_date payment;
    double fraction; /* of a year, by the leg's day count */
};

enum cg_swap_leg { CG_LEG_FIXED, CG_LEG_FLOATING };

/* True when both legs have the same dates. */
bool cg_swap_has_like_legs(const struct cg_convention *convention);

/* The coupons of a leg, at least one; |coupons| holds CG_COUPONS_MAX. */
enum cg_swap_error cg_swap_coupons(const struct cg_convention *convention,
                                   const struct cg_swap_dates *dates,
                                   enum cg_swap_leg leg,
                                   struct cg_coupon *coupons,
                                   size_t *count);

#endif
