/*
 * Short words for the steps of a story, to be read as a table.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STORY_TABLE_H
#define STORY_TABLE_H

#include "story.h"

#define SCENE(title)                                                           \
    {                                                                          \
        .act = STORY_SCENE, .text = (title)                                    \
    }
#define SAY(words)                                                             \
    {                                                                          \
        .act = STORY_SAY, .text = (words)                                      \
    }
#define SET(name, words)                                                       \
    {                                                                          \
        .act = STORY_SET, .what = (name), .text = (words)                      \
    }
#define WRITE(file, words)                                                     \
    {                                                                          \
        .act = STORY_WRITE, .what = (file), .text = (words)                    \
    }
#define START(who, arguments)                                                  \
    {                                                                          \
        .act = STORY_START, .actor = STORY_##who, .text = (arguments)          \
    }
#define TELL(who, line)                                                        \
    {                                                                          \
        .act = STORY_TELL, .actor = STORY_##who, .text = (line)                \
    }
#define SEE(who, line, fields)                                                 \
    {                                                                          \
        .act = STORY_SEE, .actor = STORY_##who, .what = (line),                \
        .text = (fields)                                                       \
    }
/* The same, and not before what was seen last. */
#define THEN(who, line, fields)                                                \
    {                                                                          \
        .act = STORY_SEE, .actor = STORY_##who, .what = (line),                \
        .text = (fields), .later = true                                        \
    }
#define NONE(who, line, fields)                                                \
    {                                                                          \
        .act = STORY_NONE, .actor = STORY_##who, .what = (line),               \
        .text = (fields)                                                       \
    }
#define END(who)                                                               \
    {                                                                          \
        .act = STORY_END, .actor = STORY_##who                                 \
    }
#define KILL(who)                                                              \
    {                                                                          \
        .act = STORY_KILL, .actor = STORY_##who                                \
    }
#define HANGUP(who)                                                            \
    {                                                                          \
        .act = STORY_HANGUP, .actor = STORY_##who                              \
    }
/* Must leave with |code|, having said all parts of |words|. */
#define RUN(arguments, code, words)                                            \
    {                                                                          \
        .act = STORY_RUN, .text = (arguments), .status = (code),               \
        .what = (words)                                                        \
    }
#define CHECK(function)                                                        \
    {                                                                          \
        .act = STORY_CHECK, .check = (function)                                \
    }

#endif
