/*
 * The peers of the gate that is killed: two clients, a venue and a hub in one
 * process, over libfix8-c and libuv.  They outlive the gate, and each message
 * of theirs is shown to the judge and kept in a file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KILL_PEERS_H
#define KILL_PEERS_H

#include "kill_ledger.h"
#include <sim_hub.h>
#include <sim_venue.h>

#include <fix8c/transport.h>
#include <stdio.h>
#include <uv.h>

enum kill_end { KILL_END_VENUE, KILL_END_HUB, KILL_CLIENT_A, KILL_CLIENT_B };
#define KILL_ENDS 4

struct kill_peers;

/* One session. */
struct kill_session {
    struct kill_peers *peers;
    enum kill_peer peer;
    struct sim_peer sim;
};

struct kill_peers {
    uv_loop_t *loop;
    struct fix8c_engine *engine;
    struct fix8c_transport *transport;
    bool closed;
    struct kill_session sessions[KILL_ENDS];
    struct sim_peer *venue_peer;
    struct sim_peer *hub_peer;
    struct sim_port venue_port;
    struct sim_port hub_port;
    struct sim_venue venue;
    struct sim_hub hub;
    struct kill_ledger ledger;
    FILE *wire; /* what crossed the wires, for people */
    int port;   /* where venue and hub listen */
    /* Called with each message after the judge; may be NULL. */
    void (*watch)(void *user, const struct kill_event *event);
    void *user;
};

/* Clients connect to |gate_port|.  False after a line on standard error. */
bool kill_peers_open(struct kill_peers *peers,
                     uv_loop_t *loop,
                     int gate_port,
                     const char *wire);
void kill_peers_close(struct kill_peers *peers);

/* Does what is due; with |connect| clients that are away connect at once. */
void kill_peers_tick(struct kill_peers *peers, bool connect);

bool kill_peers_all_up(const struct kill_peers *peers);
bool kill_peers_all_down(const struct kill_peers *peers);

/* A client's message; |again|: with PossResend. */
void kill_peers_send(struct kill_peers *peers,
                     int client,
                     const char *type,
                     struct cg_slice body,
                     bool again);

int64_t kill_now(void);

#endif
