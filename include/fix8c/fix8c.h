/*
 * libfix8-c: FIX sessions for C programs.
 *
 * QuickFIX is the session logic (logon, sequence numbers, resend, heartbeats);
 * sockets and timers belong to the caller.  Whole messages go in, bytes come
 * out, and application messages pass through with their original bytes: field
 * order, repeating groups, user-defined tags and data fields stay as they were.
 *
 * Nothing here blocks, starts a thread or opens a socket.  One engine and its
 * sessions belong to one thread.  No C++ exception leaves the library.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIX8C_FIX8C_H
#define FIX8C_FIX8C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FIX8C_API __attribute__((visibility("default")))

/* Errors.  All are negative; 0 is success. */
enum fix8c_error {
    FIX8C_ERR_MEMORY = -1,
    FIX8C_ERR_SETTINGS = -2, /* the |error| text says what and where */
    FIX8C_ERR_STORE = -3,    /* the store failed: stop, nothing goes out */
    FIX8C_ERR_STATE = -4,    /* the session is not in a state for this call */
    FIX8C_ERR_GARBLED = -5,  /* not a message; ignore it, or drop the line */
    FIX8C_ERR_UNKNOWN = -6,  /* no such session */
    FIX8C_ERR_TOO_LONG = -7, /* the message claims more than the limit */
    FIX8C_ERR_FIELDS = -8,   /* what was given is not whole, legal fields */
};

struct fix8c_engine;
struct fix8c_session;

/*
 * One message as it crosses a session.  All bytes are borrowed for the call.
 *
 * |bytes| is the whole message, 8= to the end of 10=, exactly as received, or
 * exactly as it will be (or was) sent.  |body| is the application part of it:
 * from the first field that is not a header field to the last before 10=.
 */
struct fix8c_message {
    const char *bytes;
    size_t len;
    const char *type; /* MsgType(35), not terminated */
    size_t type_len;
    const char *body;
    size_t body_len;
    int seq;         /* MsgSeqNum(34) */
    bool possdup;    /* 43=Y: on the way out, a resend */
    bool possresend; /* 97=Y */
    bool admin;
};

/* What a callback decides.  0 accepts. */
enum fix8c_verdict {
    FIX8C_ACCEPT = 0,
    FIX8C_REFUSE_BUSINESS, /* from_app: j with |reason| in 380 */
    FIX8C_REFUSE_SESSION,  /* from_app: 3 with |reason| in 373, |tag| in 371 */
    FIX8C_REFUSE_LOGON,    /* from_admin on a Logon: Logout with |text| */
    FIX8C_WITHHOLD,        /* to_app: not sent; on a resend, gap-filled */
};

/*
 * Why.  It comes zeroed and the callee fills it in.  |tag| 0 and empty texts
 * leave their fields out; |ref_id| is 379 of a business reject.  Both texts end
 * with a NUL.  FIX.4.0 and 4.1 have no business reject: a 3 goes out instead;
 * FIX.4.2 has no 373 above 11: the field is then left out.
 */
struct fix8c_refusal {
    int reason;
    int tag;
    char text[200];
    char ref_id[80];
};

/*
 * The application.  Any member may be NULL; without |from_app| every
 * application message is refused with a business reject (380=3).
 *
 * Callbacks may send on any session and ask for a logout; they must not close
 * the engine, nor attach, detach, feed, tick or reset the session they were
 * called for: those calls return FIX8C_ERR_STATE.
 * |to_app| must not send on its own session, whose next number is in use then
 * (FIX8C_ERR_STATE), and |event| must not send at all.
 */
