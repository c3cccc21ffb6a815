/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "naive_model.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum { RELEASED, HANDED_BACK };

const char *naive_mistake_name(enum naive_mistake mistake)
{
    static const char *const names[NAIVE_MISTAKES] = {
        "none",
        "a DV01 is rounded down",
        "fills are rounded one by one",
        "a gross limit is netted",
        "open buys and sells net each other",
        "what just fits is refused",
        "one more than what fits passes",
        "only the first limit counts",
        "the rest is released twice",
        "a fall frees before the venue confirms it",
        "a cancel frees before the venue confirms it",
        "a refused raise stays charged",
        "a fill after the end is lost",
        "an overrun is not counted",
        "the oldest order is pulled first",
        "a raise passes a stop",
        "a late grant is kept",
        "a partial grant is enough",
    };
    return names[mistake];
}

/* --- sums --------------------------------------------------------------- */

/* D(q): by long division, up. */
static long dv01(const struct naive_model *model, int limit, long qty)
{
    long product = qty * model->limits[limit].rate;
    long amount = product / 1000000;
    if (amount * 1000000 < product && model->mistake != NAIVE_ROUNDS_DOWN) {
        amount++;
    }
    return amount;
}

static bool is_alive(const struct naive_order *order)
{
    return order->status == NAIVE_WAITING || order->status == NAIVE_SENT ||
           order->status == NAIVE_OPEN;
}

static long confirmed_qty(const struct naive_order *order)
{
    return order->requests[order->in_force].qty;
}

/* The largest quantity that may still come into force at the venue. */
static long worst_sent(const struct naive_model *model, int o)
{
    const struct naive_order *order = &model->orders[o];
    long worst = confirmed_qty(order);
    for (int i = 0; i < order->request_count; i++) {
        const struct naive_request *request = &order->requests[i];
        bool may = request->kind == NAIVE_REPLACE &&
                   request->state == NAIVE_REQUEST_SENT;
        if (may && (request->qty > worst ||
                    model->mistake == NAIVE_FALL_FREES_EARLY)) {
            worst = request->qty;
        }
        if (request->kind == NAIVE_CANCEL &&
            request->state == NAIVE_REQUEST_SENT &&
            model->mistake == NAIVE_CANCEL_FREES) {
            return 0;
        }
    }
    return worst;
}

long naive_worst(const struct naive_model *model, int order)
{
    return worst_sent(model, order);
}

/* ... with the raise that waits for its credit. */
static long worst_charged(const struct naive_model *model, int o)
{
    const struct naive_order *order = &model->orders[o];
    long worst = worst_sent(model, o);
    for (int i = 0; i < order->request_count; i++) {
        const struct naive_request *request = &order->requests[i];
        bool in = i == order->raise ||
                  (model->mistake == NAIVE_REFUSED_RAISE_IN &&
                   request->kind == NAIVE_REPLACE);
        if (in && request->qty > worst) {
            worst = request->qty;
        }
    }
    return worst;
}

static long filled_of(const struct naive_model *model, int o, int l)
{
    const struct naive_order *order = &model->orders[o];
    if (!order->was_sent || order->lines[l].state == NAIVE_LINE_NONE) {
        return 0;
    }
    return model->mistake == NAIVE_ROUNDS_SLICES ? order->lines[l].filled
                                                 : dv01(model, l, order->cum);
}

static long open_of(const struct naive_model *model, int o, int l)
{
    const struct naive_order *order = &model->orders[o];
    if (!is_alive(order) || order->lines[l].state == NAIVE_LINE_NONE) {
        return 0;
    }
    long left = dv01(model, l, worst_charged(model, o)) -
                filled_of(model, o, l);
    return left > 0 ? left : 0;
}

struct sums {
    long position;
    long gross;
    long buys;
    long sells;
};

/* |gone|: orders, by bit, that count as ended. */
static struct sums
sums_of(const struct naive_model *model, int l, unsigned gone)
{
    struct sums sums = {0, 0, 0, 0};
    for (int o = 0; o < model->order_count; o++) {
        long filled = filled_of(model, o, l);
        long open = (gone >> o & 1) != 0 ? 0 : open_of(model, o, l);
        sums.gross += filled;
        sums.position += model->orders[o].buys ? filled : -filled;
        sums.buys += model->orders[o].buys ? open : 0;
        sums.sells += model->orders[o].buys ? 0 : open;
    }
    return sums;
}

static long use_on(const struct naive_model *model,
                   int l,
                   bool buys,
                   const struct sums *sums)
{
    long nets = model->mistake == NAIVE_NETS_OPEN_ORDERS ? 1 : 0;
    if (!model->limits[l].net && model->mistake != NAIVE_NETS_A_GROSS) {
        return sums->gross + sums->buys + sums->sells;
    }
    return buys ? sums->position + sums->buys - nets * sums->sells
                : sums->sells - sums->position - nets * sums->buys;
}

static long
use_of(const struct naive_model *model, int l, const struct sums *sums)
{
    long a = use_on(model, l, true, sums);
    long b = use_on(model, l, false, sums);
    long use = a > b ? a : b;
    return use > 0 ? use : 0;
}

long naive_use(const struct naive_model *model, int limit)
{
    struct sums sums = sums_of(model, limit, 0);
    return use_of(model, limit, &sums);
}

long naive_available(const struct naive_model *model, int limit, bool buys)
{
    struct sums sums = sums_of(model, limit, 0);
    return model->limits[limit].amount - use_on(model, limit, buys, &sums);
}

