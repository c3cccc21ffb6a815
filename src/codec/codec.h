/*
 * FIX text to events, effects to FIX text.
 *
 * Decides nothing about credit, changes no state, does no I/O.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CODEC_CODEC_H
#define CG_CODEC_CODEC_H

#include "date.h"
#include "engine.h"
#include "fix_message.h"
#include "fix_writer.h"

/* --- in (decode_*.c) ---------------------------------------------------- */

/* D, G, F, AB and AC without their legs.  What cannot be used is named in
 * |event->bad|. */
void cg_decode_order(const struct cg_fix_message *message,
                     struct cg_order_event *event);

/* The legs of AB and AC, after cg_decode_order().  |legs| has room for
 * CG_LEGS_MAX and is borrowed by |event|. */
void cg_decode_legs(const struct cg_fix_message *message,
                    struct cg_leg_event *legs,
                    struct cg_order_event *event);

/* The days a swap runs from and to; CG_DATE_NONE: not said. */
struct cg_dates {
    cg_date start;
    cg_date end;
    uint32_t tag;    /* of what cannot be used ... */
    const char *bad; /* ... and why, in static words; NULL: all is well */
};

/* Those of a new order or a replace, and those of one leg of a package, counted
 * from 0.  For instruments that go by dates only: an end must be there. */
void cg_decode_dates(const struct cg_fix_message *message,
                     struct cg_dates *dates);
void cg_decode_leg_dates(const struct cg_fix_message *message,
                         uint32_t leg,
                         struct cg_dates *dates);

/* The same of a leg in a report, or CG_DATE_NONE. */
void cg_decode_report_leg_dates(const struct cg_fix_group *leg,
                                cg_date *start,
                                cg_date *end);

/* Which leg a report with 442=2 is about. */
void cg_decode_leg_report(const struct cg_fix_message *message,
                          struct cg_report_event *event);

/* 8 and 9 of a venue, read leniently: no fill is lost to a strange field. */
void cg_decode_report(const struct cg_fix_message *message,
                      struct cg_report_event *event);
void cg_decode_cancel_reject(const struct cg_fix_message *message,
                             struct cg_cancel_reject_event *event);

/* DG.  |gate_name| tells our token ids from others'. */
void cg_decode_answer(const struct cg_fix_message *message,
                      const char *gate_name,
                      struct cg_answer_event *event);

/* CM, CR and CS.  |limits| has room for CG_UPDATE_LIMITS_MAX, |scopes| for
 * CG_UPDATE_SCOPES_MAX; |event| borrows both. */
void cg_decode_update(const struct cg_fix_message *message,
                      struct cg_limit_event *limits,
                      struct cg_scope_event *scopes,
                      struct cg_update_event *event);

/* CL of a client. */
void cg_decode_query(const struct cg_fix_message *message,
                     struct cg_query_event *event);

/* DH. */
void cg_decode_action(const struct cg_fix_message *message,
                      struct cg_action_event *event);

/* --- out (encode_*.c) --------------------------------------------------- */

/* How one session wants to be spoken to. */
struct cg_profile {
    cg_session session;
    enum cg_version version;
    bool plain_sp2;
    bool show_amounts;
    uint32_t token_tag;
};

/* What an encoder may read besides the effect. */
struct cg_context {
    const struct cg_engine *engine;
    const char *gate_name;
    const struct cg_fix_message *message; /* what is being answered, or NULL */
    const struct cg_order_event *event;   /* the same as an event, or NULL */
};

/* Each writes the body of one message for |profile| into |out|. */
void cg_encode_order_refusal(const struct cg_context *context,
                             const struct cg_effect *effect,
                             const struct cg_profile *profile,
                             struct cg_fix_writer *out);
void cg_encode_request_refusal(const struct cg_context *context,
                               const struct cg_effect *effect,
                               const struct cg_profile *profile,
                               struct cg_fix_writer *out);
void cg_encode_cancelled(const struct cg_context *context,
                         const struct cg_effect *effect,
                         const struct cg_profile *profile,
                         struct cg_fix_writer *out);
void cg_encode_status(const struct cg_context *context,
                      const struct cg_effect *effect,
                      const struct cg_profile *profile,
                      struct cg_fix_writer *out);
void cg_encode_news(const struct cg_context *context,
                    const struct cg_effect *effect,
                    const struct cg_profile *profile,
                    struct cg_fix_writer *out);
void cg_encode_ask(const struct cg_context *context,
                   const struct cg_effect *effect,
                   struct cg_fix_writer *out);
