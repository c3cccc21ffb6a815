/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "print_mistake.h"

#include <stdio.h>

void app_print_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    (void)user;
    if (line > 0) {
        fprintf(stderr, "%s:%d: %s; %s\n", file, line, wrong, remedy);
    } else {
        fprintf(stderr, "%s: %s; %s\n", file, wrong, remedy);
    }
}
