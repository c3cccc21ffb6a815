/*
 * Plays a session: actors speak, the gate answers, time goes by, and every
 * message that comes out must be one that the session names.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICKS_MAX 1000000

static void pass(const struct cg_script_runner *runner,
                 const struct cg_script_step *step,
                 const struct cg_script_passed *passed)
{
    struct cg_script_passed whole = *passed;

    if (runner->options->passed == NULL) {
        return;
    }
    whole.time = runner->now;
    if (step != NULL) {
        whole.act = step->act;
        whole.session = step->session;
        whole.kept = step->kept;
    }
    runner->options->passed(runner->options->user, &whole);
}

/* --- the gate ----------------------------------------------------------- */

/* What the gate says must be valid FIX of the session's version; a peer's own
 * mistake is passed on as it is. */
static void validate(struct cg_script_runner *runner,
                     const struct cg_script_message *out)
{
    struct cg_fix_fault fault = {.text = "no message of this version",
                                 .name = ""};
    enum cg_version version =
        runner->script->config.sessions[out->session].version;
    size_t len = cg_script_seal(runner, out, false, runner->whole,
                                CG_SCRIPT_BUFFER);
    const struct cg_script_message *last =
        runner->in.count > 0 ? &runner->in.items[runner->in.count - 1] : NULL;
    bool passed = last != NULL && !runner->input_valid &&
                  strcmp(last->type, out->type) == 0;

    pass(runner, NULL,
         &(struct cg_script_passed){.act = CG_SCRIPT_EXPECT,
                                    .session = out->session,
                                    .bytes = {runner->whole, len}});
    if (len == 0 ||
        cg_fix_read(runner->message, version, runner->whole, len) != 0) {
        cg_script_fail(runner, NULL, "the gate said what cannot be read:");
        cg_script_say_message(runner, "    ", out, '<');
        return;
    }
    if ((runner->message->layout == NULL ||
         cg_fix_validate(runner->message, &fault) != 0) &&
        !passed) {
        cg_script_fail(runner, NULL,
                       "the gate said what is not valid: %u %s %s", fault.tag,
                       fault.name, fault.text);
        cg_script_say_message(runner, "    ", out, '<');
    }
}

/* Takes what the gate has to say, and makes it durable. */
static void collect(struct cg_script_runner *runner, int status)
{
    struct cg_out out;
    char error[256];

    runner->error = status;
    while (runner->error == 0 && cg_gate_pull(runner->gate, &out)) {
        struct cg_script_message *message = cg_script_message_add(
            runner, &runner->out, out.session, cg_slice_str(out.type),
            (struct cg_slice){out.header, out.header_len},
            (struct cg_slice){out.body, out.body_len});

        if (message == NULL) {
            return;
        }
        message->seq = ++runner->seq_out[out.session];
        if (runner->options->verbose) {
            cg_script_say_message(runner, "", message, '<');
        }
        validate(runner, message);
        if (runner->out.count > CG_SCRIPT_MESSAGES_MAX) {
            cg_script_fail(runner, NULL, "the gate said more than %d messages",
                           CG_SCRIPT_MESSAGES_MAX);
            return;
        }
    }
    if (runner->error == 0) {
        runner->error = cg_gate_commit(runner->gate);
    }
    if (runner->error == 0 &&
        !cg_gate_audit(runner->gate, error, sizeof(error))) {
        cg_script_fail(runner, NULL, "the books do not add up: %s", error);
    }
}

static void
on_log(void *user, enum cg_log_level level, cg_time now, const char *text)
{
    const struct cg_script_runner *runner = user;

    (void)level;
    (void)now;
    if (runner->options->verbose) {
        cg_script_say(runner, "#   %s\n", text);
    }
}

