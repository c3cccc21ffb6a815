/*
 * The line of a wire: connecting, listening, steps done, and looks at what
 * came.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wire_parts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAUSE_MS 100

cg_time wire_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (cg_time)now.tv_sec * CG_SECOND + now.tv_nsec;
}

static void note(const struct cg_wire *wire, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void note(const struct cg_wire *wire, const char *format, ...)
{
    char text[512];
    va_list arguments;

    if (wire->options.note == NULL) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    wire->options.note(wire->options.user, text);
}

/* --- ends --------------------------------------------------------------- */

static void free_if_done(struct cg_wire *wire)
{
    if (!wire->closing || wire->handles > 0) {
        return;
    }
    wire_inbox_deinit(&wire->inbox);
    free(wire->failure);
    free(wire->host);
    free(wire->logon);
    free(wire);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct cg_wire *wire = handle->data;

    wire->handles--;
    free_if_done(wire);
}

static void on_line_closed(uv_handle_t *handle)
{
    struct wire_line *line = handle->data;

    free(line->stream.bytes);
    free(line);
}

static void packets_drop(struct cg_wire *wire)
{
    while (wire->packets != NULL) {
        struct wire_packet *packet = wire->packets;

        wire->packets = packet->next;
        free(packet);
    }
    uv_timer_stop(&wire->pause);
}

static void on_shut(uv_shutdown_t *request, int status)
{
    (void)status;
    uv_close((uv_handle_t *)request->handle, on_line_closed);
}

/* Nobody looks at the line any more.  What was said before still goes out. */
static void line_close(struct wire_line *line)
{
    line->wire = NULL;
    line->gone = true;
    uv_read_stop((uv_stream_t *)&line->tcp);
    if (line->looking) {
        uv_cancel((uv_req_t *)&line->lookup);
    } else if (!line->open ||
               uv_shutdown(&line->shutting, (uv_stream_t *)&line->tcp,
                           on_shut) != 0) {
        uv_close((uv_handle_t *)&line->tcp, on_line_closed);
    }
}

void wire_line_drop(struct cg_wire *wire)
{
    if (wire->line != NULL) {
        line_close(wire->line);
    }
    wire->line = wire->behind;
    wire->behind = NULL;
    wire->logout = false;
    wire->peer_logout = false;
    packets_drop(wire);
}

void cg_wire_close(struct cg_wire *wire)
{
    if (wire == NULL) {
        return;
    }
    wire_line_drop(wire);
    wire_line_drop(wire); /* the one behind it */
    if (wire->accepted != NULL) {
        line_close(wire->accepted);
        wire->accepted = NULL;
    }
    wire->closing = true;
    uv_close((uv_handle_t *)&wire->pause, on_handle_closed);
    if (wire->listens) {
        uv_close((uv_handle_t *)&wire->listener, on_handle_closed);
    }
}

static void failed(struct cg_wire *wire, const char *what, int error)
{
    free(wire->failure);
    if (asprintf(&wire->failure, "%s %s:%d: %s", what, wire->host,
                 wire->options.port, uv_strerror(error)) < 0) {
        wire->failure = NULL;
    }
    wire_line_drop(wire);
}

/* --- writing ------------------------------------------------------------ */

static void on_written(uv_write_t *request, int status)
{
    (void)status; /* a broken line is seen by reading */
    free(request->data);
}

/* The packet belongs to libuv, or is gone. */
static void packet_write(struct cg_wire *wire, struct wire_packet *packet)
{
    uv_buf_t buffer = uv_buf_init(packet->bytes, (unsigned)packet->len);

    packet->request.data = packet;
    if (wire->line == NULL ||
        uv_write(&packet->request, (uv_stream_t *)&wire->line->tcp, &buffer, 1,
                 on_written) != 0) {
        free(packet);
    }
}

static void packets_write(struct cg_wire *wire);

static void on_pause(uv_timer_t *timer)
{
    struct cg_wire *wire = timer->data;

    if (wire->packets != NULL) {
        wire->packets->pause = false;
    }
    packets_write(wire);
}

