/*
 * A folder of evidence, verified: nothing in it was changed, and nothing is
 * missing but perhaps at its end, which the head digest on a signed page tells.
 *
 * Must never write anything.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "evidence.h"

#include "creditgate/types.h"
#include "evidence_chain.h"
#include "report.h"
#include "report_model.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#define RAW_FOLDER "raw"
#define TOLD_MAX 10 /* lines of the evidence that are told one by one */

struct verifier {
    int folder;
    struct cg_listener listener;
    struct cg_chain chain;
    size_t wrong;
    json_t *named; /* the files that verdicts have the digests of */
    json_t *begun; /* those of all attempts */
};

#define WRONG(verifier, ...)                                                   \
    ((verifier)->wrong++, cg_listener_say(&(verifier)->listener, __VA_ARGS__))

/* Why a file cannot be read. */
static const char *reason(void)
{
    return errno == ELOOP ? "a link, not the file itself" : strerror(errno);
}

/* --- the chain ---------------------------------------------------------- */

static void say_end(struct verifier *verifier, size_t torn)
{
    const json_t *last = json_array_get(verifier->chain.records,
                                        verifier->chain.count - 1);
    const char *kind = json_string_value(json_object_get(last, "kind"));
    if (torn > 0) {
        WRONG(verifier,
              CG_EVIDENCE_FILE
              ":%zu: cut off after %zu bytes; go on with the certification, "
              "which keeps them beside it, or get the file again",
              verifier->chain.count + 1, torn);
    } else if (kind == NULL || strcmp(kind, "end") != 0) {
        cg_listener_say(&verifier->listener, CG_EVIDENCE_FILE
                        ": its last record is not \"end\": the certification "
                        "goes on, or lines are missing at the end; compare the "
                        "head with the one that was signed or sent");
    }
}

