/*
 * What the parts of the benchmark share: samples, rows, a count of memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_BENCH_H
#define CG_TESTS_BENCH_H

#include <configuration.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- samples (bench_samples.c) ------------------------------------------ */

/* Times of one operation, in nanoseconds. */
struct samples {
    uint32_t *ns;
    size_t count;
    size_t max;
};

void samples_init(struct samples *samples, size_t max);
void samples_deinit(struct samples *samples);
void samples_add(struct samples *samples, int64_t ns);

/* The time below which |permille| of 1000 samples are; sorts them. */
uint32_t samples_at(struct samples *samples, int permille);

/* Nanoseconds of a clock that only rises. */
int64_t bench_now(void);

/* What measuring costs by itself; taken off every sample. */
int64_t bench_overhead(void);

/* --- rows (bench.c) ----------------------------------------------------- */

/* One figure; |bar| is what it should stay below, 0: none. */
void bench_row(const char *what,
               uint32_t open_orders,
               const char *unit,
               uint64_t median,
               uint64_t p99,
               uint64_t bar);
void bench_time(const char *what,
                uint32_t open_orders,
                struct samples *samples,
                uint64_t bar);

/* --- memory (bench_heap.c) ---------------------------------------------- */

/* Allocations of the whole process so far. */
uint64_t heap_calls(void);

/* Memory of the machine that the process holds now. */
uint64_t memory_bytes(void);

/* Ends the program if anything was allocated since |calls|. */
void heap_unchanged(uint64_t calls, const char *during);

/* --- the machine (bench_machine.c) ---------------------------------------- */

/* One read that no cache can serve: what the rest is measured against. */
void bench_machine(uint32_t rounds);

/* --- messages and a gate (bench_message.c) -------------------------------- */

enum { BENCH_CLIENT, BENCH_VENUE };

/* Ends the program when something is not as it must be. */
void bench_need(bool condition, const char *what);

/* An order of some 300 bytes; and its report: accepted, or filled whole. */
size_t bench_order_make(char *bytes, size_t max, uint32_t id);
size_t bench_report_make(char *bytes, size_t max, uint32_t id, bool filled);

/* One client, one venue, one pushed limit. */
void bench_config_read(struct cg_config *config,
                       uint32_t orders,
                       uint32_t requests);

/* --- what is measured --------------------------------------------------- */

/* Decisions alone, with |open_orders| resting (bench_engine.c). */
void bench_engine_push(uint32_t open_orders, uint32_t rounds);
void bench_engine_ping(uint32_t open_orders, uint32_t rounds);

/* A table of DV01s made anew (bench_rates.c). */
void bench_rates(uint32_t rounds);

/* Reading a message, and message to message (bench_message.c). */
void bench_reading(uint32_t rounds);
void bench_gate(uint32_t open_orders, uint32_t rounds);

/* Facts made durable, by turns; a start with |open_orders| (bench_journal.c).
 */
void bench_journal(uint32_t rounds);
void bench_restart(uint32_t open_orders);

/* A log, replayed; |rounds| is a tenth of its orders (bench_replay.c). */
void bench_replay(uint32_t rounds);

#endif
