/*
 * Puts on record what a certification does, as docs/certification.md lists it.
 *
 * Must never lose a record quietly: the first that cannot be written ends the
 * run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "records.h"

#include "json_put.h"

#include <errno.h>
#include <fix_writer.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *cg_verdict_word(enum cg_kit_verdict verdict)
{
    static const char *const words[] = {
        [CG_KIT_PASSED] = "passed", [CG_KIT_FAILED] = "failed",
        [CG_KIT_BROKEN] = "broken", [CG_KIT_SKIPPED] = "skipped",
        [CG_KIT_WAIVED] = "waived", [CG_KIT_STOPPED] = "stopped",
    };

    return words[verdict];
}

/* --- texts -------------------------------------------------------------- */

static json_t *slice_json(struct cg_slice text)
{
    bool escaped;

    return cg_evidence_text(text, &escaped);
}

static json_t *notes_json(const struct cg_slice *notes, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++) {
        array = json_put_item(array, slice_json(notes[i]));
    }
    return array;
}

json_t *cg_records_text(const char *text)
{
    bool escaped;

    return cg_evidence_text(cg_slice_str(text != NULL ? text : ""), &escaped);
}

/* --- files -------------------------------------------------------------- */

static int file_read(const char *path,
                     bool (*take)(void *user, const char *bytes, size_t len),
                     void *user)
{
    FILE *file = fopen(path, "rb");
    char bytes[65536];
    size_t len;
    int result = 0;

    if (file == NULL) {
        return -1;
    }
    while ((len = fread(bytes, 1, sizeof(bytes), file)) > 0) {
        if (!take(user, bytes, len)) {
            result = -1;
        }
    }
    result = ferror(file) != 0 ? -1 : result;
    (void)fclose(file);
    return result;
}

static bool digest_more(void *user, const char *bytes, size_t len)
{
    cg_digester_add(user, bytes, len);
    return true;
}

bool cg_file_digest(const char *path, char hex[CG_DIGEST_HEX + 1])
{
    struct cg_digester *digester = cg_digester_open();
    struct cg_digest_bytes digest;
    int status;

    if (digester == NULL) {
        return false;
    }
    cg_digester_begin(digester);
    status = file_read(path, digest_more, digester);
    cg_digester_end(digester, &digest);
    cg_digester_close(digester);
    cg_digest_hex(&digest, hex);
    return status == 0;
}

static bool write_more(void *user, const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, user) == len;
}

json_t *cg_records_file(const char *path)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    json_t *made = NULL;
    bool escaped;

    if (out == NULL) {
        return NULL;
    }
    (void)file_read(path, write_more, out);
    if (fclose(out) == 0) {
        made = cg_evidence_text((struct cg_slice){text, len}, &escaped);
    }
    free(text);
    return made;
}

json_t *cg_records_included(const struct cg_script *script)
{
    json_t *array = json_array();

    for (size_t i = 0; i < script->included_count; i++) {
        char digest[CG_DIGEST_HEX + 1] = "";

        (void)cg_file_digest(script->included[i], digest);
        array = json_put_item(array,
                              json_pack("{so ss}", "file",
                                        cg_records_text(script->included[i]),
                                        "digest", digest));
    }
    return array;
}

/* --- records ------------------------------------------------------------ */

int cg_records_open(struct cg_records *records,
                    const char *dir,
                    const struct cg_config *config,
                    bool hub_is_peer,
                    struct cg_evidence *evidence)
{
    char path[4200];

    *records = (struct cg_records){
        .dir = dir, .config = config, .evidence = evidence};
    records->credit = cg_credit_open(hub_is_peer);
    if (records->credit == NULL) {
        return CG_ERR_MEMORY;
    }
    (void)snprintf(path, sizeof(path), "%s/raw", dir);
    return mkdir(path, 0777) == 0 || errno == EEXIST ? 0 : CG_ERR_IO;
}

void cg_records_close(struct cg_records *records)
{
    if (records->raw != NULL) {
        (void)fclose(records->raw);
    }
    cg_credit_close(records->credit);
    *records = (struct cg_records){0};
}

void cg_records_add(struct cg_records *records,
                    const char *kind,
                    json_t *record)
{
    if (records->error != 0 || record == NULL) {
        records->error = records->error != 0 ? records->error : CG_ERR_MEMORY;
        json_decref(record);
        return;
    }
    records->error = cg_evidence_add(records->evidence, kind, record);
}