/* R13: it fits, or does not raise the use. */
static bool fits(const struct naive_model *model, int l, bool buys, long more)
{
    long room = naive_available(model, l, buys);
    if (l > 0 && model->mistake == NAIVE_FIRST_LIMIT_ONLY) {
        return true;
    }
    if (model->mistake == NAIVE_REFUSES_THE_EDGE) {
        room--;
    }
    if (model->mistake == NAIVE_PASSES_EDGE_PLUS) {
        room++;
    }
    if (more <= room) {
        return true;
    }
    struct sums sums = sums_of(model, l, 0);
    long before = use_of(model, l, &sums);
    sums.buys += buys ? more : 0;
    sums.sells += buys ? 0 : more;
    return use_of(model, l, &sums) <= before;
}

static long held(const struct naive_line *line)
{
    return line->reserved + line->consumed;
}

/* --- words -------------------------------------------------------------- */

static struct naive_word *say(struct naive_model *model,
                              enum naive_word_kind kind,
                              int order,
                              int request)
{
    if (model->word_count == NAIVE_WORDS) {
        abort();
    }
    struct naive_word *word = &model->words[model->word_count++];
    *word = (struct naive_word){
        .kind = kind, .order = order, .request = request, .limit = -1};
    return word;
}

static void because(struct naive_word *word, int reason)
{
    if (word->reason_count < NAIVE_REASONS) {
        word->reasons[word->reason_count++] = reason;
    }
}

/* R25: what is told, not asked for. */
static bool is_notice(enum naive_ask_kind kind)
{
    return kind == NAIVE_ASK_CONSUMED || kind == NAIVE_ASK_BUST;
}

static void ask(struct naive_model *model,
                int o,
                int l,
                enum naive_ask_kind kind,
                long amount)
{
    struct naive_line *line = &model->orders[o].lines[l];
    if (line->ask_count == NAIVE_ASKS) {
        abort();
    }
    line->late = line->late && is_notice(kind);
    if (!is_notice(kind) && kind != NAIVE_ASK_CANCEL) {
        line->current = line->ask_count;
        line->asked = amount;
    }
    line->asks[line->ask_count++] = (struct naive_ask){kind, amount, true};
    struct naive_word *word = say(model, NAIVE_SAYS_ASK, o, -1);
    word->limit = l;
    word->detail = (int)kind;
    word->amount = amount;
}

static int request_add(struct naive_order *order,
                       enum naive_request_kind kind,
                       enum naive_request_state state,
                       long qty,
                       int terms)
{
    if (order->request_count == NAIVE_REQUESTS) {
        abort();
    }
    order->requests[order->request_count] = (struct naive_request){kind, state,
                                                                   qty, terms};
    return order->request_count++;
}

/* --- lines -------------------------------------------------------------- */

static void grant(struct naive_line *line, long amount)
{
    if (amount > 0) {
        line->granted += amount;
        line->reserved += amount;
    }
}

static void
rest_leaves(struct naive_model *model, struct naive_line *line, int to)
{
    long rest = line->reserved;
    line->reserved = 0;
    if (to == HANDED_BACK) {
        line->handed_back += rest;
    } else {
        line->released += rest;
        if (model->mistake == NAIVE_RELEASES_TWICE) {
            line->released += rest;
        }
    }
}

/* Whether the hub owes the answer to an ask for credit, given up or not. */
static bool submission_is_out(const struct naive_line *line)
{
    for (int i = 0; i < line->ask_count; i++) {
        if (line->asks[i].out && !is_notice(line->asks[i].kind)) {
            return true;
        }
    }
    return false;
}

/* Nothing of it is needed any more: the rest goes, and the hub hears of it. */
static void line_end(struct naive_model *model, int o, int l, int to)
{
    struct naive_line *line = &model->orders[o].lines[l];
    if (line->state == NAIVE_LINE_NONE || line->state == NAIVE_LINE_RETURNING ||
        line->state == NAIVE_LINE_CLOSED) {
        return;
    }
    bool hub_has = line->ping &&
                   (line->state != NAIVE_LINE_SPENT ||
                    submission_is_out(line) || line->busted || line->kept ||
                    line->late || line->reserved > 0);
    long rest = open_of(model, o, l);
    line->used_up = line->consumed > 0 && line->reserved == 0 &&
                    !line->taken_back;
    rest_leaves(model, line, to);
    line->charge = filled_of(model, o, l);
    line->state = hub_has ? NAIVE_LINE_RETURNING : NAIVE_LINE_CLOSED;
    if (hub_has) {
        ask(model, o, l, NAIVE_ASK_CANCEL, rest);
    }
}

static void lines_end(struct naive_model *model, int o, int to)
{
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        line_end(model, o, l, to);
    }
}

/* R43, R25: what the venue raised by itself, and what a bust opens again, has
 * to be covered, too. */
static void restate_ask(struct naive_model *model, int o, int l)
{
    struct naive_line *line = &model->orders[o].lines[l];
    if (line->state != NAIVE_LINE_SPENT || line->taken_back ||
        line->charge <= held(line)) {
        return;
    }
    if (!line->ping) {
        grant(line, line->charge - held(line));
    } else if (!line->denied && line->current < 0) {
        ask(model, o, l, NAIVE_ASK_RESTATE, line->charge);
    }
}

