/*
 * The par rates of a gate in a process: read at the start, and again when their
 * file changes or somebody asks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LINK_GATEWAY_RATES_H
#define CG_LINK_GATEWAY_RATES_H

#include <creditgate/gate.h>
#include <creditgate/rates.h>
#include <uv.h>

#define CG_PAR_RATES_BYTES_MAX                                                 \
    ((size_t)16 * 1024 * 1024) /* bytes of the file */

struct cg_gateway_rates;

struct cg_gateway_rates_options {
    uv_loop_t *loop;
    const struct cg_config *config; /* without ParRates= nothing is read */
    struct cg_gate *gate;
    cg_time (*now)(void);
    void (*say)(void *user, enum cg_log_level level, const char *text);
    /* The gate took some, or failed: its status. */
    void (*taken)(void *user, int status);
    void *user;
};

/*
 * Reads the par rates and lets the gate take them before this returns, and
 * polls from then on.  Rates that cannot be taken are said, and are no error:
 * the gate goes on with those of its journal.  NULL without memory.
 */
struct cg_gateway_rates *
cg_gateway_rates_open(const struct cg_gateway_rates_options *options);

/* Reads the file again, whether it has changed or not. */
void cg_gateway_rates_ask(struct cg_gateway_rates *rates);

/* Ends reading; |closed| is called from the loop, or at once if none is going
 * on. */
void cg_gateway_rates_stop(struct cg_gateway_rates *rates,
                           void (*closed)(void *user),
                           void *user);

/* What the gate has taken, or NULL: does not change while reading is ended. */
const struct cg_rates *
cg_gateway_rates_taken(const struct cg_gateway_rates *rates);

/*
 * Reading goes on, once the file was read again.  If |config| is another one
 * than before, the gate has it by now, and has taken |taken| with it, or
 * nothing; those belong here from now on.  False without memory: nothing will
 * be read.
 */
bool cg_gateway_rates_resume(struct cg_gateway_rates *rates,
                             const struct cg_config *config,
                             struct cg_rates *taken);

/* When the gate is closed, and reading has ended or the loop never ran.  NULL
 * is fine. */
void cg_gateway_rates_close(struct cg_gateway_rates *rates);

#endif
