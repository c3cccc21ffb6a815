/*
 * creditgate replay: recorded FIX traffic through the gate, with its own times.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "file_text.h"
#include "journal_file.h"
#include "print_mistake.h"
#include "replay_against.h"
#include "replay_journal.h"
#include "replay_print.h"
#include <creditgate/rates.h>

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAR_RATES_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define TOLD_MAX 20      /* of one kind of trouble; the rest is counted */
#define PROGRESS_AFTER 2 /* seconds */

struct replay_command {
    const char *config_path;
    const char *expect;
    const char *journal_path; /* NULL: the logs alone */
    const char *output_path;
    const char **logs;
    size_t log_count;
    enum replay_format format;
    unsigned long differences; /* to be printed, of each kind */
    bool stops;                /* --on-bad stop */
    struct replay_against against;
    uint64_t told[CG_REPLAY_KINDS];
    FILE *output;
    FILE *words; /* where differences go */
    bool output_failed;
    struct replay_rates rates; /* by the journal */
    struct timespec started;
    time_t progress_at;
    bool terminal;
    bool said; /* how far it is stands on standard error */
};

static void print_usage(FILE *to)
{
    fputs(
        "usage: creditgate replay --config FILE [options] LOG...\n"
        "\n"
        "Runs recorded FIX traffic through the gate, with the times of the "
        "log,\n"
        "and reports what was refused and why, limits at their peak, tokens, "
        "times,\n"
        "and where the gate sends something else than was recorded.\n"
        "docs/replay.md says which logs are read; - is standard input.\n"
        "\n"
        "  --config FILE      the gate's configuration: limits, CompIDs, "
        "deadlines\n"
        "  --journal FILE     the journal of the gate that made the logs: it "
        "gives the exact\n"
        "                     order and the state at the start, and each of "
        "its "
        "facts is\n"
        "                     made again; exit status 1 when one is another\n"
        "  --expect FILE      a log of what the gate should send; exit status "
        "1 when\n"
        "                     it sends anything else\n"
        "  --output FILE      write what the gate decides and sends, as a "
        "log; -:\n"
        "                     standard output\n"
        "  --differences N    print so many differences (20)\n"
        "  --on-bad skip|stop what is wrong in a log is told and skipped, or "
        "is the\n"
        "                     end (skip)\n"
        "  --format table|csv|json  of the report (table)\n"
        "\n"
        "What if: the orders that other settings would have decided otherwise, "
        "and why\n"
        "\n"
        "  --against FILE     another configuration: limits, deadlines, DV01s\n"
        "  --hub-latency MS   hubs take so long for their answers\n"
        "  --unknown-answers grant|silent  of a hub, to what it was not asked "
        "in the\n"
        "                     log (grant)\n"
        "  --unknown-orders rest|end  at the venue, that did not get there in "
        "the log\n"
        "                     (rest)\n"
        "\n"
        "Exit status: 0 done, and as expected; 1 not as expected, or the books "
        "do\n"
        "not add up; 2 wrong arguments, or a file cannot be read.\n",
        to);
}

/* --- what is printed on the way ----------------------------------------- */

static void clear_progress(struct replay_command *command)
{
    if (command->said) {
        fputs("\r\033[K", stderr);
        command->said = false;
    }
}

static const struct cg_rates *
on_rates(void *user, const char *digest, cg_time made_at)
{
    struct replay_command *command = user;
    return replay_rates_of(&command->rates, digest, made_at);
}

static bool on_trouble(void *user,
                       unsigned kind,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    struct replay_command *command = user;
    uint64_t count = ++command->told[kind];
    if (count <= TOLD_MAX || command->stops) {
        clear_progress(command);
        fprintf(stderr, "%s:%" PRIu64 ": %s\n", file, offset, text);
    }
    if (count == TOLD_MAX && !command->stops) {
        fprintf(stderr,
                "creditgate replay: more of this kind (%s) is only counted\n",
                cg_replay_trouble_name(kind));
    }
    return !command->stops;
}