/* The charge goes where the requests have gone. */
static void line_follow(struct naive_model *model, int o, int l)
{
    struct naive_line *line = &model->orders[o].lines[l];
    if (line->state != NAIVE_LINE_SPENT) {
        return;
    }
    long worst = dv01(model, l, worst_charged(model, o));
    long filled = filled_of(model, o, l);
    worst = worst > filled ? worst : filled;
    if (worst > line->charge) { /* the venue did it */
        line->charge = worst;
        line->denied = false;
        if (!line->ping) {
            grant(line, worst - held(line));
        }
        restate_ask(model, o, l);
    } else if (worst < line->charge) {
        line->charge = worst;
        line->denied = false;
        long freed = held(line) - worst;
        freed = freed < line->reserved ? freed : line->reserved;
        if (freed > 0 && !line->taken_back) {
            line->reserved -= freed;
            line->released += freed;
        }
        if (line->ping && !line->taken_back && line->current < 0 &&
            line->asked > worst) {
            ask(model, o, l, NAIVE_ASK_LOWER, worst);
        }
    }
}

static void follow(struct naive_model *model, int o)
{
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        line_follow(model, o, l);
    }
}

/* --- orders ------------------------------------------------------------- */

static void raise_refuse(struct naive_model *model, int o, int reason)
{
    struct naive_order *order = &model->orders[o];
    int raise = order->raise;
    order->requests[raise].state = NAIVE_REQUEST_NO;
    order->raise = -1;
    follow(model, o);
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        struct naive_line *line = &order->lines[l];
        if (line->state == NAIVE_LINE_SPENT && line->current >= 0 &&
            line->asks[line->current].kind == NAIVE_ASK_RAISE) {
            ask(model, o, l, NAIVE_ASK_LOWER, line->charge);
        }
    }
    because(say(model, NAIVE_SAYS_REFUSE_REQUEST, o, raise), reason);
}

/* R41, R44: none of the replaces that wait is left without an answer. */
static void replaces_refuse(struct naive_model *model, int o, int reason)
{
    struct naive_order *order = &model->orders[o];
    if (order->raise >= 0) {
        raise_refuse(model, o, reason);
    }
    for (int i = 0; i < order->request_count; i++) {
        if (order->requests[i].state == NAIVE_REQUEST_BEHIND) {
            order->requests[i].state = NAIVE_REQUEST_NO;
            because(say(model, NAIVE_SAYS_REFUSE_REQUEST, o, i), reason);
        }
    }
}

static void order_refuse(struct naive_model *model, int o, int reason)
{
    lines_end(model, o, HANDED_BACK);
    model->orders[o].status = NAIVE_REFUSED;
    model->orders[o].requests[0].state = NAIVE_REQUEST_NO;
    because(say(model, NAIVE_SAYS_REFUSE, o, 0), reason);
    replaces_refuse(model, o, 402);
}

static void order_close(struct naive_model *model, int o)
{
    replaces_refuse(model, o, 402);
    lines_end(model, o, RELEASED);
    model->orders[o].status = NAIVE_CLOSED;
}

static void pull_one(struct naive_model *model, int o, int target)
{
    struct naive_order *order = &model->orders[o];
    order->pull = request_add(order, NAIVE_PULL, NAIVE_REQUEST_SENT, 0, 0);
    say(model, NAIVE_SAYS_PULL, o, order->pull)->detail = target;
}

static void pull(struct naive_model *model, int o, int reason)
{
    struct naive_order *order = &model->orders[o];
    if (order->status == NAIVE_WAITING) {
        order_refuse(model, o, reason);
        return;
    }
    if (!is_alive(order) || order->pull >= 0) {
        return;
    }
    replaces_refuse(model, o, reason);
    int target = order->in_force;
    for (int i = 0; i < order->request_count; i++) {
        if (order->requests[i].kind == NAIVE_REPLACE &&
            order->requests[i].state == NAIVE_REQUEST_SENT) {
            target = i;
        }
    }
    pull_one(model, o, target);
}

static bool goes_anyway(const struct naive_order *order)
{
    if (order->pull >= 0) {
        return true;
    }
    for (int i = 0; i < order->request_count; i++) {
        if (order->requests[i].kind == NAIVE_CANCEL &&
            order->requests[i].state == NAIVE_REQUEST_SENT) {
            return true;
        }
    }
    return false;
}

/* R17, "fit": newest first, only what lowers the use, until it fits. */
static void pull_to_fit(struct naive_model *model, int l)
{
    unsigned gone = 0;
    unsigned chosen = 0;
    for (int o = 0; o < model->order_count; o++) {
        gone |= goes_anyway(&model->orders[o]) ? 1u << o : 0;
    }
    for (int i = 0; i < model->order_count; i++) {
        int o = model->mistake == NAIVE_PULLS_OLDEST
                    ? i
                    : model->order_count - 1 - i;
        struct sums now = sums_of(model, l, gone);
        struct sums then = sums_of(model, l, gone | 1u << o);
        if (use_of(model, l, &now) > model->limits[l].amount &&
            (gone >> o & 1) == 0 &&
            use_of(model, l, &then) < use_of(model, l, &now)) {
            gone |= 1u << o;
            chosen |= 1u << o;
            i = -1; /* one that was passed over may count by now */
        }
    }
    for (int o = 0; o < model->order_count; o++) {
        if ((chosen >> o & 1) != 0) {
            pull(model, o, 306);
        }
    }
}

/* Of two limits that are broken the later one is looked at first: no rule says
 * so, but what the first one pulls is gone for the second. */
static void limits_check(struct naive_model *model, int o)
{
    for (int l = NAIVE_LIMITS - 1; l >= 0; l--) {
        if (model->orders[o].lines[l].state != NAIVE_LINE_NONE &&
            naive_use(model, l) > model->limits[l].amount) {
            pull_to_fit(model, l);
        }
    }
}

static int stop_reason(const struct naive_model *model)
{
    return model->halted ? 202 : model->suspended ? 201 : 0;
}

