/*
 * Playing a story: one step after the other, as soon as it can be done.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "story_stage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMEOUT_MS 15000
#define GRACE_MS 3000
#define FLUSH_MS 20

enum progress { STEP_DONE, STEP_WAITS, STEP_FAILED };

/* The last lines of |actor|, for who wants to know why a step failed. */
static void show_tail(struct story_stage *stage, enum story_actor actor)
{
    const struct story_process *process = &stage->processes[actor];
    size_t from = process->line_count > 8 ? process->line_count - 8 : 0;
    for (size_t i = from; i < process->line_count; i++) {
        const struct story_line *line = &process->lines[i];
        printf("    %s %s%s %s\n", story_actor_name(actor),
               line->used ? "(used) " : "", line->what, line->rest);
    }
    printf("    logs: %s\n", stage->options->directory);
    fflush(stdout);
}

static bool skip_scene(const struct story_stage *stage,
                       const struct story_step *step)
{
    bool closing = step->what != NULL && strcmp(step->what, "end") == 0;
    return stage->options->until != 0 && !closing &&
           stage->scene >= stage->options->until;
}

/* After the last scene to be played: on to the closing one. */
static void skip_to_end(struct story_stage *stage)
{
    while (stage->at + 1 < stage->count) {
        const struct story_step *next = &stage->steps[stage->at + 1];
        if (next->act == STORY_SCENE && next->what != NULL &&
            strcmp(next->what, "end") == 0) {
            return;
        }
        stage->at++;
    }
}

static void say_checks(struct story_stage *stage)
{
    if (stage->checks > 0) {
        story_say(stage, "          ok: %u checks", stage->checks);
    }
    stage->all_checks += stage->checks;
    stage->checks = 0;
}

static enum progress play_scene(struct story_stage *stage,
                                const struct story_step *step)
{
    say_checks(stage);
    if (skip_scene(stage, step)) {
        skip_to_end(stage);
        return STEP_DONE;
    }
    stage->scene++;
    stage->last_seen_ns = 0;
    for (size_t i = 0; i < STORY_ACTORS; i++) {
        stage->processes[i].scene_start = stage->processes[i].line_count;
    }
    story_say(stage, "\n%2u. %s", stage->scene, step->text);
    return STEP_DONE;
}

static enum progress play_write(struct story_stage *stage,
                                const struct story_step *step)
{
    char path[4096];
    char *text = story_expand(stage, step->text);
    snprintf(path, sizeof(path), "%s/%s", stage->options->directory,
             step->what);
    FILE *file = fopen(path, "w");
    bool fine = file != NULL && fputs(text, file) >= 0;
    fine = file != NULL && fclose(file) == 0 && fine;
    free(text);
    if (!fine) {
        story_fail(stage, "%s cannot be written: %s", path, strerror(errno));
    }
    return fine ? STEP_DONE : STEP_FAILED;
}

static enum progress play_set(struct story_stage *stage,
                              const struct story_step *step)
{
    char *text = story_expand(stage, step->text);
    story_set_text(stage, step->what, text);
    free(text);
    return STEP_DONE;
}

static enum progress play_start(struct story_stage *stage,
                                const struct story_step *step)
{
    if (!story_process_start(stage, step->actor, step->text)) {
        story_fail(stage, "%s cannot be started",
                   story_actor_name(step->actor));
        return STEP_FAILED;
    }
    return STEP_DONE;
}

static bool timed_out(const struct story_stage *stage,
                      const struct story_step *step)
{
    uint64_t timeout = step->timeout_ms != 0 ? step->timeout_ms : TIMEOUT_MS;
    return uv_now(&stage->loop) - stage->step_started >= timeout;
}

/* The echo of a command, not used so far. */
static struct story_line *find_echo(struct story_process *process,
                                    const char *command)
{
    for (size_t i = process->scene_start; i < process->line_count; i++) {
        struct story_line *line = &process->lines[i];
        if (!line->used && strcmp(line->what, "command") == 0 &&
            strcmp(line->rest, command) == 0) {
            return line;
        }
    }
    return NULL;
}

