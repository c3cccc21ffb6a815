/*
 * How two gates decided the same order, and why not alike: in words that name
 * the numbers of both.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_against_internal.h"

#include <creditgate/reason.h>
#include <decimal.h>
#include <stdarg.h>
#include <stdio.h>
#include <tally.h>

struct words {
    char text[1024];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void
put(struct words *words, const char *format, ...)
{
    size_t room = sizeof(words->text) - words->len;
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(words->text + words->len, room, format, arguments);
    va_end(arguments);
    words->len += len < 0 ? 0 : (size_t)len < room ? (size_t)len : room - 1;
}

const char *cg_against_kind_name(enum cg_against_kind kind)
{
    static const char *const names[CG_AGAINST_KINDS] = {
        [CG_AGAINST_REFUSED_IN_A] = "refused in A only",
        [CG_AGAINST_REFUSED_IN_B] = "refused in B only",
        [CG_AGAINST_OTHERWISE] = "for other reasons",
        [CG_AGAINST_LATER] = "later in B",
        [CG_AGAINST_EARLIER] = "earlier in B",
        [CG_AGAINST_PULLED_IN_A] = "pulled in A only",
        [CG_AGAINST_PULLED_IN_B] = "pulled in B only",
    };
    return kind < CG_AGAINST_KINDS ? names[kind] : "";
}

static const char *side_name(enum cg_against_side side)
{
    return side == A ? "A" : "B";
}

/* "12.5 ms" */
static void put_ms(struct words *words, cg_time time)
{
    if (time % CG_MS == 0) {
        put(words, "%lld ms", (long long)(time / CG_MS));
    } else {
        put(words, "%lld.%03lld ms", (long long)(time / CG_MS),
            (long long)(time % CG_MS / 1000));
    }
}

/* --- outcomes ----------------------------------------------------------- */

static void put_after(struct words *words,
                      const struct cg_against_record *record,
                      const struct cg_against_view *view)
{
    if (view->at > record->time) {
        put(words, " after ");
        put_ms(words, view->at - record->time);
    } else {
        put(words, " at once");
    }
}

static void put_reason(struct words *words, const struct cg_against_view *view)
{
    char reason[64];
    if (view->text != NULL) {
        put(words, ": %s", view->text);
    } else if (cg_tally_reason(view->reason, reason)) {
        put(words, ": %s", reason);
    }
}

/* A table over the fates. */
static void put_outcome(struct words *words,
                        const struct cg_against_record *record,
                        enum cg_against_side side)
{
    const struct cg_against_view *view = &record->views[side];
    switch (view->fate) {
    case CG_AGAINST_NOTHING:
        put(words, "taken for a repeat");
        break;
    case CG_AGAINST_WAITING:
        put(words, "not decided by the end of the log");
        break;
    case CG_AGAINST_FORWARDED:
        put(words, "forwarded");
        put_after(words, record, view);
        put(words, view->falls_back ? ", by fallback" : "");
        break;
    case CG_AGAINST_REFUSED:
        put(words, "refused");
        put_after(words, record, view);
        put_reason(words, view);
        break;
    case CG_AGAINST_ENDED:
        put(words, "taken back by its client while it waited");
        put_after(words, record, view);
        break;
    }
}

static void put_pull(struct words *words,
                     const struct cg_against_record *record,
                     enum cg_against_side side)
{
    const struct cg_against_view *view = &record->views[side];
    char reason[64];
    if (view->pulled) {
        put(words, "pulled");
        if (cg_tally_reason(view->pull_reason, reason)) {
            put(words, ": %s", reason);
        }
    } else if (view->fate == CG_AGAINST_FORWARDED) {
        put(words, "not pulled");
    } else {
        put_outcome(words, record, side);
    }
}

/* --- why ---------------------------------------------------------------- */

static const char *amount(cg_dv01 value, char *text)
{
    cg_dv01_format(value, text);
    return text;
}

static const struct cg_against_part *part_of(const struct cg_against_view *view,
                                             const char *limit)
{
    for (uint32_t i = 0; i < view->part_count; i++) {
        if (strcmp(view->parts[i].limit, limit) == 0) {
            return &view->parts[i];
        }
    }
    return NULL;
}

static cg_dv01 rate_of(const struct cg_against_view *view)
{
    return view->part_count > 0 ? view->parts[0].rate : 0;
}

static const struct cg_config_instrument *
instrument_of(const struct cg_config *config, const char *symbol)
{
    for (size_t i = 0; i < config->instrument_count; i++) {
        if (strcmp(config->instruments[i].symbol, symbol) == 0) {
            return &config->instruments[i];
        }
    }
    return NULL;
}

