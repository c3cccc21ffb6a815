/*
 * The profile of a counterparty: an INI-style file, every mistake told at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "profile.h"

#include <config_keys.h>
#include <fix_value.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

struct cg_profile_store {
    struct cg_lines text;
    struct cg_config_sections sections;
    char *command; /* with its folder */
};

/* A member that is wider than the number in the file. */
struct read_profile {
    struct cg_profile profile;
    uint32_t flood_max;
};

#define AT(member) offsetof(struct read_profile, member)
#define HOUR_MS 3600000

static const struct cg_key keys[] = {
    {.name = "Name",
     .form = CG_KEY_TEXT,
     .at = CG_KEY_NOWHERE,
     .required = true},
    {.name = "Firm", .form = CG_KEY_TEXT, .at = CG_KEY_NOWHERE},
    {.name = "Counterparty", .form = CG_KEY_TEXT, .at = CG_KEY_NOWHERE},
    {.name = "ToleranceMs",
     .form = CG_KEY_MS,
     .at = AT(profile.limits.tolerance_ns),
     .min = 1,
     .max = HOUR_MS},
    {.name = "EarlyMs",
     .form = CG_KEY_MS,
     .at = AT(profile.limits.early_ns),
     .max = HOUR_MS},
    {.name = "SettleMs",
     .form = CG_KEY_MS,
     .at = AT(profile.limits.settle_ns),
     .max = HOUR_MS},
    {.name = "ConnectMs",
     .form = CG_KEY_MS,
     .at = AT(profile.limits.connect_ns),
     .min = 1,
     .max = HOUR_MS},
    {.name = "CaseMs",
     .form = CG_KEY_MS,
     .at = AT(profile.limits.case_ns),
     .min = 1,
     .max = HOUR_MS},
    {.name = "FloodMax",
     .form = CG_KEY_NUMBER,
     .at = AT(flood_max),
     .min = 10,
     .max = 1000000},
    {.name = "KeepNumbers",
     .form = CG_KEY_BOOL,
     .at = AT(profile.limits.keep_numbers)},
    {.name = "IgnoreTags", .form = CG_KEY_TEXT, .at = CG_KEY_NOWHERE},
    {.name = "IgnoreTypes", .form = CG_KEY_TEXT, .at = CG_KEY_NOWHERE},
    {.name = "Unsupported", .form = CG_KEY_TEXT, .at = CG_KEY_NOWHERE},
    {.name = "OperatorCommand", .form = CG_KEY_TEXT, .at = CG_KEY_NOWHERE},
};

static const struct cg_key_table table = {
    .section = "[PROFILE]",
    .keys = keys,
    .count = sizeof(keys) / sizeof(keys[0]),
};

/* --- [PROFILE] ---------------------------------------------------------- */

static const char *text_of(const struct cg_config_section *section,
                           const char *key)
{
    const struct cg_config_entry *entry = cg_config_section_find(section, key);

    return entry != NULL && entry->value[0] != '\0' ? entry->value : NULL;
}

static void read_name(const struct cg_config_section *section,
                      const char *key,
                      char out[128])
{
    const char *text = text_of(section, key);

    if (text != NULL) {
        (void)snprintf(out, 128, "%.127s", text);
    }
}

static void read_ignores(const struct cg_key_context *context,
                         const struct cg_config_section *section,
                         struct cg_profile *profile)
{
    const struct cg_config_entry *entry = cg_config_section_find(section,
                                                                 "IgnoreTags");
    const char *at = entry != NULL ? entry->value : "";

    while (*at != '\0') {
        size_t len = strcspn(at, ",");
        int64_t tag = 0;

        if (!cg_fix_int((struct cg_slice){at, len}, &tag) || tag < 1 ||
            tag > UINT32_MAX) {
            cg_mistakes_add(context->mistakes, context->file, entry->line,
                            "write tags between commas, such as 1,44,9001",
                            "'%.*s' is no tag", (int)len, at);
        } else if (profile->limits.ignore_count == CG_PROFILE_IGNORES_MAX) {
            cg_mistakes_add(context->mistakes, context->file, entry->line,
                            "compare more", "more than %d tags",
                            CG_PROFILE_IGNORES_MAX);
            return;
        } else {
            profile->ignores[profile->limits.ignore_count++] = (uint32_t)tag;
        }
        at += len + (at[len] == ',' ? 1 : 0);
    }
}

