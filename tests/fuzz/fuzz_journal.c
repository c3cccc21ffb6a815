/*
 * What a journal holds, spoilt: nothing of it ends the program, and nothing is
 * taken for books that do not add up.
 *
 * The input is a byte, what is spoilt, and records: a kind, a length in two
 * bytes, lowest first, and that many bytes.
 *
 *   facts    a journal in memory, without a chain; each record is a fact.  Who
 *            proves it can open it, with the same books; who does not, reads it
 *            without harm.
 *   file     records are put over the SQLite file, at a place in their first 3
 *            bytes; what is read is what was written, or an error.  By a bit of
 *            the byte before them places are counted from the facts on
 *   spare    the records are turns in a spare file, with digests that are right
 *   raw      the spare file itself
 *   mend     the copy of a log, beside a log: bytes as they are
 *   picture  of the books, as in file; it is refused, and all facts are read
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"
#include "journal_base.h"

#include "database.h"
#include "fact_compare.h"
#include "fact_row.h"
#include "spare.h"
#include "turn.h"
#include <creditgate/audit.h>
#include <creditgate/explain.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum mode {
    MODE_FACTS,
    MODE_FILE,
    MODE_SPARE,
    MODE_RAW,
    MODE_MEND,
    MODE_PICTURE,
    MODES,
};

enum record_kind {
    RECORD_AS_IS,   /* a fact with the number it says */
    RECORD_FACT,    /* one with the number that is next */
    RECORD_SESSION, /* of a turn: steps ... */
    RECORD_MESSAGE,
    RECORD_RESET,
    RECORD_END,   /* ... the next turn begins ... */
    RECORD_BYTES, /* ... bytes as they are */
    RECORD_KINDS,
};

struct record {
    enum record_kind kind;
    struct cg_slice bytes;
};

static bool next_record(struct fuzz_bytes *bytes, struct record *record)
{
    if (bytes->left == 0) {
        return false;
    }
    record->kind = (enum record_kind)(fuzz_take(bytes, 1) % RECORD_KINDS);
    size_t len = (size_t)fuzz_take(bytes, 2);
    len = len < bytes->left ? len : bytes->left;
    record->bytes = (struct cg_slice){(const char *)bytes->at, len};
    bytes->at += len;
    bytes->left -= len;
    return true;
}

/* A fact that can be written is what was read; its texts are of their length,
 * and no byte more. */
static bool read_fact(struct cg_slice bytes, struct cg_fact *fact)
{
    static uint8_t again[70000];
    const uint8_t *at = (const uint8_t *)bytes.data;
    if (!cg_fact_from_bytes(at, bytes.len, fact)) {
        return false;
    }
    size_t len = cg_fact_bytes_len(fact);
    if (len > sizeof(again)) {
        fuzz_fail("a fact of %zu bytes is one of %zu", bytes.len, len);
    }
    cg_fact_to_bytes(fact, again);
    struct cg_fact twice;
    char of_a[CG_FACT_VALUE_MAX];
    char of_b[CG_FACT_VALUE_MAX];
    if (!cg_fact_from_bytes(again, len, &twice) ||
        cg_fact_differs(fact, &twice, of_a, of_b) != NULL) {
        fuzz_fail("a fact is another one when it was written");
    }
    return true;
}

/* --- facts
 * ---------------------------------------------------------------------- */

enum { FACTS_MAX = 2000 };

struct fact_list {
    struct cg_fact facts[FACTS_MAX];
    size_t count;
};

static struct fact_list list;

