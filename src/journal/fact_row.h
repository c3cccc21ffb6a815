/*
 * A fact as a row of table fact, and as bytes: what the chain covers and the
 * spare file holds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_JOURNAL_FACT_ROW_H
#define CG_JOURNAL_FACT_ROW_H

#include "database.h"
#include <creditgate/fact.h>

/* Writes the columns' part of CREATE TABLE fact: names, types and notes.
 * Returns the length, as snprintf() does. */
size_t cg_fact_columns_sql(char *sql, size_t len);

/* Writes "no,time,..." or, for |values|, as many question marks. */
size_t cg_fact_names_sql(char *sql, size_t len, bool values);

/* How many columns a row has; that of the chain follows them. */
int cg_fact_columns(void);

/* Binds a fact to an INSERT with one parameter for each column. */
bool cg_fact_bind(struct sqlite3_stmt *statement, const struct cg_fact *fact);

/* Reads the row at hand; its texts are borrowed until the next step.  False
 * when no gate can have written it. */
bool cg_fact_read(struct sqlite3_stmt *statement, struct cg_fact *fact);

/*
 * A fact as bytes: column after column, in the order of the table, a 0 for
 * NULL; a 1 and the integer in 8 bytes, lowest first; or a 2, the length of a
 * text in 4 bytes, lowest first, and the text.
 *
 * cg_fact_bytes_len() is how many it takes; cg_fact_from_bytes() borrows its
 * texts from |bytes| and is false when they are no fact.
 */
size_t cg_fact_bytes_len(const struct cg_fact *fact);
void cg_fact_to_bytes(const struct cg_fact *fact, uint8_t *bytes);
bool cg_fact_from_bytes(const uint8_t *bytes, size_t len, struct cg_fact *fact);

#endif
