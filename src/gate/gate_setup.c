/*
 * Where configuration meets the journal: names become facts once and keep their
 * slots; settings are taken over at every start, and whenever they change.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_setup.h"

#include "check.h"
#include "gate_instrument.h"

static void set_sessions(struct cg_gate *gate)
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
    bool lowers = limit->has_amount && from->amount < limit->amount;
    cg_engine_record(gate->engine, &fact);
    if (lowers) {
        cg_engine_limit_lowered(gate->engine, slot);
    }
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

static void set_limit(struct cg_limit *to, const struct cg_config_limit *from)
{
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
}

static void set_limits(struct cg_gate *gate)
{
    struct cg_state *state = &gate->engine->state;
    const struct cg_config *config = gate->config;
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        const struct cg_config_limit *from = &config->credit_limits[i];
        uint32_t slot = cg_state_limit(state, cg_slice_str(from->id));
        slot = slot != CG_NONE ? slot : limit_name(gate, from);
        set_limit(&state->limits[slot], from);
    }
}

void cg_gate_set_amounts(struct cg_gate *gate)
{
    const struct cg_state *state = &gate->engine->state;
    const struct cg_config *config = gate->config;
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        const struct cg_config_limit *from = &config->credit_limits[i];
        limit_amount(gate, cg_state_limit(state, cg_slice_str(from->id)), from);
    }
}

struct cg_engine_config cg_gate_engine_config(const struct cg_config *config)
{
    const struct cg_config_rates *rates = &config->rates;
    return (struct cg_engine_config){
        .soft_deadline_ns = config->soft_deadline_ns,
        .hard_deadline_ns = config->hard_deadline_ns,
        .pull_time_ns = config->pull_time_ns,
        .stale_resend_ns = config->stale_resend_ns,
        .probe_after = config->probe_after,
        .fx = config->fx,
        .fx_count = config->fx_count,
        .day_end_ns = config->day_end_ns,
        .zone = config->zone,
        .rates_max_age_ns = rates->given ? rates->max_age_ns : CG_TIME_NEVER,
        .rates_stale_alarms = rates->given && rates->stale_alarms,
    };
}

void cg_gate_set(struct cg_gate *gate)
{
    set_sessions(gate);
    set_accounts(gate);
    set_instruments(gate);
    cg_gate_rows_set(gate);
    set_limits(gate);
}

/* --- at the start --------------------------------------------------------- */

struct first {
    char *error;
    size_t len;
};

static void
keep_first(void *user, int line, const char *wrong, const char *remedy)
{
    struct first *first = user;
    (void)line;
    if (first->error[0] == '\0') {
        snprintf(first->error, first->len, "%s: %s", wrong, remedy);
    }
}

int cg_gate_configure(struct cg_gate *gate, char *error, size_t error_len)
{
    struct first first = {error, error_len};
    struct cg_contradictions found = {
        .tell = keep_first,
        .user = &first,
        .no_names = "start with a new Journal=",
        .firms_change = true,
    };
    error[0] = '\0';
    cg_gate_contradict(gate, gate->config, &found);
    if (found.count > 0) {
        return CG_ERR_CONFIG;
    }
    cg_gate_set(gate);
    cg_gate_set_amounts(gate);
    cg_limits_adopt(gate->engine);
    return 0;
}
