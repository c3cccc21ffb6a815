/*
 * The FIX sessions of a log.
 *
 * What src/link/gateway.c hears from its FIX sessions is told here from their
 * messages alone.  Takes memory when it is opened, and for a session's first
 * gap and first message sent; never for each message.  Rules: R22, R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_link.h"

#include <map.h>
#include <stdio.h>
#include <stdlib.h>

struct cg_replay_sessions *
cg_replay_sessions_open(const struct cg_config *config,
                        const struct cg_replay_hooks *hooks)
{
    struct cg_replay_sessions *sessions = calloc(1, sizeof(*sessions));
    size_t count = config->session_count;
    if (sessions == NULL) {
        return NULL;
    }
    sessions->config = config;
    sessions->hooks = *hooks;
    sessions->sessions = calloc(count + 1, sizeof(*sessions->sessions));
    sessions->seen = calloc((count + 1) * 2 * CG_REPLAY_SEEN,
                            sizeof(*sessions->seen));
    if (sessions->sessions == NULL || sessions->seen == NULL) {
        cg_replay_sessions_close(sessions);
        return NULL;
    }
    for (size_t i = 0; i < 2 * count; i++) {
        sessions->sessions[i / 2].ways[i % 2].seen =
            &sessions->seen[i * CG_REPLAY_SEEN];
    }
    return sessions;
}

void cg_replay_sessions_close(struct cg_replay_sessions *sessions)
{
    if (sessions == NULL) {
        return;
    }
    for (size_t i = 0;
         sessions->sessions != NULL && i < sessions->config->session_count;
         i++) {
        struct cg_replay_session *session = &sessions->sessions[i];
        cg_replay_hold_deinit(&session->ways[0].hold);
        cg_replay_hold_deinit(&session->ways[1].hold);
        cg_replay_kept_deinit(&session->kept);
    }
    free(sessions->sessions);
    free(sessions->seen);
    free(sessions);
}

const struct cg_replay_counts *
cg_replay_sessions_counts(const struct cg_replay_sessions *sessions,
                          cg_session session)
{
    return &sessions->sessions[session].counts;
}

bool cg_replay_sessions_sends(const struct cg_replay_sessions *sessions,
                              cg_session session)
{
    const struct cg_replay_session *is = &sessions->sessions[session];
    return is->up && is->logout_at == 0;
}

static int tell(struct cg_replay_sessions *sessions,
                enum cg_replay_trouble trouble,
                const struct cg_replay_message *message,
                const char *text)
{
    return sessions->hooks.trouble(sessions->hooks.user, trouble, message,
                                   text);
}

/* --- what a message does ------------------------------------------------ */

/* R22: each message of the gate's that is asked for again may be withheld. */
static int take_resend(struct cg_replay_sessions *sessions,
                       const struct cg_replay_message *message)
{
    const struct cg_replay_kept *kept =
        &cg_replay_session_of(sessions, message)->kept;
    struct cg_slice sent;
    int status = 0;
    if (sessions->config->sessions[message->session].role != CG_ROLE_VENUE) {
        return 0;
    }
    for (size_t i = 0; status == 0 && i < kept->count; i++) {
        int64_t seq = cg_replay_kept_at(kept, i, &sent);
        if (seq >= message->first &&
            (message->last == 0 || seq <= message->last)) {
            status = sessions->hooks.resending(
                sessions->hooks.user, message->session, sent, message->time);
        }
    }
    return status;
}

static int take_reject(struct cg_replay_sessions *sessions,
                       const struct cg_replay_message *message)
{
    struct cg_replay_session *session = cg_replay_session_of(sessions, message);
    struct cg_slice sent;
    session->counts.rejects++;
    if (!cg_replay_kept_find(&session->kept, message->about, &sent)) {
        return tell(sessions, CG_REPLAY_UNKNOWN, message,
                    "a Reject (3) of a message that is not in the log, or long "
                    "ago: the gate is not told");
    }
    return sessions->hooks.rejected(sessions->hooks.user, message->session,
                                    sent, message->time);
}

