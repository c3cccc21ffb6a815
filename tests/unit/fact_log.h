/*
 * A journal in an array: what was committed can be loaded again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_FACT_LOG_H
#define CG_TESTS_FACT_LOG_H

#include <creditgate/journal.h>

struct fact_log {
    struct cg_fact *facts; /* each owns its id and text */
    size_t count;
    size_t committed;
    size_t room;
};

/* |log| must outlive |journal|, whose close does nothing. */
void fact_log_open(struct fact_log *log, struct cg_journal *journal);

/* Forgets what was not committed, as a crash does. */
void fact_log_crash(struct fact_log *log);
void fact_log_deinit(struct fact_log *log);

#endif
