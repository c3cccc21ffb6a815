/*
 * creditgate certify: the cases of a certification against a real counterparty.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "certification.h"
#include "certify_names.h"
#include "certify_operator.h"
#include "certify_progress.h"
#include "evidence.h"
#include "print_mistake.h"

#include <dirent.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_MAX 256

struct certify {
    const char *config_path;
    const char *profile_path;
    const char *peer; /* hub, fcm, gate, or a session's name */
    const char *play;
    const char *dir;
    const char *operator_name;
    const char *paths[LIST_MAX];
    size_t path_count;
    struct cg_kit_value skips[LIST_MAX];
    size_t skip_count;
    const char *again[LIST_MAX];
    size_t again_count;
    bool list;
    bool verbose;
    bool unattended;
    uv_loop_t loop;
    struct cg_config config;
    struct cg_profile profile;
    struct cg_cases cases;
    struct certify_operator operator;
    struct certify_progress progress;
    enum cg_kit_seat seat;
    cg_session hub;
    uint64_t played;
};

static void print_usage(FILE *to)
{
    fputs(
        "usage: creditgate certify --config FILE --report DIR [options] "
        "CASES...\n"
        "       creditgate certify verify DIR\n"
        "\n"
        "Plays cases, which docs/certification.md describes, against a real\n"
        "counterparty over FIX, and writes what came of it: report.html to be\n"
        "read and signed, report.json, junit.xml, and the evidence that they\n"
        "are made of.  CASES are .session files, or folders of them.\n"
        "\n"
        "  --config FILE      the configuration of the gate: the kit's own, or "
        "the\n"
        "                     one that is certified (docs/configuration.md)\n"
        "  --peer hub|fcm|gate  who is certified (hub); a name of [SESSION] "
        "where\n"
        "                     there are several hubs\n"
        "  --play LIST        of a gate's sessions, those that the kit plays, "
        "by\n"
        "                     names or roles between commas (all)\n"
        "  --profile FILE     how the counterparty differs\n"
        "  --report DIR       made, or gone on with: what has a verdict there "
        "is\n"
        "                     not played again\n"
        "  --operator NAME    who runs this (the user's name)\n"
        "  --skip ID=REASON   leave a case out, on record; repeat it\n"
        "  --again ID|failed  play a case again, or all that did not pass\n"
        "  --unattended       nobody is asked anything\n"
        "  --list             print the cases, and what rules them out; play "
        "none\n"
        "  -v                 print every step and message\n"
        "\n"
        "Ctrl-C stops after the running case, and twice at once; the same "
        "command\n"
        "goes on.\n"
        "verify checks that the evidence in DIR, and the reports, are as they "
        "were\n"
        "written.\n"
        "\n"
        "Exit status: 0 every mandatory case has passed or is waived (verify: "
        "all is\n"
        "as written); 1 not; 2 wrong arguments, or a file that cannot be "
        "used.\n",
        to);
}

/* --- arguments ---------------------------------------------------------- */

static bool add_skip(struct certify *certify, char *text)
{
    char *equals = strchr(text, '=');

    if (equals == NULL || equals == text ||
        equals[1 + strspn(equals + 1, " \t")] == '\0') {
        fprintf(stderr,
                "creditgate certify: --skip %s has no reason; write "
                "--skip ID=REASON\n",
                text);
        return false;
    }
    if (certify->skip_count == LIST_MAX) {
        fputs("creditgate certify: too many --skip\n", stderr);
        return false;
    }
    *equals = '\0';
    certify->skips[certify->skip_count++] = (struct cg_kit_value){text,
                                                                  equals + 1};
    return true;
}

static bool add_again(struct certify *certify, const char *id)
{
    if (certify->again_count == LIST_MAX) {
        fputs("creditgate certify: too many --again\n", stderr);
        return false;
    }
    certify->again[certify->again_count++] = id;
    return true;
}

