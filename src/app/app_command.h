/*
 * The commands of the creditgate program.
 *
 * Each takes the arguments after its name, its own name first, and returns the
 * exit status: 0 done, 1 failed, 2 wrong arguments.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

int app_hubsim(int argc, char **argv);
int app_venuesim(int argc, char **argv);
int app_clientsim(int argc, char **argv);
int app_dv01(int argc, char **argv);
int app_demo(int argc, char **argv);
int app_run(int argc, char **argv);
int app_session(int argc, char **argv);
int app_audit(int argc, char **argv);
int app_records(int argc, char **argv);
int app_explain(int argc, char **argv);
int app_certify(int argc, char **argv);
int app_replay(int argc, char **argv);
int app_show(int argc, char **argv);

#endif