static void gate_open(struct cg_script_runner *runner)
{
    char error[256] = "";
    struct cg_gate_options options = {
        .config = &runner->script->config,
        .journal = &runner->journal,
        .now = runner->now,
        .log = on_log,
        .user = runner,
    };
    int status = cg_gate_open(&options, error, sizeof(error), &runner->gate);

    if (status == CG_ERR_MEMORY) {
        runner->gate = NULL;
        runner->error = status;
        return;
    }
    if (status != 0) {
        runner->gate = NULL;
        cg_script_fail(runner, NULL, "the gate does not open: %s", error);
        return;
    }
    collect(runner, 0);
}

/* Of the host that starts a gate: what the session's head has. */
static void take_rates(struct cg_script_runner *runner,
                       const struct cg_script_step *step)
{
    if (cg_script_take_rates(runner, step)) {
        collect(runner, 0);
    }
}

static void crash(struct cg_script_runner *runner)
{
    cg_gate_close(runner->gate);
    cg_rates_close(runner->taken);
    runner->taken = NULL;
    cg_journal_capture_crash(&runner->journal);
    gate_open(runner);
}

/* --- what came out ------------------------------------------------------ */

/* The first message that no step took; of |session|, or of any. */
static struct cg_script_message *untaken(struct cg_script_runner *runner,
                                         cg_session session)
{
    struct cg_script_messages *out = &runner->out;

    while (runner->pending < out->count && out->items[runner->pending].taken) {
        runner->pending++;
    }
    for (size_t i = runner->pending; i < out->count; i++) {
        if (!out->items[i].taken &&
            (session == CG_SESSION_NONE || out->items[i].session == session)) {
            return &out->items[i];
        }
    }
    return NULL;
}

static void say_untaken(const struct cg_script_runner *runner)
{
    for (size_t i = runner->pending; i < runner->out.count; i++) {
        if (!runner->out.items[i].taken) {
            cg_script_say_message(runner, "    ", &runner->out.items[i], '<');
        }
    }
}

static void must_be_quiet(struct cg_script_runner *runner,
                          const struct cg_script_step *step)
{
    if (runner->failed || untaken(runner, CG_SESSION_NONE) == NULL) {
        return;
    }
    cg_script_fail(runner, step, "%s came what no step expects:",
                   step != NULL ? "before this step" : "at the end");
    say_untaken(runner);
}

static void expect(struct cg_script_runner *runner,
                   const struct cg_script_step *step)
{
    struct cg_script_message *came = untaken(runner, step->session);
    char times[2][32];

    if (came == NULL) {
        bool others = untaken(runner, CG_SESSION_NONE) != NULL;

        cg_script_time_text(step->at, times[0]);
        cg_script_fail(runner, step,
                       "%.*s should receive %.*s at %s, but "
                       "nothing came%s",
                       (int)step->actor.len, step->actor.data,
                       (int)step->type.len, step->type.data, times[0],
                       others ? "; to others came:" : "");
        say_untaken(runner);
        return;
    }
    came->taken = true;
    if (came->time != runner->now) {
        cg_script_time_text(step->at, times[0]);
        cg_script_time_text(came->time - runner->script->start, times[1]);
        cg_script_fail(runner, step, "%s came at %s, not at %s:", came->type,
                       times[1], times[0]);
        cg_script_say_message(runner, "    ", came, '<');
        return;
    }
    (void)cg_script_match(runner, step, came);
}

/* --- what goes in ------------------------------------------------------- */

static void send_message(struct cg_script_runner *runner,
                         const struct cg_script_step *step)
{
    const struct cg_script_message *message = cg_script_compose(runner, step);
    enum cg_version version;
    struct cg_fix_fault fault;
    size_t len;

    if (message == NULL) {
        return;
    }
    if (runner->options->verbose) {
        cg_script_say_message(runner, "", message, '>');
    }
    len = cg_script_seal(runner, message, true, runner->buffer,
                         CG_SCRIPT_BUFFER);
    if (len == 0) {
        cg_script_fail(runner, step, "the message is longer than %zu bytes",
                       CG_SCRIPT_BUFFER);
        return;
    }
    pass(runner, step,
         &(struct cg_script_passed){.bytes = {runner->buffer, len}});
    version = runner->script->config.sessions[step->session].version;
    runner->input_valid = cg_fix_read(runner->message, version, runner->buffer,
                                      len) == 0 &&
                          runner->message->layout != NULL &&
                          cg_fix_validate(runner->message, &fault) == 0;
    collect(runner, cg_gate_recv(runner->gate, step->session, runner->buffer,
                                 len, runner->now));
}

