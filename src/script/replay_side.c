/*
 * A gate that is driven by a log.
 *
 * Reads no clock, and keeps no fact: its journal only looks at them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_side.h"

#include <gate_replay.h>
#include <stdio.h>
#include <stdlib.h>
#include <tally.h>

#define TICKS_MAX 1000000 /* at one moment: then time does not go on */

/* Between two messages of a log; what is due later waits for the second one, as
 * it would in a gate that is busy.  Where a hub is silent for a year, what it
 * does not confirm is said so often. */
#define MOMENTS_MAX 100000

struct cg_side {
    struct cg_side_options options;
    struct cg_journal journal;
    struct cg_gate *gate;
    struct cg_tally *tally;
    cg_time now;
    int refused; /* what telling of a decision came to */
    uint64_t numbers[CG_SESSIONS_MAX];
};

/* --- the journal -------------------------------------------------------- */

static int append(void *user, const struct cg_fact *fact)
{
    struct cg_side *side = user;
    if (side->options.fact != NULL) {
        side->options.fact(side->options.user, fact);
    }
    cg_tally_fact(side->tally, fact);
    return 0;
}

static int commit(void *user)
{
    (void)user;
    return 0;
}

static int load(void *user,
                cg_seq after,
                int (*each)(void *context, const struct cg_fact *fact),
                void *context)
{
    const struct cg_side *side = user;
    const struct cg_journal *before = side->options.before;
    return before != NULL ? before->load(before->user, after, each, context)
                          : 0;
}

static void close_nothing(void *user)
{
    (void)user;
}

/* --- opening ------------------------------------------------------------ */

static void
on_log(void *user, enum cg_log_level level, cg_time now, const char *text)
{
    (void)level;
    struct cg_side *side = user;
    if (side->refused == 0) {
        side->refused = side->options.decided(side->options.user, now, text);
    }
}

static int collect(struct cg_side *side, int status)
{
    struct cg_out out;
    if (status == 0) {
        cg_tally_event(side->tally);
    }
    while (status == 0 && cg_gate_pull(side->gate, &out)) {
        struct cg_side_said said = {
            .session = out.session,
            .time = side->now,
            .number = ++side->numbers[out.session],
            .firm = cg_tally_firm(side->tally),
            .out = &out,
        };
        status = side->options.said(side->options.user, &said);
    }
    cg_tally_event_end(side->tally);
    status = status != 0 ? status : side->refused;
    return status != 0 ? status : cg_gate_commit(side->gate);
}

static int open_gate(struct cg_side *side, char *error, size_t error_len)
{
    struct cg_gate_options options = {
        .config = side->options.config,
        .journal = &side->journal,
        .now = side->now,
        .log = side->options.decided != NULL ? on_log : NULL,
        .user = side,
    };
    int status = side->options.resume > 0
                     ? cg_gate_resume(&options, side->options.resume, error,
                                      error_len, &side->gate)
                     : cg_gate_open(&options, error, error_len, &side->gate);
    if (status != 0) {
        side->gate = NULL;
        return status;
    }
    cg_tally_attach(side->tally, side->gate);
    status = collect(side, 0);
    if (status == 0 && side->options.rates != NULL) {
        status = collect(side, cg_gate_take_rates(
                                   side->gate, side->options.rates, side->now));
    }
    if (status != 0) {
        snprintf(error, error_len, "the gate does not start");
    }
    return status;
}

int cg_side_open(const struct cg_side_options *options,
                 char *error,
                 size_t error_len,
                 struct cg_side **result)
{
    struct cg_side *side = calloc(1, sizeof(*side));
    int status = CG_ERR_MEMORY;
    if (side != NULL) {
        side->options = *options;
        side->now = options->now;
        side->journal = (struct cg_journal){
            .user = side,
            .append = append,
            .commit = commit,
            .load = load,
            .close = close_nothing,
        };
        side->tally = cg_tally_open(options->config);
    }
    if (side == NULL || side->tally == NULL) {
        snprintf(error, error_len, "not enough memory: lower MaxOrders=");
    } else {
        status = open_gate(side, error, error_len);
    }
    if (status != 0) {
        cg_side_close(side);
        return status;
    }
    *result = side;
    return 0;
}

void cg_side_close(struct cg_side *side)
{
    if (side == NULL) {
        return;
    }
    cg_gate_close(side->gate);
    cg_tally_close(side->tally);
    free(side);
}

struct cg_gate *cg_side_gate(const struct cg_side *side)
{
    return side->gate;
}

const struct cg_tally *cg_side_tally(const struct cg_side *side)
{
    return side->tally;
}

void cg_side_in_gate(struct cg_side *side, uint16_t firm, cg_time ns)
{
    cg_tally_in_gate(side->tally, firm, ns);
}

/* --- what happens ------------------------------------------------------- */

int cg_side_advance(struct cg_side *side, cg_time now)
{
    int status = 0;
    int ticks = 0;
    int moments = 0;
    if (side->options.by_host) {
        side->now = now > side->now ? now : side->now;
        return 0;
    }
    for (cg_time due = cg_gate_deadline(side->gate); due <= now && status == 0;
         due = cg_gate_deadline(side->gate)) {
        if (due > side->now) {
            side->now = ++moments <= MOMENTS_MAX ? due : now;
            ticks = 0;
        }
        status = ++ticks < TICKS_MAX
                     ? collect(side, cg_gate_tick(side->gate, side->now))
                     : CG_ERR_MISUSE;
    }
    side->now = now > side->now ? now : side->now;
    return status;
}

