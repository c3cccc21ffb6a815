/*
 * Families: rows of the table that stand for many instruments, each made when
 * an order names it for the first time (R2).
 *
 * By a pattern: the '*' of |symbol| stands for a text, which is put in for the
 * '*' of |swap|; what comes out must be a swap.  By dates: |swap| is "dates",
 * and the order brings its start and end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_FAMILIES_H
#define CG_GATE_CONFIG_FAMILIES_H

#include <configuration.h>
#include <slice.h>
#include <swap.h>

#define CG_SWAP_DATES "dates"

/* True for a row whose swap has a start and an end that the order brings. */
bool cg_family_is_dated(const struct cg_config_instrument *row);

/* What is put in for the '*' makes |text| of |swap|; false when it is too long.
 */
bool cg_family_swap_text(const char *swap,
                         struct cg_slice rest,
                         char text[CG_NAME_MAX + 1]);

/*
 * The family of an instrument that has no row of its own, or NULL.  Those
 * without a pattern go first, then the others in the order of the file; the
 * first one wins that |symbol| is in and whose swap is one.
 *
 * |dated| says that the order brings its dates: then families by dates count
 * and no others, and |spec| is left alone.  Else |spec| is the swap.
 */
const struct cg_config_instrument *
cg_family_find(const struct cg_config *config,
               struct cg_slice symbol,
               bool dated,
               struct cg_swap_spec *spec);

#endif
