/*
 * For tests of the kit: a kit that is watched, and counterparties on the same
 * loop: a hub that keeps or breaks its word, and a socket that is no FIX engine
 * at all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KIT_PEER_H
#define KIT_PEER_H

#include "../unit/free_port.h"
#include "../unit/mistake_told.h"
#include <fix8c/transport.h>
#include <kit.h>

extern uv_loop_t loop;

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
void peer_open(int port);
void peer_close(void);

/* What a socket does that is no FIX engine. */
enum raw_mood { RAW_MUTE, RAW_NOISE, RAW_CLOSES, RAW_OTHER_VERSION };

struct raw_peer {
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

void raw_peer_open(struct raw_peer *raw, enum raw_mood mood);
void raw_peer_close(struct raw_peer *raw);

/* --- a kit that is watched ----------------------------------------------- */

struct watch {
    struct cg_config config;
    struct cg_kit *kit;
    struct cg_kit_options options;
    /* of the last attempt: */
    const char *steps;
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
    char notes[4096]; /* "WHO: WHAT\n" */
    cg_time took;
    /* what somebody who is asked says, and when */
    enum cg_kit_asked answer;
    uint64_t answer_after; /* ms */
    uint64_t asked_at;
    int asked;
    int shown; /* what was asked for */
    char words[256];
    /* Instead of |answer|, if it is there. */
    enum cg_kit_asked (*obey)(void *user, bool first);
    void *user;
    bool stopped;
};

/* Of each test: a hub, and a kit that is opened by it. */
extern struct peer peer;
extern struct watch watch;

/* Before and after each test. */
int kit_setup(void **state);
int kit_teardown(void **state);

#define WITH_KIT(test)                                                         \
    cmocka_unit_test_setup_teardown(test, kit_setup, kit_teardown)

/* Opens the kit on |text|, a configuration without a table of instruments. */
void watch_open(const char *text);
void watch_close(void);

/* Opens it in the seat of a hub's certification, with the gate's clients and
 * venues in |version|; the hub is on |port|. */
void hub_open(int port, const char *version);

/* Plays the case whose steps are |steps|, under the desk of kit_peer.c. */
void watch_play(const char *steps);
void expect(enum cg_kit_verdict verdict, const char *reason);

/* --- configurations ------------------------------------------------------ */

#define INSTRUMENTS "instrument,currency,dv01_per_million\nUSSW10,USD,904\n"

#define GATE_LINES(journal)                                                    \
    "[GATE]\nName=KIT\nJournal=" journal "\nInstruments=table\n"               \
    "HardDeadlineMs=1000\nSoftDeadlineMs=500\nTradingDayEnd=never\n"           \
    "MaxOrders=64\nMaxRequests=256\nMaxLimits=16\n\n"                          \
    "[DEFAULT]\nSenderCompID=GATE\n"
#define CLIENT_LINES(version)                                                  \
    "[SESSION]\nName=client\nRole=client\nBeginString=" version "\n"           \
    "TargetCompID=CLIENT\nVenue=venue\nAccounts=ACME,BETA\n"
#define VENUE_LINES(version)                                                   \
    "[SESSION]\nName=venue\nRole=venue\nBeginString=" version "\n"             \
    "TargetCompID=VENUE\n"
#define HUB_LINES                                                              \
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\n"                    \
    "TargetCompID=HUB\nConnectionType=initiator\n"
#define ACCEPTS "ConnectionType=acceptor\nSocketAcceptPort=0\n"
#define CONNECTS "SocketConnectHost=127.0.0.1\nSocketConnectPort=%d\n"
#define ACCOUNT_LINES(account)                                                 \
    "[ACCOUNT]\nAccount=" account "\nClearingFirm=FCM1\nHub=hub\n"             \
    "[LIMIT]\nRiskLimitID=" account "-USD\nAccount=" account "\nHub=hub\n"     \
    "Owner=FCM1\nCurrency=USD\nModel=ping\nWarnings=none\n"
#define ACCOUNTS ACCOUNT_LINES("ACME") ACCOUNT_LINES("BETA")

/* --- steps --------------------------------------------------------------- */

#define UP                                                                     \
    "client up\n"                                                              \
    "venue up\n"                                                               \
    "hub up\n"                                                                 \
    "hub < CL 1666=$Q 1760=3 263=1\n"

#define ASK                                                                    \
    "client > D 11=${RUN}A1 38=10000000\n"                                     \
    "hub < DF 2318=$N1 2319=$T 2320=0 2321=0 2324=9040.00 ...\n"

#define GRANT "hub > DG 2318=$N1 2319=$T 2325=0 2324=9040.00 2327=9040.00\n"

#define TAKEN                                                                  \
    "venue > 8 11=${RUN}A1 37=${RUN}V 17=${RUN}E1 150=0 39=0 38=10000000 "     \
    "14=0 151=10000000\n"                                                      \
    "client < 8 same\n"

#define AT_VENUE "venue < D same 7350=$T\n" TAKEN

#define CANCEL                                                                 \
    "client > F 11=${RUN}A2 41=${RUN}A1 38=10000000\n"                         \
    "venue < F same\n"                                                         \
    "venue > 8 11=${RUN}A2 41=${RUN}A1 37=${RUN}V 17=${RUN}E2 150=4 39=4 "     \
    "38=10000000 14=0 151=0\n"                                                 \
    "client < 8 same\n"                                                        \
    "hub < DF 2318=$N2 2319=$T 2320=1 2321=0 2324=9040.00 ...\n"               \
    "hub > DG 2318=$N2 2319=$T 2320=1 2325=4\n"

#define WHOLE UP ASK GRANT AT_VENUE CANCEL

#endif
