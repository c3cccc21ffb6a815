/*
 * Joins FIX sessions, gate and journal.
 *
 * Decides nothing.  A byte leaves only after the commit of its turn; when the
 * journal cannot be written, what goes to its spare counts for a while, and
 * when that cannot be either, the process ends: the sessions have moved on
 * (R22, R45).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gateway_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

cg_time cg_gateway_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (cg_time)ts.tv_sec * CG_SECOND + ts.tv_nsec;
}

void cg_gateway_say(struct cg_gateway *gateway,
                    enum cg_log_level level,
                    const char *source,
                    const char *text)
{
    if (gateway->options.log != NULL && level <= gateway->options.log_level) {
        gateway->options.log(gateway->options.user, level, source, text);
    }
}

void cg_gateway_fail(struct cg_gateway *gateway, int error)
{
    if (gateway->error == 0) {
        const char *why = gateway->journal.error != NULL
                              ? gateway->journal.error(gateway->journal.user)
                              : "";
        gateway->error = error;
        cg_gateway_say(gateway, CG_LOG_ERROR, "gate",
                       "FATAL: the journal failed, nothing goes out");
        if (why[0] != '\0') {
            cg_gateway_say(gateway, CG_LOG_ERROR, "gate", why);
        }
    }
}

/* --- time --------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

static void arm(struct cg_gateway *gateway)
{
    if (uv_is_closing((uv_handle_t *)&gateway->timer)) {
        return;
    }
    cg_time deadline = cg_gate_deadline(gateway->gate);
    if (deadline == CG_TIME_NEVER) {
        uv_timer_stop(&gateway->timer);
        return;
    }
    cg_time wait = deadline - cg_gateway_now();
    uint64_t ms = wait > 0 ? (uint64_t)((wait + CG_MS - 1) / CG_MS) : 0;
    /* The loop's own clock may stand: what is due is due from here. */
    uv_update_time(gateway->options.loop);
    uv_timer_start(&gateway->timer, on_timer, ms, 0);
}

/* --- messages ----------------------------------------------------------- */

/* The end of this turn commits, and lets out what then may. */
static void touch(struct cg_gateway *gateway)
{
    if (gateway->transport != NULL) {
        fix8c_transport_touch(gateway->transport);
    }
}

void cg_gateway_drain(struct cg_gateway *gateway, int status)
{
    struct cg_out out;
    if (status != 0) {
        cg_gateway_fail(gateway, status);
        touch(gateway);
        return;
    }
    while (cg_gate_pull(gateway->gate, &out)) {
        struct fix8c_session *session = fix8c_engine_session(gateway->engine,
                                                             out.session);
        int sent = fix8c_session_send(session, out.type, out.header,
                                      out.header_len, out.body, out.body_len);
        if (sent == FIX8C_ERR_STORE) {
            cg_gateway_fail(gateway, CG_ERR_IO);
        } else if (sent != 0) {
            cg_gateway_say(gateway, CG_LOG_WARNING, "gate",
                           "ALARM: a message could not be sent");
        }
    }
    touch(gateway);
    arm(gateway);
}

static void on_timer(uv_timer_t *timer)
{
    struct cg_gateway *gateway = timer->data;
    cg_gateway_drain(gateway, cg_gate_tick(gateway->gate, cg_gateway_now()));
}

/* --- turns -------------------------------------------------------------- */

static void on_grace(uv_timer_t *timer)
{
    struct cg_gateway *gateway = timer->data;
    cg_gateway_say(gateway, CG_LOG_ERROR, "gate",
                   "FATAL: ends now, as the journal could not be written");
    cg_gateway_stop(gateway);
}

/* The turn is in the spare.  From here on no new risk is taken; what waits is
 * answered, cancels and reports pass, and the end is near. */
