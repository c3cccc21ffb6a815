/*
 * One node of a curve from one quote.  Must never give a node that does not
 * price the quote.
 *
 * With y0 the log discount factor of the last node, at t0, and y0 + x that of
 * the new one, at t1, every log discount factor is affine in x:
 *
 *     y(t) = known                          t <= t0
 *     y(t) = y0 + x (t - t0) / (t1 - t0)    t > t0
 *
 * With P for the curve, D for the one that discounts, s, e and p for start, end
 * and payment of a coupon, and q for the quote, the value of the swap is
 *
 *     sum over floating coupons of (P(s)/P(e) - 1) D(p)
 *       - q * sum over fixed coupons of fraction * D(p)
 *
 * (Hull, Options, Futures and Other Derivatives, ch. 7), so a constant and a
 * sum of exponentials of x.  As x falls from far above zero the value rises
 * from below zero; where it first is zero is the node.  Newton's step is taken
 * when it stays where the zero must be, and half of that otherwise.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <bootstrap.h>

#include <check.h>
#include <math.h>

/* Forward rates beyond 1000 percent a year are no market. */
#define FORWARD_MAX 10.0
#define LOG_MAX 300.0 /* exp() of it, squared, is a double */
#define STEPS_MAX 200
#define STEP_MIN 1e-14

/* --- the equation --------------------------------------------------------- */

struct equation {
    struct cg_curve_reader known;    /* the nodes there are */
    struct cg_curve_reader discount; /* without a curve: the same */
    struct cg_node last;             /* t0, y0 */
    double days;                     /* t1 - t0 */
    double constant;
    struct cg_term *terms;
    size_t count;
};

/* log + slope * x */
struct affine {
    double log;
    double slope;
};

static struct affine log_discount(struct equation *equation, cg_date date)
{
    if (date == equation->last.date) {
        return (struct affine){equation->last.log_discount, 0.0};
    }
    if (date < equation->last.date) {
        return (struct affine){cg_curve_read(&equation->known, date), 0.0};
    }
    return (struct affine){equation->last.log_discount,
                           (date - equation->last.date) / equation->days};
}

static struct affine log_payment(struct equation *equation, cg_date date)
{
    if (equation->discount.curve == NULL) {
        return log_discount(equation, date);
    }
    return (struct affine){cg_curve_read(&equation->discount, date), 0.0};
}

static void add_term(struct equation *equation, double amount, struct affine at)
{
    if (at.slope == 0.0) {
        equation->constant += amount * exp(at.log);
        return;
    }
    CG_ASSERT(equation->count < CG_TERMS_MAX);
    equation->terms[equation->count++] = (struct cg_term){amount, at.log,
                                                          at.slope};
}

static void set_up(struct equation *equation, const struct cg_quote *quote)
{
    struct affine start = log_discount(equation, quote->floating[0].start);

    for (size_t i = 0; i < quote->floating_count; i++) {
        const struct cg_coupon *coupon = &quote->floating[i];
        struct affine end = log_discount(equation, coupon->end);
        struct affine paid = log_payment(equation, coupon->payment);

        add_term(equation, 1.0,
                 (struct affine){start.log - end.log + paid.log,
                                 start.slope - end.slope + paid.slope});
        add_term(equation, -1.0, paid);
        start = end;
    }
    for (size_t i = 0; i < quote->fixed_count; i++) {
        const struct cg_coupon *coupon = &quote->fixed[i];

        add_term(equation, -quote->rate * coupon->fraction,
                 log_payment(equation, coupon->payment));
    }
}

static double
value_at(const struct equation *equation, double x, double *derivative)
{
    double value = equation->constant;

    *derivative = 0.0;
    for (size_t i = 0; i < equation->count; i++) {
        const struct cg_term *term = &equation->terms[i];
        double part = term->amount * exp(term->log + term->slope * x);

        value += part;
        *derivative += term->slope * part;
    }
    return value;
}

/* --- its solution --------------------------------------------------------- */

/* |low| and |high| have a zero between them, and |*x| lies there, too. */
static bool solve_between(const struct equation *equation,
                          double low,
                          double high,
                          double *x)
{
    for (int i = 0; i < STEPS_MAX; i++) {
        double derivative;
        double value = value_at(equation, *x, &derivative);
        double next = *x - value / derivative;
        double step;

        if (value == 0.0) {
            return true;
        }
        if (value > 0.0) {
            low = *x;
        } else {
            high = *x;
        }
        if (!(next > low && next < high)) {
            next = low + (high - low) / 2;
        }
        step = fabs(next - *x);
        *x = next;
        if (step <= STEP_MIN * (1.0 + fabs(next))) {
            return true;
        }
    }
    return false;
}

/* The forward rate of the segment before, or, first, the quote. */
static double guess(const struct equation *equation, double rate)
{
    const struct cg_curve *curve = equation->known.curve;
    const struct cg_node *last = &curve->nodes[curve->count - 1];

    if (curve->count < 2) {
        return -rate * equation->days / 365.0;
    }
    return (last->log_discount - last[-1].log_discount) * equation->days /
           (last->date - last[-1].date);
}

static bool solve(const struct equation *equation, double rate, double *x)
{
    double bound = fmin(FORWARD_MAX * equation->days / 365.0, LOG_MAX);
    double derivative;

    /* So written that what is no number has no solution. */
    if (!(value_at(equation, -bound, &derivative) > 0.0) ||
        !(value_at(equation, bound, &derivative) < 0.0)) {
        return false;
    }
    *x = fmax(fmin(guess(equation, rate), bound), -bound);
    return solve_between(equation, -bound, bound, x) && isfinite(*x);
}

/* --- the node ------------------------------------------------------------- */

cg_date cg_quote_last_payment(const struct cg_quote *quote)
{
    cg_date fixed = quote->fixed[quote->fixed_count - 1].payment;
    cg_date floating = quote->floating[quote->floating_count - 1].payment;

    return fixed > floating ? fixed : floating;
}

bool cg_curve_add_node(struct cg_curve *curve,
                       const struct cg_curve *discount,
                       const struct cg_quote *quote,
                       struct cg_term *terms)
{
    cg_date date = cg_quote_last_payment(quote);
    struct cg_node last = curve->nodes[curve->count - 1];
    struct equation equation = {.known.curve = curve,
                                .discount.curve = discount,
                                .last = last,
                                .days = date - last.date,
                                .terms = terms};
    double x;

    CG_ASSERT(date > last.date);
    set_up(&equation, quote);
    if (!solve(&equation, quote->rate, &x)) {
        return false;
    }
    curve->nodes[curve->count++] = (struct cg_node){date,
                                                    last.log_discount + x};
    return true;
}
