/*
 * The judge: what the hub hears and says, and what stands behind a forward.
 *
 * Rules: R11 to R14, R18, R22, R24, R25, R27 to R30.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "judge.h"

#include "marks.h"
#include <stdio.h>
#include <string.h>

static size_t limit_named(struct cg_slice id)
{
    for (size_t i = 0; i < DESK_LIMITS; i++) {
        if (cg_slice_is(id, desk_limits[i].id)) {
            return i;
        }
    }
    return SIM_NONE;
}

struct judge_token *
judge_token_of(struct judge *judge, struct cg_slice id, bool add)
{
    size_t at = sim_index_get(&judge->token_ids, id);
    if (at == SIM_NONE && add) {
        judge->tokens = judge_room(judge->tokens, judge->token_count,
                                   sizeof(*judge->tokens));
        at = judge->token_count++;
        judge->tokens[at] = (struct judge_token){.id = sim_copy(id),
                                                 .limit = SIM_NONE,
                                                 .order = SIM_NONE,
                                                 .newest = SIM_NONE,
                                                 .expires = SIM_NEVER};
        sim_index_set(&judge->token_ids, id, at);
    }
    return at != SIM_NONE ? &judge->tokens[at] : NULL;
}

/* --- the gate says to the hub --------------------------------------------- */

static void submission_said(struct judge_token *token,
                            const struct judge_ask *ask,
                            size_t at)
{
    CG_SOMETIMES(raise_asked, ask->trans == '2' && ask->amount > token->total);
    CG_SOMETIMES(fall_told, ask->trans == '2' && ask->amount < token->total);
    CG_SOMETIMES(renewal_asked, ask->trans == '2' && token->live &&
                                    ask->amount == token->total);
    token->newest = at;
    if (ask->trans == '2' && ask->amount < token->total) {
        token->total = ask->amount;
    }
    if (ask->trans == '1') {
        CG_SOMETIMES(ask_withdrawn, !token->live && !token->granted);
        token->live = false;
        token->ended = true;
    }
}

/* R21, R41: what an open order stands on is not given back. */
static void release_said(struct judge *judge,
                         const struct judge_token *token,
                         const struct judge_event *event)
{
    if (!token->live || token->order == SIM_NONE ||
        event->at >= token->expires - DESK_MARGIN_MS * SIM_MS) {
        return;
    }
    const struct judge_order *order = &judge->orders[token->order];
    const struct judge_request *first = &judge->requests[order->first];
    if (order->open && first->said && first->answers == 0 && !order->unknown &&
        !order->unsure && !order->pulled && !first->withheld) {
        judge_wrong(judge, "R21: %s is given back, and its order %s is open",
                    token->id, first->id);
    }
}

static void ask_said(struct judge *judge, const struct judge_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 2318);
    size_t at = sim_index_get(&judge->ask_ids, id);
    struct judge_token *token = judge_token_of(
        judge, sim_field_find(event->body, 2319), true);
    struct judge_ask ask = {
        .token = (size_t)(token - judge->tokens),
        .trans = sim_field_char(event->body, 2320, 0),
        .type = sim_field_char(event->body, 2321, 0),
        .amount = judge_number(event->body, 2324, SIM_AMOUNT_DIGITS),
        .said_at = event->at,
        .said = 1,
    };
    token->limit = limit_named(sim_field_find(event->body, 1670));
    if (token->limit == SIM_NONE) {
        judge_wrong(judge, "R24: the hub is asked for a limit it has not");
        return;
    }
    if (at != SIM_NONE) {
        struct judge_ask *old = &judge->asks[at];
        CG_SOMETIMES(release_repeated, old->type == '0' && old->trans == '1');
        CG_SOMETIMES(consumption_repeated, old->type == '1');
        old->said++;
        if (old->token != ask.token || old->trans != ask.trans ||
            old->type != ask.type || old->amount != ask.amount) {
            judge_wrong(judge, "R28: 2318 %.*s comes again with another %s",
                        (int)id.len, id.data, "content");
        }
        return;
    }
    if (ask.type == '0' && token->ended && ask.trans != '1') {
        judge_wrong(judge, "R28: %s was given back, and is asked for again",
                    token->id);
    }
    judge->asks = judge_room(judge->asks, judge->ask_count,
                             sizeof(*judge->asks));
    sim_index_set(&judge->ask_ids, id, judge->ask_count);
    judge->asks[judge->ask_count] = ask;
    if (ask.type == '0' && ask.trans == '1') {
        release_said(judge, token, event);
    }
    if (ask.type == '0') {
        submission_said(token, &ask, judge->ask_count);
    } else {
        token->told += ask.trans == '1' ? -ask.amount : ask.amount;
        CG_SOMETIMES(bust_told, ask.trans == '1');
    }
    judge->ask_count++;
}