static void on_difference(void *user,
                          const struct cg_replay_difference *difference)
{
    struct replay_command *command = user;
    clear_progress(command);
    replay_print_difference(command->words, difference);
}

static int on_output(void *user, const char *bytes, size_t len)
{
    struct replay_command *command = user;
    command->output_failed = fwrite(bytes, 1, len, command->output) != len ||
                             command->output_failed;
    return command->output_failed ? CG_ERR_IO : 0;
}

static void on_progress(void *user, uint64_t done, uint64_t total)
{
    struct replay_command *command = user;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!command->terminal ||
        now.tv_sec - command->started.tv_sec < PROGRESS_AFTER ||
        now.tv_sec == command->progress_at) {
        return;
    }
    command->progress_at = now.tv_sec;
    command->said = true;
    if (total > 0) {
        fprintf(stderr, "\rreplaying: %" PRIu64 " of %" PRIu64 " MB",
                done >> 20, total >> 20);
    } else {
        fprintf(stderr, "\rreplaying: %" PRIu64 " MB", done >> 20);
    }
    fflush(stderr);
}

/* --- arguments ---------------------------------------------------------- */

static bool wrong(const char *text)
{
    fprintf(stderr, "creditgate replay: %s\n", text);
    return false;
}

static bool take_format(struct replay_command *command, const char *name)
{
    static const char *const names[] = {"table", "csv", "json"};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            command->format = (enum replay_format)i;
            return true;
        }
    }
    return wrong("--format is table, csv or json");
}

static bool take_number(struct replay_command *command, const char *text)
{
    char *end;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits] != '\0' || digits > 9) {
        return wrong("--differences is a number below a billion");
    }
    command->differences = strtoul(text, &end, 10);
    command->against.max = command->differences;
    return true;
}

static bool take_on_bad(struct replay_command *command, const char *word)
{
    command->stops = strcmp(word, "stop") == 0;
    return command->stops || strcmp(word, "skip") == 0 ||
           wrong("--on-bad is skip or stop");
}

static bool
take(struct replay_command *command, const char *option, const char *value)
{
    if (value == NULL) {
        fprintf(stderr, "creditgate replay: %s needs a value\n", option);
        return false;
    }
    if (replay_against_is_option(option)) {
        return replay_against_take(&command->against, option, value);
    }
    if (strcmp(option, "--config") == 0) {
        command->config_path = value;
    } else if (strcmp(option, "--expect") == 0) {
        command->expect = value;
    } else if (strcmp(option, "--journal") == 0) {
        command->journal_path = value;
    } else if (strcmp(option, "--output") == 0) {
        command->output_path = value;
    } else if (strcmp(option, "--format") == 0) {
        return take_format(command, value);
    } else if (strcmp(option, "--differences") == 0) {
        return take_number(command, value);
    } else if (strcmp(option, "--on-bad") == 0) {
        return take_on_bad(command, value);
    } else {
        fprintf(stderr, "creditgate replay: there is no option %s\n", option);
        print_usage(stderr);
        return false;
    }
    return true;
}

static bool check_pipes(const struct replay_command *command)
{
    size_t pipes = command->expect != NULL && strcmp(command->expect, "-") == 0;
    for (size_t i = 0; i < command->log_count; i++) {
        pipes += strcmp(command->logs[i], "-") == 0;
    }
    return pipes < 2 || wrong("standard input can be read once");
}

static bool
read_arguments(struct replay_command *command, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-' || argv[i][1] == '\0') {
            command->logs[command->log_count++] = argv[i];
        } else if (!take(command, argv[i], i + 1 < argc ? argv[i + 1] : NULL)) {
            return false;
        } else {
            i++;
        }
    }
    if (command->config_path == NULL) {
        return wrong("--config FILE is missing: the gate's configuration");
    }
    if (command->log_count == 0) {
        return wrong("give a log, or - for standard input");
    }
    if (command->journal_path != NULL && command->against.wanted) {
        return wrong("--journal is one gate as it was; --against and "
                     "--hub-latency ask what another would do: choose one");
    }
    return check_pipes(command) && replay_against_check(&command->against);
}

/* --- the run ------------------------------------------------------------ */

