/*
 * What the files of a comparison share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_AGAINST_INTERNAL_H
#define CG_REPLAY_AGAINST_INTERNAL_H

#include "replay_against.h"
#include "replay_match.h"
#include "replay_message.h"
#include <configuration.h>

#define A CG_AGAINST_A
#define B CG_AGAINST_B

#define CG_AGAINST_PARTS 4       /* limits of an order that reasons name */
#define CG_AGAINST_RING 65536    /* asks and tokens that are known by number */
#define CG_AGAINST_REQUESTS 64   /* replaces and cancels kept of an order */
#define CG_AGAINST_ASKS 64       /* asks kept of an order */
#define CG_AGAINST_BACKLOG 65536 /* messages that B may be behind A */
#define CG_AGAINST_WAIT_NS (30 * CG_SECOND) /* for an answer in the log */

#define CG_AGAINST_NOBODY UINT32_MAX

enum cg_against_fate {
    CG_AGAINST_NOTHING,   /* no decision: a repeat, or not heard yet */
    CG_AGAINST_WAITING,   /* taken */
    CG_AGAINST_FORWARDED, /* to the venue */
    CG_AGAINST_REFUSED,
    CG_AGAINST_ENDED, /* its client took it back while it waited */
};

/* One limit of an order, as it was when the order was charged. */
struct cg_against_part {
    char limit[CG_NAME_MAX + 1];
    char currency[4];
    bool has_amount;
    bool fallback;
    cg_dv01 required;
    cg_dv01 available;
    cg_dv01 amount;
    cg_dv01 rate;
};

/* What one side made of an order or request. */
struct cg_against_view {
    enum cg_against_fate fate;
    bool heard; /* the side has had its message */
    bool over;  /* nothing of it is at the venue any more */
    bool pulled;
    bool queued; /* waited for room */
    bool denied; /* the hub said no */
    bool falls_back;
    uint16_t reason;
    uint16_t pull_reason;
    uint32_t slot;
    cg_time at; /* of the decision */
    cg_time pulled_at;
    cg_time asked_at;    /* the hub, first; 0: it was not */
    cg_time answered_at; /* last; 0: never */
    char limit[CG_NAME_MAX + 1];
    char currency[4];
    cg_dv01 required;
    cg_dv01 available;
    cg_dv01 limit_amount;
    bool limit_has_amount;
    cg_dv01 pull_used; /* of the limit, when the order was pulled */
    cg_dv01 pull_amount;
    struct cg_against_part parts[CG_AGAINST_PARTS];
    uint32_t part_count;
    uint32_t open_asks;
    cg_qty qty; /* in force */
    cg_qty cum;
    char id[CG_NAME_MAX + 1];       /* in force */
    char venue_id[CG_NAME_MAX + 1]; /* 37 */
    char *text; /* what its client was told; NULL: nothing */
};

struct cg_against_event;

/* An order, or a request about one: what a client's message asked for. */
struct cg_against_record {
    uint64_t serial; /* 0: the place is free */
    char type;       /* 'D' (and AB), 'G' (and AC), 'F' */
    bool package;
    bool told;      /* its decision was compared */
    bool pull_told; /* so was what pulled it */
    bool ready;     /* it is in the list of those to look at */
    cg_session client;
    cg_session venue;
    cg_time time;
    char clordid[CG_NAME_MAX + 1];
    char account[CG_NAME_MAX + 1];
    char instrument[CG_NAME_MAX + 1];
    char qty[32];
    char side;
    struct cg_against_view views[CG_AGAINST_SIDES];
    uint32_t root;     /* of a request: its order; else itself */
    uint32_t requests; /* of an order: the newest of its requests */
    uint32_t request_count;
    uint32_t next; /* request of the order; free place */
    struct cg_against_ask *asks;
    /* The venue's reports. */
    bool cut;    /* it is over at the venue of the log, or never was there */
    cg_time lag; /* they come so much later in B */
    bool first_heard;
    bool ends;                     /* it is planned to */
    struct cg_against_event *held; /* until B has sent it; oldest first */
    struct cg_against_event **held_end;
};

