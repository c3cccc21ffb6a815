/*
 * What a client is told of its limits: CM.
 *
 * Figures go out only where the client may see them.  Rules: R51, R56.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codec.h"

#include "check.h"
#include "decimal.h"
#include "scope.h"
#include <stdio.h>

static void
put_party(struct cg_fix_writer *out, struct cg_slice id, int64_t role)
{
    cg_fix_put(out, 1691, id);
    cg_fix_put_char(out, 1692, 'D');
    cg_fix_put_int(out, 1693, role);
}

/* 1672 of the account's stops and the limit's state. */
static int status_of(const struct cg_limit *limit)
{
    switch (limit->state) {
    case CG_LIMIT_SUSPENDED:
        return 1;
    case CG_LIMIT_HALTED:
        return 2;
    case CG_LIMIT_ENABLED:
    case CG_LIMIT_REMOVED:
    case CG_LIMIT_UNENFORCED:
    case CG_LIMIT_STATES:
        break;
    }
    return 0;
}

static void put_parties(const struct cg_state *state,
                        const struct cg_limit *limit,
                        struct cg_fix_writer *out)
{
    bool of_account = limit->account != CG_NONE;
    bool of_ccp = limit->ccp != CG_CCP_NONE;
    cg_fix_put_int(out, 1671, 1 + of_account + of_ccp);
    if (of_account) {
        put_party(out, cg_id_slice(&state->accounts[limit->account].name), 24);
        cg_fix_put_int(out, 1672, status_of(limit));
    }
    put_party(out, cg_id_slice(&limit->firm), 4);
    if (!of_account) {
        cg_fix_put_int(out, 1672, status_of(limit));
    }
    if (of_ccp) {
        put_party(out, cg_id_slice(&state->ccps[limit->ccp]), 21);
    }
}

static void put_amount(struct cg_fix_writer *out,
                       uint32_t tag,
                       const struct cg_limit *limit,
                       cg_dv01 amount)
{
    char text[CG_DV01_TEXT_MAX];
    if (limit->kind == CG_LIMIT_NOTIONAL) {
        cg_fix_put_int(out, tag, amount);
        return;
    }
    size_t len = cg_dv01_format(amount, text);
    cg_fix_put(out, tag, (struct cg_slice){text, len});
}

static int type_of(const struct cg_limit *limit)
{
    switch (limit->kind) {
    case CG_LIMIT_CLIP:
        return 10;
    case CG_LIMIT_NOTIONAL:
        return 11;
    case CG_LIMIT_DV01:
        break;
    }
    return limit->measure == CG_MEASURE_NET ? 2 : 12;
}

static void put_type(const struct cg_limit *limit,
                     const struct cg_query_event *query,
                     bool shown,
                     struct cg_fix_writer *out)
{
    bool used = query->utilization && limit->kind == CG_LIMIT_DV01 && shown;
    cg_fix_put_int(out, 1529, 1);
    cg_fix_put_int(out, 1530, type_of(limit));
    if (query->definitions && shown && limit->has_amount) {
        put_amount(out, 1531, limit, limit->amount);
    }
    if (query->definitions && limit->action != 0) {
        cg_fix_put_int(out, 1767, limit->action - 1);
    }
    if (used) {
        put_amount(out, 1766, limit, cg_limit_use(limit));
    }
    cg_fix_put(out, 1532, (struct cg_slice){limit->currency, 3});
    if (!query->definitions || limit->warnings == 0) {
        return;
    }
    cg_fix_put_int(out, 1559, limit->warnings);
    for (uint32_t i = 0; i < limit->warnings; i++) {
        uint8_t action = limit->warning_action[i];
        cg_fix_put_int(out, 1769, action != 0 ? action : 4);
        cg_fix_put_int(out, 1560, limit->warning_percent[i]);
    }
}

static const uint32_t term_tags[CG_TERMS] = {
    [CG_TERM_SYMBOL] = 1536,  [CG_TERM_SECURITY_ID] = 1538,
    [CG_TERM_PRODUCT] = 1544, [CG_TERM_TENOR] = 1545,
    [CG_TERM_TYPE] = 1547,
};

static void put_terms(const struct cg_id terms[CG_TERMS],
                      struct cg_fix_writer *out)
{
    static const enum cg_term order[] = {CG_TERM_SYMBOL, CG_TERM_SECURITY_ID,
                                         CG_TERM_PRODUCT, CG_TERM_TENOR,
                                         CG_TERM_TYPE};
    for (size_t i = 0; i < CG_COUNT(order); i++) {
        cg_fix_put(out, term_tags[order[i]], cg_id_slice(&terms[order[i]]));
    }
}

