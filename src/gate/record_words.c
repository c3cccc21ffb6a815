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
#include "record_names.h"

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
    uint32_t slot = telling->fact->request;
    if ((telling->fact->flags & 1) != 0) {
        return "replace {request} was in force, and what names it is by now";
    }
    return slot != CG_NONE &&
                   telling->state->requests[slot].kind == CG_REQUEST_REPLACE
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
        [CG_STATUS_LATE] = ("{session} answers an older question about the "
                            "order"),
    };
    uint32_t value = telling->fact->value;
    return value < CG_COUNT(texts) ? texts[value] : "{session} answers";
}

static const char *request_withheld(const struct cg_telling *telling)
{
    static const char *const texts[] = {
        "{kind} {request} is left out of a resend to {session}",
        ("{kind} {request} can be resent no more: the numbers of {session} "
         "begin at 1"),
        "{kind} {request} never came to {session}, as it seems",
        "{kind} {request} has no answer of {session} after its logon",
    };
    uint32_t flags = telling->fact->flags;
    return texts[flags < CG_COUNT(texts) ? flags : 0];
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
    [CG_FACT_REQUEST_WITHHELD] = {.choose = request_withheld},
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
    [CG_FACT_SNAPSHOT_TAKEN] = {.text =
                                    "a snapshot is taken of the books after "
                                    "fact {number}"},
    [CG_FACT_STARTED] = {.text = "the gate is started"},
    [CG_FACT_DIFFERENCE] = {.text = "{session} differs: {difference} {thing}: "
                                    "ours {ours}, theirs {theirs}; {text}"},
    [CG_FACT_COMPARED] = {.text = "{session} is compared with the books: "
                                  "{number} of its orders or limits, {qty} "
                                  "differ, {value} untold"},
    [CG_FACT_NOTED] = {.text = "{text}"},
};

/* Puts the {name} at |*text|, and moves that behind it. */
static void put_name(struct cg_record_text *words, const char **text)
{
    size_t len = strcspn(*text, "}");
    bool known = cg_record_put_named(words, (struct cg_slice){*text, len});
    CG_ASSERT(known); /* a sentence names what there is */
    *text += len + 1;
}

void cg_record_words(const struct cg_telling *telling, char *text, size_t len)
{
    struct cg_record_text words = {telling, text, len, 0};
    enum cg_fact_kind kind = telling->fact->kind;
    CG_ASSERT(len > 0);
    text[0] = '\0';
    if (kind >= CG_FACT_KIND_COUNT) {
        return; /* a journal that was changed */
    }
    const char *sentence = sentences[kind].choose != NULL
                               ? sentences[kind].choose(telling)
                               : sentences[kind].text;
    if (sentence == NULL) {
        cg_record_put(&words, "%s", cg_fact_kind_name(kind));
        return;
    }
    while (*sentence != '\0') {
        if (*sentence == '{') {
            sentence++;
            put_name(&words, &sentence);
        } else {
            cg_record_put(&words, "%c", *sentence);
            sentence++;
        }
    }
}
