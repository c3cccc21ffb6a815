/*
 * A FIX acceptor in C: answers every order (35=D) with an ExecutionReport whose
 * body is the order's, behind the fields that a report needs.
 *
 *     fix8c_echo settings.cfg
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <fix8c/transport.h>

static struct fix8c_transport *transport;

static enum fix8c_verdict echo(void *user,
                               struct fix8c_session *session,
                               const struct fix8c_message *order,
                               struct fix8c_refusal *refusal)
{
    char body[8192];
    char header[512];
    (void)user;
    if (order->type_len != 1 || order->type[0] != 'D') {
        refusal->reason = 3;
        snprintf(refusal->text, sizeof(refusal->text), "Only orders, please");
        return FIX8C_REFUSE_BUSINESS;
    }
    size_t routing = fix8c_message_routing(order, header, sizeof(header));
    int len = snprintf(body, sizeof(body),
                       "37=%d\00117=%d\001150=0\00139=0\001%.*s", order->seq,
                       order->seq, (int)order->body_len, order->body);
    if (routing > sizeof(header) || len >= (int)sizeof(body))
        return FIX8C_REFUSE_BUSINESS;
    fix8c_session_send(session, "8", header, routing, body, (size_t)len);
    return FIX8C_ACCEPT;
}

static void event(void *user, struct fix8c_session *session, const char *text)
{
    (void)user;
    fprintf(stderr, "%s: %s\n", fix8c_session_name(session), text);
}

static void stop(uv_signal_t *handle, int number)
{
    (void)number;
    uv_close((uv_handle_t *)handle, NULL);
    fix8c_transport_close(transport, NULL);
}

int main(int argc, char **argv)
{
    const struct fix8c_callbacks callbacks = {.from_app = echo, .event = event};
    const struct fix8c_options options = {.callbacks = &callbacks};
    const char *path = argc > 1 ? argv[1] : "fix8c_echo.cfg";
    struct fix8c_engine *engine = NULL;
    char error[256];
    uv_signal_t terminate;

    signal(SIGPIPE, SIG_IGN);
    if (fix8c_engine_open_file(path, &options, error, sizeof(error), &engine) ||
        fix8c_transport_open(uv_default_loop(), engine, NULL, error,
                             sizeof(error), &transport)) {
        fprintf(stderr, "%s: %s\n", path, error);
        return 1;
    }
    printf("port %d\n",
           fix8c_transport_port(transport, fix8c_engine_session(engine, 0)));
    fflush(stdout);
    uv_signal_init(uv_default_loop(), &terminate);
    uv_signal_start(&terminate, stop, SIGTERM);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    fix8c_engine_close(engine);
    uv_loop_close(uv_default_loop());
    return 0;
}