/* An option with a value; 0: it is none, -1: it is wrong. */
static int take_option(struct certify *certify, const char *name, char *value)
{
    const struct {
        const char *name;
        const char **to;
    } options[] = {
        {"--config", &certify->config_path},
        {"--profile", &certify->profile_path},
        {"--peer", &certify->peer},
        {"--play", &certify->play},
        {"--report", &certify->dir},
        {"--operator", &certify->operator_name},
    };
    bool skip = strcmp(name, "--skip") == 0;
    bool again = strcmp(name, "--again") == 0;
    size_t at = 0;

    while (at < sizeof(options) / sizeof(options[0]) &&
           strcmp(options[at].name, name) != 0) {
        at++;
    }
    if (at == sizeof(options) / sizeof(options[0]) && !skip && !again) {
        return 0;
    }
    if (value == NULL) {
        fprintf(stderr, "creditgate certify: %s needs a value\n", name);
        return -1;
    }
    if (skip) {
        return add_skip(certify, value) ? 1 : -1;
    }
    if (again) {
        return add_again(certify, value) ? 1 : -1;
    }
    *options[at].to = value;
    return 1;
}

static bool take_flag(struct certify *certify, const char *name)
{
    const struct {
        const char *name;
        bool *to;
    } flags[] = {
        {"--list", &certify->list},
        {"--unattended", &certify->unattended},
        {"-v", &certify->verbose},
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (strcmp(flags[i].name, name) == 0) {
            *flags[i].to = true;
            return true;
        }
    }
    return false;
}

static bool parse(struct certify *certify, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int taken = 0;

        if (argv[i][0] != '-') {
            if (certify->path_count == LIST_MAX) {
                fputs("creditgate certify: too many files; give their folder\n",
                      stderr);
                return false;
            }
            certify->paths[certify->path_count++] = argv[i];
            continue;
        }
        if (take_flag(certify, argv[i])) {
            continue;
        }
        taken = take_option(certify, argv[i],
                            i + 1 < argc ? argv[i + 1] : NULL);
        if (taken == 0) {
            fprintf(stderr,
                    "creditgate certify: %s is no option; creditgate certify "
                    "--help lists them\n",
                    argv[i]);
        }
        if (taken <= 0) {
            return false;
        }
        i++;
    }
    if (certify->config_path == NULL || certify->path_count == 0 ||
        (certify->dir == NULL && !certify->list)) {
        fputs("creditgate certify: give --config FILE, --report DIR and cases, "
              "such as\nsample_sessions/certification\n",
              stderr);
        return false;
    }
    return true;
}

/* --- who is who --------------------------------------------------------- */

static cg_session session_named(const struct cg_config *config,
                                const char *name)
{
    for (size_t i = 0; i < config->session_count; i++) {
        if (strcmp(config->sessions[i].name, name) == 0) {
            return (cg_session)i;
        }
    }
    return CG_SESSION_NONE;
}

/* The session of the hub that is certified: by its name, or the first. */
static bool find_hub(struct certify *certify)
{
    const struct cg_config *config = &certify->config;
    bool any = strcmp(certify->peer, "hub") == 0 ||
               strcmp(certify->peer, "fcm") == 0;

    certify->hub = session_named(config, certify->peer);
    for (size_t i = 0;
         certify->hub == CG_SESSION_NONE && any && i < config->session_count;
         i++) {
        if (config->sessions[i].role == CG_ROLE_HUB) {
            certify->hub = (cg_session)i;
        }
    }
    if (certify->hub == CG_SESSION_NONE ||
        config->sessions[certify->hub].role != CG_ROLE_HUB) {
        fprintf(stderr,
                "%s: there is no hub session %s; add a [SESSION] with Role=hub "
                "and Name=%s, or give another --peer\n",
                certify->config_path, certify->peer, certify->peer);
        return false;
    }
    return true;
}

