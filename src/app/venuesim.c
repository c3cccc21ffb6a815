/*
 * creditgate venuesim: the simulated venue as a process.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "sim_host.h"
#include "sim_venue.h"

static const char options_help[] =
    "  --token-tag N      an order without field N is a violation; then the\n"
    "                     process ends with status 1\n";

static bool option(void *logic, const char *name, const char *value)
{
    struct sim_venue *venue = logic;
    int64_t tag = 0;
    if (strcmp(name, "--token-tag") == 0 &&
        sim_number_read(cg_slice_str(value), 0, &tag) && tag > 0 &&
        tag < 100000) {
        venue->token_tag = (int)tag;
        return true;
    }
    return false;
}

static void
receive(void *logic, struct sim_peer *peer, const struct sim_message *message)
{
    sim_venue_receive(logic, peer, message);
}

static bool command(void *logic, const char *line)
{
    return sim_venue_command(logic, line);
}

static void tick(void *logic)
{
    sim_venue_tick(logic);
}

static int64_t due(const void *logic)
{
    return sim_venue_due(logic);
}

static int status(const void *logic)
{
    const struct sim_venue *venue = logic;
    return venue->violations > 0 ? 1 : 0;
}

int app_venuesim(int argc, char **argv)
{
    struct sim_port port = {0};
    struct sim_venue venue;
    sim_venue_init(&venue, &port);
    struct sim_logic logic = {.name = "venuesim",
                              .about = "A simulated venue.",
                              .options_help = options_help,
                              .commands_help = sim_venue_help,
                              .sender = "VENUE",
                              .target = "GATE",
                              .version = SIM_FIX44,
                              .logic = &venue,
                              .port = &port,
                              .option = option,
                              .receive = receive,
                              .command = command,
                              .tick = tick,
                              .due = due,
                              .status = status};
    int result = sim_host_run(&logic, argc, argv);
    sim_venue_deinit(&venue);
    return result;
}