/* R30: what it covered may not rest any more. */
static void removed(struct judge *judge, size_t limit)
{
    CG_SOMETIMES(limit_removed, true);
    for (size_t i = 0; i < judge->token_count; i++) {
        struct judge_token *token = &judge->tokens[i];
        if (token->limit == limit && !token->ended) {
            token->live = false;
            token->invalidated = true;
        }
    }
    for (size_t i = 0; i < DESK_ACCOUNTS; i++) {
        if (desk_covers(limit, i)) {
            judge_must_pull_all(judge, i, "R30");
        }
    }
}

/* R15: what became of an update. */
static void update_answered(struct judge *judge,
                            const struct judge_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 1667);
    bool taken = sim_field_char(event->body, 2316, 0) == '0';
    CG_SOMETIMES(update_refused, !taken);
    for (size_t i = 0; i < DESK_LIMITS; i++) {
        struct judge_limit *limit = &judge->limits[i];
        if (limit->other >= 0 && cg_slice_is(id, limit->update)) {
            if (taken && !limit->loose && limit->update_made < limit->made) {
                judge_wrong(judge, "R15: update %.*s is older than the last",
                            (int)id.len, id.data);
            }
            if (taken) {
                limit->made = limit->loose ? limit->made : limit->update_made;
                limit->amount = limit->update_amount;
                limit->removed = limit->update_removes;
                limit->refreshed = event->at;
                limit->lowered = true;
            }
            if (taken && limit->removed) {
                removed(judge, i);
            }
            limit->other = -1;
            CG_SOMETIMES(lowered_below_use,
                         taken && judge_use(judge, i) > limit->amount);
        }
    }
}

static void stop_answered(struct judge *judge, const struct judge_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 2328);
    char answer = sim_field_char(event->body, 2332, 0);
    for (size_t i = 0; i < DESK_ACCOUNTS; i++) {
        struct judge_stop *stop = &judge->stops[i];
        if (id.len > 0 && cg_slice_is(id, stop->id)) {
            CG_SOMETIMES(halt_completed, stop->action == '1' && answer == '1');
            CG_SOMETIMES(stop_drill, stop->drill && answer == '0');
            if (answer == '0' && !stop->drill) {
                stop->on = stop->action != '2';
                if (stop->action == '1') {
                    judge_must_pull_all(judge, i, "R18");
                }
            }
        }
    }
}

void judge_hub_said(struct judge *judge, const struct judge_event *event)
{
    if (strcmp(event->type, "DF") == 0) {
        ask_said(judge, event);
    } else if (strcmp(event->type, "DE") == 0) {
        update_answered(judge, event);
    } else if (strcmp(event->type, "DI") == 0) {
        stop_answered(judge, event);
    }
}

/* --- the hub says --------------------------------------------------------- */

/* By 2318, else by the token and what was asked (R24).  One with the 2318 of
 * one token and the 2319 of another answers neither. */
static size_t ask_of(const struct judge *judge, struct cg_slice body)
{
    struct cg_slice id = sim_field_find(body, 2318);
    struct cg_slice named = sim_field_find(body, 2319);
    size_t token = sim_index_get(&judge->token_ids, named);
    if (id.len > 0) {
        size_t at = sim_index_get(&judge->ask_ids, id);
        bool other = at != SIM_NONE && named.len > 0 &&
                     judge->asks[at].token != token;
        return other ? SIM_NONE : at;
    }
    char trans = sim_field_char(body, 2320, 0);
    char type = sim_field_char(body, 2321, 0);
    int64_t amount = judge_number(body, 2324, SIM_AMOUNT_DIGITS);
    for (size_t i = judge->ask_count; i > 0; i--) {
        const struct judge_ask *ask = &judge->asks[i - 1];
        if (ask->token == token && ask->trans == trans && ask->type == type &&
            (ask->amount == amount || trans == '1') && !ask->answered) {
            return i - 1;
        }
    }
    return SIM_NONE;
}

