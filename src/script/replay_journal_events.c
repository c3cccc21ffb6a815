/*
 * Rings of what was heard.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_journal_events.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct cg_heard_row *row)
{
    if (row->count < row->room) {
        return true;
    }
    size_t room = row->room > 0 ? 2 * row->room : 16;
    struct cg_heard *more = calloc(room, sizeof(*more));
    if (more == NULL) {
        return false;
    }
    for (size_t i = 0; i < row->count; i++) {
        more[i] = row->items[(row->first + i) % row->room];
    }
    free(row->items);
    row->items = more;
    row->room = room;
    row->first = 0;
    return true;
}

int cg_heard_add(struct cg_heard_rows *rows,
                 cg_session session,
                 const struct cg_heard *heard)
{
    struct cg_heard_row *row = &rows->rows[session];
    char *bytes = malloc(heard->bytes.len + 1);
    if (bytes == NULL || !make_room(row)) {
        free(bytes);
        return CG_ERR_MEMORY;
    }
    if (heard->bytes.len > 0) {
        memcpy(bytes, heard->bytes.data, heard->bytes.len);
    }
    struct cg_heard *kept =
        &row->items[(row->first + row->count++) % row->room];
    *kept = *heard;
    kept->bytes.data = bytes;
    kept->order = ++rows->orders;
    rows->bytes += heard->bytes.len;
    return 0;
}

struct cg_heard cg_heard_take(struct cg_heard_rows *rows, cg_session session)
{
    struct cg_heard_row *row = &rows->rows[session];
    struct cg_heard heard = row->items[row->first];
    row->first = (row->first + 1) % row->room;
    row->count--;
    rows->bytes -= heard.bytes.len;
    return heard;
}

void cg_heard_free(struct cg_heard *heard)
{
    free((char *)(uintptr_t)heard->bytes.data);
    heard->bytes = (struct cg_slice){NULL, 0};
}

void cg_heard_deinit(struct cg_heard_rows *rows)
{
    for (cg_session i = 0; i < CG_SESSIONS_MAX; i++) {
        while (rows->rows[i].count > 0) {
            struct cg_heard heard = cg_heard_take(rows, i);
            cg_heard_free(&heard);
        }
        free(rows->rows[i].items);
    }
    *rows = (struct cg_heard_rows){0};
}
