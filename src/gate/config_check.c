/*
 * What only shows when sessions, accounts, limits and instruments are seen
 * together (R3, R6, R10, R11).  Must never let a limit through that covers
 * nothing by a slip of the pen: an absent limit is not an unlimited one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_families.h>
#include <config_reader.h>

#include <decimal.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <text.h>

#define MISTAKE(reader, line, remedy, ...)                                     \
    cg_mistakes_add((reader)->context.mistakes, (reader)->context.file, line,  \
                    remedy, __VA_ARGS__)

static const char *role_text(enum cg_role role)
{
    switch (role) {
    case CG_ROLE_CLIENT:
        return "client";
    case CG_ROLE_VENUE:
        return "venue";
    case CG_ROLE_HUB:
        return "hub";
    }
    return "?";
}

/* "did you mean ACME ?", or |otherwise|. */
static void suggest(const struct cg_config_names *names,
                    const char *word,
                    const char *otherwise,
                    char *remedy,
                    size_t len)
{
    (void)snprintf(remedy, len, "%s", otherwise);
    for (size_t i = 0; i < names->count; i++) {
        if (cg_text_is_near(word, names->items[i].text)) {
            (void)snprintf(remedy, len, "did you mean %s ?",
                           names->items[i].text);
            return;
        }
    }
}

cg_session cg_config_session_ref(const struct cg_config_reader *reader,
                                 const struct cg_config_entry *entry,
                                 enum cg_role role)
{
    const struct cg_config_name *found = cg_config_names_find(&reader->sessions,
                                                              entry->value);
    char otherwise[96];
    char remedy[160];

    if (found == NULL) {
        (void)snprintf(otherwise, sizeof(otherwise),
                       "write the Name= of a [SESSION] with Role=%s",
                       role_text(role));
        suggest(&reader->sessions, entry->value, otherwise, remedy,
                sizeof(remedy));
        MISTAKE(reader, entry->line, remedy, "%s=%s names no [SESSION]",
                entry->key, entry->value);
        return CG_SESSION_NONE;
    }
    if (!cg_config_role_known(reader, found->at)) {
        return CG_SESSION_NONE;
    }
    if (reader->config->sessions[found->at].role != role) {
        (void)snprintf(remedy, sizeof(remedy),
                       "write the Name= of a [SESSION] with Role=%s",
                       role_text(role));
        MISTAKE(reader, entry->line, remedy,
                "%s=%s names a session with Role=%s", entry->key, entry->value,
                role_text(reader->config->sessions[found->at].role));
        return CG_SESSION_NONE;
    }
    return (cg_session)found->at;
}

static void check_endpoint(struct cg_config_reader *reader, size_t index)
{
    static const struct {
        const char *key;
        bool initiator;
        const char *remedy;
    } needed[] = {
        {"SocketAcceptPort", false,
         "add SocketAcceptPort=, the port to listen "
         "on"},
        {"SocketConnectHost", true,
         "add SocketConnectHost=, the host to connect to"},
        {"SocketConnectPort", true,
         "add SocketConnectPort=, the port to connect to"},
    };
    const struct cg_config_session *session = &reader->config->sessions[index];

    if (cg_config_session_entry(reader, index, "ConnectionType") == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (needed[i].initiator == session->initiator &&
            cg_config_session_entry(reader, index, needed[i].key) == NULL) {
            MISTAKE(reader, session->line, needed[i].remedy,
                    "this [SESSION] has no %s=", needed[i].key);
        }
    }
}

static bool has_version(const struct cg_config_reader *reader, size_t index)
{
    return reader->config->sessions[index].begin_string[0] != '\0';
}

/* Bodies pass untouched (R54), so both sides must speak the same FIX. */
static void check_version(struct cg_config_reader *reader, size_t index)
{
    const struct cg_config_session *client = &reader->config->sessions[index];
    const struct cg_config_session *venue =
        &reader->config->sessions[client->venue];

    if (has_version(reader, index) && has_version(reader, client->venue) &&
        client->version != venue->version) {
        MISTAKE(reader, client->line,
                "give both sessions the same BeginString=: bodies pass "
                "untouched",
                "this client speaks %s, its venue %s speaks %s",
                client->begin_string, venue->name, venue->begin_string);
    }
}

