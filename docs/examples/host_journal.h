/*
 * A journal of the host's own: a plain file of facts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef HOST_JOURNAL_H
#define HOST_JOURNAL_H

#include <creditgate/journal.h>

/*
 * Opens, or makes, the file at |path|.  All memory is taken here: a turn that
 * needs more than |turn_max| bytes is CG_ERR_FULL.  Returns 0, CG_ERR_MEMORY,
 * CG_ERR_IO, CG_ERR_CORRUPT when a block was changed, or CG_ERR_MISUSE when the
 * file is no such journal, was made with another |turn_max|, or by a build
 * whose facts look otherwise.
 */
int host_journal_open(const char *path,
                      size_t turn_max,
                      struct cg_journal *journal);

#endif
