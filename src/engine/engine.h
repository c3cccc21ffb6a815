/*
 * The credit engine: events in, facts and effects out.
 *
 * Knows no FIX text, no socket, no clock, no journal: times come with events,
 * facts go to |sink|, and what has to be said is left in |effects| for the
 * codec.  One event at a time; it allocates when opened and never again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_ENGINE_H
#define CG_ENGINE_ENGINE_H

#include "date.h"
#include "state.h"

struct cg_update_set;

/* Limits that one CM or CR may name, in all its parts together. */
#define CG_UPDATE_LIMITS_MAX 1024

/* Entries of scopes in one CM or CR, in all its parts together. */
#define CG_UPDATE_SCOPES_MAX 2048

/* --- effects: what one event asks the world for ------------------------- */

enum cg_effect_kind {
    CG_EFFECT_FORWARD,      /* the client's message of |request| goes on */
    CG_EFFECT_PARK,         /* keep the message of |request| for later */
    CG_EFFECT_FORGET,       /* the parked message of |request| is not needed */
    CG_EFFECT_REFUSE_ORDER, /* 8, 150=8, by |refusal| */
    CG_EFFECT_REFUSE_REQUEST, /* 9, by |refusal| */
    CG_EFFECT_CANCELLED,      /* 8, 150=4: a waiting order was cancelled */
    CG_EFFECT_STATUS,         /* 8 with the order's status (R40) */
    CG_EFFECT_PASS,           /* the venue's message goes to the client */
    CG_EFFECT_PASS_PULLED,    /* the same, but it answers the gate's own F */
    CG_EFFECT_ASK,            /* DF of |ask| */
    CG_EFFECT_ASK_AGAIN,      /* the same DF, PossResend=Y */
    CG_EFFECT_PULL,           /* the gate's F of |request| */
    CG_EFFECT_INQUIRE,        /* H about |order|, by |request| */
    CG_EFFECT_PASS_STATUS,    /* what the answer to that has of news */
    CG_EFFECT_NEWS,           /* B to |session| about |limit| */
    CG_EFFECT_LIMITS_REQUEST, /* CL */
    CG_EFFECT_LIMITS_ACK,     /* DE */
    CG_EFFECT_LIMITS_REPORT,  /* CM of |value| limits from |limit| on */
    CG_EFFECT_DEFINITION_ACK, /* CT, from |results| */
    CG_EFFECT_ACTION_REPORT,  /* DI */
    CG_EFFECT_NOTE,           /* words for the operator's log */
};

enum cg_news {
    CG_NEWS_WARNING,       /* a warning level was crossed upward */
    CG_NEWS_BREACH,        /* use is above the amount */
    CG_NEWS_PULLED,        /* an order was pulled */
    CG_NEWS_STOP,          /* a party was suspended or halted */
    CG_NEWS_REINSTATED,    /* ... and reinstated */
    CG_NEWS_STILL_STOPPED, /* ... but for what binds it still */
    CG_NEWS_FALLBACK_ON,   /* the hub is silent: pushed amounts are used */
    CG_NEWS_FALLBACK_OFF,  /* the hub answers again */
};

/* Why something was refused, with the numbers that the text shows (R51). */
struct cg_refusal {
    enum cg_reason reason;
    uint32_t limit; /* slot, or CG_NONE */
    bool party;     /* CG_UNKNOWN_PARTY: another party than the account */
    bool has_amounts;
    cg_dv01 required;
    cg_dv01 available;
    uint32_t tag;       /* of a bad field */
    const char *detail; /* static words, or NULL */
};

