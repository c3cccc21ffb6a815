/*
 * What the FIX sessions of a gateway tell, and how the gate hears of it.
 *
 * Decides nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gateway_internal.h"

#include "check.h"
#include "decimal.h"
#include <creditgate/dictionary.h>
#include <stdio.h>
#include <string.h>

static cg_session index_of(struct fix8c_session *session)
{
    return (cg_session)(uintptr_t)fix8c_session_user(session);
}

static void on_logon(void *user, struct fix8c_session *session)
{
    struct cg_gateway *gateway = user;
    cg_gateway_say(gateway, CG_LOG_NOTICE, fix8c_session_name(session),
                   "logged on");
    cg_gateway_drain(gateway, cg_gate_link(gateway->gate, index_of(session),
                                           true, cg_gateway_now()));
}

static void on_logout(void *user, struct fix8c_session *session)
{
    struct cg_gateway *gateway = user;
    cg_gateway_say(gateway, CG_LOG_NOTICE, fix8c_session_name(session),
                   "logged out");
    cg_gateway_drain(gateway, cg_gate_link(gateway->gate, index_of(session),
                                           false, cg_gateway_now()));
}

static void on_created(void *user, struct fix8c_session *session)
{
    struct cg_gateway *gateway = user;
    fix8c_session_set_user(session, (void *)(uintptr_t)gateway->created++);
}

/*
 * R22: what was sent before cannot be asked for any more.  While the sessions
 * are opened the gate is not told yet: it has still to say what it decided when
 * it was opened itself (R45).
 */
static void on_reset(void *user, struct fix8c_session *session)
{
    struct cg_gateway *gateway = user;
    int status = gateway->error;
    if (gateway->engine == NULL) {
        gateway->reset[index_of(session)] = true;
        return;
    }
    if (status == 0) {
        status = cg_gate_renumbered(gateway->gate, index_of(session), true,
                                    cg_gateway_now());
    }
    if (gateway->transport != NULL) {
        cg_gateway_drain(gateway, status);
    } else if (status != 0) {
        cg_gateway_fail(gateway, status);
    }
}

static enum fix8c_verdict on_message(void *user,
                                     struct fix8c_session *session,
                                     const struct fix8c_message *message,
                                     struct fix8c_refusal *refusal)
{
    struct cg_gateway *gateway = user;
    (void)refusal; /* the gate makes its rejects itself */
    cg_gateway_drain(gateway, cg_gate_recv(gateway->gate, index_of(session),
                                           message->bytes, message->len,
                                           gateway->arrived));
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
        cg_gateway_drain(gateway,
                         cg_gate_renumbered(gateway->gate, index_of(session),
                                            false, cg_gateway_now()));
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
    cg_gateway_say(gateway, CG_LOG_WARNING, fix8c_session_name(session),
                   "ALARM: the peer sent a Reject");
    if (seq > 0 && cg_journal_message_get(gateway->journal.user,
                                          fix8c_session_name(session), seq, seq,
                                          on_found, &found) != 0) {
        cg_gateway_fail(gateway, CG_ERR_IO);
    }
    if (found.len > 0) {
        cg_gateway_drain(gateway,
                         cg_gate_rejected(gateway->gate, index_of(session),
                                          found.bytes, found.len,
                                          cg_gateway_now()));
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
    cg_gateway_say(gateway, CG_LOG_INFO, fix8c_session_name(session),
                   "a message whose cover has died is gap-filled, not resent");
    return FIX8C_WITHHOLD;
}

/* A message is among the bytes that wait for the end of the turn. */
static void on_sent(void *user,
                    struct fix8c_session *session,
                    const struct fix8c_message *message)
{
    struct cg_gateway *gateway = user;
    cg_message_log_out(gateway->messages, fix8c_session_name(session),
                       message->bytes, message->len);
}

static void
on_event(void *user, struct fix8c_session *session, const char *text)
{
    cg_gateway_say(user, CG_LOG_NOTICE, fix8c_session_name(session), text);
}

int cg_gateway_open_sessions(struct cg_gateway *gateway,
                             char *error,
                             size_t error_len)
{
    const struct fix8c_callbacks callbacks = {
        .created = on_created,
        .logon = on_logon,
        .logout = on_logout,
        .from_admin = on_admin,
        .from_app = on_message,
        .to_app = on_sending,
        .sent = gateway->messages != NULL ? on_sent : NULL,
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
