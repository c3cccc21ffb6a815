/*
 * A file that a process lives by, read again whenever it changes.
 *
 * Must never block the loop, nor touch on a worker what the loop may change:
 * a job belongs to the worker from its start until it comes back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "reload.h"

#include "check.h"
#include "file_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIRST_ATTEMPTS 5
#define SAID_MAX 100 /* of a file where every line is wrong */

struct cg_reload_mistakes {
    unsigned count;
    char *text; /* one per line */
    size_t len;
    FILE *stream; /* NULL without memory */
};

/* One look at the file, or one attempt at making something of it. */
struct job {
    bool builds;
    bool asked;
    enum cg_file_outcome outcome;
    struct cg_file_stamp stamp;
    struct cg_reload_mistakes mistakes;
    void *built;
};

struct cg_reload {
    struct cg_reload_options options;
    uv_timer_t timer;
    uv_work_t work;
    struct job job; /* the worker's while |busy| */
    bool busy;
    bool asked;                 /* for, and not begun */
    struct cg_file_stamp seen;  /* at the last poll */
    struct cg_file_stamp tried; /* at the last attempt */
    int handles; /* that must come back before the end; 0: not closing */
    void (*closed)(void *user);
    void *closed_user;
};

static cg_time wall_clock(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (cg_time)ts.tv_sec * CG_SECOND + ts.tv_nsec;
}

/* --- mistakes ----------------------------------------------------------- */

void cg_reload_mistake(struct cg_reload_mistakes *mistakes,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    mistakes->count++;
    if (mistakes->stream == NULL || mistakes->count > SAID_MAX) {
        return;
    }
    if (line > 0) {
        fprintf(mistakes->stream, "%s:%d: %s; %s\n", file, line, wrong, remedy);
    } else {
        fprintf(mistakes->stream, "%s: %s; %s\n", file, wrong, remedy);
    }
}

static void mistakes_close(struct cg_reload_mistakes *mistakes)
{
    if (mistakes->stream != NULL) {
        fclose(mistakes->stream);
        mistakes->stream = NULL;
    }
}

static void mistakes_deinit(struct cg_reload_mistakes *mistakes)
{
    mistakes_close(mistakes);
    free(mistakes->text);
    mistakes->text = NULL;
}

/* --- on a worker -------------------------------------------------------- */

static void build(const struct cg_reload *reload, struct job *job)
{
    const struct cg_reload_options *options = &reload->options;
    struct cg_file_text file;
    job->mistakes.stream = open_memstream(&job->mistakes.text,
                                          &job->mistakes.len);
    job->outcome = cg_file_text_read(options->path, options->bytes_max, &file);
    job->stamp = file.stamp;
    if (job->outcome == CG_FILE_READ) {
        struct cg_reload_text text = {
            .file = options->path,
            .text = file.text,
            .len = file.len,
            .made_at = file.stamp.written_ns,
        };
        job->built = options->hooks->build(options->user, &text,
                                           &job->mistakes);
    } else if (job->outcome == CG_FILE_REFUSED) {
        cg_reload_mistake(&job->mistakes, options->path, 0, file.wrong,
                          file.remedy);
    }
    mistakes_close(&job->mistakes);
    cg_file_text_deinit(&file);
}

static void on_worker(uv_work_t *work)
{
    struct cg_reload *reload = work->data;
    if (reload->job.builds) {
        build(reload, &reload->job);
    } else {
        cg_file_stamp_take(reload->options.path, &reload->job.stamp);
    }
}

/* --- on the loop -------------------------------------------------------- */

static void say_mistakes(const struct cg_reload *reload,
                         struct cg_reload_mistakes *mistakes)
{
    const struct cg_reload_hooks *hooks = reload->options.hooks;
    void *user = reload->options.user;
    char *save = NULL;
    for (char *line = mistakes->text != NULL
                          ? strtok_r(mistakes->text, "\n", &save)
                          : NULL;
         line != NULL; line = strtok_r(NULL, "\n", &save)) {
        hooks->say(user, line);
    }
    if (mistakes->count > SAID_MAX) {
        hooks->say(user, "and more mistakes of this kind");
    }
    hooks->refused(user, mistakes->count);
}

/* What came of an attempt. */
static void finish(struct cg_reload *reload, struct job *job)
{
    const struct cg_reload_hooks *hooks = reload->options.hooks;
    void *user = reload->options.user;
    reload->seen = job->stamp;
    reload->tried = job->stamp;
    if (job->outcome == CG_FILE_CHANGING) {
        /* Neither seen nor tried: the next two polls decide. */
        reload->seen = (struct cg_file_stamp){0};
        reload->tried = reload->seen;
        reload->asked = reload->asked || job->asked;
    } else if (job->built != NULL) {
        void *built = job->built;
        job->built = NULL;
        hooks->take(user, built, job->asked);
    } else {
        CG_ASSERT(job->mistakes.count > 0);
        say_mistakes(reload, &job->mistakes);
    }
}

