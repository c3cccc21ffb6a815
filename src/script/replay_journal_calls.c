/*
 * What a gate's host did, by the facts that it made, done again.
 *
 * Nothing in a fact says which call made it; its cause, its kind and what comes
 * behind it do.  Where two calls would make the same facts, either will do.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_journal_internal.h"

#include <creditgate/reason.h>
#include <gate_replay.h>
#include <inttypes.h>
#include <stdio.h>

/* --- looking at the turn ---------------------------------------------------
 */

static struct cg_fact fact_at(const struct cg_exact *exact, size_t index)
{
    return cg_fact_row_at(&exact->turn, index);
}

/* The first of |kind| that is not made again yet; its place, or the count. */
static size_t find_kind(const struct cg_exact *exact, enum cg_fact_kind kind)
{
    size_t i = exact->at;
    while (i < exact->turn.count && exact->turn.facts[i].kind != kind) {
        i++;
    }
    return i;
}

static bool has_kind(const struct cg_exact *exact, enum cg_fact_kind kind)
{
    return find_kind(exact, kind) < exact->turn.count;
}

static bool has_note(const struct cg_exact *exact, const char *words)
{
    for (size_t i = exact->at; i < exact->turn.count; i++) {
        struct cg_fact fact = fact_at(exact, i);
        if (fact.kind == CG_FACT_NOTED && cg_fact_says(&fact, words)) {
            return true;
        }
    }
    return false;
}

/* What only a start, or another configuration, makes of itself. */
static bool is_setting(const struct cg_fact *fact)
{
    switch ((unsigned)fact->kind) {
    case CG_FACT_SESSION_NAMED:
    case CG_FACT_ACCOUNT_NAMED:
    case CG_FACT_ACCOUNT_WARNINGS:
    case CG_FACT_CCP_NAMED:
    case CG_FACT_INSTRUMENT_NAMED:
    case CG_FACT_INSTRUMENT_RATED:
    case CG_FACT_LIMIT_NAMED:
    case CG_FACT_LIMIT_SET:
        return true;
    default:
        return false;
    }
}

static bool has_setting(const struct cg_exact *exact)
{
    size_t i = exact->at;
    while (i < exact->turn.count && !is_setting(&exact->turn.facts[i])) {
        i++;
    }
    return i < exact->turn.count;
}

/* Limits of a new configuration count what rests: before the start itself. */
static bool may_stand_before_start(const struct cg_fact *fact)
{
    switch ((unsigned)fact->kind) {
    case CG_FACT_TOKEN_ADDED:
    case CG_FACT_LEG_CHARGED:
    case CG_FACT_TOKEN_RECHARGED:
    case CG_FACT_RATES_AGED:
    case CG_FACT_NOTED:
        return true;
    default:
        return is_setting(fact);
    }
}

bool cg_exact_is_start(const struct cg_exact *exact)
{
    size_t started = find_kind(exact, CG_FACT_STARTED);
    for (size_t i = exact->at; i < started; i++) {
        if (started == exact->turn.count ||
            !may_stand_before_start(&exact->turn.facts[i])) {
            return false;
        }
    }
    return started < exact->turn.count;
}

/* Whether the first refusal of what is left is that of a gate that ends. */
static bool refuses_to_stop(const struct cg_exact *exact)
{
    for (size_t i = exact->at; i < exact->turn.count; i++) {
        const struct cg_fact *fact = &exact->turn.facts[i];
        if (fact->kind == CG_FACT_ORDER_REFUSED ||
            fact->kind == CG_FACT_REQUEST_REFUSED) {
            return fact->reason == CG_GATE_STOPPING;
        }
    }
    return false;
}

/* A FIX session asked for what has no cover any more: the gate was asked
 * between two turns, and the fact has the cause of the one before. */
static bool is_withheld(const struct cg_fact *fact)
{
    return fact->kind == CG_FACT_REQUEST_WITHHELD && fact->flags == 0;
}

/* --- calls -----------------------------------------------------------------
 */

static void keep_cause(struct cg_exact *exact, cg_session session, cg_seq seq)
{
    exact->cause_session = session;
    exact->cause_seq = seq;
}

