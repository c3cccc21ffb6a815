/*
 * The rules of the time zone, taken from the system's tables (tzdata) by GLib:
 * once, while the configuration is read.  Must never touch TZ or anything else
 * that the whole process shares.
 *
 * Serves R48.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_reader.h>

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* The years of the table, in seconds since 1970. */
#define FROM INT64_C(946684800) /* 2000-01-01 */
#define TO INT64_C(3471292800)  /* 2080-01-01 */
#define STEP (120 * 86400)

/* A change a month would fit: the most restless zones have four a year. */
#define SHIFTS_MAX (80 * 12)

static int interval_at(GTimeZone *zone, int64_t second)
{
    return g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, second);
}

static cg_time offset_of(GTimeZone *zone, int interval)
{
    return g_time_zone_get_offset(zone, interval) * CG_SECOND;
}

/* The first second after |low| that is not of its interval; |high| is not. */
static int64_t interval_end(GTimeZone *zone, int64_t low, int64_t high)
{
    int interval = interval_at(zone, low);

    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;

        if (interval_at(zone, middle) == interval) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

/* False when the zone changes more often than there is room for. */
static bool shifts_read(GTimeZone *from, struct cg_zone *zone)
{
    int interval = interval_at(from, FROM);
    int64_t at = FROM;

    zone->shifts[0] = (struct cg_zone_shift){FROM * CG_SECOND,
                                             offset_of(from, interval)};
    zone->count = 1;
    while (at < TO) {
        cg_time offset;

        if (interval_at(from, at + STEP) == interval) {
            at += STEP;
            continue;
        }
        at = interval_end(from, at, at + STEP);
        interval = interval_at(from, at);
        offset = offset_of(from, interval);
        if (offset == zone->shifts[zone->count - 1].offset) {
            continue;
        }
        if (zone->count == SHIFTS_MAX) {
            return false;
        }
        zone->shifts[zone->count++] = (struct cg_zone_shift){at * CG_SECOND,
                                                             offset};
    }
    return true;
}

/* GLib takes offsets and paths, too, and the empty name for the machine's own
 * zone. */
static bool is_name(const char *name)
{
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_+-/") == strlen(name) &&
           name[0] >= 'A' && name[0] <= 'Z';
}

/* Whether the day or a limit ends at a time of day. */
static bool is_needed(const struct cg_config *config)
{
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        if (config->credit_limits[i].reset_time_ns >= 0) {
            return true;
        }
    }
    return config->day_end_ns >= 0;
}

void cg_config_read_zone(struct cg_config_reader *reader)
{
    struct cg_config *config = reader->config;
    struct cg_mistakes *mistakes = reader->context.mistakes;
    const struct cg_config_entry *entry = cg_config_section_find(reader->gate,
                                                                 "TimeZone");
    int line = entry != NULL ? entry->line : 0;

    if (entry == NULL && !is_needed(config)) {
        return;
    }
    GTimeZone *zone = is_name(config->time_zone)
                          ? g_time_zone_new_identifier(config->time_zone)
                          : NULL;
    if (zone == NULL) {
        cg_mistakes_add(mistakes, reader->context.file, line,
                        "write an IANA name, such as America/New_York, and "
                        "install the Debian package tzdata",
                        "TimeZone=%.63s is not known to this machine",
                        config->time_zone);
        return;
    }
    config->zone.shifts = calloc(SHIFTS_MAX, sizeof(*config->zone.shifts));
    if (config->zone.shifts == NULL) {
        mistakes->no_memory = true;
    } else if (!shifts_read(zone, &config->zone)) {
        cg_mistakes_add(mistakes, reader->context.file, line,
                        "choose a zone with steadier rules",
                        "TimeZone=%.63s changes too often", config->time_zone);
    }
    g_time_zone_unref(zone);
}
