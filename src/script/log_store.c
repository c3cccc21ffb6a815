/*
 * QuickFIX's FileStore: X.header says which bytes of X.body are messages.
 *
 * Entries are "number,offset,length" and a blank or a line end, or, of
 * QuickFIX/J, 4, 8 and 4 bytes, the highest first.  The messages come in the
 * order of the entries.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_file.h"

#include <stdio.h>
#include <stdlib.h>

#define HEADER ".header"
#define BODY ".body"

#define BINARY_ENTRY 16

struct cg_log_store {
    struct cg_log_input header;
    char *body_path;
    bool binary;
    bool any;
    bool ended;
    char bytes[4096];
    size_t at, end;
    uint64_t base;
};

/* What an entry says of a message. */
struct entry {
    uint64_t header_offset;
    uint64_t offset;
    uint64_t len;
};

static bool ends_with(const char *path, const char *end)
{
    size_t len = strlen(path);
    size_t end_len = strlen(end);

    return len > end_len && strcmp(path + len - end_len, end) == 0;
}

bool cg_log_store_is_header(const struct cg_log_file *file)
{
    return ends_with(file->input.path, HEADER);
}

/* Puts the body in the place of the header, that |file| has open. */
int cg_log_store_open(struct cg_log_file *file)
{
    struct cg_log_store *store = calloc(1, sizeof *store);
    struct cg_slice bytes = cg_log_file_rest(file);
    const char *path = file->input.path;

    file->store = store;
    if (store == NULL ||
        asprintf(&store->body_path, "%.*s" BODY,
                 (int)(strlen(path) - strlen(HEADER)), path) < 0)
        return CG_ERR_MEMORY;
    /* A number's first byte is zero, a digit's is not. */
    store->binary = bytes.len > 0 && bytes.data[0] == '\0';
    file->progress->done -= file->counted;
    file->counted = 0;
    cg_log_input_close(&file->input);
    file->input = (struct cg_log_input){0};
    file->at = 0;
    file->end = 0;
    file->base = 0;
    file->ended = false;
    file->failed = false;
    if (!cg_log_input_open(&store->header, path)) {
        memcpy(file->input.why, store->header.why, sizeof file->input.why);
        return file->input.why[0] != '\0' ? CG_ERR_IO : CG_ERR_MEMORY;
    }
    if (!cg_log_input_open(&file->input, store->body_path))
        return file->input.why[0] != '\0' ? CG_ERR_IO : CG_ERR_MEMORY;
    if (file->input.unpack != NULL) {
        snprintf(file->input.why, sizeof file->input.why,
                 "is packed; unpack it, or read it without its header");
        return CG_ERR_IO;
    }
    file->message.file = store->body_path;
    return 0;
}

void cg_log_store_close(struct cg_log_store *store)
{
    if (store == NULL)
        return;
    cg_log_input_close(&store->header);
    free(store->body_path);
    free(store);
}

/* Trouble with the header itself. */
static int header_trouble(struct cg_log_file *file,
                          enum cg_log_trouble trouble,
                          uint64_t offset,
                          const char *text)
{
    int result;

    file->message.file = file->store->header.path;
    result = cg_log_file_trouble(file, trouble, offset, "%s", text);
    file->message.file = file->store->body_path;
    return result;
}

/* The next byte, or -1. */
static int next_byte(struct cg_log_store *store)
{
    ssize_t count;

    if (store->at == store->end && !store->ended) {
        store->base += store->end;
        store->at = 0;
        count = cg_log_input_read(&store->header, store->bytes,
                                  sizeof store->bytes);
        store->end = count > 0 ? (size_t)count : 0;
        store->ended = count <= 0;
    }
    return store->ended ? -1 : (unsigned char)store->bytes[store->at++];
}

static uint64_t header_offset(const struct cg_log_store *store)
{
    return store->base + store->at;
}

