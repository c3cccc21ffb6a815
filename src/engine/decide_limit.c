/*
 * What owners say of their limits (CM, CR), what a breach pulls, and whom it is
 * told to.
 *
 * An update is taken whole or not at all; a party that is missing from a
 * snapshot is suspended, never unlimited.  Rules: R6, R13, R15..R19, R52.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"

/* --- news
 * ---------------------------------------------------------------------- */

void cg_account_news(struct cg_engine *engine,
                     uint32_t account,
                     enum cg_news news,
                     uint32_t limit,
                     uint32_t order)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < state->session_count; i++) {
        /* News never crowds out what has to be said. */
        if ((state->accounts[account].sessions >> i & 1) == 0 ||
            engine->news_count == CG_EFFECTS_SPARE / 2) {
            continue;
        }
        engine->news_count++;
        struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_NEWS);
        effect->session = (cg_session)i;
        effect->account = account;
        effect->limit = limit;
        effect->order = order;
        effect->news = news;
    }
}

void cg_limit_news(struct cg_engine *engine,
                   uint32_t slot,
                   enum cg_news news,
                   uint32_t percent)
{
    const struct cg_state *state = &engine->state;
    const struct cg_limit *limit = &state->limits[slot];
    for (uint32_t i = 0; i < state->account_count; i++) {
        if ((limit->account != CG_NONE && limit->account != i) ||
            !cg_slice_equal(cg_id_slice(&limit->firm),
                            cg_id_slice(&state->accounts[i].firm))) {
            continue;
        }
        uint32_t first = engine->effect_count;
        cg_account_news(engine, i, news, slot, CG_NONE);
        for (uint32_t e = first; e < engine->effect_count; e++) {
            engine->effects[e].value = percent;
        }
    }
}

/* --- what a breach pulls (R17)
 * --------------------------------------------------- */

static bool cancel_under_way(const struct cg_state *state,
                             const struct cg_order *order)
{
    if (order->pull != CG_NONE) {
        return true;
    }
    for (uint32_t i = order->requests; i != CG_NONE;
         i = state->requests[i].next) {
        const struct cg_request *request = &state->requests[i];
        if (request->kind == CG_REQUEST_CANCEL &&
            request->state == CG_REQUEST_SENT) {
            return true;
        }
    }
    return false;
}

/* What of |limit|'s open use an order holds. */
static cg_dv01 order_open(const struct cg_state *state,
                          const struct cg_order *order,
                          uint32_t limit)
{
    cg_dv01 open = 0;
    for (uint32_t i = order->tokens; i != CG_NONE; i = state->tokens[i].next) {
        if (state->tokens[i].limit == limit) {
            open += cg_token_open(&state->tokens[i]);
        }
    }
    return open;
}

static void cursors_start(struct cg_engine *engine)
{
    for (uint32_t i = 0; i < engine->state.account_count; i++) {
        engine->cursors[i] = engine->state.accounts[i].orders;
    }
}

/* The next open order under |limit|, newest first, or CG_NONE. */
static uint32_t cursors_next(struct cg_engine *engine, uint32_t limit)
{
    const struct cg_state *state = &engine->state;
    for (;;) {
        uint32_t best = CG_NONE;
        for (uint32_t i = 0; i < state->account_count; i++) {
            uint32_t order = engine->cursors[i];
            if (order != CG_NONE &&
                (best == CG_NONE ||
                 state->orders[order].number > state->orders[best].number)) {
                best = order;
            }
        }
        if (best == CG_NONE) {
            return CG_NONE;
        }
        engine->cursors[state->orders[best].account] = state->orders[best].next;
        if (order_open(state, &state->orders[best], limit) > 0) {
            return best;
        }
    }
}

void cg_limit_pull_all(struct cg_engine *engine,
                       uint32_t limit,
                       enum cg_reason reason)
{
    cursors_start(engine);
    for (uint32_t order = cursors_next(engine, limit); order != CG_NONE;
         order = cursors_next(engine, limit)) {
        cg_order_pull(engine, order, reason);
    }
}

