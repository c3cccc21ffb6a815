/*
 * One connection: reads and frames, feeds its session, holds what the session
 * says until the end of the turn, writes it.
 *
 * Must never write a byte before the end of the turn, nor let one peer take
 * more of a turn than its share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "transport_line.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A peer that sends more than this in one turn goes on in the next. */
#define TURN_READ_MAX (256 * 1024)

/* How long the end of a line may take. */
#define LINGER_MS 2000

/* Bytes of a stranger's field that are shown. */
#define FIELD_TEXT 48

/* A buffer larger than this is given back when it is empty. */
#define BUFFER_KEEP (1024 * 1024)

/* The hard bound of unread bytes, in multiples of send_queue_max. */
#define QUEUE_HARD 16

struct write {
    uv_write_t request;
    struct line *line;
    char *bytes;
    size_t len;
};

static int buffer_add(struct buffer *buffer, const char *bytes, size_t len)
{
    if (len > buffer->size - buffer->len) {
        size_t size = buffer->size > 0 ? buffer->size : 4096;
        while (size - buffer->len < len)
            size *= 2;
        char *bigger = realloc(buffer->bytes, size);
        if (bigger == NULL)
            return FIX8C_ERR_MEMORY;
        buffer->bytes = bigger;
        buffer->size = size;
    }
    memcpy(buffer->bytes + buffer->len, bytes, len);
    buffer->len += len;
    return 0;
}

static void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){NULL, 0, 0};
}

static void buffer_drop(struct buffer *buffer, size_t len)
{
    buffer->len -= len;
    if (buffer->len > 0)
        memmove(buffer->bytes, buffer->bytes + len, buffer->len);
    else if (buffer->size > BUFFER_KEEP)
        buffer_free(buffer);
}

static void mark(struct line *line)
{
    line->dirty = true;
    line->transport->dirty = true;
}

/* What the peer has not taken. */
static size_t unread(const struct line *line)
{
    return line->out.len + line->tcp.write_queue_size;
}

struct line *line_new(struct fix8c_transport *transport)
{
    struct line *line = calloc(1, sizeof(*line));
    if (line == NULL)
        return NULL;
    if (uv_tcp_init(transport->loop, &line->tcp) != 0) {
        free(line);
        return NULL;
    }
    line->tcp.data = line;
    line->transport = transport;
    line->state = LINE_CONNECTING;
    line->deadline = NEVER;
    line->grace = NEVER;
    line->next = transport->lines;
    if (line->next != NULL)
        line->next->prev = line;
    transport->lines = line;
    transport->handles++;
    return line;
}

static void on_closed(uv_handle_t *handle)
{
    struct line *line = handle->data;
    struct fix8c_transport *transport = line->transport;
    if (line->prev != NULL)
        line->prev->next = line->next;
    else
        transport->lines = line->next;
    if (line->next != NULL)
        line->next->prev = line->prev;
    buffer_free(&line->in);
    buffer_free(&line->out);
    free(line);
    transport_handle_closed(transport);
}

/* The station, if there is one, has no line any more. */
static void let_go(struct line *line)
{
    struct station *station = line->station;
    if (station == NULL) {
        if (line->listener != NULL && line->state == LINE_OPEN)
            line->transport->waiting--;
        return;
    }
    line->station = NULL;
    line->attached = false;
    station->line = NULL;
    if (station->host != NULL)
        station->due = uv_now(line->transport->loop) + station->interval_ms;
}

/* Tells the session, if it still speaks this way, that the line is over. */
static void detach(struct line *line)
{
    struct station *station = line->station;
    bool attached = line->attached;
    let_go(line);
    if (!attached)
        return;
    line->transport->dirty = true;
    int result = fix8c_session_detach(station->session);
    if (result == FIX8C_ERR_STORE)
        transport_fail(line->transport, result);
}

static void gone(struct line *line)
{
    if (line->state == LINE_GONE)
        return;
    line->state = LINE_GONE;
    line->deadline = NEVER;
    line->grace = NEVER;
    line->out.len = 0;
    uv_close((uv_handle_t *)&line->tcp, on_closed);
}

void line_cut(struct line *line, const char *why)
{
    if (line->state == LINE_GONE)
        return;
    if (why != NULL)
        transport_event(line->transport, "%s: %s", line->peer, why);
    detach(line);
    gone(line);
    transport_watch(line->transport);
}

/* The session or the peer is done: what is held still goes out. */
static void finish(struct line *line)
{
    if (line->state != LINE_OPEN)
        return;
    let_go(line);
    line->state = LINE_CLOSING;
    line->deadline = uv_now(line->transport->loop) + LINGER_MS;
    mark(line);
    transport_watch(line->transport);
}

