/*
 * creditgate session record: FIX logs as a session on paper.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session_write.h"

#include "print_mistake.h"
#include "session_record.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLD_MAX 20 /* of one kind of trouble */

struct recording {
    struct cg_session_record_options options;
    const char **logs;
    uint64_t told[CG_REPLAY_KINDS];
};

static bool on_trouble(void *user,
                       unsigned kind,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    struct recording *recording = user;
    uint64_t count = ++recording->told[kind];
    if (count <= TOLD_MAX) {
        fprintf(stderr, "%s:%" PRIu64 ": %s\n", file, offset, text);
    }
    if (count == TOLD_MAX) {
        fprintf(stderr,
                "creditgate session record: more of this kind (%s) is "
                "left out\n",
                cg_replay_trouble_name(kind));
    }
    return true;
}

static void on_print(void *user, const char *text)
{
    (void)user;
    fputs(text, stderr);
}

static bool wrong(const char *text)
{
    fprintf(stderr, "creditgate session record: %s\n", text);
    return false;
}

static bool read_arguments(struct recording *recording, int argc, char **argv)
{
    struct cg_session_record_options *options = &recording->options;
    size_t pipes = 0;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--anonymise") == 0) {
            options->anonymised = true;
        } else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            options->config = argv[++i];
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            fprintf(stderr,
                    "creditgate session record: %s is no option, or needs a "
                    "value\n",
                    argv[i]);
            return false;
        } else {
            pipes += strcmp(argv[i], "-") == 0;
            recording->logs[options->log_count++] = argv[i];
        }
    }
    options->logs = recording->logs;
    if (options->config == NULL) {
        return wrong("--config FILE is missing: the gate's configuration");
    }
    if (options->log_count == 0) {
        return wrong("give a log, or - for standard input");
    }
    return pipes < 2 || wrong("standard input can be read once");
}

static int record(const struct recording *recording)
{
    char error[512];
    char *text = NULL;
    size_t len = 0;
    int status = cg_session_record(&recording->options, error, sizeof(error),
                                   &text, &len);
    if (status == CG_RECORD_E_DIFFERS) {
        wrong("the session does not pass, see above: nothing is written");
        return 1;
    }
    if (status != 0) {
        if (error[0] != '\0') {
            wrong(error);
        }
        return 2;
    }
    bool written = fwrite(text, 1, len, stdout) == len && fflush(stdout) == 0;
    free(text);
    return written || wrong("standard output cannot be written") ? 0 : 2;
}

int app_session_record(int argc, char **argv)
{
    struct recording recording = {
        .options = {.report = app_print_mistake,
                    .trouble = on_trouble,
                    .print = on_print},
    };
    int status = 2;
    recording.options.user = &recording;
    recording.logs = calloc((size_t)argc + 1, sizeof(*recording.logs));
    if (recording.logs != NULL && read_arguments(&recording, argc, argv)) {
        status = record(&recording);
    }
    free(recording.logs);
    return status;
}
