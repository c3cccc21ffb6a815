/*
 * Counterparties for a kit, on the loop of the test: a hub that keeps or breaks
 * its word, and a socket that is no FIX engine at all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KIT_PEER_H
#define KIT_PEER_H

#include <fix8c/transport.h>
#include <kit.h>

/* How a hub answers a check (DF 2320=0 2321=0). */
enum peer_mood {
    PEER_GRANTS,
    PEER_SILENT,
    PEER_WRONG_AMOUNT, /* 2327 is 1 */
    PEER_TWICE,
    PEER_SLOW, /* 600 ms later */
    PEER_BREAKS,
    PEER_LOGS_OUT,
    PEER_FLOODS,      /* News without an end */
    PEER_OTHER_WORDS, /* 9040 for 9040.00, and News (B) before it */
    PEER_REJECTS,     /* with a 3 */
};

struct peer {
    uv_loop_t *loop;
    struct fix8c_engine *engine;
    struct fix8c_session *session;
    struct fix8c_transport *transport;
    uv_timer_t timer;
    bool timer_closed;
    bool closed;
    int port;
    enum peer_mood mood;
    char later[512]; /* a body that a slow hub will say */
    int asks;
    int withdrawals;     /* DF 2320=1 2321=0 */
    char requests[4096]; /* " 2318" of each DF */
};

/* Listens as HUB for GATE, on |port|, 0: any. */
void peer_open(struct peer *peer, uv_loop_t *loop, int port);
void peer_close(struct peer *peer);

/* What a socket does that is no FIX engine. */
enum raw_mood { RAW_MUTE, RAW_NOISE, RAW_CLOSES, RAW_OTHER_VERSION };

struct raw_peer {
    uv_loop_t *loop;
    uv_tcp_t listener;
    uv_tcp_t line;
    uv_timer_t timer;
    bool has_line;
    int open; /* handles */
    int port;
    enum raw_mood mood;
    char bytes[4096];
    uv_write_t write;
    bool writing;
};

void raw_peer_open(struct raw_peer *raw, uv_loop_t *loop, enum raw_mood mood);
void raw_peer_close(struct raw_peer *raw);

/* A port of loopback that nobody uses now. */
int free_port(void);

/* --- a kit that is watched ----------------------------------------------- */

struct watch {
    struct cg_config config;
    struct cg_kit *kit;
    struct cg_kit_options options;
    /* of the last attempt: */
    enum cg_kit_verdict verdict;
    char reason[1024];
    size_t passed; /* steps */
    size_t failed;
    size_t waived;
    size_t messages;
    char expected[4096]; /* of the step that failed */
    char observed[4096];
    char wrong[1024];
    uint32_t differing[16];
    size_t differing_count;
    char bytes[65536]; /* all messages, "ACTOR < ...\n" */
    size_t bytes_len;
    cg_time took;
    /* what somebody who is asked says, and when */
    enum cg_kit_asked answer;
    uint64_t answer_after; /* ms */
    uint64_t asked_at;
    int asked;
    char words[256];
    /* Instead of |answer|, if it is there. */
    enum cg_kit_asked (*obey)(void *user, bool first);
    void *user;
    bool stopped;
};

/* Opens the kit on |text|, a configuration without a table of instruments. */
void watch_open(struct watch *watch, uv_loop_t *loop, const char *text);
void watch_close(struct watch *watch);

/* Plays the case whose steps are |steps|, under the desk of kit_peer.c. */
void watch_play(struct watch *watch, const char *steps);

#endif
