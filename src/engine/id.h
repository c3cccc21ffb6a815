/*
 * A name as the state keeps it: short, and where it lies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_ID_H
#define CG_ENGINE_ID_H

#include "slice.h"
#include <configuration.h>

struct cg_id {
    uint8_t len;
    char text[CG_NAME_MAX];
};

static inline struct cg_slice cg_id_slice(const struct cg_id *id)
{
    return (struct cg_slice){id->text, id->len};
}

#endif
