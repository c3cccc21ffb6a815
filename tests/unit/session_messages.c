/*
 * Prints every message of sessions on paper, one a line:
 *
 *     FILE <tab> ACTOR <tab> ROLE <tab> VERSION <tab> DIRECTION <tab> BYTES
 *
 * ROLE is client, venue or hub, DIRECTION `>` to the gate and `<` from it; with
 * `!` the FIX session is "up" or "down", instead of BYTES.  A session on paper
 * that does not pass is played as far as it goes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script.h"

#include <creditgate/config.h>
#include <stdio.h>
#include <string.h>

struct dump {
    const struct cg_script *script;
    const char *file;
};

static const char *const role_names[] = {
    [CG_ROLE_CLIENT] = "client",
    [CG_ROLE_VENUE] = "venue",
    [CG_ROLE_HUB] = "hub",
};

static const char *const version_names[] = {
    [CG_FIX42] = "42",
    [CG_FIX44] = "44",
    [CG_FIX50SP2] = "50",
};

static void passed(void *user, const struct cg_script_passed *passed)
{
    const struct dump *dump = user;
    struct cg_config_session_view view;
    bool link = passed->act == CG_SCRIPT_UP || passed->act == CG_SCRIPT_DOWN;
    bool in = passed->act == CG_SCRIPT_SEND;
    if ((!link && !in && passed->act != CG_SCRIPT_EXPECT) ||
        !cg_config_session(&dump->script->config, passed->session, &view)) {
        return;
    }
    printf("%s\t%s\t%s\t%s\t%c\t", dump->file, view.name, role_names[view.role],
           version_names[view.version],
           link ? '!'
           : in ? '>'
                : '<');
    if (link) {
        puts(passed->act == CG_SCRIPT_UP ? "up" : "down");
        return;
    }
    for (size_t i = 0; i < passed->bytes.len; i++) {
        char byte = passed->bytes.data[i];
        putchar(byte == '\n' ? ' ' : byte);
    }
    putchar('\n');
}

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    (void)user;
    fprintf(stderr, "%s:%d: %s; %s\n", file, line, wrong, remedy);
}

static int dump_file(const char *path)
{
    struct cg_script script;
    const char *slash = strrchr(path, '/');
    struct dump dump = {&script, slash != NULL ? slash + 1 : path};
    struct cg_script_run_options options = {.passed = passed, .user = &dump};
    int rc = cg_script_read(path, mistake, NULL, &script);
    if (rc != 0) {
        return rc;
    }
    rc = cg_script_run(&script, &options);
    cg_script_deinit(&script);
    return rc < 0 ? rc : 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (dump_file(argv[i]) != 0) {
            return 1;
        }
    }
    return 0;
}
