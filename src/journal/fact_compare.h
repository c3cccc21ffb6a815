/*
 * Two facts, column by column.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_JOURNAL_FACT_COMPARE_H
#define CG_JOURNAL_FACT_COMPARE_H

#include <creditgate/fact.h>

#define CG_FACT_VALUE_MAX 256 /* bytes of a value as text */

/*
 * The name, in table fact, of the first column that |a| and |b| have otherwise,
 * and the two values as text, "-" for none; or NULL: they are the same.
 */
const char *cg_fact_differs(const struct cg_fact *a,
                            const struct cg_fact *b,
                            char of_a[CG_FACT_VALUE_MAX],
                            char of_b[CG_FACT_VALUE_MAX]);

#endif
