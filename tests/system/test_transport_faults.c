/*
 * The transport when memory, sockets, names or the message store fail: the line
 * that is hit ends, with a word about it, and all others go on; with the store
 * everything ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_calls.h"
#include "failing_memory.h"
#include "transport_sides.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* --- calls of libuv ---------------------------------------------------------
 */

#define WRAP(name, parameters, arguments)                                      \
    FAILING_CALL(int, name, parameters, arguments, failing.error)

WRAP(uv_read_start,
     (uv_stream_t * stream, uv_alloc_cb alloc, uv_read_cb read),
     (stream, alloc, read))
WRAP(uv_shutdown,
     (uv_shutdown_t * request, uv_stream_t *stream, uv_shutdown_cb done),
     (request, stream, done))
WRAP(uv_tcp_init, (uv_loop_t * of, uv_tcp_t *tcp), (of, tcp))
WRAP(uv_write,
     (uv_write_t * request,
      uv_stream_t *stream,
      const uv_buf_t *buffers,
      unsigned count,
      uv_write_cb done),
     (request, stream, buffers, count, done))

static bool writes_later; /* the system takes nothing at once */

WRAPPED(uv_try_write);

int __wrap_uv_try_write(uv_stream_t *stream,
                        const uv_buf_t *buffers,
                        unsigned count)
{
    if (writes_later) {
        return UV_EAGAIN;
    }
    return failing_now("uv_try_write")
               ? failing.error
               : __real_uv_try_write(stream, buffers, count);
}

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

WRAPPED(uv_accept);

/* One that fails takes the connection away all the same. */
int __wrap_uv_accept(uv_stream_t *from, uv_stream_t *to)
{
    if (!failing_now("uv_accept")) {
        return __real_uv_accept(from, to);
    }
    uv_tcp_t *lost = malloc(sizeof(*lost));
    assert_non_null(lost);
    assert_int_equal(uv_tcp_init(&loop, lost), 0);
    assert_int_equal(__real_uv_accept(from, (uv_stream_t *)lost), 0);
    uv_close((uv_handle_t *)lost, free_handle);
    return failing.error;
}

/* Where peers pretend to come from; NULL: from where they do. */
static const char *pretended;

WRAPPED(uv_tcp_getpeername);

int __wrap_uv_tcp_getpeername(const uv_tcp_t *tcp,
                              struct sockaddr *address,
                              int *len)
{
    if (failing_now("uv_tcp_getpeername")) {
        return failing.error;
    }
    int result = __real_uv_tcp_getpeername(tcp, address, len);
    if (pretended != NULL && strcmp(pretended, "unix") == 0) {
        address->sa_family = AF_UNIX;
    } else if (pretended != NULL) {
        assert_int_equal(
            uv_ip6_addr(pretended, 4711, (struct sockaddr_in6 *)address), 0);
    }
    return result;
}

/* What becomes of connects: they are lost, or their session is closed first. */
static bool connects_are_lost;
static struct fix8c_session *closed_at_connect;
static int connects;

WRAPPED(uv_tcp_connect);

int __wrap_uv_tcp_connect(uv_connect_t *request,
                          uv_tcp_t *tcp,
                          const struct sockaddr *address,
                          uv_connect_cb done)
{
    connects++;
    if (closed_at_connect != NULL) {
        assert_int_equal(fix8c_session_logout(closed_at_connect, NULL), 0);
    }
    if (failing_now("uv_tcp_connect")) {
        return failing.error;
    }
    return connects_are_lost
               ? 0
               : __real_uv_tcp_connect(request, tcp, address, done);
}

/* Names are found out when a test says so. */
static bool names_wait;
static uv_getaddrinfo_t *asked;
static uv_getaddrinfo_cb asked_done;

WRAPPED(uv_getaddrinfo);

int __wrap_uv_getaddrinfo(uv_loop_t *of,
                          uv_getaddrinfo_t *request,
                          uv_getaddrinfo_cb done,
                          const char *host,
                          const char *port,
                          const struct addrinfo *hints)
{
    if (failing_now("uv_getaddrinfo")) {
        return failing.error;
    }
    if (!names_wait) {
        return __real_uv_getaddrinfo(of, request, done, host, port, hints);
    }
    asked = request;
    asked_done = done;
    return 0;
}

WRAPPED(uv_freeaddrinfo);

