/*
 * A replay: from the logs through their sessions into a gate, and what it says
 * against what was recorded.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_internal.h"

#include <gate_replay.h>
#include <stdio.h>
#include <stdlib.h>
#include <tally.h>

/* Messages that are read at once. */
#define BATCH 16

/* --- reading ------------------------------------------------------------ */

static bool on_log_trouble(void *user,
                           enum cg_log_trouble trouble,
                           const char *file,
                           uint64_t offset,
                           const char *text)
{
    return cg_replay_tell(user, trouble, file, offset, text) == 0;
}

/* At the same moment: hubs, venues, clients, and then what the gate sent. */
static int rank(void *user, const struct cg_log_message *log)
{
    static const int ranks[] = {
        [CG_ROLE_HUB] = 0, [CG_ROLE_VENUE] = 1, [CG_ROLE_CLIENT] = 2};
    struct cg_replay *replay = user;
    struct cg_replay_message message;
    if (!cg_replay_message_read(log, &message) ||
        !cg_replay_route(&replay->route, &message)) {
        return 4;
    }
    return message.outbound
               ? 3
               : ranks[replay->options.config->sessions[message.session].role];
}

/* --- what the sessions tell --------------------------------------------- */

static int before(struct cg_replay *replay, cg_time now)
{
    return replay->against != NULL ? cg_against_before(replay->against, now)
                                   : 0;
}

/* The gate of the log was told to end. */
static int on_stopping(void *user, cg_time now)
{
    struct cg_replay *replay = user;
    if (replay->stopped || replay->options.tape != NULL) {
        return 0;
    }
    replay->stopped = true;
    int status = before(replay, now);
    status = status != 0 ? status : cg_side_stop(replay->side, now);
    return status != 0 || replay->against == NULL
               ? status
               : cg_against_stop(replay->against, now);
}

/* Somebody logs on behind that: another one has started. */
static int start_again(struct cg_replay *replay, cg_time now)
{
    replay->stopped = false;
    int status = cg_side_start_again(replay->side, now);
    return status != 0 || replay->against == NULL
               ? status
               : cg_against_start_again(replay->against, now);
}

static int on_link(void *user, cg_session session, bool up, cg_time now)
{
    struct cg_replay *replay = user;
    int status = before(replay, now);
    if (status == 0 && up && replay->stopped) {
        status = start_again(replay, now);
    }
    status = status != 0 ? status
                         : cg_side_link(replay->side, session, up, now);
    return status != 0 || replay->against == NULL
               ? status
               : cg_against_link(replay->against, session, up, now);
}

static int on_renumbered(void *user, cg_session session, bool ours, cg_time now)
{
    struct cg_replay *replay = user;
    int status = before(replay, now);
    status = status != 0 ? status
                         : cg_side_renumbered(replay->side, session, ours, now);
    return status != 0 || replay->against == NULL
               ? status
               : cg_against_renumbered(replay->against, session, ours, now);
}

static int
on_rejected(void *user, cg_session session, struct cg_slice sent, cg_time now)
{
    struct cg_replay *replay = user;
    int status = before(replay, now);
    status = status != 0 ? status
                         : cg_side_rejected(replay->side, session, sent, now);
    return status != 0 || replay->against == NULL
               ? status
               : cg_against_rejected(replay->against, session, sent, now);
}

static int
on_resending(void *user, cg_session session, struct cg_slice sent, cg_time now)
{
    struct cg_replay *replay = user;
    int status = before(replay, now);
    status = status != 0 ? status
                         : cg_side_resending(replay->side, session, sent, now);
    return status != 0 || replay->against == NULL
               ? status
               : cg_against_resending(replay->against, session, sent, now);
}

static int hears(struct cg_replay *replay,
                 const struct cg_replay_message *message)
{
    int status = replay->against != NULL
                     ? cg_against_hears(replay->against, message)
                     : 0;
    if (status == 0) {
        status = cg_side_recv(replay->side, message->session, message->bytes,
                              message->form, message->time);
    }
    return status != 0 || replay->against == NULL
               ? status
               : cg_against_heard(replay->against);
}

