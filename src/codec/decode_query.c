/*
 * What a client asks of its limits: CL.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codec.h"

#include "fix_value.h"

static bool
group_is(const struct cg_fix_group *group, uint32_t tag, int64_t *is)
{
    struct cg_slice value;
    return cg_fix_group_find(group, tag, &value) && cg_fix_int(value, is);
}

static void decode_parties(const struct cg_fix_message *message,
                           struct cg_query_event *event)
{
    struct cg_fix_group group;
    struct cg_slice id = {NULL, 0};
    int64_t role;
    if (!cg_fix_group(message, 453, &group)) {
        return;
    }
    while (cg_fix_group_next(&group)) {
        if (!group_is(&group, 452, &role)) {
            continue;
        }
        (void)cg_fix_group_find(&group, 448, &id); /* begins the entry */
        if (role == 24) {
            event->account = id;
        } else if (role == 4) {
            event->firm = id;
        } else if (role == 21) {
            event->ccp = id;
        } else {
            event->unsupported = true; /* nothing is known of other roles */
        }
    }
}

/* 1668; types that are not enforced here have no limits. */
static void decode_kinds(const struct cg_fix_message *message,
                         struct cg_query_event *event)
{
    struct cg_fix_group group;
    int64_t type;
    event->kinds = ~0u;
    if (!cg_fix_group(message, 1668, &group)) {
        return;
    }
    event->kinds = 0;
    while (cg_fix_group_next(&group)) {
        if (!group_is(&group, 1530, &type)) {
            continue;
        }
        if (type == 2 || type == 12) {
            event->kinds |= 1u << CG_LIMIT_DV01;
        } else if (type == 10) {
            event->kinds |= 1u << CG_LIMIT_CLIP;
        } else if (type == 11) {
            event->kinds |= 1u << CG_LIMIT_NOTIONAL;
        }
    }
}

static void decode_roles(const struct cg_fix_message *message,
                         struct cg_query_event *event)
{
    struct cg_fix_group group;
    int64_t role;
    event->of_accounts = true;
    event->of_firms = true;
    if (!cg_fix_group(message, 1508, &group)) {
        return;
    }
    event->of_accounts = false;
    event->of_firms = false;
    while (cg_fix_group_next(&group)) {
        if (group_is(&group, 1509, &role)) {
            event->of_accounts = event->of_accounts || role == 24;
            event->of_firms = event->of_firms || role == 4;
        }
    }
}

void cg_decode_query(const struct cg_fix_message *message,
                     struct cg_query_event *event)
{
    struct cg_fix_group scopes;
    struct cg_slice value;
    *event = (struct cg_query_event){0};
    decode_parties(message, event);
    decode_kinds(message, event);
    decode_roles(message, event);
    if (!cg_fix_find(message, 1760, &value)) {
        value = CG_SLICE("1");
    }
    event->definitions = !cg_slice_is(value, "2");
    event->utilization = cg_slice_is(value, "2") || cg_slice_is(value, "3");
    /* Each question has one answer: there are no subscriptions. */
    bool subscribes = cg_fix_find(message, 263, &value) &&
                      !cg_slice_is(value, "0");
    event->unsupported = event->unsupported || subscribes ||
                         cg_fix_find(message, 1533, &value) ||
                         cg_fix_group(message, 1534, &scopes);
}
