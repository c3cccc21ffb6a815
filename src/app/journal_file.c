/*
 * Opening a journal that is only looked at.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_file.h"

#include <stdio.h>

bool app_journal_open(const char *command,
                      const char *path,
                      struct cg_journal *journal)
{
    char error[2048] = "";
    if (cg_journal_read_sqlite(path, journal, error, sizeof(error)) != 0) {
        fprintf(stderr, "creditgate %s: %s\n", command, error);
        return false;
    }
    return true;
}
