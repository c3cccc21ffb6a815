/*
 * Tables of text with a header, read row by row.
 *
 * One row is one line.  Cells stand between commas, in any order of columns;
 * those with a comma or a quote in them stand in quotes, quotes in them twice
 * (RFC 4180, but no quotes around a line end: a forgotten quote shall not eat
 * the rows below it).  Empty lines, lines of nothing but commas and lines that
 * begin with '#' do not count.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_CSV_H
#define CG_BASE_CSV_H

#include <lines.h>

#define CG_CSV_COLUMNS_MAX 32

struct cg_csv_column {
    const char *name;
    bool needed;
};

/* All but |line| is private. */
struct cg_csv {
    int line; /* of the row taken last */
    struct cg_lines lines;
    struct cg_mistakes *mistakes;
    const struct cg_csv_column *columns;
    size_t column_count;
    size_t cell_count;                  /* of each row */
    size_t cell_of[CG_CSV_COLUMNS_MAX]; /* for each column */
    char *cells[CG_CSV_COLUMNS_MAX];    /* of the row taken last */
};

/*
 * Takes a copy of |text|, which stands for the file |file|, and its header.
 * The header must have each column that is needed, none twice, and none that
 * is not among the |count| |columns|; "note" and "source" are free text and
 * always allowed.  |file|, |columns| and |mistakes| are borrowed until
 * cg_csv_deinit(), which is fine in any case.
 *
 * False after mistakes were added, or without memory.
 */
bool cg_csv_init(struct cg_csv *csv,
                 const char *file,
                 struct cg_slice text,
                 const struct cg_csv_column *columns,
                 size_t count,
                 struct cg_mistakes *mistakes);

/*
 * Takes the next row; false at the end.  Rows that cannot be cut into as many
 * cells as the header has become mistakes and are passed over.
 */
bool cg_csv_next(struct cg_csv *csv);

/* Of the row taken last, without blanks around it; "" when the cell is empty or
 * the header has no such column.  Stays until the next row is taken. */
const char *cg_csv_cell(const struct cg_csv *csv, size_t column);

/* True when the header has |column|. */
bool cg_csv_has(const struct cg_csv *csv, size_t column);

/* Adds a mistake of the row taken last. */
__attribute__((format(printf, 3, 4))) void
cg_csv_mistake(struct cg_csv *csv, const char *remedy, const char *format, ...);

void cg_csv_deinit(struct cg_csv *csv);

#endif
