/*
 * Several logs as one: the next message is the earliest.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_reader.h"

#include "log_file.h"

#include <stdio.h>
#include <stdlib.h>

/* A log and, when it has one, the message that it waits with. */
struct source {
    struct cg_log_file file;
    bool waits;
    bool ranked;
    int rank;
};

struct cg_log {
    struct cg_log_options options;
    struct source *sources;
    struct source *given; /* whose message was handed out last */
    bool started;
};

static int open_sources(struct cg_log *log, char *error, size_t error_len)
{
    for (size_t i = 0; i < log->options.count; i++) {
        struct cg_log_file *file = &log->sources[i].file;
        int result = cg_log_file_open(file, &log->options, i);
        if (result == CG_ERR_IO)
            snprintf(error, error_len, "%s: %s", log->options.paths[i],
                     file->input.why);
        if (result != 0)
            return result;
    }
    return 0;
}

int cg_log_open(const struct cg_log_options *options,
                char *error,
                size_t error_len,
                struct cg_log **log)
{
    int result = CG_ERR_MEMORY;

    *log = calloc(1, sizeof **log);
    if (*log == NULL)
        return CG_ERR_MEMORY;
    (*log)->options = *options;
    (*log)->sources = calloc(options->count + 1, sizeof *(*log)->sources);
    if ((*log)->sources != NULL)
        result = open_sources(*log, error, error_len);
    if (result != 0) {
        cg_log_close(*log);
        *log = NULL;
    }
    return result;
}

void cg_log_close(struct cg_log *log)
{
    if (log == NULL)
        return;
    for (size_t i = 0; log->sources != NULL && i < log->options.count; i++)
        cg_log_file_close(&log->sources[i].file);
    free(log->sources);
    free(log);
}

static int rank_of(const struct cg_log *log, struct source *source)
{
    if (!source->ranked && log->options.rank != NULL)
        source->rank = log->options.rank(log->options.user,
                                         &source->file.message);
    source->ranked = true;
    return source->rank;
}

/* Whether the message of |a| comes before that of |b|, a later file. */
static bool
comes_first(const struct cg_log *log, struct source *a, struct source *b)
{
    if (a->file.message.time != b->file.message.time)
        return a->file.message.time < b->file.message.time;
    return rank_of(log, a) <= rank_of(log, b);
}

static int advance(struct source *source)
{
    int result = cg_log_file_next(&source->file);

    source->waits = result == 1;
    source->ranked = false;
    return result < 0 ? result : 0;
}

static int advance_all(struct cg_log *log)
{
    int result = 0;

    for (size_t i = 0; i < log->options.count && result == 0; i++)
        result = advance(&log->sources[i]);
    return result;
}

int cg_log_next(struct cg_log *log, struct cg_log_message *message)
{
    struct source *first = NULL;
    int result = 0;

    if (!log->started)
        result = advance_all(log);
    else if (log->given != NULL)
        result = advance(log->given);
    log->started = true;
    if (result != 0)
        return result;
    for (size_t i = 0; i < log->options.count; i++) {
        struct source *source = &log->sources[i];
        if (source->waits &&
            (first == NULL || !comes_first(log, first, source)))
            first = source;
    }
    log->given = first;
    if (first == NULL)
        return 0;
    *message = first->file.message;
    return 1;
}