/* Newest first, only orders whose removal lowers the use, until it fits. */
static void pull_to_fit(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    struct cg_limit left = state->limits[slot];
    cursors_start(engine);
    for (uint32_t i = cursors_next(engine, slot); i != CG_NONE;
         i = cursors_next(engine, slot)) {
        const struct cg_order *order = &state->orders[i];
        if (cancel_under_way(state, order)) {
            left.open[order->side != '1'] -= order_open(state, order, slot);
        }
    }
    cursors_start(engine);
    for (uint32_t i = cursors_next(engine, slot);
         i != CG_NONE && cg_limit_use(&left) > left.amount;
         i = cursors_next(engine, slot)) {
        const struct cg_order *order = &state->orders[i];
        struct cg_limit without = left;
        without.open[order->side != '1'] -= order_open(state, order, slot);
        if (!cancel_under_way(state, order) &&
            cg_limit_use(&without) < cg_limit_use(&left)) {
            left = without;
            cg_order_pull(engine, i, CG_ORDER_PULLED);
        }
    }
}

void cg_limit_pull(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    enum cg_pull pull = limit->pull;
    if (limit->action == 5 + 1 || limit->action == 7 + 1) {
        pull = CG_PULL_ALL;
    } else if (limit->action == 6 + 1 || limit->action == 8 + 1) {
        pull = CG_PULL_NONE;
    }
    switch (pull) {
    case CG_PULL_FIT:
        pull_to_fit(engine, slot);
        break;
    case CG_PULL_ALL:
        cg_limit_pull_all(engine, slot, CG_ORDER_PULLED);
        break;
    case CG_PULL_NONE:
        break;
    }
}

void cg_limits_check(struct cg_engine *engine, uint32_t order)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = state->orders[order].tokens; i != CG_NONE;
         i = state->tokens[i].next) {
        uint32_t slot = state->tokens[i].limit;
        const struct cg_limit *limit = &state->limits[slot];
        if (state->tokens[i].spent && limit->has_amount &&
            cg_limit_use(limit) > limit->amount) {
            cg_limit_pull(engine, slot);
        }
    }
}

void cg_limit_distrust(struct cg_engine *engine, uint32_t slot)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    cg_note(engine,
            "ALARM: a quantity of the venue is beyond what limit %.*s can "
            "count: no new risk under it",
            (int)limit->id.len, limit->id.text);
    if (limit->state == CG_LIMIT_ENABLED ||
        limit->state == CG_LIMIT_SUSPENDED) {
        struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_STATE);
        fact.limit = slot;
        fact.value = CG_LIMIT_UNENFORCED;
        cg_engine_record(engine, &fact);
    }
}

/* --- updates (R15, R16)
 * ------------------------------------------------------------ */

enum { DE_UNKNOWN_REPORT = 0, DE_UNKNOWN_PARTY = 1, DE_OTHER = 99 };

static void update_ack(struct cg_engine *engine, bool accepted, uint32_t reject)
{
    struct cg_effect *effect = cg_effect_add(engine, CG_EFFECT_LIMITS_ACK);
    effect->session = engine->cause_session;
    effect->value = accepted ? 0 : 1;
    effect->reject = reject;
}

static bool limit_is_of(const struct cg_limit *limit,
                        const struct cg_limit_event *entry,
                        uint32_t account)
{
    return account != CG_NONE
               ? limit->account == account
               : limit->account == CG_NONE &&
                     cg_slice_equal(cg_id_slice(&limit->firm), entry->firm);
}

/* The limit that an entry means: by its id, else the party's only one. */
static uint32_t entry_limit(const struct cg_engine *engine,
                            const struct cg_limit_event *entry,
                            uint32_t account)
{
    const struct cg_state *state = &engine->state;
    if (entry->id.len > 0) {
        return cg_state_limit(state, entry->id);
    }
    uint32_t found = CG_NONE;
    for (uint32_t i = 0; i < state->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[i];
        if (limit->owner == engine->cause_session &&
            limit_is_of(limit, entry, account) && limit->kind == entry->kind) {
            if (found != CG_NONE) {
                return CG_NONE;
            }
            found = i;
        }
    }
    return found;
}

