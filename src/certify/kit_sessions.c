/*
 * The FIX sessions of a kit: what they tell, and what is said on them.
 *
 * Decides nothing about a case.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"

#include <creditgate/dictionary.h>
#include <fix_value.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what came ---------------------------------------------------------- */

static bool is_type(const struct fix8c_message *message, const char *type)
{
    return cg_slice_is((struct cg_slice){message->type, message->type_len},
                       type);
}

/* The first field |tag| of |bytes|; false when there is none. */
static bool find(struct cg_slice bytes, uint32_t wanted, struct cg_slice *value)
{
    uint32_t tag;

    while (cg_script_field_next(&bytes, &tag, value)) {
        if (tag == wanted) {
            return true;
        }
    }
    return false;
}

void kit_take_clock(struct cg_kit *kit, struct cg_slice bytes)
{
    struct cg_slice value;
    cg_time said;

    if (find(bytes, 52, &value) && cg_fix_time(value, &said)) {
        kit->clocks[kit->clock_count++ % KIT_CLOCKS] = said - kit_now();
    }
}

/* Each message costs; whoever sends without an end is cut off. */
static void count(struct kit_actor *actor)
{
    struct cg_kit *kit = actor->kit;
    struct kit_play *play = kit->play;

    if (play == NULL || ++play->heard <= kit->options.limits.flood_max) {
        return;
    }
    if (play->heard == kit->options.limits.flood_max + 1) {
        kit_end(play, CG_KIT_FAILED,
                "%s has sent more than %zu messages in one case: a flood",
                actor->config->name, kit->options.limits.flood_max);
    }
    kit_session_down(actor);
}

static void on_received(void *user,
                        struct fix8c_session *session,
                        const char *bytes,
                        size_t len)
{
    struct cg_kit *kit = user;
    struct kit_actor *actor = fix8c_session_user(session);
    struct cg_slice whole = {bytes, len};

    kit_take_clock(kit, whole);
    if (kit->play != NULL &&
        kit->play->heard <= kit->options.limits.flood_max) {
        kit_say_message(kit, actor->config->name,
                        kit->options.seat == CG_KIT_GATE, whole);
        kit_hear_again(kit->play, actor->index, whole);
    }
    count(actor);
}

/* The header of a message as steps see it: without 8, 9 and 35. */
static struct cg_slice header_of(const struct fix8c_message *message)
{
    struct cg_slice rest = {message->bytes,
                            (size_t)(message->body - message->bytes)};
    struct cg_slice value;
    uint32_t tag;

    for (int i = 0; i < 3; i++) {
        if (!cg_script_field_next(&rest, &tag, &value)) {
            break;
        }
    }
    return rest;
}

/* Keeps what came for the steps of the case. */
static struct cg_script_message *keep(struct kit_actor *actor,
                                      const struct fix8c_message *message)
{
    struct kit_play *play = actor->kit->play;
    bool from_peer = kit_is_peer(actor->kit, actor->index);
    struct cg_script_message *kept;

    play->runner.now = kit_now();
    kept = cg_script_message_add(
        &play->runner, from_peer ? &play->runner.in : &play->runner.out,
        actor->index, (struct cg_slice){message->type, message->type_len},
        header_of(message),
        (struct cg_slice){message->body, message->body_len});
    if (kept != NULL) {
        kept->seq = message->seq;
    }
    return kept;
}

static bool counts(const struct kit_actor *actor)
{
    const struct kit_play *play = actor->kit->play;

    return play != NULL && actor->linked &&
           play->heard <= actor->kit->options.limits.flood_max;
}

static enum fix8c_verdict on_app(void *user,
                                 struct fix8c_session *session,
                                 const struct fix8c_message *message,
                                 struct fix8c_refusal *refusal)
{
    struct kit_actor *actor = fix8c_session_user(session);

    (void)user;
    (void)refusal;
    if (counts(actor) && keep(actor, message) != NULL &&
        kit_is_peer(actor->kit, actor->index)) {
        kit_gate_heard(actor->kit->play, actor->index, message->bytes,
                       message->len);
    }
    return FIX8C_ACCEPT;
}

