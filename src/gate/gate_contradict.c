/*
 * What a configuration must not say otherwise than the journal: names and
 * places, and what limits are about.
 *
 * Looks before anything changes, as facts cannot be taken back.  Rules: R6,
 * R10, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_setup.h"

#include <stdarg.h>

__attribute__((format(printf, 4, 5))) static void
tell(struct cg_contradictions *found,
     int line,
     const char *remedy,
     const char *format,
     ...)
{
    char wrong[768];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(wrong, sizeof(wrong), format, arguments);
    va_end(arguments);
    found->count++;
    found->tell(found->user, line, wrong, remedy);
}

/* --- sessions ------------------------------------------------------------- */

static void check_sessions(const struct cg_gate *gate,
                           const struct cg_config *config,
                           struct cg_contradictions *found)
{
    static const char remedy[] =
        "put the sessions in the order they had when the journal was made (new "
        "ones last), or start with a new Journal=";
    const struct cg_state *state = &gate->engine->state;
    for (size_t i = 0; i < config->session_count && i < state->session_count;
         i++) {
        const struct cg_config_session *session = &config->sessions[i];
        const struct cg_session_state *there = &state->sessions[i];
        if (!cg_slice_is(cg_id_slice(&there->name), session->name)) {
            tell(found, session->line, remedy,
                 "session %s is not the one that the journal has in its place",
                 session->name);
            return;
        }
    }
    if (state->session_count > config->session_count) {
        tell(found, 0, remedy,
             "a session of the journal is not configured: %.*s",
             (int)state->sessions[config->session_count].name.len,
             state->sessions[config->session_count].name.text);
    }
}

/* --- names ---------------------------------------------------------------- */

/* Whether the journal's names and the new ones have room together. */
static void check_names(const struct cg_gate *gate,
                        const struct cg_config *config,
                        struct cg_contradictions *found)
{
    const struct cg_state *state = &gate->engine->state;
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
    if (accounts > state->account_max || firms > state->firm_max ||
        instruments > state->instrument_max) {
        tell(found, 0, found->no_names,
             "the journal holds too many accounts or instruments that are not "
             "configured any more");
    }
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

static void check_ccps(const struct cg_gate *gate,
                       const struct cg_config *config,
                       struct cg_contradictions *found)
{
    const struct cg_state *state = &gate->engine->state;
    char seen[CG_CCPS_MAX][CG_NAME_MAX + 1];
    uint32_t count = 0;
    bool fit = true;
    for (size_t i = 0; i < config->account_count; i++) {
        for (uint32_t c = 0; fit && c < config->accounts[i].ccp_count; c++) {
            fit = ccp_count(state, config->accounts[i].ccps[c], seen, &count);
        }
    }
    for (size_t i = 0; fit && i < config->credit_limit_count; i++) {
        fit = ccp_count(state, config->credit_limits[i].ccp, seen, &count);
    }
    if (!fit) {
        tell(found, 0, "name fewer, or start with a new Journal=",
             "accounts and limits name more than %d clearing houses, those of "
             "the journal included",
             CG_CCPS_MAX);
    }
}

/* --- limits --------------------------------------------------------------- */

static bool is_new(const struct cg_state *state,
                   const struct cg_config_limit *limit)
{
    return cg_state_limit(state, cg_slice_str(limit->id)) == CG_NONE;
}

/* Limits of the journal that an account has once it is cleared by |firm|. */
static uint32_t
limits_of(const struct cg_state *state, uint32_t account, struct cg_slice firm)
{
    uint32_t count = 0;
    if (account != CG_NONE &&
        cg_slice_equal(cg_id_slice(&state->accounts[account].firm), firm)) {
        return state->accounts[account].limit_count;
    }
    for (uint32_t i = 0; i < state->limit_count; i++) {
        const struct cg_limit *limit = &state->limits[i];
        count += (limit->account == CG_NONE || limit->account == account) &&
                 cg_slice_equal(cg_id_slice(&limit->firm), firm);
    }
    return count;
}

/* Whether one account has room for the limits that are new, beside those of the
 * journal; |limit| is the first for which there is none. */
static bool account_has_room(const struct cg_state *state,
                             const struct cg_config *config,
                             struct cg_slice name,
                             struct cg_slice firm,
                             const struct cg_config_limit **limit)
{
    uint32_t count = limits_of(state, cg_state_account(state, name), firm);
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        const struct cg_config_limit *one = &config->credit_limits[i];
        if (cg_slice_is(firm, one->firm) &&
            (one->account[0] == '\0' || cg_slice_is(name, one->account)) &&
            is_new(state, one) && ++count > CG_ACCOUNT_LIMITS_MAX) {
            *limit = one;
            return false;
        }
    }
    return count <= CG_ACCOUNT_LIMITS_MAX;
}

