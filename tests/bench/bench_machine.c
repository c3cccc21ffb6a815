/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define LINES (1u << 22) /* of 64 bytes: 256 MB, more than any cache */

struct line {
    uint32_t next;
    char rest[60];
};

/* One circle through all lines, in an order that nothing can foresee. */
static struct line *circle_make(void)
{
    struct line *lines = malloc(LINES * sizeof(*lines));
    uint64_t random = 88172645463325252;
    if (lines == NULL) {
        fputs("bench: no memory\n", stderr);
        exit(1);
    }
    for (uint32_t i = 0; i < LINES; i++) {
        lines[i].next = i;
    }
    for (uint32_t i = LINES - 1; i > 0; i--) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        uint32_t other = (uint32_t)(random % i);
        uint32_t next = lines[i].next;
        lines[i].next = lines[other].next;
        lines[other].next = next;
    }
    return lines;
}

void bench_machine(uint32_t rounds)
{
    struct line *lines = circle_make();
    struct samples samples;
    uint32_t at = 0;
    samples_init(&samples, rounds);
    bench_overhead();
    for (uint32_t i = 0; i < rounds; i++) {
        int64_t start = bench_now();
        for (int n = 0; n < 16; n++) {
            at = lines[at].next;
        }
        __asm__ volatile("" : : "r"(at) : "memory");
        samples_add(&samples, (bench_now() - start) / 16);
    }
    bench_time("machine: one random read of memory", 0, &samples, 0);
    samples_deinit(&samples);
    free(lines);
}
