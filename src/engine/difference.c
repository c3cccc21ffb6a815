/*
 * A difference in words, for the operator's log and the journal's readers.
 *
 * Changes nothing.  Rules: R46, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "difference.h"

#include "check.h"
#include "decimal.h"
#include <stdio.h>

/* How the two sides of each difference are written. */
enum form { QUANTITIES, AMOUNTS, STATES, IDS, LIMITS, CURRENCIES };

static const struct {
    enum form form;
    const char *ours; /* words in place of that; NULL: as the form says */
    const char *theirs;
} forms[CG_DIFFERENCE_COUNT] = {
    [CG_DIFFERS_CUM_QTY] = {QUANTITIES, NULL, NULL},
    [CG_DIFFERS_LEG_CUM_QTY] = {QUANTITIES, NULL, NULL},
    [CG_DIFFERS_ORDER_QTY] = {QUANTITIES, NULL, NULL},
    [CG_DIFFERS_ID_IN_FORCE] = {IDS, NULL, NULL},
    [CG_DIFFERS_ORDER_OVER] = {QUANTITIES, "open", "over"},
    [CG_DIFFERS_ORDER_NOT_OVER] = {QUANTITIES, "over", "open"},
    [CG_DIFFERS_NEVER_THERE] = {QUANTITIES, "sent", "unknown"},
    [CG_DIFFERS_ORDER_FORGOTTEN] = {QUANTITIES, "open", "unknown"},
    [CG_DIFFERS_ORDER_UNKNOWN] = {QUANTITIES, "unknown", NULL},
    [CG_DIFFERS_LIMIT_AMOUNT] = {AMOUNTS, NULL, NULL},
    [CG_DIFFERS_LIMIT_USE] = {AMOUNTS, NULL, NULL},
    [CG_DIFFERS_LIMIT_STATE] = {STATES, NULL, NULL},
    [CG_DIFFERS_LIMIT_MISSING] = {AMOUNTS, NULL, "missing"},
    [CG_DIFFERS_LIMIT_UNKNOWN] = {AMOUNTS, "unknown", NULL},
    [CG_DIFFERS_LIMIT_REFUSED] = {AMOUNTS, "refused", NULL},
    [CG_DIFFERS_TOKEN_LATE] = {AMOUNTS, "given up", NULL},
    [CG_DIFFERS_TOKEN_AMOUNT] = {AMOUNTS, NULL, NULL},
    [CG_DIFFERS_TOKEN_FORGOTTEN] = {AMOUNTS, NULL, "unknown"},
    [CG_DIFFERS_TOKEN_TAKEN_BACK] = {AMOUNTS, NULL, "taken back"},
    [CG_DIFFERS_TOKEN_NOTICE] = {AMOUNTS, NULL, "refused"},
    [CG_DIFFERS_TOKEN_UNKNOWN] = {AMOUNTS, "unknown", NULL},
    [CG_DIFFERS_TOKEN_LIMIT] = {LIMITS, NULL, NULL},
    [CG_DIFFERS_TOKEN_CURRENCY] = {CURRENCIES, NULL, NULL},
    [CG_DIFFERS_TOKEN_DENIED] = {AMOUNTS, NULL, "denied"},
};

/* --- one side ----------------------------------------------------------- */

/* What came from outside is shown as printable text. */
static void copy(char *out, struct cg_slice text)
{
    size_t len = text.len < CG_NAME_MAX ? text.len : CG_NAME_MAX;
    for (size_t i = 0; i < len; i++) {
        char c = text.data[i];
        out[i] = c > ' ' && c <= '~' ? c : '?';
    }
    out[len] = '\0';
}

static const struct cg_limit *limit_of(const struct cg_state *state,
                                       const struct cg_fact *fact)
{
    uint32_t slot = fact->limit;
    if (slot == CG_NONE && fact->token != CG_NONE) {
        slot = state->tokens[fact->token].limit;
    }
    return slot != CG_NONE ? &state->limits[slot] : NULL;
}

