/*
 * The options of the simulators, and the FIX settings they stand for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char common_help[] =
    "  --settings FILE    sessions from a QuickFIX settings file, or:\n"
    "  --listen PORT      accept one session (0: any free port)\n"
    "  --connect PORT     connect one session\n"
    "  --host ADDRESS     listen on or connect to it (127.0.0.1)\n"
    "  --sender ID        SenderCompID (%s)\n"
    "  --target ID        TargetCompID (%s)\n"
    "  --version V        FIX.4.2, FIX.4.4 or FIX.5.0SP2 (%s)\n"
    "  --heartbeat S      HeartBtInt in seconds (30)\n"
    "  --dictionaries DIR check whole messages against FIX42.xml, FIX44.xml,\n"
    "                     FIXT11.xml and FIX50SP2.xml there; user-defined\n"
    "                     fields are fine\n"
    "  --reset            both sequence numbers to 1 at every logon\n"
    "  --quiet            no line for each message\n"
    "  --no-input         do not read commands; end by SIGTERM only\n";

static const char common_commands[] =
    "raw TYPE TAG=VALUE|...        send any message (also: send)\n"
    "drop                          break the line, as if the cable was cut\n"
    "logout                        Logout, and stay away\n"
    "logon                         come back\n"
    "reset                         Logout, and both sequence numbers to 1\n"
    "session N                     the session that commands mean (from 1)\n"
    "wait MS                       read the next command that much later\n"
    "wait logon                    read it when the session is logged on\n"
    "help                          this list\n"
    "quit                          Logout and end\n";

static const char *version_name(enum sim_version version)
{
    static const char *const names[] = {"FIX.4.2", "FIX.4.4", "FIX.5.0SP2"};
    return names[version];
}

static void print_help(const struct sim_logic *logic)
{
    printf("usage: creditgate %s [options]\n%s\n\noptions:\n", logic->name,
           logic->about);
    printf(common_help, logic->sender, logic->target,
           version_name(logic->version));
    printf("%s\ncommands, one per line on standard input:\n%s%s",
           logic->options_help, logic->commands_help, common_commands);
}

static bool known_version(const char *version)
{
    return strcmp(version, "FIX.4.2") == 0 || strcmp(version, "FIX.4.4") == 0 ||
           strcmp(version, "FIX.5.0SP2") == 0;
}

/* The flag options: no value. */
static bool set_flag(struct sim_options *options, const char *name)
{
    if (strcmp(name, "--reset") == 0) {
        options->reset = true;
    } else if (strcmp(name, "--quiet") == 0) {
        options->quiet = true;
    } else if (strcmp(name, "--no-input") == 0) {
        options->no_input = true;
    } else {
        return false;
    }
    return true;
}

static const char **value_of(struct sim_options *options, const char *name)
{
    const struct {
        const char *name;
        const char **value;
    } values[] = {
        {"--settings", &options->settings},
        {"--listen", &options->listen},
        {"--connect", &options->connect},
        {"--host", &options->host},
        {"--sender", &options->sender},
        {"--target", &options->target},
        {"--version", &options->version},
        {"--heartbeat", &options->heartbeat},
        {"--dictionaries", &options->dictionaries},
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (strcmp(name, values[i].name) == 0) {
            return values[i].value;
        }
    }
    return NULL;
}

static enum sim_parsed
wrong(const struct sim_logic *logic, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "creditgate %s: ", logic->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nTry: creditgate %s --help\n", logic->name);
    return SIM_PARSED_WRONG;
}

static bool is_port(const char *text)
{
    int64_t port = 0;
    return text == NULL || (sim_number_read(cg_slice_str(text), 0, &port) &&
                            port >= 0 && port <= 65535);
}

