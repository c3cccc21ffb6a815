/*
 * What a replay came to, as tables, CSV or JSON.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_REPLAY_PRINT_H
#define APP_REPLAY_PRINT_H

#include "replay.h"
#include <stdio.h>

enum replay_format { REPLAY_TABLE, REPLAY_CSV, REPLAY_JSON };

/* One line, or a few. */
void replay_print_difference(FILE *to,
                             const struct cg_replay_difference *difference);

void replay_print(FILE *to,
                  enum replay_format format,
                  const struct cg_replay *replay,
                  const struct cg_config *config,
                  bool expected);

#endif
