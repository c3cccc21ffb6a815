/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "transport_sides.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uv_loop_t loop;
const struct fix8c_store *sides_store;
static uv_timer_t guard;

static void on_guard(uv_timer_t *timer)
{
    (void)timer;
}

static void on_logon(void *user, struct fix8c_session *session)
{
    struct side *side = user;
    (void)session;
    side->logons++;
}

static void on_logout(void *user, struct fix8c_session *session)
{
    struct side *side = user;
    (void)session;
    side->logouts++;
}

static enum fix8c_verdict from_app(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal)
{
    struct side *side = user;
    (void)session;
    (void)refusal;
    side->app++;
    side->possdups += message->possdup;
    snprintf(side->body, sizeof(side->body), "%.*s", (int)message->body_len,
             message->body);
    return FIX8C_ACCEPT;
}

static void on_text(struct side *side, const char *text)
{
    size_t len = strlen(side->events);
    snprintf(side->events + len, sizeof(side->events) - len, "%s\n", text);
}

static void
on_session_event(void *user, struct fix8c_session *session, const char *text)
{
    (void)session;
    on_text(user, text);
}

static void on_transport_event(void *user, const char *text)
{
    on_text(user, text);
}

static int before_flush(void *user)
{
    struct side *side = user;
    side->flushes++;
    side->received_before_flush = side->received;
    return side->flush_result;
}

/* Each message is told with its session, before that has seen it. */
static void on_received(void *user,
                        struct fix8c_session *session,
                        const char *bytes,
                        size_t len)
{
    struct side *side = user;
    assert_ptr_equal(session, side->session);
    assert_memory_equal(bytes, "8=FIX.4.4\0019=", 12);
    assert_int_equal(bytes[len - 1], '\001');
    side->received++;
}

/* After each turn that was let out. */
static void on_flushed(void *user)
{
    struct side *side = user;
    side->flushed++;
    assert_int_equal(side->flush_result, 0);
    assert_int_equal(side->flushed, side->flushes);
}

static void on_failed(void *user, int error)
{
    struct side *side = user;
    side->failed = error;
}

void on_side_closed(void *user)
{
    struct side *side = user;
    side->closed = true;
}

static const struct fix8c_callbacks callbacks = {
    .logon = on_logon,
    .logout = on_logout,
    .from_app = from_app,
    .event = on_session_event,
};

int side_try(struct side *side,
             const char *settings,
             struct fix8c_transport_options options,
             char *error,
             size_t error_len)
{
    struct fix8c_options engine = {
        .callbacks = &callbacks, .store = sides_store, .user = side};
    memset(side, 0, sizeof(*side));
    int result = fix8c_engine_open(settings, &engine, error, error_len,
                                   &side->engine);
    assert_int_equal(result, 0);
    side->session = fix8c_engine_session(side->engine, 0);
    options.received = on_received;
    options.before_flush = before_flush;
    options.flushed = on_flushed;
    options.failed = on_failed;
    options.event = on_transport_event;
    options.user = side;
    return fix8c_transport_open(&loop, side->engine, &options, error, error_len,
                                &side->transport);
}

void side_open(struct side *side,
               const char *settings,
               struct fix8c_transport_options options)
{
    char error[256];
    int result = side_try(side, settings, options, error, sizeof(error));
    if (result != 0)
        fail_msg("open: %d %s", result, error);
}

int side_refused(const char *more, const char *says)
{
    struct side side;
    char settings[512];
    char error[256];
    snprintf(settings, sizeof(settings),
             "[SESSION]\nBeginString=FIX.4.4\nSenderCompID=ACC\n"
             "TargetCompID=INI\n%s\n",
             more);
    int result = side_try(&side, settings, defaults, error, sizeof(error));
    assert_null(side.transport);
    assert_non_null(strstr(error, "FIX.4.4:ACC->INI"));
    if (strstr(error, says) == NULL)
        fail_msg("\"%s\" does not say %s", error, says);
    uv_run(&loop, UV_RUN_NOWAIT);
    fix8c_engine_close(side.engine);
    return result;
}

void side_close(struct side *side)
{
    fix8c_transport_close(side->transport, on_side_closed);
    RUN_UNTIL(side->closed);
    fix8c_engine_close(side->engine);
}

void acceptor_open(struct side *side,
                   const char *extra,
                   struct fix8c_transport_options options)
{
    char settings[1024];
    snprintf(settings, sizeof(settings),
             "[DEFAULT]\nConnectionType=acceptor\nBeginString=FIX.4.4\n"
             "SocketAcceptPort=0\n%s\n[SESSION]\nSenderCompID=ACC\n"
             "TargetCompID=INI\n",
             extra);
    side_open(side, settings, options);
}

