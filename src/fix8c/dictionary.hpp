/*
 * Session-only data dictionaries: header, trailer and admin messages are
 * validated; of application messages only the type is known.  A session with
 * ValidateBodies=Y has them whole.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIX8C_DICTIONARY_HPP
#define FIX8C_DICTIONARY_HPP

#include <memory>
#include <string>

#include <quickfix/DataDictionary.h>

#include <fix8c/fix8c.h>

#include "settings.hpp"

namespace fix8c
{

/* The dictionaries of one session. */
struct Dictionaries {
    std::shared_ptr<FIX::DataDictionary> transport;
    std::shared_ptr<FIX::DataDictionary> application; /* NULL: none */
    bool any_type; /* the transport one learns application types as they come */
};

/* The dictionary that stands in when a session names none. */
std::string builtin_dictionary(const std::string &begin_string);

/*
 * QuickFIX's XML without the content of application messages, and with the
 * header's required fields written so that QuickFIX 1.15.1 sees them.  Does
 * nothing to a dictionary that is so already.
 */
std::string session_only(const std::string &xml);

/* Throws SettingsError or FIX::ConfigError. */
Dictionaries open_dictionaries(const Settings &settings,
                               const struct fix8c_dictionary *given,
                               size_t given_len);

} // namespace fix8c
#endif
