/*
 * A session as a sequence diagram, before it is text or SVG.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_SCRIPT_DRAW_H
#define CG_SCRIPT_DRAW_H

#include "script.h"

#define CG_SCRIPT_LABEL_MAX 512

/* The gate stands between the clients and the others. */
struct cg_script_lanes {
    const char *names[CG_SESSIONS_MAX + 2];
    size_t of_session[CG_SESSIONS_MAX]; /* the lane; undefined without steps */
    size_t gate;                        /* the peer, where there is a wire */
    size_t wire;
    size_t count;
};

/* One line of the diagram. */
struct cg_script_row {
    const char *time; /* "" as long as it does not go on */
    bool arrow;       /* else a note beside |from| */
    size_t from;      /* lanes */
    size_t to;
    char label[CG_SCRIPT_LABEL_MAX];
};

struct cg_script_drawing {
    const struct cg_script *script;
    struct cg_script_lanes lanes;
    size_t next; /* step */
    cg_time last;
    char time[32];
};

/* Begins with the steps of the session's own file: what it includes is the
 * desk, and is not drawn. */
void cg_script_drawing_init(struct cg_script_drawing *drawing,
                            const struct cg_script *script);

/* The next row; false after the last. */
bool cg_script_drawing_next(struct cg_script_drawing *drawing,
                            struct cg_script_row *row);

/* From lane to lane, so that all of them take |span|, if |min| and |max| let
 * them. */
size_t cg_script_lane_gap(const struct cg_script_lanes *lanes,
                          size_t span,
                          size_t min,
                          size_t max);

#endif
