/*
 * A gate process: FIX sessions, gate and journal on one libuv loop.
 *
 * Each turn of the loop reads what has arrived, decides, stages the answers,
 * commits facts, messages and sequence numbers in one transaction, and only
 * then lets the bytes out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LINK_GATEWAY_H
#define CG_LINK_GATEWAY_H

#include <creditgate/config.h>
#include <uv.h>

struct cg_gateway;

struct cg_gateway_options {
    uv_loop_t *loop;
    const struct cg_config *config; /* borrowed */
    const char *config_path;        /* its file, for cg_gateway_reload() */
    /* The least of what matters that is still said. */
    enum cg_log_level log_level;
    /* One line: a decision of the gate, an event of a session or connection. */
    void (*log)(void *user,
                enum cg_log_level level,
                const char *source,
                const char *text);
    /* The end: 0, or the error that ended it. */
    void (*ended)(void *user, int error);
    void *user;
};

/*
 * Opens the journal that the configuration names, the gate on it, and the FIX
 * sessions; starts listening and connecting.  On failure returns a negative
 * error, |error| says what to do, and run the loop once before freeing it.
 */
int cg_gateway_open(const struct cg_gateway_options *options,
                    char *error,
                    size_t error_len,
                    struct cg_gateway **gateway);

/* The port the session |index| listens on, or a negative error. */
int cg_gateway_port(const struct cg_gateway *gateway, size_t index);

/* Reads the configuration again, says what differs and takes it, unless it has
 * mistakes; then the par rates, whether their file has changed or not. */
void cg_gateway_reload(struct cg_gateway *gateway);

/* Opens the message log by its name again, after it was moved away. */
void cg_gateway_reopen_log(struct cg_gateway *gateway);

/* Moves the older facts of the journal into a file beside it, while the gate
 * goes on. */
void cg_gateway_archive(struct cg_gateway *gateway);

/*
 * Answers what waits, waits a while for what venue and hub still owe, logs out
 * the clients and then the others, and closes; then |ended| is called and the
 * loop can end.  Each further call ends a wait.
 */
void cg_gateway_stop(struct cg_gateway *gateway);

/* After |ended|. */
void cg_gateway_close(struct cg_gateway *gateway);

#endif
