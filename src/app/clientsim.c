/*
 * creditgate clientsim: the simulated client as a process.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "sim_client.h"
#include "sim_host.h"

static void
receive(void *logic, struct sim_peer *peer, const struct sim_message *message)
{
    (void)peer;
    sim_client_receive(logic, message);
}

static bool command(void *logic, const char *line)
{
    return sim_client_command(logic, line);
}

int app_clientsim(int argc, char **argv)
{
    struct sim_port port = {0};
    struct sim_client client = {.port = &port};
    struct sim_logic logic = {.name = "clientsim",
                              .about = "A simulated FIX client.",
                              .options_help = "",
                              .commands_help = sim_client_help,
                              .sender = "CLIENT",
                              .target = "GATE",
                              .version = SIM_FIX44,
                              .logic = &client,
                              .port = &port,
                              .receive = receive,
                              .command = command};
    int status = sim_host_run(&logic, argc, argv);
    sim_client_deinit(&client);
    return status;
}
