/*
 * Evidence for the tests.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "evidence_sample.h"

#include <digest.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define PATH_LEN 512
#define DICTIONARY                                                             \
    "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

#define PROFILE "[PROFILE]\nName=FCM\nIgnoreTags=<58>\n"

struct sample {
    struct cg_evidence *evidence;
    const char *dir;
    const char *id;
    int attempt;
    int step;
    double ms;
    char raw[4096];
};

void evidence_sample_add(struct cg_evidence *evidence,
                         const char *kind,
                         json_t *record)
{
    assert_non_null(record);
    assert_int_equal(cg_evidence_add(evidence, kind, record), 0);
}

static json_t *session(const char *name, const char *role, const char *begin)
{
    return json_pack("{ss ss ss ss ss ss}", "name", name, "role", role,
                     "begin_string", begin, "sender", "GATE", "target", name,
                     "dictionary", DICTIONARY);
}

static void add_run(struct sample *sample, const char *by)
{
    json_t *run = json_pack(
        "{ss ss ss ss ss ss ss s[ooo] s{ss ss} s{ss ss ss ss} s[ssss] ss}",
        "version", "0.1.0", "build", "v0.1-12-gabcdef", "operator", by, "firm",
        "Gate & Sons <Ltd>", "counterparty", "First \"Clearing\" Member AG",
        "seat", "gate", "peer", "ACME", "sessions",
        session("client", "client", "FIX.4.4"),
        session("hub", "hub", "FIXT.1.1/FIX.5.0SP2"),
        session("venue", "venue", "FIX.4.4"), "config", "path", "gate.cfg",
        "digest", DICTIONARY, "profile", "path", "fcm.profile", "digest",
        DICTIONARY, "name", "FCM", "text", PROFILE, "cases", "T-101", "T-102",
        "S-201", "L-999", "kit_digest", DICTIONARY);
    evidence_sample_add(sample->evidence, "run", run);
}

static void begin(struct sample *sample,
                  const char *id,
                  int attempt,
                  const char *title,
                  const char *level)
{
    sample->id = id;
    sample->attempt = attempt;
    sample->step = 0;
    sample->ms = 0;
    sample->raw[0] = '\0';
    evidence_sample_add(
        sample->evidence, "attempt",
        json_pack("{ss si ss ss ss ss ss ss s[ss] s[ss] s{ss ss} ss ss}",
                  "case", id, "attempt", attempt, "file", "T101.session",
                  "title", title, "purpose",
                  "The hub grants what was asked for, and the order goes on.",
                  "level", level, "certifies", "hub gate", "needs", "partial",
                  "preconditions", "The limit is enabled.",
                  "No token is reserved.", "references",
                  "FIX 5.0 SP2: PartyRiskLimitCheckAck(DG)", "R20 R24",
                  "values", "RUN", "R1A", "ACCOUNT", "CERT-001", "script",
                  "# A title\ncase T-101\n@1s client > D 11=${RUN}A1\n",
                  "digest", DICTIONARY));
}

static void message(struct sample *sample,
                    const char *actor,
                    const char *direction,
                    struct cg_slice bytes)
{
    bool escaped = false;
    json_t *text = cg_evidence_text(bytes, &escaped);
    sample->ms += 12.5;
    json_t *record = json_pack("{ss si ss ss sf so}", "case", sample->id,
                               "attempt", sample->attempt, "actor", actor,
                               "direction", direction, "ms", sample->ms,
                               "bytes", text);
    if (escaped) {
        json_object_set_new(record, "escaped", json_true());
    }
    size_t len = strlen(sample->raw);
    snprintf(sample->raw + len, sizeof(sample->raw) - len,
             "2026-11-29T17:00:00.000000Z %s %s %.*s\n", actor, direction,
             bytes.len < 200 ? (int)bytes.len : 200, bytes.data);
    evidence_sample_add(sample->evidence, "message", record);
}

static void step(struct sample *sample,
                 const char *actor,
                 const char *text,
                 const char *expected,
                 const char *observed,
                 const char *wrong,
                 json_t *differing,
                 const char *verdict)
{
    evidence_sample_add(
        sample->evidence, "step",
        json_pack("{ss si si si ss ss ss ss ss ss so ss sf}", "case",
                  sample->id, "attempt", sample->attempt, "index", sample->step,
                  "line", 14 + sample->step, "file", "T101.session", "actor",
                  actor, "text", text, "expected", expected, "observed",
                  observed, "wrong", wrong, "differing", differing, "verdict",
                  verdict, "late_ms", 1.25 * sample->step));
    sample->step++;
}

static void end(struct sample *sample, const char *verdict, const char *reason)
{
    char name[64];
    char digest[CG_DIGEST_HEX + 1];
    snprintf(name, sizeof(name), "raw/%s-%d.log", sample->id, sample->attempt);
    evidence_sample_write(sample->dir, name, sample->raw, strlen(sample->raw));
    assert_true(cg_digest(cg_slice_str(sample->raw), digest));
    evidence_sample_add(
        sample->evidence, "verdict",
        json_pack("{ss si ss ss sf s{ss ss}}", "case", sample->id, "attempt",
                  sample->attempt, "verdict", verdict, "reason", reason, "ms",
                  sample->ms + 500.1, "raw", "file", name, "digest", digest));
}

#define HEAD "8=FIX.4.4\0019=120\001"
#define ORDER                                                                  \
    HEAD "35=D\00134=2\00149=ACME\00156=GATE\00111=R1A1\00138=10000000\00110=" \
         "123\001"
#define ASK                                                                    \
    "8=FIXT.1.1\0019=120\00135=DF\00134=9\0012318=1\0012319=T1\0012320=0\001"  \
    "2324=9040.00\00110=123\001"
#define GRANT                                                                  \
    "8=FIXT.1.1\0019=120\00135=DG\00134=9\0012318=1\0012319=T1\0012325=0\001"  \
    "2327=9040.00\00110=123\001"
#define FORWARD                                                                \
    HEAD "35=D\00134=2\00149=GATE\00111=R1A1\0017350=T1\00110=123\001"

static void granted(struct sample *sample, bool wrong)
{
    step(sample, "client", "client > D 11=${RUN}A1 38=10000000", "", "", "",
         json_array(), "passed");
    message(sample, "client", "from", CG_SLICE(ORDER));
    message(sample, "hub", "to", CG_SLICE(ASK));
    message(sample, "hub", "from", CG_SLICE(GRANT));
    step(sample, "hub", "hub < DF 2318=$R 2319=$T 2320=0 2324=9040.00 ...",
         "DF 2318=$R 2319=$T 2320=0 2324=9040.00 ...",
         "35=DF|2318=1|2319=T1|2320=0|2324=9040.00", "", json_array(),
         "passed");
    message(sample, "venue", "to", CG_SLICE(FORWARD));
    step(sample, "gate", "limit ACME-USD used=9040.00", "", "",
         "only the gate's inside would show it", json_array(), "waived");
    if (!wrong) {
        step(sample, "venue", "venue < D 7350=$T", "35=D|7350=T1",
             "35=D|11=R1A1|7350=T1", "", json_array(), "passed");
        return;
    }
    step(sample, "venue", "venue < D 7350=$T 38=10000000 !58",
         "D 7350=T1 38=10000000 !58 54=1", "35=D|7350=T2|58=no <b>|54=1",
         "two fields are not as they should be",
         json_pack("[iii]", 7350, 38, 58), "failed");
}

static void hostile(struct sample *sample, size_t len)
{
    static const char markup[] = "<script>alert('x')</script>&\"'";
    char *longest = malloc(len + 1);
    assert_non_null(longest);
    memset(longest, 'x', len);
    longest[len] = '\0';
    memcpy(longest, "35=B|58=", 8);
    message(sample, "wire", "from",
            CG_SLICE("8=FIX.4.4\0019=5\00135=<x>&\00158=\xff\xfe\\\0"
                     "a\00110=000\001"));
    message(sample, "wire", "to", CG_SLICE("garbage without a type \xe2\x82"));
    message(sample, "client", "from", cg_slice_str(longest));
    step(sample, "wire", markup, markup, markup, markup, json_pack("[i]", 58),
         "failed");
    step(sample, "client", longest, longest, longest,
         "mail\xe2\x80\xaero, a\x01"
         "b, \xc3\xa4 \xe6\x97\xa5\xe6\x9c\xac",
         json_pack("[i]", 58), "failed");
    evidence_sample_add(sample->evidence, "note",
                        json_pack("{ss si ss ss}", "case", sample->id,
                                  "attempt", sample->attempt, "who", markup,
                                  "text", longest));
    evidence_sample_add(sample->evidence, "asked",
                        json_pack("{ss si ss ss ss}", "case", sample->id,
                                  "attempt", sample->attempt, "actor", "hub",
                                  "plea", "Make the hub deny the next request",
                                  "answer", "done"));
    free(longest);
}

static void many_steps(struct sample *sample, int count)
{
    for (int i = 0; i < count; i++) {
        message(sample, i % 2 == 0 ? "client" : "hub",
                i % 3 == 0 ? "to" : "from", CG_SLICE(GRANT));
        step(sample, "hub", "hub < DF 2318=$R 2319=$T", "35=DF|2318=1",
             "35=DF|2318=1|2319=T1", "", json_array(), "passed");
    }
}

static void add_credit(struct sample *sample)
{
    json_t *row = json_pack(
        "{ss ss ss ss ss ss ss ss ss sb}", "limit", "CERT-001-USD", "currency",
        "USD", "granted", "9040.00", "consumed", "0.00", "released", "9040.00",
        "expired", "0.00", "reserved", "0.00", "peer_used_before", "0.00",
        "peer_used_after", "0.00", "equal", 1);
    json_t *unknown = json_pack("{ss ss ss sn sn sn}", "limit", "CERT-002-USD",
                                "currency", "USD", "granted", "1.00",
                                "peer_used_before", "peer_used_after", "equal");
    evidence_sample_add(sample->evidence, "credit",
                        json_pack("{s[oo] si si sb sb}", "rows", row, unknown,
                                  "tokens", 12, "open", 0, "all_returned", 1,
                                  "equal", 1));
}

static void add_extra(struct sample *sample, size_t index)
{
    static const char *const letters[] = {"S", "L", "T", "O", "K", "A"};
    char id[16];
    snprintf(id, sizeof(id), "%s-%zu", letters[index % 6], 300 + index);
    begin(sample, id, 1, "A case like many others", "mandatory");
    for (int i = 0; i < 6; i++) {
        granted(sample, false);
    }
    end(sample, "passed", "");
}

void evidence_sample_fill(struct cg_evidence *evidence,
                          const char *dir,
                          size_t extra)
{
    struct sample sample = {.evidence = evidence, .dir = dir};
    char raw[PATH_LEN];
    snprintf(raw, sizeof(raw), "%s/raw", dir);
    (void)mkdir(raw, 0755);
    add_run(&sample, "J. Doe");
    begin(&sample, "T-101", 1, "A token is granted", "mandatory");
    granted(&sample, true);
    end(&sample, "failed", "step 3: two fields are not as they should be");
    begin(&sample, "T-101", 2, "A token is granted", "mandatory");
    granted(&sample, false);
    end(&sample, "passed", "");
    begin(&sample, "S-201", 1, "Garbled & <hostile> messages", "optional");
    hostile(&sample, extra > 0 ? 40000 : 4000);
    end(&sample, "failed", "two steps failed");
    begin(&sample, "T-103", 1, "Hundreds of steps", "mandatory");
    many_steps(&sample, extra > 0 ? 320 : 3);
    end(&sample, "passed", "");
    begin(&sample, "L-104", 1, "No answer", "optional");
    end(&sample, "broken", "the peer did not log on within 10 s");
    add_run(&sample, "M. Mustermann");
    evidence_sample_add(evidence, "verdict",
                        json_pack("{ss si ss ss}", "case", "T-102", "attempt",
                                  1, "verdict", "waived", "reason",
                                  "profile: the hub has no partial grants"));
    begin(&sample, "O-105", 1, "Skipped by the operator", "optional");
    evidence_sample_add(evidence, "verdict",
                        json_pack("{ss si ss ss}", "case", "O-105", "attempt",
                                  1, "verdict", "skipped", "reason",
                                  "the hub is shared today"));
    begin(&sample, "K-106", 1, "The kit was killed here", "optional");
    message(&sample, "client", "from", CG_SLICE(ORDER));
    for (size_t i = 0; i < extra; i++) {
        add_extra(&sample, i);
    }
    evidence_sample_add(evidence, "note",
                        json_pack("{ss ss}", "who", "kit", "text",
                                  "the profile was read again"));
    evidence_sample_add(
        evidence, "clock",
        json_pack("{sf si}", "offset_ms", -3.21, "messages", 412));
    add_credit(&sample);
    evidence_sample_add(evidence, "end",
                        json_pack("{si si si si si si sb sf}", "passed", 2,
                                  "failed", 1, "broken", 1, "skipped", 1,
                                  "waived", 1, "mandatory_failed", 0,
                                  "complete", 1, "ms", 123456.7));
}

void evidence_sample_make(const char *dir, size_t extra)
{
    char error[512] = "";
    struct cg_evidence *evidence = NULL;
    int status = cg_evidence_open(dir, error, sizeof(error), &evidence);
    assert_string_equal(error, "");
    assert_int_equal(status, 0);
    evidence_sample_fill(evidence, dir, extra);
    assert_int_equal(cg_evidence_report(evidence, error, sizeof(error)), 0);
    cg_evidence_close(evidence);
}

char *evidence_sample_read(const char *dir, const char *name, size_t *len)
{
    char path[PATH_LEN];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *len = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*len + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *len, file), *len);
    bytes[*len] = '\0';
    fclose(file);
    return bytes;
}

void evidence_sample_write(const char *dir,
                           const char *name,
                           const char *bytes,
                           size_t len)
{
    char path[PATH_LEN];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}