/* All that need not wait any longer. */
static void packets_write(struct cg_wire *wire)
{
    while (wire->packets != NULL && !wire->packets->pause) {
        struct wire_packet *packet = wire->packets;

        wire->packets = packet->next;
        packet_write(wire, packet);
    }
    if (wire->packets != NULL && !uv_is_active((uv_handle_t *)&wire->pause)) {
        uv_timer_start(&wire->pause, on_pause, PAUSE_MS, 0);
    }
}

static bool
packet_add(struct cg_wire *wire, const char *bytes, size_t len, bool pause)
{
    struct wire_packet *packet = malloc(sizeof(*packet) + len);
    struct wire_packet **end = &wire->packets;

    if (packet == NULL) {
        return false;
    }
    memcpy(packet->bytes, bytes, len);
    packet->len = len;
    packet->pause = pause;
    packet->next = NULL;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = packet;
    return true;
}

bool wire_send(struct cg_wire *wire, struct wire_made *made)
{
    size_t from = 0;
    bool good = true;

    for (size_t i = 0; i <= made->cut_count && good; i++) {
        size_t to = i < made->cut_count ? made->cuts[i] : made->len;

        good = packet_add(wire, made->bytes + from, to - from, i > 0);
        from = to;
    }
    wire->logout |= made->logout;
    if (made->resets) {
        wire->making.next_out = 1;
        wire->next_in = 1;
    }
    if (made->seq != 0) {
        wire->making.next_out = made->seq + 1;
    }
    if (made->next_out > wire->making.next_out) {
        wire->making.next_out = made->next_out;
    }
    if (wire->options.message != NULL) {
        wire->options.message(wire->options.user, true,
                              (struct cg_slice){made->bytes, made->len});
    }
    packets_write(wire);
    free(made->bytes);
    return good;
}

/* --- reading ------------------------------------------------------------ */

/* A TestRequest is answered at once with its 112. */
static void answer_test(struct cg_wire *wire,
                        const struct cg_script_message *test)
{
    struct cg_slice id = wire_value(test->body, 112);
    char body[600];
    struct wire_made made;

    (void)snprintf(body, sizeof(body), "112=%.*s\001",
                   id.len < 500 ? (int)id.len : 500,
                   id.data != NULL ? id.data : "");
    wire->making.now = wire_now();
    if (wire_make(&wire->making, "0", cg_slice_str(body), &made)) {
        (void)wire_send(wire, &made);
    }
}

static void count_in(struct cg_wire *wire,
                     const struct cg_script_message *message)
{
    bool resets = strcmp(message->type, "A") == 0 &&
                  cg_slice_is(wire_value(message->body, 141), "Y");
    int announced = strcmp(message->type, "4") == 0
                        ? wire_number(wire_value(message->body, 36))
                        : 0;

    wire->peer_logon |= strcmp(message->type, "A") == 0;
    wire->peer_logout |= strcmp(message->type, "5") == 0;
    if (resets || message->seq >= wire->next_in) {
        wire->next_in = message->seq + 1;
    }
    if (announced > wire->next_in) {
        wire->next_in = announced;
    }
}

static bool keep(struct cg_wire *wire, struct cg_slice bytes, bool garbled)
{
    struct cg_script_message *message;

    if (wire->options.message != NULL) {
        wire->options.message(wire->options.user, false, bytes);
    }
    if (wire->inbox.count >= wire->options.messages_max ||
        bytes.len > CG_WIRE_BYTES_MAX - wire->bytes_in) {
        note(wire,
             "the peer says too much: more than %zu messages, or %zu bytes",
             wire->options.messages_max, CG_WIRE_BYTES_MAX);
        return false;
    }
    wire->bytes_in += bytes.len;
    message = wire_inbox_keep(&wire->inbox, wire->making.version, bytes,
                              garbled);
    if (message == NULL) {
        return false;
    }
    message->time = wire_now();
    if (!garbled) {
        count_in(wire, message);
    }
    if (wire->answers_tests && strcmp(message->type, "1") == 0) {
        answer_test(wire, message);
        free(message->bytes);
        wire->inbox.count--;
    }
    return true;
}

