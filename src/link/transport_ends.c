/*
 * Where lines come from: listeners, and sessions that connect out.
 *
 * Must never let in a peer that no session of the listener allows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "transport_line.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MINUTE_MS 60000u

/* Lines that came in and have not said who they are. */
#define WAITING_MAX 256

static bool read_number(const char *text, long min, long max, long *number)
{
    char *end = NULL;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < min || value > max)
        return false;
    *number = value;
    return true;
}

/* IPv4 mapped into IPv6 counts as IPv4. */
static void normalise(struct allowed *address)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0,    0,
                                             0, 0, 0, 0, 0xff, 0xff};
    if (address->family != AF_INET6 ||
        memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
        return;
    address->family = AF_INET;
    memmove(address->bytes, address->bytes + 12, 4);
    memset(address->bytes + 4, 0, 12);
}

static bool parse_address(const char *text, struct allowed *address)
{
    memset(address, 0, sizeof(*address));
    address->family = AF_INET;
    if (uv_inet_pton(AF_INET, text, address->bytes) == 0)
        return true;
    address->family = AF_INET6;
    if (uv_inet_pton(AF_INET6, text, address->bytes) != 0)
        return false;
    normalise(address);
    return true;
}

static bool peer_address(const struct line *line, struct allowed *address)
{
    struct sockaddr_storage storage;
    int len = sizeof(storage);
    memset(address, 0, sizeof(*address));
    if (uv_tcp_getpeername(&line->tcp, (struct sockaddr *)&storage, &len) != 0)
        return false;
    address->family = storage.ss_family;
    if (storage.ss_family == AF_INET)
        memcpy(address->bytes, &((struct sockaddr_in *)&storage)->sin_addr, 4);
    else if (storage.ss_family == AF_INET6)
        memcpy(address->bytes, &((struct sockaddr_in6 *)&storage)->sin6_addr,
               16);
    else
        return false;
    normalise(address);
    return true;
}

bool ends_allow(const struct station *station, const struct line *line)
{
    struct allowed peer;
    if (station->allowed == NULL)
        return true;
    if (!peer_address(line, &peer))
        return false;
    for (size_t i = 0; i < station->allowed_len; i++) {
        if (station->allowed[i].family == peer.family &&
            memcmp(station->allowed[i].bytes, peer.bytes, 16) == 0)
            return true;
    }
    return false;
}

static bool any_allows(const struct line *line)
{
    const struct fix8c_transport *transport = line->transport;
    for (size_t i = 0; i < transport->stations_len; i++) {
        const struct station *station = &transport->stations[i];
        if (station->listener == line->listener && ends_allow(station, line))
            return true;
    }
    return false;
}

static int address_port(const struct sockaddr_storage *storage)
{
    if (storage->ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)storage)->sin6_port);
    return ntohs(((const struct sockaddr_in *)storage)->sin_port);
}

static void name_peer(struct line *line)
{
    struct sockaddr_storage storage;
    char text[INET6_ADDRSTRLEN] = "?";
    int len = sizeof(storage);
    if (uv_tcp_getpeername(&line->tcp, (struct sockaddr *)&storage, &len) !=
        0) {
        snprintf(line->peer, sizeof(line->peer), "?");
        return;
    }
    uv_ip_name((struct sockaddr *)&storage, text, sizeof(text));
    snprintf(line->peer, sizeof(line->peer), "%s:%d", text,
             address_port(&storage));
}

/* The one that has waited longest to log on: lines stand newest first. */
static struct line *oldest_waiting(const struct fix8c_transport *transport)
{
    struct line *oldest = NULL;
    for (struct line *line = transport->lines; line != NULL;
         line = line->next) {
        if (line->listener != NULL && line->station == NULL &&
            line->state == LINE_OPEN)
            oldest = line;
    }
    return oldest;
}

/* Takes the connection that has come in.  Until it is taken libuv listens no
 * more: without memory, it is tried again. */
