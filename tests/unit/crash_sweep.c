/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"

#include "gate_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICKS_MAX 100000

static const struct cg_script_run_options silent = {.print = NULL};

void crash_wrong(struct crash_run *run, const char *format, ...)
{
    va_list arguments;

    if (run->wrong[0] != '\0') {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(run->wrong, sizeof(run->wrong), format, arguments);
    va_end(arguments);
}

/* --- what came out ------------------------------------------------------- */

/* Whether |came| is what |step| expects; what a failure captured is let go. */
static bool matches(struct crash_run *run,
                    const struct cg_script_step *step,
                    const struct cg_script_message *came)
{
    struct cg_script_runner *runner = &run->runner;
    size_t count = runner->script->capture_count;
    bool bound[CG_SCRIPT_CAPTURES_MAX];
    bool good;

    if (step->type.len > 0 && !cg_slice_is(step->type, came->type)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bound[i] = runner->captures[i] != NULL;
    }
    good = cg_script_match(runner, step, came);
    runner->failed = false;
    for (size_t i = 0; !good && i < count; i++) {
        if (!bound[i]) {
            free(runner->captures[i]);
            runner->captures[i] = NULL;
        }
    }
    return good;
}

/* One of |messages| that the step expects, and no step before; or NULL. */
static struct cg_script_message *
find_message(struct crash_run *run,
             const struct cg_script_step *step,
             const struct cg_script_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++) {
        struct cg_script_message *came = &messages->items[i];

        if (!came->taken && came->session == step->session &&
            matches(run, step, came)) {
            return came;
        }
    }
    return NULL;
}

/* What is in the store of a peer that is away: it has it at its logon. */
static bool is_held(struct crash_run *run, const struct cg_script_step *step)
{
    const struct cg_state *state = &run->runner.gate->engine->state;

    return !state->sessions[step->session].up &&
           find_message(run, step, &run->held) != NULL;
}

static void expect(struct crash_run *run, const struct cg_script_step *step)
{
    struct cg_script_message *came = find_message(run, step, &run->runner.out);

    if (came != NULL) {
        came->taken = true;
    } else if (!is_held(run, step) && run->missed++ == 0) {
        run->first_missed = (size_t)step->place.line;
    }
}

/* --- what goes in -------------------------------------------------------- */

/* All that the step captures from others is there. */
static bool is_bound(const struct crash_run *run,
                     const struct cg_script_step *step)
{
    const struct cg_script *script = run->runner.script;

    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &script->fields[step->first_field + i];

        if (field->match == CG_SCRIPT_CAPTURE &&
            run->runner.captures[field->capture] == NULL) {
            return false;
        }
    }
    return true;
}

/* Whether the session was sent something with this ClOrdID(11). */
static bool
has_come(const struct crash_run *run, cg_session session, struct cg_slice id)
{
    for (size_t i = 0; i < run->runner.out.count; i++) {
        const struct cg_script_message *out = &run->runner.out.items[i];

        if (out->session == session &&
            cg_slice_equal(crash_field(out->body, 11), id)) {
            return true;
        }
    }
    return false;
}

/* A venue does not speak of what never reached it, unless it did so in the
 * undisturbed session, too. */
static bool may_say(struct crash_run *run,
                    size_t index,
                    const struct cg_script_message *message)
{
    enum cg_role role =
        run->runner.script->config.sessions[message->session].role;
    struct cg_slice id = crash_field(message->body, 11);

    run->known[index] = role == CG_ROLE_VENUE && id.len > 0 &&
                        has_come(run, message->session, id);
    return run->expected_known == NULL || !run->expected_known[index] ||
           run->known[index];
}

static void recv(struct crash_run *run, const struct cg_script_message *message)
{
    struct cg_script_runner *runner = &run->runner;
    size_t len = cg_script_seal(runner, message, true, runner->buffer,
                                CG_SCRIPT_BUFFER);

    crash_collect(run, cg_gate_recv(runner->gate, message->session,
                                    runner->buffer, len, runner->now));
}

/* The same message as its FIX session would resend it. */
static void recv_again(struct crash_run *run, struct cg_script_message *message)
{
    struct cg_slice header = message->header;
    struct cg_slice body = message->body;
    char *bytes = malloc(header.len + body.len + 64);
    struct cg_fix_writer out = cg_fix_writer_over(bytes,
                                                  header.len + body.len + 64);

    if (crash_field(header, 43).len == 0) {
        cg_fix_put_char(&out, 43, 'Y');
    }
    if (crash_field(header, 122).len == 0) {
        cg_fix_put_time(&out, 122, message->time);
    }
    cg_fix_put_raw(&out, header);
    message->header = cg_fix_written(&out);
    if (body.len > 0) {
        memcpy(bytes + out.len, body.data, body.len);
    }
    message->body = (struct cg_slice){bytes + out.len, body.len};
    free(message->bytes);
    message->bytes = bytes;
    recv(run, message);
}

