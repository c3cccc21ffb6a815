/*
 * FIX over a plain socket, for what no simulator would do.
 *
 * Blocks, at most for a few seconds; use it in a story's checks only, where the
 * other processes go on by themselves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RAW_FIX_H
#define RAW_FIX_H

#include <slice.h>
#include <stdbool.h>
#include <stddef.h>

struct raw_fix {
    int fd; /* -1: none */
    char bytes[65536];
    size_t len;
    size_t used; /* bytes of the message read last */
};

/* Listens on loopback; the descriptor, and the port it got. */
int raw_fix_listen(int *port);
bool raw_fix_accept(struct raw_fix *raw, int listener);
bool raw_fix_connect(struct raw_fix *raw, const char *port);
void raw_fix_close(struct raw_fix *raw);

bool raw_fix_write(struct raw_fix *raw, const char *bytes, size_t len);
/*
 * Sends a message of FIX.4.4, its 9 and 10 right.  |fields| come after 35,
 * with '|' for SOH, header first.
 */
bool raw_fix_send(struct raw_fix *raw, const char *type, const char *fields);
/* The next message of any type; empty: none came. */
struct cg_slice raw_fix_next(struct raw_fix *raw);
/* The next message of |type|, those before it are dropped; empty: none came. */
struct cg_slice raw_fix_await(struct raw_fix *raw, const char *type);
/* True when the peer closes the connection within |timeout_ms|. */
bool raw_fix_closed(struct raw_fix *raw, int timeout_ms);

#endif
