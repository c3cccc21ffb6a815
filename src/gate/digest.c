/*
 * SHA-256 by GLib.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <digest.h>

#include <glib.h>

bool cg_digest(struct cg_slice bytes, char hex[CG_DIGEST_HEX + 1])
{
    char *text = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const unsigned char *)bytes.data, bytes.len);
    bool whole = text != NULL && strlen(text) == CG_DIGEST_HEX;

    if (whole) {
        memcpy(hex, text, CG_DIGEST_HEX + 1);
    }
    g_free(text);
    return whole;
}