void __wrap_uv_freeaddrinfo(struct addrinfo *found)
{
    if (!names_wait) {
        __real_uv_freeaddrinfo(found);
    }
}

static void name_is(int status, struct addrinfo *found)
{
    uv_getaddrinfo_t *request = asked;
    assert_non_null(request);
    asked = NULL;
    asked_done(request, status, found);
}

static int setup(void **state)
{
    failing_never();
    countdown = -1;
    for_good = writes_later = connects_are_lost = names_wait = false;
    pretended = NULL;
    closed_at_connect = NULL;
    asked = NULL;
    connects = 0;
    sides_store = NULL;
    return open_loop(state);
}

static bool told(const struct side *side, const char *words)
{
    return strstr(side->events, words) != NULL;
}

/* A Logon that begins with new numbers. */
static void say_logon(struct raw *raw)
{
    char bytes[512];
    raw_say(raw, bytes, message(bytes, "A", 1, "98=0|108=30|141=Y|"));
}

/* A line that is logged on. */
static void log_on(struct raw *raw, struct side *a)
{
    int before = a->logons;
    raw_open(raw, port_of(a));
    say_logon(raw);
    RUN_UNTIL(a->logons > before && raw->got > 0);
}

/* Whatever has happened: somebody can still log on, and talk. */
static void goes_on(struct side *a)
{
    struct raw raw;
    failing_never();
    countdown = -1;
    writes_later = false;
    log_on(&raw, a);
    raw_close(&raw);
    RUN_UNTIL(!fix8c_session_attached(a->session));
    assert_int_equal(a->failed, 0);
}

/* --- opening ----------------------------------------------------------------
 */

static const char two_listeners[] =
    "[DEFAULT]\nConnectionType=acceptor\nBeginString=FIX.4.4\n"
    "SenderCompID=ACC\nSocketAcceptPort=0\nAllowedAddresses=127.0.0.1, \n"
    "SocketNodelay=%s\n"
    "[SESSION]\nTargetCompID=INI\n"
    "[SESSION]\nTargetCompID=INJ\nSocketAcceptAddress=127.0.0.2\n";

/* Without memory, or a socket, there is no transport, and nothing is left. */
static void test_faults_open(void **state)
{
    struct fix8c_engine *engine = NULL;
    struct fix8c_transport *transport = NULL;
    char error[256];
    char settings[512];
    long n = 1;
    (void)state;
    snprintf(settings, sizeof(settings), two_listeners, "n");
    assert_int_equal(
        fix8c_engine_open(settings, NULL, error, sizeof(error), &engine), 0);
    for (; transport == NULL; n++) {
        countdown = n;
        failures = 0;
        int result = fix8c_transport_open(&loop, engine, NULL, error, 0,
                                          &transport);
        countdown = -1;
        assert_true((transport == NULL) == (failures > 0));
        if (transport == NULL) {
            assert_true(result == FIX8C_ERR_MEMORY || result == UV_ENOMEM);
            uv_run(&loop, UV_RUN_NOWAIT);
        }
    }
    assert_true(n > 6); /* itself, stations, two lists, two listeners */
    struct fix8c_session *one = fix8c_engine_session(engine, 0);
    assert_int_not_equal(
        fix8c_transport_port(transport, one),
        fix8c_transport_port(transport, fix8c_engine_session(engine, 1)));
    assert_int_equal(fix8c_transport_port(transport, NULL), FIX8C_ERR_UNKNOWN);
    fix8c_transport_drop(transport, NULL);
    fix8c_transport_drop(transport, one); /* has no line */
    fix8c_transport_close(transport, NULL);
    fix8c_transport_close(NULL, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_run(&loop, UV_RUN_NOWAIT);
    failing_once("uv_tcp_init", 1, UV_EMFILE);
    assert_int_equal(fix8c_transport_open(&loop, engine, NULL, error,
                                          sizeof(error), &transport),
                     UV_EMFILE);
    assert_string_equal(error, "FIX.4.4:ACC->INJ: 127.0.0.2 port 0: too many "
                               "open files");
    uv_run(&loop, UV_RUN_NOWAIT);
    fix8c_engine_close(engine);
}

/* What is no port, no number of seconds and no address is said. */
static void test_faults_settings(void **state)
{
    static const char *const cases[][2] = {
        {"ConnectionType=acceptor\nSocketAcceptPort=12x", "12x"},
        {"ConnectionType=acceptor\nSocketAcceptPort=-1", "-1"},
        {"ConnectionType=acceptor\nSocketAcceptPort=", "must be a port"},
        {"ConnectionType=initiator\nSocketConnectHost=::1\n"
         "SocketConnectPort=65536",
         "SocketConnectPort must be a port: 65536"},
        {"ConnectionType=acceptor\nSocketAcceptPort=0\n"
         "AllowedAddresses="
         "1111111111111111111111111111111111111111111111111111111111111111",
         "AllowedAddresses has no address in: 111111111111"},
    };
    (void)state;
    for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        assert_int_equal(side_refused(cases[n][0], cases[n][1]),
                         FIX8C_ERR_SETTINGS);
    }
}

