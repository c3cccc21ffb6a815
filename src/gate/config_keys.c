/*
 * The tables of keys, and what a section may and must have of them.
 * docs/configuration.md describes the same keys to people; a test holds the two
 * together.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_keys.h>

#include <stdio.h>
#include <string.h>
#include <text.h>

#define AT_GATE(member) offsetof(struct cg_config, member)
#define AT_SESSION(member) offsetof(struct cg_config_session, member)
#define AT_ACCOUNT(member) offsetof(struct cg_config_account, member)
#define AT_LIMIT(member) offsetof(struct cg_config_limit, member)
#define AT_RATES(member) offsetof(struct cg_config_rates, member)
#define AT_FX(member) offsetof(struct cg_config_fx, member)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define HOUR_MS 3600000
#define DAY_MS 86400000
#define CLIENT (1U << CG_ROLE_CLIENT)
#define VENUE (1U << CG_ROLE_VENUE)
#define HUB (1U << CG_ROLE_HUB)
#define DV01 (1U << CG_LIMIT_DV01)

static const struct cg_key gate_keys[] = {
    {.name = "Name",
     .form = CG_KEY_NAME,
     .at = AT_GATE(gate_name),
     .max = CG_NAME_MAX,
     .restart = true},
    {.name = "Journal", .at = CG_KEY_NOWHERE, .required = true},
    {.name = "MessageLog", .at = CG_KEY_NOWHERE},
    {.name = "Instruments", .at = CG_KEY_NOWHERE, .required = true},
    {.name = "SoftDeadlineMs",
     .form = CG_KEY_MS,
     .at = AT_GATE(soft_deadline_ns),
     .min = 1,
     .max = HOUR_MS},
    {.name = "HardDeadlineMs",
     .form = CG_KEY_MS,
     .at = AT_GATE(hard_deadline_ns),
     .min = 1,
     .max = HOUR_MS},
    {.name = "PullTimeMs",
     .form = CG_KEY_MS,
     .at = AT_GATE(pull_time_ns),
     .max = HOUR_MS},
    {.name = "StaleResendMs",
     .form = CG_KEY_MS,
     .at = AT_GATE(stale_resend_ns),
     .max = DAY_MS},
    {.name = "ProbeAfter",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(probe_after),
     .min = 1,
     .max = 1000000},
    {.name = "FailureGraceMs",
     .form = CG_KEY_MS,
     .at = AT_GATE(failure_grace_ns),
     .max = HOUR_MS},
    {.name = "SnapshotFacts",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(snapshot_facts),
     .min = 1,
     .max = 1000000000},
    {.name = "TradingDayEnd", .form = CG_KEY_RESET, .at = AT_GATE(day_end_ns)},
    {.name = "TimeZone",
     .form = CG_KEY_NAME,
     .at = AT_GATE(time_zone),
     .max = CG_NAME_MAX},
    {.name = "PassTypes",
     .form = CG_KEY_TYPES,
     .at = AT_GATE(passed_types),
     .max = 255},
    {.name = "MaxOrders",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(limits.orders),
     .min = 1,
     .max = 100000000,
     .restart = true},
    {.name = "MaxRequests",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(limits.requests),
     .min = 1,
     .max = 400000000,
     .restart = true},
    {.name = "MaxLimits",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(limits.limits),
     .min = 1,
     .max = 10000000,
     .restart = true},
    {.name = "MaxScopes",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(limits.scopes),
     .min = 1,
     .max = 10000000,
     .restart = true},
    {.name = "MaxWaiting",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(limits.waiting),
     .min = 1,
     .max = 10000000,
     .restart = true},
    {.name = "MaxMessageBytes",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(limits.message_max),
     .min = 1024,
     .max = 16777216,
     .restart = true},
    {.name = "MaxReports",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(limits.reports),
     .min = 1,
     .max = 400000000,
     .restart = true},
    {.name = "MaxLegs",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(limits.legs),
     .max = 10000000,
     .restart = true},
    {.name = "MaxInstruments",
     .form = CG_KEY_NUMBER,
     .at = AT_GATE(limits.instruments),
     .max = 10000000,
     .restart = true},
};

/* A key of the FIX engine: checked here, handed on as text. */
#define FIX(key, key_form, low, high)                                          \
    {                                                                          \
        .name = (key), .form = (key_form), .at = CG_KEY_NOWHERE, .min = (low), \
        .max = (high), .fix = true                                             \
    }
