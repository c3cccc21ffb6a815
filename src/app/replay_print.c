/*
 * The report of a replay.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_print.h"

#include <inttypes.h>
#include <time.h>

static void print_bytes(FILE *to, struct cg_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        fputc(c == 1 ? '|' : c >= ' ' && c <= '~' ? c : '?', to);
    }
}

static void put_time(cg_time time, char *text, size_t len)
{
    time_t seconds = time / CG_SECOND;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t at = strftime(text, len, "%Y%m%d-%H:%M:%S", &tm);
    snprintf(text + at, len - at, ".%03lld",
             (long long)(time % CG_SECOND / CG_MS));
}

void replay_print_difference(FILE *to,
                             const struct cg_replay_difference *difference)
{
    static const char *const words[CG_REPLAY_VERDICTS] = {
        [CG_REPLAY_SAME] = "same",
        [CG_REPLAY_DIFFERENT] = "differs",
        [CG_REPLAY_ONLY_RECORDED] = "was sent, and is not",
        [CG_REPLAY_ONLY_PRODUCED] = "is sent, and was not",
    };
    const struct cg_replay_said *said = difference->produced != NULL
                                            ? difference->produced
                                            : difference->recorded;
    char time[40];
    put_time(said->time, time, sizeof(time));
    fprintf(to, "%s %s %.*s %s: ", time,
            difference->session[0] != '\0' ? difference->session : "gate",
            (int)said->type.len, said->type.data, words[difference->verdict]);
    if (difference->verdict == CG_REPLAY_DIFFERENT) {
        print_bytes(to, cg_slice_str(difference->text));
    } else {
        print_bytes(to, said->body);
    }
    fputc('\n', to);
}

void replay_print(FILE *to,
                  enum replay_format format,
                  const struct cg_replay *replay,
                  const struct cg_config *config,
                  bool expected)
{
    struct cg_replay_totals totals;
    cg_replay_totals(replay, &totals);
    (void)format;
    (void)expected;
    fprintf(to, "messages %" PRIu64 ", sent %" PRIu64 "\n", totals.messages,
            totals.sent);
    for (size_t i = 0; i < config->session_count; i++) {
        const struct cg_replay_counts *counts = cg_replay_session_counts(
            replay, (cg_session)i);
        const uint64_t *verdicts = cg_replay_verdicts(replay,
                                                      CG_REPLAY_RECORDED, i);
        fprintf(to,
                "%s in %" PRIu64 " out %" PRIu64 " admin %" PRIu64
                " repeated %" PRIu64 " same %" PRIu64 " different %" PRIu64
                " only recorded %" PRIu64 " only produced %" PRIu64 "\n",
                config->sessions[i].name, counts->in, counts->out,
                counts->admin, counts->repeated, verdicts[CG_REPLAY_SAME],
                verdicts[CG_REPLAY_DIFFERENT],
                verdicts[CG_REPLAY_ONLY_RECORDED],
                verdicts[CG_REPLAY_ONLY_PRODUCED]);
    }
}
