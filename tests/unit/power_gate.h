/*
 * The product's journal on a disk in memory, for sessions on paper: the crash
 * is a power cut in the commit, or a fault of the disk in it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_POWER_GATE_H
#define CG_TESTS_POWER_GATE_H

#include "crash_sweep.h"
#include "faulty_vfs.h"

/* A run's |journal_user|; what is set by the test comes first. */
struct power {
    uint64_t seed;
    struct faulty_fault fault; /* |at| counts from the end of the turn before;
                                  0: the power is cut instead */
    bool again;                /* after a fault: the process is only started
                                  again; otherwise the power goes, too */
    bool lies;                 /* syncs do nothing */
    struct faulty_disk *disk;
    size_t moment; /* the last commit had returned */
    cg_seq facts;  /* by then */
    int seq_out[CG_SESSIONS_MAX];
};

extern const struct crash_journal power_journal;

/* After crash_run_deinit(). */
void power_deinit(struct power *power);

#endif
