/*
 * What a replay's gate decides and sends, as a log that can be read again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_internal.h"

#include <fix_writer.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STAMP_MAX 48 /* bytes of a time and what follows it */

int cg_replay_output_open(struct cg_replay *replay)
{
    if (replay->options.output == NULL) {
        return 0;
    }
    replay->line_max = 2 * (size_t)replay->options.config->limits.message_max +
                       65536;
    replay->line = malloc(replay->line_max);
    replay->whole = malloc(replay->line_max);
    replay->header = malloc(replay->line_max);
    return replay->line != NULL && replay->whole != NULL &&
                   replay->header != NULL
               ? 0
               : CG_ERR_MEMORY;
}

void cg_replay_output_close(struct cg_replay *replay)
{
    free(replay->line);
    free(replay->whole);
    free(replay->header);
}

/* "20260115-12:00:00.123000000"; its length. */
static size_t put_time(char *text, cg_time time)
{
    time_t seconds = time / CG_SECOND;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t len = strftime(text, STAMP_MAX, "%Y%m%d-%H:%M:%S", &tm);
    return len + (size_t)snprintf(text + len, STAMP_MAX - len, ".%09lld",
                                  (long long)(time % CG_SECOND));
}

static size_t seal(struct cg_replay *replay, const struct cg_side_said *said)
{
    const struct cg_config_session *session =
        &replay->options.config->sessions[said->session];
    const struct cg_out *out = said->out;
    struct cg_fix_writer header = cg_fix_writer_over(replay->header,
                                                     replay->line_max);
    cg_fix_put_str(&header, 49, session->sender_comp_id);
    cg_fix_put_str(&header, 56, session->target_comp_id);
    cg_fix_put_int(&header, 34, (int64_t)said->number);
    cg_fix_put_time(&header, 52, said->time);
    cg_fix_put_raw(&header, (struct cg_slice){out->header, out->header_len});
    return header.full
               ? 0
               : cg_fix_seal(replay->whole, replay->line_max, session->version,
                             cg_slice_str(out->type), cg_fix_written(&header),
                             (struct cg_slice){out->body, out->body_len});
}

int cg_replay_put_said(struct cg_replay *replay,
                       const struct cg_side_said *said)
{
    size_t len = seal(replay, said);
    size_t at = put_time(replay->line, said->time);
    memcpy(replay->line + at, " : ", 3);
    at += 3;
    if (len == 0 || at + len + 1 > replay->line_max) {
        return CG_ERR_FULL; /* its room follows from the largest message */
    }
    /* A value with a bar in it cannot be told from two fields. */
    bool bars = memchr(replay->whole, '|', len) == NULL;
    for (size_t i = 0; i < len; i++) {
        char c = replay->whole[i];
        replay->line[at + i] = bars && c == '\001' ? '|' : c;
    }
    replay->line[at + len] = '\n';
    return replay->options.output(replay->options.user, replay->line,
                                  at + len + 1);
}

int cg_replay_put_head(struct cg_replay *replay)
{
    static const char head[] = "#" CG_REPLAY_OUTPUT "\n";
    return replay->options.output(replay->options.user, head, sizeof(head) - 1);
}

int cg_replay_put_decision(struct cg_replay *replay,
                           cg_time now,
                           const char *text)
{
    char stamp[STAMP_MAX];
    (void)put_time(stamp, now);
    int len = snprintf(replay->line, replay->line_max, "# %.21s %s\n", stamp,
                       text);
    if (len <= 0 || (size_t)len >= replay->line_max) {
        return CG_ERR_FULL;
    }
    return replay->options.output(replay->options.user, replay->line,
                                  (size_t)len);
}
