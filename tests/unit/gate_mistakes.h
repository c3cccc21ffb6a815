/*
 * Every field that the gate reads, and what it answers when the field is
 * absent, empty, too long, of a wrong type, out of range or there twice.
 *
 * The answers come from FIX and from docs/rules.md:
 *
 *   ok       taken, with the very facts of the message as it should be
 *   takes    taken, and it means something else: the facts differ
 *   quiet    no answer, and nothing changes: nobody waits for one, or FIX
 *            forbids it
 *   3/R      Reject, 373=R, 371=the field; "3/R:T" names tag T.  FIX 4.2 has no
 *            373 above 11
 *   j/R      BusinessMessageReject, 380=R
 *   8/N 9/N  refused with CG<N>, which for CG406 names the field; "8/406:T"
 *   I/N      the status (150=I) of an order that is not known, with CG<N>
 *   DE/R     2316=1, 2317=R        CT/R  1762=2, 1764=R
 *   DI/R     2332=2, 2333=R        CM/R  1511=R
 *   DE/R!    the same, and the limit takes no new risk until it is corrected
 *   up/R:S   DE/R to a CM or CR, CT/S to a CS
 *   denied/N a hub's answer: the order that waited is refused with CG<N>
 *   pass     a venue's report: passed on, and nothing changes
 *   alarm    the same, on record with an alarm
 *   -        there is no such mistake: any bytes are a name
 *
 * All but "ok" and "takes" leave the books as they were.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_GATE_MISTAKES_H
#define CG_TESTS_GATE_MISTAKES_H

#include <stddef.h>
#include <stdint.h>

/* The sessions of the gate under test. */
enum { S42, S44, S50, S_PING, S_HUB, S_VENUE42, S_VENUE44, S_VENUE50 };

/* How a value is written, and so what is too long or of a wrong type for it. */
enum fields_kind {
    NAME,   /* String */
    LETTER, /* char */
    WHOLE,  /* int, SeqNum */
    NUMBER, /* Qty, Amt, Percentage, float */
    TRUTH,  /* Boolean */
    TIME,   /* UTCTimestamp */
    COUNT,  /* NumInGroup */
    DAY,    /* LocalMktDate */
};

struct fields_message {
    const char *name;   /* as the tables below call it */
    int session;        /* that says it */
    const char *text;   /* as it should be */
    int to;             /* whom its answer goes to ... */
    const char *answer; /* ... and what is in it */
    const char *before; /* steps that lead here, by fields_prepare() */
};

struct fields_row {
    const char *messages; /* names, with spaces between them */
    int tag;
    int nth; /* its 1st (or 0), 2nd, 3rd place in the message */
    enum fields_kind kind;
    const char *sample; /* a good value, where the message has none; "@T V": V
                           after the field T, else at the end */
    const char *absent;
    const char *empty;
    const char *too_long;
    const char *wrong_type;
    const char *far; /* a value that is out of range ... */
    const char *out_of_range;
    const char *twice;
};

struct fields_table {
    const struct fields_message *messages;
    size_t message_count;
    const struct fields_row *rows;
    size_t row_count;
};

extern const struct fields_table fields_clients;
extern const struct fields_table fields_hubs;
extern const struct fields_table fields_venues;

/* 63 bytes: the longest name. */
#define X63 "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"

#endif
