/*
 * A small file, read whole, and how to see that it has changed.
 *
 * Blocks: for the start of a process, or for a worker.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LINK_FILE_TEXT_H
#define CG_LINK_FILE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was seen of a file without opening it. */
struct cg_file_stamp {
    bool seen; /* false: nobody looked yet; the same as no other stamp */
    bool there;
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t written_ns; /* since 1970 */
    int64_t changed_ns; /* likewise; a rename or a chmod counts, too */
};

void cg_file_stamp_take(const char *path, struct cg_file_stamp *stamp);

/* Not "newer": a file that is moved here may be older than the one before. */
bool cg_file_stamp_same(const struct cg_file_stamp *a,
                        const struct cg_file_stamp *b);

enum cg_file_outcome {
    CG_FILE_READ,
    CG_FILE_REFUSED,  /* |wrong| and |remedy| say why */
    CG_FILE_CHANGING, /* it was written to meanwhile: look again later */
};

struct cg_file_text {
    struct cg_file_stamp stamp; /* of what was read */
    char *text;                 /* with a NUL after it; cg_file_text_deinit() */
    size_t len;
    char wrong[160];
    const char *remedy;
};

/* Refuses what is not a plain file, cannot be read, or has more than |max|
 * bytes.  A zeroed |file| that was never read may be deinited. */
enum cg_file_outcome
cg_file_text_read(const char *path, size_t max, struct cg_file_text *file);
void cg_file_text_deinit(struct cg_file_text *file);

#endif
