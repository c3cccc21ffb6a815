/*
 * The table of instruments: one row each, with its DV01 per 1,000,000 (R2, R4).
 * Must never guess: a row is taken whole or is a mistake.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_reader.h>

#include <decimal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

#define HEADER "instrument,currency,dv01_per_million"

/* The columns by name; the first three must be there, in any order. */
enum { SYMBOL, CURRENCY, DV01, COLUMNS_NEEDED, COLUMNS = 7 };

#define AT(member) offsetof(struct cg_config_instrument, member)

static const struct {
    const char *name;
    size_t at; /* of a text that may be empty */
} columns[COLUMNS] = {
    {"instrument", 0},        {"currency", 0},
    {"dv01_per_million", 0},  {"security_id", AT(security_id)},
    {"product", AT(product)}, {"type", AT(type)},
    {"tenor", AT(tenor)},
};

struct table {
    size_t order[COLUMNS]; /* which column each cell is */
    size_t cells;          /* of a row */
    struct cg_config_text text;
    struct cg_mistakes *mistakes;
    struct cg_config_instrument *rows;
    size_t count;
    size_t room;
};

static void mistake(struct table *table, const char *remedy, const char *wrong)
{
    cg_mistakes_add(table->mistakes, table->text.path, table->text.line, remedy,
                    "%s", wrong);
}

/* Cuts |line| at its commas; how many cells it has, COLUMNS + 1 for more. */
static size_t split(char *line, char *cells[COLUMNS])
{
    size_t count = 0;

    for (char *at = line; at != NULL; count++) {
        char *comma = strchr(at, ',');

        if (count == COLUMNS) {
            return count + 1;
        }
        if (comma != NULL) {
            *comma = '\0';
        }
        cells[count] = cg_config_trim(at);
        at = comma != NULL ? comma + 1 : NULL;
    }
    return count;
}

/* The texts that a limit's scope may go by (R10). */
static bool read_terms(struct table *table,
                       char *cells[COLUMNS],
                       struct cg_config_instrument *row)
{
    for (size_t i = COLUMNS_NEEDED; i < COLUMNS; i++) {
        size_t len = cells[i] != NULL ? strlen(cells[i]) : 0;

        if (len == 0) {
            continue;
        }
        if (!cg_text_is_name(cg_slice_str(cells[i]), CG_NAME_MAX)) {
            cg_mistakes_add(table->mistakes, table->text.path, table->text.line,
                            "write 1 to 63 ASCII characters, or nothing",
                            "the %s is too long or not ASCII", columns[i].name);
            return false;
        }
        memcpy((char *)row + columns[i].at, cells[i], len + 1);
    }
    return true;
}

static bool read_cells(struct table *table,
                       char *cells[COLUMNS],
                       struct cg_config_instrument *row)
{
    bool good = true;