/* Whether somebody is writing just now. */
static bool is_written(const struct verifier *verifier)
{
    int file = openat(verifier->folder, CG_EVIDENCE_FILE,
                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool written = file >= 0 && flock(file, LOCK_SH | LOCK_NB) != 0 &&
                   errno == EWOULDBLOCK;
    if (file >= 0) {
        close(file);
    }
    return written;
}

/* What is wrong in one line is often wrong in all behind it. */
struct few {
    const struct cg_listener *listener;
    size_t count;
};

static void say_few(void *user, const char *line)
{
    struct few *few = user;
    if (few->count++ < TOLD_MAX) {
        few->listener->say(few->listener->user, line);
    }
}

static int read_chain(struct verifier *verifier, struct cg_slice bytes)
{
    struct few few = {.listener = &verifier->listener};
    const struct cg_listener listener = {say_few, &few};
    int status = cg_chain_read(&verifier->chain, bytes, &listener);
    if (few.count > TOLD_MAX) {
        cg_listener_say(&verifier->listener,
                        CG_EVIDENCE_FILE ": and %zu more lines are wrong",
                        few.count - TOLD_MAX);
    }
    /* No record has this letter. */
    if (bytes.len > 0 && memchr(bytes.data, '\r', bytes.len) != NULL) {
        cg_listener_say(&verifier->listener, CG_EVIDENCE_FILE
                        ": it has ends of line of another system: it was sent "
                        "as a text; have it sent again as it is");
    }
    return status;
}

static int verify_chain(struct verifier *verifier)
{
    char *bytes = NULL;
    size_t len = 0;
    if (is_written(verifier)) {
        WRONG(verifier, CG_EVIDENCE_FILE
              ": a certification is writing it; wait for its end");
        return CG_ERR_MISUSE;
    }
    int status = cg_evidence_read_file(verifier->folder, CG_EVIDENCE_FILE,
                                       &bytes, &len);
    if (status == CG_ERR_IO) {
        WRONG(verifier,
              CG_EVIDENCE_FILE ": %s; it is the evidence itself: give the "
                               "folder that has it",
              reason());
        return status;
    }
    if (status == 0) {
        status = read_chain(verifier, (struct cg_slice){bytes, len});
        free(bytes);
    }
    if (status != 0) {
        return status;
    }
    verifier->wrong += verifier->chain.wrong;
    if (verifier->chain.count == 0) {
        WRONG(verifier, CG_EVIDENCE_FILE ": no record is in it");
    } else {
        say_end(verifier, len - verifier->chain.whole);
    }
    cg_listener_say(&verifier->listener,
                    CG_EVIDENCE_FILE ": %zu records, head %s",
                    verifier->chain.count, verifier->chain.head);
    return 0;
}

/* --- files that a record names ------------------------------------------ */

static bool is_below(const char *name)
{
    return name[0] != '\0' && name[0] != '/' && strcmp(name, "..") != 0 &&
           strncmp(name, "../", 3) != 0 && strstr(name, "/../") == NULL;
}

/* |len| bytes from |offset| of |name|; all of it when |len| is SIZE_MAX. */
static int verify_file(struct verifier *verifier,
                       const char *name,
                       const char *expected,
                       size_t offset,
                       size_t len)
{
    char *bytes = NULL;
    size_t size = 0;
    char digest[CG_DIGEST_HEX + 1];
    if (!is_below(name)) {
        WRONG(verifier, "\"%s\": no file of this folder", name);
        return 0;
    }
    int status = cg_evidence_read_file(verifier->folder, name, &bytes, &size);
    if (status == CG_ERR_IO) {
        WRONG(verifier,
              "%s: %s; a record has its digest: get it from who recorded it",
              name, reason());
        return 0;
    }
    if (status != 0) {
        return status;
    }
    size_t begin = offset < size ? offset : size;
    size_t there = size - begin < len ? size - begin : len;
    bool good = cg_digest((struct cg_slice){bytes + begin, there}, digest);
    free(bytes);
    if (good && strcmp(digest, expected) != 0) {
        WRONG(verifier,
              "%s: changed: its SHA-256 is %s, but the record says %s; get it "
              "again from who recorded it",
              name, digest, expected);
    }
    return good ? 0 : CG_ERR_MEMORY;
}

static const char *text_of(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));
    return text != NULL ? text : "";
}

static int take_begun(struct verifier *verifier, const json_t *record)
{
    char name[NAME_MAX];
    snprintf(name, sizeof(name), "%s-%" JSON_INTEGER_FORMAT ".log",
             text_of(record, "case"),
             json_integer_value(json_object_get(record, "attempt")));
    return json_object_set_new(verifier->begun, name, json_true()) == 0
               ? 0
               : CG_ERR_MEMORY;
}

static int verify_named(struct verifier *verifier, const json_t *record)
{
    const json_t *raw = json_object_get(record, "raw");
    if (strcmp(text_of(record, "kind"), "attempt") == 0) {
        return take_begun(verifier, record);
    }
    if (strcmp(text_of(record, "kind"), "torn") == 0) {
        json_int_t offset = json_integer_value(
            json_object_get(record, "offset"));
        json_int_t len = json_integer_value(json_object_get(record, "bytes"));
        return verify_file(
            verifier, CG_EVIDENCE_TORN, text_of(record, "digest"),
            offset > 0 ? (size_t)offset : 0, len > 0 ? (size_t)len : 0);
    }
    if (strcmp(text_of(record, "kind"), "verdict") != 0 ||
        !json_is_object(raw)) {
        return 0;
    }
    if (json_object_set_new(verifier->named, text_of(raw, "file"),
                            json_true()) != 0) {
        return CG_ERR_MEMORY;
    }
    return verify_file(verifier, text_of(raw, "file"), text_of(raw, "digest"),
                       0, SIZE_MAX);
}

