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
#include "gateway.h"

#include "check.h"
#include "decimal.h"
#include "gateway_rates.h"
#include "keeper.h"
#include <creditgate/dictionary.h>
#include <creditgate/gate.h>
#include <fix8c/transport.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct cg_gateway {
    struct cg_gateway_options options;
    struct cg_config_host host;
    struct cg_journal journal;
    bool has_journal;
    struct cg_gate *gate;
    struct cg_gateway_rates *rates; /* NULL without [RATES] */
    struct fix8c_engine *engine;
    struct fix8c_transport *transport;
    char *scratch; /* one message out of the store */
    size_t scratch_max;
    struct cg_keeper *keeper;
    uv_timer_t timer;
    uv_timer_t grace; /* the journal has failed: until the end */
    bool has_timer;
    bool failing;   /* the journal is on its spare: no new risk */
    size_t created; /* FIX sessions, while they are opened */
    bool stopping;
    bool stopped;
    int handles; /* that must close before the end */
    int error;
};

static cg_time now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (cg_time)ts.tv_sec * CG_SECOND + ts.tv_nsec;
}

static void say(struct cg_gateway *gateway,
                enum cg_log_level level,
                const char *source,
                const char *text)
{
    if (gateway->options.log != NULL && level <= gateway->options.log_level) {
        gateway->options.log(gateway->options.user, level, source, text);
    }
}

/* --- the end ------------------------------------------------------------ */

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

static void fail(struct cg_gateway *gateway, int error)
{
    if (gateway->error == 0) {
        const char *why = gateway->journal.error != NULL
                              ? gateway->journal.error(gateway->journal.user)
                              : "";
        gateway->error = error;
        say(gateway, CG_LOG_ERROR, "gate",
            "FATAL: the journal failed, nothing goes out");
        if (why[0] != '\0') {
            say(gateway, CG_LOG_ERROR, "gate", why);
        }
    }
}

/* --- time --------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

static void arm(struct cg_gateway *gateway)
{
    cg_time deadline = cg_gate_deadline(gateway->gate);
    if (deadline == CG_TIME_NEVER || gateway->stopping) {
        uv_timer_stop(&gateway->timer);
        return;
    }
    cg_time wait = deadline - now();
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

/* Hands what the gate wants to say to its FIX sessions; the bytes wait. */
static void drain(struct cg_gateway *gateway, int status)
{
    struct cg_out out;
    if (status != 0) {
        fail(gateway, status);
        touch(gateway);
        return;
    }
    while (cg_gate_pull(gateway->gate, &out)) {
        struct fix8c_session *session = fix8c_engine_session(gateway->engine,
                                                             out.session);
        int sent = fix8c_session_send(session, out.type, out.header,
                                      out.header_len, out.body, out.body_len);
        if (sent == FIX8C_ERR_STORE) {
            fail(gateway, CG_ERR_IO);
        } else if (sent != 0) {
            say(gateway, CG_LOG_WARNING, "gate",
                "ALARM: a message could not be sent");
        }
    }
    touch(gateway);
    arm(gateway);
}

