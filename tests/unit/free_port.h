/*
 * A port of loopback for a test.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_FREE_PORT_H
#define CG_TESTS_FREE_PORT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* One that nobody uses now, below those that the system gives to connections:
 * it is still free when somebody listens there. */
static inline int free_port(void)
{
    static int next;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int status = -1;

    next = next > 0 ? next : 10240 + getpid() * 97 % 20000;
    while (status != 0) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        next = next < 32767 ? next + 1 : 10240;
        address.sin_port = htons((uint16_t)next);
        status = bind(fd, (struct sockaddr *)&address, sizeof(address));
        close(fd);
    }
    return next;
}

#endif
