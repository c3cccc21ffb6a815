/*
 * The creditgate program: a table of commands.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} commands[] = {
    {"demo", app_demo, "a whole day in a minute: hub, venue, client and gate"},
    {"run", app_run, "the gate"},
    {"session", app_session, "plays sessions on paper, or records them from logs"},
    {"replay", app_replay, "recorded FIX logs through the gate"},
    {"certify", app_certify, "certifies a hub, an FCM or a gate over FIX"},
    {"show", app_show, "limits and tokens of a gate's journal"},
    {"records", app_records, "the life of an order, token, limit or account"},
    {"explain", app_explain, "why an order was refused, or is where it is"},
    {"audit", app_audit, "proves a gate's journal"},
    {"dv01", app_dv01, "DV01 of swaps on curves from par rates"},
    {"hubsim", app_hubsim, "a credit hub to test against"},
    {"venuesim", app_venuesim, "a venue to test against"},
    {"clientsim", app_clientsim, "a FIX client to test with"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *to)
{
    fputs("usage: creditgate COMMAND [options]\n\ncommands:\n", to);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].about);
    }
    fputs("\ncreditgate COMMAND --help says more.\n", to);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("creditgate " CREDITGATE_VERSION);
        return 0;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "creditgate: there is no command %s\n", argv[1]);
    print_usage(stderr);
    return 2;
}
