/*
 * Pictures of the state.
 *
 * Must never take one that does not fit: the rest of the engine trusts slots.
 * Rules: R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "image.h"

#include "check.h"
#include "decide.h"

/* What tells pictures of this program: of its version and its structs. */
#ifndef CG_STATE_LAYOUT
#error "the build says which structs these are"
#endif

enum { ARRAYS = 16, MAPS = 9 };

struct head {
    char magic[16];
    char layout[72];
    uint64_t no;
    uint64_t sizes[2 + ARRAYS]; /* of the state and of what it has */
};

static const char magic[16] = "CG snapshot 1";

/* An array of the state: which pointer, and how much of it is in use. */
struct part {
    size_t pointer; /* its offset in struct cg_state */
    const void *data;
    size_t size; /* of one */
    size_t len;
    size_t room;
};

static void parts_of(const struct cg_state *state, struct part *parts)
{
    size_t n = 0;
#define ARRAY(member, count, max)                                              \
    parts[n++] = (struct part){offsetof(struct cg_state, member),              \
                               state->member, sizeof(*state->member),          \
                               (size_t)(count) * sizeof(*state->member),       \
                               (size_t)(max) * sizeof(*state->member)}
    ARRAY(orders, state->order_top, state->order_max);
    ARRAY(tokens, state->token_top, state->token_max);
    ARRAY(places, state->place_top, state->place_max);
    ARRAY(prices, state->price_top, state->price_max);
    ARRAY(requests, state->request_top, state->request_max);
    ARRAY(asks, state->ask_top, state->ask_max);
    ARRAY(used,
          state->used_count < CG_USED_MAX ? state->used_count : CG_USED_MAX,
          CG_USED_MAX);
    ARRAY(legs, state->leg_top, state->leg_max);
    ARRAY(packages, state->leg_top, state->leg_max);
    ARRAY(shares, state->share_top, state->share_max);
    ARRAY(limits, state->limit_count, state->limit_max);
    ARRAY(scopes, state->scope_top, state->scope_max);
    ARRAY(accounts, state->account_count, state->account_max);
    ARRAY(firms, state->firm_count, state->firm_max);
    ARRAY(instruments, state->instrument_count, state->instrument_max);
    ARRAY(reports.pairs, state->reports.max, state->reports.max);
#undef ARRAY
    CG_ASSERT(n == ARRAYS);
}

/* A map, and where its entries' pointer is. */
struct map_part {
    size_t pointer;
    const struct cg_map *map;
};

static void maps_of(const struct cg_state *state, struct map_part *maps)
{
    size_t n = 0;
#define MAP(member)                                                            \
    maps[n++] = (struct map_part){offsetof(struct cg_state, member.entries),   \
                                  &state->member}
    MAP(reports.map);
    MAP(request_map);
    MAP(order_map);
    MAP(token_map);
    MAP(ask_map);
    MAP(limit_map);
    MAP(account_map);
    MAP(firm_map);
    MAP(instrument_map);
#undef MAP
    CG_ASSERT(n == MAPS);
}

/* The head says nothing of Max...= settings, but for the ring of reports. */
static struct head head_of(const struct cg_state *state)
{
    struct part parts[ARRAYS];
    struct head head = {.no = state->fact_no};
    parts_of(state, parts);
    memcpy(head.magic, magic, sizeof(magic));
    snprintf(head.layout, sizeof(head.layout), "%s", CG_STATE_LAYOUT);
    head.sizes[0] = sizeof(*state);
    head.sizes[1] = state->reports.max;
    for (size_t i = 0; i < ARRAYS; i++) {
        head.sizes[2 + i] = parts[i].size;
    }
    return head;
}

/* --- saving ------------------------------------------------------------- */

struct writer {
    int (*write)(void *user, const void *bytes, size_t len);
    void *user;
    int status;
};

static void put(struct writer *out, const void *bytes, size_t len)
{
    if (out->status == 0 && len > 0) {
        out->status = out->write(out->user, bytes, len);
    }
}

static size_t without_zeros(const void *data, size_t len)
{
    const uint8_t *bytes = data;
    while (len > 0 && bytes[len - 1] == 0) {
        len--;
    }
    return len;
}

static void put_part(struct writer *out, const struct part *part)
{
    uint64_t len = without_zeros(part->data, part->len);
    put(out, &len, sizeof(len));
    put(out, part->data, len);
}

static void
without_pointer(uint8_t *block, size_t from, size_t len, size_t pointer)
{
    if (pointer >= from && pointer < from + len) {
        memset(block + (pointer - from), 0, sizeof(void *));
    }
}