/* A Logout of the gate may say why. */
static int take_logout(struct cg_replay_sessions *sessions,
                       const struct cg_replay_message *message)
{
    struct cg_slice fields = message->body;
    struct cg_slice value;
    uint32_t tag;
    while (message->outbound && sessions->hooks.stopping != NULL &&
           cg_replay_field(&fields, &tag, &value)) {
        if (tag == 58 && cg_slice_is(value, CG_REPLAY_STOP_TEXT)) {
            int status = sessions->hooks.stopping(sessions->hooks.user,
                                                  message->time);
            if (status != 0) {
                return status;
            }
        }
    }
    return cg_replay_link_logout(sessions, message);
}

static int take_admin(struct cg_replay_sessions *sessions,
                      const struct cg_replay_message *message)
{
    cg_replay_session_of(sessions, message)->counts.admin++;
    if (cg_replay_is(message, '5')) {
        return take_logout(sessions, message);
    }
    int status = cg_replay_link_needed(sessions, message);
    if (status == 0 && !message->outbound && cg_replay_is(message, '3')) {
        status = take_reject(sessions, message);
    } else if (status == 0 && !message->outbound &&
               cg_replay_is(message, '2')) {
        status = take_resend(sessions, message);
    }
    return status;
}

/* In sequence, or as if it were: all but Logon and SequenceReset. */
static int take_body(struct cg_replay_sessions *sessions,
                     const struct cg_replay_message *message)
{
    struct cg_replay_session *session = cg_replay_session_of(sessions, message);
    if (message->admin) {
        return take_admin(sessions, message);
    }
    int status = cg_replay_link_needed(sessions, message);
    if (status == 0 && message->outbound) {
        session->counts.out++;
        status = cg_replay_kept_add(&session->kept, message);
    } else if (status == 0) {
        session->counts.in++;
    }
    return status != 0 ? status
                       : sessions->hooks.message(sessions->hooks.user, message);
}

/* --- numbers ------------------------------------------------------------ */

/* Tells a message from another of the same number. */
static uint64_t print_of(const struct cg_replay_message *message)
{
    uint32_t sum = 0;
    const char *end = message->bytes.data + message->bytes.len;
    memcpy(&sum, end - 4, 3);
    return cg_hash(message->bytes.len << 24 | sum, message->sent);
}

static void see(struct cg_replay_way *way, int64_t seq, uint64_t print)
{
    way->seen[(uint64_t)seq % CG_REPLAY_SEEN] = (struct cg_replay_seen){seq,
                                                                        print};
}

/* Another message had this number, lately. */
static bool was_other(const struct cg_replay_way *way,
                      const struct cg_replay_message *message,
                      uint64_t print)
{
    const struct cg_replay_seen *seen =
        &way->seen[(uint64_t)message->seq % CG_REPLAY_SEEN];
    return seen->seq == message->seq && seen->print != print;
}

/* A GapFill, in sequence: up to the number that comes next nothing is to come.
 */
static int take_fill(struct cg_replay_sessions *sessions,
                     const struct cg_replay_message *message,
                     struct cg_replay_way *way)
{
    cg_replay_session_of(sessions, message)->counts.admin++;
    if (message->next > way->next) {
        way->next = message->next;
        cg_replay_hold_drop(&way->hold, way->next);
    }
    return cg_replay_link_needed(sessions, message);
}

/* A SequenceReset that fills no gap. */
static int take_sequence(struct cg_replay_sessions *sessions,
                         const struct cg_replay_message *message,
                         struct cg_replay_way *way)
{
    int status = 0;
    if (message->next <= way->next) {
        cg_replay_session_of(sessions, message)->counts.repeated++;
    } else {
        cg_replay_session_of(sessions, message)->counts.admin++;
        way->next = message->next;
        cg_replay_hold_drop(&way->hold, way->next);
        if (!message->outbound) {
            status = sessions->hooks.renumbered(
                sessions->hooks.user, message->session, false, message->time);
        }
    }
    return status;
}

/* The next number's message, whether it comes now or was held. */
static int take_next(struct cg_replay_sessions *sessions,
                     const struct cg_replay_message *message,
                     struct cg_replay_way *way)
{
    way->next = message->seq + 1;
    see(way, message->seq, print_of(message));
    if (cg_replay_is(message, '4')) {
        return message->fills ? take_fill(sessions, message, way)
                              : take_sequence(sessions, message, way);
    }
    return take_body(sessions, message);
}

