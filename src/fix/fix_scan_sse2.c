/*
 * Blocks on x86-64, sixteen bytes at a time.  Never reads past what it is
 * given.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <emmintrin.h>

#include "fix_scan.h"

uint64_t cg_fix_scan(const char *bytes)
{
    const __m128i soh = _mm_set1_epi8(1);
    uint64_t found = 0;

    for (int i = 0; i < CG_FIX_BLOCK / 16; i++) {
        __m128i part = _mm_loadu_si128((const __m128i *)(bytes + 16 * i));
        int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(part, soh));
        found |= (uint64_t)(unsigned)mask << (16 * i);
    }
    return found;
}

uint64_t cg_fix_sum(const char *bytes, size_t len)
{
    static const unsigned char masks[32] = {[16] = 255, 255, 255, 255, 255, 255,
                                            255,        255, 255, 255, 255, 255,
                                            255,        255, 255, 255};
    const __m128i zero = _mm_setzero_si128();
    __m128i sums = zero;
    uint64_t sum = 0;
    size_t at = 0;

    for (; len - at >= 16; at += 16) {
        __m128i part = _mm_loadu_si128((const __m128i *)(bytes + at));
        sums = _mm_add_epi64(sums, _mm_sad_epu8(part, zero));
    }
    if (len >= 16) {
        /* The last sixteen, but for those that are in the sums already. */
        __m128i mask = _mm_loadu_si128((const __m128i *)(masks + (len - at)));
        __m128i part = _mm_loadu_si128((const __m128i *)(bytes + len - 16));
        part = _mm_and_si128(part, mask);
        sums = _mm_add_epi64(sums, _mm_sad_epu8(part, zero));
        at = len;
    }
    for (; at < len; at++)
        sum += (unsigned char)bytes[at];
    return sum + (uint64_t)_mm_cvtsi128_si64(sums) +
           (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums));
}