/* What a million is in both, when that differs. */
static void put_rates(struct words *words,
                      const struct cg_against *against,
                      const struct cg_against_record *record)
{
    cg_dv01 rates[CG_AGAINST_SIDES];
    char texts[2][40];
    for (int side = 0; side < CG_AGAINST_SIDES; side++) {
        rates[side] = rate_of(&record->views[side]);
        const struct cg_config_instrument *row = instrument_of(
            against->books[side].config, record->instrument);
        if (rates[side] == 0 && row != NULL) {
            rates[side] = row->dv01_per_million;
        }
    }
    if (rates[A] != rates[B] && rates[A] > 0 && rates[B] > 0) {
        put(words, "; the DV01 per million is %s in A and %s in B",
            amount(rates[A], texts[0]), amount(rates[B], texts[1]));
    }
}

/* The limit that refused, in the other one: what it was asked for and had. */
static void put_other_limit(struct words *words,
                            const struct cg_against *against,
                            enum cg_against_side side,
                            const struct cg_against_view *view,
                            const char *limit)
{
    const struct cg_against_part *part = part_of(view, limit);
    char texts[3][40];
    struct cg_limit_view now;
    const struct cg_gate *gate = cg_side_gate(against->books[side].side);
    if (part != NULL && part->has_amount) {
        put(words, "%s needed %s with %s of %s available", side_name(side),
            amount(part->required, texts[0]), amount(part->available, texts[1]),
            amount(part->amount, texts[2]));
        return;
    }
    if (part != NULL) {
        put(words, "%s needed %s, and has no amount there", side_name(side),
            amount(part->required, texts[0]));
        return;
    }
    for (size_t i = 0; cg_gate_limit(gate, i, &now); i++) {
        if (strcmp(now.id, limit) == 0) {
            put(words, "in %s the limit is %s", side_name(side),
                now.has_amount ? amount(now.amount, texts[0]) : "not set");
            return;
        }
    }
    put(words, "%s has no such limit", side_name(side));
}

static void put_credit(struct words *words,
                       const struct cg_against *against,
                       const struct cg_against_record *record,
                       enum cg_against_side refused)
{
    const struct cg_against_view *view = &record->views[refused];
    enum cg_against_side other = refused == A ? B : A;
    char texts[3][40];
    put(words, "limit %s (%s): %s needed %s with %s", view->limit,
        view->currency, side_name(refused), amount(view->required, texts[0]),
        amount(view->available, texts[1]));
    if (view->limit_has_amount) {
        put(words, " of %s", amount(view->limit_amount, texts[2]));
    }
    put(words, " available; ");
    put_other_limit(words, against, other, &record->views[other], view->limit);
    put_rates(words, against, record);
}

/* How long the hub took, and the deadlines. */
static void put_hub(struct words *words,
                    const struct cg_against *against,
                    const struct cg_against_record *record,
                    enum cg_against_side side)
{
    const struct cg_against_view *view = &record->views[side];
    const struct cg_config *config = against->books[side].config;
    put(words, "%s: ", side_name(side));
    if (view->asked_at == 0) {
        put(words, "no hub was asked");
    } else if (view->answered_at == 0) {
        put(words, "the hub had not answered when it was decided, ");
        put_ms(words,
               (view->fate > CG_AGAINST_WAITING ? view->at : against->b_now) -
                   view->asked_at);
        put(words, " after it was asked");
    } else {
        put(words, "the hub's answer took ");
        put_ms(words, view->answered_at - view->asked_at);
    }
    if (view->queued) {
        put(words, ", it waited for room");
    }
    put(words, " (deadlines: soft ");
    put_ms(words, config->soft_deadline_ns);
    put(words, ", hard ");
    put_ms(words, config->hard_deadline_ns);
    put(words, ")");
}

static void put_hubs(struct words *words,
                     const struct cg_against *against,
                     const struct cg_against_record *record)
{
    put_hub(words, against, record, A);
    put(words, "; ");
    put_hub(words, against, record, B);
    put_rates(words, against, record);
}

/* A replace or cancel of what the other one has not. */
static bool put_order(struct words *words,
                      const struct cg_against *against,
                      const struct cg_against_record *record,
                      enum cg_against_side refused)
{
    const struct cg_against_record *order =
        record->root < against->record_max && record->type != 'D'
            ? &against->records[record->root]
            : NULL;
    if (record->views[refused].reason != CG_UNKNOWN_ORDER) {
        return false;
    }
    put(words, "its order is not there in %s", side_name(refused));
    if (order != NULL && order->views[refused].fate == CG_AGAINST_REFUSED) {
        put(words, ": %s was refused", order->clordid);
        put_reason(words, &order->views[refused]);
    }
    return true;
}

