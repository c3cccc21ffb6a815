/*
 * What a gate's facts came to: counts, limits, times, and what leaked.
 *
 * Reads the gate's books, and changes nothing of them.  Rules: R12, R21, R23,
 * R28.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tally_internal.h"

void cg_tally_counts(const struct cg_tally *tally,
                     struct cg_tally_counts *counts)
{
    *counts = tally->counts;
    for (uint32_t i = 0; tally->state != NULL && i < tally->state->token_top;
         i++) {
        enum cg_token_state state = tally->state->tokens[i].state;
        counts->tokens.open += state != CG_TOKEN_FREE &&
                               state != CG_TOKEN_CLOSED;
    }
}

bool cg_tally_reason(unsigned reason, char *text)
{
    const char *slug = cg_reason_slug((enum cg_reason)reason);
    bool known = slug[0] != '\0';
    snprintf(text, 64, "CG%u%s%s", reason, known ? " " : "", slug);
    return known;
}

static void copy_ledger(const struct cg_ledger *from, cg_dv01 *to)
{
    to[CG_AUDIT_GRANTED] = from->granted;
    to[CG_AUDIT_OVERRUN] = from->overrun;
    to[CG_AUDIT_RESERVED] = from->reserved;
    to[CG_AUDIT_CONSUMED] = from->consumed;
    to[CG_AUDIT_RELEASED] = from->released;
    to[CG_AUDIT_EXPIRED] = from->expired;
    to[CG_AUDIT_INVALIDATED] = from->invalidated;
    to[CG_AUDIT_HANDED_BACK] = from->handed_back;
}

bool cg_tally_limit(const struct cg_tally *tally,
                    size_t index,
                    struct cg_tally_limit *limit)
{
    *limit = (struct cg_tally_limit){.peaked = false};
    if (tally->state == NULL ||
        !cg_gate_limit(tally->gate, index, &limit->now)) {
        return false;
    }
    const struct cg_tally_peak *peak = &tally->peaks[index];
    limit->peaked = peak->some;
    limit->peak = peak->use;
    limit->amount = peak->amount;
    limit->has_amount = peak->has_amount;
    limit->peak_at = peak->at;
    for (int side = 0; side < 2; side++) {
        copy_ledger(&tally->state->limits[index].ledger[side],
                    limit->ledger[side]);
    }
    return true;
}

cg_dv01
cg_tally_available(const struct cg_tally *tally, size_t index, char side)
{
    return tally->state != NULL && index < tally->state->limit_count
               ? cg_limit_available(&tally->state->limits[index], side)
               : 0;
}

const struct cg_tally_firm *cg_tally_times(const struct cg_tally *tally,
                                           size_t index)
{
    for (size_t i = 0; i <= CG_TALLY_FIRMS; i++) {
        if (tally->firms[i] != NULL && index-- == 0) {
            return tally->firms[i];
        }
    }
    return NULL;
}

/* Of an order that is over nothing is reserved or open, and of what is on its
 * way back its hub has been told, or will be (R21, R28). */
static bool is_leaked(const struct cg_state *state,
                      const struct cg_token *token)
{
    if (token->state == CG_TOKEN_FREE) {
        return false;
    }
    bool over = state->orders[token->order].state == CG_ORDER_CLOSED ||
                token->state == CG_TOKEN_CLOSED;
    return (over &&
            (token->ledger.reserved != 0 || cg_token_open(token) != 0)) ||
           (token->state == CG_TOKEN_RETURNING && token->asks == CG_NONE);
}

size_t
cg_tally_leaked(const struct cg_tally *tally, char *text, size_t text_len)
{
    size_t count = 0;
    const struct cg_state *state = tally->state;
    for (uint32_t i = 0; state != NULL && i < state->token_top; i++) {
        const struct cg_token *token = &state->tokens[i];
        if (is_leaked(state, token) && count++ == 0) {
            char id[CG_NAME_MAX + 1];
            cg_token_id(tally->gate->name, token->number, id);
            snprintf(text, text_len, "token %s under limit %.*s", id,
                     (int)state->limits[token->limit].id.len,
                     state->limits[token->limit].id.text);
        }
    }
    return count;
}