#define FIX_TEXT(key) FIX(key, CG_KEY_TEXT, 0, 0)
#define FIX_BOOL(key) FIX(key, CG_KEY_BOOL, 0, 0)
#define FIX_FORM(key, form) FIX(key, form, 0, 0)
#define FIX_NUMBER(key, low, high) FIX(key, CG_KEY_NUMBER, low, high)

static const struct cg_key session_keys[] = {
    {.name = "Name",
     .form = CG_KEY_NAME,
     .at = AT_SESSION(name),
     .max = CG_NAME_MAX},
    {.name = "Role",
     .form = CG_KEY_CHOICE,
     .at = AT_SESSION(role),
     .choices = "client|venue|hub",
     .restart = true,
     .required = true},
    {.name = "Venue",
     .form = CG_KEY_NAME,
     .at = CG_KEY_NOWHERE,
     .max = CG_NAME_MAX,
     .only = CLIENT},
    {.name = "Accounts",
     .form = CG_KEY_NAMES,
     .at = CG_KEY_NOWHERE,
     .only = CLIENT},
    {.name = "PlainSP2",
     .form = CG_KEY_BOOL,
     .at = AT_SESSION(plain_sp2),
     .only = CLIENT},
    {.name = "ShowAmounts",
     .form = CG_KEY_BOOL,
     .at = AT_SESSION(show_amounts),
     .only = CLIENT},
    {.name = "TokenTag",
     .form = CG_KEY_TOKEN_TAG,
     .at = AT_SESSION(token_tag),
     .only = VENUE},
    {.name = "PackagesWhole",
     .form = CG_KEY_BOOL,
     .at = AT_SESSION(packages_whole),
     .only = VENUE,
     .restart = true},
    {.name = "ExpiryMarginMs",
     .form = CG_KEY_MS,
     .at = AT_SESSION(clock_margin_ns),
     .max = HOUR_MS,
     .only = HUB},
    {.name = "Identification",
     .form = CG_KEY_CHOICE,
     .at = AT_SESSION(identification),
     .choices = "token|chaining",
     .only = HUB,
     .restart = true},
    {.name = "ReplaceAmount",
     .form = CG_KEY_CHOICE,
     .at = AT_SESSION(replace_amount),
     .choices = "total|open",
     .only = HUB},
    {.name = "RepeatMs",
     .form = CG_KEY_MS,
     .at = AT_SESSION(repeat_ns),
     .max = HOUR_MS,
     .only = HUB},
    {.name = "Superior",
     .form = CG_KEY_NAME,
     .at = CG_KEY_NOWHERE,
     .max = CG_NAME_MAX,
     .only = HUB},
    {.name = "TokenLifeMs",
     .form = CG_KEY_MS,
     .at = AT_SESSION(token_life_ns),
     .min = 1000,
     .max = (int64_t)366 * DAY_MS,
     .only = HUB},
    {.name = "UtilisationHoldsReservations",
     .form = CG_KEY_BOOL,
     .at = AT_SESSION(holds_reservations),
     .only = HUB},
    {.name = "ConsumptionNotices",
     .form = CG_KEY_BOOL,
     .at = AT_SESSION(consumption_notices),
     .only = HUB},
    {.name = "BeginString",
     .form = CG_KEY_CHOICE,
     .at = AT_SESSION(version),
     .choices = "FIX.4.2|FIX.4.4|FIXT.1.1",
     .required = true,
     .fix = true},
    {.name = "SenderCompID",
     .form = CG_KEY_NAME,
     .at = AT_SESSION(sender_comp_id),
     .max = CG_NAME_MAX,
     .required = true,
     .fix = true},
    {.name = "TargetCompID",
     .form = CG_KEY_NAME,
     .at = AT_SESSION(target_comp_id),
     .max = CG_NAME_MAX,
     .required = true,
     .fix = true},
    {.name = "ConnectionType",
     .form = CG_KEY_CHOICE,
     .at = CG_KEY_NOWHERE,
     .choices = "acceptor|initiator",
     .required = true,
     .fix = true},
    FIX_NUMBER("SocketAcceptPort", 0, 65535),
    FIX_FORM("SocketAcceptAddress", CG_KEY_ADDRESSES),
    FIX_FORM("AllowedAddresses", CG_KEY_ADDRESSES),
    FIX_TEXT("SocketConnectHost"),
    FIX_NUMBER("SocketConnectPort", 1, 65535),
    {.name = "ReconnectInterval",
     .form = CG_KEY_NUMBER,
     .at = CG_KEY_NOWHERE,
     .min = 1,
     .max = 3600,
     .fix = true,
     .fallback = "1"},
    FIX_BOOL("SocketNodelay"),
    FIX_BOOL("SocketReuseAddress"),
    {.name = "HeartBtInt",
     .form = CG_KEY_NUMBER,
     .at = CG_KEY_NOWHERE,
     .min = 1,
     .max = 3600,
     .fix = true,
     .fallback = "30"},
    FIX_NUMBER("HeartBtMin", 1, 3600),
    FIX_NUMBER("HeartBtMax", 1, 3600),
    FIX_NUMBER("LogonTimeout", 1, 3600),
    FIX_NUMBER("LogoutTimeout", 1, 3600),
    {.name = "DefaultApplVerID",
     .form = CG_KEY_CHOICE,
     .at = CG_KEY_NOWHERE,
     .choices = "9|FIX.5.0SP2",
     .fix = true},
    FIX_FORM("StartTime", CG_KEY_CLOCK),
    FIX_FORM("EndTime", CG_KEY_CLOCK),
    FIX_FORM("StartDay", CG_KEY_DAY),
    FIX_FORM("EndDay", CG_KEY_DAY),
    FIX_FORM("LogonTime", CG_KEY_CLOCK),
    FIX_FORM("LogoutTime", CG_KEY_CLOCK),
    FIX_FORM("LogonDay", CG_KEY_DAY),
    FIX_FORM("LogoutDay", CG_KEY_DAY),
    FIX_BOOL("NonStopSession"),
    FIX_BOOL("UseLocalTime"),
    FIX_BOOL("ResetOnLogon"),
    FIX_BOOL("ResetOnLogout"),
    FIX_BOOL("ResetOnDisconnect"),
    FIX_BOOL("RefreshOnLogon"),
    FIX_BOOL("SendResetSeqNumFlag"),
    FIX_BOOL("SendRedundantResendRequests"),
    FIX_BOOL("CheckCompID"),
    FIX_BOOL("CheckLatency"),
    FIX_NUMBER("MaxLatency", 1, 86400),
    FIX_BOOL("MillisecondsInTimeStamp"),
    FIX_NUMBER("TimestampPrecision", 0, 9),
    FIX_BOOL("UseDataDictionary"),
    FIX_FORM("DataDictionary", CG_KEY_PATH),
    FIX_FORM("TransportDataDictionary", CG_KEY_PATH),
    FIX_FORM("AppDataDictionary", CG_KEY_PATH),
    FIX_BOOL("ValidateFieldsOutOfOrder"),
    FIX_BOOL("ValidateFieldsHaveValues"),
    FIX_BOOL("ValidateUserDefinedFields"),
    FIX_BOOL("AllowUnknownMsgFields"),
    FIX_NUMBER("GapQueueMessages", 1, 1000000),
    FIX_NUMBER("GapQueueBytes", 1024, 1073741824),
};