/* What waited goes on only if it still fits. */
static int wait_is_over(const struct naive_model *model, int o, long without)
{
    const struct naive_order *order = &model->orders[o];
    if (stop_reason(model) != 0) {
        return stop_reason(model);
    }
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        if (order->lines[l].state == NAIVE_LINE_NONE) {
            continue;
        }
        struct sums sums = sums_of(model, l, 0);
        long use = use_of(model, l, &sums);
        long had = dv01(model, l, without);
        long filled = filled_of(model, o, l);
        long rise = open_of(model, o, l) - (had > filled ? had - filled : 0);
        if (order->status == NAIVE_WAITING) {
            rise = open_of(model, o, l);
        }
        sums.buys -= order->buys ? rise : 0;
        sums.sells -= order->buys ? 0 : rise;
        if (use > model->limits[l].amount && use > use_of(model, l, &sums)) {
            return 101;
        }
    }
    return 0;
}

/* --- clients ------------------------------------------------------------ */

long naive_edge_new(const struct naive_model *model, bool buys)
{
    long qty = 0;
    for (bool fit = true; fit && qty < 100;) {
        for (int l = 0; fit && l < NAIVE_LIMITS; l++) {
            fit = fits(model, l, buys, dv01(model, l, qty + 1));
        }
        qty += fit ? 1 : 0;
    }
    return qty;
}

static void order_send(struct naive_model *model, int o)
{
    struct naive_order *order = &model->orders[o];
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        if (order->lines[l].state == NAIVE_LINE_LIVE) {
            order->lines[l].state = NAIVE_LINE_SPENT;
        }
    }
    order->status = NAIVE_SENT;
    order->was_sent = true;
    order->requests[0].state = NAIVE_REQUEST_SENT;
    say(model, NAIVE_SAYS_FORWARD, o, 0);
}

static bool lines_live(const struct naive_order *order)
{
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        if (order->lines[l].state == NAIVE_LINE_ASKED) {
            return false;
        }
    }
    return true;
}

/* Why a new order is refused at once; none of them: it is taken. */
static void new_faults(const struct naive_model *model,
                       bool buys,
                       long qty,
                       struct naive_word *word)
{
    if (stop_reason(model) != 0) {
        because(word, stop_reason(model));
        return;
    }
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        if (!fits(model, l, buys, dv01(model, l, qty))) {
            because(word, 101);
        }
    }
}

static void line_take(struct naive_model *model, int o, int l, long qty)
{
    struct naive_line *line = &model->orders[o].lines[l];
    long amount = dv01(model, l, qty);
    *line = (struct naive_line){.state = NAIVE_LINE_LIVE,
                                .ping = model->limits[l].ping,
                                .charge = amount,
                                .current = -1};
    if (line->ping) {
        line->state = NAIVE_LINE_ASKED;
        ask(model, o, l, NAIVE_ASK_NEW, amount);
    } else {
        grant(line, amount);
    }
}

void naive_new(struct naive_model *model, bool buys, long qty)
{
    int o = model->order_count++;
    struct naive_order *order = &model->orders[o];
    struct naive_word refusal = {
        .kind = NAIVE_SAYS_REFUSE, .order = o, .limit = -1};
    model->word_count = 0;
    new_faults(model, buys, qty, &refusal);
    *order = (struct naive_order){
        .status = NAIVE_WAITING, .buys = buys, .raise = -1, .pull = -1};
    request_add(order, NAIVE_NEW, NAIVE_REQUEST_WAITS, qty, 0);
    if (refusal.reason_count > 0) {
        order->status = NAIVE_REFUSED;
        order->requests[0].state = NAIVE_REQUEST_NO;
        *say(model, NAIVE_SAYS_REFUSE, o, 0) = refusal;
        return;
    }
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        line_take(model, o, l, qty);
    }
    if (lines_live(order)) {
        order_send(model, o);
    }
}

/* Why a line cannot grow; 0: it can. */
static int line_fault(const struct naive_model *model, int o, int l, long qty)
{
    const struct naive_line *line = &model->orders[o].lines[l];
    long total = dv01(model, l, qty);
    if (line->state == NAIVE_LINE_NONE) {
        return 0;
    }
    if (line->taken_back || line->state != NAIVE_LINE_SPENT) {
        return 303;
    }
    return total > line->charge &&
                   !fits(model, l, model->orders[o].buys, total - line->charge)
               ? 101
               : 0;
}

long naive_edge_replace(const struct naive_model *model, int order)
{
    long qty = 0;
    for (bool fit = true; fit && qty < 100;) {
        for (int l = 0; fit && l < NAIVE_LIMITS; l++) {
            fit = line_fault(model, order, l, qty + 1) == 0;
        }
        qty += fit ? 1 : 0;
    }
    return qty;
}

/* What may not pass now, whatever the credit. */
static void pass_faults(const struct naive_model *model,
                        int o,
                        const struct naive_request *request,
                        struct naive_word *word)
{
    const struct naive_order *order = &model->orders[o];
    bool only_falls = request->qty < confirmed_qty(order) &&
                      request->terms == order->requests[order->in_force].terms;
    for (int i = 0; i < order->request_count; i++) {
        const struct naive_request *other = &order->requests[i];
        if (other->kind == NAIVE_REPLACE &&
            other->state == NAIVE_REQUEST_SENT) {
            only_falls = only_falls && request->qty < other->qty &&
                         request->terms == other->terms;
        }
    }
    if (!is_alive(order)) {
        because(word, 402);
        return;
    }
    if (order->pull >= 0) {
        because(word, 403);
    }
    if (stop_reason(model) != 0 && !only_falls &&
        model->mistake != NAIVE_STOP_LETS_RAISE) {
        because(word, stop_reason(model));
    }
}

