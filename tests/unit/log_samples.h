/*
 * Messages of the tests of logs, with '|' for SOH.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LOG_SAMPLES_H
#define LOG_SAMPLES_H

/* 73, 71 and 42 bytes; the third has no time in it. */
#define M1                                                                     \
    "8=FIX.4.4|9=51|35=D|49=C|56=G|34=2|52=20260115-12:00:00.123|11=A1|"       \
    "10=109|"
#define M2                                                                     \
    "8=FIX.4.4|9=49|35=D|49=C|56=G|34=3|52=20260115-12:00:01.5|11=A2|10=022|"
#define M3 "8=FIX.4.4|9=20|35=0|49=C|56=G|34=4|10=135|"

/* The times in them, and at the beginning of their day. */
#define T1 "1768478400.123000000"
#define T2 "1768478401.500000000"

#endif
