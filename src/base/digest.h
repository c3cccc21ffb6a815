/*
 * SHA-256, by the machine's own instructions where it has them: digests of
 * files, and the chain of the journal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_DIGEST_H
#define CG_BASE_DIGEST_H

#include "slice.h"
#include <stdint.h>

#define CG_DIGEST_BYTES 32
#define CG_DIGEST_HEX 64

struct cg_digest_bytes {
    uint8_t bytes[CG_DIGEST_BYTES];
};

/* One digest after the other; it allocates when it is opened and never again.
 * NULL without memory; closing NULL is fine. */
struct cg_digester;
struct cg_digester *cg_digester_open(void);
void cg_digester_close(struct cg_digester *digester);

/* Begins a digest, adds bytes to it, ends it.  None of them can fail. */
void cg_digester_begin(struct cg_digester *digester);
void cg_digester_add(struct cg_digester *digester,
                     const void *bytes,
                     size_t len);
void cg_digester_end(struct cg_digester *digester, struct cg_digest_bytes *out);

void cg_digest_hex(const struct cg_digest_bytes *digest,
                   char hex[CG_DIGEST_HEX + 1]);

/* False when |hex| is not CG_DIGEST_HEX small hexadecimal digits. */
bool cg_digest_parse(struct cg_slice hex, struct cg_digest_bytes *out);

bool cg_digest_equal(const struct cg_digest_bytes *a,
                     const struct cg_digest_bytes *b);

/* SHA-256 of |bytes| in hex; false without memory. */
bool cg_digest(struct cg_slice bytes, char hex[CG_DIGEST_HEX + 1]);

#endif