static void replace_faults(const struct naive_model *model,
                           int o,
                           const struct naive_request *request,
                           struct naive_word *word)
{
    pass_faults(model, o, request, word);
    bool passes = word->reason_count == 0;
    for (int l = 0; passes && l < NAIVE_LIMITS; l++) {
        if (line_fault(model, o, l, request->qty) != 0) {
            because(word, line_fault(model, o, l, request->qty));
        }
    }
}

static bool raise_ready(const struct naive_model *model, int o)
{
    const struct naive_order *order = &model->orders[o];
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        if (order->lines[l].state == NAIVE_LINE_SPENT &&
            held(&order->lines[l]) <
                dv01(model, l, order->requests[order->raise].qty)) {
            return false;
        }
    }
    return true;
}

static void raise_ask(struct naive_model *model, int o, int l)
{
    struct naive_order *order = &model->orders[o];
    struct naive_line *line = &order->lines[l];
    if (line->state == NAIVE_LINE_SPENT && line->ping && !line->taken_back &&
        line->current < 0 &&
        held(line) < dv01(model, l, order->requests[order->raise].qty)) {
        ask(model, o, l, NAIVE_ASK_RAISE, line->charge);
    }
}

static void raise_send(struct naive_model *model, int o)
{
    struct naive_order *order = &model->orders[o];
    int raise = order->raise;
    order->requests[raise].state = NAIVE_REQUEST_SENT;
    order->raise = -1;
    say(model, NAIVE_SAYS_FORWARD, o, raise);
}

/* R41: the difference comes before the replace goes on. */
static void raise_charge(struct naive_model *model, int o, int l, long qty)
{
    struct naive_line *line = &model->orders[o].lines[l];
    long need = dv01(model, l, qty);
    if (line->state != NAIVE_LINE_SPENT) {
        return;
    }
    bool more = need > line->charge;
    line->charge = more ? need : line->charge;
    if (!line->ping && (more || need > held(line))) {
        grant(line, line->charge - held(line));
    }
    raise_ask(model, o, l);
}

/* The replace |i| has its turn. */
static void raise_start(struct naive_model *model, int o, int i)
{
    struct naive_order *order = &model->orders[o];
    order->requests[i].state = NAIVE_REQUEST_WAITS;
    order->raise = i;
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        raise_charge(model, o, l, order->requests[i].qty);
    }
    if (raise_ready(model, o)) {
        raise_send(model, o);
    }
}

/* R41: those that wait behind are decided one by one, oldest first. */
static void replaces_go(struct naive_model *model, int o)
{
    struct naive_order *order = &model->orders[o];
    for (int i = 0; i < order->request_count && order->raise < 0; i++) {
        struct naive_word refusal = {.kind = NAIVE_SAYS_REFUSE_REQUEST,
                                     .order = o,
                                     .request = i,
                                     .limit = -1};
        if (order->requests[i].state != NAIVE_REQUEST_BEHIND) {
            continue;
        }
        replace_faults(model, o, &order->requests[i], &refusal);
        if (refusal.reason_count > 0) {
            order->requests[i].state = NAIVE_REQUEST_NO;
            *say(model, NAIVE_SAYS_REFUSE_REQUEST, o, i) = refusal;
        } else {
            raise_start(model, o, i);
        }
    }
}

void naive_replace(struct naive_model *model, int o, long qty, bool other)
{
    struct naive_order *order = &model->orders[o];
    int terms = other ? order->request_count
                      : order->requests[order->in_force].terms;
    bool behind = order->raise >= 0 || order->status == NAIVE_WAITING;
    int i = request_add(order, NAIVE_REPLACE, NAIVE_REQUEST_NO, qty, terms);
    struct naive_word refusal = {.kind = NAIVE_SAYS_REFUSE_REQUEST,
                                 .order = o,
                                 .request = i,
                                 .limit = -1};
    model->word_count = 0;
    if (behind) {
        pass_faults(model, o, &order->requests[i], &refusal);
    } else {
        replace_faults(model, o, &order->requests[i], &refusal);
    }
    if (refusal.reason_count > 0) {
        *say(model, NAIVE_SAYS_REFUSE_REQUEST, o, i) = refusal;
    } else if (behind) {
        order->requests[i].state = NAIVE_REQUEST_BEHIND;
    } else {
        raise_start(model, o, i);
    }
}

void naive_cancel(struct naive_model *model, int o)
{
    struct naive_order *order = &model->orders[o];
    int request = order->request_count;
    model->word_count = 0;
    if (order->status == NAIVE_REFUSED) {
        request_add(order, NAIVE_CANCEL, NAIVE_REQUEST_NO, 0, 0);
        because(say(model, NAIVE_SAYS_REFUSE_REQUEST, o, request), 402);
        return;
    }
    request_add(order, NAIVE_CANCEL, NAIVE_REQUEST_SENT, 0, 0);
    if (order->status == NAIVE_WAITING) {
        lines_end(model, o, HANDED_BACK);
        order->status = NAIVE_REFUSED;
        order->requests[request].state = NAIVE_REQUEST_DONE;
        say(model, NAIVE_SAYS_CANCELLED, o, request);
        replaces_refuse(model, o, 402);
        return;
    }
    replaces_refuse(model, o, 403);
    say(model, NAIVE_SAYS_FORWARD, o, request);
}

/* --- the venue ---------------------------------------------------------- */

static void heard(struct naive_model *model, int o)
{
    if (model->orders[o].status == NAIVE_SENT) {
        model->orders[o].status = NAIVE_OPEN;
        model->orders[o].requests[0].state = NAIVE_REQUEST_DONE;
    }
}

