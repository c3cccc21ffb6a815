/*
 * Par rates read for a gate: checked whole, curves built, every row of the
 * table priced and rounded up once (R1).  Knows no gate; floating point stays
 * behind the headers of src/rates.
 *
 * Rules: R1, R2, R4, R7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <gate_rates.h>

#include <check.h>
#include <map.h>
#include <stdio.h>
#include <stdlib.h>
#include <zone.h>

#define DAY_NS (86400 * CG_SECOND)
#define AHEAD_MAX_DAYS 7 /* of a valuation date, before its file was made */

/* What a file is read into. */
struct reading {
    const struct cg_rates_text *text;
    const struct cg_rates *before;
    struct cg_rates *rates;
    struct cg_mistakes mistakes;
};

/* --- days ---------------------------------------------------------------- */

/* The day it is at |time| where the gate is. */
static cg_date local_date(const struct cg_zone *zone, cg_time time)
{
    int64_t day;

    if (time < DAY_NS || time / DAY_NS > CG_DATE_MAX) {
        return CG_DATE_NONE;
    }
    day = cg_zone_day(zone, time);
    return day <= CG_DATE_MAX ? (cg_date)day : CG_DATE_NONE;
}

/* The valuation date is the file's own, or the day it was made. */
static void find_valuation(struct reading *reading)
{
    struct cg_rates *rates = reading->rates;
    cg_date made = local_date(&rates->config->zone, rates->made_at);
    char text[11];

    rates->valuation = rates->par.date != CG_DATE_NONE ? rates->par.date : made;
    if (rates->valuation == CG_DATE_NONE) {
        cg_mistakes_add(&reading->mistakes, reading->text->file, 0,
                        "add a column valuation_date, such as 2026-01-15",
                        "the file has no valuation date, and no time");
    } else if (made != CG_DATE_NONE &&
               rates->valuation > made + AHEAD_MAX_DAYS) {
        cg_date_format(rates->valuation, text);
        cg_mistakes_add(&reading->mistakes, reading->text->file, 0,
                        "write the day that the rates are of",
                        "the valuation date %s is more than %d days after the "
                        "file was made",
                        text, AHEAD_MAX_DAYS);
    }
}

/* Rates of an earlier day are as old as that day, however late their file was
 * written, or copied, or touched. */
static void find_age(struct cg_rates *rates)
{
    cg_time end = cg_zone_moment(&rates->config->zone,
                                 ((cg_time)rates->valuation + 1) * DAY_NS);

    if (rates->made_at > end) {
        rates->made_at = end;
    }
}

/* --- prices -------------------------------------------------------------- */

void cg_rates_price(const struct cg_rates *rates,
                    const struct cg_config_instrument *row,
                    const struct cg_swap_spec *spec,
                    struct cg_gate_price *price)
{
    const struct cg_conventions *all = rates->config->rates.conventions;
    size_t convention = cg_conventions_find(all, row->convention);
    struct cg_swap_price of;
    enum cg_swap_error error;

    *price = (struct cg_gate_price){.end = CG_DATE_NONE};
    if (convention == SIZE_MAX) {
        price->why = "its convention is not known";
        return;
    }
    error = cg_swap_price(rates->curves, convention, spec, &of);
    if (error != CG_SWAP_OK) {
        price->why = cg_swap_error_text(error);
    } else if (!cg_dv01_round_up(of.dv01_per_million, &price->dv01)) {
        price->dv01 = 0;
        price->why = "the par rates make no DV01 of it that can be";
    } else {
        price->end = of.end;
    }
}

/* A swap between dates that are written down gets old, and then has no price;
 * any other one must have one. */
static bool must_have_price(const struct cg_swap_spec *spec)
{
    return !spec->has_end && spec->start != CG_START_DATE;
}

static void price_row(struct reading *reading, size_t at)
{
    struct cg_rates *rates = reading->rates;
    const struct cg_config_instrument *row = &rates->config->instruments[at];
    struct cg_gate_price *price = &rates->prices[at];
    struct cg_swap_spec spec;

    if (row->convention[0] == '\0' || row->family) {
        return;
    }
    if (!cg_swap_parse(cg_slice_str(row->swap), &spec)) {
        price->why = "its swap cannot be read"; /* the table was checked */
        return;
    }
    cg_rates_price(rates, row, &spec, price);
    if (price->why != NULL && must_have_price(&spec)) {
        cg_mistakes_add(&reading->mistakes, rates->file, 0,
                        "add the rates that it needs, or take the instrument "
                        "out of the table",
                        "instrument %s (%s %s) has no price by these rates: %s",
                        row->symbol, row->convention, row->swap, price->why);
    }
}

static void price_rows(struct reading *reading)
{
    size_t count = reading->rates->config->instrument_count;

    reading->rates->prices = calloc(count > 0 ? count : 1,
                                    sizeof(*reading->rates->prices));
    if (reading->rates->prices == NULL) {
        reading->mistakes.no_memory = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        price_row(reading, i);
    }
}

/* --- what is in force ---------------------------------------------------- */

