/*
 * The journal's tables, the views over them for the sqlite3 shell, and the
 * statements of the gate.
 *
 * A change here is a new CG_SCHEMA_VERSION.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_internal.h"

#include "fact_row.h"

#include <stdio.h>

static const char other_tables[] =
    "CREATE TABLE chain (" /* one row */
    " no INTEGER NOT NULL, -- the newest fact\n"
    " digest BLOB NOT NULL, -- its chain\n"
    " snapshot INTEGER NOT NULL, -- the newest fact of that kind, or 0\n"
    " spare INTEGER NOT NULL -- which use of the spare was taken over last\n"
    ") STRICT;"
    "INSERT INTO chain VALUES (0, zeroblob(32), 0, 0);"
    "CREATE TABLE archive ("
    " first INTEGER PRIMARY KEY, -- the facts that are in\n"
    " last INTEGER NOT NULL,\n"
    " chain BLOB NOT NULL, -- of the last one\n"
    " file TEXT NOT NULL -- this file, beside the journal\n"
    ") STRICT;"
    "CREATE TABLE session ("
    " no INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " next_sender INTEGER NOT NULL,"
    " next_target INTEGER NOT NULL,"
    " created INTEGER NOT NULL -- ns since 1970, UTC\n"
    ") STRICT;"
    "CREATE TABLE message ("
    " session INTEGER NOT NULL REFERENCES session(no),"
    " seq INTEGER NOT NULL,"
    " body_at INTEGER NOT NULL, -- where its application part begins\n"
    " body_len INTEGER NOT NULL,"
    " bytes BLOB NOT NULL,"
    " digest INTEGER NOT NULL, -- of all that\n"
    " PRIMARY KEY (session, seq)"
    ") STRICT, WITHOUT ROWID;";

#define UTC_OF(column)                                                         \
    "strftime('%Y-%m-%d %H:%M:%S', " column " / 1000000000, 'unixepoch') ||"   \
    " printf('.%06d', " column " % 1000000000 / 1000)"
#define UTC UTC_OF("f.time") /* of fact f */
#define ITS_UTC UTC_OF("time")

/* Names that slots stand for; a slot that is named anew has its newest. */
#define SESSION_NAMES                                                          \
    "(SELECT session AS slot, id AS name, max(no) FROM fact"                   \
    " WHERE kind = 'session named' GROUP BY session)"
#define LIMIT_NAMES                                                            \
    "(SELECT limit_slot AS slot, id AS name, max(no) FROM fact"                \
    " WHERE kind = 'limit named' GROUP BY limit_slot)"
#define ACCOUNT_NAMES                                                          \
    "(SELECT account_slot AS slot, id AS name, text AS firm, max(no)"          \
    " FROM fact WHERE kind = 'account named' GROUP BY account_slot)"

static const char timeline_view[] =
    "CREATE VIEW timeline AS SELECT f.no, " UTC
    " AS utc, f.kind, CASE WHEN f.cause_session IS NULL THEN 'timer' "
    " ELSE coalesce(s.name, f.cause_session) END AS cause, f.cause_seq,"
    " f.id, f.text, f.side, f.qty, f.amount / 10000.0 AS amount,"
    " f.other_amount / 10000.0 AS other_amount, f.reason, f.value,"
    " t.name AS session, l.name AS limit_id, f.number, f.order_slot,"
    " f.token_slot FROM fact f LEFT JOIN " SESSION_NAMES
    " s ON s.slot = f.cause_session LEFT JOIN " SESSION_NAMES
    " t ON t.slot = f.session LEFT JOIN " LIMIT_NAMES
    " l ON l.slot = f.limit_slot;";

/* A slot is used again: its facts are those of the order taken last. */
static const char orders_view[] =
    "CREATE VIEW orders AS WITH part AS (SELECT *, max(CASE"
    " WHEN kind = 'order taken' THEN number END) OVER  (PARTITION BY "
    "order_slot ORDER BY no) AS order_number"
    " FROM fact WHERE order_slot IS NOT NULL),"
    " whole AS (SELECT order_number, max(CASE"
    " WHEN kind = 'order taken' THEN no END) AS taken, max(CASE"
    " WHEN kind = 'order sent' THEN no END) AS sent, max(CASE"
    " WHEN kind = 'order acked' THEN no END) AS acked, max(CASE"
    " WHEN kind = 'order filled' THEN no END) AS filled, max(CASE"
    " WHEN kind = 'order refused' THEN no END) AS refused, max(CASE"
    " WHEN kind = 'order closed' THEN no END) AS closed, max(CASE"
    " WHEN kind IN ('order queued', 'order left') THEN no END)  AS queue"
    " FROM part GROUP BY order_number) SELECT w.order_number AS number, " UTC
    " AS taken_utc, f.id AS clordid, s.name AS client, a.name AS account,"
    " a.firm AS firm, CASE f.side WHEN '1' THEN 'buy'"
    " WHEN '2' THEN 'sell' END AS side, f.qty, coalesce((SELECT qty"
    " FROM fact WHERE no = w.filled), 0) AS cum_qty, CASE"
    " WHEN w.refused IS NOT NULL THEN 'refused' "
    " WHEN w.closed IS NOT NULL THEN 'closed' "
    " WHEN w.acked IS NOT NULL THEN 'open' "
    " WHEN w.sent IS NOT NULL THEN 'sent'  WHEN (SELECT kind FROM fact"
    " WHERE no = w.queue) = 'order queued'   THEN 'queued'"
    " ELSE 'waiting' END AS state, (SELECT reason FROM fact"
    " WHERE no = w.refused) AS reason FROM whole w"
    " JOIN fact f ON f.no = w.taken LEFT JOIN " SESSION_NAMES
    " s ON s.slot = f.session LEFT JOIN " ACCOUNT_NAMES
    " a ON a.slot = f.account_slot UNION ALL SELECT NULL, " UTC
    ", f.id, s.name, a.name, a.firm, CASE f.side WHEN '1' THEN 'buy'"
    " WHEN '2' THEN 'sell' END, f.qty, 0, 'refused', f.reason FROM fact f"
    " LEFT JOIN " SESSION_NAMES
    " s ON s.slot = f.session LEFT JOIN " ACCOUNT_NAMES
    " a ON a.slot = f.account_slot"
    " WHERE f.kind = 'order refused' AND f.order_slot IS NULL;";

