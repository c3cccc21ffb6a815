/*
 * Writing SQLite's log again, so that it is on the disk as it can be read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_JOURNAL_LOG_MEND_H
#define CG_JOURNAL_LOG_MEND_H

#include "database.h"
#include <digest.h>

/*
 * Writes the log over itself, and syncs it: what a failed sync has dropped can
 * be read until the power goes, and no later sync writes it.  Meanwhile a copy
 * is at |path|, whole, for cg_log_restore(): bytes under a write may be lost.
 */
enum cg_db_result
cg_log_mend(struct sqlite3 *db, const char *path, struct cg_digester *digester);

/*
 * Puts back the log that cg_log_mend() was writing when the power went, and
 * removes the copy; nothing without a copy.  Before the database is opened:
 * without its log it may be no database.
 */
enum cg_db_result cg_log_restore(const char *database,
                                 const char *log,
                                 const char *path,
                                 struct cg_digester *digester);

#endif
