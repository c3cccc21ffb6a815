/*
 * The processes of a story: started, read, told, ended.
 *
 * Every process is known by its id, and none outlives the story.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "story_stage.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define ARGUMENTS_MAX 32

const char *story_actor_name(enum story_actor actor)
{
    static const char *const names[] = {"hub",    "venue",   "gate",
                                        "client", "client2", "run"};
    return names[actor];
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct story_process *process = handle->data;
    process->open_handles--;
    story_advance(process->stage);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, on_handle_closed);
    }
}

static void
on_process_exit(uv_process_t *handle, int64_t status, int signal_number)
{
    struct story_process *process = handle->data;
    process->running = false;
    process->exit_status = status;
    process->signal = signal_number;
    close_handle((uv_handle_t *)handle);
    close_handle((uv_handle_t *)&process->in);
    story_advance(process->stage);
}

static void take_line(struct story_process *process, const char *text)
{
    struct story_line line;
    if (!story_line_read(&line, text)) {
        sim_body_deinit(&line.message);
        return;
    }
    if (process->line_count == process->line_size) {
        process->line_size = process->line_size * 2 + 64;
        process->lines = sim_grow(process->lines, process->line_size,
                                  sizeof(line));
    }
    process->lines[process->line_count++] = line;
    story_print_line(process->stage, process->actor, &line);
}

/* Takes the whole lines out of the buffer. */
static void take_lines(struct story_process *process)
{
    size_t used = 0;
    for (;;) {
        char *start = process->buffer + used;
        char *end = memchr(start, '\n', process->buffer_len - used);
        if (end == NULL) {
            break;
        }
        *end = '\0';
        if (process->log != NULL) {
            fprintf(process->log, "%s\n", start);
        }
        take_line(process, start);
        used += (size_t)(end - start) + 1;
    }
    process->buffer_len -= used;
    memmove(process->buffer, process->buffer + used, process->buffer_len);
    if (process->log != NULL) {
        fflush(process->log);
    }
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct story_process *process = handle->data;
    (void)size;
    if (process->buffer_size - process->buffer_len < 4096) {
        process->buffer_size = process->buffer_size * 2 + 16384;
        process->buffer = sim_grow(process->buffer, process->buffer_size, 1);
    }
    *buf = uv_buf_init(
        process->buffer + process->buffer_len,
        (unsigned)(process->buffer_size - process->buffer_len - 1));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct story_process *process = stream->data;
    (void)buf;
    if (count < 0) {
        process->reading = false;
        close_handle((uv_handle_t *)stream);
    } else {
        process->buffer_len += (size_t)count;
        process->buffer[process->buffer_len] = '\0';
        if (process->actor != STORY_RUNNER) {
            take_lines(process);
        }
    }
    story_advance(process->stage);
}

/* A file of the directory; -1 when it cannot be made. */
static int open_file(const struct story_stage *stage,
                     enum story_actor actor,
                     const char *ending)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s.%s", stage->options->directory,
             story_actor_name(actor), ending);
    int flags = actor == STORY_RUNNER ? O_TRUNC : O_APPEND;
    return open(path, O_WRONLY | O_CREAT | flags | O_CLOEXEC, 0644);
}

static FILE *open_log(const struct story_stage *stage, enum story_actor actor)
{
    int fd = open_file(stage, actor, "log");
    return fd >= 0 ? fdopen(fd, "a") : NULL;
}

static void open_pipes(struct story_process *process)
{
    struct story_stage *stage = process->stage;
    uv_pipe_init(&stage->loop, &process->in, 0);
    uv_pipe_init(&stage->loop, &process->out, 0);
    process->in.data = process;
    process->out.data = process;
    process->process.data = process;
    process->open_handles = 3;
    process->ending = false;
    process->buffer_len = 0;
    if (process->buffer != NULL) {
        process->buffer[0] = '\0';
    }
    if (process->log == NULL) {
        process->log = open_log(stage, process->actor);
    }
}

