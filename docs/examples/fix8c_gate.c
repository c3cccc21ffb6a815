/*
 * A gate process of one file: the FIX sessions of libfix8-c, a gate and its
 * journal on one libuv loop.
 *
 *     fix8c_gate gate.cfg
 *
 * Facts, messages and sequence numbers of a turn are one transaction, and the
 * bytes leave after it: a crash leaves all of a turn or nothing of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <creditgate/dictionary.h>
#include <creditgate/gate.h>
#include <fix8c/transport.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct app {
    uv_loop_t *loop;
    struct cg_config *config;
    struct cg_config_host host;
    struct cg_journal journal;
    struct cg_gate *gate;
    struct fix8c_engine *engine;
    struct fix8c_transport *transport;
    uv_timer_t timer; /* the gate's deadline */
    uv_timer_t grace; /* until the end */
    cg_time end;      /* how long to wait for the last answers */
    uv_signal_t terminate;
    char *rejected; /* one message out of the store */
    size_t rejected_len;
    uintptr_t created;
    bool reset[CG_SESSIONS_MAX]; /* while the engine was opened */
    bool failing;
    int error;
};

static cg_time now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec * CG_SECOND + ts.tv_nsec;
}

static void say(const char *who, const char *text)
{
    printf("%s: %s\n", who, text);
}

/* --- the gate's messages ------------------------------------------------ */

static void on_timer(uv_timer_t *timer);

static void arm(struct app *app)
{
    cg_time deadline = cg_gate_deadline(app->gate);
    cg_time wait = deadline - now();
    if (deadline == CG_TIME_NEVER) {
        uv_timer_stop(&app->timer);
        return;
    }
    uv_update_time(app->loop);
    uv_timer_start(&app->timer, on_timer,
                   wait > 0 ? (uint64_t)((wait + CG_MS - 1) / CG_MS) : 0, 0);
}

/* After each call on the gate: hands what it says to the sessions.  The bytes
 * wait for before_flush(), whatever the call has returned. */
static void drain(struct app *app, int status)
{
    struct cg_out out;
    while (status == 0 && cg_gate_pull(app->gate, &out)) {
        int sent = fix8c_session_send(
            fix8c_engine_session(app->engine, out.session), out.type,
            out.header, out.header_len, out.body, out.body_len);
        if (sent == FIX8C_ERR_STORE) {
            status = CG_ERR_IO;
        } else if (sent != 0) {
            say("gate", "ALARM: a message could not be sent");
        }
    }
    if (app->error == 0) {
        app->error = status;
    }
    if (app->transport != NULL) {
        fix8c_transport_touch(app->transport);
    }
    arm(app);
}

static void on_timer(uv_timer_t *timer)
{
    struct app *app = timer->data;
    drain(app, cg_gate_tick(app->gate, now()));
}

/* --- the end ------------------------------------------------------------ */

static void on_closed(void *user)
{
    struct app *app = user;
    app->transport = NULL;
    uv_close((uv_handle_t *)&app->timer, NULL);
    uv_close((uv_handle_t *)&app->grace, NULL);
    uv_close((uv_handle_t *)&app->terminate, NULL);
}

/* Clients may still hear what becomes of their cancels; then everybody is
 * logged out, and the loop ends by itself. */
static void on_last_answers(uv_timer_t *timer)
{
    struct app *app = timer->data;
    if (app->error != 0 || !cg_gate_is_owed(app->gate) || now() > app->end) {
        uv_timer_stop(&app->grace);
        fix8c_transport_close(app->transport, on_closed);
    }
}

/* Answers what waits, and takes no new risk. */
static void stop(struct app *app)
{
    if (app->error == 0) {
        drain(app, cg_gate_stop(app->gate, now()));
    }
    app->end = now() + app->host.stop_grace_ns;
    fix8c_transport_quiesce(app->transport);
    uv_timer_start(&app->grace, on_last_answers, 10, 10);
}

static void on_terminate(uv_signal_t *handle, int number)
{
    (void)number;
    stop(handle->data);
}

static void on_grace(uv_timer_t *timer)
{
    stop(timer->data);
}

/* --- turns -------------------------------------------------------------- */

/* The turn is in the journal's spare: no new risk from here on, and the end is
 * near.  What waited is answered; cancels and reports still pass. */
static int begin_to_fail(struct app *app)
{
    app->failing = true;
    say("FATAL", app->journal.error(app->journal.user));
    uv_timer_start(&app->grace, on_grace,
                   (uint64_t)(app->host.failure_grace_ns / CG_MS), 0);
    drain(app, cg_gate_stop(app->gate, now()));
    return app->error != 0 ? app->error : cg_gate_commit(app->gate);
}

/* Non-zero: not a byte of this turn leaves. */
static int before_flush(void *user)
{
    struct app *app = user;
    int status = app->error != 0 ? app->error : cg_gate_commit(app->gate);
    if (status == CG_GATE_E_SPARE && !app->failing) {
        status = begin_to_fail(app);
    }
    return status == CG_GATE_E_SPARE ? 0 : status;
}

