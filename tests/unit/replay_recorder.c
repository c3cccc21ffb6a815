/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_recorder.h"

#include "script_rates.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SOH "\001"

static void *need(void *memory)
{
    assert_non_null(memory);
    return memory;
}

/* --- messages ----------------------------------------------------------- */

/* "8=..9=..35=..." with CheckSum and BodyLength, from |body| on. */
static char *
seal(const char *begin, const char *body, size_t body_len, size_t *len)
{
    char *out = need(malloc(body_len + 64));
    size_t at = (size_t)sprintf(out, "8=%s" SOH "9=%zu" SOH, begin, body_len);
    unsigned sum = 0;
    memcpy(out + at, body, body_len);
    at += body_len;
    for (size_t i = 0; i < at; i++) {
        sum += (unsigned char)out[i];
    }
    at += (size_t)sprintf(out + at, "10=%03u" SOH, sum % 256);
    *len = at;
    return out;
}

static void stamp(cg_time time, bool ns, char text[40])
{
    time_t seconds = time / CG_SECOND;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t len = strftime(text, 40, "%Y%m%d-%H:%M:%S", &tm);
    if (ns) {
        snprintf(text + len, 40 - len, ".%09lld",
                 (long long)(time % CG_SECOND));
    } else {
        snprintf(text + len, 40 - len, ".%03lld",
                 (long long)(time % CG_SECOND / CG_MS));
    }
}

static struct recorded *add(struct recorder *recorder,
                            cg_session session,
                            bool outbound,
                            cg_time time,
                            int seq)
{
    recorder->items = need(realloc(
        recorder->items, (recorder->count + 1) * sizeof(struct recorded)));
    struct recorded *item = &recorder->items[recorder->count++];
    *item = (struct recorded){
        .session = session, .outbound = outbound, .time = time, .seq = seq};
    return item;
}

/* An admin message with |fields| behind the header. */
static void add_admin(struct recorder *recorder,
                      cg_session session,
                      bool outbound,
                      cg_time time,
                      int seq,
                      const char *type,
                      const char *fields)
{
    const struct cg_config_session *is =
        &recorder->script.config.sessions[session];
    struct recorded *item = add(recorder, session, outbound, time, seq);
    char body[512];
    char now[40];
    stamp(time, false, now);
    int len = snprintf(
        body, sizeof(body),
        "35=%s" SOH "34=%d" SOH "49=%s" SOH "52=%s" SOH "56=%s" SOH "%s", type,
        seq, outbound ? is->sender_comp_id : is->target_comp_id, now,
        outbound ? is->target_comp_id : is->sender_comp_id, fields);
    item->admin = true;
    item->bytes = seal(is->begin_string, body, (size_t)len, &item->len);
}

/* The message |bytes| with another 34, and with 43=Y if |again|. */
static void renumber(struct recorder *recorder,
                     struct recorded *item,
                     struct cg_slice bytes,
                     bool again)
{
    const char *begin =
        recorder->script.config.sessions[item->session].begin_string;
    const char *body = need(memmem(bytes.data, bytes.len, SOH "35=", 4));
    const char *old = need(memmem(bytes.data, bytes.len, SOH "34=", 4));
    size_t body_len = (size_t)(bytes.data + bytes.len - 7 - ++body);
    size_t before = (size_t)(++old - body);
    const char *rest = strchr(old, SOH[0]) + 1;
    char *text = need(malloc(body_len + 64));
    memcpy(text, body, before);
    size_t at = before + (size_t)sprintf(text + before, "34=%d" SOH "%s",
                                         item->seq, again ? "43=Y" SOH : "");
    size_t left = body_len - (size_t)(rest - body);
    memcpy(text + at, rest, left);
    item->bytes = seal(begin, text, at + left, &item->len);
    free(text);
}

/* That of a message as the log has it. */
static int log_number(const struct recorder *recorder,
                      cg_session session,
                      bool outbound,
                      const char *text)
{
    const struct recorder_session *is = &recorder->sessions[session];
    size_t seq = (size_t)strtoul(text, NULL, 10);
    assert_true(seq >= 1 && seq <= is->seq_count[outbound]);
    return is->seqs[outbound][seq - 1];
}

/* The gate's reject names the message by its number: by that in the log. */
static char *refer(const struct recorder *recorder,
                   const struct cg_script_passed *passed,
                   size_t *len)
{
    const char *bytes = passed->bytes.data;
    const char *end = bytes + passed->bytes.len;
    const char *at = memmem(bytes, passed->bytes.len, SOH "45=", 4);
    char *text = need(malloc(passed->bytes.len + 16));
    size_t before = at != NULL ? (size_t)(at + 4 - bytes) : passed->bytes.len;
    memcpy(text, bytes, before);
    *len = before;
    if (at != NULL) {
        const char *rest = strchr(at + 1, SOH[0]);
        *len += (size_t)sprintf(
            text + before, "%d",
            log_number(recorder, passed->session, false, at + 4));
        memcpy(text + *len, rest, (size_t)(end - rest));
        *len += (size_t)(end - rest);
    }
    return text;
}

