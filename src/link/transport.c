/*
 * The transport as a whole: turns of the loop, timers, opening and closing.
 *
 * Must never let a byte out before |before_flush| has said yes for its turn,
 * nor any after a failure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "transport_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 1000

/* A timer that is later than this comes after a turn that took too long. */
#define LATE_MS 200

void transport_event(struct fix8c_transport *transport, const char *format, ...)
{
    char text[256];
    va_list arguments;
    if (transport->options.event == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    transport->options.event(transport->options.user, text);
}

struct station *transport_station(const struct fix8c_transport *transport,
                                  const struct fix8c_session *session)
{
    for (size_t i = 0; i < transport->stations_len; i++) {
        if (transport->stations[i].session == session)
            return &transport->stations[i];
    }
    return NULL;
}

static void cut_all(struct fix8c_transport *transport)
{
    struct line *line = transport->lines;
    for (; line != NULL; line = line->next)
        line_cut(line, NULL);
}

void transport_fail(struct fix8c_transport *transport, int error)
{
    if (transport->failed)
        return;
    transport->failed = true;
    transport->dirty = false;
    cut_all(transport);
    ends_close(transport);
    uv_timer_stop(&transport->tick);
    uv_timer_stop(&transport->watch);
    if (transport->options.failed != NULL)
        transport->options.failed(transport->options.user, error);
}

/* The end of a turn: one question, then everything that was held goes out. */
static void flush(struct fix8c_transport *transport)
{
    if (!transport->dirty || transport->failed)
        return;
    int result = 0;
    if (transport->options.before_flush != NULL)
        result = transport->options.before_flush(transport->options.user);
    transport->dirty = false;
    if (result != 0) {
        transport_fail(transport, result);
        return;
    }
    struct line *line = transport->lines;
    for (; line != NULL && !transport->failed; line = line->next) {
        if (line->dirty)
            line_flush(line);
    }
    if (transport->options.flushed != NULL && !transport->failed)
        transport->options.flushed(transport->options.user);
}

/*
 * libuv looks at timers before sockets.  After a turn that took long, or a
 * process that stood still, whoever spoke meanwhile would be taken for silent:
 * then the timer comes again, and what has arrived is read in between.
 */
static bool comes_again(uv_timer_t *timer, struct due *due, uint64_t repeat)
{
    uint64_t now = uv_now(timer->loop);
    due->again = !due->again && now > due->at + LATE_MS;
    /* Not 0: libuv would call it again within the same turn. */
    if (due->again)
        uv_timer_start(timer, timer->timer_cb, 1, repeat);
    return due->again;
}

static void on_watch(uv_timer_t *timer)
{
    struct fix8c_transport *transport = timer->data;
    uint64_t now = uv_now(transport->loop);
    if (comes_again(timer, &transport->watch_due, 0))
        return;
    struct line *line = transport->lines;
    for (; line != NULL; line = line->next)
        line_deadline(line, now);
    if (transport->closing && now >= transport->close_deadline) {
        transport->close_deadline = NEVER;
        cut_all(transport);
    } else if (transport_connects(transport)) {
        ends_connect_due(transport, now);
    }
    transport_watch(transport);
}

void transport_watch(struct fix8c_transport *transport)
{
    uint64_t due = transport->closing ? transport->close_deadline : NEVER;
    if (transport->finishing || transport->failed)
        return;
    const struct line *line = transport->lines;
    for (; line != NULL; line = line->next) {
        if (line_due(line) < due)
            due = line_due(line);
    }
    for (size_t i = 0;
         transport_connects(transport) && i < transport->stations_len; i++) {
        if (transport->stations[i].due < due)
            due = transport->stations[i].due;
    }
    /* Not 0: libuv would call it again within the same turn. */
    uint64_t now = uv_now(transport->loop);
    if (due == NEVER)
        uv_timer_stop(&transport->watch);
    else
        uv_timer_start(&transport->watch, on_watch, due > now ? due - now : 1,
                       0);
    transport->watch_due.at = due > now ? due : now;
}

static void on_tick(uv_timer_t *timer)
{
    struct fix8c_transport *transport = timer->data;
    if (comes_again(timer, &transport->tick_due, TICK_MS))
        return;
    transport->tick_due.at = uv_now(transport->loop) + TICK_MS;
    ends_take_owed(transport);
    for (size_t i = 0; i < transport->stations_len; i++) {
        struct fix8c_session *session = transport->stations[i].session;
        if (!fix8c_session_attached(session))
            continue;
        if (fix8c_session_tick(session) == FIX8C_ERR_STORE) {
            transport_fail(transport, FIX8C_ERR_STORE);
            return;
        }
    }
}

void transport_handle_closed(struct fix8c_transport *transport)
{
    void (*closed)(void *user) = transport->closed;
    void *user = transport->options.user;
    if (--transport->handles > 0)
        return;
    ends_free(transport);
    free(transport);
    if (closed != NULL)
        closed(user);
}

static void on_handle_closed(uv_handle_t *handle)
{
    transport_handle_closed(handle->data);
}

/* All lines are gone: the rest of the handles go, and with them all. */
static void finish(struct fix8c_transport *transport)
{
    if (transport->finishing)
        return;
    transport->finishing = true;
    ends_close(transport);
    uv_close((uv_handle_t *)&transport->prepare, on_handle_closed);
    uv_close((uv_handle_t *)&transport->check, on_handle_closed);
    uv_close((uv_handle_t *)&transport->tick, on_handle_closed);
    uv_close((uv_handle_t *)&transport->watch, on_handle_closed);
}

static void end_of_turn(struct fix8c_transport *transport)
{
    flush(transport);
    if (transport->closing && transport->lines == NULL)
        finish(transport);
}

static void on_prepare(uv_prepare_t *prepare)
{
    struct fix8c_transport *transport = prepare->data;
    struct line *line = transport->lines;
    for (; line != NULL; line = line->next)
        line_resume(line);
    end_of_turn(transport);
}

static void on_check(uv_check_t *check)
{
    end_of_turn(check->data);
}

static void set_defaults(struct fix8c_transport_options *options)
{
    if (options->logon_timeout_ms == 0)
        options->logon_timeout_ms = 5000;
    if (options->message_max == 0)
        options->message_max = 65536;
    if (options->send_queue_max == 0)
        options->send_queue_max = 16 * 1024 * 1024;
    if (options->send_grace_ms == 0)
        options->send_grace_ms = 5000;
    if (options->logout_timeout_ms == 0)
        options->logout_timeout_ms = 2000;
    if (options->backlog == 0)
        options->backlog = 128;
}

/* libuv's own handles.  None of these calls can fail but for misuse. */
static void init_handles(struct fix8c_transport *transport)
{
    uv_loop_t *loop = transport->loop;
    uv_prepare_init(loop, &transport->prepare);
    uv_check_init(loop, &transport->check);
    uv_timer_init(loop, &transport->tick);
    uv_timer_init(loop, &transport->watch);
    transport->prepare.data = transport;
    transport->check.data = transport;
    transport->tick.data = transport;
    transport->watch.data = transport;
    transport->handles += 4;
}

int fix8c_transport_open(uv_loop_t *loop,
                         struct fix8c_engine *engine,
                         const struct fix8c_transport_options *options,
                         char *error,
                         size_t error_len,
                         struct fix8c_transport **out)
{
    *out = NULL;
    if (error_len > 0)
        error[0] = '\0';
    struct fix8c_transport *transport = calloc(1, sizeof(*transport));
    if (transport == NULL)
        return FIX8C_ERR_MEMORY;
    transport->loop = loop;
    transport->engine = engine;
    transport->close_deadline = NEVER;
    if (options != NULL)
        transport->options = *options;
    set_defaults(&transport->options);
    init_handles(transport);
    int result = ends_open(transport, error, error_len);
    if (result != 0) {
        /* The handles go at the loop's next turn. */
        transport->closing = true;
        finish(transport);
        return result;
    }
    uv_prepare_start(&transport->prepare, on_prepare);
    uv_check_start(&transport->check, on_check);
    uv_timer_start(&transport->tick, on_tick, TICK_MS, TICK_MS);
    transport->tick_due.at = uv_now(loop) + TICK_MS;
    transport_watch(transport);
    *out = transport;
    return 0;
}

int fix8c_transport_port(const struct fix8c_transport *transport,
                         const struct fix8c_session *session)
{
    const struct station *station = transport_station(transport, session);
    if (station == NULL || station->listener == NULL)
        return FIX8C_ERR_UNKNOWN;
    return station->listener->port;
}

void fix8c_transport_touch(struct fix8c_transport *transport)
{
    transport->dirty = true;
}

void fix8c_transport_drop(struct fix8c_transport *transport,
                          struct fix8c_session *session)
{
    struct station *station = transport_station(transport, session);
    if (station == NULL || station->line == NULL)
        return;
    station->line->doomed = true;
    station->line->dirty = true;
    transport->dirty = true;
}

static void log_out(struct fix8c_transport *transport)
{
    for (size_t i = 0; i < transport->stations_len; i++) {
        struct station *station = &transport->stations[i];
        if (station->line == NULL)
            continue;
        if (!fix8c_session_logged_on(station->session) ||
            fix8c_session_logout(station->session,
                                 transport->options.logout_text) != 0)
            fix8c_transport_drop(transport, station->session);
    }
    transport->dirty = true;
}

void fix8c_transport_quiesce(struct fix8c_transport *transport)
{
    transport->quiet = true;
    struct line *line = transport->lines;
    for (; line != NULL; line = line->next) {
        if (line->state == LINE_CONNECTING ||
            (line->station == NULL && line->state == LINE_OPEN))
            line_cut(line, NULL);
    }
    ends_close(transport);
    transport_watch(transport);
}

void fix8c_transport_close(struct fix8c_transport *transport,
                           void (*closed)(void *user))
{
    if (transport == NULL)
        return;
    if (transport->closing) {
        cut_all(transport);
        return;
    }
    transport->closing = true;
    transport->closed = closed;
    transport->close_deadline = uv_now(transport->loop) +
                                transport->options.logout_timeout_ms;
    if (!transport->failed)
        log_out(transport);
    struct line *line = transport->lines;
    for (; line != NULL; line = line->next) {
        if (line->station == NULL && line->state == LINE_OPEN)
            line_cut(line, NULL);
    }
    ends_close(transport);
    transport_watch(transport);
}