static int start(struct cg_exact *exact, cg_time now)
{
    struct cg_replay *replay = exact->replay;
    struct cg_fact first = fact_at(exact, exact->at);
    int status;
    exact->until = first.no - 1;
    exact->result.starts++;
    if (replay->side == NULL) {
        status = cg_replay_open_side(replay, now, 0, exact->error,
                                     exact->error_len);
    } else {
        status = cg_side_restart(replay->side, now, exact->error,
                                 exact->error_len);
    }
    keep_cause(exact, CG_SESSION_NONE, 0);
    exact->stopped = false;
    exact->takes_rates = true;
    return status;
}

/* --- par rates --- */

static const struct cg_rates *
rates_of(const struct cg_exact *exact, const char *digest, cg_time made_at)
{
    const struct cg_replay_options *options = &exact->replay->options;
    if (exact->rates != NULL &&
        strcmp(cg_rates_digest(exact->rates), digest) == 0 &&
        (made_at == 0 || cg_rates_made_at(exact->rates) == made_at)) {
        return exact->rates;
    }
    return options->rates_of != NULL
               ? options->rates_of(options->user, digest, made_at)
               : NULL;
}

static int take_rates(struct cg_exact *exact,
                      const char *digest,
                      cg_time made_at,
                      cg_time now)
{
    const struct cg_rates *rates = rates_of(exact, digest, made_at);
    if (rates == NULL) {
        cg_exact_end(exact, CG_EXACT_RATES,
                     "the gate took par rates with digest %.16s..., and those "
                     "of ParRates= are others: put the file there that the "
                     "gate had then",
                     digest);
        return 0;
    }
    exact->rates = rates;
    exact->takes_rates = false;
    keep_cause(exact, CG_SESSION_NONE, 0);
    return cg_side_take_rates(exact->replay->side, rates, now);
}

static int take_rates_in_force(struct cg_exact *exact, cg_time now)
{
    struct cg_rates_view view;
    exact->takes_rates = false;
    return cg_gate_rates(cg_side_gate(exact->replay->side), &view)
               ? take_rates(exact, view.digest, view.made_at, now)
               : 0;
}

static int take_new_rates(struct cg_exact *exact, cg_time now)
{
    size_t at = find_kind(exact, CG_FACT_RATES_TAKEN);
    char digest[65];
    if (at == exact->turn.count) {
        return take_rates_in_force(exact, now);
    }
    struct cg_fact fact = fact_at(exact, at);
    size_t len = fact.text_len < 64 ? fact.text_len : 64;
    memcpy(digest, fact.text, len);
    digest[len] = '\0';
    /* Of those that seemed to come from the future, it is not known when. */
    bool ahead = has_note(exact, "ALARM: these par rates were made ");
    return take_rates(exact, digest, ahead ? 0 : fact.until, now);
}

/* After a start the host reads its rates again, and the gate is shown them; no
 * fact says so when they are those of before.  They must be there when they
 * price what is new. */
static int take_rates_again(struct cg_exact *exact, cg_time now)
{
    if (!exact->takes_rates || (!has_kind(exact, CG_FACT_INSTRUMENT_NAMED) &&
                                !has_kind(exact, CG_FACT_INSTRUMENT_RATED))) {
        return 0;
    }
    int status = take_rates_in_force(exact, now);
    if (status == 0 && !cg_exact_ended(exact)) {
        cg_exact_made_none(exact);
    }
    return status;
}

/* --- without a message --- */

static bool is_of_rates(const struct cg_exact *exact,
                        const struct cg_fact *fact)
{
    return has_kind(exact, CG_FACT_RATES_TAKEN) ||
           ((fact->kind == CG_FACT_INSTRUMENT_RATED ||
             fact->kind == CG_FACT_INSTRUMENT_NAMED ||
             fact->kind == CG_FACT_NOTED) &&
            has_note(exact, "par rates price "));
}

