/*
 * What a configuration has otherwise than the one before, in the words of the
 * files.  Must never pass over a difference: whoever reads the lines trusts
 * that the rest is as it was.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_compare.h>

#include <config_words.h>
#include <convention.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TAKEN CG_CHANGE_TAKEN

/* "limit ", a name, ": ". */
#define WHAT_MAX (2 * CG_NAME_MAX + 32)

void cg_change_tell(struct cg_changes *changes,
                    enum cg_change change,
                    int line,
                    const char *format,
                    ...)
{
    char text[CG_CHANGE_TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    changes->counts[change]++;
    changes->tell(changes->user, change, line, text);
}

void cg_change_value(struct cg_changes *changes,
                     enum cg_change change,
                     int line,
                     const char *what,
                     const char *key,
                     const char *before,
                     const char *now)
{
    if (strcmp(before, now) != 0) {
        cg_change_tell(changes, change, line, "%s%s %s -> %s%s", what, key,
                       before, now,
                       change == CG_CHANGE_KEPT ? ": needs a restart" : "");
    }
}

/* --- keys ----------------------------------------------------------------- */

/* Those that a table says all about. */
static void compare_keys(struct cg_changes *changes,
                         const struct cg_key_table *table,
                         int line,
                         const char *what,
                         const void *before,
                         const void *now)
{
    char was[CG_CONFIG_WORDS_MAX];
    char is[CG_CONFIG_WORDS_MAX];

    for (size_t i = 0; i < table->count; i++) {
        const struct cg_key *key = &table->keys[i];

        if (key->at != CG_KEY_NOWHERE && !key->fix && !key->restart) {
            cg_config_key_words(key, before, was);
            cg_config_key_words(key, now, is);
            cg_change_value(changes, TAKEN, line, what, key->name, was, is);
        }
    }
}

static const char *session_name(const struct cg_config *config,
                                cg_session session)
{
    return session < config->session_count ? config->sessions[session].name
                                           : "none";
}

/* --- things with names ---------------------------------------------------- */

/* One of |count| things of |size| bytes that is |named|, from |*next| on and
 * round again: most files keep the order of what they had.  NULL: none. */
static const void *find(const void *things,
                        size_t count,
                        size_t size,
                        bool (*named)(const void *thing, const void *like),
                        const void *like,
                        size_t *next)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = (*next + i) % count;
        const void *thing = (const char *)things + at * size;

        if (named(thing, like)) {
            *next = at + 1;
            return thing;
        }
    }
    return NULL;
}

