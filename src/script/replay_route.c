/*
 * A hash table of both directions of each session, made once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_route.h"

/* The ends of the names differ most. */
static uint32_t hash_name(struct cg_slice name)
{
    uint32_t hash = (uint32_t)name.len;
    size_t from = name.len > 8 ? name.len - 8 : 0;
    for (size_t i = from; i < name.len; i++) {
        hash = hash * 31 + (unsigned char)name.data[i];
    }
    return hash;
}

static uint32_t hash_pair(struct cg_slice sender, struct cg_slice target)
{
    uint32_t hash = hash_name(sender) * 0x9e3779b1U ^ hash_name(target);
    return (hash * 0x85ebca6bU) >> 24;
}

_Static_assert(CG_REPLAY_ROUTES == 256, "the hash has eight bits");

static void add(struct cg_replay_route *route, size_t session, bool outbound)
{
    const struct cg_config_session *is = &route->config->sessions[session];
    struct cg_slice ours = cg_slice_str(is->sender_comp_id);
    struct cg_slice theirs = cg_slice_str(is->target_comp_id);
    uint32_t at = outbound ? hash_pair(ours, theirs) : hash_pair(theirs, ours);
    while (route->places[at] != 0) {
        at = (at + 1) % CG_REPLAY_ROUTES;
    }
    route->places[at] = (uint16_t)(1 + 2 * session + outbound);
}

void cg_replay_route_init(struct cg_replay_route *route,
                          const struct cg_config *config)
{
    *route = (struct cg_replay_route){.config = config};
    for (size_t i = 0; i < config->session_count; i++) {
        add(route, i, false);
        add(route, i, true);
    }
}

bool cg_replay_route(const struct cg_replay_route *route,
                     struct cg_replay_message *message)
{
    uint32_t at = hash_pair(message->sender, message->target);
    for (; route->places[at] != 0; at = (at + 1) % CG_REPLAY_ROUTES) {
        unsigned place = route->places[at] - 1U;
        const struct cg_config_session *is =
            &route->config->sessions[place / 2];
        bool outbound = place % 2 != 0;
        struct cg_slice ours = outbound ? message->sender : message->target;
        struct cg_slice theirs = outbound ? message->target : message->sender;
        if (cg_slice_is(ours, is->sender_comp_id) &&
            cg_slice_is(theirs, is->target_comp_id) &&
            cg_slice_is(message->begin, is->begin_string)) {
            message->session = (cg_session)(place / 2);
            message->outbound = outbound;
            /* What is malformed the gate itself answers by a Reject. */
            message->admin = message->admin &&
                             !(outbound && cg_replay_is(message, '3'));
            return true;
        }
    }
    return false;
}