struct fix8c_callbacks {
    /* Once per session, when all sessions of the engine exist. */
    void (*created)(void *user, struct fix8c_session *session);
    void (*logon)(void *user, struct fix8c_session *session);
    /* After a |logon|, once: by Logout, broken line or time-out alike. */
    void (*logout)(void *user, struct fix8c_session *session);
    /* An admin message arrived (Logon included); only a Logon is refused. */
    enum fix8c_verdict (*from_admin)(void *user,
                                     struct fix8c_session *session,
                                     const struct fix8c_message *message,
                                     struct fix8c_refusal *refusal);
    /*
     * An application message arrived, in sequence, with its own bytes (those
     * that waited behind a gap, too).  Its number is counted as received only
     * after this returns.  A message whose header fields are not together at
     * the front was rejected by the session already (373=14).
     */
    enum fix8c_verdict (*from_app)(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal);
    /*
     * An application message is about to be sent, or resent (possdup).  On a
     * first sending |bytes| holds only the body and |seq| is the number it
     * will have; on a resend |bytes| is what was stored.  FIX8C_WITHHOLD keeps
     * it back: a first sending then uses no number, a resend is gap-filled.
     */
    enum fix8c_verdict (*to_app)(void *user,
                                 struct fix8c_session *session,
                                 const struct fix8c_message *message);
    /*
     * A message, admin or application, was handed to the wire as |bytes|, a
     * resent one included.
     */
    void (*sent)(void *user,
                 struct fix8c_session *session,
                 const struct fix8c_message *message);
    /*
     * The numbers are 1 again, whoever wanted that, and no message of before
     * can be resent.  Told at the end of the call in which it happened; what
     * happened in the opening, after |created|.
     */
    void (*reset)(void *user, struct fix8c_session *session);
    /* Something a person may want to read: session events, one line. */
    void (*event)(void *user, struct fix8c_session *session, const char *text);
};

/*
 * A data dictionary from memory, in QuickFIX's XML.  |version| is a BeginString
 * ("FIX.4.4", "FIXT.1.1") or, for the application level of FIXT.1.1, an
 * application version as DefaultApplVerID has it ("FIX.5.0SP2").
 */
struct fix8c_dictionary {
    const char *version;
    const char *xml;
};

/*
 * The message store that the caller supplies.  Every member is required; each
 * returns 0, or non-zero when it failed: no session of the engine hands out
 * another byte, and calls report FIX8C_ERR_STORE from then on.  |session| is
 * the name of fix8c_session_name().  Calls may be staged and made durable
 * later, as long as no byte given to the wire leaves before that.
 */
struct fix8c_store {
    void *user;
    /*
     * Called once, at open: numbers and creation time (ns since 1970).  A new
     * session is 1, 1, and now; |creation_ns| holds now when this is called.
     */
    int (*load)(void *user,
                const char *session,
                int *next_sender,
                int *next_target,
                int64_t *creation_ns);
    int (*set_sender)(void *user, const char *session, int next_sender);
    int (*set_target)(void *user, const char *session, int next_target);
    /*
     * Keeps message |seq|; its body is |body_len| bytes from |body_at|.  A
     * number that was kept before is replaced.
     */
    int (*set)(void *user,
               const char *session,
               int seq,
               const char *bytes,
               size_t len,
               size_t body_at,
               size_t body_len);
    /* Calls |found| for each kept message of first..last, in order. */
    int (*get)(void *user,
               const char *session,
               int first,
               int last,
               void (*found)(void *context,
                             int seq,
                             const char *bytes,
                             size_t len,
                             size_t body_at,
                             size_t body_len),
               void *context);
    /* Forgets all messages; both numbers are 1 again. */
    int (*reset)(void *user, const char *session, int64_t creation_ns);
};

/* Where a session's bytes go.  |send| may buffer; |close| flushes, then closes,
 * and must not call into the session. */
struct fix8c_wire {
    void *user;
    int (*send)(void *user, const char *bytes, size_t len);
    void (*close)(void *user);
};

/*
 * How an engine is opened; zeroed members mean "none".  All structs are copied;
 * what their |user| points to must outlive the engine.  |dictionaries| is
 * needed during the call only.
 */
struct fix8c_options {
    const struct fix8c_callbacks *callbacks;
    const struct fix8c_store *store; /* NULL: messages are kept in memory */
    const struct fix8c_dictionary *dictionaries;
    size_t dictionaries_len;
    void *user; /* for the callbacks */
};

