/*
 * gzip by zlib, zstd by its library.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_unpack.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* The largest window of deflate, and a gzip header around it. */
#define GZIP_BITS (15 + 16)

struct cg_log_unpack {
    enum cg_log_packing packing;
    z_stream gzip;
    ZSTD_DStream *zstd;
    bool whole;  /* at the end of a member or frame */
    bool padded; /* zeros behind the last one */
};

static const struct magic {
    unsigned char bytes[CG_LOG_MAGIC_MAX];
    size_t len;
    enum cg_log_packing packing;
    const char *name;
} magics[] = {
    {{0x1f, 0x8b}, 2, CG_LOG_GZIP, "gzip"},
    {{0x28, 0xb5, 0x2f, 0xfd}, 4, CG_LOG_ZSTD, "zstd"},
    {{'B', 'Z', 'h'}, 3, CG_LOG_STRANGE, "bzip2"},
    {{0xfd, '7', 'z', 'X', 'Z', 0}, 6, CG_LOG_STRANGE, "xz"},
    {{'P', 'K', 3, 4}, 4, CG_LOG_STRANGE, "zip"},
    {{0x04, 0x22, 0x4d, 0x18}, 4, CG_LOG_STRANGE, "lz4"},
};

/* A zstd file may begin with a frame that is to be skipped. */
static bool is_skippable(struct cg_slice bytes)
{
    return bytes.len >= 4 && ((unsigned char)bytes.data[0] & 0xf0) == 0x50 &&
           memcmp(bytes.data + 1, "\x2a\x4d\x18", 3) == 0;
}

enum cg_log_packing cg_log_packing_of(struct cg_slice bytes, const char **name)
{
    for (size_t i = 0; i < CG_COUNT(magics); i++) {
        if (bytes.len >= magics[i].len &&
            memcmp(bytes.data, magics[i].bytes, magics[i].len) == 0) {
            *name = magics[i].name;
            return magics[i].packing;
        }
    }
    *name = is_skippable(bytes) ? "zstd" : NULL;
    return *name != NULL ? CG_LOG_ZSTD : CG_LOG_PLAIN;
}

struct cg_log_unpack *cg_log_unpack_open(enum cg_log_packing packing)
{
    struct cg_log_unpack *unpack = calloc(1, sizeof *unpack);

    if (unpack == NULL)
        return NULL;
    unpack->packing = packing;
    if (packing == CG_LOG_ZSTD) {
        unpack->zstd = ZSTD_createDStream();
        if (unpack->zstd != NULL)
            return unpack;
    } else if (inflateInit2(&unpack->gzip, GZIP_BITS) == Z_OK) {
        return unpack;
    }
    free(unpack);
    return NULL;
}

void cg_log_unpack_close(struct cg_log_unpack *unpack)
{
    if (unpack == NULL)
        return;
    if (unpack->packing == CG_LOG_ZSTD)
        ZSTD_freeDStream(unpack->zstd);
    else
        inflateEnd(&unpack->gzip);
    free(unpack);
}

bool cg_log_unpack_is_whole(const struct cg_log_unpack *unpack)
{
    return unpack->whole;
}

/* Behind a member, another one begins, or zeros fill the file up. */
static bool begin_member(struct cg_log_unpack *unpack,
                         struct cg_slice *packed,
                         const char **why)
{
    while (packed->len > 0 && packed->data[0] == '\0') {
        unpack->padded = true;
        packed->data++;
        packed->len--;
    }
    if (packed->len == 0)
        return true;
    if (unpack->padded ||
        (unsigned char)packed->data[0] != magics[0].bytes[0]) {
        *why = "bytes behind its end are no gzip";
        return false;
    }
    unpack->whole = false;
    inflateReset(&unpack->gzip);
    return true;
}

static bool unpack_gzip(struct cg_log_unpack *unpack,
                        struct cg_slice *packed,
                        char *bytes,
                        size_t len,
                        size_t *made,
                        const char **why)
{
    z_stream *gzip = &unpack->gzip;
    size_t there;
    int result;

    if (unpack->whole && !begin_member(unpack, packed, why))
        return false;
    if (unpack->whole)
        return true;
    there = packed->len;
    gzip->next_in = (z_const Bytef *)packed->data;
    gzip->avail_in = (uInt)there;
    gzip->next_out = (Bytef *)bytes;
    gzip->avail_out = (uInt)len;
    result = inflate(gzip, Z_NO_FLUSH);
    *made = len - gzip->avail_out;
    packed->data += there - gzip->avail_in;
    packed->len = gzip->avail_in;
    unpack->whole = result == Z_STREAM_END;
    *why = gzip->msg != NULL ? gzip->msg : "not known what";
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

static bool unpack_zstd(struct cg_log_unpack *unpack,
                        struct cg_slice *packed,
                        char *bytes,
                        size_t len,
                        size_t *made,
                        const char **why)
{
    ZSTD_inBuffer in = {packed->data, packed->len, 0};
    ZSTD_outBuffer out = {bytes, len, 0};
    size_t result;

    /* Between two frames it would wait for one that need not come. */
    if (packed->len == 0 && unpack->whole)
        return true;
    result = ZSTD_decompressStream(unpack->zstd, &out, &in);
    *made = out.pos;
    packed->data += in.pos;
    packed->len -= in.pos;
    unpack->whole = result == 0;
    *why = ZSTD_getErrorName(result);
    return !ZSTD_isError(result);
}

bool cg_log_unpack(struct cg_log_unpack *unpack,
                   struct cg_slice *packed,
                   char *bytes,
                   size_t len,
                   size_t *made,
                   const char **why)
{
    *made = 0;
    /* zlib counts in unsigned int. */
    if (len > INT32_MAX)
        len = INT32_MAX;
    if (unpack->packing == CG_LOG_ZSTD)
        return unpack_zstd(unpack, packed, bytes, len, made, why);
    return unpack_gzip(unpack, packed, bytes, len, made, why);
}
