/*
 * The names of facts and of differences.  Here, below the engine that writes
 * facts and the journal that stores them, because both need them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <creditgate/fact.h>

const char *cg_fact_kind_name(enum cg_fact_kind kind)
{
    static const char *const names[] = {
#define X(name, text) [CG_FACT_##name] = text,
        CG_FACT_KINDS(X)
#undef X
    };

    /* Through an unsigned: a bad value may be negative on some compilers. */
    return (unsigned)kind < CG_FACT_KIND_COUNT ? names[kind] : NULL;
}

const char *cg_difference_name(enum cg_difference what)
{
    static const char *const names[] = {
#define X(name, text) [CG_DIFFERS_##name] = text,
        CG_DIFFERENCES(X)
#undef X
    };

    return (unsigned)what < CG_DIFFERENCE_COUNT ? names[what] : NULL;
}
