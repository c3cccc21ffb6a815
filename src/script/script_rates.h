/*
 * The par rates of a session, as the file that a host would read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_SCRIPT_RATES_H
#define CG_SCRIPT_RATES_H

#include "script.h"
#include <creditgate/rates.h>

#define CG_SCRIPT_RATES_MORE 64 /* that steps may add to those of the head */

struct cg_script_rates {
    struct cg_script_rate *items;
    size_t count;
    size_t room;
    struct cg_slice valuation;
};

/* A copy of the head's, or of others; CG_ERR_MEMORY. */
int cg_script_rates_init(struct cg_script_rates *rates,
                         const struct cg_script *script);
int cg_script_rates_copy(struct cg_script_rates *rates,
                         const struct cg_script_rates *from);
void cg_script_rates_deinit(struct cg_script_rates *rates);

/* "USD_SOFR:10Y" gets another rate, or with "none" goes; false without room. */
bool cg_script_rates_change(struct cg_script_rates *rates,
                            struct cg_slice key,
                            struct cg_slice value);

/* The file's text, allocated; NULL without memory. */
char *cg_script_rates_text(const struct cg_script_rates *rates, size_t *len);

#endif
