/*
 * Makes, finds and names what the state holds; apply.c does what facts say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "state.h"

#include "check.h"
#include "pages.h"

#define BIT(n) (1u << (n))

/* --- life cycles -------------------------------------------------------- */

struct moves {
    const char *name;
    unsigned next;
};

static const struct moves token_moves[CG_TOKEN_STATES] = {
    [CG_TOKEN_FREE] = {"free", BIT(CG_TOKEN_ASKED) | BIT(CG_TOKEN_LIVE)},
    [CG_TOKEN_ASKED] = {"asked", BIT(CG_TOKEN_LIVE) | BIT(CG_TOKEN_RETURNING) |
                                     BIT(CG_TOKEN_CLOSED)},
    [CG_TOKEN_LIVE] = {"live", BIT(CG_TOKEN_SPENT) | BIT(CG_TOKEN_RETURNING) |
                                   BIT(CG_TOKEN_CLOSED)},
    [CG_TOKEN_SPENT] = {"spent",
                        BIT(CG_TOKEN_RETURNING) | BIT(CG_TOKEN_CLOSED)},
    [CG_TOKEN_RETURNING] = {"returning", BIT(CG_TOKEN_CLOSED)},
    [CG_TOKEN_CLOSED] = {"closed", BIT(CG_TOKEN_FREE)},
};

static const struct moves order_moves[CG_ORDER_STATES] = {
    [CG_ORDER_FREE] = {"free", BIT(CG_ORDER_WAITING)},
    [CG_ORDER_QUEUED] = {"queued", BIT(CG_ORDER_WAITING)},
    [CG_ORDER_WAITING] = {"waiting", BIT(CG_ORDER_QUEUED) | BIT(CG_ORDER_SENT) |
                                         BIT(CG_ORDER_CLOSED)},
    [CG_ORDER_SENT] = {"sent", BIT(CG_ORDER_OPEN) | BIT(CG_ORDER_CLOSED)},
    [CG_ORDER_OPEN] = {"open", BIT(CG_ORDER_CLOSED)},
    [CG_ORDER_CLOSED] = {"closed", BIT(CG_ORDER_FREE)},
};

static const struct moves request_moves[CG_REQUEST_STATES] = {
    [CG_REQUEST_FREE] = {"free", BIT(CG_REQUEST_BEHIND) |
                                     BIT(CG_REQUEST_WAITING) |
                                     BIT(CG_REQUEST_REFUSED)},
    [CG_REQUEST_BEHIND] = {"behind",
                           BIT(CG_REQUEST_WAITING) | BIT(CG_REQUEST_REFUSED)},
    /* That of an order that was cancelled while it waited is forgotten so. */
    [CG_REQUEST_WAITING] = {"waiting", BIT(CG_REQUEST_SENT) |
                                           BIT(CG_REQUEST_REFUSED) |
                                           BIT(CG_REQUEST_FREE)},
    [CG_REQUEST_SENT] = {"sent", BIT(CG_REQUEST_ACCEPTED) |
                                     BIT(CG_REQUEST_REFUSED) |
                                     BIT(CG_REQUEST_FREE)},
    [CG_REQUEST_ACCEPTED] = {"accepted", BIT(CG_REQUEST_FREE)},
    [CG_REQUEST_REFUSED] = {"refused", BIT(CG_REQUEST_FREE)},
};

#define OWNERS_CHOICE                                                          \
    (BIT(CG_LIMIT_ENABLED) | BIT(CG_LIMIT_SUSPENDED) | BIT(CG_LIMIT_HALTED) |  \
     BIT(CG_LIMIT_REMOVED))

