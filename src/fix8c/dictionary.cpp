/*
 * Opens session-only dictionaries.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dictionary.hpp"

#include <sstream>

#include <quickfix/Message.h>

#include "framing.h"

namespace fix8c
{

/* The value of an attribute in |tag| ("<message ... >"), "" if absent. */
static std::string attribute(const std::string &tag, const std::string &name)
{
    std::string::size_type at = tag.find(" " + name + "=");
    if (at == std::string::npos)
        return std::string();
    at += name.size() + 2;
    if (tag[at] != '"' && tag[at] != '\'')
        return std::string();
    std::string::size_type end = tag.find(tag[at], at + 1);
    if (end == std::string::npos)
        return std::string();
    return tag.substr(at + 1, end - at - 1);
}

/* QuickFIX 1.15.1 knows only required="true" in the header. */
static std::string header_required(std::string header)
{
    for (const std::string quote : {"'", "\""}) {
        const std::string old_text = "required=" + quote + "Y" + quote;
        const std::string new_text = "required=" + quote + "true" + quote;
        std::string::size_type at = 0;
        while ((at = header.find(old_text, at)) != std::string::npos)
            header.replace(at, old_text.size(), new_text);
    }
    return header;
}

/* Copies one "<message ...>" at |at|; without its content if it is no admin
 * message.  Returns the place behind it. */
static std::string::size_type copy_message(const std::string &xml,
                                           std::string::size_type at,
                                           std::string *out)
{
    static const char close[] = "</message>";
    std::string::size_type head = xml.find('>', at);
    if (head == std::string::npos)
        throw SettingsError("a <message> of the dictionary has no end");
    std::string tag = xml.substr(at, head + 1 - at);
    std::string type = attribute(tag, "msgtype");
    struct framing_text text = {type.data(), type.size()};
    *out += tag;
    if (tag[tag.size() - 2] == '/')
        return head + 1;
    std::string::size_type end = xml.find(close, head);
    if (end == std::string::npos)
        throw SettingsError("<message> " + type + " has no end");
    if (framing_is_admin(text))
        out->append(xml, head + 1, end - head - 1);
    *out += close;
    return end + sizeof(close) - 1;
}

static std::string strip_comments(const std::string &xml)
{
    std::string out;
    std::string::size_type at = 0;
    for (;;) {
        std::string::size_type open = xml.find("<!--", at);
        out.append(xml, at, open - at);
        if (open == std::string::npos)
            return out;
        at = xml.find("-->", open);
        if (at == std::string::npos)
            return out;
        at += 3;
    }
}

std::string session_only(const std::string &source)
{
    const std::string xml = strip_comments(source);
    std::string out;
    std::string::size_type at = 0;
    std::string::size_type header_end = xml.find("</header>");
    if (header_end != std::string::npos) {
        out = header_required(xml.substr(0, header_end));
        at = header_end;
    }
    for (;;) {
        std::string::size_type message = xml.find("<message ", at);
        out.append(xml, at, message - at);
        if (message == std::string::npos)
            return out;
        at = copy_message(xml, message, &out);
    }
}

/* All of it; what a header must have is asked for. */
static std::string whole(const std::string &xml)
{
    std::string::size_type end = xml.find("</header>");
    if (end == std::string::npos)
        return xml;
    return header_required(xml.substr(0, end)) + xml.substr(end);
}

static bool validates(const Settings &settings)
{
    return settings.yes("ValidateBodies", false);
}

static std::shared_ptr<FIX::DataDictionary>
parse(const std::string &name, const std::string &xml, const Settings &settings)
{
    std::istringstream stream(validates(settings) ? whole(xml)
                                                  : session_only(xml));
    std::shared_ptr<FIX::DataDictionary> dictionary;
    try {
        dictionary = std::make_shared<FIX::DataDictionary>(stream);
    } catch (FIX::ConfigError &e) {
        throw SettingsError("dictionary " + name + ": " + e.what());
    }
    dictionary->checkFieldsOutOfOrder(
        settings.yes("ValidateFieldsOutOfOrder", true));
    dictionary->checkFieldsHaveValues(
        settings.yes("ValidateFieldsHaveValues", true));
    dictionary->allowUnknownMsgFields(
        settings.yes("AllowUnknownMsgFields", false));
    /* The field that carries an opaque body is a user-defined one. */
    dictionary->checkUserDefinedFields(
        validates(settings) && settings.yes("ValidateUserDefinedFields", true));
    return dictionary;
}

/* "FIX.5.0SP2" and "9" mean the same version. */
static std::string id_of(const std::string &version)
{
    return FIX::Message::toApplVerID(version);
}

static const char *find_given(const struct fix8c_dictionary *given,
                              size_t given_len,
                              const std::string &version)
{
    const std::string id = id_of(version);
    for (size_t i = 0; i < given_len; i++) {
        if (id_of(given[i].version) == id)
            return given[i].xml;
    }
    return nullptr;
}

/* From the file that |key| names, else from the caller's list, else NULL. */
static std::shared_ptr<FIX::DataDictionary>
open_one(const Settings &settings,
         const std::string &key,
         const std::string &version,
         const struct fix8c_dictionary *given,
         size_t given_len)
{
    const std::string *path = settings.find(key);
    if (path != nullptr)
        return parse(*path, read_file(*path), settings);
    const char *xml = find_given(given, given_len, version);
    if (xml != nullptr)
        return parse(version, xml, settings);
    return nullptr;
}

/* Bodies are validated against nothing less than a dictionary of the caller. */
static void check_whole(const Dictionaries &dictionaries, bool fixt)
{
    if (dictionaries.transport == nullptr)
        throw SettingsError(
            std::string("ValidateBodies=Y needs a ") +
            (fixt ? "TransportDataDictionary" : "DataDictionary"));
    if (fixt && dictionaries.application == nullptr)
        throw SettingsError("ValidateBodies=Y needs an AppDataDictionary");
}

Dictionaries open_dictionaries(const Settings &settings,
                               const struct fix8c_dictionary *given,
                               size_t given_len)
{
    Dictionaries result;
    result.any_type = false;
    const std::string &version = settings.need("BeginString");
    bool fixt = version.compare(0, 4, "FIXT") == 0;
    if (settings.yes("UseDataDictionary", true)) {
        result.transport = open_one(
            settings, fixt ? "TransportDataDictionary" : "DataDictionary",
            version, given, given_len);
        if (fixt)
            result.application = open_one(settings, "AppDataDictionary",
                                          settings.need("DefaultApplVerID"),
                                          given, given_len);
    }
    if (validates(settings))
        check_whole(result, fixt);
    if (result.transport == nullptr) {
        result.transport = parse(version, builtin_dictionary(version),
                                 settings);
        result.transport->allowUnknownMsgFields(true);
        result.any_type = true;
    }
    return result;
}

} // namespace fix8c
