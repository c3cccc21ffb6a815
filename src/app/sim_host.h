/*
 * A simulator as a process: libfix8-c sessions over libuv, commands as lines on
 * standard input, one line per event and message on standard output.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include "sim_port.h"

/* What one simulator adds to the common process.  |logic| is its own state. */
struct sim_logic {
    const char *name;
    const char *about;        /* one line for --help */
    const char *options_help; /* its own options, may be empty */
    const char *commands_help;
    const char *sender; /* default CompIDs */
    const char *target;
    enum sim_version version; /* default */
    void *logic;
    struct sim_port *port; /* filled in by the host */
    /* An option of its own; false when unknown or wrong. */
    bool (*option)(void *logic, const char *name, const char *value);
    void (*logon)(void *logic, struct sim_peer *peer);
    void (*receive)(void *logic,
                    struct sim_peer *peer,
                    const struct sim_message *message);
    bool (*command)(void *logic, const char *line);
    void (*tick)(void *logic);
    int64_t (*due)(const void *logic);
    int (*status)(const void *logic); /* the exit status of a clean end */
};

/* Runs until quit, the end of the input, or SIGTERM.  An exit status. */
int sim_host_run(const struct sim_logic *logic, int argc, char **argv);

/* The options common to the simulators. */
struct sim_options {
    const char *settings; /* a file, or NULL */
    const char *listen;
    const char *connect;
    const char *host;
    const char *sender;
    const char *target;
    const char *version;
    const char *heartbeat;
    const char *dictionaries; /* a folder, or NULL */
    bool reset;
    bool quiet;    /* no in and out lines */
    bool no_input; /* standard input is left alone */
};

enum sim_parsed { SIM_PARSED, SIM_PARSED_HELP, SIM_PARSED_WRONG };

enum sim_parsed sim_options_parse(const struct sim_logic *logic,
                                  int argc,
                                  char **argv,
                                  struct sim_options *options);

/* The options as a settings text in QuickFIX's form; the caller frees it. */
char *sim_options_settings(const struct sim_options *options);

#endif
