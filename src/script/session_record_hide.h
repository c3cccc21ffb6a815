/*
 * Other names for everything that says whose a log is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_SESSION_RECORD_HIDE_H
#define CG_SESSION_RECORD_HIDE_H

#include "replay_message.h"
#include "session_record_words.h"
#include <config_text.h>
#include <configuration.h>

struct cg_hide {
    bool on;
};

#endif