/* False: the line is not to be read any further. */
static bool take_all(struct wire_line *line, bool ended)
{
    struct cg_wire *wire = line->wire;
    struct cg_slice bytes;
    bool garbled;

    while (wire_stream_cut(&line->stream, ended, &bytes, &garbled)) {
        if (!keep(wire, bytes, garbled)) {
            return false;
        }
        wire_stream_drop(&line->stream, bytes.len);
    }
    return true;
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buffer)
{
    struct wire_line *line = handle->data;

    (void)size;
    *buffer = line->wire != NULL
                  ? uv_buf_init(line->wire->chunk, sizeof(line->wire->chunk))
                  : uv_buf_init(NULL, 0);
}

/* The line that was there before is left, or none. */
static void line_lost(struct wire_line *line)
{
    struct cg_wire *wire = line->wire;

    if (line == wire->behind) {
        line_close(line);
        wire->behind = NULL;
    } else {
        wire_line_drop(wire);
    }
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct wire_line *line = stream->data;
    struct cg_wire *wire = line->wire;

    if (wire == NULL || count == 0) {
        return;
    }
    if (count > 0) {
        if (!wire_stream_feed(&line->stream, buffer->base, (size_t)count) ||
            !take_all(line, false)) {
            line_lost(line);
        }
        return;
    }
    (void)take_all(line, true);
    note(wire, "the peer has closed the %sline%s%s",
         line == wire->behind ? "first " : "", count == UV_EOF ? "" : ": ",
         count == UV_EOF ? "" : uv_strerror((int)count));
    wire->closed |= line != wire->behind;
    line_lost(line);
}

void wire_line_opened(struct wire_line *line)
{
    line->open = true;
    line->wire->logout = false;
    line->wire->peer_logout = false;
    uv_tcp_nodelay(&line->tcp, 1);
    (void)uv_read_start((uv_stream_t *)&line->tcp, on_alloc, on_read);
    note(line->wire, "connected");
}

/* --- connecting --------------------------------------------------------- */

static struct wire_line *line_new(struct cg_wire *wire)
{
    struct wire_line *line = calloc(1, sizeof(*line));

    if (line == NULL) {
        return NULL;
    }
    line->wire = wire;
    (void)uv_tcp_init(wire->options.loop, &line->tcp);
    line->tcp.data = line;
    line->request.data = line;
    line->lookup.data = line;
    return line;
}

static void on_connected(uv_connect_t *request, int status)
{
    struct wire_line *line = request->data;

    if (line->wire == NULL) {
        return;
    }
    if (status != 0) {
        failed(line->wire, "no connection to", status);
    } else {
        wire_line_opened(line);
    }
}

static void
on_looked_up(uv_getaddrinfo_t *lookup, int status, struct addrinfo *found)
{
    struct wire_line *line = lookup->data;

    line->looking = false;
    if (line->gone) {
        uv_freeaddrinfo(found);
        uv_close((uv_handle_t *)&line->tcp, on_line_closed);
        return;
    }
    if (status == 0) {
        status = uv_tcp_connect(&line->request, &line->tcp, found->ai_addr,
                                on_connected);
    }
    uv_freeaddrinfo(found);
    if (status != 0) {
        failed(line->wire, "no connection to", status);
    }
}

void wire_line_connect(struct cg_wire *wire)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM};
    char service[16];
    int error;

    wire->line = line_new(wire);
    if (wire->line == NULL) {
        failed(wire, "no connection to", UV_ENOMEM);
        return;
    }
    (void)snprintf(service, sizeof(service), "%d", wire->options.port);
    error = uv_getaddrinfo(wire->options.loop, &wire->line->lookup,
                           on_looked_up, wire->host, service, &hints);
    wire->line->looking = error == 0;
    if (error != 0) {
        failed(wire, "no connection to", error);
    }
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct cg_wire *wire = stream->data;
    struct wire_line *line = status == 0 ? line_new(wire) : NULL;

    if (line == NULL) {
        return;
    }
    if (uv_accept(stream, (uv_stream_t *)&line->tcp) != 0) {
        line_close(line);
        return;
    }
    if (wire->accepted != NULL) {
        line_close(wire->accepted); /* it has come again */
    }
    /* Not read before a step waits for it. */
    wire->accepted = line;
}

