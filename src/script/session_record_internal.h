/*
 * What the files of a recorder share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_SESSION_RECORD_INTERNAL_H
#define CG_SESSION_RECORD_INTERNAL_H

#include "session_record.h"
#include "session_record_hide.h"
#include "session_record_words.h"
#include <config_text.h>
#include <par_rates.h>
#include <stdio.h>

/* --- the tape ----------------------------------------------------------- */

/* What the gate heard or said, in its order. */
struct cg_recording_item {
    enum cg_script_act act; /* CG_SCRIPT_EXPECT: the gate said it */
    cg_session session;
    cg_time time;
    bool kept;     /* of CG_SCRIPT_RESEND */
    bool numbered; /* the gate names it by its number */
    bool broken;   /* no session can say it: what is no field, or misplaced */
    int64_t seq;
    char type[8];
    struct cg_slice sent;   /* 52 */
    struct cg_slice header; /* without what a session's runner puts there */
    struct cg_slice body;
    char *bytes; /* that these lie in */
};

struct cg_recording_tape {
    struct cg_recording_item *items; /* CG_SCRIPT_STEPS_MAX at most */
    size_t count;                    /* may be more than are kept */
    size_t room;
    uint64_t messages_in;
    uint64_t messages_out;
};

/* The items that are kept. */
static inline size_t cg_recording_kept(const struct cg_recording_tape *tape)
{
    return tape->count < CG_SCRIPT_STEPS_MAX ? tape->count
                                             : CG_SCRIPT_STEPS_MAX;
}

/* 0 or CG_ERR_MEMORY. */
int cg_recording_heard(struct cg_recording_tape *tape,
                       const struct cg_config *config,
                       const struct cg_script_passed *heard);
int cg_recording_said(struct cg_recording_tape *tape,
                      const struct cg_side_said *said);
void cg_recording_tape_deinit(struct cg_recording_tape *tape);

/* The first field |tag| of |fields|; false when there is none. */
bool cg_recording_find(struct cg_slice fields,
                       uint32_t tag,
                       struct cg_slice *value);

/* --- the whole ---------------------------------------------------------- */

struct cg_recording {
    struct cg_session_record_options options;
    struct cg_config given; /* the configuration file, as the gate reads it */
    struct cg_lines config_lines;
    struct cg_config_sections sections;
    struct cg_lines instrument_lines;
    char *instruments; /* the path */
    struct cg_par_rates par;
    struct cg_script known; /* the head alone: who is who in the logs */
    struct cg_script head;  /* the same with other names, or as it is */
    struct cg_hide hide;
    struct cg_rates *rates;
    struct cg_recording_tape tape;
    struct cg_words values; /* of all fields, to find instruments by */
    cg_time start;
    cg_time first;
    cg_time last;
    char *error;
    size_t error_len;
};

#define CG_RECORD_PATH "recorded.session"

/* Words into the error; returns |status|. */
__attribute__((format(printf, 3, 4))) int cg_recording_fail(
    struct cg_recording *record, int status, const char *format, ...);

/* --- the head (session_record_config.c) --------------------------------- */

/* Reads the configuration and what it names.  0 or a cg_error, told. */
int cg_recording_read_config(struct cg_recording *record);

/* Writes sections and instruments; |hidden|: with other names; |used|: only
 * instruments that the logs name, if there are many. */
int cg_recording_put_head(struct cg_recording *record,
                          FILE *out,
                          bool hidden,
                          bool used);

/* Writes par rates, and the start. */
void cg_recording_put_start(const struct cg_recording *record, FILE *out);

/* --- the steps (session_record_text.c) ---------------------------------- */

/* The books come from |gate|.  0 or a cg_error, told. */
int cg_recording_put_steps(struct cg_recording *record,
                           const struct cg_gate *gate,
                           FILE *out);

/* --- values (session_record_value.c) ------------------------------------ */

/* The gate's ids, and which of them anybody uses. */
struct cg_recording_ids {
    struct cg_replay_ids kind; /* what is an id of the gate's */
    struct cg_words words;
    bool *used;
    bool *named; /* it was captured in a step above */
    size_t room;
    size_t captures;
};

/* Finds those that are used by what the gate hears later. */
int cg_recording_ids_init(struct cg_recording_ids *ids,
                          const struct cg_config *config,
                          const struct cg_recording_tape *tape);
void cg_recording_ids_deinit(struct cg_recording_ids *ids);

/* Writes "T8" for GATE-T8. */
void cg_recording_id_name(const char *id, char out[CG_NAME_MAX + 1]);

enum cg_recording_saying {
    CG_RECORD_SENT,
    CG_RECORD_EXPECTED,
};

/* Writes the field's value as a step at |now| has it, into |out|.  False: a
 * session cannot say it, and nothing is written. */
bool cg_recording_put_value(struct cg_recording_ids *ids,
                            enum cg_recording_saying saying,
                            cg_time now,
                            uint32_t tag,
                            struct cg_slice value,
                            FILE *out);

/* "1m30s", "250"; of 0 "0". */
void cg_recording_span(cg_time span, char out[64]);

/* --- the same as another's (session_record_same.c) ---------------------- */

#define CG_RECORD_SAME_MAX 64

/* Tags in which a message that the gate says differs from the one that another
 * actor sent. */
struct cg_recording_same {
    bool same;
    uint32_t tags[CG_RECORD_SAME_MAX];
    size_t count;
};

void cg_recording_same(const struct cg_recording_tape *tape,
                       size_t index,
                       struct cg_recording_same *same);

#endif
