/*
 * The configuration of a gate in a process, read again when somebody asks.
 *
 * A worker reads the files, and makes of the par rates what the new
 * configuration says of them; the loop hands both to the gate in one turn.  Par
 * rates are not read otherwise meanwhile, so that none are taken that were read
 * by the old configuration.  Must never leave a gate without the configuration
 * it has: what cannot be taken is told, and dropped.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gateway_config.h"

#include "check.h"
#include "file_text.h"
#include "gateway_rates.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAID_MAX 100 /* mistakes of one attempt */

/* One attempt: the worker's from its start until it comes back. */
struct job {
    int status; /* of reading */
    struct cg_config *config;
    struct cg_rates *rates; /* read with it; NULL: there are none */
    unsigned mistakes;
    char *text; /* one per line */
    size_t len;
    FILE *stream; /* NULL without memory */
};

enum stage {
    IDLE,
    WAITING, /* for the par rates to come to rest */
    WORKING,
};

struct cg_gateway_config {
    struct cg_gateway_config_options options;
    struct cg_gateway_rates *rates;
    struct cg_config *own;    /* in force, if it was read here */
    struct cg_config *failed; /* the gate failed on it, and may borrow it */
    struct cg_rates *failed_rates;
    enum stage stage;
    bool asked; /* for another one */
    uv_work_t work;
    struct job job;
    unsigned counts[CG_CHANGES]; /* told of one attempt */
    bool stopping;
    void (*closed)(void *user);
    void *closed_user;
};

/* --- what people see ------------------------------------------------------ */

__attribute__((format(printf, 3, 4))) static void
say(const struct cg_gateway_config *config,
    enum cg_log_level level,
    const char *format,
    ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    config->options.say(config->options.user, level, text);
}

static void say_refused(const struct cg_gateway_config *config,
                        unsigned mistakes)
{
    say(config, CG_LOG_WARNING,
        "ALARM: %s is not taken (%u mistake%s): the configuration of before "
        "stays in force",
        config->options.path, mistakes, mistakes == 1 ? "" : "s");
}

static void say_no_memory(const struct cg_gateway_config *config)
{
    say(config, CG_LOG_WARNING,
        "ALARM: %s is not taken: there is not enough memory; the configuration "
        "of before stays in force",
        config->options.path);
}

static void say_mistakes(const struct cg_gateway_config *config,
                         const struct job *job)
{
    char *save = NULL;
    for (char *line = job->text != NULL ? strtok_r(job->text, "\n", &save)
                                        : NULL;
         line != NULL; line = strtok_r(NULL, "\n", &save)) {
        say(config, CG_LOG_WARNING, "ALARM: %s", line);
    }
    if (job->mistakes > SAID_MAX) {
        say(config, CG_LOG_WARNING, "ALARM: and %u more mistakes",
            job->mistakes - SAID_MAX);
    }
    say_refused(config, job->mistakes);
}

static void
on_change(void *user, enum cg_change change, int line, const char *text)
{
    struct cg_gateway_config *config = user;
    config->counts[change]++;
    if (change != CG_CHANGE_MISTAKE) {
        say(config, CG_LOG_NOTICE, "%s", text);
    } else if (line > 0) {
        say(config, CG_LOG_WARNING, "ALARM: %s:%d: %s", config->options.path,
            line, text);
    } else {
        say(config, CG_LOG_WARNING, "ALARM: %s: %s", config->options.path,
            text);
    }
}

static void say_taken(const struct cg_gateway_config *config)
{
    unsigned taken = config->counts[CG_CHANGE_TAKEN];
    unsigned kept = config->counts[CG_CHANGE_KEPT];
    if (taken + kept == 0) {
        say(config, CG_LOG_NOTICE, "the configuration is unchanged");
        return;
    }
    if (kept == 0) {
        say(config, CG_LOG_NOTICE, "%u change%s taken", taken,
            taken == 1 ? "" : "s");
        return;
    }
    say(config, CG_LOG_NOTICE, "%u change%s taken, %u need%s a restart", taken,
        taken == 1 ? "" : "s", kept, kept == 1 ? "s" : "");
}