static void reject(struct cg_script_runner *runner,
                   const struct cg_script_step *step)
{
    size_t len = cg_script_sent_before(runner, step);

    pass(runner, step,
         &(struct cg_script_passed){.bytes = {runner->buffer, len}});
    if (len > 0) {
        collect(runner, cg_gate_rejected(runner->gate, step->session,
                                         runner->buffer, len, runner->now));
    }
}

static void resend(struct cg_script_runner *runner,
                   const struct cg_script_step *step)
{
    size_t len = cg_script_sent_before(runner, step);

    pass(runner, step,
         &(struct cg_script_passed){.bytes = {runner->buffer, len}});
    if (len > 0 && cg_gate_may_resend(runner->gate, step->session,
                                      runner->buffer, len) != step->kept) {
        cg_script_fail(runner, step,
                       step->kept ? "the gate would not send it again"
                                  : "the gate would send it again");
    }
}

/* --- steps -------------------------------------------------------------- */

/* Lets time go by up to |to|, firing what is due on the way. */
static void advance(struct cg_script_runner *runner, cg_time to)
{
    for (int i = 0; cg_gate_deadline(runner->gate) <= to; i++) {
        cg_time due = cg_gate_deadline(runner->gate);

        if (i == TICKS_MAX) {
            cg_script_fail(runner, NULL, "time does not go on");
            return;
        }
        runner->now = due > runner->now ? due : runner->now;
        collect(runner, cg_gate_tick(runner->gate, runner->now));
        if (runner->error != 0 || runner->failed) {
            return;
        }
    }
    runner->now = to;
}

static bool is_input(enum cg_script_act act)
{
    return act == CG_SCRIPT_SEND || act == CG_SCRIPT_UP ||
           act == CG_SCRIPT_DOWN || act == CG_SCRIPT_RESETS ||
           act == CG_SCRIPT_SKIPS || act == CG_SCRIPT_STOP ||
           act == CG_SCRIPT_CRASH || act == CG_SCRIPT_REJECTS ||
           act == CG_SCRIPT_TAKES_RATES || act == CG_SCRIPT_QUIET;
}

/* A table over the kinds of steps. */
static void act(struct cg_script_runner *runner,
                const struct cg_script_step *step)
{
    static const struct cg_script_passed nothing;

    cg_script_say_step(runner, step);
    switch (step->act) {
    case CG_SCRIPT_SEND:
        send_message(runner, step);
        break;
    case CG_SCRIPT_EXPECT:
        expect(runner, step);
        break;
    case CG_SCRIPT_UP:
    case CG_SCRIPT_DOWN:
        pass(runner, step, &nothing);
        collect(runner, cg_gate_link(runner->gate, step->session,
                                     step->act == CG_SCRIPT_UP, runner->now));
        break;
    case CG_SCRIPT_RESETS:
    case CG_SCRIPT_SKIPS:
        pass(runner, step, &nothing);
        collect(runner,
                cg_gate_renumbered(runner->gate, step->session,
                                   step->act == CG_SCRIPT_RESETS, runner->now));
        break;
    case CG_SCRIPT_STOP:
        pass(runner, step, &nothing);
        collect(runner, cg_gate_stop(runner->gate, runner->now));
        break;
    case CG_SCRIPT_CRASH:
        pass(runner, step, &nothing);
        crash(runner);
        break;
    case CG_SCRIPT_REJECTS:
        reject(runner, step);
        break;
    case CG_SCRIPT_RESEND:
        resend(runner, step);
        break;
    case CG_SCRIPT_LIMIT:
    case CG_SCRIPT_TOKEN:
    case CG_SCRIPT_DIFFERENCE:
    case CG_SCRIPT_COMPARED:
        cg_script_view(runner, step);
        break;
    case CG_SCRIPT_TAKES_RATES:
        pass(runner, step, &nothing);
        take_rates(runner, step);
        break;
    case CG_SCRIPT_RATES:
        cg_script_view_rates(runner, step);
        break;
    case CG_SCRIPT_QUIET:
    case CG_SCRIPT_ASKED: /* on paper everybody has done so */
    case CG_SCRIPT_WIRE_CONNECTS:
    case CG_SCRIPT_WIRE_DISCONNECTS:
    case CG_SCRIPT_WIRE_CLOSED:
    case CG_SCRIPT_WIRE_RAW:
        break;
    }
}

