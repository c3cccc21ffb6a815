/*
 * The echo example as a process of its own: an order goes in, its report comes
 * out, and the program ends when told to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fix8c/transport.h>

#define GUARD_MS 10000

static uv_loop_t loop;
static char output[128];
static size_t output_len;
static bool exited;
static int64_t exit_status;
static char report[1024];
static int rejects;
static bool logged_on;
static bool closed;

#define RUN_UNTIL(condition)                                                   \
    do {                                                                       \
        uint64_t end = uv_now(&loop) + GUARD_MS;                               \
        while (!(condition)) {                                                 \
            uv_run(&loop, UV_RUN_ONCE);                                        \
            if (uv_now(&loop) > end)                                           \
                fail_msg("waited too long for " #condition);                   \
        }                                                                      \
    } while (0)

static void on_exit_of(uv_process_t *process, int64_t status, int signal)
{
    (void)signal;
    exited = true;
    exit_status = status;
    uv_close((uv_handle_t *)process, NULL);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buffer)
{
    (void)handle;
    (void)hint;
    *buffer = uv_buf_init(output + output_len,
                          (unsigned)(sizeof(output) - 1 - output_len));
}

static void on_output(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    (void)buffer;
    if (n > 0)
        output_len += (size_t)n;
    else if (n < 0)
        uv_close((uv_handle_t *)stream, NULL);
}

static enum fix8c_verdict from_app(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal)
{
    (void)user;
    (void)session;
    (void)refusal;
    if (message->type[0] == 'j')
        rejects++;
    else
        snprintf(report, sizeof(report), "%.*s", (int)message->len,
                 message->bytes);
    return FIX8C_ACCEPT;
}

static void on_logon(void *user, struct fix8c_session *session)
{
    (void)user;
    (void)session;
    logged_on = true;
}

static void on_closed(void *user)
{
    (void)user;
    closed = true;
}

/* Starts the example; its first line of output names the port. */
static int start(uv_process_t *process, uv_pipe_t *pipe)
{
    char *arguments[] = {getenv("FIX8C_ECHO"), getenv("FIX8C_ECHO_SETTINGS"),
                         NULL};
    uv_stdio_container_t stdio[3] = {{.flags = UV_IGNORE}};
    uv_process_options_t options = {.exit_cb = on_exit_of,
                                    .file = arguments[0],
                                    .args = arguments,
                                    .stdio_count = 3,
                                    .stdio = stdio};
    int port = 0;
    assert_non_null(arguments[0]);
    assert_non_null(arguments[1]);
    assert_int_equal(uv_pipe_init(&loop, pipe, 0), 0);
    stdio[1].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
    stdio[1].data.stream = (uv_stream_t *)pipe;
    stdio[2].flags = UV_IGNORE;
    assert_int_equal(uv_spawn(&loop, process, &options), 0);
    assert_int_equal(uv_read_start((uv_stream_t *)pipe, on_alloc, on_output),
                     0);
    RUN_UNTIL(strchr(output, '\n') != NULL || exited);
    assert_int_equal(sscanf(output, "port %d", &port), 1);
    return port;
}

/* An order comes back as a report with its own bytes and routing. */
static void test_echo_answers_an_order(void **state)
{
    static const struct fix8c_callbacks callbacks = {.logon = on_logon,
                                                     .from_app = from_app};
    struct fix8c_options options = {.callbacks = &callbacks};
    struct fix8c_transport *transport = NULL;
    struct fix8c_engine *engine = NULL;
    uv_process_t process;
    uv_pipe_t pipe;
    char settings[512];
    char error[256];
    const char *order = "11=A1\00155=USSW10\001453=1\001448=F\0019001=x\001";
    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    snprintf(settings, sizeof(settings),
             "[SESSION]\nConnectionType=initiator\nBeginString=FIX.4.4\n"
             "SenderCompID=ME\nTargetCompID=ECHO\n"
             "SocketConnectHost=127.0.0.1\nSocketConnectPort=%d\n",
             start(&process, &pipe));
    assert_int_equal(
        fix8c_engine_open(settings, &options, error, sizeof(error), &engine),
        0);
    assert_int_equal(fix8c_transport_open(&loop, engine, NULL, error,
                                          sizeof(error), &transport),
                     0);
    struct fix8c_session *session = fix8c_engine_session(engine, 0);
    RUN_UNTIL(logged_on);
    assert_int_equal(fix8c_session_send(session, "D", "57=DESK\001", 8, order,
                                        strlen(order)),
                     0);
    assert_int_equal(
        fix8c_session_send(session, "AB", NULL, 0, order, strlen(order)), 0);
    RUN_UNTIL(report[0] != '\0' && rejects == 1);
    assert_non_null(strstr(report, order));
    assert_non_null(strstr(report, "\00135=8\001"));
    assert_non_null(strstr(report, "\00157=DESK\001"));
    assert_int_equal(uv_process_kill(&process, SIGTERM), 0);
    RUN_UNTIL(exited);
    assert_int_equal(exit_status, 0);
    fix8c_transport_close(transport, on_closed);
    RUN_UNTIL(closed);
    fix8c_engine_close(engine);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo_answers_an_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
