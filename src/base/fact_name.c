/*
 * The names of facts.  Here, below the engine that writes facts and the journal
 * that stores them, because both need them.
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
