/*
 * The table of instruments in a session: rows under the columns that stand
 * above them, made into one table.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_reader.h"

#include <string.h>

#define COLUMNS "instrument,currency,dv01_per_million"
#define COLUMNS_MAX 64

static void row_add(struct cg_script_reader *reader,
                    struct cg_script_row **rows,
                    size_t *count,
                    size_t *room,
                    char *text)
{
    struct cg_script_row *more = cg_script_grow(reader, *rows, *count, room,
                                                sizeof(*more));

    if (more != NULL) {
        *rows = more;
        more[(*count)++] = (struct cg_script_row){
            .text = text,
            .columns = reader->columns_count,
            .place = reader->place};
    }
}

static const char *columns_of(const struct cg_script_reader *reader,
                              const struct cg_script_row *row)
{
    return row->columns == 0 ? COLUMNS : reader->columns[row->columns - 1].text;
}

/* The |index|-th cell of |row|; NULL past the last. */
static const char *cell_at(const char *row, size_t index, size_t *len)
{
    for (; index > 0; index--) {
        row += strcspn(row, ",");
        if (*row == '\0') {
            return NULL;
        }
        row++;
    }
    while (*row == ' ' || *row == '\t') {
        row++;
    }
    *len = strcspn(row, ",");
    while (*len > 0 && (row[*len - 1] == ' ' || row[*len - 1] == '\t')) {
        --*len;
    }
    return row;
}

/* The cell of |row| under |column|; empty when it has none. */
static struct cg_slice
cell_under(const char *row, const char *header, struct cg_slice column)
{
    struct cg_slice name;

    for (size_t at = 0; (name.data = cell_at(header, at, &name.len)) != NULL;
         at++) {
        if (cg_slice_equal(name, column)) {
            struct cg_slice cell = {NULL, 0};

            cell.data = cell_at(row, at, &cell.len);
            return cell.data != NULL ? cell : CG_SLICE("");
        }
    }
    return CG_SLICE("");
}

static struct cg_slice cell_of(const struct cg_script_reader *reader,
                               const struct cg_script_row *row,
                               const char *column)
{
    return cell_under(row->text, columns_of(reader, row), cg_slice_str(column));
}

/* A pattern may come with several swaps. */
static bool is_same_row(const struct cg_script_reader *reader,
                        const struct cg_script_row *a,
                        const struct cg_script_row *b)
{
    struct cg_slice symbol = cell_of(reader, a, "instrument");

    if (!cg_slice_equal(symbol, cell_of(reader, b, "instrument"))) {
        return false;
    }
    return memchr(symbol.data, '*', symbol.len) == NULL ||
           cg_slice_equal(cell_of(reader, a, "swap"),
                          cell_of(reader, b, "swap"));
}

void cg_script_instrument(struct cg_script_reader *reader, char *text)
{
    struct cg_script_row row = {text, reader->columns_count, reader->place};

    /* A row of the same instrument takes the place of the one before. */
    for (size_t i = 0; i < reader->row_count; i++) {
        if (is_same_row(reader, &reader->rows[i], &row)) {
            reader->rows[i] = row;
            return;
        }
    }
    row_add(reader, &reader->rows, &reader->row_count, &reader->row_room, text);
}

void cg_script_columns(struct cg_script_reader *reader, char *header)
{
    row_add(reader, &reader->columns, &reader->columns_count,
            &reader->columns_room, header);
}

static size_t cells_of(const char *row)
{
    size_t count = 1;

    for (; *row != '\0'; row++) {
        count += *row == ',' ? 1 : 0;
    }
    return count;
}

/* Whether a row is written under that header; without rows, the usual one. */
static bool is_used(const struct cg_script_reader *reader, size_t columns)
{
    bool used = reader->row_count == 0 && columns == 0;

    for (size_t i = 0; i < reader->row_count && !used; i++) {
        used = reader->rows[i].columns == columns;
    }
    return used;
}

/* All columns that any row has, each once. */
static size_t all_columns(const struct cg_script_reader *reader,
                          struct cg_slice *names)
{
    size_t count = 0;

    for (size_t i = 0; i <= reader->columns_count; i++) {
        const char *header = i == 0 ? COLUMNS : reader->columns[i - 1].text;
        struct cg_slice name;

        if (!is_used(reader, i)) {
            continue;
        }
        for (size_t at = 0;
             (name.data = cell_at(header, at, &name.len)) != NULL; at++) {
            bool known = false;

            for (size_t j = 0; j < count && !known; j++) {
                known = cg_slice_equal(names[j], name);
            }
            if (!known && count < COLUMNS_MAX) {
                names[count++] = name;
            }
        }
    }
    return count;
}

void cg_script_put_instruments(struct cg_script_reader *reader,
                               struct cg_script_built *built)
{
    struct cg_slice names[COLUMNS_MAX];
    size_t count = all_columns(reader, names);
    struct cg_script_place top = reader->columns_count > 0
                                     ? reader->columns[0].place
                                     : reader->place;

    for (size_t i = 0; i < count; i++) {
        (void)fprintf(built->out, "%s%.*s", i > 0 ? "," : "", (int)names[i].len,
                      names[i].data);
    }
    cg_script_built_line(reader, built, top);
    for (size_t i = 0; i < reader->row_count; i++) {
        const struct cg_script_row *row = &reader->rows[i];
        const char *header = columns_of(reader, row);

        if (cells_of(row->text) != cells_of(header)) {
            reader->place = row->place;
            cg_script_mistake(reader, "write one cell for each column",
                              "the row has not the cells of '%.200s'", header);
            continue;
        }
        for (size_t j = 0; j < count; j++) {
            struct cg_slice cell = cell_under(row->text, header, names[j]);

            (void)fprintf(built->out, "%s%.*s", j > 0 ? "," : "", (int)cell.len,
                          cell.data);
        }
        cg_script_built_line(reader, built, row->place);
    }
}