static const struct cg_key account_keys[] = {
    {.name = "Account",
     .form = CG_KEY_NAME,
     .at = AT_ACCOUNT(name),
     .max = CG_NAME_MAX,
     .required = true},
    {.name = "ClearingFirm",
     .form = CG_KEY_NAME,
     .at = AT_ACCOUNT(firm),
     .max = CG_NAME_MAX},
    {.name = "CCPs", .form = CG_KEY_NAMES, .at = CG_KEY_NOWHERE},
    {.name = "SelfClearing", .form = CG_KEY_BOOL, .at = CG_KEY_NOWHERE},
    {.name = "Hub",
     .form = CG_KEY_NAME,
     .at = CG_KEY_NOWHERE,
     .max = CG_NAME_MAX},
    {.name = "Warnings", .form = CG_KEY_LEVELS, .at = AT_ACCOUNT(warnings)},
    {.name = "Contact",
     .form = CG_KEY_NAME,
     .at = AT_ACCOUNT(contact),
     .max = 2 * CG_NAME_MAX},
};

static const struct cg_key limit_keys[] = {
    {.name = "RiskLimitID",
     .form = CG_KEY_NAME,
     .at = AT_LIMIT(id),
     .max = CG_NAME_MAX,
     .required = true},
    {.name = "Kind",
     .form = CG_KEY_CHOICE,
     .at = AT_LIMIT(kind),
     .choices = "dv01|clip|notional"},
    {.name = "Hub",
     .form = CG_KEY_NAME,
     .at = CG_KEY_NOWHERE,
     .max = CG_NAME_MAX},
    {.name = "Owner",
     .form = CG_KEY_NAME,
     .at = AT_LIMIT(owner_name),
     .max = CG_NAME_MAX},
    {.name = "ClearingFirm",
     .form = CG_KEY_NAME,
     .at = AT_LIMIT(firm),
     .max = CG_NAME_MAX},
    {.name = "Account",
     .form = CG_KEY_NAME,
     .at = AT_LIMIT(account),
     .max = CG_NAME_MAX},
    {.name = "CCP",
     .form = CG_KEY_NAME,
     .at = AT_LIMIT(ccp),
     .max = CG_NAME_MAX},
    {.name = "Instrument",
     .form = CG_KEY_NAME,
     .at = AT_LIMIT(instrument),
     .max = CG_NAME_MAX},
    {.name = "Product",
     .form = CG_KEY_NAME,
     .at = AT_LIMIT(product),
     .max = CG_NAME_MAX},
    {.name = "SecurityType",
     .form = CG_KEY_NAME,
     .at = AT_LIMIT(type),
     .max = CG_NAME_MAX},
    {.name = "Tenor",
     .form = CG_KEY_NAME,
     .at = AT_LIMIT(tenor),
     .max = CG_NAME_MAX},
    {.name = "InstrumentCurrency",
     .form = CG_KEY_CURRENCY,
     .at = AT_LIMIT(instrument_currency)},
    {.name = "Currency",
     .form = CG_KEY_CURRENCY,
     .at = AT_LIMIT(currency),
     .required = true},
    {.name = "Amount", .at = CG_KEY_NOWHERE},
    {.name = "Measure",
     .form = CG_KEY_CHOICE,
     .at = AT_LIMIT(measure),
     .choices = "gross|net",
     .only = DV01},
    {.name = "Model",
     .form = CG_KEY_CHOICE,
     .at = AT_LIMIT(model),
     .choices = "ping|push|ping-with-push",
     .only = DV01},
    {.name = "Pull",
     .form = CG_KEY_CHOICE,
     .at = AT_LIMIT(pull),
     .choices = "fit|all|none",
     .only = DV01},
    {.name = "AllowReducing",
     .form = CG_KEY_BOOL,
     .at = AT_LIMIT(allow_reducing),
     .only = DV01},
    {.name = "Queue",
     .form = CG_KEY_BOOL,
     .at = AT_LIMIT(queues),
     .only = DV01},
    {.name = "Warnings",
     .form = CG_KEY_LEVELS,
     .at = CG_KEY_NOWHERE,
     .only = DV01},
    {.name = "FallbackMaxAgeMs",
     .form = CG_KEY_MS,
     .at = AT_LIMIT(fallback_max_age_ns),
     .min = 1,
     .max = (int64_t)7 * DAY_MS,
     .only = DV01},
    {.name = "ResetTime",
     .form = CG_KEY_RESET,
     .at = AT_LIMIT(reset_time_ns),
     .only = DV01},
};