int cg_replay_recorded(void *user, const struct cg_replay_message *message)
{
    struct cg_replay *replay = user;
    const struct cg_replay_said said = {
        .time = message->time,
        .type = message->type,
        .header = cg_replay_routing(message),
        .body = message->body,
        .file = message->file,
        .offset = message->offset,
    };
    return cg_replay_match_recorded(&replay->recorded, message->session, &said);
}

/* What waited is answered before anybody is logged out, who may hear of it
 * seconds later. */
static bool tells_of_stop(const struct cg_replay *replay,
                          const struct cg_replay_message *message)
{
    static const char text[] = CG_REPLAY_STOP_REFUSAL;
    return !replay->stopped && cg_gate_holds(cg_side_gate(replay->side)) &&
           (cg_replay_is(message, '8') || cg_replay_is(message, '9')) &&
           memmem(message->body.data, message->body.len, text,
                  sizeof(text) - 1) != NULL;
}

static int on_message(void *user, const struct cg_replay_message *message)
{
    struct cg_replay *replay = user;
    if (!message->outbound) {
        return hears(replay, message);
    }
    int status = tells_of_stop(replay, message)
                     ? on_stopping(replay, message->time)
                     : 0;
    return status != 0 ? status : cg_replay_recorded(replay, message);
}

static int on_trouble(void *user,
                      enum cg_replay_trouble trouble,
                      const struct cg_replay_message *message,
                      const char *text)
{
    return cg_replay_tell(user, CG_LOG_TROUBLES + trouble, message->file,
                          message->offset, text);
}

/* --- what the gate says ------------------------------------------------- */

static int on_said(void *user, const struct cg_side_said *said)
{
    struct cg_replay *replay = user;
    const struct cg_replay_said produced = {
        .time = said->time,
        .type = cg_slice_str(said->out->type),
        .header = {said->out->header, said->out->header_len},
        .body = {said->out->body, said->out->body_len},
        .unsent = !cg_replay_sessions_sends(replay->sessions, said->session),
        .firm = said->firm,
    };
    const struct cg_replay_tape *tape = replay->options.tape;
    int status = tape != NULL ? tape->said(tape->user, said) : 0;
    replay->totals.sent++;
    if (status == 0 && replay->options.output != NULL) {
        status = cg_replay_put_said(replay, said);
    }
    if (status == 0) {
        status = cg_replay_match_produced(&replay->recorded, said->session,
                                          &produced);
    }
    if (status == 0 && replay->expect.log != NULL) {
        status = cg_replay_expect_said(replay, said->session, &produced);
    }
    return status != 0 || replay->against == NULL
               ? status
               : cg_against_said(replay->against, said);
}

static void on_fact(void *user, const struct cg_fact *fact)
{
    struct cg_replay *replay = user;
    cg_against_fact(replay->against, fact);
}

static int on_heard(void *user, const struct cg_script_passed *heard)
{
    const struct cg_replay *replay = user;
    const struct cg_replay_tape *tape = replay->options.tape;
    return tape->heard(tape->user, heard);
}

static int on_decided(void *user, cg_time now, const char *text)
{
    struct cg_replay *replay = user;
    int status = 0;
    if (replay->options.output != NULL) {
        status = cg_replay_put_decision(replay, now, text);
    }
    if (status == 0 && replay->expect.has_decisions) {
        status = cg_replay_expect_decided(replay, now, text);
    }
    return status;
}

bool cg_replay_is_recorded(const struct cg_replay *replay, cg_session session)
{
    return cg_replay_sessions_counts(replay->sessions, session)->out > 0;
}

static int on_judged(void *user,
                     cg_session session,
                     enum cg_replay_verdict verdict,
                     const struct cg_replay_said *recorded,
                     const struct cg_replay_said *produced)
{
    struct cg_replay *replay = user;
    if (recorded != NULL && produced != NULL && replay->side != NULL) {
        cg_side_in_gate(replay->side, produced->firm,
                        recorded->time - produced->time);
    }
    if (cg_replay_is_recorded(replay, session)) {
        cg_replay_differs(replay, CG_REPLAY_RECORDED, session, verdict,
                          recorded, produced);
    }
    return 0;
}

/* --- opening ------------------------------------------------------------ */