static bool plays_one(struct certify *certify, const char *word, size_t len)
{
    static const char *const roles[] = {"client", "venue", "hub"};
    const struct cg_config *config = &certify->config;
    bool found = false;

    for (size_t i = 0; i < config->session_count; i++) {
        const struct cg_config_session *session = &config->sessions[i];
        struct cg_slice wanted = {word, len};

        if (cg_slice_is(wanted, session->name) ||
            cg_slice_is(wanted, roles[session->role])) {
            certify->played |= (uint64_t)1 << i;
            found = true;
        }
    }
    if (!found) {
        fprintf(stderr,
                "creditgate certify: --play %.*s is neither a role (client, "
                "venue, hub) nor a session of %s\n",
                (int)len, word, certify->config_path);
    }
    return found;
}

static bool find_played(struct certify *certify)
{
    const char *at = certify->play;

    if (at == NULL) {
        certify->played = certify->config.session_count < 64
                              ? ((uint64_t)1 << certify->config.session_count) -
                                    1
                              : UINT64_MAX;
        return true;
    }
    while (*at != '\0') {
        size_t len = strcspn(at, ",");

        if (!plays_one(certify, at, len)) {
            return false;
        }
        at += len + (at[len] == ',' ? 1 : 0);
    }
    if (certify->played == 0) {
        fputs("creditgate certify: --play names nobody; leave it out, and all "
              "are played\n",
              stderr);
    }
    return certify->played != 0;
}

/* --- progress ----------------------------------------------------------- */

static void on_begin(void *user,
                     const struct cg_case *kase,
                     size_t number,
                     size_t total,
                     unsigned attempt)
{
    struct certify *certify = user;

    certify->operator.asks = false;
    certify_progress_begin(&certify->progress, kase, number, total, attempt);
}

static void on_event(void *user, const struct cg_kit_event *event)
{
    struct certify *certify = user;

    certify_progress_event(&certify->progress, event);
}

static void on_end(void *user,
                   const struct cg_case *kase,
                   enum cg_kit_verdict verdict,
                   const char *reason,
                   cg_time took_ns)
{
    struct certify *certify = user;

    certify_progress_end(&certify->progress, kase, verdict, reason, took_ns);
}

static void on_stand(void *user,
                     const struct cg_case *kase,
                     bool decided,
                     enum cg_kit_verdict verdict,
                     const char *reason)
{
    struct certify *certify = user;

    certify_progress_stands(&certify->progress, kase, decided, verdict, reason);
}

/* --- the run ------------------------------------------------------------ */

static enum cg_kit_asked on_ask(void *user,
                                const char *actor,
                                const char *words,
                                const char *plea,
                                bool first,
                                const char **why)
{
    struct certify *certify = user;

    return certify_ask(&certify->operator, actor, words, plea, first, why);
}

static void on_shows(void *user)
{
    struct certify *certify = user;

    certify_shows(&certify->operator);
}

static enum cg_next
on_next(void *user, const struct cg_case *kase, char *reason, size_t reason_len)
{
    struct certify *certify = user;

    (void)kase;
    return certify_next(&certify->operator, reason, reason_len);
}

static void on_say(void *user, const char *text)
{
    struct certify *certify = user;

    certify_progress_break(&certify->progress);
    printf("%s\n", text);
}

static bool on_stops(void *user)
{
    const struct certify *certify = user;

    return certify->operator.stops;
}

static bool on_rests(void *user)
{
    const struct certify *certify = user;

    return certify->operator.rests;
}

