/*
 * gzip and zstd, as bytes come.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LOG_UNPACK_H
#define CG_LOG_UNPACK_H

#include <slice.h>
#include <stdbool.h>
#include <stddef.h>

/* So many bytes of a file tell how it is packed. */
#define CG_LOG_MAGIC_MAX 6

enum cg_log_packing {
    CG_LOG_PLAIN,
    CG_LOG_GZIP,
    CG_LOG_ZSTD,
    CG_LOG_STRANGE, /* packed in a way that is not read here */
};

struct cg_log_unpack; /* what was packed may be many members or frames */

/* How the file that begins with |bytes| is packed; |name| is NULL for plain. */
enum cg_log_packing cg_log_packing_of(struct cg_slice bytes, const char **name);

/* NULL without memory. */
struct cg_log_unpack *cg_log_unpack_open(enum cg_log_packing packing);
void cg_log_unpack_close(struct cg_log_unpack *unpack);

/*
 * Unpacks from |packed|, which moves on, to the |len| bytes at |bytes|.
 * Returns false when what is packed is damaged, with |*why|; |*made| bytes
 * were made even so.  Nothing made, and nothing left of |packed|: more is
 * needed.
 */
bool cg_log_unpack(struct cg_log_unpack *unpack,
                   struct cg_slice *packed,
                   char *bytes,
                   size_t len,
                   size_t *made,
                   const char **why);

/* Whether what was packed may end here. */
bool cg_log_unpack_is_whole(const struct cg_log_unpack *unpack);

#endif
