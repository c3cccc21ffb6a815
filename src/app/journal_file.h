/*
 * Opening a journal that is only looked at, and what is said as it is read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_JOURNAL_FILE_H
#define APP_JOURNAL_FILE_H

#include <creditgate/journal.h>
#include <creditgate/records.h>
#include <stdbool.h>

/* Opens the journal at |path| for |command|; false when that cannot be, and it
 * was told why.  Makes no file of what is not there. */
bool app_journal_open(const char *command,
                      const char *path,
                      struct cg_journal *journal);

/* How far the reading is, in a line of its own on a terminal. */
struct app_progress {
    bool terminal; /* standard error is one */
    bool said;     /* ... and the line stands on it */
};

struct app_progress app_progress(void);
void app_progress_say(struct app_progress *progress, cg_seq facts);
/* Makes room for other lines. */
void app_progress_clear(struct app_progress *progress);

/* There is no |what| with |id|; the ids nearest to it are named. */
void app_say_unknown(const char *command,
                     const char *path,
                     const char *what,
                     const char *id,
                     char near[][CG_NAME_MAX + 1],
                     size_t near_count);

#endif
