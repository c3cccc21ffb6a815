/*
 * Where configuration meets the journal: names become facts once and keep their
 * slots; settings are taken over at every start.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_internal.h"

#include "check.h"
#include "decide.h"
#include "gate_instrument.h"

static int mismatch(char *error, size_t error_len, const char *what)
{
    snprintf(error, error_len,
             "%s: put the sessions in the order they had when the journal was "
             "made (new ones last), or start with a new Journal=",
             what);
    return CG_ERR_CONFIG;
}

static int set_sessions(struct cg_gate *gate, char *error, size_t error_len)
{
    struct cg_state *state = &gate->engine->state;
    const struct cg_config *config = gate->config;
    for (size_t i = 0; i < config->session_count; i++) {
        const struct cg_config_session *from = &config->sessions[i];
        struct cg_session_state *to = &state->sessions[i];
        if (i == state->session_count) {
            struct cg_fact fact = cg_fact_of(CG_FACT_SESSION_NAMED);
            fact.session = (cg_session)i;
            fact.value = from->role;
            fact.id = from->name;
            fact.id_len = strlen(from->name);
            cg_engine_record(gate->engine, &fact);
        } else if (!cg_slice_is(cg_id_slice(&to->name), from->name)) {
            return mismatch(error, error_len, from->name);
        }
        to->role = from->role;
        to->version = from->version;
        to->venue = from->venue;
        to->superior = from->superior;
        to->repeat_ns = from->repeat_ns;
        to->identification = from->identification;
        to->replace_amount = from->replace_amount;
        to->whole = from->packages_whole;
        to->clock_margin_ns = from->clock_margin_ns;
        to->token_life_ns = from->token_life_ns;
        to->holds_reservations = from->holds_reservations;
        to->no_notices = !from->consumption_notices;
    }
    if (state->session_count > config->session_count) {
        return mismatch(error, error_len,
                        "a session of the journal is not configured");
    }
    return 0;
}

/* The user's levels, as a fact when they are new: what has fired depends on
 * them. */
static void set_levels(struct cg_gate *gate,
                       uint32_t slot,
                       const struct cg_config_levels *from)
{
    const struct cg_account *account = &gate->engine->state.accounts[slot];
    bool same = account->own_warnings == from->given &&
                account->warnings == from->count;
    struct cg_fact fact = cg_fact_of(CG_FACT_ACCOUNT_WARNINGS);
    for (uint32_t i = 0; i < from->count; i++) {
        same = same && account->warning_percent[i] == from->percent[i];
        fact.hash |= (uint64_t)from->percent[i] << (8 * i);
    }
    if (!same) {
        fact.account = slot;
        fact.flags = from->given ? 1 : 0;
        cg_engine_record(gate->engine, &fact);
    }
}

static void set_accounts(struct cg_gate *gate)
{
    struct cg_state *state = &gate->engine->state;
    const struct cg_config *config = gate->config;
    for (size_t i = 0; i < config->account_count; i++) {
        const struct cg_config_account *from = &config->accounts[i];
        uint32_t slot = cg_state_account(state, cg_slice_str(from->name));
        bool known = slot != CG_NONE;
        if (!known || !cg_slice_is(cg_id_slice(&state->accounts[slot].firm),
                                   from->firm)) {
            struct cg_fact fact = cg_fact_of(CG_FACT_ACCOUNT_NAMED);
            fact.account = known ? slot : state->account_count;
            fact.id = from->name;
            fact.id_len = strlen(from->name);
            fact.text = from->firm;
            fact.text_len = strlen(from->firm);
            cg_engine_record(gate->engine, &fact);
            slot = fact.account;
        }
        set_levels(gate, slot, &from->warnings);
        struct cg_account *to = &state->accounts[slot];
        to->sessions = from->sessions;
        to->hub = from->hub;
        to->ccps = 0;
        for (uint32_t c = 0; c < from->ccp_count; c++) {
            to->ccps |= (uint64_t)1 << cg_ccp_name(gate->engine,
                                                   cg_slice_str(from->ccps[c]));
        }
        snprintf(to->contact, sizeof(to->contact), "%s", from->contact);
    }
}

static void name_set(struct cg_id *id, const char *name)
{
    id->len = (uint8_t)strlen(name);
    memcpy(id->text, name, id->len);
}