static const struct cg_key rates_keys[] = {
    {.name = "ParRates", .at = CG_KEY_NOWHERE},
    {.name = "Set",
     .form = CG_KEY_NAME,
     .at = AT_RATES(set),
     .max = CG_NAME_MAX},
    {.name = "Conventions", .at = CG_KEY_NOWHERE},
    {.name = "Holidays", .at = CG_KEY_NOWHERE},
    {.name = "MaxAgeMs",
     .form = CG_KEY_AGE,
     .at = AT_RATES(max_age_ns),
     .min = 1000,
     .max = (int64_t)366 * DAY_MS},
    {.name = "PollMs",
     .form = CG_KEY_MS,
     .at = AT_RATES(poll_ns),
     .min = 10,
     .max = HOUR_MS},
    {.name = "MaxMoveBp",
     .form = CG_KEY_NUMBER,
     .at = AT_RATES(max_move_bp),
     .min = 1,
     .max = 10000},
    {.name = "WhenStale",
     .form = CG_KEY_CHOICE,
     .at = CG_KEY_NOWHERE,
     .choices = "refuse|alarm"},
    {.name = "TenorBuckets", .at = CG_KEY_NOWHERE},
};

static const struct cg_key fx_keys[] = {
    {.name = "From",
     .form = CG_KEY_CURRENCY,
     .at = AT_FX(from),
     .required = true},
    {.name = "To", .form = CG_KEY_CURRENCY, .at = AT_FX(to), .required = true},
    {.name = "Rate", .form = CG_KEY_RATE, .at = AT_FX(rate), .required = true},
};

