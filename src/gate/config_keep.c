/*
 * What a gate that runs keeps of its configuration, whatever the file says by
 * now: its FIX sessions, and all that memory was taken for.
 *
 * Must never leave a mixture: a thing is kept whole, and told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_compare.h>

#include <config_words.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT CG_CHANGE_KEPT

/* --- keys ----------------------------------------------------------------- */

static void keep_keys(const struct cg_key_table *table,
                      const void *before,
                      const void *now,
                      int line,
                      const char *what,
                      struct cg_changes *changes)
{
    char was[CG_CONFIG_WORDS_MAX];
    char is[CG_CONFIG_WORDS_MAX];

    for (size_t i = 0; i < table->count; i++) {
        const struct cg_key *key = &table->keys[i];

        if (key->restart) {
            cg_config_key_words(key, before, was);
            cg_config_key_words(key, now, is);
            cg_change_value(changes, KEPT, line, what, key->name, was, is);
        }
    }
}

/* --- the FIX engine's settings -------------------------------------------- */

/* The lines of one session in the text for the FIX engine. */
struct lines {
    const char *at;
    const char *end;
};

struct setting {
    const char *key;
    size_t key_len;
    const char *value;
    size_t value_len;
};

static struct lines session_lines(const char *text, size_t index)
{
    static const char head[] = "[SESSION]\n";
    struct lines lines = {NULL, NULL};

    for (size_t i = 0; text != NULL && i <= index; i++) {
        text = strstr(text, head);
        text = text != NULL ? text + strlen(head) : NULL;
    }
    if (text != NULL) {
        const char *end = strstr(text, head);
        lines = (struct lines){text, end != NULL ? end : text + strlen(text)};
    }
    return lines;
}

static bool next_setting(struct lines *lines, struct setting *setting)
{
    const char *stop = lines->at != lines->end
                           ? memchr(lines->at, '\n',
                                    (size_t)(lines->end - lines->at))
                           : NULL;
    const char *equals = stop != NULL ? memchr(lines->at, '=',
                                               (size_t)(stop - lines->at))
                                      : NULL;

    if (equals == NULL) {
        return false;
    }
    *setting = (struct setting){lines->at, (size_t)(equals - lines->at),
                                equals + 1, (size_t)(stop - equals) - 1};
    lines->at = stop + 1;
    return true;
}

static bool find_setting(struct lines lines,
                         const struct setting *wanted,
                         struct setting *found)
{
    while (next_setting(&lines, found)) {
        if (found->key_len == wanted->key_len &&
            memcmp(found->key, wanted->key, wanted->key_len) == 0) {
            return true;
        }
    }
    *found = (struct setting){.value = "none", .value_len = 4};
    return false;
}

static void keep_setting(const struct cg_config_session *session,
                         const struct setting *key,
                         const struct setting *before,
                         const struct setting *now,
                         struct cg_changes *changes)
{
    char name[CG_NAME_MAX + 1];

    if (before->value_len == now->value_len &&
        memcmp(before->value, now->value, now->value_len) == 0) {
        return;
    }
    (void)snprintf(name, sizeof(name), "%.*s", (int)key->key_len, key->key);
    if (cg_key_is_logon_tag(name)) { /* it may be a password */
        cg_change_tell(changes, KEPT, session->line,
                       "session %s: %s is another one: needs a restart",
                       session->name, name);
        return;
    }
    cg_change_tell(changes, KEPT, session->line,
                   "session %s: %s %.*s -> %.*s: needs a restart",
                   session->name, name, (int)before->value_len, before->value,
                   (int)now->value_len, now->value);
}

static void keep_settings(const struct cg_config *config,
                          const struct cg_config *before,
                          size_t index,
                          struct cg_changes *changes)
{
    const struct cg_config_session *session = &config->sessions[index];
    struct lines were = session_lines(before->fix_settings, index);
    struct lines are = session_lines(config->fix_settings, index);
    struct setting setting;
    struct setting other;

    for (struct lines at = are; next_setting(&at, &setting);) {
        (void)find_setting(were, &setting, &other);
        keep_setting(session, &setting, &other, &setting, changes);
    }
    for (struct lines at = were; next_setting(&at, &setting);) {
        if (!find_setting(are, &setting, &other)) {
            keep_setting(session, &setting, &setting, &other, changes);
        }
    }
}

/* --- sessions --------------------------------------------------------------
 */