/* The host did it, or time: no session. */
static int own_call(struct cg_exact *exact, const struct cg_fact *fact)
{
    struct cg_side *side = exact->replay->side;
    size_t saved = find_kind(exact, CG_FACT_SNAPSHOT_TAKEN);
    if (cg_exact_is_start(exact)) {
        return start(exact, fact->time);
    }
    if (has_note(exact, "configuration: ") ||
        (has_setting(exact) && !is_of_rates(exact, fact))) {
        cg_exact_end(exact, CG_EXACT_SETTINGS,
                     "at fact %" PRIu64 " the gate took another configuration "
                     "while it ran: replay what comes behind with that one, "
                     "and the logs from there on",
                     fact->no);
        return 0;
    }
    if (is_of_rates(exact, fact)) {
        return take_new_rates(exact, fact->time);
    }
    if (saved < exact->turn.count &&
        (saved == exact->at || cg_exact_leads(fact))) {
        struct cg_fact is = fact_at(exact, saved);
        char digest[65];
        snprintf(digest, sizeof(digest), "%.*s", (int)is.text_len, is.text);
        keep_cause(exact, CG_SESSION_NONE, 0);
        return cg_side_saved(side, is.number, digest, is.time);
    }
    keep_cause(exact, CG_SESSION_NONE, 0);
    if (refuses_to_stop(exact)) {
        exact->stopped = true;
        return cg_side_stop(side, fact->time);
    }
    return cg_side_tick(side, fact->time);
}

/* --- sessions --- */

static const char *session_name(const struct cg_exact *exact,
                                cg_session session)
{
    const struct cg_config *config = exact->replay->options.config;
    return session < config->session_count ? config->sessions[session].name
                                           : "?";
}

/* Links are the journal's: the logs do not tell when one breaks. */
static int link_call(struct cg_exact *exact, const struct cg_fact *fact)
{
    keep_cause(exact, fact->cause_session, 0);
    return cg_side_link(exact->replay->side, fact->session,
                        fact->kind == CG_FACT_LINK_UP, fact->time);
}

static int
renumbered_call(struct cg_exact *exact, const struct cg_fact *fact, bool ours)
{
    keep_cause(exact, fact->cause_session, 0);
    return cg_side_renumbered(exact->replay->side, fact->cause_session, ours,
                              fact->time);
}

/* Gives the gate the |place|-th of a session, and all before it. */
static int
feed_one(struct cg_exact *exact, cg_session session, size_t place, cg_time now)
{
    int status = cg_exact_feed_to(exact, session, place, now);
    if (status != 0 || cg_exact_ended(exact)) {
        return status;
    }
    struct cg_heard heard = cg_heard_take(&exact->heard, session);
    if (heard.kind == CG_HEARD_MESSAGE) {
        cg_exact_clock_set(exact, session, heard.time, now);
        exact->known[session] = 0;
    }
    status = cg_exact_feed(exact, session, &heard, now);
    cg_heard_free(&heard);
    return status;
}

static int rejected_call(struct cg_exact *exact, const struct cg_fact *fact)
{
    size_t place;
    int found = cg_exact_seek(exact, fact->cause_session, CG_HEARD_REJECTED, 0,
                              fact->time, &place);
    if (found == 0) {
        cg_exact_lacks(exact, fact,
                       "a Reject (3) of session %s and what it is about",
                       session_name(exact, fact->cause_session));
    }
    return found <= 0 ? found
                      : feed_one(exact, fact->cause_session, place, fact->time);
}

/* A message whose number cannot be read is one of the next: the one that makes
 * a fact. */
static int nameless_call(struct cg_exact *exact, const struct cg_fact *fact)
{
    cg_session session = fact->cause_session;
    const struct cg_heard_row *row = &exact->heard.rows[session];
    int status = cg_exact_read(exact, fact->time + CG_SECOND);
    keep_cause(exact, session, 0);
    while (status == 0 && exact->made.count == 0 && row->count > 0 &&
           cg_heard_at(&exact->heard, session, 0)->time <=
               fact->time + CG_SECOND) {
        struct cg_heard heard = cg_heard_take(&exact->heard, session);
        if (heard.kind == CG_HEARD_MESSAGE) {
            status = cg_exact_feed(exact, session, &heard, fact->time);
        }
        cg_heard_free(&heard);
    }
    if (status == 0 && exact->made.count == 0) {
        cg_exact_lacks(exact, fact,
                       "a message of session %s that cannot be read",
                       session_name(exact, session));
    }
    return status;
}