struct cg_effect {
    enum cg_effect_kind kind;
    cg_session session; /* whom it goes to */
    uint32_t order;     /* slots, or CG_NONE */
    uint32_t request;
    uint32_t target; /* CG_EFFECT_PULL: the id that is cancelled; CM: 1512 */
    uint32_t ask;
    uint32_t limit;
    uint32_t account;
    uint32_t firm;
    uint32_t stop;   /* CG_EFFECT_ACTION_REPORT: of the session's requests */
    uint32_t action; /* 2329 of one that answers no message */
    enum cg_news news;
    uint32_t value;  /* percentage of a warning; 2316; 2332 */
    uint32_t reject; /* 2317; 2333 */
    bool to_replace; /* 9: 434=2 */
    bool whole; /* CT: refused before any entry was looked at; CM: the last */
    struct cg_refusal refusal;
    const char *text; /* CG_EFFECT_NOTE, CG_EFFECT_ACTION_REPORT; valid until
                         the next begin */
    enum cg_log_level level; /* CG_EFFECT_NOTE */
};

/* --- events ------------------------------------------------------------- */

/* One leg of AB and AC, as read from a client. */
struct cg_leg_event {
    struct cg_slice symbol;      /* 600, else 602 */
    struct cg_slice security_id; /* 602, when 600 is there as well */
    struct cg_slice instrument;  /* as in cg_order_event */
    const char *unpriced;
    struct cg_slice currency; /* 556; empty: not said */
    struct cg_slice ref;      /* 654 */
    char side;                /* of the leg as it is executed */
    int64_t ratio;            /* 623, in 1 / CG_RATIO_SCALE */
};

/* D, G, F, AB, AC as read from a client. */
struct cg_order_event {
    struct cg_slice clordid;
    struct cg_slice orig_clordid; /* G, F */
    struct cg_slice account;
    struct cg_slice firm; /* 439 or role 4; empty: not said */
    struct cg_slice ccp;  /* role 21; empty: not said */
    struct cg_slice symbol;
    struct cg_slice security_id; /* 48, when 55 is there as well */
    struct cg_slice instrument;  /* what is meant by it; empty: the symbol */
    const char *unpriced; /* why that has no DV01, in static words; or NULL */
    struct cg_slice currency; /* 15; empty: not said */
    char side; /* '1' or '2', in AB and AC 'B' or 'C' as well; 0: absent */
    char time_in_force; /* 59, '0' when absent */
    cg_qty qty;
    bool possdup;
    bool possresend;
    cg_time sent_at; /* 122, else 52 */
    uint64_t body_hash;
    uint64_t terms_hash;
    bool package; /* AB, AC */
    const struct cg_leg_event *legs;
    uint32_t leg_count;
    struct cg_refusal bad; /* reason 0: the message is well formed */
};

/* The dates of an instrument that was made for those of an order: what of its
 * name follows the symbol.  CG_DATE_NONE where it has none. */
void cg_instrument_dates(const struct cg_instrument *instrument,
                         cg_date *start,
                         cg_date *end);

/* The name of the instrument that an order or a leg means. */
static inline struct cg_slice cg_instrument_meant(struct cg_slice instrument,
                                                  struct cg_slice symbol)
{
    return instrument.len > 0 ? instrument : symbol;
}

struct cg_report_event {
    enum cg_report_kind kind;
    struct cg_slice clordid;
    struct cg_slice orig_clordid;
    struct cg_slice order_id;
    struct cg_slice account;
    bool has_cum_qty;
    bool bad_cum_qty; /* it is there, and no number */
    cg_qty cum_qty;   /* rounded up; INT64_MAX when beyond 64 bits */
    bool has_order_qty;
    cg_qty order_qty;
    bool closed;                /* OrdStatus says that nothing more will fill */
    struct cg_slice exec_id;    /* 17; empty: it says nothing of this report */
    uint64_t content_hash;      /* of what the report says (R43) */
    cg_qty last_qty;            /* 32, 0 when absent */
    uint64_t leg_hash;          /* tells reports on legs apart, else 0 */
    bool of_leg;                /* 442=2: all of it is about one leg */
    struct cg_slice leg_ref;    /* 654 */
    struct cg_slice leg_symbol; /* 600, else 602, 55, 48 */
    cg_date leg_start;          /* of its dates, or CG_DATE_NONE */
    cg_date leg_end;
    char leg_side;             /* 624 */
    char side;                 /* 54 */
    bool is_status;            /* it answers a status request ... */
    bool unknown;              /* ... which named an order it does not know */
    struct cg_slice status_id; /* 790 */
};

