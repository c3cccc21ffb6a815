/*
 * The spare file: room that is taken from the disk before it is needed, for the
 * turns that come after the journal itself could not be written.
 *
 *   head     where its turns begin: the last fact in the journal, and the chain
 *            up to it; not there while the spare is empty
 *   turn...  mark of this use, length, bytes, SHA-256 of the turn before it (or
 *            the head) and it
 *
 * A turn that was cut off, or is left over from an earlier use, does not fit
 * the chain of digests, and is no turn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_JOURNAL_SPARE_H
#define CG_JOURNAL_SPARE_H

#include "database.h"
#include "turn.h"
#include <digest.h>

/* Taken from the disk when a gate starts; a turn of an order is about 1 KiB. */
#define CG_SPARE_BYTES (4 * 1024 * 1024)

struct cg_spare {
    struct cg_db_file *file;
    struct cg_digester *digester; /* borrowed */
    bool begun;                   /* its head is there */
    int64_t use;                  /* the head's */
    uint64_t mark;                /* of this use's turns */
    uint64_t first_no;
    struct cg_digest_bytes first_chain;
    int64_t end; /* where the next turn goes */
    struct cg_digest_bytes digest;
};

/* Opens the spare and reads its head.  With |create| it is made, and takes its
 * room; without, a spare that is not there is an empty one. */
enum cg_db_result cg_spare_open(struct cg_spare *spare,
                                const char *path,
                                bool create,
                                struct cg_digester *digester);
void cg_spare_close(struct cg_spare *spare);

/*
 * Writes the head alone, without a sync: the journal has failed, and who opens
 * it next must not trust its log.  When the power goes it may be lost with what
 * it warns of.
 */
void cg_spare_mark(struct cg_spare *spare,
                   uint64_t last_no,
                   const struct cg_digest_bytes *chain);

/* Writes a turn and syncs it; the first one comes with the head. */
enum cg_db_result cg_spare_write(struct cg_spare *spare,
                                 const struct cg_turn *turn,
                                 uint64_t last_no,
                                 const struct cg_digest_bytes *chain);

/* Reads the next turn, from the head on; |*found| is false after the last. */
enum cg_db_result
cg_spare_read(struct cg_spare *spare, struct cg_turn *turn, bool *found);

/* Empties the spare: what it held is in the journal. */
enum cg_db_result cg_spare_clear(struct cg_spare *spare);

#endif
