/*
 * The gate in the simulator's world (tests/sim): the input's bytes are what
 * clients, venues, hub, disk and links do, instead of random numbers, until
 * they are used up; the simulator's ledger judges.
 *
 * The input is a plan in HEAD bytes (what is on, who is there, how many steps),
 * and the numbers.
 *
 * In the environment: CG_FUZZ_TRACE prints what is said, CG_FUZZ_SESSION is
 * where the session of a failure goes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"

#include "../sim/record.h"
#include "../sim/world.h"
#include <stdio.h>
#include <stdlib.h>

enum { STEPS_MAX = 60, FAULT_BITS = 2 };

static struct world world;

static void some(uint64_t bits, bool *flags, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        flags[i] = (bits >> i & 1) != 0;
        any |= flags[i];
    }
    flags[0] |= !any;
}

static void plan_take(struct world_plan *plan, struct fuzz_bytes *bytes)
{
    static const enum fault_level levels[] = {FAULT_OFF, FAULT_OFF, FAULT_RARE,
                                              FAULT_FREQUENT};
    *plan = (struct world_plan){.seed = fuzz_take(bytes, 2)};
    uint64_t on = fuzz_take(bytes, 8);
    for (int i = 0; i < FAULTS; i++) {
        plan->levels[i] = levels[on >> (FAULT_BITS * i) & 3];
    }
    some(fuzz_take(bytes, 1), plan->accounts, DESK_ACCOUNTS);
    some(fuzz_take(bytes, 1), plan->clients, DESK_CLIENT50 + 1);
    uint64_t flags = fuzz_take(bytes, 1);
    plan->queue = (flags & 1) != 0;
    plan->keeps = (flags & 2) != 0;
    plan->instant = (flags & 4) != 0;
    plan->disk = flags >> 5 == 7;
    plan->batch = (int)fuzz_take(bytes, 1) * 600 / 256;
    plan->steps = 1 + (int)fuzz_take(bytes, 1) % STEPS_MAX;
}

static bool run(const uint8_t *data, size_t size, struct world_record *record)
{
    struct fuzz_bytes bytes = {data, size};
    struct world_plan plan;
    struct random_given given;
    plan_take(&plan, &bytes);
    given = (struct random_given){bytes.at, bytes.left};
    plan.given = &given;
    world.record = record;
    return world_run(&world, &plan);
}

/* What the gate did, as a session on paper. */
static void write_session(const uint8_t *data, size_t size)
{
    const char *path = getenv("CG_FUZZ_SESSION");
    struct world_record record;
    const char *reason = "it cannot be written";
    if (path == NULL) {
        return;
    }
    record_init(&record);
    (void)run(data, size, &record);
    char *text = record_session(&record, &world, &reason);
    FILE *file = text != NULL ? fopen(path, "w") : NULL;
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        fprintf(stderr, "a session cannot show it: %s\n", reason);
    }
    free(text);
    world_deinit(&world);
    record_deinit(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    world.trace = getenv("CG_FUZZ_TRACE") != NULL;
    bool good = run(data, size, NULL);
    char failure[sizeof(world.failure)];
    memcpy(failure, world.failure, sizeof(failure));
    world_deinit(&world);
    if (!good) {
        write_session(data, size);
        fuzz_fail("%s", failure);
    }
    return 0;
}