/* What counted as it came: its number alone was held. */
static bool has_counted(const struct cg_replay_message *message)
{
    return cg_replay_is(message, 'A') || cg_replay_hold_skips(message);
}

/* What is held and has its turn, at |now|; |all|: without what lacks. */
static int take_held(struct cg_replay_sessions *sessions,
                     struct cg_replay_way *way,
                     cg_time now,
                     bool all)
{
    struct cg_replay_message message;
    int status = 0;
    cg_replay_hold_drop(&way->hold, way->next);
    while (status == 0 &&
           cg_replay_hold_take(&way->hold, way->next, all, &message)) {
        message.time = now;
        if (has_counted(&message)) {
            way->next++;
        } else {
            status = take_next(sessions, &message, way);
        }
    }
    return status;
}

/* Goes on with the number of |about|, without those before it. */
static int go_on(struct cg_replay_sessions *sessions,
                 cg_session session,
                 struct cg_replay_way *way,
                 const struct cg_replay_message *about)
{
    char text[160];
    int64_t missing = about->seq - way->next;
    const char *name = sessions->config->sessions[session].name;
    char last[32] = "";
    if (missing > 1) {
        snprintf(last, sizeof(last), " to %lld", (long long)(about->seq - 1));
    }
    snprintf(text, sizeof(text),
             "session %s lacks %lld message%s, 34=%lld%s: gone on without",
             name, (long long)missing, missing == 1 ? "" : "s",
             (long long)way->next, last);
    sessions->sessions[session].counts.missing += (uint64_t)missing;
    way->next = about->seq;
    return missing > 0 ? tell(sessions, CG_REPLAY_GAP, about, text) : 0;
}

/* Goes on with what is held, without what did not come. */
static int give_up(struct cg_replay_sessions *sessions,
                   cg_session session,
                   struct cg_replay_way *way,
                   cg_time now)
{
    struct cg_replay_message about;
    (void)cg_replay_hold_first(&way->hold, &about);
    int status = go_on(sessions, session, way, &about);
    return status != 0 ? status : take_held(sessions, way, now, true);
}

static int gaps_end(struct cg_replay_sessions *sessions, cg_time now, bool all)
{
    int status = 0;
    for (size_t i = 0; i < sessions->config->session_count; i++) {
        struct cg_replay_way *way = &sessions->sessions[i].ways[0];
        while (status == 0 && way->hold.count > 0 &&
               (all || now - way->hold.since >= CG_REPLAY_HELD_NS)) {
            status = give_up(sessions, (cg_session)i, way, now);
        }
    }
    return status;
}

/* There is no room for it behind the gap: what lacks before it, or before what
 * is held, does not come any more. */
static int make_room(struct cg_replay_sessions *sessions,
                     const struct cg_replay_message *message,
                     struct cg_replay_way *way)
{
    struct cg_replay_message first;
    return message->seq < cg_replay_hold_first(&way->hold, &first)
               ? go_on(sessions, message->session, way, message)
               : give_up(sessions, message->session, way, message->time);
}

static int behind_gap(struct cg_replay_sessions *sessions,
                      const struct cg_replay_message *message,
                      struct cg_replay_way *way)
{
    int status = 0;
    while (status == 0 && message->seq > way->next && way->hold.count > 0 &&
           !cg_replay_hold_has_room(&way->hold, message)) {
        status = make_room(sessions, message, way);
    }
    if (status != 0) {
        return status;
    }
    if (message->seq < way->next) { /* the same one was held */
        cg_replay_session_of(sessions, message)->counts.repeated++;
        return 0;
    }
    if (message->seq == way->next) {
        status = take_next(sessions, message, way);
        return status != 0 ? status
                           : take_held(sessions, way, message->time, false);
    }
    switch (cg_replay_hold_add(&way->hold, message)) {
    case CG_REPLAY_HOLD_TWICE:
        cg_replay_session_of(sessions, message)->counts.repeated++;
        return 0;
    case CG_REPLAY_HOLD_FAILED:
        return CG_ERR_MEMORY;
    case CG_REPLAY_HOLD_DONE:
        break;
    }
    return cg_replay_hold_skips(message) ? take_body(sessions, message) : 0;
}

