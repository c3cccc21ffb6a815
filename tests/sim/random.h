/*
 * Random numbers that are the same everywhere: one seed decides all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers that come from elsewhere, until they are used up. */
struct random_given {
    const uint8_t *bytes;
    size_t left;
};

struct random {
    uint64_t state;
    struct random_given *given; /* NULL: all are drawn */
};

/* splitmix64 */
static inline uint64_t random_next(struct random *random)
{
    uint64_t x = random->state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static inline bool random_is_given(const struct random *random)
{
    return random->given != NULL && random->given->left > 0;
}

/* As few bytes as will do: each of them then decides much. */
static inline uint64_t random_take(struct random_given *given, size_t bytes)
{
    uint64_t number = 0;
    for (; bytes > 0 && given->left > 0; bytes--) {
        number = number << 8 | *given->bytes++;
        given->left--;
    }
    return number;
}

/* 0 .. |below| - 1 */
static inline int64_t random_below(struct random *random, int64_t below)
{
    if (random_is_given(random)) {
        uint64_t number = random_take(random->given, below <= 256 ? 1 : 2);
        return below <= 256
                   ? (int64_t)(number % (uint64_t)below)
                   : (int64_t)((__uint128_t)number * (uint64_t)below >> 16);
    }
    return (int64_t)(random_next(random) % (uint64_t)below);
}

/* True in |share| of 1000 calls. */
static inline bool random_chance(struct random *random, int share)
{
    if (random_is_given(random)) {
        return (int)(random_take(random->given, 1) * 1000 / 256) < share;
    }
    return random_below(random, 1000) < share;
}

#endif