static const unsigned limit_moves[CG_LIMIT_MOVERS][CG_LIMIT_STATES] = {
    [CG_LIMIT_BY_CONFIGURATION] =
        {
            [CG_LIMIT_ENABLED] = BIT(CG_LIMIT_ENABLED),
            [CG_LIMIT_SUSPENDED] = BIT(CG_LIMIT_SUSPENDED),
            [CG_LIMIT_HALTED] = BIT(CG_LIMIT_HALTED),
            [CG_LIMIT_REMOVED] = BIT(CG_LIMIT_REMOVED),
            [CG_LIMIT_UNENFORCED] = BIT(CG_LIMIT_UNENFORCED),
        },
    [CG_LIMIT_BY_OWNER] =
        {
            [CG_LIMIT_ENABLED] = OWNERS_CHOICE,
            [CG_LIMIT_SUSPENDED] = OWNERS_CHOICE,
            [CG_LIMIT_HALTED] = OWNERS_CHOICE,
            [CG_LIMIT_REMOVED] = OWNERS_CHOICE,
            [CG_LIMIT_UNENFORCED] = OWNERS_CHOICE,
        },
    [CG_LIMIT_BY_GATE] =
        {
            [CG_LIMIT_ENABLED] = BIT(CG_LIMIT_SUSPENDED) |
                                 BIT(CG_LIMIT_UNENFORCED),
            [CG_LIMIT_SUSPENDED] = BIT(CG_LIMIT_UNENFORCED),
            [CG_LIMIT_HALTED] = BIT(CG_LIMIT_UNENFORCED),
            [CG_LIMIT_REMOVED] = BIT(CG_LIMIT_UNENFORCED),
            [CG_LIMIT_UNENFORCED] = BIT(CG_LIMIT_UNENFORCED),
        },
};

static const unsigned stop_moves[CG_STOP_LAYERS] = {
    [CG_STOP_NOT] = BIT(CG_STOP_NOT) | BIT(CG_STOP_SUSPENDED) |
                    BIT(CG_STOP_HALTED),
    [CG_STOP_SUSPENDED] = BIT(CG_STOP_SUSPENDED) | BIT(CG_STOP_BOTH) |
                          BIT(CG_STOP_NOT),
    [CG_STOP_HALTED] = BIT(CG_STOP_HALTED) | BIT(CG_STOP_BOTH) |
                       BIT(CG_STOP_NOT),
    [CG_STOP_BOTH] = BIT(CG_STOP_BOTH) | BIT(CG_STOP_NOT),
};

bool cg_token_may(enum cg_token_state from, enum cg_token_state to)
{
    return (token_moves[from].next & BIT(to)) != 0;
}

bool cg_order_may(enum cg_order_state from, enum cg_order_state to)
{
    return (order_moves[from].next & BIT(to)) != 0;
}

bool cg_request_may(enum cg_request_state from, enum cg_request_state to)
{
    return (request_moves[from].next & BIT(to)) != 0;
}

bool cg_limit_may(enum cg_limit_mover mover,
                  enum cg_limit_state from,
                  enum cg_limit_state to)
{
    return (limit_moves[mover][from] & BIT(to)) != 0;
}

bool cg_stop_may(enum cg_stop_layer from, enum cg_stop_layer to)
{
    return (stop_moves[from] & BIT(to)) != 0;
}

enum cg_stop_layer cg_stop_layer_of(const struct cg_stops *stops,
                                    cg_session placer)
{
    bool suspended = (stops->suspended_by >> placer & 1) != 0;
    bool halted = (stops->halted_by >> placer & 1) != 0;
    if (halted) {
        return suspended ? CG_STOP_BOTH : CG_STOP_HALTED;
    }
    return suspended ? CG_STOP_SUSPENDED : CG_STOP_NOT;
}

const char *cg_token_state_name(enum cg_token_state state)
{
    return token_moves[state].name;
}

const char *cg_token_end_name(enum cg_token_end end)
{
    static const char *const names[CG_TOKEN_ENDS] = {
        [CG_END_NONE] = "",
        [CG_END_CONSUMED] = "consumed",
        [CG_END_DENIED] = "denied",
        [CG_END_TIMED_OUT] = "timed out",
        [CG_END_RELEASED] = "released",
        [CG_END_EXPIRED] = "expired",
        [CG_END_INVALIDATED] = "invalidated",
        [CG_END_HANDED_BACK] = "handed back",
    };
    return names[end];
}

