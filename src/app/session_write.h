/*
 * creditgate session record.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_SESSION_WRITE_H
#define APP_SESSION_WRITE_H

/* What stands behind "record"; the exit status. */
int app_session_record(int argc, char **argv);

#endif
