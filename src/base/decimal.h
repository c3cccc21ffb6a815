/*
 * Amounts as text and back, exactly, and the two products that turn a notional
 * into a DV01 and a DV01 into another currency (R1, R2, R3).
 *
 * Nothing here rounds without saying so, wraps, or knows floating point.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_DECIMAL_H
#define CG_BASE_DECIMAL_H

#include <creditgate/types.h>
#include <slice.h>
#include <stdbool.h>
#include <stddef.h>

#define CG_DV01_SCALE_DIGITS 4 /* CG_DV01_SCALE is ten to this */
#define CG_RATE_SCALE_DIGITS 8 /* of a currency rate */
#define CG_DV01_TEXT_MAX 32    /* bytes that hold any cg_dv01 as text */

/*
 * Reads |text| as a number with |scale_digits| (0..18) decimal places:
 * 1.25 with 4 is 12500.
 *
 * The form is FIX's float: an optional '-', digits, and optionally a '.' with
 * digits; at least one digit in all.  Nothing else: no '+', blank, exponent or
 * grouping.  Zeros beyond the scale are fine; other digits there, and a number
 * that does not fit, are refused: false, and |*out| is untouched.
 */
bool cg_decimal_parse(struct cg_slice text, int scale_digits, int64_t *out);

/* An amount as R1 keeps it; otherwise as cg_decimal_parse(). */
bool cg_dv01_parse(struct cg_slice text, cg_dv01 *out);

/* An OrderQty: whole units, not negative; 50000000.0 is fine (R2). */
bool cg_qty_parse(struct cg_slice text, cg_qty *out);

/*
 * Writes |amount| into |buf|, of CG_DV01_TEXT_MAX bytes or more, with two
 * decimals, or as many of the four as are not zero.  Ends it with a NUL and
 * returns its length without that.  cg_dv01_parse() reads the same back.
 */
size_t cg_dv01_format(cg_dv01 amount, char *buf);

/*
 * D(q) of R2: |qty| times |dv01_per_million| over a million, rounded up.  False
 * when it does not fit, or either is negative.
 */
bool cg_dv01_of(cg_qty qty, cg_dv01 dv01_per_million, cg_dv01 *out);

/*
 * |amount| in another currency at |rate_1e8| / 1e8, rounded away from zero
 * (R3). False when it does not fit, or the rate is not positive.
 */
bool cg_dv01_convert(cg_dv01 amount, int64_t rate_1e8, cg_dv01 *out);

#endif