/* --- lines that come in ------------------------------------------------------
 */

/* A connection that there is no memory for is taken as soon as there is some,
 * and those after it, too. */
static void test_faults_no_memory_for_a_connection(void **state)
{
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "SocketNodelay=Y", defaults);
    for (int n = 0; n < 2; n++) {
        int logons = a.logons;
        if (n == 0)
            countdown = 1;
        else
            failing_once("uv_tcp_init", 1, UV_EMFILE);
        raw_open(&raw, port_of(&a));
        RUN_UNTIL(countdown != 1 && failing.name == NULL);
        say_logon(&raw);
        RUN_UNTIL(a.logons > logons && raw.got > 0);
        raw_close(&raw);
        RUN_UNTIL(a.logouts > logons);
    }
    goes_on(&a);
    side_close(&a);
}

/* One that cannot be taken, or read, is over. */
static void test_faults_connection_is_over(void **state)
{
    static const char *const calls[][2] = {{"uv_accept", ""},
                                           {"uv_read_start", "cannot be read"}};
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "", defaults);
    for (int n = 0; n < 2; n++) {
        failing_once(calls[n][0], 0, UV_EMFILE);
        raw_open_deaf(&raw, port_of(&a));
        RUN_UNTIL(failing.name == NULL);
        raw_start_read(&raw);
        RUN_UNTIL(raw.ended);
        assert_true(told(&a, calls[n][1]));
        raw_close(&raw);
        goes_on(&a);
    }
    side_close(&a);
}

static void comes_from(const char *address, const char *allowed, bool passes)
{
    struct side a;
    struct raw raw;
    char settings[128];
    pretended = address;
    snprintf(settings, sizeof(settings), "AllowedAddresses=%s", allowed);
    acceptor_open(&a, settings, defaults);
    raw_open(&raw, port_of(&a));
    raw_logon(&raw);
    RUN_UNTIL(a.logons == 1 || raw.ended);
    assert_int_equal(a.logons, passes);
    assert_int_equal(told(&a, "the address is not allowed"), !passes);
    raw_close(&raw);
    RUN_UNTIL(a.logouts == passes);
    if (address != NULL && passes)
        assert_true(told(&a, ":4711: "));
    side_close(&a);
}

/* An address of the old kind within the new one is the same; one of no known
 * kind is never allowed, nor is one that nobody can tell. */
static void test_faults_addresses(void **state)
{
    struct side a;
    struct raw raw;
    (void)state;
    comes_from(NULL, "::ffff:127.0.0.1", true);
    comes_from("::ffff:10.1.2.3", "10.1.2.3", true);
    comes_from("::ffff:10.1.2.4", "10.1.2.3", false);
    comes_from("2001:db8::1", "10.1.2.3,2001:db8::1,", true);
    comes_from("2001:db8::2", "2001:db8::1", false);
    comes_from("unix", "127.0.0.1", false);
    pretended = NULL;
    acceptor_open(&a, "AllowedAddresses=127.0.0.1", defaults);
    failing_once("uv_tcp_getpeername", 1, UV_ENOTCONN);
    raw_open(&raw, port_of(&a));
    RUN_UNTIL(raw.ended);
    assert_true(told(&a, "127.0.0.1:"));
    assert_true(told(&a, ": the address is not allowed"));
    raw_close(&raw);
    goes_on(&a);
    failing_once("uv_tcp_getpeername", 0, UV_ENOTCONN);
    raw_open(&raw, port_of(&a));
    raw_say(&raw, "GET / HTTP/1.1\r\n", 16);
    RUN_UNTIL(raw.ended);
    assert_true(told(&a, "\n?: not FIX"));
    raw_close(&raw);
    side_close(&a);
}

