/*
 * A journal of the host's own: a plain file of facts.
 *
 * One block for each commit: its length, a hash of its bytes, its facts.  A
 * block that is not whole was never committed, and is cut off at the next
 * start.  Facts lie there as the machine has them, so only a build with the
 * same struct cg_fact reads them.  There is no spare: when a write fails the
 * gate ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "host_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct head {
    uint64_t len;
    uint64_t hash;
};

/* How the file begins: what its blocks look like, and how large one may be. */
struct start {
    char magic[16];
    uint64_t fact;
    uint64_t max;
};

struct host_journal {
    int fd;
    off_t end; /* of the last whole block */
    cg_seq no; /* of the newest fact that was appended or loaded */
    size_t len;
    size_t max;
    char *turn; /* room for a head, then what is staged */
    int failed;
    char error[256];
};

static int fail(struct host_journal *journal, int error, const char *what)
{
    if (journal->failed == 0) {
        journal->failed = error;
        snprintf(journal->error, sizeof(journal->error), "%s: %s", what,
                 error == CG_ERR_IO ? strerror(errno) : "give it more room");
    }
    return journal->failed;
}

static uint64_t hash_of(const char *bytes, size_t len)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
    }
    return hash;
}

static bool write_all(int fd, const char *bytes, size_t len, off_t at)
{
    while (len > 0) {
        ssize_t done = pwrite(fd, bytes, len, at);
        if (done < 0) {
            return false;
        }
        bytes += done;
        at += done;
        len -= (size_t)done;
    }
    return true;
}

static bool read_all(int fd, void *bytes, size_t len, off_t at)
{
    char *to = bytes;
    while (len > 0) {
        ssize_t done = pread(fd, to, len, at);
        if (done <= 0) {
            return false;
        }
        to += done;
        at += done;
        len -= (size_t)done;
    }
    return true;
}

static void stage(struct host_journal *journal, const void *bytes, size_t len)
{
    if (len > 0) {
        memcpy(journal->turn + journal->len, bytes, len);
        journal->len += len;
    }
}

static int host_append(void *user, const struct cg_fact *fact)
{
    struct host_journal *journal = user;
    struct cg_fact kept = *fact;
    if (journal->failed != 0) {
        return journal->failed;
    }
    if (fact->no != journal->no + 1) {
        return CG_ERR_MISUSE;
    }
    if (journal->max - journal->len <
        sizeof(kept) + fact->id_len + fact->text_len) {
        return fail(journal, CG_ERR_FULL, "a turn is too large");
    }
    kept.id = kept.text = NULL;
    stage(journal, &kept, sizeof(kept));
    stage(journal, fact->id, fact->id_len);
    stage(journal, fact->text, fact->text_len);
    journal->no = fact->no;
    return 0;
}

/* A sync that has failed is not tried again: nobody knows what the disk holds
 * by then. */
static int host_commit(void *user)
{
    struct host_journal *journal = user;
    struct head head;
    if (journal->failed != 0 || journal->len == sizeof(head)) {
        return journal->failed;
    }
    head.len = journal->len - sizeof(head);
    head.hash = hash_of(journal->turn + sizeof(head), head.len);
    memcpy(journal->turn, &head, sizeof(head));
    if (!write_all(journal->fd, journal->turn, journal->len, journal->end) ||
        fdatasync(journal->fd) != 0) {
        return fail(journal, CG_ERR_IO, "writing the journal");
    }
    journal->end += (off_t)journal->len;
    journal->len = sizeof(head);
    return 0;
}

/* The facts of one block; |bytes| has been found whole. */
static int tell(struct host_journal *journal,
                const char *bytes,
                size_t len,
                cg_seq after,
                int (*each)(void *context, const struct cg_fact *fact),
                void *context)
{
    int status = 0;
    for (size_t at = 0; status == 0 && at < len;) {
        struct cg_fact fact;
        memcpy(&fact, bytes + at, sizeof(fact));
        at += sizeof(fact);
        fact.id = fact.id_len > 0 ? bytes + at : NULL;
        fact.text = fact.text_len > 0 ? bytes + at + fact.id_len : NULL;
        at += fact.id_len + fact.text_len;
        if (fact.no > journal->no) {
            journal->no = fact.no;
        }
        status = fact.no > after ? each(context, &fact) : 0;
    }
    return status;
}

