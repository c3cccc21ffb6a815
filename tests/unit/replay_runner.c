/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_runner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static size_t room_for(size_t len)
{
    size_t room = 256;
    while (room < len) {
        room *= 2;
    }
    return room;
}

static void grow(char **text, size_t *len, const char *bytes, size_t more)
{
    if (*text == NULL || room_for(*len + 1) < *len + more + 1) {
        *text = realloc(*text, room_for(*len + more + 1));
    }
    assert_non_null(*text);
    memcpy(*text + *len, bytes, more);
    *len += more;
    (*text)[*len] = '\0';
}

static int on_output(void *user, const char *bytes, size_t len)
{
    struct replay_run *run = user;
    grow(&run->output, &run->output_len, bytes, len);
    return 0;
}

static bool on_trouble(void *user,
                       unsigned kind,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    struct replay_run *run = user;
    char line[512];
    int len = snprintf(line, sizeof(line), "%s:%llu: %s: %s\n", file,
                       (unsigned long long)offset, cg_replay_trouble_name(kind),
                       text);
    grow(&run->words, &run->words_len, line, (size_t)len);
    return !run->stops;
}

static void put_said(struct replay_run *run,
                     const char *what,
                     const struct cg_replay_said *said)
{
    if (said != NULL) {
        grow(&run->words, &run->words_len, what, strlen(what));
        grow(&run->words, &run->words_len, said->type.data, said->type.len);
        grow(&run->words, &run->words_len, " ", 1);
        grow(&run->words, &run->words_len, said->body.data, said->body.len);
        grow(&run->words, &run->words_len, "\n", 1);
    }
}

static void on_difference(void *user,
                          const struct cg_replay_difference *difference)
{
    struct replay_run *run = user;
    char line[5120];
    int len = snprintf(line, sizeof(line), "%s %d: %s\n", difference->session,
                       (int)difference->verdict, difference->text);
    grow(&run->words, &run->words_len, line, (size_t)len);
    put_said(run, "  was ", difference->recorded);
    put_said(run, "  is  ", difference->produced);
}

void replay_run(struct replay_run *run,
                const struct cg_config *config,
                const struct cg_rates *rates,
                const char *const *logs,
                size_t log_count,
                const char *expect)
{
    bool stops = run->stops;
    *run = (struct replay_run){.stops = stops};
    const struct cg_replay_options options = {
        .config = config,
        .rates = rates,
        .logs = logs,
        .log_count = log_count,
        .expect = expect,
        .output = on_output,
        .difference = on_difference,
        .trouble = on_trouble,
        .user = run,
    };
    grow(&run->output, &run->output_len, "", 0);
    grow(&run->words, &run->words_len, "", 0);
    run->status = cg_replay_open(&options, run->error, sizeof(run->error),
                                 &run->replay);
    if (run->status == 0) {
        run->status = cg_replay_run(run->replay, run->error,
                                    sizeof(run->error));
        cg_replay_totals(run->replay, &run->totals);
    }
}

void replay_run_deinit(struct replay_run *run)
{
    cg_replay_close(run->replay);
    free(run->output);
    free(run->words);
    *run = (struct replay_run){.stops = run->stops};
}

uint64_t replay_run_sum(const struct replay_run *run,
                        const struct cg_config *config,
                        enum cg_replay_against against,
                        enum cg_replay_verdict verdict)
{
    uint64_t sum = 0;
    for (size_t i = 0; i <= config->session_count; i++) {
        sum += cg_replay_verdicts(run->replay, against, i)[verdict];
    }
    return sum;
}

uint64_t replay_run_troubles(const struct replay_run *run)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < CG_REPLAY_KINDS; i++) {
        sum += run->totals.troubles[i];
    }
    return sum;
}