/* The end of a message from |fields| on, written with '|'. */
static void say_fields(struct raw *raw, const char *fields)
{
    char text[512];
    char bytes[600];
    unsigned sum = 0;
    snprintf(text, sizeof(text), "%s", fields);
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '|' ? '\001' : *at;
    size_t len = (size_t)snprintf(
        bytes, sizeof(bytes), "8=FIX.4.4\0019=%zu\001%s", strlen(text), text);
    for (size_t i = 0; i < len; i++)
        sum += (unsigned char)bytes[i];
    len += (size_t)snprintf(bytes + len, sizeof(bytes) - len, "10=%03u\001",
                            sum % 256);
    raw_say(raw, bytes, len);
}

/* Who is not let in is told by what it said, fit for a log. */
static void test_faults_strangers(void **state)
{
    static const char *const cases[][2] = {
        {"35=A|49=X|34=1|", "Logon FIX.4.4 49=X 56=?: no such session"},
        {"35=A|34=1|56=|49=\x7f\x02 z|", "49=???z 56=?: no such session"},
        {"35=A|34=1|49=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee|",
         "49=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeee 56"},
        {"35=0|34=1|49=INI|56=ACC|", "the first message is no Logon but 35=0"},
        {"35=A|34=1|49=INI|56=ACC|095=1|96=x|108=30|", "not a FIX message"},
    };
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "", defaults);
    for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        raw_open(&raw, port_of(&a));
        say_fields(&raw, cases[n][0]);
        RUN_UNTIL(raw.ended);
        if (!told(&a, cases[n][1]))
            fail_msg("\"%s\" does not say %s", a.events, cases[n][1]);
        raw_close(&raw);
        a.events[0] = '\0';
    }
    goes_on(&a);
    fix8c_session_logout(a.session, NULL);
    raw_open(&raw, port_of(&a));
    raw_logon(&raw);
    RUN_UNTIL(raw.ended);
    assert_true(told(&a, "the session is closed to Logons"));
    raw_close(&raw);
    side_close(&a);
}

/* --- lines in use ------------------------------------------------------------
 */

/* A whole message that the session cannot take is told, and is no end. */
static void test_faults_garbled_message_is_ignored(void **state)
{
    struct side a;
    struct raw raw;
    char bytes[512];
    (void)state;
    acceptor_open(&a, "", defaults);
    log_on(&raw, &a);
    say_fields(&raw, "35=1|34=2|49=INI|56=ACC|0112=T|");
    RUN_UNTIL(told(&a, "a garbled message is ignored"));
    raw_say(&raw, bytes, message(bytes, "D", 2, "11=A1|"));
    RUN_UNTIL(a.app == 1);
    raw_close(&raw);
    side_close(&a);
}

/* What cannot be written, for whatever reason, is the end of that line. */
static void test_faults_writing(void **state)
{
    static const struct {
        const char *call; /* NULL: memory */
        bool later;
        const char *says;
    } cases[] = {
        {"uv_try_write", false, "broken pipe"},
        {"uv_write", true, "broken pipe"},
        {NULL, true, "not enough memory"},
    };
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "", defaults);
    for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        log_on(&raw, &a);
        size_t got = raw.got;
        assert_int_equal(send_text(&a, "8", "37=1|"), 0);
        writes_later = cases[n].later;
        if (cases[n].call != NULL)
            failing_once(cases[n].call, 0, UV_EPIPE);
        else
            countdown = 1;
        RUN_UNTIL(raw.ended);
        assert_int_equal(raw.got, got);
        assert_true(told(&a, cases[n].says));
        assert_false(fix8c_session_attached(a.session));
        raw_close(&raw);
        a.events[0] = '\0';
        goes_on(&a);
    }
    side_close(&a);
}

/* Without memory for what is to be written the line ends, and what follows of
 * the same turn is not taken any more. */