/* 9 from the venue. */
struct cg_cancel_reject_event {
    struct cg_slice clordid;
    struct cg_slice orig_clordid;
    bool order_closed; /* 39 says so */
    bool unknown;      /* 102=1 */
};

/* q. */
struct cg_mass_cancel_event {
    struct cg_slice id;     /* 11 */
    struct cg_slice symbol; /* 55; empty: any */
    char side;              /* 54, 0: any */
};

/* DG. */
struct cg_answer_event {
    cg_seq ask;               /* 2318, 0 when absent or not a number of ours */
    bool has_token;           /* 2319 is there ... */
    cg_seq token;             /* ... its number, 0 when it is not ours */
    uint32_t trans_type;      /* 2320 */
    uint32_t check_type;      /* 2321 */
    uint32_t status;          /* 2325 */
    uint32_t result;          /* 2326 */
    struct cg_slice limit;    /* 1670, empty when absent */
    struct cg_slice currency; /* 15, the same */
    bool has_amount;          /* 2324 */
    cg_dv01 amount;
    bool has_approved; /* 2327 */
    cg_dv01 approved;
    bool has_expires; /* 126 */
    cg_time expires;
};

/* RiskLimitResult(1764). */
enum cg_result {
    CG_RESULT_OK = 0,
    CG_RESULT_INVALID_PARTY = 1,
    CG_RESULT_INVALID_TYPE = 3,
    CG_RESULT_INVALID_ID = 4,
    CG_RESULT_INVALID_AMOUNT = 5,
    CG_RESULT_INVALID_SCOPE = 7,
    CG_RESULT_ACTION_UNSUPPORTED = 8,
    CG_RESULT_WARNINGS_UNSUPPORTED = 9,
    CG_RESULT_WARNING_ACTION_UNSUPPORTED = 10,
    CG_RESULT_SCOPE_UNSUPPORTED = 11,
    CG_RESULT_NOT_FOR_PARTY = 12,
    CG_RESULT_ALREADY_DEFINED = 13,
    CG_RESULT_NOT_AUTHORIZED = 98,
    CG_RESULT_OTHER = 99,
};

/* Party entries that one CS may have. */
#define CG_DEFINITIONS_MAX 128

/* One entry of a scope (1534). */
struct cg_scope_event {
    bool exclude;       /* 1535=2 */
    int64_t multiplier; /* 1558, in 1e-8 */
    struct cg_slice terms[CG_TERMS];
};

/* One limit of a CM or CR. */
struct cg_limit_event {
    struct cg_slice id;      /* 1670, may be empty */
    struct cg_slice account; /* a party of role 24 */
    struct cg_slice firm;    /* of role 4 */
    struct cg_slice ccp;     /* of role 21; empty: any */
    bool unclear;            /* a party without a role, or two of one role */
    bool removed;            /* 1324=D, or a party entry without limits */
    bool added;              /* 1324=A */
    bool suspended;
    bool halted;
    bool has_state;     /* 1672 or 2355 is there */
    bool disabled;      /* 2355=0 */
    bool unenforceable; /* asks for what is not modelled (R19) ... */
    uint32_t result;    /* ... and the 1764 that says so */
    bool has_scope;
    uint32_t scope_first; /* of the update's scopes */
    uint32_t scope_count;
    uint32_t entry; /* the party entry it is in */
    enum cg_limit_kind kind;
    bool net; /* 1530=2: when it makes a limit */
    bool has_amount;
    cg_dv01 amount; /* 1531 */
    bool has_used;
    cg_dv01 used; /* 1766 */
    bool has_action;
    uint32_t action; /* 1767 */
    bool has_model;
    enum cg_model model; /* 2339 */
    char currency[4];
    uint32_t warnings; /* 0: not said */
    uint8_t warning_percent[CG_WARNINGS_MAX];
    uint8_t warning_action[CG_WARNINGS_MAX]; /* 1769; 0: a warning only */
};