/* 1558, as plain as it can be written. */
static void put_multiplier(int64_t multiplier, struct cg_fix_writer *out)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%lld.%08lld",
                       (long long)(multiplier / CG_MULTIPLIER_ONE),
                       (long long)(multiplier % CG_MULTIPLIER_ONE));
    while (text[len - 1] == '0') {
        len--;
    }
    len -= text[len - 1] == '.';
    cg_fix_put(out, 1558, (struct cg_slice){text, (size_t)len});
}

/* What the configuration cuts the limit to is one more entry to include, where
 * the owner has none. */
static void put_scopes(const struct cg_state *state,
                       const struct cg_limit *limit,
                       struct cg_fix_writer *out)
{
    uint32_t count = cg_query_scopes(state, limit);
    struct cg_id cut[CG_TERMS] = {0};
    bool cut_shown = limit->scopes == CG_NONE &&
                     (limit->has_cut || limit->instrument != CG_NONE);
    if (count == 0 && !cut_shown) {
        return;
    }
    cg_fix_put_int(out, 1534, cut_shown ? 1 : count);
    if (cut_shown) {
        memcpy(cut, limit->cut, sizeof(cut));
        if (limit->instrument != CG_NONE) {
            cut[CG_TERM_SYMBOL] = state->instruments[limit->instrument].symbol;
        }
        cg_fix_put_int(out, 1535, 1);
        put_terms(cut, out);
        return;
    }
    for (uint32_t i = limit->scopes; i != CG_NONE; i = state->scopes[i].next) {
        const struct cg_scope *scope = &state->scopes[i];
        cg_fix_put_int(out, 1535, scope->exclude ? 2 : 1);
        put_terms(scope->terms, out);
        if (scope->multiplier != CG_MULTIPLIER_ONE) {
            put_multiplier(scope->multiplier, out);
        }
    }
}

static void put_limit(const struct cg_context *context,
                      const struct cg_query_event *query,
                      const struct cg_profile *profile,
                      const struct cg_limit *limit,
                      struct cg_fix_writer *out)
{
    const struct cg_state *state = &context->engine->state;
    put_parties(state, limit, out);
    cg_fix_put_int(out, 1669, 1);
    put_type(limit, query, cg_profile_may_see(context, limit, profile), out);
    put_scopes(state, limit, out);
    cg_fix_put(out, 1670, cg_id_slice(&limit->id));
    cg_fix_put_int(out, 2339, cg_limit_model(limit) == CG_MODEL_PUSH ? 3 : 2);
    cg_fix_put_int(out, 2355, limit->state == CG_LIMIT_ENABLED ? 1 : 0);
}

static const char *why(uint32_t result)
{
    switch (result) {
    case 0:
        return NULL;
    case 2:
        return "no limit is as asked for";
    case 3:
        return "a party that is not yours, or not known here";
    case 5:
        return "ask without subscription (263=0), platform, instrument scope, "
               "and by parties of role 24, 4 or 21";
    default:
        return "too many limits for one answer: ask by account";
    }
}

void cg_encode_limits_report(const struct cg_context *context,
                             const struct cg_effect *effect,
                             const struct cg_profile *profile,
                             struct cg_fix_writer *out)
{
    const struct cg_state *state = &context->engine->state;
    struct cg_query_event query;
    struct cg_slice value = {NULL, 0};
    char id[CG_NAME_MAX + 1];
    cg_decode_query(context->message, &query);
    snprintf(id, sizeof(id), "%.40s-R%llu", context->gate_name,
             (unsigned long long)state->fact_no);
    cg_fix_put_str(out, 1667, id);
    (void)cg_fix_find(context->message, 1666, &value);
    cg_fix_put(out, 1666, value);
    cg_fix_put_int(out, 1760, query.definitions + 2 * query.utilization);
    cg_fix_put_int(out, 1511, effect->reject);
    if (effect->target > 0) {
        cg_fix_put_int(out, 1512, effect->target);
        cg_fix_put_bool(out, 893, effect->whole);
        cg_fix_put_int(out, 1677, effect->value);
    }
    const char *text = why(effect->reject);
    uint32_t left = effect->value;
    for (uint32_t i = effect->limit; left > 0; i++) {
        CG_ASSERT(i < state->limit_count);
        if (cg_query_selects(state, effect->session, &query, i)) {
            const struct cg_limit *limit = &state->limits[i];
            put_limit(context, &query, profile, limit, out);
            left--;
            if (limit->scopes != CG_NONE &&
                cg_query_scopes(state, limit) == 0) {
                text = "a scope of more than 24 entries is left out";
            }
        }
    }
    cg_fix_put_time(out, 60, context->engine->now);
    cg_fix_put_str(out, 58, text);
}