static const char *session_name(const struct cg_config *config,
                                cg_session session)
{
    return session < config->session_count ? config->sessions[session].name
                                           : "none";
}

static void keep_ref(const struct cg_config *config,
                     const struct cg_config *before,
                     const struct cg_config_session *session,
                     const char *key,
                     cg_session was,
                     cg_session is,
                     struct cg_changes *changes)
{
    char what[CG_NAME_MAX + 16];

    (void)snprintf(what, sizeof(what), "session %s: ", session->name);
    cg_change_value(changes, KEPT, session->line, what, key,
                    session_name(before, was), session_name(config, is));
}

/* What a superior is of that begins with the next start, waits for it. */
static bool superior_waits(const struct cg_config *before,
                           const struct cg_config_session *session)
{
    return session->superior != CG_SESSION_NONE &&
           session->superior >= before->session_count;
}

static void keep_session(struct cg_config *config,
                         const struct cg_config *before,
                         size_t index,
                         struct cg_changes *changes)
{
    const struct cg_config_session *from = &before->sessions[index];
    struct cg_config_session *to = &config->sessions[index];
    char what[CG_NAME_MAX + 16];

    (void)snprintf(what, sizeof(what), "session %s: ", to->name);
    keep_keys(&cg_session_keys, from, to, to->line, what, changes);
    keep_ref(config, before, to, "Venue", from->venue, to->venue, changes);
    if (superior_waits(before, to)) {
        keep_ref(config, before, to, "Superior", from->superior, to->superior,
                 changes);
        to->superior = from->superior;
    }
    keep_settings(config, before, index, changes);
    memcpy(to->fix_name, from->fix_name, sizeof(to->fix_name));
    memcpy(to->begin_string, from->begin_string, sizeof(to->begin_string));
    memcpy(to->sender_comp_id, from->sender_comp_id,
           sizeof(to->sender_comp_id));
    memcpy(to->target_comp_id, from->target_comp_id,
           sizeof(to->target_comp_id));
    to->version = from->version;
    to->initiator = from->initiator;
    to->venue = from->venue;
    to->identification = from->identification;
    to->packages_whole = from->packages_whole;
}

/* Those that are new, and who may trade by them. */
static void leave_sessions(struct cg_config *config,
                           size_t count,
                           struct cg_changes *changes)
{
    uint64_t there = count < CG_SESSIONS_MAX ? ((uint64_t)1 << count) - 1
                                             : UINT64_MAX;

    for (size_t i = count; i < config->session_count; i++) {
        cg_change_tell(changes, KEPT, config->sessions[i].line,
                       "session %s: new: needs a restart",
                       config->sessions[i].name);
    }
    for (size_t i = 0; i < config->account_count; i++) {
        config->accounts[i].sessions &= there;
    }
}

/* --- the whole -------------------------------------------------------------
 */

/* The own desk's limits go by the gate's name where they name no owner. */
static void keep_name(struct cg_config *config, const struct cg_config *before)
{
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        struct cg_config_limit *limit = &config->credit_limits[i];

        if (limit->owner == CG_SESSION_NONE &&
            strcmp(limit->owner_name, config->gate_name) == 0) {
            memcpy(limit->owner_name, before->gate_name,
                   sizeof(limit->owner_name));
        }
    }
    memcpy(config->gate_name, before->gate_name, sizeof(config->gate_name));
}

int cg_config_keep(struct cg_config *config,
                   const struct cg_config *before,
                   struct cg_changes *changes)
{
    char *settings = strdup(before->fix_settings);

    if (settings == NULL) {
        return CG_ERR_MEMORY;
    }
    keep_keys(&cg_gate_keys, before, config, 0, "", changes);
    cg_change_value(changes, KEPT, 0, "", "Journal", before->journal,
                    config->journal);
    cg_change_value(changes, KEPT, 0, "", "MessageLog",
                    cg_config_or_none(before->message_log),
                    cg_config_or_none(config->message_log));
    for (size_t i = 0; i < before->session_count; i++) {
        keep_session(config, before, i, changes);
    }
    leave_sessions(config, before->session_count, changes);
    keep_name(config, before);
    memcpy(config->journal, before->journal, sizeof(config->journal));
    memcpy(config->message_log, before->message_log,
           sizeof(config->message_log));
    config->limits = before->limits;
    config->session_count = before->session_count;
    free(config->fix_settings);
    config->fix_settings = settings;
    return 0;
}
