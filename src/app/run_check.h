/*
 * What run --check-config prints of a configuration that is fine.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUN_CHECK_H
#define RUN_CHECK_H

#include <creditgate/config.h>

/*
 * Prints how much |config|, read from |path|, holds, and before that what the
 * par rates that it names make of its instruments.  False after |report| was
 * called for each mistake in them; its arguments are those of cg_config_open().
 */
bool run_check(const char *path,
               const struct cg_config *config,
               void (*report)(void *user,
                              const char *file,
                              int line,
                              const char *wrong,
                              const char *remedy),
               void *user);

#endif