static int host_load(void *user,
                     cg_seq after,
                     int (*each)(void *context, const struct cg_fact *fact),
                     void *context)
{
    struct host_journal *journal = user;
    char *bytes = malloc(journal->max);
    off_t at = sizeof(struct start);
    struct head head;
    int status = bytes != NULL ? journal->failed : CG_ERR_MEMORY;
    while (status == 0 && at < journal->end) {
        if (!read_all(journal->fd, &head, sizeof(head), at) ||
            head.len > journal->max ||
            !read_all(journal->fd, bytes, head.len, at + (off_t)sizeof(head))) {
            status = fail(journal, CG_ERR_IO, "reading the journal");
        } else if (hash_of(bytes, head.len) != head.hash) {
            status = fail(journal, CG_ERR_CORRUPT, "a block was changed");
        } else {
            status = tell(journal, bytes, head.len, after, each, context);
        }
        at += (off_t)(sizeof(head) + head.len);
    }
    free(bytes);
    return status;
}

static const char *host_error(void *user)
{
    struct host_journal *journal = user;
    return journal->error;
}

static void host_close(void *user)
{
    struct host_journal *journal = user;
    if (journal->fd >= 0) {
        close(journal->fd);
    }
    free(journal->turn);
    free(journal);
}

/*
 * Finds where the whole blocks end.  A last one that is not whole was never
 * committed, and is cut off; one before the last was changed.
 */
static int find_end(struct host_journal *journal)
{
    off_t size = lseek(journal->fd, 0, SEEK_END);
    char *bytes = malloc(journal->max);
    struct head head = {0};
    journal->end = sizeof(struct start);
    while (bytes != NULL && size - journal->end > (off_t)sizeof(head) &&
           read_all(journal->fd, &head, sizeof(head), journal->end) &&
           head.len <= journal->max &&
           read_all(journal->fd, bytes, head.len,
                    journal->end + (off_t)sizeof(head)) &&
           hash_of(bytes, head.len) == head.hash) {
        journal->end += (off_t)(sizeof(head) + head.len);
    }
    free(bytes);
    off_t rest = size - journal->end;
    off_t block = (off_t)sizeof(head);
    if (rest > block) { /* its head was read */
        block += head.len <= journal->max ? (off_t)head.len
                                          : (off_t)journal->max;
    }
    return bytes == NULL                               ? CG_ERR_MEMORY
           : rest == 0                                 ? 0
           : rest > block                              ? CG_ERR_CORRUPT
           : ftruncate(journal->fd, journal->end) != 0 ? CG_ERR_IO
                                                       : 0;
}

static int check_start(struct host_journal *journal)
{
    struct start found;
    const struct start start = {.magic = "host journal 1",
                                .fact = sizeof(struct cg_fact),
                                .max = journal->max};
    if (lseek(journal->fd, 0, SEEK_END) == 0) {
        return write_all(journal->fd, (const char *)&start, sizeof(start), 0) &&
                       fdatasync(journal->fd) == 0
                   ? 0
                   : CG_ERR_IO;
    }
    return read_all(journal->fd, &found, sizeof(found), 0) &&
                   memcmp(&start, &found, sizeof(start)) == 0
               ? 0
               : CG_ERR_MISUSE;
}

int host_journal_open(const char *path,
                      size_t turn_max,
                      struct cg_journal *journal)
{
    struct host_journal *own = calloc(1, sizeof(*own));
    if (own == NULL) {
        return CG_ERR_MEMORY;
    }
    own->len = sizeof(struct head);
    own->max = sizeof(struct head) + turn_max;
    own->turn = malloc(own->max);
    own->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int status = own->turn == NULL ? CG_ERR_MEMORY
                 : own->fd < 0     ? CG_ERR_IO
                                   : check_start(own);
    status = status != 0 ? status : find_end(own);
    if (status != 0) {
        host_close(own);
        return status;
    }
    *journal = (struct cg_journal){
        .user = own,
        .append = host_append,
        .commit = host_commit,
        .load = host_load,
        .close = host_close,
        .error = host_error,
    };
    return 0;
}