void cg_gateway_stop(struct cg_gateway *gateway)
{
    if (!gateway->stopping) {
        gateway->stopping = true;
        gateway->handles = 3;
        if (gateway->rates != NULL) {
            gateway->handles++;
            cg_gateway_rates_stop(gateway->rates, end_part, gateway);
        }
        if (gateway->error == 0) {
            drain(gateway, cg_gate_stop(gateway->gate, now()));
        }
        fix8c_transport_close(gateway->transport, on_transport_closed);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct cg_gateway *gateway = timer->data;
    drain(gateway, cg_gate_tick(gateway->gate, now()));
}

static cg_session index_of(struct fix8c_session *session)
{
    return (cg_session)(uintptr_t)fix8c_session_user(session);
}

static void on_logon(void *user, struct fix8c_session *session)
{
    struct cg_gateway *gateway = user;
    say(gateway, CG_LOG_NOTICE, fix8c_session_name(session), "logged on");
    drain(gateway, cg_gate_link(gateway->gate, index_of(session), true, now()));
}

static void on_logout(void *user, struct fix8c_session *session)
{
    struct cg_gateway *gateway = user;
    say(gateway, CG_LOG_NOTICE, fix8c_session_name(session), "logged out");
    drain(gateway,
          cg_gate_link(gateway->gate, index_of(session), false, now()));
}

static void on_created(void *user, struct fix8c_session *session)
{
    struct cg_gateway *gateway = user;
    fix8c_session_set_user(session, (void *)(uintptr_t)gateway->created++);
}

/* R22: what was sent before cannot be asked for any more. */
static void on_reset(void *user, struct fix8c_session *session)
{
    struct cg_gateway *gateway = user;
    int status = gateway->error;
    if (status == 0) {
        status = cg_gate_renumbered(gateway->gate, index_of(session), true,
                                    now());
    }
    if (gateway->transport != NULL) {
        drain(gateway, status);
    } else if (status != 0) {
        fail(gateway, status);
    }
}

static enum fix8c_verdict on_message(void *user,
                                     struct fix8c_session *session,
                                     const struct fix8c_message *message,
                                     struct fix8c_refusal *refusal)
{
    struct cg_gateway *gateway = user;
    (void)refusal; /* the gate makes its rejects itself */
    drain(gateway, cg_gate_recv(gateway->gate, index_of(session),
                                message->bytes, message->len, now()));
    return FIX8C_ACCEPT;
}

/* A message out of the store, copied: the store is not to be used meanwhile. */
struct found {
    char *bytes;
    size_t max;
    size_t len;
};

static void on_found(void *context,
                     int seq,
                     const char *bytes,
                     size_t len,
                     size_t body_at,
                     size_t body_len)
{
    struct found *found = context;
    (void)seq;
    (void)body_at;
    (void)body_len;
    if (len <= found->max) {
        memcpy(found->bytes, bytes, len);
        found->len = len;
    }
}

/* The value of the first field that begins with |tag| and '='. */
static struct cg_slice find_field(const struct fix8c_message *message,
                                  const char *tag)
{
    const char *end = message->bytes + message->len;
    size_t len = strlen(tag);
    for (const char *at = message->bytes; at < end;) {
        const char *stop = memchr(at, '\001', (size_t)(end - at));
        if (stop == NULL) {
            break;
        }
        if ((size_t)(stop - at) >= len && memcmp(at, tag, len) == 0) {
            return (struct cg_slice){at + len, (size_t)(stop - at) - len};
        }
        at = stop + 1;
    }
    return (struct cg_slice){NULL, 0};
}

/* RefSeqNum(45) of a Reject, 0 when it has none. */
static int rejected_seq(const struct fix8c_message *message)
{
    int64_t seq = 0;
    bool good = cg_decimal_parse(find_field(message, "45="), 0, &seq);
    return good && seq > 0 && seq < INT32_MAX ? (int)seq : 0;
}

/* R46: a SequenceReset that fills no gap skips what nobody will resend. */
static void sequence_reset(struct cg_gateway *gateway,
                           struct fix8c_session *session,
                           const struct fix8c_message *message)
{
    struct cg_slice fills = find_field(message, "123=");
    int64_t next = 0;
    bool skips = cg_decimal_parse(find_field(message, "36="), 0, &next) &&
                 next > fix8c_session_next_target(session);
    if (skips && !cg_slice_is(fills, "Y")) {
        drain(gateway, cg_gate_renumbered(gateway->gate, index_of(session),
                                          false, now()));
    }
}

/* A Reject (3) is an admin message, but it may be about an order. */
static void rejected(struct cg_gateway *gateway,
                     struct fix8c_session *session,
                     const struct fix8c_message *message)
{
    int seq = rejected_seq(message);
    struct found found = {.bytes = gateway->scratch,
                          .max = gateway->scratch_max};
    say(gateway, CG_LOG_WARNING, fix8c_session_name(session),
        "ALARM: the peer sent a Reject");
    if (seq > 0 && cg_journal_message_get(gateway->journal.user,
                                          fix8c_session_name(session), seq, seq,
                                          on_found, &found) != 0) {
        fail(gateway, CG_ERR_IO);
    }
    if (found.len > 0) {
        drain(gateway, cg_gate_rejected(gateway->gate, index_of(session),
                                        found.bytes, found.len, now()));
    }
}

static enum fix8c_verdict on_admin(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal)
{
    (void)refusal;
    if (message->type_len == 1 && message->type[0] == '3') {
        rejected(user, session, message);
    } else if (message->type_len == 1 && message->type[0] == '4') {
        sequence_reset(user, session, message);
    }
    return FIX8C_ACCEPT;
}

/* R22: an order whose cover has died is gap-filled, not resent. */
static enum fix8c_verdict on_sending(void *user,
                                     struct fix8c_session *session,
                                     const struct fix8c_message *message)
{
    struct cg_gateway *gateway = user;
    if (!message->possdup ||
        cg_gate_may_resend(gateway->gate, index_of(session), message->bytes,
                           message->len)) {
        return FIX8C_ACCEPT;
    }
    say(gateway, CG_LOG_INFO, fix8c_session_name(session),
        "a message whose cover has died is gap-filled, not resent");
    return FIX8C_WITHHOLD;
}

static void
on_event(void *user, struct fix8c_session *session, const char *text)
{
    say(user, CG_LOG_NOTICE, fix8c_session_name(session), text);
}

/* --- turns -------------------------------------------------------------- */

static void on_grace(uv_timer_t *timer)
{
    struct cg_gateway *gateway = timer->data;
    say(gateway, CG_LOG_ERROR, "gate",
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
    say(gateway, CG_LOG_ERROR, "gate",
        gateway->journal.error(gateway->journal.user));
    say(gateway, CG_LOG_ERROR, "gate", text);
    uv_timer_start(&gateway->grace, on_grace, (uint64_t)(grace / CG_MS), 0);
    drain(gateway, cg_gate_stop(gateway->gate, now()));
    return cg_gate_commit(gateway->gate);
}

static int before_flush(void *user)
{
    struct cg_gateway *gateway = user;
    int status = gateway->error != 0 ? gateway->error
                                     : cg_gate_commit(gateway->gate);
    if (status == CG_GATE_E_SPARE && !gateway->failing) {
        status = begin_to_fail(gateway);
    }
    if (status == CG_GATE_E_SPARE) {
        return 0;
    }
    if (status != 0) {
        fail(gateway, status);
    } else if (!gateway->failing) {
        cg_keeper_committed(gateway->keeper);
    }
    return status;
}

static void on_failed(void *user, int error)
{
    struct cg_gateway *gateway = user;
    fail(gateway, error == FIX8C_ERR_STORE ? CG_ERR_IO : error);
    cg_gateway_stop(gateway);
}

static void on_line(void *user, const char *text)
{
    say(user, CG_LOG_NOTICE, "line", text);
}

static void
on_gate(void *user, enum cg_log_level level, cg_time at, const char *text)
{
    (void)at;
    say(user, level, "gate", text);
}

/* --- par rates ---------------------------------------------------------- */
static void on_say(void *user, enum cg_log_level level, const char *text)
{
    say(user, level, "gate", text);
}

static void on_taken(void *user, int status)
{
    drain(user, status);
}

void cg_gateway_reload(struct cg_gateway *gateway)
{
    if (gateway->stopping) {
        return;
    }
    if (gateway->rates == NULL) {
        say(gateway, CG_LOG_NOTICE, "gate",
            "there is no ParRates= to read again");
    } else {
        cg_gateway_rates_ask(gateway->rates);
    }
}

static int open_rates(struct cg_gateway *gateway)
{
    const struct cg_gateway_rates_options options = {
        .loop = gateway->options.loop,
        .config = gateway->options.config,
        .gate = gateway->gate,
        .now = now,
        .say = on_say,
        .taken = on_taken,
        .user = gateway,
    };
    gateway->rates = cg_gateway_rates_open(&options);
    return gateway->rates != NULL ? 0 : CG_ERR_MEMORY;
}

/* --- the journal's length ------------------------------------------------ */

void cg_gateway_archive(struct cg_gateway *gateway)
{
    if (!gateway->stopping && !gateway->failing) {
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
        .now = now,
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
    say(gateway, CG_LOG_NOTICE, "gate", text);
}

static int open_gate(struct cg_gateway *gateway, char *error, size_t error_len)
{
    const char *path = gateway->host.journal;
    if (cg_keeper_lacks_spare(path)) {
        say(gateway, CG_LOG_WARNING, "gate",
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
        .now = now(),
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
open_sessions(struct cg_gateway *gateway, char *error, size_t error_len)
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
    struct fix8c_store store = {
        .user = gateway->journal.user,
        .load = cg_journal_session_load,
        .set_sender = cg_journal_session_set_sender,
        .set_target = cg_journal_session_set_target,
        .set = cg_journal_message_set,
        .get = cg_journal_message_get,
        .reset = cg_journal_session_reset,
    };
    struct fix8c_dictionary dictionaries[] = {
        {"FIX.4.2", cg_fix_session_dictionary(CG_FIX42)},
        {"FIX.4.4", cg_fix_session_dictionary(CG_FIX44)},
        {"FIXT.1.1", cg_fix_transport_dictionary(CG_FIX50SP2)},
        {"FIX.5.0SP2", cg_fix_session_dictionary(CG_FIX50SP2)},
    };
    struct fix8c_options options = {
        .callbacks = &callbacks,
        .store = &store,
        .dictionaries = dictionaries,
        .dictionaries_len = CG_COUNT(dictionaries),
        .user = gateway,
    };
    int status = fix8c_engine_open(gateway->host.fix_settings, &options, error,
                                   error_len, &gateway->engine);
    const char *why = gateway->journal.error(gateway->journal.user);
    if (status != 0 && why[0] != '\0') { /* its message store */
        snprintf(error, error_len, "%s", why);
    }
    return status;
}

static int
open_transport(struct cg_gateway *gateway, char *error, size_t error_len)
{
    struct fix8c_transport_options options = {
        .message_max = gateway->host.message_max,
        .before_flush = before_flush,
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
    drain(gateway, 0);
    int kept = open_keeper(gateway);
    if (kept != 0) {
        return kept;
    }
    if (gateway->host.par_rates != NULL) {
        int status = open_rates(gateway);
        if (status != 0) {
            return status;
        }
    }
    return gateway->error != 0 ? gateway->error : cg_gate_commit(gateway->gate);
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
    int status = open_gate(gateway, error, error_len);
    status = status != 0 ? status : open_sessions(gateway, error, error_len);
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
    cg_keeper_close(gateway->keeper);
    cg_gate_close(gateway->gate);
    cg_gateway_rates_close(gateway->rates);
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