/* The newest message was not said after all. */
static void unsay(struct cg_script_runner *runner)
{
    struct cg_script_message *last = &runner->in.items[--runner->in.count];

    runner->seq_in[last->session]--;
    free(last->bytes);
}

static void send_message(struct crash_run *run, size_t index)
{
    struct cg_script_runner *runner = &run->runner;
    const struct cg_script_step *step = &runner->script->steps[index];
    struct cg_script_message *message;

    run->skipped[index] = !is_bound(run, step);
    message = run->skipped[index] ? NULL : cg_script_compose(runner, step);
    if (message == NULL) {
        return;
    }
    if (!may_say(run, index, message)) {
        run->skipped[index] = true;
        unsay(runner);
        return;
    }
    recv(run, message);
    if (run->again && crash_goes_on(run)) {
        run->again = false;
        recv_again(run, message);
    }
}

static void reject(struct crash_run *run, const struct cg_script_step *step)
{
    struct cg_script_runner *runner = &run->runner;
    size_t len = is_bound(run, step) ? cg_script_sent_before(runner, step) : 0;

    runner->failed = false;
    if (len > 0) {
        crash_collect(run, cg_gate_rejected(runner->gate, step->session,
                                            runner->buffer, len, runner->now));
    }
}

static void ask_again(struct crash_run *run, const struct cg_script_step *step)
{
    struct cg_script_runner *runner = &run->runner;
    size_t len = is_bound(run, step) ? cg_script_sent_before(runner, step) : 0;
    bool kept = len > 0 && cg_gate_may_resend(runner->gate, step->session,
                                              runner->buffer, len);

    runner->failed = false;
    if (run->quiet && kept != step->kept) {
        crash_wrong(run, "line %d: the gate would%s send it again",
                    step->place.line, kept ? "" : " not");
    }
}

/* --- steps --------------------------------------------------------------- */

void crash_advance(struct crash_run *run, cg_time to)
{
    struct cg_script_runner *runner = &run->runner;

    for (int i = 0; crash_goes_on(run) && cg_gate_deadline(runner->gate) <= to;
         i++) {
        cg_time due = cg_gate_deadline(runner->gate);

        if (i == TICKS_MAX) {
            crash_wrong(run, "time does not go on");
            return;
        }
        runner->now = due > runner->now ? due : runner->now;
        crash_collect(run, cg_gate_tick(runner->gate, runner->now));
    }
    runner->now = to;
    run->again = false; /* what a timer did not get done it does now */
}

/* The books as the session says them. */
static void view(struct crash_run *run, const struct cg_script_step *step)
{
    struct cg_script_runner *runner = &run->runner;

    bool of_start = step->act == CG_SCRIPT_DIFFERENCE ||
                    step->act == CG_SCRIPT_COMPARED;
    if (run->crashed && (of_start || !run->quiet)) {
        return; /* what differs is told since the newest start */
    }
    if (step->act == CG_SCRIPT_RATES) {
        cg_script_view_rates(runner, step);
    } else {
        cg_script_view(runner, step);
    }
    if (runner->failed) {
        crash_wrong(run, "line %d: the books are not as the session says",
                    step->place.line);
    }
}

/* A table over the kinds of steps. */
static void act(struct crash_run *run, size_t index)
{
    struct cg_script_runner *runner = &run->runner;
    const struct cg_script_step *step = &runner->script->steps[index];

    switch (step->act) {
    case CG_SCRIPT_SEND:
        send_message(run, index);
        break;
    case CG_SCRIPT_EXPECT:
        expect(run, step);
        break;
    case CG_SCRIPT_UP:
        crash_link_up(run, step->session);
        break;
    case CG_SCRIPT_DOWN:
        crash_collect(
            run, cg_gate_link(runner->gate, step->session, false, runner->now));
        break;
    case CG_SCRIPT_RESETS:
    case CG_SCRIPT_SKIPS:
        crash_collect(run, cg_gate_renumbered(runner->gate, step->session,
                                              step->act == CG_SCRIPT_RESETS,
                                              runner->now));
        break;
    case CG_SCRIPT_STOP:
        crash_collect(run, cg_gate_stop(runner->gate, runner->now));
        break;
    case CG_SCRIPT_CRASH:
        crash_gate_close(run);
        (void)run->journal->crash(run, false);
        crash_gate_open(run);
        break;
    case CG_SCRIPT_REJECTS:
        reject(run, step);
        break;
    case CG_SCRIPT_RESEND:
        ask_again(run, step);
        break;
    case CG_SCRIPT_LIMIT:
    case CG_SCRIPT_TOKEN:
    case CG_SCRIPT_DIFFERENCE:
    case CG_SCRIPT_COMPARED:
    case CG_SCRIPT_RATES:
        view(run, step);
        break;
    case CG_SCRIPT_TAKES_RATES:
        crash_take_rates(run, step);
        break;
    case CG_SCRIPT_QUIET:
    case CG_SCRIPT_ASKED:
    case CG_SCRIPT_WIRE_CONNECTS:
    case CG_SCRIPT_WIRE_DISCONNECTS:
    case CG_SCRIPT_WIRE_CLOSED:
    case CG_SCRIPT_WIRE_RAW:
        break; /* of certification */
    }
}

