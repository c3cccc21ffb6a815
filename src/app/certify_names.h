/*
 * Names that a command line or a profile has, and the cases do not: whoever
 * mistypes one should hear of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_CERTIFY_NAMES_H
#define APP_CERTIFY_NAMES_H

#include "cases.h"
#include "profile.h"

/* Whether |id|, behind the option |name|, is one of |cases|; else says so. */
bool certify_knows(const struct cg_cases *cases,
                   const char *name,
                   const char *id);

/* A line for each case, value and word of |profile| that no case has. */
void certify_tell_unused(const struct cg_profile *profile,
                         const struct cg_cases *cases);

/* Whether the program that |profile| has asked, if any, may be there: one that
 * is named by its folder is; else says what to do. */
bool certify_can_ask(const struct cg_profile *profile);

#endif
