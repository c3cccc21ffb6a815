/*
 * A journal whose power is cut at every operation on its disk: each turn whose
 * commit has returned is there whole, the one under way is there whole or not
 * at all, and nothing else is (R23, R45).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "power_turns.h"
#include "sanitized.h"

#include <limits.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 100, MANNERS = 5, TOLD_OF = 10 };

/* A journal was opened on |disk|, and played. */
struct played {
    struct faulty_disk *disk;
    size_t turns;
    size_t told[TURNS_MAX + 1]; /* the moment its commit had returned */
    size_t folded;              /* the last turn with a checkpoint */
    size_t cuts;
    size_t wrong;
};

static void play(struct played *played, size_t turns, bool lies)
{
    struct turns made;
    struct cg_journal journal;
    char error[512] = "";

    *played = (struct played){.disk = faulty_disk_open(), .turns = turns};
    if (lies) {
        faulty_disk_lie(played->disk);
    }
    turns_after(0, &made);
    if (turns_open(played->disk, &journal, error, sizeof(error)) != 0) {
        fail_msg("%s", error);
    }
    for (size_t i = 1; i <= turns; i++) {
        size_t syncs = faulty_disk_syncs(played->disk, TURNS_PATH);

        assert_int_equal(turns_play(&made, &journal), 0);
        played->told[i] = faulty_disk_now(played->disk);
        if (faulty_disk_syncs(played->disk, TURNS_PATH) > syncs) {
            played->folded = i;
        }
    }
    journal.close(journal.user);
}

static void played_deinit(struct played *played)
{
    faulty_disk_close(played->disk);
    faulty_disk_use(NULL);
}

/* How many turns were confirmed by |at|. */
static size_t confirmed(const struct played *played, size_t at)
{
    size_t count = 0;

    while (count < played->turns && played->told[count + 1] <= at) {
        count++;
    }
    return count;
}

static void
tell(struct played *played, size_t at, uint64_t seed, const char *wrong)
{
    if (played->wrong++ < TOLD_OF) {
        print_error("moment %zu, seed %llu: %s\n", at, (unsigned long long)seed,
                    wrong);
    }
}

/* The power goes again while the journal recovers, or goes on. */
static bool cut_again(const struct faulty_disk *disk,
                      const struct turns_end *end,
                      size_t least,
                      uint64_t seed,
                      char *wrong,
                      size_t wrong_len)
{
    size_t at = (size_t)(seed * 7919) % (faulty_disk_now(disk) + 1);
    struct faulty_disk *after = faulty_disk_cut(disk, at, seed / MANNERS);
    bool good = turns_hold(after, at >= end->told ? end->count : least,
                           end->count, NULL, wrong, wrong_len);

    faulty_disk_close(after);
    return good;
}

static void cut(struct played *played, size_t at, uint64_t seed, bool again)
{
    size_t least = confirmed(played, at);
    size_t most = least < played->turns ? least + 1 : least;
    struct faulty_disk *after = faulty_disk_cut(played->disk, at, seed);
    char wrong[600];
    struct turns_end end;
    bool good = turns_hold(after, least, most, &end, wrong, sizeof(wrong));

    if (good && again) {
        good = cut_again(after, &end, least, seed, wrong, sizeof(wrong));
    }
    if (!good) {
        tell(played, at, seed, wrong);
    }
    played->cuts++;
    faulty_disk_close(after);
}

/* Some |count| moments from |from| to |to|, each in so many manners. */
static void sweep(struct played *played,
                  size_t from,
                  size_t to,
                  size_t count,
                  uint64_t manners)
{
    size_t step = to - from < count ? 1 : (to - from) / count;

    for (size_t at = from; at <= to; at += step) {
        for (uint64_t i = 0; i < manners; i++) {
            cut(played, at, at * (MANNERS + 1) + i, (at + i) % 3 == 0);
        }
    }
}

static void judge(struct played *played)
{
    print_message("%zu power cuts in %zu operations\n", played->cuts,
                  faulty_disk_now(played->disk));
    assert_int_equal(played->wrong, 0);
    played_deinit(played);
}

/* While the file is made, at every operation of small turns and of checkpoints
 * between them, and when it is closed; under a sanitizer at some of them. */
static void test_power_cut_every_moment_of_small_turns(void **state)
{
    struct played played;

    (void)state;
    turns_big = false;
    faulty_checkpoint_pages = 30;
    play(&played, 36, false);
    assert_in_range(played.folded, 5, 36);
    sweep(&played, 0, played.told[1], SANITIZED ? 40 : SIZE_MAX,
          SANITIZED ? 2 : MANNERS);
    sweep(&played, played.told[1], faulty_disk_now(played.disk),
          SANITIZED ? 150 : SIZE_MAX, SANITIZED ? 1 : 2);
    judge(&played);
}

/* The process is killed at each moment and started again; once it has committed
 * another turn the power goes. */
static void test_power_cut_after_a_kill(void **state)
{
    struct played played;

    (void)state;
    turns_big = false;
    faulty_checkpoint_pages = 30;
    play(&played, 20, false);
    for (size_t at = 0; at <= faulty_disk_now(played.disk);
         at += SANITIZED ? 17 : 1) {
        size_t least = confirmed(&played, at);
        size_t most = least < played.turns ? least + 1 : least;
        struct faulty_disk *killed = faulty_disk_kill(played.disk, at);
        struct faulty_disk *after;
        char wrong[600];
        struct turns_end end;

        if (!turns_hold(killed, least, most, &end, wrong, sizeof(wrong))) {
            tell(&played, at, 0, wrong);
        } else {
            after = faulty_disk_cut(killed, end.told, at * (MANNERS + 1));
            if (!turns_hold(after, end.count, end.count, NULL, wrong,
                            sizeof(wrong))) {
                tell(&played, at, at * (MANNERS + 1), wrong);
            }
            faulty_disk_close(after);
        }
        played.cuts++;
        faulty_disk_close(killed);
    }
    judge(&played);
}

/* The checkpoint comes when the product wants it. */
static void test_power_cut_big_turns(void **state)
{
    struct played played;

    (void)state;
    turns_big = true;
    faulty_checkpoint_pages = 0;
    play(&played, 34, false);
    assert_in_range(played.folded, 5, 34);
    sweep(&played, played.told[1], faulty_disk_now(played.disk), 20, 1);
    sweep(&played, played.told[played.folded - 1],
          played.told[played.folded] + 10, 20, 1);
    judge(&played);
}

/* On a disk whose syncs do nothing turns are lost, and that is seen. */
static void test_power_cut_lying_disk_is_found_out(void **state)
{
    struct played played;

    (void)state;
    turns_big = false;
    faulty_checkpoint_pages = 30;
    play(&played, 12, true);
    for (size_t at = played.told[3]; at <= played.told[12]; at += 7) {
        struct faulty_disk *after = faulty_disk_cut(played.disk, at, at);
        size_t least = confirmed(&played, at);
        char wrong[600];

        played.wrong += !turns_hold(after, least, least + 1, NULL, wrong,
                                    sizeof(wrong));
        played.cuts++;
        faulty_disk_close(after);
    }
    assert_true(played.wrong > played.cuts / 4);
    played_deinit(&played);
}

int main(void)
{
    /* Thousands of disks are made: their memory is kept for the next. */
    (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power_cut_every_moment_of_small_turns),
        cmocka_unit_test(test_power_cut_after_a_kill),
        cmocka_unit_test(test_power_cut_big_turns),
        cmocka_unit_test(test_power_cut_lying_disk_is_found_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
