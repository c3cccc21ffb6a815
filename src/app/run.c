/*
 * creditgate run: the gate as a process of its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "gateway.h"
#include "run_check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIGNALS = 4 };

struct run {
    uv_loop_t loop;
    uv_signal_t signals[SIGNALS];
    struct cg_gateway *gateway;
    bool quiet;
    int error;
};

static void print_usage(FILE *to)
{
    fputs(
        "usage: creditgate run --config FILE [--check-config] [--quiet]\n"
        "\n"
        "Runs the gate: listens for clients, connects to venue and hub, and\n"
        "prints every decision with its reason.  SIGTERM or SIGINT ends it,\n"
        "SIGHUP makes it read the par rates again, SIGUSR1 moves older facts\n"
        "from the journal to an archive beside it.\n"
        "\n"
        "  --config FILE    what docs/configuration.md describes\n"
        "  --check-config   read the configuration and the par rates, say "
        "what is\n"
        "                   wrong or what they make of the instruments, end\n"
        "  --quiet          no line for each decision; alarms stay\n"
        "\n"
        "Exit status: 0 ended as told, 1 failed while running, 2 could not\n"
        "start.\n",
        to);
}

static bool is_decision(const char *source, const char *text)
{
    return strcmp(source, "gate") == 0 && strncmp(text, "ALARM", 5) != 0 &&
           strncmp(text, "FATAL", 5) != 0;
}

static void log_line(void *user, const char *source, const char *text)
{
    const struct run *run = user;
    struct timespec ts;
    struct tm tm;
    char clock[16];
    if (run->quiet && is_decision(source, text)) {
        return;
    }
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
    printf("%s.%06ld %s %s\n", clock, ts.tv_nsec / 1000, source, text);
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
        fprintf(stderr, "%s:%d: %s; %s\n", file, line, wrong, remedy);
    } else {
        fprintf(stderr, "%s: %s; %s\n", file, wrong, remedy);
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
        log_line(run, "gate", "told to read the par rates again (SIGHUP)");
        cg_gateway_reload(run->gateway);
        return;
    }
    if (number == SIGUSR1) {
        log_line(run, "gate", "told to archive older facts (SIGUSR1)");
        cg_gateway_archive(run->gateway);
        return;
    }
    log_line(run, "gate",
             number == SIGTERM ? "told to end (SIGTERM)"
                               : "told to end (SIGINT)");
    cg_gateway_stop(run->gateway);
}

/* Before anything else: a signal must not end a gate that is starting; nor may
 * a file that must not grow end one that can still answer. */
static void signals_open(struct run *run)
{
    const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN); /* whoever has left is a write error */
    for (size_t i = 0; i < SIGNALS; i++) {
        uv_signal_init(&run->loop, &run->signals[i]);
        run->signals[i].data = run;
        uv_signal_start(&run->signals[i], on_signal, numbers[i]);
    }
}

static void say_ports(struct run *run, const struct cg_config *config)
{
    struct cg_config_session_view session;
    for (cg_session i = 0; cg_config_session(config, i, &session); i++) {
        char text[256];
        int port = cg_gateway_port(run->gateway, i);
        if (port > 0) {
            snprintf(text, sizeof(text), "%s listens on %d", session.name,
                     port);
            log_line(run, "line", text);
        }
    }
}

static int run_gateway(const struct cg_config *config, bool quiet)
{
    struct run run = {.quiet = quiet};
    char error[2048] = "";
    uv_loop_init(&run.loop);
    signals_open(&run);
    struct cg_gateway_options options = {
        .loop = &run.loop,
        .config = config,
        .log = log_line,
        .ended = on_ended,
        .user = &run,
    };
    int status = cg_gateway_open(&options, error, sizeof(error), &run.gateway);
    if (status != 0) {
        fprintf(stderr, "creditgate run: %s\n", error);
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
        fprintf(stderr,
                "creditgate run: ended because the journal %s failed; nothing "
                "that is not in it, or in its -spare, was sent: keep both, see "
                "to the disk, then start again\n",
                host.journal);
    }
    return run.error == 0 ? 0 : 1;
}

struct arguments {
    const char *path;
    bool check_only;
    bool quiet;
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
        } else if (strcmp(argv[i], "--quiet") == 0) {
            arguments->quiet = true;
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
    fprintf(stderr, "creditgate run: %d mistake%s; not started\n", count,
            count == 1 ? "" : "s");
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
    struct arguments arguments = {0};
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
    int status = arguments.check_only ? check(arguments.path, config)
                                      : run_gateway(config, arguments.quiet);
    cg_config_close(config);
    return status;
}