/* Kinds of requests for credit, as facts number them. */
enum {
    CG_AGAINST_NEW = 0,
    CG_AGAINST_CONSUMED = 1,
    CG_AGAINST_CANCEL = 2,
    CG_AGAINST_RAISE = 3,
    CG_AGAINST_BUST = 7,
};

/* A request for credit, in both. */
struct cg_against_of {
    bool asked;
    bool open;
    cg_seq number; /* 2318 */
    cg_seq token;  /* of 2319 */
    cg_time at;
    cg_dv01 amount; /* 2324 */
};

struct cg_against_answer {
    struct cg_against_answer *next;
    cg_time after; /* its ask, in A */
    cg_time time;
    bool final;
    size_t len;
    char bytes[];
};

struct cg_against_ask {
    struct cg_against_ask *next; /* of its record */
    uint32_t record;
    uint64_t serial; /* of its record */
    uint64_t no;     /* of itself, never used again */
    uint64_t limit;  /* a hash of its id */
    uint8_t kind;
    uint32_t nth;
    cg_session hub;
    struct cg_against_of of[CG_AGAINST_SIDES];
    bool assumed;    /* B is answered without the log */
    bool unknown;    /* B waits to hear what A hears */
    bool final_seen; /* in A */
    bool final_done; /* scheduled, or done, in B */
    struct cg_against_answer *answers;
};

enum cg_against_what {
    CG_AGAINST_LINK,
    CG_AGAINST_RENUMBERED,
    CG_AGAINST_REJECTED,
    CG_AGAINST_RESENDING,
    CG_AGAINST_STOP,
    CG_AGAINST_START_AGAIN,
    CG_AGAINST_MESSAGE,
    CG_AGAINST_ANSWER, /* a DG about |ask| */
    CG_AGAINST_ASSUMED,
    CG_AGAINST_CANCELED, /* a made report */
};

struct cg_against_event {
    struct cg_against_event *next;
    enum cg_against_what what;
    cg_time time;
    uint64_t order; /* among those of the same time */
    cg_session session;
    bool flag;
    bool sent; /* A had its order at the venue */
    bool kept; /* it is not done with */
    uint32_t record;
    uint64_t serial; /* of the record; 0: none */
    struct cg_against_ask *ask;
    uint64_t ask_no;
    cg_time log_time;         /* of a message */
    char id[CG_NAME_MAX + 1]; /* of a cancel */
    size_t len;
    char bytes[];
};

/* What a slot of one gate stands for. */
struct cg_against_slot {
    uint32_t record;
    uint64_t serial;
};

struct cg_against_token {
    struct cg_against_slot of;
    uint64_t limit;
    cg_seq number;
    cg_dv01 charge;
    uint32_t asked[16]; /* by kind: how often */
};

struct cg_against_token_no {
    cg_seq number;
    struct cg_against_slot of;
    uint64_t limit;
};

struct cg_against_books {
    const struct cg_config *config;
    struct cg_side *side;
    struct cg_against_slot *orders;
    struct cg_against_slot *requests;
    struct cg_against_token *tokens;
    struct cg_against_ask **asks; /* by slot */
    uint64_t *ask_nos;
    size_t order_max;
    size_t request_max;
    size_t token_max;
    size_t ask_max;
    uint32_t current; /* the record whose message it hears */
    uint32_t about;   /* the order that facts of this message are about */
    struct cg_against_token_no *numbers; /* CG_AGAINST_RING */
};

/* A text that grows. */
struct cg_against_text {
    char *bytes;
    size_t len;
    size_t max;
};