static void pass(struct naive_model *model, int o, int request)
{
    bool own = model->orders[o].requests[request].kind == NAIVE_PULL;
    say(model, own ? NAIVE_SAYS_PASS_PULLED : NAIVE_SAYS_PASS, o, request);
}

void naive_ack(struct naive_model *model, int o, int request)
{
    model->word_count = 0;
    heard(model, o);
    pass(model, o, request);
}

/* What is filled leaves the reserve first; the rest is an overrun (R13). */
static long line_fill(struct naive_model *model, int o, int l, long cum)
{
    struct naive_order *order = &model->orders[o];
    struct naive_line *line = &order->lines[l];
    if (line->state == NAIVE_LINE_NONE) {
        return 0;
    }
    long rise = dv01(model, l, cum) - dv01(model, l, order->cum);
    if (model->mistake == NAIVE_ROUNDS_SLICES && cum > order->cum) {
        rise = dv01(model, l, cum - order->cum);
    }
    line->filled += rise;
    line->consumed += rise;
    if (rise < 0) {
        line->released -= rise;
        line->busted = true;
        return rise;
    }
    long covered = rise < line->reserved ? rise : line->reserved;
    line->reserved -= covered;
    if (model->mistake != NAIVE_OVERRUN_UNCOUNTED) {
        line->overrun += rise - covered;
    }
    return rise;
}

/* Whether a notice of a trade is out, said before ask |number|. */
static bool notice_is_out(const struct naive_line *line, int number)
{
    for (int i = 0; i < number; i++) {
        if (line->asks[i].out && line->asks[i].kind == NAIVE_ASK_CONSUMED) {
            return true;
        }
    }
    return false;
}

/* R25: what was refused because its trade was not known is told once the hub
 * knows it. */
static void bust_tell(struct naive_model *model, int o, int l, long fall)
{
    struct naive_line *line = &model->orders[o].lines[l];
    if (!notice_is_out(line, line->ask_count)) {
        fall += line->unheard;
        line->unheard = 0;
    }
    ask(model, o, l, NAIVE_ASK_BUST, fall);
    if (line->ping && line->state == NAIVE_LINE_CLOSED && line->used_up) {
        ask(model, o, l, NAIVE_ASK_CANCEL, 0);
    }
}

/* R25: the owner of the limit hears of it, and of what is busted. */
static void line_tell(struct naive_model *model, int o, int l, long rise)
{
    if (rise > 0) {
        ask(model, o, l, NAIVE_ASK_CONSUMED, rise);
    }
    if (rise < 0) {
        bust_tell(model, o, l, -rise);
        restate_ask(model, o, l);
    }
}

static void cum_set(struct naive_model *model, int o, long cum)
{
    long rises[NAIVE_LIMITS];
    bool falls = cum < model->orders[o].cum;
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        rises[l] = line_fill(model, o, l, cum);
    }
    model->orders[o].cum = cum;
    if (falls) {
        follow(model, o);
    }
    for (int l = 0; l < NAIVE_LIMITS; l++) {
        line_tell(model, o, l, rises[l]);
    }
    limits_check(model, o);
}

void naive_fill(struct naive_model *model, int o, long cum, bool ends)
{
    struct naive_order *order = &model->orders[o];
    model->word_count = 0;
    heard(model, o);
    bool lost = model->mistake == NAIVE_LATE_FILL_LOST &&
                order->status == NAIVE_CLOSED;
    if (cum > order->cum && !lost) {
        cum_set(model, o, cum);
    }
    if (ends && is_alive(order)) {
        order_close(model, o);
    }
    pass(model, o, order->in_force);
}

void naive_bust(struct naive_model *model, int o, long cum)
{
    model->word_count = 0;
    heard(model, o);
    cum_set(model, o, cum);
    pass(model, o, model->orders[o].in_force);
}

void naive_ended(struct naive_model *model, int o, int request)
{
    model->word_count = 0;
    heard(model, o);
    if (is_alive(&model->orders[o])) {
        order_close(model, o);
    }
    pass(model, o, request);
}

/* 150=8 of the order itself, or of a replace. */
void naive_rejected(struct naive_model *model, int o, int request)
{
    struct naive_order *order = &model->orders[o];
    model->word_count = 0;
    if (request == 0) {
        if (is_alive(order)) {
            order_close(model, o);
        }
    } else if (order->requests[request].state == NAIVE_REQUEST_SENT) {
        order->requests[request].state = NAIVE_REQUEST_NO;
        if (order->requests[request].kind == NAIVE_REPLACE) {
            follow(model, o);
        }
    }
    pass(model, o, request);
}

void naive_replaced(struct naive_model *model, int o, int request)
{
    struct naive_order *order = &model->orders[o];
    model->word_count = 0;
    heard(model, o);
    if (order->requests[request].state == NAIVE_REQUEST_SENT) {
        order->requests[request].state = NAIVE_REQUEST_DONE;
        order->in_force = request;
        follow(model, o);
        limits_check(model, o);
    }
    pass(model, o, request);
}

void naive_restated(struct naive_model *model, int o, long qty)
{
    struct naive_order *order = &model->orders[o];
    model->word_count = 0;
    heard(model, o);
    if (qty != confirmed_qty(order)) {
        order->requests[order->in_force].qty = qty;
        follow(model, o);
        limits_check(model, o);
    }
    pass(model, o, order->in_force);
}