/* A whole CM, CR or CS; its limits follow one by one. */
struct cg_update_event {
    struct cg_slice id;      /* 1667; CS: 1666 */
    struct cg_slice request; /* 1666, may be empty */
    cg_time made_at;         /* 60, else 52 */
    bool snapshot;
    bool definition;  /* CS */
    uint32_t entries; /* parties */
    bool refused;     /* 1511: the hub did not do what CL asked for */
    const struct cg_limit_event *limits;
    uint32_t count;
    const struct cg_scope_event *scopes;
    uint32_t scope_count;
    uint32_t total;     /* 1512: parties in all parts; 0 when not said */
    uint32_t parties;   /* in this one */
    bool bad;           /* could not be read whole */
    bool fragment;      /* 893=N: more is to come */
    bool last_fragment; /* 893=Y */
};

/* CL of a client. */
struct cg_query_event {
    struct cg_slice account; /* a party of role 24; empty: all */
    struct cg_slice firm;    /* of role 4 */
    struct cg_slice ccp;     /* of role 21 */
    uint32_t kinds;          /* bit i: limits of enum cg_limit_kind i */
    bool of_accounts;        /* limits of accounts, and of firms (1508) */
    bool of_firms;
    bool definitions; /* 1760: amounts, and use */
    bool utilization;
    bool unsupported; /* asks for what is not offered */
};

/* DH. */
struct cg_action_event {
    struct cg_slice id;      /* 2328 */
    struct cg_slice account; /* role 24 */
    struct cg_slice firm;    /* role 4 */
    bool unclear;            /* a party without a role, or two of one role */
    uint32_t action;         /* 2329 */
    bool drill;              /* 2330=Y */
    bool narrowed;           /* a market, a segment or instruments only */
};

/* Par rates that were checked whole, before what they make of instruments. */
struct cg_rates_event {
    cg_time made_at;        /* their age counts from here */
    struct cg_slice digest; /* SHA-256, CG_DIGEST_LEN letters */
    struct cg_slice set;
    struct cg_slice words; /* "smp 2026-01-15 rates.csv" */
};

/* An instrument that no table names (R2). */
struct cg_instrument_event {
    struct cg_slice name; /* what orders find it by */
    char currency[4];
    /* The symbol is what 55 says of it; empty: its name. */
    struct cg_slice terms[CG_TERMS];
    cg_dv01 rate;      /* 0: none */
    uint64_t row_hash; /* as cg_engine_rate() */
};

/* --- the engine --------------------------------------------------------- */

#define CG_NOTES_MAX 32
#define CG_NOTE_LEN 200

struct cg_engine_config {
    struct cg_limits sizes;
    cg_time soft_deadline_ns;
    cg_time hard_deadline_ns;
    cg_time pull_time_ns;
    cg_time stale_resend_ns;
    uint32_t probe_after;
    uint32_t update_sets; /* hubs that may send updates in parts */
    const char *gate_name;
    const struct cg_config_fx *fx;
    size_t fx_count;
    cg_time day_end_ns; /* of the trading day, or CG_RESET_NEVER (R48) */
    /* Older par rates take no new risk, or only raise an alarm (R7);
     * CG_TIME_NEVER: however old they are. */
    cg_time rates_max_age_ns;
    bool rates_stale_alarms;
    struct cg_zone zone;
    /* Called for each fact, before it is applied; non-zero ends the engine. */
    int (*sink)(void *user, const struct cg_fact *fact);
    void *user;
};

/* The status requests to one venue after its logon (R46). */
struct cg_round {
    cg_time due;     /* of its next turn; CG_TIME_NEVER: none */
    cg_time latest;  /* it waits for resends until then */
    uint32_t cursor; /* the orders below it have had their turn */
};

