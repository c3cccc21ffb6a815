/*
 * Why the gate refused something: the codes of R51, which never change.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_REASON_H
#define CREDITGATE_REASON_H

#ifdef __cplusplus
extern "C" {
#endif

enum cg_reason {
    CG_REASON_NONE = 0,
    CG_LIMIT_EXCEEDED = 101,
    CG_NO_CREDIT_LINE = 102,
    CG_UNKNOWN_PARTY = 103,
    CG_DV01_UNAVAILABLE = 104,
    CG_CLIP_SIZE = 105,
    CG_MAX_NOTIONAL = 106,
    CG_RATES_STALE = 107,
    CG_FX_RATE_MISSING = 108,
    CG_LIMIT_UNENFORCEABLE = 109,
    CG_PARTY_SUSPENDED = 201,
    CG_PARTY_HALTED = 202,
    CG_CHECK_TIMEOUT = 301,
    CG_HUB_UNAVAILABLE = 302,
    CG_RESERVATION_EXPIRED = 303,
    CG_VENUE_DOWN = 304,
    CG_TOKEN_INVALIDATED = 305,
    CG_ORDER_PULLED = 306,
    CG_HUB_DENIED = 307,
    CG_DUPLICATE_CLORDID = 401,
    CG_UNKNOWN_ORDER = 402,
    CG_REQUEST_PENDING = 403,
    CG_REPLACE_NOT_ALLOWED = 404,
    CG_STALE_RESEND = 405,
    CG_BAD_FIELD = 406,
    CG_GATE_STOPPING = 501,
};

#ifdef __cplusplus
}
#endif
#endif