static enum sim_parsed check(const struct sim_logic *logic,
                             const struct sim_options *options)
{
    int ways = (options->settings != NULL) + (options->listen != NULL) +
               (options->connect != NULL);
    if (ways != 1) {
        return wrong(logic, "give one of --settings, --listen and --connect");
    }
    if (!is_port(options->listen) || !is_port(options->connect)) {
        return wrong(logic, "a port is a number from 0 to 65535");
    }
    if (!known_version(options->version)) {
        return wrong(logic,
                     "--version is FIX.4.2, FIX.4.4 or FIX.5.0SP2, "
                     "not %s",
                     options->version);
    }
    return SIM_PARSED;
}

enum sim_parsed sim_options_parse(const struct sim_logic *logic,
                                  int argc,
                                  char **argv,
                                  struct sim_options *options)
{
    *options = (struct sim_options){.host = "127.0.0.1",
                                    .sender = logic->sender,
                                    .target = logic->target,
                                    .version = version_name(logic->version),
                                    .heartbeat = "30"};
    for (int i = 1; i < argc; i++) {
        const char **value = value_of(options, argv[i]);
        if (strcmp(argv[i], "--help") == 0) {
            print_help(logic);
            return SIM_PARSED_HELP;
        }
        if (set_flag(options, argv[i])) {
            continue;
        }
        if (i + 1 == argc) {
            return wrong(logic, "%s is unknown, or lacks its value", argv[i]);
        }
        if (value != NULL) {
            *value = argv[i + 1];
        } else if (logic->option == NULL ||
                   !logic->option(logic->logic, argv[i], argv[i + 1])) {
            return wrong(logic, "%s %s is not understood", argv[i],
                         argv[i + 1]);
        }
        i++;
    }
    return check(logic, options);
}

/* The settings of a session that validates; empty for one that does not. */
static char *dictionary_settings(const struct sim_options *options)
{
    const char *folder = options->dictionaries;
    char *text = NULL;
    int len;
    if (folder == NULL) {
        return sim_copy(CG_SLICE(""));
    }
    if (strcmp(options->version, "FIX.5.0SP2") == 0) {
        len = asprintf(&text,
                       "ValidateBodies=Y\nValidateUserDefinedFields=N\n"
                       "TransportDataDictionary=%s/FIXT11.xml\n"
                       "AppDataDictionary=%s/FIX50SP2.xml\n",
                       folder, folder);
    } else {
        bool old = strcmp(options->version, "FIX.4.2") == 0;
        len = asprintf(&text,
                       "ValidateBodies=Y\nValidateUserDefinedFields=N\n"
                       "DataDictionary=%s/%s\n",
                       folder, old ? "FIX42.xml" : "FIX44.xml");
    }
    return len < 0 ? sim_copy(CG_SLICE("")) : text;
}

char *sim_options_settings(const struct sim_options *options)
{
    char *dictionaries = dictionary_settings(options);
    bool accepts = options->listen != NULL;
    bool fixt = strcmp(options->version, "FIX.5.0SP2") == 0;
    char *text = NULL;
    int len = asprintf(
        &text,
        "[DEFAULT]\n"
        "ConnectionType=%s\n"
        "%s=%s\n"
        "%s=%s\n"
        "ReconnectInterval=1\n"
        "HeartBtInt=%s\n"
        "ResetOnLogon=%s\n"
        "[SESSION]\n"
        "BeginString=%s\n"
        "SenderCompID=%s\n"
        "TargetCompID=%s\n"
        "%s%s",
        accepts ? "acceptor" : "initiator",
        accepts ? "SocketAcceptAddress" : "SocketConnectHost", options->host,
        accepts ? "SocketAcceptPort" : "SocketConnectPort",
        accepts ? options->listen : options->connect, options->heartbeat,
        options->reset ? "Y" : "N", fixt ? "FIXT.1.1" : options->version,
        options->sender, options->target,
        fixt ? "DefaultApplVerID=FIX.5.0SP2\n" : "", dictionaries);
    free(dictionaries);
    return len < 0 ? sim_copy(CG_SLICE("")) : text;
}
