/*
 * The demo's story, as data.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DEMO_STORY_H
#define DEMO_STORY_H

#include "story.h"

extern const struct story_step demo_story[];
extern const size_t demo_story_len;

/*
 * Orders and their acknowledgements, without and with a gate, timed; prints a
 * table.  Returns 0, or 1 when something else than the time was wrong.
 */
int demo_timing_play(const struct story_options *options);

/*
 * The hub's books and the gate's tables, side by side; NULL when they agree on
 * what is reserved and consumed under every limit, and on every token.
 */
const char *demo_compare(struct story_stage *stage);

#endif