const char *cg_ask_kind_name(enum cg_ask_kind kind)
{
    static const char *const names[CG_ASK_KINDS] = {
        [CG_ASK_NEW] = "new",         [CG_ASK_CONSUMED] = "consumed",
        [CG_ASK_CANCEL] = "cancel",   [CG_ASK_RAISE] = "raise",
        [CG_ASK_LOWER] = "lower",     [CG_ASK_RENEW] = "renew",
        [CG_ASK_RESTATE] = "restate", [CG_ASK_BUST] = "bust",
    };
    return names[kind];
}

/* --- making ------------------------------------------------------------- */

static int allocate(struct cg_state *state)
{
    state->orders = cg_pages_take(state->order_max, sizeof(*state->orders));
    state->tokens = cg_pages_take(state->token_max, sizeof(*state->tokens));
    state->prices = cg_pages_take(state->price_max, sizeof(*state->prices));
    state->places = calloc(state->place_max + 1, sizeof(*state->places));
    state->requests = cg_pages_take(state->request_max,
                                    sizeof(*state->requests));
    state->asks = cg_pages_take(state->ask_max, sizeof(*state->asks));
    state->scopes = cg_pages_take(state->scope_max, sizeof(*state->scopes));
    state->used = cg_pages_take(CG_USED_MAX, sizeof(*state->used));
    state->limits = cg_pages_take(state->limit_max, sizeof(*state->limits));
    state->accounts = cg_pages_take(state->account_max,
                                    sizeof(*state->accounts));
    state->firms = cg_pages_take(state->firm_max, sizeof(*state->firms));
    state->instruments = cg_pages_take(state->instrument_max,
                                       sizeof(*state->instruments));
    bool made = state->orders && state->tokens && state->prices &&
                state->places && state->requests && state->asks &&
                state->scopes && state->limits && state->accounts &&
                state->firms && state->instruments && state->used;
    return made ? 0 : CG_ERR_MEMORY;
}

static int map_init(struct cg_state *state, uint32_t reports)
{
    int error = cg_map_init(&state->request_map, state->request_max);
    error |= cg_map_init(&state->order_map, state->order_max);
    error |= cg_map_init(&state->token_map, state->token_max);
    error |= cg_map_init(&state->ask_map, state->ask_max);
    error |= cg_map_init(&state->limit_map, state->limit_max);
    error |= cg_map_init(&state->account_map, state->account_max);
    error |= cg_map_init(&state->firm_map, state->firm_max);
    error |= cg_map_init(&state->instrument_map, state->instrument_max);
    error |= cg_recent_init(&state->reports, reports);
    return error == 0 ? 0 : CG_ERR_MEMORY;
}

int cg_state_init(struct cg_state *state,
                  const struct cg_limits *sizes,
                  uint32_t accounts,
                  uint32_t instruments)
{
    *state = (struct cg_state){
        .order_max = sizes->orders,
        .token_max = sizes->orders * 2 + CG_COVER_MAX * 2,
        .price_max = sizes->orders * 2 + CG_COVER_MAX + sizes->legs * 2,
        .place_max = sizes->waiting * CG_QUEUE_PLACES,
        .request_max = sizes->requests,
        .ask_max = sizes->orders * 4 + CG_COVER_MAX,
        .limit_max = sizes->limits,
        .scope_max = sizes->scopes,
        .scope_free = CG_NONE,
        .account_max = accounts,
        .firm_max = accounts * 2, /* an account may change its firm */
        .instrument_max = instruments,
        .instrument_free = CG_NONE,
        .idle_first = CG_NONE,
        .idle_last = CG_NONE,
        .closed_first = CG_NONE,
        .closed_last = CG_NONE,
        .doubtful = {CG_NONE, CG_NONE},
        .order_free = CG_NONE,
        .token_free = CG_NONE,
        .request_free = CG_NONE,
        .request_loose = CG_NONE,
        .price_free = CG_NONE,
        .place_free = CG_NONE,
        .queue = {CG_NONE, CG_NONE},
        .ask_free = CG_NONE,
        .ask_first = CG_NONE,
        .ask_last = CG_NONE,
    };
    int error = allocate(state);
    if (error == 0) {
        error = cg_legs_init(state, sizes->legs);
    }
    if (error == 0) {
        error = map_init(state, sizes->reports);
    }
    if (error != 0) {
        cg_state_deinit(state);
    }
    return error;
}

