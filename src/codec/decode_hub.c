/*
 * What hubs and FCMs say: DG, CM, CR, CS, DH.
 *
 * What the gate does not model is reported as such, never skipped (R19).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "decimal.h"
#include "decode_limits.h"
#include "fix_value.h"

static bool
find_int(const struct cg_fix_message *message, uint32_t tag, int64_t *value)
{
    struct cg_slice text;
    return cg_fix_find(message, tag, &text) && cg_fix_int(text, value);
}

static uint32_t
find_code(const struct cg_fix_message *message, uint32_t tag, uint32_t absent)
{
    int64_t value;
    return find_int(message, tag, &value) && value >= 0 && value < 1000
               ? (uint32_t)value
               : absent;
}

/* "GATE-T17" is token 17 of the gate GATE; 0 for anything else. */
static cg_seq token_number(struct cg_slice id, const char *gate_name)
{
    size_t prefix = strnlen(gate_name, CG_GATE_NAME_SHOWN);
    int64_t number;
    if (id.len < prefix + 3 || memcmp(id.data, gate_name, prefix) != 0 ||
        id.data[prefix] != '-' || id.data[prefix + 1] != 'T') {
        return 0;
    }
    struct cg_slice digits = {id.data + prefix + 2, id.len - prefix - 2};
    return cg_fix_int(digits, &number) && number > 0 ? (cg_seq)number : 0;
}

void cg_decode_answer(const struct cg_fix_message *message,
                      const char *gate_name,
                      struct cg_answer_event *event)
{
    struct cg_slice value;
    int64_t number;
    *event = (struct cg_answer_event){
        .trans_type = find_code(message, 2320, 0),
        .check_type = find_code(message, 2321, 0),
        .status = find_code(message, 2325, 2),
        .result = find_code(message, 2326, 0),
    };
    if (find_int(message, 2318, &number) && number > 0) {
        event->ask = (cg_seq)number;
    }
    event->has_token = cg_fix_find(message, 2319, &value);
    if (event->has_token) {
        event->token = token_number(value, gate_name);
    }
    (void)cg_fix_find(message, 1670, &event->limit);
    (void)cg_fix_find(message, 15, &event->currency);
    /* What cannot be read exactly is no amount that was asked for. */
    event->has_amount = cg_fix_find(message, 2324, &value);
    if (event->has_amount && !cg_dv01_parse(value, &event->amount)) {
        event->amount = INT64_MIN;
    }
    /* What cannot be read exactly was not approved. */
    event->has_approved = cg_fix_find(message, 2327, &value);
    if (event->has_approved &&
        (!cg_dv01_parse(value, &event->approved) || event->approved < 0)) {
        event->approved = 0;
    }
    event->has_expires = cg_fix_find(message, 126, &value) &&
                         cg_fix_time(value, &event->expires);
    event->expires = event->expires > 0 ? event->expires : 0;
}

/* --- limits ------------------------------------------------------------- */

static bool
group_int(const struct cg_fix_group *group, uint32_t tag, int64_t *number)
{
    struct cg_slice value;
    return cg_fix_group_find(group, tag, &value) && cg_fix_int(value, number);
}

/* False when another one is there already. */
static bool slice_set(struct cg_slice *name, struct cg_slice id)
{
    bool first = name->len == 0 || cg_slice_equal(*name, id);
    *name = id;
    return first;
}

/* Of two parties of one role nobody knows which is meant. */
static void
party_set(struct cg_limit_event *limit, struct cg_slice id, int64_t role)
{
    struct cg_slice *name = role == 24  ? &limit->account
                            : role == 4 ? &limit->firm
                                        : &limit->ccp;
    if ((role == 24 || role == 4 || role == 21) && !slice_set(name, id)) {
        limit->unclear = true;
    }
}

/* Who stands beside a party (1562): the firm or the clearing house of an
 * account. */
static void decode_related(const struct cg_fix_group *party,
                           struct cg_limit_event *limit)
{
    struct cg_fix_group related;
    struct cg_slice id = {NULL, 0};
    int64_t role;
    if (!cg_fix_group_nested(party, 1562, &related)) {
        return;
    }
    while (cg_fix_group_next(&related)) {
        if (!group_int(&related, 1565, &role)) {
            limit->unclear = true;
        } else if (role != 24) {
            (void)cg_fix_group_find(&related, 1563, &id); /* begins it */
            party_set(limit, id, role);
        }
    }
}