static void put_amount(const struct cg_state *state,
                       const struct cg_fact *fact,
                       bool none,
                       cg_dv01 amount,
                       char *out)
{
    const struct cg_limit *limit = limit_of(state, fact);
    if (none) {
        snprintf(out, CG_NAME_MAX + 1, "none");
    } else if (limit != NULL && limit->kind == CG_LIMIT_NOTIONAL) {
        snprintf(out, CG_NAME_MAX + 1, "%lld", (long long)amount);
    } else {
        cg_dv01_format(amount, out);
    }
}

static const char *state_name(uint64_t state)
{
    static const char *const names[CG_LIMIT_STATES] = {
        [CG_LIMIT_ENABLED] = "enabled",
        [CG_LIMIT_SUSPENDED] = "suspended",
        [CG_LIMIT_HALTED] = "halted",
        [CG_LIMIT_REMOVED] = "removed",
        [CG_LIMIT_UNENFORCED] = "not enforceable",
    };
    return state < CG_LIMIT_STATES ? names[state] : "?";
}

/* Of a token's limit; what they say is in the fact. */
static void put_text(const struct cg_state *state,
                     const struct cg_fact *fact,
                     bool theirs,
                     char *out)
{
    const struct cg_limit *limit = limit_of(state, fact);
    struct cg_slice text = {fact->id, fact->id_len};
    if (!theirs && limit != NULL) {
        text = forms[fact->value].form == LIMITS
                   ? cg_id_slice(&limit->id)
                   : (struct cg_slice){limit->currency, 3};
    }
    copy(out, text);
}

static void put_side(const struct cg_state *state,
                     const struct cg_fact *fact,
                     bool theirs,
                     char *out)
{
    uint64_t number = theirs ? (uint64_t)fact->qty : fact->number;
    uint32_t none = theirs ? CG_DIFFERENCE_THEIRS_NONE
                           : CG_DIFFERENCE_OURS_NONE;
    switch (forms[fact->value].form) {
    case QUANTITIES:
        snprintf(out, CG_NAME_MAX + 1, "%lld", (long long)number);
        break;
    case AMOUNTS:
        put_amount(state, fact, (fact->flags & none) != 0,
                   theirs ? fact->other : fact->amount, out);
        break;
    case STATES:
        snprintf(out, CG_NAME_MAX + 1, "%s", state_name(number));
        break;
    case IDS: /* theirs is the request in force, ours the one before */
        copy(out, theirs && fact->request != CG_NONE
                      ? cg_id_slice(&state->requests[fact->request].id)
                      : (struct cg_slice){fact->id, fact->id_len});
        break;
    case LIMITS:
    case CURRENCIES:
        put_text(state, fact, theirs, out);
        break;
    }
}

/* --- the whole ---------------------------------------------------------- */

/* The ClOrdID, limit or token; what we have no slot for is named in the fact.
 */
static void put_thing(const struct cg_state *state,
                      const char *gate_name,
                      const struct cg_fact *fact,
                      char *out)
{
    if (fact->token != CG_NONE) {
        snprintf(out, CG_NAME_MAX + 1, "%.40s-T%llu", gate_name,
                 (unsigned long long)state->tokens[fact->token].number);
    } else if (fact->limit != CG_NONE) {
        copy(out, cg_id_slice(&state->limits[fact->limit].id));
    } else if (fact->order != CG_NONE || fact->request != CG_NONE) {
        uint32_t request = fact->request != CG_NONE
                               ? fact->request
                               : state->orders[fact->order].request;
        copy(out, cg_id_slice(&state->requests[request].id));
    } else {
        copy(out, (struct cg_slice){fact->id, fact->id_len});
    }
}

void cg_difference_words(const struct cg_state *state,
                         const char *gate_name,
                         const struct cg_fact *fact,
                         struct cg_difference_words *words)
{
    *words = (struct cg_difference_words){0};
    put_thing(state, gate_name, fact, words->thing);
    if (fact->value >= CG_DIFFERENCE_COUNT) {
        return; /* of a newer gate */
    }
    put_side(state, fact, false, words->ours);
    put_side(state, fact, true, words->theirs);
    if (forms[fact->value].ours != NULL) {
        snprintf(words->ours, sizeof(words->ours), "%s",
                 forms[fact->value].ours);
    }
    if (forms[fact->value].theirs != NULL) {
        snprintf(words->theirs, sizeof(words->theirs), "%s",
                 forms[fact->value].theirs);
    }
}
