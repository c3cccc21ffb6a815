/*
 * The simulated client: short commands to D, G, F and H, and a stop-watch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include "sim_port.h"

struct sim_client_order {
    char *symbol;
    char *account;
    char side;
};

/* One order after the other: from the D to its first report. */
struct sim_watch {
    char *order; /* what follows the ClOrdID in the command "order" */
    char id[32]; /* of the order that is out */
    int64_t started_ns; /* makes the ids of a run its own */
    int64_t sent_ns;
    int64_t *taken_ns;
    size_t taken;
    size_t count; /* 0: not measuring */
};

/* Remembers what it sent, so that a replace needs only what changes. */
struct sim_client {
    struct sim_port *port;
    struct sim_index ids; /* ClOrdID, to |orders| */
    struct sim_client_order *orders;
    size_t order_count;
    struct sim_watch watch;
};

void sim_client_deinit(struct sim_client *client);
void sim_client_receive(struct sim_client *client,
                        const struct sim_message *message);
bool sim_client_command(struct sim_client *client, const char *line);
extern const char sim_client_help[];

#endif