void cg_state_deinit(struct cg_state *state)
{
    cg_pages_give(state->orders, state->order_max, sizeof(*state->orders));
    cg_pages_give(state->tokens, state->token_max, sizeof(*state->tokens));
    cg_pages_give(state->prices, state->price_max, sizeof(*state->prices));
    cg_pages_give(state->requests, state->request_max,
                  sizeof(*state->requests));
    cg_pages_give(state->asks, state->ask_max, sizeof(*state->asks));
    cg_pages_give(state->scopes, state->scope_max, sizeof(*state->scopes));
    free(state->places);
    cg_legs_deinit(state);
    cg_pages_give(state->limits, state->limit_max, sizeof(*state->limits));
    cg_pages_give(state->used, CG_USED_MAX, sizeof(*state->used));
    cg_pages_give(state->accounts, state->account_max,
                  sizeof(*state->accounts));
    cg_pages_give(state->firms, state->firm_max, sizeof(*state->firms));
    cg_pages_give(state->instruments, state->instrument_max,
                  sizeof(*state->instruments));
    cg_map_deinit(&state->request_map);
    cg_map_deinit(&state->order_map);
    cg_map_deinit(&state->token_map);
    cg_map_deinit(&state->ask_map);
    cg_map_deinit(&state->limit_map);
    cg_map_deinit(&state->account_map);
    cg_map_deinit(&state->firm_map);
    cg_map_deinit(&state->instrument_map);
    cg_recent_deinit(&state->reports);
    *state = (struct cg_state){0};
}

/* --- finding ------------------------------------------------------------ */

struct key {
    const struct cg_state *state;
    cg_session venue;
    cg_seq number;
    struct cg_slice id;
};

static bool request_is(const void *context, uint32_t slot)
{
    const struct key *key = context;
    const struct cg_request *request = &key->state->requests[slot];
    return CG_ALWAYS(request->venue == key->venue, "but where hashes meet") &&
           CG_ALWAYS(cg_slice_equal(cg_id_slice(&request->id), key->id),
                     "but where hashes meet");
}

uint32_t cg_state_request(const struct cg_state *state,
                          cg_session venue,
                          struct cg_slice id)
{
    struct key key = {.state = state, .venue = venue, .id = id};
    return cg_map_find(&state->request_map, cg_hash(venue, id), request_is,
                       &key);
}

static bool order_is(const void *context, uint32_t slot)
{
    const struct key *key = context;
    const struct cg_order *order = &key->state->orders[slot];
    return CG_ALWAYS(order->venue == key->venue, "but where hashes meet") &&
           CG_ALWAYS(
               cg_slice_equal(cg_id_slice(&order->venue_order_id), key->id),
               "but where hashes meet");
}

uint32_t cg_state_order(const struct cg_state *state,
                        cg_session venue,
                        struct cg_slice order_id)
{
    struct key key = {.state = state, .venue = venue, .id = order_id};
    return cg_map_find(&state->order_map, cg_hash(venue, order_id), order_is,
                       &key);
}

static bool token_is(const void *context, uint32_t slot)
{
    const struct key *key = context;
    return key->state->tokens[slot].number == key->number;
}

uint32_t cg_state_token(const struct cg_state *state, cg_seq number)
{
    struct key key = {.state = state, .number = number};
    return cg_map_find(&state->token_map, cg_hash_number(number), token_is,
                       &key);
}

