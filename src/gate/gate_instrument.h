/*
 * Which instrument an order means: one of the table, or one that is made when
 * it is first named, by a pattern or for the order's own dates (R2, R4).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_INSTRUMENT_H
#define CG_GATE_INSTRUMENT_H

#include "gate_internal.h"
#include <gate_rates.h>

/* The row of each instrument, by its slot; CG_NONE: no row is about it. */
int cg_gate_rows_open(struct cg_gate *gate, uint32_t instruments);

/* Another table is coming. */
void cg_gate_rows_clear(struct cg_gate *gate);

/* After the table's instruments have their slots: which row each instrument
 * has, those included that were made at run time. */
void cg_gate_rows_set(struct cg_gate *gate);

/*
 * Says in the event at hand which instruments it means, and makes those that
 * are not there yet; of a replace only looks.  What cannot be used is named in
 * the event, and why there is no DV01.
 */
void cg_gate_instruments_resolve(struct cg_gate *gate, bool make);

/* Puts the gate's rates on record, and gives every instrument that is priced by
 * rates its DV01 by them. */
void cg_gate_instruments_rate(struct cg_gate *gate);

#endif