/* --- on a worker -----------------------------------------------------------
 */

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    struct job *job = user;
    job->mistakes++;
    if (job->stream == NULL || job->mistakes > SAID_MAX) {
        return;
    }
    if (line > 0) {
        fprintf(job->stream, "%s:%d: %s; %s\n", file, line, wrong, remedy);
    } else {
        fprintf(job->stream, "%s: %s; %s\n", file, wrong, remedy);
    }
}

static void ignore(void *user,
                   const char *file,
                   int line,
                   const char *wrong,
                   const char *remedy)
{
    (void)user;
    (void)file;
    (void)line;
    (void)wrong;
    (void)remedy;
}

/* The par rates as their file has them now, if that is any good: it is read
 * once more afterwards, and then its mistakes are told. */
static void
read_rates(struct job *job, const char *path, const struct cg_rates *before)
{
    struct cg_file_text file;
    if (cg_file_text_read(path, CG_PAR_RATES_BYTES_MAX, &file) ==
        CG_FILE_READ) {
        const struct cg_rates_text text = {
            .file = path,
            .text = file.text,
            .len = file.len,
            .made_at = file.stamp.written_ns,
        };
        job->status = cg_rates_read(job->config, &text, before, ignore, NULL,
                                    &job->rates);
        job->status = job->status == CG_ERR_CONFIG ? 0 : job->status;
    }
    cg_file_text_deinit(&file);
}

static void read_all(const struct cg_gateway_config *config, struct job *job)
{
    const struct cg_rates *before = cg_gateway_rates_taken(config->rates);
    struct cg_config_host host;
    job->status = cg_config_open(config->options.path, mistake, job,
                                 &job->config);
    if (job->status != 0) {
        return;
    }
    cg_config_host(job->config, &host);
    if (host.par_rates == NULL) {
        return;
    }
    read_rates(job, host.par_rates, before);
    if (job->status == 0 && job->rates == NULL && before != NULL) {
        job->status = cg_rates_again(job->config, before, mistake, job,
                                     &job->rates);
    }
}

static void on_worker(uv_work_t *work)
{
    struct cg_gateway_config *config = work->data;
    struct job *job = &config->job;
    job->stream = open_memstream(&job->text, &job->len);
    read_all(config, job);
    if (job->stream != NULL) {
        fclose(job->stream);
        job->stream = NULL;
    }
}

/* --- on the loop -----------------------------------------------------------
 */

static void job_deinit(struct job *job)
{
    cg_rates_close(job->rates);
    cg_config_close(job->config);
    free(job->text);
    *job = (struct job){0};
}

static void resume_rates(struct cg_gateway_config *config,
                         const struct cg_config *taken,
                         struct cg_rates *rates)
{
    if (!cg_gateway_rates_resume(config->rates, taken, rates)) {
        say(config, CG_LOG_WARNING,
            "ALARM: there is not enough memory to look at the par "
            "rates any more: restart the gate");
    }
}

/* The gate has the new one: it is in force, and the old one can go. */
static void put_in_force(struct cg_gateway_config *config, struct job *job)
{
    struct cg_config *old = config->own;
    config->own = job->config;
    config->options.config = job->config;
    resume_rates(config, job->config, job->rates);
    job->config = NULL;
    job->rates = NULL;
    say_taken(config);
    config->options.taken(config->options.user, config->own, 0);
    cg_config_close(old);
}

