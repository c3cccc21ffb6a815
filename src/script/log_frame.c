/*
 * Begin and end of messages in logs.
 *
 * Nothing but 8, 9, 35 and 10 is looked at: what stands between them may be
 * data, SOHs included, and is other code's to judge.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_frame.h"

#include <fix_scan.h>

/* Longer ones are no BeginString: "FIXT.1.1" has eight. */
#define VERSION_MAX 12

/* A BodyLength of more digits is none. */
#define LENGTH_DIGITS_MAX 10

const struct cg_log_separator cg_log_separators[CG_LOG_SEPARATORS] = {
    [CG_LOG_SOH] = {"\001", 1},
    [CG_LOG_BAR] = {"|", 1},
    {"^A", 2},
    {"\\x01", 4},
    {"\\001", 4},
    {"\\u0001", 6},
    {"<SOH>", 5},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_version(char c)
{
    return (c >= 'A' && c <= 'Z') || c == '.' || is_digit(c);
}

/* Whether |rest| begins with |text|: 0, or CG_LOG_HEAD_E_SHORT when it does as
 * far as it goes, or CG_LOG_HEAD_E_NONE.  The texts are so short that a call
 * would take longer. */
static inline int begins(struct cg_slice rest, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (i == rest.len)
            return CG_LOG_HEAD_E_SHORT;
        if (rest.data[i] != text[i])
            return CG_LOG_HEAD_E_NONE;
    }
    return 0;
}

static struct cg_slice from(struct cg_slice bytes, size_t at)
{
    return (struct cg_slice){bytes.data + at, bytes.len - at};
}

int cg_log_separator_read(struct cg_slice rest, struct cg_log_head *head)
{
    int outcome = CG_LOG_HEAD_E_NONE;

    if (rest.len == 0)
        return CG_LOG_HEAD_E_SHORT;
    if (rest.data[0] == '\001') {
        head->separator = &cg_log_separators[CG_LOG_SOH];
        return 0;
    }
    for (size_t i = CG_LOG_BAR; i < CG_LOG_SEPARATORS; i++) {
        const struct cg_log_separator *separator = &cg_log_separators[i];
        int here = begins(rest, separator->text, separator->len);
        if (here == 0) {
            head->separator = separator;
            return 0;
        }
        if (here == CG_LOG_HEAD_E_SHORT)
            outcome = here;
    }
    return outcome;
}

/* Reads "9=n", its separator and "35=" at |at|. */
static int
read_length(struct cg_slice bytes, size_t at, struct cg_log_head *head)
{
    const struct cg_log_separator *separator = head->separator;
    size_t first = at + 2;
    size_t i = first;
    int outcome = begins(from(bytes, at), "9=", 2);

    if (outcome != 0)
        return outcome;
    head->length = 0;
    for (; i < bytes.len && is_digit(bytes.data[i]); i++) {
        if (i - first == LENGTH_DIGITS_MAX)
            return CG_LOG_HEAD_E_NONE;
        head->length = head->length * 10 + (uint64_t)(bytes.data[i] - '0');
    }
    if (i == first && i < bytes.len)
        return CG_LOG_HEAD_E_NONE;
    outcome = begins(from(bytes, i), separator->text, separator->len);
    if (outcome != 0)
        return outcome;
    head->body = i + separator->len;
    head->soh_body = head->body - 2 * (separator->len - 1);
    return begins(from(bytes, head->body), "35=", 3);
}

/*
 * The same for what nearly all messages begin with, an SOH behind a version of
 * seven or eight bytes, without a look at each byte whether it is there.
 * Returns whether it is that.
 */