static void set_instruments(struct cg_gate *gate)
{
    struct cg_state *state = &gate->engine->state;
    const struct cg_config *config = gate->config;
    for (size_t i = 0; i < config->instrument_count; i++) {
        const struct cg_config_instrument *from = &config->instruments[i];
        if (from->family) {
            continue;
        }
        uint32_t slot = cg_state_instrument(state, cg_slice_str(from->symbol));
        if (slot == CG_NONE || state->instruments[slot].dynamic) {
            struct cg_fact fact = cg_fact_of(CG_FACT_INSTRUMENT_NAMED);
            fact.instrument = slot != CG_NONE ? slot
                                              : cg_state_next_instrument(state);
            fact.id = from->symbol;
            fact.id_len = strlen(from->symbol);
            cg_engine_record(gate->engine, &fact);
            slot = fact.instrument;
        }
        struct cg_instrument *to = &state->instruments[slot];
        memcpy(to->currency, from->currency, sizeof(to->currency));
        cg_engine_row(gate->engine, slot, cg_rates_row_hash(config, from));
        if (!cg_instrument_is_curve(to)) {
            to->rate = from->dv01_per_million;
        }
        name_set(&to->terms[CG_TERM_SECURITY_ID], from->security_id);
        name_set(&to->terms[CG_TERM_PRODUCT], from->product);
        name_set(&to->terms[CG_TERM_TYPE], from->type);
        name_set(&to->terms[CG_TERM_TENOR], from->tenor);
    }
}

static uint32_t limit_name(struct cg_gate *gate,
                           const struct cg_config_limit *from)
{
    const struct cg_state *state = &gate->engine->state;
    char text[CG_NAME_MAX + 8];
    snprintf(text, sizeof(text), "%.3s %s", from->currency, from->firm);
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_NAMED);
    fact.limit = state->limit_count;
    fact.session = from->owner;
    fact.account = from->account[0] != '\0'
                       ? cg_state_account(state, cg_slice_str(from->account))
                       : CG_NONE;
    fact.instrument = from->instrument[0] != '\0'
                          ? cg_state_instrument(state,
                                                cg_slice_str(from->instrument))
                          : CG_NONE;
    fact.value = from->kind;
    fact.flags = from->measure | (uint32_t)from->model << 4 |
                 (uint32_t)from->pull << 8;
    if (from->ccp[0] != '\0') {
        uint16_t ccp = cg_ccp_name(gate->engine, cg_slice_str(from->ccp));
        fact.flags |= (uint32_t)(ccp + 1) << 16;
    }
    fact.id = from->id;
    fact.id_len = strlen(from->id);
    fact.text = text;
    fact.text_len = strlen(text);
    cg_engine_record(gate->engine, &fact);
    return fact.limit;
}

static bool limit_has_room(const struct cg_state *state,
                           const struct cg_config_limit *from)
{
    uint32_t account = from->account[0] != '\0'
                           ? cg_state_account(state,
                                              cg_slice_str(from->account))
                           : CG_NONE;
    return cg_state_limit_room(state, account, cg_slice_str(from->firm), 1);
}

/* The configured amount starts a limit; an owner's update wins over it, and the
 * own desk's limits follow the configuration. */
static void limit_amount(struct cg_gate *gate,
                         uint32_t slot,
                         const struct cg_config_limit *from)
{
    const struct cg_limit *limit = &gate->engine->state.limits[slot];
    bool own = limit->owner == CG_SESSION_NONE;
    if (!from->has_amount ||
        (limit->has_amount && (!own || limit->amount == from->amount))) {
        return;
    }
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_SET);
    fact.limit = slot;
    fact.value = limit->state;
    fact.flags = 2;
    fact.amount = from->amount;
    fact.other = limit->other;
    cg_engine_record(gate->engine, &fact);
}

/* R10: what the configuration cuts a limit to. */
static void set_cut(struct cg_limit *to, const struct cg_config_limit *from)
{
    memcpy(to->cut_currency, from->instrument_currency,
           sizeof(to->cut_currency));
    name_set(&to->cut[CG_TERM_PRODUCT], from->product);
    name_set(&to->cut[CG_TERM_TYPE], from->type);
    name_set(&to->cut[CG_TERM_TENOR], from->tenor);
    to->has_cut = from->product[0] != '\0' || from->type[0] != '\0' ||
                  from->tenor[0] != '\0';
}

static bool ccp_is(const struct cg_state *state,
                   const struct cg_limit *to,
                   const struct cg_config_limit *from)
{
    return to->ccp == (from->ccp[0] != '\0'
                           ? cg_state_ccp(state, cg_slice_str(from->ccp))
                           : CG_CCP_NONE);
}

