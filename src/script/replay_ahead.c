/*
 * Reading ahead, once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_ahead.h"

#include <stdlib.h>

int cg_replay_ahead_fill(struct cg_replay_ahead *ahead, struct cg_log *log)
{
    struct cg_log_message message;
    ahead->messages = calloc(CG_REPLAY_AHEAD, sizeof(*ahead->messages));
    ahead->bytes = malloc(CG_REPLAY_AHEAD_BYTES);
    ahead->ended = 1;
    if (ahead->messages == NULL || ahead->bytes == NULL) {
        return CG_ERR_MEMORY;
    }
    while (ahead->count < CG_REPLAY_AHEAD && ahead->ended == 1) {
        ahead->ended = cg_log_next(log, &message);
        if (ahead->ended != 1) {
            break;
        }
        /* One that is too long for what is left is the last one; its place
         * is found, as no message has more than all. */
        bool fits = message.bytes.len <= CG_REPLAY_AHEAD_BYTES - ahead->used;
        char *copy = fits ? ahead->bytes + ahead->used
                          : malloc(message.bytes.len);
        if (copy == NULL) {
            return CG_ERR_MEMORY;
        }
        memcpy(copy, message.bytes.data, message.bytes.len);
        message.bytes.data = copy;
        ahead->messages[ahead->count++] = message;
        if (!fits) {
            break;
        }
        ahead->used += message.bytes.len;
    }
    return ahead->ended < 0 ? ahead->ended : 0;
}

static bool is_apart(const struct cg_replay_ahead *ahead,
                     const struct cg_log_message *message)
{
    return message->bytes.data < ahead->bytes ||
           message->bytes.data >= ahead->bytes + CG_REPLAY_AHEAD_BYTES;
}

int cg_replay_ahead_some(struct cg_replay_ahead *ahead,
                         struct cg_log *log,
                         struct cg_log_message *messages,
                         int max)
{
    int count = 0;
    while (count < max && ahead->next < ahead->count) {
        messages[count++] = ahead->messages[ahead->next++];
    }
    if (count > 0) {
        return count;
    }
    if (ahead->count > 0) {
        cg_replay_ahead_deinit(ahead);
    }
    if (ahead->ended == 1) {
        count = cg_log_next_some(log, messages, max);
        ahead->ended = count > 0 ? 1 : count;
        return count;
    }
    return ahead->ended;
}

int cg_replay_ahead_next(struct cg_replay_ahead *ahead,
                         struct cg_log *log,
                         struct cg_log_message *message)
{
    return cg_replay_ahead_some(ahead, log, message, 1);
}

void cg_replay_ahead_deinit(struct cg_replay_ahead *ahead)
{
    int ended = ahead->ended;
    for (size_t i = 0; i < ahead->count; i++) {
        if (is_apart(ahead, &ahead->messages[i])) {
            free((char *)(uintptr_t)ahead->messages[i].bytes.data);
        }
    }
    free(ahead->messages);
    free(ahead->bytes);
    *ahead = (struct cg_replay_ahead){.ended = ended};
}