static void on_failed(void *user, int error)
{
    struct app *app = user;
    app->error = app->error != 0 ? app->error : error;
    say("FATAL", app->journal.error(app->journal.user));
    stop(app);
}

/* --- the sessions' words ------------------------------------------------ */

static cg_session index_of(const struct fix8c_session *session)
{
    return (cg_session)(uintptr_t)fix8c_session_user(session);
}

/* The sessions of the settings are those of the configuration, in order. */
static void on_created(void *user, struct fix8c_session *session)
{
    struct app *app = user;
    fix8c_session_set_user(session, (void *)app->created++);
}

static void on_logon(void *user, struct fix8c_session *session)
{
    struct app *app = user;
    drain(app, cg_gate_link(app->gate, index_of(session), true, now()));
}

static void on_logout(void *user, struct fix8c_session *session)
{
    struct app *app = user;
    drain(app, cg_gate_link(app->gate, index_of(session), false, now()));
}

static enum fix8c_verdict on_message(void *user,
                                     struct fix8c_session *session,
                                     const struct fix8c_message *message,
                                     struct fix8c_refusal *refusal)
{
    struct app *app = user;
    (void)refusal; /* the gate makes its rejects itself */
    drain(app, cg_gate_recv(app->gate, index_of(session), message->bytes,
                            message->len, now()));
    return FIX8C_ACCEPT;
}

/* R22: an order whose cover has died is gap-filled, not resent. */
static enum fix8c_verdict on_sending(void *user,
                                     struct fix8c_session *session,
                                     const struct fix8c_message *message)
{
    struct app *app = user;
    bool may = !message->possdup ||
               cg_gate_may_resend(app->gate, index_of(session), message->bytes,
                                  message->len);
    return may ? FIX8C_ACCEPT : FIX8C_WITHHOLD;
}

/* The numbers are 1 again.  In the opening of the engine it is kept: the gate
 * has still to be asked what it decided when it was opened itself. */
static void on_reset(void *user, struct fix8c_session *session)
{
    struct app *app = user;
    if (app->engine == NULL) {
        app->reset[index_of(session)] = true;
        return;
    }
    drain(app, cg_gate_renumbered(app->gate, index_of(session), true, now()));
}

/* The number of the first field |tag| ("45="), -1 without one; of "123=Y" only
 * whether it is there counts. */
static long number_of(const struct fix8c_message *message, const char *tag)
{
    const char *end = message->bytes + message->len;
    size_t len = strlen(tag);
    for (const char *at = message->bytes; at != NULL;
         at = memchr(at, '\001', (size_t)(end - at))) {
        at += *at == '\001';
        if ((size_t)(end - at) > len && memcmp(at, tag, len) == 0) {
            return strtol(at + len, NULL, 10);
        }
    }
    return -1;
}

/* Copied: the store is not to be used from within its own call. */
static void on_found(void *context,
                     int seq,
                     const char *bytes,
                     size_t len,
                     size_t body_at,
                     size_t body_len)
{
    struct app *app = context;
    (void)seq;
    (void)body_at;
    (void)body_len;
    if (len <= (size_t)app->host.message_max * 2) {
        memcpy(app->rejected, bytes, len);
        app->rejected_len = len;
    }
}

/* Two session messages are the gate's business: a Reject (3) of a message of
 * ours, and a SequenceReset (4) that fills no gap but skips (R46). */
static enum fix8c_verdict on_admin(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal)
{
    struct app *app = user;
    (void)refusal;
    if (message->type[0] == '3') {
        int seq = (int)number_of(message, "45=");
        app->rejected_len = 0;
        if (cg_journal_message_get(app->journal.user,
                                   fix8c_session_name(session), seq, seq,
                                   on_found, app) != 0) {
            drain(app, CG_ERR_IO);
        } else if (app->rejected_len > 0) {
            drain(app,
                  cg_gate_rejected(app->gate, index_of(session), app->rejected,
                                   app->rejected_len, now()));
        }
    } else if (message->type[0] == '4') {
        if (number_of(message, "123=Y") < 0 &&
            number_of(message, "36=") > fix8c_session_next_target(session)) {
            drain(app, cg_gate_renumbered(app->gate, index_of(session), false,
                                          now()));
        }
    }
    return FIX8C_ACCEPT;
}

static void
on_event(void *user, struct fix8c_session *session, const char *text)
{
    (void)user;
    say(fix8c_session_name(session), text);
}

static void on_line(void *user, const char *text)
{
    (void)user;
    say("line", text);
}

static void
on_gate(void *user, enum cg_log_level level, cg_time at, const char *text)
{
    (void)user;
    (void)level;
    (void)at;
    say("gate", text);
}

/* --- opening ------------------------------------------------------------ */

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    (void)user;
    fprintf(stderr, "%s:%d: %s; %s\n", file, line, wrong, remedy);
}

