/*
 * The process around a simulator.
 *
 * Must never decide anything about credit or orders: it moves messages, lines
 * and time between the logic and the outside.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_host.h"

#include <fix8c/fix8c.h>
#include <fix8c/transport.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>

#define INPUT_MAX 65536 /* bytes of one command line */

struct host {
    const struct sim_logic *logic;
    struct sim_options options;
    uv_loop_t loop;
    uv_signal_t terminate;
    uv_signal_t interrupt;
    uv_timer_t timer; /* the logic's next due time */
    uv_timer_t pause; /* the command "wait" */
    union {
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tty_t tty;
    } input;
    uv_fs_t read; /* when the input is a file */
    bool input_is_file;
    bool input_open;
    bool input_ended;
    bool wait_logon;
    bool waiting;
    bool closing;
    char line[INPUT_MAX];
    size_t line_len;
    char chunk[4096];
    struct fix8c_engine *engine;
    struct fix8c_transport *transport;
    size_t selected; /* of the port's peers */
};

static int64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* 12:00:00.123456, the start of every line. */
static void print_time(int64_t now_ns)
{
    time_t seconds = (time_t)(now_ns / 1000000000);
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    printf("%02d:%02d:%02d.%06d ", tm.tm_hour, tm.tm_min, tm.tm_sec,
           (int)(now_ns / 1000 % 1000000));
}

