/*
 * The table of instruments: one row each, with its DV01 per 1,000,000 (R2, R4).
 * Must never guess: a row is taken whole or is a mistake.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_reader.h>

#include <csv.h>
#include <decimal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

enum { SYMBOL, CURRENCY, DV01, SECURITY_ID, PRODUCT, TYPE, TENOR, COLUMNS };

static const struct cg_csv_column columns[COLUMNS] = {
    [SYMBOL] = {"instrument", true},     [CURRENCY] = {"currency", true},
    [DV01] = {"dv01_per_million", true}, [SECURITY_ID] = {"security_id", false},
    [PRODUCT] = {"product", false},      [TYPE] = {"type", false},
    [TENOR] = {"tenor", false},
};

struct table {
    struct cg_csv csv;
    struct cg_mistakes *mistakes;
    struct cg_config_instrument *rows;
    size_t count;
    size_t room;
};

static void read_symbol(struct table *table, struct cg_config_instrument *row)
{
    const char *cell = cg_csv_cell(&table->csv, SYMBOL);

    if (!cg_text_is_name(cg_slice_str(cell), CG_NAME_MAX)) {
        cg_csv_mistake(&table->csv,
                       "write the Symbol(55), 1 to 63 ASCII characters",
                       "the instrument's name is empty, too long or not ASCII");
        return;
    }
    memcpy(row->symbol, cell, strlen(cell) + 1);
}

static void read_currency(struct table *table, struct cg_config_instrument *row)
{
    const char *cell = cg_csv_cell(&table->csv, CURRENCY);

    if (strlen(cell) != 3 || strspn(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3) {
        cg_csv_mistake(&table->csv, "write three capital letters, such as USD",
                       "the currency is not a currency code");
        return;
    }
    memcpy(row->currency, cell, sizeof(row->currency));
}

static void read_dv01(struct table *table, struct cg_config_instrument *row)
{
    const char *cell = cg_csv_cell(&table->csv, DV01);

    if (!cg_dv01_parse(cg_slice_str(cell), &row->dv01_per_million) ||
        row->dv01_per_million <= 0) {
        cg_csv_mistake(&table->csv,
                       "round it up to 4 decimals, such as 904.0125",
                       "the DV01 per million is not a number above 0 with at "
                       "most 4 decimals");
    }
}

/* The texts that a limit's scope may go by (R10). */
static void read_terms(struct table *table, struct cg_config_instrument *row)
{
    const struct {
        size_t column;
        char *to;
    } terms[] = {
        {SECURITY_ID, row->security_id},
        {PRODUCT, row->product},
        {TYPE, row->type},
        {TENOR, row->tenor},
    };

    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
        const char *cell = cg_csv_cell(&table->csv, terms[i].column);
        size_t len = strlen(cell);

        if (len > 0 && !cg_text_is_name(cg_slice_str(cell), CG_NAME_MAX)) {
            cg_csv_mistake(&table->csv,
                           "write 1 to 63 ASCII characters, or nothing",
                           "the %s is too long or not ASCII",
                           columns[terms[i].column].name);
        } else {
            memcpy(terms[i].to, cell, len + 1);
        }
    }
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

static void read_row(struct table *table)
{
    struct cg_config_instrument *row = row_new(table);
    size_t before = table->mistakes->count;

    if (row == NULL) {
        return;
    }
    row->line = table->csv.line;
    read_symbol(table, row);
    read_currency(table, row);
    read_dv01(table, row);
    read_terms(table, row);
    table->count += table->mistakes->count == before;
}

static void read_rows(struct table *table)
{
    size_t before = table->mistakes->count;

    while (cg_csv_next(&table->csv)) {
        read_row(table);
    }
    if (table->count == 0 && table->mistakes->count == before) {
        cg_csv_mistake(&table->csv, "add a row such as USSW10,USD,904.0125",
                       "the table has no instrument");
    }
}

static void read_table(const struct cg_config_reader *reader,
                       struct table *table)
{
    const struct cg_config_memory *memory = reader->memory;
    const char *path = reader->instruments_path;
    struct cg_lines file = {0};
    struct cg_slice text;

    if (memory != NULL) {
        text = cg_slice_str(memory->instruments);
    } else if (cg_lines_open(&file, path, table->mistakes)) {
        text = (struct cg_slice){file.text, file.len};
    } else {
        cg_lines_deinit(&file);
        return;
    }
    if (cg_csv_init(&table->csv, path, text, columns, COLUMNS,
                    table->mistakes)) {
        read_rows(table);
    }
    cg_csv_deinit(&table->csv);
    cg_lines_deinit(&file);
}

void cg_config_read_instruments(struct cg_config_reader *reader)
{
    struct table table = {.mistakes = reader->context.mistakes};
    size_t before = table.mistakes->count;
    struct cg_config *config = reader->config;

    read_table(reader, &table);
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