/* The only session of |role|, or CG_SESSION_NONE. */
static cg_session only_session(const struct cg_config_reader *reader,
                               enum cg_role role)
{
    cg_session found = CG_SESSION_NONE;

    for (size_t i = 0; i < reader->config->session_count; i++) {
        if (cg_config_role_known(reader, i) &&
            reader->config->sessions[i].role == role) {
            if (found != CG_SESSION_NONE) {
                return CG_SESSION_NONE;
            }
            found = (cg_session)i;
        }
    }
    return found;
}

static size_t count_sessions(const struct cg_config_reader *reader,
                             enum cg_role role)
{
    size_t count = 0;

    for (size_t i = 0; i < reader->config->session_count; i++) {
        /* One whose role is unknown may be of this one: no second mistake. */
        count += !cg_config_role_known(reader, i) ||
                 reader->config->sessions[i].role == role;
    }
    return count;
}

static void check_venue(struct cg_config_reader *reader, size_t index)
{
    struct cg_config_session *client = &reader->config->sessions[index];
    const struct cg_config_entry *entry = cg_config_session_entry(reader, index,
                                                                  "Venue");

    if (entry != NULL) {
        client->venue = cg_config_session_ref(reader, entry, CG_ROLE_VENUE);
    } else {
        client->venue = only_session(reader, CG_ROLE_VENUE);
        if (client->venue == CG_SESSION_NONE &&
            count_sessions(reader, CG_ROLE_VENUE) > 1) {
            MISTAKE(reader, client->line,
                    "add Venue= with the Name= of the session its orders go to",
                    "this client has no Venue=, and there are several venues");
        }
    }
    if (client->venue != CG_SESSION_NONE) {
        check_version(reader, index);
    }
}

static void add_account(struct cg_config_reader *reader,
                        size_t session,
                        const struct cg_config_entry *entry,
                        const char *name)
{
    const struct cg_config_name *found = cg_config_names_find(&reader->accounts,
                                                              name);
    uint64_t bit = session < CG_SESSIONS_MAX ? (uint64_t)1 << session : 0;
    struct cg_config_account *account;
    char remedy[160];

    if (found == NULL) {
        suggest(&reader->accounts, name,
                "add an [ACCOUNT] section with that Account=", remedy,
                sizeof(remedy));
        MISTAKE(reader, entry->line, remedy,
                "account %s is defined by no [ACCOUNT]", name);
        return;
    }
    account = &reader->config->accounts[found->at];
    if ((account->sessions & bit) != 0) {
        MISTAKE(reader, entry->line, "name it once",
                "account %s is named twice", name);
    }
    account->sessions |= bit;
}

/* Calls |each| for every name of a list; names that are empty or too long were
 * reported with the value. */
static void each_name(struct cg_config_reader *reader,
                      size_t index,
                      const struct cg_config_entry *entry,
                      void (*each)(struct cg_config_reader *reader,
                                   size_t index,
                                   const struct cg_config_entry *entry,
                                   const char *name))
{
    char name[CG_NAME_MAX + 1];

    for (const char *at = entry->value; at != NULL;) {
        size_t blank = strspn(at, " ");
        size_t len = strcspn(at + blank, ",");

        (void)snprintf(name, sizeof(name), "%.*s",
                       len < sizeof(name) ? (int)len : (int)sizeof(name) - 1,
                       at + blank);
        if (*cg_text_trim(name) != '\0' && len < sizeof(name)) {
            each(reader, index, entry, cg_text_trim(name));
        }
        at = strchr(at, ',');
        at = at != NULL ? at + 1 : NULL;
    }
}

static void check_client_accounts(struct cg_config_reader *reader, size_t index)
{
    const struct cg_config_entry *entry = cg_config_session_entry(reader, index,
                                                                  "Accounts");

    if (entry == NULL) {
        MISTAKE(reader, reader->config->sessions[index].line,
                "add Accounts=, the accounts it may trade for",
                "this client has no Accounts=");
        return;
    }
    each_name(reader, index, entry, add_account);
}

