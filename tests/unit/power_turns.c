/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "power_turns.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CREATED ((int64_t)1768471200000000000)
#define BIG 60000

bool turns_big;

static const char *const names[TURN_SESSIONS] = {
    "FIX.4.4:GATE->CLIENT", "FIX.4.4:GATE->VENUE", "FIXT.1.1:GATE->HUB"};

/* --- one turn ------------------------------------------------------------ */

/* Bytes that |seed| alone decides. */
static size_t make_text(size_t seed, size_t len, char *text)
{
    for (size_t i = 0; i < len; i++) {
        text[i] = (char)('a' + (seed * 7 + i * (seed % 5 + 1)) % 26);
    }
    return len;
}

/* Every ninth fact needs pages of its own. */
static struct cg_fact make_fact(cg_seq no, char *text)
{
    size_t len = no % 9 == 0 ? 5000 + no % 3000 : no % 200;

    return (struct cg_fact){
        .kind = (enum cg_fact_kind)(no % CG_FACT_KIND_COUNT),
        .no = no,
        .time = CREATED + (cg_time)no,
        .cause_session = CG_SESSION_NONE,
        .session = (cg_session)(no % TURN_SESSIONS),
        .order = (uint32_t)no,
        .request = CG_NONE,
        .token = CG_NONE,
        .ask = CG_NONE,
        .limit = CG_NONE,
        .account = CG_NONE,
        .instrument = CG_NONE,
        .amount = (cg_dv01)no * 10000,
        .id = "ID",
        .id_len = 2,
        .text = text,
        .text_len = make_text((size_t)no, len, text),
    };
}

static size_t message_len(size_t turn, int seq)
{
    return turns_big ? BIG : 150 + turn * 13 % 100 + (seq == 7 ? 9000 : 0);
}

static size_t make_message(size_t turn, int session, int seq, char *bytes)
{
    return make_text(turn * 100 + (size_t)session * 31 + (size_t)seq,
                     message_len(turn, seq), bytes);
}

static int
stage_facts(struct turns *turns, struct cg_journal *journal, size_t count)
{
    char text[8192];
    int error = 0;

    for (size_t i = 0; i < count && error == 0; i++) {
        struct cg_fact fact = make_fact(++turns->facts, text);

        error = journal != NULL ? journal->append(journal->user, &fact) : 0;
    }
    return error;
}

static int stage_message(struct turns *turns,
                         struct cg_journal *journal,
                         int number,
                         int seq)
{
    static char bytes[BIG + 1];
    size_t len = make_message(turns->count, number, seq, bytes);

    turns->sessions[number].set_at[seq] = turns->count;
    return journal == NULL
               ? 0
               : cg_journal_message_set(journal->user, names[number], seq,
                                        bytes, len, 10, len - 20);
}

static int
stage_numbers(struct turns *turns, struct cg_journal *journal, int number)
{
    struct turn_session *session = &turns->sessions[number];
    int error = 0;

    session->sender++;
    session->target += 2;
    if (journal != NULL) {
        error = cg_journal_session_set_sender(journal->user, names[number],
                                              session->sender);
    }
    if (journal != NULL && error == 0) {
        error = cg_journal_session_set_target(journal->user, names[number],
                                              session->target);
    }
    return error;
}

static int
stage_reset(struct turns *turns, struct cg_journal *journal, int number)
{
    int64_t created = CREATED + (int64_t)turns->count;

    turns->sessions[number] = (struct turn_session){
        .sender = 1, .target = 1, .created = created};
    return journal == NULL ? 0
                           : cg_journal_session_reset(journal->user,
                                                      names[number], created);
}

/* With |journal| NULL only |turns| goes on. */
static int stage(struct turns *turns, struct cg_journal *journal)
{
    size_t no = ++turns->count;
    int number = (int)(no % TURN_SESSIONS);
    int messages = turns_big ? (no % 20 == 0 ? 72 : 8) : (int)(no % 4);
    int error;

    if (no % 13 == 0) {
        return 0; /* a turn with nothing in it */
    }
    error = no % 11 == 0 ? stage_reset(turns, journal, number) : 0;
    if (error == 0 && no % 5 != 0) {
        error = stage_facts(turns, journal, no % 7 + 1);
    }
    for (int i = 0; i < messages && error == 0; i++) {
        int seq = (int)(no * 5 + (size_t)i * 7) % TURN_SEQS + 1;
        int of = (number + i / TURN_SEQS) % TURN_SESSIONS;

        error = stage_message(turns, journal, of, seq);
        error = error != 0 ? error : stage_numbers(turns, journal, of);
    }
    return error != 0 || no % 6 != 0
               ? error
               : stage_numbers(turns, journal, (number + 1) % TURN_SESSIONS);
}

void turns_after(size_t count, struct turns *turns)
{
    *turns = (struct turns){0};
    for (int i = 0; i < TURN_SESSIONS; i++) {
        turns->sessions[i] = (struct turn_session){
            .sender = 1, .target = 1, .created = CREATED};
    }
    while (turns->count < count) {
        (void)stage(turns, NULL);
    }
}

int turns_play(struct turns *turns, struct cg_journal *journal)
{
    int error = stage(turns, journal);

    return error != 0 ? error : journal->commit(journal->user);
}

/* --- what is there ------------------------------------------------------- */

struct found {
    const struct turns *turns;
    int session;
    cg_seq facts;
    int messages;
    bool good;
};

