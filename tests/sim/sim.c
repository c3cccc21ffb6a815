/*
 * The simulator: a gate in a world that one seed decides.
 *
 *   sim SEED [COUNT]        runs these seeds; --marks wants every mark reached
 *   sim --plan WORDS        runs one plan, as a failure prints it
 *   sim --kept FILE         runs the seeds and plans that FILE names
 *   sim --soak [SEED]       runs seeds until one fails, or for ever
 *
 * --trace prints all that is said; --session FILE says where the session of a
 * failure goes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record.h"
#include "shrink.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct job {
    uint64_t first;
    uint64_t count;
    bool trace;
    bool marks;
    bool soak;
    const char *plan;
    const char *kept;
    const char *session;
};

static struct world world;
static uint64_t running; /* the seed, for a process that ends by itself */

static void on_abort(int number)
{
    char text[64];
    int len = snprintf(text, sizeof(text), "seed %llu: signal %d\n",
                       (unsigned long long)running, number);
    (void)!write(STDERR_FILENO, text, (size_t)len);
    _exit(1);
}

static bool run_plan(const struct world_plan *plan, bool trace)
{
    running = plan->seed;
    world.trace = trace;
    world.record = NULL;
    bool good = world_run(&world, plan);
    if (!good) {
        printf("seed %llu: %s\n", (unsigned long long)plan->seed,
               world.failure);
    }
    world_deinit(&world);
    return good;
}

static void write_session(const struct world_plan *plan, const char *path)
{
    struct world_record record;
    const char *reason = "";
    record_init(&record);
    world.trace = false;
    world.record = &record;
    (void)world_run(&world, plan);
    char *text = record_session(&record, &world, &reason);
    FILE *file = text != NULL ? fopen(path, "w") : NULL;
    if (file != NULL && fputs(text, file) >= 0 && fclose(file) == 0) {
        printf("  as a session: %s\n", path);
    } else {
        printf("  a session cannot show it: %s\n",
               text != NULL ? "it cannot be written" : reason);
    }
    free(text);
    world_deinit(&world);
    record_deinit(&record);
}

/* Says how the failure comes back, in fewer words. */
static void
explain(const struct job *job, struct world_plan plan, const char *failure)
{
    char words[256];
    char path[64];
    shrink(&plan, failure);
    plan_print(&plan, words, sizeof(words));
    printf("  again: sim --plan %s\n  with:", words);
    for (int i = 0; i < FAULTS; i++) {
        if (plan.levels[i] != FAULT_OFF) {
            printf(" %s", fault_names[i]);
        }
    }
    printf(", %d steps\n", plan.steps);
    (void)run_plan(&plan, false);
    snprintf(path, sizeof(path), "seed-%llu.session",
             (unsigned long long)plan.seed);
    write_session(&plan, job->session != NULL ? job->session : path);
    fflush(stdout);
}

static bool run_seed(const struct job *job, uint64_t seed)
{
    struct world_plan plan;
    world_plan_draw(&plan, seed);
    if (run_plan(&plan, job->trace)) {
        return true;
    }
    char failure[sizeof(world.failure)];
    memcpy(failure, world.failure, sizeof(failure));
    explain(job, plan, failure);
    return false;
}

static int run_seeds(const struct job *job)
{
    int failed = 0;
    for (uint64_t i = 0; i < job->count && failed < 10; i++) {
        failed += run_seed(job, job->first + i) ? 0 : 1;
    }
    return failed;
}

static int soak(const struct job *job)
{
    uint64_t seed = job->first;
    time_t told = time(NULL);
    while (run_seed(job, seed)) {
        seed++;
        if (time(NULL) >= told + 10) {
            told = time(NULL);
            printf("%llu seeds, the last was %llu\n",
                   (unsigned long long)(seed - job->first),
                   (unsigned long long)(seed - 1));
            fflush(stdout);
        }
    }
    return 1;
}

/* One a line: a seed or the words of a plan, and what it was behind a #. */
static int run_kept(const struct job *job)
{
    char line[512];
    int failed = 0;
    FILE *file = fopen(job->kept, "r");
    if (file == NULL) {
        fprintf(stderr, "%s cannot be read\n", job->kept);
        return 1;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        struct world_plan plan;
        size_t len = strcspn(line, " #\n");
        line[len] = '\0';
        if (len == 0) {
            continue;
        }
        if (strchr(line, ',') == NULL) {
            world_plan_draw(&plan, strtoull(line, NULL, 10));
        } else if (!plan_read(line, &plan)) {
            fprintf(stderr, "%s: %s is no plan\n", job->kept, line);
            failed++;
            continue;
        }
        failed += run_plan(&plan, job->trace) ? 0 : 1;
    }
    fclose(file);
    return failed;
}

static int check_marks(void)
{
    int missing = 0;
    for (int i = 0; i < MARKS; i++) {
        enum mark mark = (enum mark)i;
        printf("%10llu  %-32s %s\n", (unsigned long long)mark_counts[i],
               mark_name(mark), mark_text(mark));
        missing += mark_counts[i] == 0 ? 1 : 0;
    }
    if (missing > 0) {
        printf("%d of %d situations never came\n", missing, MARKS);
    }
    return missing;
}

static bool read_options(int argc, char **argv, struct job *job)
{
    int numbers = 0;
    *job = (struct job){.first = 1, .count = 1};
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        const char **text = strcmp(argv[i], "--plan") == 0      ? &job->plan
                            : strcmp(argv[i], "--kept") == 0    ? &job->kept
                            : strcmp(argv[i], "--session") == 0 ? &job->session
                                                                : NULL;
        if (text != NULL && value != NULL) {
            *text = value;
            i++;
        } else if (strcmp(argv[i], "--trace") == 0) {
            job->trace = true;
        } else if (strcmp(argv[i], "--marks") == 0) {
            job->marks = true;
        } else if (strcmp(argv[i], "--soak") == 0) {
            job->soak = true;
        } else if (argv[i][0] >= '0' && argv[i][0] <= '9' && numbers < 2) {
            *(numbers == 0 ? &job->first : &job->count) = strtoull(argv[i],
                                                                   NULL, 10);
            numbers++;
        } else {
            fprintf(stderr, "%s: not understood\n", argv[i]);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct job job;
    struct world_plan plan;
    int failed = 0;
    if (!read_options(argc, argv, &job)) {
        return 2;
    }
    signal(SIGABRT, on_abort);
    signal(SIGSEGV, on_abort);
    if (job.plan != NULL) {
        if (!plan_read(job.plan, &plan)) {
            fprintf(stderr, "%s is no plan\n", job.plan);
            return 2;
        }
        failed = run_plan(&plan, job.trace) ? 0 : 1;
        if (failed > 0 && job.session != NULL) {
            write_session(&plan, job.session);
        }
    } else if (job.kept != NULL) {
        failed = run_kept(&job);
    } else {
        failed = job.soak ? soak(&job) : run_seeds(&job);
    }
    printf("%d failed\n", failed);
    if (job.marks) {
        failed += check_marks();
    }
    return failed > 0 ? 1 : 0;
}
