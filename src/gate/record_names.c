/*
 * The {names} in the sentences of record_words.c: what each becomes for a fact.
 *
 * Changes nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record_names.h"

#include "check.h"
#include "decimal.h"
#include "difference.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void cg_record_put(struct cg_record_text *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(words->text + words->at, words->len - words->at, format,
                        arguments);
    va_end(arguments);
    size_t left = words->len - words->at - 1;
    words->at += len > 0 && (size_t)len < left ? (size_t)len : left;
}

/* What came from outside is shown as printable text. */
static void put_slice(struct cg_record_text *words, struct cg_slice slice)
{
    for (size_t i = 0; i < slice.len; i++) {
        char c = slice.data[i];
        cg_record_put(words, "%c",
                      c >= ' ' && c <= '~' ? c
                      : c == '\t'          ? ' '
                                           : '?');
    }
}

static void put_id(struct cg_record_text *words, const struct cg_id *id)
{
    put_slice(words, cg_id_slice(id));
}

void cg_record_time(cg_time at, char *text)
{
    time_t seconds = at / CG_SECOND;
    struct tm tm;
    char day[24];
    gmtime_r(&seconds, &tm);
    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text, 40, "%s.%03dZ", day, (int)(at % CG_SECOND / CG_MS));
}

/* --- what sentences name ------------------------------------------------ */

static const struct cg_limit *limit_of(const struct cg_telling *telling)
{
    return telling->limit != CG_NONE ? &telling->state->limits[telling->limit]
                                     : NULL;
}

void cg_record_amount(const struct cg_telling *telling,
                      cg_dv01 amount,
                      char *text)
{
    const struct cg_limit *limit = limit_of(telling);
    if (limit != NULL && limit->kind == CG_LIMIT_NOTIONAL) {
        snprintf(text, 32, "%lld", (long long)amount);
    } else {
        cg_dv01_format(amount, text);
    }
}

static void put_money(struct cg_record_text *words, cg_dv01 amount)
{
    const struct cg_limit *limit = limit_of(words->telling);
    char text[32];
    cg_record_amount(words->telling, amount, text);
    cg_record_put(words, "%s", text);
    if (limit != NULL) {
        cg_record_put(words, " %.3s", limit->currency);
    }
}

static void put_amount(struct cg_record_text *words)
{
    put_money(words, words->telling->fact->amount);
}

static void put_other(struct cg_record_text *words)
{
    put_money(words, words->telling->fact->other);
}

static void put_rate(struct cg_record_text *words)
{
    put_money(words, words->telling->fact->rate);
}

static void put_name(struct cg_record_text *words)
{
    const struct cg_fact *fact = words->telling->fact;
    put_slice(words, (struct cg_slice){fact->id, fact->id_len});
}

static void put_text(struct cg_record_text *words)
{
    const struct cg_fact *fact = words->telling->fact;
    put_slice(words, (struct cg_slice){fact->text, fact->text_len});
}

static void put_session_of(struct cg_record_text *words, cg_session session)
{
    const struct cg_state *state = words->telling->state;
    if (session < state->session_count) {
        put_id(words, &state->sessions[session].name);
    } else {
        cg_record_put(words, "the gate");
    }
}

static void put_session(struct cg_record_text *words)
{
    put_session_of(words, words->telling->fact->session);
}

static void put_venue(struct cg_record_text *words)
{
    const struct cg_telling *telling = words->telling;
    cg_session venue = (cg_session)(telling->fact->flags >> 16);
    if (telling->order != CG_NONE) {
        venue = telling->state->orders[telling->order].venue;
    }
    put_session_of(words, venue);
}

static void put_owner(struct cg_record_text *words)
{
    const struct cg_limit *limit = limit_of(words->telling);
    if (limit != NULL && limit->owner_name.len > 0) {
        put_id(words, &limit->owner_name);
    } else {
        cg_record_put(words, "the own desk");
    }
}