static void test_faults_no_memory_to_say_it(void **state)
{
    static char body[6000];
    char bytes[8192];
    struct side a;
    struct raw raw;
    (void)state;
    memset(body, 'x', sizeof(body) - 1);
    memcpy(body, "58=", 3);
    acceptor_open(&a, "", defaults);
    log_on(&raw, &a);
    body[sizeof(body) - 2] = '\001';
    countdown = 1;
    (void)fix8c_session_send(a.session, "B", NULL, 0, body, sizeof(body) - 1);
    assert_int_equal(countdown, -1);
    (void)fix8c_session_send(a.session, "B", NULL, 0, body, sizeof(body) - 1);
    size_t len = message(bytes, "D", 2, "11=A1|");
    len += message(bytes + len, "D", 3, "11=A2|");
    raw_say(&raw, bytes, len);
    RUN_UNTIL(raw.ended);
    assert_true(told(&a, "too much is unread"));
    assert_int_equal(a.app, 0);
    raw_close(&raw);
    goes_on(&a);
    side_close(&a);
}

/* Nor without memory for a message that comes in two parts. */
static void test_faults_no_memory_for_half_a_message(void **state)
{
    char bytes[512];
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "", defaults);
    log_on(&raw, &a);
    size_t len = message(bytes, "D", 2, "11=A1|");
    raw_say(&raw, bytes, len / 2);
    countdown = 1;
    RUN_UNTIL(raw.ended);
    assert_true(told(&a, "out of memory"));
    raw_close(&raw);
    goes_on(&a);
    side_close(&a);
}

/* The end of a line that cannot be said is an end. */
static void test_faults_shutdown(void **state)
{
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "", defaults);
    log_on(&raw, &a);
    failing_once("uv_shutdown", 0, UV_ENOTCONN);
    assert_int_equal(fix8c_session_reset(a.session), 0);
    RUN_UNTIL(raw.ended);
    assert_null(failing.name);
    raw_close(&raw);
    goes_on(&a);
    side_close(&a);
}

static void send_much(struct side *a, int count)
{
    static char body[65536];
    memset(body, 'x', sizeof(body));
    memcpy(body, "58=", 3);
    body[sizeof(body) - 1] = '\001';
    for (int n = 0; n < count; n++)
        assert_int_equal(
            fix8c_session_send(a->session, "B", NULL, 0, body, sizeof(body)),
            0);
}

/* A peer that breaks off while much is on its way to it. */
static void test_faults_reset_while_writing(void **state)
{
    struct fix8c_transport_options options = {.send_queue_max = 1024 * 1024};
    struct side a;
    struct raw raw;
    (void)state;
    acceptor_open(&a, "MemoryStoreMessages=8", options);
    raw_open_deaf(&raw, port_of(&a));
    raw_logon(&raw);
    RUN_UNTIL(a.logons == 1);
    send_much(&a, 200);
    for (int n = 0; n < 3; n++)
        uv_run(&loop, UV_RUN_NOWAIT);
    uv_tcp_close_reset(&raw.tcp, NULL);
    RUN_UNTIL(a.logouts == 1);
    assert_true(told(&a, "connection reset by peer"));
    uv_run(&loop, UV_RUN_NOWAIT);
    goes_on(&a);
    side_close(&a);
}

/* A peer that takes what it is sent, but slowly, is not cut. */
static void test_faults_slow_reader_stays(void **state)
{
    struct fix8c_transport_options options = {.send_queue_max = 1024 * 1024,
                                              .send_grace_ms = 2000};
    struct side a;
    struct raw raw;
    int small = 65536;
    (void)state;
    acceptor_open(&a, "MemoryStoreMessages=8", options);
    raw_open_deaf(&raw, port_of(&a));
    assert_int_equal(uv_recv_buffer_size((uv_handle_t *)&raw.tcp, &small), 0);
    raw_logon(&raw);
    RUN_UNTIL(a.logons == 1);
    /* More than the buffers of the system, and in turns: not all may wait. */
    for (int n = 0; n < 3; n++) {
        send_much(&a, 70);
        for (int turns = 0; turns < 3; turns++)
            uv_run(&loop, UV_RUN_NOWAIT);
    }
    size_t total = (size_t)210 * 65536;
    while (raw.got < total && !raw.ended) {
        size_t enough = raw.got + 1048576;
        uint64_t next = uv_now(&loop) + 250;
        raw_start_read(&raw);
        RUN_UNTIL(raw.got >= enough || raw.got >= total || raw.ended);
        uv_read_stop((uv_stream_t *)&raw.tcp);
        RUN_UNTIL(uv_now(&loop) >= next);
    }
    assert_true(raw.got >= total);
    assert_int_equal(a.logouts, 0);
    raw_close(&raw);
    side_close(&a);
}

