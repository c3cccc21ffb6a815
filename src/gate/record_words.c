/*
 * Facts in words: a sentence for each kind, with {names} for what they speak
 * of.
 *
 * Changes nothing.  The sentences are for people and may change; the kinds in
 * fact.h do not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record_words.h"

#include "check.h"
#include "decimal.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

struct words {
    const struct cg_telling *telling;
    char *text;
    size_t len;
    size_t at;
};

__attribute__((format(printf, 2, 3))) static void
put(struct words *words, const char *format, ...)
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
static void put_slice(struct words *words, struct cg_slice slice)
{
    for (size_t i = 0; i < slice.len; i++) {
        char c = slice.data[i];
        put(words, "%c", c >= ' ' && c <= '~' ? c : c == '\t' ? ' ' : '?');
    }
}

static void put_id(struct words *words, const struct cg_id *id)
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

static void put_money(struct words *words, cg_dv01 amount)
{
    const struct cg_limit *limit = limit_of(words->telling);
    char text[32];
    cg_record_amount(words->telling, amount, text);
    put(words, "%s", text);
    if (limit != NULL) {
        put(words, " %.3s", limit->currency);
    }
}

static void put_amount(struct words *words)
{
    put_money(words, words->telling->fact->amount);
}

static void put_other(struct words *words)
{
    put_money(words, words->telling->fact->other);
}

static void put_rate(struct words *words)
{
    put_money(words, words->telling->fact->rate);
}

static void put_name(struct words *words)
{
    const struct cg_fact *fact = words->telling->fact;
    put_slice(words, (struct cg_slice){fact->id, fact->id_len});
}

static void put_text(struct words *words)
{
    const struct cg_fact *fact = words->telling->fact;
    put_slice(words, (struct cg_slice){fact->text, fact->text_len});
}

static void put_session_of(struct words *words, cg_session session)
{
    const struct cg_state *state = words->telling->state;
    if (session < state->session_count) {
        put_id(words, &state->sessions[session].name);
    } else {
        put(words, "the gate");
    }
}

static void put_session(struct words *words)
{
    put_session_of(words, words->telling->fact->session);
}

static void put_venue(struct words *words)
{
    const struct cg_telling *telling = words->telling;
    cg_session venue = (cg_session)(telling->fact->flags >> 16);
    if (telling->order != CG_NONE) {
        venue = telling->state->orders[telling->order].venue;
    }
    put_session_of(words, venue);
}

static void put_owner(struct words *words)
{
    const struct cg_limit *limit = limit_of(words->telling);
    if (limit != NULL && limit->owner_name.len > 0) {
        put_id(words, &limit->owner_name);
    } else {
        put(words, "the own desk");
    }
}

static void put_limit(struct words *words)
{
    const struct cg_limit *limit = limit_of(words->telling);
    if (limit != NULL) {
        put_id(words, &limit->id);
    }
}

/* "12000.00 of 20000.00 USD is in use" as it stands now. */
static void put_use(struct words *words)
{
    const struct cg_limit *limit = limit_of(words->telling);
    char text[32];
    if (limit == NULL || limit->kind != CG_LIMIT_DV01) {
        return;
    }
    cg_record_amount(words->telling, cg_limit_use(limit), text);
    put(words, "; in use: %s", text);
    if (limit->has_amount) {
        put(words, " of ");
        put_money(words, limit->amount);
    }
}

static void put_state(struct words *words)
{
    static const char *const names[CG_LIMIT_STATES] = {
        [CG_LIMIT_ENABLED] = "enabled",
        [CG_LIMIT_SUSPENDED] = "suspended",
        [CG_LIMIT_HALTED] = "halted",
        [CG_LIMIT_REMOVED] = "removed",
        [CG_LIMIT_UNENFORCED] = "not enforceable: it blocks",
    };
    uint32_t value = words->telling->fact->value;
    put(words, "%s", value < CG_LIMIT_STATES ? names[value] : "?");
}

static void put_token(struct words *words)
{
    const struct cg_telling *telling = words->telling;
    char id[CG_NAME_MAX + 1];
    if (telling->token != CG_NONE) {
        cg_token_id(telling->gate_name,
                    telling->state->tokens[telling->token].number, id);
        put(words, "%s", id);
    }
}