static int listen_at(struct cg_wire *wire)
{
    struct sockaddr_storage address;
    int error = uv_ip4_addr(wire->host, wire->options.port,
                            (struct sockaddr_in *)&address);

    if (error != 0) {
        error = uv_ip6_addr(wire->host, wire->options.port,
                            (struct sockaddr_in6 *)&address);
    }
    if (error == 0) {
        error = uv_tcp_bind(&wire->listener, (struct sockaddr *)&address, 0);
    }
    return error == 0
               ? uv_listen((uv_stream_t *)&wire->listener, 16, on_connection)
               : error;
}

int cg_wire_port(const struct cg_wire *wire)
{
    struct sockaddr_storage address;
    int len = sizeof(address);
    int error;

    if (!wire->listens) {
        return UV_EINVAL;
    }
    error = uv_tcp_getsockname(&wire->listener, (struct sockaddr *)&address,
                               &len);
    if (error != 0) {
        return error;
    }
    return ntohs(address.ss_family == AF_INET6
                     ? ((struct sockaddr_in6 *)&address)->sin6_port
                     : ((struct sockaddr_in *)&address)->sin_port);
}

/* --- opening ------------------------------------------------------------ */

/* Whether a step of the case takes a TestRequest. */
static bool expects_tests(const struct cg_script *script)
{
    for (size_t i = 0; i < script->step_count; i++) {
        const struct cg_script_step *step = &script->steps[i];

        if (step->wire && step->act == CG_SCRIPT_EXPECT &&
            cg_slice_is(step->type, "1")) {
            return true;
        }
    }
    return false;
}

/* A copy with SOH for |. */
static char *with_soh(const char *text)
{
    char *copy = strdup(text != NULL ? text : "");

    for (char *at = copy; at != NULL && *at != '\0'; at++) {
        *at = *at == '|' ? '\001' : *at;
    }
    return copy;
}

static struct cg_wire *wire_new(const struct cg_wire_options *options)
{
    const struct cg_config_session *session = options->session;
    struct cg_wire *wire = calloc(1, sizeof(*wire));

    if (wire == NULL) {
        return NULL;
    }
    wire->options = *options;
    if (options->messages_max == 0) {
        wire->options.messages_max = CG_WIRE_MESSAGES_MAX;
    }
    wire->host = strdup(options->host != NULL ? options->host : "127.0.0.1");
    wire->logon = with_soh(options->logon);
    wire->next_in = options->next_in > 0 ? options->next_in : 1;
    wire->stamp = (int)(wire_now() / (10 * CG_MS) % 10000000);
    wire->answers_tests = !expects_tests(options->script);
    wire->making = (struct wire_making){
        .version = session->version,
        .begin_string = session->begin_string,
        .ours = options->as_gate ? session->sender_comp_id
                                 : session->target_comp_id,
        .theirs = options->as_gate ? session->target_comp_id
                                   : session->sender_comp_id,
        .logon = wire->logon,
        .next_out = options->next_out > 0 ? options->next_out : 1,
    };
    if (wire->host == NULL || wire->logon == NULL) {
        free(wire->host);
        free(wire->logon);
        free(wire);
        return NULL;
    }
    return wire;
}

int cg_wire_open(const struct cg_wire_options *options,
                 char *error,
                 size_t error_len,
                 struct cg_wire **out)
{
    struct cg_wire *wire = wire_new(options);
    int status = 0;

    *out = NULL;
    if (wire == NULL) {
        (void)snprintf(error, error_len, "out of memory");
        return CG_ERR_MEMORY;
    }
    (void)uv_timer_init(options->loop, &wire->pause);
    wire->pause.data = wire;
    wire->handles = 1;
    if (options->listens) {
        wire->listens = true;
        wire->handles = 2;
        (void)uv_tcp_init(options->loop, &wire->listener);
        wire->listener.data = wire;
        status = listen_at(wire);
    }
    if (status != 0) {
        (void)snprintf(error, error_len,
                       "cannot listen at %s:%d: %s; end what listens there, or "
                       "choose another address",
                       wire->host, options->port, uv_strerror(status));
        cg_wire_close(wire);
        return status;
    }
    *out = wire;
    return 0;
}
