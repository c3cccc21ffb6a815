/*
 * Sums of what a window holds, for messages that are in doubt.
 *
 * Behind a damaged message every "8=FIX" may begin one that claims to be long.
 * Adding up each of them anew would take a file that is made for it a very long
 * time; from sums that are kept, each is judged by a few hundred bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LOG_SUMS_H
#define CG_LOG_SUMS_H

#include "log_frame.h"

struct cg_log_file;
struct cg_log_sums; /* for one separator */

/*
 * Whether the message at |at|, of which |head| is the head, may be right: its
 * trailer is where BodyLength says, with the sum that it should have.  As much
 * of it must be there as there is.  True as well without memory.
 */
bool cg_log_sums_agree(struct cg_log_file *file,
                       const struct cg_log_head *head);

void cg_log_sums_close(struct cg_log_file *file);

#endif