static int session_call(struct cg_exact *exact, const struct cg_fact *fact)
{
    char skipped[CG_NAME_MAX + 32];
    snprintf(skipped, sizeof(skipped), "ALARM: %s has skipped ",
             session_name(exact, fact->cause_session));
    if (fact->kind == CG_FACT_LINK_UP || fact->kind == CG_FACT_LINK_DOWN) {
        return link_call(exact, fact);
    }
    if (fact->kind == CG_FACT_NOTED && cg_fact_says(fact, skipped)) {
        return renumbered_call(exact, fact, false);
    }
    if (fact->kind == CG_FACT_REQUEST_WITHHELD) {
        return renumbered_call(exact, fact, true);
    }
    if (fact->kind == CG_FACT_NOTED &&
        (cg_fact_says(fact, "ALARM: a message too large") ||
         cg_fact_says(fact, "ALARM: bytes that are no message"))) {
        return nameless_call(exact, fact);
    }
    return rejected_call(exact, fact);
}

/* --- messages --- */

/* A gate that was told to end while nobody waited has no fact that says so. */
static int stop_if_told(struct cg_exact *exact, const struct cg_fact *fact)
{
    if (exact->stopped || !refuses_to_stop(exact) ||
        cg_gate_is_full(cg_side_gate(exact->replay->side))) {
        return 0;
    }
    exact->stopped = true;
    int status = cg_side_stop(exact->replay->side, fact->time);
    if (status == 0) {
        cg_exact_made_none(exact);
    }
    return status;
}

static int message_call(struct cg_exact *exact, const struct cg_fact *fact)
{
    size_t place;
    int found = cg_exact_seek(exact, fact->cause_session, CG_HEARD_MESSAGE,
                              fact->cause_seq, fact->time, &place);
    if (found == 0) {
        cg_exact_lacks(exact, fact, "message 34=%" PRIu64 " of session %s",
                       fact->cause_seq,
                       session_name(exact, fact->cause_session));
    }
    if (found <= 0) {
        return found;
    }
    exact->fed = true;
    int status = cg_exact_feed_to(exact, fact->cause_session, place,
                                  fact->time);
    if (status == 0 && !cg_exact_ended(exact)) {
        status = stop_if_told(exact, fact);
    }
    if (status == 0 && !cg_exact_ended(exact)) {
        status = take_rates_again(exact, fact->time);
    }
    return status != 0 || cg_exact_ended(exact)
               ? status
               : feed_one(exact, fact->cause_session, 0, fact->time);
}

/* Before a fact that has the cause of a turn which made none. */
static int cause_call(struct cg_exact *exact, const struct cg_fact *fact)
{
    size_t place;
    int status = 0;
    if (exact->cause_session == fact->cause_session &&
        exact->cause_seq == fact->cause_seq) {
        return 0;
    }
    if (fact->cause_session == CG_SESSION_NONE) {
        keep_cause(exact, CG_SESSION_NONE, 0);
        status = cg_side_tick(exact->replay->side, fact->time);
    } else if (fact->cause_seq > 0 &&
               (status = cg_exact_seek(exact, fact->cause_session,
                                       CG_HEARD_MESSAGE, fact->cause_seq,
                                       fact->time, &place)) > 0) {
        status = feed_one(exact, fact->cause_session, place, fact->time);
    }
    if (status == 0) {
        cg_exact_made_none(exact);
    }
    return status;
}

static int resending_call(struct cg_exact *exact, const struct cg_fact *fact)
{
    size_t place;
    int status = cause_call(exact, fact);
    while (status == 0 && !cg_exact_ended(exact) && exact->made.count == 0) {
        int found = cg_exact_seek(exact, fact->session, CG_HEARD_RESENDING, 0,
                                  fact->time, &place);
        if (found == 0) {
            cg_exact_lacks(
                exact, fact,
                "a ResendRequest (2) of session %s and what it is about",
                session_name(exact, fact->session));
        }
        status = found <= 0 ? found
                            : feed_one(exact, fact->session, place, fact->time);
        if (found <= 0) {
            break;
        }
    }
    return status;
}

/* --- which one -------------------------------------------------------------
 */

int cg_exact_call(struct cg_exact *exact)
{
    size_t at = exact->at < exact->lead ? exact->lead : exact->at;
    struct cg_fact fact = fact_at(exact, at);
    if (is_withheld(&fact)) {
        return resending_call(exact, &fact);
    }
    if (fact.cause_session == CG_SESSION_NONE) {
        return own_call(exact, &fact);
    }
    if (fact.cause_seq == 0) {
        return session_call(exact, &fact);
    }
    return exact->fed ? 0 : message_call(exact, &fact);
}
