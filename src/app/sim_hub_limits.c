/*
 * The simulated hub's limits on the wire: CM, CR, and the words that set them.
 *
 * Groups are written in the order of the standard's layout.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_hub.h"

#include <stdio.h>

static void add_party(struct sim_body *body, const char *id, int role)
{
    sim_body_text(body, 1691, id);
    sim_body_text(body, 1692, "D");
    sim_body_int(body, 1693, role);
}

static void add_warnings(struct sim_body *body, const struct sim_limit *limit)
{
    if (limit->warning_count == 0) {
        return;
    }
    sim_body_int(body, 1559, (int64_t)limit->warning_count);
    for (size_t i = 0; i < limit->warning_count; i++) {
        sim_body_text(body, 1769, "4");
        sim_body_int(body, 1560, limit->warnings[i]);
    }
}

static void add_limit_type(struct sim_body *body,
                           const struct sim_limit *limit,
                           int64_t amount)
{
    sim_body_text(body, 1669, "1");
    sim_body_text(body, 1529, "1");
    sim_body_text(body, 1530, "12");
    sim_body_amount(body, 1531, amount);
    if (limit->action >= 0) {
        sim_body_int(body, 1767, limit->action);
    }
    if (limit->other >= 0) {
        sim_body_amount(body, 1766, limit->other + limit->sums.consumed);
    }
    sim_body_text(body, 1532, limit->currency);
    add_warnings(body, limit);
}

/* One entry of PartyRiskLimitsGrp; |action| is 1324, 0 in a CM; |amount| is
 * 1531. */
static void add_entry(struct sim_body *body,
                      const struct sim_limit *limit,
                      char action,
                      int64_t amount)
{
    bool whole_firm = limit->account[0] == '\0';
    if (action != 0) {
        sim_body_char(body, 1324, action);
    }
    sim_body_text(body, 1671, whole_firm ? "1" : "2");
    if (!whole_firm) {
        add_party(body, limit->account, 24);
    }
    add_party(body, limit->firm, 4);
    if (action != 'D') {
        add_limit_type(body, limit, amount);
    }
    sim_body_text(body, 1670, limit->id);
    if (limit->model >= 0) {
        sim_body_int(body, 2339, limit->model);
    }
    sim_body_text(body, 2355, limit->enabled ? "1" : "0");
}

/* Whether a snapshot has the limit. */
static bool is_told(const struct sim_hub *hub, size_t limit)
{
    return !hub->ledger.limits[limit].removed && limit != hub->left_out;
}

static size_t count_limits(const struct sim_hub *hub)
{
    size_t count = 0;
    for (size_t i = 0; i < hub->ledger.limit_count; i++) {
        count += is_told(hub, i) ? 1 : 0;
    }
    return count;
}

/* The first limit, if it is to be forgotten. */
static size_t choose_left_out(struct sim_hub *hub)
{
    hub->left_out = SIM_NONE;
    for (size_t i = 0; i < hub->ledger.limit_count; i++) {
        if (is_told(hub, i)) {
            return sim_faults_strike(hub, SIM_HOOK_LIMIT_LEFT_OUT) ? i
                                                                   : SIM_NONE;
        }
    }
    return SIM_NONE;
}

static void add_report_id(struct sim_hub *hub, struct sim_body *body)
{
    char id[32];
    snprintf(id, sizeof(id), "RPT%llu", (unsigned long long)++hub->reports);
    sim_body_text(body, 1667, id);
}

/* The amount that a CM has of it. */
static int64_t reported(struct sim_hub *hub, const struct sim_limit *limit)
{
    bool old = limit->before != limit->amount &&
               sim_faults_strike(hub, SIM_HOOK_LIMIT_OLD);
    return old ? limit->before : limit->amount;
}

/* One CM with the next |entries| limits from |*at|. */
static void send_report(struct sim_hub *hub,
                        struct sim_peer *peer,
                        struct cg_slice request_id,
                        size_t entries,
                        bool last,
                        size_t *at)
{
    const struct sim_ledger *ledger = &hub->ledger;
    struct sim_body body = {0};
    add_report_id(hub, &body);
    if (request_id.len > 0) {
        sim_body_add(&body, 1666, request_id);
        sim_body_text(&body, 1511, entries > 0 ? "0" : "2");
    } else {
        sim_body_text(&body, 325, "Y");
    }
    sim_body_int(&body, 1512, (int64_t)count_limits(hub));
    sim_body_text(&body, 893, last ? "Y" : "N");
    if (entries > 0) {
        sim_body_int(&body, 1677, (int64_t)entries);
    }
    while (entries > 0 && *at < ledger->limit_count) {
        if (is_told(hub, *at)) {
            add_entry(&body, &ledger->limits[*at], 0,
                      reported(hub, &ledger->limits[*at]));
            entries--;
        }
        (*at)++;
    }
    sim_body_time(&body, 60, hub->port->now_ns);
    sim_hub_send(hub, peer, "CM", sim_body_slice(&body));
    sim_body_deinit(&body);
}

