/*
 * What a replay should send: the messages of another log that a gate sent.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_internal.h"

#include <fix_value.h>
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
        .header = cg_replay_routing(message),
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
    cg_replay_differs(user, CG_REPLAY_EXPECTED, session, verdict, recorded,
                      produced);
    return 0;
}

/* --- decisions ---------------------------------------------------------- */

/* Ids of the gate's making have other numbers. */
static size_t
normalise(const struct cg_replay *replay, struct cg_slice text, char *out)
{
    const struct cg_replay_ids *ids = &replay->ids;
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        struct cg_slice word = {text.data + i, 0};
        while (i + word.len < text.len &&
               memchr(" :,;", word.data[word.len], 4) == NULL) {
            word.len++;
        }
        if (cg_replay_id_is_made(ids, 0, word)) {
            memcpy(out + len, ids->prefix, ids->prefix_len);
            len += ids->prefix_len;
            out[len++] = word.data[ids->prefix_len];
        } else {
            memcpy(out + len, word.data, word.len);
            len += word.len;
        }
        i += word.len;
        if (i < text.len) {
            out[len++] = text.data[i++];
        }
    }
    return len;
}

static struct cg_replay_said
decision(const struct cg_replay *replay, struct cg_slice text, char *out)
{
    text.len = text.len < CG_LOG_COMMENT_MAX ? text.len : CG_LOG_COMMENT_MAX;
    return (struct cg_replay_said){
        .type = CG_REPLAY_DECISION,
        .body = {out, normalise(replay, text, out)},
    };
}

/* "20260115-12:00:00.123 refuses order A2: ..." behind a blank. */
static void
on_comment(void *user, const char *file, uint64_t offset, struct cg_slice text)
{
    struct cg_replay *replay = user;
    struct cg_replay_expect *expect = &replay->expect;
    cg_session place = (cg_session)replay->options.config->session_count;
    char words[2 * CG_LOG_COMMENT_MAX];
    cg_time time;
    if (cg_slice_is(text, CG_REPLAY_OUTPUT)) {
        expect->has_decisions = true;
        return;
    }
    if (!expect->has_decisions || text.len < 23 || expect->status != 0 ||
        !cg_fix_time((struct cg_slice){text.data + 1, 21}, &time)) {
        return;
    }
    struct cg_replay_said said = decision(
        replay, (struct cg_slice){text.data + 23, text.len - 23}, words);
    said.time = time;
    said.file = file;
    said.offset = offset;
    expect->status = cg_replay_match_recorded(&expect->match, place, &said);
}

/* --- reading ------------------------------------------------------------ */

static int read_one(struct cg_replay *replay)
{
    struct cg_log_message log;
    struct cg_replay_message message;
    int status = cg_log_next(replay->expect.log, &log);
    if (status <= 0) {
        replay->expect.ended = true;
        return status != 0 ? status : replay->expect.status;
    }
    if (replay->expect.status != 0) {
        return replay->expect.status;
    }
    if (!cg_replay_message_read(&log, &message) ||
        !cg_replay_route(&replay->route, &message)) {
        return 0;
    }
    return cg_replay_sessions_take(replay->expect.sessions, &message);
}

int cg_replay_expect_decided(struct cg_replay *replay,
                             cg_time now,
                             const char *text)
{
    char words[2 * CG_LOG_COMMENT_MAX];
    cg_session place = (cg_session)replay->options.config->session_count;
    struct cg_replay_said said = decision(replay, cg_slice_str(text), words);
    said.time = now;
    return cg_replay_expect_said(replay, place, &said);
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
        .comment = on_comment,
        .user = replay,
    };
    struct cg_replay_expect *expect = &replay->expect;
    cg_replay_ids_init(&expect->ids, config);
    expect->ids.all = true;
    expect->sessions = cg_replay_sessions_open(config, &hooks);
    if (expect->sessions == NULL ||
        cg_replay_match_init(&expect->match, &expect->ids,
                             config->session_count, on_judged, replay) != 0) {
        snprintf(error, error_len, "not enough memory");
        return CG_ERR_MEMORY;
    }
    int status = cg_log_open(&options, error, error_len, &expect->log);
    /* Whether it has decisions is said before its first message. */
    return status != 0 ? status : read_one(replay);
}

void cg_replay_expect_close(struct cg_replay *replay)
{
    cg_log_close(replay->expect.log);
    cg_replay_sessions_close(replay->expect.sessions);
    cg_replay_match_deinit(&replay->expect.match);
    cg_replay_ids_deinit(&replay->expect.ids);
}
