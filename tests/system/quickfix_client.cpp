/*
 * A plain client of QuickFIX, with its FileLog and FileStore, that takes the
 * words of clientsim: order, replace, cancel, status, logout, logon.
 *
 *     quickfix_client SETTINGS
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <quickfix/Application.h>
#include <quickfix/FileLog.h>
#include <quickfix/FileStore.h>
#include <quickfix/Session.h>
#include <quickfix/SocketInitiator.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

/* Says what comes and goes, a line each. */
class Client final : public FIX::Application
{
  public:
    void onCreate(const FIX::SessionID &id) override
    {
        session_ = id;
    }
    void onLogon(const FIX::SessionID &id) override
    {
        say("logon " + id.toString());
    }
    void onLogout(const FIX::SessionID &id) override
    {
        say("logout " + id.toString());
    }
    void toAdmin(FIX::Message &, const FIX::SessionID &) override
    {
    }
    void toApp(FIX::Message &message,
               const FIX::SessionID &id) throw(FIX::DoNotSend) override
    {
        say("out " + id.toString() + " " + piped(message));
    }
    void fromAdmin(const FIX::Message &,
                   const FIX::SessionID &) throw(FIX::FieldNotFound,
                                                 FIX::IncorrectDataFormat,
                                                 FIX::IncorrectTagValue,
                                                 FIX::RejectLogon) override
    {
    }
    void fromApp(const FIX::Message &message, const FIX::SessionID &id) throw(
        FIX::FieldNotFound,
        FIX::IncorrectDataFormat,
        FIX::IncorrectTagValue,
        FIX::UnsupportedMessageType) override
    {
        say("in " + id.toString() + " " + piped(message));
    }

    void command(const std::string &line)
    {
        std::istringstream words(line);
        std::string name;
        words >> name;
        if (name == "order") {
            order(words);
        } else if (name == "replace") {
            replace(words);
        } else if (name == "cancel" || name == "status") {
            about(name == "cancel" ? "F" : "H", words);
        } else if (name == "logout") {
            FIX::Session::lookupSession(session_)->logout();
        } else if (name == "logon") {
            FIX::Session::lookupSession(session_)->logon();
        } else {
            say("error unknown: " + line);
        }
    }

  private:
    struct Order {
        std::string symbol, side, account;
    };

    static void say(const std::string &words)
    {
        std::cout << "- " + words + "\n" << std::flush;
    }

    static std::string piped(const FIX::Message &message)
    {
        std::string text = message.toString();
        std::replace(text.begin(), text.end(), '\001', '|');
        return text;
    }

    FIX::Message start(const char *type, const Order &order) const
    {
        FIX::Message message;
        message.getHeader().setField(35, type);
        message.setField(1, order.account);
        message.setField(55, order.symbol);
        message.setField(54, order.side);
        if (*type != 'H') {
            message.setField(FIX::TransactTime(true));
        }
        return message;
    }

    void terms(FIX::Message &message,
               const std::string &quantity,
               const std::string &price) const
    {
        message.setField(21, "1");
        message.setField(38, quantity);
        message.setField(40, "2");
        message.setField(44, price);
        send(message);
    }

    void send(FIX::Message &message) const
    {
        FIX::Session::sendToTarget(message, session_);
    }

    void order(std::istream &words)
    {
        std::string id, side, quantity, price;
        Order made;
        words >> id >> made.symbol >> side >> quantity >> price >> made.account;
        made.side = side == "buy" ? "1" : "2";
        orders_[id] = made;
        FIX::Message message = start("D", made);
        message.setField(11, id);
        terms(message, quantity, price);
    }

    void replace(std::istream &words)
    {
        std::string id, old, quantity, price;
        words >> id >> old >> quantity >> price;
        orders_[id] = orders_[old];
        FIX::Message message = start("G", orders_[id]);
        message.setField(11, id);
        message.setField(41, old);
        terms(message, quantity, price);
    }

    void about(const char *type, std::istream &words)
    {
        std::string id, old;
        words >> id;
        if (*type == 'F') {
            words >> old;
            orders_[id] = orders_[old];
        }
        FIX::Message message = start(type, orders_[id]);
        message.setField(11, id);
        if (*type == 'F') {
            message.setField(41, old);
        }
        send(message);
    }

    FIX::SessionID session_;
    std::map<std::string, Order> orders_;
};

static void run(const char *path)
{
    FIX::SessionSettings settings(path);
    FIX::FileStoreFactory stores(settings);
    FIX::FileLogFactory logs(settings);
    Client client;
    FIX::SocketInitiator initiator(client, stores, settings, logs);
    std::string line;
    initiator.start();
    while (std::getline(std::cin, line)) {
        client.command(line);
    }
    initiator.stop();
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::cerr << "usage: quickfix_client SETTINGS\n";
        return 2;
    }
    try {
        run(argv[1]);
    } catch (const std::exception &e) {
        std::cerr << "quickfix_client: " << e.what() << "\n";
        return 2;
    }
    return 0;
}
