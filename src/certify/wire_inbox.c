/*
 * What the peer says to a wire: cut into messages, and looked through by steps.
 *
 * Must never lose a byte: what is no message is kept as "garbled".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wire_parts.h"

#include <fix8c/fix8c.h>
#include <fix_dictionary.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wire_inbox_deinit(struct wire_inbox *inbox)
{
    for (size_t i = 0; i < inbox->count; i++) {
        free(inbox->items[i].bytes);
    }
    free(inbox->items);
    *inbox = (struct wire_inbox){0};
}

bool wire_stream_feed(struct wire_stream *stream, const char *bytes, size_t len)
{
    if (stream->size - stream->len < len) {
        size_t size = (stream->len + len) * 2;
        char *more = realloc(stream->bytes, size);

        if (more == NULL) {
            return false;
        }
        stream->bytes = more;
        stream->size = size;
    }
    memcpy(stream->bytes + stream->len, bytes, len);
    stream->len += len;
    return true;
}

bool wire_stream_cut(const struct wire_stream *stream,
                     bool ended,
                     struct cg_slice *bytes,
                     bool *garbled)
{
    size_t skip = 0;
    long whole;

    if (stream->len == 0) {
        return false;
    }
    whole = fix8c_frame(stream->bytes, stream->len, CG_WIRE_MESSAGE_MAX, &skip);
    *garbled = whole <= 0;
    if (whole > 0) {
        skip = (size_t)whole;
    } else if (whole == FIX8C_ERR_TOO_LONG || (whole == 0 && ended)) {
        skip = stream->len;
    } else if (whole == 0) {
        return false;
    }
    *bytes = (struct cg_slice){stream->bytes, skip};
    return true;
}

void wire_stream_drop(struct wire_stream *stream, size_t len)
{
    stream->len -= len;
    memmove(stream->bytes, stream->bytes + len, stream->len);
}

/* --- one message -------------------------------------------------------- */

struct cg_slice wire_value(struct cg_slice fields, uint32_t wanted)
{
    uint32_t tag;
    struct cg_slice value;

    while (cg_script_field_next(&fields, &tag, &value)) {
        if (tag == wanted) {
            return value;
        }
    }
    return (struct cg_slice){NULL, 0};
}

int wire_number(struct cg_slice value)
{
    int number = 0;

    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] < '0' || value.data[i] > '9' || number > 99999999) {
            return 0;
        }
        number = number * 10 + (value.data[i] - '0');
    }
    return number;
}

/* The length of the fields of the header at the start of |bytes|, which have no
 * trailer. */
static size_t header_len(enum cg_version version, struct cg_slice bytes)
{
    const struct cg_fix_dictionary *dictionary = &cg_fix_dictionaries[version];
    struct cg_slice rest = bytes;
    uint32_t tag;
    struct cg_slice value;
    size_t len = 0;

    while (cg_script_field_next(&rest, &tag, &value) &&
           (cg_fix_tag_flags(dictionary, tag) & CG_FIX_TAG_HEADER) != 0) {
        len = bytes.len - rest.len;
    }
    return len;
}

/* Where "10=..." begins, at the end of |bytes|. */
static size_t trailer_at(struct cg_slice bytes)
{
    return bytes.len > 7 ? bytes.len - 7 : bytes.len;
}

static struct cg_script_message *room_for_one(struct wire_inbox *inbox)
{
    if (inbox->count == inbox->room) {
        size_t room = inbox->room * 2 + 16;
        struct cg_script_message *more = realloc(inbox->items,
                                                 room * sizeof(*more));

        if (more == NULL) {
            return NULL;
        }
        inbox->items = more;
        inbox->room = room;
    }
    return &inbox->items[inbox->count];
}

static void take_apart(struct cg_script_message *message,
                       enum cg_version version,
                       struct cg_slice bytes)
{
    size_t trailer = trailer_at(bytes);
    size_t header = header_len(version, (struct cg_slice){bytes.data, trailer});
    struct cg_slice type = wire_value(bytes, 35);
    size_t body = trailer - header;

    /* The trailer goes behind the header, so that a step finds it there. */
    memcpy(message->bytes, bytes.data, header);
    memcpy(message->bytes + header, bytes.data + trailer, bytes.len - trailer);
    header += bytes.len - trailer;
    memcpy(message->bytes + header, bytes.data + trailer - body, body);
    message->header = (struct cg_slice){message->bytes, header};
    message->body = (struct cg_slice){message->bytes + header, body};
    message->seq = wire_number(wire_value(message->header, 34));
    (void)snprintf(message->type, sizeof(message->type), "%.*s", (int)type.len,
                   type.data != NULL ? type.data : "");
}

struct cg_script_message *wire_inbox_keep(struct wire_inbox *inbox,
                                          enum cg_version version,
                                          struct cg_slice bytes,
                                          bool garbled)
{
    struct cg_script_message *message = room_for_one(inbox);

    if (message == NULL) {
        return NULL;
    }
    *message = (struct cg_script_message){.bytes = malloc(bytes.len + 1)};
    if (message->bytes == NULL) {
        return NULL;
    }
    if (garbled) {
        memcpy(message->bytes, bytes.data, bytes.len);
        message->header = (struct cg_slice){message->bytes, 0};
        message->body = (struct cg_slice){message->bytes, bytes.len};
        (void)snprintf(message->type, sizeof(message->type), "garbled");
    } else {
        take_apart(message, version, bytes);
    }
    inbox->count++;
    return message;
}
