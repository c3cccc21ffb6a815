/*
 * A port for the simulators' logic that keeps what is sent and said, and holds
 * every message against the dictionary of its version.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_FAKE_H
#define SIM_FAKE_H

#include <sim_hub.h>
#include <sim_port.h>
#include <sim_venue.h>

#define SIM_FAKE_MAX 128

struct sim_fake {
    struct sim_port port;
    struct sim_peer peer; /* one session, up */
    struct sim_peer *peers[1];
    char sent[SIM_FAKE_MAX][2048]; /* "DG 2318=1|2325=0|" */
    size_t sent_count;
    char said[SIM_FAKE_MAX][512];
    size_t said_count;
    size_t drops;
    bool wrong;         /* what is sent is wrong on purpose: it is counted */
    size_t wrong_count; /* messages that the dictionary does not take */
};

void sim_fake_init(struct sim_fake *fake, enum sim_version version);
/* A message from fields written with '|'. */
struct sim_message
sim_fake_message(struct sim_body *body, const char *type, const char *fields);
/* Fails the test unless message |at| is of |type| and has all |fields|. */
void sim_fake_expect(const struct sim_fake *fake,
                     size_t at,
                     const char *type,
                     const char *fields);
void sim_fake_expect_absent(const struct sim_fake *fake, size_t at, int tag);
void sim_fake_clear(struct sim_fake *fake);

/* A venue over such a port, FIX.4.4 or 4.2; and a hub with the limit ACME-USD
 * of 100,000.00, whose ledgers must add up in the end (R23). */
struct venue_test {
    struct sim_fake fake;
    struct sim_venue venue;
    struct sim_body body;
};

int venue_setup(void **state);
int venue_setup_42(void **state);
int venue_teardown(void **state);
void venue_in(struct venue_test *f, const char *type, const char *fields);
void venue_tell(struct venue_test *f, const char *line);

struct hub_test {
    struct sim_fake fake;
    struct sim_hub hub;
    struct sim_body body;
};

int hub_setup(void **state);
int hub_teardown(void **state);
void hub_in(struct hub_test *f, const char *type, const char *fields);
void hub_tell(struct hub_test *f, const char *line);

#endif
