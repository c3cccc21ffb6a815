/*
 * The FIX engine's settings, out of [DEFAULT] and [SESSION].  Must never hand
 * on a key that was not checked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_reader.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A client that has lost all it ever got may ask for a million messages: it
 * gets them over a while, and others are not kept waiting.  A venue is asked
 * for statuses when it has got everything (R45), so it gets all at once. */
#define CLIENT_RESEND_PIECE 10000

/* Paths are made whole: the engine knows nothing of the configuration's folder.
 */
static bool write_value(FILE *out,
                        const struct cg_config_reader *reader,
                        const struct cg_key *key,
                        const char *value)
{
    char *path;

    if (key->form != CG_KEY_PATH) {
        (void)fprintf(out, "%s=%s\n", key->name, value);
        return true;
    }
    path = cg_key_path(&reader->context, value);
    if (path != NULL) {
        (void)fprintf(out, "%s=%s\n", key->name, path);
    }
    free(path);
    return path != NULL;
}

static void write_logon_tags(FILE *out,
                             const struct cg_config_section *section,
                             const struct cg_config_section *over)
{
    for (size_t i = 0; section != NULL && i < section->count; i++) {
        const struct cg_config_entry *entry = &section->entries[i];

        if (cg_key_is_logon_tag(entry->key) &&
            cg_config_section_find(over, entry->key) == NULL) {
            (void)fprintf(out, "%s=%s\n", entry->key, entry->value);
        }
    }
}

static bool
write_session(FILE *out, const struct cg_config_reader *reader, size_t index)
{
    const struct cg_config_section *own = reader->session_sections[index];
    bool good = true;

    (void)fprintf(out, "[SESSION]\n");
    for (size_t i = 0; i < cg_session_keys.count; i++) {
        const struct cg_key *key = &cg_session_keys.keys[i];
        const struct cg_config_entry *entry = cg_config_session_entry(
            reader, index, key->name);
        const char *value = entry != NULL ? entry->value : key->fallback;

        if (key->fix && value != NULL) {
            good &= write_value(out, reader, key, value);
        }
    }
    if (reader->config->sessions[index].version == CG_FIX50SP2 &&
        cg_config_session_entry(reader, index, "DefaultApplVerID") == NULL) {
        (void)fprintf(out, "DefaultApplVerID=9\n");
    }
    if (reader->config->sessions[index].role == CG_ROLE_CLIENT) {
        (void)fprintf(out, "ResendPiece=%d\n", CLIENT_RESEND_PIECE);
    }
    write_logon_tags(out, reader->defaults, own);
    write_logon_tags(out, own, NULL);
    return good;
}

bool cg_config_write_fix(struct cg_config_reader *reader)
{
    size_t len;
    FILE *out = open_memstream(&reader->config->fix_settings, &len);
    bool good = out != NULL;

    for (size_t i = 0; good && i < reader->config->session_count; i++) {
        good = write_session(out, reader, i);
    }
    if (out != NULL) {
        good &= ferror(out) == 0;
        good &= fclose(out) == 0;
    }
    return good;
}
