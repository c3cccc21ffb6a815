/*
 * Plays cases of a certification and prints what happens: for tests, and for
 * whoever writes a case.
 *
 *     kit_play --config gate.cfg --seat hub CASE.session ...
 *
 *   --hub NAME         seat hub: the session that the peer is (hub)
 *   --played NAME,...  seat gate: the sessions that the kit plays (all)
 *   --tell FILE        what somebody is asked to do is written there, a line
 *   --value NAME=TEXT  what $NAME stands for
 *   --ignore-types B,j types that nobody need expect
 *   --ignore-tags 60,  tags that are not compared
 *   --tolerance MS, --early MS, --settle MS, --connect MS, --case MS
 *   --flood N, --keep-numbers, --quiet
 *
 * The exit status is 0 when all passed or were waived.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define VALUES_MAX 32
#define TAGS_MAX 32

struct player {
    const char *config;
    const char *seat;
    const char *hub;
    const char *played;
    const char *tell;
    struct cg_kit_value values[VALUES_MAX];
    size_t value_count;
    uint32_t tags[TAGS_MAX];
    struct cg_kit_limits limits;
    bool quiet;
    cg_time begun; /* the attempt */
    cg_time told;
};

static const char *const verdicts[] = {"passed",  "failed", "broken",
                                       "skipped", "waived", "stopped"};

static void print_bytes(struct cg_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        putchar(bytes.data[i] == '\001' ? '|' : bytes.data[i]);
    }
}

static void on_event(void *user, const struct cg_kit_event *event)
{
    struct player *player = user;
    double ms;

    if (player->begun == 0) {
        player->begun = event->time;
    }
    ms = (double)(event->time - player->begun) / 1e6;
    if (player->quiet && event->kind != CG_KIT_STEP) {
        return;
    }
    printf("%9.3f ", ms);
    switch (event->kind) {
    case CG_KIT_MESSAGE:
        printf("%s %s ", event->actor, event->to_actor ? "<" : ">");
        print_bytes(event->bytes);
        break;
    case CG_KIT_STEP:
        printf("step %zu %s: %s", event->index, verdicts[event->verdict],
               event->text);
        if (event->wrong[0] != '\0') {
            printf("\n          wrong: %s\n          expected: %s\n"
                   "          observed: %s",
                   event->wrong, event->expected, event->observed);
        }
        break;
    case CG_KIT_NOTE:
        printf("note %s: %s", event->actor, event->note);
        break;
    }
    putchar('\n');
    fflush(stdout);
}

/* Told, and then a little time to obey. */
static enum cg_kit_asked on_ask(void *user,
                                const char *actor,
                                const char *words,
                                const char *plea,
                                bool first,
                                const char **why)
{
    struct player *player = user;
    struct timespec now;
    cg_time at;
    FILE *out;

    clock_gettime(CLOCK_REALTIME, &now);
    at = now.tv_sec * CG_SECOND + now.tv_nsec;
    if (first) {
        printf("          asked %s: %s (%s)\n", actor, words, plea);
        if (player->tell == NULL || (out = fopen(player->tell, "a")) == NULL) {
            *why = "nobody is told";
            return CG_KIT_ASKED_CANNOT;
        }
        fprintf(out, "%s\n", words);
        fclose(out);
        player->told = at;
    }
    return at - player->told < 150 * CG_MS ? CG_KIT_ASKED_WAIT
                                           : CG_KIT_ASKED_DONE;
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

static cg_time ms_of(const char *text)
{
    return atoll(text) * CG_MS;
}

static void add_tags(struct player *player, char *list)
{
    for (char *tag = strtok(list, ","); tag != NULL; tag = strtok(NULL, ",")) {
        if (player->limits.ignore_count < TAGS_MAX) {
            player->tags[player->limits.ignore_count++] = (uint32_t)atoi(tag);
        }
    }
    player->limits.ignores = player->tags;
}

static void add_value(struct player *player, char *text)
{
    char *equals = strchr(text, '=');

    if (equals != NULL && player->value_count < VALUES_MAX) {
        *equals = '\0';
        player->values[player->value_count++] = (struct cg_kit_value){
            text, equals + 1};
    }
}

/* One option with its value; false when there is none such. */
static bool option(struct player *player, const char *name, char *value)
{
    struct cg_kit_limits *limits = &player->limits;
    const struct {
        const char *name;
        cg_time *span;
        const char **text;
    } options[] = {
        {"--config", NULL, &player->config},
        {"--seat", NULL, &player->seat},
        {"--hub", NULL, &player->hub},
        {"--played", NULL, &player->played},
        {"--tell", NULL, &player->tell},
        {"--ignore-types", NULL, &limits->ignored_types},
        {"--tolerance", &limits->tolerance_ns, NULL},
        {"--early", &limits->early_ns, NULL},
        {"--settle", &limits->settle_ns, NULL},
        {"--connect", &limits->connect_ns, NULL},
        {"--case", &limits->case_ns, NULL},
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(name, options[i].name) != 0) {
            continue;
        }
        if (options[i].span != NULL) {
            *options[i].span = ms_of(value);
        } else {
            *options[i].text = value;
        }
        return true;
    }
    if (strcmp(name, "--flood") == 0) {
        limits->flood_max = (size_t)atoll(value);
    } else if (strcmp(name, "--value") == 0) {
        add_value(player, value);
    } else if (strcmp(name, "--ignore-tags") == 0) {
        add_tags(player, value);
    } else {
        return false;
    }
    return true;
}

