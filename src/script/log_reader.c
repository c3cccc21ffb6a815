/*
 * Several logs as one: the next message is the earliest.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_reader.h"

#include "log_file.h"

#include <stdio.h>
#include <stdlib.h>

/* A log, and how its message that waits is ranked. */
struct source {
    struct cg_log_file file;
    bool ranked;
    int rank;
};

struct cg_log {
    struct cg_log_options options;
    struct cg_log_progress progress;
    struct source *sources;
    /* Those with a message that waits; none comes before the one at half its
     * place, so the first is the next. */
    struct source **heap;
    size_t waiting;
    bool started;
    int result; /* of a reading that was ended */
};

/* Whether paths[at] is the body of a header among the paths: it is read through
 * that. */
static bool has_header(const struct cg_log_options *options, size_t at)
{
    const char *path = options->paths[at];
    size_t len = strlen(path);

    if (len <= 5 || strcmp(path + len - 5, ".body") != 0)
        return false;
    for (size_t i = 0; i < options->count; i++) {
        const char *other = options->paths[i];
        if (strncmp(other, path, len - 5) == 0 &&
            strcmp(other + len - 5, ".header") == 0)
            return true;
    }
    return false;
}

static bool is_stdin_again(const struct cg_log_options *options, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(options->paths[i], "-") == 0)
            return strcmp(options->paths[at], "-") == 0;
    }
    return false;
}

static int open_source(struct cg_log *log, size_t i, char *error, size_t len)
{
    struct cg_log_file *file = &log->sources[i].file;
    const char *path = log->options.paths[i];
    const char *why = file->input.why;
    int result = CG_ERR_IO;

    if (is_stdin_again(&log->options, i))
        why = "is standard input, and can be read only once";
    else
        result = cg_log_file_open(file, &log->options, i, &log->progress);
    if (result == CG_ERR_IO)
        snprintf(error, len, "%s: %s",
                 file->input.path != NULL ? file->input.path : path, why);
    return result;
}

/* The size of all files, if each is known. */
static uint64_t total_size(const struct cg_log *log)
{
    uint64_t total = 0;

    for (size_t i = 0; i < log->options.count; i++) {
        const struct cg_log_input *input = &log->sources[i].file.input;
        if (input->path != NULL && !input->sized)
            return 0;
        total += input->size;
    }
    return total;
}

static int open_sources(struct cg_log *log, char *error, size_t error_len)
{
    size_t count = log->options.count;

    log->sources = calloc(count + 1, sizeof *log->sources);
    log->heap = calloc(count + 1, sizeof(struct source *));
    if (log->sources == NULL || log->heap == NULL)
        return CG_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        int result = has_header(&log->options, i)
                         ? 0
                         : open_source(log, i, error, error_len);
        if (result != 0)
            return result;
    }
    log->progress.total = total_size(log);
    return 0;
}

int cg_log_open(const struct cg_log_options *options,
                char *error,
                size_t error_len,
                struct cg_log **log)
{
    int result;

    *log = calloc(1, sizeof **log);
    if (*log == NULL)
        return CG_ERR_MEMORY;
    (*log)->options = *options;
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
    free(log->heap);
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

/* Whether the message of |a| comes before that of |b|. */
static bool
comes_first(const struct cg_log *log, struct source *a, struct source *b)
{
    const struct cg_log_message *of_a = &a->file.message;
    const struct cg_log_message *of_b = &b->file.message;

    if (of_a->time != of_b->time)
        return of_a->time < of_b->time;
    if (rank_of(log, a) != rank_of(log, b))
        return rank_of(log, a) < rank_of(log, b);
    return of_a->source < of_b->source;
}

/* Puts the source at |place| below those that come before it. */
static void sink(struct cg_log *log, size_t place)
{
    struct source *source = log->heap[place];

    for (;;) {
        size_t child = 2 * place + 1;
        if (child + 1 < log->waiting &&
            comes_first(log, log->heap[child + 1], log->heap[child]))
            child++;
        if (child >= log->waiting ||
            !comes_first(log, log->heap[child], source))
            break;
        log->heap[place] = log->heap[child];
        place = child;
    }
    log->heap[place] = source;
}

/* Moves |source| to its next message; returns as cg_log_file_next() does. */
static int advance(struct source *source)
{
    /* A body that is read through its header was not opened. */
    if (source->file.options == NULL)
        return 0;
    source->ranked = false;
    return cg_log_file_next(&source->file);
}

static int start(struct cg_log *log)
{
    log->started = true;
    for (size_t i = 0; i < log->options.count; i++) {
        int result = advance(&log->sources[i]);
        if (result < 0)
            return result;
        if (result == 1)
            log->heap[log->waiting++] = &log->sources[i];
    }
    for (size_t i = log->waiting; i-- > 0;)
        sink(log, i);
    return 0;
}

/* The message that was handed out is done with. */
static int step(struct cg_log *log)
{
    int result = advance(log->heap[0]);

    if (result < 0)
        return result;
    if (result == 0)
        log->heap[0] = log->heap[--log->waiting];
    if (log->waiting > 0)
        sink(log, 0);
    return 0;
}

int cg_log_next(struct cg_log *log, struct cg_log_message *message)
{
    if (log->result == 0 && !log->started)
        log->result = start(log);
    else if (log->result == 0 && log->waiting > 0)
        log->result = step(log);
    if (log->result != 0)
        return log->result;
    if (log->waiting == 0)
        return 0;
    *message = log->heap[0]->file.message;
    return 1;
}

int cg_log_next_some(struct cg_log *log,
                     struct cg_log_message *messages,
                     int max)
{
    int count = cg_log_next(log, messages);

    /* Of several logs each message may be the next. */
    if (count != 1 || log->waiting > 1)
        return count;
    while (count < max && cg_log_file_next_plain(&log->heap[0]->file))
        messages[count++] = log->heap[0]->file.message;
    return count;
}
