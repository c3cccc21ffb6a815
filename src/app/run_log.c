/*
 * The log of creditgate run: lines on stdout, as a person reads them or as
 * systemd's journal takes them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "run_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *name;
    int priority; /* as sd-daemon(3) has them, those of syslog */
} levels[] = {
    [CG_LOG_ERROR] = {"error", 3},   [CG_LOG_WARNING] = {"warning", 4},
    [CG_LOG_NOTICE] = {"notice", 5}, [CG_LOG_INFO] = {"info", 6},
    [CG_LOG_DEBUG] = {"debug", 7},
};

#define LEVELS (sizeof(levels) / sizeof(levels[0]))

bool run_log_level(const char *text, enum cg_log_level *level)
{
    for (size_t i = 0; i < LEVELS; i++) {
        if (strcmp(text, levels[i].name) == 0) {
            *level = (enum cg_log_level)i;
            return true;
        }
    }
    return false;
}

/* JOURNAL_STREAM names the stream by device and inode: it is inherited by
 * whoever is started with another one, too. */
static bool journal_reads(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat of;
    char name[64];
    if (stream == NULL || fstat(fd, &of) != 0) {
        return false;
    }
    snprintf(name, sizeof(name), "%llu:%llu", (unsigned long long)of.st_dev,
             (unsigned long long)of.st_ino);
    return strcmp(stream, name) == 0;
}

void run_log_line(void *user,
                  enum cg_log_level level,
                  const char *source,
                  const char *text)
{
    struct timespec ts;
    struct tm tm;
    char clock[16];
    (void)user;
    if (journal_reads(STDOUT_FILENO)) {
        printf("<%d>%s %s\n", levels[level].priority, source, text);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
    printf("%s.%06ld %s %s\n", clock, ts.tv_nsec / 1000, source, text);
}

const char *run_log_error(void)
{
    return journal_reads(STDERR_FILENO) ? "<3>" : "";
}