static void put_account(struct words *words)
{
    const struct cg_telling *telling = words->telling;
    if (telling->account != CG_NONE) {
        put_id(words, &telling->state->accounts[telling->account].name);
    }
}

/* An account, or else a whole firm. */
static void put_party(struct words *words)
{
    if (words->telling->fact->account != CG_NONE) {
        put(words, "account ");
        put_account(words);
    } else {
        put(words, "firm ");
        put_text(words);
    }
}

static void put_instrument(struct words *words)
{
    const struct cg_telling *telling = words->telling;
    uint32_t slot = telling->fact->instrument;
    if (slot != CG_NONE) {
        put_id(words, &telling->state->instruments[slot].name);
    } else {
        put(words, "a package");
    }
}

static void put_side(struct words *words)
{
    char side = words->telling->fact->side;
    put(words, "%s", side == '1' ? "buy" : side == '2' ? "sell" : "trade");
}

static void put_qty(struct words *words)
{
    put(words, "%lld", (long long)words->telling->fact->qty);
}

/* The quantity of the order as it is in force. */
static void put_order_qty(struct words *words)
{
    const struct cg_telling *telling = words->telling;
    if (telling->order != CG_NONE) {
        put(words, "%lld",
            (long long)telling->state->orders[telling->order].qty);
    }
}

static void put_number(struct words *words)
{
    put(words, "%llu", (unsigned long long)words->telling->fact->number);
}

static void put_value(struct words *words)
{
    put(words, "%u", words->telling->fact->value);
}

static void put_until(struct words *words)
{
    char text[40];
    if (words->telling->fact->until == CG_TIME_NEVER) {
        put(words, "it is used");
        return;
    }
    cg_record_time(words->telling->fact->until, text);
    put(words, "%s", text);
}

static void put_reason(struct words *words)
{
    enum cg_reason reason = (enum cg_reason)words->telling->fact->reason;
    put(words, "CG%d %s", (int)reason, cg_reason_slug(reason));
}

/* The arithmetic of a refusal, and whose limit it was. */
static void put_because(struct words *words)
{
    const struct cg_fact *fact = words->telling->fact;
    put_reason(words);
    if (fact->limit != CG_NONE) {
        put(words, " by limit ");
        put_limit(words);
        put(words, " of ");
        put_owner(words);
    }
    if (fact->amount != 0 || fact->other != 0) {
        put(words, ": needs ");
        put_amount(words);
        put(words, ", has ");
        put_other(words);
    }
}

static void put_end(struct words *words)
{
    uint32_t value = words->telling->fact->value;
    put(words, "%s",
        value < CG_TOKEN_ENDS ? cg_token_end_name((enum cg_token_end)value)
                              : "?");
}

/* How an order ended, by the last word on it. */
static void put_closing(struct words *words)
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
    put(words, "%s", value < CG_COUNT(names) ? names[value] : "closed");
}

static void put_ask(struct words *words)
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
    put(words, "%s", value < CG_ASK_KINDS ? names[value] : "told of");
}

static void put_answer(struct words *words)
{
    static const char *const names[] = {"approves", "approves in part",
                                        "rejects", "is still deciding on",
                                        "has cancelled"};
    const struct cg_fact *fact = words->telling->fact;
    put(words, "%s",
        fact->value < CG_COUNT(names) ? names[fact->value] : "answers");
}

static void put_request_kind(struct words *words)
{
    const struct cg_telling *telling = words->telling;
    uint32_t kind = telling->fact->value;
    if (telling->fact->request != CG_NONE) {
        kind = telling->state->requests[telling->fact->request].kind;
    }
    put(words, "%s",
        kind == CG_REQUEST_NEW       ? "order"
        : kind == CG_REQUEST_REPLACE ? "replace"
        : kind == CG_REQUEST_PULL    ? "the gate's cancel"
                                     : "cancel");
}

/* The ClOrdID that the fact is about, else the one in force. */
static void put_request(struct words *words)
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
static void put_ratio(struct words *words)
{
    int64_t ratio = words->telling->fact->amount;
    int64_t rest = ratio % CG_RATIO_SCALE;
    put(words, "%lld", (long long)(ratio / CG_RATIO_SCALE));
    put(words, "%s", rest != 0 ? "." : "");
    for (int64_t unit = CG_RATIO_SCALE / 10; rest > 0; unit /= 10) {
        put(words, "%d", (int)(rest / unit));
        rest %= unit;
    }
}

