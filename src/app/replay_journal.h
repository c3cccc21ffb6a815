/*
 * creditgate replay --journal: the par rates that the gate took, and how far
 * its facts were made again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_REPLAY_JOURNAL_H
#define APP_REPLAY_JOURNAL_H

#include "replay.h"

#include <stdio.h>

#define REPLAY_RATES_MAX 1024 /* times that one file was taken */

/* Those that were read, until the replay is closed. */
struct replay_rates {
    const struct cg_config *config;
    struct cg_rates *kept[REPLAY_RATES_MAX];
    size_t count;
};

/* The par rates of the configuration, if they have the digest, as if they were
 * made at |made_at| (0: as their file says); else NULL. */
const struct cg_rates *replay_rates_of(struct replay_rates *rates,
                                       const char *digest,
                                       cg_time made_at);
void replay_rates_deinit(struct replay_rates *rates);

/* "57 facts made again, 57 the same", and the first that is not. */
void replay_print_exactness(FILE *to, const struct cg_exactness *exactness);

/* Nothing that could be made again was another one, and nothing was missing. */
bool replay_is_exact(const struct cg_exactness *exactness);

#endif
