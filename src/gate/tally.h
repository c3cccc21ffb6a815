/*
 * What a gate does, added up from its facts as they come: for replays.
 *
 * Each fact is shown before it is in the books.  Takes memory when it is
 * opened, and once for each clearing firm.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_TALLY_H
#define CG_GATE_TALLY_H

#include <creditgate/audit.h>
#include <creditgate/gate.h>
#include <creditgate/reason.h>
#include <spread.h>

#define CG_TALLY_REASONS 512 /* above every enum cg_reason */
#define CG_TALLY_FIRMS 64 /* those with times of their own; the rest is one */

/* What clients, and the gate itself, ask for. */
enum cg_tally_request {
    CG_TALLY_NEW,
    CG_TALLY_REPLACE,
    CG_TALLY_CANCEL,
    CG_TALLY_PULL, /* the gate's own cancels */
    CG_TALLY_REQUESTS,
};

struct cg_tally_orders {
    uint64_t taken;     /* came in, refused ones included */
    uint64_t forwarded; /* went to a venue */
    uint64_t refused;   /* by the gate */
};

/* How tokens came, and how they ended; each token ends once. */
struct cg_tally_tokens {
    uint64_t asked;    /* of a hub */
    uint64_t pushed;   /* granted by the gate under a pushed limit ... */
    uint64_t fallback; /* ... of these, instead of a silent hub's */
    uint64_t granted;
    uint64_t late; /* granted when it was not wanted any more */
    uint64_t consumed;
    uint64_t denied;
    uint64_t timed_out;
    uint64_t released;
    uint64_t expired;
    uint64_t invalidated;
    uint64_t handed_back;
    uint64_t open; /* at the end */
};

struct cg_tally_firm {
    char name[CG_NAME_MAX + 1];
    struct cg_spread gate;  /* a message in, what follows from it out */
    struct cg_spread hub;   /* a request for credit, its answer */
    struct cg_spread venue; /* an order out, the first word on it */
};

struct cg_tally_limit {
    struct cg_limit_view now;
    bool peaked; /* its use was above zero at some time */
    cg_dv01 peak;
    cg_dv01 amount; /* at that time ... */
    bool has_amount;
    cg_time peak_at; /* ... which was this */
    /* R23, by side: buys, sells. */
    cg_dv01 ledger[2][CG_AUDIT_COLUMNS];
};

struct cg_tally_counts {
    struct cg_tally_orders orders[CG_TALLY_REQUESTS];
    uint64_t reasons[CG_TALLY_REASONS]; /* of refusals and pulls */
    struct cg_tally_tokens tokens;
    uint64_t facts;
    uint64_t events;
    uint64_t alarms;
    uint64_t differences;
};

struct cg_tally;

/* NULL without memory. */
struct cg_tally *cg_tally_open(const struct cg_config *config);
void cg_tally_close(struct cg_tally *tally);

/* The gate whose facts come from now on; one after another must have the same
 * configuration, and go on where the one before was detached. */
void cg_tally_attach(struct cg_tally *tally, const struct cg_gate *gate);

/* Before its gate is closed: what was added up stays. */
void cg_tally_detach(struct cg_tally *tally);

void cg_tally_fact(struct cg_tally *tally, const struct cg_fact *fact);

/* All facts of an event are in the books. */
void cg_tally_event(struct cg_tally *tally);

/* All that it has to say was said. */
void cg_tally_event_end(struct cg_tally *tally);

/* Whose business the event is: a firm's place, or CG_TALLY_FIRMS. */
uint16_t cg_tally_firm(const struct cg_tally *tally);

/* A time in the gate, of what |firm| is about. */
void cg_tally_in_gate(struct cg_tally *tally, uint16_t firm, cg_time ns);

/* --- what it came to ---------------------------------------------------- */

/* With what is open now. */
void cg_tally_counts(const struct cg_tally *tally,
                     struct cg_tally_counts *counts);

/* "CG101 LIMIT_EXCEEDED"; |text| has room for 64 bytes.  False: there is no
 * such reason. */
bool cg_tally_reason(unsigned reason, char *text);

/* The |index|-th limit; false past the last. */
bool cg_tally_limit(const struct cg_tally *tally,
                    size_t index,
                    struct cg_tally_limit *limit);

/* What the |index|-th limit has left for orders of |side|. */
cg_dv01
cg_tally_available(const struct cg_tally *tally, size_t index, char side);

/* The |index|-th firm that has times; NULL past the last. */
const struct cg_tally_firm *cg_tally_times(const struct cg_tally *tally,
                                           size_t index);

/*
 * Credit that nobody holds and nobody will give back: amounts reserved by
 * orders that are over, and tokens on their way back of which no hub was told.
 * Returns how many tokens; |text| names the first.
 */
size_t
cg_tally_leaked(const struct cg_tally *tally, char *text, size_t text_len);

#endif
