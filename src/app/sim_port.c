/*
 * Helpers around the port: kept messages, an index by text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_port.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void sim_port_send(struct sim_port *port,
                   struct sim_peer *peer,
                   const char *type,
                   const struct sim_body *body)
{
    port->send(port->user, peer, type, sim_body_slice(body));
}

void sim_port_drop(struct sim_port *port)
{
    for (size_t i = 0; i < port->peer_count; i++) {
        port->drop(port->user, port->peers[i]);
    }
}

void sim_port_say(struct sim_port *port, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    port->say(port->user, line);
}

void sim_inbox_forget(struct sim_inbox *inbox)
{
    for (size_t i = inbox->first; i < inbox->count; i++) {
        sim_kept_deinit(&inbox->kept[i]);
    }
    inbox->first = 0;
    inbox->count = 0;
}

void sim_inbox_deinit(struct sim_inbox *inbox)
{
    sim_inbox_forget(inbox);
    free(inbox->kept);
    *inbox = (struct sim_inbox){0};
}

size_t sim_inbox_waiting(const struct sim_inbox *inbox)
{
    return inbox->count - inbox->first;
}

void sim_inbox_keep(struct sim_inbox *inbox,
                    struct sim_peer *peer,
                    int64_t due_ns,
                    const struct sim_message *message)
{
    if (inbox->first == inbox->count) {
        inbox->first = 0;
        inbox->count = 0;
    }
    if (inbox->count == inbox->size) {
        inbox->size = inbox->size * 2 + 16;
        inbox->kept = sim_grow(inbox->kept, inbox->size, sizeof(*inbox->kept));
    }
    struct sim_kept *kept = &inbox->kept[inbox->count++];
    *kept = (struct sim_kept){.peer = peer,
                              .due_ns = due_ns,
                              .body = sim_copy(message->body),
                              .body_len = message->body.len,
                              .possdup = message->possdup,
                              .possresend = message->possresend};
    snprintf(kept->type, sizeof(kept->type), "%s", message->type);
}

int64_t sim_inbox_due(const struct sim_inbox *inbox)
{
    return inbox->first < inbox->count ? inbox->kept[inbox->first].due_ns
                                       : SIM_NEVER;
}

void sim_inbox_release(struct sim_inbox *inbox, int64_t now_ns)
{
    for (size_t i = inbox->first; i < inbox->count; i++) {
        inbox->kept[i].due_ns = now_ns;
    }
}

bool sim_inbox_take(struct sim_inbox *inbox,
                    int64_t now_ns,
                    struct sim_kept *kept)
{
    if (sim_inbox_due(inbox) > now_ns || inbox->first == inbox->count) {
        return false;
    }
    *kept = inbox->kept[inbox->first++];
    return true;
}

struct sim_message sim_kept_message(const struct sim_kept *kept)
{
    return (struct sim_message){.type = kept->type,
                                .body = {kept->body, kept->body_len},
                                .possdup = kept->possdup,
                                .possresend = kept->possresend};
}

void sim_kept_deinit(struct sim_kept *kept)
{
    free(kept->body);
    kept->body = NULL;
}

void sim_index_deinit(struct sim_index *index)
{
    for (size_t i = 0; i < index->size; i++) {
        free(index->keys[i]);
    }
    free(index->keys);
    free(index->values);
    *index = (struct sim_index){0};
}

static size_t hash_of(struct cg_slice key)
{
    uint64_t hash = UINT64_C(1469598103934665603); /* FNV-1a */
    for (size_t i = 0; i < key.len; i++) {
        hash = (hash ^ (unsigned char)key.data[i]) * UINT64_C(1099511628211);
    }
    return (size_t)hash;
}

/* The place of |key|, or the free one where it belongs. */
static size_t place_of(const struct sim_index *index, struct cg_slice key)
{
    size_t mask = index->size - 1;
    size_t at = hash_of(key) & mask;
    while (index->keys[at] != NULL && !cg_slice_is(key, index->keys[at])) {
        at = (at + 1) & mask;
    }
    return at;
}

static void index_resize(struct sim_index *index)
{
    struct sim_index old = *index;
    index->size = old.size == 0 ? 64 : old.size * 2;
    index->keys = sim_grow(NULL, index->size, sizeof(*index->keys));
    index->values = sim_grow(NULL, index->size, sizeof(*index->values));
    memset(index->keys, 0, index->size * sizeof(*index->keys));
    for (size_t i = 0; i < old.size; i++) {
        if (old.keys[i] != NULL) {
            size_t at = place_of(index, cg_slice_str(old.keys[i]));
            index->keys[at] = old.keys[i];
            index->values[at] = old.values[i];
        }
    }
    free(old.keys);
    free(old.values);
}

void sim_index_set(struct sim_index *index, struct cg_slice key, size_t value)
{
    if (index->count * 2 >= index->size) {
        index_resize(index);
    }
    size_t at = place_of(index, key);
    if (index->keys[at] == NULL) {
        index->keys[at] = sim_copy(key);
        index->count++;
    }
    index->values[at] = value;
}

size_t sim_index_get(const struct sim_index *index, struct cg_slice key)
{
    if (index->size == 0) {
        return SIM_NONE;
    }
    size_t at = place_of(index, key);
    return index->keys[at] != NULL ? index->values[at] : SIM_NONE;
}
