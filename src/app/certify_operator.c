/*
 * Asks the operator of a certification.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "certify_operator.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <text.h>
#include <unistd.h>

#define PATIENCE_MS 30000 /* with the program */

/* --- ends --------------------------------------------------------------- */

static void stop(struct certify_operator *operator)
{
    operator->rests = true;
    operator->stops = true;
}

static void leave(struct certify_operator *operator)
{
    stop(operator);
    operator->leaves = true;
}

/* With all that it has started: it leads a group of its own. */
static void end_program(struct certify_operator *operator)
{
    if (operator->running &&
        kill(-uv_process_get_pid(&operator->process), SIGKILL) != 0) {
        uv_process_kill(&operator->process, SIGKILL);
    }
}

/* A case that goes on leaves the other side as it found it; so one that nobody
 * is asked in is waited for, unless somebody says it twice. */
static void on_signal(uv_signal_t *handle, int number)
{
    struct certify_operator *operator= handle->data;

    certify_progress_break(operator->progress);
    if (number == SIGINT && !operator->rests && !operator->asks) {
        operator->rests = true;
        puts("  stops after this case; Ctrl-C again: at once");
    } else if (number == SIGINT && !operator->stops) {
        stop(operator);
        puts("  stops; Ctrl-C again leaves the other side as it is");
    } else if (!operator->leaves) {
        leave(operator);
        puts("  stops, and nobody is asked any more");
    } else {
        operator->ends = true;
        end_program(operator);
    }
    fflush(stdout);
}

void certify_operator_open(struct certify_operator *operator,
                           uv_loop_t * loop,
                           struct certify_progress *progress,
                           const char *command,
                           const char *nobody)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    *operator=(struct certify_operator){.command = command,
                                        .nobody = nobody,
                                        .progress = progress,
                                        .loop = loop};
    for (size_t i = 0; i < 3; i++) {
        uv_signal_init(loop, &operator->signals[i]);
        operator->signals[i].data = operator;
        uv_signal_start(&operator->signals[i], on_signal, numbers[i]);
    }
    uv_timer_init(loop, &operator->patience);
    operator->patience.data = operator;
}

void certify_operator_close(struct certify_operator *operator)
{
    end_program(operator);
    for (size_t i = 0; i < 3; i++) {
        uv_close((uv_handle_t *)&operator->signals[i], NULL);
    }
    uv_close((uv_handle_t *)&operator->patience, NULL);
}

/* --- a program ---------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct certify_operator *operator= handle->data;

    operator->closing = false;
}

static void on_exit(uv_process_t *process, int64_t status, int number)
{
    struct certify_operator *operator= process->data;

    operator->running = false;
    operator->closing = true;
    operator->exit_status = status;
    operator->signal = number;
    if (!uv_is_closing((uv_handle_t *)&operator->patience)) {
        uv_timer_stop(&operator->patience);
    }
    uv_close((uv_handle_t *)process, on_closed);
}

static void on_patience(uv_timer_t *timer)
{
    struct certify_operator *operator= timer->data;

    operator->late = true;
    end_program(operator);
}

static enum cg_kit_asked
start(struct certify_operator *operator, const char * actor, const char *words)
{
    char program[4096];
    char who[64];
    char what[4096];
    char *arguments[] = {program, who, what, NULL};
    uv_stdio_container_t streams[] = {
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
    };
    uv_process_options_t options = {
        .exit_cb = on_exit,
        .file = program,
        .args = arguments,
        .flags = UV_PROCESS_DETACHED, /* Ctrl-C is not meant for it */
        .stdio_count = 3,
        .stdio = streams,
    };
    int status;

    (void)snprintf(program, sizeof(program), "%s", operator->command);
    (void)snprintf(who, sizeof(who), "%s", actor);
    (void)snprintf(what, sizeof(what), "%s", words);
    operator->late = false;
    status = uv_spawn(operator->loop, &operator->process, &options);
    operator->process.data = operator;
    if (status != 0) {
        (void)snprintf(operator->why, sizeof(operator->why),
                       "%s cannot be run: %s; see OperatorCommand= of the "
                       "profile",
                       operator->command, uv_strerror(status));
        operator->closing = true;
        uv_close((uv_handle_t *)&operator->process, on_closed);
        return CG_KIT_ASKED_CANNOT;
    }
    operator->running = true;
    uv_timer_start(&operator->patience, on_patience, PATIENCE_MS, 0);
    return CG_KIT_ASKED_WAIT;
}

