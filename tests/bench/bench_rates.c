/*
 * A table of DV01s made anew: six conventions, sixty tenors each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench.h"

#include <curves.h>
#include <shipped.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TENORS 60
#define REBUILDS_MAX 200

/* One to ten weeks would do as well: any sixty quotes, the last of 50 years. */
static void tenor_name(int i, char name[16])
{
    if (i < 10) {
        snprintf(name, 16, "%dM", i + 1);
    } else {
        snprintf(name, 16, "%dY", i - 9);
    }
}

static _Noreturn void fail(const struct cg_mistakes *mistakes)
{
    fprintf(stderr, "bench: no rates: %s\n",
            mistakes->count > 0 ? mistakes->items[0].wrong : "no memory");
    exit(1);
}

/* Rates that rise with the tenor, for every curve that is shipped. */
static char *rates_text(const struct cg_conventions *conventions, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);
    if (out == NULL) {
        exit(1);
    }
    fputs("set,curve,tenor,rate_pct\n", out);
    for (size_t c = 0; c < conventions->count; c++) {
        for (int i = 0; i < TENORS; i++) {
            char name[16];
            tenor_name(i, name);
            fprintf(out, "bench,%s,%s,%d.%03d\n",
                    conventions->items[c].par_curve, name, (int)c + 1, 5 * i);
        }
    }
    fclose(out);
    return text;
}

/* Every DV01 of the table, as the integers that decisions read. */
static void price_all(const struct cg_curves *curves)
{
    size_t count = cg_curves_conventions(curves)->count;
    for (size_t c = 0; c < count; c++) {
        for (int i = 0; i < TENORS; i++) {
            char name[16];
            struct cg_swap_spec spec;
            struct cg_swap_price price;
            cg_dv01 dv01;
            tenor_name(i, name);
            if (!cg_swap_parse((struct cg_slice){name, strlen(name)}, &spec) ||
                cg_swap_price(curves, c, &spec, &price) != CG_SWAP_OK ||
                !cg_dv01_round_up(price.dv01_per_million, &dv01)) {
                fprintf(stderr, "bench: no DV01 of %s\n", name);
                exit(1);
            }
        }
    }
}

struct rebuild {
    struct samples read;
    struct samples build;
    struct samples price;
};

static void rebuild_once(struct rebuild *times,
                         const struct cg_conventions *conventions,
                         struct cg_slice text,
                         struct cg_mistakes *mistakes)
{
    struct cg_par_rates rates = {0};
    struct cg_curves *curves;
    int64_t start = bench_now();
    if (!cg_par_rates_read(&rates, "bench", text, "bench", mistakes)) {
        fail(mistakes);
    }
    int64_t read = bench_now();
    if (!cg_curves_build(conventions, &rates, "bench", cg_date_of(2026, 1, 15),
                         mistakes, &curves)) {
        fail(mistakes);
    }
    int64_t built = bench_now();
    price_all(curves);
    int64_t priced = bench_now();
    samples_add(&times->read, read - start);
    samples_add(&times->build, built - read);
    samples_add(&times->price, priced - built);
    cg_curves_close(curves);
    cg_par_rates_deinit(&rates);
}

static void print(const char *what, struct samples *samples)
{
    bench_row(what, 0, "us", samples_at(samples, 500) / 1000,
              samples_at(samples, 990) / 1000, 0);
    samples_deinit(samples);
}

void bench_rates(uint32_t rounds)
{
    struct cg_mistakes mistakes = {0};
    struct cg_conventions conventions = {0};
    struct rebuild times;
    size_t len;
    if (!cg_calendars_read(&conventions.calendars, "calendars",
                           cg_slice_str(cg_shipped_calendars), &mistakes) ||
        !cg_conventions_read(&conventions, "conventions",
                             cg_slice_str(cg_shipped_conventions), &mistakes)) {
        fail(&mistakes);
    }
    char *text = rates_text(&conventions, &len);
    if (rounds > REBUILDS_MAX) {
        rounds = REBUILDS_MAX;
    }
    samples_init(&times.read, rounds);
    samples_init(&times.build, rounds);
    samples_init(&times.price, rounds);
    for (uint32_t i = 0; i < rounds; i++) {
        rebuild_once(&times, &conventions, (struct cg_slice){text, len},
                     &mistakes);
    }
    print("rates: read 360 par rates", &times.read);
    print("rates: build 6 curves of 60 quotes", &times.build);
    print("rates: price 360 swaps, to integers", &times.price);
    free(text);
    cg_conventions_deinit(&conventions);
    cg_mistakes_deinit(&mistakes);
}
