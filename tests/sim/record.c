/*
 * Writes a run down, turn by turn: what a crash has taken back is not there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record.h"

#include <script.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void
add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (text->len + (size_t)len + 1 > text->room) {
        text->room = (text->len + (size_t)len + 1) * 2;
        text->data = sim_grow(text->data, text->room, 1);
    }
    text->len += (size_t)vsnprintf(text->data + text->len,
                                   text->room - text->len, format, again);
    va_end(again);
}

void record_init(struct world_record *record)
{
    *record = (struct world_record){0};
}

void record_deinit(struct world_record *record)
{
    free(record->lines.data);
    free(record->turn.data);
    *record = (struct world_record){0};
}

/* --- lines ---------------------------------------------------------------- */

static void put_start(struct world *world, const char *actor)
{
    add(&world->record->turn, "@%lldns %s",
        (long long)(world->now - world->start), actor);
}

static void put_fields(struct world *world, const char *data, size_t len)
{
    struct sim_reader reader;
    struct sim_field field;
    sim_reader_init(&reader, (struct cg_slice){data, len});
    while (sim_reader_next(&reader, &field)) {
        add(&world->record->turn, " %d=%.*s", field.tag, (int)field.value.len,
            field.value.data);
    }
    if (reader.at != reader.end) {
        record_cannot(world, "a message is no row of fields");
    }
}

static void put_header(struct world *world,
                       const struct world_post *post,
                       int seq,
                       bool possdup)
{
    char sent[32];
    char first[32];
    struct text *text = &world->record->turn;
    sim_time_write(possdup ? world->now : post->at, sent);
    add(text, " 34=%d", seq);
    if (possdup) {
        add(text, " 43=Y 122=%s", sim_time_write(post->at, first));
    }
    add(text, " 52=%s", sent);
}

void record_message(
    struct world *world, int session, bool in, int seq, bool possdup)
{
    const struct world_link *link = &world->links[session];
    const struct world_post *post = in ? &link->said.posts[seq - 1]
                                       : &link->out.posts[seq - 1];
    if (world->trace) {
        char *text = sim_piped((struct cg_slice){post->body, post->body_len});
        world_say(world, "%s %c %d%s%s 35=%s|%s", desk_places[session].name,
                  in ? '>' : '<', seq, possdup ? " 43=Y" : "",
                  post->header_len > 0 ? " 97=Y" : "", post->type, text);
        free(text);
    }
    if (world->record == NULL) {
        return;
    }
    put_start(world, desk_places[session].name);
    add(&world->record->turn, " %c %s", in ? '>' : '<', post->type);
    if (in) {
        put_header(world, post, seq, possdup);
    }
    put_fields(world, post->header, post->header_len);
    put_fields(world, post->body, post->body_len);
    add(&world->record->turn, "\n");
}

void record_link(struct world *world, int session, bool up)
{
    world_say(world, "%s %s", desk_places[session].name, up ? "up" : "down");
    if (world->record != NULL) {
        put_start(world, desk_places[session].name);
        add(&world->record->turn, " %s\n", up ? "up" : "down");
    }
}

/* What tells a message from others of its type. */
static void put_names(struct world *world, const struct world_post *post)
{
    static const int tags[] = {11, 790, 379, 41};
    struct cg_slice body = {post->body, post->body_len};
    add(&world->record->turn, " %s", post->type);
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        struct cg_slice value = sim_field_find(body, tags[i]);
        if (value.len > 0) {
            add(&world->record->turn, " %d=%.*s", tags[i], (int)value.len,
                value.data);
        }
    }
}

void record_resend(struct world *world, int session, int seq, bool kept)
{
    world_say(world, "%s resend %d %s", desk_places[session].name, seq,
              kept ? "kept" : "dropped");
    if (world->record != NULL && desk_is_venue(session)) {
        put_start(world, desk_places[session].name);
        add(&world->record->turn, " resend");
        put_names(world, &world->links[session].out.posts[seq - 1]);
        add(&world->record->turn, " %s\n", kept ? "kept" : "dropped");
    }
}

void record_rejected(struct world *world, int session, int seq)
{
    world_say(world, "%s rejects %d", desk_places[session].name, seq);
    if (world->record != NULL) {
        put_start(world, desk_places[session].name);
        add(&world->record->turn, " rejects");
        put_names(world, &world->links[session].out.posts[seq - 1]);
        add(&world->record->turn, "\n");
    }
}

void record_event(struct world *world, const char *what)
{
    world_say(world, "%s", what);
    if (world->record != NULL) {
        put_start(world, what);
        add(&world->record->turn, "\n");
    }
}

void record_cannot(struct world *world, const char *why)
{
    struct world_record *record = world->record;
    if (record != NULL && record->cannot[0] == '\0') {
        snprintf(record->cannot, sizeof(record->cannot), "%s", why);
    }
}

void record_turn_ends(struct world *world, bool there)
{
    struct world_record *record = world->record;
    if (!there) {
        world_say(world, "(the turn is lost)");
    }
    if (record == NULL) {
        return;
    }
    if (there && record->turn.len > 0) {
        add(&record->lines, "%s", record->turn.data);
    }
    record->turn.len = 0;
}

/* --- the session ---------------------------------------------------------- */

static void report(void *user,
                   const char *file,
                   int line,
                   const char *wrong,
                   const char *remedy)
{
    (void)user;
    fprintf(stderr, "%s:%d: %s: %s\n", file, line, wrong, remedy);
}

static void print(void *user, const char *text)
{
    (void)user;
    fputs(text, stderr);
}

static bool passes(const struct text *text)
{
    struct cg_script script;
    struct cg_script_run_options options = {.print = print};
    if (cg_script_read_text("failed.session",
                            (struct cg_slice){text->data, text->len}, report,
                            NULL, &script) != 0) {
        return false;
    }
    int status = cg_script_run(&script, &options);
    cg_script_deinit(&script);
    return status == 0;
}

char *record_session(const struct world_record *record,
                     const struct world *world,
                     const char **reason)
{
    static char desk[16384];
    struct text text = {0};
    *reason = record->cannot;
    if (record->cannot[0] != '\0' || record->lines.len == 0) {
        *reason = record->cannot[0] != '\0' ? record->cannot : "it is empty";
        return NULL;
    }
    add(&text,
        "# A run of the simulator: seed %llu.\n#\n# It is not as it must be: "
        "%s\n\n",
        (unsigned long long)world->plan.seed, world->failure);
    desk_configure(world->plan.queue, NULL, desk, sizeof(desk));
    add(&text, "%s", desk);
    for (int i = 0; i < DESK_SYMBOLS; i++) {
        add(&text, "instrument %s,USD,%s\n", desk_symbols[i].name,
            desk_symbols[i].dv01);
    }
    add(&text, "\n%s", record->lines.data);
    if (!passes(&text)) {
        *reason = "it does not pass when it is played";
        if (getenv("CG_SIM_KEEP") == NULL) {
            free(text.data);
            return NULL;
        }
    }
    return text.data;
}
