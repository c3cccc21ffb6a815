/*
 * What the sentences about facts name: orders, amounts, owners.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_RECORD_NAMES_H
#define CG_GATE_RECORD_NAMES_H

#include "record_words.h"

/* A text under way; always ended within |len| bytes. */
struct cg_record_text {
    const struct cg_telling *telling;
    char *text;
    size_t len;
    size_t at;
};

__attribute__((format(printf, 2, 3))) void
cg_record_put(struct cg_record_text *words, const char *format, ...);

/* Puts what |name| stands for; false when it stands for nothing. */
bool cg_record_put_named(struct cg_record_text *words, struct cg_slice name);

#endif
