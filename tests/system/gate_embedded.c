/*
 * creditgate run over the shared library alone: what it links to shows that the
 * process does nothing that another host could not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <app_command.h>
#include <run_check.h>

#include <stdio.h>
#include <string.h>

/* --check-config reads more of a configuration than a gate's host has to. */
bool run_check(const char *path,
               const struct cg_config *config,
               void (*report)(void *user,
                              const char *file,
                              int line,
                              const char *wrong,
                              const char *remedy),
               void *user)
{
    (void)config;
    report(user, path, 0, "there is no --check-config here", "leave it out");
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "run") != 0) {
        fputs("usage: gate_embedded run ...\n", stderr);
        return 2;
    }
    return app_run(argc - 1, argv + 1);
}
