/*
 * Cases of a certification for tests: a file of few lines each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_CERTIFY_CASES_H
#define CG_TESTS_CERTIFY_CASES_H

#define CASE_DESK                                                              \
    "# A case.\n"                                                              \
    "[DEFAULT]\nSenderCompID=G\nConnectionType=acceptor\n"                     \
    "SocketAcceptPort=0\nBeginString=FIX.4.4\n"                                \
    "[SESSION]\nName=client\nRole=client\nTargetCompID=C\nAccounts=A\n"        \
    "[SESSION]\nName=venue\nRole=venue\nTargetCompID=V\n"                      \
    "[SESSION]\nName=hub\nRole=hub\nTargetCompID=H\nBeginString=FIXT.1.1\n"    \
    "[ACCOUNT]\nAccount=A\nClearingFirm=F\nHub=hub\n"                          \
    "[LIMIT]\nRiskLimitID=L\nAccount=A\nHub=hub\nOwner=F\nCurrency=USD\n"      \
    "Model=ping\n"                                                             \
    "instrument X,USD,1\n"

/* A whole file; |more| are lines of the case, its steps among them. */
#define CASE_TEXT(id, seats, more)                                             \
    CASE_DESK "case " id "\npurpose Of " id ".\ncertifies " seats "\n" more

#define CASE_STEPS "hub up\n"

#endif
