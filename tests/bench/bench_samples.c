/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void samples_init(struct samples *samples, size_t max)
{
    *samples = (struct samples){.ns = calloc(max, sizeof(*samples->ns)),
                                .max = max};
    if (samples->ns == NULL) {
        fputs("bench: no memory\n", stderr);
        exit(1);
    }
}

void samples_deinit(struct samples *samples)
{
    free(samples->ns);
    *samples = (struct samples){0};
}

void samples_add(struct samples *samples, int64_t ns)
{
    ns -= bench_overhead();
    if (samples->count < samples->max) {
        samples->ns[samples->count++] = ns < 0           ? 0
                                        : ns > INT32_MAX ? INT32_MAX
                                                         : (uint32_t)ns;
    }
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

uint32_t samples_at(struct samples *samples, int permille)
{
    if (samples->count == 0) {
        return 0;
    }
    qsort(samples->ns, samples->count, sizeof(*samples->ns), compare);
    return samples->ns[(samples->count - 1) * (size_t)permille / 1000];
}

int64_t bench_now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

int64_t bench_overhead(void)
{
    static int64_t overhead = -1;
    uint32_t ns[1001];
    if (overhead < 0) {
        for (size_t i = 0; i < sizeof(ns) / sizeof(ns[0]); i++) {
            int64_t start = bench_now();
            ns[i] = (uint32_t)(bench_now() - start);
        }
        qsort(ns, sizeof(ns) / sizeof(ns[0]), sizeof(ns[0]), compare);
        overhead = ns[500];
    }
    return overhead;
}