static void print_line(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static void print_line(const char *format, ...)
{
    va_list arguments;
    print_time(clock_ns());
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

static void print_message(const struct host *host,
                          const char *direction,
                          const struct fix8c_session *session,
                          const struct fix8c_message *message)
{
    if (host->options.quiet) {
        return;
    }
    char *text = sim_piped((struct cg_slice){message->bytes, message->len});
    print_line("%s %s %s", direction, fix8c_session_name(session), text);
    free(text);
}

static void arm(struct host *host);
static void read_lines(struct host *host);
static void read_more(struct host *host);
static void on_pause_over(uv_timer_t *timer);

static void port_send(void *user,
                      struct sim_peer *peer,
                      const char *type,
                      struct cg_slice body)
{
    (void)user;
    int error = fix8c_session_send(peer->session, type, NULL, 0, body.data,
                                   body.len);
    if (error != 0) {
        print_line("error %s was not sent: %d", type, error);
    }
}

static void port_drop(void *user, struct sim_peer *peer)
{
    struct host *host = user;
    fix8c_transport_drop(host->transport, peer->session);
}

static void port_say(void *user, const char *line)
{
    (void)user;
    print_line("%s", line);
}

static enum sim_version version_of(const struct fix8c_session *session)
{
    const char *begin = fix8c_session_setting(session, "BeginString");
    if (begin != NULL && strcmp(begin, "FIX.4.2") == 0) {
        return SIM_FIX42;
    }
    return begin != NULL && strcmp(begin, "FIXT.1.1") == 0 ? SIM_FIX50SP2
                                                           : SIM_FIX44;
}

static void on_created(void *user, struct fix8c_session *session)
{
    struct host *host = user;
    struct sim_port *port = host->logic->port;
    struct sim_peer *peer = sim_grow(NULL, 1, sizeof(*peer));
    *peer = (struct sim_peer){.name = fix8c_session_name(session),
                              .version = version_of(session),
                              .session = session};
    port->peers = sim_grow(port->peers, port->peer_count + 1,
                           sizeof(*port->peers));
    port->peers[port->peer_count++] = peer;
    fix8c_session_set_user(session, peer);
}

static void on_logon(void *user, struct fix8c_session *session)
{
    struct host *host = user;
    struct sim_peer *peer = fix8c_session_user(session);
    peer->up = true;
    print_line("logon %s", peer->name);
    host->logic->port->now_ns = clock_ns();
    if (host->logic->logon != NULL) {
        host->logic->logon(host->logic->logic, peer);
    }
    if (host->wait_logon) {
        uv_timer_start(&host->pause, on_pause_over, 0, 0);
    }
    arm(host);
}

static void on_logout(void *user, struct fix8c_session *session)
{
    (void)user;
    struct sim_peer *peer = fix8c_session_user(session);
    peer->up = false;
    print_line("logout %s", peer->name);
}

static enum fix8c_verdict on_admin(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal)
{
    (void)refusal;
    print_message(user, "in", session, message);
    return FIX8C_ACCEPT;
}

static enum fix8c_verdict on_app(void *user,
                                 struct fix8c_session *session,
                                 const struct fix8c_message *message,
                                 struct fix8c_refusal *refusal)
{
    struct host *host = user;
    char type[8];
    (void)refusal;
    print_message(host, "in", session, message);
    snprintf(type, sizeof(type), "%.*s", (int)message->type_len, message->type);
    struct sim_message own = {.type = type,
                              .body = {message->body, message->body_len},
                              .possdup = message->possdup,
                              .possresend = message->possresend};
    host->logic->port->now_ns = clock_ns();
    host->logic->receive(host->logic->logic, fix8c_session_user(session), &own);
    arm(host);
    return FIX8C_ACCEPT;
}

static void on_sent(void *user,
                    struct fix8c_session *session,
                    const struct fix8c_message *message)
{
    print_message(user, "out", session, message);
}

static void
on_event(void *user, struct fix8c_session *session, const char *text)
{
    (void)user;
    print_line("event %s %s", fix8c_session_name(session), text);
}

static void on_connection(void *user, const char *text)
{
    (void)user;
    print_line("connection %s", text);
}

static void on_due(uv_timer_t *timer)
{
    struct host *host = timer->data;
    host->logic->port->now_ns = clock_ns();
    host->logic->tick(host->logic->logic);
    arm(host);
}

/* Sets the timer to the logic's next due time. */
static void arm(struct host *host)
{
    int64_t due = host->logic->due != NULL
                      ? host->logic->due(host->logic->logic)
                      : SIM_NEVER;
    if (due == SIM_NEVER || host->closing) {
        uv_timer_stop(&host->timer);
        return;
    }
    int64_t left = due - clock_ns();
    uint64_t ms = left > 0 ? (uint64_t)((left + SIM_MS - 1) / SIM_MS) : 0;
    uv_timer_start(&host->timer, on_due, ms, 0);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

static void on_closed(void *user)
{
    struct host *host = user;
    host->transport = NULL;
    close_handle((uv_handle_t *)&host->terminate);
    close_handle((uv_handle_t *)&host->interrupt);
    close_handle((uv_handle_t *)&host->timer);
    close_handle((uv_handle_t *)&host->pause);
}

/* Ends cleanly: Logouts, then every handle. */
static void finish(struct host *host)
{
    if (host->closing) {
        return;
    }
    host->closing = true;
    uv_timer_stop(&host->timer);
    uv_timer_stop(&host->pause);
    if (host->input_open && !host->input_is_file) {
        close_handle((uv_handle_t *)&host->input.stream);
    }
    host->input_open = false;
    fix8c_transport_close(host->transport, on_closed);
}

static void on_failed(void *user, int error)
{
    print_line("error the sessions have failed: %d", error);
    finish(user);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    finish(handle->data);
}

/* Header fields go into the header, wherever they were written. */
static bool is_header(int tag)
{
    static const int tags[] = {43,  50,  57,  97,  115, 116, 122,
                               128, 129, 142, 143, 144, 145};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        if (tags[i] == tag) {
            return true;
        }
    }
    return false;
}

static bool send_raw(struct sim_peer *peer, const char *text)
{
    struct cg_slice word = sim_word(&text);
    char type[8];
    struct sim_body all = {0};
    struct sim_body header = {0};
    struct sim_body body = {0};
    struct sim_reader reader;
    struct sim_field field;
    if (word.len == 0 || word.len >= sizeof(type) ||
        !sim_body_piped(&all, sim_rest(text))) {
        sim_body_deinit(&all);
        return false;
    }
    snprintf(type, sizeof(type), "%.*s", (int)word.len, word.data);
    sim_reader_init(&reader, sim_body_slice(&all));
    while (sim_reader_next(&reader, &field)) {
        sim_body_add(is_header(field.tag) ? &header : &body, field.tag,
                     field.value);
    }
    int error = fix8c_session_send(peer->session, type, header.data, header.len,
                                   body.data, body.len);
    sim_body_deinit(&all);
    sim_body_deinit(&header);
    sim_body_deinit(&body);
    return error == 0;
}

static void on_pause_over(uv_timer_t *timer)
{
    struct host *host = timer->data;
    host->waiting = false;
    host->wait_logon = false;
    read_lines(host);
    read_more(host);
}

static bool wait_for(struct host *host, const char *text)
{
    struct cg_slice word = sim_word(&text);
    int64_t ms = 0;
    if (cg_slice_is(word, "logon")) {
        if (host->logic->port->peers[host->selected]->up) {
            return true;
        }
        host->wait_logon = true;
        ms = 86400000;
    } else if (!sim_number_read(word, 0, &ms) || ms < 0 || ms > 86400000) {
        return false;
    }
    host->waiting = true;
    uv_timer_start(&host->pause, on_pause_over, (uint64_t)ms, 0);
    return true;
}

static bool select_session(struct host *host, const char *text)
{
    int64_t number = 0;
    if (!sim_number_read(sim_word(&text), 0, &number) || number < 1 ||
        (size_t)number > host->logic->port->peer_count) {
        return false;
    }
    host->selected = (size_t)number - 1;
    return true;
}

/* The commands that every simulator has; false when |name| is none. */
static bool common_command(struct host *host,
                           struct cg_slice name,
                           const char *rest,
                           bool *done)
{
    struct sim_peer *peer = host->logic->port->peers[host->selected];
    *done = true;
    if (cg_slice_is(name, "quit")) {
        finish(host);
    } else if (cg_slice_is(name, "help")) {
        print_line("help %s --help has the list", host->logic->name);
        fputs(host->logic->commands_help, stdout);
        fflush(stdout);
    } else if (cg_slice_is(name, "raw") || cg_slice_is(name, "send")) {
        *done = send_raw(peer, rest);
    } else if (cg_slice_is(name, "drop")) {
        port_drop(host, peer);
    } else if (cg_slice_is(name, "logout")) {
        fix8c_session_logout(peer->session, NULL);
    } else if (cg_slice_is(name, "logon")) {
        fix8c_session_logon(peer->session);
    } else if (cg_slice_is(name, "reset")) {
        *done = fix8c_session_reset(peer->session) == 0;
    } else if (cg_slice_is(name, "wait")) {
        *done = wait_for(host, rest);
    } else if (cg_slice_is(name, "session")) {
        *done = select_session(host, rest);
    } else {
        return false;
    }
    return true;
}

static void run_command(struct host *host, const char *line)
{
    const char *rest = line;
    struct cg_slice name = sim_word(&rest);
    bool done = false;
    if (name.len == 0 || name.data[0] == '#') {
        return;
    }
    print_line("command %s", line);
    host->logic->port->now_ns = clock_ns();
    if (!common_command(host, name, rest, &done)) {
        done = host->logic->command(host->logic->logic, line);
    }
    if (!done) {
        print_line("error command not understood or not possible: %s", line);
    }
    if (!host->closing) {
        fix8c_transport_touch(host->transport);
        arm(host);
    }
}

/* Runs the whole lines that are there, until one says wait. */
static void read_lines(struct host *host)
{
    while (!host->waiting && !host->closing) {
        char *end = memchr(host->line, '\n', host->line_len);
        if (end == NULL) {
            break;
        }
        size_t used = (size_t)(end - host->line) + 1;
        char line[INPUT_MAX];
        memcpy(line, host->line, used);
        line[used - 1] = '\0';
        if (used > 1 && line[used - 2] == '\r') {
            line[used - 2] = '\0';
        }
        host->line_len -= used;
        memmove(host->line, host->line + used, host->line_len);
        run_command(host, line);
    }
    if (host->input_ended && !host->waiting) {
        finish(host);
    }
}

static void input_bytes(struct host *host, const char *bytes, size_t len)
{
    if (len > sizeof(host->line) - host->line_len) {
        print_line("error the command line is too long");
        host->line_len = 0;
        return;
    }
    memcpy(host->line + host->line_len, bytes, len);
    host->line_len += len;
}

static void input_end(struct host *host)
{
    if (host->line_len > 0 && host->line_len < sizeof(host->line)) {
        host->line[host->line_len++] = '\n';
    }
    host->input_ended = true;
}

static void on_input(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct host *host = stream->data;
    uv_read_stop(stream);
    if (count > 0) {
        input_bytes(host, buf->base, (size_t)count);
    } else if (count < 0) {
        input_end(host);
    }
    read_lines(host);
    read_more(host);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct host *host = handle->data;
    (void)size;
    *buf = uv_buf_init(host->chunk, sizeof(host->chunk));
}

static void on_file(uv_fs_t *request)
{
    struct host *host = request->data;
    ssize_t count = request->result;
    uv_fs_req_cleanup(request);
    if (host->closing) {
        return;
    }
    if (count > 0) {
        input_bytes(host, host->chunk, (size_t)count);
    } else {
        input_end(host);
    }
    read_lines(host);
    read_more(host);
}

/* Not in a wait: what comes then stays where it is, however much it is. */
static void read_more(struct host *host)
{
    int error;
    if (host->closing || host->waiting || host->input_ended) {
        return;
    }
    if (host->input_is_file) {
        uv_buf_t buf = uv_buf_init(host->chunk, sizeof(host->chunk));
        host->read.data = host;
        error = uv_fs_read(&host->loop, &host->read, 0, &buf, 1, -1, on_file);
    } else {
        error = uv_read_start(&host->input.stream, on_alloc, on_input);
    }
    if (error != 0) {
        print_line("error standard input: %s", uv_strerror(error));
    }
}

static void open_input(struct host *host)
{
    int error = 0;
    uv_handle_type type = uv_guess_handle(0);
    if (host->options.no_input) {
        return;
    }
    host->input_open = true;
    host->input_is_file = type != UV_TTY && type != UV_NAMED_PIPE;
    if (host->input_is_file) {
        read_more(host);
        return;
    }
    if (type == UV_TTY) {
        error = uv_tty_init(&host->loop, &host->input.tty, 0, 1);
    } else {
        error = uv_pipe_init(&host->loop, &host->input.pipe, 0);
        error = error == 0 ? uv_pipe_open(&host->input.pipe, 0) : error;
    }
    host->input.stream.data = host;
    if (error != 0) {
        print_line("error standard input: %s", uv_strerror(error));
        host->input_ended = true;
        return;
    }
    read_more(host);
}

static void say_ports(const struct host *host)
{
    int said = 0;
    for (size_t i = 0; i < host->logic->port->peer_count; i++) {
        struct fix8c_session *session = host->logic->port->peers[i]->session;
        int port = fix8c_session_initiator(session)
                       ? 0
                       : fix8c_transport_port(host->transport, session);
        if (port > 0 && port != said) {
            print_line("listen %d", port);
            said = port;
        }
    }
}

/* Opens engine and transport; false after a line on standard error. */
static bool open_sessions(struct host *host)
{
    char error[512] = "";
    struct fix8c_callbacks callbacks = {.created = on_created,
                                        .logon = on_logon,
                                        .logout = on_logout,
                                        .from_admin = on_admin,
                                        .from_app = on_app,
                                        .sent = on_sent,
                                        .event = on_event};
    struct fix8c_options options = {.callbacks = &callbacks, .user = host};
    int status;
    if (host->options.settings != NULL) {
        status = fix8c_engine_open_file(host->options.settings, &options, error,
                                        sizeof(error), &host->engine);
    } else {
        char *settings = sim_options_settings(&host->options);
        status = fix8c_engine_open(settings, &options, error, sizeof(error),
                                   &host->engine);
        free(settings);
    }
    if (status == 0) {
        struct fix8c_transport_options transport = {
            .failed = on_failed, .event = on_connection, .user = host};
        status = fix8c_transport_open(&host->loop, host->engine, &transport,
                                      error, sizeof(error), &host->transport);
    }
    if (status != 0) {
        fprintf(stderr, "creditgate %s: %s\n", host->logic->name, error);
    }
    return status == 0;
}

static void open_handles(struct host *host)
{
    uv_loop_init(&host->loop);
    uv_signal_init(&host->loop, &host->terminate);
    uv_signal_init(&host->loop, &host->interrupt);
    uv_timer_init(&host->loop, &host->timer);
    uv_timer_init(&host->loop, &host->pause);
    host->terminate.data = host;
    host->interrupt.data = host;
    host->timer.data = host;
    host->pause.data = host;
}

static void close_host(struct host *host)
{
    struct sim_port *port = host->logic->port;
    uv_run(&host->loop, UV_RUN_DEFAULT);
    uv_loop_close(&host->loop);
    fix8c_engine_close(host->engine);
    for (size_t i = 0; i < port->peer_count; i++) {
        free(port->peers[i]);
    }
    free(port->peers);
    port->peers = NULL;
    port->peer_count = 0;
    free(host);
}

static int run(struct host *host)
{
    open_handles(host);
    if (!open_sessions(host)) {
        on_closed(host);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    uv_signal_start(&host->terminate, on_signal, SIGTERM);
    uv_signal_start(&host->interrupt, on_signal, SIGINT);
    say_ports(host);
    open_input(host);
    uv_run(&host->loop, UV_RUN_DEFAULT);
    return host->logic->status != NULL ? host->logic->status(host->logic->logic)
                                       : 0;
}

int sim_host_run(const struct sim_logic *logic, int argc, char **argv)
{
    struct sim_options options;
    switch (sim_options_parse(logic, argc, argv, &options)) {
    case SIM_PARSED_HELP:
        return 0;
    case SIM_PARSED_WRONG:
        return 2;
    case SIM_PARSED:
        break;
    }
    struct host *host = sim_grow(NULL, 1, sizeof(*host));
    memset(host, 0, sizeof(*host));
    host->logic = logic;
    host->options = options;
    *logic->port = (struct sim_port){.now_ns = clock_ns(),
                                     .user = host,
                                     .send = port_send,
                                     .drop = port_drop,
                                     .say = port_say};
    int status = run(host);
    close_host(host);
    return status;
}
