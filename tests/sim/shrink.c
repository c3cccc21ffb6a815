/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "shrink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What every smaller failure must say, too. */
static char wanted[32];

/* Whether the plan fails in the same way, or ends its process. */
static bool fails(const struct world_plan *plan)
{
    static struct world world;
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        bool good = freopen("/dev/null", "w", stderr) != NULL &&
                    world_run(&world, plan);
        _exit(!good && strncmp(world.failure, wanted, strlen(wanted)) == 0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status != 0;
}

static bool try_plan(struct world_plan *plan, const struct world_plan *smaller)
{
    if (memcmp(plan, smaller, sizeof(*plan)) == 0 || !fails(smaller)) {
        return false;
    }
    *plan = *smaller;
    return true;
}

static bool fewer_faults(struct world_plan *plan)
{
    bool any = false;
    for (int i = 0; i < FAULTS; i++) {
        struct world_plan smaller = *plan;
        smaller.levels[i] = FAULT_OFF;
        any |= try_plan(plan, &smaller);
    }
    return any;
}

/* Of each list one must stay. */
static bool fewer_of(struct world_plan *plan, size_t at, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct world_plan smaller = *plan;
        bool *flags = (bool *)((char *)&smaller + at);
        size_t left = 0;
        for (size_t k = 0; k < count; k++) {
            left += flags[k] ? 1 : 0;
        }
        if (left > 1 && flags[i]) {
            flags[i] = false;
            any |= try_plan(plan, &smaller);
        }
    }
    return any;
}

static bool simpler(struct world_plan *plan)
{
    struct world_plan smaller = *plan;
    bool any = false;
    smaller.disk = false;
    any |= try_plan(plan, &smaller);
    smaller = *plan;
    smaller.instant = true;
    any |= try_plan(plan, &smaller);
    smaller = *plan;
    smaller.batch = 0;
    any |= try_plan(plan, &smaller);
    smaller = *plan;
    smaller.queue = false;
    any |= try_plan(plan, &smaller);
    smaller = *plan;
    smaller.keeps = false;
    return try_plan(plan, &smaller) || any;
}

static bool fewer_steps(struct world_plan *plan)
{
    bool any = false;
    for (int less = plan->steps / 2; less > 0; less /= 2) {
        struct world_plan smaller = *plan;
        smaller.steps -= less;
        while (smaller.steps > 0 && try_plan(plan, &smaller)) {
            any = true;
            smaller.steps -= less;
        }
    }
    return any;
}

void shrink(struct world_plan *plan, const char *failure)
{
    /* Up to what names an order or an amount. */
    size_t len = strcspn(failure + 3, "0123456789") + 3;
    snprintf(wanted, sizeof(wanted), "%.*s", (int)(len < 24 ? len : 24),
             failure);
    bool more = fails(plan);
    for (int round = 0; more && round < 4; round++) {
        more = fewer_steps(plan);
        more |= fewer_faults(plan);
        more |= fewer_of(plan, offsetof(struct world_plan, accounts),
                         DESK_ACCOUNTS);
        more |= fewer_of(plan, offsetof(struct world_plan, clients),
                         DESK_CLIENT50 + 1);
        more |= simpler(plan);
    }
}

/* --- as words ------------------------------------------------------------- */

void plan_print(const struct world_plan *plan, char *text, size_t len)
{
    char levels[FAULTS + 1] = "";
    unsigned accounts = 0;
    unsigned clients = 0;
    for (int i = 0; i < FAULTS; i++) {
        levels[i] = (char)('0' + (int)plan->levels[i]);
    }
    for (int i = 0; i < DESK_ACCOUNTS; i++) {
        accounts |= plan->accounts[i] ? 1U << i : 0;
    }
    for (int i = 0; i <= DESK_CLIENT50; i++) {
        clients |= plan->clients[i] ? 1U << i : 0;
    }
    snprintf(text, len, "%llu,%s,%u,%u,%d%d%d%d,%d,%d",
             (unsigned long long)plan->seed, levels, accounts, clients,
             plan->queue, plan->disk, plan->keeps, plan->instant, plan->batch,
             plan->steps);
}

bool plan_read(const char *text, struct world_plan *plan)
{
    unsigned long long seed = 0;
    char levels[FAULTS + 1] = "";
    char flags[5] = "";
    char format[64];
    unsigned accounts = 0;
    unsigned clients = 0;
    *plan = (struct world_plan){0};
    snprintf(format, sizeof(format), "%%llu,%%%d[012],%%u,%%u,%%4[01],%%d,%%d",
             FAULTS);
    if (sscanf(text, format, &seed, levels, &accounts, &clients, flags,
               &plan->batch, &plan->steps) != 7 ||
        strlen(levels) < FAULT_LATER || strlen(flags) != 4 || accounts == 0 ||
        clients == 0) {
        return false;
    }
    plan->seed = seed;
    for (int i = 0; levels[i] != '\0'; i++) {
        plan->levels[i] = (enum fault_level)(levels[i] - '0');
    }
    for (int i = 0; i < DESK_ACCOUNTS; i++) {
        plan->accounts[i] = (accounts >> i & 1) == 1;
    }
    for (int i = 0; i <= DESK_CLIENT50; i++) {
        plan->clients[i] = (clients >> i & 1) == 1;
    }
    plan->queue = flags[0] == '1';
    plan->disk = flags[1] == '1';
    plan->keeps = flags[2] == '1';
    plan->instant = flags[3] == '1';
    return true;
}
