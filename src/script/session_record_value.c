/*
 * Values as a session has them: ids of the gate's as captures, times as @, all
 * else as it is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session_record_internal.h"

#include <fix_value.h>
#include <fix_writer.h>
#include <stdlib.h>
#include <text.h>

#define DAY (86400 * CG_SECOND)

/* --- ids ---------------------------------------------------------------- */

/* 2318 and 2322 are bare numbers, which mean something else in other tags. */
static struct cg_slice key_of(uint32_t tag, struct cg_slice value, char out[80])
{
    if (tag != 2318 && tag != 2322) {
        return value;
    }
    int len = snprintf(out, 80, "#%.*s", (int)(value.len < 70 ? value.len : 70),
                       value.data);
    return (struct cg_slice){out, (size_t)len};
}

static bool grow(struct cg_recording_ids *ids)
{
    if (ids->words.count < ids->room) {
        return true;
    }
    size_t room = ids->room * 2 + 256;
    bool *used = realloc(ids->used, room * sizeof(*used));
    ids->used = used != NULL ? used : ids->used;
    bool *named = realloc(ids->named, room * sizeof(*named));
    ids->named = named != NULL ? named : ids->named;
    if (used == NULL || named == NULL) {
        return false;
    }
    memset(used + ids->room, 0, room - ids->room);
    memset(named + ids->room, 0, room - ids->room);
    ids->room = room;
    return true;
}

static int take_said(struct cg_recording_ids *ids, struct cg_slice fields)
{
    struct cg_slice value;
    char text[80];
    uint32_t tag;
    while (cg_replay_field(&fields, &tag, &value)) {
        bool number = tag == 2318 || tag == 2322;
        if (cg_replay_id_is_made(&ids->kind, tag, value) &&
            (!number || cg_replay_number(value) > 0) &&
            (!grow(ids) ||
             cg_words_add(&ids->words, key_of(tag, value, text)) ==
                 CG_WORDS_NONE)) {
            return CG_ERR_MEMORY;
        }
    }
    return 0;
}

static void take_heard(struct cg_recording_ids *ids, struct cg_slice fields)
{
    struct cg_slice value;
    char text[80];
    uint32_t tag;
    while (cg_replay_field(&fields, &tag, &value)) {
        size_t found = cg_words_find(&ids->words, key_of(tag, value, text));
        if (found != CG_WORDS_NONE) {
            ids->used[found] = true;
        }
    }
}

int cg_recording_ids_init(struct cg_recording_ids *ids,
                          const struct cg_config *config,
                          const struct cg_recording_tape *tape)
{
    int status = 0;
    *ids = (struct cg_recording_ids){.captures = 0};
    cg_replay_ids_init(&ids->kind, config);
    for (size_t i = 0; i < tape->count && status == 0; i++) {
        const struct cg_recording_item *item = &tape->items[i];
        if (item->act == CG_SCRIPT_EXPECT) {
            status = take_said(ids, item->body);
        } else {
            take_heard(ids, item->body);
        }
    }
    return status;
}

void cg_recording_ids_deinit(struct cg_recording_ids *ids)
{
    cg_replay_ids_deinit(&ids->kind);
    cg_words_deinit(&ids->words);
    free(ids->used);
    free(ids->named);
    *ids = (struct cg_recording_ids){.captures = 0};
}

void cg_recording_id_name(const char *id, char out[CG_NAME_MAX + 1])
{
    const char *dash = strrchr(id, '-');
    /* "GATE-E12-0": the letter stands behind the dash before. */
    while (dash != NULL && dash > id && dash[1] >= '0' && dash[1] <= '9') {
        dash--;
        while (dash > id && *dash != '-') {
            dash--;
        }
    }
    snprintf(out, CG_NAME_MAX + 1, "%s%s", *id == '#' ? "N" : "",
             *id == '#' || dash == NULL ? id + (*id == '#') : dash + 1);
    for (char *at = out; *at != '\0'; at++) {
        *at = *at == '-' ? '_' : *at;
    }
}