/* Splits |text| in place at blanks; returns how many words there are. */
static size_t split(char *text, char **words, size_t max)
{
    size_t count = 0;
    char *save = NULL;
    for (char *word = strtok_r(text, " ", &save); word != NULL && count < max;
         word = strtok_r(NULL, " ", &save)) {
        words[count++] = word;
    }
    return count;
}

bool story_process_start(struct story_stage *stage,
                         enum story_actor actor,
                         const char *arguments)
{
    struct story_process *process = &stage->processes[actor];
    char *words[ARGUMENTS_MAX + 2] = {NULL};
    char *text = story_expand(stage, arguments);
    char *program = sim_copy(cg_slice_str(stage->options->program));
    int errors = open_file(stage, actor, "stderr");
    words[0] = program;
    split(text, words + 1, ARGUMENTS_MAX);
    process->stage = stage;
    process->actor = actor;
    open_pipes(process);
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE,
         .data.stream = (uv_stream_t *)&process->in},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
         .data.stream = (uv_stream_t *)&process->out},
        {.flags = UV_INHERIT_FD, .data.fd = errors >= 0 ? errors : 2}};
    uv_process_options_t options = {.exit_cb = on_process_exit,
                                    .file = program,
                                    .args = words,
                                    .stdio_count = 3,
                                    .stdio = stdio};
    int error = uv_spawn(&stage->loop, &process->process, &options);
    free(text);
    free(program);
    if (errors >= 0) {
        close(errors);
    }
    if (error != 0) {
        close_handle((uv_handle_t *)&process->process);
        close_handle((uv_handle_t *)&process->in);
        close_handle((uv_handle_t *)&process->out);
        return false;
    }
    process->running = true;
    process->reading = true;
    uv_read_start((uv_stream_t *)&process->out, on_alloc, on_read);
    return true;
}

struct written {
    uv_write_t request;
    char *line;
};

static void on_written(uv_write_t *request, int status)
{
    struct written *written = (struct written *)request;
    (void)status;
    free(written->line);
    free(written);
}

void story_process_tell(struct story_process *process, const char *line)
{
    struct written *written = sim_grow(NULL, 1, sizeof(*written));
    size_t len = strlen(line);
    written->line = sim_grow(NULL, len + 1, 1);
    memcpy(written->line, line, len);
    written->line[len] = '\n';
    uv_buf_t buf = uv_buf_init(written->line, (unsigned)len + 1);
    if (!process->running ||
        uv_write(&written->request, (uv_stream_t *)&process->in, &buf, 1,
                 on_written) != 0) {
        free(written->line);
        free(written);
    }
}

void story_process_end(struct story_process *process, int number)
{
    if (process->running && !process->ending) {
        process->ending = true;
        uv_process_kill(&process->process, number);
    }
}

static void process_clear(struct story_process *process)
{
    for (size_t i = 0; i < process->line_count; i++) {
        free(process->lines[i].what);
        free(process->lines[i].rest);
        sim_body_deinit(&process->lines[i].message);
    }
    free(process->lines);
    free(process->buffer);
    if (process->log != NULL) {
        fclose(process->log);
    }
}

void story_stage_clear(struct story_stage *stage)
{
    for (size_t i = 0; i < STORY_PLACES; i++) {
        process_clear(&stage->processes[i]);
    }
    for (size_t i = 0; i < stage->variable_count; i++) {
        free(stage->variables[i].name);
        free(stage->variables[i].value);
    }
    free(stage->variables);
    for (size_t i = 0; i < stage->text_count; i++) {
        free(stage->texts[i].text);
    }
    free(stage->texts);
}

const char *story_line(const struct story_stage *stage,
                       enum story_actor actor,
                       const char *what,
                       size_t index)
{
    const struct story_process *process = &stage->processes[actor];
    for (size_t i = 0; i < process->line_count; i++) {
        if (strcmp(process->lines[i].what, what) == 0 && index-- == 0) {
            return process->lines[i].rest;
        }
    }
    return NULL;
}

const char *story_output(const struct story_stage *stage)
{
    const struct story_process *process = &stage->processes[STORY_RUNNER];
    return process->buffer != NULL ? process->buffer : "";
}
