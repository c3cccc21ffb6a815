/*
 * The par rates of a gate in a process.
 *
 * Decides nothing, and computes nothing on the loop.  Rates that cannot be
 * taken never end a process: cancels must pass, and the gate itself refuses new
 * risk without rates, or with old ones (R4, R7).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gateway_rates.h"

#include "age.h"
#include "reload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct cg_gateway_rates {
    struct cg_gateway_rates_options options;
    struct cg_config_host host;
    struct cg_reload *reload;
    /* What the gate has taken: changed on the loop, when no worker is about.
     * NULL: it has those of its journal, if any. */
    struct cg_rates *taken;
    struct cg_rates *failed; /* the gate failed on them, and may borrow them */
};

/* --- what people see ---------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void
say(const struct cg_gateway_rates *rates,
    enum cg_log_level level,
    const char *format,
    ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    rates->options.say(rates->options.user, level, text);
}

/* "version 3, made 2026-01-15T10:00:00Z, 2h5m old"; false without any. */
static bool
in_force(const struct cg_gateway_rates *rates, char *text, size_t len)
{
    struct cg_rates_view view;
    struct tm tm;
    char made[32];
    char age[CG_AGE_TEXT_MAX];
    if (!cg_gate_rates(rates->options.gate, &view)) {
        return false;
    }
    time_t seconds = view.made_at / CG_SECOND;
    gmtime_r(&seconds, &tm);
    strftime(made, sizeof(made), "%Y-%m-%dT%H:%M:%SZ", &tm);
    cg_age_text(rates->options.now() - view.made_at, age);
    snprintf(text, len, "version %llu, made %s, %s old",
             (unsigned long long)view.version, made, age);
    return true;
}

static void on_mistake(void *user, const char *text)
{
    say(user, CG_LOG_WARNING, "ALARM: %s", text);
}

/* After its mistakes: what holds now. */
static void on_refused(void *user, unsigned mistakes)
{
    const struct cg_gateway_rates *rates = user;
    const char *file = rates->host.par_rates;
    const char *many = mistakes == 1 ? "" : "s";
    char old[128];
    if (in_force(rates, old, sizeof(old))) {
        say(rates, CG_LOG_WARNING,
            "ALARM: %s is not taken (%u mistake%s): the par rates of %s, stay "
            "in force",
            file, mistakes, many, old);
    } else {
        say(rates, CG_LOG_WARNING,
            "ALARM: %s is not taken (%u mistake%s): there are no par rates, "
            "orders on instruments that need them are refused (CG104)",
            file, mistakes, many);
    }
}

/* --- reading and taking -------------------------------------------------- */

static void report(void *user,
                   const char *file,
                   int line,
                   const char *wrong,
                   const char *remedy)
{
    cg_reload_mistake(user, file, line, wrong, remedy);
}

/* On a worker. */
static void *build(void *user,
                   const struct cg_reload_text *text,
                   struct cg_reload_mistakes *mistakes)
{
    const struct cg_gateway_rates *rates = user;
    const struct cg_rates_text from = {
        .file = text->file,
        .text = text->text,
        .len = text->len,
        .made_at = text->made_at,
    };
    struct cg_rates *built = NULL;
    int status = cg_rates_read(rates->options.config, &from, rates->taken,
                               report, mistakes, &built);
    if (status != 0 && status != CG_ERR_CONFIG) {
        cg_reload_mistake(mistakes, text->file, 0,
                          "there is not enough memory for its curves",
                          "give the gate more");
    }
    return status == 0 ? built : NULL;
}

static void drop(void *user, void *built)
{
    (void)user;
    cg_rates_close(built);
}

static void take(void *user, void *built, bool asked)
{
    struct cg_gateway_rates *rates = user;
    const struct cg_gateway_rates_options *options = &rates->options;
    struct cg_rates_view before = {0};
    struct cg_rates_view after = {0};
    char now_in_force[128];
    (void)cg_gate_rates(options->gate, &before);
    int status = cg_gate_take_rates(options->gate, built, options->now());
    if (status != 0) {
        rates->failed = built;
        options->taken(options->user, status);
        return;
    }
    cg_rates_close(rates->taken);
    rates->taken = built;
    bool some = cg_gate_rates(options->gate, &after);
    if (asked && some && after.version == before.version &&
        in_force(rates, now_in_force, sizeof(now_in_force))) {
        say(rates, CG_LOG_NOTICE, "the par rates are unchanged: %s",
            now_in_force);
    }
    options->taken(options->user, 0);
}

static const struct cg_reload_hooks hooks = {
    .build = build,
    .take = take,
    .drop = drop,
    .say = on_mistake,
    .refused = on_refused,
};

/* --- from the gateway ---------------------------------------------------- */

/* False without memory. */
static bool reading_open(struct cg_gateway_rates *rates)
{
    const struct cg_reload_options reload = {
        .loop = rates->options.loop,
        .path = rates->host.par_rates,
        .bytes_max = CG_PAR_RATES_BYTES_MAX,
        .poll_ms = (unsigned)(rates->host.par_rates_poll_ns / CG_MS),
        .rest_ms = 1000,
        .hooks = &hooks,
        .user = rates,
    };
    if (rates->host.par_rates != NULL) {
        rates->reload = cg_reload_open(&reload);
    }
    return rates->host.par_rates == NULL || rates->reload != NULL;
}

struct cg_gateway_rates *
cg_gateway_rates_open(const struct cg_gateway_rates_options *options)
{
    struct cg_gateway_rates *rates = calloc(1, sizeof(*rates));
    if (rates == NULL) {
        return NULL;
    }
    rates->options = *options;
    cg_config_host(options->config, &rates->host);
    if (!reading_open(rates)) {
        free(rates);
        return NULL;
    }
    if (rates->reload != NULL) {
        cg_reload_first(rates->reload);
    }
    return rates;
}

const struct cg_rates *
cg_gateway_rates_taken(const struct cg_gateway_rates *rates)
{
    return rates->taken;
}

bool cg_gateway_rates_resume(struct cg_gateway_rates *rates,
                             const struct cg_config *config,
                             struct cg_rates *taken)
{
    if (config != rates->options.config) {
        cg_rates_close(rates->taken);
        rates->taken = taken;
        rates->options.config = config;
        cg_config_host(config, &rates->host);
    }
    bool opened = reading_open(rates);
    cg_gateway_rates_ask(rates);
    return opened;
}

void cg_gateway_rates_ask(struct cg_gateway_rates *rates)
{
    if (rates->reload != NULL) {
        cg_reload_ask(rates->reload);
    }
}

void cg_gateway_rates_stop(struct cg_gateway_rates *rates,
                           void (*closed)(void *user),
                           void *user)
{
    struct cg_reload *reload = rates->reload;
    rates->reload = NULL;
    cg_reload_close(reload, closed, user);
}

void cg_gateway_rates_close(struct cg_gateway_rates *rates)
{
    if (rates == NULL) {
        return;
    }
    /* Not stopped: the loop never ran, and no worker was ever started. */
    if (rates->reload != NULL) {
        cg_gateway_rates_stop(rates, NULL, NULL);
    }
    cg_rates_close(rates->taken);
    cg_rates_close(rates->failed);
    free(rates);
}