static void put_limit(struct cg_record_text *words)
{
    const struct cg_limit *limit = limit_of(words->telling);
    if (limit != NULL) {
        put_id(words, &limit->id);
    }
}

/* "12000.00 of 20000.00 USD is in use" as it stands now. */
static void put_use(struct cg_record_text *words)
{
    const struct cg_limit *limit = limit_of(words->telling);
    char text[32];
    if (limit == NULL || limit->kind != CG_LIMIT_DV01) {
        return;
    }
    cg_record_amount(words->telling, cg_limit_use(limit), text);
    cg_record_put(words, "; in use: %s", text);
    if (limit->has_amount) {
        cg_record_put(words, " of ");
        put_money(words, limit->amount);
    }
}

static void put_state(struct cg_record_text *words)
{
    static const char *const names[CG_LIMIT_STATES] = {
        [CG_LIMIT_ENABLED] = "enabled",
        [CG_LIMIT_SUSPENDED] = "suspended",
        [CG_LIMIT_HALTED] = "halted",
        [CG_LIMIT_REMOVED] = "removed",
        [CG_LIMIT_UNENFORCED] = "not enforceable: it blocks",
    };
    uint32_t value = words->telling->fact->value;
    cg_record_put(words, "%s", value < CG_LIMIT_STATES ? names[value] : "?");
}

static void put_token(struct cg_record_text *words)
{
    const struct cg_telling *telling = words->telling;
    char id[CG_NAME_MAX + 1];
    if (telling->token != CG_NONE) {
        cg_token_id(telling->gate_name,
                    telling->state->tokens[telling->token].number, id);
        cg_record_put(words, "%s", id);
    }
}

static void put_account(struct cg_record_text *words)
{
    const struct cg_telling *telling = words->telling;
    if (telling->account != CG_NONE) {
        put_id(words, &telling->state->accounts[telling->account].name);
    }
}

/* An account, or else a whole firm. */
static void put_party(struct cg_record_text *words)
{
    if (words->telling->fact->account != CG_NONE) {
        cg_record_put(words, "account ");
        put_account(words);
    } else {
        cg_record_put(words, "firm ");
        put_text(words);
    }
}

static void put_instrument(struct cg_record_text *words)
{
    const struct cg_telling *telling = words->telling;
    uint32_t slot = telling->fact->instrument;
    if (slot != CG_NONE) {
        put_id(words, &telling->state->instruments[slot].name);
    } else {
        cg_record_put(words, "a package");
    }
}

static void put_side(struct cg_record_text *words)
{
    char side = words->telling->fact->side;
    cg_record_put(words, "%s",
                  side == '1'   ? "buy"
                  : side == '2' ? "sell"
                                : "trade");
}

static void put_qty(struct cg_record_text *words)
{
    cg_record_put(words, "%lld", (long long)words->telling->fact->qty);
}

/* The quantity of the order as it is in force. */
static void put_order_qty(struct cg_record_text *words)
{
    const struct cg_telling *telling = words->telling;
    if (telling->order != CG_NONE) {
        cg_record_put(words, "%lld",
                      (long long)telling->state->orders[telling->order].qty);
    }
}

static void put_number(struct cg_record_text *words)
{
    cg_record_put(words, "%llu",
                  (unsigned long long)words->telling->fact->number);
}

static void put_value(struct cg_record_text *words)
{
    cg_record_put(words, "%u", words->telling->fact->value);
}

static void put_until(struct cg_record_text *words)
{
    char text[40];
    if (words->telling->fact->until == CG_TIME_NEVER) {
        cg_record_put(words, "it is used");
        return;
    }
    cg_record_time(words->telling->fact->until, text);
    cg_record_put(words, "%s", text);
}

static void put_reason(struct cg_record_text *words)
{
    enum cg_reason reason = (enum cg_reason)words->telling->fact->reason;
    cg_record_put(words, "CG%d %s", (int)reason, cg_reason_slug(reason));
}