static bool is_blank(int c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Reads a number, and the byte behind it. */
static bool
read_number(struct cg_log_store *store, uint64_t *number, int *behind)
{
    int digits = 0;

    *number = 0;
    while ((*behind = next_byte(store)) >= '0' && *behind <= '9') {
        *number = *number * 10 + (uint64_t)(*behind - '0');
        digits++;
    }
    return digits > 0 && digits < 19;
}

/* Returns 1, or 0 behind what is no entry. */
static int read_text_entry(struct cg_log_store *store, struct entry *entry)
{
    uint64_t number;
    int c;

    if (read_number(store, &number, &c) && c == ',' &&
        read_number(store, &entry->offset, &c) && c == ',' &&
        read_number(store, &entry->len, &c) && is_blank(c))
        return 1;
    while (c >= 0 && !is_blank(c))
        c = next_byte(store);
    return 0;
}

static int read_binary_entry(struct cg_log_store *store, struct entry *entry)
{
    uint64_t fields[2] = {0}; /* the first 8 bytes are number and a half */
    unsigned char bytes[BINARY_ENTRY];

    for (size_t i = 0; i < BINARY_ENTRY; i++) {
        int c = next_byte(store);
        if (c < 0)
            return 0;
        bytes[i] = (unsigned char)c;
    }
    for (size_t i = 4; i < 12; i++)
        fields[0] = fields[0] << 8 | bytes[i];
    for (size_t i = 12; i < BINARY_ENTRY; i++)
        fields[1] = fields[1] << 8 | bytes[i];
    entry->offset = fields[0];
    entry->len = fields[1];
    return 1;
}

/* Reads the next entry.  Returns 1, 0 at the end, -1 when it is none. */
static int read_entry(struct cg_log_store *store, struct entry *entry)
{
    int c;

    do
        c = next_byte(store);
    while (!store->binary && is_blank(c));
    if (c < 0)
        return 0;
    store->at--;
    store->any = true;
    entry->header_offset = header_offset(store);
    c = store->binary ? read_binary_entry(store, entry)
                      : read_text_entry(store, entry);
    return c != 0 ? 1 : -1;
}

/* Moves to the message of |entry|, as far as it is there. */
static bool go_to(struct cg_log_file *file, const struct entry *entry)
{
    bool near = entry->offset >= file->base &&
                entry->offset <= file->base + file->end;

    if (near) {
        file->at = (size_t)(entry->offset - file->base);
    } else {
        file->base = entry->offset;
        file->at = 0;
        file->end = 0;
        file->ended = file->input.sized && entry->offset > file->input.size;
        if (!file->ended && !cg_log_input_seek(&file->input, entry->offset))
            return false;
    }
    cg_log_file_fill(file, entry->len);
    return !file->failed;
}

/* What is wrong with the bytes of |entry|. */
static int tell_wrong(struct cg_log_file *file,
                      const struct entry *entry,
                      const struct cg_log_head *head,
                      bool begins)
{
    unsigned long long len = entry->len;
    uint64_t stated = begins
                          ? head->soh_body + head->length + CG_LOG_TRAILER_LEN
                          : 0;
    struct cg_slice rest = cg_log_file_rest(file);

    if (rest.len < entry->len)
        return cg_log_file_trouble(file, CG_LOG_CUT, entry->offset,
                                   "the body has %zu of the %llu bytes of the "
                                   "message that the header tells of",
                                   rest.len, len);
    if (!begins)
        return cg_log_file_trouble(
            file, CG_LOG_GARBAGE, entry->offset,
            "%llu bytes that the header tells of are no message", len);
    if (stated != entry->len && head->separator->len == 1)
        return cg_log_file_trouble(
            file, CG_LOG_LENGTH, entry->offset,
            "the message has %llu bytes by its BodyLength(9), and %llu by the "
            "header",
            (unsigned long long)stated, len);
    return cg_log_file_trouble(file, CG_LOG_CHECKSUM, entry->offset,
                               "CheckSum(10) is missing, or not the sum of "
                               "the message");
}

/*
 * Takes the message of |entry|.  Of the lengths that BodyLength and the header
 * say, the checksum proves the former; some engines count characters in the
 * header, not bytes.  Returns 1, or what its trouble returns.
 */
static int take_entry(struct cg_log_file *file, const struct entry *entry)
{
    struct cg_log_head head;
    struct cg_slice bytes;
    bool begins;
    int result;

    if (entry->len > file->options->message_max)
        return cg_log_file_trouble(
            file, CG_LOG_TOO_LONG, entry->offset,
            "the message has %llu bytes, and at most %zu are read",
            (unsigned long long)entry->len, file->options->message_max);
    if (!go_to(file, entry)) {
        file->store->ended = true;
        return cg_log_file_trouble(file, CG_LOG_FILE, entry->offset, "%s",
                                   file->input.why);
    }
    bytes = cg_log_file_rest(file);
    bytes.len = bytes.len < entry->len ? bytes.len : (size_t)entry->len;
    begins = cg_log_head_read(bytes, &head) == 0;
    result = begins ? cg_log_take(file, &head) : 0;
    if (result < 0)
        return result;
    if (result == 0)
        return tell_wrong(file, entry, &head, begins);
    file->timed = false;
    result = cg_log_take_time(file);
    return result != 0 ? result : 1;
}

static int at_end(struct cg_log_file *file)
{
    struct cg_log_store *store = file->store;

    if (store->header.why[0] != '\0') {
        int result = header_trouble(file, CG_LOG_FILE, header_offset(store),
                                    store->header.why);
        store->header.why[0] = '\0';
        return result;
    }
    if (store->any)
        return 0;
    store->any = true;
    return header_trouble(file, CG_LOG_FILE, 0, "the file is empty");
}

int cg_log_store_next(struct cg_log_file *file)
{
    struct entry entry;

    for (;;) {
        int result = read_entry(file->store, &entry);
        if (result == 0)
            return at_end(file);
        if (result < 0)
            result = header_trouble(
                file, CG_LOG_GARBAGE, entry.header_offset,
                "here is no entry of number, offset and length");
        else
            result = take_entry(file, &entry);
        if (result != 0)
            return result;
    }
}
