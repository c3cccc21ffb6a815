/*
 * Which bug is planted, as CG_BUG in the environment says (bugs.txt, and
 * tests/bugs/bugs.txt).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>

extern int cg_bug;
int cg_bug;

__attribute__((constructor)) static void choose(void)
{
    const char *number = getenv("CG_BUG");
    cg_bug = number != NULL ? atoi(number) : 0;
}
