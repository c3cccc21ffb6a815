/*
 * The simulator: sim SEED [COUNT].
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world world;

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    int failed = 0;
    world.trace = argc > 3;
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct world_plan plan;
        world_plan_draw(&plan, seed);
        if (!world_run(&world, &plan)) {
            printf("seed %llu: %s\n", (unsigned long long)seed, world.failure);
            failed++;
        }
        world_deinit(&world);
    }
    printf("%d of %llu failed\n", failed, (unsigned long long)count);
    return failed > 0;
}
