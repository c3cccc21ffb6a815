/*
 * The scope of a pushed limit: 1534, its InstrumentScope and 1558.
 *
 * What the table of instruments cannot tell apart is reported as such, never
 * skipped (R19).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "decimal.h"
#include "decode_limits.h"
#include "fix_value.h"

/* The fields of InstrumentScope that a column of the table stands for. */
static const struct {
    uint32_t tag;
    enum cg_term term;
} known[] = {
    {1536, CG_TERM_SYMBOL},  {1538, CG_TERM_SECURITY_ID},
    {1544, CG_TERM_PRODUCT}, {1547, CG_TERM_TYPE},
    {1545, CG_TERM_TENOR},
};

enum { OPERATOR = 1535, ID_SOURCE = 1539, MULTIPLIER = 1558, USER_TAGS = 5000 };

static bool term_of(uint32_t tag, enum cg_term *term)
{
    for (size_t i = 0; i < CG_COUNT(known); i++) {
        if (known[i].tag == tag) {
            *term = known[i].term;
            return true;
        }
    }
    return false;
}

/* 7: it means nothing; 11: it cannot be enforced; 0: neither. */
static uint32_t
decode_field(uint32_t tag, struct cg_slice value, struct cg_scope_event *scope)
{
    enum cg_term term;
    if (term_of(tag, &term)) {
        scope->terms[term] = value;
        return 0;
    }
    switch (tag) {
    case OPERATOR:
        scope->exclude = cg_slice_is(value, "2");
        return scope->exclude || cg_slice_is(value, "1")
                   ? 0
                   : CG_RESULT_INVALID_SCOPE;
    case ID_SOURCE:
        return 0; /* the table's ids are of one source */
    case MULTIPLIER:
        return cg_decimal_parse(value, CG_RATE_SCALE_DIGITS, &scope->multiplier)
                   ? 0
                   : CG_RESULT_INVALID_SCOPE;
    default:
        return tag < USER_TAGS ? CG_RESULT_SCOPE_UNSUPPORTED : 0;
    }
}

static uint32_t decode_entry(const struct cg_fix_group *group,
                             struct cg_scope_event *scope)
{
    const struct cg_fix_message *message = group->message;
    *scope = (struct cg_scope_event){.multiplier = CG_MULTIPLIER_ONE};
    for (uint32_t i = group->entry; i < group->entry_end; i++) {
        uint32_t fault = decode_field(message->fields[i].tag,
                                      cg_fix_field_value(message, i), scope);
        if (fault != 0) {
            return fault;
        }
    }
    return cg_scope_is_usable(scope) ? 0 : CG_RESULT_INVALID_SCOPE;
}

void cg_decode_scopes(const struct cg_fix_group *limits,
                      struct cg_update_event *event,
                      struct cg_scope_event *scopes,
                      struct cg_limit_event *limit)
{
    struct cg_fix_group group;
    struct cg_slice count;
    limit->scope_first = event->scope_count;
    limit->has_scope = cg_fix_group_find(limits, 1534, &count);
    if (!cg_fix_group_nested(limits, 1534, &group)) {
        return;
    }
    limit->has_scope = true;
    while (cg_fix_group_next(&group)) {
        /* A scope takes a field at least. */
        _Static_assert(CG_UPDATE_SCOPES_MAX >= CG_FIX_FIELDS_MAX, "no room");
        uint32_t fault = decode_entry(&group, &scopes[event->scope_count]);
        if (fault != 0) {
            cg_limit_unmodelled(limit, fault);
            return;
        }
        event->scope_count++;
        limit->scope_count++;
    }
}
