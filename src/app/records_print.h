/*
 * Records as a table, CSV or JSON, one line for each as it comes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_RECORDS_PRINT_H
#define APP_RECORDS_PRINT_H

#include <creditgate/records.h>
#include <stdbool.h>

enum records_format { RECORDS_TABLE, RECORDS_CSV, RECORDS_JSON };

/* Fine when zeroed but for |format|. */
struct records_printer {
    enum records_format format;
    bool by_order; /* a table has a heading for each order */
    cg_seq order;  /* of the line before */
    size_t lines;
};

void records_print(struct records_printer *printer,
                   const struct cg_record *record);
void records_print_end(struct records_printer *printer);

#endif