#define FIND(config, things, named, like, next)                                \
    find((config)->things##s, (config)->things##_count,                        \
         sizeof(*(config)->things##s), named, like, next)

/* --- sessions --------------------------------------------------------------
 */

static void compare_sessions(struct cg_changes *changes,
                             const struct cg_config *before,
                             const struct cg_config *config)
{
    char what[WHAT_MAX];

    for (size_t i = 0; i < config->session_count; i++) {
        const struct cg_config_session *from = &before->sessions[i];
        const struct cg_config_session *to = &config->sessions[i];

        (void)snprintf(what, sizeof(what), "session %s: ", to->name);
        compare_keys(changes, &cg_session_keys, to->line, what, from, to);
        cg_change_value(changes, TAKEN, to->line, what, "Superior",
                        session_name(before, from->superior),
                        session_name(config, to->superior));
    }
}

/* --- accounts --------------------------------------------------------------
 */

static bool is_account(const void *thing, const void *like)
{
    return strcmp(((const struct cg_config_account *)thing)->name,
                  ((const struct cg_config_account *)like)->name) == 0;
}

static void
ccps_words(const struct cg_config_account *account, char *text, size_t max)
{
    size_t len = 0;

    (void)snprintf(text, max, "any");
    for (uint32_t i = 0; i < account->ccp_count; i++) {
        len += (size_t)snprintf(text + len, max - len, "%s%s", i > 0 ? "," : "",
                                account->ccps[i]);
    }
}

/* Who may trade for an account stands with the sessions. */
static void compare_traders(struct cg_changes *changes,
                            const struct cg_config *config,
                            const struct cg_config_account *account,
                            uint64_t before,
                            uint64_t now)
{
    for (size_t i = 0; i < config->session_count; i++) {
        bool was = (before >> i & 1) != 0;
        bool is = (now >> i & 1) != 0;

        if (was != is) {
            cg_change_tell(changes, TAKEN, config->sessions[i].line,
                           "session %s: Accounts %s %s",
                           config->sessions[i].name, is ? "with" : "without",
                           account->name);
        }
    }
}

static void compare_account(struct cg_changes *changes,
                            const struct cg_config *configs[2],
                            const struct cg_config_account *from,
                            const struct cg_config_account *to)
{
    char was[CG_ACCOUNT_CCPS_MAX * (CG_NAME_MAX + 1)];
    char is[CG_ACCOUNT_CCPS_MAX * (CG_NAME_MAX + 1)];
    char what[WHAT_MAX];

    (void)snprintf(what, sizeof(what), "account %s: ", to->name);
    compare_keys(changes, &cg_account_keys, to->line, what, from, to);
    cg_change_value(changes, TAKEN, to->line, what, "Hub",
                    session_name(configs[0], from->hub),
                    session_name(configs[1], to->hub));
    ccps_words(from, was, sizeof(was));
    ccps_words(to, is, sizeof(is));
    cg_change_value(changes, TAKEN, to->line, what, "CCPs", was, is);
}

/* One that was not in the file before. */
static void tell_account(struct cg_changes *changes,
                         const struct cg_config_account *to)
{
    const struct cg_state *state = changes->state;
    uint32_t slot = cg_state_account(state, cg_slice_str(to->name));
    char what[WHAT_MAX];
    char was[CG_NAME_MAX + 1];

    (void)snprintf(what, sizeof(what), "account %s: ", to->name);
    cg_change_tell(changes, TAKEN, to->line, "%s%s", what,
                   slot == CG_NONE ? "new" : "is configured again");
    if (slot != CG_NONE) {
        (void)snprintf(was, sizeof(was), "%.*s",
                       (int)state->accounts[slot].firm.len,
                       state->accounts[slot].firm.text);
        cg_change_value(changes, TAKEN, to->line, what, "ClearingFirm", was,
                        to->firm);
    }
}

static void compare_accounts(struct cg_changes *changes,
                             const struct cg_config *before,
                             const struct cg_config *config)
{
    const struct cg_config *configs[2] = {before, config};
    size_t next = 0;

    for (size_t i = 0; i < config->account_count; i++) {
        const struct cg_config_account *to = &config->accounts[i];
        const struct cg_config_account *from = FIND(before, account, is_account,
                                                    to, &next);

        if (from != NULL) {
            compare_account(changes, configs, from, to);
        } else {
            tell_account(changes, to);
        }
        compare_traders(changes, config, to, from != NULL ? from->sessions : 0,
                        to->sessions);
    }
    next = 0;
    for (size_t i = 0; i < before->account_count; i++) {
        const struct cg_config_account *from = &before->accounts[i];

        if (FIND(config, account, is_account, from, &next) == NULL) {
            cg_change_tell(changes, TAKEN, 0,
                           "account %s: is not configured any more: no session "
                           "may trade for it; what it has open stays",
                           from->name);
        }
    }
}

/* --- limits ----------------------------------------------------------------
 */

const struct cg_config_limit *cg_config_find_limit(
    const struct cg_config *config, const char *id, size_t *next)
{
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        size_t at = (*next + i) % config->credit_limit_count;

        if (strcmp(config->credit_limits[at].id, id) == 0) {
            *next = at + 1;
            return &config->credit_limits[at];
        }
    }
    return NULL;
}

/* A hub's amount stays once there is one, whatever the file says. */
static void compare_amount(struct cg_changes *changes,
                           const struct cg_config_limit *from,
                           const struct cg_config_limit *to)
{
    const struct cg_state *state = changes->state;
    uint32_t slot = cg_state_limit(state, cg_slice_str(to->id));
    bool kept = to->owner != CG_SESSION_NONE && slot != CG_NONE &&
                state->limits[slot].has_amount;
    char was[CG_CONFIG_WORDS_MAX];
    char is[CG_CONFIG_WORDS_MAX];

    cg_config_amount_words(from, was);
    cg_config_amount_words(to, is);
    if (strcmp(was, is) != 0) {
        cg_change_tell(
            changes, TAKEN, to->line, "limit %s: Amount %s -> %s%s", to->id,
            was, is, kept ? ", not in force: its hub's amount goes first" : "");
    }
}

/* One that was not in the file before.  Hubs make limits, too. */
static void tell_limit(struct cg_changes *changes,
                       const struct cg_config_limit *to)
{
    const struct cg_state *state = changes->state;
    uint32_t slot = cg_state_limit(state, cg_slice_str(to->id));
    struct cg_config_limit from = *to;

    if (slot == CG_NONE) {
        cg_change_tell(changes, TAKEN, to->line, "limit %s: new", to->id);
        return;
    }
    cg_change_tell(changes, TAKEN, to->line, "limit %s: %s", to->id,
                   to->owner == CG_SESSION_NONE
                       ? "is configured again"
                       : "is configured: the gate has it already");
    from.has_amount = state->limits[slot].has_amount;
    from.amount = state->limits[slot].amount;
    if (to->has_amount) {
        compare_amount(changes, &from, to);
    }
}

static void compare_limit(struct cg_changes *changes,
                          const struct cg_config_limit *from,
                          const struct cg_config_limit *to)
{
    char was[CG_CONFIG_WORDS_MAX];
    char is[CG_CONFIG_WORDS_MAX];
    char what[WHAT_MAX];

    (void)snprintf(what, sizeof(what), "limit %s: ", to->id);
    compare_amount(changes, from, to);
    cg_config_levels_words(from->warning_percent, from->warnings, was);
    cg_config_levels_words(to->warning_percent, to->warnings, is);
    cg_change_value(changes, TAKEN, to->line, what, "Warnings", was, is);
    compare_keys(changes, &cg_limit_keys, to->line, what, from, to);
}

static void compare_limits(struct cg_changes *changes,
                           const struct cg_config *before,
                           const struct cg_config *config)
{
    size_t next = 0;

    for (size_t i = 0; i < config->credit_limit_count; i++) {
        const struct cg_config_limit *to = &config->credit_limits[i];
        const struct cg_config_limit *from = cg_config_find_limit(
            before, to->id, &next);

        if (from != NULL) {
            compare_limit(changes, from, to);
        } else {
            tell_limit(changes, to);
        }
    }
    next = 0;
    for (size_t i = 0; i < before->credit_limit_count; i++) {
        const struct cg_config_limit *from = &before->credit_limits[i];

        if (cg_config_find_limit(config, from->id, &next) == NULL) {
            cg_change_tell(changes, TAKEN, 0,
                           "limit %s: is not configured any more: it goes on "
                           "with its amount, and without settings of its own",
                           from->id);
        }
    }
}

/* --- instruments -----------------------------------------------------------
 */

static bool is_dated(const struct cg_config_instrument *row)
{
    return row->family && strcmp(row->swap, "dates") == 0;
}

/* A pattern may come twice, by a '*' and by dates. */
static bool is_instrument(const void *thing, const void *like)
{
    const struct cg_config_instrument *one = thing;
    const struct cg_config_instrument *other = like;

    return strcmp(one->symbol, other->symbol) == 0 &&
           is_dated(one) == is_dated(other);
}

static void compare_row(struct cg_changes *changes,
                        const struct cg_config_instrument *from,
                        const struct cg_config_instrument *to)
{
    const struct {
        const char *column;
        const char *was;
        const char *is;
    } columns[] = {
        {"currency", from->currency, to->currency},
        {"convention", from->convention, to->convention},
        {"swap", from->swap, to->swap},
        {"security_id", from->security_id, to->security_id},
        {"product", from->product, to->product},
        {"type", from->type, to->type},
        {"tenor", from->tenor, to->tenor},
    };
    char was[CG_CONFIG_WORDS_MAX];
    char is[CG_CONFIG_WORDS_MAX];
    char what[WHAT_MAX];

    (void)snprintf(what, sizeof(what), "instrument %s: ", to->symbol);
    if (from->dv01_per_million != to->dv01_per_million) {
        cg_config_dv01_words(from->dv01_per_million, was);
        cg_config_dv01_words(to->dv01_per_million, is);
        cg_change_value(changes, TAKEN, 0, what, "dv01_per_million",
                        from->dv01_per_million != 0 ? was : "by a curve",
                        to->dv01_per_million != 0 ? is : "by a curve");
    }
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        cg_change_value(changes, TAKEN, 0, what, columns[i].column,
                        cg_config_or_none(columns[i].was),
                        cg_config_or_none(columns[i].is));
    }
}

