/*
 * Settings in QuickFIX's form, read by ourselves: QuickFIX's reader stops at a
 * line of 1024 characters without a word and forgets the order of sessions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIX8C_SETTINGS_HPP
#define FIX8C_SETTINGS_HPP

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace fix8c
{

/* What is wrong with the settings, for the person who wrote them. */
class SettingsError : public std::runtime_error
{
  public:
    explicit SettingsError(const std::string &what) : std::runtime_error(what)
    {
    }
};

/* The settings of one session, those of [DEFAULT] included. */
class Settings
{
  public:
    void set(const std::string &key, const std::string &value);
    void inherit(const Settings &defaults);
    /* NULL when absent; the pointer lives as long as the settings. */
    const std::string *find(const std::string &key) const;
    bool has(const char *key) const
    {
        return find(key) != nullptr;
    }
    /* The value of a key that must be there. */
    const std::string &need(const char *key) const;
    std::string get(const std::string &key, const std::string &other) const;
    bool yes(const char *key, bool other) const;
    /* A whole number within the bounds. */
    long number(const char *key, long other, long min, long max) const;
    const std::map<std::string, std::string> &all() const
    {
        return values_;
    }

  private:
    std::map<std::string, std::string> values_; /* keys in capitals */
};

/* One per [SESSION], in order.  Throws SettingsError. */
std::vector<Settings> parse_settings(const std::string &text);

/* A whole file.  Throws SettingsError. */
std::string read_file(const std::string &path);

} // namespace fix8c
#endif
