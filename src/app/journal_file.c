/*
 * Opening a journal that is only looked at.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_file.h"

#include <stdio.h>

/* Opening a journal makes one of what is not there, or empty. */
static bool has_bytes(const char *path)
{
    FILE *file = fopen(path, "rb");
    bool some = file != NULL && fgetc(file) != EOF;
    if (file != NULL) {
        fclose(file);
    }
    return some;
}

bool app_journal_open(const char *command,
                      const char *path,
                      struct cg_journal *journal)
{
    char error[512] = "";
    if (!has_bytes(path)) {
        fprintf(stderr,
                "creditgate %s: %s: cannot be read, or is empty: name the "
                "Journal= of a gate\n",
                command, path);
        return false;
    }
    if (cg_journal_open_sqlite(path, journal, error, sizeof(error)) != 0) {
        fprintf(stderr, "creditgate %s: %s\n", command, error);
        return false;
    }
    return true;
}
