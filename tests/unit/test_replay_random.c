/*
 * Logs in which messages are lost, doubled, swapped, altered and moved in time
 * at random: a replay always comes to its end, and its books hold.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_recorder.h"
#include "replay_runner.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROUNDS 3 /* of each session */

static uint64_t seed = 20260115;

static uint64_t dice(uint64_t sides)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % sides;
}

/* Makes CheckSum right again. */
static void seal(struct recorded *item)
{
    unsigned sum = 0;
    char digits[16];
    for (size_t i = 0; i < item->len - 7; i++) {
        sum += (unsigned char)item->bytes[i];
    }
    snprintf(digits, sizeof(digits), "%03u", sum % 256);
    memcpy(item->bytes + item->len - 4, digits, 3);
}

/* A byte of a value becomes another; what stands before 35 stays. */
static void alter(struct recorded *item)
{
    const char *body = memmem(item->bytes, item->len, "\00135=", 4);
    size_t first = (size_t)(body - item->bytes) + 4;
    size_t at = first + dice(item->len - 8 - first);
    char c = item->bytes[at];
    if (c == '\001' || c == '=') {
        return;
    }
    item->bytes[at] = c >= '0' && c <= '9' ? (char)('0' + dice(10))
                                           : (char)('A' + dice(26));
    seal(item);
}

static void swap(struct recorder *recorder, size_t a, size_t b)
{
    struct recorded item = recorder->items[a];
    recorder->items[a] = recorder->items[b];
    recorder->items[b] = item;
}

/* "In the log" is "not unsent". */
static void damage(struct recorder *recorder)
{
    size_t count = recorder->count;
    for (size_t i = 0; i < 1 + count / 10; i++) {
        size_t at = dice(count);
        switch (dice(5)) {
        case 0:
            recorder->items[at].unsent = true;
            break;
        case 1:
            swap(recorder, at, dice(count));
            break;
        case 2:
            swap(recorder, at, at > 0 ? at - 1 : 0);
            break;
        case 3:
            alter(&recorder->items[at]);
            break;
        default:
            recorder->items[at].time += (cg_time)dice(60000) * CG_MS;
            break;
        }
    }
}

static bool
first_half(void *user, const struct recorder *recorder, size_t index)
{
    (void)user;
    return index < recorder->count * 2 / 3;
}

static bool last_half(void *user, const struct recorder *recorder, size_t index)
{
    (void)user;
    return index > recorder->count / 3;
}

/* One log, or two that have some messages in common. */
static void replay(const struct recorder *recorder, const char *name)
{
    struct replay_run run = {.stops = false};
    const char *logs[2];
    size_t count = 1 + dice(2);
    logs[0] = recorder_write(recorder, RECORD_FILELOG, 0,
                             count == 1 ? NULL : first_half, NULL);
    logs[1] = recorder_write(recorder, RECORD_BARS, 1, last_half, NULL);
    replay_run(&run, &recorder->script.config, recorder->rates, logs, count,
               logs[0]);
    /* All messages may be gone. */
    bool nothing = run.status == CG_ERR_IO && run.totals.messages == 0;
    if (!nothing && (run.status != 0 || !run.totals.holds)) {
        fail_msg("%s: %d %s %s", name, run.status, run.error, run.totals.why);
    }
    replay_run_deinit(&run);
}

static void test_replay_random_damage_books_hold(void **state)
{
    struct sessions sessions;
    (void)state;
    sessions_open_part(&sessions, SESSIONS_SHARE, 3);
    for (size_t i = 0; i < sessions.count; i++) {
        struct recorder recorder;
        assert_true(recorder_play(&recorder, sessions.paths[i]));
        for (int round = 0; round < ROUNDS && recorder.count > 2; round++) {
            damage(&recorder); /* of a log that is damaged already */
            replay(&recorder, sessions_name(sessions.paths[i]));
        }
        recorder_deinit(&recorder);
    }
    sessions_deinit(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_random_damage_books_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