/* Done when the process has echoed the command: what comes later finds it
 * obeyed, on whatever way it comes. */
static enum progress play_tell(struct story_stage *stage,
                               const struct story_step *step)
{
    struct story_process *process = &stage->processes[step->actor];
    char *command = story_expand(stage, step->text);
    enum progress progress = STEP_WAITS;
    if (!stage->step_entered) {
        stage->step_entered = true;
        story_process_tell(process, command);
    }
    struct story_line *echo = find_echo(process, command);
    if (echo != NULL) {
        echo->used = true;
        progress = STEP_DONE;
    } else if (timed_out(stage, step)) {
        story_fail(stage, "%s does not read: %s", story_actor_name(step->actor),
                   command);
        progress = STEP_FAILED;
    }
    free(command);
    return progress;
}

static void fail_expectation(struct story_stage *stage,
                             const struct story_step *step,
                             const char *how)
{
    char *text = story_expand(stage, step->text != NULL ? step->text : "");
    story_fail(stage, "step %zu: %s %s: %s %s", stage->at + 1,
               story_actor_name(step->actor), how, step->what, text);
    show_tail(stage, step->actor);
    free(text);
}

static enum progress play_see(struct story_stage *stage,
                              const struct story_step *step)
{
    struct story_line *line = story_find(stage, step);
    if (line != NULL) {
        story_take(stage, step, line);
        stage->checks++;
        return STEP_DONE;
    }
    if (timed_out(stage, step)) {
        fail_expectation(stage, step, "did not see");
        return STEP_FAILED;
    }
    return STEP_WAITS;
}

static enum progress play_none(struct story_stage *stage,
                               const struct story_step *step)
{
    if (story_find(stage, step) != NULL) {
        fail_expectation(stage, step, "must not see");
        return STEP_FAILED;
    }
    stage->checks++;
    return STEP_DONE;
}

/* Waits for |actor| to leave. */
static enum progress await_exit(struct story_stage *stage,
                                const struct story_step *step,
                                enum story_actor actor)
{
    const struct story_process *process = &stage->processes[actor];
    if (process->running || process->open_handles > 0) {
        if (timed_out(stage, step)) {
            story_fail(stage, "%s does not end", story_actor_name(actor));
            return STEP_FAILED;
        }
        return STEP_WAITS;
    }
    int number = step->act == STORY_KILL ? SIGKILL : 0;
    if (process->exit_status != step->status || process->signal != number) {
        story_fail(
            stage, "step %zu: %s ended with status %d, signal %d; see %s",
            stage->at + 1, story_actor_name(actor), (int)process->exit_status,
            process->signal, stage->options->directory);
        return STEP_FAILED;
    }
    return STEP_DONE;
}

static enum progress play_end(struct story_stage *stage,
                              const struct story_step *step)
{
    story_process_end(&stage->processes[step->actor],
                      step->act == STORY_KILL ? SIGKILL : SIGTERM);
    return await_exit(stage, step, step->actor);
}

static enum progress play_hangup(struct story_stage *stage,
                                 const struct story_step *step)
{
    struct story_process *process = &stage->processes[step->actor];
    if (!process->running || uv_process_kill(&process->process, SIGHUP) != 0) {
        story_fail(stage, "%s is not there", story_actor_name(step->actor));
        return STEP_FAILED;
    }
    return STEP_DONE;
}