    if (!cg_text_is_name(cg_slice_str(cells[SYMBOL]), CG_NAME_MAX)) {
        mistake(table, "write the Symbol(55), 1 to 63 ASCII characters",
                "the instrument's name is empty, too long or not ASCII");
        good = false;
    }
    if (strlen(cells[CURRENCY]) != 3 ||
        strspn(cells[CURRENCY], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3) {
        mistake(table, "write three capital letters, such as USD",
                "the currency is not a currency code");
        good = false;
    }
    if (!cg_dv01_parse(cg_slice_str(cells[DV01]), &row->dv01_per_million) ||
        row->dv01_per_million <= 0) {
        mistake(table, "round it up to 4 decimals, such as 904.0125",
                "the DV01 per million is not a number above 0 with at most 4 "
                "decimals");
        good = false;
    }
    good = read_terms(table, cells, row) && good;
    if (good) {
        memcpy(row->symbol, cells[SYMBOL], strlen(cells[SYMBOL]) + 1);
        memcpy(row->currency, cells[CURRENCY], sizeof(row->currency));
        row->line = table->text.line;
    }
    return good;
}

static struct cg_config_instrument *row_new(struct table *table)
{
    if (table->count == table->room) {
        size_t room = table->room * 2 + 64;
        struct cg_config_instrument *rows = realloc(table->rows,
                                                    room * sizeof(*rows));

        if (rows == NULL) {
            table->mistakes->no_memory = true;
            return NULL;
        }
        table->rows = rows;
        table->room = room;
    }
    table->rows[table->count] = (struct cg_config_instrument){0};
    return &table->rows[table->count];
}

static void read_row(struct table *table, char *line)
{
    struct cg_config_instrument *row = row_new(table);
    char *cells[COLUMNS];
    char *by_column[COLUMNS] = {NULL};

    if (row == NULL) {
        return;
    }
    if (strchr(line, '"') != NULL) {
        mistake(table, "write the cells without quotes",
                "the row holds a quote");
        return;
    }
    if (split(line, cells) != table->cells) {
        cg_mistakes_add(table->mistakes, table->text.path, table->text.line,
                        "write a cell for each column of the header",
                        "the row has not %zu cells", table->cells);
        return;
    }
    for (size_t i = 0; i < table->cells; i++) {
        by_column[table->order[i]] = cells[i];
    }
    table->count += read_cells(table, by_column, row);
}

/* Learns the order of the columns; false when this is no header. */
static bool is_header(struct table *table, char *line)
{
    char *cells[COLUMNS];
    bool seen[COLUMNS] = {false};
    size_t count = split(line, cells);

    for (size_t i = 0; i < count && count <= COLUMNS; i++) {
        size_t column = 0;

        while (column < COLUMNS &&
               strcmp(cells[i], columns[column].name) != 0) {
            column++;
        }
        if (column == COLUMNS || seen[column]) {
            return false;
        }
        seen[column] = true;
        table->order[i] = column;
    }
    table->cells = count;
    return count <= COLUMNS && seen[SYMBOL] && seen[CURRENCY] && seen[DV01];
}

/* The first line that is not empty must be the header. */
static void read_rows(struct table *table)
{
    size_t before = table->mistakes->count;
    bool header = false;
    char *line;

    while ((line = cg_config_text_line(&table->text, table->mistakes)) !=
           NULL) {
        if (*line == '\0' || *line == '#') {
            continue;
        }
        if (header) {
            read_row(table, line);
            continue;
        }
        header = true;
        if (!is_header(table, line)) {
            mistake(table,
                    "begin the table with " HEADER
                    ", and if need be security_id, product, type or tenor",
                    "the table does not begin with its header");
            return;
        }
    }
    if (table->count == 0 && table->mistakes->count == before) {
        mistake(table, "add a row such as USSW10,USD,904.0125",
                "the table has no instrument");
    }
}

static bool open_table(const struct cg_config_reader *reader,
                       struct table *table)
{
    const struct cg_config_memory *memory = reader->memory;
    const char *path = reader->instruments_path;

    return memory != NULL
               ? cg_config_text_copy(&table->text, path,
                                     cg_slice_str(memory->instruments),
                                     table->mistakes)
               : cg_config_text_open(&table->text, path, table->mistakes);
}

void cg_config_read_instruments(struct cg_config_reader *reader)
{
    struct table table = {.mistakes = reader->context.mistakes};
    size_t before = table.mistakes->count;
    struct cg_config *config = reader->config;

    if (open_table(reader, &table)) {
        read_rows(&table);
    }
    cg_config_text_deinit(&table.text);
    config->instruments = table.rows;
    config->instrument_count = table.count;
    if (!cg_config_names_init(&reader->instruments, table.rows, table.count,
                              sizeof(*table.rows),
                              offsetof(struct cg_config_instrument, symbol),
                              offsetof(struct cg_config_instrument, line))) {
        table.mistakes->no_memory = true;
        return;
    }
    cg_config_names_report_twins(&reader->instruments, reader->instruments_path,
                                 "instrument", table.mistakes);
    reader->instruments_read = table.mistakes->count == before;
}
