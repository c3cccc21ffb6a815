/*
 * Which gates are small enough to be opened for every input.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FUZZ_SIZES_H
#define FUZZ_SIZES_H

#include <configuration.h>

/* What the sample sessions leave to the defaults is within these. */
static inline bool sizes_are_small(const struct cg_limits *sizes)
{
    return sizes->orders <= 5000 && sizes->requests <= 5000 &&
           sizes->limits <= 10000 && sizes->waiting <= 1000 &&
           sizes->scopes <= 10000 && sizes->reports <= 5000 &&
           sizes->legs <= 20000 && sizes->instruments <= 10000 &&
           sizes->message_max <= 65536;
}

#endif