/* R6: whether the sender may speak of the entry's party. */
static uint32_t party_fault(const struct cg_engine *engine,
                            const struct cg_limit_event *entry,
                            uint32_t *account)
{
    const struct cg_state *state = &engine->state;
    *account = CG_NONE;
    if (entry->account.len > 0) {
        *account = cg_state_account(state, entry->account);
        if (*account == CG_NONE ||
            (entry->firm.len > 0 &&
             !cg_slice_equal(entry->firm,
                             cg_id_slice(&state->accounts[*account].firm)))) {
            return DE_UNKNOWN_PARTY;
        }
        return state->accounts[*account].hub == engine->cause_session
                   ? 0
                   : DE_OTHER;
    }
    bool known = false;
    for (uint32_t i = 0; i < state->account_count; i++) {
        const struct cg_account *candidate = &state->accounts[i];
        if (cg_slice_equal(cg_id_slice(&candidate->firm), entry->firm)) {
            known = true;
            if (candidate->hub != engine->cause_session) {
                return DE_OTHER;
            }
        }
    }
    return known ? 0 : DE_UNKNOWN_PARTY;
}

/* Whether an entry can make a limit: it says all, and its id is said once. */
static bool may_make(const struct cg_update_event *event,
                     const struct cg_limit_event *entry)
{
    uint32_t same = 0;
    for (uint32_t i = 0; i < event->count; i++) {
        same += cg_slice_equal(event->limits[i].id, entry->id);
    }
    return same == 1 && entry->id.len > 0 && entry->id.len <= CG_NAME_MAX &&
           entry->has_amount && entry->amount >= 0 &&
           entry->currency[0] != '\0';
}

/* 0 when the entry can be taken, else the reason for DE. */
static uint32_t entry_fault(const struct cg_engine *engine,
                            const struct cg_update_event *event,
                            const struct cg_limit_event *entry)
{
    const struct cg_state *state = &engine->state;
    uint32_t account = CG_NONE;
    bool named = entry->account.len > 0 || entry->firm.len > 0;
    if (named) {
        uint32_t fault = party_fault(engine, entry, &account);
        if (fault != 0) {
            return fault;
        }
    }
    if (entry->removed && entry->id.len == 0) {
        return named ? 0 : DE_OTHER;
    }
    uint32_t slot = entry_limit(engine, entry, account);
    if (slot == CG_NONE) {
        bool makes_one = named && !entry->removed && may_make(event, entry) &&
                         cg_state_limit_room(state, account, entry->firm,
                                             event->count);
        return makes_one || (entry->removed && named) ? 0 : DE_OTHER;
    }
    const struct cg_limit *limit = &state->limits[slot];
    if (limit->owner != engine->cause_session ||
        event->made_at < limit->updated_at ||
        (named && account != limit->account) ||
        (entry->kind != limit->kind && !entry->removed &&
         !entry->unenforceable) ||
        (entry->has_amount && entry->amount < 0) ||
        (entry->currency[0] != '\0' &&
         memcmp(entry->currency, limit->currency, 3) != 0)) {
        return DE_OTHER;
    }
    return 0;
}

static uint32_t limit_make(struct cg_engine *engine,
                           const struct cg_limit_event *entry,
                           uint32_t account)
{
    const struct cg_state *state = &engine->state;
    char text[CG_NAME_MAX + 8];
    struct cg_slice firm = account != CG_NONE
                               ? cg_id_slice(&state->accounts[account].firm)
                               : entry->firm;
    int len = snprintf(text, sizeof(text), "%.3s %.*s", entry->currency,
                       (int)firm.len, firm.data);
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_NAMED);
    fact.limit = state->limit_count;
    fact.session = engine->cause_session;
    fact.account = account;
    fact.value = entry->kind;
    fact.flags = CG_MEASURE_GROSS | CG_MODEL_PING_WITH_PUSH << 4 |
                 CG_PULL_FIT << 8;
    fact.id = entry->id.data;
    fact.id_len = entry->id.len;
    fact.text = text;
    fact.text_len = (size_t)len;
    cg_engine_record(engine, &fact);
    return fact.limit;
}

/* An increment that says nothing of the state leaves a stop as it is; in a
 * snapshot, silence means active (1672, 2355). */
static enum cg_limit_state entry_state(const struct cg_limit *limit,
                                       const struct cg_update_event *event,
                                       const struct cg_limit_event *entry)
{
    bool stopped = limit->state == CG_LIMIT_SUSPENDED ||
                   limit->state == CG_LIMIT_HALTED;
    if (entry->removed) {
        return CG_LIMIT_REMOVED;
    }
    if (entry->unenforceable) {
        return CG_LIMIT_UNENFORCED;
    }
    if (entry->halted) {
        return CG_LIMIT_HALTED;
    }
    if (entry->suspended || entry->disabled) {
        return CG_LIMIT_SUSPENDED;
    }
    return stopped && !event->snapshot && !entry->has_state ? limit->state
                                                            : CG_LIMIT_ENABLED;
}

