/*
 * The log of a journal, written again.
 *
 * Must never write over the log before a copy of it is safe.  Rules: R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_mend.h"

#include <stdlib.h>

enum { PART = 64 * 1024 };

/* The copy: this, and the log behind it. */
struct head {
    char magic[16];
    int64_t size;                  /* of the log */
    struct cg_digest_bytes digest; /* of that and the log */
};

static const char magic[16] = "CG log to mend";

static size_t part_at(int64_t size, int64_t at)
{
    return size - at < PART ? (size_t)(size - at) : PART;
}

/*
 * The copy is no copy any more, for good: emptied and synced before it goes, as
 * one that came back after a power cut would undo what was written since.
 */
static enum cg_db_result discard(struct cg_db_file *file, const char *path)
{
    static const struct head nothing;
    enum cg_db_result result = cg_db_file_write(file, 0, &nothing,
                                                sizeof(nothing));
    if (result == CG_DB_DONE) {
        result = cg_db_file_sync(file);
    }
    if (result == CG_DB_DONE) {
        (void)cg_db_file_delete(path);
    }
    return result;
}

/* Copies the log into the file, its digest into |*head|. */
static enum cg_db_result copy_out(struct sqlite3 *db,
                                  struct cg_db_file *file,
                                  struct cg_digester *digester,
                                  struct head *head,
                                  uint8_t *bytes)
{
    enum cg_db_result result = CG_DB_DONE;
    cg_digester_begin(digester);
    cg_digester_add(digester, &head->size, sizeof(head->size));
    for (int64_t at = 0; at < head->size && result == CG_DB_DONE; at += PART) {
        size_t len = part_at(head->size, at);
        result = cg_db_log_read(db, at, bytes, len);
        if (result == CG_DB_DONE) {
            cg_digester_add(digester, bytes, len);
            result = cg_db_file_write(file, (int64_t)sizeof(*head) + at, bytes,
                                      len);
        }
    }
    cg_digester_end(digester, &head->digest);
    return result;
}

/* Writes what the log holds over itself. */
static enum cg_db_result
copy_in(struct sqlite3 *db, int64_t size, uint8_t *bytes)
{
    enum cg_db_result result = CG_DB_DONE;
    for (int64_t at = 0; at < size && result == CG_DB_DONE; at += PART) {
        size_t len = part_at(size, at);
        result = cg_db_log_read(db, at, bytes, len);
        if (result == CG_DB_DONE) {
            result = cg_db_log_write(db, at, bytes, len);
        }
    }
    return result == CG_DB_DONE ? cg_db_log_sync(db) : result;
}

static enum cg_db_result mend(struct sqlite3 *db,
                              struct cg_db_file *file,
                              struct cg_digester *digester,
                              int64_t size,
                              uint8_t *bytes)
{
    struct head head = {.size = size};
    memcpy(head.magic, magic, sizeof(magic));
    enum cg_db_result result = copy_out(db, file, digester, &head, bytes);
    if (result == CG_DB_DONE) {
        result = cg_db_file_write(file, 0, &head, sizeof(head));
    }
    if (result == CG_DB_DONE) {
        result = cg_db_file_sync(file);
    }
    return result == CG_DB_DONE ? copy_in(db, size, bytes) : result;
}

enum cg_db_result
cg_log_mend(struct sqlite3 *db, const char *path, struct cg_digester *digester)
{
    struct cg_db_file *file = NULL;
    int64_t size = 0;
    enum cg_db_result result = cg_db_log_size(db, &size);
    if (result != CG_DB_DONE || size == 0) {
        return result;
    }
    uint8_t *bytes = malloc(PART);
    result = bytes != NULL ? cg_db_file_open(path, true, &file) : CG_DB_MEMORY;
    if (result == CG_DB_DONE) {
        result = mend(db, file, digester, size, bytes);
    }
    if (result == CG_DB_DONE) {
        result = discard(file, path);
    }
    cg_db_file_close(file);
    free(bytes);
    return result;
}

/* Whether the copy is whole: else the log was not touched yet. */
static enum cg_db_result is_whole(struct cg_db_file *file,
                                  struct cg_digester *digester,
                                  struct head *head,
                                  uint8_t *bytes,
                                  bool *whole)
{
    struct cg_digest_bytes digest;
    int64_t size = 0;
    *whole = false;
    enum cg_db_result result = cg_db_file_size(file, &size);
    if (result == CG_DB_DONE) {
        result = cg_db_file_read(file, 0, head, sizeof(*head));
    }
    if (result != CG_DB_DONE ||
        memcmp(head->magic, magic, sizeof(magic)) != 0 || head->size <= 0 ||
        head->size > size - (int64_t)sizeof(*head)) {
        return result;
    }
    cg_digester_begin(digester);
    cg_digester_add(digester, &head->size, sizeof(head->size));
    for (int64_t at = 0; at < head->size && result == CG_DB_DONE; at += PART) {
        size_t len = part_at(head->size, at);
        result = cg_db_file_read(file, (int64_t)sizeof(*head) + at, bytes, len);
        cg_digester_add(digester, bytes, len);
    }
    cg_digester_end(digester, &digest);
    *whole = cg_digest_equal(&digest, &head->digest);
    return result;
}

/* Writes the copy to where the log was. */
static enum cg_db_result
put_back(const char *log, struct cg_db_file *file, int64_t size, uint8_t *bytes)
{
    struct cg_db_file *out = NULL;
    enum cg_db_result result = cg_db_file_open(log, true, &out);
    for (int64_t at = 0; at < size && result == CG_DB_DONE; at += PART) {
        size_t len = part_at(size, at);
        result = cg_db_file_read(file, (int64_t)sizeof(struct head) + at, bytes,
                                 len);
        if (result == CG_DB_DONE) {
            result = cg_db_file_write(out, at, bytes, len);
        }
    }
    if (result == CG_DB_DONE) {
        result = cg_db_file_sync(out);
    }
    cg_db_file_close(out);
    return result;
}

static enum cg_db_result restore(const char *log,
                                 const char *path,
                                 struct cg_digester *digester,
                                 uint8_t *bytes)
{
    struct cg_db_file *file = NULL;
    struct head head = {0};
    bool whole = false;
    enum cg_db_result result = cg_db_file_open(path, true, &file);
    if (result == CG_DB_DONE) {
        result = is_whole(file, digester, &head, bytes, &whole);
    }
    if (result == CG_DB_DONE && whole) {
        result = put_back(log, file, head.size, bytes);
    }
    if (result == CG_DB_DONE) {
        result = discard(file, path);
    }
    cg_db_file_close(file);
    return result;
}

enum cg_db_result cg_log_restore(const char *database,
                                 const char *log,
                                 const char *path,
                                 struct cg_digester *digester)
{
    struct cg_db_file *lock = NULL;
    if (!cg_db_file_exists(path)) {
        return CG_DB_DONE;
    }
    uint8_t *bytes = malloc(PART);
    enum cg_db_result result = bytes != NULL ? cg_db_file_lock(database, &lock)
                                             : CG_DB_MEMORY;
    if (result == CG_DB_DONE) {
        result = restore(log, path, digester, bytes);
    }
    cg_db_file_unlock(lock);
    free(bytes);
    return result;
}
