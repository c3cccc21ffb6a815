/*
 * A client's FIX 4.4 session over a plain socket, which may read slowly, or not
 * at all.
 *
 * It shares nothing with the gate nor with QuickFIX: numbers, gaps and resends
 * are its own.  What it takes from the line it takes in the order of the
 * numbers and once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LOAD_WIRE_H
#define LOAD_WIRE_H

#include <sim_fields.h>
#include <uv.h>

#define WIRE_KEPT 16384 /* messages that can be resent */
enum wire_state { WIRE_DOWN, WIRE_CONNECTING, WIRE_LOGON, WIRE_ON };

enum wire_reads {
    WIRE_READS,
    WIRE_READS_SLOWLY, /* a little at each tick */
    WIRE_READS_NOTHING,
};

/* A message that was sent; body NULL: an admin message. */
struct wire_kept {
    char type;
    char *body;
    size_t len;
    int64_t at_ns;
};

struct wire_bytes {
    char *data;
    size_t len;
    size_t size;
};

struct wire_line; /* one connection */

struct wire {
    uv_loop_t *loop;
    const char *name; /* SenderCompID(49) */
    int port;
    int heartbeat_s;
    enum wire_state state;
    enum wire_reads reads;
    struct wire_line *line;
    int64_t next_out;
    int64_t next_in;
    bool asked; /* a ResendRequest is out */
    struct wire_kept kept[WIRE_KEPT];
    struct wire_bytes in;
    struct wire_bytes out;
    int64_t said_ns;  /* when it last sent */
    int64_t heard_ns; /* when a message last arrived; 0: not in this logon */
    /* What came of it. */
    uint64_t logons;
    uint64_t lost; /* lines that it did not end itself */
    uint64_t logouts;
    uint64_t messages;
    uint64_t resent_in;
    uint64_t resent_out;
    int64_t silence_ns; /* the longest, while it reads */
    uint64_t late;      /* silences longer than two intervals */
    char failure[160];
    /* A message of the application, or a Heartbeat with 112, in its turn. */
    void (*heard)(void *user, char type, struct cg_slice message);
    void *user;
};

int64_t wire_now(void);

void wire_init(struct wire *wire,
               uv_loop_t *loop,
               const char *name,
               int port,
               int heartbeat_s);
void wire_deinit(struct wire *wire);
/* Connects and logs on; nothing when it is not down. */
void wire_connect(struct wire *wire);
/* Sends, or keeps for the ResendRequest of the next logon. */
void wire_send(struct wire *wire, char type, struct cg_slice body);
/* An admin message. */
void wire_admin(struct wire *wire, char type, struct cg_slice body);
void wire_read(struct wire *wire, enum wire_reads reads);
/* Breaks the line, with what is on it: a reset, or an orderly end. */
void wire_cut(struct wire *wire, bool reset);
/* Heartbeats, slow reading; every 10 ms or so. */
void wire_tick(struct wire *wire);

#endif
