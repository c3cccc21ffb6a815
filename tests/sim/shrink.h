/*
 * A failure made smaller: fewer faults, accounts and clients, fewer steps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "world.h"

/* Takes from |plan|, which fails so, what the failure does not need; each try
 * runs in a process of its own, as it may end it. */
void shrink(struct world_plan *plan, const char *failure);

/* A plan as the words of --plan, and back; false when they are none. */
void plan_print(const struct world_plan *plan, char *text, size_t len);
bool plan_read(const char *text, struct world_plan *plan);

#endif
