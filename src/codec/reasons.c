/*
 * Reasons in the words of each FIX version, and in words for people.
 *
 * The table is fixspec/reasons.csv.  Rules: R50, R51.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codec.h"

#include "age.h"
#include "check.h"
#include "decimal.h"
#include <stdarg.h>
#include <stdio.h>

static const struct {
    enum cg_reason reason;
    const char *slug;
    int reject[5]; /* 103: 4.2, 4.4, 5.0 SP2; plain 5.0 SP2; a party in 5.0 SP2
                    */
    int cancel[3]; /* 102: 4.2, 4.4, 5.0 SP2 */
    const char *advice;
} reasons[] = {
#define X(code, slug, r42, r44, r50, rplain, rparty, c42, c44, c50, advice)    \
    {CG_##slug,                                                                \
     #slug,                                                                    \
     {r42, r44, r50, rplain, rparty},                                          \
     {c42, c44, c50},                                                          \
     advice},
#include "reason_list.inc"
#undef X
};

static size_t find(enum cg_reason reason)
{
    size_t i = 0;
    while (i + 1 < CG_COUNT(reasons) && reasons[i].reason != reason) {
        i++;
    }
    return i;
}

int cg_reason_103(const struct cg_refusal *refusal,
                  const struct cg_profile *profile)
{
    const int *reject = reasons[find(refusal->reason)].reject;
    if (profile->version != CG_FIX50SP2) {
        return reject[profile->version];
    }
    if (refusal->party) {
        return reject[4];
    }
    return reject[profile->plain_sp2 ? 3 : CG_FIX50SP2];
}

int cg_reason_102(enum cg_reason reason, const struct cg_profile *profile)
{
    return reasons[find(reason)].cancel[profile->version];
}

const char *cg_reason_slug(enum cg_reason reason)
{
    size_t i = find(reason);
    return reasons[i].reason == reason ? reasons[i].slug : "";
}

void cg_token_id(const char *gate_name, cg_seq number, char *id)
{
    /* By hand: it is in every order that goes on and in every report. */
    size_t len = strnlen(gate_name, CG_GATE_NAME_SHOWN);
    char digits[20];
    size_t count = 0;
    memcpy(id, gate_name, len);
    id[len++] = '-';
    id[len++] = 'T';
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) {
        id[len++] = digits[--count];
    }
    id[len] = '\0';
}

/* --- text --------------------------------------------------------------- */

struct text {
    char *data;
    size_t len;
};

/* What is legal in Text(58): ASCII without SOH or '='. */
static char text_char(char c)
{
    return c >= ' ' && c <= '~' && c != '=' ? c : '?';
}

/* Appends what is legal and fits. */
static void text_add(struct text *text, struct cg_slice words)
{
    for (size_t i = 0; i < words.len && text->len < CG_TEXT_MAX; i++) {
        text->data[text->len++] = text_char(words.data[i]);
    }
    text->data[text->len] = '\0';
}

void cg_text_clean(char *text)
{
    size_t len = strnlen(text, CG_TEXT_MAX);
    for (size_t i = 0; i < len; i++) {
        text[i] = text_char(text[i]);
    }
    text[len] = '\0';
}