/* The arithmetic of a refusal, and whose limit it was. */
static void put_because(struct cg_record_text *words)
{
    const struct cg_fact *fact = words->telling->fact;
    put_reason(words);
    if (fact->limit != CG_NONE) {
        cg_record_put(words, " by limit ");
        put_limit(words);
        cg_record_put(words, " of ");
        put_owner(words);
    }
    if (fact->amount != 0 || fact->other != 0) {
        cg_record_put(words, ": needs ");
        put_amount(words);
    }
    /* What a hub that denied it has is not known. */
    if (fact->other != 0 ||
        (fact->amount != 0 && fact->reason == CG_LIMIT_EXCEEDED)) {
        cg_record_put(words, ", has ");
        put_other(words);
    }
}

static void put_end(struct cg_record_text *words)
{
    uint32_t value = words->telling->fact->value;
    cg_record_put(words, "%s",
                  value < CG_TOKEN_ENDS
                      ? cg_token_end_name((enum cg_token_end)value)
                      : "?");
}

/* How an order ended, by the last word on it. */
static void put_closing(struct cg_record_text *words)
{
    static const char *const names[] = {
        [CG_REPORT_OTHER] = "closed",
        [CG_REPORT_NEW] = "closed",
        [CG_REPORT_FILL] = "filled",
        [CG_REPORT_CANCELLED] = "cancelled",
        [CG_REPORT_REPLACED] = "replaced",
        [CG_REPORT_REJECTED] = "rejected by the venue",
        [CG_REPORT_EXPIRED] = "expired",
        [CG_REPORT_DONE_FOR_DAY] = "done for the day",
        [CG_REPORT_RESTATED] = "closed",
        [CG_REPORT_CORRECTED] = "closed",
        [CG_REPORT_PENDING] = "closed",
    };
    uint32_t value = words->telling->fact->value;
    cg_record_put(words, "%s",
                  value < CG_COUNT(names) ? names[value] : "closed");
}

static void put_ask(struct cg_record_text *words)
{
    static const char *const names[CG_ASK_KINDS] = {
        [CG_ASK_NEW] = "asked for",
        [CG_ASK_CONSUMED] = "told that it is consumed:",
        [CG_ASK_CANCEL] = "given back",
        [CG_ASK_RAISE] = "asked to raise to",
        [CG_ASK_LOWER] = "told to lower to",
        [CG_ASK_RENEW] = "asked to renew",
        [CG_ASK_BUST] = "told that it is not consumed after all:",
        [CG_ASK_RESTATE] = "asked, for what the venue opened, to raise to",
    };
    uint32_t value = words->telling->fact->value;
    cg_record_put(words, "%s", value < CG_ASK_KINDS ? names[value] : "told of");
}

static void put_answer(struct cg_record_text *words)
{
    static const char *const names[] = {"approves", "approves in part",
                                        "rejects", "is still deciding on",
                                        "has cancelled"};
    const struct cg_fact *fact = words->telling->fact;
    cg_record_put(words, "%s",
                  fact->value < CG_COUNT(names) ? names[fact->value]
                                                : "answers");
}

static void put_request_kind(struct cg_record_text *words)
{
    const struct cg_telling *telling = words->telling;
    uint32_t kind = telling->fact->value;
    if (telling->fact->request != CG_NONE) {
        kind = telling->state->requests[telling->fact->request].kind;
    }
    cg_record_put(words, "%s",
                  kind == CG_REQUEST_NEW       ? "order"
                  : kind == CG_REQUEST_REPLACE ? "replace"
                  : kind == CG_REQUEST_PULL    ? "the gate's cancel"
                                               : "cancel");
}

