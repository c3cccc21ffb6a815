/*
 * Which instruments a limit counts (R10): what the configuration cuts it to,
 * and the entries to include and exclude that its owner sent.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_SCOPE_H
#define CG_ENGINE_SCOPE_H

#include "engine.h"

/* A term of an instrument; empty when the table does not give it. */
struct cg_slice cg_instrument_term(const struct cg_instrument *instrument,
                                   enum cg_term term);

/* Whether |limit| counts the instrument in |slot|, and by how much its DV01 is
 * multiplied, in 1e-8 (1558). */
bool cg_scope_covers(const struct cg_state *state,
                     const struct cg_limit *limit,
                     uint32_t slot,
                     int64_t *multiplier);

/* Bytes that hold the terms of any entry as text: each with a tab, or an end.
 */
#define CG_SCOPE_TEXT_MAX (CG_TERMS * (CG_NAME_MAX + 1))

/* The terms as the journal keeps them, and back. */
size_t cg_scope_write(const struct cg_slice terms[CG_TERMS],
                      char text[CG_SCOPE_TEXT_MAX]);
void cg_scope_read(struct cg_slice text, struct cg_id terms[CG_TERMS]);

/* Whether an entry is what its owner says now. */
bool cg_scope_is(const struct cg_scope *scope,
                 const struct cg_scope_event *event);

/* Whether an entry means anything that can be enforced (R19). */
bool cg_scope_is_usable(const struct cg_scope_event *event);

#endif
