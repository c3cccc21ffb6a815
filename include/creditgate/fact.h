/*
 * Facts: what the gate decided, one record each.
 *
 * The state of a gate is the fold of its facts (apply in src/engine); the
 * journal keeps them as rows, in order, before anything they caused is visible.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_FACT_H
#define CREDITGATE_FACT_H

#include <creditgate/types.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CG_NONE UINT32_MAX

/*
 * X(NAME, "name"): every kind of fact, in the order of a token's and an order's
 * life.  The text is what the journal stores, and must never change.
 */
#define CG_FACT_KINDS(X)                                                       \
    X(SESSION_NAMED, "session named")                                          \
    X(ACCOUNT_NAMED, "account named")                                          \
    X(CCP_NAMED, "ccp named")                                                  \
    X(ACCOUNT_WARNINGS, "account warnings")                                    \
    X(INSTRUMENT_NAMED, "instrument named")                                    \
    X(INSTRUMENT_RATED, "instrument rated")                                    \
    X(INSTRUMENT_FORGOTTEN, "instrument forgotten")                            \
    X(RATES_TAKEN, "rates taken")                                              \
    X(RATES_AGED, "rates aged")                                                \
    X(LIMIT_NAMED, "limit named")                                              \
    X(LIMIT_SET, "limit set")                                                  \
    X(LIMIT_SCOPED, "limit scoped")                                            \
    X(LIMIT_UNSCOPED, "limit unscoped")                                        \
    X(LIMIT_STATE, "limit state")                                              \
    X(LIMITS_TOLD, "limits told")                                              \
    X(LIMIT_WARNED, "limit warned")                                            \
    X(LIMIT_REARMED, "limit rearmed")                                          \
    X(LIMIT_RESET, "limit reset")                                              \
    X(DAY_ENDED, "day ended")                                                  \
    X(LIMIT_ACTIONS, "limit actions")                                          \
    X(LIMIT_STOPPED, "limit stopped")                                          \
    X(STOP_PLACED, "stop placed")                                              \
    X(STOP_DONE, "stop done")                                                  \
    X(STOP_LIFTED, "stop lifted")                                              \
    X(ORDER_FORGOTTEN, "order forgotten")                                      \
    X(ORDER_TAKEN, "order taken")                                              \
    X(LEG_TAKEN, "leg taken")                                                  \
    X(ORDER_REFUSED, "order refused")                                          \
    X(ORDER_QUEUED, "order queued")                                            \
    X(ORDER_LEFT, "order left")                                                \
    X(TOKEN_CHARGED, "token charged")                                          \
    X(LEG_CHARGED, "leg charged")                                              \
    X(TOKEN_ADDED, "token added")                                              \
    X(TOKEN_RECHARGED, "token recharged")                                      \
    X(TOKEN_PRICED, "token priced")                                            \
    X(TOKEN_REPRICED, "token repriced")                                        \
    X(TOKEN_GRANTED, "token granted")                                          \
    X(TOKEN_LAPSED, "token lapsed")                                            \
    X(TOKEN_RETURNED, "token returned")                                        \
    X(TOKEN_CLOSED, "token closed")                                            \
    X(ASK_SENT, "ask sent")                                                    \
    X(ASK_REPEATED, "ask repeated")                                            \
    X(ASK_PENDING, "ask pending")                                              \
    X(ASK_ANSWERED, "ask answered")                                            \
    X(ORDER_SENT, "order sent")                                                \
    X(ORDER_ACKED, "order acked")                                              \
    X(ORDER_IDENTIFIED, "order identified")                                    \
    X(REPORT_SEEN, "report seen")                                              \
    X(ORDER_FILLED, "order filled")                                            \
    X(LEG_FILLED, "leg filled")                                                \
    X(ORDER_RESTATED, "order restated")                                        \
    X(ORDER_CLOSED, "order closed")                                            \
    X(REQUEST_TAKEN, "request taken")                                          \
    X(REQUEST_ADVANCED, "request advanced")                                    \
    X(REQUEST_PASSED, "request passed")                                        \
    X(REQUEST_SENT, "request sent")                                            \
    X(REQUEST_ACCEPTED, "request accepted")                                    \
    X(REQUEST_REFUSED, "request refused")                                      \
    X(REQUEST_WITHHELD, "request withheld")                                    \
    X(RESENDS_ENDED, "resends ended")                                          \
    X(STATUS_ASKED, "status asked")                                            \
    X(STATUS_TOLD, "status told")                                              \
    X(STATUS_RELAYED, "status relayed")                                        \
    X(LINK_UP, "link up")                                                      \
    X(LINK_DOWN, "link down")                                                  \
    X(HUB_MISSED, "hub missed")                                                \
    X(HUB_ANSWERED, "hub answered")                                            \
    X(HUB_IN_PARTS, "hub in parts")                                            \
    X(SNAPSHOT_TAKEN, "snapshot taken")                                        \
    X(STARTED, "started")                                                      \
    X(DIFFERENCE, "difference found")                                          \
    X(COMPARED, "compared")                                                    \
    X(NOTED, "noted")