/* R16: the owner's figure less what of ours it must have in it already. */
static cg_dv01 other_use(const struct cg_limit *limit,
                         const struct cg_limit_event *entry)
{
    if (!entry->has_used) {
        return limit->other;
    }
    return entry->used > limit->confirmed ? entry->used - limit->confirmed : 0;
}

static void limit_update(struct cg_engine *engine,
                         uint32_t slot,
                         const struct cg_update_event *event,
                         const struct cg_limit_event *entry)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_SET);
    fact.limit = slot;
    fact.session = engine->cause_session;
    fact.value = entry_state(limit, event, entry);
    fact.until = event->made_at;
    fact.terms_hash = cg_hash(0, event->id);
    fact.amount = entry->has_amount ? entry->amount : limit->amount;
    fact.other = other_use(limit, entry);
    fact.flags = 1u | (entry->has_amount ? 2u : 0u);
    if (entry->has_model &&
        (entry->model == CG_MODEL_PUSH || limit->model == CG_MODEL_PUSH)) {
        /* 2339 cannot say "ping with push": ping leaves that as it is. */
        fact.flags |= (uint32_t)(entry->model + 1) << 4;
    }
    if (entry->has_action) {
        fact.flags |= (entry->action + 1) << 8;
    }
    for (uint32_t i = 0; i < entry->warnings; i++) {
        fact.hash |= (uint64_t)entry->warning_percent[i] << (8 * i);
    }
    fact.id = event->id.data;
    fact.id_len = event->id.len <= CG_NAME_MAX ? event->id.len : CG_NAME_MAX;
    cg_engine_record(engine, &fact);
    if (limit->state == CG_LIMIT_REMOVED || limit->state == CG_LIMIT_HALTED) {
        cg_limit_pull_all(engine, slot,
                          limit->state == CG_LIMIT_REMOVED
                              ? CG_TOKEN_INVALIDATED
                              : CG_PARTY_HALTED);
    } else if (limit->has_amount && cg_limit_use(limit) > limit->amount) {
        cg_limit_pull(engine, slot);
    }
}

static bool entry_names(const struct cg_engine *engine,
                        const struct cg_limit_event *entry,
                        uint32_t slot)
{
    const struct cg_state *state = &engine->state;
    uint32_t account = entry->account.len > 0
                           ? cg_state_account(state, entry->account)
                           : CG_NONE;
    return entry_limit(engine, entry, account) == slot;
}

/* R15: who is missing from a full snapshot is suspended, not removed. */
static void suspend_missing(struct cg_engine *engine,
                            const struct cg_update_event *event)
{
    for (uint32_t i = 0; i < engine->state.limit_count; i++) {
        const struct cg_limit *limit = &engine->state.limits[i];
        bool named = limit->owner != engine->cause_session ||
                     limit->state != CG_LIMIT_ENABLED;
        for (uint32_t e = 0; !named && e < event->count; e++) {
            named = entry_names(engine, &event->limits[e], i);
        }
        if (!named) {
            struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_STATE);
            fact.limit = i;
            fact.session = engine->cause_session;
            fact.value = CG_LIMIT_SUSPENDED;
            cg_engine_record(engine, &fact);
        }
    }
}

/* The limit of an entry, made if it is new; CG_NONE when there is none. */
static uint32_t entry_slot(struct cg_engine *engine,
                           const struct cg_limit_event *entry)
{
    uint32_t account = entry->account.len > 0
                           ? cg_state_account(&engine->state, entry->account)
                           : CG_NONE;
    uint32_t slot = entry_limit(engine, entry, account);
    return slot == CG_NONE && !entry->removed
               ? limit_make(engine, entry, account)
               : slot;
}

/* R15: snapshots in parts are refused, and so is the last part: on its own it
 * would suspend whoever was in the others. */
