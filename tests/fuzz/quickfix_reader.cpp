/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "quickfix_reader.h"

#include <quickfix/DataDictionary.h>
#include <quickfix/FieldConvertors.h>
#include <quickfix/Message.h>

#include <string>

namespace
{

struct Dictionaries {
    FIX::DataDictionary session;
    FIX::DataDictionary application;
    Dictionaries(const char *session_file, const char *application_file)
        : session(std::string(FIXSPEC "/") + session_file),
          application(std::string(FIXSPEC "/") + application_file)
    {
    }
};

const Dictionaries &dictionaries(int version)
{
    static const Dictionaries fix42("FIX42.xml", "FIX42.xml");
    static const Dictionaries fix44("FIX44.xml", "FIX44.xml");
    static const Dictionaries fix50("FIXT11.xml", "FIX50SP2.xml");
    return version == 0 ? fix42 : version == 1 ? fix44 : fix50;
}

void tell(const FIX::FieldMap &map,
          const std::string &path,
          quickfix_field *field,
          void *user)
{
    for (const FIX::FieldBase &one : map) {
        const std::string &value = one.getString();
        field(user, path.c_str(), one.getTag(), value.data(), value.size());
    }
    for (auto group = map.g_begin(); group != map.g_end(); ++group) {
        size_t number = 0;
        for (const FIX::FieldMap *entry : group->second) {
            tell(*entry,
                 path + std::to_string(group->first) + "[" +
                     std::to_string(++number) + "]/",
                 field, user);
        }
    }
}

} // namespace

bool quickfix_read(int version,
                   const char *bytes,
                   size_t len,
                   bool dictionary,
                   quickfix_field *field,
                   void *user)
{
    try {
        const std::string text(bytes, len);
        FIX::Message message;
        if (dictionary) {
            const Dictionaries &two = dictionaries(version);
            message.setString(text, true, &two.session, &two.application);
            FIX::DataDictionary::validate(message, &two.session,
                                          &two.application);
        } else {
            message.setString(text, true);
        }
        tell(message.getHeader(), "", field, user);
        tell(message, "", field, user);
        tell(message.getTrailer(), "", field, user);
        return true;
    } catch (const FIX::Exception &) {
        return false;
    } catch (const std::exception &) {
        return false;
    }
}

bool quickfix_int(const char *value, size_t len, int64_t *out)
{
    int number;
    if (!FIX::IntConvertor::convert(std::string(value, len), number)) {
        return false;
    }
    *out = number;
    return true;
}

bool quickfix_double(const char *value, size_t len, double *out)
{
    return FIX::DoubleConvertor::convert(std::string(value, len), *out);
}

bool quickfix_bool(const char *value, size_t len, bool *out)
{
    return FIX::BoolConvertor::convert(std::string(value, len), *out);
}

bool quickfix_time(const char *value, size_t len, int64_t *out)
{
    try {
        FIX::UtcTimeStamp time = FIX::UtcTimeStampConvertor::convert(
            std::string(value, len));
        int64_t days = time.m_date - FIX::DateTime::JULIAN_19700101;
        return !__builtin_mul_overflow(days, int64_t(86400000000000), out) &&
               !__builtin_add_overflow(*out, time.m_time, out);
    } catch (const FIX::FieldConvertError &) {
        return false;
    }
}

bool quickfix_date(const char *value, size_t len, int64_t *out)
{
    try {
        FIX::UtcDate date = FIX::UtcDateConvertor::convert(
            std::string(value, len));
        *out = date.m_date - FIX::DateTime::JULIAN_19700101;
        return true;
    } catch (const FIX::FieldConvertError &) {
        return false;
    }
}
