/*
 * What the deciding files of the engine share.  They read the state, record
 * facts and leave effects; none of them writes the state.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_DECIDE_H
#define CG_ENGINE_DECIDE_H

#include "check.h"
#include "decimal.h"
#include "engine.h"

/* --- effects ------------------------------------------------------------ */

/* Room for the effects of an event beside those of orders and tokens. */
#define CG_EFFECTS_SPARE 4096

/* The next effect, blank but for its kind. */
struct cg_effect *cg_effect_add(struct cg_engine *engine,
                                enum cg_effect_kind kind);

/* A remark, or an alarm, which begins with "ALARM:": a fact, and a line of the
 * operator's log. */
void cg_note(struct cg_engine *engine, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same about the gate as a whole, which counts for more in the log than a
 * remark about an order. */
void cg_notice(struct cg_engine *engine, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line of the operator's log about a fact that is on record itself. */
void cg_log(struct cg_engine *engine, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* --- what answers share (decide_order.c) -------------------------------- */

static inline struct cg_refusal cg_refusal_of(enum cg_reason reason)
{
    return (struct cg_refusal){.reason = reason, .limit = CG_NONE};
}

/* Puts a refusal's reason and numbers into a fact. */
void cg_fact_refusal(struct cg_fact *fact, const struct cg_refusal *refusal);

/* Puts |id| into a fact, shortened to what the journal keeps. */
void cg_fact_id(struct cg_fact *fact, struct cg_slice id);

/* Whether the cause's venue session has not seen the ClOrdID |id| (R40). */
bool cg_id_is_free(const struct cg_engine *engine, struct cg_slice id);

/* Whether a first-seen repeat is too old: of a day whose ids are forgotten
 * nobody can say that it was not seen (R40). */
bool cg_repeat_is_stale(const struct cg_engine *engine,
                        const struct cg_order_event *event);

/* Whether there is room for the ids of refused, and of taken, requests. */
bool cg_refusals_left(const struct cg_state *state);
bool cg_requests_left(const struct cg_state *state);

/* R6: an account of this session, and the firm it names. */
bool cg_party_fits(const struct cg_engine *engine,
                   const struct cg_order_event *event,
                   uint32_t *slot,
                   struct cg_refusal *refusal);

/* R6: the clearing house that the order names, or the account's only one. */
bool cg_ccp_of(const struct cg_engine *engine,
               const struct cg_order_event *event,
               uint32_t account,
               uint16_t *ccp,
               struct cg_refusal *refusal);

/* The clearing house of an order as |limit|, which came later, takes it: one
 * that nobody had named may be the limit's by now, and is then not known. */
uint16_t cg_ccp_for(const struct cg_order *order, const struct cg_limit *limit);

/* Whether a replace that names |ccp| leaves its order where it clears. */
bool cg_ccp_stays(uint16_t ccp, const struct cg_order *order);

/* Whether |more| names of clearing houses have room beside |name|; and the slot
 * of |name|, which is given one if it has none. */
bool cg_ccp_room(const struct cg_state *state,
                 struct cg_slice name,
                 uint32_t more);
uint16_t cg_ccp_name(struct cg_engine *engine, struct cg_slice name);

/* 55 and 48 mean one instrument, and 15 is its currency. */
bool cg_instrument_is_one(const struct cg_state *state,
                          uint32_t instrument,
                          const struct cg_order_event *event);
bool cg_currency_fits(const struct cg_state *state,
                      uint32_t instrument,
                      const struct cg_order_event *event);

/* --- cover (cover.c) ---------------------------------------------------- */

/* What one limit asks of an order. */
struct cg_cover_part {
    uint32_t limit;
    cg_dv01 rate;
    cg_dv01 amount;
    char side;
    uint8_t sum;   /* enum cg_sum */
    bool ask;      /* a token has to be asked for */
    bool fallback; /* a pushed amount stands in for the hub */
};

struct cg_cover {
    struct cg_cover_part parts[CG_COVER_MAX];
    uint32_t count;
    /* Of each part of a package, by leg; -1: not in it.  Of no other order. */
    cg_dv01 leg_rates[CG_COVER_MAX][CG_LEGS_MAX];
    uint32_t waits[CG_COVER_MAX]; /* limits that it must queue for (R44) */
    uint32_t wait_count;
    struct cg_refusal lacks; /* the first room that is missing */
};

struct cg_cover_request {
    uint32_t account;
    uint32_t instrument; /* CG_NONE: a package */
    char side;
    cg_qty qty;
    uint16_t ccp;
    const struct cg_leg_terms *legs; /* of a package, else NULL (R5) */
    uint32_t leg_count;
    bool whole;    /* its venue fills the legs together */
    cg_seq number; /* of the order: older ones go first (R44) */
    uint32_t skip; /* bit i: leg i counts already (R11) */
    /* Of a replace that raises nothing, its order, whose prices hold (R7). */
    const struct cg_order *own;
};

/*
 * Plans the cover of a new order: every limit that covers it, or why not (R11,
 * R13, R14).  Changes nothing.
 */
bool cg_cover_plan(const struct cg_engine *engine,
                   const struct cg_cover_request *request,
                   struct cg_cover *cover,
                   struct cg_refusal *refusal);

/* Whether an order, or its raise, that has waited may still go on (R13, R18,
 * R46). */
bool cg_cover_still_fits(const struct cg_engine *engine,
                         uint32_t order,
                         struct cg_refusal *refusal);

/* Whether |order| may grow to |qty| under all its limits (R41, R14). */
bool cg_cover_may_grow(const struct cg_engine *engine,
                       uint32_t order,
                       cg_qty qty,
                       bool only_falls,
                       struct cg_refusal *refusal);

/* The pushed amount of a limit as a stand-in for its hub (R27). */
bool cg_fallback_fits(const struct cg_engine *engine,
                      const struct cg_limit *limit,
                      cg_dv01 amount);

bool cg_limit_holds(const struct cg_limit *limit, cg_dv01 amount);

/* Whether the limit of |token| can count a charge or fill of |amount|. */
bool cg_sums_hold(const struct cg_state *state, uint32_t token, cg_dv01 amount);

/* --- instruments and rates (decide_instrument.c, decide_rates.c) -------- */

/* Forgets every instrument made at run time that nothing refers to. */
void cg_instruments_forget(struct cg_engine *engine);

/* R4: whether an instrument has a DV01, or why not. */
bool cg_instrument_is_priced(const struct cg_state *state,
                             uint32_t instrument,
                             struct cg_refusal *refusal);

/* R7: whether an instrument may take new risk: not by rates that are too old.
 */
bool cg_instrument_is_fresh(const struct cg_engine *engine,
                            uint32_t instrument,
                            struct cg_refusal *refusal);

/* The same for what is planned, and for an order's instrument or legs. */
bool cg_cover_is_fresh(const struct cg_engine *engine,
                       const struct cg_cover_request *request,
                       struct cg_refusal *refusal);
bool cg_order_is_fresh(const struct cg_engine *engine,
                       uint32_t order,
                       struct cg_refusal *refusal);

/* Says once that the par rates are too old by now; and when that will be. */
void cg_rates_age(struct cg_engine *engine);
void cg_timer_rates(struct cg_engine *engine);

/* --- prices (decide_price.c) -------------------------------------------- */

/* R3: the instrument's DV01 in the limit's currency, as often as the limit
 * counts it (1558; cover.c). */
bool cg_rate_in(const struct cg_engine *engine,
                uint32_t instrument,
                const struct cg_limit *limit,
                cg_dv01 *rate,
                enum cg_reason *reason);

/* The rate of what is asked for, or of its leg at the place |leg|, under
 * |limit|: today's, or its order's own (R7). */
bool cg_price_rate(const struct cg_engine *engine,
                   const struct cg_cover_request *request,
                   uint32_t leg,
                   const struct cg_limit *limit,
                   cg_dv01 *rate,
                   enum cg_reason *reason);

/* Whether a refusal only says that what raises nothing has no price now. */
bool cg_price_is_moot(const struct cg_cover_request *request,
                      const struct cg_refusal *refusal);

/* What |token| has to hold for a replace to |qty| that comes now: by today's
 * rates when it raises the quantity, else by the order's own (R7). */
bool cg_price_total(const struct cg_engine *engine,
                    const struct cg_token *token,
                    cg_qty qty,
                    cg_dv01 *total,
                    struct cg_refusal *refusal);

/* Records the rates of the replace whose turn it is, where they differ. */
void cg_prices_take(struct cg_engine *engine, uint32_t order);

/* The order ends: its limits' owners are told what a lower price left. */
void cg_prices_settle(struct cg_engine *engine, uint32_t order);

/* The venue has accepted |request|: its rates are in force, for what is filled
 * as well. */
void cg_prices_accept(struct cg_engine *engine, uint32_t request);

/* The parts of a plan that packages share with other orders. */
/* R6: a limit of one clearing house needs to know the order's. */
bool cg_ccp_known(const struct cg_limit *limit,
                  uint32_t slot,
                  const struct cg_cover_request *request,
                  struct cg_refusal *refusal);

/* A quantity as |limit| counts it. */
bool cg_qty_in(const struct cg_engine *engine,
               uint32_t instrument,
               const struct cg_limit *limit,
               cg_qty *qty);

bool cg_limit_open(const struct cg_limit *limit,
                   uint32_t slot,
                   struct cg_refusal *refusal);
bool cg_use_fits(const struct cg_limit *limit,
                 uint32_t slot,
                 char side,
                 cg_dv01 amount,
                 struct cg_refusal *refusal);
bool cg_size_fits(const struct cg_limit *limit,
                  uint32_t slot,
                  cg_qty qty,
                  cg_dv01 amount,
                  struct cg_refusal *refusal);
bool cg_part_route(const struct cg_engine *engine,
                   struct cg_cover_part *part,
                   struct cg_refusal *refusal);

/* --- the cover of packages (cover_package.c) ---------------------------- */

/* cg_cover_plan() of a package (R5). */
bool cg_package_plan(const struct cg_engine *engine,
                     const struct cg_cover_request *request,
                     struct cg_cover *cover,
                     struct cg_refusal *refusal);

/* Whether a limit covers each leg of the package (R11). */
bool cg_package_covered(const struct cg_state *state,
                        const struct cg_order *order,
                        struct cg_refusal *refusal);

/* Whether the limits on single orders, and those that came later, let a package
 * have |qty|. */
bool cg_package_may_grow(const struct cg_engine *engine,
                         const struct cg_order *order,
                         cg_qty qty,
                         struct cg_refusal *refusal);

/* What the legs that do not count under |limit| yet are worth there, of |qty|
 * packages: no part when all count.  False when that cannot be said (R11). */
bool cg_package_adopt_plan(const struct cg_engine *engine,
                           const struct cg_order *order,
                           uint32_t limit,
                           cg_qty qty,
                           struct cg_cover *cover);

/* --- packages (decide_package.c) ---------------------------------------- */

/* R5: the legs of an event as terms, into CG_LEGS_MAX places. */
bool cg_legs_fit(const struct cg_state *state,
                 const struct cg_order_event *event,
                 struct cg_leg_terms *terms,
                 struct cg_refusal *refusal);

/* R4: whether each of them has a DV01. */
bool cg_legs_are_priced(const struct cg_state *state,
                        const struct cg_leg_terms *terms,
                        uint32_t count,
                        struct cg_refusal *refusal);

/* Whether a replace leaves the instrument, or all legs, of |order| alone. */
bool cg_terms_stay(const struct cg_state *state,
                   const struct cg_order_event *event,
                   const struct cg_order *order);

/* Records the legs of an order that has just been taken. */
void cg_legs_take(struct cg_engine *engine,
                  uint32_t order,
                  const struct cg_order_event *event,
                  const struct cg_leg_terms *terms);

/* A report on one leg (442=2): what it fills, and what it ends. */
void cg_leg_report(struct cg_engine *engine,
                   uint32_t order,
                   const struct cg_report_event *event);

/* The order ends: legs that were filled unevenly count as they were. */
void cg_package_settle(struct cg_engine *engine, uint32_t order);

/* --- notices of trades (decide_notice.c) -------------------------------- */

/* Tells the owner of a token's limit how much more it has consumed, or less. */
void cg_consumption_tell(struct cg_engine *engine,
                         uint32_t token,
                         cg_dv01 rise);

/* The hub refuses a notice, or the total of a fall: |ask| as it was said. */
void cg_notice_refused(struct cg_engine *engine,
                       uint32_t token,
                       struct cg_ask ask);

/* The hub has answered a notice: what it had not heard of is told again. */
void cg_notice_answered(struct cg_engine *engine, uint32_t token);

/* --- fills (decide_report.c) -------------------------------------------- */

/* Records |fact|, after which the order is filled as |fills|, and tells the
 * hubs of it.  False when the books cannot hold it. */
bool cg_fill_record(struct cg_engine *engine,
                    struct cg_fact *fact,
                    const struct cg_fills *fills);

/* --- tokens (decide_token.c) -------------------------------------------- */

/* Records the cover of a waiting order: charges, and the asks it needs. */
void cg_tokens_charge(struct cg_engine *engine,
                      uint32_t order,
                      const struct cg_cover *cover);

/* What each leg is worth in the token of a package (R5). */
void cg_legs_charge(struct cg_engine *engine,
                    uint32_t token,
                    const cg_dv01 *rates);

/* The same for an order that has waited, if nothing has come in between; else
 * it is refused. */
void cg_order_go(struct cg_engine *engine, uint32_t order);

/* Sends the order's message on once all its tokens are live (R22). */
void cg_tokens_spend(struct cg_engine *engine, uint32_t order);
bool cg_tokens_live(const struct cg_state *state, uint32_t order);

/* R30: what backs the order's tokens of |limit| is gone. */
void cg_tokens_invalidate(struct cg_engine *engine,
                          uint32_t order,
                          uint32_t limit);

/* Ends every token of an order that needs none any more. */
void cg_tokens_end(struct cg_engine *engine,
                   uint32_t order,
                   enum cg_token_end end);
void cg_token_give_up(struct cg_engine *engine,
                      uint32_t token,
                      enum cg_token_end end);

/* Brings charges to what the order may still need, and tells the hub of less.
 */
void cg_tokens_follow(struct cg_engine *engine, uint32_t order);

/* Asks the hub for what the venue itself raised an order to, or opened again,
 * unless something else is out: then that comes first (R43). */
void cg_token_restate(struct cg_engine *engine, uint32_t token);

void cg_ask_send(struct cg_engine *engine,
                 uint32_t token,
                 enum cg_ask_kind kind,
                 cg_dv01 amount);

/* --- how a hub is spoken to (hub_profile.c) ----------------------------- */

/* What of |total|, asked for by |kind|, the hub does not want to see in 2324.
 */
cg_dv01 cg_ask_basis(const struct cg_session_state *hub,
                     const struct cg_token *token,
                     enum cg_ask_kind kind,
                     cg_dv01 total);

/* An answer to |ask| with its amounts as life totals. */
struct cg_answer_event cg_answer_in_totals(const struct cg_answer_event *event,
                                           const struct cg_ask *ask);

/* The token that an answer names, when it answers no ask; or CG_NONE. */
uint32_t cg_token_of_answer(const struct cg_engine *engine,
                            const struct cg_answer_event *event);

/* --- a hub against its own word (decide_contradiction.c) ---------------- */

/* Whether an answer names another limit or another currency than |token| was
 * asked for in: on record, and an alarm. */
bool cg_answer_is_of_another(struct cg_engine *engine,
                             uint32_t token,
                             const struct cg_answer_event *event);

/* An answer about |token| to an ask that is answered already: an alarm when it
 * says something else now. */
void cg_answer_repeated(struct cg_engine *engine,
                        uint32_t token,
                        const struct cg_answer_event *event);

/* --- queues (decide_queue.c) -------------------------------------------- */

/*
 * Decides what becomes of an order that |fits| under a limit, or not: it may be
 * planned on, and if need be waits there, as the cover says.  |amounts| is what
 * it would take of open buys and sells.
 */
bool cg_queue_plan(const struct cg_engine *engine,
                   const struct cg_cover_request *request,
                   uint32_t limit,
                   bool fits,
                   const cg_dv01 *amounts,
                   struct cg_cover *cover,
                   struct cg_refusal *refusal);

/* Puts an order in the queues that its cover names. */
void cg_queue_enter(struct cg_engine *engine,
                    uint32_t order,
                    const struct cg_cover *cover);

/* Takes an order out of all queues: it waits, with nothing charged. */
void cg_queue_leave(struct cg_engine *engine, uint32_t order);

/* The hard deadline of a queued order has come (R26). */
void cg_queue_timeout(struct cg_engine *engine, uint32_t order);

/* What a fact means for queues: their limits are looked at in the end. */
void cg_queue_touch(struct cg_engine *engine, uint32_t limit);
void cg_queues_note(struct cg_engine *engine, const struct cg_fact *fact);
void cg_queues_settle(struct cg_engine *engine);

/* --- orders (decide_order.c) -------------------------------------------- */

/* Refuses an order that waits: answers, and gives its tokens up. */
void cg_order_refuse(struct cg_engine *engine,
                     uint32_t order,
                     const struct cg_refusal *refusal,
                     enum cg_token_end end);

/* Whether there is room for all that one more order may need; and what is
 * needed to charge a waiting order's cover and send it on or ask for it. */
bool cg_order_has_room(const struct cg_state *state, uint32_t legs);
void cg_order_admit(struct cg_engine *engine,
                    uint32_t order,
                    const struct cg_cover *cover);

/* Ends a forwarded order; |status| is for the record. */
void cg_order_close(struct cg_engine *engine,
                    uint32_t order,
                    enum cg_report_kind status);

/* --- repeated reports (decide_repeat.c) --------------------------------- */

/* R43: whether the report on |request| came before, word for word; if not, it
 * is remembered. */
bool cg_report_repeats(struct cg_engine *engine,
                       uint32_t request,
                       const struct cg_report_event *event);

/* R43: CumQty counts; LastQty that does not agree with it is put on record. */
void cg_report_check_last(struct cg_engine *engine,
                          uint32_t order,
                          const struct cg_report_event *event);

/* --- what may never have come (decide_unsent.c) ------------------------- */

struct cg_refusal cg_never_there(void);

/* Answers the requests of an order that are out: all that went before the
 * question was asked, or of them those that never came. */
void cg_requests_answer(struct cg_engine *engine, uint32_t order, bool all);

/* The flags are those of the fact. */
void cg_request_withheld(struct cg_engine *engine,
                         uint32_t request,
                         uint32_t flags);

/* An order's status is known now, asked for when its venue had all that could
 * still come: what has no answer by now never came, but for |named|, which the
 * venue knows.  Not |sure|: it may be the answer to an older question, which
 * says nothing of what the venue may have thrown out since. */
void cg_unsent_settle(struct cg_engine *engine,
                      uint32_t order,
                      uint32_t named,
                      bool sure);

/* The answer to a replace may never come. */
bool cg_replace_is_lost(const struct cg_request *request);

/* A lost replace that one names which the venue has taken was in force: the
 * venue answers it no more, and its quantity counts no more (R41).  False when
 * there was none. */
bool cg_replaced_were_there(struct cg_engine *engine, uint32_t order);

/* Of an order that is over nobody is asked: what can be resent no more never
 * comes, and is answered.  False when there was nothing. */
bool cg_unsent_end(struct cg_engine *engine, uint32_t order);

/* After the resends of a logon: what went to |venue| before it and has no
 * answer is in doubt. */
void cg_unheard_mark(struct cg_engine *engine, cg_session venue);

/* --- reports and status (decide_report.c, decide_status.c) --------------- */

/* The credit side of a report on a known order. */
void cg_report_settle(struct cg_engine *engine,
                      uint32_t request,
                      const struct cg_report_event *event);

/* An answer to a status request, the gate's own or a client's. */
void cg_status_take(struct cg_engine *engine,
                    uint32_t request,
                    const struct cg_report_event *event);

/* A word of the venue on an order that it did not know. */
void cg_order_found(struct cg_engine *engine, uint32_t order);

/* Asks the venue for the status of an order that was sent (H). */
void cg_order_inquire(struct cg_engine *engine, uint32_t order);

/* R45: whether nobody knows if an order has reached its venue. */
bool cg_order_is_uncertain(const struct cg_state *state, uint32_t order);

/* Status requests to a venue that has just logged on, in turns (R46). */
void cg_round_start(struct cg_engine *engine, cg_session venue);
void cg_round_fire(struct cg_engine *engine, cg_session venue);

/* How often one status is asked for after a logon. */
#define CG_INQUIRIES_MAX 6

/* When the next request for the status of an order is due, and what it does. */
cg_time cg_inquiry_due(const struct cg_engine *engine,
                       const struct cg_order *order);
void cg_inquiry_fire(struct cg_engine *engine, uint32_t order);

/* --- comparisons (decide_compare.c) ------------------------------------- */

/* A difference to what the cause's session says; |rule| settles it. */
struct cg_fact cg_difference_of(const struct cg_engine *engine,
                                enum cg_difference what,
                                const char *rule);

/* The same of a token, and of its order. */
struct cg_fact cg_token_differs(const struct cg_engine *engine,
                                enum cg_difference what,
                                uint32_t token,
                                const char *rule);

/* Puts it on record and in the operator's log; or on record alone, beside the
 * alarm that tells of it. */
void cg_difference_record(struct cg_engine *engine, struct cg_fact *fact);
void cg_difference_alarm(struct cg_engine *engine, struct cg_fact *fact);

/* A venue or hub has logged on, and is to be compared with; or has gone. */
void cg_compare_begin(struct cg_engine *engine, cg_session session);
void cg_compare_stop(struct cg_engine *engine, cg_session session);

/* Whether the venue has been asked about |order|, and has not answered; and
 * what that was before a fact. */
bool cg_compare_is_out(const struct cg_engine *engine, uint32_t order);
void cg_compare_moved(struct cg_engine *engine, uint32_t order, bool was_out);

/* An order that is about to be told of differs; or it is never told of. */
void cg_compare_differs(struct cg_engine *engine, uint32_t order);
void cg_compare_untold(struct cg_engine *engine, uint32_t order);

/* Ends the comparisons with venues that have told all. */
void cg_compare_settle(struct cg_engine *engine);

/* What a status may change of an order. */
struct cg_seen {
    enum cg_order_state state;
    cg_qty qty;
    cg_qty cum_qty;
    uint32_t request;
};

struct cg_seen cg_seen_of(const struct cg_order *order);
bool cg_seen_changed(const struct cg_seen *before,
                     const struct cg_order *order);

/* What a status that is settled by now said differently; what changed nothing
 * only if it |settles| the question. */
void cg_compare_status(struct cg_engine *engine,
                       uint32_t order,
                       const struct cg_seen *before,
                       const struct cg_report_event *event,
                       bool settles);

/* A status says that a leg is filled otherwise. */
void cg_compare_leg(struct cg_engine *engine,
                    uint32_t order,
                    uint32_t leg,
                    cg_qty theirs);

/* The venue never saw a request, does not know an order any more, or speaks of
 * one that is nobody's here. */
void cg_compare_never_there(struct cg_engine *engine,
                            uint32_t order,
                            uint32_t request);
void cg_compare_forgotten(struct cg_engine *engine, uint32_t order);
void cg_compare_stranger(struct cg_engine *engine,
                         const struct cg_report_event *event);

/*
 * A snapshot is looked at; each limit that it names, before it moves to |next|;
 * each that it does not name; and it was taken, or refused.  All of them do
 * nothing with what is no snapshot, or not the first one since the logon.
 * cg_compare_limit() returns whether the amount was told.
 */
void cg_compare_snapshot(struct cg_engine *engine,
                         const struct cg_update_event *event);
bool cg_compare_limit(struct cg_engine *engine,
                      uint32_t limit,
                      const struct cg_update_event *event,
                      const struct cg_limit_event *entry,
                      enum cg_limit_state next);
void cg_compare_missing(struct cg_engine *engine,
                        uint32_t limit,
                        const struct cg_update_event *event);
void cg_compare_taken(struct cg_engine *engine,
                      const struct cg_update_event *event,
                      bool repeats);
void cg_compare_refused(struct cg_engine *engine,
                        const struct cg_update_event *event);

/* --- replaces (decide_request.c) ---------------------------------------- */

/* What a replace asks of the credit behind its order. */
struct cg_replace {
    cg_qty qty;
    uint64_t terms_hash;
};

/* Whether a replace may go on, once its credit is there (R18, R41). */
bool cg_replace_may_go(const struct cg_engine *engine,
                       uint32_t order,
                       const struct cg_replace *replace,
                       struct cg_refusal *refusal);

/* Charges the replace whose turn it is, and sends it on or asks for what it
 * needs; true when it went on. */
bool cg_raise_start(struct cg_engine *engine, uint32_t order);

/* Refuses the replace that waits for credit; the order stays as it was. */
void cg_raise_refuse(struct cg_engine *engine,
                     uint32_t order,
                     const struct cg_refusal *refusal);
void cg_raise_send(struct cg_engine *engine, uint32_t order);

/* Asks for what a waiting raise still needs of |token|, if nothing is out. */
void cg_raise_ask(struct cg_engine *engine, uint32_t token);
bool cg_raise_ready(const struct cg_state *state, uint32_t order);

/* Refuses a replace that waits behind another, or behind its order. */
void cg_behind_refuse(struct cg_engine *engine,
                      uint32_t request,
                      const struct cg_refusal *refusal);

/* Ends an order that waits: it never reached the venue, so the gate answers for
 * it, to |request|, or to CG_NONE of it (R44). */
void cg_waiting_cancel(struct cg_engine *engine,
                       uint32_t order,
                       uint32_t request);

/* --- replaces that wait behind others (decide_behind.c) ----------------- */

/* Decides those whose turn has come, oldest first, until one waits. */
void cg_replaces_go(struct cg_engine *engine, uint32_t order);

/* Refuses all that wait, oldest first. */
void cg_replaces_refuse(struct cg_engine *engine,
                        uint32_t order,
                        const struct cg_refusal *refusal);

/* --- the gate's own cancels (decide_pull.c) ----------------------------- */

/* Pulls one order: refuses it while it waits, else sends an F (R31). */
void cg_order_pull(struct cg_engine *engine,
                   uint32_t order,
                   enum cg_reason reason);
void cg_pull_again(struct cg_engine *engine, uint32_t order);

/* The same with every id that the venue may know it by, after a 9. */
void cg_pull_every_id(struct cg_engine *engine, uint32_t order);

/* --- limits (decide_limit.c) -------------------------------------------- */

/* Refuses new risk under a limit whose books cannot hold what a venue said. */
void cg_limit_distrust(struct cg_engine *engine, uint32_t limit);

/* Pulls what limits that a report broke have to lose (R13, R17). */
void cg_limits_check(struct cg_engine *engine, uint32_t order);

/* Pulls what a limit that is breached has to lose (R17). */
void cg_limit_pull(struct cg_engine *engine, uint32_t limit);

/* R16: what others use of |limit|, when its owner says that |used| was used at
 * |made_at|. */
cg_dv01 cg_limit_others(struct cg_engine *engine,
                        uint32_t limit,
                        cg_time made_at,
                        cg_dv01 used);

/* What its owner would say was used at |made_at|, by our books; false when so
 * far back is not remembered. */
bool cg_limit_expects(const struct cg_engine *engine,
                      uint32_t limit,
                      cg_time made_at,
                      cg_dv01 *used);

/* Pulls |order|, or what else a breach pulls, when the owner of |limit| does
 * not stand behind it (R17). */
void cg_limit_pull_order(struct cg_engine *engine,
                         uint32_t limit,
                         uint32_t order);

/* Pulls every open order that |limit| covers. */
void cg_limit_pull_all(struct cg_engine *engine,
                       uint32_t limit,
                       enum cg_reason reason);

/* News to every client session that trades for the limit's accounts. */
void cg_limit_news(struct cg_engine *engine,
                   uint32_t limit,
                   enum cg_news news,
                   uint32_t percent);
void cg_account_news(struct cg_engine *engine,
                     uint32_t account,
                     enum cg_news news,
                     uint32_t limit,
                     uint32_t order);

/* Whether |limit| counts orders of |account| in |instrument| that clear at
 * |ccp|; if that is not known, it may. */
bool cg_limit_covers(const struct cg_limit *limit,
                     const struct cg_state *state,
                     uint32_t account,
                     uint16_t ccp,
                     uint32_t instrument);

/* R11, R15: false, with CG102, if somebody has removed all the limits by which
 * he stood behind such orders: what other owners allow is no credit of his. */
bool cg_lines_stand(const struct cg_state *state,
                    uint32_t account,
                    uint16_t ccp,
                    uint32_t instrument,
                    struct cg_refusal *refusal);

/* Whether |use| is |percent| of |amount|, or more. */
bool cg_percent_reached(cg_dv01 use, cg_dv01 amount, int64_t percent);

/* The levels that accounts of |limit| have of their own (R52). */
void cg_account_levels_settle(struct cg_engine *engine,
                              uint32_t limit,
                              cg_dv01 use,
                              bool quiet);

/* Warning levels and breaches of the limits this event touched (R52). */
void cg_limits_settle(struct cg_engine *engine);

/* --- actions of limits (decide_action.c) -------------------------------- */

/* What the action of a limit does at its breach, beside pulling (R17). */
void cg_limit_breach_act(struct cg_engine *engine, uint32_t limit);

/* What the action of a warning level does when it fires. */
void cg_limit_level_act(struct cg_engine *engine,
                        uint32_t limit,
                        uint32_t level);

/* The actions of the levels that an update brings. */
void cg_limit_actions_set(struct cg_engine *engine,
                          uint32_t limit,
                          const struct cg_limit_event *entry);

/* After the owner's update: a suspension ends when nothing asks for it. */
void cg_limit_suspension_end(struct cg_engine *engine, uint32_t limit);

/* A reinstatement ends the stops by limits of |owners| (bit i: session i) on
 * |party|.  Returns whose there were. */
uint64_t cg_limit_stops_end(struct cg_engine *engine,
                            struct cg_party party,
                            uint64_t owners,
                            bool only_look);

/* --- stops (decide_stop.c) ---------------------------------------------- */

/* The stop that binds an account, or CG_REASON_NONE (R18). */
enum cg_reason cg_stop_of(const struct cg_state *state, uint32_t account);

/* One account is one party, a whole firm another. */
bool cg_party_is(struct cg_party a, struct cg_party b);

/* News of a stop, or of its end, to every session of a party's accounts; who is
 * still bound hears by what. */
void cg_party_news(struct cg_engine *engine,
                   struct cg_party party,
                   enum cg_news news);

/* An action has stopped |party|: News, pulls, and a DI to |owner|. */
void cg_party_stopped(struct cg_engine *engine,
                      struct cg_party party,
                      cg_session owner,
                      bool halted);

/* Halts whose last order is gone are reported as completed (R18). */
void cg_stops_settle(struct cg_engine *engine);

/* --- limit updates (decide_update.c, decide_parts.c) -------------------- */

/* Why an update is refused: 2317 of a DE. */
enum { CG_DE_UNKNOWN_REPORT = 0, CG_DE_UNKNOWN_PARTY = 1, CG_DE_OTHER = 99 };

/* Answers the update at hand by DE. */
struct cg_effect *
cg_update_ack(struct cg_engine *engine, bool accepted, uint32_t reject);
void cg_update_refuse(struct cg_engine *engine,
                      const struct cg_update_event *event,
                      uint32_t fault);

/* Charges what is open and not counted yet under a limit that is new or wider;
 * at the start what rests, under any; or what is open, under any
 * (decide_adopt.c). */
void cg_limit_adopt(struct cg_engine *engine, uint32_t limit);
void cg_limits_adopt(struct cg_engine *engine);
void cg_limits_adopt_open(struct cg_engine *engine);

/* Whether the scopes of an update have room (R10), and taking one over: true
 * when it is another one now. */
bool cg_scopes_fit(const struct cg_engine *engine,
                   const struct cg_update_event *event);
bool cg_scope_update(struct cg_engine *engine,
                     uint32_t limit,
                     const struct cg_update_event *event,
                     const struct cg_limit_event *entry);

/* What an entry means (decide_entry.c): its account, or CG_NONE; whether a
 * limit is of its party, and of its clearing house; its limit, by the id, else
 * the party's only one of that kind, or CG_NONE. */
uint32_t cg_entry_account(const struct cg_state *state,
                          const struct cg_limit_event *entry);
bool cg_entry_is_of(const struct cg_limit *limit,
                    const struct cg_limit_event *entry,
                    uint32_t account);
bool cg_entry_clears(const struct cg_state *state,
                     const struct cg_limit *limit,
                     const struct cg_limit_event *entry);
uint32_t cg_entry_limit(const struct cg_engine *engine,
                        const struct cg_limit_event *entry);

/* Why an entry cannot be taken, but for what is not modelled. */
enum cg_result cg_entry_fault(const struct cg_engine *engine,
                              const struct cg_update_event *event,
                              const struct cg_limit_event *entry);

/* Whether an update is the very one that was taken last. */
bool cg_update_is_repeat(const struct cg_engine *engine,
                         const struct cg_update_event *event);

/* Takes over an update without faults. */
void cg_update_apply(struct cg_engine *engine,
                     const struct cg_update_event *event);

/* Whether every entry of an update can be taken, or why not, as 1764 and as
 * DE's 2317; what asks for more than is modelled takes no new risk from then on
 * (R19). */
enum cg_result cg_update_result(struct cg_engine *engine,
                                const struct cg_update_event *event);
uint32_t cg_update_fault(struct cg_engine *engine,
                         const struct cg_update_event *event);

enum cg_parts {
    CG_PARTS_NONE,     /* the message is a whole update */
    CG_PARTS_ANSWERED, /* a part that was kept, or refused */
    CG_PARTS_WHOLE,    /* the last part: |whole| is the update */
};

enum cg_parts cg_parts_take(struct cg_engine *engine,
                            const struct cg_update_event *event,
                            struct cg_update_event *whole);

/* What |whole| was made of was refused in the end. */
void cg_parts_refused(struct cg_engine *engine,
                      const struct cg_update_event *whole);

/* The hub is gone: what it had begun to say is not completed. */
void cg_parts_lose(struct cg_engine *engine);

/* --- days (decide_day.c) ------------------------------------------------ */

/* Ends what should have ended by now, and from now on at its time (R48). */
void cg_days_start(struct cg_engine *engine);
void cg_days_end(struct cg_engine *engine);

/* A limit was named: its reset may be the next one. */
void cg_days_limit(struct cg_engine *engine, uint32_t limit);

/* --- timers (decide_timer.c) -------------------------------------------- */

void cg_timer_order(struct cg_engine *engine, uint32_t order);
void cg_timer_token(struct cg_engine *engine, uint32_t token);
void cg_timer_round(struct cg_engine *engine, cg_session venue, cg_time due);

/* --- saying again (decide_again.c) -------------------------------------- */

void cg_timer_ask(struct cg_engine *engine, uint32_t ask);

/* Says an ask again, PossResend=Y, for the |times|th time since the logon. */
void cg_ask_repeat(struct cg_engine *engine, uint32_t ask, uint32_t times);

/* Ends an ask that needs no answer, and will get none (decide_hub.c). */
void cg_ask_retire(struct cg_engine *engine, uint32_t ask);

/* Repeats one ask that is due; false when there is none. */
bool cg_repeat_fire(struct cg_engine *engine);

/* Sets every timer anew, when settings have changed. */
void cg_timers_reset(struct cg_engine *engine);

/* Looks at every limit and queue once more: nobody knows what they were told
 * before the state was restored (image.c). */
void cg_engine_restored(struct cg_engine *engine);

/* R29: a token counts as lapsed a margin before its expiry. */
bool cg_token_lapses(const struct cg_engine *engine,
                     const struct cg_token *token);

/* Or so nearly that its order would have to be pulled at once. */
bool cg_token_is_short(const struct cg_engine *engine,
                       const struct cg_token *token);

#endif