struct cg_against {
    struct cg_against_options options;
    struct cg_replay_ids *a_ids;
    struct cg_replay_ids ids;    /* of A, to those of B */
    struct cg_replay_ids no_ids; /* nothing is left to be rewritten */
    struct cg_replay_match match;
    struct cg_against_books books[CG_AGAINST_SIDES];
    struct cg_against_record *records;
    size_t record_max;
    uint32_t record_free;
    uint64_t serial;
    struct cg_against_ask *asked[CG_AGAINST_RING]; /* of A, by number */
    uint64_t ask_no;
    /* Asks of B whose answer is not known yet. */
    struct cg_against_ask **unknown;
    size_t unknown_count;
    size_t unknown_max;
    uint32_t *ready; /* records to look at */
    size_t ready_count;
    size_t ready_max;
    /* What A has heard, and B has not. */
    struct cg_against_event *first;
    struct cg_against_event **end;
    size_t backlog;
    /* What B hears at its own times. */
    struct cg_against_event **heap;
    size_t heap_count;
    size_t heap_max;
    uint64_t event_no;
    uint64_t made_no;
    struct cg_against_event *deaf; /* answers that wait for a link */
    bool up[CG_SESSIONS_MAX];      /* in B */
    cg_time a_now;
    cg_time b_now;
    bool ended;    /* no more of the log */
    bool failed;   /* without memory */
    bool diverged; /* numbers of requests stand for others in A and B */
    struct cg_replay_message *hearing;
    struct cg_against_event *heard; /* the message A hears */
    struct cg_against_text text;
    struct cg_against_text other;
    struct cg_spread *hub_takes;   /* in A */
    struct cg_spread *venue_takes; /* likewise, for its first word */
    struct cg_spread *lives;       /* how long orders are there, in A */
    struct cg_against_totals totals;
};

/* --- records (replay_against_records.c) --------------------------------- */

int cg_against_books_open(struct cg_against *against);
void cg_against_books_close(struct cg_against *against);

/* NULL when it is there no more. */
struct cg_against_record *cg_against_record_of(const struct cg_against *against,
                                               uint32_t record,
                                               uint64_t serial);

struct cg_against_record *cg_against_record_at(const struct cg_against *against,
                                               uint32_t record);
void cg_against_record_free(struct cg_against *against, uint32_t slot);
/* Nothing can come any more that changes what the side made of it. */
bool cg_against_is_final(const struct cg_against_view *view);

/* A client's message: its record, or CG_AGAINST_NOBODY when nothing is decided
 * about such a one. */
uint32_t cg_against_record_add(struct cg_against *against,
                               const struct cg_replay_message *message);
void cg_against_record_ready(struct cg_against *against, uint32_t record);
void cg_against_records_judge(struct cg_against *against);
void cg_against_records_end(struct cg_against *against);

/* --- facts (replay_against_books.c) ------------------------------------- */

void cg_against_books_fact(struct cg_against *against,
                           enum cg_against_side side,
                           const struct cg_fact *fact);
/* What a client was told. */
void cg_against_books_said(struct cg_against *against,
                           enum cg_against_side side,
                           const struct cg_side_said *said);

/* --- comparing (replay_against_judge.c) --------------------------------- */

/* Compares what is decided in both, and tells of it once. */
void cg_against_judge(struct cg_against *against,
                      struct cg_against_record *record,
                      bool at_end);

/* --- requests for credit (replay_against_ask.c) ------------------------- */

void cg_against_asked(struct cg_against *against,
                      enum cg_against_side side,
                      struct cg_against_record *record,
                      const struct cg_against_token *token,
                      const struct cg_fact *fact);
void cg_against_ask_closed(struct cg_against *against,
                           enum cg_against_side side,
                           const struct cg_fact *fact);
void cg_against_asks_free(struct cg_against *against,
                          struct cg_against_record *record);
/* What the event is about; NULL when that is gone. */
struct cg_against_ask *cg_against_ask_of(const struct cg_against_event *event,
                                         const struct cg_against *against);
/* B is to hear |answer|, or an assumed one (NULL), at |due|. */
void cg_against_ask_plan(struct cg_against *against,
                         struct cg_against_record *record,
                         struct cg_against_ask *ask,
                         const struct cg_against_answer *answer,
                         cg_time due);
/* Its answer is known, or nobody waits for it any more. */
void cg_against_ask_known(struct cg_against *against,
                          struct cg_against_ask *ask);