void cg_records_add_to_attempt(struct cg_records *records,
                               const char *kind,
                               json_t *record)
{
    if (records->kase != NULL) {
        record = json_put_key(record, "case",
                              slice_json(records->kase->script.kase.id));
        record = json_put_key(record, "attempt",
                              json_integer(records->attempt));
    }
    cg_records_add(records, kind, record);
}

static void raw_open(struct cg_records *records)
{
    const struct cg_slice id = records->kase->script.kase.id;
    char path[4300];

    (void)snprintf(records->raw_name, sizeof(records->raw_name),
                   "raw/%.*s-%u.log", (int)id.len, id.data, records->attempt);
    (void)snprintf(path, sizeof(path), "%s/%s", records->dir,
                   records->raw_name);
    records->raw = fopen(path, "wb");
    if (records->raw == NULL && records->error == 0) {
        records->error = CG_ERR_IO;
    }
}

void cg_records_attempt(struct cg_records *records,
                        const struct cg_case *kase,
                        unsigned attempt,
                        const struct cg_kit_value *values,
                        size_t value_count,
                        bool played,
                        cg_time now)
{
    const struct cg_script_case *what = &kase->script.kase;
    char digest[CG_DIGEST_HEX + 1] = "";
    json_t *set = json_object();

    records->kase = kase;
    records->attempt = attempt;
    records->began = now;
    for (size_t i = 0; i < value_count; i++) {
        set = json_put_key(set, values[i].name,
                           cg_records_text(values[i].text));
    }
    (void)cg_file_digest(kase->path, digest);
    cg_records_add_to_attempt(
        records, "attempt",
        json_pack("{so so so ss ss so so so so so ss so}", "file",
                  cg_records_text(kase->path), "title",
                  cg_records_text(kase->script.title), "purpose",
                  slice_json(what->purpose), "level",
                  what->optional ? "optional" : "mandatory", "certifies",
                  what->certifies_hub && what->certifies_gate ? "hub gate"
                  : what->certifies_hub                       ? "hub"
                                                              : "gate",
                  "needs", slice_json(what->needs), "preconditions",
                  notes_json(what->preconditions, what->precondition_count),
                  "references",
                  notes_json(what->references, what->reference_count), "values",
                  set, "script", cg_records_file(kase->path), "digest", digest,
                  "included", cg_records_included(&kase->script)));
    if (!cg_credit_attempt(records->credit, what->id)) {
        records->error = CG_ERR_MEMORY;
    }
    records->raw_name[0] = '\0';
    if (played) {
        raw_open(records);
    }
}

/* --- events ------------------------------------------------------------- */

static json_int_t ms_since(const struct cg_records *records, cg_time time)
{
    return (json_int_t)((time - records->began) / CG_MS);
}

/* "2026-11-29T17:00:00.000000Z" */
static void time_text(cg_time time, char out[40])
{
    char field[40];
    struct cg_fix_writer writer = cg_fix_writer_over(field, sizeof(field));

    /* "1=20261129-17:00:00.000" */
    cg_fix_put_time(&writer, 1, time);
    (void)snprintf(out, 40, "%.4s-%.2s-%.2sT%.8s.%06lldZ", field + 2, field + 6,
                   field + 8, field + 11, (long long)(time % CG_SECOND / 1000));
}

static void raw_line(struct cg_records *records,
                     const struct cg_kit_event *event)
{
    char time[40];

    if (records->raw == NULL) {
        return;
    }
    time_text(event->time, time);
    if (fprintf(records->raw, "%s %s %s ", time, event->actor,
                event->to_actor ? "in" : "out") < 0 ||
        fwrite(event->bytes.data, 1, event->bytes.len, records->raw) !=
            event->bytes.len ||
        fputc('\n', records->raw) == EOF) {
        records->error = records->error != 0 ? records->error : CG_ERR_IO;
    }
}

static bool is_hub(const struct cg_records *records, const char *actor)
{
    for (size_t i = 0; i < records->config->session_count; i++) {
        if (strcmp(records->config->sessions[i].name, actor) == 0) {
            return records->config->sessions[i].role == CG_ROLE_HUB;
        }
    }
    return false;
}