static int compare_fact(void *context, const struct cg_fact *fact)
{
    struct found *found = context;
    char text[8192];
    struct cg_fact made = make_fact(++found->facts, text);

    found->good &= fact->no == made.no && fact->kind == made.kind &&
                   fact->time == made.time && fact->session == made.session &&
                   fact->order == made.order && fact->amount == made.amount &&
                   fact->token == CG_NONE && fact->id_len == made.id_len &&
                   fact->text_len == made.text_len &&
                   memcmp(fact->id, made.id, made.id_len) == 0 &&
                   memcmp(fact->text, made.text, made.text_len) == 0;
    return 0;
}

static void compare_message(void *context,
                            int seq,
                            const char *bytes,
                            size_t len,
                            size_t body_at,
                            size_t body_len)
{
    static char made[BIG + 1];
    struct found *found = context;
    size_t turn = seq > 0 && seq <= TURN_SEQS
                      ? found->turns->sessions[found->session].set_at[seq]
                      : 0;

    found->messages++;
    found->good &= turn != 0 &&
                   len == make_message(turn, found->session, seq, made) &&
                   memcmp(bytes, made, len) == 0 && body_at == 10 &&
                   body_len == len - 20;
}

static int messages_of(const struct turn_session *session)
{
    int count = 0;

    for (int seq = 1; seq <= TURN_SEQS; seq++) {
        count += session->set_at[seq] != 0;
    }
    return count;
}

static bool
session_same(struct cg_journal *journal, const struct turns *turns, int number)
{
    const struct turn_session *session = &turns->sessions[number];
    struct found found = {.turns = turns, .session = number, .good = true};
    int sender = 0;
    int target = 0;
    int64_t created = CREATED;

    return cg_journal_session_load(journal->user, names[number], &sender,
                                   &target, &created) == 0 &&
           cg_journal_message_get(journal->user, names[number], 1, 1000000,
                                  compare_message, &found) == 0 &&
           found.good && sender == session->sender &&
           target == session->target && created == session->created &&
           found.messages == messages_of(session);
}

static bool same(struct cg_journal *journal, const struct turns *turns)
{
    struct found found = {.turns = turns, .good = true};
    bool good = journal->load(journal->user, 0, compare_fact, &found) == 0 &&
                found.good && found.facts == turns->facts;

    for (int i = 0; i < TURN_SESSIONS; i++) {
        good = good && session_same(journal, turns, i);
    }
    return good;
}

/* --- a journal on a disk ------------------------------------------------- */

int turns_open(struct faulty_disk *disk,
               struct cg_journal *journal,
               char *error,
               size_t error_len)
{
    int sender;
    int target;
    int64_t created = CREATED;
    int result;

    faulty_disk_use(disk);
    result = cg_journal_open_sqlite(TURNS_PATH, journal, error, error_len);
    for (int i = 0; i < TURN_SESSIONS && result == 0; i++) {
        result = cg_journal_session_load(journal->user, names[i], &sender,
                                         &target, &created);
        if (result != 0) {
            (void)snprintf(error, error_len, "%s",
                           journal->error(journal->user));
            journal->close(journal->user);
        }
    }
    return result;
}

/* Also looks into tables that no call of the journal reads. */
static bool is_sound(char *wrong, size_t wrong_len)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    const char *said = NULL;

    if (sqlite3_open(TURNS_PATH, &db) == SQLITE_OK &&
        sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL) ==
            SQLITE_OK &&
        sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement,
                           NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        said = (const char *)sqlite3_column_text(statement, 0);
    }
    if (said == NULL || strcmp(said, "ok") != 0) {
        (void)snprintf(wrong, wrong_len, "integrity_check: %s",
                       said != NULL ? said : sqlite3_errmsg(db));
    }
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return wrong[0] == '\0';
}

/* Which number of turns it is, and the next one with something in it: until
 * then nothing makes durable what a killed process has left. */
static bool go_on(const struct faulty_disk *disk,
                  struct cg_journal *journal,
                  struct turns *turns,
                  size_t most,
                  char *wrong,
                  size_t wrong_len)
{
    size_t least = turns->count;
    size_t before = faulty_disk_now(disk);
    int error = 0;

    while (!same(journal, turns)) {
        if (turns->count >= most) {
            (void)snprintf(wrong, wrong_len,
                           "it holds neither %zu nor %zu turns: %s", least,
                           most, journal->error(journal->user));
            return false;
        }
        (void)stage(turns, NULL);
    }
    while (error == 0 && faulty_disk_now(disk) == before) {
        error = turns_play(turns, journal);
    }
    if (error != 0) {
        (void)snprintf(wrong, wrong_len, "it does not go on: %d, %s", error,
                       journal->error(journal->user));
    }
    return error == 0;
}

bool turns_hold(struct faulty_disk *disk,
                size_t least,
                size_t most,
                struct turns_end *end,
                char *wrong,
                size_t wrong_len)
{
    struct turns turns;
    struct cg_journal journal;
    bool good;

    wrong[0] = '\0';
    turns_after(least, &turns);
    if (turns_open(disk, &journal, wrong, wrong_len) != 0) {
        return false;
    }
    good = go_on(disk, &journal, &turns, most, wrong, wrong_len);
    if (end != NULL) {
        *end = (struct turns_end){turns.count, faulty_disk_now(disk)};
    }
    journal.close(journal.user);
    if (!good || !is_sound(wrong, wrong_len) ||
        turns_open(disk, &journal, wrong, wrong_len) != 0) {
        return false;
    }
    if (!same(&journal, &turns)) {
        (void)snprintf(wrong, wrong_len, "turn %zu, after the crash, is lost",
                       turns.count);
    }
    journal.close(journal.user);
    return wrong[0] == '\0';
}
