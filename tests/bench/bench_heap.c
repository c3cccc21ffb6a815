/*
 * The C library's allocation with a count: every call of the process comes
 * through here, those of libraries included.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static uint64_t calls;

void *malloc(size_t size)
{
    calls++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    calls++;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    calls++;
    return __libc_realloc(old, size);
}

uint64_t heap_calls(void)
{
    return calls;
}

uint64_t memory_bytes(void)
{
    unsigned long long whole;
    unsigned long long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%llu %llu", &whole, &resident) != 2) {
        fputs("bench: /proc/self/statm cannot be read\n", stderr);
        exit(1);
    }
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

void heap_unchanged(uint64_t before, const char *during)
{
    if (calls != before) {
        fprintf(stderr, "bench: %s allocated memory %llu times\n", during,
                (unsigned long long)(calls - before));
        exit(1);
    }
}