/* Where nothing could be compared, nothing is proved. */
static bool is_expected(const struct cg_replay *replay,
                        const struct cg_config *config)
{
    uint64_t same = 0;
    uint64_t others = 0;
    for (size_t i = 0; i <= config->session_count; i++) {
        const uint64_t *counts = cg_replay_verdicts(replay, CG_REPLAY_EXPECTED,
                                                    i);
        same += counts[CG_REPLAY_SAME];
        others += counts[CG_REPLAY_DIFFERENT] +
                  counts[CG_REPLAY_ONLY_RECORDED] +
                  counts[CG_REPLAY_ONLY_PRODUCED] + counts[CG_REPLAY_MOVED];
    }
    if (same + others == 0) {
        fputs("creditgate replay: nothing is expected, and nothing is sent: do "
              "the CompIDs of the configuration fit the logs?\n",
              stderr);
    }
    return same > 0 && others == 0;
}

static int report(struct replay_command *command,
                  const struct cg_replay *replay,
                  const struct cg_config *config)
{
    struct cg_replay_totals totals;
    cg_replay_totals(replay, &totals);
    const struct cg_exactness *exactness = cg_replay_exactness(replay);
    if (command->against.wanted) {
        replay_against_print(&command->against, replay, config);
        totals.holds = totals.holds && cg_replay_against_totals(replay)->holds;
    } else {
        replay_print(command->output == stdout ? stderr : stdout,
                     command->format, replay, config, command->expect != NULL);
    }
    if (exactness != NULL) {
        replay_print_exactness(command->words, exactness);
    }
    bool expected = command->expect == NULL || is_expected(replay, config);
    if (!totals.holds) {
        fprintf(stderr, "creditgate replay: the books do not hold: %s\n",
                totals.why);
    }
    bool exact = exactness == NULL || replay_is_exact(exactness);
    return expected && exact && totals.holds ? 0 : 1;
}

static int replay_with(struct replay_command *command,
                       const struct cg_config *config,
                       const struct cg_rates *rates,
                       const struct cg_journal *journal)
{
    const struct cg_replay_options options = {
        .config = config,
        .rates = rates,
        .logs = command->logs,
        .log_count = command->log_count,
        .expect = command->expect,
        .journal = journal,
        .rates_of = on_rates,
        .against = command->against.wanted ? &command->against.options : NULL,
        .output = command->output != NULL ? on_output : NULL,
        .difference_max = command->differences,
        .difference = command->differences > 0 && !command->against.wanted
                          ? on_difference
                          : NULL,
        .trouble = on_trouble,
        .progress = on_progress,
        .user = command,
    };
    struct cg_replay *replay = NULL;
    char error[512] = "";
    int status = cg_replay_open(&options, error, sizeof(error), &replay);
    if (status == 0) {
        status = cg_replay_run(replay, error, sizeof(error));
    }
    clear_progress(command);
    if (status != 0) {
        fprintf(stderr, "creditgate replay: %s\n",
                command->output_failed ? "the output cannot be written"
                                       : error);
        cg_replay_close(replay);
        return 2;
    }
    int result = report(command, replay, config);
    cg_replay_close(replay);
    return result;
}

/* False after its mistakes were told. */
bool replay_read_rates(const struct cg_config *config, struct cg_rates **rates)
{
    struct cg_file_text file;
    const char *path = config->rates.par_rates;
    int status = CG_ERR_CONFIG;
    *rates = NULL;
    if (!config->rates.given || path[0] == '\0') {
        return true;
    }
    switch (cg_file_text_read(path, PAR_RATES_BYTES_MAX, &file)) {
    case CG_FILE_READ: {
        const struct cg_rates_text text = {.file = path,
                                           .text = file.text,
                                           .len = file.len,
                                           .made_at = file.stamp.written_ns};
        status = cg_rates_read(config, &text, NULL, app_print_mistake, NULL,
                               rates);
        break;
    }
    case CG_FILE_REFUSED:
        app_print_mistake(NULL, path, 0, file.wrong, file.remedy);
        break;
    case CG_FILE_CHANGING:
        app_print_mistake(NULL, path, 0, "it is being written",
                          "replay again when that is done");
        break;
    }
    cg_file_text_deinit(&file);
    return status == 0;
}

