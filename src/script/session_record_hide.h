/*
 * Other names for everything that says whose a log is: before it is replayed,
 * so that the gate itself never hears the old ones.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_SESSION_RECORD_HIDE_H
#define CG_SESSION_RECORD_HIDE_H

#include "replay_ids.h"
#include "replay_message.h"
#include "session_record_words.h"
#include <configuration.h>
#include <fix_writer.h>
#include <stdio.h>

#define CG_HIDE_KINDS 20

/* Fine when zeroed, and then hides nothing. */
struct cg_hide {
    const struct cg_config *config; /* with the old names */
    struct cg_replay_ids kind;      /* what is an id of the gate's */
    struct cg_words words;          /* the old ones */
    char **names;                   /* the new ones, by the words' numbers */
    size_t room;
    struct cg_words prices;
    size_t counts[CG_HIDE_KINDS]; /* names of each kind that were given */
    char *bytes;                  /* of the message at hand */
    size_t bytes_max;
};

/* Gives names to those of |config|, which is borrowed.  0 or CG_ERR_MEMORY. */
int cg_hide_init(struct cg_hide *hide, const struct cg_config *config);
void cg_hide_deinit(struct cg_hide *hide);

/* Writes the value of a key as it is under the new names.  0 or
 * CG_ERR_MEMORY. */
int cg_hide_entry(struct cg_hide *hide,
                  const char *section,
                  const char *key,
                  const char *value,
                  FILE *out);

/* Puts another message in the place of |message|, borrowed until the next
 * call.  0 or CG_ERR_MEMORY. */
int cg_hide_message(struct cg_hide *hide, struct cg_replay_message *message);

#endif
