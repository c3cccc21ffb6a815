/*
 * What books tell of differences to hubs and venues, since the gate was started
 * last.
 *
 * Texts are kept as they are at each fact, as slots are used again.
 * Rules: R46, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_internal.h"

#include "difference.h"

static void copy_id(char *out, const struct cg_id *id)
{
    memcpy(out, id->text, id->len);
    out[id->len] = '\0';
}

/* --- while a journal is read -------------------------------------------- */

static void started(struct cg_gate_differences *differences)
{
    differences->count = 0;
    memset(differences->comparisons, 0, sizeof(differences->comparisons));
}

static int difference_add(struct cg_gate *gate, const struct cg_fact *fact)
{
    struct cg_gate_differences *all = &gate->differences;
    const struct cg_state *state = &gate->engine->state;
    struct cg_difference_words words;
    if (all->count == all->room) {
        size_t room = all->room * 2 + 16;
        void *grown = realloc(all->views, room * sizeof(*all->views));
        if (grown == NULL) {
            return CG_ERR_MEMORY;
        }
        all->views = grown;
        all->room = room;
    }
    struct cg_difference_view *view = &all->views[all->count++];
    *view = (struct cg_difference_view){
        .time = fact->time,
        .what = cg_difference_name((enum cg_difference)fact->value)};
    cg_difference_words(state, gate->name, fact, &words);
    memcpy(view->thing, words.thing, sizeof(view->thing));
    memcpy(view->ours, words.ours, sizeof(view->ours));
    memcpy(view->theirs, words.theirs, sizeof(view->theirs));
    snprintf(view->rule, sizeof(view->rule), "%.*s", (int)fact->text_len,
             fact->text_len > 0 ? fact->text : "");
    if (fact->session < state->session_count) {
        copy_id(view->with, &state->sessions[fact->session].name);
    }
    return 0;
}

static void compared(struct cg_gate_differences *differences,
                     const struct cg_fact *fact)
{
    if (fact->session < CG_SESSIONS_MAX) {
        struct cg_comparison_view *view =
            &differences->comparisons[fact->session];
        view->time = fact->time;
        view->of_limits = (fact->flags & 1) != 0;
        view->compared = fact->number;
        view->differ = (cg_seq)fact->qty;
        view->untold = fact->value;
    }
}

int cg_gate_difference_take(struct cg_gate *gate, const struct cg_fact *fact)
{
    struct cg_gate_differences *differences = &gate->differences;
    if (fact->kind == CG_FACT_STARTED) {
        started(differences);
    } else if (fact->kind == CG_FACT_DIFFERENCE) {
        return difference_add(gate, fact);
    } else if (fact->kind == CG_FACT_COMPARED) {
        compared(differences, fact);
    }
    return 0;
}

/* --- afterwards --------------------------------------------------------- */

bool cg_gate_difference(const struct cg_gate *gate,
                        size_t index,
                        struct cg_difference_view *view)
{
    if (index >= gate->differences.count) {
        return false;
    }
    *view = gate->differences.views[index];
    return true;
}

static bool owns_limits(const struct cg_state *state, cg_session session)
{
    for (uint32_t i = 0; i < state->limit_count; i++) {
        if (state->limits[i].owner == session) {
            return true;
        }
    }
    return false;
}

static bool has_orders(const struct cg_state *state, cg_session session)
{
    for (uint32_t i = 0; i < state->order_top; i++) {
        if (state->orders[i].state != CG_ORDER_FREE &&
            state->orders[i].venue == session) {
            return true;
        }
    }
    return false;
}

/* Who has said nothing yet is listed as well, if there is what it could say. */
bool cg_gate_comparison(const struct cg_gate *gate,
                        size_t index,
                        struct cg_comparison_view *view)
{
    const struct cg_state *state = &gate->engine->state;
    for (cg_session i = 0; i < state->session_count; i++) {
        *view = gate->differences.comparisons[i];
        view->of_limits = view->of_limits || owns_limits(state, i);
        bool listed = view->time != 0 || view->of_limits ||
                      has_orders(state, i);
        if (listed && index-- == 0) {
            copy_id(view->with, &state->sessions[i].name);
            return true;
        }
    }
    return false;
}
