/*
 * The file of evidence: opened, mended after a crash, and added to.
 *
 * Must never change a line that is written, nor go on behind one that is not
 * whole.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "evidence.h"

#include "creditgate/types.h"
#include "evidence_chain.h"
#include "report.h"
#include "sheet.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TOLD_MAX 512

struct cg_evidence {
    char *dir;
    int folder;
    int file;
    bool failed; /* the file may end in the middle of a line */
    struct cg_chain chain;
    struct cg_digester *digester;
    char told[TOLD_MAX];
};

/* Where a failure of cg_evidence_open() is told. */
struct trouble {
    char *text;
    size_t len;
};

__attribute__((format(printf, 3, 4))) static int
trouble_tell(const struct trouble *trouble, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(trouble->text, trouble->len, format, arguments);
    va_end(arguments);
    return status;
}

/* The first thing that is wrong is the one to tell. */
static void keep_first(void *user, const char *line)
{
    char *told = user;
    if (told[0] == '\0') {
        snprintf(told, TOLD_MAX, "%s", line);
    }
}

static int open_files(struct cg_evidence *evidence,
                      const struct trouble *trouble)
{
    const char *dir = evidence->dir;
    if (mkdir(dir, 0755) != 0 && errno != EEXIST) {
        return trouble_tell(trouble, CG_ERR_IO,
                            "%s: %s; the folder that it is to be made in must "
                            "be there and writable",
                            dir, strerror(errno));
    }
    evidence->folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (evidence->folder < 0) {
        return trouble_tell(trouble, CG_ERR_IO,
                            "%s: %s; give a folder, or a name that is free",
                            dir, strerror(errno));
    }
    evidence->file = openat(evidence->folder, CG_EVIDENCE_FILE,
                            O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW |
                                O_NONBLOCK | O_CLOEXEC,
                            0644);
    if (evidence->file < 0) {
        return trouble_tell(trouble, CG_ERR_IO,
                            "%s/" CG_EVIDENCE_FILE
                            ": %s; make it readable and writable",
                            dir, strerror(errno));
    }
    if (flock(evidence->file, LOCK_EX | LOCK_NB) != 0) {
        return trouble_tell(trouble, CG_ERR_MISUSE,
                            "%s/" CG_EVIDENCE_FILE
                            ": another certification is writing it; wait for "
                            "its end, or take another folder",
                            dir);
    }
    return 0;
}

/* Keeps |torn|, then cuts it off: a crash between the two loses nothing. */
static int cut_torn(struct cg_evidence *evidence, struct cg_slice torn)
{
    char digest[CG_DIGEST_HEX + 1];
    struct stat stat = {0};
    int file = openat(evidence->folder, CG_EVIDENCE_TORN,
                      O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                      0644);
    bool good = file >= 0 && fstat(file, &stat) == 0 &&
                cg_evidence_write_all(file, torn.data, torn.len) &&
                fsync(file) == 0 && fsync(evidence->folder) == 0 &&
                ftruncate(evidence->file, (off_t)evidence->chain.whole) == 0 &&
                fsync(evidence->file) == 0;
    if (file >= 0) {
        close(file);
    }
    if (!good) {
        return CG_ERR_IO;
    }
    if (!cg_digest(torn, digest)) {
        return CG_ERR_MEMORY;
    }
    snprintf(evidence->told, TOLD_MAX,
             "%s/" CG_EVIDENCE_FILE
             ": the last line, %zu bytes, was cut off by a crash; it is kept "
             "in " CG_EVIDENCE_TORN,
             evidence->dir, torn.len);
    return cg_evidence_add(evidence, "torn",
                           json_pack("{ss sI sI ss}", "file", CG_EVIDENCE_TORN,
                                     "offset", (json_int_t)stat.st_size,
                                     "bytes", (json_int_t)torn.len, "digest",
                                     digest));
}

static int take_file(struct cg_evidence *evidence, struct cg_slice bytes)
{
    const struct cg_listener listener = {keep_first, evidence->told};
    int status = cg_chain_read(&evidence->chain, bytes, &listener);
    if (status == 0 && evidence->chain.wrong > 0) {
        return CG_ERR_CORRUPT;
    }
    if (status == 0 && evidence->chain.whole < bytes.len) {
        status = cut_torn(evidence,
                          (struct cg_slice){bytes.data + evidence->chain.whole,
                                            bytes.len - evidence->chain.whole});
    }
    return status;
}