static int wire_send(void *user, const char *bytes, size_t len)
{
    struct line *line = user;
    size_t limit = line->transport->options.send_queue_max;
    if (line->doomed || line->state != LINE_OPEN)
        return FIX8C_ERR_STATE;
    mark(line);
    if (buffer_add(&line->out, bytes, len) == 0 &&
        unread(line) / QUEUE_HARD <= limit)
        return 0;
    transport_event(line->transport, "%s: too much is unread", line->peer);
    line->doomed = true;
    return FIX8C_ERR_STATE;
}

static void wire_close(void *user)
{
    finish(user);
}

int line_attach(struct line *line, struct station *station)
{
    struct fix8c_wire wire = {line, wire_send, wire_close};
    if (line->listener != NULL)
        line->transport->waiting--;
    line->station = station;
    line->attached = true;
    station->line = line;
    station->due = NEVER;
    uv_tcp_nodelay(&line->tcp, station->nodelay);
    return fix8c_session_attach(station->session, &wire);
}

/* A field of the first message, fit for a log; "?" when it has none. */
static void field_text(const char *bytes,
                       size_t len,
                       const char *tag,
                       char text[FIELD_TEXT])
{
    size_t tag_len = strlen(tag);
    size_t at = 0;
    size_t size = 0;
    while (at < len &&
           (len - at < tag_len || memcmp(bytes + at, tag, tag_len) != 0)) {
        const char *end = memchr(bytes + at, '\001', len - at);
        at = end != NULL ? (size_t)(end - bytes) + 1 : len;
    }
    for (at += tag_len;
         at < len && bytes[at] != '\001' && size + 1 < FIELD_TEXT; at++)
        text[size++] = bytes[at] > ' ' && bytes[at] <= '~' ? bytes[at] : '?';
    if (size == 0)
        text[size++] = '?';
    text[size] = '\0';
}

/* Why a line is not let in: what it said, so that the ids can be compared. */
static void stranger(struct line *line, const char *bytes, size_t len)
{
    char type[FIELD_TEXT];
    char version[FIELD_TEXT];
    char sender[FIELD_TEXT];
    char target[FIELD_TEXT];
    char why[5 * FIELD_TEXT];
    field_text(bytes, len, "35=", type);
    field_text(bytes, len, "8=", version);
    field_text(bytes, len, "49=", sender);
    field_text(bytes, len, "56=", target);
    if (strcmp(type, "A") != 0)
        snprintf(why, sizeof(why), "the first message is no Logon but 35=%s",
                 type);
    else
        snprintf(why, sizeof(why),
                 "Logon %s 49=%s 56=%s: no such session waits for one (none is "
                 "configured so, or it has a line already)",
                 version, sender, target);
    line_cut(line, why);
}

/* The first message says which session it is. */
static int first_message(struct line *line, const char *bytes, size_t len)
{
    struct fix8c_transport *transport = line->transport;
    struct fix8c_session *session = fix8c_engine_find(transport->engine, bytes,
                                                      len);
    struct station *station = session != NULL
                                  ? transport_station(transport, session)
                                  : NULL;
    if (station == NULL) {
        stranger(line, bytes, len);
        return FIX8C_ERR_UNKNOWN;
    }
    if (station->listener != line->listener || !ends_allow(station, line)) {
        line_cut(line, "not allowed here to log on to that session");
        return FIX8C_ERR_UNKNOWN;
    }
    int result = line_attach(line, station);
    if (result == FIX8C_ERR_STORE)
        transport_fail(transport, result);
    else if (result != 0)
        line_cut(line, "the session is closed to Logons");
    return result;
}

/* Feeds one message; true when the line goes on. */
static bool deliver(struct line *line, const char *bytes, size_t len)
{
    struct fix8c_transport *transport = line->transport;
    if (!line->attached && first_message(line, bytes, len) != 0)
        return false;
    struct fix8c_session *session = line->station->session;
    transport->dirty = true;
    if (transport->options.received != NULL)
        transport->options.received(transport->options.user, session, bytes,
                                    len);
    int result = fix8c_session_receive(session, bytes, len);
    if (result == FIX8C_ERR_STORE) {
        transport_fail(transport, result);
        return false;
    }
    bool on = fix8c_session_logged_on(session);
    if (result == FIX8C_ERR_GARBLED && on)
        transport_event(transport, "%s: a garbled message is ignored",
                        line->peer);
    else if (result != 0 && line->state == LINE_OPEN)
        line_cut(line, fix8c_error_text(result));
    if (on && line->state == LINE_OPEN)
        line->deadline = NEVER;
    return line->state == LINE_OPEN && !line->doomed;
}

