/*
 * A digest that tells two files apart.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_DIGEST_H
#define CG_GATE_DIGEST_H

#include <slice.h>

#define CG_DIGEST_HEX 64 /* letters of a SHA-256 */

/* SHA-256 of |bytes| in hex; false without memory. */
bool cg_digest(struct cg_slice bytes, char hex[CG_DIGEST_HEX + 1]);

#endif
