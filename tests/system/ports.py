"""Ports of loopback for tests.

SPDX-License-Identifier: Apache-2.0
"""
import random
import socket

PORTS_GIVEN = set()


def free_port():
    """Below those that the system gives to connections, and given only once: it
    is still free when somebody listens there."""
    for port in random.sample(range(10240, 32768), 32768 - 10240):
        if port in PORTS_GIVEN:
            continue
        PORTS_GIVEN.add(port)
        with socket.socket() as found:
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port of 127.0.0.1 is free")
