/*
 * What faulty_vfs.h describes, from inside.
 *
 * Every file has its bytes as they are read now, and those with which the disk
 * began; what happened between is in one list of events for the whole disk.  A
 * power cut reads that list.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_FAULTY_DISK_H
#define CG_TESTS_FAULTY_DISK_H

#include "faulty_vfs.h"

#define FAULTY_NAME_MAX 256
#define FAULTY_NOBODY (-1)

struct faulty_bytes {
    unsigned char *data;
    size_t len;
    size_t room;
};

struct faulty_file;

/* A file's content; names point to it. */
struct faulty_inode {
    struct faulty_bytes now;
    struct faulty_bytes base; /* before the first change; see |changed| */
    bool changed;
    bool temporary; /* has no name, and no power cut sees it */
    int open;
    int shared; /* open files with a lock */
    struct faulty_file *writer;
};

struct faulty_name {
    char text[FAULTY_NAME_MAX];
    int now; /* an inode, or FAULTY_NOBODY */
    int base;
    size_t syncs;
};

enum faulty_event_kind {
    EVENT_WRITE,
    EVENT_TRUNCATE,
    EVENT_SYNC,
    EVENT_SYNC_FAILED,
    EVENT_NAME,      /* |name| is |inode|'s now */
    EVENT_DIRECTORY, /* the names are durable */
};

struct faulty_event {
    enum faulty_event_kind kind;
    int inode;
    int name;
    size_t at; /* an offset, or a size */
    size_t len;
    unsigned char *bytes;
};

struct faulty_disk {
    struct faulty_inode *inodes;
    int inode_count;
    struct faulty_name *names;
    int name_count;
    struct faulty_event *events;
    size_t event_count;
    size_t event_room;
    struct faulty_fault fault;
    size_t fault_count; /* operations it could have met */
    bool failed;
    bool lies;
    uint64_t limit;
    size_t counts[FAULTY_OPS];
};

void *faulty_must(void *memory);
void faulty_bytes_size(struct faulty_bytes *bytes, size_t len);
void faulty_bytes_put(struct faulty_bytes *bytes,
                      size_t at,
                      const void *data,
                      size_t len);
struct faulty_bytes faulty_bytes_copy(const struct faulty_bytes *bytes);
int faulty_inode_add(struct faulty_disk *disk);
int faulty_name_find(const struct faulty_disk *disk, const char *text);
int faulty_name_add(struct faulty_disk *disk, const char *text);
void faulty_name_set(struct faulty_disk *disk, int name, int inode);
struct faulty_event *faulty_event_add(struct faulty_disk *disk,
                                      enum faulty_event_kind kind);
void faulty_inode_change(struct faulty_inode *inode);
void faulty_inode_write(struct faulty_disk *disk,
                        int number,
                        size_t at,
                        const void *data,
                        size_t len);
int faulty_operation(struct faulty_disk *disk, enum faulty_op op, int name);
size_t faulty_room_for(const struct faulty_disk *disk,
                       int inode,
                       size_t at,
                       size_t len);

#endif