static const struct cg_par_rate *find_rate(const struct cg_par_rates *par,
                                           const struct cg_par_rate *wanted)
{
    for (size_t i = 0; i < par->count; i++) {
        if (strcmp(par->items[i].curve, wanted->curve) == 0 &&
            par->items[i].tenor.months == wanted->tenor.months &&
            par->items[i].tenor.days == wanted->tenor.days) {
            return &par->items[i];
        }
    }
    return NULL;
}

static void check_pillar(struct reading *reading,
                         const struct cg_par_rate *before)
{
    const struct cg_rates *rates = reading->rates;
    const struct cg_par_rate *now = find_rate(&rates->par, before);
    uint32_t max_bp = rates->config->rates.max_move_bp;

    if (now == NULL) {
        cg_mistakes_add(&reading->mistakes, reading->text->file, 0,
                        "write the whole file; to have fewer rates, "
                        "restart the gate",
                        "the rate of %s %s is missing, and the rates in "
                        "force have it",
                        before->curve, before->name);
    } else if (cg_par_rate_is_far(now, before, max_bp)) {
        cg_mistakes_add(&reading->mistakes, reading->text->file, now->line,
                        "check it; if it is right, restart the gate with a "
                        "larger MaxMoveBp=, or go there in steps",
                        "the rate of %s %s is more than %u bp away from the "
                        "one in force: %.10g, and was %.10g",
                        before->curve, before->name, (unsigned)max_bp,
                        now->rate * 100.0, before->rate * 100.0);
    }
}

/* A file that was cut short looks whole, and a slip of the point like a rate:
 * what is in force tells. */
static void check_pillars(struct reading *reading)
{
    const struct cg_rates *before = reading->before;

    for (size_t i = 0; before != NULL && i < before->par.count; i++) {
        check_pillar(reading, &before->par.items[i]);
    }
}

/* So looks one that was cut within its last number. */
static void check_end(struct reading *reading)
{
    const struct cg_rates_text *text = reading->text;
    int line = 1;

    reading->rates->ends = text->len > 0 && text->text[text->len - 1] == '\n';
    if (reading->rates->ends || reading->before == NULL ||
        !reading->before->ends) {
        return;
    }
    for (size_t i = 0; i < text->len; i++) {
        line += text->text[i] == '\n';
    }
    cg_mistakes_add(&reading->mistakes, text->file, line,
                    "write the whole file; to have one without, restart the "
                    "gate",
                    "the last line has no end, and that of the rates in force "
                    "has one");
}

/* --- the whole ----------------------------------------------------------- */

static const char *base_name(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash != NULL ? slash + 1 : file;
}

static void describe(struct reading *reading)
{
    struct cg_rates *rates = reading->rates;
    char date[11];

    cg_date_format(rates->valuation, date);
    (void)snprintf(rates->words, sizeof(rates->words), "%s %s %.60s",
                   rates->par.set, date, base_name(reading->text->file));
}

static void read_rates(struct reading *reading)
{
    struct cg_rates *rates = reading->rates;
    struct cg_slice text = {reading->text->text, reading->text->len};

    if (!cg_digest(text, rates->digest)) {
        reading->mistakes.no_memory = true;
        return;
    }
    if (!cg_par_rates_read(&rates->par, rates->file, text,
                           rates->config->rates.set, &reading->mistakes)) {
        return;
    }
    find_valuation(reading);
    check_pillars(reading);
    check_end(reading);
    if (reading->mistakes.count == 0) {
        find_age(rates);
        describe(reading);
    }
}

/* What was read of |reading->before| already. */
static void copy_rates(struct reading *reading)
{
    const struct cg_rates *before = reading->before;
    struct cg_rates *rates = reading->rates;
    struct cg_par_rate *items = calloc(before->par.count + 1, sizeof(*items));

    if (items == NULL) {
        reading->mistakes.no_memory = true;
        return;
    }
    memcpy(items, before->par.items, before->par.count * sizeof(*items));
    rates->par = before->par;
    rates->par.items = items;
    rates->valuation = before->valuation;
    rates->made_at = before->made_at;
    rates->ends = before->ends;
    memcpy(rates->digest, before->digest, sizeof(rates->digest));
    memcpy(rates->words, before->words, sizeof(rates->words));
}

/* The rest, by the conventions and the table of the configuration. */
static void use_rates(struct reading *reading)
{
    struct cg_rates *rates = reading->rates;

    if (reading->mistakes.count == 0 && !reading->mistakes.no_memory &&
        cg_curves_build(rates->config->rates.conventions, &rates->par,
                        rates->file, rates->valuation, &reading->mistakes,
                        &rates->curves)) {
        price_rows(reading);
    }
}

/* Ends a reading: its rates, or its mistakes. */
static int hand_over(struct reading *reading,
                     void (*report)(void *user,
                                    const char *file,
                                    int line,
                                    const char *wrong,
                                    const char *remedy),
                     void *user,
                     struct cg_rates **result)
{
    int status = 0;

