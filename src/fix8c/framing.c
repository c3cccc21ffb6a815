/*
 * Finds messages in a stream and takes them apart.
 *
 * The end of a message comes from its BodyLength, never from a search, so data
 * fields cannot move it.  Must never read past the bytes it was given.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "framing.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include <fix8c/fix8c.h>

/* "8=FIX": what every message starts with. */
#define BEGIN "8=FIX"
#define BEGIN_LEN 5

/* Longest "8=..." and "9=..." that are looked at, SOH included. */
#define BEGIN_FIELD_MAX 16
#define LENGTH_DIGITS_MAX 9

/* A lane of 16 bits holds 128 sums of two bytes. */
#define SUM_WORDS_MAX 128

#define HEADER_TAGS 1157
#define LOW_TAGS 2722
#define HIGH_FIRST 40000
#define HIGH_TAGS 3112

/* By tag: the fields of the standard header. */
static const bool header_tags[HEADER_TAGS] = {
    [8] = true,   [9] = true,    [34] = true,   [35] = true,   [43] = true,
    [49] = true,  [50] = true,   [52] = true,   [56] = true,   [57] = true,
    [90] = true,  [91] = true,   [97] = true,   [115] = true,  [116] = true,
    [122] = true, [128] = true,  [129] = true,  [142] = true,  [143] = true,
    [144] = true, [145] = true,  [212] = true,  [213] = true,  [347] = true,
    [369] = true, [370] = true,  [627] = true,  [628] = true,  [629] = true,
    [630] = true, [1128] = true, [1129] = true, [1156] = true,
};

/* By length field: its data field. */
static const unsigned short low_data[LOW_TAGS] = {
    [90] = 91,     [93] = 89,     [95] = 96,     [212] = 213,   [348] = 349,
    [350] = 351,   [352] = 353,   [354] = 355,   [356] = 357,   [358] = 359,
    [360] = 361,   [362] = 363,   [364] = 365,   [445] = 446,   [618] = 619,
    [621] = 622,   [1184] = 1185, [1277] = 1278, [1280] = 1281, [1282] = 1283,
    [1397] = 1398, [1401] = 1402, [1403] = 1404, [1468] = 1469, [1525] = 1527,
    [1578] = 1579, [1620] = 1621, [1664] = 1665, [1678] = 1697, [1733] = 1734,
    [1871] = 1872, [1874] = 1875, [2072] = 2073, [2074] = 2075, [2179] = 2180,
    [2287] = 2288, [2351] = 2352, [2372] = 2371, [2494] = 2493, [2637] = 2638,
    [2651] = 2652, [2715] = 2716, [2718] = 2719, [2721] = 2722,
};

/* The same for length fields from HIGH_FIRST on. */
static const unsigned short high_data[HIGH_TAGS] = {
    [4] = 40005,    [8] = 40009,    [978] = 40979,  [980] = 40981,
    [982] = 40983,  [984] = 40985,  [986] = 40987,  [988] = 40989,
    [1083] = 41084, [1101] = 41102, [1107] = 41108, [1256] = 41257,
    [1320] = 41321, [1324] = 41325, [1458] = 41459, [1476] = 41477,
    [1482] = 41483, [1653] = 41654, [1710] = 41711, [1806] = 41807,
    [1811] = 41812, [1873] = 41874, [1969] = 41970, [2025] = 42026,
    [2171] = 42172, [2451] = 42452, [2652] = 42653, [2947] = 42948,
    [3109] = 42684, [3110] = 42486, [3111] = 42982,
};

int framing_data_tag(int length_tag)
{
    if (length_tag < 0)
        return 0;
    if (length_tag < LOW_TAGS)
        return low_data[length_tag];
    if (length_tag < HIGH_FIRST || length_tag >= HIGH_FIRST + HIGH_TAGS)
        return 0;
    return high_data[length_tag - HIGH_FIRST];
}

bool framing_is_header(int tag)
{
    return tag >= 0 && tag < HEADER_TAGS && header_tags[tag];
}

bool framing_is_hop(int tag)
{
    return tag >= 627 && tag <= 630;
}

bool framing_is_admin(struct framing_text type)
{
    return type.len == 1 &&
           ((type.at[0] >= '0' && type.at[0] <= '5') || type.at[0] == 'A');
}

bool framing_equal(struct framing_text text, const char *literal)
{
    return strlen(literal) == text.len &&
           memcmp(text.at, literal, text.len) == 0;
}

bool framing_number(struct framing_text text, int *number)
{
    long value = 0;
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
        if (value > INT_MAX)
            return false;
    }
    *number = (int)value;
    return true;
}

