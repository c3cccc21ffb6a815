/*
 * creditgate hubsim: the simulated hub as a process.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "sim_host.h"
#include "sim_hub.h"

#include <stdio.h>
#include <stdlib.h>

static const char options_help[] =
    "  --limit WORDS      a limit, as the command \"limit\" takes it\n"
    "  --limits FILE      limits, one per line: the same words, or with "
    "commas\n"
    "  --life MS          life of a token (one day; 0: no 126)\n"
    "  --fault LIST       planted faults, NAME[=MS][:N] with commas between:\n"
    "                     from the N-th occasion on (1); \"help\" lists them\n";

/* Blanks or commas between the words. */
static bool take_limit(struct sim_hub *hub, const char *text)
{
    char *words = sim_copy(cg_slice_str(text));
    for (char *c = words; *c != '\0'; c++) {
        *c = *c == ',' ? ' ' : *c;
    }
    bool fine = sim_hub_limit(hub, words, false);
    free(words);
    return fine;
}

/* One limit per line; # begins a remark. */
static bool read_limits(struct sim_hub *hub, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[1024];
    int number = 0;
    bool fine = file != NULL;
    if (file == NULL) {
        fprintf(stderr, "creditgate hubsim: %s cannot be read\n", path);
    }
    while (fine && fgets(line, sizeof(line), file) != NULL) {
        number++;
        line[strcspn(line, "\r\n")] = '\0';
        const char *words = sim_rest(line);
        if (*words != '\0' && *words != '#' && !take_limit(hub, words)) {
            fprintf(stderr, "creditgate hubsim: %s:%d: not a limit: %s\n", path,
                    number, words);
            fine = false;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return fine;
}

static int print_faults(void)
{
    const struct sim_fault_about *about;
    puts("Faults, what the hub then does, and the rules and fields that it "
         "breaks.\nNAME=MS is another time than the one in brackets.\n");
    for (size_t i = 0; (about = sim_faults_about(i)) != NULL; i++) {
        printf("%s%s\n    %s: %s\n", about->name, about->ms > 0 ? "[=MS]" : "",
               about->breaks, about->does);
    }
    return 0;
}

static bool wants_faults(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--fault") == 0 &&
            strcmp(argv[i + 1], "help") == 0) {
            return true;
        }
    }
    return false;
}

static bool take_faults(struct sim_hub *hub, const char *text)
{
    const char *wrong;
    bool fine = sim_faults_set(&hub->faults, text, &wrong);
    if (!fine) {
        fprintf(stderr,
                "creditgate hubsim: --fault %s: %s; --fault help lists them\n",
                text, wrong);
    }
    return fine;
}

static bool option(void *logic, const char *name, const char *value)
{
    struct sim_hub *hub = logic;
    int64_t ms = 0;
    if (strcmp(name, "--limit") == 0) {
        return take_limit(hub, value);
    }
    if (strcmp(name, "--limits") == 0) {
        return read_limits(hub, value);
    }
    if (strcmp(name, "--fault") == 0) {
        return take_faults(hub, value);
    }
    if (strcmp(name, "--life") == 0 &&
        sim_number_read(cg_slice_str(value), 0, &ms) && ms >= 0 &&
        ms <= 86400000) {
        hub->life_ns = ms * SIM_MS;
        return true;
    }
    return false;
}

static void logon(void *logic, struct sim_peer *peer)
{
    sim_hub_logon(logic, peer);
}

static void
receive(void *logic, struct sim_peer *peer, const struct sim_message *message)
{
    sim_hub_receive(logic, peer, message);
}

static bool command(void *logic, const char *line)
{
    return sim_hub_command(logic, line);
}

static void tick(void *logic)
{
    sim_hub_tick(logic);
}

static int64_t due(const void *logic)
{
    return sim_hub_due(logic);
}

int app_hubsim(int argc, char **argv)
{
    struct sim_port port = {0};
    struct sim_hub hub;
    if (wants_faults(argc, argv)) {
        return print_faults();
    }
    sim_hub_init(&hub, &port);
    struct sim_logic logic = {.name = "hubsim",
                              .about = "A simulated credit hub.",
                              .options_help = options_help,
                              .commands_help = sim_hub_help,
                              .sender = "HUB",
                              .target = "GATE",
                              .version = SIM_FIX50SP2,
                              .logic = &hub,
                              .port = &port,
                              .option = option,
                              .logon = logon,
                              .receive = receive,
                              .command = command,
                              .tick = tick,
                              .due = due};
    int status = sim_host_run(&logic, argc, argv);
    sim_hub_deinit(&hub);
    return status;
}
