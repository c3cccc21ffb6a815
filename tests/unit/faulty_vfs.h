/*
 * A disk in memory under SQLite: its power can be cut at any operation, its
 * operations can fail, and it can be full.
 *
 * It remembers every write, truncation, creation and deletion, and every sync.
 * faulty_disk_cut() makes the disk as it is found once the power has been cut:
 * what was synced is there; of the rest any part is, torn and out of order.  A
 * name is durable once its directory was synced: by the first sync of a file
 * that was opened as a journal or log with SQLITE_OPEN_CREATE, or by a deletion
 * with |syncDir|, as SQLite's VFS for Unix does it.
 *
 * Not for several processes or threads; memory is never short here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_FAULTY_VFS_H
#define CG_TESTS_FAULTY_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct faulty_disk;

enum faulty_op {
    FAULTY_OPEN,
    FAULTY_READ,
    FAULTY_WRITE,
    FAULTY_SYNC,
    FAULTY_TRUNCATE,
    FAULTY_DELETE,
    FAULTY_LOCK,
    FAULTY_ANY, /* any of these */
    FAULTY_OPS,
};

struct faulty_fault {
    enum faulty_op op;
    size_t at;          /* the at-th such operation from now on, from 1 */
    bool lasts;         /* ... and every later one */
    bool partly;        /* a write has written half of its bytes all the same */
    int error;          /* what SQLite is told; 0: the kind's own */
    const char *except; /* files whose names end so never fail; may be NULL */
};

/* An empty disk. */
struct faulty_disk *faulty_disk_open(void);

/* Every file on it must have been closed.  NULL is fine. */
void faulty_disk_close(struct faulty_disk *disk);

/* Files are opened on |disk| from now on, as SQLite's default; NULL: on the
 * machine's own.  Open files stay where they are. */
void faulty_disk_use(struct faulty_disk *disk);

/* How many moments there are at which the power can be cut: one before each
 * operation that changes what survives, and the present one. */
size_t faulty_disk_now(const struct faulty_disk *disk);

/*
 * The disk after a power cut at |at|, at most faulty_disk_now().  Five seeds in
 * a row are five manners: what was not synced is lost, kept, kept up to a
 * point, kept here and there, and that file by file.  |disk| is not changed and
 * may go on, or be cut again.
 */
struct faulty_disk *
faulty_disk_cut(const struct faulty_disk *disk, size_t at, uint64_t seed);

/*
 * The disk after the process was killed at |at|: all that it wrote by then can
 * be read, and a power cut there still loses what was not synced.
 */
struct faulty_disk *faulty_disk_kill(const struct faulty_disk *disk, size_t at);

/* NULL: the disk is sound again. */
void faulty_disk_fail(struct faulty_disk *disk,
                      const struct faulty_fault *fault);

/* Whether the fault has come. */
bool faulty_disk_has_failed(const struct faulty_disk *disk);

/* How many operations of this kind there were; failed ones count. */
size_t faulty_disk_count(const struct faulty_disk *disk, enum faulty_op op);

/* How often the file of this name was to be synced. */
size_t faulty_disk_syncs(const struct faulty_disk *disk, const char *name);

/* The files together may have |bytes|; 0: no limit. */
void faulty_disk_limit(struct faulty_disk *disk, uint64_t bytes);
uint64_t faulty_disk_size(const struct faulty_disk *disk);

/* Syncs do nothing, and say they did. */
void faulty_disk_lie(struct faulty_disk *disk);

/* Pages of log between two checkpoints, in a program that is linked with
 * --wrap=sqlite3_wal_autocheckpoint; 0: as many as the product wants. */
extern int faulty_checkpoint_pages;

#endif