static void on_message(struct cg_records *records,
                       const struct cg_kit_event *event)
{
    bool escaped = false;
    json_t *bytes = cg_evidence_text(event->bytes, &escaped);

    raw_line(records, event);
    cg_records_add_to_attempt(records, "message",
                              json_pack("{ss ss sI so sb}", "actor",
                                        event->actor, "direction",
                                        event->to_actor ? "to" : "from", "ms",
                                        ms_since(records, event->time), "bytes",
                                        bytes, "escaped", escaped));
    if (is_hub(records, event->actor) &&
        !cg_credit_message(records->credit, !event->to_actor, event->bytes,
                           event->time)) {
        records->error = CG_ERR_MEMORY;
    }
}

/* The credit of a message that was put on record. */
static void take_message(struct cg_records *records, const json_t *record)
{
    const char *actor = json_string_value(json_object_get(record, "actor"));
    const char *way = json_string_value(json_object_get(record, "direction"));
    const json_t *text = json_object_get(record, "bytes");
    char *bytes;
    size_t len;

    if (actor == NULL || way == NULL || !json_is_string(text) ||
        !is_hub(records, actor)) {
        return;
    }
    bytes = cg_evidence_bytes(
        text, json_is_true(json_object_get(record, "escaped")), &len);
    if (bytes == NULL ||
        !cg_credit_message(records->credit, strcmp(way, "from") == 0,
                           (struct cg_slice){bytes, len}, 0)) {
        records->error = CG_ERR_MEMORY;
    }
    free(bytes);
}

void cg_records_take(struct cg_records *records, const json_t *record)
{
    const char *kind = json_string_value(json_object_get(record, "kind"));
    const char *id = json_string_value(json_object_get(record, "case"));

    if (kind != NULL && strcmp(kind, "message") == 0) {
        take_message(records, record);
    } else if (kind != NULL && id != NULL && strcmp(kind, "attempt") == 0 &&
               !cg_credit_attempt(records->credit, cg_slice_str(id))) {
        records->error = CG_ERR_MEMORY;
    }
}

static void on_step(struct cg_records *records,
                    const struct cg_kit_event *event)
{
    json_t *differing = json_array();

    for (size_t i = 0; i < event->differing_count; i++) {
        differing = json_put_item(differing, json_integer(event->differing[i]));
    }
    cg_records_add_to_attempt(
        records, "step",
        json_pack("{sI si so so so so so so so ss sI}", "index",
                  (json_int_t)event->index, "line", event->step->place.line,
                  "file", cg_records_text(event->step->place.file), "actor",
                  cg_records_text(event->actor), "text",
                  cg_records_text(event->text), "expected",
                  cg_records_text(event->expected), "observed",
                  cg_records_text(event->observed), "wrong",
                  cg_records_text(event->wrong), "differing", differing,
                  "verdict", cg_verdict_word(event->verdict), "late_ms",
                  (json_int_t)(event->late_ns / CG_MS)));
}

void cg_records_event(struct cg_records *records,
                      const struct cg_kit_event *event)
{
    switch (event->kind) {
    case CG_KIT_MESSAGE:
        on_message(records, event);
        break;
    case CG_KIT_STEP:
        on_step(records, event);
        break;
    case CG_KIT_NOTE:
        cg_records_add_to_attempt(
            records, "note",
            json_pack("{so so sI}", "who", cg_records_text(event->actor),
                      "text", cg_records_text(event->note), "ms",
                      ms_since(records, event->time)));
        break;
    }
}

void cg_records_verdict(struct cg_records *records,
                        enum cg_kit_verdict verdict,
                        const char *reason,
                        cg_time now)
{
    char path[4300];
    char digest[CG_DIGEST_HEX + 1] = "";
    json_t *verdict_json;

    if (records->raw != NULL) {
        int closed = fclose(records->raw);

        records->raw = NULL;
        (void)snprintf(path, sizeof(path), "%s/%s", records->dir,
                       records->raw_name);
        if ((closed != 0 || !cg_file_digest(path, digest)) &&
            records->error == 0) {
            records->error = CG_ERR_IO;
        }
    }
    verdict_json = json_pack("{ss so sI}", "verdict", cg_verdict_word(verdict),
                             "reason", cg_records_text(reason), "ms",
                             ms_since(records, now));
    if (records->raw_name[0] != '\0') {
        verdict_json = json_put_key(
            verdict_json, "raw",
            json_pack("{ss ss}", "file", records->raw_name, "digest", digest));
    }
    cg_records_add_to_attempt(records, "verdict", verdict_json);
    records->kase = NULL;
}
