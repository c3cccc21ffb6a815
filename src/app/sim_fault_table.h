/*
 * The table of the simulated hub's faults, and the messages that they change.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_FAULT_TABLE_H
#define SIM_FAULT_TABLE_H

#include "sim_hub.h"

/* What a message is, to a fault: one or more of these. */
enum {
    GRANT = 1 << 0,     /* out: DG to a submission, 2325=0 or 1 */
    DENIAL = 1 << 1,    /* the same, 2325=2 */
    WITHDRAWN = 1 << 2, /* DG 2325=4 to a withdrawal */
    NOTED = 1 << 3,     /* DG to a consumption */
    ANY_DG = 1 << 4,
    PUSHED = 1 << 5,       /* CM with 325=Y */
    REPORT = 1 << 6,       /* any CM */
    REPORT_END = 1 << 7,   /* CM with 893=Y */
    UPDATE = 1 << 8,       /* CR */
    STOP = 1 << 9,         /* DH */
    REINSTATED = 1 << 10,  /* DH 2329=2 */
    SUBMISSION = 1 << 11,  /* in: DF that asks for credit */
    WITHDRAWAL = 1 << 12,  /* DF 2320=1 */
    REQUEST = 1 << 13,     /* CL */
    STOP_ANSWER = 1 << 14, /* the first DI to the last DH */
    STOPPED = 1 << 15,     /* out: DH 2329=0 or 1, no drill */
    RENEWAL = 1 << 16      /* a grant to 2320=2 */
};
#define ANSWER (GRANT | DENIAL)
#define LIMITS (REPORT | UPDATE)

/* A message on its way out. */
struct sim_out {
    struct sim_hub *hub;
    struct sim_peer *peer;
    const char *type;
    struct sim_body body;
    int64_t late_ns; /* sent that much later */
    bool lost;       /* not sent */
    int64_t ms;      /* of the fault that strikes */
};

struct sim_fault {
    struct sim_fault_about about;
    unsigned on; /* messages it changes; a hook has none */
    int tag;     /* which they must have; 0: none */
    /* Changes the message, or with |again| a copy that follows it. */
    void (*change)(struct sim_out *out, int tag, const char *text);
    const char *text; /* for |change| */
    bool again;
    enum sim_hook hook;
};

/* The row |at|, NULL behind the last one. */
const struct sim_fault *sim_fault_row(size_t at);

/* 60 as the hub writes it, in ns since 1970; 0 when it is none. */
int64_t sim_fault_time(struct cg_slice text);

#endif