static void keep_number(struct recorder *recorder,
                        cg_session session,
                        bool outbound,
                        int seq)
{
    struct recorder_session *is = &recorder->sessions[session];
    size_t *count = &is->seq_count[outbound];
    is->seqs[outbound] = need(
        realloc(is->seqs[outbound], (*count + 1) * sizeof(int)));
    is->seqs[outbound][(*count)++] = seq;
}

static struct recorded *add_message(struct recorder *recorder,
                                    const struct cg_script_passed *passed,
                                    bool outbound,
                                    int seq)
{
    struct recorded *item = add(recorder, passed->session, outbound,
                                passed->time, seq);
    size_t len = passed->bytes.len;
    char *text = outbound ? refer(recorder, passed, &len) : NULL;
    renumber(recorder, item,
             text != NULL ? (struct cg_slice){text, len} : passed->bytes,
             false);
    free(text);
    keep_number(recorder, passed->session, outbound, seq);
    return item;
}

/* --- what passes -------------------------------------------------------- */

static void up(struct recorder *recorder, const struct cg_script_passed *passed)
{
    struct recorder_session *is = &recorder->sessions[passed->session];
    const char *fields = is->resets ? "98=0" SOH "108=30" SOH "141=Y" SOH
                                    : "98=0" SOH "108=30" SOH;
    if (is->up) {
        return;
    }
    if (is->resets) {
        is->seq_in = 0;
        is->seq_out = 0;
        is->unsent_count = 0;
        is->resets = false;
    }
    add_admin(recorder, passed->session, false, passed->time, ++is->seq_in, "A",
              fields);
    add_admin(recorder, passed->session, true, passed->time, ++is->seq_out, "A",
              fields);
    is->up = true;
    /* What was sent meanwhile is asked for, and comes. */
    for (size_t i = 0; i < is->unsent_count; i++) {
        const struct recorded *old = &recorder->items[is->unsent[i]];
        struct cg_slice bytes = {old->bytes, old->len};
        int seq = old->seq;
        renumber(recorder,
                 add(recorder, passed->session, true, passed->time, seq), bytes,
                 true);
    }
    is->unsent_count = 0;
}

static void down(struct recorder *recorder,
                 const struct cg_script_passed *passed)
{
    struct recorder_session *is = &recorder->sessions[passed->session];
    if (is->up) {
        add_admin(recorder, passed->session, false, passed->time, ++is->seq_in,
                  "5", "");
        add_admin(recorder, passed->session, true, passed->time, ++is->seq_out,
                  "5", "");
        is->up = false;
    }
}

static void sent(struct recorder *recorder,
                 const struct cg_script_passed *passed)
{
    struct recorder_session *is = &recorder->sessions[passed->session];
    struct recorded *item = add_message(recorder, passed, true, ++is->seq_out);
    item->unsent = !is->up;
    if (item->unsent) {
        is->unsent = need(
            realloc(is->unsent, (is->unsent_count + 1) * sizeof(size_t)));
        is->unsent[is->unsent_count++] = (size_t)(item - recorder->items);
    }
}

/* The number in the log of a message that was sent before. */
static int number_of(const struct recorder *recorder,
                     const struct cg_script_passed *passed)
{
    const char *at = need(
        memmem(passed->bytes.data, passed->bytes.len, SOH "34=", 4));
    return log_number(recorder, passed->session, true, at + 4);
}

static void rejects(struct recorder *recorder,
                    const struct cg_script_passed *passed)
{
    struct recorder_session *is = &recorder->sessions[passed->session];
    char fields[64];
    snprintf(fields, sizeof(fields), "45=%d" SOH "58=no" SOH,
             number_of(recorder, passed));
    add_admin(recorder, passed->session, false, passed->time, ++is->seq_in, "3",
              fields);
}

static void resend(struct recorder *recorder,
                   const struct cg_script_passed *passed)
{
    struct recorder_session *is = &recorder->sessions[passed->session];
    int seq = number_of(recorder, passed);
    char fields[64];
    snprintf(fields, sizeof(fields), "7=%d" SOH "16=%d" SOH, seq, seq);
    add_admin(recorder, passed->session, false, passed->time, ++is->seq_in, "2",
              fields);
    if (passed->kept) {
        renumber(recorder,
                 add(recorder, passed->session, true, passed->time, seq),
                 passed->bytes, true);
    } else {
        snprintf(fields, sizeof(fields), "43=Y" SOH "123=Y" SOH "36=%d" SOH,
                 seq + 1);
        add_admin(recorder, passed->session, true, passed->time, seq, "4",
                  fields);
    }
}

static void skips(struct recorder *recorder,
                  const struct cg_script_passed *passed)
{
    struct recorder_session *is = &recorder->sessions[passed->session];
    char fields[64];
    int next = is->seq_in + 10;
    snprintf(fields, sizeof(fields), "36=%d" SOH, next);
    add_admin(recorder, passed->session, false, passed->time, is->seq_in + 1,
              "4", fields);
    is->seq_in = next - 1;
}