const struct cg_key_table cg_gate_keys = {"GATE", gate_keys, COUNT(gate_keys),
                                          NULL};
const struct cg_key_table cg_session_keys = {"SESSION", session_keys,
                                             COUNT(session_keys), "Role"};
const struct cg_key_table cg_account_keys = {"ACCOUNT", account_keys,
                                             COUNT(account_keys), NULL};
const struct cg_key_table cg_limit_keys = {"LIMIT", limit_keys,
                                           COUNT(limit_keys), "Kind"};
const struct cg_key_table cg_rates_keys = {"RATES", rates_keys,
                                           COUNT(rates_keys), NULL};
const struct cg_key_table cg_fx_keys = {"FX", fx_keys, COUNT(fx_keys), NULL};

/* --- the lines of a section ---------------------------------------------- */

/* Keys of QuickFIX that would promise something this gate does not do. */
static const char *foreign_remedy(const char *key)
{
    static const struct {
        const char *start;
        const char *remedy;
    } foreign[] = {
        {"Certifica", "TLS is not spoken here: put a TLS proxy in front"},
        {"ClientCertificate",
         "TLS is not spoken here: put a TLS proxy in front"},
        {"FileLog", "remove it: messages are kept in the journal"},
        {"FileStore", "remove it: messages are kept in the journal"},
        {"HttpAcceptPort", "remove it: there is no web page"},
        {"MySQL", "remove it: messages are kept in the journal"},
        {"Odbc", "remove it: messages are kept in the journal"},
        {"PersistMessages", "remove it: messages are always kept"},
        {"PostgreSQL", "remove it: messages are kept in the journal"},
        {"PreserveMessageFieldsOrder",
         "remove it: bodies always pass as they came"},
        {"SSL", "TLS is not spoken here: put a TLS proxy in front"},
        {"ScreenLog", "remove it: messages are kept in the journal"},
        {"ServerCertificate",
         "TLS is not spoken here: put a TLS proxy in front"},
        {"SessionQualifier", "tell sessions apart by their CompIDs"},
        {"SocketConnectSource", "remove it: the system picks the address"},
        {"SocketReceiveBufferSize", "remove it: the system's size is used"},
        {"SocketSendBufferSize", "remove it: the system's size is used"},
        {"ValidateLengthAndChecksum", "remove it: both are always checked"},
    };

    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        if (strncmp(key, foreign[i].start, strlen(foreign[i].start)) == 0) {
            return foreign[i].remedy;
        }
    }
    return NULL;
}

const char *cg_keys_nearest(const struct cg_key_table *table, const char *word)
{
    const char *nearest = NULL;

    for (size_t i = 0; i < table->count; i++) {
        const char *name = table->keys[i].name;

        if (cg_text_is_near(word, name) &&
            (nearest == NULL ||
             cg_text_distance(word, name) < cg_text_distance(word, nearest))) {
            nearest = name;
        }
    }
    return nearest;
}

