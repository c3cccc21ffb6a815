/*
 * Whose message: the sessions of a configuration by BeginString and CompIDs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_ROUTE_H
#define CG_REPLAY_ROUTE_H

#include "replay_message.h"
#include <configuration.h>

#define CG_REPLAY_ROUTES 256 /* a power of two, above 2 * CG_SESSIONS_MAX */

struct cg_replay_route {
    const struct cg_config *config;
    struct cg_slice ours[CG_SESSIONS_MAX];
    struct cg_slice theirs[CG_SESSIONS_MAX];
    struct cg_slice begins[CG_SESSIONS_MAX];
    /* 1 + 2 * session + (1: the gate sent it), or 0: free. */
    uint16_t places[CG_REPLAY_ROUTES];
};

void cg_replay_route_init(struct cg_replay_route *route,
                          const struct cg_config *config);

/* Finds |session| and |outbound|; false when no session has these names. */
bool cg_replay_route(const struct cg_replay_route *route,
                     struct cg_replay_message *message);

#endif
