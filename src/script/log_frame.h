/*
 * Where a message of a log begins and ends, whatever stands for its SOHs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LOG_FRAME_H
#define CG_LOG_FRAME_H

#include <slice.h>
#include <stdint.h>

/* "8=FIX", which begins every message. */
#define CG_LOG_BEGIN "8=FIX"
#define CG_LOG_BEGIN_LEN 5

/* "10=ddd" and its SOH. */
#define CG_LOG_TRAILER_LEN 7

/* What stands between the fields; SOH itself is the first. */
struct cg_log_separator {
    char text[8];
    size_t len;
};

enum cg_log_separators {
    CG_LOG_SOH,
    CG_LOG_BAR,
    CG_LOG_SEPARATORS = 7,
};

extern const struct cg_log_separator cg_log_separators[CG_LOG_SEPARATORS];

/* No "8=FIX...", 9=, 35= is longer than this many bytes. */
#define CG_LOG_HEAD_MAX 64

/* Outcomes but 0, which is a whole one. */
enum cg_log_head_error {
    CG_LOG_HEAD_E_NONE = 1, /* no message begins here */
    CG_LOG_HEAD_E_SHORT,    /* the bytes end before it is known */
    CG_LOG_HEAD_E_LENGTH,   /* a BeginString, but no BodyLength(9) that is a
                               number, or no MsgType(35) behind it */
};

/* The beginning of a message. */
struct cg_log_head {
    const struct cg_log_separator *separator; /* NULL: not known */
    bool in_tag;     /* behind a digit, as if "8" were the end of a tag */
    size_t body;     /* where 35= is, from "8=" */
    size_t soh_body; /* the same once the separators are SOHs */
    uint64_t length; /* BodyLength */
};

/* Finds the separator at |rest|.  Returns 0 with head->separator, or
 * CG_LOG_HEAD_E_NONE or CG_LOG_HEAD_E_SHORT. */
int cg_log_separator_read(struct cg_slice rest, struct cg_log_head *head);

/* Reads the beginning of a message at |bytes|: returns 0, or a
 * CG_LOG_HEAD_E_*. */
int cg_log_head_read(struct cg_slice bytes, struct cg_log_head *head);

/*
 * The first place from |from| on, at which a message may begin: "8=FIX", a
 * version and a separator; at the end of another tag only with BodyLength(9)
 * and MsgType(35) behind it.  Returns 0 or CG_LOG_HEAD_E_LENGTH with the place
 * in |*at|, or CG_LOG_HEAD_E_NONE when there is none and |*at| is from where to
 * go on when more bytes are there, or CG_LOG_HEAD_E_SHORT when the bytes at
 * |*at| end too early to tell.
 */
int cg_log_head_find(struct cg_slice bytes,
                     size_t from,
                     size_t *at,
                     struct cg_log_head *head);

/*
 * The length of the trailer at |rest|: "10=ddd" and a separator, which may be
 * missing where text ends or something else than a digit follows.  0: there is
 * none.
 */
size_t cg_log_trailer_len(struct cg_slice rest,
                          const struct cg_log_separator *separator);

/* Whether "10=ddd" and an SOH stand at |bytes|. */
bool cg_log_is_trailer(const char *bytes);

/* Whether the sum of the |len| bytes before the trailer is what it says. */
bool cg_log_sum_is_right(const char *bytes, size_t len);

#endif