static int open_chain(struct cg_evidence *evidence,
                      const struct trouble *trouble)
{
    char *bytes = NULL;
    size_t len = 0;
    int status = cg_evidence_read_all(evidence->file, &bytes, &len);
    if (status == 0) {
        status = take_file(evidence, (struct cg_slice){bytes, len});
        free(bytes);
    }
    if (status == CG_ERR_CORRUPT) {
        return trouble_tell(trouble, status,
                            "%s/%s; put the file back as it was, or take "
                            "another folder",
                            evidence->dir, evidence->told);
    }
    if (status == CG_ERR_IO) {
        return trouble_tell(trouble, status,
                            "%s/" CG_EVIDENCE_FILE
                            ": %s; it must be a file, and the disk must have "
                            "room",
                            evidence->dir, strerror(errno));
    }
    if (status == 0 && len == 0 && fsync(evidence->folder) != 0) {
        return trouble_tell(trouble, CG_ERR_IO, "%s: %s; look at the disk",
                            evidence->dir, strerror(errno));
    }
    return status;
}

int cg_evidence_open(const char *dir,
                     char *error,
                     size_t error_len,
                     struct cg_evidence **evidence)
{
    const struct trouble trouble = {error, error_len};
    struct cg_evidence *opened = calloc(1, sizeof(*opened));
    int status = CG_ERR_MEMORY;
    if (opened != NULL) {
        opened->folder = -1;
        opened->file = -1;
        opened->dir = strdup(dir);
        opened->digester = cg_digester_open();
    }
    if (opened != NULL && opened->dir != NULL && opened->digester != NULL) {
        status = open_files(opened, &trouble);
        if (status == 0) {
            status = open_chain(opened, &trouble);
        }
    }
    if (status == CG_ERR_MEMORY) {
        trouble_tell(&trouble, status, "%s: no memory left; free some", dir);
    }
    if (status != 0) {
        cg_evidence_close(opened);
        opened = NULL;
    }
    *evidence = opened;
    return status;
}

void cg_evidence_close(struct cg_evidence *evidence)
{
    if (evidence == NULL) {
        return;
    }
    cg_chain_deinit(&evidence->chain);
    cg_digester_close(evidence->digester);
    if (evidence->file >= 0) {
        close(evidence->file);
    }
    if (evidence->folder >= 0) {
        close(evidence->folder);
    }
    free(evidence->dir);
    free(evidence);
}

const char *cg_evidence_told(const struct cg_evidence *evidence)
{
    return evidence->told;
}

const json_t *cg_evidence_records(const struct cg_evidence *evidence)
{
    return evidence->chain.records;
}

const char *cg_evidence_head(const struct cg_evidence *evidence)
{
    return evidence->chain.head;
}

/* "2026-11-29T17:00:00.123456Z" */
static void format_now(char text[40])
{
    struct timespec now;
    struct tm parts;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    size_t len = strftime(text, 40, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + len, 40 - len, ".%06ldZ", now.tv_nsec / 1000);
}

/* As json_object_update_missing(), which does not tell of a want of memory. */
static bool add_missing(json_t *whole, json_t *record)
{
    const char *key;
    json_t *value;
    json_object_foreach(record, key, value)
    {
        if (json_object_get(whole, key) == NULL &&
            json_object_set(whole, key, value) != 0) {
            return false;
        }
    }
    return true;
}

/* The line of a record with its end; false without memory. */
static bool make_line(const struct cg_evidence *evidence,
                      const char *kind,
                      json_t *record,
                      struct cg_sheet *line)
{
    char now[40];
    format_now(now);
    json_t *whole = json_pack(
        "{sI ss ss ss}", "no", (json_int_t)evidence->chain.count + 1, "time",
        now, "kind", kind, "previous", evidence->chain.head);
    bool good = whole != NULL && add_missing(whole, record);
    if (good) {
        cg_sheet_json(line, whole, JSON_COMPACT);
        cg_sheet_add(line, "\n");
    }
    json_decref(whole);
    return good && !line->failed;
}

static bool is_synced(const char *kind)
{
    return strcmp(kind, "run") == 0 || strcmp(kind, "verdict") == 0 ||
           strcmp(kind, "end") == 0 || strcmp(kind, "torn") == 0;
}