/* How long hubs take where the log does not say. */
cg_time cg_against_hub_takes(const struct cg_against *against);
/* B cannot go on to |time| before A has heard more. */
bool cg_against_waits(struct cg_against *against, cg_time time);
/* It goes on nevertheless. */
void cg_against_gives_up(struct cg_against *against);

/* --- hubs (replay_against_hub.c) ---------------------------------------- */

/* A hub's answer, before A hears it: which request it is to. */
void cg_against_hub_hears_first(struct cg_against *against,
                                struct cg_against_event *event);
/* The same, as A heard it: to the queue, or where it belongs. */
int cg_against_hub_heard(struct cg_against *against,
                         struct cg_against_event *event);
/* B hears it. */
int cg_against_hub_hears(struct cg_against *against,
                         struct cg_against_event *event);
/* The hub logged on to B. */
void cg_against_hub_is_up(struct cg_against *against,
                          cg_session session,
                          cg_time now);

/* --- venues (replay_against_venue.c) ------------------------------------ */

int cg_against_venue_hears(struct cg_against *against,
                           struct cg_against_event *event);
int cg_against_canceled(struct cg_against *against,
                        struct cg_against_event *event);
/* B sent it, or refused it: what was held of it goes on, or is left out. */
void cg_against_release(struct cg_against *against,
                        struct cg_against_record *record);
/* Only B has it at the venue. */
void cg_against_ends(struct cg_against *against,
                     struct cg_against_record *order,
                     cg_time now);
/* B sent a cancel; |request| is its client's, or NULL: the gate's own. */
void cg_against_cancels(struct cg_against *against,
                        struct cg_against_record *order,
                        const struct cg_against_record *request,
                        struct cg_slice id,
                        cg_time now);

/* --- B's time (replay_against_time.c) ----------------------------------- */

struct cg_against_event *cg_against_event_new(struct cg_against *against,
                                              enum cg_against_what what,
                                              cg_time time,
                                              struct cg_slice bytes);
/* Owns |event| from now on. */
void cg_against_schedule(struct cg_against *against,
                         struct cg_against_event *event,
                         cg_time time);
/* What of A's is to be heard by B in its turn. */
void cg_against_queue(struct cg_against *against,
                      struct cg_against_event *event);
/* B hears what A has heard, as far as it can. */
int cg_against_follow(struct cg_against *against);
/* All that B has of its own up to |time|: deadlines, and what is planned; 1
 * when it must wait for A. */
int cg_against_until(struct cg_against *against, cg_time time);
/* When B has something of its own next. */
cg_time cg_against_next(const struct cg_against *against);
int cg_against_b_recv(struct cg_against *against,
                      cg_session session,
                      struct cg_slice bytes,
                      cg_time now);

/* --- messages (replay_against_text.c) ----------------------------------- */

struct cg_against_edit {
    uint32_t tag;
    struct cg_slice value; /* data NULL: the field goes */
};

/* |bytes| with other values; false without memory. */
bool cg_against_rewrite(struct cg_against_text *text,
                        struct cg_slice bytes,
                        const struct cg_against_edit *edits,
                        size_t count);
/* A whole message to the gate on |session| with |fields| behind its header. */
bool cg_against_make(struct cg_against_text *text,
                     const struct cg_config_session *session,
                     const char *type,
                     cg_time now,
                     const char *fields);
/* The amounts that B's configuration gives limits of a hub, instead of those
 * that an update names. */
bool cg_against_amounts(struct cg_against_text *text,
                        const struct cg_config *a,
                        const struct cg_config *b,
                        struct cg_slice *bytes);
/* The first field |tag|. */
bool cg_against_find(struct cg_slice bytes,
                     uint32_t tag,
                     struct cg_slice *value);
/* "20260115-12:00:00.123"; |text| has room for 32 bytes. */
size_t cg_against_stamp(cg_time time, char *text);
void cg_against_copy(char *out, struct cg_slice value);

uint64_t cg_against_hash(const char *id);

#endif
