/*
 * What a simulator's logic sees of the outside: sessions, messages, time.
 *
 * The logic never touches a socket or a clock.  A process gives it this port
 * over libfix8-c and libuv (sim_host), a unit test one that keeps what is sent.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_PORT_H
#define SIM_PORT_H

#include "sim_fields.h"

#define SIM_MS ((int64_t)1000000)
#define SIM_NEVER INT64_MAX

enum sim_version { SIM_FIX42, SIM_FIX44, SIM_FIX50SP2 };

/* One FIX session.  |session| is the port's own business. */
struct sim_peer {
    const char *name;
    enum sim_version version;
    bool up;
    void *session;
};

/* An application message; borrowed. */
struct sim_message {
    const char *type; /* MsgType(35) */
    struct cg_slice body;
    bool possdup;    /* 43=Y */
    bool possresend; /* 97=Y */
};

struct sim_port {
    int64_t now_ns; /* since 1970; set before the logic is called */
    void *user;
    struct sim_peer **peers;
    size_t peer_count;
    void (*send)(void *user,
                 struct sim_peer *peer,
                 const char *type,
                 struct cg_slice body);
    /* Breaks the connection, without a Logout. */
    void (*drop)(void *user, struct sim_peer *peer);
    /* One line for people and scripts. */
    void (*say)(void *user, const char *line);
};

void sim_port_send(struct sim_port *port,
                   struct sim_peer *peer,
                   const char *type,
                   const struct sim_body *body);
void sim_port_drop(struct sim_port *port);
void sim_port_say(struct sim_port *port, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Messages that are kept to be handled later, in the order they came. */
struct sim_kept {
    struct sim_peer *peer;
    int64_t due_ns;
    char type[8];
    char *body;
    size_t body_len;
    bool possdup;
    bool possresend;
};

struct sim_inbox {
    struct sim_kept *kept;
    size_t first;
    size_t count; /* of |kept|, those before |first| included */
    size_t size;
};

void sim_inbox_deinit(struct sim_inbox *inbox);
void sim_inbox_forget(struct sim_inbox *inbox);
size_t sim_inbox_waiting(const struct sim_inbox *inbox);

/* Keeps a copy of |message|, due at |due_ns|, after those ahead of it. */
void sim_inbox_keep(struct sim_inbox *inbox,
                    struct sim_peer *peer,
                    int64_t due_ns,
                    const struct sim_message *message);

/* When the next one is due; SIM_NEVER when none is. */
int64_t sim_inbox_due(const struct sim_inbox *inbox);

/* Makes all due at |now_ns|. */
void sim_inbox_release(struct sim_inbox *inbox, int64_t now_ns);

/*
 * Takes the first message if it is due by |now_ns|.  |*kept| then belongs to
 * the caller, who frees it with sim_kept_deinit().
 */
bool sim_inbox_take(struct sim_inbox *inbox,
                    int64_t now_ns,
                    struct sim_kept *kept);
struct sim_message sim_kept_message(const struct sim_kept *kept);
void sim_kept_deinit(struct sim_kept *kept);

/* From a text to a number: ClOrdIDs, token ids.  Entries are never removed. */
struct sim_index {
    char **keys;
    size_t *values;
    size_t count;
    size_t size;
};

#define SIM_NONE SIZE_MAX

void sim_index_deinit(struct sim_index *index);
/* Sets |key|, or changes it. */
void sim_index_set(struct sim_index *index, struct cg_slice key, size_t value);
/* The number of |key|, or SIM_NONE. */
size_t sim_index_get(const struct sim_index *index, struct cg_slice key);

#endif
