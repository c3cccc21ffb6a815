/*
 * The spare file of a journal.
 *
 * Must never be written while the journal can be.  Rules: R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "spare.h"

#include <stdlib.h>

static const char magic[16] = "CG spare file 2";
static const char magic_before[16] = "CG spare file 1";

struct head {
    char magic[16];
    int64_t use; /* tells this use from any other */
    uint64_t no;
    struct cg_digest_bytes chain;
    struct cg_digest_bytes digest; /* of what stands before it */
};

/* Before the bytes of each turn; their digest stands behind them. */
struct turn_head {
    uint64_t magic; /* also of its use: a turn of an earlier one is none */
    uint64_t len;
};

#define TURN_MAGIC 0x6e72757420474355u
#define TURN_MAX (256 * 1024 * 1024)

static uint64_t turn_mark(int64_t use)
{
    return TURN_MAGIC ^ (uint64_t)use;
}

static void head_digest(struct cg_spare *spare,
                        const struct head *head,
                        struct cg_digest_bytes *digest)
{
    cg_digester_begin(spare->digester);
    cg_digester_add(spare->digester, head, offsetof(struct head, digest));
    cg_digester_end(spare->digester, digest);
}

/* The digest of a turn goes on from that of the turn before it. */
static void turn_digest(struct cg_spare *spare,
                        const struct turn_head *head,
                        const uint8_t *bytes,
                        struct cg_digest_bytes *digest)
{
    cg_digester_begin(spare->digester);
    cg_digester_add(spare->digester, spare->digest.bytes, CG_DIGEST_BYTES);
    cg_digester_add(spare->digester, head, sizeof(*head));
    cg_digester_add(spare->digester, bytes, head->len);
    cg_digester_end(spare->digester, digest);
}

static enum cg_db_result read_head(struct cg_spare *spare)
{
    struct head head;
    struct cg_digest_bytes digest;
    enum cg_db_result result = cg_db_file_read(spare->file, 0, &head,
                                               sizeof(head));
    if (result != CG_DB_DONE) {
        return result;
    }
    head_digest(spare, &head, &digest);
    bool before = memcmp(head.magic, magic_before, sizeof(magic_before)) == 0;
    spare->begun = (before || memcmp(head.magic, magic, sizeof(magic)) == 0) &&
                   cg_digest_equal(&digest, &head.digest);
    if (spare->begun) {
        spare->use = head.use;
        spare->mark = before ? TURN_MAGIC : turn_mark(head.use);
        spare->first_no = head.no;
        spare->first_chain = head.chain;
        spare->digest = digest;
        spare->end = sizeof(head);
    }
    return CG_DB_DONE;
}

enum cg_db_result cg_spare_open(struct cg_spare *spare,
                                const char *path,
                                bool create,
                                struct cg_digester *digester)
{
    int64_t size = 0;
    *spare = (struct cg_spare){.digester = digester};
    enum cg_db_result result = cg_db_file_open(path, create, &spare->file);
    if (result == CG_DB_NO_ENTRY && !create && !cg_db_file_exists(path)) {
        return CG_DB_DONE;
    }
    if (result == CG_DB_DONE) {
        result = cg_db_file_size(spare->file, &size);
    }
    if (result == CG_DB_DONE) {
        result = read_head(spare);
    }
    if (result == CG_DB_DONE && create && !spare->begun &&
        size < CG_SPARE_BYTES) {
        result = cg_db_file_fill(spare->file, size, CG_SPARE_BYTES);
    }
    return result;
}

void cg_spare_close(struct cg_spare *spare)
{
    cg_db_file_close(spare->file);
    spare->file = NULL;
}

static enum cg_db_result write_head(struct cg_spare *spare,
                                    uint64_t last_no,
                                    const struct cg_digest_bytes *chain)
{
    struct head head = {.no = last_no, .chain = *chain};
    memcpy(head.magic, magic, sizeof(magic));
    cg_db_random(&head.use, sizeof(head.use));
    head_digest(spare, &head, &head.digest);
    spare->begun = true;
    spare->mark = turn_mark(head.use);
    spare->digest = head.digest;
    spare->end = sizeof(head);
    return cg_db_file_write(spare->file, 0, &head, sizeof(head));
}

void cg_spare_mark(struct cg_spare *spare,
                   uint64_t last_no,
                   const struct cg_digest_bytes *chain)
{
    if (spare->file != NULL && !spare->begun &&
        write_head(spare, last_no, chain) != CG_DB_DONE) {
        spare->begun = false; /* the first turn tries again */
    }
}

