/*
 * A journal must be proved by its audit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_PROVE_H
#define CG_TESTS_PROVE_H

#include <creditgate/audit.h>

/* Fails the test, with every fact that breaks a rule, unless all is proved. */
void prove_whole(const struct cg_journal *journal, const char *what);

#endif