/* Our message that a Reject (3) of the peer is about goes back to the gate. */
static void rejected(struct kit_play *play,
                     struct kit_actor *actor,
                     const struct fix8c_message *message)
{
    struct cg_slice bytes = {message->bytes, message->len};
    struct cg_slice value;
    int64_t seq = 0;

    if (!find(bytes, 45, &value) || !cg_fix_int(value, &seq)) {
        return;
    }
    for (size_t i = play->runner.out.count; i-- > 0;) {
        const struct cg_script_message *sent = &play->runner.out.items[i];

        if (sent->session == actor->index && sent->seq == seq) {
            size_t len = cg_script_seal(&play->runner, sent, false,
                                        play->runner.buffer, CG_SCRIPT_BUFFER);

            kit_gate_drain(
                play, cg_gate_rejected(play->runner.gate, actor->index,
                                       play->runner.buffer, len, kit_now()));
            return;
        }
    }
}

static enum fix8c_verdict on_admin(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal)
{
    struct kit_actor *actor = fix8c_session_user(session);
    struct cg_slice text;

    (void)user;
    (void)refusal;
    if (is_type(message, "5")) {
        bool said = find((struct cg_slice){message->body, message->body_len},
                         58, &text);

        (void)snprintf(actor->logout, sizeof(actor->logout), "%.*s",
                       said ? (int)text.len : 0, said ? text.data : "");
    } else if (is_type(message, "3") && counts(actor) &&
               keep(actor, message) != NULL &&
               kit_is_peer(actor->kit, actor->index) &&
               actor->kit->play->runner.gate != NULL) {
        rejected(actor->kit->play, actor, message);
    }
    return FIX8C_ACCEPT;
}

static void on_sent(void *user,
                    struct fix8c_session *session,
                    const struct fix8c_message *message)
{
    struct cg_kit *kit = user;
    struct kit_actor *actor = fix8c_session_user(session);

    kit_say_message(kit, actor->config->name, kit->options.seat == CG_KIT_HUB,
                    (struct cg_slice){message->bytes, message->len});
}

/* --- lines -------------------------------------------------------------- */

static void on_logon(void *user, struct fix8c_session *session)
{
    struct cg_kit *kit = user;
    struct kit_actor *actor = fix8c_session_user(session);

    actor->logon_at = kit_now();
    actor->logout[0] = '\0';
    kit_note(kit, actor->config->name, "logged on");
    if (kit->play == NULL || !actor->wanted) {
        return;
    }
    actor->came = true;
    /* The first time the hub may say first what it says after a logon; later
     * that is what the case looks at. */
    if (kit->options.seat == CG_KIT_GATE || actor->ups > 1) {
        actor->linked = true;
    }
    if (kit_is_peer(kit, actor->index) && actor->linked) {
        kit_gate_link(kit->play, actor->index, true);
    }
}

static void on_logout(void *user, struct fix8c_session *session)
{
    struct cg_kit *kit = user;
    struct kit_actor *actor = fix8c_session_user(session);
    struct kit_play *play = kit->play;

    actor->logon_at = 0;
    if (actor->away) {
        (void)fix8c_session_logout(session, NULL);
    }
    kit_note(kit, actor->config->name, "logged out%s%s",
             actor->logout[0] != '\0' ? ": " : "", actor->logout);
    if (play == NULL || !actor->linked) {
        return;
    }
    actor->linked = false;
    actor->lost = true;
    actor->lost_at = kit_now();
    /* Nobody comes back before the case says so. */
    actor->away = true;
    (void)fix8c_session_logout(session, NULL);
    if (kit_is_peer(kit, actor->index)) {
        kit_gate_link(play, actor->index, false);
    }
}

static void on_created(void *user, struct fix8c_session *session)
{
    struct cg_kit *kit = user;
    struct kit_actor *actor = &kit->actors[kit->created[kit->created_count++]];

    actor->fix = session;
    fix8c_session_set_user(session, actor);
}

static void on_reset(void *user, struct fix8c_session *session)
{
    struct cg_kit *kit = user;
    struct kit_actor *actor = fix8c_session_user(session);
    struct kit_play *play = kit->play;

    if (play != NULL && actor->wanted && play->runner.gate != NULL &&
        kit_is_peer(kit, actor->index)) {
        kit_gate_drain(play, cg_gate_renumbered(play->runner.gate, actor->index,
                                                true, kit_now()));
    }
}

static void
on_event(void *user, struct fix8c_session *session, const char *text)
{
    struct cg_kit *kit = user;
    struct kit_actor *actor = fix8c_session_user(session);

    if (actor == NULL) {
        return;
    }
    (void)snprintf(actor->told, sizeof(actor->told), "%s", text);
    kit_note(kit, actor->config->name, "%s", text);
}

static void on_line(void *user, const char *text)
{
    struct cg_kit *kit = user;

    if (strstr(text, "closed to Logons") != NULL) {
        return; /* by us, until a case wants the peer */
    }
    (void)snprintf(kit->line, sizeof(kit->line), "%s", text);
    kit_note(kit, "connection", "%s", text);
}