    if (reading->mistakes.no_memory) {
        status = CG_ERR_MEMORY;
    } else if (reading->mistakes.count > 0) {
        cg_mistakes_report(&reading->mistakes, reading->rates->file, report,
                           user);
        status = CG_ERR_CONFIG;
    }
    cg_mistakes_deinit(&reading->mistakes);
    if (status != 0) {
        cg_rates_close(reading->rates);
        return status;
    }
    *result = reading->rates;
    return 0;
}

static struct cg_rates *rates_new(const struct cg_config *config,
                                  const char *file)
{
    struct cg_rates *rates = calloc(1, sizeof(*rates));

    if (rates == NULL) {
        return NULL;
    }
    rates->config = config;
    rates->file = strdup(file);
    if (rates->file == NULL) {
        free(rates);
        return NULL;
    }
    return rates;
}

int cg_rates_read(const struct cg_config *config,
                  const struct cg_rates_text *text,
                  const struct cg_rates *before,
                  void (*report)(void *user,
                                 const char *file,
                                 int line,
                                 const char *wrong,
                                 const char *remedy),
                  void *user,
                  struct cg_rates **result)
{
    struct reading reading = {.text = text, .before = before};

    if (!config->rates.given) {
        return CG_ERR_MISUSE;
    }
    reading.rates = rates_new(config, text->file);
    if (reading.rates == NULL) {
        return CG_ERR_MEMORY;
    }
    reading.rates->made_at = text->made_at;
    read_rates(&reading);
    use_rates(&reading);
    return hand_over(&reading, report, user, result);
}

int cg_rates_again(const struct cg_config *config,
                   const struct cg_rates *rates,
                   void (*report)(void *user,
                                  const char *file,
                                  int line,
                                  const char *wrong,
                                  const char *remedy),
                   void *user,
                   struct cg_rates **again)
{
    struct reading reading = {.before = rates};

    if (!config->rates.given) {
        return CG_ERR_MISUSE;
    }
    reading.rates = rates_new(config, rates->file);
    if (reading.rates == NULL) {
        return CG_ERR_MEMORY;
    }
    copy_rates(&reading);
    use_rates(&reading);
    return hand_over(&reading, report, user, again);
}

void cg_rates_close(struct cg_rates *rates)
{
    if (rates == NULL) {
        return;
    }
    cg_par_rates_deinit(&rates->par);
    cg_curves_close(rates->curves);
    free(rates->prices);
    free(rates->file);
    free(rates);
}

const char *cg_rates_digest(const struct cg_rates *rates)
{
    return rates->digest;
}

cg_time cg_rates_made_at(const struct cg_rates *rates)
{
    return rates->made_at;
}

const char *cg_rates_words(const struct cg_rates *rates)
{
    return rates->words;
}

cg_dv01
cg_rates_dv01(const struct cg_rates *rates, size_t instrument, const char **why)
{
    const struct cg_config_instrument *row;

    CG_ASSERT(instrument < rates->config->instrument_count);
    row = &rates->config->instruments[instrument];
    *why = row->convention[0] == '\0' ? "its DV01 is the table's"
           : row->family              ? "it is priced when an order names one"
                                      : rates->prices[instrument].why;
    return rates->prices[instrument].dv01;
}

cg_time cg_rates_max_age(const struct cg_rates *rates)
{
    return rates->config->rates.max_age_ns;
}

bool cg_rates_has_curve(const struct cg_rates *rates, const char *convention)
{
    const struct cg_conventions *all = rates->config->rates.conventions;
    size_t at = cg_conventions_find(all, convention);

    return at != SIZE_MAX && cg_curves_find(rates->curves, at) != NULL;
}

/* --- rows ---------------------------------------------------------------- */

static uint64_t hash_number(uint64_t hash, int64_t number)
{
    return cg_hash_next(hash, cg_hash_number((uint64_t)number));
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return cg_hash_next(hash, cg_hash(0, cg_slice_str(text)));
}

/* All that a price depends on, but for rates and holidays. */
static uint64_t hash_convention(uint64_t hash,
                                const struct cg_convention *convention)
{
    const int64_t numbers[] = {
        convention->type,
        convention->fixed.months,
        convention->fixed.days,
        convention->floating.months,
        convention->floating.days,
        convention->fixed_daycount,
        convention->float_daycount,
        convention->adjustment,
        convention->month_end,
        convention->spot_lag_days,
        convention->payment_lag_days,
    };

    hash = hash_text(hash, convention->name);
    hash = hash_text(hash, convention->par_curve);
    hash = hash_text(hash, convention->calendar->name);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        hash = hash_number(hash, numbers[i]);
    }
    return hash;
}

uint64_t cg_rates_row_hash(const struct cg_config *config,
                           const struct cg_config_instrument *row)
{
    const struct cg_conventions *all = config->rates.conventions;
    size_t at = all != NULL ? cg_conventions_find(all, row->convention)
                            : SIZE_MAX;
    uint64_t hash = hash_text(1, row->swap);

    if (row->convention[0] == '\0') {
        return 0;
    }
    hash = hash_text(hash, row->convention);
    if (at != SIZE_MAX) {
        hash = hash_convention(hash, &all->items[at]);
        hash = hash_convention(hash, &all->items[all->items[at].discount]);
    }
    return hash != 0 ? hash : 1;
}
