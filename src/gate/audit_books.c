/*
 * What an audit knows of tokens and limits.
 *
 * All sums are in 128 bits and checked before they are kept in 64.  Rules: R1,
 * R12, R23.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "audit_books.h"

#include "decimal.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool audit_breaks(struct audit *audit,
                  enum cg_audit_rule rule,
                  const char *format,
                  ...)
{
    if (audit->broken || audit->result->breaks[rule].found) {
        return false;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(audit->why, sizeof(audit->why), format, arguments);
    va_end(arguments);
    audit->rule = rule;
    audit->broken = true;
    return false;
}

const char *audit_money(cg_wide amount)
{
    /* Gates on other threads are audited meanwhile. */
    static _Thread_local char texts[8][CG_DV01_TEXT_MAX];
    static _Thread_local unsigned next;
    char *text = texts[next++ % 8];
    if (amount > INT64_MAX || amount < INT64_MIN) {
        snprintf(text, sizeof(texts[0]), "more than 64 bits");
    } else {
        cg_dv01_format((cg_dv01)amount, text);
    }
    return text;
}

/* --- what is there ------------------------------------------------------- */

struct audit_token *audit_token_at(struct audit *audit, uint32_t slot)
{
    return slot < audit->token_room &&
                   audit->tokens[slot].state != CG_TOKEN_FREE
               ? &audit->tokens[slot]
               : NULL;
}

struct audit_limit *audit_limit_at(struct audit *audit, uint32_t slot)
{
    return slot < audit->result->limits ? &audit->limits[slot] : NULL;
}

const struct cg_order *audit_order_at(const struct audit *audit, uint32_t slot)
{
    const struct cg_state *state = audit->state;
    return slot < state->order_top && state->orders[slot].state != CG_ORDER_FREE
               ? &state->orders[slot]
               : NULL;
}

bool audit_has_room(void **items, size_t *room, size_t size, uint64_t slot)
{
    size_t more = *room == 0 ? 64 : *room;
    while (more <= slot) {
        more *= 2;
    }
    if (more == *room) {
        return true;
    }
    char *grown = realloc(*items, more * size);
    if (grown == NULL) {
        return false;
    }
    memset(grown + *room * size, 0, (more - *room) * size);
    *items = grown;
    *room = more;
    return true;
}

static bool of_event_add(struct audit *audit, int what, uint32_t slot)
{
    void *items = audit->of_event[what];
    bool made = audit_has_room(&items, &audit->of_event_room[what],
                               sizeof(uint32_t), audit->of_event_count[what]);
    audit->of_event[what] = items;
    if (!made) {
        audit->error = CG_ERR_MEMORY;
        return false;
    }
    audit->of_event[what][audit->of_event_count[what]++] = slot;
    return true;
}

bool audit_limit_touch(struct audit *audit, uint32_t slot)
{
    struct audit_limit *limit = &audit->limits[slot];
    if (limit->event != audit->event) {
        limit->event = audit->event;
        limit->at_event = audit_use_now(limit);
        limit->excused = false;
        if (!of_event_add(audit, OF_LIMIT, slot)) {
            return false;
        }
    }
    if (limit->fact != audit->fact->no &&
        audit->of_fact_count < CG_COUNT(audit->of_fact)) {
        limit->fact = audit->fact->no;
        limit->at_fact = audit_use_now(limit);
        audit->of_fact[audit->of_fact_count++] = slot;
    }
    return true;
}

bool audit_token_touch(struct audit *audit, uint32_t slot)
{
    struct audit_token *token = &audit->tokens[slot];
    if (token->event != audit->event) {
        token->event = audit->event;
        if (!of_event_add(audit, OF_TOKEN, slot)) {
            return false;
        }
    }
    return audit_limit_touch(audit, token->limit);
}

/* --- sums ---------------------------------------------------------------- */

/* R12, with what the owner says others use on both sides (R16). */
cg_wide audit_use(const struct audit_limit *limit, const cg_wide open[2])
{
    if (!limit->net) {
        cg_wide gross = (cg_wide)limit->gross + open[0] + open[1] +
                        limit->other;
        return gross > 0 ? gross : 0;
    }
    cg_wide bought = limit->position + open[0] + limit->other;
    cg_wide sold = open[1] - limit->position + limit->other;
    cg_wide most = bought > sold ? bought : sold;
    return most > 0 ? most : 0;
}

cg_wide audit_use_now(const struct audit_limit *limit)
{
    const cg_wide open[2] = {limit->open[0], limit->open[1]};
    return audit_use(limit, open);
}

static bool keep(struct audit *audit, cg_dv01 *to, cg_wide amount)
{
    if (amount > INT64_MAX / 2 || amount < INT64_MIN / 2) {
        return audit_breaks(audit, CG_AUDIT_R23,
                            "an amount is more than the books can count");
    }
    *to = (cg_dv01)amount;
    return true;
}

bool audit_column_add(struct audit *audit,
                      uint32_t slot,
                      enum cg_audit_column column,
                      cg_wide amount)
{
    struct audit_token *token = &audit->tokens[slot];
    struct audit_limit *limit = &audit->limits[token->limit];
    cg_dv01 *sum = &limit->shown.ledger[token->side != '1'][column];
    return keep(audit, &token->columns[column],
                token->columns[column] + amount) &&
           keep(audit, sum, *sum + amount);
}

/* What of a token's fills counts in P and in the gross of its limit (R48). */
static cg_dv01 *before_of(struct audit_token *token, uint32_t day)
{
    if (token->day != day) {
        token->day = day;
        token->before = token->filled;
    }
    return &token->before;
}

bool audit_token_set(struct audit *audit,
                     uint32_t slot,
                     cg_wide charge,
                     cg_wide filled)
{
    struct audit_token *token = &audit->tokens[slot];
    struct audit_limit *limit = &audit->limits[token->limit];
    unsigned side = token->side != '1';
    cg_dv01 *before = before_of(token, limit->day);
    cg_wide old_open = token->charge > token->filled
                           ? (cg_wide)token->charge - token->filled
                           : 0;
    cg_wide open = charge > filled ? charge - filled : 0;
    cg_wide old_today = (cg_wide)token->filled - *before;
    cg_wide fall = token->filled - filled;
    if (fall > 0) { /* what is taken back is of the oldest fills first */
        *before -= fall < *before ? (cg_dv01)fall : *before;
    }
    cg_wide today = filled - *before - old_today;
    return keep(audit, &limit->open[side],
                limit->open[side] - old_open + open) &&
           keep(audit, &limit->gross, limit->gross + today) &&
           keep(audit, &limit->position,
                limit->position + (side == 0 ? today : -today)) &&
           keep(audit, &token->charge, charge) &&
           keep(audit, &token->filled, filled);
}
