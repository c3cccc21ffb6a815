/*
 * Memory that runs out while conventions and par rates are read and curves are
 * built: each allocation fails in turn.  Each time the mistakes say so, and
 * nothing leaks (under sanitizers).
 *
 * The linker hands the allocations of the code under test to __wrap_... here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rates_harness.h>
#include <stdio.h>
#include <stdlib.h>

struct texts {
    char *holidays;
    char *conventions;
    char *rates;
};

/* Reads and builds all; false when that was refused. */
static bool build(struct rates_harness *harness, const struct texts *texts)
{
    return cg_calendars_read(&harness->conventions.calendars, "holidays.csv",
                             cg_slice_str(texts->holidays),
                             &harness->mistakes) &&
           cg_conventions_read(&harness->conventions, "conventions.csv",
                               cg_slice_str(texts->conventions),
                               &harness->mistakes) &&
           harness_build(harness, texts->rates, HARNESS_DATE);
}

/* With each allocation failing in turn; |fine| is what comes without. */
static void build_without_memory(const struct texts *texts, bool fine)
{
    for (long n = 1;; n++) {
        struct rates_harness harness = {0};
        bool built;

        failures = 0;
        countdown = n;
        built = build(&harness, texts);
        countdown = -1;
        assert_true(failures > 0 ? !built : built == fine);
        assert_int_equal(harness.mistakes.no_memory, failures > 0);
        assert_true(built == (harness.curves != NULL));
        harness_close(&harness);
        if (failures == 0) {
            assert_true(n > 20);
            return;
        }
    }
}

static void test_rates_no_memory_refused(void **state)
{
    struct texts texts = {harness_text("sample_holidays.csv"),
                          harness_text("sample_conventions.csv"),
                          harness_text("sample_par_rates.csv")};

    (void)state;
    build_without_memory(&texts, true);
    free(texts.rates);
    texts.rates = strdup("set,curve,tenor,rate_pct\n"
                         "s,EUR_6M,6M,2\ns,EUR_6M,1Y,2\n"
                         "s,GBP_SONIA,2Y,1\ns,GBP_SONIA,2Y2D,1\n");
    build_without_memory(&texts, false);
    free(texts.rates);
    texts.rates = strdup("set,curve,tenor,rate_pct\ns,EUR_6M,x,y\n");
    build_without_memory(&texts, false);
    free(texts.rates);
    free(texts.holidays);
    free(texts.conventions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates_no_memory_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
