/*
 * FIX over a plain socket, for what no simulator would do.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "raw_fix.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sim_fields.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MS 15000

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int raw_fix_listen(int *port)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
        listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static bool readable(int fd, int timeout_ms)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    return poll(&entry, 1, timeout_ms) == 1;
}

bool raw_fix_accept(struct raw_fix *raw, int listener)
{
    *raw = (struct raw_fix){.fd = -1};
    if (readable(listener, TIMEOUT_MS)) {
        raw->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    }
    return raw->fd >= 0;
}

bool raw_fix_connect(struct raw_fix *raw, const char *port)
{
    int64_t number = 0;
    *raw = (struct raw_fix){.fd = -1};
    if (!sim_number_read(cg_slice_str(port), 0, &number)) {
        return false;
    }
    struct sockaddr_in address = loopback((int)number);
    raw->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return raw->fd >= 0 &&
           connect(raw->fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

void raw_fix_close(struct raw_fix *raw)
{
    if (raw->fd >= 0) {
        close(raw->fd);
    }
    raw->fd = -1;
}

bool raw_fix_write(struct raw_fix *raw, const char *bytes, size_t len)
{
    return send(raw->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

bool raw_fix_send(struct raw_fix *raw, const char *type, const char *fields)
{
    char body[4096];
    char message[4200];
    char clock[32];
    struct timespec now;
    unsigned sum = 0;
    clock_gettime(CLOCK_REALTIME, &now);
    sim_time_write((int64_t)now.tv_sec * 1000000000 + now.tv_nsec, clock);
    int body_len = snprintf(body, sizeof(body), "35=%s|52=%s|%s", type, clock,
                            fields);
    int len = snprintf(message, sizeof(message), "8=FIX.4.4|9=%d|%s", body_len,
                       body);
    for (int i = 0; i < len; i++) {
        message[i] = message[i] == '|' ? SIM_SOH : message[i];
        sum += (unsigned char)message[i];
    }
    len += snprintf(message + len, sizeof(message) - (size_t)len, "10=%03u%c",
                    sum % 256, SIM_SOH);
    return raw_fix_write(raw, message, (size_t)len);
}

/* The length of the whole message at the start, 0: not whole. */
static size_t whole(const struct raw_fix *raw)
{
    struct sim_reader reader;
    struct sim_field field;
    sim_reader_init(&reader, (struct cg_slice){raw->bytes, raw->len});
    while (sim_reader_next(&reader, &field)) {
        if (field.tag == 10) {
            return (size_t)(reader.at - raw->bytes);
        }
    }
    return 0;
}

static bool read_some(struct raw_fix *raw)
{
    if (!readable(raw->fd, TIMEOUT_MS)) {
        return false;
    }
    ssize_t count = recv(raw->fd, raw->bytes + raw->len,
                         sizeof(raw->bytes) - raw->len, 0);
    raw->len += count > 0 ? (size_t)count : 0;
    return count > 0;
}

struct cg_slice raw_fix_next(struct raw_fix *raw)
{
    raw->len -= raw->used;
    memmove(raw->bytes, raw->bytes + raw->used, raw->len);
    raw->used = 0;
    while (whole(raw) == 0) {
        if (!read_some(raw)) {
            return (struct cg_slice){0};
        }
    }
    raw->used = whole(raw);
    return (struct cg_slice){raw->bytes, raw->used};
}

struct cg_slice raw_fix_await(struct raw_fix *raw, const char *type)
{
    struct cg_slice message;
    do {
        message = raw_fix_next(raw);
    } while (message.len > 0 &&
             !cg_slice_is(sim_field_find(message, 35), type));
    return message;
}

bool raw_fix_closed(struct raw_fix *raw, int timeout_ms)
{
    char byte;
    while (readable(raw->fd, timeout_ms)) {
        if (recv(raw->fd, &byte, 1, 0) <= 0) {
            return true;
        }
    }
    return false;
}
