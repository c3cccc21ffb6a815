/*
 * Makes the inputs that fuzzing begins with out of the sessions on paper:
 *
 *     fuzz_corpus FOLDER SESSIONS FIXSPEC DV01
 *
 * writes NAME.pack for each target into FOLDER: inputs, each behind its length
 * in 4 bytes, and corpus.d, which names for make what they were made of.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fact_row.h"
#include "fuzz.h"
#include "script.h"

#include <creditgate/config.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUT_MAX = 100000, FILES_MAX = 2000 };

/* --- packs ------------------------------------------------------------------
 */

enum pack {
    PACK_MESSAGE,
    PACK_SESSION,
    PACK_CONFIG,
    PACK_LOG,
    PACK_JOURNAL,
    PACK_STAGE,
    PACK_TALK,
    PACKS,
};

static const char *const pack_names[PACKS] = {
    [PACK_MESSAGE] = "message", [PACK_SESSION] = "session",
    [PACK_CONFIG] = "config",   [PACK_LOG] = "log",
    [PACK_JOURNAL] = "journal", [PACK_STAGE] = "stage",
    [PACK_TALK] = "talk",
};

static FILE *packs[PACKS];

/* An input under way. */
struct input {
    uint8_t bytes[INPUT_MAX];
    size_t len;
};

static struct input one;
static struct input lines;   /* of a log */
static struct input ways[2]; /* out, in */
static struct input store;   /* its header, then all */
static struct input store_body;
static size_t stored;
static struct input events; /* of a conversation */

static void put(struct input *input, const void *bytes, size_t len)
{
    if (len > INPUT_MAX - input->len) {
        len = INPUT_MAX - input->len;
    }
    if (len > 0) {
        memcpy(input->bytes + input->len, bytes, len);
    }
    input->len += len;
}

static void put_number(struct input *input, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(i < 8 ? number >> 8 * i : 0);
        put(input, &byte, 1);
    }
}