/* Bytes that are no message: ignored once logged on, the end before. */
static bool skip_garbled(struct line *line)
{
    if (!line->attached || !fix8c_session_logged_on(line->station->session)) {
        line_cut(line, "not FIX");
        return false;
    }
    transport_event(line->transport, "%s: garbled bytes are ignored",
                    line->peer);
    return true;
}

static void stop_reading(struct line *line)
{
    if (line->reading)
        uv_read_stop((uv_stream_t *)&line->tcp);
    line->reading = false;
}

/* Over the limit a peer is not read from, and has to catch up in time. */
static bool keeps_up(struct line *line)
{
    const struct fix8c_transport_options *options = &line->transport->options;
    if (unread(line) <= options->send_queue_max)
        return true;
    if (line->grace == NEVER) {
        line->grace = uv_now(line->transport->loop) + options->send_grace_ms;
        line->taken_at_grace = line->taken;
        transport_watch(line->transport);
    }
    line->full = true;
    stop_reading(line);
    return false;
}

/* Feeds the messages in |bytes|; returns how many bytes they were. */
static size_t feed(struct line *line, const char *bytes, size_t len)
{
    size_t at = 0;
    size_t skip = 0;
    while (line->state == LINE_OPEN && !line->doomed && at < len &&
           keeps_up(line)) {
        long n = fix8c_frame(bytes + at, len - at,
                             line->transport->options.message_max, &skip);
        if (n == 0)
            break;
        if (n == FIX8C_ERR_TOO_LONG) {
            line_cut(line, "a message longer than the limit");
            break;
        }
        if (n < 0 && !skip_garbled(line))
            break;
        if (n > 0 && !deliver(line, bytes + at, (size_t)n))
            break;
        at += n > 0 ? (size_t)n : skip;
    }
    return at;
}

/* Input that arrives in whole messages is fed where it was read to. */
static void take_input(struct line *line, const char *bytes, size_t len)
{
    if (line->in.len == 0) {
        size_t used = feed(line, bytes, len);
        bytes += used;
        len -= used;
    }
    if (line->state != LINE_OPEN || line->doomed || len == 0)
        return;
    bool behind = line->in.len > 0;
    if (buffer_add(&line->in, bytes, len) != 0) {
        line_cut(line, "out of memory");
        return;
    }
    if (behind) {
        size_t used = feed(line, line->in.bytes, line->in.len);
        buffer_drop(&line->in, used);
    }
}

static void end_of_input(struct line *line, const char *why)
{
    line->ended = true;
    stop_reading(line);
    if (line->state == LINE_LINGER) {
        gone(line);
        return;
    }
    if (line->state != LINE_OPEN)
        return;
    transport_event(line->transport, "%s: %s", line->peer, why);
    struct station *station = line->attached ? line->station : NULL;
    finish(line);
    if (station == NULL)
        return;
    int result = fix8c_session_detach(station->session);
    if (result == FIX8C_ERR_STORE)
        transport_fail(line->transport, result);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct line *line = stream->data;
    if (n == 0 || line->state == LINE_GONE)
        return;
    if (n == UV_EOF) {
        end_of_input(line, "the peer closed the connection");
        return;
    }
    if (n < 0) {
        line_cut(line, uv_strerror((int)n));
        return;
    }
    if (line->state != LINE_OPEN)
        return;
    line->read_in_turn += (size_t)n;
    take_input(line, buffer->base, (size_t)n);
    if (line->reading && line->read_in_turn >= TURN_READ_MAX) {
        stop_reading(line);
        line->paused = true;
    }
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buffer)
{
    const struct line *line = handle->data;
    (void)hint;
    *buffer = uv_buf_init(line->transport->scratch,
                          sizeof(line->transport->scratch));
}

void line_start(struct line *line)
{
    if (line->reading || line->ended || line->full ||
        line->state == LINE_GONE || line->state == LINE_CONNECTING)
        return;
    line->paused = false;
    line->reading = uv_read_start((uv_stream_t *)&line->tcp, on_alloc,
                                  on_read) == 0;
    if (!line->reading)
        line_cut(line, "cannot be read");
}

/* A new turn: every line has its full share again. */
void line_resume(struct line *line)
{
    line->read_in_turn = 0;
    if (line->paused)
        line_start(line);
}

