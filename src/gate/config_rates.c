/*
 * [RATES]: where par rates come from, and how old they may be (R2, R51).  The
 * rates themselves are not read here: they change while the gate runs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_reader.h>

#include <config_buckets.h>
#include <stdlib.h>
#include <string.h>

#define MISTAKE(reader, line, remedy, ...)                                     \
    cg_mistakes_add((reader)->context.mistakes, (reader)->context.file, line,  \
                    remedy, __VA_ARGS__)

/* The entry of |key| in [RATES], if it has a value. */
static const struct cg_config_entry *
rates_entry(const struct cg_config_reader *reader, const char *key)
{
    const struct cg_config_entry *entry = cg_config_section_find(reader->rates,
                                                                 key);

    return entry != NULL && *entry->value != '\0' ? entry : NULL;
}

/* The host reads the file, and tells when it is not there: no reason not to
 * start, since cancels must pass. */
static void read_path(struct cg_config_reader *reader)
{
    const struct cg_config_entry *entry = rates_entry(reader, "ParRates");
    struct cg_config_rates *rates = &reader->config->rates;
    char *path;

    if (reader->memory != NULL) {
        return;
    }
    if (cg_config_section_find(reader->rates, "ParRates") == NULL) {
        MISTAKE(reader, rates->line, "add ParRates=, the file of par rates",
                "this [RATES] has no ParRates=");
    }
    if (entry == NULL) {
        return;
    }
    path = cg_key_path(&reader->context, entry->value);
    if (path == NULL) {
        reader->context.mistakes->no_memory = true;
    } else if (strlen(path) >= sizeof(rates->par_rates)) {
        MISTAKE(reader, entry->line, "choose a shorter path",
                "the path of the par rates is too long");
    } else {
        memcpy(rates->par_rates, path, strlen(path) + 1);
    }
    free(path);
}

static void read_buckets(struct cg_config_reader *reader)
{
    const struct cg_config_entry *entry = rates_entry(reader, "TenorBuckets");
    const char *edges = entry != NULL ? entry->value : CG_BUCKETS_DEFAULT;
    const char *wrong = cg_buckets_parse(&reader->config->rates.buckets, edges);

    if (wrong != NULL) {
        MISTAKE(reader, entry->line,
                "write 15 rising tenors at most, such as " CG_BUCKETS_DEFAULT,
                "TenorBuckets=%.80s %s", edges, wrong);
    }
}

void cg_config_read_rates(struct cg_config_reader *reader)
{
    struct cg_config_rates *rates = &reader->config->rates;
    const struct cg_config_entry *stale;

    if (reader->rates == NULL) {
        return;
    }
    rates->given = true;
    rates->line = reader->rates->line;
    cg_keys_apply(&reader->context, &cg_rates_keys, reader->rates, rates);
    read_path(reader);
    read_buckets(reader);
    stale = rates_entry(reader, "WhenStale");
    rates->stale_alarms = stale != NULL && strcmp(stale->value, "alarm") == 0;
}