/* What a venue or hub says, against our books, from its logon on (R47). */
struct cg_comparison {
    bool open;       /* it has logged on, and not said all yet */
    cg_seq after;    /* a venue's: our H up to this one are of before */
    uint32_t count;  /* orders asked about, limits looked at */
    uint32_t out;    /* of these orders, those that it has not told of */
    uint32_t differ; /* those that differ */
    uint32_t untold; /* those that it does not tell of */
    uint32_t known;  /* a hub's: limits before its snapshot */
};

/* Orders of nobody here that are told of once. */
#define CG_STRANGERS_MAX 64

struct cg_engine {
    struct cg_state state;
    struct cg_engine_config config;
    struct cg_heap timers; /* orders by slot, then tokens, then sessions */
    struct cg_round rounds[CG_SESSIONS_MAX];
    struct cg_comparison comparisons[CG_SESSIONS_MAX];
    uint32_t comparing;   /* how many of venues are open */
    uint64_t differences; /* recorded so far */
    uint32_t settling;    /* the order whose status is settled, or CG_NONE */
    uint64_t strangers[CG_STRANGERS_MAX];
    uint32_t stranger;         /* so many were told of */
    struct cg_heap ask_timers; /* by slot: when to say it again */
    bool days_run;             /* days end from now on */
    cg_time next_reset;        /* of a limit or of the day */
    cg_time rates_due;         /* when the par rates are too old, once said */
    /* Instruments that this event is about: they stay, idle or not. */
    uint32_t resolved[CG_LEGS_MAX];
    uint32_t resolved_count;
    cg_time now;
    cg_session cause_session;
    cg_seq cause_seq;
    int error; /* of the sink; sticky */
    struct cg_effect *effects;
    uint32_t effect_count;
    uint32_t effect_max;
    char notes[CG_NOTES_MAX][CG_NOTE_LEN];
    uint32_t note_count;
    uint32_t news_count;
    uint32_t *cursors; /* by account, while a limit's orders are walked */
    uint32_t *touched; /* limits whose use this event may have changed */
    uint32_t touched_count;
    bool *is_touched;
    uint32_t *due; /* limits whose queue may have to go on (R44) */
    uint32_t due_count;
    bool *is_due;
    bool queues_changed; /* who is queued has to be decided on anew */
    enum cg_result results[CG_DEFINITIONS_MAX]; /* of the CS at hand */
    struct cg_update_set *update_sets;          /* one per hub */
    uint32_t update_set_count;
    bool stopping;      /* new risk is refused, what waited was answered */
    uint32_t park_room; /* messages that the host can still keep */
};

/* Opens an empty engine; CG_ERR_MEMORY.  |config| and what it points to is
 * borrowed for the engine's life. */
int cg_engine_open(const struct cg_engine_config *config,
                   uint32_t accounts,
                   uint32_t instruments,
                   struct cg_engine **engine);
void cg_engine_close(struct cg_engine *engine);

/* Takes one fact of the journal back; CG_ERR_CORRUPT when it does not fit. */
int cg_engine_recover(struct cg_engine *engine, const struct cg_fact *fact);

/*
 * Says what caused the next call, and when.  Forgets the effects of the last
 * one; a day that has ended by |now| ends first.  |now| never goes back: a
 * smaller one counts as the newest seen.
 */
void cg_engine_begin(struct cg_engine *engine,
                     cg_time now,
                     cg_session session,
                     cg_seq seq);

/* Warnings, re-arming and stops that are done; the codec's turn comes after. */
void cg_engine_end(struct cg_engine *engine);

/* Records a fact and applies it.  For the engine's own files and set-up. */
void cg_engine_record(struct cg_engine *engine, struct cg_fact *fact);
struct cg_fact cg_fact_of(enum cg_fact_kind kind);