static int set_limits(struct cg_gate *gate, char *error, size_t error_len)
{
    struct cg_state *state = &gate->engine->state;
    const struct cg_config *config = gate->config;
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        const struct cg_config_limit *from = &config->credit_limits[i];
        uint32_t slot = cg_state_limit(state, cg_slice_str(from->id));
        if (slot == CG_NONE && !limit_has_room(state, from)) {
            snprintf(error, error_len,
                     "limit %s: no room for it beside those of the journal: "
                     "raise MaxLimits=, or start with a new Journal=",
                     from->id);
            return CG_ERR_CONFIG;
        }
        if (slot == CG_NONE) {
            slot = limit_name(gate, from);
        }
        struct cg_limit *to = &state->limits[slot];
        if (to->owner != from->owner || to->kind != from->kind ||
            to->measure != from->measure ||
            memcmp(to->currency, from->currency, 3) != 0 ||
            !ccp_is(state, to, from)) {
            snprintf(
                error, error_len,
                "limit %s: its owner, kind, measure, currency or CCP is not "
                "the one in the journal: give the changed limit a new "
                "RiskLimitID=, or start with a new Journal=",
                from->id);
            return CG_ERR_CONFIG;
        }
        to->pull = from->pull;
        to->allow_reducing = from->allow_reducing;
        to->queues = from->queues;
        to->fallback_max_age_ns = from->fallback_max_age_ns;
        to->reset_time_ns = from->reset_time_ns;
        name_set(&to->owner_name, from->owner_name);
        set_cut(to, from);
        if (!to->owner_model) {
            to->model = from->model;
        }
        if (!to->owner_warnings) {
            to->warnings = from->warnings;
            memcpy(to->warning_percent, from->warning_percent,
                   sizeof(to->warning_percent));
        }
        limit_amount(gate, slot, from);
    }
    return 0;
}

/* Whether the journal's names and the new ones have room together. */
static bool names_fit(const struct cg_gate *gate)
{
    const struct cg_state *state = &gate->engine->state;
    const struct cg_config *config = gate->config;
    uint32_t accounts = state->account_count;
    uint32_t instruments = state->instruments_used;
    uint32_t firms = state->firm_count;
    for (size_t i = 0; i < config->account_count; i++) {
        struct cg_slice name = cg_slice_str(config->accounts[i].name);
        struct cg_slice firm = cg_slice_str(config->accounts[i].firm);
        accounts += cg_state_account(state, name) == CG_NONE;
        firms += cg_state_firm(state, firm) == CG_NONE;
    }
    for (size_t i = 0; i < config->instrument_count; i++) {
        struct cg_slice symbol = cg_slice_str(config->instruments[i].symbol);
        instruments += !config->instruments[i].family &&
                       cg_state_instrument(state, symbol) == CG_NONE;
    }
    return accounts <= state->account_max && firms <= state->firm_max &&
           instruments <= state->instrument_max;
}

/* Counts |name| if it is new to the journal and not |seen|; false when there is
 * no room for it. */
static bool ccp_count(const struct cg_state *state,
                      const char *name,
                      char seen[CG_CCPS_MAX][CG_NAME_MAX + 1],
                      uint32_t *count)
{
    if (name[0] == '\0' ||
        cg_state_ccp(state, cg_slice_str(name)) != CG_CCP_OTHER) {
        return true;
    }
    for (uint32_t i = 0; i < *count; i++) {
        if (strcmp(seen[i], name) == 0) {
            return true;
        }
    }
    if (state->ccp_count + *count == CG_CCPS_MAX) {
        return false;
    }
    snprintf(seen[(*count)++], CG_NAME_MAX + 1, "%s", name);
    return true;
}

static bool ccps_fit(const struct cg_gate *gate)
{
    const struct cg_state *state = &gate->engine->state;
    const struct cg_config *config = gate->config;
    char seen[CG_CCPS_MAX][CG_NAME_MAX + 1];
    uint32_t count = 0;
    for (size_t i = 0; i < config->account_count; i++) {
        for (uint32_t c = 0; c < config->accounts[i].ccp_count; c++) {
            if (!ccp_count(state, config->accounts[i].ccps[c], seen, &count)) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        if (!ccp_count(state, config->credit_limits[i].ccp, seen, &count)) {
            return false;
        }
    }
    return true;
}

int cg_gate_configure(struct cg_gate *gate, char *error, size_t error_len)
{
    int status = set_sessions(gate, error, error_len);
    if (status != 0) {
        return status;
    }
    if (!names_fit(gate)) {
        snprintf(error, error_len,
                 "the journal holds too many accounts or instruments that are "
                 "not configured any more: start with a new Journal=");
        return CG_ERR_CONFIG;
    }
    if (!ccps_fit(gate)) {
        snprintf(error, error_len,
                 "accounts and limits name more than %d clearing houses, those "
                 "of the journal included",
                 CG_CCPS_MAX);
        return CG_ERR_CONFIG;
    }
    set_accounts(gate);
    set_instruments(gate);
    cg_gate_rows_set(gate);
    status = set_limits(gate, error, error_len);
    if (status == 0) {
        cg_limits_adopt(gate->engine);
    }
    return status;
}