void naive_cancel_rejected(struct naive_model *model, int o, int request)
{
    struct naive_order *order = &model->orders[o];
    struct naive_request *refused = &order->requests[request];
    model->word_count = 0;
    if (refused->state == NAIVE_REQUEST_SENT) {
        refused->state = NAIVE_REQUEST_NO;
        if (refused->kind == NAIVE_REPLACE) {
            follow(model, o);
        }
    }
    if (refused->kind != NAIVE_PULL) {
        pass(model, o, request);
    }
    if (refused->kind == NAIVE_CANCEL && is_alive(order)) {
        limits_check(model, o); /* it was taken for gone */
    }
}

/* --- the hub ------------------------------------------------------------ */

void naive_taken_back(struct naive_model *model, int o, int l)
{
    struct naive_line *line = &model->orders[o].lines[l];
    model->word_count = 0;
    if (line->state != NAIVE_LINE_LIVE && line->state != NAIVE_LINE_SPENT) {
        return;
    }
    line->taken_back = true;
    line->invalidated += line->reserved;
    line->reserved = 0;
    pull(model, o, 305);
}

/* R28: on record, and back it goes. */
static void late(struct naive_model *model,
                 int o,
                 int l,
                 const struct naive_ask *answered,
                 int status,
                 long approved)
{
    struct naive_line *line = &model->orders[o].lines[l];
    if (status > 1) {
        return;
    }
    line->late = true;
    long amount = approved;
    if (answered->kind != NAIVE_ASK_NEW) {
        amount -= line->granted;
    }
    amount = amount > 0 ? amount : 0;
    line->granted += amount;
    if (model->mistake == NAIVE_LATE_GRANT_LIVES) {
        line->reserved += amount;
    } else {
        line->handed_back += amount;
    }
    if (line->state == NAIVE_LINE_CLOSED ||
        (line->state == NAIVE_LINE_SPENT && line->taken_back)) {
        ask(model, o, l, NAIVE_ASK_CANCEL, answered->amount);
    } else if (line->state == NAIVE_LINE_SPENT && line->current < 0) {
        ask(model, o, l, NAIVE_ASK_LOWER, line->charge);
    }
}

static void answer_new(struct naive_model *model,
                       int o,
                       int l,
                       const struct naive_ask *answered,
                       int status,
                       long approved)
{
    struct naive_line *line = &model->orders[o].lines[l];
    if (line->state != NAIVE_LINE_ASKED) {
        late(model, o, l, answered, status, approved);
        return;
    }
    if (status == 2 || status == 4) {
        line->state = NAIVE_LINE_CLOSED;
        order_refuse(model, o, 307);
        return;
    }
    line->state = NAIVE_LINE_LIVE;
    grant(line, approved);
    bool less = (status == 1 || approved < answered->amount) &&
                model->mistake != NAIVE_PARTIAL_IS_ENOUGH;
    if (less) {
        order_refuse(model, o, 101);
    } else if (lines_live(&model->orders[o])) {
        int fault = wait_is_over(model, o, 0);
        if (fault != 0) {
            order_refuse(model, o, fault);
        } else {
            order_send(model, o);
            replaces_go(model, o);
        }
    }
}

/* With all its credit there a raise goes, or what has come between says no. */
static void raise_go(struct naive_model *model, int o)
{
    if (!raise_ready(model, o)) {
        return;
    }
    int fault = wait_is_over(model, o, worst_sent(model, o));
    if (fault != 0) {
        raise_refuse(model, o, fault);
    } else {
        raise_send(model, o);
    }
    replaces_go(model, o);
}

static void answer_raise(struct naive_model *model,
                         int o,
                         int l,
                         const struct naive_ask *answered,
                         bool current,
                         int status,
                         long approved)
{
    struct naive_order *order = &model->orders[o];
    struct naive_line *line = &order->lines[l];
    if (!current || line->state != NAIVE_LINE_SPENT || line->taken_back ||
        order->raise < 0) {
        late(model, o, l, answered, status, approved);
        return;
    }
    long more = approved - held(line);
    more = more > 0 ? more : 0;
    if (status == 2) {
        raise_refuse(model, o, 307);
    } else if (status == 1) {
        line->granted += more;
        line->handed_back += more;
        line->late = true;
        raise_refuse(model, o, 101);
    } else {
        grant(line, more);
        raise_go(model, o);
        return;
    }
    replaces_go(model, o);
}

static void answer_restate(struct naive_model *model,
                           int o,
                           int l,
                           const struct naive_ask *answered,
                           bool current,
                           int status,
                           long approved)
{
    struct naive_line *line = &model->orders[o].lines[l];
    if (!current || line->state != NAIVE_LINE_SPENT || line->taken_back) {
        late(model, o, l, answered, status, approved);
        return;
    }
    if (status == 0) {
        long total = approved < line->charge ? approved : line->charge;
        grant(line, total - held(line));
        return;
    }
    long more = approved - held(line);
    if (status == 1 && more > 0) {
        line->granted += more;
        line->handed_back += more;
    }
    bool wanted = line->charge > held(line);
    ask(model, o, l, NAIVE_ASK_LOWER, wanted ? held(line) : line->charge);
    if (wanted) {
        pull(model, o, 306);
    }
}

/* What the venue raised by itself is covered once the hub approves it. */
static void answer_lower(struct naive_line *line,
                         const struct naive_ask *answered,
                         bool current,
                         int status)
{
    long total = answered->amount < line->charge ? answered->amount
                                                 : line->charge;
    line->kept |= status == 2;
    if (status != 2 && current && line->state == NAIVE_LINE_SPENT &&
        !line->taken_back && line->ping) {
        grant(line, total - held(line));
    }
}