static int begin_to_fail(struct cg_gateway *gateway)
{
    char text[160];
    cg_time grace = gateway->host.failure_grace_ns;
    gateway->failing = true;
    snprintf(text, sizeof(text),
             "FATAL: new risk is refused from now on (CG501), cancels and "
             "reports pass; the gate ends in %lld s",
             (long long)(grace / CG_SECOND));
    cg_gateway_say(gateway, CG_LOG_ERROR, "gate",
                   gateway->journal.error(gateway->journal.user));
    cg_gateway_say(gateway, CG_LOG_ERROR, "gate", text);
    uv_timer_start(&gateway->grace, on_grace, (uint64_t)(grace / CG_MS), 0);
    cg_gateway_drain(gateway, cg_gate_stop(gateway->gate, cg_gateway_now()));
    return cg_gate_commit(gateway->gate);
}

/* 0 when all that was decided is durable. */
static int commit(struct cg_gateway *gateway)
{
    int status = gateway->error != 0 ? gateway->error
                                     : cg_gate_commit(gateway->gate);
    if (status == CG_GATE_E_SPARE && !gateway->failing) {
        status = begin_to_fail(gateway);
    }
    if (status == CG_GATE_E_SPARE) {
        return 0;
    }
    if (status != 0) {
        cg_gateway_fail(gateway, status);
    } else if (!gateway->failing) {
        cg_keeper_committed(gateway->keeper);
    }
    return status;
}

static int before_flush(void *user)
{
    struct cg_gateway *gateway = user;
    int status = commit(gateway);
    if (status == 0) {
        cg_message_log_release(gateway->messages, cg_gateway_now());
    } else {
        cg_message_log_forget(gateway->messages);
    }
    return status;
}

static void on_flushed(void *user)
{
    struct cg_gateway *gateway = user;
    cg_message_log_write(gateway->messages);
}

static void on_received(void *user,
                        struct fix8c_session *session,
                        const char *bytes,
                        size_t len)
{
    struct cg_gateway *gateway = user;
    gateway->arrived = cg_gateway_now();
    cg_message_log_in(gateway->messages, fix8c_session_name(session), bytes,
                      len, gateway->arrived);
}

static void on_failed(void *user, int error)
{
    struct cg_gateway *gateway = user;
    cg_gateway_fail(gateway, error == FIX8C_ERR_STORE ? CG_ERR_IO : error);
    cg_gateway_abort(gateway);
}

static void on_line(void *user, const char *text)
{
    cg_gateway_say(user, CG_LOG_NOTICE, "line", text);
}

static void
on_gate(void *user, enum cg_log_level level, cg_time at, const char *text)
{
    (void)at;
    cg_gateway_say(user, level, "gate", text);
}

void cg_gateway_reopen_log(struct cg_gateway *gateway)
{
    cg_message_log_reopen(gateway->messages);
}

/* --- configuration and par rates ---------------------------------------- */

static void on_say(void *user, enum cg_log_level level, const char *text)
{
    cg_gateway_say(user, level, "gate", text);
}

static void on_taken(void *user, int status)
{
    cg_gateway_drain(user, status);
}

static void on_config(void *user, enum cg_log_level level, const char *text)
{
    cg_gateway_say(user, level, "config", text);
}

static void
on_config_taken(void *user, const struct cg_config *config, int status)
{
    struct cg_gateway *gateway = user;
    if (config != NULL) {
        cg_config_host(config, &gateway->host);
        cg_keeper_set_facts(gateway->keeper, gateway->host.snapshot_facts);
    }
    cg_gateway_drain(gateway, status);
}

void cg_gateway_reload(struct cg_gateway *gateway)
{
    if (gateway->stage != CG_GATEWAY_RUNS || gateway->failing) {
        cg_gateway_say(gateway, CG_LOG_NOTICE, "gate",
                       "the gate is ending: the configuration is not read");
        return;
    }
    cg_gateway_config_ask(gateway->config);
}

static int open_config(struct cg_gateway *gateway)
{
    const struct cg_gateway_config_options options = {
        .loop = gateway->options.loop,
        .path = gateway->options.config_path,
        .config = gateway->options.config,
        .gate = gateway->gate,
        .now = cg_gateway_now,
        .say = on_config,
        .say_rates = on_say,
        .taken = on_config_taken,
        .user = gateway,
    };
    gateway->config = cg_gateway_config_open(&options);
    return gateway->config != NULL ? 0 : CG_ERR_MEMORY;
}