/* What the last STORY_RUN said on standard error; the caller frees it. */
static char *read_errors(const struct story_stage *stage)
{
    char path[4096];
    char *text = NULL;
    size_t size = 0;
    snprintf(path, sizeof(path), "%s/%s.stderr", stage->options->directory,
             story_actor_name(STORY_RUNNER));
    FILE *file = fopen(path, "r");
    if (file != NULL && getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    if (file != NULL) {
        fclose(file);
    }
    return text != NULL ? text : sim_copy(CG_SLICE(""));
}

/* Every part of |wanted| must be in the output or in the errors. */
static bool said_all(struct story_stage *stage, const char *wanted)
{
    char *errors = read_errors(stage);
    char *parts = story_expand(stage, wanted);
    char *save = NULL;
    bool all = true;
    for (char *part = strtok_r(parts, "|", &save); part != NULL;
         part = strtok_r(NULL, "|", &save)) {
        if (strstr(errors, part) == NULL &&
            strstr(story_output(stage), part) == NULL) {
            story_fail(stage, "step %zu: it did not say: %s", stage->at + 1,
                       part);
            printf("%s%s", story_output(stage), errors);
            all = false;
            break;
        }
        stage->checks++;
    }
    free(parts);
    free(errors);
    return all;
}

static enum progress play_run(struct story_stage *stage,
                              const struct story_step *step)
{
    struct story_process *process = &stage->processes[STORY_RUNNER];
    if (!stage->step_entered) {
        stage->step_entered = true;
        if (!story_process_start(stage, STORY_RUNNER, step->text)) {
            story_fail(stage, "%s cannot be run", step->text);
            return STEP_FAILED;
        }
        process->ending = true; /* it ends by itself */
    }
    enum progress progress = await_exit(stage, step, STORY_RUNNER);
    if (progress == STEP_DONE) {
        story_say(stage, "%s", story_output(stage));
        if (step->what != NULL && !said_all(stage, step->what)) {
            progress = STEP_FAILED;
        }
    }
    return progress;
}

static enum progress play_check(struct story_stage *stage,
                                const struct story_step *step)
{
    const char *wrong = step->check(stage);
    uv_update_time(&stage->loop); /* it may have taken long */
    if (wrong != NULL) {
        story_fail(stage, "%s", wrong);
        return STEP_FAILED;
    }
    stage->checks++;
    return STEP_DONE;
}

static enum progress play(struct story_stage *stage,
                          const struct story_step *step)
{
    switch (step->act) {
    case STORY_SCENE:
        return play_scene(stage, step);
    case STORY_SAY:
        story_say(stage, "          %s", step->text);
        return STEP_DONE;
    case STORY_SET:
        return play_set(stage, step);
    case STORY_WRITE:
        return play_write(stage, step);
    case STORY_START:
        return play_start(stage, step);
    case STORY_TELL:
        return play_tell(stage, step);
    case STORY_SEE:
        return play_see(stage, step);
    case STORY_NONE:
        return play_none(stage, step);
    case STORY_END:
    case STORY_KILL:
        return play_end(stage, step);
    case STORY_HANGUP:
        return play_hangup(stage, step);
    case STORY_RUN:
        return play_run(stage, step);
    case STORY_CHECK:
        return play_check(stage, step);
    }
    return STEP_FAILED;
}

/* A process that leaves without being told to ends the story. */
static bool all_alive(struct story_stage *stage)
{
    for (enum story_actor i = STORY_HUB; i < STORY_ACTORS; i++) {
        const struct story_process *process = &stage->processes[i];
        if (process->stage != NULL && !process->running && !process->ending) {
            story_fail(stage,
                       "%s ended by itself: status %d, signal %d; see "
                       "%s/%s.stderr",
                       story_actor_name(i), (int)process->exit_status,
                       process->signal, stage->options->directory,
                       story_actor_name(i));
            return false;
        }
    }
    return true;
}

void story_advance(struct story_stage *stage)
{
    while (!stage->done && all_alive(stage)) {
        if (stage->at == stage->count) {
            say_checks(stage);
            stage->done = true;
            break;
        }
        enum progress progress = play(stage, &stage->steps[stage->at]);
        if (progress != STEP_DONE) {
            break;
        }
        stage->at++;
        stage->step_entered = false;
        stage->step_started = uv_now(&stage->loop);
    }
    if (stage->done) {
        uv_stop(&stage->loop);
    }
}

/* Runs often: prints what was held back, and sees that a step is late. */
static void on_flush(uv_timer_t *timer)
{
    struct story_stage *stage = timer->data;
    story_flush(stage, false);
    story_advance(stage);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct story_stage *stage = handle->data;
    story_fail(stage, "interrupted by signal %d", number);
    uv_stop(&stage->loop);
}

static bool can_listen(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool fine = fd >= 0 &&
                bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return fine;
}

/* A port that was free a moment ago, of those that no connection is given by
 * itself; 0 when there is none. */
static int free_port(void)
{
    int from = (int)((story_clock() / 1000 + getpid() * 131) % 10000);
    for (int i = 0; i < 10000; i++) {
        int port = 20000 + (from + i) % 10000;
        if (can_listen(port)) {
            return port;
        }
    }
    return 0;
}

static void stage_open(struct story_stage *stage)
{
    char port[16];
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&stage->loop);
    uv_timer_init(&stage->loop, &stage->flush);
    uv_timer_init(&stage->loop, &stage->grace);
    uv_signal_init(&stage->loop, &stage->interrupt);
    uv_signal_init(&stage->loop, &stage->terminate);
    stage->flush.data = stage;
    stage->grace.data = stage;
    stage->interrupt.data = stage;
    stage->terminate.data = stage;
    uv_signal_start(&stage->interrupt, on_signal, SIGINT);
    uv_signal_start(&stage->terminate, on_signal, SIGTERM);
    uv_timer_start(&stage->flush, on_flush, 0, FLUSH_MS);
    stage->start_ns = story_clock();
    stage->step_started = uv_now(&stage->loop);
    snprintf(port, sizeof(port), "%d", free_port());
    story_set(stage, CG_SLICE("GATE_PORT"), cg_slice_str(port));
    story_set(stage, CG_SLICE("DIR"), cg_slice_str(stage->options->directory));
}

