/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_file.h"

#include <stdio.h>
#include <unistd.h>

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

struct app_progress app_progress(void)
{
    return (struct app_progress){.terminal = isatty(STDERR_FILENO) == 1};
}

void app_progress_say(struct app_progress *progress, cg_seq facts)
{
    if (progress->terminal) {
        fprintf(stderr, "\rreading: %llu facts", (unsigned long long)facts);
        fflush(stderr);
        progress->said = true;
    }
}

void app_progress_clear(struct app_progress *progress)
{
    if (progress->said) {
        fputs("\r\033[K", stderr);
        progress->said = false;
    }
}

void app_say_unknown(const char *command,
                     const char *path,
                     const char *what,
                     const char *id,
                     char near[][CG_NAME_MAX + 1],
                     size_t near_count)
{
    fprintf(stderr, "creditgate %s: %s: there is no %s %s", command, path, what,
            id);
    for (size_t i = 0; i < near_count; i++) {
        fprintf(stderr, "%s%s", i == 0 ? "; did you mean " : ", ", near[i]);
    }
    fputs(near_count > 0 ? "?\n" : "\n", stderr);
}