static void take_connection(struct listener *listener)
{
    struct fix8c_transport *transport = listener->transport;
    struct line *line = line_new(transport);
    listener->owes = line == NULL;
    if (line == NULL)
        return;
    line->listener = listener;
    if (uv_accept((uv_stream_t *)&listener->tcp, (uv_stream_t *)&line->tcp) !=
        0) {
        line_cut(line, NULL);
        return;
    }
    name_peer(line);
    line->state = LINE_OPEN;
    transport->waiting++;
    /* A client logs on at once: who says nothing for long makes room. */
    if (transport->waiting > WAITING_MAX)
        line_cut(oldest_waiting(transport), "too many wait to log on");
    if (!any_allows(line)) {
        line_cut(line, "the address is not allowed");
        return;
    }
    uv_tcp_nodelay(&line->tcp, 1);
    uv_tcp_keepalive(&line->tcp, 1, 60);
    line->deadline = uv_now(transport->loop) +
                     transport->options.logon_timeout_ms;
    transport_watch(transport);
    line_start(line);
}

static void on_connection(uv_stream_t *stream, int status)
{
    if (status == 0)
        take_connection(stream->data);
}

void ends_take_owed(struct fix8c_transport *transport)
{
    struct listener *listener = transport->listeners;
    for (; transport_connects(transport) && listener != NULL;
         listener = listener->next) {
        if (listener->owes)
            take_connection(listener);
    }
}

static int
to_sockaddr(const char *host, int port, struct sockaddr_storage *storage)
{
    if (uv_ip4_addr(host, port, (struct sockaddr_in *)storage) == 0)
        return 0;
    return uv_ip6_addr(host, port, (struct sockaddr_in6 *)storage);
}

/* Binds and listens; returns 0 or a libuv error. */
static int listen_on(struct listener *listener)
{
    struct fix8c_transport *transport = listener->transport;
    struct sockaddr_storage storage;
    int len = sizeof(storage);
    int result = to_sockaddr(listener->address, listener->asked_port, &storage);
    if (result == 0)
        result = uv_tcp_bind(&listener->tcp, (struct sockaddr *)&storage, 0);
    if (result == 0)
        result = uv_listen((uv_stream_t *)&listener->tcp,
                           transport->options.backlog, on_connection);
    if (result == 0)
        result = uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&storage,
                                    &len);
    if (result == 0)
        listener->port = address_port(&storage);
    return result;
}

/* The listener of an address; opens it for its first session. */
static int find_listener(struct station *station, const char *address, int port)
{
    struct fix8c_transport *transport = station->transport;
    struct listener *listener = transport->listeners;
    for (; listener != NULL; listener = listener->next) {
        if (listener->asked_port == port &&
            strcmp(listener->address, address) == 0) {
            station->listener = listener;
            return 0;
        }
    }
    listener = calloc(1, sizeof(*listener));
    if (listener == NULL)
        return UV_ENOMEM;
    listener->transport = transport;
    listener->asked_port = port;
    snprintf(listener->address, sizeof(listener->address), "%s", address);
    int result = uv_tcp_init(transport->loop, &listener->tcp);
    if (result != 0) {
        free(listener);
        return result;
    }
    transport->handles++;
    listener->tcp.data = listener;
    listener->next = transport->listeners;
    transport->listeners = listener;
    station->listener = listener;
    return listen_on(listener);
}

static int complain(const struct station *station,
                    const char *what,
                    const char *value,
                    char *error,
                    size_t error_len)
{
    snprintf(error, error_len, "%s: %s: %s",
             fix8c_session_name(station->session), what, value);
    return FIX8C_ERR_SETTINGS;
}

static int open_acceptor(struct station *station, char *error, size_t error_len)
{
    long port = 0;
    const char *text = fix8c_session_setting(station->session,
                                             "SocketAcceptPort");
    const char *address = fix8c_session_setting(station->session,
                                                "SocketAcceptAddress");
    if (text == NULL || !read_number(text, 0, 65535, &port))
        return complain(station, "SocketAcceptPort must be a port",
                        text != NULL ? text : "absent", error, error_len);
    if (address == NULL)
        address = "127.0.0.1";
    int result = find_listener(station, address, (int)port);
    if (result == 0)
        return 0;
    snprintf(error, error_len, "%s: %s port %ld: %s",
             fix8c_session_name(station->session), address, port,
             uv_strerror(result));
    return result;
}