enum cg_db_result cg_spare_write(struct cg_spare *spare,
                                 const struct cg_turn *turn,
                                 uint64_t last_no,
                                 const struct cg_digest_bytes *chain)
{
    struct cg_digest_bytes digest;
    enum cg_db_result result = CG_DB_DONE;
    if (spare->file == NULL || turn->len > TURN_MAX) {
        return spare->file == NULL ? CG_DB_NO_ENTRY : CG_DB_FULL;
    }
    if (!spare->begun) {
        result = write_head(spare, last_no, chain);
    }
    struct turn_head head = {spare->mark, turn->len};
    int64_t bytes_at = spare->end + (int64_t)sizeof(head);
    int64_t digest_at = bytes_at + (int64_t)turn->len;
    turn_digest(spare, &head, turn->bytes, &digest);
    if (result == CG_DB_DONE) {
        result = cg_db_file_write(spare->file, spare->end, &head, sizeof(head));
    }
    if (result == CG_DB_DONE) {
        result = cg_db_file_write(spare->file, bytes_at, turn->bytes,
                                  turn->len);
    }
    if (result == CG_DB_DONE) {
        result = cg_db_file_write(spare->file, digest_at, digest.bytes,
                                  CG_DIGEST_BYTES);
    }
    if (result == CG_DB_DONE) {
        result = cg_db_file_sync(spare->file);
    }
    spare->digest = digest;
    spare->end = digest_at + CG_DIGEST_BYTES;
    return result;
}

/* What stands at the end of a spare. */
enum next {
    NEXT_NONE,
    NEXT_TURN,
    NEXT_SPOILT, /* a turn that its digest does not fit */
};

/*
 * Reads what stands at spare->end, and goes on behind it: of a spoilt turn by
 * the digest that stands behind it.
 */
static enum cg_db_result
read_next(struct cg_spare *spare, struct cg_turn *turn, enum next *next)
{
    struct turn_head head;
    struct cg_digest_bytes stored;
    struct cg_digest_bytes digest;
    int64_t bytes_at = spare->end + (int64_t)sizeof(head);
    *next = NEXT_NONE;
    cg_turn_clear(turn);
    enum cg_db_result result = cg_db_file_read(spare->file, spare->end, &head,
                                               sizeof(head));
    /* Zeros are none, whatever the mark: every file goes on with them. */
    if (result != CG_DB_DONE || head.magic != spare->mark || head.magic == 0 ||
        head.len > TURN_MAX) {
        return result;
    }
    if (!cg_turn_reserve(turn, head.len)) {
        return CG_DB_MEMORY;
    }
    result = cg_db_file_read(spare->file, bytes_at, turn->bytes, head.len);
    if (result == CG_DB_DONE) {
        result = cg_db_file_read(spare->file, bytes_at + (int64_t)head.len,
                                 stored.bytes, CG_DIGEST_BYTES);
    }
    if (result != CG_DB_DONE) {
        return result;
    }
    turn_digest(spare, &head, turn->bytes, &digest);
    *next = cg_digest_equal(&digest, &stored) ? NEXT_TURN : NEXT_SPOILT;
    turn->len = head.len;
    spare->digest = stored;
    spare->end = bytes_at + (int64_t)head.len + CG_DIGEST_BYTES;
    return CG_DB_DONE;
}

/*
 * A turn is spoilt, and |later| stands behind it.  If it is the last one it was
 * cut off, and nobody was told of it; a turn that follows, by the digest that
 * stands behind this one, shows that this one was whole, and is damaged.
 */
static enum cg_db_result cut_or_damaged(struct cg_spare later)
{
    struct cg_turn turn = {.bytes = NULL};
    enum next next = NEXT_SPOILT;
    enum cg_db_result result = CG_DB_DONE;
    while (result == CG_DB_DONE && next == NEXT_SPOILT) {
        result = read_next(&later, &turn, &next);
    }
    cg_turn_deinit(&turn);
    return result == CG_DB_DONE && next == NEXT_TURN ? CG_DB_CORRUPT : result;
}

enum cg_db_result
cg_spare_read(struct cg_spare *spare, struct cg_turn *turn, bool *found)
{
    struct cg_spare behind = *spare;
    enum next next;
    enum cg_db_result result = read_next(&behind, turn, &next);
    *found = result == CG_DB_DONE && next == NEXT_TURN;
    if (*found) {
        *spare = behind;
    } else {
        cg_turn_clear(turn);
    }
    return result == CG_DB_DONE && next == NEXT_SPOILT ? cut_or_damaged(behind)
                                                       : result;
}

enum cg_db_result cg_spare_clear(struct cg_spare *spare)
{
    static const struct head nothing;
    enum cg_db_result result = cg_db_file_write(spare->file, 0, &nothing,
                                                sizeof(nothing));
    spare->begun = false;
    return result == CG_DB_DONE ? cg_db_file_sync(spare->file) : result;
}
