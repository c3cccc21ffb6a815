/*
 * Whose a message of a log is; telling of trouble and differences.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_internal.h"

#include <stdio.h>

/* --- trouble ------------------------------------------------------------ */

const char *cg_replay_trouble_name(unsigned kind)
{
    static const char *const names[CG_REPLAY_KINDS] = {
        [CG_LOG_GARBAGE] = "garbage",
        [CG_LOG_CUT] = "cut",
        [CG_LOG_LENGTH] = "length",
        [CG_LOG_CHECKSUM] = "checksum",
        [CG_LOG_TOO_LONG] = "too-long",
        [CG_LOG_NO_TIME] = "no-time",
        [CG_LOG_BACKWARDS] = "backwards",
        [CG_LOG_AHEAD] = "ahead",
        [CG_LOG_FILE] = "file",
        [CG_LOG_TROUBLES + CG_REPLAY_STRANGER] = "stranger",
        [CG_LOG_TROUBLES + CG_REPLAY_HEADLESS] = "headless",
        [CG_LOG_TROUBLES + CG_REPLAY_GAP] = "gap",
        [CG_LOG_TROUBLES + CG_REPLAY_ANEW] = "anew",
        [CG_LOG_TROUBLES + CG_REPLAY_UNKNOWN] = "unknown",
    };
    return kind < CG_REPLAY_KINDS ? names[kind] : "";
}

int cg_replay_tell(struct cg_replay *replay,
                   unsigned kind,
                   const char *file,
                   uint64_t offset,
                   const char *text)
{
    replay->totals.troubles[kind]++;
    return replay->options.trouble == NULL ||
                   replay->options.trouble(replay->options.user, kind, file,
                                           offset, text)
               ? 0
               : CG_ERR_CORRUPT;
}

/* --- differences -------------------------------------------------------- */

void cg_replay_differs(struct cg_replay *replay,
                       enum cg_replay_against against,
                       cg_session session,
                       enum cg_replay_verdict verdict,
                       const struct cg_replay_said *recorded,
                       const struct cg_replay_said *produced)
{
    const struct cg_replay_options *options = &replay->options;
    const struct cg_config *config = options->config;
    struct cg_replay_difference difference = {
        .against = against,
        .verdict = verdict,
        .session = session < config->session_count
                       ? config->sessions[session].name
                       : "",
        .recorded = recorded,
        .produced = produced,
        .text = "",
    };
    if (verdict == CG_REPLAY_SAME || verdict == CG_REPLAY_UNSENT ||
        options->difference == NULL ||
        (replay->told[against]++ >= options->difference_max &&
         options->difference_max > 0)) {
        return;
    }
    if (verdict == CG_REPLAY_DIFFERENT) {
        cg_replay_describe(
            against == CG_REPLAY_EXPECTED ? &replay->expect.ids : &replay->ids,
            recorded, produced, replay->words, sizeof(replay->words));
        difference.text = replay->words;
    }
    options->difference(options->user, &difference);
}

/* --- whose message ------------------------------------------------------ */

/* A pair of CompIDs that no session has: told once. */
static int stranger(struct cg_replay *replay,
                    const struct cg_replay_message *message)
{
    char text[256];
    uint64_t hash = cg_hash(cg_hash(message->begin.len, message->sender),
                            message->target) |
                    1;
    for (size_t i = 0; i < replay->stranger_count; i++) {
        if (replay->strangers[i] == hash) {
            replay->totals.troubles[CG_LOG_TROUBLES + CG_REPLAY_STRANGER]++;
            return 0;
        }
    }
    if (replay->stranger_count < CG_REPLAY_STRANGERS) {
        replay->strangers[replay->stranger_count++] = hash;
    }
    snprintf(text, sizeof(text),
             "no session of the configuration has BeginString %.*s, "
             "49=%.*s and 56=%.*s in either direction: skipped",
             (int)(message->begin.len < 16 ? message->begin.len : 16),
             message->begin.data,
             (int)(message->sender.len < 64 ? message->sender.len : 64),
             message->sender.data,
             (int)(message->target.len < 64 ? message->target.len : 64),
             message->target.data);
    return cg_replay_tell(replay, CG_LOG_TROUBLES + CG_REPLAY_STRANGER,
                          message->file, message->offset, text);
}

void cg_replay_look(const struct cg_replay *replay,
                    const struct cg_log_message *log,
                    struct cg_replay_looked *looked)
{
    looked->has_header = cg_replay_message_read(log, &looked->message);
    looked->has_session = looked->has_header &&
                          cg_replay_route(&replay->route, &looked->message);
}

bool cg_replay_find(struct cg_replay *replay,
                    const struct cg_replay_looked *looked,
                    int *status)
{
    const struct cg_replay_message *message = &looked->message;
    *status = 0;
    if (!looked->has_header) {
        *status = cg_replay_tell(replay, CG_LOG_TROUBLES + CG_REPLAY_HEADLESS,
                                 message->file, message->offset,
                                 "a message without SenderCompID(49), "
                                 "TargetCompID(56) or MsgSeqNum(34): skipped");
    } else if (!looked->has_session) {
        *status = stranger(replay, message);
    }
    return looked->has_session;
}
