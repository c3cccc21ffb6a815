/*
 * The simulated credit hub: DF in, DG out; limits by CM and CR; stops by DH.
 *
 * It answers from books of its own (sim_ledger) and can be told to be slow,
 * silent or wrong, so that every way a hub can misbehave can be tried.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_HUB_H
#define SIM_HUB_H

#include "sim_hub_faults.h"
#include "sim_ledger.h"
#include "sim_port.h"

enum sim_wrong {
    SIM_RIGHT,
    SIM_WRONG_STATUS,    /* 2325=9 */
    SIM_WRONG_AMOUNT,    /* 2327 is a half of what was asked */
    SIM_WRONG_ABOVE,     /* 2327 is twice what was asked */
    SIM_WRONG_TOKEN,     /* 2319 was never asked for */
    SIM_WRONG_DUPLICATE, /* every DG twice */
    SIM_WRONG_NO_ECHO,   /* no 2318, 2322 */
};

struct sim_answer {
    char *body;
    size_t len;
};

struct sim_hub {
    struct sim_port *port;
    struct sim_ledger ledger;
    struct sim_index token_ids;   /* 2319, to the ledger's tokens */
    struct sim_index request_ids; /* 2318 per session, to answers */
    struct sim_answer *answers;   /* the last DG to each 2318 */
    size_t answer_count;
    size_t answer_size;
    struct sim_inbox asks;    /* not looked at so far: slow, silent */
    struct sim_inbox pending; /* 2325=3 was sent */
    struct sim_index stops;   /* account, to 0 active, 1 suspended, 2 halted */
    int64_t slow_ns;
    int64_t pending_ns;
    int64_t life_ns; /* of a token; 0: no 126 */
    int64_t partial_percent;
    int deny; /* 2326 of every answer, -1: answer by the books */
    bool silent;
    bool deaf;
    enum sim_wrong wrong;
    size_t fragment;  /* parties of one CM, 0: all */
    uint64_t reports; /* for 1667 */
    uint64_t actions; /* for 2328 */
    struct sim_faults faults;
    size_t left_out; /* the limit that a snapshot lacks, or SIM_NONE */
};

void sim_hub_init(struct sim_hub *hub, struct sim_port *port);
void sim_hub_deinit(struct sim_hub *hub);

/* The session is logged on: the limits go out. */
void sim_hub_logon(struct sim_hub *hub, struct sim_peer *peer);
void sim_hub_receive(struct sim_hub *hub,
                     struct sim_peer *peer,
                     const struct sim_message *message);
/* Does what is due by the port's time. */
void sim_hub_tick(struct sim_hub *hub);
int64_t sim_hub_due(const struct sim_hub *hub);

/* One command, without a line end; false when it is none, or wrong. */
bool sim_hub_command(struct sim_hub *hub, const char *line);
extern const char sim_hub_help[];

/* Adds or changes a limit; the words of the command "limit", or of a CSV. */
bool sim_hub_limit(struct sim_hub *hub, const char *words, bool tell);

/* Limits as messages (sim_hub_limits.c). */
void sim_hub_snapshot(struct sim_hub *hub,
                      struct sim_peer *peer,
                      struct cg_slice request_id);
void sim_hub_update(struct sim_hub *hub, size_t limit, char action);

/* Everything that the hub says goes out here, with its faults. */
void sim_hub_send(struct sim_hub *hub,
                  struct sim_peer *peer,
                  const char *type,
                  struct cg_slice body);

/* Answers now, whatever the hub was told to be. */
void sim_hub_answer(struct sim_hub *hub,
                    struct sim_peer *peer,
                    const struct sim_message *message);
/* Releases what was kept by silence. */
void sim_hub_speak(struct sim_hub *hub);
/* Forgets tokens, requests and all that was kept; limits stay. */
void sim_hub_forget(struct sim_hub *hub);
/* Said unasked (sim_hub_told.c). */
bool sim_hub_stop(struct sim_hub *hub,
                  char action,
                  struct cg_slice account,
                  bool drill);
/* DG 2325=4 that nobody asked for. */
bool sim_hub_cancel(struct sim_hub *hub, struct cg_slice token);

#endif
