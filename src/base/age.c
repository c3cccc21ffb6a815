/*
 * How old something is, for people.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "age.h"

#include "check.h"

#include <stdio.h>

void cg_age_text(cg_time age, char text[CG_AGE_TEXT_MAX])
{
    static const struct {
        cg_time ns;
        const char *unit;
    } units[] = {{86400 * CG_SECOND, "d"},
                 {3600 * CG_SECOND, "h"},
                 {60 * CG_SECOND, "m"},
                 {CG_SECOND, "s"},
                 {CG_MS, "ms"}};
    size_t last = CG_COUNT(units) - 1;
    size_t i = 0;
    while (i < last && age < units[i].ns) {
        i++;
    }
    cg_time whole = age > 0 ? age / units[i].ns : 0;
    cg_time rest = i < last ? age % units[i].ns / units[i + 1].ns : 0;
    int len = snprintf(text, CG_AGE_TEXT_MAX, "%lld%s", (long long)whole,
                       units[i].unit);
    if (rest > 0) {
        snprintf(text + len, CG_AGE_TEXT_MAX - (size_t)len, "%lld%s",
                 (long long)rest, units[i + 1].unit);
    }
}
