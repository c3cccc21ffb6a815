/*
 * What run --check-config prints of a configuration that is fine.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUN_CHECK_H
#define RUN_CHECK_H

#include <creditgate/config.h>

/*
 * Reads the par rates that |config| names, and prints what they make of its
 * instruments.  False after |report| was called for each mistake; the
 * arguments are those of cg_config_read().
 */
bool run_check_rates(const struct cg_config *config,
                     void (*report)(void *user,
                                    const char *file,
                                    int line,
                                    const char *wrong,
                                    const char *remedy),
                     void *user);

#endif
