/*
 * JSON that is whole or none: the library tells of a want of memory at each
 * item, and a record that lacks one would be another record.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_JSON_PUT_H
#define CG_CERTIFY_JSON_PUT_H

#include <jansson.h>

/* |to| with |item| at its end, whose reference is taken; NULL, and nothing of
 * |to| is left, when either is NULL or there is no memory. */
static inline json_t *json_put_item(json_t *to, json_t *item)
{
    if (json_array_append_new(to, item) == 0) {
        return to;
    }
    json_decref(to);
    return NULL;
}

/* The same of an object and one of its keys. */
static inline json_t *json_put_key(json_t *to, const char *key, json_t *item)
{
    if (json_object_set_new(to, key, item) == 0) {
        return to;
    }
    json_decref(to);
    return NULL;
}

#endif
