/*
 * A LogFactory around another one that keeps the bytes of messages as they
 * came, until FIX::Application::fromApp() asks for them.
 *
 * By number, as a message may wait behind a gap.  The log is called with a lock
 * of QuickFIX held, so nothing of QuickFIX is called from here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BYTE_LOG_HPP
#define BYTE_LOG_HPP

#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

#include <quickfix/Log.h>
#include <quickfix/Message.h>

/* A body as one field: its first tag, and as its value all the rest. */
inline void set_one_field_body(FIX::FieldMap &message, const std::string &body)
{
    size_t at = body.find('=');
    if (at != std::string::npos) {
        message.setField(std::atoi(body.c_str()),
                         body.substr(at + 1, body.size() - at - 2));
    }
}

/* From the first field that is none of the header to the last before 10. */
inline std::string body_of_bytes(const std::string &bytes)
{
    size_t at = 0;
    while (at < bytes.size()) {
        int tag = std::atoi(bytes.c_str() + at);
        if (!FIX::Message::isHeaderField(tag) && tag != 1129 && tag != 1156) {
            break;
        }
        at = bytes.find('\001', at) + 1;
    }
    return bytes.substr(at, bytes.rfind("\00110=") + 1 - at);
}

class ByteLogs final : public FIX::LogFactory
{
  public:
    explicit ByteLogs(FIX::LogFactory &logs) : logs_(logs)
    {
    }

    /* Only of these sessions; before they are made. */
    void watch(const FIX::SessionID &id)
    {
        kept_[id];
    }

    /* The application message |seq|, or "" when it was not kept.  Forgets it,
     * and all before it. */
    std::string take(const FIX::SessionID &id, int seq)
    {
        std::lock_guard<std::mutex> lock(mutex_);
        std::map<int, std::string> &kept = kept_.at(id);
        auto found = kept.find(seq);
        std::string bytes = found != kept.end() ? found->second : "";
        kept.erase(kept.begin(), kept.upper_bound(seq));
        return bytes;
    }

    FIX::Log *create() override
    {
        return logs_.create();
    }

    FIX::Log *create(const FIX::SessionID &id) override
    {
        return new Tap(*this, id, logs_.create(id));
    }

    void destroy(FIX::Log *log) override
    {
        Tap *tap = dynamic_cast<Tap *>(log);
        logs_.destroy(tap != nullptr ? tap->log : log);
        delete tap;
    }

  private:
    struct Tap final : public FIX::Log {
        Tap(ByteLogs &logs, const FIX::SessionID &session, FIX::Log *inner)
            : owner(logs), id(session), log(inner)
        {
        }
        void clear() override
        {
            log->clear();
        }
        void backup() override
        {
            log->backup();
        }
        void onIncoming(const std::string &bytes) override
        {
            log->onIncoming(bytes);
            owner.keep(id, bytes);
        }
        void onOutgoing(const std::string &bytes) override
        {
            log->onOutgoing(bytes);
        }
        void onEvent(const std::string &words) override
        {
            log->onEvent(words);
        }
        ByteLogs &owner;
        FIX::SessionID id;
        FIX::Log *log;
    };

    static const size_t KEPT_MAX = 8192; /* messages of one session */

    void keep(const FIX::SessionID &id, const std::string &bytes)
    {
        size_t type = bytes.find("\00135=");
        size_t seq = bytes.find("\00134=");
        std::lock_guard<std::mutex> lock(mutex_);
        auto found = kept_.find(id);
        if (found == kept_.end() || type == std::string::npos ||
            seq == std::string::npos) {
            return;
        }
        std::string name = bytes.substr(type + 4, bytes.find('\001', type + 4) -
                                                      type - 4);
        if (!FIX::Message::isAdminMsgType(name) &&
            found->second.size() < KEPT_MAX) {
            found->second[std::atoi(bytes.c_str() + seq + 4)] = bytes;
        }
    }

    FIX::LogFactory &logs_;
    std::mutex mutex_;
    std::map<FIX::SessionID, std::map<int, std::string>> kept_;
};

#endif