void framing_walk_init(struct framing_walk *walk, const char *bytes, size_t len)
{
    walk->at = bytes;
    walk->end = bytes + len;
    walk->data_tag = 0;
    walk->data_len = 0;
}

/* Reads "tag="; leaves |*at| behind the '=', or where it was with tag -1. */
static int read_tag(const char **at, const char *end)
{
    const char *p = *at;
    int tag = 0;
    while (p < end && *p >= '0' && *p <= '9' && tag < 100000000)
        tag = tag * 10 + (*p++ - '0');
    if (p == *at || p == end || *p != '=')
        return -1;
    *at = p + 1;
    return tag;
}

/* The end of a value: after the announced bytes of data, else at a SOH. */
static const char *
value_end(const struct framing_walk *walk, int tag, const char *value)
{
    size_t left = (size_t)(walk->end - value);
    if (tag > 0 && tag == walk->data_tag && walk->data_len < left &&
        value[walk->data_len] == FRAMING_SOH)
        return value + walk->data_len;
    return memchr(value, FRAMING_SOH, left);
}

/* Remembers what a length field announces for the very next field. */
static void note_length(struct framing_walk *walk,
                        const struct framing_field *field)
{
    int number = 0;
    walk->data_tag = framing_data_tag(field->tag);
    if (walk->data_tag != 0 && framing_number(field->value, &number))
        walk->data_len = (size_t)number;
    else
        walk->data_tag = 0;
}

bool framing_next(struct framing_walk *walk, struct framing_field *field)
{
    if (walk->at >= walk->end)
        return false;
    const char *value = walk->at;
    field->tag = read_tag(&value, walk->end);
    const char *soh = value_end(walk, field->tag, value);
    if (soh == NULL)
        return false;
    field->start = walk->at;
    field->value.at = value;
    field->value.len = (size_t)(soh - value);
    walk->at = soh + 1;
    note_length(walk, field);
    return true;
}

static bool is_yes(struct framing_text text)
{
    return text.len == 1 && text.at[0] == 'Y';
}

static void note_header(struct framing_parts *parts,
                        const struct framing_field *field)
{
    switch (field->tag) {
    case 34:
        if (parts->seq < 0 && !framing_number(field->value, &parts->seq))
            parts->seq = -1;
        break;
    case 43:
        parts->possdup = is_yes(field->value);
        break;
    case 49:
        parts->sender = field->value;
        break;
    case 56:
        parts->target = field->value;
        break;
    case 97:
        parts->possresend = is_yes(field->value);
        break;
    default:
        break;
    }
}

/* 8, 9 and 35 in their places; the walk then stands behind 35. */
static bool split_front(struct framing_walk *walk, struct framing_parts *parts)
{
    struct framing_field field;
    if (!framing_next(walk, &field) || field.tag != 8)
        return false;
    parts->begin_string = field.value;
    if (!framing_next(walk, &field) || field.tag != 9)
        return false;
    if (!framing_next(walk, &field) || field.tag != 35 || field.value.len == 0)
        return false;
    parts->type = field.value;
    parts->admin = framing_is_admin(field.value);
    return true;
}

static int find_stray(struct framing_walk *walk)
{
    struct framing_field field;
    while (framing_next(walk, &field)) {
        if (framing_is_header(field.tag))
            return field.tag;
    }
    return 0;
}

bool framing_split(const char *bytes,
                   size_t len,
                   bool whole,
                   struct framing_parts *parts)
{
    struct framing_walk walk;
    struct framing_field field;
    memset(parts, 0, sizeof(*parts));
    parts->seq = -1;
    if (len < FRAMING_TRAILER || bytes[len - 1] != FRAMING_SOH ||
        memcmp(bytes + len - FRAMING_TRAILER, "10=", 3) != 0)
        return false;
    size_t end = len - FRAMING_TRAILER;
    framing_walk_init(&walk, bytes, end);
    if (!split_front(&walk, parts))
        return false;
    parts->body_at = (size_t)(walk.at - bytes);
    while (framing_next(&walk, &field) && framing_is_header(field.tag)) {
        note_header(parts, &field);
        parts->body_at = (size_t)(walk.at - bytes);
    }
    parts->body_len = end - parts->body_at;
    if (whole)
        parts->stray = find_stray(&walk);
    return true;
}

/* How many bytes to drop, one at least, so that the next message is in front.
 */
static size_t next_begin(const char *bytes, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        size_t left = len - i;
        size_t n = left < BEGIN_LEN ? left : BEGIN_LEN;
        if (bytes[i] == '8' && bytes[i - 1] == FRAMING_SOH &&
            memcmp(bytes + i, BEGIN, n) == 0)
            return i;
    }
    return len;
}