static bool is_part(struct cg_engine *engine,
                    const struct cg_update_event *event)
{
    uint64_t bit = 1ull << engine->cause_session;
    bool part = event->fragment ||
                (event->last_fragment && (engine->in_fragments & bit) != 0);
    if (event->fragment) {
        engine->in_fragments |= bit;
    } else {
        engine->in_fragments &= ~bit;
    }
    return part;
}

/* R15: the very update that was taken last, once more. */
static bool is_repeat(const struct cg_engine *engine,
                      const struct cg_update_event *event)
{
    uint64_t id = cg_hash(0, event->id);
    for (uint32_t i = 0; i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        uint32_t account = entry->account.len > 0
                               ? cg_state_account(&engine->state,
                                                  entry->account)
                               : CG_NONE;
        uint32_t slot = entry_limit(engine, entry, account);
        if (slot == CG_NONE ||
            engine->state.limits[slot].owner != engine->cause_session ||
            engine->state.limits[slot].updated_at != event->made_at ||
            engine->state.limits[slot].update_id != id) {
            return false;
        }
    }
    return event->count > 0;
}

static bool is_unenforceable(const struct cg_update_event *event)
{
    for (uint32_t i = 0; i < event->count; i++) {
        if (event->limits[i].unenforceable) {
            return true;
        }
    }
    return false;
}

/* R19: the update is refused, and so is new risk under what it cannot mean. */
static void update_unenforced(struct cg_engine *engine,
                              const struct cg_update_event *event)
{
    for (uint32_t i = 0; i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        uint32_t slot = entry->unenforceable ? entry_slot(engine, entry)
                                             : CG_NONE;
        if (slot != CG_NONE) {
            struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_STATE);
            fact.limit = slot;
            fact.session = engine->cause_session;
            fact.value = CG_LIMIT_UNENFORCED;
            cg_engine_record(engine, &fact);
        }
    }
    cg_note(engine,
            "ALARM: limit update %.*s asks for what is not modelled: no new "
            "risk under its limits",
            (int)event->id.len, event->id.data);
}

/* An entry without limits takes away all that the sender gave the party. */
static void party_remove(struct cg_engine *engine,
                         const struct cg_update_event *event,
                         const struct cg_limit_event *entry)
{
    const struct cg_state *state = &engine->state;
    uint32_t account = entry->account.len > 0
                           ? cg_state_account(state, entry->account)
                           : CG_NONE;
    for (uint32_t i = 0; i < state->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[i];
        if (limit->owner == engine->cause_session &&
            limit->state != CG_LIMIT_REMOVED &&
            limit_is_of(limit, entry, account) &&
            event->made_at >= limit->updated_at) {
            limit_update(engine, i, event, entry);
        }
    }
}

void cg_engine_update(struct cg_engine *engine,
                      const struct cg_update_event *event)
{
    uint32_t fault = is_part(engine, event) || event->bad ? DE_OTHER : 0;
    for (uint32_t i = 0; fault == 0 && i < event->count; i++) {
        fault = entry_fault(engine, event, &event->limits[i]);
    }
    if (fault != 0) {
        cg_note(engine, "ALARM: limit update %.*s refused: %s",
                (int)event->id.len, event->id.data,
                fault == DE_UNKNOWN_PARTY ? "unknown party"
                                          : "unusable, in parts, not the "
                                            "sender's to set, or older than "
                                            "the last");
        update_ack(engine, false, fault);
        return;
    }
    if (is_repeat(engine, event)) {
        update_ack(engine, true, 0); /* it must not count as a refresh */
        return;
    }
    if (event->refused) {
        cg_note(engine, "ALARM: the hub did not send the limits asked for");
    }
    if (is_unenforceable(event)) {
        update_unenforced(engine, event);
        update_ack(engine, false, DE_OTHER);
        return;
    }
    for (uint32_t i = 0; i < event->count; i++) {
        const struct cg_limit_event *entry = &event->limits[i];
        if (entry->removed && entry->id.len == 0) {
            party_remove(engine, event, entry);
            continue;
        }
        uint32_t slot = entry_slot(engine, entry);
        if (slot != CG_NONE) {
            limit_update(engine, slot, event, entry);
        }
    }
    if (event->snapshot) {
        suspend_missing(engine, event);
    }
    update_ack(engine, true, 0);
}

/* --- warnings (R52)
 * ------------------------------------------------------------------ */

