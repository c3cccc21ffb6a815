/*
 * How old something is, for people.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_AGE_H
#define CG_BASE_AGE_H

#include <creditgate/types.h>

#define CG_AGE_TEXT_MAX 32

/* An age in its two largest units: "1d2h", "90ms". */
void cg_age_text(cg_time age, char text[CG_AGE_TEXT_MAX]);

#endif