/* The state itself, block by block; its pointers say nothing to others. */
static void put_totals(struct writer *out,
                       const struct cg_state *state,
                       const struct part *parts,
                       const struct map_part *maps)
{
    uint8_t block[4096];
    for (size_t from = 0; from < sizeof(*state); from += sizeof(block)) {
        size_t left = sizeof(*state) - from;
        size_t len = left < sizeof(block) ? left : sizeof(block);
        memcpy(block, (const char *)state + from, len);
        for (size_t i = 0; i < ARRAYS; i++) {
            without_pointer(block, from, len, parts[i].pointer);
        }
        for (size_t i = 0; i < MAPS; i++) {
            without_pointer(block, from, len, maps[i].pointer);
        }
        put(out, block, len);
    }
}

/* A map's entry, and where it lies. */
struct map_place {
    uint32_t at;
    struct cg_map_entry entry;
};

/* Most of a map is free. */
static void put_map(struct writer *out, const struct cg_map *map)
{
    struct map_place places[512];
    uint64_t count = map->count;
    size_t n = 0;
    put(out, &map->mask, sizeof(map->mask));
    put(out, &count, sizeof(count));
    for (uint64_t i = 0; i <= map->mask; i++) {
        if (map->entries[i].taken == 0) {
            continue;
        }
        places[n++] = (struct map_place){(uint32_t)i, map->entries[i]};
        if (n == CG_COUNT(places)) {
            put(out, places, sizeof(places));
            n = 0;
        }
    }
    put(out, places, n * sizeof(places[0]));
}

int cg_engine_save(const struct cg_engine *engine,
                   int (*write)(void *user, const void *bytes, size_t len),
                   void *user)
{
    const struct cg_state *state = &engine->state;
    struct writer out = {write, user, 0};
    struct part parts[ARRAYS];
    struct map_part maps[MAPS];
    struct head head = head_of(state);
    parts_of(state, parts);
    maps_of(state, maps);
    put(&out, &head, sizeof(head));
    put_totals(&out, state, parts, maps);
    for (size_t i = 0; i < ARRAYS; i++) {
        put_part(&out, &parts[i]);
    }
    for (size_t i = 0; i < MAPS; i++) {
        put_map(&out, maps[i].map);
    }
    return out.status;
}

/* --- restoring ---------------------------------------------------------- */

struct reader {
    const uint8_t *at;
    size_t left;
};

static const uint8_t *take(struct reader *in, size_t len)
{
    const uint8_t *at = in->at;
    if (len > in->left) {
        return NULL;
    }
    in->at += len;
    in->left -= len;
    return at;
}

/* Takes a count and that many things of |size| bytes, |max| at most.  The
 * digest was compared: only a bug can have made what does not fit. */
static const uint8_t *
take_run(struct reader *in, size_t size, uint64_t max, uint64_t *count)
{
    const uint8_t *bytes = take(in, sizeof(*count));
    CG_ASSERT(bytes != NULL);
    memcpy(count, bytes, sizeof(*count));
    CG_ASSERT(*count <= max);
    const uint8_t *run = take(in, (size_t)*count * size);
    CG_ASSERT(run != NULL);
    return run;
}

cg_seq cg_image_no(const uint8_t *bytes, size_t len)
{
    struct head head;
    if (len < sizeof(head)) {
        return 0;
    }
    memcpy(&head, bytes, sizeof(head));
    return memcmp(head.magic, magic, sizeof(magic)) == 0 ? head.no : 0;
}

/* Makes |saved| the totals of a state with the memory that |state| has: its
 * arrays, its empty maps and how much they hold. */
static void take_totals(const struct cg_state *state, struct cg_state *saved)
{
    struct part parts[ARRAYS];
    struct map_part maps[MAPS];
    const size_t entries = offsetof(struct cg_map, entries);
    parts_of(state, parts);
    maps_of(state, maps);
    for (size_t i = 0; i < ARRAYS; i++) {
        memcpy((char *)saved + parts[i].pointer,
               (const char *)state + parts[i].pointer, sizeof(void *));
    }
    for (size_t i = 0; i < MAPS; i++) {
        memcpy((char *)saved + maps[i].pointer - entries, maps[i].map,
               sizeof(*maps[i].map));
    }
    saved->order_max = state->order_max;
    saved->token_max = state->token_max;
    saved->price_max = state->price_max;
    saved->place_max = state->place_max;
    saved->request_max = state->request_max;
    saved->ask_max = state->ask_max;
    saved->leg_max = state->leg_max;
    saved->share_max = state->share_max;
    saved->limit_max = state->limit_max;
    saved->scope_max = state->scope_max;
    saved->account_max = state->account_max;
    saved->firm_max = state->firm_max;
    saved->instrument_max = state->instrument_max;
}

