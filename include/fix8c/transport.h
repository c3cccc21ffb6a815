/*
 * A libuv transport for libfix8-c: listens and connects for every session of an
 * engine, frames what arrives, feeds the sessions, and writes what they say.
 *
 * Bytes produced during one turn of the loop are held back and written together
 * at the end of the turn, after |before_flush| has said yes: a caller that keeps
 * a journal commits there, so nothing is visible before it is durable.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIX8C_TRANSPORT_H
#define FIX8C_TRANSPORT_H

#include <fix8c/fix8c.h>
#include <uv.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fix8c_transport;

/*
 * Zero means the default.  Addresses and ports come from each session's own
 * settings: SocketAcceptPort and SocketAcceptAddress (default 127.0.0.1) for
 * acceptors, sessions with the same pair share a listener, port 0 picks a free
 * one; SocketConnectHost, SocketConnectPort and ReconnectInterval (seconds,
 * default 1) for initiators; AllowedAddresses, a comma-separated list of
 * addresses that may connect (absent: all).
 */
struct fix8c_transport_options {
    unsigned logon_timeout_ms;    /* default 5000, from connect to Logon */
    size_t message_max;           /* default 65536 bytes */
    size_t send_queue_max;        /* default 16 MiB; a slower reader is cut */
    int backlog;                  /* default 128 */
    /*
     * Called once at the end of each turn that left bytes or closes to let
     * out.  Non-zero stops everything: nothing is written, all connections are
     * closed, and |failed| is called.
     */
    int (*before_flush)(void *user);
    void (*failed)(void *user, int error);
    /* Connection-level events, one line, for the caller's log. */
    void (*event)(void *user, const char *text);
    void *user;
};

/*
 * Starts listening and connecting on |loop|.  |engine| must outlive the
 * transport.  On failure returns a negative fix8c or libuv error and |error|
 * says which session or address.
 */
FIX8C_API int
fix8c_transport_open(uv_loop_t *loop,
                     struct fix8c_engine *engine,
                     const struct fix8c_transport_options *options,
                     char *error,
                     size_t error_len,
                     struct fix8c_transport **transport);

/* The port an acceptor session listens on (useful after port 0). */
FIX8C_API int
fix8c_transport_port(const struct fix8c_transport *transport,
                     const struct fix8c_session *session);

/* Makes sure |before_flush| runs at the end of this turn. */
FIX8C_API void fix8c_transport_touch(struct fix8c_transport *transport);

/* Drops the connection of |session| as a broken line would, no Logout. */
FIX8C_API void fix8c_transport_drop(struct fix8c_transport *transport,
                                    struct fix8c_session *session);

/*
 * Logs out every session, flushes, and closes all handles; the loop can then
 * end.  |closed| is called when done, after which the transport is freed.
 */
FIX8C_API void fix8c_transport_close(struct fix8c_transport *transport,
                                     void (*closed)(void *user));

#ifdef __cplusplus
}
#endif
#endif
