/*
 * Two engines, an acceptor and an initiator, joined by a wire in memory whose
 * bytes a test can hold back, drop, change and look at.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TEST_FIX8C_PAIR_H
#define TEST_FIX8C_PAIR_H

#include <stdbool.h>
#include <stddef.h>

#include <fix8c/fix8c.h>

#define PAIR_SEEN 64

/* One message that a callback saw. */
struct pair_seen {
    char *bytes; /* NUL-terminated copy */
    size_t len;
    size_t body_at;
    size_t body_len;
    struct fix8c_message message; /* pointers into |bytes| */
};

/* One end. */
struct pair_end {
    struct fix8c_engine *engine;
    struct fix8c_session *session;
    struct pair_end *peer;
    char *out; /* bytes on their way to the peer */
    size_t out_len;
    bool closed; /* the session asked for the end of the line */
    bool cut;    /* bytes are lost instead of sent */
    int logons;
    int logouts;
    int resets;
    struct pair_seen app[PAIR_SEEN]; /* from_app accepted or refused */
    size_t app_len;
    struct pair_seen sent[PAIR_SEEN];
    size_t sent_len;
    /* What from_app, from_admin and to_app answer. */
    enum fix8c_verdict verdict;
    enum fix8c_verdict admin_verdict;
    enum fix8c_verdict to_verdict;
    struct fix8c_refusal refusal;
    /* quiet: messages are counted, not kept. */
    bool quiet;
    int quiet_app;
    int quiet_last;
    int resent; /* what to_app has seen with 43=Y */
    int resent_last;
    /* What from_app does besides: replies, asks for a logout, or makes calls
     * that it must not make.  nested: to_app sends. */
    bool reply;
    bool leave;
    bool meddle;
    bool nested;
    int nested_result;
    char events[8192];
};

struct pair {
    struct pair_end a; /* acceptor */
    struct pair_end i; /* initiator */
};

/* Opens both.  |version| is "FIX.4.2", "FIX.4.4" or "FIXT.1.1"; |extra| are
 * more lines of settings for both; stores may be NULL. */
void pair_open(struct pair *pair,
               const char *version,
               const char *extra,
               const struct fix8c_store *a_store,
               const struct fix8c_store *i_store);

/* The settings of a validating session, with the dictionaries in $FIXSPEC. */
void pair_validation(const char *version, char *settings, size_t size);

/* Opens both with these settings, and |extra| ones. */
void pair_open_validating(struct pair *pair,
                          const char *version,
                          const char *extra);

/* Attaches both wires and lets the Logons pass. */
void pair_connect(struct pair *pair);

/* Breaks the line on both sides; what was on its way is lost. */
void pair_break(struct pair *pair);

/* Passes messages to and fro until nothing moves. */
void pair_pump(struct pair *pair);

/* Feeds one message, written with '|' for SOH, to |end|; 8 9 10 are added. */
int pair_feed(struct pair_end *end, const char *text);

/*
 * Feeds an application message with the next number: its |type|, then the
 * fields behind the session's own.  Returns NULL when from_app got exactly
 * these bytes, else the 3 or j that refused it; it lives until the next call.
 * A 3, which from_app does not get, is taken when nothing is said against it.
 */
const struct pair_seen *
pair_offer(struct pair_end *end, const char *type, const char *fields);

/* Refuses with |type| ("3"), naming |tag| and |reason|; fails otherwise. */
void pair_expect_reject(struct pair_end *end,
                        const char *type,
                        const char *fields,
                        int tag,
                        int reason);

/* Fails with the reason when the message is refused. */
void pair_expect_taken(struct pair_end *end,
                       const char *type,
                       const char *fields);

/* The same as bytes: returns the length of what was written to |out|. */
size_t pair_message(const char *begin_string, const char *text, char *out);

/* Sends an application message with a body written with '|'. */
int pair_send(struct pair_end *end, const char *type, const char *body);

/* The last message |end| sent of a type, or NULL. */
const struct pair_seen *pair_last_sent(const struct pair_end *end,
                                       const char *type);

/* True when |seen| holds |field| ("373=14"). */
bool pair_has(const struct pair_seen *seen, const char *field);

void pair_clear(struct pair_end *end);
void pair_close(struct pair *pair);

#endif
