/*
 * The configuration of a gate in a process, read again when somebody asks, and
 * its par rates.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LINK_GATEWAY_CONFIG_H
#define CG_LINK_GATEWAY_CONFIG_H

#include <creditgate/gate.h>
#include <uv.h>

struct cg_gateway_config;

struct cg_gateway_config_options {
    uv_loop_t *loop;
    const char *path;               /* of the file; borrowed, as all of these */
    const struct cg_config *config; /* in force */
    struct cg_gate *gate;
    cg_time (*now)(void);
    /* Of configurations, and of par rates. */
    void (*say)(void *user, enum cg_log_level level, const char *text);
    void (*say_rates)(void *user, enum cg_log_level level, const char *text);
    /* The gate took |config|, which lives until cg_gateway_config_close(), or
     * until the next is taken; NULL: it took par rates, or it failed: its
     * status. */
    void (*taken)(void *user, const struct cg_config *config, int status);
    void *user;
};

/* Reads the par rates, as cg_gateway_rates_open() does.  NULL without memory.
 */
struct cg_gateway_config *
cg_gateway_config_open(const struct cg_gateway_config_options *options);

/*
 * Reads the file and all that it names again, and then the par rates, whether
 * they have changed or not.  What differs is said; a configuration with
 * mistakes is not taken, and each of them is an alarm.  Asked while that is
 * under way, it does so once more.
 */
void cg_gateway_config_ask(struct cg_gateway_config *config);

/* Ends reading, of par rates, too; |closed| is called at once or from the loop.
 * Once. */
void cg_gateway_config_stop(struct cg_gateway_config *config,
                            void (*closed)(void *user),
                            void *user);

/* When the gate is closed, and reading has ended or the loop never ran.  NULL
 * is fine. */
void cg_gateway_config_close(struct cg_gateway_config *config);

#endif