static bool is_configured(const struct cg_config *config, struct cg_slice name)
{
    for (size_t i = 0; i < config->account_count; i++) {
        if (cg_slice_is(name, config->accounts[i].name)) {
            return true;
        }
    }
    return false;
}

static void no_room(struct cg_contradictions *found,
                    const struct cg_config_limit *limit)
{
    tell(found, limit->line, "raise MaxLimits=, or start with a new Journal=",
         "limit %s: no room for it beside those of the journal", limit->id);
}

/* Those of the journal count, too, configured or not. */
static void check_room(const struct cg_gate *gate,
                       const struct cg_config *config,
                       struct cg_contradictions *found)
{
    const struct cg_state *state = &gate->engine->state;
    const struct cg_config_limit *limit = NULL;
    uint32_t count = state->limit_count;
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        if (is_new(state, &config->credit_limits[i]) &&
            ++count > state->limit_max) {
            no_room(found, &config->credit_limits[i]);
            return;
        }
    }
    if (count == state->limit_count && !found->firms_change) {
        return;
    }
    for (size_t i = 0; i < config->account_count; i++) {
        const struct cg_config_account *account = &config->accounts[i];
        if (!account_has_room(state, config, cg_slice_str(account->name),
                              cg_slice_str(account->firm), &limit)) {
            tell(found, limit != NULL ? limit->line : account->line,
                 "narrow whom limits are for, or start with a new Journal=",
                 "account %s: more than %d limits name it or its firm, those "
                 "of the journal included",
                 account->name, CG_ACCOUNT_LIMITS_MAX);
            return;
        }
    }
    for (uint32_t i = 0; i < state->account_count; i++) {
        struct cg_slice name = cg_id_slice(&state->accounts[i].name);
        if (!is_configured(config, name) &&
            !account_has_room(state, config, name,
                              cg_id_slice(&state->accounts[i].firm), &limit)) {
            no_room(found, limit);
            return;
        }
    }
}

/* --- what limits are about ------------------------------------------------
 */

/* One limit of the configuration beside that of the journal; what the two have
 * otherwise, as text. */
struct pair {
    const struct cg_state *state;
    const struct cg_config *config;
    const struct cg_config_limit *from;
    const struct cg_limit *limit;
    char text[512];
    size_t len;
};

static void differs(struct pair *pair,
                    const char *what,
                    const char *here,
                    const char *there)
{
    int len = 0;
    if (strcmp(here, there) == 0 || pair->len >= sizeof(pair->text)) {
        return;
    }
    len = snprintf(pair->text + pair->len, sizeof(pair->text) - pair->len,
                   "%s%s is %s here, %s in the journal",
                   pair->len > 0 ? ", " : "", what, here, there);
    pair->len += (size_t)len;
}

/* The same of a name of the journal; |here| is empty for |none|. */
static void id_differs(struct pair *pair,
                       const char *what,
                       const char *here,
                       const struct cg_id *there,
                       const char *none)
{
    char name[CG_NAME_MAX + 1];
    snprintf(name, sizeof(name), "%s", none);
    if (there != NULL) {
        snprintf(name, sizeof(name), "%.*s", (int)there->len, there->text);
    }
    differs(pair, what, here[0] != '\0' ? here : none, name);
}

static void kind_differs(struct pair *pair)
{
    static const char *const kinds[] = {
        [CG_LIMIT_DV01] = "dv01",
        [CG_LIMIT_CLIP] = "clip",
        [CG_LIMIT_NOTIONAL] = "notional",
    };
    static const char *const measures[] = {
        [CG_MEASURE_GROSS] = "gross",
        [CG_MEASURE_NET] = "net",
    };
    differs(pair, "kind", kinds[pair->from->kind], kinds[pair->limit->kind]);
    differs(pair, "measure", measures[pair->from->measure],
            measures[pair->limit->measure]);
    differs(pair, "currency", pair->from->currency, pair->limit->currency);
}

/* Names are compared, not slots: one that is new has none. */
static void names_differ(struct pair *pair)
{
    const struct cg_state *state = pair->state;
    const struct cg_config_limit *from = pair->from;
    const struct cg_limit *limit = pair->limit;
    id_differs(pair, "owner",
               from->owner == CG_SESSION_NONE
                   ? ""
                   : pair->config->sessions[from->owner].name,
               limit->owner == CG_SESSION_NONE
                   ? NULL
                   : &state->sessions[limit->owner].name,
               "the own desk");
    id_differs(pair, "CCP", from->ccp,
               limit->ccp < state->ccp_count ? &state->ccps[limit->ccp] : NULL,
               "any");
    id_differs(pair, "firm", from->firm, &limit->firm, "any");
    id_differs(pair, "account", from->account,
               limit->account == CG_NONE
                   ? NULL
                   : &state->accounts[limit->account].name,
               "any");
    id_differs(pair, "instrument", from->instrument,
               limit->instrument == CG_NONE
                   ? NULL
                   : &state->instruments[limit->instrument].name,
               "any");
}