/* An id of the gate's: true when it was written. */
static bool put_id(struct cg_recording_ids *ids,
                   enum cg_recording_saying saying,
                   uint32_t tag,
                   struct cg_slice value,
                   FILE *out)
{
    char text[80];
    char name[CG_NAME_MAX + 1];
    size_t found = cg_words_find(&ids->words, key_of(tag, value, text));
    if (found == CG_WORDS_NONE) {
        return false;
    }
    if (saying == CG_RECORD_EXPECTED && !ids->used[found]) {
        fputc('*', out);
        return true;
    }
    if (saying == CG_RECORD_EXPECTED && !ids->named[found] &&
        ids->captures < CG_SCRIPT_CAPTURES_MAX) {
        ids->named[found] = true;
        ids->captures++;
    }
    if (!ids->named[found]) {
        return false; /* as it is: a run makes the same ones */
    }
    cg_recording_id_name(ids->words.texts[found], name);
    fprintf(out, "$%s", name);
    return true;
}

/* --- times -------------------------------------------------------------- */

void cg_recording_span(cg_time span, char out[64])
{
    static const struct {
        const char *name;
        cg_time length;
    } units[] = {
        {"d", DAY},       {"h", 3600 * CG_SECOND}, {"m", 60 * CG_SECOND},
        {"s", CG_SECOND}, {"ms", CG_MS},           {"us", 1000},
        {"ns", 1},
    };
    size_t len = 0;
    if (span < CG_SECOND && span % CG_MS == 0) {
        snprintf(out, 64, "%lld", (long long)(span / CG_MS));
        return;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (span >= units[i].length) {
            len += (size_t)snprintf(out + len, 64 - len, "%lld%s",
                                    (long long)(span / units[i].length),
                                    units[i].name);
            span %= units[i].length;
        }
    }
}

/* A UTCTimestamp with milliseconds, within a day: @, @+30s. */
static bool put_time(cg_time now, struct cg_slice value, FILE *out)
{
    char text[40];
    char span[64];
    struct cg_fix_writer again = cg_fix_writer_over(text, sizeof(text));
    cg_time time;
    if (value.len != 21 || !cg_fix_time(value, &time) || time < now - DAY ||
        time > now + DAY) {
        return false;
    }
    cg_fix_put_time(&again, 1, time);
    if (!cg_slice_equal(value, (struct cg_slice){text + 2, again.len - 3})) {
        return false;
    }
    cg_time from = now - now % CG_MS;
    cg_time offset = time - from;
    cg_recording_span(offset < 0 ? -offset : offset, span);
    fprintf(out, "@%s%s", offset < 0 ? "-" : (offset > 0 ? "+" : ""),
            offset != 0 ? span : "");
    return true;
}

/* --- what can be said --------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A new field would begin at |text|. */
static bool is_field(const char *text, const char *end)
{
    const char *at = text;
    bool absent = *at == '!';
    at += absent;
    const char *first = at;
    while (at < end && is_digit(*at)) {
        at++;
    }
    if (at > first) {
        return absent ? at == end || is_blank(*at)
                      : at < end && (*at == '=' || *at == '~');
    }
    return end - text >= 3 && memcmp(text, "...", 3) == 0;
}

/* Of a value's first bytes. */
static bool begins_well(struct cg_slice value)
{
    char first = value.len > 0 ? value.data[0] : 'x';
    char second = value.len > 1 ? value.data[1] : '\0';
    bool letter = (second >= 'a' && second <= 'z') ||
                  (second >= 'A' && second <= 'Z');
    return !(first == '$' && letter) &&
           !(first == '@' &&
             (second == '\0' || second == '+' || second == '-'));
}

static bool can_be_said(struct cg_slice value)
{
    const char *end = value.data + value.len;
    if (!begins_well(value) || (value.len > 0 && is_blank(end[-1])) ||
        cg_text_utf8_span(value) != value.len) {
        return false;
    }
    for (const char *at = value.data; at < end; at++) {
        if ((unsigned char)*at < ' ' || *at == 127 ||
            (is_blank(*at) && is_field(at + 1, end)) ||
            (*at == '$' && at + 1 < end && at[1] == '{')) {
            return false;
        }
    }
    return true;
}

bool cg_recording_put_value(struct cg_recording_ids *ids,
                            enum cg_recording_saying saying,
                            cg_time now,
                            uint32_t tag,
                            struct cg_slice value,
                            FILE *out)
{
    if (put_id(ids, saying, tag, value, out) || put_time(now, value, out)) {
        return true;
    }
    if (!can_be_said(value)) {
        if (saying == CG_RECORD_EXPECTED) {
            fputc('*', out);
        }
        return saying == CG_RECORD_EXPECTED;
    }
    fprintf(out, "%.*s", (int)value.len, value.data);
    return true;
}