/* Which pattern goes first decides what a symbol is. */
static void compare_patterns(struct cg_changes *changes,
                             const struct cg_config *before,
                             const struct cg_config *config)
{
    const struct cg_config_instrument *last = NULL;
    size_t next = 0;

    for (size_t i = 0; i < config->family_count; i++) {
        const struct cg_config_instrument *to =
            &config->instruments[config->families[i]];
        const struct cg_config_instrument *from = FIND(
            before, instrument, is_instrument, to, &next);

        if (from != NULL && last != NULL && from < last) {
            cg_change_tell(changes, TAKEN, 0,
                           "instrument %s: comes behind other patterns than "
                           "before",
                           to->symbol);
        }
        last = from != NULL ? from : last;
    }
}

static void compare_instruments(struct cg_changes *changes,
                                const struct cg_config *before,
                                const struct cg_config *config)
{
    size_t next = 0;

    for (size_t i = 0; i < config->instrument_count; i++) {
        const struct cg_config_instrument *to = &config->instruments[i];
        const struct cg_config_instrument *from = FIND(
            before, instrument, is_instrument, to, &next);

        if (from != NULL) {
            compare_row(changes, from, to);
        } else {
            cg_change_tell(changes, TAKEN, 0, "instrument %s: new", to->symbol);
        }
    }
    next = 0;
    for (size_t i = 0; i < before->instrument_count; i++) {
        const struct cg_config_instrument *from = &before->instruments[i];

        if (FIND(config, instrument, is_instrument, from, &next) == NULL) {
            cg_change_tell(changes, TAKEN, 0,
                           "instrument %s: is not in the table any more",
                           from->symbol);
        }
    }
    compare_patterns(changes, before, config);
}

