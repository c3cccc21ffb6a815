/*
 * Reads settings in QuickFIX's form.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "settings.hpp"

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>
#include <sstream>

namespace fix8c
{

static std::string strip(const std::string &text)
{
    const char *blank = " \t\r\n";
    std::string::size_type first = text.find_first_not_of(blank);
    if (first == std::string::npos)
        return std::string();
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

static std::string capitals(std::string text)
{
    for (char &c : text)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

void Settings::set(const std::string &key, const std::string &value)
{
    values_[capitals(strip(key))] = strip(value);
}

void Settings::inherit(const Settings &defaults)
{
    values_.insert(defaults.values_.begin(), defaults.values_.end());
}

const std::string *Settings::find(const std::string &key) const
{
    auto found = values_.find(capitals(key));
    return found == values_.end() ? nullptr : &found->second;
}

const std::string &Settings::need(const char *key) const
{
    const std::string *value = find(key);
    if (value == nullptr || value->empty())
        throw SettingsError(std::string(key) + " is missing");
    return *value;
}

std::string Settings::get(const std::string &key,
                          const std::string &other) const
{
    const std::string *value = find(key);
    return value == nullptr ? other : *value;
}

bool Settings::yes(const char *key, bool other) const
{
    const std::string *value = find(key);
    if (value == nullptr)
        return other;
    if (*value == "Y" || *value == "y")
        return true;
    if (*value == "N" || *value == "n")
        return false;
    throw SettingsError(std::string(key) + "=" + *value + " must be Y or N");
}

long Settings::number(const char *key, long other, long min, long max) const
{
    const std::string *value = find(key);
    if (value == nullptr)
        return other;
    char *end = nullptr;
    errno = 0;
    long result = std::strtol(value->c_str(), &end, 10);
    if (errno != 0 || value->empty() || *end != '\0' || result < min ||
        result > max)
        throw SettingsError(std::string(key) + "=" + *value +
                            " must be a number from " + std::to_string(min) +
                            " to " + std::to_string(max));
    return result;
}

/* Where the lines after a section's head go. */
class Sections
{
  public:
    void line(const std::string &text, int number);
    std::vector<Settings> take();

  private:
    void head(const std::string &name, int number);

    Settings defaults_;
    std::vector<Settings> sessions_;
    bool in_default_ = false;
};

void Sections::head(const std::string &name, int number)
{
    in_default_ = capitals(name) == "DEFAULT";
    if (in_default_)
        return;
    if (capitals(name) != "SESSION")
        throw SettingsError("line " + std::to_string(number) + ": [" + name +
                            "] must be [DEFAULT] or [SESSION]");
    sessions_.emplace_back();
}

void Sections::line(const std::string &text, int number)
{
    if (text.empty() || text[0] == '#')
        return;
    if (text.front() == '[' && text.back() == ']') {
        head(strip(text.substr(1, text.size() - 2)), number);
        return;
    }
    std::string::size_type equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw SettingsError("line " + std::to_string(number) +
                            ": neither [section] nor key=value: " + text);
    if (!in_default_ && sessions_.empty())
        throw SettingsError("line " + std::to_string(number) +
                            ": before the first [DEFAULT] or [SESSION]");
    Settings &target = in_default_ ? defaults_ : sessions_.back();
    target.set(text.substr(0, equals), text.substr(equals + 1));
}

std::vector<Settings> Sections::take()
{
    if (sessions_.empty())
        throw SettingsError("there is no [SESSION]");
    for (Settings &session : sessions_)
        session.inherit(defaults_);
    return std::move(sessions_);
}

std::vector<Settings> parse_settings(const std::string &text)
{
    Sections sections;
    std::istringstream stream(text);
    std::string line;
    for (int number = 1; std::getline(stream, line); number++)
        sections.line(strip(line), number);
    /* Without memory for a line the stream ends there, and says no more. */
    if (stream.bad())
        throw std::bad_alloc();
    return sections.take();
}

std::string read_file(const std::string &path)
{
    errno = 0;
    std::ifstream stream(path.c_str(), std::ios::binary);
    std::ostringstream text;
    if (!stream.is_open() || !(text << stream.rdbuf()))
        throw SettingsError(path + ": " +
                            (errno != 0 ? std::strerror(errno)
                                        : "cannot be read, or is empty"));
    return text.str();
}

} // namespace fix8c
