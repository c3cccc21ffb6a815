/*
 * Par rates inside the gate: what they make of a row of the table.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_RATES_H
#define CG_GATE_RATES_H

#include <configuration.h>
#include <creditgate/rates.h>
#include <curves.h>
#include <digest.h>

/* What one swap is worth per 1,000,000, or why it has no price. */
struct cg_gate_price {
    cg_dv01 dv01;    /* 0: none */
    const char *why; /* static words; NULL: it has one */
    cg_date end;     /* of the swap, when it has a price */
};

struct cg_rates {
    const struct cg_config *config;
    char *file; /* as mistakes name it */
    struct cg_par_rates par;
    struct cg_curves *curves;
    cg_date valuation;
    cg_time made_at;
    char digest[CG_DIGEST_HEX + 1];
    bool ends;                    /* its last line does */
    char words[160];              /* "smp 2026-01-15 rates.csv" */
    struct cg_gate_price *prices; /* by row of the table */
};

/* Prices |spec| by the convention of |row|. */
void cg_rates_price(const struct cg_rates *rates,
                    const struct cg_config_instrument *row,
                    const struct cg_swap_spec *spec,
                    struct cg_gate_price *price);

/* Tells apart what rows are priced by: the swap and all of its convention.  0
 * for a row whose DV01 is the table's, and for no other. */
uint64_t cg_rates_row_hash(const struct cg_config *config,
                           const struct cg_config_instrument *row);

#endif
