/*
 * A folder of a test, and all that is in it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_FOLDER_H
#define CG_TESTS_FOLDER_H

#include <ftw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Where journals are that a test does not fail: in memory, where there is such
 * a folder with room.  Faults of a disk have tests of their own, and a sync of
 * a real one takes longer than all else here. */
static inline const char *folder_quick(void)
{
    struct statvfs room;
    bool large = statvfs("/dev/shm", &room) == 0 &&
                 (uint64_t)room.f_bavail * room.f_frsize >= (uint64_t)1 << 30;
    return large && access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

static inline int folder_remove_one(const char *path,
                                    const struct stat *about,
                                    int type,
                                    struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

/* Removes it; 0, or what nftw() says. */
static inline int folder_remove(const char *path)
{
    return nftw(path, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline int folder_empty_one(const char *path,
                                   const struct stat *about,
                                   int type,
                                   struct FTW *where)
{
    return where->level > 0 ? folder_remove_one(path, about, type, where) : 0;
}

/* Removes what is in it. */
static inline int folder_empty(const char *path)
{
    return nftw(path, folder_empty_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
