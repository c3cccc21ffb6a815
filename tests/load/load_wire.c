/*
 * A client's session over a plain socket.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "load_wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define READ_MAX 65536
#define READ_SLOWLY 4096
#define SECOND INT64_C(1000000000)

struct wire_line {
    uv_tcp_t tcp;
    uv_connect_t connecting;
    struct wire *wire; /* NULL when the wire has let go of it */
    bool reading;
    char scratch[READ_MAX];
};

struct wire_write {
    uv_write_t request;
    char bytes[];
};

int64_t wire_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

void wire_init(struct wire *wire,
               uv_loop_t *loop,
               const char *name,
               int port,
               int heartbeat_s)
{
    *wire = (struct wire){.loop = loop,
                          .name = name,
                          .port = port,
                          .heartbeat_s = heartbeat_s,
                          .next_out = 1,
                          .next_in = 1};
}

__attribute__((format(printf, 2, 3))) static void
fail(struct wire *wire, const char *format, ...)
{
    va_list arguments;
    if (wire->failure[0] != '\0') {
        return;
    }
    va_start(arguments, format);
    vsnprintf(wire->failure, sizeof(wire->failure), format, arguments);
    va_end(arguments);
}

static void bytes_add(struct wire_bytes *bytes, const char *data, size_t len)
{
    if (bytes->size - bytes->len < len) {
        bytes->size = (bytes->len + len) * 2;
        bytes->data = sim_grow(bytes->data, bytes->size, 1);
    }
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
}

static void bytes_drop(struct wire_bytes *bytes, size_t len)
{
    bytes->len -= len;
    if (bytes->len > 0) {
        memmove(bytes->data, bytes->data + len, bytes->len);
    }
}

/* --- the line ------------------------------------------------------------ */

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void let_go(struct wire *wire)
{
    wire->line->wire = NULL;
    wire->line = NULL;
    wire->state = WIRE_DOWN;
    wire->asked = false;
    wire->heard_ns = 0;
    wire->in.len = 0;
    wire->out.len = 0;
}

static void lose(struct wire *wire)
{
    uv_close((uv_handle_t *)&wire->line->tcp, on_closed);
    let_go(wire);
    wire->lost++;
}

void wire_cut(struct wire *wire, bool reset)
{
    if (wire->line == NULL) {
        return;
    }
    uv_tcp_t *tcp = &wire->line->tcp;
    if (!reset || uv_tcp_close_reset(tcp, on_closed) != 0) {
        uv_close((uv_handle_t *)tcp, on_closed);
    }
    let_go(wire);
}

void wire_deinit(struct wire *wire)
{
    wire_cut(wire, false);
    for (size_t i = 0; i < WIRE_KEPT; i++) {
        free(wire->kept[i].body);
    }
    free(wire->in.data);
    free(wire->out.data);
    *wire = (struct wire){0};
}

static void on_written(uv_write_t *request, int status)
{
    (void)status; /* a line that breaks is told by reading, too */
    free(request->data);
}

/* Hands over what is to be said; the system and libuv hold it from here. */
static void flush(struct wire *wire)
{
    if (wire->out.len == 0 || wire->line == NULL ||
        wire->state == WIRE_CONNECTING) {
        return;
    }
    uv_stream_t *stream = (uv_stream_t *)&wire->line->tcp;
    struct wire_write *write = sim_grow(NULL, 1,
                                        sizeof(*write) + wire->out.len);
    memcpy(write->bytes, wire->out.data, wire->out.len);
    uv_buf_t buffer = uv_buf_init(write->bytes, (unsigned)wire->out.len);
    write->request.data = write;
    wire->out.len = 0;
    if (uv_write(&write->request, stream, &buffer, 1, on_written) != 0) {
        free(write);
        lose(wire);
    }
}

/* --- saying -------------------------------------------------------------- */

static struct wire_kept *kept_at(struct wire *wire, int64_t seq)
{
    return &wire->kept[seq % WIRE_KEPT];
}

static void put(struct wire *wire,
                char type,
                int64_t seq,
                int64_t first_ns, /* 0: not said before */
                struct cg_slice body)
{
    char time[32];
    char first[32];
    char part[192];
    char head[32];
    char tail[16];
    int64_t now = wire_now();
    int len = snprintf(
        part, sizeof(part), "35=%c\00134=%lld\00149=%s\00156=GATE\00152=%s\001",
        type, (long long)seq, wire->name, sim_time_write(now, time));
    if (first_ns != 0) {
        len += snprintf(part + len, sizeof(part) - (size_t)len,
                        "43=Y\001122=%s\001", sim_time_write(first_ns, first));
    }
    int head_len = snprintf(head, sizeof(head), "8=FIX.4.4\0019=%zu\001",
                            (size_t)len + body.len);
    size_t from = wire->out.len;
    bytes_add(&wire->out, head, (size_t)head_len);
    bytes_add(&wire->out, part, (size_t)len);
    bytes_add(&wire->out, body.data, body.len);
    unsigned sum = 0;
    for (size_t i = from; i < wire->out.len; i++) {
        sum += (unsigned char)wire->out.data[i];
    }
    int tail_len = snprintf(tail, sizeof(tail), "10=%03u\001", sum % 256);
    bytes_add(&wire->out, tail, (size_t)tail_len);
    wire->said_ns = now;
}