/* --- currencies ------------------------------------------------------------
 */

static bool is_fx(const void *thing, const void *like)
{
    const struct cg_config_fx *one = thing;
    const struct cg_config_fx *other = like;

    return strcmp(one->from, other->from) == 0 &&
           strcmp(one->to, other->to) == 0;
}

/* Their array has no name in the plural. */
static const struct cg_config_fx *find_fx(const struct cg_config *config,
                                          const struct cg_config_fx *like)
{
    size_t next = 0;
    return find(config->fx, config->fx_count, sizeof(*config->fx), is_fx, like,
                &next);
}

static void compare_currencies(struct cg_changes *changes,
                               const struct cg_config *before,
                               const struct cg_config *config)
{
    char what[WHAT_MAX];

    for (size_t i = 0; i < config->fx_count; i++) {
        const struct cg_config_fx *to = &config->fx[i];
        const struct cg_config_fx *from = find_fx(before, to);

        (void)snprintf(what, sizeof(what), "FX %s to %s: ", to->from, to->to);
        if (from != NULL) {
            compare_keys(changes, &cg_fx_keys, to->line, what, from, to);
        } else {
            cg_change_tell(changes, TAKEN, to->line, "%snew", what);
        }
    }
    for (size_t i = 0; i < before->fx_count; i++) {
        const struct cg_config_fx *from = &before->fx[i];

        if (find_fx(config, from) == NULL) {
            cg_change_tell(changes, TAKEN, 0,
                           "FX %s to %s: is not configured any more",
                           from->from, from->to);
        }
    }
}

/* --- rates -----------------------------------------------------------------
 */

static bool is_convention(const void *thing, const void *like)
{
    return strcmp(((const struct cg_convention *)thing)->name,
                  ((const struct cg_convention *)like)->name) == 0;
}

static bool is_calendar(const void *thing, const void *like)
{
    return strcmp(((const struct cg_calendar *)thing)->name,
                  ((const struct cg_calendar *)like)->name) == 0;
}

static bool same_calendar(const struct cg_calendar *one,
                          const struct cg_calendar *other)
{
    if (one->first != other->first || one->last != other->last) {
        return false;
    }
    for (cg_date date = one->first; date <= one->last; date++) {
        if (cg_calendar_is_open(one, date) !=
            cg_calendar_is_open(other, date)) {
            return false;
        }
    }
    return true;
}

static bool same_convention(const struct cg_conventions *ones,
                            const struct cg_convention *one,
                            const struct cg_conventions *others,
                            const struct cg_convention *other)
{
    return strcmp(one->currency, other->currency) == 0 &&
           strcmp(one->par_curve, other->par_curve) == 0 &&
           strcmp(one->float_index, other->float_index) == 0 &&
           one->type == other->type &&
           is_convention(&ones->items[one->discount],
                         &others->items[other->discount]) &&
           one->fixed.months == other->fixed.months &&
           one->fixed.days == other->fixed.days &&
           one->floating.months == other->floating.months &&
           one->floating.days == other->floating.days &&
           one->fixed_daycount == other->fixed_daycount &&
           one->float_daycount == other->float_daycount &&
           is_calendar(one->calendar, other->calendar) &&
           one->adjustment == other->adjustment &&
           one->month_end == other->month_end &&
           one->spot_lag_days == other->spot_lag_days &&
           one->payment_lag_days == other->payment_lag_days;
}