static void answer_cancel(struct naive_model *model,
                          int o,
                          int l,
                          const struct naive_ask *answered,
                          int status)
{
    struct naive_line *line = &model->orders[o].lines[l];
    for (int i = 0; i < line->ask_count; i++) {
        if (!is_notice(line->asks[i].kind)) {
            line->asks[i].out = false;
        }
    }
    line->current = -1;
    if (line->state != NAIVE_LINE_RETURNING) {
        return;
    }
    if (status == 2 && line->late) { /* it came there before its ask */
        ask(model, o, l, NAIVE_ASK_CANCEL, answered->amount);
    } else {
        line->state = NAIVE_LINE_CLOSED;
    }
}

/* What had to wait for this answer is said now. */
static void said_now(struct naive_model *model, int o, int l)
{
    struct naive_line *line = &model->orders[o].lines[l];
    if (line->state != NAIVE_LINE_SPENT || line->current >= 0 ||
        line->taken_back || !line->ping) {
        return;
    }
    bool raises = model->orders[o].raise >= 0;
    if (raises) {
        raise_ask(model, o, l);
    }
    if (raises && line->current < 0) { /* or it is enough by now */
        raise_go(model, o);
    }
    if (line->current >= 0 || line->state != NAIVE_LINE_SPENT) {
        return;
    }
    if (line->asked > line->charge || line->late) {
        ask(model, o, l, NAIVE_ASK_LOWER, line->charge);
    } else if (!raises) {
        restate_ask(model, o, l);
    }
}

/* An answer to what needs none any more. */
static void answer_again(struct naive_model *model,
                         int o,
                         int l,
                         const struct naive_ask *answered,
                         int status,
                         long approved)
{
    struct naive_line *line = &model->orders[o].lines[l];
    if (status <= 1 && line->state == NAIVE_LINE_CLOSED && line->granted == 0 &&
        line->ping && !is_notice(answered->kind)) {
        struct naive_ask as_new = {NAIVE_ASK_NEW, line->asked, false};
        late(model, o, l, &as_new, status,
             approved < line->asked ? approved : line->asked);
    }
}

void naive_answer(struct naive_model *model,
                  int o,
                  int l,
                  int number,
                  int status,
                  long approved)
{
    struct naive_line *line = &model->orders[o].lines[l];
    struct naive_ask answered = line->asks[number];
    bool current = line->current == number;
    model->word_count = 0;
    if (!answered.out) {
        answer_again(model, o, l, &answered, status, approved);
        return;
    }
    line->asks[number].out = false;
    line->current = current ? -1 : line->current;
    line->denied = line->denied ||
                   (current && answered.kind == NAIVE_ASK_RESTATE &&
                    status != 0);
    if (current && status == 2 &&
        (answered.kind == NAIVE_ASK_RAISE ||
         answered.kind == NAIVE_ASK_RESTATE)) {
        line->asked = held(line);
    }
    switch (answered.kind) {
    case NAIVE_ASK_NEW:
        answer_new(model, o, l, &answered, status, approved);
        break;
    case NAIVE_ASK_RAISE:
        answer_raise(model, o, l, &answered, current, status, approved);
        break;
    case NAIVE_ASK_RESTATE:
        answer_restate(model, o, l, &answered, current, status, approved);
        break;
    case NAIVE_ASK_LOWER:
        answer_lower(line, &answered, current, status);
        break;
    case NAIVE_ASK_CANCEL:
        answer_cancel(model, o, l, &answered, status);
        break;
    case NAIVE_ASK_CONSUMED:
        if (line->unheard > 0 && !notice_is_out(line, line->ask_count)) {
            bust_tell(model, o, l, 0);
        }
        break;
    case NAIVE_ASK_BUST:
        if (status == 2 && notice_is_out(line, number)) {
            line->unheard += answered.amount;
        }
        break;
    }
    said_now(model, o, l);
}

void naive_amount(struct naive_model *model, int l, long amount)
{
    model->word_count = 0;
    model->limits[l].amount = amount;
    if (naive_use(model, l) > amount) {
        pull_to_fit(model, l);
    }
}

void naive_stop(struct naive_model *model, bool halt)
{
    model->word_count = 0;
    model->suspended = model->suspended || !halt;
    bool again = model->halted && halt;
    model->halted = model->halted || halt;
    for (int o = model->order_count - 1; halt && !again && o >= 0; o--) {
        if (is_alive(&model->orders[o])) {
            pull(model, o, 202);
        }
    }
}

void naive_reinstate(struct naive_model *model)
{
    model->word_count = 0;
    model->suspended = false;
    model->halted = false;
}

/* --- time --------------------------------------------------------------- */

/* R31: pulls are repeated, refused or not answered, with every id that the
 * venue may know. */
static void pull_again(struct naive_model *model, int o)
{
    struct naive_order *order = &model->orders[o];
    for (int i = order->request_count - 1; i >= 0; i--) {
        if (i == order->in_force ||
            (order->requests[i].kind == NAIVE_REPLACE &&
             order->requests[i].state == NAIVE_REQUEST_SENT)) {
            pull_one(model, o, i);
        }
    }
}

/* Each replace has its own deadline (R26), and here all have the same. */
static void raises_late(struct naive_model *model, int o)
{
    while (model->orders[o].raise >= 0) {
        raise_refuse(model, o, 301);
        replaces_go(model, o);
    }
}

void naive_deadline(struct naive_model *model)
{
    model->word_count = 0;
    for (int o = 0; o < model->order_count; o++) {
        struct naive_order *order = &model->orders[o];
        if (order->status == NAIVE_WAITING) {
            order_refuse(model, o, 301);
        } else if (is_alive(order) && order->raise >= 0) {
            raises_late(model, o);
        } else if (is_alive(order) && order->pull >= 0) {
            pull_again(model, o);
        }
    }
}
