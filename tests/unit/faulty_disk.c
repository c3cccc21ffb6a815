/*
 * Files, names, events and faults of a disk in memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "faulty_disk.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- bytes --------------------------------------------------------------- */

void *faulty_must(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

/* Bytes that nobody has written are zero. */
void faulty_bytes_size(struct faulty_bytes *bytes, size_t len)
{
    if (len > bytes->room) {
        bytes->room = len * 2;
        bytes->data = faulty_must(realloc(bytes->data, bytes->room));
    }
    if (len > bytes->len) {
        memset(bytes->data + bytes->len, 0, len - bytes->len);
    }
    bytes->len = len;
}

void faulty_bytes_put(struct faulty_bytes *bytes,
                      size_t at,
                      const void *data,
                      size_t len)
{
    if (at + len > bytes->len) {
        faulty_bytes_size(bytes, at + len);
    }
    if (len > 0) {
        memcpy(bytes->data + at, data, len);
    }
}

struct faulty_bytes faulty_bytes_copy(const struct faulty_bytes *bytes)
{
    struct faulty_bytes copy = {0};

    faulty_bytes_put(&copy, 0, bytes->data, bytes->len);
    return copy;
}

/* --- inodes, names, events ----------------------------------------------- */

int faulty_inode_add(struct faulty_disk *disk)
{
    size_t size = ((size_t)disk->inode_count + 1) * sizeof(*disk->inodes);

    disk->inodes = faulty_must(realloc(disk->inodes, size));
    disk->inodes[disk->inode_count] = (struct faulty_inode){0};
    return disk->inode_count++;
}

int faulty_name_find(const struct faulty_disk *disk, const char *text)
{
    for (int i = 0; i < disk->name_count; i++) {
        if (strcmp(disk->names[i].text, text) == 0) {
            return i;
        }
    }
    return FAULTY_NOBODY;
}

int faulty_name_add(struct faulty_disk *disk, const char *text)
{
    size_t size = ((size_t)disk->name_count + 1) * sizeof(*disk->names);
    struct faulty_name *name;

    disk->names = faulty_must(realloc(disk->names, size));
    name = &disk->names[disk->name_count];
    *name = (struct faulty_name){.now = FAULTY_NOBODY, .base = FAULTY_NOBODY};
    (void)snprintf(name->text, sizeof(name->text), "%s", text);
    return disk->name_count++;
}

struct faulty_event *faulty_event_add(struct faulty_disk *disk,
                                      enum faulty_event_kind kind)
{
    struct faulty_event *event;

    if (disk->event_count == disk->event_room) {
        disk->event_room = disk->event_room * 2 + 64;
        disk->events = faulty_must(
            realloc(disk->events, disk->event_room * sizeof(*disk->events)));
    }
    event = &disk->events[disk->event_count++];
    *event = (struct faulty_event){
        .kind = kind, .inode = FAULTY_NOBODY, .name = FAULTY_NOBODY};
    return event;
}

void faulty_name_set(struct faulty_disk *disk, int name, int inode)
{
    struct faulty_event *event = faulty_event_add(disk, EVENT_NAME);

    event->name = name;
    event->inode = inode;
    disk->names[name].now = inode;
}

/* Before the first change of a file. */
void faulty_inode_change(struct faulty_inode *inode)
{
    if (!inode->changed) {
        inode->changed = true;
        inode->base = faulty_bytes_copy(&inode->now);
    }
}

void faulty_inode_write(struct faulty_disk *disk,
                        int number,
                        size_t at,
                        const void *data,
                        size_t len)
{
    struct faulty_inode *inode = &disk->inodes[number];
    struct faulty_event *event;

    if (!inode->temporary) {
        event = faulty_event_add(disk, EVENT_WRITE);
        event->inode = number;
        event->at = at;
        event->len = len;
        event->bytes = faulty_must(malloc(len + 1));
        memcpy(event->bytes, data, len);
        faulty_inode_change(inode);
    }
    faulty_bytes_put(&inode->now, at, data, len);
}

static bool inode_named(const struct faulty_disk *disk, int inode)
{
    for (int i = 0; i < disk->name_count; i++) {
        if (disk->names[i].now == inode) {
            return true;
        }
    }
    return false;
}

/* --- faults -------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t text_len = strlen(text);
    size_t end_len = strlen(end);

    return text_len >= end_len && strcmp(text + text_len - end_len, end) == 0;
}

static int usual_error(enum faulty_op op)
{
    static const int errors[FAULTY_OPS] = {
        [FAULTY_OPEN] = SQLITE_CANTOPEN,
        [FAULTY_READ] = SQLITE_IOERR_READ,
        [FAULTY_WRITE] = SQLITE_IOERR_WRITE,
        [FAULTY_SYNC] = SQLITE_IOERR_FSYNC,
        [FAULTY_TRUNCATE] = SQLITE_IOERR_TRUNCATE,
        [FAULTY_DELETE] = SQLITE_IOERR_DELETE,
        [FAULTY_LOCK] = SQLITE_IOERR_LOCK,
    };

    return errors[op];
}

/* Every operation begins here: SQLITE_OK, or how it is to fail. */
int faulty_operation(struct faulty_disk *disk, enum faulty_op op, int name)
{
    const struct faulty_fault *fault = &disk->fault;

    disk->counts[op]++;
    disk->counts[FAULTY_ANY]++;
    if (op == FAULTY_SYNC && name != FAULTY_NOBODY) {
        disk->names[name].syncs++;
    }
    if (fault->at == 0 || (fault->op != op && fault->op != FAULTY_ANY) ||
        (fault->except != NULL && name != FAULTY_NOBODY &&
         ends_with(disk->names[name].text, fault->except))) {
        return SQLITE_OK;
    }
    disk->fault_count++;
    if (disk->fault_count != fault->at &&
        (disk->fault_count < fault->at || !fault->lasts)) {
        return SQLITE_OK;
    }
    disk->failed = true;
    return fault->error != 0 ? fault->error : usual_error(op);
}

/* How much of a write to |len| bytes at |at| finds room. */
size_t faulty_room_for(const struct faulty_disk *disk,
                       int inode,
                       size_t at,
                       size_t len)
{
    size_t had = disk->inodes[inode].now.len;
    uint64_t grows = at + len > had ? at + len - had : 0;
    uint64_t used = disk->limit != 0 ? faulty_disk_size(disk) : 0;
    uint64_t left = used < disk->limit ? disk->limit - used : 0;

    if (disk->limit == 0 || grows <= left) {
        return len;
    }
    return grows - left < len ? len - (size_t)(grows - left) : 0;
}

/* --- the disk ------------------------------------------------------------ */

struct faulty_disk *faulty_disk_open(void)
{
    return faulty_must(calloc(1, sizeof(struct faulty_disk)));
}

void faulty_disk_close(struct faulty_disk *disk)
{
    if (disk == NULL) {
        return;
    }
    for (int i = 0; i < disk->inode_count; i++) {
        if (disk->inodes[i].open != 0) {
            abort();
        }
        free(disk->inodes[i].now.data);
        free(disk->inodes[i].base.data);
    }
    for (size_t i = 0; i < disk->event_count; i++) {
        free(disk->events[i].bytes);
    }
    free(disk->inodes);
    free(disk->names);
    free(disk->events);
    free(disk);
}

size_t faulty_disk_now(const struct faulty_disk *disk)
{
    return disk->event_count;
}

void faulty_disk_fail(struct faulty_disk *disk,
                      const struct faulty_fault *fault)
{
    disk->fault = fault != NULL ? *fault : (struct faulty_fault){0};
    disk->fault_count = 0;
    disk->failed = false;
}

bool faulty_disk_has_failed(const struct faulty_disk *disk)
{
    return disk->failed;
}

size_t faulty_disk_count(const struct faulty_disk *disk, enum faulty_op op)
{
    return disk->counts[op];
}

size_t faulty_disk_syncs(const struct faulty_disk *disk, const char *name)
{
    int number = faulty_name_find(disk, name);

    return number == FAULTY_NOBODY ? 0 : disk->names[number].syncs;
}

void faulty_disk_limit(struct faulty_disk *disk, uint64_t bytes)
{
    disk->limit = bytes;
}

uint64_t faulty_disk_size(const struct faulty_disk *disk)
{
    uint64_t size = 0;

    for (int i = 0; i < disk->inode_count; i++) {
        if (disk->inodes[i].open > 0 || inode_named(disk, i)) {
            size += disk->inodes[i].now.len;
        }
    }
    return size;
}

void faulty_disk_lie(struct faulty_disk *disk)
{
    disk->lies = true;
}