void cg_encode_pull(const struct cg_context *context,
                    const struct cg_effect *effect,
                    struct cg_fix_writer *out);
void cg_encode_inquiry(const struct cg_context *context,
                       const struct cg_effect *effect,
                       const struct cg_profile *profile,
                       struct cg_fix_writer *out);
void cg_encode_limits_ack(const struct cg_context *context,
                          const struct cg_effect *effect,
                          struct cg_fix_writer *out);
void cg_encode_limits_report(const struct cg_context *context,
                             const struct cg_effect *effect,
                             const struct cg_profile *profile,
                             struct cg_fix_writer *out);
void cg_encode_definition_ack(const struct cg_context *context,
                              const struct cg_effect *effect,
                              struct cg_fix_writer *out);
void cg_encode_action_report(const struct cg_context *context,
                             const struct cg_effect *effect,
                             struct cg_fix_writer *out);

/* CL: asks a hub for its limits (R47). */
void cg_encode_limits_request(const struct cg_context *context,
                              struct cg_fix_writer *out);

/* j for a type the gate does not check (R53), and 3 for a malformed message. */
void cg_encode_business_reject(const struct cg_fix_message *message,
                               int reason,
                               const char *text,
                               struct cg_fix_writer *out);
void cg_encode_session_reject(const struct cg_fix_message *message,
                              int reason,
                              uint32_t tag,
                              const char *text,
                              struct cg_fix_writer *out);

/* The client's body as it was, with the token's id in |profile->token_tag|
 * (R54, R55). */
void cg_encode_forward(const struct cg_context *context,
                       const struct cg_fix_message *message,
                       uint32_t order,
                       const struct cg_profile *profile,
                       struct cg_fix_writer *out);

/* The venue's body as it was; token ids for who can read them (R55). */
void cg_encode_pass(const struct cg_context *context,
                    const struct cg_effect *effect,
                    const struct cg_profile *profile,
                    struct cg_fix_writer *out);

/* The same when it answers the gate's own H: without its 790 (R31). */
void cg_encode_pass_status(const struct cg_context *context,
                           const struct cg_effect *effect,
                           const struct cg_profile *profile,
                           struct cg_fix_writer *out);

/* The same when it answers the gate's own F: the client's ids (R31). */
void cg_encode_pass_pulled(const struct cg_context *context,
                           const struct cg_effect *effect,
                           const struct cg_profile *profile,
                           struct cg_fix_writer *out);

/* Routing fields of the header that go along with a forwarded message. */
void cg_encode_routing(const struct cg_fix_message *message,
                       struct cg_fix_writer *out);

/* --- reasons (reasons.c) ------------------------------------------------ */

/* R51: whether the use of |limit| is of |profile|'s own accounts only. */
bool cg_profile_owns(const struct cg_context *context,
                     const struct cg_limit *limit,
                     const struct cg_profile *profile);

/* R51: the same, and whether |profile| wants amounts at all. */
bool cg_profile_may_see(const struct cg_context *context,
                        const struct cg_limit *limit,
                        const struct cg_profile *profile);

/* What a News is about, in a few words. */
const char *cg_news_headline(enum cg_news news);

/* 103 and 102 of a reason for |profile| (R50). */
int cg_reason_103(const struct cg_refusal *refusal,
                  const struct cg_profile *profile);
int cg_reason_102(enum cg_reason reason, const struct cg_profile *profile);

/* "LIMIT_EXCEEDED"; "" for what is no reason. */
const char *cg_reason_slug(enum cg_reason reason);

#define CG_TEXT_MAX 200

/* Bytes of the gate's name that its ids begin with. */
#define CG_GATE_NAME_SHOWN 40

/* Text(58) of R51 into |text|, which has CG_TEXT_MAX + 1 bytes. */
void cg_reason_text(const struct cg_context *context,
                    const struct cg_refusal *refusal,
                    uint32_t account,
                    const struct cg_profile *profile,
                    char *text);

/* What to do about a reason, and whom to call; |text| as above. */
void cg_reason_advice(enum cg_reason reason,
                      struct cg_slice owner,
                      struct cg_slice contact,
                      char *text);

/* Makes of any words what R51 allows in 58: |text| ends after CG_TEXT_MAX. */
void cg_text_clean(char *text);

/* The id of a token as hub and venue see it, into |id| of CG_NAME_MAX + 1. */
void cg_token_id(const char *gate_name, cg_seq number, char *id);

/* One line for the operator's log: what an effect does and why; false when it
 * is not worth one. */
bool cg_explain(const struct cg_context *context,
                const struct cg_effect *effect,
                char *text,
                size_t len);

#endif
