/*
 * A hash table of both directions of each session, made once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_route.h"

/* The ends of the names differ most. */
static uint64_t hash_name(struct cg_slice name)
{
    uint64_t tail = 0;
    size_t len = name.len < sizeof(tail) ? name.len : sizeof(tail);
    if (len == sizeof(tail)) {
        memcpy(&tail, name.data + name.len - sizeof(tail), sizeof(tail));
    } else if (len >= 4) {
        uint32_t first;
        uint32_t last;
        memcpy(&first, name.data, sizeof(first));
        memcpy(&last, name.data + len - sizeof(last), sizeof(last));
        tail = (uint64_t)first << 32 | last;
    } else {
        for (size_t i = 0; i < len; i++) {
            tail = tail << 8 | (unsigned char)name.data[i];
        }
    }
    return (tail + name.len) * 0x9e3779b97f4a7c15u;
}

static uint32_t hash_pair(struct cg_slice sender, struct cg_slice target)
{
    uint64_t hash = hash_name(sender);
    hash = ((hash << 17 | hash >> 47) ^ hash_name(target)) *
           0xd6e8feb86659fd93u;
    return (uint32_t)(hash >> 56);
}

_Static_assert(CG_REPLAY_ROUTES == 256, "the hash has eight bits");

static void add(struct cg_replay_route *route, size_t session, bool outbound)
{
    struct cg_slice ours = route->ours[session];
    struct cg_slice theirs = route->theirs[session];
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
        const struct cg_config_session *is = &config->sessions[i];
        route->ours[i] = cg_slice_str(is->sender_comp_id);
        route->theirs[i] = cg_slice_str(is->target_comp_id);
        route->begins[i] = cg_slice_str(is->begin_string);
        add(route, i, false);
        add(route, i, true);
    }
}

static bool is_of(const struct cg_replay_route *route,
                  const struct cg_replay_message *message,
                  unsigned session,
                  bool outbound)
{
    struct cg_slice from = route->theirs[session];
    struct cg_slice to = route->ours[session];
    return cg_slice_equal(message->sender, outbound ? to : from) &&
           cg_slice_equal(message->target, outbound ? from : to) &&
           cg_slice_equal(message->begin, route->begins[session]);
}

bool cg_replay_route(const struct cg_replay_route *route,
                     struct cg_replay_message *message)
{
    uint32_t at = hash_pair(message->sender, message->target);
    for (; route->places[at] != 0; at = (at + 1) % CG_REPLAY_ROUTES) {
        unsigned place = route->places[at] - 1U;
        if (is_of(route, message, place / 2, place % 2 != 0)) {
            message->session = (cg_session)(place / 2);
            message->outbound = place % 2 != 0;
            /* What is malformed the gate itself answers by a Reject. */
            message->admin = message->admin &&
                             !(message->outbound && cg_replay_is(message, '3'));
            return true;
        }
    }
    return false;
}
