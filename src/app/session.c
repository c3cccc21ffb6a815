/*
 * creditgate session: sessions on paper, played or drawn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "script.h"
#include "session_write.h"

#include <stdio.h>
#include <string.h>

static void print_usage(FILE *to)
{
    fputs(
        "usage: creditgate session run [-v] FILE...\n"
        "       creditgate session draw [--svg] FILE\n"
        "       creditgate session record --config FILE [--anonymise] "
        "LOG...\n\n"
        "Plays sessions, which docs/sessions.md describes, on a gate without\n"
        "sockets, in virtual time.  What the gate says must be what the\n"
        "session says, message by message, field by field.\n\n"
        "  run        play each file; say what differs\n"
        "  -v         print all that is said, as a session is written, and\n"
        "             why the gate says it\n"
        "  draw       print the steps of one file as a sequence diagram\n"
        "  --svg      as an SVG document, not as text\n"
        "  record     replay FIX logs, which docs/replay.md describes, and\n"
        "             print the session that they make; it passes when run\n"
        "  --config   the configuration of the gate that the logs are of\n"
        "  --anonymise  other accounts, CompIDs, ids, prices and texts\n\n"
        "Exit status: 0 all passed, 1 some did not, 2 a file is not written\n"
        "as it should be, a log cannot be read, or wrong arguments.\n",
        to);
}

static void print(void *user, const char *text)
{
    (void)user;
    fputs(text, stdout);
}

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    (void)user;
    fflush(stdout);
    if (line > 0) {
        fprintf(stderr, "%s:%d: %s; %s\n", file, line, wrong, remedy);
    } else {
        fprintf(stderr, "%s: %s; %s\n", file, wrong, remedy);
    }
}

static bool read_file(const char *path, struct cg_script *script)
{
    int status = cg_script_read(path, mistake, NULL, script);

    if (status == CG_ERR_MEMORY) {
        mistake(NULL, path, 0, "there is no memory for it", "try again");
    }
    return status == 0;
}

/* How many files passed, failed, and could not be read. */
struct results {
    size_t passed;
    size_t failed;
    size_t unread;
};

static void run_file(const char *path, bool verbose, struct results *results)
{
    struct cg_script_run_options options = {.verbose = verbose, .print = print};
    struct cg_script script;
    int status;

    if (!read_file(path, &script)) {
        results->unread++;
        return;
    }
    if (verbose) {
        printf("# %s: %s\n", path, script.title);
    }
    status = cg_script_run(&script, &options);
    if (status < 0) {
        printf("%s: no memory\n", path);
    }
    results->passed += status == 0 ? 1 : 0;
    results->failed += status != 0 ? 1 : 0;
    cg_script_deinit(&script);
}

static int run_files(int argc, char **argv)
{
    struct results results = {0, 0, 0};
    bool verbose = false;
    int first = 0;

    while (first < argc && strcmp(argv[first], "-v") == 0) {
        verbose = true;
        first++;
    }
    if (first == argc) {
        fputs("creditgate session run: give a file\n", stderr);
        return 2;
    }
    for (int i = first; i < argc; i++) {
        if (argv[i][0] == '-') {
            fprintf(stderr, "creditgate session run: %s is no option\n",
                    argv[i]);
            return 2;
        }
    }
    for (int i = first; i < argc; i++) {
        run_file(argv[i], verbose, &results);
    }
    printf("%zu passed, %zu failed\n", results.passed,
           results.failed + results.unread);
    if (results.unread > 0) {
        return 2;
    }
    return results.failed > 0 ? 1 : 0;
}

static int draw_file(int argc, char **argv)
{
    struct cg_script script;
    const char *path = NULL;
    bool svg = false;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--svg") == 0) {
            svg = true;
        } else if (path != NULL || argv[i][0] == '-') {
            fprintf(stderr, "creditgate session draw: give one file, not %s\n",
                    argv[i]);
            return 2;
        } else {
            path = argv[i];
        }
    }
    if (path == NULL) {
        fputs("creditgate session draw: give a file\n", stderr);
        return 2;
    }
    if (!read_file(path, &script)) {
        return 2;
    }
    if (svg) {
        cg_script_draw_svg(&script, print, NULL);
    } else {
        cg_script_draw_text(&script, print, NULL);
    }
    cg_script_deinit(&script);
    return 0;
}

int app_session(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_usage(stdout);
            return 0;
        }
    }
    if (argc > 1 && strcmp(argv[1], "run") == 0) {
        return run_files(argc - 2, argv + 2);
    }
    if (argc > 1 && strcmp(argv[1], "draw") == 0) {
        return draw_file(argc - 2, argv + 2);
    }
    if (argc > 1 && strcmp(argv[1], "record") == 0) {
        return app_session_record(argc - 2, argv + 2);
    }
    fputs("creditgate session: ", stderr);
    if (argc > 1) {
        fprintf(stderr, "there is no command %s\n\n", argv[1]);
    } else {
        fputs("say what to do\n\n", stderr);
    }
    print_usage(stderr);
    return 2;
}