static void put_unpriced(struct words *words,
                         const struct cg_against *against,
                         const struct cg_against_record *record,
                         enum cg_against_side refused)
{
    enum cg_against_side other = refused == A ? B : A;
    char text[40];
    cg_dv01 rate = rate_of(&record->views[other]);
    put(words, "%s has no DV01 for %s", side_name(refused),
        record->instrument[0] != '\0' ? record->instrument : "a leg");
    if (rate > 0) {
        put(words, "; in %s it is %s per million", side_name(other),
            amount(rate, text));
    }
    (void)against;
}

/* A table over the reasons. */
static void put_refusal(struct words *words,
                        const struct cg_against *against,
                        const struct cg_against_record *record,
                        enum cg_against_side refused)
{
    const struct cg_against_view *view = &record->views[refused];
    switch ((unsigned)view->reason) {
    case CG_LIMIT_EXCEEDED:
    case CG_CLIP_SIZE:
    case CG_MAX_NOTIONAL:
        put_credit(words, against, record, refused);
        return;
    case CG_DV01_UNAVAILABLE:
        put_unpriced(words, against, record, refused);
        return;
    case CG_CHECK_TIMEOUT:
    case CG_HUB_UNAVAILABLE:
    case CG_HUB_DENIED:
        put_hubs(words, against, record);
        return;
    default:
        break;
    }
    if (put_order(words, against, record, refused)) {
        return;
    }
    char reason[64];
    put(words, "%s refuses by its own configuration: ", side_name(refused));
    put(words, "%s",
        view->text != NULL                      ? view->text
        : cg_tally_reason(view->reason, reason) ? reason
                                                : "no reason is on record");
    if (view->limit[0] != '\0') {
        put(words, "; ");
        put_other_limit(words, against, refused == A ? B : A,
                        &record->views[refused == A ? B : A], view->limit);
    }
}

static void put_pulled(struct words *words,
                       const struct cg_against *against,
                       const struct cg_against_record *record,
                       enum cg_against_side side)
{
    const struct cg_against_view *view = &record->views[side];
    enum cg_against_side other = side == A ? B : A;
    const struct cg_gate *gate = cg_side_gate(against->books[other].side);
    struct cg_limit_view now;
    char texts[2][40];
    if (view->pull_reason == CG_RESERVATION_EXPIRED ||
        view->pull_reason == CG_TOKEN_INVALIDATED) {
        put(words, "its token ended in %s", side_name(side));
        return;
    }
    put(words, "limit %s (%s): %s was in use of %s in %s", view->limit,
        view->currency, amount(view->pull_used, texts[0]),
        amount(view->pull_amount, texts[1]), side_name(side));
    for (size_t i = 0; cg_gate_limit(gate, i, &now); i++) {
        if (strcmp(now.id, view->limit) == 0) {
            put(words, "; %s of %s in %s", amount(now.used, texts[0]),
                now.has_amount ? amount(now.amount, texts[1]) : "no amount",
                side_name(other));
        }
    }
}

/* --- telling ------------------------------------------------------------ */

static void tell(struct cg_against *against,
                 const struct cg_against_record *record,
                 enum cg_against_kind kind,
                 const struct words *outcomes,
                 const struct words *because)
{
    against->totals.kinds[kind]++;
    bool pull = kind == CG_AGAINST_PULLED_IN_A ||
                kind == CG_AGAINST_PULLED_IN_B;
    cg_time pulled_at =
        record->views[kind == CG_AGAINST_PULLED_IN_A ? A : B].pulled_at;
    const struct cg_against_difference difference = {
        .kind = kind,
        .time = pull ? pulled_at : record->time,
        .session = against->books[A].config->sessions[record->client].name,
        .clordid = record->clordid,
        .account = record->account,
        .instrument = record->instrument,
        .side = record->side,
        .qty = record->qty,
        .message = record->type == 'D' ? "order" : "replace",
        .outcome = {outcomes[A].text, outcomes[B].text},
        .because = because->text,
    };
    if (against->options.difference != NULL) {
        against->options.difference(against->options.user, &difference);
    }
}

/* --- judging ------------------------------------------------------------ */

static bool is_decided(const struct cg_against_view *view)
{
    return view->heard && view->fate != CG_AGAINST_WAITING;
}

static bool is_refused(const struct cg_against_view *view)
{
    return view->fate == CG_AGAINST_REFUSED;
}