static enum cg_kit_asked outcome(struct certify_operator *operator)
{
    if (operator->late) {
        (void)snprintf(operator->why, sizeof(operator->why),
                       "%s did not end within %d s", operator->command,
                       PATIENCE_MS / 1000);
        return CG_KIT_ASKED_UNSURE;
    }
    if (operator->signal != 0) {
        (void)
            snprintf(operator->why, sizeof(operator->why),
                     "signal %d ended %s", operator->signal, operator->command);
        return CG_KIT_ASKED_UNSURE;
    }
    (void)snprintf(operator->why, sizeof(operator->why),
                   "%s ended with exit status %d", operator->command,
                   (int)operator->exit_status);
    return operator->exit_status == 0 ? CG_KIT_ASKED_DONE : CG_KIT_ASKED_CANNOT;
}

/* One at a time: a case may have ended before the program that it asked. */
static enum cg_kit_asked ask_program(struct certify_operator *operator,
                                     const char * actor,
                                     const char *words,
                                     bool first)
{
    if (operator->ends) {
        (void)snprintf(operator->why, sizeof(operator->why),
                       "the run was stopped");
        return CG_KIT_ASKED_CANNOT;
    }
    if (first) {
        operator->pending = true;
        end_program(operator);
    }
    if (operator->running || operator->closing) {
        return CG_KIT_ASKED_WAIT;
    }
    if (operator->pending) {
        operator->pending = false;
        return start(operator, actor, words);
    }
    return outcome(operator);
}

/* --- a person ----------------------------------------------------------- */

/* A whole line that was typed, without waiting; false: not yet.  |*ended|: no
 * more will come. */
static bool
typed(struct certify_operator *operator, char * line, size_t len, bool *ended)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char *end;
    ssize_t got = 0;

    *ended = false;
    end = memchr(operator->line, '\n', operator->line_len);
    if (end == NULL && poll(&input, 1, 0) > 0) {
        got = read(STDIN_FILENO, operator->line + operator->line_len,
                   sizeof(operator->line) - operator->line_len);
        *ended = got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
        operator->line_len += got> 0 ? (size_t)got : 0;
        end = memchr(operator->line, '\n', operator->line_len);
    }
    if (end == NULL && operator->line_len == sizeof(operator->line)) {
        operator->line_len = 0; /* nobody types so much */
    }
    if (end == NULL) {
        return false;
    }
    *end = '\0';
    (void)snprintf(line, len, "%s", operator->line);
    operator->line_len -=(size_t)(end - operator->line) + 1;
    memmove(operator->line, end + 1, operator->line_len);
    return true;
}

/* What was typed before a question was read is no answer to it. */
static void forget_typed(struct certify_operator *operator)
{
    if (isatty(STDIN_FILENO)) {
        (void)tcflush(STDIN_FILENO, TCIFLUSH);
        operator->line_len = 0;
    }
}

static bool is_word(const char *word, const char *letter, const char *whole)
{
    return strcasecmp(word, letter) == 0 || strcasecmp(word, whole) == 0;
}

static void prompt_person(void)
{
    fputs("  > [Enter] it is done, [n] it cannot be done, [q] stop here: ",
          stdout);
    fflush(stdout);
}

/* What somebody means who was asked to do something. */
static enum cg_kit_asked mean(struct certify_operator *operator,
                              const char * word)
{
    if (word[0] == '\0' || is_word(word, "y", "yes") ||
        is_word(word, "d", "done")) {
        return CG_KIT_ASKED_DONE;
    }
    if (is_word(word, "n", "no")) {
        (void)snprintf(operator->why, sizeof(operator->why),
                       "the operator says that it cannot be done");
        return CG_KIT_ASKED_CANNOT;
    }
    if (!is_word(word, "q", "quit")) {
        puts("  > that is none of them");
        prompt_person();
    } else if (operator->stops) {
        leave(operator); /* said of what should be undone */
    } else {
        stop(operator);
    }
    return CG_KIT_ASKED_WAIT;
}