/* The peer has caught up: what it sent meanwhile comes first. */
static void catch_up(struct line *line)
{
    size_t limit = line->transport->options.send_queue_max;
    if (!line->full || unread(line) > limit / 2 || line->state != LINE_OPEN)
        return;
    line->full = false;
    line->grace = NEVER;
    size_t used = feed(line, line->in.bytes, line->in.len);
    if (line->state != LINE_OPEN)
        return;
    buffer_drop(&line->in, used);
    if (!line->full)
        line_start(line);
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
    struct line *line = request->data;
    if (line->state == LINE_GONE)
        return;
    if (status != 0 || line->ended)
        gone(line);
}

/* All is written: our half of the connection ends, the peer's is awaited, so
 * that its system does not throw away our last bytes. */
static void shut(struct line *line)
{
    line->state = LINE_LINGER;
    line->shutting.data = line;
    if (uv_shutdown(&line->shutting, (uv_stream_t *)&line->tcp, on_shutdown) !=
        0) {
        gone(line);
        return;
    }
    line->full = false;
    line_start(line);
}

static void on_written(uv_write_t *request, int status)
{
    struct write *write = request->data;
    struct line *line = write->line;
    line->writing = 0;
    line->taken += write->len;
    free(write->bytes);
    free(write);
    if (line->state == LINE_GONE)
        return;
    if (status != 0) {
        line_cut(line, uv_strerror(status));
        return;
    }
    if (line->out.len > 0 || line->state == LINE_CLOSING)
        mark(line);
    catch_up(line);
}

/* Hands what is held to libuv, which owns the buffer from here on. */
static int write_held(struct line *line)
{
    struct write *write = malloc(sizeof(*write));
    if (write == NULL)
        return UV_ENOMEM;
    *write = (struct write){
        .line = line, .bytes = line->out.bytes, .len = line->out.len};
    write->request.data = write;
    uv_buf_t buffer = uv_buf_init(write->bytes, (unsigned)write->len);
    int result = uv_write(&write->request, (uv_stream_t *)&line->tcp, &buffer,
                          1, on_written);
    if (result != 0) {
        free(write);
        return result;
    }
    line->writing = write->len;
    line->out = (struct buffer){NULL, 0, 0};
    return 0;
}

static int write_out(struct line *line)
{
    uv_buf_t buffer = uv_buf_init(line->out.bytes, (unsigned)line->out.len);
    int n = uv_try_write((uv_stream_t *)&line->tcp, &buffer, 1);
    if (n < 0 && n != UV_EAGAIN)
        return n;
    if (n > 0) {
        line->taken += (size_t)n;
        buffer_drop(&line->out, (size_t)n);
    }
    return line->out.len > 0 ? write_held(line) : 0;
}

void line_flush(struct line *line)
{
    line->dirty = false;
    if (line->doomed) {
        line_cut(line, NULL);
        return;
    }
    if (line->state != LINE_OPEN && line->state != LINE_CLOSING)
        return;
    /* While a write is under way the rest waits behind it, in one piece. */
    int result = line->out.len > 0 && line->writing == 0 ? write_out(line) : 0;
    if (result != 0) {
        line_cut(line, uv_strerror(result));
        return;
    }
    if (line->state == LINE_CLOSING && line->writing == 0)
        shut(line);
    else if (keeps_up(line))
        catch_up(line);
}

uint64_t line_due(const struct line *line)
{
    return line->grace < line->deadline ? line->grace : line->deadline;
}

/* What the peer has taken of the write that is under way counts, too. */
static uint64_t taken_so_far(const struct line *line)
{
    return line->taken + line->writing - line->tcp.write_queue_size;
}

static void check_grace(struct line *line, uint64_t now)
{
    const struct fix8c_transport_options *options = &line->transport->options;
    if (now < line->grace)
        return;
    if (unread(line) <= options->send_queue_max) {
        line->grace = NEVER;
        return;
    }
    if (taken_so_far(line) - line->taken_at_grace <
        options->send_queue_max / 4) {
        line_cut(line, "the peer does not read");
        return;
    }
    line->taken_at_grace = taken_so_far(line);
    line->grace = now + options->send_grace_ms;
}

void line_deadline(struct line *line, uint64_t now)
{
    check_grace(line, now);
    if (now < line->deadline)
        return;
    switch (line->state) {
    case LINE_CONNECTING:
        line_cut(line, "no connection in time");
        break;
    case LINE_OPEN:
        line_cut(line, "no Logon in time");
        break;
    case LINE_CLOSING:
    case LINE_LINGER:
        gone(line);
        break;
    case LINE_GONE:
        break;
    }
}