/* The digits of 20261120-12:00:00.123, as ns since 1970. */
int64_t judge_time(struct cg_slice text)
{
    static const int before[] = {0,   31,  59,  90,  120, 151,
                                 181, 212, 243, 273, 304, 334};
    int v[7] = {0};
    if (text.len < 17) {
        return SIM_NEVER;
    }
    sscanf(text.data, "%4d%2d%2d-%2d:%2d:%2d", &v[0], &v[1], &v[2], &v[3],
           &v[4], &v[5]);
    if (text.len >= 21) {
        sscanf(text.data + 18, "%3d", &v[6]);
    }
    if (v[1] < 1 || v[1] > 12) {
        return SIM_NEVER;
    }
    int64_t years = v[0] - 1970;
    int64_t leaps = (v[0] - 1 - 1968) / 4;
    bool leap = v[0] % 4 == 0 && v[1] > 2;
    int64_t days = years * 365 + leaps + before[v[1] - 1] + v[2] - 1 + leap;
    int64_t ms = ((days * 24 + v[3]) * 60 + v[4]) * 60000 + v[5] * 1000 + v[6];
    return ms * SIM_MS;
}

static void
granted(struct judge_token *token, const struct judge_event *event, size_t at)
{
    struct cg_slice expires = sim_field_find(event->body, 126);
    token->granted = true;
    if (token->newest != at || token->ended) {
        CG_SOMETIMES(late_grant, true);
        return;
    }
    token->expires = expires.len > 0 ? judge_time(expires) : SIM_NEVER;
    CG_SOMETIMES(expired_on_arrival, token->expires <= event->at);
}

static void answer_new(struct judge *judge,
                       struct judge_ask *ask,
                       const struct judge_event *event,
                       char status)
{
    struct judge_token *token = &judge->tokens[ask->token];
    size_t at = (size_t)(ask - judge->asks);
    int64_t approved = judge_number(event->body, 2327, SIM_AMOUNT_DIGITS);
    bool whole = approved < 0 || approved >= ask->amount;
    token->confirmed |= ask->trans == '1';
    CG_SOMETIMES(grant_after_pending, ask->pending && status == '0');
    CG_SOMETIMES(partial_grant, status == '1' || !whole);
    CG_SOMETIMES(over_approval, approved > ask->amount);
    CG_SOMETIMES(raise_denied, ask->trans == '2' && status == '2');
    CG_SOMETIMES(release_of_unknown, ask->trans == '1' && status == '2');
    if (status != '0' || ask->trans == '1') {
        return;
    }
    bool newest = token->newest == at && !token->ended && !token->invalidated;
    granted(token, event, at);
    if (whole && newest) {
        CG_SOMETIMES(raise_granted,
                     ask->trans == '2' && ask->amount > token->total);
        CG_SOMETIMES(renewal_granted,
                     ask->trans == '2' && ask->amount == token->total);
        token->live = true;
        token->total = ask->amount;
    }
}

/* R25: a trade was taken back that the hub had not heard of: it has to be told
 * once more. */
static void bust_refused(struct judge *judge, const struct judge_ask *ask)
{
    for (const struct judge_ask *it = judge->asks; it < ask; it++) {
        if (it->token == ask->token && it->type == '1' && it->trans != '1' &&
            !it->answered) {
            CG_SOMETIMES(bust_before_its_trade, true);
            judge->tokens[ask->token].told += ask->amount;
            return;
        }
    }
}

/* R30: what it covered may not rest any more. */
static void take_back(struct judge *judge, struct judge_token *token)
{
    size_t at = (size_t)(token - judge->tokens);
    if (token->live && token->order != SIM_NONE &&
        judge->orders[token->order].token == at) {
        judge_must_pull(judge, token->order, "R30");
    }
    token->live = false;
    token->invalidated = true;
}

/* R53: a field that DG has to have is not there, one has no value, or a group
 * does not begin with its first field. */
static bool is_malformed(struct cg_slice body)
{
    struct sim_reader reader;
    struct sim_field field;
    int before = 0;
    sim_reader_init(&reader, body);
    while (sim_reader_next(&reader, &field)) {
        if (field.value.len == 0 || (before == 453 && field.tag != 448)) {
            return true;
        }
        before = field.tag;
    }
    return sim_field_find(body, 2320).len == 0 ||
           sim_field_find(body, 2321).len == 0 ||
           sim_field_find(body, 2325).len == 0;
}

