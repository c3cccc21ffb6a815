/*
 * The kit's own gate, with which a hub is certified: fresh for each attempt,
 * its clients and venues in memory, the hub's line over FIX.
 *
 * A fresh gate counts its requests (2318) from 1, but no two of one hub's
 * session may be the same: on the line each has a number added, which is
 * another one in each attempt.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"

#include <fix_value.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SOH '\001'

/* Numbers below the line's that the hub made up must be no number of ours. */
#define STRANGE ((int64_t)1 << 40)
#define ASKS_MAX 1000000

/* --- request numbers ---------------------------------------------------- */

static bool is_request(struct cg_slice field, struct cg_slice *value)
{
    if (field.len < 6 || (memcmp(field.data, "2318=", 5) != 0 &&
                          memcmp(field.data, "2322=", 5) != 0)) {
        return false;
    }
    *value = (struct cg_slice){field.data + 5, field.len - 5};
    return true;
}

static int64_t on_line(const struct kit_play *play, int64_t number)
{
    return number + play->base;
}

static int64_t in_gate(const struct kit_play *play, int64_t number)
{
    int64_t own = number - play->base;

    if (own > 0 && own <= ASKS_MAX) {
        return own;
    }
    return number > 0 && number < STRANGE ? number + STRANGE : number;
}

/* Copies fields, and puts another number into 2318 and 2322. */
static bool renumber(const struct kit_play *play,
                     struct cg_slice fields,
                     int64_t (*number_of)(const struct kit_play *play,
                                          int64_t number),
                     struct cg_fix_writer *out)
{
    while (fields.len > 0) {
        const char *end = memchr(fields.data, SOH, fields.len);
        size_t len = end != NULL ? (size_t)(end - fields.data) : fields.len;
        struct cg_slice field = {fields.data, len};
        struct cg_slice value;
        int64_t number;

        if (is_request(field, &value) && cg_fix_int(value, &number)) {
            char text[32];

            (void)snprintf(text, sizeof(text), "%" PRId64,
                           number_of(play, number));
            cg_fix_put_raw(out, (struct cg_slice){field.data, 5});
            cg_fix_put_raw(out, cg_slice_str(text));
        } else {
            cg_fix_put_raw(out, field);
        }
        len += end != NULL ? 1 : 0;
        if (end != NULL) {
            cg_fix_put_raw(out, CG_SLICE("\001"));
        }
        fields.data += len;
        fields.len -= len;
    }
    return !out->full;
}

/* The message of the peer with the gate's own numbers, in the kit's |fed|; its
 * length, 0 when it does not fit. */
static size_t translate(struct kit_play *play, struct cg_slice bytes)
{
    struct cg_script_runner *runner = &play->runner;
    struct cg_fix_writer out = cg_fix_writer_over(runner->buffer,
                                                  CG_SCRIPT_BUFFER);
    cg_session hub = play->kit->options.hub;
    struct cg_slice rest = bytes;
    struct cg_slice type = CG_SLICE("");
    struct cg_slice value;
    uint32_t tag;

    for (int i = 0; i < 3; i++) {
        (void)cg_script_field_next(&rest, &tag, &value);
        type = value;
    }
    if (rest.len < 7) {
        return 0;
    }
    rest.len -= 7; /* 10=nnn and its SOH */
    if (!renumber(play, rest, in_gate, &out)) {
        return 0;
    }
    return cg_fix_seal(play->kit->fed, CG_SCRIPT_BUFFER,
                       play->kit->config.sessions[hub].version, type,
                       cg_fix_written(&out), CG_SLICE(""));
}

/* --- out ---------------------------------------------------------------- */

/* To an actor without a socket. */
static void to_memory(struct kit_play *play, const struct cg_out *out)
{
    struct cg_script_runner *runner = &play->runner;
    struct cg_script_message *message = cg_script_message_add(
        runner, &runner->out, out->session, cg_slice_str(out->type),
        (struct cg_slice){out->header, out->header_len},
        (struct cg_slice){out->body, out->body_len});
    size_t len;

    if (message == NULL) {
        return;
    }
    message->seq = ++runner->seq_out[out->session];
    len = cg_script_seal(runner, message, false, runner->whole,
                         CG_SCRIPT_BUFFER);
    kit_say_message(play->kit, play->kit->config.sessions[out->session].name,
                    true, (struct cg_slice){runner->whole, len});
}

static void to_peer(struct kit_play *play, const struct cg_out *out)
{
    struct cg_script_runner *runner = &play->runner;
    struct kit_actor *actor = kit_actor(play->kit, out->session);
    struct cg_fix_writer body = cg_fix_writer_over(runner->buffer,
                                                   CG_SCRIPT_BUFFER);
    struct cg_slice plain = {out->body, out->body_len};
    struct cg_script_message *message;
    int status;

    if (!renumber(play, plain, on_line, &body)) {
        kit_note(play->kit, "gate", "a message to the hub is too long");
        return;
    }
    message = cg_script_message_add(
        runner, &runner->out, out->session, cg_slice_str(out->type),
        (struct cg_slice){out->header, out->header_len}, cg_fix_written(&body));
    if (message == NULL) {
        return;
    }
    message->seq = fix8c_session_next_sender(actor->fix);
    message->taken = kit_is_of_logon(play, message, false);
    status = kit_session_send(actor, message);
    if (status != 0) {
        kit_note(play->kit, "gate", "%s was not sent: %s", message->type,
                 fix8c_error_text(status));
    }
}

