/*
 * What the spare of a journal had when the journal is opened: it is taken over,
 * in one transaction, and only then is the spare emptied.  Serves R23 and R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_internal.h"

#include "fact_row.h"

#include <inttypes.h>
#include <stdio.h>

static int fail_spare(struct cg_sqlite_journal *journal,
                      enum cg_db_result result)
{
    const char *what = "the disk refuses it; see to the disk";
    if (result == CG_DB_FULL) {
        what = "there is no room for it; make some";
    } else if (result == CG_DB_NO_ENTRY) {
        what = "it may not be made or written; allow it";
    } else if (result == CG_DB_CORRUPT) {
        what = "a turn in it is damaged; restore it from a copy";
    }
    return cg_journal_fail(journal, cg_db_error(result),
                           "its spare file %.*s-spare cannot be used: %s, then "
                           "start again",
                           CG_JOURNAL_PATH_MAX, journal->path, what);
}

/* A fact of the spare: new, or one that the journal did take after all. */
static int take_fact(struct cg_sqlite_journal *journal,
                     const struct cg_turn_step *step,
                     struct cg_digest_bytes *chain)
{
    struct cg_fact fact;
    struct cg_digest_bytes stored;
    const uint8_t *bytes = (const uint8_t *)step->bytes.data;
    if (!cg_fact_from_bytes(bytes, step->bytes.len, &fact)) {
        return cg_journal_fail(journal, CG_ERR_CORRUPT,
                               "a fact in its -spare cannot be understood");
    }
    cg_journal_chain(journal->digester, chain, bytes, step->bytes.len, chain);
    if (fact.no > journal->end.no) {
        return cg_journal_append(journal, &fact);
    }
    int error = cg_journal_chain_at(journal, fact.no, &stored);
    if (error == 0 && !cg_digest_equal(&stored, chain)) {
        error = cg_journal_fail(journal, CG_ERR_CORRUPT,
                                "fact %" PRIu64 " is another one in its -spare",
                                fact.no);
    }
    return error;
}

static int take_turn(struct cg_sqlite_journal *journal,
                     const struct cg_turn *turn,
                     struct cg_digest_bytes *chain)
{
    struct cg_turn_step step;
    size_t at = 0;
    int error = cg_journal_begin(journal);
    while (error == 0 && cg_turn_next(turn, &at, &step)) {
        error = step.kind == CG_TURN_FACT
                    ? take_fact(journal, &step, chain)
                    : cg_journal_store_take(journal, &step);
    }
    if (error == 0 && at != turn->len) {
        error = cg_journal_fail(journal, CG_ERR_CORRUPT,
                                "a turn in its -spare cannot be understood");
    }
    return error;
}

static int take_turns(struct cg_sqlite_journal *journal, struct cg_spare *spare)
{
    struct cg_digest_bytes chain = spare->first_chain;
    struct cg_digest_bytes stored;
    struct cg_turn turn = {.bytes = NULL};
    enum cg_db_result result;
    bool found = true;
    bool beyond = spare->first_no > journal->end.no;
    int error = beyond ? 0
                       : cg_journal_chain_at(journal, spare->first_no, &stored);
    if (error == 0 && (beyond || !cg_digest_equal(&chain, &stored))) {
        error = cg_journal_fail(journal, CG_ERR_CORRUPT,
                                "its -spare belongs to another journal; it was "
                                "left as it is; put it where it belongs");
    }
    while (error == 0 && found) {
        result = cg_spare_read(spare, &turn, &found);
        error = result != CG_DB_DONE ? fail_spare(journal, result) : 0;
        if (error == 0 && found) {
            error = take_turn(journal, &turn, &chain);
        }
    }
    cg_turn_deinit(&turn);
    return error;
}

int cg_journal_take_over(struct cg_sqlite_journal *journal)
{
    struct cg_spare *spare = &journal->spare;
    bool taken = !spare->begun || spare->use == journal->end.spare;
    int error = taken ? 0 : take_turns(journal, spare);
    if (error != 0 || !spare->begun || journal->reader) {
        return error;
    }
    if (!taken) {
        /* So that it is not taken again, should emptying it be lost. */
        journal->end.spare = spare->use;
        error = cg_journal_begin(journal);
        error = error != 0 ? error : cg_journal_commit(journal);
    }
    if (error == 0) {
        enum cg_db_result result = cg_spare_clear(spare);
        error = result != CG_DB_DONE ? fail_spare(journal, result) : 0;
    }
    return error;
}

int cg_journal_open_spare(struct cg_sqlite_journal *journal)
{
    char path[CG_JOURNAL_PATH_MAX + 8];
    (void)snprintf(path, sizeof(path), "%s-spare", journal->path);
    enum cg_db_result result = cg_spare_open(
        &journal->spare, path, !journal->reader, journal->digester);
    return result != CG_DB_DONE ? fail_spare(journal, result) : 0;
}