static long garbled(const char *bytes, size_t len, size_t *skip)
{
    *skip = next_begin(bytes, len);
    return FIX8C_ERR_GARBLED;
}

/*
 * Reads "8=FIX...<SOH>9=n<SOH>" in front.  Returns 1 with the place of what
 * follows and n, 0 when more bytes are needed, -1 when it is something else.
 */
static int
read_front(const char *bytes, size_t len, size_t *after, size_t *length)
{
    size_t n = len < BEGIN_LEN ? len : BEGIN_LEN;
    if (memcmp(bytes, BEGIN, n) != 0)
        return -1;
    size_t limit = len < BEGIN_FIELD_MAX ? len : BEGIN_FIELD_MAX;
    const char *soh = memchr(bytes, FRAMING_SOH, limit);
    if (soh == NULL)
        return limit == BEGIN_FIELD_MAX ? -1 : 0;
    size_t at = (size_t)(soh - bytes) + 1;
    for (const char *expected = "9="; *expected != '\0'; expected++, at++) {
        if (at == len)
            return 0;
        if (bytes[at] != *expected)
            return -1;
    }
    *length = 0;
    size_t first = at;
    for (; at < len && bytes[at] >= '0' && bytes[at] <= '9'; at++) {
        if (at - first == LENGTH_DIGITS_MAX)
            return -1;
        *length = *length * 10 + (size_t)(bytes[at] - '0');
    }
    if (at == len)
        return 0;
    if (at == first || bytes[at] != FRAMING_SOH)
        return -1;
    *after = at + 1;
    return 1;
}

/* Eight bytes at a time, in four lanes of 16 bits that are emptied in time. */
static unsigned sum_block(const char *bytes, size_t words)
{
    const uint64_t low = 0x00ff00ff00ff00ff;
    uint64_t lanes = 0;
    for (size_t i = 0; i < words; i++) {
        uint64_t word;
        memcpy(&word, bytes + i * 8, 8);
        lanes += (word & low) + ((word >> 8) & low);
    }
    return (unsigned)((lanes & 0xffff) + ((lanes >> 16) & 0xffff) +
                      ((lanes >> 32) & 0xffff) + (lanes >> 48));
}

unsigned framing_sum(const char *bytes, size_t len)
{
    unsigned sum = 0;
    while (len >= 8) {
        size_t words = len / 8 < SUM_WORDS_MAX ? len / 8 : SUM_WORDS_MAX;
        sum += sum_block(bytes, words);
        bytes += words * 8;
        len -= words * 8;
    }
    for (size_t i = 0; i < len; i++)
        sum += (unsigned char)bytes[i];
    return sum;
}

/* The three digits of "10=nnn<SOH>" at |trailer| are the sum of all before it.
 */
static bool checksum_fits(const char *bytes, size_t trailer)
{
    const char *t = bytes + trailer;
    unsigned claimed = 0;
    for (int i = 3; i < 6; i++) {
        if (t[i] < '0' || t[i] > '9')
            return false;
        claimed = claimed * 10 + (unsigned)(t[i] - '0');
    }
    return claimed == (framing_sum(bytes, trailer) & 0xff);
}

static bool has_number(const char *bytes, size_t len)
{
    struct framing_walk walk;
    struct framing_field field;
    int number = 0;
    framing_walk_init(&walk, bytes, len);
    while (framing_next(&walk, &field)) {
        if (field.tag == 34)
            return framing_number(field.value, &number);
    }
    return false;
}

long fix8c_frame(const char *bytes, size_t len, size_t max, size_t *skip)
{
    size_t after = 0;
    size_t length = 0;
    *skip = 0;
    if (len == 0)
        return 0;
    int front = read_front(bytes, len, &after, &length);
    if (front < 0)
        return garbled(bytes, len, skip);
    if (front == 0)
        return len > max ? FIX8C_ERR_TOO_LONG : 0;
    size_t trailer = after + length;
    size_t whole = trailer + FRAMING_TRAILER;
    if (whole > max)
        return FIX8C_ERR_TOO_LONG;
    if (len >= after + 3 && memcmp(bytes + after, "35=", 3) != 0)
        return garbled(bytes, len, skip);
    if (len < whole)
        return 0;
    if (length < 5 || bytes[trailer - 1] != FRAMING_SOH ||
        memcmp(bytes + trailer, "10=", 3) != 0 ||
        bytes[whole - 1] != FRAMING_SOH)
        return garbled(bytes, len, skip);
    if (!checksum_fits(bytes, trailer) || !has_number(bytes + after, length)) {
        *skip = whole;
        return FIX8C_ERR_GARBLED;
    }
    return (long)whole;
}