/* --- lines that go out -------------------------------------------------------
 */

/* Whatever is in the way of a connection: it is tried again. */
static void test_faults_connects_again(void **state)
{
    static const char *const says[] = {"", "", "network is unreachable"};
    struct side a;
    struct side i;
    (void)state;
    for (int n = 0; n < 3; n++) {
        acceptor_open(&a, "", defaults);
        initiator_open(&i, port_of(&a), defaults);
        connects = 0;
        if (n == 0)
            countdown = 1;
        else
            failing_once(n == 1 ? "uv_tcp_init" : "uv_tcp_connect", 0,
                         UV_ENETUNREACH);
        RUN_UNTIL(a.logons == 1 && i.logons == 1);
        assert_int_equal(connects, n < 2 ? 1 : 2);
        assert_true(told(&i, says[n]));
        side_close(&i);
        side_close(&a);
    }
}

/* A connect that is never answered ends in time. */
static void test_faults_connect_without_an_answer(void **state)
{
    struct fix8c_transport_options options = {.logon_timeout_ms = 20};
    struct side i;
    (void)state;
    connects_are_lost = true;
    initiator_open(&i, 1, options);
    RUN_UNTIL(told(&i, "127.0.0.1:1: no connection in time"));
    connects_are_lost = false;
    RUN_UNTIL(told(&i, "connection refused"));
    side_close(&i);
}

/* A session that is closed meanwhile does not log on, and is not connected
 * until it is opened again. */
static void test_faults_closed_while_it_connects(void **state)
{
    struct side a;
    struct side i;
    (void)state;
    acceptor_open(&a, "", defaults);
    initiator_open(&i, port_of(&a), defaults);
    closed_at_connect = i.session;
    RUN_UNTIL(told(&i, "the session is closed to Logons"));
    closed_at_connect = NULL;
    uint64_t later = uv_now(&loop) + 1200;
    RUN_UNTIL(uv_now(&loop) >= later);
    assert_int_equal(connects, 1);
    fix8c_session_logon(i.session);
    RUN_UNTIL(i.logons == 1);
    side_close(&i);
    side_close(&a);
}

static void named_open(struct side *i, const char *more)
{
    names_wait = true;
    initiator_open_to(i, "gate.example", 7, more, defaults);
}

/* Names: no answer, another answer, several of which one is right; and what is
 * answered when nobody wants to know any more. */
static void test_faults_names(void **state)
{
    struct sockaddr_in here;
    struct sockaddr_in there;
    struct addrinfo second = {.ai_addr = (struct sockaddr *)&here};
    struct addrinfo first = {.ai_addr = (struct sockaddr *)&there,
                             .ai_next = &second};
    struct side a;
    struct side i;
    (void)state;
    acceptor_open(&a, "", defaults);
    assert_int_equal(uv_ip4_addr("127.0.0.1", port_of(&a), &here), 0);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 1, &there), 0);
    named_open(&i, "");
    failing_once("uv_getaddrinfo", 0, UV_ENOMEM);
    RUN_UNTIL(asked != NULL);
    name_is(UV_EAI_NONAME, NULL);
    assert_true(told(&i, "FIX.4.4:INI->ACC at gate.example:7: unknown node or "
                         "service, trying again every 1 s"));
    RUN_UNTIL(asked != NULL);
    name_is(0, &first);
    RUN_UNTIL(told(&i, "connection refused"));
    RUN_UNTIL(asked != NULL);
    name_is(0, &first);
    RUN_UNTIL(i.logons == 1);
    side_close(&i);
    named_open(&i, "");
    RUN_UNTIL(asked != NULL);
    fix8c_transport_close(i.transport, on_side_closed);
    for (int n = 0; n < 3; n++)
        uv_run(&loop, UV_RUN_NOWAIT);
    assert_false(i.closed);
    name_is(0, &second);
    RUN_UNTIL(i.closed);
    fix8c_engine_close(i.engine);
    named_open(&i, "");
    RUN_UNTIL(asked != NULL);
    fix8c_transport_quiesce(i.transport);
    name_is(0, &second);
    side_close(&i);
    assert_int_equal(i.logons, 0);
    named_open(&i, "ReconnectInterval=120\n");
    i.flush_result = -7;
    RUN_UNTIL(asked != NULL);
    fix8c_transport_touch(i.transport);
    RUN_UNTIL(i.failed == -7);
    name_is(UV_ECANCELED, NULL);
    side_close(&i);
    side_close(&a);
}