static int open_log(struct cg_replay *replay, char *error, size_t error_len)
{
    const struct cg_log_options options = {
        .paths = replay->options.logs,
        .count = replay->options.log_count,
        .message_max = replay->options.config->limits.message_max * (size_t)2,
        .rank = rank,
        .trouble = on_log_trouble,
        .progress = replay->options.progress,
        .user = replay,
    };
    return cg_log_open(&options, error, error_len, &replay->log);
}

static int open_parts(struct cg_replay *replay)
{
    struct cg_replay_hooks hooks = {
        .link = on_link,
        .renumbered = on_renumbered,
        .rejected = on_rejected,
        .resending = on_resending,
        .stopping = on_stopping,
        .message = on_message,
        .trouble = on_trouble,
        .user = replay,
    };
    if (replay->options.journal != NULL) {
        hooks = cg_exact_hooks(replay);
        if (cg_exact_open(replay) != 0) {
            return CG_ERR_MEMORY;
        }
    }
    const struct cg_replay_tape *tape = replay->options.tape;
    cg_replay_route_init(&replay->route, tape != NULL && tape->known != NULL
                                             ? tape->known
                                             : replay->options.config);
    cg_replay_ids_init(&replay->ids, replay->options.config);
    replay->sessions = cg_replay_sessions_open(replay->options.config, &hooks);
    if (replay->sessions == NULL) {
        return CG_ERR_MEMORY;
    }
    int status = cg_replay_match_init(&replay->recorded, &replay->ids,
                                      replay->options.config->session_count,
                                      on_judged, replay);
    return status != 0 ? status : cg_replay_output_open(replay);
}

int cg_replay_open(const struct cg_replay_options *options,
                   char *error,
                   size_t error_len,
                   struct cg_replay **result)
{
    struct cg_replay *replay = calloc(1, sizeof(*replay));
    int status = CG_ERR_MEMORY;
    snprintf(error, error_len, "not enough memory");
    if (replay != NULL) {
        replay->options = *options;
        replay->totals.holds = true;
        replay->forms = cg_gate_forms_open(BATCH);
        status = replay->forms != NULL ? open_parts(replay) : CG_ERR_MEMORY;
    }
    status = status != 0 ? status : open_log(replay, error, error_len);
    if (status == 0 && options->against != NULL) {
        status = cg_against_open(options->against, options->config,
                                 &replay->against);
    }
    if (status == 0 && options->expect != NULL) {
        status = cg_replay_expect_open(replay, error, error_len);
    }
    if (status != 0) {
        cg_replay_close(replay);
        return status;
    }
    *result = replay;
    return 0;
}

void cg_replay_close(struct cg_replay *replay)
{
    if (replay == NULL) {
        return;
    }
    cg_replay_expect_close(replay);
    cg_against_close(replay->against);
    cg_replay_match_deinit(&replay->recorded);
    cg_replay_ids_deinit(&replay->ids);
    cg_side_close(replay->side);
    cg_exact_close(replay->exact);
    cg_replay_sessions_close(replay->sessions);
    cg_replay_ahead_deinit(&replay->ahead);
    cg_log_close(replay->log);
    cg_replay_output_close(replay);
    cg_gate_forms_close(replay->forms);
    free(replay);
}

/* --- the run ------------------------------------------------------------ */

/* The time of a message of the log, as this replay has it. */
static cg_time cut(const struct cg_replay *replay, cg_time time)
{
    const struct cg_replay_tape *tape = replay->options.tape;
    return tape != NULL ? time - time % tape->grain_ns : time;
}

static int begin_tape(struct cg_replay *replay)
{
    const struct cg_replay_tape *tape = replay->options.tape;
    if (tape == NULL) {
        return 0;
    }
    replay->opened -= replay->opened % CG_SECOND;
    return tape->begin(tape->user, replay->opened, &replay->options.rates);
}