/* What is done exactly again has the same ids. */
static int rewrite(struct cg_side *side, struct cg_slice *bytes)
{
    return side->options.by_host
               ? 0
               : cg_replay_ids_rewrite(side->options.ids, bytes);
}

/* What is at hand, at the side's time. */
static int hear(struct cg_side *side,
                enum cg_script_act act,
                cg_session session,
                struct cg_slice bytes,
                bool kept)
{
    const struct cg_script_passed heard = {.act = act,
                                           .session = session,
                                           .time = side->now,
                                           .bytes = bytes,
                                           .kept = kept};
    return side->options.heard != NULL
               ? side->options.heard(side->options.user, &heard)
               : 0;
}

int cg_side_recv(struct cg_side *side,
                 cg_session session,
                 struct cg_slice bytes,
                 const struct cg_gate_form *form,
                 cg_time now)
{
    const char *recorded = bytes.data;
    int status = cg_side_advance(side, now);
    /* Clients do not say ids of the gate's. */
    if (status == 0 &&
        side->options.config->sessions[session].role != CG_ROLE_CLIENT) {
        status = rewrite(side, &bytes);
    }
    if (status == 0) {
        status = hear(side, CG_SCRIPT_SEND, session, bytes, false);
    }
    if (status != 0) {
        return status;
    }
    status = form != NULL && bytes.data == recorded
                 ? cg_gate_recv_read(side->gate, session, form, side->now)
                 : cg_gate_recv(side->gate, session, bytes.data, bytes.len,
                                side->now);
    return collect(side, status);
}

int cg_side_link(struct cg_side *side, cg_session session, bool up, cg_time now)
{
    int status = cg_side_advance(side, now);
    if (status == 0) {
        status = hear(side, up ? CG_SCRIPT_UP : CG_SCRIPT_DOWN, session,
                      CG_SLICE(""), false);
    }
    return status != 0 ? status
                       : collect(side, cg_gate_link(side->gate, session, up,
                                                    side->now));
}

int cg_side_renumbered(struct cg_side *side,
                       cg_session session,
                       bool ours,
                       cg_time now)
{
    int status = cg_side_advance(side, now);
    if (status == 0) {
        status = hear(side, ours ? CG_SCRIPT_RESETS : CG_SCRIPT_SKIPS, session,
                      CG_SLICE(""), false);
    }
    return status != 0 ? status
                       : collect(side, cg_gate_renumbered(side->gate, session,
                                                          ours, side->now));
}

int cg_side_rejected(struct cg_side *side,
                     cg_session session,
                     struct cg_slice sent,
                     cg_time now)
{
    int status = cg_side_advance(side, now);
    status = status != 0 ? status : rewrite(side, &sent);
    if (status == 0) {
        status = hear(side, CG_SCRIPT_REJECTS, session, sent, false);
    }
    return status != 0
               ? status
               : collect(side, cg_gate_rejected(side->gate, session, sent.data,
                                                sent.len, side->now));
}

int cg_side_resending(struct cg_side *side,
                      cg_session session,
                      struct cg_slice sent,
                      cg_time now)
{
    int status = cg_side_advance(side, now);
    status = status != 0 ? status : rewrite(side, &sent);
    if (status == 0) {
        bool kept = cg_gate_may_resend(side->gate, session, sent.data,
                                       sent.len);
        status = hear(side, CG_SCRIPT_RESEND, session, sent, kept);
    }
    return status != 0 ? status : collect(side, 0);
}

/* --- by a host's journal ------------------------------------------------- */

int cg_side_tick(struct cg_side *side, cg_time now)
{
    int status = cg_side_advance(side, now);
    return status != 0 ? status
                       : collect(side, cg_gate_tick(side->gate, side->now));
}

int cg_side_stop(struct cg_side *side, cg_time now)
{
    int status = cg_side_advance(side, now);
    return status != 0 ? status
                       : collect(side, cg_gate_stop(side->gate, side->now));
}

int cg_side_start_again(struct cg_side *side, cg_time now)
{
    int status = cg_side_advance(side, now);
    return status != 0
               ? status
               : collect(side, cg_gate_start_again(side->gate, side->now));
}

int cg_side_saved(struct cg_side *side,
                  cg_seq no,
                  const char *digest,
                  cg_time now)
{
    int status = cg_side_advance(side, now);
    return status != 0 ? status
                       : collect(side, cg_gate_saved(side->gate, no, digest,
                                                     side->now));
}

int cg_side_take_rates(struct cg_side *side,
                       const struct cg_rates *rates,
                       cg_time now)
{
    int status = cg_side_advance(side, now);
    return status != 0 ? status
                       : collect(side, cg_gate_take_rates(side->gate, rates,
                                                          side->now));
}

int cg_side_restart(struct cg_side *side,
                    cg_time now,
                    char *error,
                    size_t error_len)
{
    cg_tally_detach(side->tally);
    cg_gate_close(side->gate);
    side->gate = NULL;
    side->options.resume = 0;
    side->options.rates = NULL;
    side->now = now > side->now ? now : side->now;
    return open_gate(side, error, error_len);
}

void cg_side_let_go(struct cg_side *side)
{
    side->options.by_host = false;
}
