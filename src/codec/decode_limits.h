/*
 * What the files that read limit updates share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CODEC_DECODE_LIMITS_H
#define CG_CODEC_DECODE_LIMITS_H

#include "codec.h"
#include "scope.h"

/* RiskLimitResult(1764). */
enum cg_result {
    CG_RESULT_OK = 0,
    CG_RESULT_INVALID_PARTY = 1,
    CG_RESULT_INVALID_TYPE = 3,
    CG_RESULT_INVALID_ID = 4,
    CG_RESULT_INVALID_AMOUNT = 5,
    CG_RESULT_INVALID_WARNING_ACTION = 6,
    CG_RESULT_INVALID_SCOPE = 7,
    CG_RESULT_ACTION_UNSUPPORTED = 8,
    CG_RESULT_WARNINGS_UNSUPPORTED = 9,
    CG_RESULT_WARNING_ACTION_UNSUPPORTED = 10,
    CG_RESULT_SCOPE_UNSUPPORTED = 11,
    CG_RESULT_NOT_AUTHORIZED = 98,
    CG_RESULT_OTHER = 99,
};

/* The limit asks for what is not modelled; the first |result| says what. */
static inline void cg_limit_unmodelled(struct cg_limit_event *limit,
                                       enum cg_result result)
{
    limit->result = limit->unenforceable ? limit->result : (uint32_t)result;
    limit->unenforceable = true;
}

/* The scope of one entry of |limits| (1669), appended to |event|'s. */
void cg_decode_scopes(const struct cg_fix_group *limits,
                      struct cg_update_event *event,
                      struct cg_scope_event *scopes,
                      struct cg_limit_event *limit);

#endif
