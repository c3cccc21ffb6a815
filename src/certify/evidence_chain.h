/*
 * The lines of a file of evidence, and the chain of digests over them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_EVIDENCE_CHAIN_H
#define CG_CERTIFY_EVIDENCE_CHAIN_H

#include <digest.h>
#include <jansson.h>
#include <stdarg.h>

#define CG_EVIDENCE_FILE "evidence.jsonl"
#define CG_EVIDENCE_TORN "evidence.jsonl.torn"

/* What "previous" is in the first line. */
#define CG_CHAIN_BEGIN                                                         \
    "0000000000000000000000000000000000000000000000000000000000000000"

struct cg_chain {
    json_t *records;               /* an array */
    struct cg_digest_bytes *heads; /* of each line */
    size_t count;                  /* of lines */
    size_t whole;                  /* bytes of whole lines */
    size_t wrong;                  /* lines that are */
    char head[CG_DIGEST_HEX + 1];  /* CG_CHAIN_BEGIN without a line */
};

/* Lines for somebody: printed as they come. */
struct cg_listener {
    void (*say)(void *user, const char *line);
    void *user;
};

__attribute__((format(printf, 2, 3))) void
cg_listener_say(const struct cg_listener *listener, const char *format, ...);

/*
 * Reads |bytes|; |listener| gets a line for each that is wrong.  What stands
 * behind the last end of line, at |whole|, is left to the caller.  Returns 0,
 * with wrong lines too, or CG_ERR_MEMORY; either way cg_chain_deinit() frees
 * what is held.
 */
int cg_chain_read(struct cg_chain *chain,
                  struct cg_slice bytes,
                  const struct cg_listener *listener);

/* Adds one |line|, without its end, behind which the end must stand. */
int cg_chain_take(struct cg_chain *chain,
                  struct cg_digester *digester,
                  struct cg_slice line,
                  const struct cg_listener *listener);
void cg_chain_deinit(struct cg_chain *chain);

/*
 * The whole of the regular file |name| of the folder |dir|, for free(). Returns
 * 0, CG_ERR_MEMORY or CG_ERR_IO with errno set.
 */
int cg_evidence_read_file(int dir, const char *name, char **bytes, size_t *len);
int cg_evidence_read_all(int file, char **bytes, size_t *len);

/* Both return false with errno set. */
bool cg_evidence_write_all(int file, const char *bytes, size_t len);
bool cg_evidence_write_file(int dir,
                            const char *name,
                            const char *bytes,
                            size_t len);

#endif