static bool is_named(const struct verifier *verifier, const char *name)
{
    char path[sizeof(RAW_FOLDER "/") + NAME_MAX];
    snprintf(path, sizeof(path), RAW_FOLDER "/%s", name);
    return json_object_get(verifier->named, path) != NULL;
}

/* Logs that no verdict has the digest of prove nothing. */
static void say_unnamed(struct verifier *verifier)
{
    int file = openat(verifier->folder, RAW_FOLDER,
                      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = file >= 0 ? fdopendir(file) : NULL;
    if (folder == NULL) {
        if (file >= 0) {
            close(file);
        }
        return;
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL;
         entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0 &&
            !is_named(verifier, entry->d_name)) {
            cg_listener_say(
                &verifier->listener,
                json_object_get(verifier->begun, entry->d_name) != NULL
                    ? RAW_FOLDER "/%s: its attempt has no end, so that no "
                                 "record has its digest: it proves nothing"
                    : RAW_FOLDER "/%s: no record has its digest, so that it "
                                 "proves nothing: leave it aside",
                entry->d_name);
        }
    }
    closedir(folder);
}

static int verify_files(struct verifier *verifier)
{
    int status = 0;
    size_t before = verifier->wrong;
    for (size_t i = 0;
         i < json_array_size(verifier->chain.records) && status == 0; i++) {
        status = verify_named(verifier,
                              json_array_get(verifier->chain.records, i));
    }
    if (status == 0) {
        say_unnamed(verifier);
        cg_listener_say(&verifier->listener, "raw logs: %zu named, %zu wrong",
                        json_object_size(verifier->named),
                        verifier->wrong - before);
    }
    return status;
}

/* --- reports ------------------------------------------------------------ */

/* How many records the report had before it that has this |head|; 0: it is not
 * one of this evidence. */
static size_t records_at(const struct cg_chain *chain, struct cg_slice head)
{
    struct cg_digest_bytes digest;
    if (cg_digest_parse(head, &digest)) {
        for (size_t i = 0; i < chain->count; i++) {
            if (cg_digest_equal(&digest, &chain->heads[i])) {
                return i + 1;
            }
        }
    }
    return 0;
}

static struct cg_slice head_in(struct cg_slice report, const char *mark)
{
    const char *at = memmem(report.data, report.len, mark, strlen(mark));
    if (at == NULL) {
        return CG_SLICE("");
    }
    at += strlen(mark);
    size_t left = report.len - (size_t)(at - report.data);
    return (struct cg_slice){at, left < CG_DIGEST_HEX ? left : CG_DIGEST_HEX};
}

/* Version that the newest run names. */
static const char *version_of(const struct cg_chain *chain)
{
    for (size_t i = json_array_size(chain->records); i-- > 0;) {
        const json_t *record = json_array_get(chain->records, i);
        if (strcmp(text_of(record, "kind"), "run") == 0) {
            return text_of(record, "version");
        }
    }
    return "unknown";
}

/* What is told of a report that is not as the records make it. */
static void say_other(struct verifier *verifier,
                      const char *name,
                      struct cg_slice there,
                      struct cg_slice made)
{
    size_t offset = 0;
    size_t line = 1;
    while (offset < there.len && offset < made.len &&
           there.data[offset] == made.data[offset]) {
        line += there.data[offset++] == '\n';
    }
    WRONG(verifier,
          "%s:%zu: byte %zu of the file is not what the records make: it was "
          "changed, or made by another version than this one (the last run was "
          "by %s); get it again, or trust the records alone",
          name, line, offset, version_of(&verifier->chain));
}