/* --- the journal's length ------------------------------------------------ */

void cg_gateway_archive(struct cg_gateway *gateway)
{
    if (gateway->stage == CG_GATEWAY_RUNS && !gateway->failing) {
        cg_keeper_archive(gateway->keeper);
    }
}

static int open_keeper(struct cg_gateway *gateway)
{
    const struct cg_keeper_options options = {
        .loop = gateway->options.loop,
        .path = gateway->host.journal,
        .journal = &gateway->journal,
        .gate = gateway->gate,
        .facts = gateway->host.snapshot_facts,
        .now = cg_gateway_now,
        .say = on_say,
        .recorded = on_taken,
        .user = gateway,
    };
    gateway->keeper = cg_keeper_open(&options);
    return gateway->keeper != NULL ? 0 : CG_ERR_MEMORY;
}

/* --- opening ------------------------------------------------------------ */

/* Whoever reads why no gate was opened has to know which file it is about. */
static void
name_journal(const char *path, const char *why, char *error, size_t error_len)
{
    bool named = strstr(why, path) != NULL;
    snprintf(error, error_len, "%s%s%s%s", named ? "" : "journal ",
             named ? "" : path, named ? "" : ": ", why);
}

static void say_start(struct cg_gateway *gateway)
{
    char text[160];
    cg_seq facts = cg_gate_facts(gateway->gate);
    cg_seq unsaved = cg_gate_unsaved(gateway->gate);
    int len = snprintf(text, sizeof(text), "starts with %" PRIu64 " facts",
                       facts);
    if (unsaved < facts) {
        snprintf(text + len, sizeof(text) - (size_t)len,
                 ", %" PRIu64 " since the newest snapshot", unsaved);
    }
    cg_gateway_say(gateway, CG_LOG_NOTICE, "gate", text);
}

/* For people: a message in the log, at its finest level. */
static void on_show(void *user, const char *session, bool out, const char *text)
{
    struct cg_gateway *gateway = user;
    char source[2 * CG_NAME_MAX + 32];
    snprintf(source, sizeof(source), "%s %s", session, out ? "out" : "in");
    cg_gateway_say(gateway, CG_LOG_DEBUG, source, text);
}

static int
open_messages(struct cg_gateway *gateway, char *error, size_t error_len)
{
    bool shows = gateway->options.log != NULL &&
                 gateway->options.log_level >= CG_LOG_DEBUG;
    const struct cg_message_log_options options = {
        .path = gateway->host.message_log,
        .show = shows ? on_show : NULL,
        .say = on_say,
        .user = gateway,
    };
    return options.path != NULL || shows
               ? cg_message_log_open(&options, error, error_len,
                                     &gateway->messages)
               : 0;
}

static int open_gate(struct cg_gateway *gateway, char *error, size_t error_len)
{
    const char *path = gateway->host.journal;
    if (cg_keeper_lacks_spare(path)) {
        cg_gateway_say(
            gateway, CG_LOG_WARNING, "gate",
            "ALARM: the journal has no -spare beside it: if the gate ended "
            "because its journal failed, stop, and put that file back");
    }
    int status = cg_journal_open_sqlite(path, &gateway->journal, error,
                                        error_len);
    if (status != 0) {
        return status;
    }
    gateway->has_journal = true;
    gateway->scratch_max = (size_t)gateway->host.message_max * 2;
    gateway->scratch = malloc(gateway->scratch_max);
    if (gateway->scratch == NULL) {
        snprintf(error, error_len, "not enough memory");
        return CG_ERR_MEMORY;
    }
    struct cg_gate_options options = {
        .config = gateway->options.config,
        .journal = &gateway->journal,
        .now = cg_gateway_now(),
        .log = on_gate,
        .user = gateway,
    };
    options.snapshot = cg_keeper_map(path, &gateway->journal,
                                     &options.snapshot_len);
    char why[1536] = "";
    status = cg_gate_open(&options, why, sizeof(why), &gateway->gate);
    if (status == 0) {
        say_start(gateway);
    }
    name_journal(path, why, error, error_len);
    cg_keeper_unmap(options.snapshot, options.snapshot_len);
    return status;
}

