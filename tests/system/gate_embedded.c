/*
 * creditgate run over the shared library alone: what it links to shows that the
 * process does nothing that another host could not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <app_command.h>

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "run") != 0) {
        fputs("usage: gate_embedded run ...\n", stderr);
        return 2;
    }
    return app_run(argc - 1, argv + 1);
}
