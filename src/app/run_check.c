/*
 * What run --check-config prints of a configuration that is fine.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "run_check.h"

#include "age.h"
#include "configuration.h"
#include "convention.h"
#include "decimal.h"
#include "file_text.h"
#include "gateway_rates.h"

#include <stdio.h>
#include <time.h>

typedef void report_function(void *user,
                             const char *file,
                             int line,
                             const char *wrong,
                             const char *remedy);

static void print_rates(const struct cg_config *config,
                        const struct cg_rates *rates)
{
    char age[CG_AGE_TEXT_MAX];
    char max[CG_AGE_TEXT_MAX];
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    cg_time now = (cg_time)ts.tv_sec * CG_SECOND + ts.tv_nsec;
    cg_time made_at = cg_rates_made_at(rates);
    cg_age_text(now - made_at, age);
    cg_age_text(config->rates.max_age_ns, max);
    bool never = config->rates.max_age_ns == CG_TIME_NEVER;
    bool stale = !never && now - made_at > config->rates.max_age_ns;
    printf("par rates: %s, digest %.16s, %s old%s; stale after %s\n",
           cg_rates_words(rates), cg_rates_digest(rates), age,
           stale ? " (STALE)" : "", never ? "never" : max);
}

static void print_conventions(const struct cg_config *config,
                              const struct cg_rates *rates)
{
    const struct cg_conventions *all = config->rates.conventions;
    printf("\n%-20s  %-8s  %-16s  %-16s  %s\n", "convention", "currency",
           "par rates of", "discounted by", "curve");
    for (size_t i = 0; i < all->count; i++) {
        const struct cg_convention *convention = &all->items[i];
        bool some = cg_rates_has_curve(rates, convention->name);
        printf("%-20s  %-8s  %-16s  %-16s  %s\n", convention->name,
               convention->currency, convention->par_curve,
               all->items[convention->discount].name,
               some ? "yes" : "no rates in this set");
    }
}

static void print_instruments(const struct cg_config *config,
                              const struct cg_rates *rates)
{
    printf("\n%-20s  %-20s  %-22s  %-8s  %s\n", "instrument", "convention",
           "swap", "currency", "DV01 per million");
    for (size_t i = 0; i < config->instrument_count; i++) {
        const struct cg_config_instrument *row = &config->instruments[i];
        const char *why;
        char amount[32];
        cg_dv01 dv01 = cg_rates_dv01(rates, i, &why);
        if (row->convention[0] == '\0') {
            continue;
        }
        cg_dv01_format(dv01, amount);
        printf("%-20s  %-20s  %-22s  %-8s  %s\n", row->symbol, row->convention,
               row->swap, row->currency, dv01 > 0 ? amount : why);
    }
    putchar('\n');
}

/* What is read, so that its end is in one place. */
static bool check_text(const struct cg_config *config,
                       const struct cg_file_text *file,
                       report_function *report,
                       void *user)
{
    const struct cg_rates_text text = {
        .file = config->rates.par_rates,
        .text = file->text,
        .len = file->len,
        .made_at = file->stamp.written_ns,
    };
    struct cg_rates *rates = NULL;
    int status = cg_rates_read(config, &text, NULL, report, user, &rates);
    if (status == CG_ERR_MEMORY) {
        report(user, text.file, 0, "there is not enough memory for its curves",
               "free some");
    }
    if (status != 0) {
        return false;
    }
    print_rates(config, rates);
    print_conventions(config, rates);
    print_instruments(config, rates);
    cg_rates_close(rates);
    return true;
}

static bool
check_rates(const struct cg_config *config, report_function *report, void *user)
{
    struct cg_file_text file;
    bool fine = false;
    switch (cg_file_text_read(config->rates.par_rates, CG_PAR_RATES_BYTES_MAX,
                              &file)) {
    case CG_FILE_READ:
        fine = check_text(config, &file, report, user);
        break;
    case CG_FILE_REFUSED:
        report(user, config->rates.par_rates, 0, file.wrong, file.remedy);
        break;
    case CG_FILE_CHANGING:
        report(user, config->rates.par_rates, 0, "it is being written",
               "check again when that is done");
        break;
    }
    cg_file_text_deinit(&file);
    return fine;
}

static void print_count(size_t count, const char *noun, const char *after)
{
    printf("%zu %s%s%s", count, noun, count == 1 ? "" : "s", after);
}

bool run_check(const char *path,
               const struct cg_config *config,
               report_function *report,
               void *user)
{
    if (config->rates.given && !check_rates(config, report, user)) {
        return false;
    }
    printf("%s is fine: ", path);
    print_count(config->session_count, "session", ", ");
    print_count(config->account_count, "account", ", ");
    print_count(config->credit_limit_count, "limit", ", ");
    print_count(config->instrument_count, "instrument", "\n");
    return true;
}