static void answer_in(struct judge *judge, const struct judge_event *event)
{
    size_t at = ask_of(judge, event->body);
    char status = sim_field_char(event->body, 2325, 0);
    bool odd_amount = sim_field_find(event->body, 2327).len > 0 &&
                      judge_number(event->body, 2327, SIM_AMOUNT_DIGITS) < 0;
    if (odd_amount || is_malformed(event->body)) {
        return; /* nobody can read it: it is no answer */
    }
    if (at == SIM_NONE || status < '0' || status > '4') {
        struct judge_token *token = judge_token_of(
            judge, sim_field_find(event->body, 2319), false);
        bool taken_back = status == '4' && token != NULL;
        CG_SOMETIMES(answer_for_nobody, !taken_back);
        CG_SOMETIMES(token_taken_back, taken_back && token->live);
        if (taken_back) { /* its grant may have been lost */
            take_back(judge, token);
        }
        return;
    }
    struct judge_ask *ask = &judge->asks[at];
    if (ask->answered) {
        struct judge_token *token = &judge->tokens[ask->token];
        CG_SOMETIMES(answer_repeated, true);
        if (status == '4' && ask->trans != '1' && token->live) {
            CG_SOMETIMES(token_taken_back, true);
            take_back(judge, token);
        }
        return;
    }
    if (status == '3') {
        ask->pending = true;
        return;
    }
    ask->answered = true;
    ask->answer = status;
    if (status == '4' && ask->trans != '1' && ask->type == '0') {
        take_back(judge, &judge->tokens[ask->token]);
    } else if (ask->type == '0') {
        answer_new(judge, ask, event, status);
    } else if (ask->trans == '1' && status == '2') {
        bust_refused(judge, ask);
    }
}

/* What an update names may be in force from now on, until DE says. */
static void entry_in(struct judge *judge,
                     const struct judge_event *event,
                     struct cg_slice id,
                     int64_t amount,
                     bool removes)
{
    size_t at = limit_named(id);
    struct cg_slice update = sim_field_find(event->body, 1667);
    if (at == SIM_NONE) {
        return;
    }
    struct judge_limit *limit = &judge->limits[at];
    limit->other = amount > limit->other ? amount : limit->other;
    limit->update_amount = removes ? 0 : amount;
    limit->update_removes = removes;
    limit->update_made = judge_time(sim_field_find(event->body, 60));
    snprintf(limit->update, sizeof(limit->update), "%.*s", (int)update.len,
             update.data);
}

/* In each entry of the simulator 1531 comes before 1670. */
static void update_in(struct judge *judge, const struct judge_event *event)
{
    struct sim_reader reader;
    struct sim_field field;
    int64_t amount = 0;
    bool named = false;
    bool removes = false;
    sim_reader_init(&reader, event->body);
    while (sim_reader_next(&reader, &field)) {
        if (field.tag == 1531) {
            if (!sim_number_read(field.value, SIM_AMOUNT_DIGITS, &amount)) {
                amount = 0;
            }
            named = false;
        } else if (field.tag == 1324) {
            removes = cg_slice_is(field.value, "D");
        } else if (field.tag == 1670) {
            entry_in(judge, event, field.value, amount, removes);
            removes = false;
            named = true;
        }
    }
    if (!named) { /* by its party: leave open what it says */
        for (size_t i = 0; i < DESK_LIMITS; i++) {
            judge->limits[i].loose |= desk_limits[i].hub;
        }
    }
    CG_SOMETIMES(fragment, sim_field_char(event->body, 893, 'Y') == 'N');
    if (sim_field_char(event->body, 893, 'Y') == 'N') {
        for (size_t i = 0; i < DESK_LIMITS; i++) {
            judge->limits[i].loose |= desk_limits[i].hub;
        }
    }
}

static void stop_in(struct judge *judge, const struct judge_event *event)
{
    struct cg_slice id = sim_field_find(event->body, 2328);
    struct cg_slice account = sim_field_party(event->body, 24);
    for (size_t i = 0; i < DESK_ACCOUNTS; i++) {
        struct judge_stop *stop = &judge->stops[i];
        if (cg_slice_is(account, desk_owners[i].account)) {
            snprintf(stop->id, sizeof(stop->id), "%.*s", (int)id.len, id.data);
            stop->action = sim_field_char(event->body, 2329, 0);
            stop->drill = sim_field_char(event->body, 2330, 'N') == 'Y';
            stop->on &= stop->action != '2' || stop->drill;
            CG_SOMETIMES(reinstated, stop->action == '2');
        }
    }
}

void judge_hub_in(struct judge *judge, const struct judge_event *event)
{
    if (strcmp(event->type, "DG") == 0) {
        answer_in(judge, event);
    } else if (strcmp(event->type, "CM") == 0 ||
               strcmp(event->type, "CR") == 0) {
        update_in(judge, event);
    } else if (strcmp(event->type, "DH") == 0) {
        stop_in(judge, event);
    }
}

/* --- what stands behind a forward ----------------------------------------- */

static bool is_ping(size_t account)
{
    return account == DESK_PING || account == DESK_NETPING;
}

