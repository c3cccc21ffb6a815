/*
 * A gate between a client, the simulated venue and the simulated hub, in
 * virtual time, and what must be true of it whatever the hub does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_FAULTY_WORLD_H
#define CG_TESTS_FAULTY_WORLD_H

#include "gate_harness.h"
#include <sim_hub.h>
#include <sim_venue.h>

enum { QUEUE_MAX = 256, ORDERS_MAX = 96, TOKENS_MAX = 256, WRONG_MAX = 32 };
enum { HARD_MS = 5000 };

/* An order of the client, and what became of it. */
struct order {
    char id[16];
    char current[16]; /* of its chain, as the venue has told */
    cg_time sent_at;
    cg_time answered_at;
    int outcomes; /* accepted, or rejected */
    int forwards;
};

/* A token as the wire to the hub shows it. */
struct token {
    char id[32];
    int64_t granted; /* the largest total, as 1/10000; 0: none */
};

struct message {
    int session;
    char text[4096];
};

struct world {
    struct harness harness;
    struct sim_port hub_port;
    struct sim_port venue_port;
    struct sim_peer hub_peer;
    struct sim_peer venue_peer;
    struct sim_peer *hub_peers[1];
    struct sim_peer *venue_peers[1];
    struct sim_hub hub;
    struct sim_venue venue;
    struct message queue[QUEUE_MAX]; /* to the gate */
    int first;
    int count;
    struct sim_inbox held; /* of the hub, while its line is down */
    struct order orders[ORDERS_MAX];
    int order_count;
    struct token tokens[TOKENS_MAX];
    int token_count;
    int64_t filled;   /* by the venue, as DV01 */
    int64_t consumed; /* of the gate's tokens */
    bool print;
    bool lost; /* what the hub says is, as if its numbers began anew */
    int said;  /* lines of the gate's log that were printed */
    bool fallback;
    char wrong[WRONG_MAX][256];
    int wrong_count;
};

extern struct world *world;

/* A world with |faults|; its one limit is ping, or ping-with-push. */
void world_open(const char *faults, bool fallback);
void world_close(void);

/* Lets |ms| go by in steps. */
void world_pass(int ms, int step);
void world_order(const char *id, int millions);
void world_replace(const char *id, const char *old, int millions);
void world_cancel(const char *id, const char *old);

/* Commands of the simulators; false when one is not possible. */
bool world_hub(const char *command);
bool world_venue(const char *command);

/* A limit that the hub has, and has not told. */
void world_hub_limit(const char *words);
void world_hub_link(bool up);

/* The gate dies and starts again; everybody logs on. */
void world_crash(void);

/* The hub keeps its word again, and every order ends. */
void world_settle(void);

/* What is wrong then goes to world->wrong. */
void world_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
void world_judge_orders(void);
void world_judge_gate(void);
void world_judge_hub(void);

#endif