/* The parties of one entry, what 1672 says of them, and how many. */
static uint32_t decode_parties(const struct cg_fix_group *entry,
                               struct cg_limit_event *limit)
{
    uint32_t count = 0;
    struct cg_fix_group parties;
    struct cg_slice id = {NULL, 0};
    int64_t role;
    int64_t status;
    if (!cg_fix_group_nested(entry, 1671, &parties)) {
        return 1;
    }
    while (cg_fix_group_next(&parties)) {
        count++;
        if (!group_int(&parties, 1693, &role)) {
            limit->unclear = true;
            continue;
        }
        (void)cg_fix_group_find(&parties, 1691, &id); /* begins the entry */
        party_set(limit, id, role);
        decode_related(&parties, limit);
        if (group_int(&parties, 1672, &status)) {
            limit->has_state = true;
            limit->suspended = limit->suspended || status == 1;
            limit->halted = limit->halted || status == 2;
        }
    }
    return count;
}

/* R19: what reaching a level, or the limit, may be asked to do.  A limit on one
 * order has no use that could reach anything. */
static bool is_action(const struct cg_limit_event *limit, int64_t action)
{
    bool stops = action == CG_ACTION_SUSPEND || action == CG_ACTION_HALT;
    return action == CG_ACTION_REJECT ||
           (action >= CG_ACTION_WARN && action <= CG_ACTION_HALT &&
            (!stops || limit->kind == CG_LIMIT_DV01));
}

/* A level in percent (1560), or by an amount (1768): then its share of the
 * amount beside it, rounded down so that it is not passed unseen. */
static bool level_percent(const struct cg_fix_group *level,
                          const struct cg_limit_event *limit,
                          int64_t *percent)
{
    struct cg_slice value;
    int64_t amount;
    if (cg_fix_group_find(level, 1560, &value)) {
        return cg_decimal_parse(value, 0, percent);
    }
    if (!cg_fix_group_find(level, 1768, &value) || !limit->has_amount ||
        limit->amount <= 0 ||
        !(limit->kind == CG_LIMIT_NOTIONAL ? cg_qty_parse(value, &amount)
                                           : cg_dv01_parse(value, &amount))) {
        return false;
    }
    *percent = (int64_t)((cg_wide)amount * 100 / limit->amount);
    return amount > 0 && amount <= limit->amount;
}

/* R19: warning levels in percent, rising, with what they do. */
static void decode_warnings(const struct cg_fix_group *type,
                            struct cg_limit_event *limit)
{
    struct cg_fix_group levels;
    int64_t number = 0;
    int64_t last = 0;
    if (!cg_fix_group_nested(type, 1559, &levels)) {
        return;
    }
    while (cg_fix_group_next(&levels)) {
        bool warns = !group_int(&levels, 1769, &number) ||
                     number == CG_ACTION_WARN;
        bool acts = limit->kind == CG_LIMIT_DV01 && is_action(limit, number);
        int64_t percent;
        if ((!warns && !acts) || limit->warnings == CG_WARNINGS_MAX ||
            !level_percent(&levels, limit, &percent) || percent <= last ||
            percent > 100) {
            cg_limit_unmodelled(
                limit, warns || acts ? CG_RESULT_WARNINGS_UNSUPPORTED
                                     : CG_RESULT_WARNING_ACTION_UNSUPPORTED);
            return;
        }
        last = percent;
        limit->warning_action[limit->warnings] = warns ? 0 : (uint8_t)number;
        limit->warning_percent[limit->warnings++] = (uint8_t)percent;
    }
}

static void decode_action_of(const struct cg_fix_group *type,
                             struct cg_limit_event *limit)
{
    int64_t action;
    if (!group_int(type, 1767, &action)) {
        return;
    }
    bool queues = (action == CG_ACTION_QUEUE_INBOUND ||
                   action == CG_ACTION_QUEUE_OUTBOUND) &&
                  limit->kind == CG_LIMIT_DV01;
    if (queues || is_action(limit, action)) {
        limit->has_action = true;
        limit->action = (uint32_t)action;
    } else {
        cg_limit_unmodelled(limit, CG_RESULT_ACTION_UNSUPPORTED);
    }
}