static void check_limits(const struct cg_gate *gate,
                         const struct cg_config *config,
                         struct cg_contradictions *found)
{
    const struct cg_state *state = &gate->engine->state;
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        const struct cg_config_limit *from = &config->credit_limits[i];
        uint32_t slot = cg_state_limit(state, cg_slice_str(from->id));
        if (slot == CG_NONE) {
            continue;
        }
        struct pair pair = {.state = state,
                            .config = config,
                            .from = from,
                            .limit = &state->limits[slot]};
        kind_differs(&pair);
        names_differ(&pair);
        if (pair.len > 0) {
            tell(found, from->line,
                 "give the changed limit a new RiskLimitID=, or start with a "
                 "new Journal=",
                 "limit %s: %s", from->id, pair.text);
        }
    }
}

static void check_names_and_limits(const struct cg_gate *gate,
                                   const struct cg_config *config,
                                   struct cg_contradictions *found)
{
    check_names(gate, config, found);
    check_ccps(gate, config, found);
    check_room(gate, config, found);
    check_limits(gate, config, found);
}

void cg_gate_contradict(const struct cg_gate *gate,
                        const struct cg_config *config,
                        struct cg_contradictions *found)
{
    check_sessions(gate, config, found);
    if (found->count == 0) { /* else each would be wrong by that */
        check_names_and_limits(gate, config, found);
    }
}

/* --- while it runs -------------------------------------------------------- */

static void check_roles(const struct cg_gate *gate,
                        const struct cg_config *config,
                        struct cg_contradictions *found)
{
    for (size_t i = 0; i < gate->config->session_count; i++) {
        const struct cg_config_session *session = &config->sessions[i];
        if (session->role != gate->config->sessions[i].role) {
            tell(found, session->line,
                 "restart the gate for that, or write the Role= it has",
                 "session %s has another Role= than in the gate that runs",
                 session->name);
        }
    }
}

/* So looks a file that was cut within its last word. */
static void check_ends(const struct cg_gate *gate,
                       const struct cg_config *config,
                       struct cg_contradictions *found)
{
    static const char *const names[CG_CONFIG_FILES] = {
        "the configuration", "the table of instruments", "the conventions",
        "the holidays"};
    for (unsigned i = 0; i < CG_CONFIG_FILES; i++) {
        if ((config->unended >> i & 1) != 0 &&
            (gate->config->unended >> i & 1) == 0) {
            tell(found, 0,
                 "write the whole file; to have one without, restart the gate",
                 "the last line of %s has no end, and before it had", names[i]);
        }
    }
}

static uint32_t open_orders(const struct cg_state *state, uint32_t account)
{
    uint32_t count = 0;
    for (uint32_t i = state->accounts[account].orders; i != CG_NONE;
         i = state->orders[i].next) {
        count++;
    }
    return count;
}

static void check_account(const struct cg_gate *gate,
                          const struct cg_config *config,
                          const struct cg_config_account *account,
                          struct cg_contradictions *found)
{
    const struct cg_state *state = &gate->engine->state;
    uint32_t slot = cg_state_account(state, cg_slice_str(account->name));
    if (account->hub != CG_SESSION_NONE &&
        account->hub >= gate->config->session_count) {
        tell(found, account->line,
             "restart the gate, or leave Hub= out until then",
             "account %s: Hub=%s is a session that is there from the next "
             "start on",
             account->name, config->sessions[account->hub].name);
    }
    if (slot == CG_NONE ||
        cg_slice_is(cg_id_slice(&state->accounts[slot].firm), account->firm)) {
        return;
    }
    found->firms_change = true;
    uint32_t open = open_orders(state, slot);
    if (open > 0) {
        tell(found, account->line,
             "change it when it has none, or at a restart of the gate",
             "account %s has %u open order%s, which %.*s clears, not %s",
             account->name, open, open == 1 ? "" : "s",
             (int)state->accounts[slot].firm.len,
             state->accounts[slot].firm.text, account->firm);
    }
}

void cg_gate_contradict_live(const struct cg_gate *gate,
                             const struct cg_config *config,
                             struct cg_contradictions *found)
{
    check_sessions(gate, config, found);
    if (found->count > 0) {
        return;
    }
    check_roles(gate, config, found);
    check_ends(gate, config, found);
    for (size_t i = 0; i < config->account_count; i++) {
        check_account(gate, config, &config->accounts[i], found);
    }
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        const struct cg_config_limit *limit = &config->credit_limits[i];
        if (limit->owner != CG_SESSION_NONE &&
            limit->owner >= gate->config->session_count) {
            tell(found, limit->line,
                 "restart the gate, or leave the limit out until then",
                 "limit %s: Hub=%s is a session that is there from the next "
                 "start on",
                 limit->id, config->sessions[limit->owner].name);
        }
    }
    check_names_and_limits(gate, config, found);
}