__attribute__((format(printf, 2, 3))) static void
text_format(struct text *text, const char *format, ...)
{
    char words[CG_TEXT_MAX + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    text_add(text, cg_slice_str(words));
}

static void
text_amount(struct text *text, const char *key, cg_dv01 amount, bool whole)
{
    char number[32];
    if (whole) {
        snprintf(number, sizeof(number), "%lld", (long long)amount);
    } else {
        cg_dv01_format(amount, number);
    }
    text_format(text, " %s:%s", key, number);
}

/* R7: how old the par rates are, and how old they may be. */
static void text_age(struct text *text, const struct cg_engine *engine)
{
    char age[CG_AGE_TEXT_MAX];
    char max[CG_AGE_TEXT_MAX];
    cg_age_text(engine->now - engine->state.rates.made_at, age);
    cg_age_text(engine->config.rates_max_age_ns, max);
    text_format(text, " age:%s max:%s", age, max);
}

bool cg_profile_may_see(const struct cg_context *context,
                        const struct cg_limit *limit,
                        const struct cg_profile *profile)
{
    /* The amount of a limit on one order is nobody's use. */
    return profile->show_amounts && (limit->kind != CG_LIMIT_DV01 ||
                                     cg_profile_owns(context, limit, profile));
}

bool cg_profile_owns(const struct cg_context *context,
                     const struct cg_limit *limit,
                     const struct cg_profile *profile)
{
    const struct cg_state *state = &context->engine->state;
    if (limit->account != CG_NONE || profile->session == CG_SESSION_NONE) {
        return true;
    }
    for (uint32_t i = 0; i < state->account_count; i++) {
        const struct cg_account *account = &state->accounts[i];
        bool of_firm = cg_slice_equal(cg_id_slice(&account->firm),
                                      cg_id_slice(&limit->firm));
        if (of_firm && (account->sessions >> profile->session & 1) == 0) {
            return false;
        }
    }
    return true;
}

/* Whom to call: the limit's owner, else the account's clearing firm.  A limit
 * of the gate's own that is configured no more has lost its owner's name. */
static struct cg_slice owner_name(const struct cg_context *context,
                                  const struct cg_limit *limit,
                                  const struct cg_account *account)
{
    if (limit != NULL) {
        return limit->owner_name.len > 0 ? cg_id_slice(&limit->owner_name)
                                         : cg_slice_str(context->gate_name);
    }
    return account != NULL ? cg_id_slice(&account->firm)
                           : CG_SLICE("the credit provider");
}

/* Fills {owner} and {contact} in. */
static void text_advice(struct text *text,
                        const char *advice,
                        struct cg_slice owner,
                        struct cg_slice contact)
{
    while (*advice != '\0') {
        if (strncmp(advice, "{owner}", 7) == 0) {
            text_add(text, owner);
            advice += 7;
        } else if (strncmp(advice, "{contact}", 9) == 0) {
            text_add(text, contact);
            advice += 9;
        } else {
            text_add(text, (struct cg_slice){advice, 1});
            advice++;
        }
    }
}

void cg_reason_advice(enum cg_reason reason,
                      struct cg_slice owner,
                      struct cg_slice contact,
                      char *out)
{
    struct text text = {out, 0};
    out[0] = '\0';
    text_advice(&text, reasons[find(reason)].advice, owner, contact);
}

void cg_reason_text(const struct cg_context *context,
                    const struct cg_refusal *refusal,
                    uint32_t account,
                    const struct cg_profile *profile,
                    char *out)
{
    const struct cg_state *state = &context->engine->state;
    size_t i = find(refusal->reason);
    const struct cg_limit *limit = refusal->limit != CG_NONE
                                       ? &state->limits[refusal->limit]
                                       : NULL;
    const struct cg_account *whose = account != CG_NONE
                                         ? &state->accounts[account]
                                         : NULL;
    struct cg_slice owner = owner_name(context, limit, whose);
    struct cg_slice contact = whose != NULL && whose->contact[0] != '\0'
                                  ? cg_slice_str(whose->contact)
                                  : CG_SLICE("the credit desk");
    struct text text = {out, 0};
    text_format(&text, "CG%d %s", (int)reasons[i].reason, reasons[i].slug);
    if (refusal->has_amounts && profile->show_amounts) {
        bool whole = refusal->reason == CG_MAX_NOTIONAL;
        text_amount(&text, "req", refusal->required, whole);
        if (CG_NEVER(limit == NULL, "amounts are those of a limit") ||
            cg_profile_may_see(context, limit, profile)) {
            text_amount(&text, "avl", refusal->available, whole);
        }
    }
    if (limit != NULL) {
        text_format(&text, " ccy:%.3s lim:%.*s own:%.*s", limit->currency,
                    (int)limit->id.len, limit->id.text, (int)owner.len,
                    owner.data);
    }
    if (refusal->tag != 0) {
        text_format(&text, " tag:%u", refusal->tag);
    }
    if (refusal->reason == CG_RATES_STALE) {
        text_age(&text, context->engine);
    }
    text_format(&text, " - ");
    if (refusal->detail != NULL) {
        text_format(&text, "%s: ", refusal->detail);
    }
    text_advice(&text, reasons[i].advice, owner, contact);
}