/*
 * Opens an engine from settings in QuickFIX's form ([DEFAULT] and [SESSION]
 * groups with QuickFIX's own keys).  All sessions are created at once.
 *
 * |settings| is the text, or with fix8c_engine_open_file() a file's path.  Keys
 * about sockets are kept for fix8c_session_setting() and otherwise ignored.
 * Every session needs BeginString, SenderCompID, TargetCompID and
 * ConnectionType.  Differences from QuickFIX: without StartTime and EndTime, or
 * with NonStopSession=Y, a session never ends by itself; HeartBtInt defaults to
 * 30 and DefaultApplVerID to FIX.5.0SP2; LogonTag, LogonTag1, ... ("553=me")
 * add fields to our Logon.  HeartBtMin and HeartBtMax (1 and 3600 s) bound the
 * 108 that an acceptor takes; GapQueueMessages (8192) and GapQueueBytes
 * (16777216) bound what is kept while a gap is open: the rest is asked for
 * again.  ResendPiece=N (0: all at once) answers ResendRequests, however many,
 * with N messages at a time, the next ones at each fix8c_session_tick(), so that
 * they do not stop everything else; what is new goes out in between.
 *
 * DataDictionary, TransportDataDictionary and AppDataDictionary name files, and
 * go before |dictionaries|; a session that has neither uses a built-in one.
 * They are applied to headers and admin messages and tell which application
 * types exist (the built-in one knows any); application bodies are not
 * validated.  UseDataDictionary=N switches to the built-in one, too.
 *
 * ValidateBodies=Y, for tests and certification, makes a session take whole
 * messages as a plain QuickFIX counterparty does: these dictionaries, which it
 * must have, are used uncut, QuickFIX's own Rejects (3) go out, and |from_app|
 * sees what passed, with its own bytes.  QuickFIX then refuses every repeating
 * group that the dictionary does not know, whatever the other settings.
 *
 * Returns 0, FIX8C_ERR_MEMORY, FIX8C_ERR_STORE, or FIX8C_ERR_SETTINGS; |error|,
 * of |error_len| bytes, says what is wrong, with the line or the session.
 */
FIX8C_API int fix8c_engine_open(const char *settings,
                                const struct fix8c_options *options,
                                char *error,
                                size_t error_len,
                                struct fix8c_engine **engine);

FIX8C_API int fix8c_engine_open_file(const char *path,
                                     const struct fix8c_options *options,
                                     char *error,
                                     size_t error_len,
                                     struct fix8c_engine **engine);

/* Ends every session without a Logout and frees all.  NULL is fine. */
FIX8C_API void fix8c_engine_close(struct fix8c_engine *engine);

FIX8C_API size_t fix8c_engine_sessions(const struct fix8c_engine *engine);

/* The |index|-th session, in the order of the settings; NULL past the end. */
FIX8C_API struct fix8c_session *
fix8c_engine_session(const struct fix8c_engine *engine, size_t index);

/*
 * The session that the first message of a connection, a Logon, is meant for:
 * an acceptor session whose CompIDs and version match and which has no wire.
 * Returns NULL when there is none, or the message is not a Logon.
 */
FIX8C_API struct fix8c_session *
fix8c_engine_find(struct fix8c_engine *engine, const char *logon, size_t len);

/*
 * Looks for one whole message at the start of |bytes|.
 *
 * Returns its length, or 0 when more bytes are needed; FIX8C_ERR_TOO_LONG when
 * it is, or claims to be, longer than |max|; FIX8C_ERR_GARBLED when the bytes
 * are no message (BodyLength or CheckSum wrong, 8 9 35 not first, no usable
 * 34): |*skip| then says how many bytes to drop before looking again.  Knows
 * data fields, so a SOH inside one does not end it.
 */
FIX8C_API long
fix8c_frame(const char *bytes, size_t len, size_t max, size_t *skip);

/* The name, "FIX.4.4:SENDER->TARGET"; lives as long as the engine. */
FIX8C_API const char *fix8c_session_name(const struct fix8c_session *session);

/*
 * A setting of the session by its key, case ignored, [DEFAULT] included; NULL
 * if the settings do not have it.
 */
FIX8C_API const char *fix8c_session_setting(const struct fix8c_session *session,
                                            const char *key);

FIX8C_API bool fix8c_session_initiator(const struct fix8c_session *session);
FIX8C_API bool fix8c_session_logged_on(const struct fix8c_session *session);
FIX8C_API bool fix8c_session_attached(const struct fix8c_session *session);

/* False after fix8c_session_logout(), and outside the session's hours. */
FIX8C_API bool fix8c_session_enabled(const struct fix8c_session *session);
FIX8C_API int fix8c_session_next_sender(const struct fix8c_session *session);
FIX8C_API int fix8c_session_next_target(const struct fix8c_session *session);