static int open_gate(struct app *app, char *error, size_t error_len)
{
    int status = cg_journal_open_sqlite(app->host.journal, &app->journal, error,
                                        error_len);
    const struct cg_gate_options options = {
        .config = app->config,
        .journal = &app->journal,
        .now = now(),
        .log = on_gate,
    };
    return status != 0 ? status
                       : cg_gate_open(&options, error, error_len, &app->gate);
}

static int open_sessions(struct app *app, char *error, size_t error_len)
{
    static const struct fix8c_callbacks callbacks = {
        .created = on_created,
        .logon = on_logon,
        .logout = on_logout,
        .from_admin = on_admin,
        .from_app = on_message,
        .to_app = on_sending,
        .reset = on_reset,
        .event = on_event,
    };
    const struct fix8c_store store = {
        .user = app->journal.user,
        .load = cg_journal_session_load,
        .set_sender = cg_journal_session_set_sender,
        .set_target = cg_journal_session_set_target,
        .set = cg_journal_message_set,
        .get = cg_journal_message_get,
        .reset = cg_journal_session_reset,
    };
    const struct fix8c_dictionary dictionaries[] = {
        {"FIX.4.2", cg_fix_session_dictionary(CG_FIX42)},
        {"FIX.4.4", cg_fix_session_dictionary(CG_FIX44)},
        {"FIXT.1.1", cg_fix_transport_dictionary(CG_FIX50SP2)},
        {"FIX.5.0SP2", cg_fix_session_dictionary(CG_FIX50SP2)},
    };
    const struct fix8c_options options = {
        .callbacks = &callbacks,
        .store = &store,
        .dictionaries = dictionaries,
        .dictionaries_len = sizeof(dictionaries) / sizeof(dictionaries[0]),
        .user = app,
    };
    return fix8c_engine_open(app->host.fix_settings, &options, error, error_len,
                             &app->engine);
}

static int open_transport(struct app *app, char *error, size_t error_len)
{
    const struct fix8c_transport_options options = {
        .message_max = app->host.message_max,
        .before_flush = before_flush,
        .failed = on_failed,
        .event = on_line,
        .user = app,
    };
    return fix8c_transport_open(app->loop, app->engine, &options, error,
                                error_len, &app->transport);
}

/* What the gate decided when it was opened is durable before anyone can
 * connect. */
static int settle(struct app *app)
{
    drain(app, 0);
    for (uintptr_t i = 0; i < app->created; i++) {
        if (app->reset[i] && app->error == 0) {
            drain(app,
                  cg_gate_renumbered(app->gate, (cg_session)i, true, now()));
        }
    }
    return app->error != 0 ? app->error : cg_gate_commit(app->gate);
}

static int open_all(struct app *app)
{
    char error[1024] = "";
    cg_config_host(app->config, &app->host);
    app->rejected = malloc((size_t)app->host.message_max * 2);
    if (app->rejected == NULL) {
        return CG_ERR_MEMORY;
    }
    if (app->host.par_rates != NULL) {
        fputs("this program reads no par rates; leave [RATES] out\n", stderr);
        return CG_ERR_CONFIG;
    }
    int status = open_gate(app, error, sizeof(error));
    status = status != 0 ? status : open_sessions(app, error, sizeof(error));
    status = status != 0 ? status : settle(app);
    status = status != 0 ? status : open_transport(app, error, sizeof(error));
    if (status != 0) {
        fprintf(stderr, "fix8c_gate: %s\n",
                error[0] != '\0' ? error : "the journal failed");
    }
    return status;
}

static void say_ports(const struct app *app)
{
    struct cg_config_session_view view;
    for (cg_session i = 0; cg_config_session(app->config, i, &view); i++) {
        int port = fix8c_transport_port(app->transport,
                                        fix8c_engine_session(app->engine, i));
        if (port > 0) {
            printf("%s listens on %d\n", view.name, port);
        }
    }
}

int main(int argc, char **argv)
{
    struct app app = {.loop = uv_default_loop()};
    if (argc != 2) {
        fputs("usage: fix8c_gate gate.cfg\n", stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN); /* whoever has left is a write error */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that must not grow */
    if (cg_config_open(argv[1], mistake, NULL, &app.config) != 0) {
        return 2;
    }
    uv_timer_init(app.loop, &app.timer);
    uv_timer_init(app.loop, &app.grace);
    uv_signal_init(app.loop, &app.terminate);
    app.timer.data = app.grace.data = app.terminate.data = &app;
    int status = open_all(&app) == 0 ? 0 : 2;
    if (status == 0) {
        say_ports(&app);
        uv_signal_start(&app.terminate, on_terminate, SIGTERM);
    } else {
        on_closed(&app);
    }
    uv_run(app.loop, UV_RUN_DEFAULT);
    fix8c_engine_close(app.engine);
    cg_gate_close(app.gate);
    if (app.journal.close != NULL) {
        app.journal.close(app.journal.user);
    }
    cg_config_close(app.config);
    free(app.rejected);
    uv_loop_close(app.loop);
    return status != 0 ? status : app.error != 0 || app.failing ? 1 : 0;
}