/* A path is seen from the folder of the profile. */
static void read_command(const struct cg_key_context *context,
                         const struct cg_config_section *section,
                         struct cg_profile *profile)
{
    const char *text = text_of(section, "OperatorCommand");

    if (text != NULL && strchr(text, '/') != NULL) {
        profile->store->command = cg_key_path(context, text);
        context->mistakes->no_memory |= profile->store->command == NULL;
        profile->operator_command = profile->store->command;
    } else {
        profile->operator_command = text; /* looked for in PATH */
    }
}

static void read_profile(const struct cg_key_context *context,
                         const struct cg_config_section *section,
                         struct read_profile *read)
{
    struct cg_profile *profile = &read->profile;

    cg_keys_apply(context, &table, section, read);
    cg_keys_require(context, &table, section, NULL);
    profile->limits.flood_max = read->flood_max;
    read_name(section, "Name", profile->name);
    read_name(section, "Firm", profile->firm);
    read_name(section, "Counterparty", profile->counterparty);
    profile->limits.ignored_types = text_of(section, "IgnoreTypes");
    profile->unsupported = text_of(section, "Unsupported");
    read_ignores(context, section, profile);
    read_command(context, section, profile);
}

/* --- [VALUES], [WAIVE] -------------------------------------------------- */

static bool read_values(const struct cg_config_section *section,
                        struct cg_profile *profile)
{
    profile->values = calloc(section->count + 1, sizeof(*profile->values));
    for (size_t i = 0; profile->values != NULL && i < section->count; i++) {
        profile->values[profile->value_count++] = (struct cg_kit_value){
            section->entries[i].key, section->entries[i].value};
    }
    return profile->values != NULL;
}

static bool read_waivers(const struct cg_key_context *context,
                         const struct cg_config_section *section,
                         struct cg_profile *profile)
{
    profile->waivers = calloc(section->count + 1, sizeof(*profile->waivers));
    for (size_t i = 0; profile->waivers != NULL && i < section->count; i++) {
        const struct cg_config_entry *entry = &section->entries[i];

        if (entry->value[0] == '\0') {
            cg_mistakes_add(context->mistakes, context->file, entry->line,
                            "write the reason behind the =",
                            "case %.40s is waived without a reason",
                            entry->key);
        }
        profile->waivers[profile->waiver_count++] = (struct cg_profile_waiver){
            entry->key, entry->value, entry->line};
    }
    return profile->waivers != NULL;
}

/* --- the whole ---------------------------------------------------------- */

static void set_defaults(struct read_profile *read)
{
    struct cg_profile *profile = &read->profile;

    (void)snprintf(profile->name, sizeof(profile->name), "none");
    (void)snprintf(profile->firm, sizeof(profile->firm), "not named");
    (void)snprintf(profile->counterparty, sizeof(profile->counterparty),
                   "not named");
    profile->limits = (struct cg_kit_limits){
        .tolerance_ns = 2 * CG_SECOND,
        .early_ns = 100 * CG_MS,
        .settle_ns = 300 * CG_MS,
        .connect_ns = 10 * CG_SECOND,
        .case_ns = 120 * CG_SECOND,
    };
    read->flood_max = 10000;
    profile->limits.flood_max = read->flood_max;
}

static void read_section(const struct cg_key_context *context,
                         const struct cg_config_section *section,
                         struct read_profile *read,
                         unsigned *seen)
{
    static const char *const names[] = {"PROFILE", "VALUES", "WAIVE"};
    unsigned at = 0;
    bool held = true;

    while (at < 3 && strcmp(section->name, names[at]) != 0) {
        at++;
    }
    if (at == 3) {
        cg_mistakes_add(context->mistakes, context->file, section->line,
                        "write [PROFILE], [VALUES] or [WAIVE]",
                        "there is no section [%.40s]", section->name);
        return;
    }
    if ((*seen & 1U << at) != 0) {
        cg_mistakes_add(context->mistakes, context->file, section->line,
                        "make one of both", "a second [%s]", section->name);
        return;
    }
    *seen |= 1U << at;
    if (at == 0) {
        read_profile(context, section, read);
    } else {
        held = at == 1 ? read_values(section, &read->profile)
                       : read_waivers(context, section, &read->profile);
    }
    context->mistakes->no_memory |= !held;
}

