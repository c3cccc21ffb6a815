/*
 * What run --check-config prints of a configuration that is fine.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "run_check.h"

#include "age.h"
#include "decimal.h"
#include "file_text.h"
#include "gateway_rates.h"

#include <creditgate/rates.h>
#include <stdio.h>
#include <time.h>

typedef void report_function(void *user,
                             const char *file,
                             int line,
                             const char *wrong,
                             const char *remedy);

static void print_rates(const struct cg_rates *rates)
{
    char age[CG_AGE_TEXT_MAX];
    char max[CG_AGE_TEXT_MAX];
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    cg_time now = (cg_time)ts.tv_sec * CG_SECOND + ts.tv_nsec;
    cg_time made_at = cg_rates_made_at(rates);
    cg_time max_age = cg_rates_max_age(rates);
    cg_age_text(now - made_at, age);
    cg_age_text(max_age, max);
    bool never = max_age == CG_TIME_NEVER;
    bool stale = !never && now - made_at > max_age;
    printf("par rates: %s, digest %.16s, %s old%s; stale after %s\n",
           cg_rates_words(rates), cg_rates_digest(rates), age,
           stale ? " (STALE)" : "", never ? "never" : max);
}

static void print_conventions(const struct cg_config *config,
                              const struct cg_rates *rates)
{
    struct cg_config_convention_view convention;
    printf("\n%-20s  %-8s  %-16s  %-16s  %s\n", "convention", "currency",
           "par rates of", "discounted by", "curve");
    for (size_t i = 0; cg_config_convention(config, i, &convention); i++) {
        bool some = cg_rates_has_curve(rates, convention.name);
        printf("%-20s  %-8s  %-16s  %-16s  %s\n", convention.name,
               convention.currency, convention.par_curve,
               convention.discounted_by, some ? "yes" : "no rates in this set");
    }
}

static void print_instruments(const struct cg_config *config,
                              const struct cg_rates *rates)
{
    struct cg_config_instrument_view row;
    printf("\n%-20s  %-20s  %-22s  %-8s  %s\n", "instrument", "convention",
           "swap", "currency", "DV01 per million");
    for (size_t i = 0; cg_config_instrument(config, i, &row); i++) {
        const char *why;
        char amount[32];
        cg_dv01 dv01 = cg_rates_dv01(rates, i, &why);
        if (row.convention == NULL) {
            continue;
        }
        cg_dv01_format(dv01, amount);
        printf("%-20s  %-20s  %-22s  %-8s  %s\n", row.symbol, row.convention,
               row.swap, row.currency, dv01 > 0 ? amount : why);
    }
    putchar('\n');
}

/* What is read, so that its end is in one place. */
static bool check_text(const struct cg_config *config,
                       const char *path,
                       const struct cg_file_text *file,
                       report_function *report,
                       void *user)
{
    const struct cg_rates_text text = {
        .file = path,
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
    print_rates(rates);
    print_conventions(config, rates);
    print_instruments(config, rates);
    cg_rates_close(rates);
    return true;
}

static bool check_rates(const struct cg_config *config,
                        const char *path,
                        report_function *report,
                        void *user)
{
    struct cg_file_text file;
    bool fine = false;
    switch (cg_file_text_read(path, CG_PAR_RATES_BYTES_MAX, &file)) {
    case CG_FILE_READ:
        fine = check_text(config, path, &file, report, user);
        break;
    case CG_FILE_REFUSED:
        report(user, path, 0, file.wrong, file.remedy);
        break;
    case CG_FILE_CHANGING:
        report(user, path, 0, "it is being written",
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
    struct cg_config_host host;
    struct cg_config_counts counts;
    cg_config_host(config, &host);
    if (host.par_rates != NULL &&
        !check_rates(config, host.par_rates, report, user)) {
        return false;
    }
    cg_config_counts(config, &counts);
    printf("%s is fine: ", path);
    print_count(counts.sessions, "session", ", ");
    print_count(counts.accounts, "account", ", ");
    print_count(counts.limits, "limit", ", ");
    print_count(counts.instruments, "instrument", "\n");
    return true;
}
