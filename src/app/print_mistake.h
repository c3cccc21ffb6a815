/*
 * Mistakes in files, as people read them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_PRINT_MISTAKE_H
#define APP_PRINT_MISTAKE_H

/* Prints one on standard error; |line| 0: of the file as a whole.  For those
 * who report mistakes; |user| is not looked at. */
void app_print_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy);

#endif