static bool ask_is(const void *context, uint32_t slot)
{
    const struct key *key = context;
    return key->state->asks[slot].number == key->number;
}

uint32_t cg_state_ask(const struct cg_state *state, cg_seq number)
{
    struct key key = {.state = state, .number = number};
    return cg_map_find(&state->ask_map, cg_hash_number(number), ask_is, &key);
}

static bool limit_is(const void *context, uint32_t slot)
{
    const struct key *key = context;
    return cg_slice_equal(cg_id_slice(&key->state->limits[slot].id), key->id);
}

uint32_t cg_state_limit(const struct cg_state *state, struct cg_slice id)
{
    struct key key = {.state = state, .id = id};
    return cg_map_find(&state->limit_map, cg_hash(0, id), limit_is, &key);
}

static bool account_is(const void *context, uint32_t slot)
{
    const struct key *key = context;
    return cg_slice_equal(cg_id_slice(&key->state->accounts[slot].name),
                          key->id);
}

uint32_t cg_state_account(const struct cg_state *state, struct cg_slice name)
{
    struct key key = {.state = state, .id = name};
    return cg_map_find(&state->account_map, cg_hash(0, name), account_is, &key);
}

static bool firm_is(const void *context, uint32_t slot)
{
    const struct key *key = context;
    return cg_slice_equal(cg_id_slice(&key->state->firms[slot].name), key->id);
}

uint32_t cg_state_firm(const struct cg_state *state, struct cg_slice name)
{
    struct key key = {.state = state, .id = name};
    return cg_map_find(&state->firm_map, cg_hash(0, name), firm_is, &key);
}

const struct cg_stops *cg_state_stops(const struct cg_state *state,
                                      struct cg_party party)
{
    return party.account != CG_NONE ? &state->accounts[party.account].stops
                                    : &state->firms[party.firm].stops;
}

static bool instrument_is(const void *context, uint32_t slot)
{
    const struct key *key = context;
    return cg_slice_equal(cg_id_slice(&key->state->instruments[slot].name),
                          key->id);
}

uint32_t cg_state_instrument(const struct cg_state *state, struct cg_slice name)
{
    struct key key = {.state = state, .id = name};
    return cg_map_find(&state->instrument_map, cg_hash(0, name), instrument_is,
                       &key);
}

bool cg_state_limit_room(const struct cg_state *state,
                         uint32_t account,
                         struct cg_slice firm,
                         uint32_t more)
{
    if (state->limit_max - state->limit_count < more) {
        return false;
    }
    for (uint32_t i = 0; i < state->account_count; i++) {
        bool of_it = account != CG_NONE
                         ? account == i
                         : cg_slice_equal(cg_id_slice(&state->accounts[i].firm),
                                          firm);
        if (of_it &&
            state->accounts[i].limit_count + more > CG_ACCOUNT_LIMITS_MAX) {
            return false;
        }
    }
    return true;
}

uint32_t cg_state_next_order(const struct cg_state *state)
{
    if (state->order_free != CG_NONE) {
        return state->order_free;
    }
    return state->order_top < state->order_max ? state->order_top : CG_NONE;
}

uint32_t cg_state_next_token(const struct cg_state *state)
{
    if (state->token_free != CG_NONE) {
        return state->token_free;
    }
    return state->token_top < state->token_max ? state->token_top : CG_NONE;
}

uint32_t cg_state_next_request(const struct cg_state *state)
{
    if (state->request_free != CG_NONE) {
        return state->request_free;
    }
    return state->request_top < state->request_max ? state->request_top
                                                   : CG_NONE;
}

uint32_t cg_state_next_ask(const struct cg_state *state)
{
    if (state->ask_free != CG_NONE) {
        return state->ask_free;
    }
    return state->ask_top < state->ask_max ? state->ask_top : CG_NONE;
}

uint32_t cg_state_next_price(const struct cg_state *state)
{
    if (state->price_free != CG_NONE) {
        return state->price_free;
    }
    return state->price_top < state->price_max ? state->price_top : CG_NONE;
}

