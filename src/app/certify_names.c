/*
 * Names that a command line or a profile has, and the cases do not.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "certify_names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool has_case(const struct cg_cases *cases, const char *id)
{
    for (size_t i = 0; i < cases->count; i++) {
        if (cg_slice_is(cases->items[i].script.kase.id, id)) {
            return true;
        }
    }
    return false;
}

bool certify_knows(const struct cg_cases *cases,
                   const char *name,
                   const char *id)
{
    if (has_case(cases, id)) {
        return true;
    }
    fprintf(stderr,
            "creditgate certify: %s %s: it is none of the %zu cases given; "
            "--list prints their ids\n",
            name, id, cases->count);
    return false;
}

static bool has_value(const struct cg_script *script, const char *name)
{
    for (size_t i = 0; i < script->value_count; i++) {
        if (cg_slice_is(script->captures[script->values[i].capture], name)) {
            return true;
        }
    }
    return false;
}

/* What the kit sets by itself counts, too. */
static bool is_value(const struct cg_cases *cases, const char *name)
{
    static const char *const own[] = {"RUN", "ACCOUNT", "FIRM", "LIMIT"};

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(own[i], name) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < cases->count; i++) {
        if (has_value(&cases->items[i].script, name)) {
            return true;
        }
    }
    return false;
}

static bool is_word(const struct cg_cases *cases, struct cg_slice word)
{
    for (size_t i = 0; i < cases->count; i++) {
        struct cg_slice needs = cases->items[i].script.kase.needs;

        while (needs.len > 0) {
            size_t len = 0;

            while (len < needs.len && needs.data[len] != ' ' &&
                   needs.data[len] != '\t') {
                len++;
            }
            if (cg_slice_equal((struct cg_slice){needs.data, len}, word)) {
                return true;
            }
            len += len < needs.len ? 1 : 0;
            needs.data += len;
            needs.len -= len;
        }
    }
    return false;
}

static void tell_words(const struct cg_profile *profile,
                       const struct cg_cases *cases)
{
    const char *at = profile->unsupported != NULL ? profile->unsupported : "";

    while (*at != '\0') {
        size_t len = strcspn(at, ", ");

        if (len > 0 && !is_word(cases, (struct cg_slice){at, len})) {
            printf("%s: Unsupported=%.*s: no case here needs it\n",
                   profile->path, (int)len, at);
        }
        at += len + (at[len] != '\0' ? 1 : 0);
    }
}

void certify_tell_unused(const struct cg_profile *profile,
                         const struct cg_cases *cases)
{
    for (size_t i = 0; i < profile->value_count; i++) {
        if (!is_value(cases, profile->values[i].name)) {
            printf("%s: [VALUES] %s=: no case here has such a name\n",
                   profile->path, profile->values[i].name);
        }
    }
    for (size_t i = 0; i < profile->waiver_count; i++) {
        if (!has_case(cases, profile->waivers[i].id)) {
            printf("%s:%d: [WAIVE] %s=: it is none of the cases here\n",
                   profile->path, profile->waivers[i].line,
                   profile->waivers[i].id);
        }
    }
    tell_words(profile, cases);
}

bool certify_can_ask(const struct cg_profile *profile)
{
    const char *command = profile->operator_command;

    if (command == NULL || strchr(command, '/') == NULL ||
        access(command, X_OK) == 0) {
        return true;
    }
    fprintf(stderr,
            "%s: OperatorCommand=: %s cannot be run: %s; its path is seen from "
            "the profile's folder\n",
            profile->path, command, strerror(errno));
    return false;
}