/* True while messages asked for by a ResendRequest of ours are outstanding. */
FIX8C_API bool fix8c_session_in_gap(const struct fix8c_session *session);

/* The caller's own pointer, NULL until set. */
FIX8C_API void fix8c_session_set_user(struct fix8c_session *session,
                                      void *user);
FIX8C_API void *fix8c_session_user(const struct fix8c_session *session);

/*
 * A connection is there.  |wire| is copied.  An initiator sends its Logon.
 * Returns 0, FIX8C_ERR_STORE, or FIX8C_ERR_STATE when the session has a wire
 * already or is not enabled.
 */
FIX8C_API int fix8c_session_attach(struct fix8c_session *session,
                                   const struct fix8c_wire *wire);

/*
 * The connection is gone (the peer closed it, or the caller did).  The wire is
 * forgotten, without a call to its |close|.  Fine without a wire.
 */
FIX8C_API int fix8c_session_detach(struct fix8c_session *session);

/*
 * Feeds one whole message, as fix8c_frame() found it: length and checksum are
 * not looked at again.
 *
 * Returns 0; FIX8C_ERR_GARBLED: ignore the message; FIX8C_ERR_STORE; or
 * FIX8C_ERR_STATE: there was no wire, or the message came before a Logon, or
 * was a Logon that did not log the session on.  Whenever the session ends the
 * connection, here or elsewhere, the wire's |close| has been called and
 * fix8c_session_attached() is false.
 */
FIX8C_API int fix8c_session_receive(struct fix8c_session *session,
                                    const char *bytes,
                                    size_t len);

/*
 * Heartbeats and time-outs: call at the deadline.  Does nothing without a
 * wire.  Returns 0, FIX8C_ERR_STORE or FIX8C_ERR_STATE.
 */
FIX8C_API int fix8c_session_tick(struct fix8c_session *session);

/* When fix8c_session_tick() is due, in ns since 1970; INT64_MAX: never. */
FIX8C_API int64_t fix8c_session_deadline(const struct fix8c_session *session);

/*
 * Sends an application message: MsgType |type|, extra header fields |header|
 * ("50=X<SOH>97=Y<SOH>", may be NULL), and |body|, whole fields each ended by a
 * SOH, which goes out byte by byte as given.  Rejects (3) and business rejects
 * (j) that the caller made are sent so, too; and, to try what a counterparty
 * makes of them, ResendRequests (2) and SequenceResets (4), of which the
 * session itself learns nothing.
 *
 * While the session is not logged on, or has said Logout, the message is
 * stored, takes a number and leaves at the peer's next ResendRequest.  Header
 * fields that the session sets itself (8 9 34 35 43 49 52 56 122) are refused;
 * 1128, 1129 and 1156 are left out where the session is not FIXT.
 *
 * Returns 0, FIX8C_ERR_STORE, FIX8C_ERR_FIELDS, or FIX8C_ERR_STATE when
 * |to_app| withheld it, or when a reset at the next Logon would lose it.
 */
FIX8C_API int fix8c_session_send(struct fix8c_session *session,
                                 const char *type,
                                 const char *header,
                                 size_t header_len,
                                 const char *body,
                                 size_t body_len);

/*
 * Copies the header fields of |message| that travel with it across a hop, for
 * the |header| of fix8c_session_send(): all but the session's own (8 9 34 35 43
 * 49 52 56 122 369), encryption (90 91) and hops (627-630).
 *
 * Returns how many bytes they take; they were written only if that is no more
 * than |size|.
 */
FIX8C_API size_t fix8c_message_routing(const struct fix8c_message *message,
                                       char *out,
                                       size_t size);

/* Says Logout and stays logged out until fix8c_session_logon(). */
FIX8C_API int fix8c_session_logout(struct fix8c_session *session,
                                   const char *text);
FIX8C_API void fix8c_session_logon(struct fix8c_session *session);

/*
 * Both numbers to 1, the store emptied; says Logout and closes the wire first.
 */
FIX8C_API int fix8c_session_reset(struct fix8c_session *session);

/* A few words about an error; never NULL. */
FIX8C_API const char *fix8c_error_text(int error);

#ifdef __cplusplus
}
#endif
#endif