static void play_step(struct crash_run *run, size_t index)
{
    const struct cg_script_step *step = &run->runner.script->steps[index];

    if (run->head == 0 &&
        strcmp(step->place.file, run->runner.script->path) == 0) {
        run->head = run->commits;
    }
    crash_advance(run, run->runner.script->start + step->at);
    if (crash_goes_on(run)) {
        act(run, index);
    }
    if (run->again && crash_goes_on(run)) {
        run->again = false;
        act(run, index); /* the peer logs on again, the host tries again */
    }
}

static void play(struct crash_run *run)
{
    const struct cg_script *script = run->runner.script;

    crash_gate_open(run);
    run->again = false;
    if (crash_goes_on(run) && script->rate_count > 0) {
        crash_take_rates(run, NULL);
        run->again = false;
    }
    for (size_t i = 0; i < script->step_count && crash_goes_on(run); i++) {
        play_step(run, i);
    }
}
/* --- the whole ----------------------------------------------------------- */

static int open_capture(struct crash_run *run)
{
    return cg_journal_open_capture(&run->runner.journal);
}

static bool crash_capture(struct crash_run *run, bool in_commit)
{
    (void)in_commit;
    cg_journal_capture_crash(&run->runner.journal);
    return true;
}

static const struct crash_journal capture = {
    .open = open_capture,
    .crash = crash_capture,
};

static bool allocate(struct crash_run *run)
{
    struct cg_script_runner *runner = &run->runner;
    size_t steps = runner->script->step_count + 1;

    runner->captures = calloc(runner->script->capture_count + 1,
                              sizeof(*runner->captures));
    runner->buffer = malloc(CG_SCRIPT_BUFFER);
    runner->header = malloc(CG_SCRIPT_BUFFER);
    runner->whole = malloc(CG_SCRIPT_BUFFER);
    runner->message = malloc(sizeof(*runner->message));
    run->known = calloc(steps, sizeof(*run->known));
    run->skipped = calloc(steps, sizeof(*run->skipped));
    return cg_script_rates_init(&runner->rates, runner->script) == 0 &&
           run->journal->open(run) == 0 && runner->captures != NULL &&
           runner->buffer != NULL && runner->header != NULL &&
           runner->whole != NULL && runner->message != NULL &&
           run->known != NULL && run->skipped != NULL;
}

void crash_run_play(struct crash_run *run,
                    const struct cg_script *script,
                    const struct crash_run *undisturbed,
                    enum crash_kind kind,
                    size_t at)
{
    crash_run_play_on(run, script, undisturbed, kind, at, &capture, NULL);
}

void crash_run_play_on(struct crash_run *run,
                       const struct cg_script *script,
                       const struct crash_run *undisturbed,
                       enum crash_kind kind,
                       size_t at,
                       const struct crash_journal *journal,
                       void *user)
{
    *run = (struct crash_run){
        .runner = {.script = script, .options = &silent, .now = script->start},
        .journal = journal,
        .journal_user = user,
        .kind = kind,
        .at = at,
        .expected_known = undisturbed != NULL ? undisturbed->known : NULL,
    };
    if (!allocate(run)) {
        crash_wrong(run, "not enough memory");
        return;
    }
    play(run);
    if (crash_goes_on(run)) {
        crash_books_take(run, &run->script_end);
        run->settling = true;
        crash_settle(run);
    }
    if (crash_goes_on(run)) {
        crash_state_ended(run);
        crash_books_take(run, &run->settled);
        crash_requests_count(run);
    }
    if (run->runner.error != 0) {
        crash_wrong(run, "error %d", run->runner.error);
    }
}

static void books_deinit(struct crash_books *books)
{
    free(books->limits);
    free(books->tokens);
}

void crash_run_deinit(struct crash_run *run)
{
    struct cg_script_runner *runner = &run->runner;

    crash_gate_close(run);
    cg_script_rates_deinit(&runner->rates);
    cg_script_messages_deinit(&runner->in);
    cg_script_messages_deinit(&runner->out);
    cg_script_messages_deinit(&run->held);
    for (size_t i = 0;
         runner->captures != NULL && i < runner->script->capture_count; i++) {
        free(runner->captures[i]);
    }
    free(runner->captures);
    free(runner->buffer);
    free(runner->header);
    free(runner->whole);
    free(runner->message);
    if (runner->journal.close != NULL) {
        runner->journal.close(runner->journal.user);
    }
    free(run->known);
    free(run->skipped);
    free(run->requests);
    books_deinit(&run->script_end);
    books_deinit(&run->settled);
}
