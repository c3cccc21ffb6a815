/*
 * The steps of a turn, one after the other in one block of memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "turn.h"

#include <stdlib.h>

/* A step as it lies in the block, its bytes behind it. */
struct head {
    uint32_t kind;
    uint32_t len;
    int64_t session;
    int64_t seq;
    int64_t a;
    int64_t b;
};

enum { FIRST_ROOM = 64 * 1024 };

void cg_turn_deinit(struct cg_turn *turn)
{
    free(turn->bytes);
    *turn = (struct cg_turn){.bytes = NULL};
}

void cg_turn_clear(struct cg_turn *turn)
{
    turn->len = 0;
}

bool cg_turn_reserve(struct cg_turn *turn, size_t len)
{
    size_t room = turn->room > 0 ? turn->room : FIRST_ROOM;
    if (len <= turn->room - turn->len) {
        return true;
    }
    while (room - turn->len < len) {
        room *= 2;
    }
    uint8_t *more = realloc(turn->bytes, room);
    if (more == NULL) {
        return false;
    }
    turn->bytes = more;
    turn->room = room;
    return true;
}

uint8_t *cg_turn_add(struct cg_turn *turn, const struct cg_turn_step *step)
{
    struct head head = {
        .kind = (uint32_t)step->kind,
        .len = (uint32_t)step->bytes.len,
        .session = step->session,
        .seq = step->seq,
        .a = step->a,
        .b = step->b,
    };
    if (!cg_turn_reserve(turn, sizeof(head) + step->bytes.len)) {
        return NULL;
    }
    memcpy(turn->bytes + turn->len, &head, sizeof(head));
    uint8_t *bytes = turn->bytes + turn->len + sizeof(head);
    turn->len += sizeof(head) + step->bytes.len;
    return bytes;
}

bool cg_turn_next(const struct cg_turn *turn,
                  size_t *at,
                  struct cg_turn_step *step)
{
    struct head head;
    size_t left = turn->len - *at;
    if (left < sizeof(head)) {
        return false;
    }
    memcpy(&head, turn->bytes + *at, sizeof(head));
    if (head.kind < CG_TURN_FACT || head.kind > CG_TURN_RESET ||
        head.len > left - sizeof(head)) {
        return false;
    }
    *step = (struct cg_turn_step){
        .kind = (enum cg_turn_kind)head.kind,
        .session = head.session,
        .seq = head.seq,
        .a = head.a,
        .b = head.b,
        .bytes = {(const char *)turn->bytes + *at + sizeof(head), head.len},
    };
    *at += sizeof(head) + head.len;
    return true;
}
