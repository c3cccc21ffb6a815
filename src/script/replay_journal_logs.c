/*
 * The logs of a replay by a journal: each session's messages wait until the
 * journal has their facts.
 *
 * Most messages that make no fact change nothing either; of those that do (a
 * part of an update, a report that is resent) only their place in their session
 * and among the timers matters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_journal_internal.h"

#define LATE (2 * CG_SECOND) /* by then a message's facts were there */
#define QUEUED 4096          /* messages of a session that is never heard of */

/* --- what the sessions tell --------------------------------------------- */

static int hear(void *user, cg_session session, const struct cg_heard *heard)
{
    struct cg_replay *replay = user;
    return cg_heard_add(&replay->exact->heard, session, heard);
}

static int on_link(void *user, cg_session session, bool up, cg_time now)
{
    return hear(
        user, session,
        &(struct cg_heard){.kind = CG_HEARD_LINK, .yes = up, .time = now});
}

static int on_renumbered(void *user, cg_session session, bool ours, cg_time now)
{
    return hear(user, session,
                &(struct cg_heard){
                    .kind = CG_HEARD_RENUMBERED, .yes = ours, .time = now});
}

static int
on_rejected(void *user, cg_session session, struct cg_slice sent, cg_time now)
{
    return hear(user, session,
                &(struct cg_heard){
                    .kind = CG_HEARD_REJECTED, .time = now, .bytes = sent});
}

static int
on_resending(void *user, cg_session session, struct cg_slice sent, cg_time now)
{
    return hear(user, session,
                &(struct cg_heard){
                    .kind = CG_HEARD_RESENDING, .time = now, .bytes = sent});
}

static int on_message(void *user, const struct cg_replay_message *message)
{
    struct cg_replay *replay = user;
    if (message->outbound) {
        return message->time < replay->exact->begin
                   ? 0
                   : cg_replay_recorded(replay, message);
    }
    return hear(user, message->session,
                &(struct cg_heard){.kind = CG_HEARD_MESSAGE,
                                   .time = message->time,
                                   .seq = message->seq,
                                   .bytes = message->bytes});
}

static int on_trouble(void *user,
                      enum cg_replay_trouble trouble,
                      const struct cg_replay_message *message,
                      const char *text)
{
    return cg_replay_tell(user, CG_LOG_TROUBLES + trouble, message->file,
                          message->offset, text);
}

struct cg_replay_hooks cg_exact_hooks(struct cg_replay *replay)
{
    return (struct cg_replay_hooks){
        .link = on_link,
        .renumbered = on_renumbered,
        .rejected = on_rejected,
        .resending = on_resending,
        .message = on_message,
        .trouble = on_trouble,
        .user = replay,
    };
}

/* --- reading ------------------------------------------------------------- */

static int read_one(struct cg_exact *exact)
{
    struct cg_replay *replay = exact->replay;
    struct cg_log_message log;
    struct cg_replay_looked looked;
    int status = cg_replay_ahead_next(&replay->ahead, replay->log, &log);
    if (status < 0) {
        return status;
    }
    if (status == 0) {
        exact->log_ended = true;
        return cg_replay_sessions_end(replay->sessions, replay->totals.last);
    }
    replay->totals.messages++;
    replay->totals.last = log.time;
    cg_replay_look(replay, &log, &looked);
    if (!cg_replay_find(replay, &looked, &status)) {
        return status;
    }
    return cg_replay_sessions_take(replay->sessions, &looked.message);
}

int cg_exact_read(struct cg_exact *exact, cg_time now)
{
    int status = 0;
    while (status == 0 && !exact->log_ended &&
           exact->replay->totals.last <= now &&
           exact->heard.bytes < CG_EXACT_WAITING) {
        status = read_one(exact);
    }
    return status;
}

static bool is_near(cg_time heard, cg_time now)
{
    return heard - now <= CG_EXACT_NEAR && now - heard <= CG_EXACT_NEAR;
}

int cg_exact_seek(struct cg_exact *exact,
                  cg_session session,
                  enum cg_heard_kind kind,
                  cg_seq seq,
                  cg_time now,
                  size_t *place)
{
    const struct cg_heard_row *row = &exact->heard.rows[session];
    int status = 0;
    size_t at = 0;
    while (status == 0) {
        for (; at < row->count; at++) {
            const struct cg_heard *heard = cg_heard_at(&exact->heard, session,
                                                       at);
            if (heard->kind == kind && is_near(heard->time, now) &&
                (kind != CG_HEARD_MESSAGE || (cg_seq)heard->seq == seq)) {
                *place = at;
                return 1;
            }
        }
        if (exact->log_ended ||
            exact->replay->totals.last > now + CG_EXACT_NEAR ||
            exact->heard.bytes >= CG_EXACT_WAITING) {
            return 0;
        }
        status = read_one(exact);
    }
    return status;
}

/* --- giving them to the gate --------------------------------------------- */

/* Only its cause is the one that the gate has in mind. */
static void keep_cause(struct cg_exact *exact,
                       cg_session session,
                       const struct cg_heard *heard)
{
    exact->cause_session = session;
    exact->cause_seq = heard->kind == CG_HEARD_MESSAGE ? (cg_seq)heard->seq : 0;
}

int cg_exact_feed(struct cg_exact *exact,
                  cg_session session,
                  const struct cg_heard *heard,
                  cg_time now)
{
    struct cg_side *side = exact->replay->side;
    switch (heard->kind) {
    case CG_HEARD_MESSAGE:
        keep_cause(exact, session, heard);
        return cg_side_recv(side, session, heard->bytes, NULL, now);
    case CG_HEARD_LINK:
        return cg_side_link(side, session, heard->yes, now);
    case CG_HEARD_RENUMBERED:
        return cg_side_renumbered(side, session, heard->yes, now);
    case CG_HEARD_REJECTED:
        keep_cause(exact, session, heard);
        return cg_side_rejected(side, session, heard->bytes, now);
    case CG_HEARD_RESENDING:
        return cg_side_resending(side, session, heard->bytes, now);
    }
    return 0;
}

