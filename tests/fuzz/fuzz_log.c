/*
 * FIX logs: every message that comes out is one, whatever the file holds, and
 * is the same whichever way it is asked for.
 *
 * The input is a byte, what the files are, and their bytes: one file; two,
 * parted by a byte 0xff; the header and the body of a FileStore, likewise.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"
#include "log_reader.h"

#include <stdio.h>
#include <stdlib.h>

enum kind { KIND_ONE, KIND_TWO, KIND_STORE, KINDS };

enum { MESSAGE_MAX = 4096, NEXT_MAX = 16 };

static const char *paths[2];
static size_t path_count;

/* What a reading came to; equal sums: it was the same. */
struct reading {
    uint64_t sum;
    size_t messages;
    size_t troubles;
    uint64_t newest[2]; /* offset behind the last message, by source */
    bool placed;        /* offsets rise within a file */
};

static void add(struct reading *reading, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++) {
        reading->sum = (reading->sum ^ at[i]) * UINT64_C(0x100000001b3);
    }
}

static bool trouble(void *user,
                    enum cg_log_trouble kind,
                    const char *file,
                    uint64_t offset,
                    const char *text)
{
    struct reading *reading = user;
    if ((unsigned)kind >= CG_LOG_TROUBLES || file == NULL || text[0] == '\0') {
        fuzz_fail("a trouble says nothing");
    }
    reading->troubles++;
    add(reading, &kind, sizeof(kind));
    add(reading, &offset, sizeof(offset));
    return true;
}

static void
comment(void *user, const char *file, uint64_t offset, struct cg_slice text)
{
    (void)file;
    add(user, &offset, sizeof(offset));
    add(user, text.data, text.len);
    if (text.len > CG_LOG_COMMENT_MAX) {
        fuzz_fail("a comment of %zu bytes", text.len);
    }
}

/* Begins with 8, ends with 10, and the length and the sum are right. */
static void check_message(const struct cg_log_message *message)
{
    const char *bytes = message->bytes.data;
    size_t len = message->bytes.len;
    char ending[16];
    unsigned sum = 0;
    if (len < 20 || len > MESSAGE_MAX || memcmp(bytes, "8=FIX", 5) != 0) {
        fuzz_fail("no message: %.*s", (int)len, bytes);
    }
    for (size_t i = 0; i < len - 7; i++) {
        sum += (uint8_t)bytes[i];
    }
    snprintf(ending, sizeof(ending), "10=%03u\001", sum % 256);
    if (memcmp(bytes + len - 7, ending, 7) != 0) {
        fuzz_fail("a message with a wrong sum: %.*s", (int)len, bytes);
    }
    const char *length = memchr(bytes, '\001', len);
    unsigned long stated = strtoul(length + 3, NULL, 10);
    const char *body = memchr(length + 1, '\001',
                              len - 7 - (size_t)(length + 1 - bytes));
    if (memcmp(length + 1, "9=", 2) != 0 || body == NULL ||
        stated != len - 7 - (size_t)(body + 1 - bytes)) {
        fuzz_fail("a message with a wrong length: %.*s", (int)len, bytes);
    }
}

static void take(struct reading *reading, const struct cg_log_message *message)
{
    check_message(message);
    reading->messages++;
    add(reading, message->bytes.data, message->bytes.len);
    add(reading, &message->time, sizeof(message->time));
    add(reading, &message->offset, sizeof(message->offset));
    if (message->source >= path_count || message->time < 0) {
        fuzz_fail("a message of no file, or no time");
    }
    uint64_t *newest = &reading->newest[message->source];
    if (reading->placed && message->offset < *newest) {
        fuzz_fail("a message stands in another");
    }
    *newest = message->offset + message->bytes.len / 2;
}

static void read_all(struct reading *reading, int max)
{
    struct cg_log_message messages[NEXT_MAX];
    struct cg_log_options options = {
        .paths = paths,
        .count = path_count,
        .message_max = MESSAGE_MAX,
        .trouble = trouble,
        .comment = comment,
        .user = reading,
    };
    struct cg_log *log = NULL;
    char error[1024] = "";
    int rc = cg_log_open(&options, error, sizeof(error), &log);
    if (rc != 0 && error[0] == '\0') {
        fuzz_fail("the log does not open, and says nothing");
    }
    for (int count = 1; rc == 0 && count > 0;) {
        count = max == 1 ? cg_log_next(log, &messages[0])
                         : cg_log_next_some(log, messages, max);
        for (int i = 0; i < count; i++) {
            take(reading, &messages[i]);
        }
        if (count <= 0) {
            add(reading, &count, sizeof(count));
        }
    }
    cg_log_close(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int steps[] = {2, NEXT_MAX};
    struct fuzz_bytes bytes = {data, size};
    enum kind kind = (enum kind)(fuzz_take(&bytes, 1) % KINDS);
    struct cg_slice first = {(const char *)bytes.at, bytes.left};
    struct cg_slice second = {NULL, 0};
    if (kind != KIND_ONE) {
        first = fuzz_take_text(&bytes, 0xff);
        second = (struct cg_slice){(const char *)bytes.at, bytes.left};
    }
    bool store = kind == KIND_STORE;
    paths[0] = fuzz_file(store ? "a.header" : "a.log", first.data, first.len);
    path_count = 1;
    if (kind != KIND_ONE) {
        paths[1] = fuzz_file(store ? "a.body" : "b.log", second.data,
                             second.len);
        path_count = store ? 1 : 2;
    }
    struct reading once = {.placed = kind != KIND_STORE};
    read_all(&once, 1);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct reading again = {.placed = kind != KIND_STORE};
        read_all(&again, steps[i]);
        if (again.sum != once.sum || again.messages != once.messages) {
            fuzz_fail("read in steps of %d it is another log: %zu messages, "
                      "%zu troubles, not %zu and %zu",
                      steps[i], again.messages, again.troubles, once.messages,
                      once.troubles);
        }
    }
    return 0;
}