static void unknown_key(const struct cg_key_context *context,
                        const struct cg_key_table *table,
                        const struct cg_config_section *section,
                        const struct cg_config_entry *entry)
{
    const char *foreign = table == &cg_session_keys ? foreign_remedy(entry->key)
                                                    : NULL;
    const char *nearest = cg_keys_nearest(table, entry->key);
    char remedy[160];

    if (foreign != NULL) {
        cg_mistakes_add(context->mistakes, context->file, entry->line, foreign,
                        "%.60s= has no effect here", entry->key);
        return;
    }
    if (nearest != NULL) {
        (void)snprintf(remedy, sizeof(remedy), "did you mean %s= ?", nearest);
    } else {
        (void)snprintf(remedy, sizeof(remedy),
                       "see the keys of [%s] in docs/configuration.md",
                       section->name);
    }
    cg_mistakes_add(context->mistakes, context->file, entry->line, remedy,
                    "%.60s= is not a key of [%s]", entry->key, section->name);
}

bool cg_key_is_logon_tag(const char *name)
{
    size_t len = strlen("LogonTag");

    return strncmp(name, "LogonTag", len) == 0 &&
           strspn(name + len, "0123456789") == strlen(name + len);
}

static const struct cg_key *key_find(const struct cg_key_table *table,
                                     const char *name)
{
    static const struct cg_key logon_tag = {
        .name = "LogonTag", .at = CG_KEY_NOWHERE, .fix = true};

    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->keys[i].name, name) == 0) {
            return &table->keys[i];
        }
    }
    return table == &cg_session_keys && cg_key_is_logon_tag(name) ? &logon_tag
                                                                  : NULL;
}

void cg_keys_apply(const struct cg_key_context *context,
                   const struct cg_key_table *table,
                   const struct cg_config_section *section,
                   void *object)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct cg_config_entry *entry = &section->entries[i];
        const struct cg_key *key = key_find(table, entry->key);

        if (key == NULL) {
            unknown_key(context, table, section, entry);
        } else {
            cg_value_apply(context, key, entry, object);
        }
    }
}

void cg_keys_require(const struct cg_key_context *context,
                     const struct cg_key_table *table,
                     const struct cg_config_section *section,
                     const struct cg_config_section *defaults)
{
    char remedy[128];

    for (size_t i = 0; i < table->count; i++) {
        const char *name = table->keys[i].name;

        if (table->keys[i].required &&
            cg_config_section_find(section, name) == NULL &&
            cg_config_section_find(defaults, name) == NULL) {
            (void)snprintf(remedy, sizeof(remedy),
                           "add a line %s=..., see docs/configuration.md",
                           name);
            cg_mistakes_add(context->mistakes, context->file, section->line,
                            remedy, "this [%s] has no %s=", section->name,
                            name);
        }
    }
}

/* The words of the choices in |only|: "client", "venue or hub". */
static void choices_text(const struct cg_key_table *table,
                         unsigned only,
                         char *text,
                         size_t len)
{
    const struct cg_key *decider = key_find(table, table->decider);
    const char *at = decider->choices;

    *text = '\0';
    for (unsigned bit = 0; at != NULL; bit++) {
        size_t size = strcspn(at, "|");
        size_t used = strlen(text);

        if ((only & (1U << bit)) != 0) {
            (void)snprintf(text + used, len - used, "%s%.*s",
                           used > 0 ? " or " : "", (int)size, at);
        }
        at = at[size] == '|' ? at + size + 1 : NULL;
    }
}

void cg_keys_restrict(const struct cg_key_context *context,
                      const struct cg_key_table *table,
                      const struct cg_config_section *section,
                      unsigned choice)
{
    char words[64];
    char remedy[128];

    for (size_t i = 0; i < section->count; i++) {
        const struct cg_config_entry *entry = &section->entries[i];
        const struct cg_key *key = key_find(table, entry->key);

        if (key != NULL && key->only != 0 &&
            (key->only & (1U << choice)) == 0) {
            choices_text(table, key->only, words, sizeof(words));
            (void)snprintf(remedy, sizeof(remedy),
                           "remove it; it belongs to %s=%s", table->decider,
                           words);
            cg_mistakes_add(context->mistakes, context->file, entry->line,
                            remedy, "%s= means nothing in this [%s]",
                            entry->key, section->name);
        }
    }
}
