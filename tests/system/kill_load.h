/*
 * What clients, venue and hub do while the gate is killed: everything, drawn by
 * a seed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KILL_LOAD_H
#define KILL_LOAD_H

#include "kill_peers.h"

#define KILL_KEPT 32

/* A D as it was sent, to be sent again. */
struct kill_kept {
    int client;
    char *body;
    size_t len;
};

struct kill_load {
    struct kill_peers *peers;
    uint64_t state;
    uint64_t ids;
    struct kill_kept kept[KILL_KEPT];
    size_t kept_next;
    bool stopped[KILL_LIMITS];
};

void kill_load_init(struct kill_load *load,
                    struct kill_peers *peers,
                    uint64_t seed);
void kill_load_deinit(struct kill_load *load);

uint32_t kill_random(struct kill_load *load, uint32_t below);

/* A few actions of anybody. */
void kill_load_step(struct kill_load *load);

/* Hub and venue are as good as can be. */
void kill_load_calm(struct kill_load *load);

/* Clients cancel what is open for them. */
void kill_load_cancel(struct kill_load *load);

#endif