static bool is_file(const struct stat *of, const char *path)
{
    struct stat other;
    return path != NULL && stat(path, &other) == 0 &&
           of->st_dev == other.st_dev && of->st_ino == other.st_ino;
}

/* Whether what is to be written is a file that is to be read. */
static bool overwrites(const struct replay_command *command)
{
    struct stat of;
    bool found = false;
    if (stat(command->output_path, &of) != 0 || !S_ISREG(of.st_mode)) {
        return false;
    }
    for (size_t i = 0; i < command->log_count; i++) {
        found = found || is_file(&of, command->logs[i]);
    }
    return found || is_file(&of, command->expect) ||
           is_file(&of, command->config_path) ||
           is_file(&of, command->journal_path);
}

static bool open_output(struct replay_command *command)
{
    /* What programs read is not to be mixed with words. */
    command->words = command->format == REPLAY_TABLE ? stdout : stderr;
    if (command->output_path == NULL) {
        return true;
    }
    if (strcmp(command->output_path, "-") == 0) {
        command->output = stdout;
        command->words = stderr;
        return true;
    }
    if (overwrites(command)) {
        fprintf(stderr,
                "creditgate replay: --output %s would overwrite what is read; "
                "give another file\n",
                command->output_path);
        return false;
    }
    command->output = fopen(command->output_path, "w");
    if (command->output == NULL) {
        fprintf(stderr, "creditgate replay: %s: cannot be written: %s\n",
                command->output_path, strerror(errno));
    }
    return command->output != NULL;
}

static int close_output(struct replay_command *command, int status)
{
    bool failed = command->output != NULL && fflush(command->output) != 0;
    if (command->output != NULL && command->output != stdout) {
        failed = fclose(command->output) != 0 || failed;
    }
    if (failed) {
        fprintf(stderr, "creditgate replay: %s: cannot be written\n",
                command->output_path);
        return 2;
    }
    return status;
}

/* By the journal, if there is one. */
static int replay_by(struct replay_command *command,
                     const struct cg_config *config,
                     const struct cg_rates *rates)
{
    struct cg_journal journal;
    if (command->journal_path == NULL) {
        return replay_with(command, config, rates, NULL);
    }
    if (!app_journal_open("replay", command->journal_path, &journal)) {
        return 2;
    }
    command->rates.config = config;
    int status = replay_with(command, config, rates, &journal);
    replay_rates_deinit(&command->rates);
    journal.close(journal.user);
    return status;
}

static int replay(struct replay_command *command)
{
    struct cg_config *config;
    struct cg_rates *rates = NULL;
    int status = 2;
    if (cg_config_open(command->config_path, app_print_mistake, NULL,
                       &config) != 0) {
        return 2;
    }
    /* By a journal, rates are read when it has them taken. */
    bool ready = command->journal_path != NULL ||
                 replay_read_rates(config, &rates);
    ready = ready && (!command->against.wanted ||
                      replay_against_open(&command->against, config, rates));
    if (ready && open_output(command)) {
        if (command->against.wanted) {
            replay_against_begin(&command->against,
                                 command->output == stdout ? stderr : stdout,
                                 command->format);
        }
        status = close_output(command, replay_by(command, config, rates));
    }
    replay_against_close(&command->against);
    cg_rates_close(rates);
    cg_config_close(config);
    return status;
}

int app_replay(int argc, char **argv)
{
    struct replay_command command = {
        .differences = 20,
        .against = {.max = ULONG_MAX, .options = {.hub_latency = -1}},
        .terminal = isatty(STDERR_FILENO) == 1,
    };
    int status = 2;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_usage(stdout);
            return 0;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &command.started);
    command.logs = calloc((size_t)argc + 1, sizeof(*command.logs));
    if (command.logs != NULL && read_arguments(&command, argc, argv)) {
        status = replay(&command);
    }
    free(command.logs);
    return status;
}