/* The use that counts in warnings: without what has not gone on yet. */
static cg_dv01 warning_use(const struct cg_limit *limit)
{
    struct cg_limit sure = *limit;
    sure.open[0] -= sure.unsure[0];
    sure.open[1] -= sure.unsure[1];
    return cg_limit_use(&sure);
}

static bool at_least(cg_dv01 use, cg_dv01 amount, int64_t percent)
{
    return (cg_wide)use * 100 >= (cg_wide)amount * percent;
}

/* A level fires again only after use fell 5 points below it. */
static void rearm(struct cg_engine *engine, uint32_t slot, cg_dv01 use)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    uint32_t back = 0;
    for (uint32_t i = 0; i < limit->warnings; i++) {
        if ((limit->warned >> i & 1) != 0 &&
            !at_least(use, limit->amount,
                      (int64_t)limit->warning_percent[i] - 5)) {
            back |= 1u << i;
        }
    }
    bool healed = limit->breached && use <= limit->amount;
    if (back == 0 && !healed) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_REARMED);
    fact.limit = slot;
    fact.flags = back;
    fact.value = healed ? CG_WARNINGS_MAX : 0;
    fact.amount = use;
    cg_engine_record(engine, &fact);
}

static void warn(struct cg_engine *engine, uint32_t slot, cg_dv01 use)
{
    const struct cg_limit *limit = &engine->state.limits[slot];
    uint32_t fired = 0;
    uint32_t highest = 0;
    for (uint32_t i = 0; i < limit->warnings; i++) {
        if ((limit->warned >> i & 1) == 0 && use > 0 &&
            at_least(use, limit->amount, limit->warning_percent[i])) {
            fired |= 1u << i;
            highest = i;
        }
    }
    bool breach = use > limit->amount && !limit->breached;
    if (fired == 0 && !breach) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_WARNED);
    fact.limit = slot;
    fact.flags = fired;
    fact.value = breach ? CG_WARNINGS_MAX : highest;
    fact.amount = use;
    fact.other = limit->amount;
    cg_engine_record(engine, &fact);
    if (breach) {
        cg_limit_news(engine, slot, CG_NEWS_BREACH, 0);
    } else {
        cg_limit_news(engine, slot, CG_NEWS_WARNING,
                      limit->warning_percent[highest]);
    }
}

void cg_limits_settle(struct cg_engine *engine)
{
    for (uint32_t i = 0; i < engine->touched_count; i++) {
        uint32_t slot = engine->touched[i];
        const struct cg_limit *limit = &engine->state.limits[slot];
        if (limit->has_amount && limit->kind == CG_LIMIT_DV01 &&
            limit->state != CG_LIMIT_REMOVED) {
            rearm(engine, slot, warning_use(limit));
            warn(engine, slot, warning_use(limit));
        }
    }
    for (uint32_t i = 0; i < engine->touched_count; i++) {
        engine->is_touched[engine->touched[i]] = false;
    }
    engine->touched_count = 0;
}

/* --- stops (R18)
 * ------------------------------------------------------------------------ */

static bool party_has_orders(const struct cg_state *state,
                             const struct cg_stop *stop)
{
    for (uint32_t i = 0; i < state->account_count; i++) {
        const struct cg_account *account = &state->accounts[i];
        bool bound = stop->account != CG_NONE
                         ? stop->account == i
                         : cg_slice_equal(cg_id_slice(&stop->firm),
                                          cg_id_slice(&account->firm));
        if (bound && account->orders != CG_NONE) {
            return true;
        }
    }
    return false;
}

void cg_stops_settle(struct cg_engine *engine)
{
    const struct cg_state *state = &engine->state;
    for (uint32_t i = 0; i < CG_STOPS_MAX; i++) {
        const struct cg_stop *stop = &state->stops[i];
        if (!stop->used || stop->done ||
            (stop->kind == CG_STOP_HALT && party_has_orders(state, stop))) {
            continue;
        }
        struct cg_fact fact = cg_fact_of(CG_FACT_STOP_DONE);
        fact.value = i;
        fact.session = stop->placer;
        cg_engine_record(engine, &fact);
        struct cg_effect *effect = cg_effect_add(engine,
                                                 CG_EFFECT_ACTION_REPORT);
        effect->session = stop->placer;
        effect->stop = i;
        effect->value = 1;
    }
}
