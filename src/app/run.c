/*
 * creditgate run: the gate as a process of its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "gateway.h"
#include "run_check.h"
#include "run_log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNALS = 5 };

struct run {
    uv_loop_t loop;
    uv_signal_t signals[SIGNALS];
    struct cg_gateway *gateway;
    enum cg_log_level log_level;
    int error;
};

static void print_usage(FILE *to)
{
    fputs(
        "usage: creditgate run --config FILE [--log-level LEVEL]\n"
        "       creditgate run --config FILE --check-config\n"
        "\n"
        "Runs the gate: listens for clients, connects to venue and hub, and\n"
        "prints every decision with its reason.\n"
        "\n"
        "  --config FILE      what docs/configuration.md describes\n"
        "  --check-config     read the configuration and the par rates, say "
        "what\n"
        "                     is wrong or what they make of the instruments, "
        "end\n"
        "  --log-level LEVEL  error, warning (alarms), notice (sessions, par\n"
        "                     rates, starts, ends), info (decisions; the "
        "default)\n"
        "                     or debug (every FIX message); each with those "
        "before\n"
        "                     it\n"
        "\n"
        "signals:\n"
        "  SIGTERM, SIGINT  answer what waits, log out, end; each further one\n"
        "                   ends a wait\n"
        "  SIGHUP           read the configuration again and say what "
        "changed,\n"
        "                   open the message log again\n"
        "  SIGUSR1          move older facts from the journal to an archive\n"
        "                   beside it\n"
        "  SIGUSR2          open the message log again, and nothing else\n"
        "\n"
        "Exit status: 0 ended as told, 1 failed while running, 2 could not\n"
        "start.\n",
        to);
}

/* Of the process itself. */
static void
say(const struct run *run, enum cg_log_level level, const char *text)
{
    if (level <= run->log_level) {
        run_log_line(NULL, level, "gate", text);
    }
}

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    int *count = user;
    (*count)++;
    if (line > 0) {
        fprintf(stderr, "%s%s:%d: %s; %s\n", run_log_error(), file, line, wrong,
                remedy);
    } else {
        fprintf(stderr, "%s%s: %s; %s\n", run_log_error(), file, wrong, remedy);
    }
}

static void on_handle_closed(uv_handle_t *handle)
{
    (void)handle;
}

static void signals_close(struct run *run)
{
    for (size_t i = 0; i < SIGNALS; i++) {
        uv_close((uv_handle_t *)&run->signals[i], on_handle_closed);
    }
}

static void on_ended(void *user, int error)
{
    struct run *run = user;
    run->error = error;
    signals_close(run);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct run *run = handle->data;
    if (number == SIGHUP) {
        say(run, CG_LOG_NOTICE,
            "told to read the configuration again (SIGHUP)");
        cg_gateway_reopen_log(run->gateway);
        cg_gateway_reload(run->gateway);
        return;
    }
    if (number == SIGUSR2) {
        say(run, CG_LOG_NOTICE, "told to open the message log again (SIGUSR2)");
        cg_gateway_reopen_log(run->gateway);
        return;
    }
    if (number == SIGUSR1) {
        say(run, CG_LOG_NOTICE, "told to archive older facts (SIGUSR1)");
        cg_gateway_archive(run->gateway);
        return;
    }
    say(run, CG_LOG_NOTICE,
        number == SIGTERM ? "told to end (SIGTERM)" : "told to end (SIGINT)");
    cg_gateway_stop(run->gateway);
}

/* Before anything else: a signal must not end a gate that is starting; nor may
 * a file that must not grow end one that can still answer. */
static void signals_open(struct run *run)
{
    const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN); /* whoever has left is a write error */
    for (size_t i = 0; i < SIGNALS; i++) {
        uv_signal_init(&run->loop, &run->signals[i]);
        run->signals[i].data = run;
        uv_signal_start(&run->signals[i], on_signal, numbers[i]);
    }
}