static const char tokens_view[] =
    "CREATE VIEW tokens AS WITH part AS (SELECT *, max(CASE"
    " WHEN kind IN ('token charged',"
    " 'token added') THEN no END) OVER  (PARTITION BY token_slot ORDER BY no) "
    "AS charged"
    " FROM fact WHERE token_slot IS NOT NULL), whole AS (SELECT charged,"
    " sum(CASE WHEN kind = 'token granted' THEN amount END) AS granted,"
    " max(CASE WHEN kind IN ('token charged', 'token added',"
    "  'token recharged') THEN no END) AS charge, max(CASE"
    " WHEN kind = 'token granted' THEN no END) AS grant_no, max(CASE"
    " WHEN kind = 'token lapsed' THEN no END) AS lapsed, max(CASE"
    " WHEN kind = 'token returned' THEN no END) AS returned, max(CASE"
    " WHEN kind = 'token closed' THEN no END) AS closed FROM part"
    " WHERE charged IS NOT NULL GROUP BY charged) SELECT f.number, " UTC
    " AS charged_utc, (SELECT id FROM fact o"
    " WHERE o.kind = 'order taken'  AND o.order_slot = f.order_slot AND o.no < "
    "f.no  ORDER BY o.no DESC LIMIT 1) AS clordid,"
    " l.name AS limit_id, CASE f.side WHEN '1' THEN 'buy'"
    " ELSE 'sell' END AS side, CASE WHEN f.flags & 1 THEN 'fallback' "
    " WHEN f.value = 1 THEN 'push' ELSE 'ping' END AS model,"
    " f.amount / 10000.0 AS first_charge, (SELECT amount FROM fact"
    " WHERE no = w.charge) / 10000.0 AS charge, coalesce(w.granted, CASE"
    " WHEN f.value = 1 THEN f.amount ELSE 0 END)  / 10000.0 AS granted,"
    " CASE WHEN w.closed IS NOT NULL THEN 'closed' "
    " WHEN w.returned IS NOT NULL THEN 'returning' "
    " WHEN w.lapsed IS NOT NULL THEN 'lapsed' "
    " WHEN w.grant_no IS NOT NULL OR f.value = 1 THEN 'live' "
    " ELSE 'asked' END AS state, CASE (SELECT value FROM fact "
    " WHERE no = coalesce(w.lapsed, w.returned, w.closed)) "
    " WHEN 1 THEN 'consumed' WHEN 2 THEN 'denied'"
    " WHEN 3 THEN 'timed-out'  WHEN 4 THEN 'released'"
    " WHEN 5 THEN 'expired' WHEN 6 THEN 'invalidated' "
    " WHEN 7 THEN 'handed-back' END AS end FROM whole w"
    " JOIN fact f ON f.no = w.charged LEFT JOIN " LIMIT_NAMES
    " l ON l.slot = f.limit_slot;";

static const char limits_view[] =
    "CREATE VIEW limits AS WITH whole AS (SELECT limit_slot, max(CASE"
    " WHEN kind = 'limit named' THEN no END) AS named, max(CASE"
    " WHEN kind IN ('limit set', 'limit state') THEN no END) AS state,"
    " max(CASE"
    " WHEN kind = 'limit set' AND flags & 2 THEN no END) AS amount,"
    " max(CASE WHEN kind = 'limit set' AND flags & 1 THEN no END) AS told"
    " FROM fact WHERE limit_slot IS NOT NULL GROUP BY limit_slot)"
    " SELECT f.id AS limit_id, s.name AS owner, a.name AS account,"
    " substr(f.text, 5) AS firm, substr(f.text, 1, 3) AS currency,"
    " (SELECT amount FROM fact WHERE no = w.amount) /  CASE"
    " WHEN f.value = 2 THEN 1.0 ELSE 10000.0 END AS amount,"
    " CASE (SELECT coalesce(value, 0) FROM fact WHERE no = w.state) "
    " WHEN 0 THEN 'enabled' WHEN 1 THEN 'suspended' WHEN 2 THEN 'halted' "
    " WHEN 3 THEN 'removed' WHEN 4 THEN 'unenforced' END AS state,"
    " (SELECT " ITS_UTC " FROM fact WHERE no = w.told) AS told_utc FROM whole w"
    " JOIN fact f ON f.no = w.named LEFT JOIN " SESSION_NAMES
    " s ON s.slot = f.session LEFT JOIN " ACCOUNT_NAMES
    " a ON a.slot = f.account_slot;";

