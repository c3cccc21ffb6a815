/*
 * A VFS of SQLite over a disk in memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "faulty_disk.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

struct faulty_file {
    sqlite3_file base;
    struct faulty_disk *disk;
    int inode;
    int name; /* FAULTY_NOBODY: temporary */
    int level;
    bool syncs_directory;
    bool delete_on_close;
};

/* --- files --------------------------------------------------------------- */

static int
file_read(sqlite3_file *base, void *into, int amount, sqlite3_int64 from)
{
    struct faulty_file *file = (struct faulty_file *)base;
    const struct faulty_bytes *now = &file->disk->inodes[file->inode].now;
    int error = faulty_operation(file->disk, FAULTY_READ, file->name);
    size_t at = (size_t)from;
    size_t len = (size_t)amount;
    size_t there = at < now->len ? now->len - at : 0;

    if (error != SQLITE_OK && error != SQLITE_IOERR_SHORT_READ) {
        return error;
    }
    there = there < len ? there : len;
    there = error == SQLITE_OK ? there : there / 2;
    if (there > 0) {
        memcpy(into, now->data + at, there);
    }
    memset((char *)into + there, 0, len - there);
    return there == len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
file_write(sqlite3_file *base, const void *data, int amount, sqlite3_int64 to)
{
    struct faulty_file *file = (struct faulty_file *)base;
    int error = faulty_operation(file->disk, FAULTY_WRITE, file->name);
    size_t len = (size_t)amount;
    size_t fits = faulty_room_for(file->disk, file->inode, (size_t)to, len);

    if (error != SQLITE_OK) {
        len = file->disk->fault.partly ? len / 2 : 0;
    } else if (fits < len) {
        error = SQLITE_FULL;
        len = fits;
    }
    if (len > 0) {
        faulty_inode_write(file->disk, file->inode, (size_t)to, data, len);
    }
    return error;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct faulty_file *file = (struct faulty_file *)base;
    struct faulty_inode *inode = &file->disk->inodes[file->inode];
    int error = faulty_operation(file->disk, FAULTY_TRUNCATE, file->name);
    struct faulty_event *event;

    if (error != SQLITE_OK) {
        return error;
    }
    if (!inode->temporary) {
        event = faulty_event_add(file->disk, EVENT_TRUNCATE);
        event->inode = file->inode;
        event->at = (size_t)size;
        faulty_inode_change(inode);
    }
    faulty_bytes_size(&inode->now, (size_t)size);
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *base, int flags)
{
    struct faulty_file *file = (struct faulty_file *)base;
    struct faulty_disk *disk = file->disk;
    int error = faulty_operation(disk, FAULTY_SYNC, file->name);

    (void)flags;
    if (file->name == FAULTY_NOBODY || disk->lies) {
        return error;
    }
    /* After a failed sync nobody knows what is on the disk, and a later sync
     * does not write what this one dropped. */
    faulty_event_add(disk, error == SQLITE_OK ? EVENT_SYNC : EVENT_SYNC_FAILED)
        ->inode = file->inode;
    if (error == SQLITE_OK && file->syncs_directory) {
        file->syncs_directory = false;
        faulty_event_add(disk, EVENT_DIRECTORY);
    }
    return error;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size)
{
    struct faulty_file *file = (struct faulty_file *)base;

    *size = (sqlite3_int64)file->disk->inodes[file->inode].now.len;
    return SQLITE_OK;
}

static int file_unlock(sqlite3_file *base, int level)
{
    struct faulty_file *file = (struct faulty_file *)base;
    struct faulty_inode *inode = &file->disk->inodes[file->inode];

    if (file->level <= level) {
        return SQLITE_OK;
    }
    if (inode->writer == file) {
        inode->writer = NULL;
    }
    if (level == SQLITE_LOCK_NONE) {
        inode->shared--;
    }
    file->level = level;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *base, int level)
{
    struct faulty_file *file = (struct faulty_file *)base;
    struct faulty_inode *inode = &file->disk->inodes[file->inode];
    int error;

    if (file->level >= level) {
        return SQLITE_OK;
    }
    error = faulty_operation(file->disk, FAULTY_LOCK, file->name);
    if (error != SQLITE_OK) {
        return error;
    }
    if (inode->writer != NULL && inode->writer != file &&
        (level > SQLITE_LOCK_SHARED ||
         inode->writer->level > SQLITE_LOCK_RESERVED)) {
        return SQLITE_BUSY;
    }
    if (file->level == SQLITE_LOCK_NONE) {
        inode->shared++;
    }
    if (level > SQLITE_LOCK_SHARED) {
        inode->writer = file;
    }
    file->level = level;
    if (level == SQLITE_LOCK_EXCLUSIVE && inode->shared > 1) {
        file->level = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
    }
    return SQLITE_OK;
}

static int file_reserved(sqlite3_file *base, int *reserved)
{
    struct faulty_file *file = (struct faulty_file *)base;

    *reserved = file->disk->inodes[file->inode].writer != NULL;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int op, void *argument)
{
    (void)base;
    (void)op;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sector_size(sqlite3_file *base)
{
    (void)base;
    return 4096;
}

/* As SQLite takes a disk to be unless told otherwise: a torn write leaves the
 * bytes beside it as they were. */
static int file_characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int file_close(sqlite3_file *base)
{
    struct faulty_file *file = (struct faulty_file *)base;
    struct faulty_disk *disk = file->disk;

    (void)file_unlock(base, SQLITE_LOCK_NONE);
    if (file->delete_on_close && file->name != FAULTY_NOBODY &&
        disk->names[file->name].now == file->inode) {
        faulty_name_set(disk, file->name, FAULTY_NOBODY);
    }
    disk->inodes[file->inode].open--;
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1, /* no shared memory, no mapped pages */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
};

/* --- the VFS ------------------------------------------------------------- */

static int vfs_open(sqlite3_vfs *vfs,
                    const char *text,
                    sqlite3_file *base,
                    int flags,
                    int *out_flags)
{
    struct faulty_disk *disk = vfs->pAppData;
    struct faulty_file *file = (struct faulty_file *)base;
    int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL |
                   SQLITE_OPEN_WAL;
    int name = text == NULL ? FAULTY_NOBODY : faulty_name_find(disk, text);
    int error;

    *file = (struct faulty_file){.disk = disk, .inode = FAULTY_NOBODY};
    if (text != NULL && name == FAULTY_NOBODY) {
        name = faulty_name_add(disk, text);
    }
    error = faulty_operation(disk, FAULTY_OPEN, name);
    if (error != SQLITE_OK) {
        return error;
    }
    file->inode = name == FAULTY_NOBODY ? FAULTY_NOBODY : disk->names[name].now;
    if (file->inode != FAULTY_NOBODY && (flags & SQLITE_OPEN_EXCLUSIVE) != 0) {
        return SQLITE_CANTOPEN;
    }
    if (file->inode == FAULTY_NOBODY) {
        if (name != FAULTY_NOBODY && (flags & SQLITE_OPEN_CREATE) == 0) {
            return SQLITE_CANTOPEN;
        }
        file->inode = faulty_inode_add(disk);
        disk->inodes[file->inode].temporary = name == FAULTY_NOBODY;
        if (name != FAULTY_NOBODY) {
            faulty_name_set(disk, name, file->inode);
        }
    }
    disk->inodes[file->inode].open++;
    file->name = name;
    file->syncs_directory = (flags & SQLITE_OPEN_CREATE) != 0 &&
                            (flags & journals) != 0;
    file->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    file->base.pMethods = &methods;
    if (out_flags != NULL) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *text, int sync_directory)
{
    struct faulty_disk *disk = vfs->pAppData;
    int name = faulty_name_find(disk, text);
    int error = faulty_operation(disk, FAULTY_DELETE, name);

    if (error != SQLITE_OK) {
        return error;
    }
    if (name == FAULTY_NOBODY || disk->names[name].now == FAULTY_NOBODY) {
        return SQLITE_IOERR_DELETE_NOENT;
    }
    faulty_name_set(disk, name, FAULTY_NOBODY);
    if (sync_directory != 0 && !disk->lies) {
        faulty_event_add(disk, EVENT_DIRECTORY);
    }
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *text, int flags, int *out)
{
    const struct faulty_disk *disk = vfs->pAppData;
    int name = faulty_name_find(disk, text);
    int inode = name == FAULTY_NOBODY ? FAULTY_NOBODY : disk->names[name].now;

    /* An empty file is no journal to roll back: as the VFS for Unix has it. */
    *out = inode != FAULTY_NOBODY &&
           (flags != SQLITE_ACCESS_EXISTS || disk->inodes[inode].now.len > 0);
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *text, int len, char *out)
{
    (void)vfs;
    (void)snprintf(out, (size_t)len, "%s", text);
    return SQLITE_OK;
}

/* The same in every run. */
static int vfs_randomness(sqlite3_vfs *vfs, int len, char *out)
{
    (void)vfs;
    for (int i = 0; i < len; i++) {
        out[i] = (char)(i * 37 + 11);
    }
    return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int vfs_time(sqlite3_vfs *vfs, double *julian)
{
    (void)vfs;
    *julian = 2461055.5;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int len, char *out)
{
    (void)vfs;
    (void)len;
    (void)out;
    return 0;
}

static sqlite3_vfs the_vfs = {
    .iVersion = 1,
    .szOsFile = sizeof(struct faulty_file),
    .mxPathname = FAULTY_NAME_MAX - 1,
    .zName = "faulty",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_time,
    .xGetLastError = vfs_last_error,
};

void faulty_disk_use(struct faulty_disk *disk)
{
    the_vfs.pAppData = disk;
    if (disk == NULL) {
        (void)sqlite3_vfs_unregister(&the_vfs);
    } else if (sqlite3_vfs_find(NULL) != &the_vfs) {
        (void)sqlite3_vfs_register(&the_vfs, 1);
    }
    sqlite3_randomness(0, NULL); /* drawn anew from the VFS */
}