static void check_roles(struct cg_config_reader *reader)
{
    if (reader->config->session_count > CG_SESSIONS_MAX) {
        MISTAKE(reader, reader->config->sessions[CG_SESSIONS_MAX].line,
                "spread them over several gates",
                "there are more than %d sessions", CG_SESSIONS_MAX);
    }
    if (count_sessions(reader, CG_ROLE_CLIENT) == 0) {
        MISTAKE(reader, 0,
                "add a [SESSION] with Role=client, where orders come from",
                "there is no client session");
    }
    if (count_sessions(reader, CG_ROLE_VENUE) == 0) {
        MISTAKE(reader, 0,
                "add a [SESSION] with Role=venue, where orders go to",
                "there is no venue session");
    }
}

/* A limit check request exists from FIX 5.0 SP2 on. */
static void check_hub(struct cg_config_reader *reader, size_t index)
{
    const struct cg_config_session *hub = &reader->config->sessions[index];

    if (has_version(reader, index) && hub->version != CG_FIX50SP2) {
        MISTAKE(reader, hub->line,
                "write BeginString=FIXT.1.1 (FIX 5.0 SP2): older versions have "
                "no limit check",
                "this hub speaks %s", hub->begin_string);
    }
}

/* Who stands over a hub; sets nothing when that would go round in a circle. */
static void check_superior(struct cg_config_reader *reader, size_t index)
{
    struct cg_config_session *sessions = reader->config->sessions;
    const struct cg_config_entry *entry = cg_config_session_entry(reader, index,
                                                                  "Superior");
    cg_session over = entry == NULL
                          ? CG_SESSION_NONE
                          : cg_config_session_ref(reader, entry, CG_ROLE_HUB);

    for (cg_session at = over; at != CG_SESSION_NONE;
         at = sessions[at].superior) {
        if (at == index) {
            MISTAKE(reader, entry->line, "name a session above it",
                    "Superior=%s makes %s its own superior", entry->value,
                    sessions[index].name);
            return;
        }
    }
    sessions[index].superior = over;
}

void cg_config_check_sessions(struct cg_config_reader *reader)
{
    check_roles(reader);
    for (size_t i = 0; i < reader->config->session_count; i++) {
        const struct cg_config_session *session = &reader->config->sessions[i];

        check_endpoint(reader, i);
        if (!cg_config_role_known(reader, i)) {
            continue;
        }
        cg_keys_restrict(&reader->context, &cg_session_keys,
                         reader->session_sections[i], session->role);
        if (session->role == CG_ROLE_CLIENT) {
            check_venue(reader, i);
            check_client_accounts(reader, i);
        } else if (session->role == CG_ROLE_HUB) {
            check_hub(reader, i);
            check_superior(reader, i);
        }
    }
}

static void check_firm(struct cg_config_reader *reader, size_t index)
{
    const struct cg_config_section *section = reader->account_sections[index];
    struct cg_config_account *account = &reader->config->accounts[index];
    const struct cg_config_entry *self = cg_config_section_find(section,
                                                                "SelfClearing");
    bool self_clearing = self != NULL && strcmp(self->value, "Y") == 0;
    const struct cg_config_entry *firm = cg_config_section_find(section,
                                                                "ClearingFirm");

    if (self_clearing && firm != NULL) {
        MISTAKE(reader, self->line, "keep one of the two lines",
                "SelfClearing=Y contradicts ClearingFirm=%s", firm->value);
    } else if (self_clearing) {
        memcpy(account->firm, account->name, sizeof(account->firm));
    } else if (firm == NULL) {
        MISTAKE(reader, account->line,
                "add ClearingFirm=, or SelfClearing=Y if it clears itself",
                "this [ACCOUNT] has no ClearingFirm=");
    }
}

bool cg_config_has_ccp(const struct cg_config_account *account, const char *ccp)
{
    for (uint32_t i = 0; i < account->ccp_count; i++) {
        if (strcmp(account->ccps[i], ccp) == 0) {
            return true;
        }
    }
    return account->ccp_count == 0; /* it may clear anywhere */
}