static bool goes_on(const struct cg_script_runner *runner)
{
    return runner->error == 0 && !runner->failed && runner->gate != NULL;
}

static void play_step(struct cg_script_runner *runner,
                      const struct cg_script_step *step)
{
    cg_time at = runner->script->start + step->at;

    if (at > runner->now) {
        must_be_quiet(runner, step);
    }
    if (goes_on(runner)) {
        advance(runner, at);
    }
    if (goes_on(runner) && is_input(step->act)) {
        must_be_quiet(runner, step);
    }
    if (goes_on(runner)) {
        act(runner, step);
    }
}

static void play(struct cg_script_runner *runner)
{
    const struct cg_script *script = runner->script;

    gate_open(runner);
    if (goes_on(runner) && script->rate_count > 0) {
        take_rates(runner, NULL);
    }
    for (size_t i = 0; i < script->step_count && goes_on(runner); i++) {
        play_step(runner, &script->steps[i]);
    }
    if (goes_on(runner)) {
        must_be_quiet(runner, NULL);
    }
    if (goes_on(runner)) {
        cg_script_prove(runner);
    }
}

/* --- the whole ---------------------------------------------------------- */

static bool allocate(struct cg_script_runner *runner)
{
    size_t captures = runner->script->capture_count + 1;

    runner->captures = calloc(captures, sizeof(*runner->captures));
    runner->buffer = malloc(CG_SCRIPT_BUFFER);
    runner->header = malloc(CG_SCRIPT_BUFFER);
    runner->whole = malloc(CG_SCRIPT_BUFFER);
    runner->message = malloc(sizeof(*runner->message));
    return cg_script_rates_init(&runner->rates, runner->script) == 0 &&
           runner->captures != NULL && runner->buffer != NULL &&
           runner->header != NULL && runner->whole != NULL &&
           runner->message != NULL;
}

static void deinit(struct cg_script_runner *runner)
{
    cg_gate_close(runner->gate);
    cg_rates_close(runner->taken);
    cg_script_rates_deinit(&runner->rates);
    cg_script_messages_deinit(&runner->in);
    cg_script_messages_deinit(&runner->out);
    for (size_t i = 0;
         runner->captures != NULL && i < runner->script->capture_count; i++) {
        free(runner->captures[i]);
    }
    free(runner->captures);
    free(runner->buffer);
    free(runner->header);
    free(runner->whole);
    free(runner->message);
}

int cg_script_run(const struct cg_script *script,
                  const struct cg_script_run_options *options)
{
    struct cg_script_runner runner = {
        .script = script,
        .options = options,
        .now = script->start,
    };

    if (script->wire) {
        cg_script_fail(&runner, NULL,
                       "its steps of wire need a counterparty: creditgate "
                       "certify");
        return 1;
    }
    if (!allocate(&runner) || !cg_script_set_values(&runner)) {
        runner.error = CG_ERR_MEMORY;
    } else {
        runner.error = cg_journal_open_capture(&runner.journal);
    }
    if (runner.error == 0) {
        play(&runner);
        deinit(&runner);
        if (options->played != NULL) {
            options->played(options->user, &runner.journal);
        }
        runner.journal.close(runner.journal.user);
    } else {
        deinit(&runner);
    }
    return runner.error != 0 ? runner.error : runner.failed;
}
