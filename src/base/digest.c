/*
 * SHA-256 by OpenSSL's libcrypto.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "digest.h"

#include "check.h"

#include <openssl/evp.h>

struct cg_digester {
    EVP_MD *md;
    EVP_MD_CTX *context;
};

struct cg_digester *cg_digester_open(void)
{
    struct cg_digester *digester = calloc(1, sizeof(*digester));
    if (digester == NULL) {
        return NULL;
    }
    digester->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    digester->context = EVP_MD_CTX_new();
    if (digester->md == NULL || digester->context == NULL ||
        EVP_DigestInit_ex2(digester->context, digester->md, NULL) != 1) {
        cg_digester_close(digester);
        return NULL;
    }
    return digester;
}

void cg_digester_close(struct cg_digester *digester)
{
    if (digester == NULL) {
        return;
    }
    EVP_MD_CTX_free(digester->context);
    EVP_MD_free(digester->md);
    free(digester);
}

void cg_digester_begin(struct cg_digester *digester)
{
    /* With its algorithm set once, beginning anew only resets numbers. */
    int done = EVP_DigestInit_ex2(digester->context, NULL, NULL);
    CG_ASSERT(done == 1);
}

void cg_digester_add(struct cg_digester *digester,
                     const void *bytes,
                     size_t len)
{
    int done = EVP_DigestUpdate(digester->context, bytes, len);
    CG_ASSERT(done == 1);
}

void cg_digester_end(struct cg_digester *digester, struct cg_digest_bytes *out)
{
    unsigned len = 0;
    int done = EVP_DigestFinal_ex(digester->context, out->bytes, &len);
    CG_ASSERT(done == 1);
    CG_ASSERT(len == CG_DIGEST_BYTES);
}

void cg_digest_hex(const struct cg_digest_bytes *digest,
                   char hex[CG_DIGEST_HEX + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < CG_DIGEST_BYTES; i++) {
        hex[2 * i] = digits[digest->bytes[i] >> 4];
        hex[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    hex[CG_DIGEST_HEX] = '\0';
}

static int nibble(char letter)
{
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool cg_digest_parse(struct cg_slice hex, struct cg_digest_bytes *out)
{
    if (hex.len != CG_DIGEST_HEX) {
        return false;
    }
    for (size_t i = 0; i < CG_DIGEST_BYTES; i++) {
        int high = nibble(hex.data[2 * i]);
        int low = nibble(hex.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool cg_digest_equal(const struct cg_digest_bytes *a,
                     const struct cg_digest_bytes *b)
{
    return memcmp(a->bytes, b->bytes, CG_DIGEST_BYTES) == 0;
}

bool cg_digest(struct cg_slice bytes, char hex[CG_DIGEST_HEX + 1])
{
    struct cg_digest_bytes digest;
    struct cg_digester *digester = cg_digester_open();
    if (digester == NULL) {
        return false;
    }
    cg_digester_begin(digester);
    cg_digester_add(digester, bytes.data, bytes.len);
    cg_digester_end(digester, &digest);
    cg_digester_close(digester);
    cg_digest_hex(&digest, hex);
    return true;
}
