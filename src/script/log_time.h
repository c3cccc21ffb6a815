/*
 * The times that stand before messages in logs, and in SendingTime(52).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LOG_TIME_H
#define CG_LOG_TIME_H

#include <creditgate/types.h>
#include <slice.h>

/* Day and second that were read last; most lines of a log are of the same ones.
 * Zero it before the first use. */
struct cg_log_day {
    char text[10];
    size_t len;
    cg_time start;
    bool has_clock;
    char clock_text[8];
    cg_time clock; /* since midnight */
};

/*
 * Reads the time at the beginning of |text|: YYYYMMDD, YYYY-MM-DD or
 * YYYY/MM/DD; '-', 'T', '_' or a blank; HH:MM:SS; up to nine digits behind a
 * point or comma, of which more are left out; nothing or Z for UTC, or a zone
 * as +hh:mm.  Returns how many bytes it takes, or 0 when there is none.
 */
size_t
cg_log_time_read(struct cg_log_day *day, struct cg_slice text, cg_time *time);

/* The first such time anywhere in |text|, or the last one; |*where| it is. */
bool cg_log_time_find(struct cg_log_day *day,
                      struct cg_slice text,
                      bool last,
                      cg_time *time,
                      struct cg_slice *where);

#endif
