/*
 * What the files of the reconciliation share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_CREDIT_PARTS_H
#define CG_CERTIFY_CREDIT_PARTS_H

#include "credit.h"

#include <decimal.h>

struct credit_sums {
    cg_dv01 granted;
    cg_dv01 overrun;
    cg_dv01 consumed;
    cg_dv01 released;
    cg_dv01 expired;
};

struct credit_limit {
    char *id;
    char currency[4];
    bool told; /* 1766 came */
    cg_dv01 used_first;
    cg_dv01 used_last;
    bool stale; /* a trade was told after the last 1766 */
};

struct credit_token {
    char *id;
    size_t limit;
    size_t attempt;          /* that began it, from 1; 0: none */
    struct credit_sums gate; /* by what it said */
    struct credit_sums hub;  /* by what it confirmed */
    cg_time expires;
    bool returned; /* the gate gave it back: what is answered later is none */
};

enum credit_kind { ASK_NEW, ASK_CHANGE, ASK_RETURN, ASK_TRADE, ASK_BUST };

struct credit_ask {
    char *id; /* 2318 */
    size_t token;
    enum credit_kind kind;
    cg_dv01 amount;
    bool confirmed;
};

struct credit_attempt {
    char *id; /* of its case */
    bool repeated;
};

struct cg_credit {
    struct credit_attempt *attempts;
    size_t attempt_count;
    size_t attempt_room;
    struct credit_limit *limits;
    size_t limit_count;
    size_t limit_room;
    struct credit_token *tokens;
    size_t token_count;
    size_t token_room;
    struct credit_ask *asks;
    size_t ask_count;
    size_t ask_room;
    size_t unasked; /* grants that nobody asked for (R28) */
    bool hub_is_peer;
    bool no_memory;
};

/* What is granted and has not come to its end. */
static inline cg_dv01 credit_reserved(const struct credit_sums *sums)
{
    return sums->granted + sums->overrun - sums->consumed - sums->released -
           sums->expired;
}

#endif