static void on_grace(uv_timer_t *timer)
{
    struct story_stage *stage = timer->data;
    for (size_t i = 0; i < STORY_PLACES; i++) {
        if (stage->processes[i].running) {
            uv_process_kill(&stage->processes[i].process, SIGKILL);
        }
    }
}

static bool any_left(const struct story_stage *stage)
{
    for (size_t i = 0; i < STORY_PLACES; i++) {
        if (stage->processes[i].open_handles > 0) {
            return true;
        }
    }
    return false;
}

/* Ends what still runs, by its id; first kindly, then not. */
static void stage_close(struct story_stage *stage)
{
    for (size_t i = 0; i < STORY_PLACES; i++) {
        struct story_process *process = &stage->processes[i];
        process->ending = false;
        story_process_end(process, SIGTERM);
    }
    uv_timer_stop(&stage->flush);
    uv_timer_start(&stage->grace, on_grace, GRACE_MS, 0);
    while (any_left(stage)) {
        uv_run(&stage->loop, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&stage->flush, NULL);
    uv_close((uv_handle_t *)&stage->grace, NULL);
    uv_close((uv_handle_t *)&stage->interrupt, NULL);
    uv_close((uv_handle_t *)&stage->terminate, NULL);
    while (uv_run(&stage->loop, UV_RUN_DEFAULT) != 0) {
        /* A story that failed at once has stopped a loop that did not run. */
    }
    uv_loop_close(&stage->loop);
}

int story_play(const struct story_step *steps,
               size_t count,
               const struct story_options *options)
{
    struct story_stage *stage = sim_grow(NULL, 1, sizeof(*stage));
    memset(stage, 0, sizeof(*stage));
    stage->steps = steps;
    stage->count = count;
    stage->options = options;
    stage_open(stage);
    story_advance(stage);
    while (!stage->done) {
        uv_run(&stage->loop, UV_RUN_DEFAULT);
    }
    stage_close(stage);
    story_flush(stage, true);
    if (!stage->failed) {
        story_say(stage, "\nAll %u checks held.", stage->all_checks);
    }
    bool failed = stage->failed;
    story_stage_clear(stage);
    free(stage);
    return failed ? 1 : 0;
}