/* The ClOrdID that the fact is about, else the one in force. */
static void put_request(struct cg_record_text *words)
{
    const struct cg_telling *telling = words->telling;
    const struct cg_fact *fact = telling->fact;
    uint32_t slot = fact->request;
    if (slot == CG_NONE && fact->id_len > 0) {
        put_name(words);
        return;
    }
    if (slot == CG_NONE && telling->order != CG_NONE) {
        slot = telling->state->orders[telling->order].request;
    }
    if (slot != CG_NONE) {
        put_id(words, &telling->state->requests[slot].id);
    }
}

/* As many decimals as are not zero. */
static void put_ratio(struct cg_record_text *words)
{
    int64_t ratio = words->telling->fact->amount;
    int64_t rest = ratio % CG_RATIO_SCALE;
    cg_record_put(words, "%lld", (long long)(ratio / CG_RATIO_SCALE));
    cg_record_put(words, "%s", rest != 0 ? "." : "");
    for (int64_t unit = CG_RATIO_SCALE / 10; rest > 0; unit /= 10) {
        cg_record_put(words, "%d", (int)(rest / unit));
        rest %= unit;
    }
}

/* The highest of the warning levels that fired. */
static void put_percent(struct cg_record_text *words)
{
    const struct cg_telling *telling = words->telling;
    const struct cg_limit *limit = limit_of(telling);
    const uint8_t *own =
        telling->fact->account != CG_NONE
            ? telling->state->accounts[telling->account].warning_percent
            : NULL;
    for (uint32_t i = CG_WARNINGS_MAX; i > 0 && limit != NULL; i--) {
        if ((telling->fact->flags >> (i - 1) & 1) != 0) {
            cg_record_put(words, "%u",
                          own != NULL ? own[i - 1]
                                      : limit->warning_percent[i - 1]);
            return;
        }
    }
}

static void put_difference(struct cg_record_text *words)
{
    const char *name = cg_difference_name(
        (enum cg_difference)words->telling->fact->value);
    cg_record_put(words, "%s", name != NULL ? name : "?");
}

static struct cg_difference_words sides(const struct cg_record_text *words)
{
    struct cg_difference_words sides;
    cg_difference_words(words->telling->state, words->telling->gate_name,
                        words->telling->fact, &sides);
    return sides;
}

static void put_thing(struct cg_record_text *words)
{
    cg_record_put(words, "%s", sides(words).thing);
}

static void put_ours(struct cg_record_text *words)
{
    cg_record_put(words, "%s", sides(words).ours);
}

static void put_theirs(struct cg_record_text *words)
{
    cg_record_put(words, "%s", sides(words).theirs);
}

static const struct {
    const char *name;
    void (*put)(struct cg_record_text *words);
} names[] = {
    {"account", put_account},
    {"amount", put_amount},
    {"answer", put_answer},
    {"ask", put_ask},
    {"because", put_because},
    {"closing", put_closing},
    {"difference", put_difference},
    {"end", put_end},
    {"instrument", put_instrument},
    {"kind", put_request_kind},
    {"limit", put_limit},
    {"name", put_name},
    {"number", put_number},
    {"order_qty", put_order_qty},
    {"other", put_other},
    {"ours", put_ours},
    {"owner", put_owner},
    {"party", put_party},
    {"percent", put_percent},
    {"qty", put_qty},
    {"rate", put_rate},
    {"ratio", put_ratio},
    {"reason", put_reason},
    {"request", put_request},
    {"session", put_session},
    {"side", put_side},
    {"state", put_state},
    {"text", put_text},
    {"theirs", put_theirs},
    {"thing", put_thing},
    {"token", put_token},
    {"until", put_until},
    {"use", put_use},
    {"value", put_value},
    {"venue", put_venue},
};

bool cg_record_put_named(struct cg_record_text *words, struct cg_slice name)
{
    for (size_t i = 0; i < CG_COUNT(names); i++) {
        if (cg_slice_equal(cg_slice_str(names[i].name), name)) {
            names[i].put(words);
            return true;
        }
    }
    return false;
}