int cg_replay_open_side(struct cg_replay *replay,
                        cg_time now,
                        cg_seq resume,
                        char *error,
                        size_t error_len)
{
    replay->opened = now;
    int status = begin_tape(replay);
    if (status != 0) {
        return status;
    }
    struct cg_side_options options = {
        .config = replay->options.config,
        .rates = replay->options.rates,
        .ids = &replay->ids,
        .now = replay->opened,
        .said = on_said,
        .heard = replay->options.tape != NULL ? on_heard : NULL,
        .decided = replay->options.output != NULL ||
                           replay->expect.has_decisions
                       ? on_decided
                       : NULL,
        .fact = replay->against != NULL ? on_fact : NULL,
        .user = replay,
    };
    if (replay->exact != NULL) {
        options.rates = NULL; /* when the journal says so */
        options.before = cg_exact_view(replay->exact);
        options.resume = resume;
        options.by_host = true;
        options.fact = cg_exact_fact;
    }
    status = cg_side_open(&options, error, error_len, &replay->side);
    return status != 0 || replay->against == NULL
               ? status
               : cg_against_begin(replay->against, replay->side, &replay->ids,
                                  replay->totals.first, error, error_len);
}

/* What the messages read ahead show of a session. */
struct first_look {
    bool seen;
    bool up;  /* its first message is no Logon: it was there before the log */
    bool out; /* the gate logs on to it */
};

static void look_ahead(const struct cg_replay *replay, struct first_look *looks)
{
    struct cg_replay_message message;
    for (size_t i = 0; i < replay->ahead.count; i++) {
        if (cg_replay_message_read(&replay->ahead.messages[i], &message) &&
            cg_replay_route(&replay->route, &message)) {
            struct first_look *look = &looks[message.session];
            look->up = look->seen ? look->up : !cg_replay_is(&message, 'A');
            look->out = look->out ||
                        (message.outbound && cg_replay_is(&message, 'A'));
            look->seen = true;
        }
    }
}

static int links_first(struct cg_replay *replay)
{
    struct first_look looks[CG_SESSIONS_MAX] = {{.seen = false}};
    int status = 0;
    look_ahead(replay, looks);
    for (size_t i = 0; i < CG_SESSIONS_MAX && status == 0; i++) {
        if (looks[i].seen && !looks[i].out) {
            cg_replay_sessions_one_sided(replay->sessions, (cg_session)i);
        }
        if (looks[i].up) {
            status = cg_replay_sessions_up(replay->sessions, (cg_session)i,
                                           replay->totals.first);
        }
    }
    return status;
}

static int take(struct cg_replay *replay, struct cg_replay_looked *looked)
{
    const struct cg_replay_tape *tape = replay->options.tape;
    struct cg_replay_message *message = &looked->message;
    int status;
    message->time = cut(replay, message->time);
    replay->totals.messages++;
    replay->totals.last = message->time;
    if (!cg_replay_find(replay, looked, &status)) {
        return status;
    }
    if (tape != NULL) {
        const char *read = message->bytes.data;
        status = tape->message(tape->user, message);
        if (status != 0) {
            return status;
        }
        if (message->bytes.data != read) { /* another one has its place */
            message->form = NULL;
        }
    }
    if (!message->outbound) {
        status = cg_side_advance(replay->side, message->time);
    }
    return status != 0 ? status
                       : cg_replay_sessions_take(replay->sessions, message);
}

/* What a gate reads of a message whoever hears it. */
static void read_form(struct cg_replay *replay,
                      struct cg_replay_message *message)
{
    const struct cg_config_session *session =
        &replay->options.config->sessions[message->session];
    if (!message->outbound && !message->admin) {
        message->form = cg_gate_form_read(replay->forms, session->role,
                                          session->version, message->bytes);
    }
}

/* What is known of each message by itself is looked at for a batch of them:
 * reading and deciding take more instructions than a core's nearest cache
 * holds, and would fetch them again for each message. */
static int take_some(struct cg_replay *replay,
                     const struct cg_log_message *logs,
                     int count)
{
    struct cg_replay_looked looked[BATCH];
    int status = 0;
    for (int i = 0; i < count; i++) {
        cg_replay_look(replay, &logs[i], &looked[i]);
    }
    cg_gate_forms_clear(replay->forms);
    for (int i = 0; i < count; i++) {
        if (looked[i].has_session) {
            read_form(replay, &looked[i].message);
        }
    }
    for (int i = 0; i < count && status == 0; i++) {
        status = take(replay, &looked[i]);
    }
    return status;
}

static int take_all(struct cg_replay *replay)
{
    struct cg_log_message logs[BATCH];
    int status = 0;
    while (status == 0) {
        int count = cg_replay_ahead_some(&replay->ahead, replay->log, logs,
                                         BATCH);
        if (count <= 0) {
            return count;
        }
        status = take_some(replay, logs, count);
    }
    return status;
}

