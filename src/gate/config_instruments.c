/*
 * The table of instruments: one row each, with its DV01 per 1,000,000 (R2, R4).
 * Must never guess: a row is taken whole or is a mistake.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_swaps.h>

#include <csv.h>
#include <decimal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

enum {
    SYMBOL,
    CURRENCY,
    DV01,
    CONVENTION,
    SWAP,
    SECURITY_ID,
    PRODUCT,
    TYPE,
    TENOR,
    COLUMNS
};

static const struct cg_csv_column columns[COLUMNS] = {
    [SYMBOL] = {"instrument", true},
    [CURRENCY] = {"currency", false},
    [DV01] = {"dv01_per_million", false},
    [CONVENTION] = {"convention", false},
    [SWAP] = {"swap", false},
    [SECURITY_ID] = {"security_id", false},
    [PRODUCT] = {"product", false},
    [TYPE] = {"type", false},
    [TENOR] = {"tenor", false},
};

struct table {
    struct cg_config_reader *reader;
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

/* |may_lack|: the convention has it, too. */
static void read_currency(struct table *table,
                          bool may_lack,
                          struct cg_config_instrument *row)
{
    const char *cell = cg_csv_cell(&table->csv, CURRENCY);

    if (may_lack && *cell == '\0') {
        return;
    }
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

/* What an order of it costs: a number, or the swap that it is. */
static void read_price(struct table *table, struct cg_config_instrument *row)
{
    const char *convention = cg_csv_cell(&table->csv, CONVENTION);
    const char *swap = cg_csv_cell(&table->csv, SWAP);
    bool by_curve = *convention != '\0' || *swap != '\0';
    bool by_table = *cg_csv_cell(&table->csv, DV01) != '\0';

    read_currency(table, by_curve, row);
    if (by_curve && by_table) {
        cg_csv_mistake(&table->csv, "keep one of the two",
                       "the row has a DV01 per million, and a convention or "
                       "a swap");
    } else if (by_curve) {
        cg_config_read_swap(table->reader, &table->csv, convention, swap, row);
    } else if (strchr(row->symbol, '*') != NULL) {
        cg_csv_mistake(&table->csv,
                       "write the instrument out, or give it a convention and "
                       "a swap",
                       "an instrument with a '*' has no DV01 of its own");
    } else {
        read_dv01(table, row);
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
    read_terms(table, row);
    read_price(table, row);
    table->count += table->mistakes->count == before;
}

/* The columns that rows are priced by: told once, not for each row. */
static bool check_columns(struct table *table)
{
    bool dv01 = cg_csv_has(&table->csv, DV01);
    bool swap = cg_csv_has(&table->csv, CONVENTION) &&
                cg_csv_has(&table->csv, SWAP);

    if (!dv01 && !swap) {
        cg_csv_mistake(&table->csv,
                       "begin the table with "
                       "instrument,currency,dv01_per_million, or with "
                       "instrument,convention,swap",
                       "the column dv01_per_million is missing");
    } else if (!swap && !cg_csv_has(&table->csv, CURRENCY)) {
        cg_csv_mistake(&table->csv,
                       "begin the table with "
                       "instrument,currency,dv01_per_million",
                       "the column currency is missing");
        return false;
    }
    return dv01 || swap;
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

static void read_table(struct table *table)
{
    const struct cg_config_reader *reader = table->reader;
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
    cg_config_note_end(table->reader, CG_CONFIG_INSTRUMENTS, text);
    if (cg_csv_init(&table->csv, path, text, columns, COLUMNS,
                    table->mistakes) &&
        check_columns(table)) {
        read_rows(table);
    }
    cg_csv_deinit(&table->csv);
    cg_lines_deinit(&file);
}

static bool list_families(struct cg_config *config)
{
    config->families = calloc(config->instrument_count + 1,
                              sizeof(*config->families));
    for (size_t i = 0; config->families != NULL && i < config->instrument_count;
         i++) {
        if (config->instruments[i].family) {
            config->families[config->family_count++] = (uint32_t)i;
        }
    }
    return config->families != NULL;
}

/* Families may have the same name, if their swaps are not written alike. */
static bool are_twins(const struct cg_config_instrument *a,
                      const struct cg_config_instrument *b)
{
    return !a->family || !b->family || strcmp(a->swap, b->swap) == 0;
}

static void report_twins(const struct cg_config_reader *reader)
{
    const struct cg_config_name *names = reader->instruments.items;
    const struct cg_config_instrument *rows = reader->config->instruments;

    for (size_t i = 1; i < reader->instruments.count; i++) {
        const struct cg_config_instrument *row = &rows[names[i].at];
        size_t at = i;

        while (at > 0 && strcmp(names[at - 1].text, row->symbol) == 0 &&
               !are_twins(&rows[names[at - 1].at], row)) {
            at--;
        }
        if (at > 0 && strcmp(names[at - 1].text, row->symbol) == 0) {
            cg_mistakes_add(reader->context.mistakes, reader->instruments_path,
                            row->line,
                            "give each a name of its own, or remove one",
                            "instrument %s is defined in line %d already",
                            row->symbol, names[at - 1].line);
        }
    }
}

void cg_config_read_instruments(struct cg_config_reader *reader)
{
    struct table table = {.reader = reader,
                          .mistakes = reader->context.mistakes};
    size_t before = table.mistakes->count;
    struct cg_config *config = reader->config;

    read_table(&table);
    config->instruments = table.rows;
    config->instrument_count = table.count;
    if (!list_families(config) ||
        !cg_config_names_init(&reader->instruments, table.rows, table.count,
                              sizeof(*table.rows),
                              offsetof(struct cg_config_instrument, symbol),
                              offsetof(struct cg_config_instrument, line))) {
        table.mistakes->no_memory = true;
        return;
    }
    report_twins(reader);
    reader->instruments_read = table.mistakes->count == before;
}