/* The highest of the warning levels that fired. */
static void put_percent(struct words *words)
{
    const struct cg_telling *telling = words->telling;
    const struct cg_limit *limit = limit_of(telling);
    const uint8_t *own =
        telling->fact->account != CG_NONE
            ? telling->state->accounts[telling->account].warning_percent
            : NULL;
    for (uint32_t i = CG_WARNINGS_MAX; i > 0 && limit != NULL; i--) {
        if ((telling->fact->flags >> (i - 1) & 1) != 0) {
            put(words, "%u",
                own != NULL ? own[i - 1] : limit->warning_percent[i - 1]);
            return;
        }
    }
}

static const struct {
    const char *name;
    void (*put)(struct words *words);
} names[] = {
    {"account", put_account},
    {"amount", put_amount},
    {"answer", put_answer},
    {"ask", put_ask},
    {"because", put_because},
    {"closing", put_closing},
    {"end", put_end},
    {"instrument", put_instrument},
    {"kind", put_request_kind},
    {"limit", put_limit},
    {"name", put_name},
    {"number", put_number},
    {"order_qty", put_order_qty},
    {"other", put_other},
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
    {"token", put_token},
    {"until", put_until},
    {"use", put_use},
    {"value", put_value},
    {"venue", put_venue},
};

/* --- sentences ---------------------------------------------------------- */

static const char *limit_set(const struct cg_telling *telling)
{
    const struct cg_fact *fact = telling->fact;
    if ((fact->flags & 2) == 0) {
        return (fact->flags & 1) != 0
                   ? "limit {limit} is {state}, says {session}{use}"
                   : "limit {limit} is {state}, without an amount{use}";
    }
    return (fact->flags & 1) != 0
               ? "{session} sets limit {limit} to {amount}: {state}; use by "
                 "others {other}{use}"
               : "limit {limit} is set to {amount}: {state}{use}";
}

static const char *limit_warned(const struct cg_telling *telling)
{
    const struct cg_fact *fact = telling->fact;
    if (fact->value == CG_WARNINGS_MAX) {
        return "BREACH of limit {limit} of {owner}{use}";
    }
    return fact->account != CG_NONE
               ? "limit {limit} reaches {percent} %, a warning level of "
                 "account {account}{use}"
               : "limit {limit} reaches {percent} %, a warning level{use}";
}

static const char *limit_rearmed(const struct cg_telling *telling)
{
    return telling->fact->value == CG_WARNINGS_MAX
               ? "limit {limit} is not breached any more{use}"
               : "use of limit {limit} is below a warning level again{use}";
}

static const char *limit_stopped(const struct cg_telling *telling)
{
    static const char *const texts[CG_LIMIT_STOPS] = {
        "limit {limit} stops nobody any more",
        "limit {limit} suspends its party, as its owner's action says",
        "limit {limit} halts its party, as its owner's action says",
    };
    uint32_t value = telling->fact->value;
    return texts[value < CG_LIMIT_STOPS ? value : 0];
}

static const char *stop_placed(const struct cg_telling *telling)
{
    return telling->fact->flags == CG_STOP_SUSPEND
               ? "{session} suspends {party}"
               : "{session} halts {party}: its open orders are pulled";
}

static const char *order_refused(const struct cg_telling *telling)
{
    const struct cg_fact *fact = telling->fact;
    return fact->order == CG_NONE && fact->request == CG_NONE
               ? "order {name} of {session} is refused: {because}"
               : "order {request} of {session} is refused: {because}";
}

static const char *order_queued(const struct cg_telling *telling)
{
    return telling->fact->limit == CG_NONE
               ? "the order waits for room"
               : "the order waits for room under limit {limit}{use}";
}

static const char *order_left(const struct cg_telling *telling)
{
    return telling->fact->limit == CG_NONE
               ? "the order waits for room no longer"
               : "the order leaves the queue of limit {limit}";
}