static void prove(struct cg_replay *replay)
{
    struct cg_replay_totals *totals = &replay->totals;
    char token[128];
    totals->leaked = cg_tally_leaked(cg_side_tally(replay->side), token,
                                     sizeof(token));
    totals->holds = cg_gate_audit(cg_side_gate(replay->side), totals->why,
                                  sizeof(totals->why));
    if (totals->holds && totals->leaked > 0) {
        totals->holds = false;
        snprintf(totals->why, sizeof(totals->why),
                 "%zu tokens hold credit that nobody will give back: %s",
                 totals->leaked, token);
    }
}

static int end(struct cg_replay *replay)
{
    int status = cg_replay_sessions_end(replay->sessions, replay->totals.last);
    if (status == 0) {
        status = cg_side_advance(replay->side, replay->totals.last);
    }
    if (status == 0 && replay->against != NULL) {
        status = cg_against_end(replay->against, replay->totals.last);
    }
    if (status == 0) {
        status = cg_replay_match_end(&replay->recorded);
    }
    if (status == 0 && replay->expect.log != NULL) {
        status = cg_replay_expect_end(replay);
    }
    if (status == 0) {
        prove(replay);
    }
    return status;
}

/* What ended it, in words; a table. */
static const char *words_of(int status)
{
    switch (status) {
    case CG_ERR_MEMORY:
        return "not enough memory";
    case CG_ERR_IO:
        return "a file cannot be read or written";
    case CG_ERR_FULL:
        return "there is no room for more: raise Max...= in [GATE]";
    case CG_ERR_CORRUPT:
        return "it ends at the first trouble, as it was told";
    default:
        return "the gate's time does not go on";
    }
}

static int run(struct cg_replay *replay, char *error, size_t error_len)
{
    int status = cg_replay_ahead_fill(&replay->ahead, replay->log);
    if (status == 0 && replay->ahead.count == 0) {
        snprintf(error, error_len, "there is no FIX message in the log");
        return CG_ERR_IO;
    }
    if (status != 0) {
        return status;
    }
    replay->totals.first = cut(replay, replay->ahead.messages[0].time);
    replay->totals.last = replay->totals.first;
    if (replay->options.output != NULL) {
        status = cg_replay_put_head(replay);
    }
    if (status == 0 && replay->exact != NULL) {
        status = cg_exact_run(replay, error, error_len);
    } else if (status == 0) {
        status = cg_replay_open_side(replay, replay->totals.first, 0, error,
                                     error_len);
        status = status != 0 ? status : links_first(replay);
        status = status != 0 ? status : take_all(replay);
    }
    return status != 0 ? status : end(replay);
}

int cg_replay_run(struct cg_replay *replay, char *error, size_t error_len)
{
    error[0] = '\0';
    int status = run(replay, error, error_len);
    if (status != 0 && error[0] == '\0') {
        snprintf(error, error_len, "%s", words_of(status));
    }
    return status;
}

/* --- what it came to ---------------------------------------------------- */

void cg_replay_totals(const struct cg_replay *replay,
                      struct cg_replay_totals *totals)
{
    *totals = replay->totals;
}

const struct cg_side *cg_replay_side(const struct cg_replay *replay)
{
    return replay->side;
}

const struct cg_replay_counts *
cg_replay_session_counts(const struct cg_replay *replay, cg_session session)
{
    return cg_replay_sessions_counts(replay->sessions, session);
}

const uint64_t *cg_replay_verdicts(const struct cg_replay *replay,
                                   enum cg_replay_against against,
                                   size_t session)
{
    static const uint64_t none[CG_REPLAY_VERDICTS];
    const struct cg_replay_match *match = against == CG_REPLAY_RECORDED
                                              ? &replay->recorded
                                              : &replay->expect.match;
    return match->pairs != NULL ? match->pairs[session].counts : none;
}

const struct cg_against_totals *
cg_replay_against_totals(const struct cg_replay *replay)
{
    return replay->against != NULL ? cg_against_totals_of(replay->against)
                                   : NULL;
}

const struct cg_side *cg_replay_against_side(const struct cg_replay *replay)
{
    return replay->against != NULL ? cg_against_side_of(replay->against) : NULL;
}