static int
open_transport(struct cg_gateway *gateway, char *error, size_t error_len)
{
    struct fix8c_transport_options options = {
        .message_max = gateway->host.message_max,
        .logout_text = CG_GATEWAY_LOGOUT_TEXT,
        .received = on_received,
        .before_flush = before_flush,
        .flushed = on_flushed,
        .failed = on_failed,
        .event = on_line,
        .user = gateway,
    };
    return fix8c_transport_open(gateway->options.loop, gateway->engine,
                                &options, error, error_len,
                                &gateway->transport);
}

/* What the restart decided is durable before anyone can connect. */
static int settle(struct cg_gateway *gateway)
{
    uv_timer_init(gateway->options.loop, &gateway->timer);
    gateway->timer.data = gateway;
    uv_timer_init(gateway->options.loop, &gateway->grace);
    gateway->grace.data = gateway;
    gateway->has_timer = true;
    cg_gateway_drain(gateway, 0);
    for (size_t i = 0; i < gateway->created; i++) {
        if (gateway->reset[i] && gateway->error == 0) {
            cg_gateway_drain(gateway,
                             cg_gate_renumbered(gateway->gate, (cg_session)i,
                                                true, cg_gateway_now()));
        }
    }
    int status = open_keeper(gateway);
    status = status != 0 ? status : open_config(gateway);
    status = status != 0 ? status : gateway->error;
    return status != 0 ? status : cg_gate_commit(gateway->gate);
}

int cg_gateway_open(const struct cg_gateway_options *options,
                    char *error,
                    size_t error_len,
                    struct cg_gateway **result)
{
    struct cg_gateway *gateway = calloc(1, sizeof(*gateway));
    if (gateway == NULL) {
        snprintf(error, error_len, "not enough memory");
        return CG_ERR_MEMORY;
    }
    gateway->options = *options;
    cg_config_host(options->config, &gateway->host);
    int status = open_messages(gateway, error, error_len);
    status = status != 0 ? status : open_gate(gateway, error, error_len);
    status = status != 0 ? status
                         : cg_gateway_open_sessions(gateway, error, error_len);
    if (status == 0) {
        status = settle(gateway);
        if (status != 0) {
            snprintf(error, error_len, "the journal failed: %s",
                     gateway->journal.error != NULL
                         ? gateway->journal.error(gateway->journal.user)
                         : "");
        }
    }
    status = status != 0 ? status : open_transport(gateway, error, error_len);
    if (status != 0) {
        cg_gateway_close(gateway);
        return status;
    }
    *result = gateway;
    return 0;
}

int cg_gateway_port(const struct cg_gateway *gateway, size_t index)
{
    return fix8c_transport_port(gateway->transport,
                                fix8c_engine_session(gateway->engine, index));
}

static void free_gateway(uv_handle_t *handle)
{
    struct cg_gateway *gateway = handle->data;
    free(gateway->scratch);
    free(gateway);
}

static void close_other_timer(uv_handle_t *handle)
{
    struct cg_gateway *gateway = handle->data;
    uv_close((uv_handle_t *)&gateway->grace, free_gateway);
}

void cg_gateway_close(struct cg_gateway *gateway)
{
    if (gateway == NULL) {
        return;
    }
    fix8c_engine_close(gateway->engine);
    cg_message_log_close(gateway->messages);
    cg_keeper_close(gateway->keeper);
    cg_gate_close(gateway->gate);
    cg_gateway_config_close(gateway->config);
    if (gateway->has_journal) {
        gateway->journal.close(gateway->journal.user);
    }
    bool closes_later = gateway->has_timer &&
                        !uv_is_closing((uv_handle_t *)&gateway->timer);
    if (closes_later) {
        uv_close((uv_handle_t *)&gateway->timer, close_other_timer);
    } else {
        free(gateway->scratch);
        free(gateway);
    }
}