/* The next address is told of less often the longer its interval is. */
static void test_faults_seldom_connects(void **state)
{
    struct side i;
    (void)state;
    initiator_open_to(&i, "127.0.0.1", 1, "ReconnectInterval=120\n", defaults);
    RUN_UNTIL(told(&i, "connection refused, trying again every 120 s"));
    side_close(&i);
}

/* --- the store ---------------------------------------------------------------
 */

static bool store_fails;

static int load(void *user,
                const char *session,
                int *next_sender,
                int *next_target,
                int64_t *creation_ns)
{
    (void)user;
    (void)session;
    (void)creation_ns;
    *next_sender = *next_target = 1;
    return 0;
}

static int set_number(void *user, const char *session, int next)
{
    (void)user;
    (void)session;
    (void)next;
    return store_fails ? -1 : 0;
}

static int set(void *user,
               const char *session,
               int seq,
               const char *bytes,
               size_t len,
               size_t body_at,
               size_t body_len)
{
    (void)user;
    (void)session;
    (void)seq;
    (void)bytes;
    (void)len;
    (void)body_at;
    (void)body_len;
    return store_fails ? -1 : 0;
}

static int get(void *user,
               const char *session,
               int first,
               int last,
               void (*found)(void *context,
                             int seq,
                             const char *bytes,
                             size_t len,
                             size_t body_at,
                             size_t body_len),
               void *context)
{
    (void)user;
    (void)session;
    (void)first;
    (void)last;
    (void)found;
    (void)context;
    return 0;
}

static int reset(void *user, const char *session, int64_t creation_ns)
{
    (void)user;
    (void)session;
    (void)creation_ns;
    return store_fails ? -1 : 0;
}

static const struct fix8c_store store = {NULL, load, set_number, set_number,
                                         set,  get,  reset};

static void open_stored(struct side *a, const char *more)
{
    sides_store = &store;
    store_fails = false;
    acceptor_open(a, more, defaults);
}

/* When it has failed all lines are gone, nothing more is said, and the host
 * hears of it once. */
static void ended_by_store(struct side *a, struct raw *raw)
{
    RUN_UNTIL(raw->ended);
    assert_int_equal(a->failed, FIX8C_ERR_STORE);
    assert_int_equal(fix8c_session_tick(a->session), FIX8C_ERR_STORE);
    raw_close(raw);
    side_close(a);
}

/* It fails as a message arrives. */
static void test_faults_store_at_a_message(void **state)
{
    char bytes[512];
    struct side a;
    struct raw raw;
    (void)state;
    open_stored(&a, "");
    log_on(&raw, &a);
    size_t got = raw.got;
    store_fails = true;
    raw_say(&raw, bytes, message(bytes, "1", 2, "112=T|"));
    ended_by_store(&a, &raw);
    assert_int_equal(raw.got, got);
}

/* It fails as time passes: a Heartbeat is due. */
static void test_faults_store_at_a_tick(void **state)
{
    char bytes[512];
    struct side a;
    struct raw raw;
    (void)state;
    open_stored(&a, "");
    raw_open(&raw, port_of(&a));
    raw_say(&raw, bytes, message(bytes, "A", 1, "98=0|108=1|"));
    RUN_UNTIL(a.logons == 1);
    store_fails = true;
    ended_by_store(&a, &raw);
}

/* It fails as a line ends, by the peer or by the host. */
static void test_faults_store_at_the_end_of_a_line(void **state)
{
    struct side a;
    struct raw raw;
    (void)state;
    for (int n = 0; n < 2; n++) {
        open_stored(&a, "ResetOnDisconnect=Y");
        log_on(&raw, &a);
        store_fails = true;
        if (n == 0) {
            fix8c_transport_drop(a.transport, a.session);
            ended_by_store(&a, &raw);
        } else {
            raw_close(&raw);
            RUN_UNTIL(a.failed != 0);
            assert_int_equal(a.failed, FIX8C_ERR_STORE);
            side_close(&a);
        }
    }
}

