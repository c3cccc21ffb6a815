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
#include <text.h>
#include <unistd.h>

#define PATIENCE_MS 30000 /* with the program */

static void on_interrupt(uv_signal_t *handle, int number)
{
    struct certify_operator *operator= handle->data;

    (void)number;
    if (!operator->stops) {
        fputs("\nstops after this case\n", stderr);
    }
    operator->stops = true;
}

void certify_operator_open(struct certify_operator *operator,
                           uv_loop_t * loop,
                           const char *command,
                           bool interactive)
{
    *operator=(struct certify_operator){
        .command = command, .interactive = interactive, .loop = loop};
    uv_signal_init(loop, &operator->interrupt);
    uv_timer_init(loop, &operator->patience);
    operator->interrupt.data = operator;
    operator->patience.data = operator;
    uv_signal_start(&operator->interrupt, on_interrupt, SIGINT);
}

void certify_operator_close(struct certify_operator *operator)
{
    if (operator->running) {
        uv_process_kill(&operator->process, SIGKILL);
    }
    uv_close((uv_handle_t *)&operator->interrupt, NULL);
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

    fprintf(stderr,
            "\n%s has not ended for %d s and is killed\n", operator->command,
            PATIENCE_MS / 1000);
    uv_process_kill(&operator->process, SIGKILL);
}

static enum cg_kit_asked
start(struct certify_operator *operator, const char * actor, const char *words)
{
    char program[4096];
    char who[64];
    char what[1024];
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
        .stdio_count = 3,
        .stdio = streams,
    };
    int status;

    (void)snprintf(program, sizeof(program), "%s", operator->command);
    (void)snprintf(who, sizeof(who), "%s", actor);
    (void)snprintf(what, sizeof(what), "%s", words);
    status = uv_spawn(operator->loop, &operator->process, &options);
    operator->process.data = operator;
    if (status != 0) {
        fprintf(stderr,
                "\n%s cannot be run: %s; see OperatorCommand= of the "
                "profile\n",
                operator->command, uv_strerror(status));
        operator->closing = true;
        uv_close((uv_handle_t *)&operator->process, on_closed);
        return CG_KIT_ASKED_CANNOT;
    }
    operator->running = true;
    uv_timer_start(&operator->patience, on_patience, PATIENCE_MS, 0);
    return CG_KIT_ASKED_WAIT;
}

static enum cg_kit_asked outcome(const struct certify_operator *operator)
{
    if (operator->running || operator->closing) {
        return CG_KIT_ASKED_WAIT;
    }
    return operator->exit_status == 0 && operator->signal == 0
               ? CG_KIT_ASKED_DONE
               : CG_KIT_ASKED_CANNOT;
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

static enum cg_kit_asked
ask_person(struct certify_operator *operator, const char * plea, bool first)
{
    char line[1024];
    bool ended;

    if (first) {
        printf("\n  > %s\n  > then press Enter; n if it cannot be done: ",
               plea);
        fflush(stdout);
    }
    if (typed(operator, line, sizeof(line), &ended)) {
        const char *word = cg_text_trim(line);

        return word[0] == 'n' || word[0] == 'N' ? CG_KIT_ASKED_CANNOT
                                                : CG_KIT_ASKED_DONE;
    }
    return ended ? CG_KIT_ASKED_CANNOT : CG_KIT_ASKED_WAIT;
}

enum cg_kit_asked certify_ask(struct certify_operator *operator,
                              const char * actor,
                              const char *words,
                              const char *plea,
                              bool first)
{
    if (operator->command != NULL) {
        return first ? start(operator, actor, words) : outcome(operator);
    }
    return operator->interactive ? ask_person(operator, plea, first)
                                 : CG_KIT_ASKED_CANNOT;
}

/* --- after a case ------------------------------------------------------- */

static bool
read_line(struct certify_operator *operator, char * line, size_t len)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    bool ended = false;

    while (!typed(operator, line, len, &ended)) {
        if (ended) {
            return false;
        }
        /* The peer's heartbeats go on being answered. */
        (void)uv_run(operator->loop, UV_RUN_NOWAIT);
        (void)poll(&input, 1, 20);
    }
    return true;
}

enum cg_next certify_next(struct certify_operator *operator,
                          char * reason,
                          size_t reason_len)
{
    char line[1024];

    for (;;) {
        char *word;

        printf("  [r]epeat, [s]kip with a reason, [n]ext, [q] stop here: ");
        fflush(stdout);
        if (!read_line(operator, line, sizeof(line))) {
            return CG_NEXT_STOP;
        }
        word = cg_text_trim(line);
        switch (word[0]) {
        case 'r':
            return CG_NEXT_REPEAT;
        case 'n':
            return CG_NEXT_GO_ON;
        case 'q':
            return CG_NEXT_STOP;
        case 's':
            printf("  reason: ");
            fflush(stdout);
            if (read_line(operator, line, sizeof(line)) &&
                *cg_text_trim(line) != '\0') {
                (void)snprintf(reason, reason_len, "%s", cg_text_trim(line));
                return CG_NEXT_SKIP;
            }
            break;
        default:
            break;
        }
    }
}
