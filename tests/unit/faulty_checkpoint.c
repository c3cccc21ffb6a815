/*
 * Programs that are linked with --wrap=cg_db_fold_from say how often a log is
 * folded into its file; those with --wrap=cg_db_file_fill make do with a small
 * spare.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "faulty_vfs.h"
#include "wrapped.h"

#include <database.h>

int faulty_checkpoint_pages;

WRAPPED(cg_db_fold_from);

/* The product's own number is too large for what a test can sweep. */
enum cg_db_result
__wrap_cg_db_fold_from(struct sqlite3 *db, int *pages, int from)
{
    int wanted = faulty_checkpoint_pages;
    return __real_cg_db_fold_from(db, pages, wanted != 0 ? wanted : from);
}

WRAPPED(cg_db_file_fill);

enum cg_db_result
__wrap_cg_db_file_fill(struct cg_db_file *file, int64_t from, int64_t size)
{
    const int64_t small = 32 * 1024;
    return __real_cg_db_file_fill(file, from, size < small ? size : small);
}
