/*
 * creditgate demo: a whole day between a client, the gate, a venue and a hub,
 * in real processes over real sockets, in less than a minute.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "demo_story.h"
#include "sim_fields.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "usage: creditgate demo [options]\n"
    "Starts a hub, a venue, the gate and a client, lets them trade, and "
    "checks\n"
    "every message.  Status 0: all was as it must be.\n\n"
    "options:\n"
    "  --keep DIR         all files go there; new, or empty\n"
    "  --verbose          print the raw messages, too\n"
    "  --until N          end after scene N\n"
    "  --no-timing        leave out the round trips at the end\n"
    "  --quiet            print only what goes wrong; no round trips\n";

struct arguments {
    const char *keep;
    bool help;
    bool no_timing;
    struct story_options options;
};

static bool parse(int argc, char **argv, struct arguments *arguments)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        int64_t number = 0;
        if (strcmp(argv[i], "--help") == 0) {
            arguments->help = true;
        } else if (strcmp(argv[i], "--verbose") == 0) {
            arguments->options.verbose = true;
        } else if (strcmp(argv[i], "--no-timing") == 0) {
            arguments->no_timing = true;
        } else if (strcmp(argv[i], "--quiet") == 0) {
            arguments->options.quiet = true;
            arguments->no_timing = true;
        } else if (strcmp(argv[i], "--keep") == 0 && value != NULL) {
            arguments->keep = value;
            i++;
        } else if (strcmp(argv[i], "--until") == 0 && value != NULL &&
                   sim_number_read(cg_slice_str(value), 0, &number) &&
                   number > 0 && number < 1000) {
            arguments->options.until = (unsigned)number;
            i++;
        } else {
            fprintf(stderr, "creditgate demo: %s is not understood\n%s",
                    argv[i], usage);
            return false;
        }
    }
    return true;
}

/* A fresh directory under |parent|. */
static bool make_under(const char *parent, char *path, size_t len)
{
    int size = snprintf(path, len, "%s/demo-XXXXXX", parent);
    return size > 0 && (size_t)size < len && mkdtemp(path) != NULL;
}

static bool make_directory(const char *keep, char *path, size_t len)
{
    const char *temporary = getenv("TMPDIR");
    if (keep != NULL) {
        int size = snprintf(path, len, "%s", keep);
        if (size <= 0 || (size_t)size >= len) {
            errno = ENAMETOOLONG;
            return false;
        }
        /* An older journal would be a past of this gate: empty, or nothing. */
        (void)rmdir(path);
        return mkdir(path, 0755) == 0;
    }
    if ((mkdir("run.d", 0755) == 0 || errno == EEXIST) &&
        make_under("run.d", path, len)) {
        return true;
    }
    return make_under(temporary != NULL ? temporary : "/tmp", path, len);
}

/* Timed on a stage of its own: nothing is watched there but the clock. */
static int play_timing(const struct story_options *demo)
{
    char directory[PATH_MAX];
    struct story_options options = {
        .program = demo->program, .directory = directory, .quiet = true};
    int len = snprintf(directory, sizeof(directory), "%s/timing",
                       demo->directory);
    if (len <= 0 || (size_t)len >= sizeof(directory) ||
        mkdir(directory, 0755) != 0) {
        return 1;
    }
    return demo_timing_play(&options);
}

int app_demo(int argc, char **argv)
{
    struct arguments arguments = {0};
    char made[PATH_MAX];
    char directory[PATH_MAX];
    char program[PATH_MAX];
    if (!parse(argc, argv, &arguments)) {
        return 2;
    }
    if (arguments.help) {
        fputs(usage, stdout);
        return 0;
    }
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (len <= 0) {
        fprintf(stderr, "creditgate demo: /proc/self/exe: %s\n",
                strerror(errno));
        return 1;
    }
    program[len] = '\0';
    /* Whole paths: the processes have places of their own. */
    if (!make_directory(arguments.keep, made, sizeof(made)) ||
        realpath(made, directory) == NULL) {
        fprintf(stderr,
                "creditgate demo: no directory for its files: %s\n"
                "Give --keep a new or an empty directory.\n",
                strerror(errno));
        return 1;
    }
    arguments.options.program = program;
    arguments.options.directory = directory;
    int status = story_play(demo_story, demo_story_len, &arguments.options);
    if (status == 0 && !arguments.no_timing && arguments.options.until == 0) {
        status = play_timing(&arguments.options);
    }
    if (!arguments.options.quiet || status != 0) {
        printf("Files: %s (gate.cfg, instruments.csv, rates.csv, gate.journal, "
               "*.log)\n",
               directory);
    }
    return status;
}