/* False: they are alike. */
static bool differs(const struct cg_against_record *record,
                    enum cg_against_kind *kind)
{
    const struct cg_against_view *a = &record->views[A];
    const struct cg_against_view *b = &record->views[B];
    if (a->fate != b->fate) {
        *kind = is_refused(a)   ? CG_AGAINST_REFUSED_IN_A
                : is_refused(b) ? CG_AGAINST_REFUSED_IN_B
                                : CG_AGAINST_OTHERWISE;
        return true;
    }
    if (is_refused(a)) {
        *kind = CG_AGAINST_OTHERWISE;
        return a->reason != b->reason;
    }
    *kind = b->at > a->at ? CG_AGAINST_LATER : CG_AGAINST_EARLIER;
    return a->fate == CG_AGAINST_FORWARDED && a->at != b->at;
}

static void put_why(struct words *words,
                    const struct cg_against *against,
                    const struct cg_against_record *record,
                    enum cg_against_kind kind)
{
    switch (kind) {
    case CG_AGAINST_REFUSED_IN_A:
        put_refusal(words, against, record, A);
        break;
    case CG_AGAINST_REFUSED_IN_B:
        put_refusal(words, against, record, B);
        break;
    case CG_AGAINST_OTHERWISE:
        if (is_refused(&record->views[B])) {
            put_refusal(words, against, record, B);
            break;
        }
        put_hubs(words, against, record);
        break;
    case CG_AGAINST_LATER:
    case CG_AGAINST_EARLIER:
        put_hubs(words, against, record);
        break;
    case CG_AGAINST_PULLED_IN_A:
        put_pulled(words, against, record, A);
        break;
    case CG_AGAINST_PULLED_IN_B:
    case CG_AGAINST_KINDS:
        put_pulled(words, against, record, B);
        break;
    }
}

static void count_waits(struct cg_against *against,
                        const struct cg_against_record *record)
{
    for (int side = 0; side < CG_AGAINST_SIDES; side++) {
        const struct cg_against_view *view = &record->views[side];
        if (view->fate == CG_AGAINST_FORWARDED ||
            view->fate == CG_AGAINST_REFUSED) {
            cg_spread_add(&against->totals.waited[side],
                          (uint64_t)(view->at - record->time));
        }
    }
}

static void judge_decision(struct cg_against *against,
                           struct cg_against_record *record)
{
    struct words outcomes[CG_AGAINST_SIDES] = {{.len = 0}, {.len = 0}};
    struct words because = {.len = 0};
    enum cg_against_kind kind;
    record->told = true;
    count_waits(against, record);
    against->totals.compared++;
    if (!differs(record, &kind)) {
        against->totals.same++;
        return;
    }
    put_outcome(&outcomes[A], record, A);
    put_outcome(&outcomes[B], record, B);
    put_why(&because, against, record, kind);
    tell(against, record, kind, outcomes, &because);
}

/* Whether the side can still pull it. */
static bool may_pull(const struct cg_against_view *view)
{
    return view->fate == CG_AGAINST_FORWARDED && !view->over;
}

static void judge_pull(struct cg_against *against,
                       struct cg_against_record *record,
                       bool at_end)
{
    struct words outcomes[CG_AGAINST_SIDES] = {{.len = 0}, {.len = 0}};
    struct words because = {.len = 0};
    bool a = record->views[A].pulled;
    bool b = record->views[B].pulled;
    if (a == b) {
        record->pull_told = a;
        return;
    }
    enum cg_against_side other = a ? B : A;
    if (!at_end && may_pull(&record->views[other])) {
        return;
    }
    record->pull_told = true;
    enum cg_against_kind kind = a ? CG_AGAINST_PULLED_IN_A
                                  : CG_AGAINST_PULLED_IN_B;
    put_pull(&outcomes[A], record, A);
    put_pull(&outcomes[B], record, B);
    put_why(&because, against, record, kind);
    tell(against, record, kind, outcomes, &because);
}

void cg_against_judge(struct cg_against *against,
                      struct cg_against_record *record,
                      bool at_end)
{
    const struct cg_against_view *a = &record->views[A];
    const struct cg_against_view *b = &record->views[B];
    if (record->type == 'F') {
        return;
    }
    if (!record->told && is_decided(a) && is_decided(b)) {
        /* A repeat is nothing that is decided. */
        if (a->fate == CG_AGAINST_NOTHING && b->fate == CG_AGAINST_NOTHING) {
            record->told = true;
            return;
        }
        judge_decision(against, record);
    } else if (!record->told && at_end) {
        record->told = true;
        if (is_decided(a)) {
            judge_decision(against, record);
        } else {
            against->totals.undecided++;
        }
    }
    if (record->told && !record->pull_told && (a->pulled || b->pulled)) {
        judge_pull(against, record, at_end);
    }
    if (at_end && record->type == 'D' && b->fate == CG_AGAINST_FORWARDED &&
        !b->over && (a->fate != CG_AGAINST_FORWARDED || a->over)) {
        against->totals.resting++;
    }
}