static void keep(struct wire *wire, char type, struct cg_slice body)
{
    struct wire_kept *kept = kept_at(wire, wire->next_out);
    free(kept->body);
    *kept = (struct wire_kept){.type = type, .at_ns = wire_now()};
    if (body.data != NULL) {
        kept->body = sim_copy(body);
        kept->len = body.len;
    }
}

void wire_send(struct wire *wire, char type, struct cg_slice body)
{
    keep(wire, type, body);
    if (wire->state == WIRE_ON) {
        put(wire, type, wire->next_out, 0, body);
    }
    wire->next_out++;
}

void wire_admin(struct wire *wire, char type, struct cg_slice body)
{
    keep(wire, type, (struct cg_slice){NULL, 0});
    put(wire, type, wire->next_out++, 0, body);
    flush(wire);
}

static void admin(struct wire *wire, char type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void admin(struct wire *wire, char type, const char *format, ...)
{
    char body[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(body, sizeof(body), format, arguments);
    va_end(arguments);
    wire_admin(wire, type, cg_slice_str(body));
}

static void fill_gap(struct wire *wire, int64_t from, int64_t to)
{
    char body[64];
    snprintf(body, sizeof(body), "123=Y\00136=%lld\001", (long long)to);
    if (from < to) {
        put(wire, '4', from, wire_now(), cg_slice_str(body));
    }
}

/* All from |from| on: orders again with 43=Y, the rest as a gap. */
static void resend(struct wire *wire, int64_t from)
{
    int64_t gap = from;
    if (wire->next_out - from > WIRE_KEPT) {
        fail(wire, "the gate asks for %lld again, too long ago",
             (long long)from);
        return;
    }
    for (int64_t seq = from; seq < wire->next_out; seq++) {
        const struct wire_kept *kept = kept_at(wire, seq);
        if (kept->body == NULL) {
            continue;
        }
        fill_gap(wire, gap, seq);
        put(wire, kept->type, seq, kept->at_ns,
            (struct cg_slice){kept->body, kept->len});
        wire->resent_out++;
        gap = seq + 1;
    }
    fill_gap(wire, gap, wire->next_out);
    flush(wire);
}

/* --- hearing ------------------------------------------------------------- */

static int64_t number(struct cg_slice message, int tag)
{
    int64_t value = 0;
    return sim_field_number(message, tag, 0, &value) ? value : 0;
}

static void answer_test(struct wire *wire, struct cg_slice message)
{
    struct cg_slice id = sim_field_find(message, 112);
    admin(wire, '0', "112=%.*s\001", (int)id.len, id.data);
}

static void logged_on(struct wire *wire)
{
    wire->state = WIRE_ON;
    wire->logons++;
}

/* A message whose turn it is. */
static void take(struct wire *wire, char type, struct cg_slice message)
{
    wire->messages++;
    switch (type) {
    case '1':
        answer_test(wire, message);
        break;
    case '2':
        resend(wire, number(message, 7));
        break;
    case '3':
        fail(wire, "the gate rejects a message: %.*s",
             (int)(message.len < 110 ? message.len : 110), message.data);
        break;
    case '5':
        wire->logouts++;
        admin(wire, '5', "%s", "");
        break;
    case '0':
        if (sim_field_find(message, 112).data == NULL) {
            break;
        }
        __attribute__((fallthrough));
    default:
        wire->heard(wire->user, type, message);
        break;
    }
}

/* 36 of a gap fill names the number that comes next. */
static void gap_filled(struct wire *wire, struct cg_slice message)
{
    int64_t next = number(message, 36);
    if (next > wire->next_in) {
        wire->next_in = next;
    }
}

static void in_turn(struct wire *wire, char type, struct cg_slice message)
{
    wire->asked = false;
    wire->next_in++;
    wire->resent_in += sim_field_char(message, 43, 'N') == 'Y';
    if (type == '4') {
        gap_filled(wire, message);
    } else if (type != 'A') {
        take(wire, type, message);
    }
}

static void note_silence(struct wire *wire)
{
    int64_t now = wire_now();
    bool counts = wire->heard_ns != 0 && wire->reads == WIRE_READS;
    int64_t silence = counts ? now - wire->heard_ns : 0;
    wire->late += silence > 2 * wire->heartbeat_s * SECOND;
    if (silence > wire->silence_ns) {
        wire->silence_ns = silence;
    }
    wire->heard_ns = now;
}

static void hear(struct wire *wire, struct cg_slice message)
{
    char type = sim_field_char(message, 35, '?');
    int64_t seq = number(message, 34);
    note_silence(wire);
    if (type == 'A') {
        logged_on(wire);
    }
    if (seq == wire->next_in) {
        in_turn(wire, type, message);
        return;
    }
    if (seq < wire->next_in) {
        if (sim_field_char(message, 43, 'N') != 'Y') {
            fail(wire, "34=%lld from the gate, %lld is next", (long long)seq,
                 (long long)wire->next_in);
        }
        return;
    }
    if (type == '2') { /* answered at once, else both would wait */
        resend(wire, number(message, 7));
    }
    if (!wire->asked) {
        admin(wire, '2', "7=%lld\00116=0\001", (long long)wire->next_in);
        wire->asked = true;
    }
}

/* Bytes of the first message in |data|; 0 when it is not whole. */
static size_t frame(const char *data, size_t len)
{
    static const char head[] = "8=FIX.4.4\0019=";
    size_t at = sizeof(head) - 1;
    size_t body = 0;
    if (len < at + 8 || memcmp(data, head, at) != 0) {
        return 0;
    }
    while (at < len && data[at] >= '0' && data[at] <= '9') {
        body = body * 10 + (size_t)(data[at++] - '0');
    }
    size_t all = at + 1 + body + 7;
    return all <= len ? all : 0;
}

static void take_bytes(struct wire *wire)
{
    struct wire_line *line = wire->line;
    size_t at = 0;
    size_t len = 0;
    while (wire->line == line &&
           (len = frame(wire->in.data + at, wire->in.len - at)) > 0) {
        hear(wire, (struct cg_slice){wire->in.data + at, len});
        at += len;
    }
    if (wire->line == line) {
        bytes_drop(&wire->in, at);
        flush(wire);
    }
}

static void stop_reading(struct wire_line *line)
{
    uv_read_stop((uv_stream_t *)&line->tcp);
    line->reading = false;
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    struct wire_line *line = stream->data;
    struct wire *wire = line->wire;
    if (wire == NULL || n == 0) {
        return;
    }
    if (n < 0) {
        lose(wire);
        return;
    }
    if (wire->reads != WIRE_READS) {
        stop_reading(line);
    }
    bytes_add(&wire->in, buffer->base, (size_t)n);
    take_bytes(wire);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buffer)
{
    struct wire_line *line = handle->data;
    bool slowly = line->wire != NULL && line->wire->reads != WIRE_READS;
    (void)hint;
    *buffer = uv_buf_init(line->scratch, slowly ? READ_SLOWLY : READ_MAX);
}

static void start_reading(struct wire *wire)
{
    struct wire_line *line = wire->line;
    if (line != NULL && !line->reading && wire->state != WIRE_CONNECTING) {
        line->reading = uv_read_start((uv_stream_t *)&line->tcp, on_alloc,
                                      on_read) == 0;
    }
}

void wire_read(struct wire *wire, enum wire_reads reads)
{
    wire->reads = reads;
    wire->heard_ns = 0;
    if (reads == WIRE_READS) {
        start_reading(wire);
    } else if (wire->line != NULL && wire->line->reading) {
        stop_reading(wire->line);
    }
}

/* --- logging on ---------------------------------------------------------- */

static void on_connected(uv_connect_t *request, int status)
{
    struct wire_line *line = request->data;
    struct wire *wire = line->wire;
    if (wire == NULL) {
        return;
    }
    if (status != 0) {
        lose(wire);
        return;
    }
    wire->state = WIRE_LOGON;
    uv_tcp_nodelay(&line->tcp, 1);
    admin(wire, 'A', "98=0\001108=%d\001", wire->heartbeat_s);
    start_reading(wire);
}

void wire_connect(struct wire *wire)
{
    struct sockaddr_in address;
    if (wire->state != WIRE_DOWN) {
        return;
    }
    struct wire_line *line = sim_grow(NULL, 1, sizeof(*line));
    uv_tcp_init(wire->loop, &line->tcp);
    line->tcp.data = line;
    line->connecting.data = line;
    line->wire = wire;
    line->reading = false;
    wire->line = line;
    wire->state = WIRE_CONNECTING;
    uv_ip4_addr("127.0.0.1", wire->port, &address);
    if (uv_tcp_connect(&line->connecting, &line->tcp,
                       (const struct sockaddr *)&address, on_connected) != 0) {
        lose(wire);
    }
}

void wire_tick(struct wire *wire)
{
    if (wire->state == WIRE_ON &&
        wire_now() - wire->said_ns >= wire->heartbeat_s * SECOND) {
        admin(wire, '0', "%s", "");
    }
    flush(wire);
    if (wire->line != NULL && wire->reads == WIRE_READS_SLOWLY) {
        start_reading(wire);
    }
}