static void on_passed(void *user, const struct cg_script_passed *passed)
{
    struct recorder *recorder = user;
    switch ((unsigned)passed->act) {
    case CG_SCRIPT_UP:
        up(recorder, passed);
        break;
    case CG_SCRIPT_DOWN:
        down(recorder, passed);
        break;
    case CG_SCRIPT_SEND:
        (void)add_message(recorder, passed, false,
                          ++recorder->sessions[passed->session].seq_in);
        break;
    case CG_SCRIPT_EXPECT:
        sent(recorder, passed);
        break;
    case CG_SCRIPT_RESETS:
        recorder->sessions[passed->session].resets = true;
        recorder->unplayable = recorder->unplayable ||
                               recorder->sessions[passed->session].up;
        break;
    case CG_SCRIPT_SKIPS:
        skips(recorder, passed);
        break;
    case CG_SCRIPT_REJECTS:
        rejects(recorder, passed);
        break;
    case CG_SCRIPT_RESEND:
        resend(recorder, passed);
        break;
    default:
        recorder->unplayable = true;
        break;
    }
}

/* --- the whole ---------------------------------------------------------- */

static void print(void *user, const char *text)
{
    (void)user;
    fputs(text, stderr);
}

static void read_rates(struct recorder *recorder)
{
    struct cg_script_rates rates = {0};
    struct cg_rates_text text = {.file = "par_rates.csv",
                                 .made_at = recorder->script.start};
    if (recorder->script.rate_count == 0) {
        return;
    }
    assert_int_equal(cg_script_rates_init(&rates, &recorder->script), 0);
    char *bytes = need(cg_script_rates_text(&rates, &text.len));
    text.text = bytes;
    assert_int_equal(cg_rates_read(&recorder->script.config, &text, NULL,
                                   sessions_mistake, NULL, &recorder->rates),
                     0);
    free(bytes);
    cg_script_rates_deinit(&rates);
}

static bool play(struct recorder *recorder)
{
    struct cg_script_run_options options = {
        .print = print, .passed = on_passed, .user = recorder};
    read_rates(recorder);
    return cg_script_run(&recorder->script, &options) == 0;
}

bool recorder_play(struct recorder *recorder, const char *path)
{
    *recorder = (struct recorder){0};
    return sessions_read(path, &recorder->script) == 0 && play(recorder);
}

bool recorder_play_text(struct recorder *recorder, const char *text)
{
    *recorder = (struct recorder){0};
    return cg_script_read_text("t.session", cg_slice_str(text),
                               sessions_mistake, NULL,
                               &recorder->script) == 0 &&
           play(recorder);
}

void recorder_deinit(struct recorder *recorder)
{
    for (size_t i = 0; i < recorder->count; i++) {
        free(recorder->items[i].bytes);
    }
    for (size_t i = 0; i < CG_SESSIONS_MAX; i++) {
        free(recorder->sessions[i].seqs[0]);
        free(recorder->sessions[i].seqs[1]);
        free(recorder->sessions[i].unsent);
    }
    free(recorder->items);
    cg_rates_close(recorder->rates);
    cg_script_deinit(&recorder->script);
}

size_t recorder_unsent(const struct recorder *recorder, cg_session session)
{
    return recorder->sessions[session].unsent_count;
}

/* --- files -------------------------------------------------------------- */

static char paths[4][64];

static void remove_files(void)
{
    for (size_t i = 0; i < 4; i++) {
        if (paths[i][0] != '\0') {
            unlink(paths[i]);
        }
    }
}

static FILE *open_file(size_t slot)
{
    static bool removes;
    if (!removes) {
        assert_int_equal(atexit(remove_files), 0);
        removes = true;
    }
    if (paths[slot][0] != '\0') {
        unlink(paths[slot]);
    }
    snprintf(paths[slot], sizeof(paths[slot]), "/tmp/creditgate-log-XXXXXX");
    int fd = mkstemp(paths[slot]);
    assert_true(fd >= 0);
    return need(fdopen(fd, "w"));
}

const char *recorder_write_text(size_t slot, const char *text, size_t len)
{
    FILE *file = open_file(slot);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    return paths[slot];
}

static void write_item(FILE *file,
                       const struct recorder *recorder,
                       size_t index,
                       enum recorder_form form)
{
    const struct recorded *item = &recorder->items[index];
    char time[40];
    stamp(item->time + recorder->spread * (cg_time)index, true, time);
    if (form != RECORD_RAW) {
        fprintf(file, "%s : ", time);
    }
    for (size_t i = 0; i < item->len; i++) {
        char c = item->bytes[i];
        fputc(form == RECORD_BARS && c == SOH[0] ? '|' : c, file);
    }
    if (form != RECORD_RAW) {
        fputc('\n', file);
    }
}

const char *recorder_write(const struct recorder *recorder,
                           enum recorder_form form,
                           size_t slot,
                           bool (*wanted)(void *user,
                                          const struct recorder *recorder,
                                          size_t index),
                           void *user)
{
    FILE *file = open_file(slot);
    for (size_t i = 0; i < recorder->count; i++) {
        if (!recorder->items[i].unsent &&
            (wanted == NULL || wanted(user, recorder, i))) {
            write_item(file, recorder, i, form);
        }
    }
    assert_int_equal(fclose(file), 0);
    return paths[slot];
}
