/*
 * The simulated venue: D, G, F, H, q, AB and AC in; 8, 9 and r out.
 *
 * Matches by price and time, and can be told to fill, bust, reject, cancel or
 * keep quiet.  With a token tag set, an order that comes without one is a
 * violation, said on standard output and kept.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_VENUE_H
#define SIM_VENUE_H

#include "sim_book.h"

struct sim_venue {
    struct sim_port *port;
    struct sim_book book;
    struct sim_inbox inbox; /* not looked at so far: slow, hold */
    int64_t slow_ns;
    bool hold;
    int token_tag; /* 0: none is asked for */
    int64_t reject_next;
    uint64_t reports; /* for ExecIDs of all but fills */
    uint64_t violations;
};

void sim_venue_init(struct sim_venue *venue, struct sim_port *port);
void sim_venue_deinit(struct sim_venue *venue);
void sim_venue_receive(struct sim_venue *venue,
                       struct sim_peer *peer,
                       const struct sim_message *message);
void sim_venue_tick(struct sim_venue *venue);
int64_t sim_venue_due(const struct sim_venue *venue);

/* One command, without a line end; false when it is none, or wrong. */
bool sim_venue_command(struct sim_venue *venue, const char *line);
extern const char sim_venue_help[];

/* What commands do.  Places are the book's. */
void sim_venue_trade(struct sim_venue *venue,
                     size_t order,
                     int64_t qty,
                     int64_t price);
void sim_venue_bust(struct sim_venue *venue, size_t fill);
/* Ends an order unasked, as |status| (canceled, expired, done for day). */
void sim_venue_end(struct sim_venue *venue, size_t order, char status);

#endif
