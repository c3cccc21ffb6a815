/*
 * Rows of the table of instruments that have a convention and a swap.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_SWAPS_H
#define CG_GATE_CONFIG_SWAPS_H

#include <config_reader.h>
#include <csv.h>

/*
 * Reads these two cells of |csv| into |row|, whose symbol, currency (or
 * nothing) and terms are there.  What is wrong becomes mistakes.
 */
void cg_config_read_swap(struct cg_config_reader *reader,
                         struct cg_csv *csv,
                         const char *convention,
                         const char *swap,
                         struct cg_config_instrument *row);

#endif
