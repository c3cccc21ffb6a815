/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "update_set.h"

#include "check.h"
#include "pages.h"

/* An id, an account, a firm and a clearing house for each limit. */
#define STRINGS_PER_LIMIT 4

int cg_update_set_init(struct cg_update_set *set)
{
    *set = (struct cg_update_set){.session = CG_SESSION_NONE};
    set->text_max = ((size_t)CG_UPDATE_LIMITS_MAX * STRINGS_PER_LIMIT +
                     (size_t)CG_UPDATE_SCOPES_MAX * CG_TERMS) *
                    CG_NAME_MAX;
    set->scopes = calloc(CG_UPDATE_SCOPES_MAX, sizeof(*set->scopes));
    set->limits = calloc(CG_UPDATE_LIMITS_MAX, sizeof(*set->limits));
    set->text = cg_pages_take(set->text_max, 1);
    set->ids[0] = calloc(CG_UPDATE_PARTS_MAX, sizeof(*set->ids[0]));
    set->ids[1] = calloc(CG_UPDATE_PARTS_MAX, sizeof(*set->ids[1]));
    return set->limits && set->scopes && set->text && set->ids[0] && set->ids[1]
               ? 0
               : CG_ERR_MEMORY;
}

void cg_update_set_deinit(struct cg_update_set *set)
{
    free(set->limits);
    free(set->scopes);
    cg_pages_give(set->text, set->text_max, 1);
    free(set->ids[0]);
    free(set->ids[1]);
    *set = (struct cg_update_set){.session = CG_SESSION_NONE};
}

void cg_update_set_begin(struct cg_update_set *set,
                         const struct cg_update_event *first)
{
    set->open = true;
    set->spoilt = false;
    set->same_ids = false;
    set->snapshot = first->snapshot;
    set->made_at = first->made_at;
    set->total = 0;
    set->parties = 0;
    set->count = 0;
    set->scope_count = 0;
    set->text_used = 0;
    set->id_count = 0;
    set->turn = 1 - set->turn;
}

/* Copies |text| into the set; false when there is no room. */
static bool keep(struct cg_update_set *set, struct cg_slice *text)
{
    if (text->len > set->text_max - set->text_used) {
        return false;
    }
    char *copy = set->text + set->text_used;
    if (text->len > 0) {
        memcpy(copy, text->data, text->len);
    }
    set->text_used += text->len;
    text->data = copy;
    return true;
}

static bool keep_scope(struct cg_update_set *set,
                       const struct cg_scope_event *from)
{
    if (set->scope_count == CG_UPDATE_SCOPES_MAX) {
        return false;
    }
    struct cg_scope_event *to = &set->scopes[set->scope_count];
    *to = *from;
    for (unsigned i = 0; i < CG_TERMS; i++) {
        if (!keep(set, &to->terms[i])) {
            return false;
        }
    }
    set->scope_count++;
    return true;
}

static bool keep_limit(struct cg_update_set *set,
                       const struct cg_limit_event *from,
                       uint32_t first_scope)
{
    if (set->count == CG_UPDATE_LIMITS_MAX) {
        return false;
    }
    struct cg_limit_event *to = &set->limits[set->count];
    *to = *from;
    to->scope_first += first_scope;
    if (!keep(set, &to->id) || !keep(set, &to->account) ||
        !keep(set, &to->firm) || !keep(set, &to->ccp)) {
        return false;
    }
    set->count++;
    return true;
}

bool cg_update_set_add(struct cg_update_set *set,
                       const struct cg_update_event *part)
{
    uint32_t count = set->count;
    uint32_t scope_count = set->scope_count;
    size_t text_used = set->text_used;
    bool fits = part->id.len <= CG_NAME_MAX &&
                set->id_count < CG_UPDATE_PARTS_MAX;
    for (uint32_t i = 0; fits && i < part->count; i++) {
        fits = keep_limit(set, &part->limits[i], scope_count);
    }
    for (uint32_t i = 0; fits && i < part->scope_count; i++) {
        fits = keep_scope(set, &part->scopes[i]);
    }
    if (!fits) {
        set->count = count;
        set->scope_count = scope_count;
        set->text_used = text_used;
        return false;
    }
    char *id = set->ids[set->turn][set->id_count];
    memcpy(id, part->id.data, part->id.len);
    id[part->id.len] = '\0';
    set->same_ids = set->id_count > 0 &&
                    cg_slice_is(part->id, set->ids[set->turn][0]);
    set->id_count++;
    set->parties += part->parties;
    set->total = part->total > set->total ? part->total : set->total;
    set->made_at = part->made_at < set->made_at ? part->made_at : set->made_at;
    return true;
}

static bool is_same(const struct cg_limit_event *a,
                    const struct cg_limit_event *b)
{
    if (a->id.len > 0 || b->id.len > 0) {
        return cg_slice_equal(a->id, b->id);
    }
    return a->kind == b->kind && cg_slice_equal(a->account, b->account) &&
           cg_slice_equal(a->firm, b->firm) && cg_slice_equal(a->ccp, b->ccp);
}

bool cg_update_set_overlaps(const struct cg_update_set *set,
                            const struct cg_update_event *part)
{
    for (uint32_t i = 0; i < part->count; i++) {
        for (uint32_t at = 0; at < set->count; at++) {
            if (is_same(&part->limits[i], &set->limits[at])) {
                return true;
            }
        }
    }
    return false;
}

struct cg_update_event cg_update_set_whole(const struct cg_update_set *set,
                                           const struct cg_update_event *last)
{
    struct cg_update_event whole = *last;
    CG_ASSERT(set->open);
    CG_ASSERT(!set->spoilt);
    whole.made_at = set->made_at;
    whole.limits = set->limits;
    whole.count = set->count;
    whole.scopes = set->scopes;
    whole.scope_count = set->scope_count;
    whole.parties = set->parties;
    return whole;
}
