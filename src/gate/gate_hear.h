/*
 * What a message at hand comes to, by who said it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_HEAR_H
#define CG_GATE_HEAR_H

#include "gate_internal.h"

/* Decides on the gate's message, which a peer of |role| has sent, or answers
 * it. */
void cg_gate_hear(struct cg_gate *gate, enum cg_role role);

/*
 * A message that is too large to be taken: its sender is told by a j, so that
 * nothing is dropped silently (R53).  What is no message at all cannot be
 * answered, and a session rejects it before it comes here.
 */
void cg_gate_hear_too_large(struct cg_gate *gate,
                            const char *bytes,
                            size_t len);

#endif