static int
open_initiator(struct station *station, char *error, size_t error_len)
{
    long port = 0;
    long seconds = 1;
    const char *text = fix8c_session_setting(station->session,
                                             "SocketConnectPort");
    const char *interval = fix8c_session_setting(station->session,
                                                 "ReconnectInterval");
    station->host = fix8c_session_setting(station->session,
                                          "SocketConnectHost");
    if (station->host == NULL)
        return complain(station, "SocketConnectHost is", "absent", error,
                        error_len);
    if (text == NULL || !read_number(text, 1, 65535, &port))
        return complain(station, "SocketConnectPort must be a port",
                        text != NULL ? text : "absent", error, error_len);
    if (interval != NULL && !read_number(interval, 1, 86400, &seconds))
        return complain(station, "ReconnectInterval must be seconds", interval,
                        error, error_len);
    station->port = (int)port;
    station->interval_ms = (uint64_t)seconds * 1000;
    station->due = uv_now(station->transport->loop);
    return 0;
}

/* "10.0.0.1, 10.0.0.2" into addresses. */
static int open_allowed(struct station *station, char *error, size_t error_len)
{
    const char *list = fix8c_session_setting(station->session,
                                             "AllowedAddresses");
    if (list == NULL)
        return 0;
    station->allowed = calloc(strlen(list) / 2 + 1, sizeof(struct allowed));
    if (station->allowed == NULL)
        return FIX8C_ERR_MEMORY;
    while (*list != '\0') {
        char text[64];
        size_t skip = strspn(list, ", \t");
        size_t len = strcspn(list + skip, ", \t");
        list += skip;
        if (len == 0)
            break;
        snprintf(text, sizeof(text), "%.*s", (int)len, list);
        if (len >= sizeof(text) ||
            !parse_address(text, &station->allowed[station->allowed_len]))
            return complain(station, "AllowedAddresses has no address in", text,
                            error, error_len);
        station->allowed_len++;
        list += len;
    }
    return 0;
}

static bool wants_nodelay(const struct station *station)
{
    const char *text = fix8c_session_setting(station->session, "SocketNodelay");
    return text == NULL || strcasecmp(text, "N") != 0;
}

int ends_open(struct fix8c_transport *transport, char *error, size_t error_len)
{
    size_t n = fix8c_engine_sessions(transport->engine);
    transport->stations = calloc(n, sizeof(struct station));
    if (transport->stations == NULL)
        return FIX8C_ERR_MEMORY;
    transport->stations_len = n;
    for (size_t i = 0; i < n; i++) {
        struct station *station = &transport->stations[i];
        station->transport = transport;
        station->session = fix8c_engine_session(transport->engine, i);
        station->due = NEVER;
        station->nodelay = wants_nodelay(station);
    }
    for (size_t i = 0; i < n; i++) {
        struct station *station = &transport->stations[i];
        int result = open_allowed(station, error, error_len);
        if (result == 0)
            result = fix8c_session_initiator(station->session)
                         ? open_initiator(station, error, error_len)
                         : open_acceptor(station, error, error_len);
        if (result != 0)
            return result;
    }
    return 0;
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct listener *listener = handle->data;
    transport_handle_closed(listener->transport);
}

void ends_close(struct fix8c_transport *transport)
{
    struct listener *listener = transport->listeners;
    for (; listener != NULL; listener = listener->next) {
        if (!uv_is_closing((uv_handle_t *)&listener->tcp))
            uv_close((uv_handle_t *)&listener->tcp, on_listener_closed);
    }
    for (size_t i = 0; i < transport->stations_len; i++) {
        struct station *station = &transport->stations[i];
        station->due = NEVER;
        if (station->resolves)
            uv_cancel((uv_req_t *)&station->resolving);
    }
}

void ends_free(struct fix8c_transport *transport)
{
    while (transport->listeners != NULL) {
        struct listener *next = transport->listeners->next;
        free(transport->listeners);
        transport->listeners = next;
    }
    for (size_t i = 0; i < transport->stations_len; i++)
        free(transport->stations[i].allowed);
    free(transport->stations);
}