enum cg_fact_kind {
#define X(name, text) CG_FACT_##name,
    CG_FACT_KINDS(X)
#undef X
        CG_FACT_KIND_COUNT
};

/* The name of a kind, or NULL when there is no such kind. */
CG_API const char *cg_fact_kind_name(enum cg_fact_kind kind);

/*
 * X(NAME, "name"): what a venue or a hub says otherwise than our books (R46,
 * R47).  The journal stores the number, as |value| of CG_FACT_DIFFERENCE: new
 * ones go to the end.
 */
#define CG_DIFFERENCES(X)                                                      \
    X(CUM_QTY, "CumQty")                                                       \
    X(LEG_CUM_QTY, "CumQty of a leg")                                          \
    X(ORDER_QTY, "OrderQty")                                                   \
    X(ID_IN_FORCE, "id in force")                                              \
    X(ORDER_OVER, "order over")                                                \
    X(ORDER_NOT_OVER, "order not over")                                        \
    X(NEVER_THERE, "never there")                                              \
    X(ORDER_FORGOTTEN, "order forgotten")                                      \
    X(ORDER_UNKNOWN, "order not in the books")                                 \
    X(LIMIT_AMOUNT, "limit amount")                                            \
    X(LIMIT_USE, "limit use")                                                  \
    X(LIMIT_STATE, "limit state")                                              \
    X(LIMIT_MISSING, "limit not in the snapshot")                              \
    X(LIMIT_UNKNOWN, "limit not in the books")                                 \
    X(LIMIT_REFUSED, "limit refused")                                          \
    X(TOKEN_LATE, "token granted late")                                        \
    X(TOKEN_AMOUNT, "token amount")                                            \
    X(TOKEN_FORGOTTEN, "token forgotten")                                      \
    X(TOKEN_TAKEN_BACK, "token taken back")                                    \
    X(TOKEN_NOTICE, "token notice refused")                                    \
    X(TOKEN_UNKNOWN, "token not in the books")                                 \
    X(TOKEN_LIMIT, "limit of a token")                                         \
    X(TOKEN_CURRENCY, "currency of a token")                                   \
    X(TOKEN_DENIED, "token denied after its grant")

enum cg_difference {
#define X(name, text) CG_DIFFERS_##name,
    CG_DIFFERENCES(X)
#undef X
        CG_DIFFERENCE_COUNT
};

/* Its name, or NULL when there is no such difference. */
CG_API const char *cg_difference_name(enum cg_difference what);

/*
 * One fact.  Unused members hold 0, and slots CG_NONE.  Slots are places in the
 * gate's pools, the same in a live gate and in one that was recovered; numbers
 * are never used again.  |id| and |text| are borrowed for the call.
 */
struct cg_fact {
    enum cg_fact_kind kind;
    cg_seq no;                /* 1, 2, 3 ...; the journal's key */
    cg_time time;             /* when it was decided */
    cg_session cause_session; /* the message behind it ... */
    cg_seq cause_seq;         /* ... and its MsgSeqNum; 0: a timer */
    cg_session session;       /* whom it concerns: client, owner, hub */
    uint32_t order;           /* slot */
    uint32_t request;         /* slot of a ClOrdID */
    uint32_t token;           /* slot */
    uint32_t ask;             /* slot of one DF */
    uint32_t limit;           /* slot */
    uint32_t account;         /* slot */
    uint32_t instrument;      /* slot */
    uint32_t value;           /* a state, model, action or level, by kind */
    uint32_t flags;           /* by kind */
    uint16_t reason;          /* enum cg_reason, 0 for none */
    char side;                /* '1' buy, '2' sell, 0 */
    char time_in_force;       /* 59, 0 when it does not matter */
    cg_seq number;            /* order, token or ask number */
    cg_qty qty;               /* OrderQty, CumQty */
    cg_dv01 amount;           /* the amount of this fact, by kind */
    cg_dv01 other;            /* a second amount, by kind */
    cg_dv01 rate;             /* DV01 per 1,000,000 of notional */
    cg_time until;            /* expiry, or the time of an update */
    uint64_t hash;            /* of an order's body, tells a repeat (R40) */
    uint64_t terms_hash;      /* of all its terms but the quantity (R18) */
    const char *id;           /* ClOrdID, limit id, token id, name */
    size_t id_len;
    const char *text; /* a second id, or words for people */
    size_t text_len;
};

#ifdef __cplusplus
}
#endif
#endif