static const char *token_charged(const struct cg_telling *telling)
{
    if ((telling->fact->flags & 1) != 0) {
        return "token {token} charges limit {limit} of {owner} with {amount} "
               "for the {side} of {request}, by the amount that was pushed: "
               "the hub is silent{use}";
    }
    return telling->fact->value == CG_MODEL_PING
               ? "token {token} charges limit {limit} of {owner} with {amount} "
                 "for the {side} of {request}, if {owner} grants it{use}"
               : "token {token} charges limit {limit} of {owner} with {amount} "
                 "for the {side} of {request}, granted by the gate{use}";
}

static const char *token_granted(const struct cg_telling *telling)
{
    return (telling->fact->flags & 1) != 0
               ? "{session} grants {amount} for token {token}, which is not "
                 "wanted any more: it goes back"
               : "{session} grants {amount} for token {token} until {until}";
}

static const char *token_repriced(const struct cg_telling *telling)
{
    return (telling->fact->flags & 1) != 0
               ? "token {token}: what it has consumed by its new DV01 is told"
               : "token {token}: at its new DV01 what is filled comes to "
                 "{amount}{use}";
}

static const char *ask_answered(const struct cg_telling *telling)
{
    return telling->fact->amount != 0
               ? "{session} {answer} request {number} of token {token}: "
                 "{amount}"
               : "{session} {answer} request {number} of token {token}";
}

static const char *report_seen(const struct cg_telling *telling)
{
    return telling->fact->qty != 0
               ? "{session} reports an execution of {qty}, as {name}"
               : "{session} reports on the order, as {name}";
}

static const char *order_acked(const struct cg_telling *telling)
{
    return telling->fact->id_len > 0 ? "{venue} has the order, as {name}"
                                     : "{venue} has the order";
}

static const char *request_taken(const struct cg_telling *telling)
{
    const struct cg_fact *fact = telling->fact;
    if (fact->value == CG_REQUEST_PULL) {
        return "the gate pulls the order by {request}: {reason}";
    }
    if (fact->value == CG_REQUEST_CANCEL) {
        return "cancel {request} is taken from {session}";
    }
    if ((fact->flags & 2) != 0) {
        return "replace {request} to {qty} is taken from {session}, and waits "
               "for what came before it";
    }
    return (fact->flags & 1) != 0
               ? "replace {request} to {qty} is taken from {session}, and "
                 "waits for credit"
               : "replace {request} to {qty} is taken from {session}";
}

static const char *request_accepted(const struct cg_telling *telling)
{
    return telling->state->requests[telling->fact->request].kind ==
                   CG_REQUEST_REPLACE
               ? "replace {request} is in force: the quantity is {qty}"
               : "{kind} {request} is done";
}

static const char *request_refused(const struct cg_telling *telling)
{
    return telling->fact->reason != 0
               ? "{kind} {request} is refused: {because}"
               : "{venue} refuses {kind} {request}; the order stays as it is";
}

static const char *status_told(const struct cg_telling *telling)
{
    static const char *const texts[] = {
        [CG_STATUS_KNOWN] = "{session} says what became of the order",
        [CG_STATUS_NEVER_THERE] = "{session} never had the order",
        [CG_STATUS_LOST] = "{session} does not know the order any more",
        [CG_STATUS_REFUSED] = "{session} does not say what became of the order",
        [CG_STATUS_UNANSWERED] = "{session} did not answer about the order",
        [CG_STATUS_LATE] = "{session} answers an older question about the "
                           "order",
    };
    uint32_t value = telling->fact->value;
    return value < CG_COUNT(texts) ? texts[value] : "{session} answers";
}

static const char *status_relayed(const struct cg_telling *telling)
{
    return (telling->fact->flags & 1) != 0
               ? "{session} asks the venue about the order"
               : "the venue's answer about the order goes to {session}";
}