/* It has failed for the host already when a peer logs on. */
static void test_faults_store_at_a_logon(void **state)
{
    struct side a;
    struct raw raw;
    (void)state;
    open_stored(&a, "");
    store_fails = true;
    assert_int_equal(send_text(&a, "8", "37=1|"), FIX8C_ERR_STORE);
    raw_open(&raw, port_of(&a));
    raw_logon(&raw);
    ended_by_store(&a, &raw);
}

/* It fails at our own Logon, and nobody wants to hear of it. */
static void test_faults_store_at_our_logon(void **state)
{
    struct side a;
    struct fix8c_engine *engine = NULL;
    struct fix8c_transport *transport = NULL;
    const struct fix8c_options options = {.store = &store};
    struct fix8c_transport_options none = {.backlog = 5};
    char settings[512];
    char error[256];
    (void)state;
    open_stored(&a, "");
    snprintf(settings, sizeof(settings),
             "[SESSION]\nConnectionType=initiator\nBeginString=FIX.4.4\n"
             "SenderCompID=INI\nTargetCompID=ACC\n"
             "SocketConnectHost=127.0.0.1\nSocketConnectPort=%d\n",
             port_of(&a));
    assert_int_equal(
        fix8c_engine_open(settings, &options, error, sizeof(error), &engine),
        0);
    assert_int_equal(fix8c_transport_open(&loop, engine, &none, error,
                                          sizeof(error), &transport),
                     0);
    store_fails = true;
    RUN_UNTIL(told(&a, "the peer closed the connection"));
    assert_int_equal(fix8c_session_tick(fix8c_engine_session(engine, 0)),
                     FIX8C_ERR_STORE);
    assert_int_equal(a.logons, 0);
    fix8c_transport_close(transport, NULL);
    store_fails = false;
    side_close(&a);
    uv_run(&loop, UV_RUN_NOWAIT);
    fix8c_engine_close(engine);
}

/* --- the end -----------------------------------------------------------------
 */

/* A second call at any moment of the end cuts it short; nothing is left. */
static void test_faults_closed_again_at_any_moment(void **state)
{
    (void)state;
    for (int turns = 0; turns < 8; turns++) {
        struct side a;
        struct raw raw;
        char bytes[512];
        acceptor_open(&a, "", defaults);
        log_on(&raw, &a);
        fix8c_transport_close(a.transport, on_side_closed);
        raw_say(&raw, bytes, message(bytes, "5", 2, ""));
        for (int n = 0; n < turns && !a.closed; n++)
            uv_run(&loop, UV_RUN_NOWAIT);
        if (!a.closed)
            fix8c_transport_close(a.transport, on_side_closed);
        RUN_UNTIL(a.closed);
        assert_int_equal(a.logouts, 1);
        fix8c_engine_close(a.engine);
        raw_close(&raw);
    }
}

#define ON_LOOP(test) cmocka_unit_test_setup_teardown(test, setup, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_LOOP(test_faults_open),
        ON_LOOP(test_faults_settings),
        ON_LOOP(test_faults_no_memory_for_a_connection),
        ON_LOOP(test_faults_connection_is_over),
        ON_LOOP(test_faults_addresses),
        ON_LOOP(test_faults_strangers),
        ON_LOOP(test_faults_garbled_message_is_ignored),
        ON_LOOP(test_faults_writing),
        ON_LOOP(test_faults_no_memory_to_say_it),
        ON_LOOP(test_faults_no_memory_for_half_a_message),
        ON_LOOP(test_faults_shutdown),
        ON_LOOP(test_faults_reset_while_writing),
        ON_LOOP(test_faults_slow_reader_stays),
        ON_LOOP(test_faults_connects_again),
        ON_LOOP(test_faults_connect_without_an_answer),
        ON_LOOP(test_faults_closed_while_it_connects),
        ON_LOOP(test_faults_names),
        ON_LOOP(test_faults_seldom_connects),
        ON_LOOP(test_faults_store_at_a_message),
        ON_LOOP(test_faults_store_at_a_tick),
        ON_LOOP(test_faults_store_at_the_end_of_a_line),
        ON_LOOP(test_faults_store_at_a_logon),
        ON_LOOP(test_faults_store_at_our_logon),
        ON_LOOP(test_faults_closed_again_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
