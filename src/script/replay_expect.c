/*
 * What a replay should send: the messages of another log that a gate sent.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_internal.h"

#include <stdio.h>

static bool on_log_trouble(void *user,
                           enum cg_log_trouble trouble,
                           const char *file,
                           uint64_t offset,
                           const char *text)
{
    return cg_replay_tell(user, trouble, file, offset, text) == 0;
}

/* --- its sessions ------------------------------------------------------- */

static int on_link(void *user, cg_session session, bool up, cg_time now)
{
    (void)user;
    (void)session;
    (void)up;
    (void)now;
    return 0;
}

static int
on_sent(void *user, cg_session session, struct cg_slice sent, cg_time now)
{
    (void)user;
    (void)session;
    (void)sent;
    (void)now;
    return 0;
}

static int on_message(void *user, const struct cg_replay_message *message)
{
    struct cg_replay *replay = user;
    const struct cg_replay_said said = {
        .time = message->time,
        .type = message->type,
        .body = message->body,
        .file = message->file,
        .offset = message->offset,
    };
    return message->outbound ? cg_replay_match_recorded(&replay->expect.match,
                                                        message->session, &said)
                             : 0;
}

/* The log itself may have told the same. */
static int on_trouble(void *user,
                      enum cg_replay_trouble trouble,
                      const struct cg_replay_message *message,
                      const char *text)
{
    (void)user;
    (void)trouble;
    (void)message;
    (void)text;
    return 0;
}

/* --- judging ------------------------------------------------------------ */

static int on_judged(void *user,
                     cg_session session,
                     enum cg_replay_verdict verdict,
                     const struct cg_replay_said *recorded,
                     const struct cg_replay_said *produced)
{
    struct cg_replay *replay = user;
    const struct cg_config *config = replay->options.config;
    struct cg_replay_difference difference = {
        .against = CG_REPLAY_EXPECTED,
        .verdict = verdict,
        .session = session < config->session_count
                       ? config->sessions[session].name
                       : "",
        .recorded = recorded,
        .produced = produced,
        .text = "",
    };
    if (verdict == CG_REPLAY_SAME || replay->options.difference == NULL) {
        return 0;
    }
    if (verdict == CG_REPLAY_DIFFERENT) {
        cg_replay_describe(replay->expect.match.ids, recorded, produced,
                           replay->words, sizeof(replay->words));
        difference.text = replay->words;
    }
    replay->options.difference(replay->options.user, &difference);
    return 0;
}

/* --- reading ------------------------------------------------------------ */

static int read_one(struct cg_replay *replay)
{
    struct cg_log_message log;
    struct cg_replay_message message;
    int status = cg_log_next(replay->expect.log, &log);
    if (status <= 0) {
        replay->expect.ended = true;
        return status;
    }
    if (!cg_replay_message_read(&log, &message) ||
        !cg_replay_route(&replay->route, &message)) {
        return 0;
    }
    return cg_replay_sessions_take(replay->expect.sessions, &message);
}

int cg_replay_expect_said(struct cg_replay *replay,
                          cg_session session,
                          const struct cg_replay_said *said)
{
    const struct cg_replay_pair *pair = &replay->expect.match.pairs[session];
    int status = cg_replay_match_produced(&replay->expect.match, session, said);
    while (status == 0 && !replay->expect.ended && pair->produced.count > 0 &&
           pair->recorded.count == 0) {
        status = read_one(replay);
    }
    return status;
}

int cg_replay_expect_end(struct cg_replay *replay)
{
    int status = 0;
    while (status == 0 && !replay->expect.ended) {
        status = read_one(replay);
    }
    return status != 0 ? status : cg_replay_match_end(&replay->expect.match);
}

int cg_replay_expect_open(struct cg_replay *replay,
                          char *error,
                          size_t error_len)
{
    const struct cg_config *config = replay->options.config;
    const struct cg_replay_hooks hooks = {
        .link = on_link,
        .renumbered = on_link,
        .rejected = on_sent,
        .resending = on_sent,
        .message = on_message,
        .trouble = on_trouble,
        .user = replay,
    };
    const struct cg_log_options options = {
        .paths = &replay->options.expect,
        .count = 1,
        .message_max = config->limits.message_max * (size_t)2,
        .trouble = on_log_trouble,
        .user = replay,
    };
    struct cg_replay_expect *expect = &replay->expect;
    expect->sessions = cg_replay_sessions_open(config, &hooks);
    if (expect->sessions == NULL ||
        cg_replay_match_init(&expect->match, NULL, config->session_count,
                             on_judged, replay) != 0) {
        snprintf(error, error_len, "not enough memory");
        return CG_ERR_MEMORY;
    }
    return cg_log_open(&options, error, error_len, &expect->log);
}

void cg_replay_expect_close(struct cg_replay *replay)
{
    cg_log_close(replay->expect.log);
    cg_replay_sessions_close(replay->expect.sessions);
    cg_replay_match_deinit(&replay->expect.match);
}
