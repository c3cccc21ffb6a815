/*
 * Inside the transport: its lines (connections), listeners and the ends that
 * connect out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIX8C_TRANSPORT_LINE_H
#define FIX8C_TRANSPORT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fix8c/transport.h>

#define NEVER UINT64_MAX

/* Names of hosts and peers, with their ports, in events. */
#define PEER_TEXT 96

/* Bytes that grow at the end and are taken from the front. */
struct buffer {
    char *bytes;
    size_t len;
    size_t size;
};

/*
 *  OPEN ----- session or caller ends it -----> CLOSING: write what is held
 *   |                                             |
 *   | broken, dropped                             | written
 *   v                                             v
 *  GONE: uv_close() <--- end of input, time --- LINGER: our half is shut
 */
enum line_state {
    LINE_CONNECTING,
    LINE_OPEN,
    LINE_CLOSING,
    LINE_LINGER,
    LINE_GONE,
};

struct line {
    uv_tcp_t tcp;
    uv_connect_t connecting;
    uv_shutdown_t shutting;
    struct fix8c_transport *transport;
    struct line *next;
    struct line *prev;
    enum line_state state;
    struct listener *listener; /* where it came in; NULL: ours */
    struct station *station;   /* NULL until known, and when over */
    bool attached;             /* the station's session speaks this way */
    struct buffer in;
    struct buffer out; /* held until the end of the turn */
    uint64_t deadline; /* for a Logon, for a connect, for the end */
    uint64_t grace;    /* NEVER while the peer keeps up */
    uint64_t taken;    /* bytes of finished writes, ever */
    uint64_t taken_at_grace;
    size_t writing; /* bytes of the uv_write that is under way */
    size_t read_in_turn;
    bool dirty;  /* has bytes or a close to let out */
    bool doomed; /* to be cut at the end of the turn */
    bool reading;
    bool full;   /* not read: the peer does not take our bytes */
    bool paused; /* not read: it has had its share of this turn */
    bool ended;  /* the peer has sent its last byte */
    char peer[PEER_TEXT];
};

struct listener {
    uv_tcp_t tcp;
    struct fix8c_transport *transport;
    struct listener *next;
    char address[64];
    int asked_port;
    int port;
    bool owes; /* a connection has come in that there was no memory for */
};

struct allowed {
    int family;
    unsigned char bytes[16];
};

/* One session of the engine. */
struct station {
    struct fix8c_transport *transport;
    struct fix8c_session *session;
    struct listener *listener; /* acceptors */
    struct allowed *allowed;   /* NULL: every address */
    size_t allowed_len;
    struct line *line; /* the one that connects or is attached */
    uv_getaddrinfo_t resolving;
    bool resolves;
    const char *host;
    int port;
    unsigned attempts; /* to connect to a host that is a name */
    unsigned failures; /* attempts in a row that failed like the last one */
    int failure;       /* how the last one failed, 0: it did not */
    uint64_t interval_ms;
    uint64_t due; /* when to connect next; NEVER while a line is there */
    bool nodelay;
};

/* When a timer is due. */
struct due {
    uint64_t at;
    bool again; /* it was late, and comes after the reading */
};

struct fix8c_transport {
    uv_loop_t *loop;
    struct fix8c_engine *engine;
    struct fix8c_transport_options options;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_timer_t tick;
    uv_timer_t watch;
    struct due tick_due;
    struct due watch_due;
    struct line *lines;
    size_t waiting; /* lines that came in and have no session */
    struct listener *listeners;
    struct station *stations;
    size_t stations_len;
    size_t handles; /* that libuv still has */
    bool dirty;
    bool failed;
    bool quiet; /* no line comes any more */
    bool closing;
    bool finishing;
    uint64_t close_deadline;
    void (*closed)(void *user);
    char scratch[65536]; /* what a read fills */
};

/* Whether lines may still come. */
static inline bool transport_connects(const struct fix8c_transport *transport)
{
    return !transport->quiet && !transport->closing && !transport->failed;
}

/* transport.c */
__attribute__((format(printf, 2, 3))) void
transport_event(struct fix8c_transport *transport, const char *format, ...);
void transport_fail(struct fix8c_transport *transport, int error);
/* Sets the watch to the earliest deadline of all. */
void transport_watch(struct fix8c_transport *transport);
struct station *transport_station(const struct fix8c_transport *transport,
                                  const struct fix8c_session *session);
void transport_handle_closed(struct fix8c_transport *transport);

/* transport_ends.c */
int ends_open(struct fix8c_transport *transport, char *error, size_t error_len);
void ends_free(struct fix8c_transport *transport);
/* Stops listening and connecting. */
void ends_close(struct fix8c_transport *transport);
void ends_connect_due(struct fix8c_transport *transport, uint64_t now);
/* Takes the connections that could not be taken when they came. */
void ends_take_owed(struct fix8c_transport *transport);
bool ends_allow(const struct station *station, const struct line *line);

/* transport_line.c */
struct line *line_new(struct fix8c_transport *transport);
/* Starts to read. */
void line_start(struct line *line);
/* Attaches a session: its bytes come this way from now on. */
int line_attach(struct line *line, struct station *station);
/* At the end of a turn: writes what is held, goes on with closing. */
void line_flush(struct line *line);
void line_resume(struct line *line);
void line_deadline(struct line *line, uint64_t now);
/* When line_deadline() is next due. */
uint64_t line_due(const struct line *line);
/* The end, at once: nothing held is written. */
void line_cut(struct line *line, const char *why);

#endif