static void decode_kind(const struct cg_fix_group *type,
                        struct cg_limit_event *limit)
{
    int64_t number = -1;
    (void)group_int(type, 1530, &number);
    switch (number) {
    case 2:
    case 12:
        limit->net = number == 2;
        limit->kind = CG_LIMIT_DV01;
        break;
    case 10:
        limit->kind = CG_LIMIT_CLIP;
        break;
    case 11:
        limit->kind = CG_LIMIT_NOTIONAL;
        break;
    default:
        cg_limit_unmodelled(limit, CG_RESULT_INVALID_TYPE);
        break;
    }
}

static void decode_type(const struct cg_fix_group *type,
                        struct cg_limit_event *limit)
{
    struct cg_slice value;
    decode_kind(type, limit);
    bool good = true;
    if (cg_fix_group_find(type, 1531, &value)) {
        limit->has_amount = limit->kind == CG_LIMIT_NOTIONAL
                                ? cg_qty_parse(value, &limit->amount)
                                : cg_dv01_parse(value, &limit->amount);
        good = limit->has_amount;
    }
    if (cg_fix_group_find(type, 1766, &value)) {
        limit->has_used = cg_dv01_parse(value, &limit->used);
        good = good && limit->has_used;
    }
    if (!good) {
        cg_limit_unmodelled(limit, CG_RESULT_INVALID_AMOUNT);
    }
    if (cg_fix_group_find(type, 1532, &value) && value.len == 3) {
        memcpy(limit->currency, value.data, 3);
    } else if (cg_fix_group_find(type, 1532, &value)) {
        cg_limit_unmodelled(limit, CG_RESULT_OTHER);
    }
    if (cg_fix_group_find(type, 2336, &value)) {
        cg_limit_unmodelled(limit, CG_RESULT_OTHER); /* a velocity window */
    }
    decode_action_of(type, limit);
    decode_warnings(type, limit);
}

/* What 1670, 2339, 2355 and 1324 say of the whole entry. */
static void decode_entry(const struct cg_fix_group *entry,
                         struct cg_limit_event *limit)
{
    struct cg_slice value;
    int64_t number;
    if (group_int(entry, 2339, &number)) {
        limit->has_model = number == 2 || number == 3;
        limit->model = number == 3 ? CG_MODEL_PUSH : CG_MODEL_PING;
        if (number == 1 || number > 3) {
            cg_limit_unmodelled(limit, CG_RESULT_OTHER);
        }
    }
    if (group_int(entry, 2355, &number)) {
        limit->has_state = true;
        limit->disabled = number == 0;
    }
    if (cg_fix_group_find(entry, 1324, &value)) {
        limit->removed = cg_slice_is(value, "D");
        limit->added = cg_slice_is(value, "A");
    }
    (void)cg_fix_group_find(entry, 1670, &limit->id);
}

/* A limit takes a field at least, so there is room for those of a message. */
static void add(struct cg_update_event *event,
                struct cg_limit_event *limits,
                const struct cg_limit_event *limit)
{
    _Static_assert(CG_UPDATE_LIMITS_MAX >= CG_FIX_FIELDS_MAX, "no room");
    limits[event->count++] = *limit;
}

/* The limits of one party entry: 1669, in it 1529. */
static void decode_limits(const struct cg_fix_group *entry,
                          const struct cg_limit_event *party,
                          struct cg_limit_event *limits,
                          struct cg_scope_event *scopes,
                          struct cg_update_event *event)
{
    struct cg_fix_group group;
    struct cg_fix_group type;
    bool id_is_taken = false;
    if (!cg_fix_group_nested(entry, 1669, &group)) {
        return;
    }
    while (cg_fix_group_next(&group)) {
        struct cg_limit_event scoped = *party;
        cg_decode_scopes(&group, event, scopes, &scoped);
        if (CG_NEVER(!cg_fix_group_nested(&group, 1529, &type),
                     "1529 begins the entry")) {
            continue;
        }
        while (cg_fix_group_next(&type)) {
            struct cg_limit_event limit = scoped;
            decode_type(&type, &limit);
            /* One 1670 serves an entry: it names the first of its limits. */
            if (id_is_taken) {
                limit.id = (struct cg_slice){NULL, 0};
            }
            id_is_taken = true;
            add(event, limits, &limit);
        }
    }
}

