/*
 * What the gate's parts cost, measured inside one process on one core.
 *
 *     bench [--csv] [--quick] [--cpu N] [--rounds N] [--open N] [--only PART]
 *
 * PART is machine, rates, reading, replay, journal, restart, gate, push or
 * ping.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool csv;

void bench_row(const char *what,
               uint32_t open_orders,
               const char *unit,
               uint64_t median,
               uint64_t p99,
               uint64_t bar)
{
    char tail[32] = "";
    char limit[32] = "";
    unsigned long long middle = median;
    if (p99 > 0) {
        snprintf(tail, sizeof(tail), "%llu", (unsigned long long)p99);
    }
    if (bar > 0) {
        snprintf(limit, sizeof(limit), "%llu", (unsigned long long)bar);
    }
    if (csv) {
        printf("\"%s\",%u,%s,%llu,%s,%s\n", what, open_orders, unit, middle,
               tail, limit);
    } else {
        printf("%-46s %9u  %9llu %9s  %-5s %6s %s\n", what, open_orders, middle,
               tail, unit, limit,
               bar == 0        ? ""
               : median <= bar ? "met"
                               : "missed");
    }
    fflush(stdout);
}

void bench_time(const char *what,
                uint32_t open_orders,
                struct samples *samples,
                uint64_t bar)
{
    uint32_t median = samples_at(samples, 500);
    bench_row(what, open_orders, "ns", median, samples_at(samples, 990), bar);
}

/* False when the kernel does not let it. */
static bool pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof(set), &set) == 0;
}

static void print_head(void)
{
    if (csv) {
        puts("what,open_orders,unit,median,p99,bar");
    } else {
        printf("%-46s %9s  %9s %9s  %-5s %6s\n", "what", "open", "median",
               "p99", "unit", "bar");
    }
}

static int usage(void)
{
    fputs("usage: bench [--csv] [--quick] [--cpu N] [--rounds N] [--open N] "
          "[--only "
          "machine|rates|reading|replay|journal|restart|gate|push|ping]\n",
          stderr);
    return 2;
}

struct options {
    uint32_t rounds;
    uint32_t open; /* 0: a thousand, a hundred thousand and a million */
    const char *only;
    int cpu;
};

/* False when a word is not understood. */
static bool options_read(struct options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--csv") == 0) {
            csv = true;
            continue;
        }
        if (strcmp(argv[i], "--quick") == 0) {
            options->rounds = 2000;
            options->open = 1000;
            continue;
        }
        if (strcmp(argv[i], "--cpu") == 0) {
            options->cpu = (int)strtol(value, NULL, 10);
        } else if (strcmp(argv[i], "--rounds") == 0) {
            options->rounds = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(argv[i], "--open") == 0) {
            options->open = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(argv[i], "--only") == 0) {
            options->only = value;
        } else {
            return false;
        }
        i++;
    }
    return options->rounds > 0;
}

static bool wanted(const struct options *options, const char *part)
{
    return options->only == NULL || strcmp(options->only, part) == 0;
}

static void bench_size(const struct options *options, uint32_t open_orders)
{
    if (wanted(options, "gate")) {
        bench_gate(open_orders, options->rounds);
    }
    if (wanted(options, "push")) {
        bench_engine_push(open_orders, options->rounds);
    }
    if (wanted(options, "ping")) {
        bench_engine_ping(open_orders, options->rounds);
    }
}

int main(int argc, char **argv)
{
    static const uint32_t sizes[] = {1000, 100000, 1000000};
    struct options options = {.rounds = 20000,
                              .cpu = (int)sysconf(_SC_NPROCESSORS_ONLN) - 1};
    if (!options_read(&options, argc, argv)) {
        return usage();
    }
    if (options.cpu < 0 || options.cpu >= CPU_SETSIZE || !pin(options.cpu)) {
        fprintf(stderr, "bench: cannot be pinned to core %d\n", options.cpu);
        return 2;
    }
    print_head();
    if (wanted(&options, "machine")) {
        bench_machine(options.rounds);
    }
    if (wanted(&options, "rates")) {
        bench_rates(options.rounds);
    }
    if (wanted(&options, "reading")) {
        bench_reading(options.rounds);
    }
    if (wanted(&options, "replay")) {
        bench_replay(options.rounds);
    }
    if (wanted(&options, "journal")) {
        bench_journal(options.rounds);
    }
    if (wanted(&options, "restart")) {
        bench_restart(options.open > 0 ? options.open : 1000000);
    }
    if (options.open > 0) {
        bench_size(&options, options.open);
        return 0;
    }
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        bench_size(&options, sizes[i]);
    }
    return 0;
}
