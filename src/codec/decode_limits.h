/*
 * What the files that read limit updates share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CODEC_DECODE_LIMITS_H
#define CG_CODEC_DECODE_LIMITS_H

#include "codec.h"
#include "scope.h"

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