void initiator_open_to(struct side *side,
                       const char *host,
                       int port,
                       const char *more,
                       struct fix8c_transport_options options)
{
    char settings[1024];
    snprintf(settings, sizeof(settings),
             "[SESSION]\nConnectionType=initiator\nBeginString=FIX.4.4\n"
             "SenderCompID=INI\nTargetCompID=ACC\n%s"
             "SocketConnectHost=%s\nSocketConnectPort=%d\n",
             more, host, port);
    side_open(side, settings, options);
}

void initiator_open(struct side *side,
                    int port,
                    struct fix8c_transport_options options)
{
    initiator_open_to(side, "127.0.0.1", port, "ReconnectInterval=1\n",
                      options);
}

int port_of(const struct side *side)
{
    int port = fix8c_transport_port(side->transport, side->session);
    assert_true(port > 0);
    return port;
}

int send_text(struct side *side, const char *type, const char *text)
{
    char body[4096];
    snprintf(body, sizeof(body), "%s", text);
    for (char *at = body; *at != '\0'; at++) {
        if (*at == '|')
            *at = '\001';
    }
    return fix8c_session_send(side->session, type, NULL, 0, body, strlen(body));
}

static void raw_connected(uv_connect_t *request, int status)
{
    struct raw *raw = request->data;
    assert_int_equal(status, 0);
    raw->connected = true;
}

static void raw_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buffer)
{
    struct raw *raw = handle->data;
    (void)hint;
    *buffer = uv_buf_init(raw->in, sizeof(raw->in));
}

static void raw_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct raw *raw = stream->data;
    (void)buffer;
    if (n > 0)
        raw->got += (size_t)n;
    if (n < 0)
        raw->ended = true;
}

void raw_open_deaf(struct raw *raw, int port)
{
    struct sockaddr_in address;
    memset(raw, 0, sizeof(*raw));
    assert_int_equal(uv_ip4_addr("127.0.0.1", port, &address), 0);
    assert_int_equal(uv_tcp_init(&loop, &raw->tcp), 0);
    raw->tcp.data = raw;
    raw->connecting.data = raw;
    assert_int_equal(uv_tcp_connect(&raw->connecting, &raw->tcp,
                                    (struct sockaddr *)&address, raw_connected),
                     0);
    RUN_UNTIL(raw->connected);
}

void raw_start_read(struct raw *raw)
{
    assert_int_equal(
        uv_read_start((uv_stream_t *)&raw->tcp, raw_alloc, raw_read), 0);
}

void raw_open(struct raw *raw, int port)
{
    raw_open_deaf(raw, port);
    raw_start_read(raw);
}

void raw_say(struct raw *raw, const char *bytes, size_t len)
{
    while (len > 0) {
        char *copy = malloc(len);
        assert_non_null(copy);
        memcpy(copy, bytes, len);
        uv_buf_t buffer = uv_buf_init(copy, (unsigned)len);
        int n = uv_try_write((uv_stream_t *)&raw->tcp, &buffer, 1);
        free(copy);
        if (n == UV_EAGAIN) {
            uv_run(&loop, UV_RUN_NOWAIT);
            continue;
        }
        assert_true(n > 0);
        bytes += n;
        len -= (size_t)n;
    }
}

static void raw_closed(uv_handle_t *handle)
{
    struct raw *raw = handle->data;
    raw->closed = true;
}

void raw_close(struct raw *raw)
{
    uv_close((uv_handle_t *)&raw->tcp, raw_closed);
    RUN_UNTIL(raw->closed);
}

size_t message(char *out, const char *type, int seq, const char *body)
{
    char stamp[32];
    char fields[4096];
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(stamp, sizeof(stamp), "%Y%m%d-%H:%M:%S", &tm);
    int n = snprintf(fields, sizeof(fields),
                     "35=%s|49=INI|56=ACC|34=%d|52=%s|%s", type, seq, stamp,
                     body);
    for (int i = 0; i < n; i++) {
        if (fields[i] == '|')
            fields[i] = '\001';
    }
    size_t len = (size_t)sprintf(out, "8=FIX.4.4\0019=%d\001%s", n, fields);
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += (unsigned char)out[i];
    return len + (size_t)sprintf(out + len, "10=%03u\001", sum % 256);
}

void raw_logon(struct raw *raw)
{
    char bytes[512];
    raw_say(raw, bytes, message(bytes, "A", 1, "98=0|108=30|"));
}

const struct fix8c_transport_options defaults;

int open_loop(void **state)
{
    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    /* Wakes the loop, so that a wait that fails does so in time. */
    uv_timer_init(&loop, &guard);
    uv_timer_start(&guard, on_guard, 100, 100);
    return 0;
}

int close_loop(void **state)
{
    (void)state;
    uv_close((uv_handle_t *)&guard, NULL);
    int result = UV_EBUSY;
    for (int n = 0; n < 100 && result == UV_EBUSY; n++) {
        uv_run(&loop, UV_RUN_NOWAIT);
        result = uv_loop_close(&loop);
    }
    assert_int_equal(result, 0);
    return 0;
}