static void take(struct cg_gateway_config *config, struct job *job)
{
    memset(config->counts, 0, sizeof(config->counts));
    int status = cg_gate_reconfigure(config->options.gate, job->config,
                                     job->rates, config->options.now(),
                                     on_change, config);
    if (status == 0) {
        put_in_force(config, job);
    } else if (status == CG_ERR_CONFIG) {
        say_refused(config, config->counts[CG_CHANGE_MISTAKE]);
        resume_rates(config, config->options.config, NULL);
    } else if (status == CG_ERR_MEMORY) {
        say_no_memory(config);
        resume_rates(config, config->options.config, NULL);
    } else {
        config->failed = job->config;
        config->failed_rates = job->rates;
        job->config = NULL;
        job->rates = NULL;
        config->options.taken(config->options.user, NULL, status);
    }
}

/* Of what is to end, the last part has. */
static void end(struct cg_gateway_config *config)
{
    config->stage = IDLE;
    cg_gateway_rates_stop(config->rates, config->closed, config->closed_user);
}

static void on_worker_done(uv_work_t *work, int status)
{
    struct cg_gateway_config *config = work->data;
    struct job job = config->job;
    config->job = (struct job){0};
    if (config->stopping) {
        job_deinit(&job);
        end(config);
        return;
    }
    CG_ASSERT(status == 0); /* only stopping cancels */
    config->stage = IDLE;
    if (job.status == 0) {
        take(config, &job);
    } else if (job.mistakes > 0) {
        say_mistakes(config, &job);
        resume_rates(config, config->options.config, NULL);
    } else {
        say_no_memory(config);
        resume_rates(config, config->options.config, NULL);
    }
    job_deinit(&job);
    if (config->asked && !config->stopping && config->failed == NULL) {
        config->asked = false;
        cg_gateway_config_ask(config);
    }
}

static void on_rates_at_rest(void *user)
{
    struct cg_gateway_config *config = user;
    if (config->stopping) {
        end(config);
        return;
    }
    config->stage = WORKING;
    config->work.data = config;
    int queued = uv_queue_work(config->options.loop, &config->work, on_worker,
                               on_worker_done);
    CG_ASSERT(queued == 0);
}

/* --- from the gateway ------------------------------------------------------
 */

static void on_rates_taken(void *user, int status)
{
    const struct cg_gateway_config *config = user;
    config->options.taken(config->options.user, NULL, status);
}

static void on_rates_say(void *user, enum cg_log_level level, const char *text)
{
    const struct cg_gateway_config *config = user;
    config->options.say_rates(config->options.user, level, text);
}

struct cg_gateway_config *
cg_gateway_config_open(const struct cg_gateway_config_options *options)
{
    struct cg_gateway_config *config = calloc(1, sizeof(*config));
    if (config == NULL) {
        return NULL;
    }
    config->options = *options;
    const struct cg_gateway_rates_options rates = {
        .loop = options->loop,
        .config = options->config,
        .gate = options->gate,
        .now = options->now,
        .say = on_rates_say,
        .taken = on_rates_taken,
        .user = config,
    };
    config->rates = cg_gateway_rates_open(&rates);
    if (config->rates == NULL) {
        free(config);
        return NULL;
    }
    return config;
}

void cg_gateway_config_ask(struct cg_gateway_config *config)
{
    if (config->stage != IDLE) {
        config->asked = true;
        return;
    }
    config->stage = WAITING;
    cg_gateway_rates_stop(config->rates, on_rates_at_rest, config);
}

void cg_gateway_config_stop(struct cg_gateway_config *config,
                            void (*closed)(void *user),
                            void *user)
{
    config->stopping = true;
    config->closed = closed;
    config->closed_user = user;
    if (config->stage == IDLE) {
        end(config);
    } else if (config->stage == WORKING) {
        /* One that a worker has begun is waited for. */
        (void)uv_cancel((uv_req_t *)&config->work);
    }
}

void cg_gateway_config_close(struct cg_gateway_config *config)
{
    if (config == NULL) {
        return;
    }
    CG_ASSERT(config->stage == IDLE);
    cg_gateway_rates_close(config->rates);
    cg_rates_close(config->failed_rates);
    cg_config_close(config->failed);
    cg_config_close(config->own);
    free(config);
}