static void compare_report(struct verifier *verifier,
                           size_t which,
                           struct cg_slice there,
                           const struct cg_report_files *made)
{
    const char *name = cg_report_names[which];
    const struct cg_slice whole = {made->bytes[which], made->len[which]};
    struct cg_slice head = head_in(there, cg_report_head_marks[which]);
    size_t at = records_at(&verifier->chain, head);
    if (cg_slice_equal(there, whole)) {
        cg_listener_say(&verifier->listener, "%s: as the records make it",
                        name);
    } else if (at > 0 && at < verifier->chain.count) {
        WRONG(verifier,
              "%s: made of the first %zu records of %zu: the certification "
              "went on; run \"creditgate certify\" with this --report again, "
              "which "
              "writes the reports, or get them again",
              name, at, verifier->chain.count);
    } else if (at == 0 && head.len == CG_DIGEST_HEX) {
        WRONG(verifier,
              "%s: made of other evidence, with the head %.*s: one of the two "
              "was changed or made anew, or is of another folder; the signed "
              "page has the head that counts",
              name, (int)head.len, head.data);
    } else {
        say_other(verifier, name, there, whole);
    }
}

/* Of what: whoever verifies has it from somebody else. */
static int say_what(struct verifier *verifier)
{
    struct cg_report_model model;
    const struct cg_chain *chain = &verifier->chain;
    int status = cg_report_model_init(&model, chain->records, chain->count,
                                      chain->head);
    if (status == 0) {
        const json_t *run = cg_report_run(&model);
        const json_t *last = json_array_get(chain->records, chain->count - 1);
        cg_listener_say(&verifier->listener,
                        "%s: %s, certified by %s, %zu cases, last record of "
                        "%.19s UTC",
                        cg_report_whole_word(&model),
                        text_of(run, "counterparty"), text_of(run, "firm"),
                        model.case_count, text_of(last, "time"));
    }
    cg_report_model_deinit(&model);
    return status;
}

static int verify_reports(struct verifier *verifier)
{
    struct cg_report_files made;
    int status = cg_report_make(verifier->chain.records, verifier->chain.count,
                                verifier->chain.head, &made);
    for (size_t i = 0; i < CG_REPORT_FILES && status == 0; i++) {
        char *bytes = NULL;
        size_t len = 0;
        status = cg_evidence_read_file(verifier->folder, cg_report_names[i],
                                       &bytes, &len);
        if (status == CG_ERR_IO) {
            WRONG(verifier,
                  "%s: %s; run \"creditgate certify\" with this --report "
                  "again, which writes it, or get it again",
                  cg_report_names[i], reason());
            status = 0;
        } else if (status == 0) {
            compare_report(verifier, i, (struct cg_slice){bytes, len}, &made);
        }
        free(bytes);
    }
    cg_report_free(&made);
    return status;
}

int cg_evidence_verify(const char *dir,
                       void (*say)(void *user, const char *line),
                       void *user)
{
    struct verifier verifier = {.listener = {say, user},
                                .named = json_object(),
                                .begun = json_object()};
    verifier.folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (verifier.folder < 0) {
        cg_listener_say(&verifier.listener,
                        "%s: %s; give the folder of a certification", dir,
                        strerror(errno));
        json_decref(verifier.named);
        json_decref(verifier.begun);
        return CG_ERR_IO;
    }
    int status = verify_chain(&verifier);
    if (status == 0) {
        status = verify_files(&verifier);
    }
    /* Records that are not whole make no reports. */
    if (status == 0 && verifier.chain.wrong == 0 && verifier.chain.count > 0) {
        status = verify_reports(&verifier);
        status = status == 0 ? say_what(&verifier) : status;
    } else if (status == 0) {
        cg_listener_say(&verifier.listener,
                        "reports: not compared, as the records are not whole");
    }
    if (status == 0) {
        cg_listener_say(&verifier.listener, "%s",
                        verifier.wrong > 0
                            ? "NOT verified"
                            : "verified: as it was written; only the head, "
                              "compared with the one that was signed or sent, "
                              "shows that it was not made anew");
    }
    cg_chain_deinit(&verifier.chain);
    json_decref(verifier.named);
    json_decref(verifier.begun);
    close(verifier.folder);
    return status != 0 ? status : verifier.wrong > 0;
}
