/*
 * The processes of a load test: gate, hub and venue; their files; what they
 * say.
 *
 * Every process that it starts ends with this one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LOAD_STAGE_H
#define LOAD_STAGE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <uv.h>

#define STAGE_CLIENTS 50

/* The first argument of a process that becomes another one, see below. */
#define STAGE_CHILD "--child"

enum stage_role { STAGE_GATE, STAGE_HUB, STAGE_VENUE, STAGE_ROLES };

struct stage_process {
    struct load_stage *stage;
    enum stage_role role;
    uv_process_t process;
    uv_pipe_t in;
    uv_pipe_t out;
    bool runs;
    bool has_in;
    int64_t status;
    char line[4096];
    size_t line_len;
    char scratch[65536];
};

/* What a limit comes to, in units of its currency; as text is exact. */
struct stage_books {
    char hub_reserved[32];
    char hub_consumed[32];
    char gate_used[32];
    char gate_amount[32];
};

struct load_stage {
    uv_loop_t *loop;
    char program[PATH_MAX];
    char folder[PATH_MAX];
    int port; /* where clients log on */
    bool listens;
    int hub_port;
    int venue_port;
    unsigned facts; /* SnapshotFacts */
    struct stage_process processes[STAGE_ROLES];
    FILE *gate_log;
    bool hub_told; /* its books are whole */
    struct stage_books books[STAGE_CLIENTS];
    uint64_t logouts[STAGE_CLIENTS];
    uint64_t not_read; /* lines that the gate has cut, as nobody read them */
    uint64_t alarms;
    uint64_t days;
    uint64_t archives;
    char alarm[256]; /* the last one */
    char failure[256];
};

/* Becomes the program |words|, which ends when its parent does.  Returns when
 * that cannot be. */
void stage_become(char **words);

/* In a new folder in |where|, or in the current one when that cannot be. */
bool stage_open(struct load_stage *stage,
                uv_loop_t *loop,
                const char *program,
                const char *where,
                unsigned snapshot_facts);
/* Until all have ended; the folder stays when |keep|. */
void stage_close(struct load_stage *stage, bool keep);
void stage_tell(struct load_stage *stage,
                enum stage_role role,
                const char *line);
void stage_signal(struct load_stage *stage, enum stage_role role, int number);
/* A connection to the port of the clients, which says nothing. */
int stage_stranger(const struct load_stage *stage);
/* A day of trading ends at the gate. */
void stage_end_day(struct load_stage *stage);
/* Kilobytes of memory that the gate has; |what| as in /proc/PID/status. */
long stage_memory(const struct load_stage *stage, const char *what);
/* Bytes of files in the folder. */
int64_t stage_disk(const struct load_stage *stage);
/* Seconds for which the gate ran, and for which it waited for a processor. */
void stage_cpu(const struct load_stage *stage, double *ran, double *queued);
/* After the gate has ended: runs "show", then "audit"; reads its books. */
void stage_read_books(struct load_stage *stage);

const char *stage_account(size_t client, char *buf);

#endif