/* R27: what fallback has granted since the last update is within its budget. */
static void fall_back(struct judge *judge,
                      struct judge_order *order,
                      const struct judge_event *event)
{
    __extension__ typedef __int128 wide;
    const struct judge_limit *limit = &judge->limits[DESK_BOTH_USD];
    const int64_t most = DESK_FALLBACK_MS * SIM_MS;
    int64_t amount = limit->amount > limit->other ? limit->amount
                                                  : limit->other;
    int64_t left = most - (event->at - limit->refreshed);
    int64_t used = 0;
    order->fallback = true;
    order->fallback_at = event->at;
    for (size_t i = 0; i < judge->order_count; i++) {
        const struct judge_order *it = &judge->orders[i];
        if (it->fallback && it->fallback_at > limit->refreshed) {
            used += desk_charge(it->symbol,
                                it->open ? judge_worst(judge, it) : it->cum);
        }
    }
    int64_t budget = left > 0 ? (int64_t)((wide)amount * left / most) : 0;
    if (limit->refreshed > 0 && !limit->loose && used > budget) {
        judge_wrong(judge, "R27: %lld have fallen back to %s, of %lld",
                    (long long)used, desk_limits[DESK_BOTH_USD].id,
                    (long long)budget);
    }
}

/* R22, R29: the token is there, is live, and holds the worst case. */
void judge_cover(struct judge *judge,
                 const struct judge_request *request,
                 const struct judge_event *event,
                 bool raises)
{
    struct judge_order *order = &judge->orders[request->order];
    struct cg_slice id = sim_field_find(event->body, 7350);
    bool first_time = event->way == JUDGE_SAID;
    if (id.len == 0) {
        judge_wrong(judge, "R55: %s goes without a token", request->id);
        return;
    }
    struct judge_token *token = judge_token_of(judge, id, true);
    size_t at = (size_t)(token - judge->tokens);
    if (token->order != SIM_NONE && token->order != request->order) {
        judge_wrong(judge, "R21: %s comes with %s, which is another order's",
                    request->id, token->id);
        return;
    }
    token->order = request->order;
    order->token = at;
    int64_t worst = judge_worst(judge, order);
    int64_t need = desk_charge(order->symbol,
                               request->qty > worst ? request->qty : worst);
    bool covered = token->live && token->total >= need &&
                   event->at < token->expires - DESK_MARGIN_MS * SIM_MS;
    if (order->account == DESK_BOTH && !covered && first_time) {
        CG_SOMETIMES(fallback_forward, request->kind == 'D');
        if (request->kind == 'D') {
            fall_back(judge, order, event);
        }
        covered = request->kind == 'D' || (order->fallback && !raises);
    } else if (!is_ping(order->account)) {
        covered = order->account != DESK_BOTH || covered || order->fallback;
    }
    if (!covered && (raises || request->kind == 'D')) {
        judge_wrong(judge,
                    "R22: %s %s with a worst case of %lld, its token %s is %s "
                    "with %lld%s",
                    request->id, first_time ? "is forwarded" : "is sent again",
                    (long long)need, token->id,
                    token->live ? "live" : "not live", (long long)token->total,
                    event->at >= token->expires - DESK_MARGIN_MS * SIM_MS
                        ? ", expired"
                        : "");
    }
}

/* R11, R13, R14, R18: use has just been raised. */
void judge_amounts(struct judge *judge,
                   const struct judge_request *request,
                   const int64_t *before)
{
    const struct judge_order *order = &judge->orders[request->order];
    for (size_t i = 0; i < DESK_LIMITS; i++) {
        const struct judge_limit *limit = &judge->limits[i];
        if (!desk_covers(i, order->account) || limit->loose) {
            continue;
        }
        if (limit->removed && limit->other < 0) {
            judge_wrong(judge, "R11: %s is forwarded, and %s is removed",
                        request->id, desk_limits[i].id);
        }
        int64_t amount = limit->amount > limit->other ? limit->amount
                                                      : limit->other;
        int64_t use = desk_limits[i].clip
                          ? desk_charge(order->symbol, request->qty)
                          : judge_use(judge, i);
        bool raised = desk_limits[i].clip || use > before[i];
        CG_SOMETIMES(passes_a_breach, use > amount && !raised);
        if (raised && use > amount) {
            judge_wrong(judge,
                        "R13: %s raises the use of %s from %lld to %lld, of "
                        "%lld",
                        request->id, desk_limits[i].id, (long long)before[i],
                        (long long)use, (long long)amount);
        }
    }
    if (judge->stops[order->account].on) {
        judge_wrong(judge, "R18: %s is forwarded, and %s is stopped",
                    request->id, desk_owners[order->account].account);
    }
}