static void add_ccp(struct cg_config_reader *reader,
                    size_t index,
                    const struct cg_config_entry *entry,
                    const char *name)
{
    struct cg_config_account *account = &reader->config->accounts[index];

    if (account->ccp_count > 0 && cg_config_has_ccp(account, name)) {
        MISTAKE(reader, entry->line, "name it once",
                "clearing house %s is named twice", name);
    } else if (account->ccp_count == CG_ACCOUNT_CCPS_MAX) {
        MISTAKE(reader, entry->line, "split the account",
                "an account has more than %d clearing houses",
                CG_ACCOUNT_CCPS_MAX);
    } else {
        (void)snprintf(account->ccps[account->ccp_count++], CG_NAME_MAX + 1,
                       "%s", name);
    }
}

void cg_config_check_accounts(struct cg_config_reader *reader)
{
    for (size_t i = 0; i < reader->config->account_count; i++) {
        const struct cg_config_entry *hub = cg_config_section_find(
            reader->account_sections[i], "Hub");

        const struct cg_config_entry *ccps = cg_config_section_find(
            reader->account_sections[i], "CCPs");

        check_firm(reader, i);
        if (ccps != NULL) {
            each_name(reader, i, ccps, add_ccp);
        }
        if (hub != NULL) {
            reader->config->accounts[i].hub = cg_config_session_ref(
                reader, hub, CG_ROLE_HUB);
        }
    }
    if (!cg_config_names_init(&reader->firms, reader->config->accounts,
                              reader->config->account_count,
                              sizeof(struct cg_config_account),
                              offsetof(struct cg_config_account, firm),
                              offsetof(struct cg_config_account, line))) {
        reader->context.mistakes->no_memory = true;
    }
}

static const struct cg_config_entry *limit_entry(
    const struct cg_config_reader *reader, size_t index, const char *key)
{
    return cg_config_section_find(reader->limit_sections[index], key);
}

/* Who owns a limit, and whom it may ask. */
static void check_owner(struct cg_config_reader *reader, size_t index)
{
    struct cg_config_limit *limit = &reader->config->credit_limits[index];
    const struct cg_config_entry *hub = limit_entry(reader, index, "Hub");
    const struct cg_config_entry *model = limit_entry(reader, index, "Model");
    const char *owner = reader->config->gate_name;

    if (hub != NULL) {
        limit->owner = cg_config_session_ref(reader, hub, CG_ROLE_HUB);
        owner = limit->owner != CG_SESSION_NONE
                    ? reader->config->sessions[limit->owner].name
                    : "";
    }
    if (limit->owner_name[0] == '\0') {
        (void)snprintf(limit->owner_name, sizeof(limit->owner_name), "%s",
                       owner);
    }
    if (limit->kind != CG_LIMIT_DV01) {
        limit->model = CG_MODEL_PUSH;
        limit->warnings = 0;
    } else if (model == NULL) {
        MISTAKE(reader, limit->line, "add Model=ping, push or ping-with-push",
                "this [LIMIT] has no Model=");
    } else if (limit->model != CG_MODEL_PUSH && hub == NULL) {
        MISTAKE(reader, model->line,
                count_sessions(reader, CG_ROLE_HUB) == 0
                    ? "add a [SESSION] with Role=hub, and Hub= here"
                    : "add Hub= with the Name= of the session to ask",
                "Model=%s has no hub to ask", model->value);
    }
}

static void unknown(struct cg_config_reader *reader,
                    const struct cg_config_entry *entry,
                    const struct cg_config_names *names,
                    const char *where,
                    const char *otherwise)
{
    char remedy[160];

    if (entry != NULL) {
        suggest(names, entry->value, otherwise, remedy, sizeof(remedy));
        MISTAKE(reader, entry->line, remedy, "%s=%s is in no %s", entry->key,
                entry->value, where);
    }
}

static void check_limit_account(struct cg_config_reader *reader, size_t index)
{
    struct cg_config_limit *limit = &reader->config->credit_limits[index];
    const struct cg_config_name *found = cg_config_names_find(&reader->accounts,
                                                              limit->account);
    const struct cg_config_account *account;

    if (found == NULL) {
        unknown(reader, limit_entry(reader, index, "Account"),
                &reader->accounts, "[ACCOUNT]",
                "write the Account= of an [ACCOUNT]");
        return;
    }
    account = &reader->config->accounts[found->at];
    if (limit->firm[0] == '\0') {
        memcpy(limit->firm, account->firm, sizeof(limit->firm));
    } else if (account->firm[0] != '\0' &&
               strcmp(limit->firm, account->firm) != 0) {
        MISTAKE(reader, limit_entry(reader, index, "Account")->line,
                "correct one of the two, or leave ClearingFirm= out",
                "account %s is cleared by %s, not by %s", account->name,
                account->firm, limit->firm);
    }
}