static int list_load(void *user,
                     cg_seq after,
                     int (*each)(void *context, const struct cg_fact *fact),
                     void *context)
{
    const struct fact_list *facts = user;
    for (size_t i = (size_t)after; i < facts->count; i++) {
        int status = each(context, &facts->facts[i]);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

static int list_append(void *user, const struct cg_fact *fact)
{
    (void)user;
    (void)fact;
    return 0;
}

static int list_commit(void *user)
{
    (void)user;
    return 0;
}

static const struct cg_journal list_journal = {
    .user = &list,
    .append = list_append,
    .commit = list_commit,
    .load = list_load,
};

static void list_take(struct fuzz_bytes *bytes)
{
    struct record record;
    list.count = 0;
    while (list.count < FACTS_MAX && next_record(bytes, &record)) {
        struct cg_fact *fact = &list.facts[list.count];
        if (record.kind > RECORD_FACT || !read_fact(record.bytes, fact)) {
            continue;
        }
        list.count++;
        if (record.kind == RECORD_FACT) {
            fact->no = list.count;
        }
    }
}

static int each_record(void *user, const struct cg_record *record)
{
    size_t *count = user;
    ++*count;
    return record->kind == NULL;
}

static int each_story(void *user, const struct cg_explanation *explanation)
{
    size_t *count = user;
    *count += explanation->sentence_count;
    return 0;
}

/* Questions that may be asked of any journal. */
static void ask(const struct cg_journal *journal)
{
    char error[1024] = "";
    size_t count = 0;
    char id[CG_NAME_MAX + 1] = "O1";
    for (size_t i = 0; i < list.count; i++) {
        const struct cg_fact *fact = &list.facts[i];
        if (fact->kind == CG_FACT_ORDER_TAKEN && fact->id_len <= CG_NAME_MAX) {
            snprintf(id, sizeof(id), "%.*s", (int)fact->id_len, fact->id);
        }
    }
    struct cg_records_query query = {.of = CG_RECORDS_ALL,
                                     .to = CG_TIME_NEVER,
                                     .each = each_record,
                                     .user = &count};
    (void)cg_gate_records(journal, &query, error, sizeof(error));
    query.of = CG_RECORDS_ORDER;
    query.id = id;
    (void)cg_gate_records(journal, &query, error, sizeof(error));
    struct cg_explain_query story = {
        .id = id, .each = each_story, .user = &count};
    (void)cg_gate_explain(journal, &story, error, sizeof(error));
}

struct proof {
    size_t limits;
    const struct cg_gate *gate;
};

/* The books have what the proof has summed up by itself. */
static void compare_limit(void *user, const struct cg_audit_limit *proved)
{
    const struct cg_gate *gate = user;
    struct cg_limit_view view;
    size_t found = 0;
    cg_dv01 used = 0;
    for (size_t i = 0; cg_gate_limit(gate, i, &view); i++) {
        if (strcmp(view.id, proved->id) == 0) {
            found++;
            used = view.used;
        }
    }
    if (found != 1 || used != proved->use) {
        fuzz_fail("%s, of %zu, has %lld in use, proved are %lld", proved->id,
                  found, (long long)used, (long long)proved->use);
    }
}

static void prove(const struct cg_journal *journal)
{
    char error[1024] = "";
    struct cg_gate *gate = NULL;
    struct cg_audit audit = {0};
    int proved = cg_gate_prove(journal, &audit, error, sizeof(error));
    int opened = cg_gate_open_books(journal, error, sizeof(error), &gate);
    if (proved == 0 && opened != 0) {
        fuzz_fail("what is proved does not open: %d %s", opened, error);
    }
    if (proved == 0) {
        if (!cg_gate_audit(gate, error, sizeof(error))) {
            fuzz_fail("what is proved does not add up: %s", error);
        }
        audit.user = gate;
        audit.limit = compare_limit;
        (void)cg_gate_prove(journal, &audit, error, sizeof(error));
    }
    cg_gate_close(gate);
    ask(journal);
}

/* --- files
 * ---------------------------------------------------------------------- */

static char path[128];

static void put_beside(const char *ending, struct cg_slice bytes)
{
    char name[64];
    snprintf(name, sizeof(name), "j%s", ending);
    const char *file = fuzz_file(name, bytes.data, bytes.len);
    if (bytes.data == NULL) {
        unlink(file);
    }
}

static void put_base(const struct base *base)
{
    static const struct cg_slice none = {NULL, 0};
    put_beside("-wal", none);
    put_beside("-shm", none);
    put_beside("-spare", none);
    put_beside("-mend", none);
    put_beside("", base->file);
    snprintf(path, sizeof(path), "%s", fuzz_file("j", NULL, 0));
}

/* Over |bytes|, at the places that the records say, counted from |from|. */
static bool
put_over(struct fuzz_bytes *bytes, char *over, size_t len, size_t from)
{
    struct record record;
    bool changed = false;
    while (next_record(bytes, &record)) {
        struct fuzz_bytes rest = {(const uint8_t *)record.bytes.data,
                                  record.bytes.len};
        size_t at = ((size_t)fuzz_take(&rest, 3) + from) % len;
        for (; rest.left > 0 && at < len; at++) {
            char byte = (char)fuzz_take(&rest, 1);
            changed |= over[at] != byte;
            over[at] = byte;
        }
    }
    return changed;
}

/* The facts that a journal gives: how many, and the sum of all of them. */
struct told {
    cg_seq count;
    uint64_t sum;
};

static int take_fact(void *context, const struct cg_fact *fact)
{
    struct told *told = context;
    if (fact->no != told->count + 1) {
        fuzz_fail("fact %llu comes behind %llu", (unsigned long long)fact->no,
                  (unsigned long long)told->count);
    }
    told->count = fact->no;
    told->sum = base_sum(told->sum, fact);
    return 0;
}

static void no_message(void *context,
                       int seq,
                       const char *bytes,
                       size_t len,
                       size_t body_at,
                       size_t body_len)
{
    size_t *count = context;
    (void)seq;
    if (body_at > len || body_len > len - body_at) {
        fuzz_fail("a body at %zu of %zu bytes in a message of %zu", body_at,
                  body_len, len);
    }
    for (size_t i = 0; i < len; i++) {
        *count += (uint8_t)bytes[i];
    }
}

/* What of a journal says itself what is wrong. */
static int check_error(int rc, const char *error)
{
    if (rc < 0 && error[0] == '\0') {
        fuzz_fail("the journal fails with %d, and says nothing", rc);
    }
    return rc;
}

/* Reads all there is; |facts| is what there must be, 0: not known. */
static bool read_journal(const struct base *base, bool reader, cg_seq facts)
{
    struct cg_journal journal;
    char error[2048] = "";
    struct told told = {0, 0};
    cg_seq count = 0;
    size_t sum = 0;
    char chain[65];
    int sender = 1;
    int target = 1;
    int64_t created = 0;
    int rc = reader
                 ? cg_journal_read_sqlite(path, &journal, error, sizeof(error))
                 : cg_journal_open_sqlite(path, &journal, error, sizeof(error));
    if (check_error(rc, error) != 0) {
        return false;
    }
    struct cg_snapshot_mark mark;
    (void)journal.snapshot(journal.user, &mark);
    rc = journal.load(journal.user, 0, take_fact, &told);
    check_error(rc, journal.error(journal.user));
    cg_journal_chain_head(journal.user, &count, chain);
    if (rc == 0 && facts > 0 &&
        (count != facts || told.count != facts ||
         strcmp(chain, base->chain) != 0 || told.sum != base->sum)) {
        fuzz_fail("%llu facts are read, %llu were written, or others",
                  (unsigned long long)told.count, (unsigned long long)facts);
    }
    if (rc == 0 && cg_journal_session_load(journal.user, "GATE-CLIENT", &sender,
                                           &target, &created) == 0) {
        (void)cg_journal_message_get(journal.user, "GATE-CLIENT", 1, 100,
                                     no_message, &sum);
    }
    journal.close(journal.user);
    return rc == 0;
}

static void spoil_file(const struct base *base, struct fuzz_bytes *bytes)
{
    uint64_t how = fuzz_take(bytes, 1);
    bool reader = how % 4 != 0;
    char *file = malloc(base->file.len);
    if (file == NULL) {
        fuzz_fail("no memory");
    }
    memcpy(file, base->file.data, base->file.len);
    (void)put_over(bytes, file, base->file.len,
                   (how & 4) != 0 ? base->rows_at : 0);
    put_base(base);
    put_beside("", (struct cg_slice){file, base->file.len});
    (void)read_journal(base, reader, base->facts);
    free(file);
}

static void put_picture(const struct base *base, struct fuzz_bytes *bytes)
{
    struct cg_journal journal;
    char error[1024] = "";
    bool taken;
    char *picture = malloc(base->picture.len);
    if (picture == NULL) {
        fuzz_fail("no memory");
    }
    memcpy(picture, base->picture.data, base->picture.len);
    size_t cut = (size_t)fuzz_take(bytes, 2) % 64;
    bool changed = put_over(bytes, picture, base->picture.len, 0) || cut > 0;
    put_base(base);
    if (cg_journal_open_sqlite(path, &journal, error, sizeof(error)) != 0) {
        fuzz_fail("the journal does not open: %s", error);
    }
    struct cg_gate *gate = base_gate(
        base, &journal, (struct cg_slice){picture, base->picture.len - cut},
        &taken);
    if (gate == NULL || taken == changed || base_books(gate) != base->books ||
        !cg_gate_audit(gate, error, sizeof(error))) {
        fuzz_fail("a picture that is %s leads to other books: %s",
                  changed ? "changed" : "right", error);
    }
    cg_gate_close(gate);
    journal.close(journal.user);
    free(picture);
}

/* --- the spare
 * ------------------------------------------------------------------ */

static void add_step(struct cg_turn *turn,
                     const struct record *record,
                     enum cg_turn_kind kind)
{
    struct fuzz_bytes rest = {(const uint8_t *)record->bytes.data,
                              record->bytes.len};
    struct cg_turn_step step = {.kind = kind};
    if (kind != CG_TURN_FACT) {
        step.session = (int8_t)fuzz_take(&rest, 1);
        step.seq = (int32_t)fuzz_take(&rest, 4);
        step.a = (int32_t)fuzz_take(&rest, 4);
        step.b = (int32_t)fuzz_take(&rest, 4);
    }
    step.bytes = (struct cg_slice){(const char *)rest.at, rest.left};
    uint8_t *at = cg_turn_add(turn, &step);
    if (at == NULL) {
        fuzz_fail("no memory");
    }
    if (rest.left > 0) {
        memcpy(at, rest.at, rest.left);
    }
}

static void
add_fact(struct cg_turn *turn, const struct record *record, cg_seq *no)
{
    struct cg_fact fact;
    if (!read_fact(record->bytes, &fact)) {
        add_step(turn, record, CG_TURN_FACT);
        return;
    }
    fact.no = ++*no;
    struct cg_turn_step step = {.kind = CG_TURN_FACT,
                                .bytes = {NULL, cg_fact_bytes_len(&fact)}};
    uint8_t *at = cg_turn_add(turn, &step);
    if (at == NULL) {
        fuzz_fail("no memory");
    }
    cg_fact_to_bytes(&fact, at);
}

static void add_bytes(struct cg_turn *turn, struct cg_slice bytes)
{
    if (!cg_turn_reserve(turn, bytes.len)) {
        fuzz_fail("no memory");
    }
    if (bytes.len > 0) {
        memcpy(turn->bytes + turn->len, bytes.data, bytes.len);
    }
    turn->len += bytes.len;
}

/* One record; true when the turn ends. */
static bool
add_record(struct cg_turn *turn, const struct record *record, cg_seq *no)
{
    switch (record->kind) {
    case RECORD_FACT:
        add_fact(turn, record, no);
        break;
    case RECORD_AS_IS:
        add_step(turn, record, CG_TURN_FACT);
        break;
    case RECORD_SESSION:
        add_step(turn, record, CG_TURN_SESSION);
        break;
    case RECORD_MESSAGE:
        add_step(turn, record, CG_TURN_MESSAGE);
        break;
    case RECORD_RESET:
        add_step(turn, record, CG_TURN_RESET);
        break;
    case RECORD_BYTES:
        add_bytes(turn, record->bytes);
        break;
    case RECORD_END:
    case RECORD_KINDS:
        return true;
    }
    return false;
}

static struct cg_digest_bytes chain_of(const struct base *base)
{
    struct cg_digest_bytes chain;
    for (size_t i = 0; i < CG_DIGEST_BYTES; i++) {
        char hex[3] = {base->chain[2 * i], base->chain[2 * i + 1], '\0'};
        chain.bytes[i] = (uint8_t)strtoul(hex, NULL, 16);
    }
    return chain;
}

/* A spare as a gate writes it, but for what is in its turns. */
static void write_spare(const struct base *base, struct fuzz_bytes *bytes)
{
    struct cg_digester *digester = cg_digester_open();
    struct cg_digest_bytes chain = chain_of(base);
    struct cg_spare spare;
    struct cg_turn turn = {.bytes = NULL};
    struct record record;
    cg_seq no = base->facts;
    const char *file = fuzz_file("j-spare", "", 0);
    if (digester == NULL ||
        cg_spare_open(&spare, file, false, digester) != CG_DB_DONE) {
        fuzz_fail("no spare");
    }
    for (bool more = true; more;) {
        bool over = true;
        more = next_record(bytes, &record);
        if (more) {
            over = add_record(&turn, &record, &no);
        }
        if (over &&
            cg_spare_write(&spare, &turn, base->facts, &chain) != CG_DB_DONE) {
            fuzz_fail("the spare cannot be written");
        }
        if (over) {
            cg_turn_clear(&turn);
        }
    }
    cg_turn_deinit(&turn);
    cg_spare_close(&spare);
    cg_digester_close(digester);
}

/* Taken over once, it is the same the next time. */
static void take_spare(const struct base *base)
{
    cg_seq count[2] = {0, 0};
    char chain[2][65];
    bool opened[2] = {false, false};
    for (int i = 0; i < 2; i++) {
        struct cg_journal journal;
        char error[2048] = "";
        int rc = cg_journal_open_sqlite(path, &journal, error, sizeof(error));
        opened[i] = check_error(rc, error) == 0;
        if (!opened[i]) {
            continue;
        }
        cg_journal_chain_head(journal.user, &count[i], chain[i]);
        if (count[i] < base->facts) {
            fuzz_fail("facts are lost");
        }
        prove(&journal);
        journal.close(journal.user);
    }
    if (opened[0] != opened[1] ||
        (opened[0] &&
         (count[0] != count[1] || strcmp(chain[0], chain[1]) != 0))) {
        fuzz_fail("the second time the journal has %llu facts, not %llu",
                  (unsigned long long)count[1], (unsigned long long)count[0]);
    }
}

/* --- one input
 * ------------------------------------------------------------------- */

/* What was written, and not spoilt, is proved. */
static void check_base(const struct base *base)
{
    static bool checked;
    struct cg_journal journal;
    struct cg_audit audit = {0};
    char error[2048] = "";
    if (checked) {
        return;
    }
    put_base(base);
    if (cg_journal_open_sqlite(path, &journal, error, sizeof(error)) != 0 ||
        cg_gate_prove(&journal, &audit, error, sizeof(error)) != 0) {
        fuzz_fail("what was written is not proved: %s", error);
    }
    prove(&journal);
    journal.close(journal.user);
    checked = true;
}

static void spoil(enum mode mode, struct fuzz_bytes *bytes)
{
    const struct base *base = base_get();
    struct cg_slice rest = {(const char *)bytes->at, bytes->left};
    list.count = 0;
    check_base(base);
    switch (mode) {
    case MODE_FILE:
        spoil_file(base, bytes);
        break;
    case MODE_SPARE:
        put_base(base);
        write_spare(base, bytes);
        if (!read_journal(base, true, 0)) {
            /* The reader sees the same mistake. */
            char error[2048] = "";
            struct cg_journal journal;
            if (cg_journal_open_sqlite(path, &journal, error, sizeof(error)) ==
                0) {
                fuzz_fail("a spare that cannot be read is taken over");
            }
        } else {
            take_spare(base);
        }
        break;
    case MODE_RAW:
        put_base(base);
        put_beside("-spare", rest);
        take_spare(base);
        break;
    case MODE_MEND: {
        put_base(base);
        struct cg_slice mend = fuzz_take_text(bytes, 0xff);
        put_beside("-mend", mend);
        put_beside("-wal",
                   (struct cg_slice){(const char *)bytes->at, bytes->left});
        (void)read_journal(base, rest.len % 2 == 0, base->facts);
        break;
    }
    case MODE_PICTURE:
        put_picture(base, bytes);
        break;
    case MODE_FACTS:
    case MODES:
        list_take(bytes);
        prove(&list_journal);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    spoil((enum mode)(fuzz_take(&bytes, 1) % MODES), &bytes);
    return 0;
}
