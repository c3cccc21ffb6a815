/*
 * The log of creditgate run: lines on stdout, as a person reads them or as
 * systemd's journal takes them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RUN_LOG_H
#define RUN_LOG_H

#include <creditgate/types.h>

/* "error", "warning" ...; false when |text| names no level. */
bool run_log_level(const char *text, enum cg_log_level *level);

/* One line, with the time, or with its priority where systemd's journal reads
 * stdout: it has a clock of its own.  |user| is not used. */
void run_log_line(void *user,
                  enum cg_log_level level,
                  const char *source,
                  const char *text);

/* What a line on stderr begins with to be an error in systemd's journal; ""
 * where somebody else reads it. */
const char *run_log_error(void);

#endif