/*
 * R7: par rates are taken, with all that they make of instruments: one call of
 * cg_engine_rates(), then cg_engine_rate() for every instrument that is priced
 * by rates; |rate| 0 says that they do not price it.  A fact is recorded only
 * of what changes.  |row_hash| tells the row apart that it was priced by; 0 is
 * for one whose DV01 is a table's.  No charge of an order changes.
 */
void cg_engine_rates(struct cg_engine *engine,
                     const struct cg_rates_event *event);
void cg_engine_rate(struct cg_engine *engine,
                    uint32_t instrument,
                    cg_dv01 rate,
                    uint64_t row_hash);

/*
 * The row that an instrument is priced by from now on: by another one than it
 * has its rate from it has none, until cg_engine_rate() brings it.  For every
 * instrument at the start; 0 where a table gives the DV01, and for one that no
 * row is about any more.
 */
void cg_engine_row(struct cg_engine *engine,
                   uint32_t instrument,
                   uint64_t row_hash);

/*
 * The instrument of |name|, or CG_NONE.  What was asked for stays until the
 * event ends, and longer when an order is taken on it.
 */
uint32_t cg_engine_instrument(struct cg_engine *engine, struct cg_slice name);

/* The order that a replace or cancel means, or CG_NONE. */
uint32_t cg_engine_order(const struct cg_engine *engine,
                         const struct cg_order_event *event);

/*
 * Makes an instrument at run time, or makes one that is there what |event|
 * says; not for those of the table.  CG_NONE: the name, a term or the currency
 * is not fit for the journal, or there are as many as
 * cg_limits.instruments, and each of them is referred to.
 */
uint32_t cg_engine_instrument_new(struct cg_engine *engine,
                                  const struct cg_instrument_event *event);

/* Whether the rates in force are these very ones, read again.  The same bytes
 * of another time are not: whoever wrote them anew says that they hold. */
bool cg_engine_rates_are(const struct cg_engine *engine,
                         const struct cg_rates_event *event);

/* Whether the par rates in force are older than they may be. */
bool cg_engine_rates_stale(const struct cg_engine *engine);

void cg_engine_new(struct cg_engine *engine,
                   const struct cg_order_event *event);
void cg_engine_replace(struct cg_engine *engine,
                       const struct cg_order_event *event);
void cg_engine_cancel(struct cg_engine *engine,
                      const struct cg_order_event *event);
/* A mass cancel (q) goes on in any case; |id| says whose its answer is. */
void cg_engine_mass_cancel(struct cg_engine *engine,
                           const struct cg_mass_cancel_event *event);
void cg_engine_report(struct cg_engine *engine,
                      const struct cg_report_event *event);
void cg_engine_cancel_reject(struct cg_engine *engine,
                             const struct cg_cancel_reject_event *event);
/* Anything else a venue or a hub says: on record, and for whom it may mean. */
void cg_engine_other(struct cg_engine *engine,
                     const struct cg_report_event *about);

/*
 * R44, R46: a client asks for the status of |event|'s ClOrdID.  True when the
 * gate answers, because the venue never saw it, or because the venue's answer
 * could not be told from one to another client; else the request goes on.
 */
bool cg_engine_asked(struct cg_engine *engine,
                     const struct cg_order_event *event);

/* The venue rejected an H, with |id| its 790 or 11; |unknown|: for want of the
 * order.  False when it is not known whose it was. */
bool cg_engine_inquiry_refused(struct cg_engine *engine,
                               struct cg_slice id,
                               bool unknown);

/* The same by a session's Reject (3), of which nothing can be passed on: a
 * client that asked is told what the gate knows of the order. */
bool cg_engine_inquiry_rejected(struct cg_engine *engine, struct cg_slice id);

/* A message of the cause's venue session is said again, either way: status
 * requests wait until that is over (R46). */
void cg_engine_resending(struct cg_engine *engine, cg_session venue);

/* The order message of |clordid| was left out of a resend (R22). */
void cg_engine_withheld(struct cg_engine *engine,
                        cg_session venue,
                        struct cg_slice clordid);

