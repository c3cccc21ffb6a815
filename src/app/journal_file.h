/*
 * Opening a journal that is only looked at.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_JOURNAL_FILE_H
#define APP_JOURNAL_FILE_H

#include <creditgate/journal.h>
#include <stdbool.h>

/* Opens the journal at |path| for |command|; false when that cannot be, and it
 * was told why.  Makes no file of what is not there. */
bool app_journal_open(const char *command,
                      const char *path,
                      struct cg_journal *journal);

#endif
