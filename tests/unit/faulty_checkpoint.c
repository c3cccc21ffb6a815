/*
 * Programs that are linked with --wrap=sqlite3_wal_autocheckpoint say how often
 * a log is folded into its file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "faulty_vfs.h"

#include <sqlite3.h>

int faulty_checkpoint_pages;

int __real_sqlite3_wal_autocheckpoint(sqlite3 *db, int pages);
int __wrap_sqlite3_wal_autocheckpoint(sqlite3 *db, int pages);

/* The product's own number is too large for what a test can sweep. */
int __wrap_sqlite3_wal_autocheckpoint(sqlite3 *db, int pages)
{
    return __real_sqlite3_wal_autocheckpoint(
        db, faulty_checkpoint_pages != 0 ? faulty_checkpoint_pages : pages);
}