uint32_t cg_state_next_scope(const struct cg_state *state)
{
    if (state->scope_free != CG_NONE) {
        return state->scope_free;
    }
    return state->scope_top < state->scope_max ? state->scope_top : CG_NONE;
}

uint32_t cg_state_next_instrument(const struct cg_state *state)
{
    if (state->instrument_free != CG_NONE) {
        return state->instrument_free;
    }
    return state->instrument_count < state->instrument_max
               ? state->instrument_count
               : CG_NONE;
}

uint32_t cg_state_next_place(const struct cg_state *state)
{
    if (state->place_free != CG_NONE) {
        return state->place_free;
    }
    return state->place_top < state->place_max ? state->place_top : CG_NONE;
}

/* --- sums --------------------------------------------------------------- */

cg_dv01 cg_token_open(const struct cg_token *token)
{
    return token->charge > token->filled ? token->charge - token->filled : 0;
}

cg_dv01 cg_token_filled_today(const struct cg_state *state,
                              const struct cg_token *token)
{
    bool since = token->day == state->limits[token->limit].day;
    return since ? token->filled - token->earlier : 0;
}

bool cg_token_counts(const struct cg_token *token)
{
    return token->spent || token->state == CG_TOKEN_ASKED ||
           token->state == CG_TOKEN_LIVE;
}

cg_dv01 cg_token_told(const struct cg_token *token)
{
    return token->ledger.consumed + token->ahead - token->untold;
}

cg_dv01 cg_token_held(const struct cg_token *token)
{
    return token->ledger.reserved + token->ledger.consumed;
}

/* What is ours is at most a quarter of 64 bits (cg_limit_holds()), what others
 * use at most half. */
static cg_dv01 add(cg_dv01 a, cg_dv01 b)
{
    cg_dv01 sum;
    bool over = __builtin_add_overflow(a, b, &sum);
    return CG_NEVER(over, "three quarters at most") ? INT64_MAX : sum;
}

/* R12 with |open| on both sides: for one side when net, together when gross. */
static cg_dv01
use_on_side(const struct cg_limit *limit, char side, const cg_dv01 open[2])
{
    if (limit->measure == CG_MEASURE_GROSS) {
        return add(add(limit->gross, limit->other), add(open[0], open[1]));
    }
    cg_dv01 position = side == '1' ? limit->position : -limit->position;
    return add(add(position, open[side != '1']), limit->other);
}

cg_dv01
cg_limit_use_with(const struct cg_limit *limit, cg_dv01 buys, cg_dv01 sells)
{
    const cg_dv01 open[2] = {buys, sells};
    cg_dv01 bought = use_on_side(limit, '1', open);
    cg_dv01 sold = use_on_side(limit, '2', open);
    cg_dv01 use = bought > sold ? bought : sold;
    return use > 0 ? use : 0;
}

void cg_limit_unset(struct cg_limit *limit)
{
    static const uint32_t percents[CG_WARNINGS_MAX] = {75, 90, 98};
    limit->allow_reducing = true;
    limit->queues = false;
    limit->fallback_max_age_ns = 60 * CG_SECOND;
    limit->reset_time_ns = CG_RESET_DAY_END;
    limit->has_cut = false;
    limit->pull = limit->first_pull;
    limit->model = limit->owner_model ? limit->model : limit->first_model;
    memset(limit->cut_currency, 0, sizeof(limit->cut_currency));
    memset(limit->cut, 0, sizeof(limit->cut));
    if (!limit->owner_warnings) {
        limit->warnings = 3;
        memcpy(limit->warning_percent, percents, sizeof(percents));
    }
}

cg_dv01 cg_limit_use(const struct cg_limit *limit)
{
    return cg_limit_use_with(limit, limit->open[0], limit->open[1]);
}