/* Prints what is known of a case before it is played, and counts it. */
static int list_case(struct certify *certify,
                     const struct cg_case *kase,
                     size_t *waived,
                     size_t *hands)
{
    const struct cg_profile *profile = &certify->profile;
    const struct cg_kit_options options = {
        .config = &certify->config,
        .seat = certify->seat,
        .hub = certify->hub,
        .played = certify->played,
        .limits = profile->limits,
        .ask = on_ask,
        .user = certify,
    };
    const struct cg_script_case *what = &kase->script.kase;
    struct cg_kit_foreseen foreseen;
    int status = cg_kit_foresee(&options, &kase->script, profile->values,
                                profile->value_count, &foreseen);
    char ruled_out[CG_PROFILE_REASON_MAX];
    bool is_out = cg_profile_rules_out(profile, what, ruled_out);

    if (status != 0) {
        return status;
    }
    printf("%-8.*s %-9s %.*s", (int)what->id.len, what->id.data,
           what->optional ? "optional" : "mandatory", (int)what->purpose.len,
           what->purpose.data);
    if (is_out || foreseen.waived) {
        printf(" [waived: %s]", is_out ? ruled_out : foreseen.reason);
        (*waived)++;
    } else if (foreseen.hands > 0) {
        printf(" [hands: %zu]", foreseen.hands);
        *hands += foreseen.hands;
    }
    putchar('\n');
    return 0;
}

static int list(struct certify *certify)
{
    size_t waived = 0;
    size_t hands = 0;

    for (size_t i = 0; i < certify->cases.count; i++) {
        if (list_case(certify, &certify->cases.items[i], &waived, &hands) !=
            0) {
            fputs("creditgate certify: no memory\n", stderr);
            return 2;
        }
    }
    certify_tell_unused(&certify->profile, &certify->cases);
    printf("%zu cases, %zu of them waived; %zu times somebody is asked to do "
           "something\n",
           certify->cases.count, waived, hands);
    if (certify->cases.other_seat > 0) {
        printf("%zu more in these folders are for the other seat\n",
               certify->cases.other_seat);
    }
    return 0;
}

static int sum_up(const struct certify *certify,
                  const struct cg_certification_counts *counts,
                  const char *head)
{
    bool named = strcmp(certify->profile.firm, "not named") != 0 &&
                 strcmp(certify->profile.counterparty, "not named") != 0;

    certify_progress_sum(counts, certify->dir, head, named);
    return certify_progress_good(counts) ? 0 : 1;
}

static int play(struct certify *certify)
{
    const struct cg_certification_options options = {
        .loop = &certify->loop,
        .version = CREDITGATE_VERSION,
        .config_path = certify->config_path,
        .config = &certify->config,
        .profile = &certify->profile,
        .seat = certify->seat,
        .peer = certify->hub,
        .played = certify->played,
        .cases = &certify->cases,
        .dir = certify->dir,
        .operator_name = certify->operator_name,
        .skips = certify->skips,
        .skip_count = certify->skip_count,
        .again = certify->again,
        .again_count = certify->again_count,
        .begins = on_begin,
        .event = on_event,
        .ended = on_end,
        .ask = on_ask,
        .shows = on_shows,
        .next = certify->operator.nobody == NULL ? on_next : NULL,
        .stops = on_stops,
        .rests = on_rests,
        .stands = on_stand,
        .say = on_say,
        .user = certify,
    };
    struct cg_certification_counts counts;
    char head[65] = "";
    char error[1024] = "";
    int status = cg_certification_run(&options, &counts, head, error,
                                      sizeof(error));

    if (status != 0) {
        fprintf(stderr, "creditgate certify: %s\n", error);
        return 2;
    }
    return sum_up(certify, &counts, head);
}

static bool open_files(struct certify *certify)
{
    if (cg_config_read(certify->config_path, app_print_mistake, NULL,
                       &certify->config) != 0) {
        return false;
    }
    certify->seat = strcmp(certify->peer, "gate") == 0 ? CG_KIT_GATE
                                                       : CG_KIT_HUB;
    if (certify->seat == CG_KIT_HUB && certify->play != NULL) {
        fputs("creditgate certify: --play is of --peer gate only; of a hub the "
              "kit plays all others\n",
              stderr);
        return false;
    }
    return (certify->seat == CG_KIT_GATE ? find_played(certify)
                                         : find_hub(certify)) &&
           cg_profile_read(certify->profile_path, app_print_mistake, NULL,
                           &certify->profile) == 0 &&
           cg_cases_read(certify->paths, certify->path_count, certify->seat,
                         app_print_mistake, NULL, &certify->cases) == 0;
}

