/*
 * The simulated client: short commands to D, G, F and H.
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

/* Remembers what it sent, so that a replace needs only what changes. */
struct sim_client {
    struct sim_port *port;
    struct sim_index ids; /* ClOrdID, to |orders| */
    struct sim_client_order *orders;
    size_t order_count;
};

void sim_client_deinit(struct sim_client *client);
bool sim_client_command(struct sim_client *client, const char *line);
extern const char sim_client_help[];

#endif