cg_dv01 cg_limit_available(const struct cg_limit *limit, char side)
{
    cg_dv01 use = use_on_side(limit, side, limit->open);
    cg_dv01 left;
    if (__builtin_sub_overflow(limit->amount, use, &left)) {
        return CG_NEVER(use > 0, "no amount < 0") ? INT64_MIN : INT64_MAX;
    }
    return left;
}

/* What was used after |made_at| cannot be in a figure of that time. */
static bool used_since(const struct cg_state *state,
                       uint32_t limit,
                       cg_time made_at,
                       bool by_fill,
                       cg_dv01 later[2])
{
    uint64_t kept = state->used_count < CG_USED_MAX ? state->used_count
                                                    : CG_USED_MAX;
    for (uint64_t i = 1; i <= kept; i++) {
        const struct cg_used *used =
            &state->used[(state->used_count - i) % CG_USED_MAX];
        if (used->at <= made_at ||
            used->at < state->limits[limit].reset_done_at) {
            return true;
        }
        if (used->limit == limit && used->confirmed == !by_fill) {
            cg_dv01 *sum = &later[used->side != '1'];
            *sum = add(*sum, used->amount);
        }
    }
    return state->used_count == kept;
}

bool cg_limit_included(const struct cg_state *state,
                       uint32_t slot,
                       cg_time made_at,
                       bool by_fill,
                       cg_dv01 *included)
{
    const struct cg_limit *limit = &state->limits[slot];
    cg_dv01 later[2] = {0, 0};
    if (!used_since(state, slot, made_at, by_fill, later)) {
        return false;
    }
    cg_dv01 sure[2];
    for (unsigned side = 0; side < 2; side++) {
        cg_dv01 net = side == 0 ? limit->position : -limit->position;
        cg_dv01 all = by_fill ? (limit->gross + net) / 2
                              : limit->confirmed[side];
        sure[side] = all > later[side] ? all - later[side] : 0;
    }
    *included = add(sure[0], sure[1]);
    if (limit->measure == CG_MEASURE_NET) {
        *included = sure[0] > sure[1] ? sure[0] - sure[1] : sure[1] - sure[0];
    }
    return true;
}

struct cg_party cg_limit_party(const struct cg_state *state,
                               const struct cg_limit *limit)
{
    if (limit->account != CG_NONE) {
        return (struct cg_party){limit->account, CG_NONE};
    }
    return (struct cg_party){CG_NONE,
                             cg_state_firm(state, cg_id_slice(&limit->firm))};
}

bool cg_limit_rejects(const struct cg_limit *limit)
{
    for (uint32_t i = 0; limit->warned != 0 && i < limit->warnings; i++) {
        if ((limit->warned >> i & 1) != 0 &&
            limit->warning_action[i] == CG_ACTION_REJECT) {
            return true;
        }
    }
    return false;
}

uint32_t cg_action_switches(uint32_t action)
{
    if (action == CG_ACTION_PING_PULL || action == CG_ACTION_PING) {
        return CG_MODEL_PING + 1;
    }
    if (action == CG_ACTION_PUSH_PULL || action == CG_ACTION_PUSH) {
        return CG_MODEL_PUSH + 1;
    }
    return 0;
}

/* A breach goes before what was switched earlier, and that before a level. */
enum cg_model cg_limit_model(const struct cg_limit *limit)
{
    uint32_t model = limit->breached && limit->action != 0
                         ? cg_action_switches(limit->action - 1)
                         : 0;
    model = model != 0 ? model : limit->switched;
    for (uint32_t i = limit->warnings; model == 0 && i > 0; i--) {
        if ((limit->warned >> (i - 1) & 1) != 0) {
            model = cg_action_switches(limit->warning_action[i - 1]);
        }
    }
    return model != 0 ? (enum cg_model)(model - 1) : limit->model;
}

bool cg_limit_queues(const struct cg_limit *limit)
{
    bool queues = limit->action != 0
                      ? limit->action - 1 <= CG_ACTION_QUEUE_OUTBOUND
                      : limit->queues;
    return queues && !cg_limit_rejects(limit);
}