/* A folder of something else must not be filled with evidence. */
static bool is_folder_of_ours(const char *dir)
{
    DIR *folder = opendir(dir);
    bool any = false;
    bool ours = false;

    if (folder == NULL) {
        return true; /* it is made, or whoever makes it tells why not */
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL;
         entry = readdir(folder)) {
        ours |= strcmp(entry->d_name, "evidence.jsonl") == 0;
        any |= strcmp(entry->d_name, ".") != 0 &&
               strcmp(entry->d_name, "..") != 0;
    }
    (void)closedir(folder);
    if (any && !ours) {
        fprintf(stderr,
                "creditgate certify: --report %s has other files, and no "
                "evidence.jsonl; give a folder of its own\n",
                dir);
    }
    return !any || ours;
}

static const char *name_of_user(void)
{
    const struct passwd *user = getpwuid(getuid());

    return user != NULL && user->pw_name[0] != '\0' ? user->pw_name
                                                    : "not named";
}

/* Why no person is asked, or NULL. */
static const char *why_nobody(const struct certify *certify)
{
    if (certify->unattended) {
        return "--unattended";
    }
    return isatty(STDIN_FILENO) ? NULL : "standard input is no terminal";
}

/* What is mistyped would leave out nothing, and play nothing again. */
static bool ids_are_known(const struct certify *certify)
{
    bool good = true;

    for (size_t i = 0; i < certify->skip_count; i++) {
        good &= certify_knows(&certify->cases, "--skip",
                              certify->skips[i].name);
    }
    for (size_t i = 0; i < certify->again_count; i++) {
        good &= strcmp(certify->again[i], "failed") == 0 ||
                certify_knows(&certify->cases, "--again", certify->again[i]);
    }
    return good;
}

static int run(struct certify *certify)
{
    int status = 2;

    if (certify->operator_name == NULL) {
        certify->operator_name = name_of_user();
    }
    if (uv_loop_init(&certify->loop) != 0) {
        fputs("creditgate certify: no memory\n", stderr);
        return 2;
    }
    if (!open_files(certify) || !ids_are_known(certify)) {
        status = 2;
    } else if (certify->list) {
        status = list(certify);
    } else if (certify_can_ask(&certify->profile) &&
               is_folder_of_ours(certify->dir)) {
        certify_tell_unused(&certify->profile, &certify->cases);
        signal(SIGPIPE, SIG_IGN); /* a peer may be gone */
        certify->progress.verbose = certify->verbose;
        certify_operator_open(
            &certify->operator, & certify->loop, &certify->progress,
            certify->profile.operator_command, why_nobody(certify));
        status = play(certify);
        certify_operator_close(&certify->operator);
    }
    cg_cases_deinit(&certify->cases);
    cg_profile_deinit(&certify->profile);
    cg_config_deinit(&certify->config);
    uv_run(&certify->loop, UV_RUN_DEFAULT);
    uv_loop_close(&certify->loop);
    return status;
}

static void say(void *user, const char *line)
{
    (void)user;
    puts(line);
}

static int verify(int argc, char **argv)
{
    int status;

    if (argc != 1) {
        fputs("creditgate certify verify: give the folder of one report\n",
              stderr);
        return 2;
    }
    status = cg_evidence_verify(argv[0], say, NULL);
    return status < 0 ? 2 : status;
}

int app_certify(int argc, char **argv)
{
    struct certify *certify;
    int status = 2;

    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        print_usage(stdout);
        return 0;
    }
    if (argc >= 2 && strcmp(argv[1], "verify") == 0) {
        return verify(argc - 2, argv + 2);
    }
    certify = calloc(1, sizeof(*certify));
    if (certify == NULL) {
        fputs("creditgate certify: no memory\n", stderr);
        return 2;
    }
    certify->peer = "hub";
    if (parse(certify, argc, argv)) {
        status = run(certify);
    }
    free(certify);
    return status;
}