static cg_session find(const struct cg_config *config, struct cg_slice name)
{
    struct cg_config_session_view view;

    for (cg_session i = 0; cg_config_session(config, i, &view); i++) {
        if (cg_slice_is(name, view.name)) {
            return i;
        }
    }
    fprintf(stderr, "there is no session %.*s\n", (int)name.len, name.data);
    exit(2);
}

static uint64_t played_of(const struct cg_config *config, const char *list)
{
    uint64_t played = 0;

    if (list == NULL) {
        return UINT64_MAX;
    }
    while (*list != '\0') {
        size_t len = strcspn(list, ",");

        played |= UINT64_C(1) << find(config, (struct cg_slice){list, len});
        list += len + (list[len] == ',');
    }
    return played;
}

static bool play(struct player *player, struct cg_kit *kit, const char *path)
{
    struct cg_script script;
    enum cg_kit_verdict verdict;
    char reason[1024];
    cg_time offset;
    size_t messages;

    if (cg_script_read(path, mistake, NULL, &script) != 0) {
        return false;
    }
    printf("case %.*s %s\n", (int)script.kase.id.len, script.kase.id.data,
           path);
    player->begun = 0;
    if (cg_kit_play(kit, &script, player->values, player->value_count, &verdict,
                    reason, sizeof(reason)) != 0) {
        fprintf(stderr, "there is not enough memory\n");
        exit(1);
    }
    messages = cg_kit_clock(kit, &offset);
    printf("verdict %s %s%s%s (clock %+.3f ms of %zu)\n", verdicts[verdict],
           path, reason[0] != '\0' ? ": " : "", reason, (double)offset / 1e6,
           messages);
    fflush(stdout);
    cg_script_deinit(&script);
    return verdict == CG_KIT_PASSED || verdict == CG_KIT_WAIVED;
}

static void say_ports(const struct cg_config *config, const struct cg_kit *kit)
{
    struct cg_config_session_view view;

    for (cg_session i = 0; cg_config_session(config, i, &view); i++) {
        int port = cg_kit_port(kit, i);

        if (port > 0) {
            printf("listen %d %s\n", port, view.name);
        }
    }
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct player player = {
        .config = "gate.cfg",
        .seat = "hub",
        .hub = "hub",
        .limits = {.tolerance_ns = 2 * CG_SECOND,
                   .early_ns = 200 * CG_MS,
                   .settle_ns = 300 * CG_MS,
                   .connect_ns = 10 * CG_SECOND,
                   .case_ns = 60 * CG_SECOND,
                   .flood_max = 1000},
    };
    struct cg_config *config;
    struct cg_kit *kit;
    char error[1024];
    bool good = true;
    int at = 1;

    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--keep-numbers") == 0) {
            player.limits.keep_numbers = true;
        } else if (strcmp(argv[at], "--quiet") == 0) {
            player.quiet = true;
        } else if (at + 1 == argc || !option(&player, argv[at], argv[at + 1])) {
            fprintf(stderr, "kit_play: %s?\n", argv[at]);
            return 2;
        } else {
            at++;
        }
    }
    signal(SIGPIPE, SIG_IGN);
    if (cg_config_open(player.config, mistake, NULL, &config) != 0) {
        return 2;
    }
    struct cg_kit_options options = {
        .loop = uv_default_loop(),
        .config = config,
        .seat = strcmp(player.seat, "gate") == 0 ? CG_KIT_GATE : CG_KIT_HUB,
        .limits = player.limits,
        .event = on_event,
        .ask = player.tell != NULL ? on_ask : NULL,
        .user = &player,
    };
    if (options.seat == CG_KIT_HUB) {
        options.hub = find(config, cg_slice_str(player.hub));
    } else {
        options.played = played_of(config, player.played);
    }
    if (cg_kit_open(&options, error, sizeof(error), &kit) != 0) {
        fprintf(stderr, "kit_play: %s\n", error);
        return 2;
    }
    say_ports(config, kit);
    for (; at < argc; at++) {
        good &= play(&player, kit, argv[at]);
    }
    cg_kit_close(kit);
    cg_config_close(config);
    uv_loop_close(uv_default_loop());
    return good ? 0 : 1;
}