static void job_deinit(const struct cg_reload *reload, struct job *job)
{
    if (job->built != NULL) {
        reload->options.hooks->drop(reload->options.user, job->built);
        job->built = NULL;
    }
    mistakes_deinit(&job->mistakes);
}

static void end_part(struct cg_reload *reload)
{
    CG_ASSERT(reload->handles > 0);
    if (--reload->handles == 0) {
        void (*closed)(void *user) = reload->closed;
        void *user = reload->closed_user;
        free(reload);
        if (closed != NULL) {
            closed(user);
        }
    }
}

static void start(struct cg_reload *reload, bool builds);
static void on_poll(uv_timer_t *timer);

static unsigned rest_ms(const struct cg_reload *reload)
{
    const struct cg_reload_options *options = &reload->options;
    return options->rest_ms > 0 && options->rest_ms < options->poll_ms
               ? options->rest_ms
               : options->poll_ms;
}

/* A look: is there something to read, and does it rest? */
static void compare(struct cg_reload *reload, const struct cg_file_stamp *stamp)
{
    bool rests = cg_file_stamp_same(stamp, &reload->seen);
    bool changed = !cg_file_stamp_same(stamp, &reload->tried);
    reload->seen = *stamp;
    if (rests && (changed || reload->asked)) {
        start(reload, true);
    } else if (!rests && reload->options.poll_ms > 0) {
        /* However seldom it is looked at, a change is not left alone. */
        uv_timer_start(&reload->timer, on_poll, rest_ms(reload),
                       reload->options.poll_ms);
    }
}

static void on_worker_done(uv_work_t *work, int status)
{
    struct cg_reload *reload = work->data;
    struct job job = reload->job;
    reload->job = (struct job){0};
    reload->busy = false;
    if (reload->handles > 0) { /* closing */
        job_deinit(reload, &job);
        end_part(reload);
        return;
    }
    CG_ASSERT(status == 0); /* only closing cancels */
    if (!job.builds) {
        compare(reload, &job.stamp);
        return;
    }
    finish(reload, &job);
    job_deinit(reload, &job);
    if (reload->asked) {
        cg_reload_poll(reload);
    }
}

static void start(struct cg_reload *reload, bool builds)
{
    CG_ASSERT(!reload->busy);
    reload->job = (struct job){.builds = builds};
    if (builds) {
        reload->job.asked = reload->asked;
        reload->asked = false;
    }
    reload->work.data = reload;
    reload->busy = uv_queue_work(reload->options.loop, &reload->work, on_worker,
                                 on_worker_done) == 0;
    CG_ASSERT(reload->busy);
}

/* --- from outside ------------------------------------------------------- */

void cg_reload_poll(struct cg_reload *reload)
{
    if (!reload->busy && reload->handles == 0) {
        start(reload, false);
    }
}

static void on_poll(uv_timer_t *timer)
{
    cg_reload_poll(timer->data);
}

struct cg_reload *cg_reload_open(const struct cg_reload_options *options)
{
    struct cg_reload *reload = calloc(1, sizeof(*reload));
    if (reload == NULL) {
        return NULL;
    }
    reload->options = *options;
    uv_timer_init(options->loop, &reload->timer);
    reload->timer.data = reload;
    if (options->poll_ms > 0) {
        uv_timer_start(&reload->timer, on_poll, options->poll_ms,
                       options->poll_ms);
    }
    return reload;
}

/* Written so lately that its writer may not be done. */
static bool is_young(const struct cg_reload *reload)
{
    struct cg_file_stamp stamp;
    cg_file_stamp_take(reload->options.path, &stamp);
    cg_time age = wall_clock() - stamp.changed_ns;
    return stamp.there && age >= 0 && age < rest_ms(reload) * CG_MS;
}

void cg_reload_first(struct cg_reload *reload)
{
    struct job job = {.builds = true, .asked = true};
    for (int i = 0; i < FIRST_ATTEMPTS && is_young(reload); i++) {
        uv_sleep(rest_ms(reload));
    }
    build(reload, &job);
    finish(reload, &job);
    job_deinit(reload, &job);
}

void cg_reload_ask(struct cg_reload *reload)
{
    reload->asked = true;
    cg_reload_poll(reload);
}

static void on_timer_closed(uv_handle_t *handle)
{
    end_part(handle->data);
}

void cg_reload_close(struct cg_reload *reload,
                     void (*closed)(void *user),
                     void *user)
{
    if (reload == NULL) {
        if (closed != NULL) {
            closed(user);
        }
        return;
    }
    CG_ASSERT(reload->handles == 0);
    reload->closed = closed;
    reload->closed_user = user;
    reload->handles = reload->busy ? 2 : 1;
    if (reload->busy) {
        /* One that a worker has begun is waited for. */
        (void)uv_cancel((uv_req_t *)&reload->work);
    }
    uv_close((uv_handle_t *)&reload->timer, on_timer_closed);
}
