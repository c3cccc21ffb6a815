/*
 * What a replay came to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_REPLAY_PRINT_H
#define APP_REPLAY_PRINT_H

#include "replay.h"
#include "replay_table.h"

/* One line. */
void replay_print_difference(FILE *to,
                             const struct cg_replay_difference *difference);

/* The report; |expected|: there was an --expect. */
void replay_print(FILE *to,
                  enum replay_format format,
                  const struct cg_replay *replay,
                  const struct cg_config *config,
                  bool expected);

#endif