static enum cg_kit_asked
ask_person(struct certify_operator *operator, const char * plea, bool first)
{
    enum cg_kit_asked answer = CG_KIT_ASKED_WAIT;
    char line[1024];
    bool ended;

    if (operator->leaves) {
        (void)snprintf(operator->why, sizeof(operator->why),
                       "the run was stopped");
        operator->asks = false;
        return CG_KIT_ASKED_CANNOT;
    }
    if (operator->shown && !first) {
        return CG_KIT_ASKED_DONE;
    }
    if (first) {
        operator->shown = false;
        forget_typed(operator);
        certify_progress_explain(operator->progress);
        fputs("  > ", stdout);
        certify_print(plea, CERTIFY_SHOWN_MAX);
        putchar('\n');
        prompt_person();
    }
    if (typed(operator, line, sizeof(line), &ended)) {
        answer = mean(operator, cg_text_trim(line));
    } else if (ended) {
        leave(operator);
        putchar('\n');
    }
    operator->asks = answer == CG_KIT_ASKED_WAIT;
    return answer;
}

void certify_shows(struct certify_operator *operator)
{
    operator->shown = true;
    operator->asks = false;
    if (operator->command == NULL) {
        puts("\n  > it has come");
        fflush(stdout);
    }
}

enum cg_kit_asked certify_ask(struct certify_operator *operator,
                              const char * actor,
                              const char *words,
                              const char *plea,
                              bool first,
                              const char **why)
{
    *why = operator->why;
    if (operator->command != NULL) {
        return ask_program(operator, actor, words, first);
    }
    if (operator->nobody == NULL) {
        return ask_person(operator, plea, first);
    }
    (void)snprintf(operator->why, sizeof(operator->why),
                   "nobody was asked: %s, and the profile has no "
                   "OperatorCommand",
                   operator->nobody);
    return CG_KIT_ASKED_CANNOT;
}

/* --- after a case ------------------------------------------------------- */

static bool
read_line(struct certify_operator *operator, char * line, size_t len)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    bool ended = false;

    operator->asks = true;
    while (!typed(operator, line, len, &ended) && !ended && !operator->stops) {
        /* The peer's heartbeats go on being answered. */
        (void)uv_run(operator->loop, UV_RUN_NOWAIT);
        (void)poll(&input, 1, 20);
    }
    operator->asks = false;
    if (ended) {
        putchar('\n');
    }
    return !ended && !operator->stops;
}

static bool
ask_reason(struct certify_operator *operator, char * reason, size_t reason_len)
{
    char line[1024];

    fputs("  reason, for the report: ", stdout);
    fflush(stdout);
    if (!read_line(operator, line, sizeof(line))) {
        return false;
    }
    if (*cg_text_trim(line) == '\0') {
        puts("  nothing is skipped without a reason");
        return false;
    }
    (void)snprintf(reason, reason_len, "%s", cg_text_trim(line));
    return true;
}

enum cg_next certify_next(struct certify_operator *operator,
                          char * reason,
                          size_t reason_len)
{
    char line[1024];

    forget_typed(operator);
    for (;;) {
        const char *word;

        fputs("  [r]epeat, [s]kip with a reason, [n]ext, [q] stop here: ",
              stdout);
        fflush(stdout);
        if (!read_line(operator, line, sizeof(line))) {
            return CG_NEXT_STOP;
        }
        word = cg_text_trim(line);
        if (is_word(word, "r", "repeat")) {
            return CG_NEXT_REPEAT;
        }
        if (is_word(word, "n", "next")) {
            return CG_NEXT_GO_ON;
        }
        if (is_word(word, "q", "quit")) {
            return CG_NEXT_STOP;
        }
        if (is_word(word, "s", "skip") &&
            ask_reason(operator, reason, reason_len)) {
            return CG_NEXT_SKIP;
        }
        if (word[0] != '\0' && !is_word(word, "s", "skip")) {
            puts("  type r, s, n or q");
        }
    }
}
