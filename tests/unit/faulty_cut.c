/*
 * What a power cut leaves of a disk in memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "faulty_disk.h"

#include <stdlib.h>

#define SECTOR 512

enum manner {
    ALL_LOST,
    ALL_KEPT,
    UP_TO_A_POINT,
    HERE_AND_THERE,
    BY_FILE,
    MANNERS,
};

enum fate { LOST, KEPT, TORN };

struct cut {
    enum manner manner;
    uint64_t dice;
    size_t doubtful; /* events whose fate is open */
    size_t point;    /* of those, up to which all is kept; then one is torn */
    size_t met;
    bool *safe; /* by event */
};

static uint64_t draw(struct cut *cut, uint64_t below)
{
    uint64_t z = (cut->dice += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % below;
}

/* Backwards: what a sync covers, unless an earlier one failed meanwhile. */
static void
find_safe(struct cut *cut, const struct faulty_disk *disk, size_t at)
{
    bool *covered = faulty_must(calloc((size_t)disk->inode_count + 1, 1));
    bool names = false;

    for (size_t i = at; i-- > 0;) {
        const struct faulty_event *event = &disk->events[i];

        switch (event->kind) {
        case EVENT_SYNC:
            covered[event->inode] = true;
            break;
        case EVENT_SYNC_FAILED:
            covered[event->inode] = false;
            break;
        case EVENT_DIRECTORY:
            names = true;
            break;
        case EVENT_NAME:
            cut->safe[i] = names;
            cut->doubtful += !names;
            break;
        case EVENT_WRITE:
        case EVENT_TRUNCATE:
            cut->safe[i] = covered[event->inode];
            cut->doubtful += !cut->safe[i];
            break;
        }
    }
    free(covered);
}

static enum fate fate_by(struct cut *cut, enum manner manner)
{
    uint64_t side = draw(cut, 8);

    switch (manner) {
    case ALL_LOST:
        return LOST;
    case ALL_KEPT:
        return KEPT;
    case UP_TO_A_POINT:
        return cut->met < cut->point ? KEPT
                                     : (cut->met == cut->point ? TORN : LOST);
    case HERE_AND_THERE:
    case BY_FILE:
    case MANNERS:
        break;
    }
    return side < 3 ? LOST : (side < 6 ? KEPT : TORN);
}

static enum fate fate_of(struct cut *cut, size_t index, int inode)
{
    static const enum manner by_file[] = {ALL_LOST, ALL_KEPT, HERE_AND_THERE};
    enum manner manner = cut->manner;
    enum fate fate;

    if (cut->safe[index]) {
        return KEPT;
    }
    if (manner == BY_FILE) {
        manner = by_file[(cut->point + (size_t)(inode + 1)) % 3];
    }
    fate = fate_by(cut, manner);
    cut->met++;
    return fate;
}

static void write_garbage(struct cut *cut, unsigned char *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        at[i] = (unsigned char)draw(cut, 256);
    }
}

/* What lies between the end and a write behind it. */
static void fill_gap(struct cut *cut, struct faulty_bytes *bytes, size_t to)
{
    size_t from = bytes->len;

    if (to > from) {
        faulty_bytes_size(bytes, to);
        if (draw(cut, 2) == 0) {
            write_garbage(cut, bytes->data + from, to - from);
        }
    }
}

/* Each sector of the write is there, or not, or in part, or not to be known. */
static void put_torn(struct cut *cut,
                     struct faulty_bytes *bytes,
                     const struct faulty_event *event)
{
    size_t done = 0;

    while (done < event->len) {
        size_t at = event->at + done;
        size_t len = SECTOR - at % SECTOR;

        len = len < event->len - done ? len : event->len - done;
        switch (draw(cut, 5)) {
        case 0:
        case 1:
            faulty_bytes_put(bytes, at, event->bytes + done, len);
            break;
        case 2:
            faulty_bytes_put(bytes, at, event->bytes + done,
                             (size_t)draw(cut, len) + 1);
            break;
        case 3:
            faulty_bytes_put(bytes, at, event->bytes + done, len);
            write_garbage(cut, bytes->data + at, len);
            break;
        default:
            break;
        }
        done += len;
    }
}

static void survive(struct cut *cut,
                    struct faulty_disk *after,
                    const struct faulty_event *event,
                    size_t index)
{
    enum fate fate;
    struct faulty_bytes *bytes;

    if (event->kind == EVENT_NAME) {
        if (fate_of(cut, index, FAULTY_NOBODY) != LOST) {
            after->names[event->name].now = event->inode;
        }
    } else if (event->kind == EVENT_TRUNCATE) {
        if (fate_of(cut, index, event->inode) != LOST) {
            faulty_bytes_size(&after->inodes[event->inode].now, event->at);
        }
    } else if (event->kind == EVENT_WRITE) {
        fate = fate_of(cut, index, event->inode);
        bytes = &after->inodes[event->inode].now;
        if (fate != LOST) {
            fill_gap(cut, bytes, event->at);
        }
        if (fate == KEPT) {
            faulty_bytes_put(bytes, event->at, event->bytes, event->len);
        } else if (fate == TORN) {
            put_torn(cut, bytes, event);
        }
    }
}

/* The disk as it was before its first event. */
static struct faulty_disk *begin_again(const struct faulty_disk *disk)
{
    struct faulty_disk *after = faulty_disk_open();

    for (int i = 0; i < disk->inode_count; i++) {
        const struct faulty_inode *inode = &disk->inodes[i];

        (void)faulty_inode_add(after);
        after->inodes[i].temporary = inode->temporary;
        if (!inode->temporary) {
            after->inodes[i].now = faulty_bytes_copy(
                inode->changed ? &inode->base : &inode->now);
        }
    }
    for (int i = 0; i < disk->name_count; i++) {
        (void)faulty_name_add(after, disk->names[i].text);
        after->names[i].now = disk->names[i].base;
        after->names[i].base = disk->names[i].base;
    }
    return after;
}

struct faulty_disk *
faulty_disk_cut(const struct faulty_disk *disk, size_t at, uint64_t seed)
{
    struct faulty_disk *after = begin_again(disk);
    struct cut cut = {
        .manner = (enum manner)(seed % MANNERS),
        .dice = seed,
        .safe = faulty_must(calloc(at + 1, sizeof(bool))),
    };

    find_safe(&cut, disk, at);
    cut.point = (size_t)draw(&cut, cut.doubtful + 1);
    for (size_t i = 0; i < at; i++) {
        survive(&cut, after, &disk->events[i], i);
    }
    for (int i = 0; i < after->name_count; i++) {
        after->names[i].base = after->names[i].now;
    }
    free(cut.safe);
    return after;
}

struct faulty_disk *faulty_disk_kill(const struct faulty_disk *disk, size_t at)
{
    struct faulty_disk *after = begin_again(disk);

    for (size_t i = 0; i < at; i++) {
        const struct faulty_event *event = &disk->events[i];
        struct faulty_event *copy;

        if (event->kind == EVENT_NAME) {
            faulty_name_set(after, event->name, event->inode);
        } else if (event->kind == EVENT_WRITE) {
            faulty_inode_write(after, event->inode, event->at, event->bytes,
                               event->len);
        } else {
            copy = faulty_event_add(after, event->kind);
            *copy = *event;
        }
        if (event->kind == EVENT_TRUNCATE) {
            faulty_inode_change(&after->inodes[event->inode]);
            faulty_bytes_size(&after->inodes[event->inode].now, event->at);
        }
    }
    return after;
}
