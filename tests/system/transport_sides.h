/*
 * Ends of lines for tests of the transport: an engine with its transport, and a
 * bare socket.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_TRANSPORT_SIDES_H
#define CG_TESTS_TRANSPORT_SIDES_H

#include <fix8c/transport.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

/* No test waits longer than this for anything. */
#define GUARD_MS 10000

/* One engine with its transport. */
struct side {
    struct fix8c_engine *engine;
    struct fix8c_session *session;
    struct fix8c_transport *transport;
    int logons;
    int logouts;
    int app;
    int possdups;
    char body[512]; /* the last application message's */
    int flushes;
    int flush_result; /* what before_flush answers */
    int received;
    int flushed;
    int received_before_flush; /* of the newest turn */
    int failed;
    bool closed;
    char events[16384];
};

/* A socket without a session. */
struct raw {
    uv_tcp_t tcp;
    uv_connect_t connecting;
    bool connected;
    bool ended; /* the other side closed it */
    bool closed;
    size_t got;
    char in[65536];
};

extern uv_loop_t loop;
extern const struct fix8c_transport_options defaults;
/* The store of engines that are opened; NULL: their own. */
extern const struct fix8c_store *sides_store;

/* Runs the loop until |condition|; fails when it takes too long. */
#define RUN_UNTIL(condition)                                                   \
    do {                                                                       \
        uint64_t end = uv_now(&loop) + GUARD_MS;                               \
        while (!(condition)) {                                                 \
            uv_run(&loop, UV_RUN_ONCE);                                        \
            if (uv_now(&loop) > end)                                           \
                fail_msg("waited too long for " #condition);                   \
        }                                                                      \
    } while (0)

/* Opens an engine and its transport; returns what the transport did. */
int side_try(struct side *side,
             const char *settings,
             struct fix8c_transport_options options,
             char *error,
             size_t error_len);
void side_open(struct side *side,
               const char *settings,
               struct fix8c_transport_options options);
/* That of a session with the settings |more| is not opened; the error names it
 * and |says| why.  Returns what the transport did. */
int side_refused(const char *more, const char *says);
/* For fix8c_transport_close(). */
void on_side_closed(void *user);
/* Closes both, and waits for it. */
void side_close(struct side *side);

/* ACC, who awaits INI; |extra| are more lines of settings. */
void acceptor_open(struct side *side,
                   const char *extra,
                   struct fix8c_transport_options options);
/* INI, who connects to ACC. */
void initiator_open(struct side *side,
                    int port,
                    struct fix8c_transport_options options);
/* The same, to a host by its name; |more| are more lines of settings. */
void initiator_open_to(struct side *side,
                       const char *host,
                       int port,
                       const char *more,
                       struct fix8c_transport_options options);

int port_of(const struct side *side);

/* Sends a body written with '|' for SOH. */
int send_text(struct side *side, const char *type, const char *text);

/* Connects and reads; or reads nothing yet. */
void raw_open(struct raw *raw, int port);
void raw_open_deaf(struct raw *raw, int port);
void raw_start_read(struct raw *raw);
void raw_say(struct raw *raw, const char *bytes, size_t len);
void raw_close(struct raw *raw);
/* A FIX.4.4 message from INI to ACC. */
size_t message(char *out, const char *type, int seq, const char *body);
void raw_logon(struct raw *raw);

/* Before and after each test. */
int open_loop(void **state);
int close_loop(void **state);

#endif