/*
 * A Logon counts at once, whatever its number.  Behind a gap that number has
 * its turn later; what an earlier connection held is forgotten then, and asked
 * for again.
 */
static int logon_in_turn(struct cg_replay_sessions *sessions,
                         const struct cg_replay_message *message,
                         struct cg_replay_way *way)
{
    bool anew = way->next > 1 && (message->resets || message->seq == 1);
    cg_replay_session_of(sessions, message)->counts.admin++;
    if (anew || message->resets) {
        cg_replay_hold_clear(&way->hold);
        way->next = message->seq;
    }
    if (way->next == 0 || message->seq == way->next) {
        way->next = message->seq + 1;
    }
    see(way, message->seq, print_of(message));
    cg_replay_hold_again(&way->hold);
    if (!message->outbound && message->seq > way->next &&
        cg_replay_hold_has_room(&way->hold, message) &&
        cg_replay_hold_add(&way->hold, message) == CG_REPLAY_HOLD_FAILED) {
        return CG_ERR_MEMORY;
    }
    int status = cg_replay_link_logon(sessions, message, anew);
    return status != 0 ? status
                       : take_held(sessions, way, message->time, false);
}

/* A number that was there already.  |*again|: it is not the same message, so
 * the numbers began anew where the log does not show it. */
static int lower(struct cg_replay_sessions *sessions,
                 const struct cg_replay_message *message,
                 struct cg_replay_way *way,
                 bool *again)
{
    *again = !message->possdup && !message->fills &&
             was_other(way, message, print_of(message));
    if (!*again) {
        cg_replay_session_of(sessions, message)->counts.repeated++;
        return 0;
    }
    cg_replay_hold_clear(&way->hold);
    if (message->outbound) {
        cg_replay_kept_clear(&cg_replay_session_of(sessions, message)->kept);
    }
    way->next = message->seq;
    return tell(sessions, CG_REPLAY_ANEW, message,
                "its number was there before with another message, and no "
                "Logon says that they begin anew: it is taken");
}

static bool is_logon_again(const struct cg_replay_way *way,
                           const struct cg_replay_message *message)
{
    return !message->possdup && message->seq < way->next &&
           !was_other(way, message, print_of(message)) &&
           way->seen[(uint64_t)message->seq % CG_REPLAY_SEEN].seq ==
               message->seq;
}

int cg_replay_sessions_take(struct cg_replay_sessions *sessions,
                            const struct cg_replay_message *message)
{
    struct cg_replay_way *way = cg_replay_way_of(sessions, message);
    bool again = false;
    int status = 0;
    if (sessions->leaving > 0) {
        status = cg_replay_logouts_end(sessions, message->time);
    }
    if (status == 0 && message->time >= sessions->look_at) {
        sessions->look_at = message->time + CG_SECOND;
        status = gaps_end(sessions, message->time, false);
    }
    if (status != 0) {
        return status;
    }
    if (cg_replay_is(message, 'A') && !is_logon_again(way, message) &&
        !message->possdup) {
        return logon_in_turn(sessions, message, way);
    }
    if (cg_replay_is(message, '4') && !message->fills && way->next > 0) {
        return take_sequence(sessions, message, way); /* its 34 says nothing */
    }
    if (message->seq < way->next) {
        status = lower(sessions, message, way, &again);
        if (status != 0 || !again) {
            return status;
        }
    }
    if (way->next == 0 || message->seq == way->next || message->outbound) {
        status = take_next(sessions, message, way);
        return status != 0 ? status
                           : take_held(sessions, way, message->time, false);
    }
    return behind_gap(sessions, message, way);
}

int cg_replay_sessions_end(struct cg_replay_sessions *sessions, cg_time now)
{
    int status = sessions->leaving > 0 ? cg_replay_logouts_end(sessions, now)
                                       : 0;
    return status != 0 ? status : gaps_end(sessions, now, true);
}