static void put_text(struct input *input, const char *text)
{
    put(input, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

static void pack(enum pack which, struct input *input)
{
    uint8_t head[4];
    for (size_t i = 0; i < 4; i++) {
        head[i] = (uint8_t)(input->len >> 8 * i);
    }
    if (fwrite(head, 1, 4, packs[which]) != 4 ||
        fwrite(input->bytes, 1, input->len, packs[which]) != input->len) {
        fuzz_fail("%s.pack cannot be written", pack_names[which]);
    }
    input->len = 0;
}

/* Whether this was not there before. */
static bool is_new(uint64_t key)
{
    enum { PLACES = 1 << 16 };
    static uint64_t seen[PLACES];
    size_t at = (size_t)(key % PLACES);
    key |= 1;
    for (; seen[at] != 0; at = (at + 1) % PLACES) {
        if (seen[at] == key) {
            return false;
        }
    }
    seen[at] = key;
    return true;
}

static uint64_t mix(uint64_t sum, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum = (sum ^ (uint8_t)bytes[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

/* --- what passes in a session ------------------------------------------------
 */

/* The place behind the second field, where 35= is. */
static size_t body_at(struct cg_slice bytes)
{
    size_t at = 0;
    for (int fields = 0; at < bytes.len && fields < 2; at++) {
        fields += bytes.data[at] == '\001' ? 1 : 0;
    }
    return at;
}

/* One message of each kind: its version and its tags. */
static void pack_message(const struct cg_config_session_view *view,
                         struct cg_slice bytes)
{
    size_t from = body_at(bytes);
    uint64_t sum = (uint64_t)view->version + 1;
    bool tag = true;
    for (size_t i = from; i < bytes.len; i++) {
        char c = bytes.data[i];
        sum = tag || i < from + 5 ? mix(sum, &c, 1) : sum;
        tag = c == '\001' || (tag && c != '=');
    }
    if (bytes.len < from + 7 || !is_new(sum)) {
        return;
    }
    put_number(&one, (uint64_t)view->version, 1);
    put(&one, bytes.data + from, bytes.len - from - 7);
    pack(PACK_MESSAGE, &one);
}

static void put_log_line(struct input *log,
                         const struct cg_script_passed *passed)
{
    static const char form[] = "20270115-08:%02d:%02d.%03d : ";
    cg_time ms = passed->time / (CG_SECOND / 1000);
    char text[64];
    snprintf(text, sizeof(text), form, (int)(ms / 60000 % 60),
             (int)(ms / 1000 % 60), (int)(ms % 1000));
    put_text(log, text);
    put(log, passed->bytes.data, passed->bytes.len);
    put_text(log, "\n");
}

/* The same lines as one log, as one for each way, and as a FileStore. */
static void put_logs(const struct cg_script_passed *passed)
{
    char entry[64];
    bool in = passed->act == CG_SCRIPT_SEND;
    if (lines.len == 0) {
        put_number(&lines, 0, 1); /* the kinds of fuzz_log.c */
        put_number(&ways[0], 1, 1);
        put_number(&store, 2, 1);
    }
    put_log_line(&lines, passed);
    put_log_line(&ways[in ? 1 : 0], passed);
    snprintf(entry, sizeof(entry), "%zu,%zu,%zu ", ++stored, store_body.len,
             passed->bytes.len);
    put_text(&store, entry);
    put(&store_body, passed->bytes.data, passed->bytes.len);
}

static void pack_logs(void)
{
    put_number(&ways[0], 0xff, 1);
    put(&ways[0], ways[1].bytes, ways[1].len);
    put_number(&store, 0xff, 1);
    put(&store, store_body.bytes, store_body.len);
    pack(PACK_LOG, &lines);
    pack(PACK_LOG, &ways[0]);
    pack(PACK_LOG, &store);
    ways[1].len = store_body.len = stored = 0;
}

/* The kind of an event of fuzz_talk.c, or -1. */
static int event_of(enum cg_script_act act)
{
    static const enum cg_script_act acts[] = {
        CG_SCRIPT_SEND,   CG_SCRIPT_UP,      CG_SCRIPT_DOWN,
        CG_SCRIPT_RESETS, CG_SCRIPT_SKIPS,   CG_SCRIPT_STOP,
        CG_SCRIPT_CRASH,  CG_SCRIPT_REJECTS, CG_SCRIPT_RESEND,
    };
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        if (acts[i] == act) {
            return (int)i;
        }
    }
    return -1;
}

static void put_event(const struct cg_script *script,
                      const struct cg_script_passed *passed)
{
    static cg_time before;
    int kind = event_of(passed->act);
    size_t from = body_at(passed->bytes);
    size_t len = passed->bytes.len > from + 7 ? passed->bytes.len - from - 7
                                              : 0;
    if (kind < 0 || len > 65535) {
        return;
    }
    if (events.len == 0) {
        put_text(&events, script->config_text);
        put_number(&events, 0, 1);
        put_text(&events, script->instruments_text);
        put_number(&events, 0, 1);
        before = script->start;
    }
    put_number(&events, (uint64_t)kind, 1);
    put_number(&events, passed->session, 1);
    put_number(&events,
               (uint64_t)((passed->time - before) / (CG_SECOND / 1000)), 3);
    put_number(&events, len, 2);
    if (len > 0) {
        put(&events, passed->bytes.data + from, len);
    }
    before = passed->time;
}

static void on_passed(void *user, const struct cg_script_passed *passed)
{
    const struct cg_script *script = user;
    struct cg_config_session_view view;
    bool message = passed->act == CG_SCRIPT_SEND ||
                   passed->act == CG_SCRIPT_EXPECT;
    put_event(script, passed);
    if (!message ||
        !cg_config_session(&script->config, passed->session, &view)) {
        return;
    }
    put_logs(passed);
    pack_message(&view, passed->bytes);
}

static int on_fact(void *context, const struct cg_fact *fact)
{
    size_t *left = context;
    uint8_t bytes[8192];
    size_t len = cg_fact_bytes_len(fact);
    if (len <= sizeof(bytes) && len + 3 < *left) {
        cg_fact_to_bytes(fact, bytes);
        put_number(&one, 1, 1); /* RECORD_FACT of fuzz_journal.c */
        put_number(&one, len, 2);
        put(&one, bytes, len);
        *left -= len + 3;
    }
    return 0;
}

static void on_played(void *user, const struct cg_journal *journal)
{
    static int mode;
    size_t left = 30000;
    (void)user;
    if (lines.len > 0) {
        pack_logs();
    }
    if (events.len > 0) {
        pack(PACK_TALK, &events);
    }
    put_number(&one, mode++ % 8 == 7 ? 2 : 0, 1); /* spare, facts */
    (void)journal->load(journal->user, 0, on_fact, &left);
    pack(PACK_JOURNAL, &one);
}

static void ignore(
    void *user, const char *file, int line, const char *wrong, const char *to)
{
    (void)user;
    (void)file;
    (void)line;
    (void)wrong;
    (void)to;
}

/* --- files
 * -------------------------------------------------------------------- */

static char *read_text(const char *path)
{
    char *text = calloc(1, INPUT_MAX);
    FILE *file = fopen(path, "rb");
    if (text == NULL || file == NULL) {
        fuzz_fail("%s cannot be read", path);
    }
    (void)!fread(text, 1, INPUT_MAX - 1, file);
    fclose(file);
    return text;
}

static void pack_config(const struct cg_script *script)
{
    const char *text = script->config_text;
    uint64_t sum = mix(UINT64_C(0xcbf29ce484222325), text, strlen(text));
    if (!is_new(sum)) {
        return;
    }
    put_number(&one, 0, 1);
    put_text(&one, text);
    put_number(&one, 0, 1);
    put_text(&one, script->instruments_text);
    pack(PACK_CONFIG, &one);
}

static void play(const char *path)
{
    struct cg_script script;
    struct cg_script_run_options options = {
        .passed = on_passed, .played = on_played, .user = &script};
    char *text = read_text(path);
    put_text(&one, text);
    free(text);
    pack(PACK_SESSION, &one);
    if (cg_script_read(path, ignore, NULL, &script) != 0) {
        return; /* of a certification alone */
    }
    if (script.config_text != NULL) {
        pack_config(&script);
    }
    if (!script.wire) {
        (void)cg_script_run(&script, &options);
    }
    cg_script_deinit(&script);
}

static int play_folder(const char *folder, FILE *depends)
{
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort);
    int played = 0;
    for (int i = 0; i < count; i++) {
        char path[1024];
        size_t len = strlen(names[i]->d_name);
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        if (len > 8 && strcmp(names[i]->d_name + len - 8, ".session") == 0) {
            fprintf(depends, " \\\n  %s", path);
            play(path);
            played++;
        }
        free(names[i]);
    }
    free(names);
    return played;
}

/* Which text an input of the target "config" begins with: fuzz_config.c. */
static void pack_table(int kind, const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    char *text = read_text(path);
    put_number(&one, (uint64_t)kind, 1);
    put_text(&one, text);
    pack(PACK_CONFIG, &one);
    free(text);
}

/* A profile of a peer that needs much left out, and has much to be skipped. */
static void pack_profile(void)
{
    static const char rest[] =
        "Unsupported=resend,push,actions\nIgnoreTypes=B,AE\nIgnoreTags=1";
    static const char waiver[] = "\n[WAIVE]\nT-104=none\n";
    put_number(&one, 4, 1);
    put_text(&one, "[PROFILE]\nName=a\nFirm=b\nCounterparty=c\n");
    put_text(&one, rest);
    for (int tag = 5001; tag < 5060; tag++) {
        char text[16];
        snprintf(text, sizeof(text), ",%d", tag);
        put_text(&one, text);
    }
    put_text(&one, waiver);
    pack(PACK_CONFIG, &one);
}

/* The simulator's draws: numbers, as good as any. */
static void pack_stage(void)
{
    uint64_t state = 4711;
    for (int i = 0; i < 64; i++) {
        size_t len = (size_t)20 << i % 7;
        for (size_t k = 0; k < len; k++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
            put_number(&one, state >> 56, 1);
        }
        pack(PACK_STAGE, &one);
    }
}

/* A field of data with an SOH, in header, body and trailer. */
static void pack_data_fields(void)
{
    static const char text[] =
        "35=B|49=CLIENT|56=GATE|34=2|52=20270115-08:00:00|90=3|91=a|b|148=N|"
        "33=1|58=T|354=3|355=c|d|95=5|96=e|f=g|93=3|89=h|i|";
    for (uint64_t version = 0; version < 3; version++) {
        put_number(&one, version, 1);
        for (size_t i = 0; text[i] != '\0'; i++) {
            put_number(&one, text[i] == '|' ? 1 : (uint64_t)text[i], 1);
        }
        pack(PACK_MESSAGE, &one);
    }
}

/* Something to be put over a file, or to be one: fuzz_journal.c. */
static void pack_files(void)
{
    for (uint64_t at = 0; at < 32; at++) {
        put_number(&one, at % 2 == 0 ? 1 : 5, 1); /* file, picture */
        put_number(&one, at % 3, at % 2 == 0 ? 1 : 2);
        put_number(&one, 0, 1);
        put_number(&one, 7, 2);
        put_number(&one, at * 4099, 3);
        put_number(&one, at * 0x01010101, 4);
        pack(PACK_JOURNAL, &one);
    }
    for (uint64_t at = 0; at < 64; at++) { /* among the facts */
        put_number(&one, 1, 1);
        put_number(&one, 4 + at % 4, 1);
        put_number(&one, 0, 1);
        put_number(&one, 4, 2);
        put_number(&one, at * 16, 3);
        put_number(&one, '1' + at % 8, 1);
        pack(PACK_JOURNAL, &one);
    }
    for (uint64_t mode = 3; mode < 5; mode++) { /* raw, mend */
        put_number(&one, mode, 1);
        put_text(&one, "CG spare file 2");
        put_number(&one, 0, 100);
        pack(PACK_JOURNAL, &one);
    }
}

static FILE *open_in(const char *folder, const char *name, const char *ending)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s.%s", folder, name, ending);
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        fuzz_fail("%s cannot be written", path);
    }
    return file;
}

int main(int argc, char **argv)
{
    char inner[1024];
    if (argc != 5) {
        fuzz_fail("fuzz_corpus FOLDER SESSIONS FIXSPEC DV01");
    }
    for (int i = 0; i < PACKS; i++) {
        packs[i] = open_in(argv[1], pack_names[i], "pack");
    }
    FILE *depends = open_in(argv[1], "corpus", "d");
    fprintf(depends, "%s/message.pack:", argv[1]);
    snprintf(inner, sizeof(inner), "%s/certification", argv[2]);
    int played = play_folder(argv[2], depends) + play_folder(inner, depends);
    pack_table(1, argv[3], "conventions.csv");
    pack_table(2, argv[3], "calendars.csv");
    pack_table(2, argv[4], "sample_holidays.csv");
    pack_table(3, argv[4], "sample_par_rates.csv");
    pack_table(4, inner, "creditgate.profile");
    pack_table(4, inner, "hubsim.profile");
    pack_profile();
    pack_files();
    pack_data_fields();
    pack_stage();
    fprintf(depends, "\n");
    fclose(depends);
    for (int i = 0; i < PACKS; i++) {
        fclose(packs[i]);
    }
    return played > 0 ? 0 : 1;
}