static bool has_room(const struct cg_state *saved)
{
    struct part parts[ARRAYS];
    bool room = true;
    parts_of(saved, parts);
    for (size_t i = 0; i < ARRAYS; i++) {
        room &= parts[i].len <= parts[i].room;
    }
    return room;
}

/* A map of the same size is the same, entry by entry; else each finds its
 * place, which follows from what it keeps of its key. */
static void take_map(struct reader *in, struct cg_map *map)
{
    uint64_t count;
    uint32_t mask;
    const uint8_t *size = take(in, sizeof(mask));
    struct map_place place;
    CG_ASSERT(size != NULL);
    memcpy(&mask, size, sizeof(mask));
    const uint8_t *run = take_run(in, sizeof(place), map->max, &count);
    for (uint64_t i = 0; i < count; i++) {
        memcpy(&place, run + i * sizeof(place), sizeof(place));
        if (mask != map->mask) {
            cg_map_add(map, place.entry.key, place.entry.taken - 1);
        } else {
            map->entries[place.at & mask] = place.entry;
            map->count++;
        }
    }
}

static void take_all(struct cg_state *state, struct reader *in)
{
    struct part parts[ARRAYS];
    struct map_part maps[MAPS];
    uint64_t len;
    parts_of(state, parts);
    maps_of(state, maps);
    for (size_t i = 0; i < ARRAYS; i++) {
        const uint8_t *run = take_run(in, 1, parts[i].len, &len);
        memcpy((void *)(uintptr_t)parts[i].data, run, len);
    }
    for (size_t i = 0; i < MAPS; i++) {
        take_map(in, (struct cg_map *)(uintptr_t)maps[i].map);
    }
    CG_ASSERT(in->left == 0);
}

void cg_settings_forget(struct cg_state *state)
{
    for (uint32_t i = 0; i < state->account_count; i++) {
        struct cg_account *account = &state->accounts[i];
        account->sessions = 0;
        account->ccps = 0;
        account->hub = CG_SESSION_NONE;
        memset(account->contact, 0, sizeof(account->contact));
    }
    for (uint32_t i = 0; i < state->instrument_count; i++) {
        struct cg_instrument *instrument = &state->instruments[i];
        if (!instrument->used || instrument->dynamic) {
            continue;
        }
        memset(instrument->currency, 0, sizeof(instrument->currency));
        memset(instrument->terms, 0, sizeof(instrument->terms));
        if (!cg_instrument_is_curve(instrument)) {
            instrument->rate = 0;
        }
    }
    for (uint32_t i = 0; i < state->limit_count; i++) {
        struct cg_limit *limit = &state->limits[i];
        cg_limit_unset(limit);
        memset(&limit->owner_name, 0, sizeof(limit->owner_name));
        if (limit->owner != CG_SESSION_NONE) {
            limit->owner_name = state->sessions[limit->owner].name;
        }
    }
}

int cg_engine_restore(struct cg_engine *engine,
                      const uint8_t *bytes,
                      size_t len)
{
    struct cg_state *state = &engine->state;
    struct reader in = {bytes, len};
    struct head expected = head_of(state);
    struct head head;
    CG_ASSERT(state->fact_no == 0);
    const uint8_t *at = take(&in, sizeof(head));
    const uint8_t *totals = take(&in, sizeof(*state));
    if (at == NULL || totals == NULL) {
        return CG_IMAGE_E_OTHER;
    }
    memcpy(&head, at, sizeof(head));
    expected.no = head.no;
    if (memcmp(&head, &expected, sizeof(head)) != 0) {
        return CG_IMAGE_E_OTHER;
    }
    struct cg_state *saved = malloc(sizeof(*saved));
    if (saved == NULL) {
        return CG_ERR_MEMORY;
    }
    memcpy(saved, totals, sizeof(*saved));
    take_totals(state, saved);
    bool room = has_room(saved);
    if (room) {
        *state = *saved;
    }
    free(saved);
    if (!room) {
        return CG_IMAGE_E_OTHER;
    }
    take_all(state, &in);
    cg_settings_forget(state);
    engine->now = state->now;
    cg_engine_restored(engine);
    return 0;
}