static void retry_later(struct station *station)
{
    station->due = uv_now(station->transport->loop) + station->interval_ms;
    transport_watch(station->transport);
}

/* Said once, and then about once a minute: the peer may be away for hours. */
static void say_failure(struct station *station, int status)
{
    uint64_t interval = station->interval_ms;
    uint64_t each = interval < MINUTE_MS ? MINUTE_MS / interval : 1;
    if (status != station->failure) {
        station->failure = status;
        station->failures = 0;
    }
    if (station->failures++ % each == 0)
        transport_event(
            station->transport, "%s at %.64s:%d: %s, trying again every %g s",
            fix8c_session_name(station->session), station->host, station->port,
            uv_strerror(status), (double)interval / 1000);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct line *line = request->data;
    struct station *station = line->station;
    if (line->state == LINE_GONE)
        return;
    if (status != 0) {
        say_failure(station, status);
        line_cut(line, NULL);
        return;
    }
    station->failure = 0;
    uv_tcp_keepalive(&line->tcp, 1, 60);
    line->state = LINE_OPEN;
    line->deadline = NEVER;
    line->transport->dirty = true;
    int result = line_attach(line, station);
    if (result == FIX8C_ERR_STORE)
        transport_fail(line->transport, result);
    else if (result != 0)
        line_cut(line, "the session is closed to Logons");
    else
        line_start(line);
}

static void connect_to(struct station *station, const struct sockaddr *address)
{
    struct fix8c_transport *transport = station->transport;
    struct line *line = line_new(transport);
    if (line == NULL) {
        retry_later(station);
        return;
    }
    snprintf(line->peer, sizeof(line->peer), "%.64s:%d", station->host,
             station->port);
    line->station = station;
    station->line = line;
    station->due = NEVER;
    line->connecting.data = line;
    line->deadline = uv_now(transport->loop) +
                     transport->options.logon_timeout_ms;
    int result = uv_tcp_connect(&line->connecting, &line->tcp, address,
                                on_connected);
    if (result != 0) {
        say_failure(station, result);
        line_cut(line, NULL);
    }
    transport_watch(transport);
}

/* A name can have several addresses: each attempt takes the next. */
static const struct sockaddr *pick(struct station *station,
                                   const struct addrinfo *found)
{
    unsigned count = 0;
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
        count++;
    unsigned skip = station->attempts++ % count;
    for (; skip > 0; skip--)
        found = found->ai_next;
    return found->ai_addr;
}

static void
on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct station *station = request->data;
    struct fix8c_transport *transport = station->transport;
    station->resolves = false;
    if (transport->closing || transport->failed) {
        uv_freeaddrinfo(found);
        transport_handle_closed(transport);
        return;
    }
    transport->handles--;
    if (transport->quiet) {
        uv_freeaddrinfo(found);
        return;
    }
    if (status == 0 && found != NULL) {
        connect_to(station, pick(station, found));
    } else {
        say_failure(station, status);
        retry_later(station);
    }
    uv_freeaddrinfo(found);
}

static void resolve(struct station *station)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    char port[16];
    snprintf(port, sizeof(port), "%d", station->port);
    station->resolving.data = station;
    station->due = NEVER;
    if (uv_getaddrinfo(station->transport->loop, &station->resolving,
                       on_resolved, station->host, port, &hints) != 0) {
        retry_later(station);
        return;
    }
    station->resolves = true;
    station->transport->handles++;
}

void ends_connect_due(struct fix8c_transport *transport, uint64_t now)
{
    struct sockaddr_storage address;
    for (size_t i = 0; i < transport->stations_len; i++) {
        struct station *station = &transport->stations[i];
        if (station->due > now)
            continue;
        if (!fix8c_session_enabled(station->session))
            retry_later(station);
        else if (to_sockaddr(station->host, station->port, &address) == 0)
            connect_to(station, (struct sockaddr *)&address);
        else
            resolve(station);
    }
}