/* "CREATE TABLE fact (no INTEGER PRIMARY KEY, -- 1, 2, 3 ...", and so on. */
static enum cg_db_result create_facts(struct sqlite3 *db, const char *where)
{
    char sql[4096];
    size_t at = (size_t)snprintf(sql, sizeof(sql), "CREATE TABLE %sfact (\n",
                                 where);
    at += cg_fact_columns_sql(sql + at, sizeof(sql) - at);
    at += (size_t)snprintf(
        sql + at, at < sizeof(sql) ? sizeof(sql) - at : 0,
        " chain BLOB NOT NULL -- SHA-256 of the chain before and this row\n"
        ") STRICT");
    return at < sizeof(sql) ? cg_db_run(db, sql) : CG_DB_MEMORY;
}

static enum cg_db_result
run_all(struct sqlite3 *db, const char *const *texts, size_t count)
{
    enum cg_db_result result = CG_DB_DONE;
    for (size_t i = 0; i < count && result == CG_DB_DONE; i++) {
        result = cg_db_run(db, texts[i]);
    }
    return result;
}

int cg_journal_schema_create(struct cg_sqlite_journal *journal)
{
    struct sqlite3 *db = journal->db;
    char ending[128];
    const char *const texts[] = {other_tables, timeline_view, orders_view,
                                 tokens_view,  limits_view,   ending};
    (void)snprintf(ending, sizeof(ending),
                   "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
                   CG_JOURNAL_APPLICATION, CG_SCHEMA_VERSION);
    enum cg_db_result result = cg_db_run(db, "BEGIN IMMEDIATE");
    if (result == CG_DB_DONE) {
        result = create_facts(db, "");
    }
    if (result == CG_DB_DONE) {
        result = run_all(db, texts, sizeof(texts) / sizeof(texts[0]));
    }
    return result == CG_DB_DONE ? 0 : cg_db_error(result);
}

enum cg_db_result cg_archive_schema_create(struct sqlite3 *db)
{
    char ids[128];
    enum cg_db_result result = cg_db_run(db, "BEGIN");
    result = result == CG_DB_DONE ? create_facts(db, "archive.") : result;
    (void)snprintf(ids, sizeof(ids),
                   "PRAGMA archive.application_id=%d;"
                   "PRAGMA archive.user_version=%d;COMMIT",
                   CG_ARCHIVE_APPLICATION, CG_SCHEMA_VERSION);
    return result == CG_DB_DONE ? cg_db_run(db, ids) : result;
}

static int prepare_append(struct cg_sqlite_journal *journal)
{
    char sql[1024] = "INSERT INTO fact VALUES (";
    size_t at = strlen(sql);
    at += cg_fact_names_sql(sql + at, sizeof(sql) - at, true);
    (void)snprintf(sql + at, sizeof(sql) - at, ",?)");
    return cg_journal_prepare(journal, CG_STMT_APPEND, sql);
}

int cg_journal_prepare_all(struct cg_sqlite_journal *journal)
{
    static const struct {
        enum cg_statement which;
        const char *sql;
    } texts[] = {
        {CG_STMT_BEGIN, "BEGIN IMMEDIATE"},
        {CG_STMT_COMMIT, "COMMIT"},
        {CG_STMT_CHAIN, "UPDATE chain SET no=?,digest=?,snapshot=?,spare=?"},
        {CG_STMT_SESSION_PUT, "INSERT INTO session VALUES (?,?,?,?,?)"
                              " ON CONFLICT (no) DO UPDATE SET"
                              " next_sender=excluded.next_sender,"
                              " next_target=excluded.next_target,"
                              " created=excluded.created"},
        {CG_STMT_MESSAGE_PUT,
         "INSERT OR REPLACE INTO message VALUES (?,?,?,?,?,?)"},
        {CG_STMT_MESSAGE_GET,
         "SELECT seq,body_at,body_len,bytes,digest FROM message"
         " WHERE session=? AND seq BETWEEN ? AND ? ORDER BY seq"},
        {CG_STMT_MESSAGE_FORGET, "DELETE FROM message WHERE session=?"},
    };
    int error = prepare_append(journal);

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && error == 0;
         i++) {
        error = cg_journal_prepare(journal, texts[i].which, texts[i].sql);
    }
    return error;
}