void sim_hub_snapshot(struct sim_hub *hub,
                      struct sim_peer *peer,
                      struct cg_slice request_id)
{
    hub->left_out = choose_left_out(hub);
    size_t left = count_limits(hub);
    size_t at = 0;
    do {
        size_t entries = hub->fragment > 0 && hub->fragment < left
                             ? hub->fragment
                             : left;
        left -= entries;
        send_report(hub, peer, request_id, entries, left == 0, &at);
    } while (left > 0);
}

void sim_hub_update(struct sim_hub *hub, size_t at, char action)
{
    const struct sim_limit *limit = &hub->ledger.limits[at];
    struct sim_body body = {0};
    add_report_id(hub, &body);
    sim_body_text(&body, 1677, "1");
    add_entry(&body, limit, action, limit->amount);
    sim_body_time(&body, 60, hub->port->now_ns);
    for (size_t i = 0; i < hub->port->peer_count; i++) {
        if (hub->port->peers[i]->up) {
            sim_hub_send(hub, hub->port->peers[i], "CR", sim_body_slice(&body));
        }
    }
    sim_body_deinit(&body);
}

/* "75/90/98" */
static bool set_warnings(struct sim_limit *limit, struct cg_slice list)
{
    limit->warning_count = 0;
    while (list.len > 0) {
        const char *slash = memchr(list.data, '/', list.len);
        size_t len = slash != NULL ? (size_t)(slash - list.data) : list.len;
        int64_t percent = 0;
        if (limit->warning_count == SIM_WARNINGS_MAX ||
            !sim_number_read((struct cg_slice){list.data, len}, 0, &percent) ||
            percent < 1 || percent > 1000) {
            return false;
        }
        limit->warnings[limit->warning_count++] = (int)percent;
        size_t used = slash != NULL ? len + 1 : len;
        list = (struct cg_slice){list.data + used, list.len - used};
    }
    return true;
}

static bool set_small(struct cg_slice text, int max, int *value)
{
    int64_t number = 0;
    if (!sim_number_read(text, 0, &number) || number < 0 || number > max) {
        return false;
    }
    *value = (int)number;
    return true;
}

/* One of the words after the amount. */
static bool set_option(struct sim_limit *limit, struct cg_slice word)
{
    const char *equal = memchr(word.data, '=', word.len);
    if (equal == NULL) {
        limit->net = cg_slice_is(word, "net");
        return limit->net || cg_slice_is(word, "gross");
    }
    struct cg_slice key = {word.data, (size_t)(equal - word.data)};
    struct cg_slice value = {equal + 1, word.len - key.len - 1};
    if (cg_slice_is(key, "used")) {
        return sim_number_read(value, SIM_AMOUNT_DIGITS, &limit->other);
    }
    if (cg_slice_is(key, "warn")) {
        return set_warnings(limit, value);
    }
    if (cg_slice_is(key, "model")) {
        return set_small(value, 3, &limit->model);
    }
    if (cg_slice_is(key, "action")) {
        return set_small(value, 10, &limit->action);
    }
    if (cg_slice_is(key, "status")) {
        limit->enabled = cg_slice_is(value, "1");
        return limit->enabled || cg_slice_is(value, "0");
    }
    return false;
}

/* The amount and what follows it, on an existing limit. */
static bool
set_rest(struct sim_limit *limit, struct cg_slice amount, const char *words)
{
    struct sim_limit changed = *limit;
    if (!sim_number_read(amount, SIM_AMOUNT_DIGITS, &changed.amount) ||
        changed.amount < 0) {
        return false;
    }
    for (struct cg_slice word = sim_word(&words); word.len > 0;
         word = sim_word(&words)) {
        if (!set_option(&changed, word)) {
            return false;
        }
    }
    changed.before = limit->amount;
    *limit = changed;
    return true;
}

static bool is_amount(struct cg_slice text)
{
    int64_t amount = 0;
    return sim_number_read(text, SIM_AMOUNT_DIGITS, &amount);
}

bool sim_hub_limit(struct sim_hub *hub, const char *words, bool tell)
{
    struct sim_ledger *ledger = &hub->ledger;
    struct cg_slice id = sim_word(&words);
    struct cg_slice firm = sim_word(&words);
    size_t at = sim_ledger_limit(ledger, id);
    bool added = at == SIM_NONE;
    bool done;
    if (!added && is_amount(firm)) { /* the short form: ID AMOUNT */
        done = set_rest(&ledger->limits[at], firm, words);
    } else {
        struct cg_slice account = sim_word(&words);
        struct cg_slice currency = sim_word(&words);
        struct cg_slice amount = sim_word(&words);
        struct sim_limit trial = {0};
        if (currency.len != 3 || !set_rest(&trial, amount, words)) {
            return false;
        }
        if (cg_slice_is(account, "-")) {
            account.len = 0;
        }
        struct sim_limit *limit = sim_ledger_set(ledger, id, firm, account,
                                                 currency, &added);
        if (!cg_slice_is(firm, limit->firm) ||
            !cg_slice_is(account, limit->account) ||
            !cg_slice_is(currency, limit->currency)) {
            return false;
        }
        done = set_rest(limit, amount, words);
        limit->before = added ? limit->amount : limit->before;
    }
    if (done && tell) {
        sim_hub_update(hub, sim_ledger_limit(ledger, id), added ? 'A' : 'M');
    }
    return done;
}