void kit_gate_drain(struct kit_play *play, int status)
{
    struct cg_script_runner *runner = &play->runner;
    struct cg_out out;

    runner->now = kit_now();
    while (status == 0 && runner->error == 0 &&
           cg_gate_pull(runner->gate, &out)) {
        if (kit_is_peer(play->kit, out.session)) {
            to_peer(play, &out);
        } else {
            to_memory(play, &out);
        }
    }
    if (status == 0) {
        status = cg_gate_commit(runner->gate);
    }
    if (status != 0 && runner->error == 0) {
        runner->error = status;
    }
    if (runner->error == CG_ERR_MEMORY) {
        kit_end(play, CG_KIT_BROKEN, "there is not enough memory");
    } else if (runner->error != 0) {
        kit_end(play, CG_KIT_BROKEN, "the kit's gate has failed: error %d",
                runner->error);
    }
}

/* --- in ----------------------------------------------------------------- */

static bool is_usable(const struct kit_play *play)
{
    return play->runner.gate != NULL && play->runner.error == 0;
}

void kit_gate_heard(struct kit_play *play,
                    cg_session session,
                    const char *bytes,
                    size_t len)
{
    struct cg_slice whole = {bytes, len};

    if (!is_usable(play)) {
        return;
    }
    if (kit_is_peer(play->kit, session)) {
        len = translate(play, whole);
        whole = (struct cg_slice){play->kit->fed, len};
    }
    if (len == 0) {
        kit_note(play->kit, "gate", "a message of the hub is too long");
        return;
    }
    kit_gate_drain(play, cg_gate_recv(play->runner.gate, session, whole.data,
                                      whole.len, kit_now()));
}

void kit_gate_link(struct kit_play *play, cg_session session, bool up)
{
    if (is_usable(play)) {
        kit_gate_drain(play,
                       cg_gate_link(play->runner.gate, session, up, kit_now()));
    }
}

void kit_gate_tick(struct kit_play *play)
{
    cg_time now = kit_now();

    if (is_usable(play) && cg_gate_deadline(play->runner.gate) <= now) {
        kit_gate_drain(play, cg_gate_tick(play->runner.gate, now));
    }
}

/* --- its life ----------------------------------------------------------- */

static void
on_log(void *user, enum cg_log_level level, cg_time now, const char *text)
{
    const struct kit_play *play = user;

    (void)now;
    if (level <= CG_LOG_INFO) {
        kit_note(play->kit, "gate", "%s", text);
    }
}

static bool open_again(struct kit_play *play)
{
    char error[512] = "";
    struct cg_gate_options options = {
        .config = &play->kit->config,
        .journal = &play->runner.journal,
        .now = kit_now(),
        .log = on_log,
        .user = play,
    };
    int status = cg_gate_open(&options, error, sizeof(error),
                              &play->runner.gate);

    if (status != 0) {
        play->runner.gate = NULL;
        kit_end(play, CG_KIT_BROKEN, "the kit's gate does not open: %s",
                status == CG_ERR_MEMORY ? "there is not enough memory" : error);
        return false;
    }
    kit_gate_drain(play, 0);
    return play->runner.error == 0;
}

/* Its ids must be no other attempt's. */
static void name_gate(struct kit_play *play)
{
    struct cg_kit *kit = play->kit;

    (void)snprintf(kit->config.gate_name, sizeof(kit->config.gate_name),
                   "%.10s-%s", kit->options.config->gate_name, play->run);
}

bool kit_gate_open(struct kit_play *play)
{
    struct cg_kit *kit = play->kit;
    /* Of attempts that are a millisecond apart, in whatever run. */
    int64_t base = kit_now() / CG_MS % 10000000000 * 1000;

    if (kit->next_base < base) {
        kit->next_base = base;
    }
    play->base = kit->next_base;
    kit->next_base += 1000;
    name_gate(play);
    if (cg_journal_open_capture(&play->runner.journal) != 0) {
        play->runner.journal = (struct cg_journal){0};
        play->runner.error = CG_ERR_MEMORY;
        return false;
    }
    return open_again(play);
}

void kit_gate_close(struct kit_play *play)
{
    cg_gate_close(play->runner.gate);
    play->runner.gate = NULL;
    if (play->runner.journal.close != NULL) {
        play->runner.journal.close(play->runner.journal.user);
    }
    play->runner.journal = (struct cg_journal){0};
}

void kit_gate_crash(struct kit_play *play)
{
    struct cg_kit *kit = play->kit;

    kit_session_down(kit_actor(kit, kit->options.hub));
    for (cg_session i = 0; i < kit->config.session_count; i++) {
        kit->actors[i].linked = false;
        kit->actors[i].lost = false;
    }
    cg_gate_close(play->runner.gate);
    play->runner.gate = NULL;
    cg_journal_capture_crash(&play->runner.journal);
    (void)open_again(play);
}
