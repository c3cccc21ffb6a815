/*
 * A run written down as a session on paper, as far as one can say it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_RECORD_H
#define SIM_RECORD_H

#include "world.h"

struct text {
    char *data;
    size_t len;
    size_t room;
};

struct world_record {
    struct text lines; /* of turns that are durable */
    struct text turn;  /* of the one under way */
    char cannot[128];  /* why it is no whole session; empty: it is one */
};

void record_init(struct world_record *record);
void record_deinit(struct world_record *record);

/*
 * The session of a run that has failed with |why|, to be freed; NULL when a
 * session cannot show it, after |*reason| says why not.  It passes when it is
 * played: it shows what the gate does.
 */
char *record_session(const struct world_record *record,
                     const struct world *world,
                     const char **reason);

#endif