static void check_limit_instrument(struct cg_config_reader *reader,
                                   size_t index)
{
    const struct cg_config *config = reader->config;
    const struct cg_config_entry *entry = limit_entry(reader, index,
                                                      "Instrument");
    const char *symbol = config->credit_limits[index].instrument;
    const struct cg_config_name *found = cg_config_names_find(
        &reader->instruments, symbol);
    struct cg_swap_spec spec;

    if (found == NULL &&
        cg_family_find(config, cg_slice_str(symbol), false, &spec) != NULL) {
        MISTAKE(reader, entry->line,
                "give it a row of its own, above or below that of its pattern",
                "Instrument=%s is made only when an order names it",
                entry->value);
    } else if (found == NULL) {
        unknown(reader, entry, &reader->instruments, "row of the instruments",
                "write an instrument of the Instruments= table");
    } else if (config->instruments[found->at].family) {
        MISTAKE(reader, entry->line,
                "give the one that is meant a row of its own, or use Product=, "
                "SecurityType= or Tenor=",
                "Instrument=%s stands for many", entry->value);
    }
}

static void check_scope(struct cg_config_reader *reader, size_t index)
{
    struct cg_config_limit *limit = &reader->config->credit_limits[index];

    if (limit->account[0] != '\0') {
        check_limit_account(reader, index);
    } else if (limit_entry(reader, index, "ClearingFirm") == NULL &&
               limit_entry(reader, index, "Account") == NULL) {
        MISTAKE(reader, limit->line,
                "add ClearingFirm=, Account= or both: whose orders it covers",
                "this [LIMIT] has no ClearingFirm= and no Account=");
    } else if (limit->firm[0] != '\0' &&
               cg_config_names_find(&reader->firms, limit->firm) == NULL) {
        unknown(reader, limit_entry(reader, index, "ClearingFirm"),
                &reader->firms, "[ACCOUNT]",
                "write the ClearingFirm= of an [ACCOUNT]");
    }
    if (limit->instrument[0] != '\0' && reader->instruments_read) {
        check_limit_instrument(reader, index);
    }
}

static void check_amount(struct cg_config_reader *reader, size_t index)
{
    struct cg_config_limit *limit = &reader->config->credit_limits[index];
    const struct cg_config_entry *entry = limit_entry(reader, index, "Amount");
    bool notional = limit->kind == CG_LIMIT_NOTIONAL;
    struct cg_slice text = cg_slice_str(entry != NULL ? entry->value : "");

    if (entry == NULL) {
        if (limit_entry(reader, index, "Hub") == NULL) {
            MISTAKE(reader, limit->line,
                    "add Amount=, or Hub= if a hub tells the amount",
                    "this [LIMIT] has no Amount=, and no hub to bring one");
        }
        return;
    }
    limit->has_amount = notional ? cg_qty_parse(text, &limit->amount)
                                 : cg_dv01_parse(text, &limit->amount) &&
                                       limit->amount >= 0;
    if (!limit->has_amount) {
        limit->amount = 0;
        MISTAKE(reader, entry->line,
                notional ? "write whole currency units, such as 250000000"
                         : "write digits and at most 4 decimals, such as "
                           "45200.00",
                "Amount=%.80s is not an amount of 0 or more", entry->value);
    }
}

void cg_config_check_limits(struct cg_config_reader *reader)
{
    const struct cg_config *config = reader->config;

    for (size_t i = 0; i < config->credit_limit_count; i++) {
        check_owner(reader, i);
        check_scope(reader, i);
        check_amount(reader, i);
        cg_keys_restrict(&reader->context, &cg_limit_keys,
                         reader->limit_sections[i],
                         config->credit_limits[i].kind);
    }
    if (config->credit_limit_count > config->limits.limits) {
        MISTAKE(reader, 0, "raise MaxLimits= in [GATE]",
                "there are %zu limits, more than MaxLimits=%" PRIu32,
                config->credit_limit_count, config->limits.limits);
    }
}
