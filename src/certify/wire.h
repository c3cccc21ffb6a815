/*
 * The actor "wire" of a certification: a socket to the peer without a FIX
 * session, so that a case can say what no FIX engine would.
 *
 * What a step does not say is made: 8, 9, 35, 49, 56, 34, 52 and 10, and in a
 * Logon 1137 and what the configuration adds.  A step may say each of them, in
 * the message's own order or, with "raw", byte by byte:
 *
 *   34=*        as it would be made; of 8, 9, 10, 34, 49, 52 and 56
 *   34=+3       three more than that; of 9, 10 and 34, and of 36: more than the
 *   36=-1       next number to the peer
 *   52=@-5m     a time; in a raw line only @
 *   |           SOH, in a raw line
 *   /           in a raw line, as a field of its own: a pause; what follows
 *               goes out in a packet of its own
 *
 * ${SEQ}, if the case has "value SEQ 0", is the number of the message, and
 * after it that of the last message that was said.
 *
 * A number that is said is not used up, but for 34=*.  A SequenceReset(4) whose
 * 36 is higher than the next number to the peer makes it the next one; a Logon
 * with 141=Y begins at 1 in both ways.
 *
 * TestRequests(1) are answered, and gone, unless the case expects one.  A
 * Logout(5) is answered when the peer is to close the line.  Nothing else goes
 * out by itself: no Heartbeats, no answer to a ResendRequest(2).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_WIRE_H
#define CG_CERTIFY_WIRE_H

#include "kit.h"
#include <script_runner.h>

/* What is kept of one attempt; after that the line ends. */
#define CG_WIRE_MESSAGES_MAX 10000
#define CG_WIRE_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define CG_WIRE_MESSAGE_MAX ((size_t)256 * 1024)

struct cg_wire;

/* Texts are copied, but for |script|, which must outlive the wire. */
struct cg_wire_options {
    uv_loop_t *loop;
    const struct cg_script *script;          /* the case */
    const struct cg_config_session *session; /* of the gate's configuration */
    bool as_gate;      /* it stands for the gate (seat HUB); else for the gate's
                          peer of that session */
    bool listens;      /* the peer connects to us */
    const char *host;  /* a numeric address or a name; NULL: 127.0.0.1 */
    int port;          /* 0 with |listens|: any free one */
    const char *logon; /* further fields of our Logon(A), "553=me|554=x|"; NULL:
                          none */
    int next_out;      /* 0: 1 */
    int next_in;
    size_t messages_max; /* 0: CG_WIRE_MESSAGES_MAX */
    /* Every whole message; garbled bytes of the peer, too.  May be NULL. */
    void (*message)(void *user, bool to_peer, struct cg_slice bytes);
    /* Of the line; may be NULL. */
    void (*note)(void *user, const char *text);
    void *user;
};

/*
 * A wire for one attempt: not connected yet; listening, if it is to.  Returns 0
 * or a negative error, and |error| says what and what to do.
 */
int cg_wire_open(const struct cg_wire_options *options,
                 char *error,
                 size_t error_len,
                 struct cg_wire **wire);

/* Breaks the line.  The wire must not be used any more; its memory goes when
 * the loop has closed its handles.  NULL is fine. */
void cg_wire_close(struct cg_wire *wire);

/* The port it listens on, or a negative error. */
int cg_wire_port(const struct cg_wire *wire);

enum cg_wire_done {
    CG_WIRE_DONE,
    CG_WIRE_WAIT,   /* not yet: do it again when something has happened */
    CG_WIRE_FAILED, /* it cannot be done; |error| says why */
};

/*
 * Does one step: CG_SCRIPT_SEND, CG_SCRIPT_WIRE_RAW, _CONNECTS or _DISCONNECTS.
 * "connects" waits for the peer, and must be given up after a time by the
 * caller; an end of the line before it is forgotten.  A line that is open then
 * stays, behind the new one, and is the wire's again when that ends.  Where the
 * peer connects, its Logon comes first: our first Logon waits for it.  |runner|
 * has the captures and the time.
 */
enum cg_wire_done cg_wire_do(struct cg_wire *wire,
                             struct cg_script_runner *runner,
                             const struct cg_script_step *step,
                             char *error,
                             size_t error_len);

/*
 * The first message that no step took, as |step| (CG_SCRIPT_EXPECT, or
 * CG_SCRIPT_WIRE_CLOSED) or the end of the case (NULL) looks at it; NULL: none
 * so far.
 *
 *   Heartbeats(0) are passed over unless |step| expects one; those without
 *   112 also if it says 112.
 *   WIRE_CLOSED passes over Logouts(5) and Rejects(3), too: whether a peer
 *   says why it closes is its own affair, unless the case expects it.
 *   A Logout(5) that is not answered is answered then, as the peer may wait
 *   for that.
 *   The end of the case passes over Logouts(5) if we have hung up.
 *   Application messages (but for j) of a type that no step of the case
 *   expects are always passed over: snapshots, News.
 *
 * Its header has all fields of the header and 10.  The type is "garbled" when
 * the bytes are no message; they are then in its body as they came.  Owned by
 * the wire, until the next call of cg_wire_do() or turn of the loop.
 */
const struct cg_script_message *cg_wire_next(struct cg_wire *wire,
                                             const struct cg_script_step *step);

/* A step has taken what cg_wire_next() returned, or the end of the line, and
 * what it passed over. */
void cg_wire_take(struct cg_wire *wire);

/* The peer has closed the line, and all that it said before was read. */
bool cg_wire_closed(const struct cg_wire *wire);

/* Whether |type| is what |step| expects: "3", "$ANSWER" of a value, "3|j". */
bool cg_wire_type_fits(const struct cg_script_runner *runner,
                       const struct cg_script_step *step,
                       const char *type);

/* Messages that came so far. */
size_t cg_wire_count(const struct cg_wire *wire);

/* The next numbers, for an engine that goes on where the wire has ended. */
int cg_wire_next_out(const struct cg_wire *wire);
int cg_wire_next_in(const struct cg_wire *wire);

/*
 * Values that the kit supplies to the cases of the wire, and that a profile may
 * say otherwise: OURS, THEIRS (CompIDs), BEGIN (8), PROBE and ANSWER: the
 * MsgType of a message that the peer answers, and of the answer.  Returns how
 * many.  Texts live as long as |session|.
 */
#define CG_WIRE_VALUES 5
size_t cg_wire_values(const struct cg_config_session *session,
                      bool as_gate,
                      struct cg_kit_value values[CG_WIRE_VALUES]);

#endif
