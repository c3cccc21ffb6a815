/*
 * The gate of a session on paper: opened, crashed, and opened again; what its
 * peers' FIX sessions do then.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"

#include "gate_internal.h"

#include <string.h>

bool crash_goes_on(const struct crash_run *run)
{
    return run->runner.error == 0 && run->wrong[0] == '\0' &&
           run->runner.gate != NULL;
}

void crash_gate_open(struct crash_run *run)
{
    struct cg_script_runner *runner = &run->runner;
    char error[256] = "";
    struct cg_gate_options options = {
        .config = &runner->script->config,
        .journal = &runner->journal,
        .now = runner->now,
    };

    runner->gate = NULL;
    if (run->wrong[0] != '\0') {
        return;
    }
    if (cg_gate_open(&options, error, sizeof(error), &runner->gate) != 0) {
        runner->gate = NULL;
        crash_wrong(run, "the gate does not open: %s", error);
        return;
    }
    crash_collect(run, 0);
}

void crash_gate_close(struct crash_run *run)
{
    cg_gate_close(run->runner.gate);
    cg_rates_close(run->runner.taken);
    run->runner.gate = NULL;
    run->runner.taken = NULL;
}

static void keep(struct crash_run *run,
                 struct cg_script_messages *messages,
                 const struct cg_out *out)
{
    struct cg_script_message *message = cg_script_message_add(
        &run->runner, messages, out->session, cg_slice_str(out->type),
        (struct cg_slice){out->header, out->header_len},
        (struct cg_slice){out->body, out->body_len});

    if (message == NULL) {
        return;
    }
    message->seq = ++run->runner.seq_out[out->session];
    if (run->journal->sent != NULL && run->runner.error == 0) {
        run->runner.error = run->journal->sent(run, message);
    }
}

void crash_take_rates(struct crash_run *run, const struct cg_script_step *step)
{
    if (cg_script_take_rates(&run->runner, step)) {
        crash_collect(run, 0);
    }
}

/* The file of par rates is read again when a gate starts: as old as it is. */
static void take_same_rates(struct crash_run *run, cg_time made_at)
{
    cg_time now = run->runner.now;
    bool taken;

    run->runner.now = made_at;
    taken = cg_script_take_rates(&run->runner, NULL);
    run->runner.now = now;
    if (taken) {
        crash_collect(run, 0);
    }
}

/* What the store of a session holds of the turn goes out at its logon, but for
 * what may not (R22). */
static void resend(struct crash_run *run, cg_session session)
{
    struct cg_script_runner *runner = &run->runner;

    for (size_t i = 0; i < run->held.count; i++) {
        const struct cg_script_message *held = &run->held.items[i];
        size_t len;
        struct cg_out out;

        if (held->session != session || held->taken) {
            continue;
        }
        run->held.items[i].taken = true;
        len = cg_script_seal(runner, held, false, runner->buffer,
                             CG_SCRIPT_BUFFER);
        if (!cg_gate_may_resend(runner->gate, session, runner->buffer, len)) {
            continue;
        }
        out = (struct cg_out){session,           held->type,
                              held->header.data, held->header.len,
                              held->body.data,   held->body.len};
        keep(run, &runner->out, &out);
    }
}

void crash_link_up(struct crash_run *run, cg_session session)
{
    int status = cg_gate_link(run->runner.gate, session, true, run->runner.now);

    resend(run, session);
    crash_collect(run, status);
}

/* The turn is not in the journal: its messages were never made, and its input
 * has to come again. */
static void lose_turn(struct crash_run *run)
{
    run->quiet = run->rested;
    run->cut = run->had_cut;
    run->again = true;
    run->lost = true;
    for (size_t i = 0; i < run->held.count; i++) {
        run->runner.seq_out[run->held.items[i].session]--;
        run->held.items[i].taken = true;
    }
}

static void crash(struct crash_run *run)
{
    struct cg_script_runner *runner = &run->runner;
    const struct cg_state *state = &runner->gate->engine->state;
    bool rated = runner->taken != NULL;
    cg_time made_at = state->rates.made_at;
    bool up[CG_SESSIONS_MAX];

    run->crashed = true;
    run->quiet = run->rests;
    run->cut = run->would_cut;
    run->seen = runner->out.count;
    run->facts = state->fact_no;
    for (size_t i = 0; i < CG_SESSIONS_MAX; i++) {
        up[i] = i < state->session_count && state->sessions[i].up;
    }
    if (run->kind == CRASH_SENT) { /* CRASH_HELD has the same facts */
        crash_state_same(run);
    }
    crash_gate_close(run);
    if (!run->journal->crash(run, run->kind == CRASH_DISK)) {
        lose_turn(run);
    }
    crash_gate_open(run);
    if (crash_goes_on(run)) {
        crash_state_backs(run);
    }
    if (crash_goes_on(run) && rated) {
        take_same_rates(run, made_at);
    }
    for (size_t i = 0; i < CG_SESSIONS_MAX && crash_goes_on(run); i++) {
        if (up[i]) {
            crash_link_up(run, (cg_session)i);
        }
    }
}

/* The commit may fail here, and then so does all that follows. */
static void commit_on_disk(struct crash_run *run)
{
    struct cg_script_runner *runner = &run->runner;

    run->result = runner->error != 0 ? runner->error
                                     : cg_gate_commit(runner->gate);
    if (run->result < 0 &&
        (cg_gate_commit(runner->gate) != run->result ||
         cg_gate_tick(runner->gate, runner->now) != run->result ||
         cg_gate_stop(runner->gate, runner->now) != run->result)) {
        crash_wrong(run, "the commit failed, %d, and a later call did not",
                    run->result);
    }
    runner->error = 0;
}

void crash_collect(struct crash_run *run, int status)
{
    struct cg_script_runner *runner = &run->runner;
    struct cg_out out;
    char error[256];
    bool now = !run->crashed && !run->settling && ++run->commits == run->at;
    bool holds = now && (run->kind == CRASH_HELD || run->kind == CRASH_DISK);

    runner->error = status;
    if (now && run->kind == CRASH_LOST) {
        run->again = true;
        crash(run);
        return;
    }
    run->rested = run->rests;
    run->had_cut = run->would_cut;
    while (runner->error == 0 && cg_gate_pull(runner->gate, &out)) {
        keep(run, holds ? &run->held : &runner->out, &out);
    }
    if (now && run->kind == CRASH_DISK) {
        commit_on_disk(run);
    } else if (runner->error == 0) {
        runner->error = cg_gate_commit(runner->gate);
    }
    if (runner->error == 0 &&
        !cg_gate_audit(runner->gate, error, sizeof(error))) {
        crash_wrong(run, "the books do not add up: %s", error);
    }
    if (runner->error == 0 && run->journal->committed != NULL && !now) {
        run->journal->committed(run);
    }
    run->rests = crash_state_rests(run);
    run->would_cut = crash_state_cut(run);
    if (now && crash_goes_on(run)) {
        crash(run);
    }
}