static inline bool read_plain(struct cg_slice bytes, struct cg_log_head *head)
{
    const char *text = bytes.data;
    size_t i = CG_LOG_BEGIN_LEN;
    size_t first;

    if (bytes.len < CG_LOG_HEAD_MAX ||
        memcmp(text, CG_LOG_BEGIN, CG_LOG_BEGIN_LEN) != 0)
        return false;
    while (i < CG_LOG_BEGIN_LEN + 5 && is_version(text[i]))
        i++;
    if (text[i] != '\001' || text[i + 1] != '9' || text[i + 2] != '=')
        return false;
    head->separator = &cg_log_separators[CG_LOG_SOH];
    head->length = 0;
    first = i + 3;
    for (i = first; i < first + 9 && is_digit(text[i]); i++)
        head->length = head->length * 10 + (uint64_t)(text[i] - '0');
    head->body = i + 1;
    head->soh_body = i + 1;
    return i > first && text[i] == '\001' &&
           memcmp(text + i + 1, "35=", 3) == 0;
}

int cg_log_head_read(struct cg_slice bytes, struct cg_log_head *head)
{
    size_t i = CG_LOG_BEGIN_LEN;
    int outcome;

    if (read_plain(bytes, head))
        return 0;
    head->separator = NULL;
    outcome = begins(bytes, CG_LOG_BEGIN, CG_LOG_BEGIN_LEN);
    if (outcome != 0)
        return outcome;
    while (i < bytes.len && i < VERSION_MAX && is_version(bytes.data[i]))
        i++;
    outcome = cg_log_separator_read(from(bytes, i), head);
    if (outcome != 0)
        return outcome;
    outcome = read_length(bytes, i + head->separator->len, head);
    return outcome == CG_LOG_HEAD_E_NONE ? CG_LOG_HEAD_E_LENGTH : outcome;
}

/* The next "8=FIX" from |from| on, or, at |*at|, where one may begin that the
 * end of the bytes cuts off. */
static bool find_begin(struct cg_slice bytes, size_t from, size_t *at)
{
    const char *end = bytes.data + bytes.len;
    const char *next = bytes.data + from + 1;

    while (next < end) {
        const char *equals = memchr(next, '=', (size_t)(end - next));
        if (equals == NULL || end - equals < 4)
            break;
        if (equals[-1] == '8' && memcmp(equals + 1, "FIX", 3) == 0) {
            *at = (size_t)(equals - 1 - bytes.data);
            return true;
        }
        next = equals + 1;
    }
    *at = bytes.len - from > 4 ? bytes.len - 4 : from;
    return false;
}

int cg_log_head_find(struct cg_slice bytes,
                     size_t from_place,
                     size_t *at,
                     struct cg_log_head *head)
{
    size_t next = from_place;

    *at = next;
    while (next < bytes.len && find_begin(bytes, next, at)) {
        int outcome = cg_log_head_read(from(bytes, *at), head);
        head->in_tag = *at > 0 && is_digit(bytes.data[*at - 1]);
        if (outcome == 0 || outcome == CG_LOG_HEAD_E_SHORT)
            return outcome;
        if (outcome == CG_LOG_HEAD_E_LENGTH && !head->in_tag)
            return outcome;
        next = *at + 1;
    }
    return CG_LOG_HEAD_E_NONE;
}

size_t cg_log_trailer_len(struct cg_slice rest,
                          const struct cg_log_separator *separator)
{
    size_t len = CG_LOG_TRAILER_LEN - 1;

    if (rest.len < len || memcmp(rest.data, "10=", 3) != 0 ||
        !is_digit(rest.data[3]) || !is_digit(rest.data[4]) ||
        !is_digit(rest.data[5]))
        return 0;
    if (begins(from(rest, len), separator->text, separator->len) == 0)
        return len + separator->len;
    if (separator == &cg_log_separators[CG_LOG_SOH] ||
        (rest.len > len && is_digit(rest.data[len])))
        return 0;
    return len;
}

bool cg_log_is_trailer(const char *bytes)
{
    return memcmp(bytes, "10=", 3) == 0 && is_digit(bytes[3]) &&
           is_digit(bytes[4]) && is_digit(bytes[5]) && bytes[6] == '\001';
}

bool cg_log_sum_is_right(const char *bytes, size_t len)
{
    const char *stated = bytes + len + 3;
    uint64_t sum = cg_fix_sum(bytes, len);

    return (stated[0] - '0') * 100 + (stated[1] - '0') * 10 +
               (stated[2] - '0') ==
           (int)(sum % 256);
}
