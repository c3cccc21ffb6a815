/*
 * kill -9 of the gate under load, hundreds of times: at random moments and at
 * named points.
 *
 *     kill_gate CREDITGATE CRASHING random KILLS [SEED]
 *     kill_gate CREDITGATE CRASHING points KILLS [SEED]
 *     kill_gate CREDITGATE CRASHING soak   KILLS [SEED]
 *
 * After each kill the gate is started again; its peers live on.  The judge
 * (kill_ledger.h) holds the rules against every message, and every few kills
 * all comes to rest and is proved.  A failure prints its seed and keeps the
 * journal, the log and the wires.
 *
 * Exit status: 0 fine, 1 a failure, 2 could not begin.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kill_stage.h"

#include <stdlib.h>

#define KILLS_TO_REST 10  /* kills between two rests */
#define KILLS_OF_STAGE 60 /* then journal and sessions begin anew */
#define POINT_MS 1200     /* how long a point may take to come */

struct run {
    const char *program;
    const char *crashing;
    const char *mode;
    unsigned long kills;
    uint64_t seed;
    unsigned long done;
    unsigned long pairs;  /* of point and turn, so far */
    unsigned long missed; /* points that did not come */
    bool came[16][4];     /* turns, points */
    unsigned long orders;
    unsigned long messages;
    int64_t said_ns;
};

/* --- one kill ----------------------------------------------------------- */

static void kill_at_random(struct kill_stage *stage)
{
    uint32_t dice = kill_random(&stage->load, 100);
    kill_stage_start(stage, stage->program, NULL);
    if (dice < 30) { /* while it starts, and while messages are resent */
        kill_stage_go_on(stage, kill_random(&stage->load, 60));
    } else {
        kill_stage_await_all_up(stage);
        kill_stage_go_on(stage,
                         kill_random(&stage->load, dice < 50 ? 40 : 250));
    }
    kill_stage_kill(stage);
}

/* Each of these with each point; the first ones must have been met. */
static const char *const turns[] = {
    "order sent",   "token granted",    "order filled",  "order closed",
    "request sent", "request accepted", "limit set",     "numbers",
    "ask sent",     "ask answered",     "order refused", "request refused",
    "link up",      "status asked",     "any",           "any",
};
static const char *const points[] = {"before-commit", "after-commit",
                                     "between-writes", "after-writes"};

enum {
    TURNS = sizeof(turns) / sizeof(turns[0]),
    POINTS = sizeof(points) / sizeof(points[0]),
    MUST_COME = 7,
};

/* The pairs by turns, so that each comes before any comes again. */
static void kill_at_point(struct run *run, struct kill_stage *stage)
{
    char at[96];
    size_t point = run->pairs % POINTS;
    size_t turn = run->pairs++ / POINTS % TURNS;
    bool any = strcmp(turns[turn], "any") == 0;
    bool first = strcmp(turns[turn], "status asked") == 0;
    uint32_t most = any ? 25 : first ? 1 : 3;
    snprintf(at, sizeof(at), "%s:%s:%u", points[point], turns[turn],
             1 + kill_random(&stage->load, most));
    kill_stage_start(stage, run->crashing, at);
    kill_stage_go_on(stage, POINT_MS);
    bool came = stage->gate == 0;
    run->came[turn][point] |= came;
    run->missed += came ? 0 : 1;
    kill_stage_kill(stage);
}

/* Each kind of turn was met; most write to one session only, if to any. */
static bool all_came(const struct run *run)
{
    for (size_t turn = 0; turn < MUST_COME; turn++) {
        if (!run->came[turn][0] || !run->came[turn][1]) {
            printf("FAILED: no gate came to a turn with: %s\n", turns[turn]);
            return false;
        }
    }
    return true;
}

/* --- stages ------------------------------------------------------------- */

static void say_progress(struct run *run, const struct kill_stage *stage)
{
    int64_t now = kill_now();
    if (strcmp(run->mode, "soak") == 0 && now - run->said_ns > 5000 * SIM_MS) {
        run->said_ns = now;
        printf("kills %lu of %lu, orders %lu, messages %lu; seed %llu\n",
               run->done, run->kills,
               run->orders + stage->peers.ledger.order_count,
               run->messages + stage->peers.ledger.events,
               (unsigned long long)stage->seed);
        fflush(stdout);
    }
}

static bool wants_points(const struct run *run)
{
    return strcmp(run->mode, "points") == 0 ||
           (strcmp(run->mode, "soak") == 0 &&
            run->done / KILLS_OF_STAGE % 2 == 1);
}

/* Kills until the stage is over; then all must come to rest. */
static void play(struct run *run, struct kill_stage *stage, bool at_points)
{
    while (stage->kills < KILLS_OF_STAGE && run->done < run->kills &&
           !kill_stage_failed(stage)) {
        if (!at_points) {
            kill_at_random(stage);
        } else {
            kill_at_point(run, stage);
        }
        run->done++;
        if (stage->kills % KILLS_TO_REST == 0 && !kill_stage_failed(stage)) {
            kill_stage_settle(stage);
            kill_stage_kill(stage);
            run->done++;
        }
        say_progress(run, stage);
    }
    kill_stage_settle(stage);
    kill_stage_end(stage);
}

static bool run_stage(struct run *run, uint64_t seed)
{
    struct kill_stage stage;
    if (!kill_stage_open(&stage, run->program, seed)) {
        fprintf(stderr, "kill_gate: could not begin\n");
        exit(2);
    }
    play(run, &stage, wants_points(run));
    bool failed = kill_stage_failed(&stage);
    if (failed) {
        printf("FAILED after %u kills (%s, seed %llu): %s\n"
               "kept: %s\n",
               stage.kills, wants_points(run) ? "points" : "random",
               (unsigned long long)seed, stage.failure, stage.folder);
    }
    run->orders += stage.peers.ledger.order_count;
    run->messages += stage.peers.ledger.events;
    kill_stage_close(&stage);
    return !failed;
}

static int run_all(struct run *run)
{
    uint64_t seed = run->seed;
    printf("%s: %lu kills, seed %llu\n", run->mode, run->kills,
           (unsigned long long)seed);
    fflush(stdout);
    while (run->done < run->kills) {
        if (!run_stage(run, seed++)) {
            return 1;
        }
    }
    bool all = strcmp(run->mode, "points") == 0 && run->pairs >= TURNS * POINTS;
    if (all && !all_came(run)) {
        return 1;
    }
    printf("%lu kills, %lu orders, %lu messages: nothing lost, nothing "
           "twice; %lu points did not come\n",
           run->done, run->orders, run->messages, run->missed);
    return 0;
}

int main(int argc, char **argv)
{
    struct run run = {0};
    if (argc < 5 || argc > 6) {
        fprintf(stderr,
                "usage: %s CREDITGATE CRASHING random|points|soak KILLS "
                "[SEED]\n",
                argv[0]);
        return 2;
    }
    run.program = argv[1];
    run.crashing = argv[2];
    run.mode = argv[3];
    run.kills = strtoul(argv[4], NULL, 10);
    run.seed = argc == 6 ? strtoull(argv[5], NULL, 10)
                         : (uint64_t)kill_now() / 1000 % 1000000;
    return run_all(&run);
}