/* The venue's FIX session rejected (3) the message of |clordid|. */
void cg_engine_rejected(struct cg_engine *engine, struct cg_slice clordid);
void cg_engine_answer(struct cg_engine *engine,
                      const struct cg_answer_event *event);
void cg_engine_update(struct cg_engine *engine,
                      const struct cg_update_event *event);
void cg_engine_query(struct cg_engine *engine,
                     const struct cg_query_event *query);

/* Whether |session|'s question is about the limit in |slot|, and how many
 * entries of its scope an answer shows: all, or none when they are too many. */
#define CG_QUERY_SCOPES_MAX 24
bool cg_query_selects(const struct cg_state *state,
                      cg_session session,
                      const struct cg_query_event *query,
                      uint32_t slot);
uint32_t cg_query_scopes(const struct cg_state *state,
                         const struct cg_limit *limit);
void cg_engine_define(struct cg_engine *engine,
                      const struct cg_update_event *event);
void cg_engine_action(struct cg_engine *engine,
                      const struct cg_action_event *event);
void cg_engine_link(struct cg_engine *engine, bool up);

/* The numbers of the cause's session are set anew: what was sent there can be
 * resent no more (R22), or what the peer said may not have come (R46). */
void cg_engine_unsent(struct cg_engine *engine);
void cg_engine_unheard(struct cg_engine *engine);

/* What stops an account: one of its stops, the strictest first, else one of its
 * limits that is suspended or halted (R18). */
struct cg_binding {
    bool halted;
    cg_session placer;
    uint32_t limit;  /* CG_NONE: it was placed by DH */
    bool whole_firm; /* on the account's firm */
};

/* False when nothing stops it. */
bool cg_engine_binding(const struct cg_engine *engine,
                       uint32_t account,
                       struct cg_binding *binding);

/* Puts words on record and in the operator's log; an alarm's begin with
 * "ALARM:". */
void cg_engine_note(struct cg_engine *engine, const char *text);

/* Fires what is due at the engine's now; one object a call, true if there was
 * any.  cg_engine_deadline() says when to call next. */
bool cg_engine_fire(struct cg_engine *engine);
cg_time cg_engine_deadline(const struct cg_engine *engine);

/*
 * R22: may the order message of |clordid|, kept by the venue session's store
 * since |sent_at|, be sent again?
 */
bool cg_engine_may_resend(const struct cg_engine *engine,
                          cg_session venue,
                          struct cg_slice clordid,
                          cg_time sent_at);

/* Takes no new risk any more, and answers what waits. */
void cg_engine_stop(struct cg_engine *engine);

/* Whether a venue or a hub that is there owes an answer.  Looks at all requests
 * and asks: not for every event. */
bool cg_engine_is_owed(const struct cg_engine *engine);

/* After recovery: answers what waited (R45); every link counts as down. */
void cg_engine_restart(struct cg_engine *engine);

/* --- another configuration (decide_settings.c) --------------------------- */

/* Times, currency rates and the like from |config|, which is borrowed instead
 * of the old one; sizes and names stay. */
void cg_engine_settings(struct cg_engine *engine,
                        const struct cg_engine_config *config);

/* R52: before a limit gets these levels instead of its own: a new one has not
 * fired yet. */
void cg_engine_levels_arm(struct cg_engine *engine,
                          uint32_t limit,
                          const uint32_t *percent,
                          uint32_t count);

/* After all settings are there: what is due when follows from them. */
void cg_engine_times_set(struct cg_engine *engine);

/* R17: the amount of a limit was lowered: if use was above it before, this is a
 * breach of its own. */
void cg_engine_limit_lowered(struct cg_engine *engine, uint32_t limit);

/* R17: each limit whose use has come above its amount, unsaid so far, acts. */
void cg_engine_breaches_pull(struct cg_engine *engine);

/* After all of it: orders count under limits that cover them by now (R11),
 * those act on it, and who waits for room is decided on anew (R44). */
void cg_engine_settings_settle(struct cg_engine *engine);

#endif