static void on_failed(void *user, int error)
{
    struct cg_kit *kit = user;

    kit->failed = true;
    if (kit->play != NULL) {
        kit_end(kit->play, CG_KIT_BROKEN, "the FIX sessions have failed: %s",
                fix8c_error_text(error));
    }
}

/* --- what the kit does -------------------------------------------------- */

void kit_session_up(struct kit_actor *actor)
{
    actor->wanted = true;
    actor->away = false;
    if (actor->fix != NULL) {
        fix8c_session_logon(actor->fix);
    }
}

void kit_session_down(struct kit_actor *actor)
{
    actor->wanted = false;
    actor->linked = false;
    actor->away = true;
    if (actor->fix == NULL) {
        return;
    }
    if (fix8c_session_attached(actor->fix)) {
        fix8c_transport_drop(actor->kit->transport, actor->fix);
    } else {
        (void)fix8c_session_logout(actor->fix, NULL);
    }
}

void kit_session_logout(struct kit_actor *actor)
{
    actor->wanted = false;
    actor->linked = false;
    actor->away = true;
    if (actor->fix != NULL) {
        (void)fix8c_session_logout(actor->fix, NULL);
    }
}

bool kit_session_is_up(const struct kit_actor *actor)
{
    return actor->fix != NULL && fix8c_session_logged_on(actor->fix);
}

int kit_session_send(struct kit_actor *actor,
                     const struct cg_script_message *message)
{
    return fix8c_session_send(actor->fix, message->type, message->header.data,
                              message->header.len, message->body.data,
                              message->body.len);
}

/* --- opening ------------------------------------------------------------ */

static int open_engine(struct cg_kit *kit, char *error, size_t error_len)
{
    static const struct fix8c_callbacks callbacks = {
        .created = on_created,
        .logon = on_logon,
        .logout = on_logout,
        .from_admin = on_admin,
        .from_app = on_app,
        .sent = on_sent,
        .reset = on_reset,
        .event = on_event,
    };
    const struct fix8c_dictionary dictionaries[] = {
        {"FIX.4.2", cg_fix_session_dictionary(CG_FIX42)},
        {"FIX.4.4", cg_fix_session_dictionary(CG_FIX44)},
        {"FIXT.1.1", cg_fix_transport_dictionary(CG_FIX50SP2)},
        {"FIX.5.0SP2", cg_fix_session_dictionary(CG_FIX50SP2)},
    };
    const struct fix8c_options options = {
        .callbacks = &callbacks,
        .dictionaries = dictionaries,
        .dictionaries_len = sizeof(dictionaries) / sizeof(dictionaries[0]),
        .user = kit,
    };
    char *settings = kit_settings(kit);
    int status;

    if (settings == NULL) {
        return CG_ERR_MEMORY;
    }
    status = fix8c_engine_open(settings, &options, error, error_len,
                               &kit->engine);
    free(settings);
    return status;
}

int kit_sessions_open(struct cg_kit *kit, char *error, size_t error_len)
{
    const struct fix8c_transport_options options = {
        .message_max = kit->host.message_max,
        .received = on_received,
        .failed = on_failed,
        .event = on_line,
        .user = kit,
    };
    size_t count = 0;
    int status;

    for (cg_session i = 0; i < kit->config.session_count; i++) {
        if (kit_is_real(kit, i)) {
            kit->created[count++] = i;
        }
    }
    if (count == 0) {
        (void)snprintf(error, error_len,
                       "no session is played: name one that the configuration "
                       "has");
        return CG_ERR_CONFIG;
    }
    status = open_engine(kit, error, error_len);
    if (status == 0) {
        status = fix8c_transport_open(kit->options.loop, kit->engine, &options,
                                      error, error_len, &kit->transport);
    }
    if (status == FIX8C_ERR_MEMORY) {
        return CG_ERR_MEMORY;
    }
    return status == 0 ? 0 : CG_ERR_CONFIG;
}

static void on_closed(void *user)
{
    struct cg_kit *kit = user;

    kit->transport = NULL;
}

void kit_sessions_close(struct cg_kit *kit)
{
    if (kit->transport != NULL) {
        fix8c_transport_close(kit->transport, on_closed);
    }
    while (kit->transport != NULL) {
        uv_run(kit->options.loop, UV_RUN_ONCE);
    }
    fix8c_engine_close(kit->engine);
    kit->engine = NULL;
}