void cg_decode_update(const struct cg_fix_message *message,
                      struct cg_limit_event *limits,
                      struct cg_scope_event *scopes,
                      struct cg_update_event *event)
{
    struct cg_fix_group entry;
    struct cg_slice value = {NULL, 0};
    *event = (struct cg_update_event){.limits = limits, .scopes = scopes};
    event->definition = cg_slice_is(message->type, "CS");
    (void)cg_fix_find(message, 1666, &event->request);
    (void)cg_fix_find(message, event->definition ? 1666 : 1667, &event->id);
    int64_t total = 0;
    if (find_int(message, 1512, &total) && total > 0) {
        event->total = total < UINT32_MAX ? (uint32_t)total : UINT32_MAX;
    }
    event->bad = total < 0 && !event->definition;
    if (!cg_fix_find(message, 60, &value)) {
        (void)cg_fix_find(message, 52, &value);
    }
    (void)cg_fix_time(value, &event->made_at);
    /* A request that was refused brings no snapshot (1511; 2: there are none).
     */
    uint32_t result = cg_fix_find(message, 1511, &value)
                          ? find_code(message, 1511, 99)
                          : 0;
    event->snapshot = cg_slice_is(message->type, "CM") &&
                      (result == 0 || result == 2);
    event->refused = !event->snapshot && cg_slice_is(message->type, "CM");
    if (cg_fix_find(message, 893, &value)) {
        event->fragment = cg_slice_is(value, "N");
        event->last_fragment = !event->fragment;
    }
    if (!cg_fix_group(message, 1677, &entry)) {
        return;
    }
    while (!event->bad && cg_fix_group_next(&entry)) {
        struct cg_limit_event party = {.entry = event->entries++};
        uint32_t before = event->count;
        event->parties += decode_parties(&entry, &party);
        decode_entry(&entry, &party);
        decode_limits(&entry, &party, limits, scopes, event);
        if (event->count == before) {
            /* A party without limits has lost them (quirk 9). */
            party.removed = party.removed || event->snapshot;
            add(event, limits, &party);
        }
    }
}

/* --- stops -------------------------------------------------------------- */

/* MarketID, MarketSegmentID and the InstrumentScope block. */
static bool is_narrowed(const struct cg_fix_message *message)
{
    static const uint32_t tags[] = {
        1300, 1301, 1536, 1537, 1538, 1539, 1540, 1543, 1544, 1545, 1546, 1547,
        1548, 1549, 1550, 1551, 1552, 1553, 1554, 1555, 1556, 1557, 1616, 1620};
    struct cg_slice value;
    for (size_t i = 0; i < CG_COUNT(tags); i++) {
        if (cg_fix_find(message, tags[i], &value)) {
            return true;
        }
    }
    return cg_fix_find(message, 2895, &value);
}

void cg_decode_action(const struct cg_fix_message *message,
                      struct cg_action_event *event)
{
    struct cg_fix_group group;
    struct cg_slice value;
    int64_t role;
    *event = (struct cg_action_event){.action = find_code(message, 2329, 99)};
    event->narrowed = is_narrowed(message);
    (void)cg_fix_find(message, 2328, &event->id);
    if (cg_fix_find(message, 2330, &value)) {
        (void)cg_fix_bool(value, &event->drill);
    }
    if (!cg_fix_group(message, 453, &group)) {
        return;
    }
    while (cg_fix_group_next(&group)) {
        (void)cg_fix_group_find(&group, 448, &value); /* begins the entry */
        if (!group_int(&group, 452, &role)) {
            event->unclear = true;
        } else if ((role == 24 && !slice_set(&event->account, value)) ||
                   (role == 4 && !slice_set(&event->firm, value))) {
            event->unclear = true;
        }
    }
}
