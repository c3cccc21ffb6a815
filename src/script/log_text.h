/*
 * Messages whose SOHs are written as something that can be seen.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LOG_TEXT_H
#define CG_LOG_TEXT_H

#include "log_frame.h"

/* Outcomes of cg_log_text_decode(). */
enum cg_log_text_error {
    CG_LOG_TEXT_E_SHORT = 1, /* the bytes end before it is known */
    CG_LOG_TEXT_E_OTHER,     /* no message of that length */
};

/*
 * Writes the message at the beginning of |text|, that has |len| bytes with
 * SOHs, to |message| with SOHs; |*used| is how many bytes of the text it took.
 * The last separator may be missing, for logs that have line ends in its
 * place.  |ended|: no byte follows the text.  Returns 0, or
 * CG_LOG_TEXT_E_SHORT with the least number of bytes that lack in |*used|, or
 * CG_LOG_TEXT_E_OTHER.
 */
int cg_log_text_decode(struct cg_slice text,
                       bool ended,
                       const struct cg_log_separator *separator,
                       char *message,
                       size_t len,
                       size_t *used);

#endif
