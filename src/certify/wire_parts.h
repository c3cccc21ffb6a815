/*
 * Inside the wire: its line, what came, and how its messages are made.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_WIRE_PARTS_H
#define CG_CERTIFY_WIRE_PARTS_H

#include "wire.h"

/* --- messages that came (wire_inbox.c) ---------------------------------- */

/* What came and no step has taken yet, in its order. */
struct wire_inbox {
    struct cg_script_message *items;
    size_t count;
    size_t room;
    size_t first; /* all before it are taken */
    size_t found; /* what the last look has found; |count|: nothing */
};

void wire_inbox_deinit(struct wire_inbox *inbox);

/* Bytes of a line that are not a whole message yet. */
struct wire_stream {
    char *bytes;
    size_t len;
    size_t size;
};

/* More of the stream; false without memory. */
bool wire_stream_feed(struct wire_stream *stream,
                      const char *bytes,
                      size_t len);

/*
 * Cuts the first message, or garbled bytes, off the stream, into |bytes|, which
 * are good until the next feed or wire_stream_drop() of them.  |ended|: no more
 * will come, so a message that was cut is garbled.
 */
bool wire_stream_cut(const struct wire_stream *stream,
                     bool ended,
                     struct cg_slice *bytes,
                     bool *garbled);
void wire_stream_drop(struct wire_stream *stream, size_t len);

/* Keeps a message for the steps; NULL without memory. */
struct cg_script_message *wire_inbox_keep(struct wire_inbox *inbox,
                                          enum cg_version version,
                                          struct cg_slice bytes,
                                          bool garbled);

/* The value of the first field |tag| of whole fields; NULL data: none. */
struct cg_slice wire_value(struct cg_slice fields, uint32_t tag);

/* A positive number; 0 when it is none. */
int wire_number(struct cg_slice value);

/* --- messages that go (wire_compose.c) ---------------------------------- */

/* What a message is made of where a step does not say it. */
struct wire_making {
    enum cg_version version;
    const char *begin_string;
    const char *ours; /* 49 */
    const char *theirs;
    const char *logon; /* further fields of a Logon, with SOH */
    int next_out;
    cg_time now;
};

#define WIRE_CUTS_MAX 64

/* A message that was made. */
struct wire_made {
    char *bytes; /* free() it */
    size_t len;
    size_t cuts[WIRE_CUTS_MAX]; /* a packet ends before each */
    size_t cut_count;
    int seq;      /* that it uses up; 0: none */
    int next_out; /* that a SequenceReset(4) announces; 0: none */
    bool logout;
    bool resets; /* a Logon with 141=Y */
};

/* The message of a step CG_SCRIPT_SEND or CG_SCRIPT_WIRE_RAW; false without
 * memory, or when it is too long. */
bool wire_compose(const struct wire_making *making,
                  const struct cg_script_runner *runner,
                  const struct cg_script_step *step,
                  struct wire_made *made);

/* A message made of |type| and |body| alone. */
bool wire_make(const struct wire_making *making,
               const char *type,
               struct cg_slice body,
               struct wire_made *made);

/* The number that the message of |step| will have, as far as it is one. */
int wire_seq_of(const struct wire_making *making,
                const struct cg_script *script,
                const struct cg_script_step *step);

/* The type of |step| with its value put in. */
struct cg_slice wire_type(const struct cg_script_runner *runner,
                          const struct cg_script_step *step);

/* --- the line (wire.c) -------------------------------------------------- */

struct wire_line;

/* Bytes that are not written yet. */
struct wire_packet {
    struct wire_packet *next;
    uv_write_t request;
    bool pause; /* before it */
    size_t len;
    char bytes[];
};

struct cg_wire {
    struct cg_wire_options options;
    char *host;
    char *logon;
    struct wire_making making;
    int next_in;
    int stamp;                             /* what ${STAMP} stands for */
    const struct cg_script_runner *runner; /* of the last step done */
    bool answers_tests;
    bool closing;
    int handles;
    uv_tcp_t listener;
    bool listens;
    uv_timer_t pause;
    struct wire_line *line;     /* NULL: none */
    struct wire_line *behind;   /* that was there before it, and is open */
    bool connecting;            /* a step "connects" is under way */
    struct wire_line *accepted; /* the peer's, that no step waited for yet */
    bool closed;                /* by the peer, since the last "connects" */
    bool looks_closed;          /* the last look was for that */
    bool hung_up;               /* by us, likewise */
    bool peer_logout;           /* the peer has said Logout, likewise */
    bool logout;                /* and we have */
    bool peer_logon;
    char *failure; /* of connecting */
    struct wire_inbox inbox;
    size_t bytes_in;             /* of all that is in it */
    struct wire_packet *packets; /* not handed to libuv yet */
    char chunk[65536];
};

/* One connection.  |wire| is NULL once nobody looks at it any more. */
struct wire_line {
    uv_tcp_t tcp;
    uv_connect_t request;
    uv_getaddrinfo_t lookup;
    uv_shutdown_t shutting;
    struct wire_stream stream;
    struct cg_wire *wire;
    bool open;
    bool looking; /* the name is being looked up */
    bool gone;    /* to be closed when that is over */
};

cg_time wire_now(void);

/* Begins to connect. */
void wire_line_connect(struct cg_wire *wire);

/* The line is there: it is read from now on. */
void wire_line_opened(struct wire_line *line);

/* Breaks it; what was said still goes out. */
void wire_line_drop(struct cg_wire *wire);

/* Sends what was made, which is freed, and counts on from it; false without
 * memory. */
bool wire_send(struct cg_wire *wire, struct wire_made *made);

#endif