static void read_text(const char *path,
                      struct cg_mistakes *mistakes,
                      struct read_profile *read)
{
    struct cg_profile_store *store = read->profile.store;
    const char *slash = strrchr(path, '/');
    char *folder = slash != NULL ? strndup(path, (size_t)(slash - path) + 1)
                                 : strdup("");
    struct cg_key_context context = {
        .file = path, .folder = folder, .mistakes = mistakes};
    unsigned seen = 0;

    if (folder == NULL ||
        !cg_digest((struct cg_slice){store->text.text, store->text.len},
                   read->profile.digest) ||
        !cg_config_sections_init(&store->sections, &store->text, mistakes)) {
        mistakes->no_memory = true;
        free(folder);
        return;
    }
    for (size_t i = 0; i < store->sections.count; i++) {
        read_section(&context, &store->sections.items[i], read, &seen);
    }
    if ((seen & 1U) == 0) {
        cg_mistakes_add(mistakes, path, 0,
                        "write [PROFILE] and Name=", "there is no [PROFILE]");
    }
    free(folder);
}

int cg_profile_read(const char *path,
                    cg_script_report *report,
                    void *user,
                    struct cg_profile *profile)
{
    struct cg_mistakes mistakes = {0};
    struct read_profile read = {.profile = {.path = path}};
    int result = 0;

    *profile = (struct cg_profile){0};
    set_defaults(&read);
    read.profile.store = calloc(1, sizeof(*read.profile.store));
    if (read.profile.store == NULL) {
        return CG_ERR_MEMORY;
    }
    if (path != NULL &&
        cg_config_text_open(&read.profile.store->text, path, &mistakes)) {
        read_text(path, &mistakes, &read);
    }
    if (mistakes.no_memory) {
        result = CG_ERR_MEMORY;
    } else if (mistakes.count > 0) {
        cg_mistakes_report(&mistakes, path, report, user);
        result = CG_ERR_CONFIG;
    }
    cg_mistakes_deinit(&mistakes);
    *profile = read.profile;
    profile->limits.ignores = profile->ignores;
    if (result != 0) {
        cg_profile_deinit(profile);
    }
    return result;
}

void cg_profile_deinit(struct cg_profile *profile)
{
    if (profile->store != NULL) {
        cg_config_sections_deinit(&profile->store->sections);
        cg_lines_deinit(&profile->store->text);
        free(profile->store->command);
    }
    free(profile->store);
    free(profile->values);
    free(profile->waivers);
    *profile = (struct cg_profile){0};
}

const char *cg_profile_lacks(const struct cg_profile *profile,
                             struct cg_slice needs,
                             size_t *len)
{
    const char *end = needs.data + needs.len;

    for (const char *at = needs.data; at < end; at += *len) {
        const char *list = profile->unsupported;

        *len = 1;
        if (*at == ' ' || *at == '\t') {
            continue;
        }
        while (at + *len < end && at[*len] != ' ' && at[*len] != '\t') {
            (*len)++;
        }
        while (list != NULL && *list != '\0') {
            size_t word = strcspn(list, ", ");

            if (word == *len && memcmp(list, at, word) == 0) {
                return at;
            }
            list += word + (list[word] != '\0' ? 1 : 0);
        }
    }
    return NULL;
}

const struct cg_profile_waiver *
cg_profile_waiver(const struct cg_profile *profile, struct cg_slice id)
{
    for (size_t i = 0; i < profile->waiver_count; i++) {
        if (cg_slice_is(id, profile->waivers[i].id)) {
            return &profile->waivers[i];
        }
    }
    return NULL;
}

bool cg_profile_rules_out(const struct cg_profile *profile,
                          const struct cg_script_case *what,
                          char reason[CG_PROFILE_REASON_MAX])
{
    const struct cg_profile_waiver *waiver = cg_profile_waiver(profile,
                                                               what->id);
    size_t len = 0;
    const char *lacks = cg_profile_lacks(profile, what->needs, &len);

    if (waiver != NULL) {
        (void)snprintf(reason, CG_PROFILE_REASON_MAX, "%s (%s, line %d)",
                       waiver->reason, profile->name, waiver->line);
    } else if (lacks != NULL) {
        (void)snprintf(reason, CG_PROFILE_REASON_MAX,
                       "it needs %.*s, which %s does not support (profile %s)",
                       (int)len, lacks, profile->counterparty, profile->name);
    }
    return waiver != NULL || lacks != NULL;
}
