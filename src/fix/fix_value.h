/*
 * Values of FIX fields: text with a length in, exact numbers out.
 *
 * Each function returns false, and leaves |out| alone, when the text is not
 * exactly one value of its type.  Decimals are read in base.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_FIX_VALUE_H
#define CG_FIX_VALUE_H

#include "creditgate/types.h"
#include "slice.h"

/* An integer with an optional minus; leading zeros are legal, a plus is not.
 * False when it does not fit. */
bool cg_fix_int(struct cg_slice value, int64_t *out);

/* One byte. */
bool cg_fix_char(struct cg_slice value, char *out);

/* Y or N. */
bool cg_fix_bool(struct cg_slice value, bool *out);

/*
 * A UTCTimestamp, YYYYMMDD-HH:MM:SS with up to nine digits of fraction.  A leap
 * second, SS=60, is the second that follows.
 */
bool cg_fix_time(struct cg_slice value, cg_time *out);

/* A date, YYYYMMDD; |out| counts days from 1970-01-01. */
bool cg_fix_date(struct cg_slice value, int64_t *out);

/* Whether the text is a decimal as FIX writes it: no exponent, no plus. */
bool cg_fix_is_decimal(struct cg_slice value);

#endif