/* What always makes a fact when it is told at all made none. */
static bool may_be_quiet(const struct cg_heard *heard)
{
    return heard->kind == CG_HEARD_MESSAGE || heard->kind == CG_HEARD_RESENDING;
}

/* It came before the first fact: what it did is in the state at the start. */
static bool is_before(struct cg_exact *exact,
                      cg_session session,
                      const struct cg_heard *heard)
{
    bool known = (cg_seq)heard->seq <= exact->known[session];
    if (heard->kind != CG_HEARD_MESSAGE) {
        return false;
    }
    if (!known) {
        exact->known[session] = 0; /* numbers may begin anew from here on */
    }
    return known || heard->time < exact->begin;
}

static int feed_first(struct cg_exact *exact, cg_session session, cg_time now)
{
    struct cg_heard heard = cg_heard_take(&exact->heard, session);
    int status = 0;
    if (is_before(exact, session, &heard)) {
        exact->result.before++;
    } else if (may_be_quiet(&heard)) {
        status = cg_exact_feed(exact, session, &heard,
                               heard.time < now ? heard.time : now);
        cg_exact_made_none(exact);
    }
    cg_heard_free(&heard);
    return status;
}

int cg_exact_feed_to(struct cg_exact *exact,
                     cg_session session,
                     size_t place,
                     cg_time now)
{
    int status = 0;
    for (size_t i = 0; i < place && status == 0 && !cg_exact_ended(exact);
         i++) {
        status = feed_first(exact, session, now);
    }
    return status;
}

/* --- by the clock -------------------------------------------------------- */

void cg_exact_clock_set(struct cg_exact *exact,
                        cg_session session,
                        cg_time heard,
                        cg_time decided)
{
    struct cg_exact_clock *clock = &exact->clocks[session];
    cg_time behind = decided - heard;
    clock->matched++;
    clock->apart = clock->apart || behind != 0;
    clock->behind = behind > clock->behind ? behind : clock->behind;
}

/* Its facts would be there by now, if it had made any. */
static bool is_due(const struct cg_exact *exact,
                   cg_session session,
                   const struct cg_heard *heard,
                   cg_time now)
{
    const struct cg_exact_clock *clock = &exact->clocks[session];
    if (exact->heard.rows[session].count > QUEUED ||
        heard->time + CG_EXACT_NEAR < now) { /* none is looked for any more */
        return true;
    }
    return clock->matched > 0 &&
           (clock->apart ? heard->time + clock->behind + LATE <= now
                         : heard->time < now);
}

int cg_exact_feed_due(struct cg_exact *exact, cg_time now)
{
    int status = 0;
    bool any = true;
    while (any && status == 0 && !cg_exact_ended(exact)) {
        const struct cg_heard *first = NULL;
        cg_session of = 0;
        for (cg_session i = 0; i < CG_SESSIONS_MAX; i++) {
            const struct cg_heard *heard = exact->heard.rows[i].count > 0
                                               ? cg_heard_at(&exact->heard, i,
                                                             0)
                                               : NULL;
            if (heard != NULL && is_due(exact, i, heard, now) &&
                (first == NULL || heard->order < first->order)) {
                first = heard;
                of = i;
            }
        }
        any = first != NULL;
        status = any ? feed_first(exact, of, now) : 0;
    }
    return status;
}

/* --- the rest ------------------------------------------------------------ */

/* The one that was heard first; CG_SESSIONS_MAX: none waits. */
static cg_session oldest(const struct cg_exact *exact)
{
    cg_session of = CG_SESSIONS_MAX;
    uint64_t order = UINT64_MAX;
    for (cg_session i = 0; i < CG_SESSIONS_MAX; i++) {
        if (exact->heard.rows[i].count > 0 &&
            cg_heard_at(&exact->heard, i, 0)->order < order) {
            order = cg_heard_at(&exact->heard, i, 0)->order;
            of = i;
        }
    }
    return of;
}

/* Beyond what the journal knows.  Links of before are known. */
static int feed_beyond(struct cg_exact *exact, cg_session session)
{
    struct cg_side *side = exact->replay->side;
    struct cg_heard heard = cg_heard_take(&exact->heard, session);
    cg_seq facts = cg_gate_facts(cg_side_gate(side));
    int status = 0;
    if (is_before(exact, session, &heard)) {
        exact->result.before++;
    } else if (may_be_quiet(&heard) || heard.time > exact->now) {
        status = cg_exact_feed(exact, session, &heard, heard.time);
    }
    if (heard.kind == CG_HEARD_MESSAGE &&
        cg_gate_facts(cg_side_gate(side)) > facts) {
        exact->result.unknown++;
        cg_side_let_go(side);
    }
    cg_heard_free(&heard);
    return status;
}

static int feed_all_heard(struct cg_exact *exact)
{
    int status = 0;
    for (cg_session of = oldest(exact); of < CG_SESSIONS_MAX && status == 0;
         of = oldest(exact)) {
        status = feed_beyond(exact, of);
    }
    return status;
}

int cg_exact_feed_rest(struct cg_exact *exact)
{
    int status = feed_all_heard(exact);
    while (status == 0 && !exact->log_ended) {
        status = read_one(exact);
        status = status != 0 ? status : feed_all_heard(exact);
    }
    return status;
}
