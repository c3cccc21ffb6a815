/*
 * The FIX sessions of a kit: what they tell, and what is said on them.
 *
 * Decides nothing about a case.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"
#include "wire.h"

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

bool kit_is_flood(struct kit_play *play, const char *who)
{
    size_t max = play->kit->options.limits.flood_max;

    if (play->heard > max ||
        (play->wire != NULL && cg_wire_count(play->wire) > max)) {
        kit_end(play, CG_KIT_FAILED,
                "%s has sent more than %zu messages in one case: a flood", who,
                max);
    } else if (play->heard_bytes > KIT_FLOOD_BYTES) {
        kit_end(play, CG_KIT_FAILED,
                "%s has sent more than %zu MiB in one case: a flood", who,
                KIT_FLOOD_BYTES / 1024 / 1024);
    } else {
        return false;
    }
    return true;
}

/* Each message costs; whoever sends without an end is cut off. */
static void count(struct kit_actor *actor, size_t len)
{
    struct kit_play *play = actor->kit->play;

    if (play == NULL) {
        return;
    }
    play->heard++;
    play->heard_bytes += len;
    if (kit_is_flood(play, actor->config->name)) {
        kit_session_down(actor);
    }
}

static bool is_drowned(const struct kit_play *play)
{
    return play->heard > play->kit->options.limits.flood_max ||
           play->heard_bytes > KIT_FLOOD_BYTES;
}

/* --- a peer that does not log on ----------------------------------------- */

/* The FIX engine only says "CompID problem"; whoever has to mend it wants to
 * know which. */
static void look_at_ids(struct kit_actor *actor, struct cg_slice whole)
{
    const struct cg_config_session *config = actor->config;
    bool hub = actor->kit->options.seat == CG_KIT_HUB;
    const char *from = hub ? config->target_comp_id : config->sender_comp_id;
    const char *to = hub ? config->sender_comp_id : config->target_comp_id;
    struct cg_slice sender = CG_SLICE("");
    struct cg_slice target = CG_SLICE("");

    (void)find(whole, 49, &sender);
    (void)find(whole, 56, &target);
    if (!cg_slice_is(sender, from) || !cg_slice_is(target, to)) {
        (void)snprintf(actor->strange, sizeof(actor->strange),
                       "it calls itself %.*s and us %.*s, not %s and %s",
                       sender.len < 64 ? (int)sender.len : 64, sender.data,
                       target.len < 64 ? (int)target.len : 64, target.data,
                       from, to);
    }
}

static void look_at_clock(struct kit_actor *actor, struct cg_slice whole)
{
    struct cg_slice value;
    cg_time said;

    if (find(whole, 52, &value) && cg_fix_time(value, &said)) {
        cg_time off = said - kit_now();

        if (off > KIT_CLOCK_OFF_NS || off < -KIT_CLOCK_OFF_NS) {
            (void)snprintf(actor->strange, sizeof(actor->strange),
                           "its clock is %lld s %s ours",
                           (long long)((off < 0 ? -off : off) / CG_SECOND),
                           off < 0 ? "behind" : "ahead of");
        }
    }
}

/* Whatever it says before it is logged on. */
static void look_at_logon(struct kit_actor *actor, struct cg_slice whole)
{
    struct cg_slice begin = CG_SLICE("");
    struct cg_slice type = CG_SLICE("");

    actor->strange[0] = '\0';
    (void)find(whole, 8, &begin);
    (void)find(whole, 35, &type);
    if (!cg_slice_is(begin, actor->config->begin_string)) {
        (void)snprintf(actor->strange, sizeof(actor->strange),
                       "it speaks %.*s, not %s",
                       begin.len < 64 ? (int)begin.len : 64, begin.data,
                       actor->config->begin_string);
    } else if (!cg_slice_is(type, "A") && !cg_slice_is(type, "5")) {
        (void)snprintf(actor->strange, sizeof(actor->strange),
                       "it said 35=%.*s before a Logon",
                       type.len < 64 ? (int)type.len : 64, type.data);
    } else {
        look_at_ids(actor, whole);
        if (actor->strange[0] == '\0') {
            look_at_clock(actor, whole);
        }
    }
}

void kit_session_why(const struct kit_actor *actor, char *text, size_t len)
{
    const char *line = actor->kit->line;

    (void)snprintf(
        text, len, "%s%s%s%s%s%s%s%s", actor->strange[0] != '\0' ? "; " : "",
        actor->strange, actor->refused[0] != '\0' ? "; we told it: " : "",
        actor->refused, actor->logout[0] != '\0' ? "; it said: " : "",
        actor->logout, line[0] != '\0' ? "; the connection: " : "", line);
}

/* --- what came, to steps -------------------------------------------------- */

static void on_received(void *user,
                        struct fix8c_session *session,
                        const char *bytes,
                        size_t len)
{
    struct cg_kit *kit = user;
    struct kit_actor *actor = fix8c_session_user(session);
    struct cg_slice whole = {bytes, len};

    kit_take_clock(kit, whole);
    if (!fix8c_session_logged_on(session)) {
        look_at_logon(actor, whole);
    }
    if (kit->play != NULL && !is_drowned(kit->play)) {
        kit_say_message(kit, actor->config->name,
                        kit->options.seat == CG_KIT_GATE, whole);
        kit_hear_again(kit->play, actor->index, whole);
    }
    count(actor, len);
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
        kept->taken = from_peer &&
                      kit_is_of_logon(actor->kit->play, kept, true);
    }
    return kept;
}

static bool counts(const struct kit_actor *actor)
{
    const struct kit_play *play = actor->kit->play;

    return play != NULL && actor->linked && !is_drowned(play);
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

/* The Text(58) of a Logout. */
static void
take_text(const struct fix8c_message *message, char *out, size_t len)
{
    struct cg_slice text;
    bool said = find((struct cg_slice){message->body, message->body_len}, 58,
                     &text);

    (void)snprintf(out, len, "%.*s", said ? (int)text.len : 0,
                   said ? text.data : "");
}

static enum fix8c_verdict on_admin(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal)
{
    struct kit_actor *actor = fix8c_session_user(session);

    (void)user;
    (void)refusal;
    if (is_type(message, "5")) {
        take_text(message, actor->logout, sizeof(actor->logout));
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

    if (is_type(message, "5")) {
        take_text(message, actor->refused, sizeof(actor->refused));
    }
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
    actor->missed = 0;
    kit->line[0] = '\0';
    kit->met = true;
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
