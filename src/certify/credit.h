/*
 * The reconciliation of a certification: what became of all credit that was
 * granted, as each side told it on the wire.
 *
 * It sees the messages of hub links and nothing else, and shares no arithmetic
 * with the gate: per token
 *
 *     granted + overrun = reserved + consumed + released + expired
 *
 * once by what the gate said (DF), once by what the hub confirmed (DG).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_CREDIT_H
#define CG_CERTIFY_CREDIT_H

#include <creditgate/types.h>
#include <jansson.h>
#include <slice.h>

struct cg_credit;

/* |hub_is_peer|: its figures of use (1766) are real.  NULL without memory. */
struct cg_credit *cg_credit_open(bool hub_is_peer);
void cg_credit_close(struct cg_credit *credit);

/*
 * An attempt at the case begins.  What attempts before it at the same case left
 * open, or unequal, is theirs: it is told apart, as their verdicts are.  False
 * without memory.
 */
bool cg_credit_attempt(struct cg_credit *credit, struct cg_slice id);

/* One whole message of a hub link at |now|; others than DF, DG, CM and CR are
 * not looked at.  False without memory. */
bool cg_credit_message(struct cg_credit *credit,
                       bool from_hub,
                       struct cg_slice bytes,
                       cg_time now);

/* What came of it by |now|, as the record "credit" of the evidence has it; NULL
 * without memory. */
json_t *cg_credit_json(struct cg_credit *credit, cg_time now);

#endif
