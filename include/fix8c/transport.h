/*
 * A libuv transport for libfix8-c: listens and connects for every session of an
 * engine, frames what arrives, feeds the sessions, and writes what they say.
 *
 * Bytes produced during one turn of the loop are held back and written together
 * at the end of the turn, after |before_flush| has said yes: a caller that
 * keeps a journal commits there, so nothing is visible before it is durable.
 *
 * The process must ignore SIGPIPE, as with all of libuv: a peer may go between
 * two writes.
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
 * numeric addresses that may connect to the session (absent: all).
 * SocketNodelay is Y by default, SocketReuseAddress and SO_KEEPALIVE are on.
 * Hosts are numeric addresses, or names that are resolved at each attempt.
 */
struct fix8c_transport_options {
    unsigned logon_timeout_ms; /* default 5000, from connect to Logon */
    size_t message_max;        /* default 65536 bytes */
    /*
     * Default 16 MiB.  A peer that leaves more than this unread is not read
     * from until it has caught up.  It is cut when it then takes less than a
     * quarter of this in |send_grace_ms|, or when 16 times this has piled up.
     * So the answer to a long ResendRequest passes, and a peer that has stopped
     * reading costs no more than the limit for long.
     */
    size_t send_queue_max;
    unsigned send_grace_ms;     /* default 5000 */
    unsigned logout_timeout_ms; /* default 2000, in fix8c_transport_close() */
    const char *logout_text;    /* 58 of its Logouts; NULL: none */
    int backlog;                /* default 128 */
    /*
     * A whole message arrived on the line of |session|, which has not seen it
     * yet: this is its own bytes, also where the session then ignores it.  Must
     * not send.  What it sends is told by the engine's |sent|.
     */
    void (*received)(void *user,
                     struct fix8c_session *session,
                     const char *bytes,
                     size_t len);
    /*
     * Called once at the end of each turn in which a message arrived, or that
     * left bytes or closes to let out, or after fix8c_transport_touch().  It
     * may still send; those bytes belong to the same turn.  Non-zero stops
     * everything: nothing is written, all connections are closed, and |failed|
     * is called with that value.
     */
    int (*before_flush)(void *user);
    /* After that, when what was held has been handed to the system. */
    void (*flushed)(void *user);
    /*
     * The end: |before_flush|'s value, or FIX8C_ERR_STORE.  Nothing was
     * written.  fix8c_transport_close() may follow, nothing else.
     */
    void (*failed)(void *user, int error);
    /* Connection-level events, one line, for the caller's log. */
    void (*event)(void *user, const char *text);
    void *user;
};

/*
 * Starts listening and connecting on |loop|.  |engine| must outlive the
 * transport.  On failure returns a negative fix8c or libuv error, |error| says
 * which session or address, and what was opened goes in the loop's next turn.
 */
FIX8C_API int
fix8c_transport_open(uv_loop_t *loop,
                     struct fix8c_engine *engine,
                     const struct fix8c_transport_options *options,
                     char *error,
                     size_t error_len,
                     struct fix8c_transport **transport);

/*
 * The port an acceptor session listens on (useful after port 0), or
 * FIX8C_ERR_UNKNOWN.
 */
FIX8C_API int fix8c_transport_port(const struct fix8c_transport *transport,
                                   const struct fix8c_session *session);

/*
 * Makes sure |before_flush| runs at the end of this turn.  Sending on a session
 * of the engine does so by itself.
 */
FIX8C_API void fix8c_transport_touch(struct fix8c_transport *transport);

/* Drops the connection of |session| as a broken line would, no Logout. */
FIX8C_API void fix8c_transport_drop(struct fix8c_transport *transport,
                                    struct fix8c_session *session);

/*
 * Stops listening and connecting.  Lines that have no session yet are cut; the
 * others go on.  The first step of an orderly end, for a caller that has more
 * to say, or logs out in an order of its own, before fix8c_transport_close().
 */
FIX8C_API void fix8c_transport_quiesce(struct fix8c_transport *transport);

/*
 * Logs out every session, waits for the answers (at most |logout_timeout_ms|),
 * flushes, and closes all handles; the loop can then end.  |closed|, called
 * with the options' |user|, comes last: the transport is freed after it.  A
 * second call, before that, waits no longer: what is still open is cut; its
 * |closed| is not looked at.
 */
FIX8C_API void fix8c_transport_close(struct fix8c_transport *transport,
                                     void (*closed)(void *user));

#ifdef __cplusplus
}
#endif
#endif