static const struct {
    const char *text;
    const char *(*choose)(const struct cg_telling *telling);
} sentences[CG_FACT_KIND_COUNT] = {
    [CG_FACT_SESSION_NAMED] = {.text = "session {name} is configured"},
    [CG_FACT_ACCOUNT_NAMED] = {.text = "account {name} is cleared by {text}"},
    [CG_FACT_CCP_NAMED] = {.text = "clearing house {name} is configured"},
    [CG_FACT_ACCOUNT_WARNINGS] = {.text = "account {account} has warning "
                                          "levels of its own"},
    [CG_FACT_INSTRUMENT_NAMED] = {.text = "instrument {name} is known"},
    [CG_FACT_INSTRUMENT_RATED] = {.text = "instrument {instrument} has a DV01 "
                                          "of {rate} per million"},
    [CG_FACT_INSTRUMENT_FORGOTTEN] = {.text = "instrument {name} is not used "
                                              "any more"},
    [CG_FACT_RATES_TAKEN] = {.text = "par rates of set {name} are taken as "
                                     "version {number}"},
    [CG_FACT_RATES_AGED] = {.text = "the par rates of version {number} are too "
                                    "old"},
    [CG_FACT_LIMIT_NAMED] = {.text = "limit {limit} of {owner} begins: {text}"},
    [CG_FACT_LIMIT_SET] = {.choose = limit_set},
    [CG_FACT_LIMIT_SCOPED] = {.text = "limit {limit} has an entry in its "
                                      "scope: {text}"},
    [CG_FACT_LIMIT_UNSCOPED] = {.text = "the scope of limit {limit} is "
                                        "replaced"},
    [CG_FACT_LIMIT_STATE] = {.text = "limit {limit} is {state}, the gate "
                                     "concludes"},
    [CG_FACT_LIMITS_TOLD] = {.text = "{session} is told of {value} limits"},
    [CG_FACT_LIMIT_WARNED] = {.choose = limit_warned},
    [CG_FACT_LIMIT_REARMED] = {.choose = limit_rearmed},
    [CG_FACT_LIMIT_RESET] = {.text = "the use of limit {limit} starts again: "
                                     "fills of {amount} gross, {other} net, "
                                     "count no longer{use}"},
    [CG_FACT_DAY_ENDED] = {.text = "the trading day ends"},
    [CG_FACT_LIMIT_ACTIONS] = {.text = "{session} sets what the warning levels "
                                       "of limit {limit} do"},
    [CG_FACT_LIMIT_STOPPED] = {.choose = limit_stopped},
    [CG_FACT_STOP_PLACED] = {.choose = stop_placed},
    [CG_FACT_STOP_DONE] = {.text = "the halt of {party} by {session} is "
                                   "complete"},
    [CG_FACT_STOP_LIFTED] = {.text = "what {session} had stopped of {party} is "
                                     "lifted"},
    [CG_FACT_ORDER_FORGOTTEN] = {.text = "the closed order leaves the books; "
                                         "its records stay"},
    [CG_FACT_ORDER_TAKEN] = {.text = "order {request} is taken from {session}: "
                                     "{side} {qty} of {instrument} for account "
                                     "{account}"},
    [CG_FACT_LEG_TAKEN] = {.text = "leg {value} of it: {side} {instrument}, "
                                   "ratio {ratio}"},
    [CG_FACT_ORDER_REFUSED] = {.choose = order_refused},
    [CG_FACT_ORDER_QUEUED] = {.choose = order_queued},
    [CG_FACT_ORDER_LEFT] = {.choose = order_left},
    [CG_FACT_TOKEN_CHARGED] = {.choose = token_charged},
    [CG_FACT_LEG_CHARGED] = {.text = "token {token} holds a leg at {rate} per "
                                     "million"},
    [CG_FACT_TOKEN_ADDED] = {.text = "limit {limit} came after the order: "
                                     "token {token} charges it with {amount}, "
                                     "{other} of that filled before{use}"},
    [CG_FACT_TOKEN_RECHARGED] = {.text = "token {token} now charges limit "
                                         "{limit} with {amount}{use}"},
    [CG_FACT_TOKEN_PRICED] = {.text = "replace {request} would bring token "
                                      "{token} a DV01 of {rate} per million"},
    [CG_FACT_TOKEN_REPRICED] = {.choose = token_repriced},
    [CG_FACT_TOKEN_GRANTED] = {.choose = token_granted},
    [CG_FACT_TOKEN_LAPSED] = {.text = "token {token} is {end}: {amount} is "
                                      "reserved no longer"},
    [CG_FACT_TOKEN_RETURNED] = {.text = "token {token} goes back ({end}), "
                                        "{amount} of it unused{use}"},
    [CG_FACT_TOKEN_CLOSED] = {.text = "token {token} ends ({end}){use}"},
    [CG_FACT_ASK_SENT] = {.text = "{session} is {ask} {amount} (request "
                                  "{number}, token {token})"},
    [CG_FACT_ASK_REPEATED] = {.text = "request {number} is said to {session} "
                                      "again"},
    [CG_FACT_ASK_PENDING] = {.text = "{owner} is still deciding on token "
                                     "{token}"},
    [CG_FACT_ASK_ANSWERED] = {.choose = ask_answered},
    [CG_FACT_ORDER_SENT] = {.text = "order {request} goes to {venue}"},
    [CG_FACT_ORDER_ACKED] = {.choose = order_acked},
    [CG_FACT_ORDER_IDENTIFIED] = {.text = "{venue} calls the order {name}"},
    [CG_FACT_REPORT_SEEN] = {.choose = report_seen},
    [CG_FACT_ORDER_FILLED] = {.text = "filled: {qty} of {order_qty}"},
    [CG_FACT_LEG_FILLED] = {.text = "leg {name} is filled: {qty}"},
    [CG_FACT_ORDER_RESTATED] = {.text = "{venue} changes the quantity to "
                                        "{qty} by itself"},
    [CG_FACT_ORDER_CLOSED] = {.text = "the order is over: {closing}"},
    [CG_FACT_REQUEST_TAKEN] = {.choose = request_taken},
    [CG_FACT_REQUEST_ADVANCED] = {.text = "it is the turn of replace "
                                          "{request}"},
    [CG_FACT_REQUEST_PASSED] = {.text = "mass cancel {request} of {session} "
                                        "passes to {venue}"},
    [CG_FACT_REQUEST_SENT] = {.text = "{kind} {request} goes to {venue}"},
    [CG_FACT_REQUEST_ACCEPTED] = {.choose = request_accepted},
    [CG_FACT_REQUEST_REFUSED] = {.choose = request_refused},
    [CG_FACT_REQUEST_WITHHELD] = {.text = "{kind} {request} is left out of a "
                                          "resend to {session}"},
    [CG_FACT_RESENDS_ENDED] = {.text = "nothing more is resent to {session}: "
                                       "what was not left out is there"},
    [CG_FACT_STATUS_ASKED] = {.text = "{session} is asked what became of the "
                                      "order"},
    [CG_FACT_STATUS_TOLD] = {.choose = status_told},
    [CG_FACT_STATUS_RELAYED] = {.choose = status_relayed},
    [CG_FACT_LINK_UP] = {.text = "{session} has logged on"},
    [CG_FACT_LINK_DOWN] = {.text = "{session} is gone"},
    [CG_FACT_HUB_MISSED] = {.text = "{session} is late: {value} in a row"},
    [CG_FACT_HUB_ANSWERED] = {.text = "{session} answers in time again"},
    [CG_FACT_HUB_IN_PARTS] = {.text = "{session} sends its limits in parts"},
    [CG_FACT_NOTED] = {.text = "{text}"},
};

/* Puts the {name} at |*text|, and moves that behind it. */
static void put_named(struct words *words, const char **text)
{
    size_t len = strcspn(*text, "}");
    for (size_t i = 0; i < CG_COUNT(names); i++) {
        if (strlen(names[i].name) == len &&
            memcmp(names[i].name, *text, len) == 0) {
            names[i].put(words);
            *text += len + 1;
            return;
        }
    }
    CG_ASSERT(false); /* a sentence names what there is */
}

void cg_record_words(const struct cg_telling *telling, char *text, size_t len)
{
    struct words words = {telling, text, len, 0};
    enum cg_fact_kind kind = telling->fact->kind;
    CG_ASSERT(len > 0);
    text[0] = '\0';
    const char *sentence = sentences[kind].choose != NULL
                               ? sentences[kind].choose(telling)
                               : sentences[kind].text;
    if (sentence == NULL) {
        put(&words, "%s", cg_fact_kind_name(kind));
        return;
    }
    while (*sentence != '\0') {
        if (*sentence == '{') {
            sentence++;
            put_named(&words, &sentence);
        } else {
            put(&words, "%c", *sentence);
            sentence++;
        }
    }
}