static void say_ports(const struct run *run, const struct cg_config *config)
{
    struct cg_config_session_view session;
    for (cg_session i = 0; cg_config_session(config, i, &session); i++) {
        char text[256];
        int port = cg_gateway_port(run->gateway, i);
        if (port > 0 && run->log_level >= CG_LOG_NOTICE) {
            snprintf(text, sizeof(text), "%s listens on %d", session.name,
                     port);
            run_log_line(NULL, CG_LOG_NOTICE, "line", text);
        }
    }
}

static int run_gateway(const char *path,
                       const struct cg_config *config,
                       enum cg_log_level log_level)
{
    struct run run = {.log_level = log_level};
    char error[2048] = "";
    uv_loop_init(&run.loop);
    signals_open(&run);
    struct cg_gateway_options options = {
        .loop = &run.loop,
        .config = config,
        .config_path = path,
        .log_level = log_level,
        .log = run_log_line,
        .ended = on_ended,
        .user = &run,
    };
    int status = cg_gateway_open(&options, error, sizeof(error), &run.gateway);
    if (status != 0) {
        fprintf(stderr, "%screditgate run: %s\n", run_log_error(), error);
        signals_close(&run);
        uv_run(&run.loop, UV_RUN_DEFAULT);
        uv_loop_close(&run.loop);
        return 2;
    }
    say_ports(&run, config);
    uv_run(&run.loop, UV_RUN_DEFAULT);
    cg_gateway_close(run.gateway);
    uv_loop_close(&run.loop);
    if (run.error != 0) {
        struct cg_config_host host;
        cg_config_host(config, &host);
        fprintf(
            stderr,
            "%screditgate run: ended because the journal %s failed; nothing "
            "that is not in it, or in its -spare, was sent: keep both, see "
            "to the disk, then start again\n",
            run_log_error(), host.journal);
    }
    return run.error == 0 ? 0 : 1;
}

struct arguments {
    const char *path;
    bool check_only;
    enum cg_log_level log_level;
    bool help;
};

static bool parse(int argc, char **argv, struct arguments *arguments)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            arguments->help = true;
            return true;
        }
        if (strcmp(argv[i], "--check-config") == 0) {
            arguments->check_only = true;
        } else if (strcmp(argv[i], "--log-level") == 0 && i + 1 < argc) {
            if (!run_log_level(argv[++i], &arguments->log_level)) {
                fprintf(stderr,
                        "creditgate run: %s is no log level: error, warning, "
                        "notice, info or debug\n",
                        argv[i]);
                return false;
            }
        } else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            arguments->path = argv[++i];
        } else {
            fprintf(stderr, "creditgate run: what is %s?\n", argv[i]);
            print_usage(stderr);
            return false;
        }
    }
    if (arguments->path == NULL) {
        fputs("creditgate run: --config FILE is missing\n", stderr);
        print_usage(stderr);
    }
    return arguments->path != NULL;
}

static int say_mistakes(int count)
{
    fprintf(stderr, "%screditgate run: %d mistake%s; not started\n",
            run_log_error(), count, count == 1 ? "" : "s");
    return 2;
}

/* A gate starts without good rates, but nobody checks in order to do so. */
static int check(const char *path, const struct cg_config *config)
{
    int mistakes = 0;
    return run_check(path, config, mistake, &mistakes) ? 0
                                                       : say_mistakes(mistakes);
}

int app_run(int argc, char **argv)
{
    struct arguments arguments = {.log_level = CG_LOG_INFO};
    struct cg_config *config;
    int mistakes = 0;
    if (!parse(argc, argv, &arguments)) {
        return 2;
    }
    if (arguments.help) {
        print_usage(stdout);
        return 0;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (cg_config_open(arguments.path, mistake, &mistakes, &config) != 0) {
        return say_mistakes(mistakes);
    }
    int status = arguments.check_only
                     ? check(arguments.path, config)
                     : run_gateway(arguments.path, config, arguments.log_level);
    cg_config_close(config);
    return status;
}