/* The record is kept as it would be read again, so that the reports are the
 * same then. */
static int take_written(struct cg_evidence *evidence, struct cg_slice line)
{
    const struct cg_listener listener = {keep_first, evidence->told};
    size_t wrong = evidence->chain.wrong;
    evidence->chain.whole += line.len--;
    int status = cg_chain_take(&evidence->chain, evidence->digester, line,
                               &listener);
    return status == 0 && evidence->chain.wrong > wrong ? CG_ERR_MEMORY
                                                        : status;
}

static int
write_line(struct cg_evidence *evidence, const char *kind, struct cg_slice line)
{
    if (!cg_evidence_write_all(evidence->file, line.data, line.len) ||
        (is_synced(kind) && fdatasync(evidence->file) != 0)) {
        return CG_ERR_IO;
    }
    return take_written(evidence, line);
}

int cg_evidence_add(struct cg_evidence *evidence,
                    const char *kind,
                    json_t *record)
{
    struct cg_sheet line = {0};
    int status = evidence->failed ? CG_ERR_IO : CG_ERR_MEMORY;
    if (!evidence->failed && record != NULL &&
        make_line(evidence, kind, record, &line)) {
        status = write_line(evidence, kind,
                            (struct cg_slice){line.bytes, line.len});
    }
    json_decref(record);
    free(line.bytes);
    evidence->failed = status != 0;
    return status;
}

static bool is_plain(const char *bytes, size_t len)
{
    return cg_text_utf8_span((struct cg_slice){bytes, len}) == len &&
           memchr(bytes, '\0', len) == NULL;
}

json_t *cg_evidence_text(struct cg_slice bytes, bool *escaped)
{
    *escaped = bytes.len > 0 && !is_plain(bytes.data, bytes.len);
    if (!*escaped) {
        return json_stringn(bytes.len > 0 ? bytes.data : "", bytes.len);
    }
    char *text = malloc(4 * bytes.len + 1);
    char *to = text;
    if (text == NULL) {
        return NULL;
    }
    for (size_t at = 0; at < bytes.len;) {
        struct cg_slice rest = {bytes.data + at, bytes.len - at};
        size_t good = cg_text_utf8_span(rest);
        for (size_t i = 0; i < good + (good < rest.len); i++) {
            unsigned char byte = (unsigned char)rest.data[i];
            if (i == good || byte == '\0' || byte == '\\') {
                to += snprintf(to, sizeof("\\xFF"), "\\x%02X", byte);
            } else {
                *to++ = (char)byte;
            }
        }
        at += good + (good < rest.len);
    }
    json_t *string = json_stringn(text, (size_t)(to - text));
    free(text);
    return string;
}

static int hex_digit(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                          : -1;
}

char *cg_evidence_bytes(const json_t *text, bool escaped, size_t *len)
{
    size_t count = json_string_length(text);
    const char *from = json_string_value(text);
    char *bytes = malloc(count + 1);

    *len = 0;
    for (size_t at = 0; bytes != NULL && at < count; at++) {
        bool coded = escaped && count - at >= 4 && from[at] == '\\' &&
                     from[at + 1] == 'x' && hex_digit(from[at + 2]) >= 0 &&
                     hex_digit(from[at + 3]) >= 0;
        bytes[(*len)++] = coded ? (char)(hex_digit(from[at + 2]) * 16 +
                                         hex_digit(from[at + 3]))
                                : from[at];
        at += coded ? 3 : 0;
    }
    return bytes;
}

int cg_evidence_report(const struct cg_evidence *evidence,
                       char *error,
                       size_t error_len)
{
    struct cg_report_files files;
    int status = cg_report_make(evidence->chain.records, evidence->chain.count,
                                evidence->chain.head, &files);
    if (status != 0) {
        snprintf(error, error_len, "%s: no memory left for the reports",
                 evidence->dir);
        return status;
    }
    for (size_t i = 0; i < CG_REPORT_FILES && status == 0; i++) {
        if (!cg_evidence_write_file(evidence->folder, cg_report_names[i],
                                    files.bytes[i], files.len[i])) {
            snprintf(error, error_len,
                     "%s/%s: %s; the evidence itself is whole: make room, and "
                     "write the reports again",
                     evidence->dir, cg_report_names[i], strerror(errno));
            status = CG_ERR_IO;
        }
    }
    cg_report_free(&files);
    return status;
}
