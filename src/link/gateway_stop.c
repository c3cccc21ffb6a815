/*
 * How a gateway ends, so that nobody is left in doubt (R45):
 *
 *     nobody comes any more, what waits is answered, new risk is refused
 *       ▼
 *     WAITS    for what venue and hub still owe; cancels and reports pass
 *       ▼      (until all is answered, but no longer than stop_grace_ns)
 *     CLIENTS  are logged out: what they said before has all arrived then,
 *       ▼      and what is said to them from here on is kept for a resend
 *     CLOSES   venue and hub are logged out, bytes and files are let go
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gateway_internal.h"

#include <inttypes.h>
#include <stdio.h>

/* How long a client may take for its Logout. */
#define LOGOUT_MS 2000

/* How often it is looked whether a step is over. */
#define STEP_MS 10

static void end_part(void *user)
{
    struct cg_gateway *gateway = user;
    if (--gateway->handles == 0 && !gateway->stopped) {
        gateway->stopped = true;
        int error = gateway->error != 0 ? gateway->error
                    : gateway->failing  ? CG_ERR_IO
                                        : 0;
        gateway->options.ended(gateway->options.user, error);
    }
}

static void on_timer_closed(uv_handle_t *handle)
{
    end_part(handle->data);
}

static void on_transport_closed(void *user)
{
    struct cg_gateway *gateway = user;
    gateway->transport = NULL;
    uv_close((uv_handle_t *)&gateway->timer, on_timer_closed);
    uv_close((uv_handle_t *)&gateway->grace, on_timer_closed);
    cg_keeper_stop(gateway->keeper, end_part, gateway);
}

/* The next client session from |*at| on that is logged on; NULL: none. */
static struct fix8c_session *next_client(const struct cg_gateway *gateway,
                                         cg_session *at)
{
    struct cg_config_session_view view;
    while (cg_config_session(gateway->options.config, *at, &view)) {
        struct fix8c_session *session = fix8c_engine_session(gateway->engine,
                                                             (*at)++);
        if (view.role == CG_ROLE_CLIENT && fix8c_session_logged_on(session)) {
            return session;
        }
    }
    return NULL;
}

static void drop_clients(struct cg_gateway *gateway)
{
    struct fix8c_session *session;
    for (cg_session i = 0; (session = next_client(gateway, &i)) != NULL;) {
        cg_gateway_say(gateway, CG_LOG_NOTICE, fix8c_session_name(session),
                       "has not answered the Logout");
        fix8c_transport_drop(gateway->transport, session);
    }
}

static void close_all(struct cg_gateway *gateway)
{
    gateway->stage = CG_GATEWAY_CLOSES;
    uv_timer_stop(&gateway->grace);
    fix8c_transport_close(gateway->transport, on_transport_closed);
}

static void log_out_clients(struct cg_gateway *gateway)
{
    struct fix8c_session *session;
    gateway->stage = CG_GATEWAY_CLIENTS;
    gateway->clients_until = uv_now(gateway->options.loop) + LOGOUT_MS;
    for (cg_session i = 0; (session = next_client(gateway, &i)) != NULL;) {
        if (fix8c_session_logout(session, CG_GATEWAY_LOGOUT_TEXT) != 0) {
            fix8c_transport_drop(gateway->transport, session);
        }
    }
}

/* Whether there is nothing to wait for, or not any longer. */
static bool is_answered(struct cg_gateway *gateway)
{
    bool owed = cg_gate_is_owed(gateway->gate);
    bool late = uv_now(gateway->options.loop) >= gateway->answers_until;
    if (owed && late && !gateway->said_owed) {
        gateway->said_owed = true;
        cg_gateway_say(gateway, CG_LOG_NOTICE, "gate",
                       "venue or hub still owe answers: they are asked for at "
                       "the next start");
    }
    return !owed || late;
}

static bool clients_are_out(const struct cg_gateway *gateway)
{
    cg_session first = 0;
    return next_client(gateway, &first) == NULL ||
           uv_now(gateway->options.loop) >= gateway->clients_until;
}

static void step(struct cg_gateway *gateway)
{
    if (gateway->stage == CG_GATEWAY_WAITS && is_answered(gateway)) {
        log_out_clients(gateway);
    }
    /* What clients said last may be on its way to the venue still. */
    if (gateway->stage == CG_GATEWAY_CLIENTS && clients_are_out(gateway) &&
        is_answered(gateway)) {
        drop_clients(gateway);
        close_all(gateway);
    }
}

static void on_step(uv_timer_t *timer)
{
    step(timer->data);
}

static void begin(struct cg_gateway *gateway)
{
    char text[96];
    uint64_t grace_ms = (uint64_t)(gateway->host.stop_grace_ns / CG_MS);
    gateway->stage = CG_GATEWAY_WAITS;
    gateway->answers_until = uv_now(gateway->options.loop) + grace_ms;
    gateway->handles = 4;
    cg_gateway_config_stop(gateway->config, end_part, gateway);
    if (gateway->error == 0) {
        cg_gateway_drain(gateway,
                         cg_gate_stop(gateway->gate, cg_gateway_now()));
    }
    if (gateway->error != 0) {
        close_all(gateway);
        return;
    }
    fix8c_transport_quiesce(gateway->transport);
    uv_timer_start(&gateway->grace, on_step, STEP_MS, STEP_MS);
    step(gateway);
    if (gateway->stage == CG_GATEWAY_WAITS) {
        snprintf(text, sizeof(text),
                 "waits up to %" PRIu64 " ms for answers of venue and hub",
                 grace_ms);
        cg_gateway_say(gateway, CG_LOG_NOTICE, "gate", text);
    }
}

void cg_gateway_stop(struct cg_gateway *gateway)
{
    switch (gateway->stage) {
    case CG_GATEWAY_RUNS:
        begin(gateway);
        break;
    case CG_GATEWAY_WAITS: /* in a hurry: each further call ends a wait */
        gateway->answers_until = 0;
        step(gateway);
        break;
    case CG_GATEWAY_CLIENTS:
        gateway->answers_until = 0;
        gateway->clients_until = 0;
        step(gateway);
        break;
    case CG_GATEWAY_CLOSES:
        fix8c_transport_close(gateway->transport, NULL);
        break;
    }
}

void cg_gateway_abort(struct cg_gateway *gateway)
{
    if (gateway->stage == CG_GATEWAY_RUNS) {
        begin(gateway);
    } else if (gateway->stage != CG_GATEWAY_CLOSES) {
        close_all(gateway);
    }
}