static void compare_conventions(struct cg_changes *changes,
                                const struct cg_conventions *before,
                                const struct cg_conventions *now)
{
    size_t next = 0;

    for (size_t i = 0; i < now->count; i++) {
        const struct cg_convention *to = &now->items[i];
        const struct cg_convention *from = find(before->items, before->count,
                                                sizeof(*to), is_convention, to,
                                                &next);

        if (from == NULL || !same_convention(before, from, now, to)) {
            cg_change_tell(changes, TAKEN, 0, "convention %s: %s", to->name,
                           from == NULL ? "new" : "is another one");
        }
    }
    next = 0;
    for (size_t i = 0; i < before->count; i++) {
        if (find(now->items, now->count, sizeof(*now->items), is_convention,
                 &before->items[i], &next) == NULL) {
            cg_change_tell(changes, TAKEN, 0,
                           "convention %s: is not there any more",
                           before->items[i].name);
        }
    }
}

static void compare_calendars(struct cg_changes *changes,
                              const struct cg_calendars *before,
                              const struct cg_calendars *now)
{
    size_t next = 0;

    for (size_t i = 0; i < now->count; i++) {
        const struct cg_calendar *to = &now->items[i];
        const struct cg_calendar *from = find(
            before->items, before->count, sizeof(*to), is_calendar, to, &next);

        if (from == NULL || !same_calendar(from, to)) {
            cg_change_tell(changes, TAKEN, 0, "holidays %s: %s", to->name,
                           from == NULL ? "new" : "are others");
        }
    }
    next = 0;
    for (size_t i = 0; i < before->count; i++) {
        if (find(now->items, now->count, sizeof(*now->items), is_calendar,
                 &before->items[i], &next) == NULL) {
            cg_change_tell(changes, TAKEN, 0,
                           "holidays %s: are not there any more",
                           before->items[i].name);
        }
    }
}

static void buckets_words(const struct cg_config_buckets *buckets, char *text)
{
    size_t len = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i <= buckets->count; i++) {
        len += (size_t)snprintf(text + len, CG_CONFIG_WORDS_MAX - len, "%s%s",
                                i > 0 ? "," : "", buckets->labels[i]);
    }
}

static void compare_rates(struct cg_changes *changes,
                          const struct cg_config_rates *before,
                          const struct cg_config_rates *now)
{
    static const char what[] = "[RATES] ";
    char was[CG_CONFIG_WORDS_MAX];
    char is[CG_CONFIG_WORDS_MAX];

    if (!before->given || !now->given) {
        if (before->given != now->given) {
            cg_change_tell(changes, TAKEN, now->line, "[RATES]: %s",
                           now->given ? "new" : "is not there any more");
        }
        return;
    }
    compare_keys(changes, &cg_rates_keys, now->line, what, before, now);
    cg_change_value(changes, TAKEN, now->line, what, "ParRates",
                    before->par_rates, now->par_rates);
    cg_change_value(changes, TAKEN, now->line, what, "WhenStale",
                    before->stale_alarms ? "alarm" : "refuse",
                    now->stale_alarms ? "alarm" : "refuse");
    buckets_words(&before->buckets, was);
    buckets_words(&now->buckets, is);
    cg_change_value(changes, TAKEN, now->line, what, "TenorBuckets", was, is);
    compare_conventions(changes, before->conventions, now->conventions);
    compare_calendars(changes, &before->conventions->calendars,
                      &now->conventions->calendars);
}

/* --- the whole -------------------------------------------------------------
 */

static bool same_zone(const struct cg_zone *one, const struct cg_zone *other)
{
    bool same = one->count == other->count;

    for (size_t i = 0; same && i < one->count; i++) {
        same = one->shifts[i].at == other->shifts[i].at &&
               one->shifts[i].offset == other->shifts[i].offset;
    }
    return same;
}

void cg_config_compare(const struct cg_config *before,
                       const struct cg_config *config,
                       struct cg_changes *changes)
{
    compare_keys(changes, &cg_gate_keys, 0, "", before, config);
    if (strcmp(before->time_zone, config->time_zone) == 0 &&
        !same_zone(&before->zone, &config->zone)) {
        cg_change_tell(changes, TAKEN, 0, "TimeZone %s: its rules are others",
                       config->time_zone);
    }
    compare_sessions(changes, before, config);
    compare_accounts(changes, before, config);
    compare_limits(changes, before, config);
    compare_rates(changes, &before->rates, &config->rates);
    compare_instruments(changes, before, config);
    compare_currencies(changes, before, config);
}
