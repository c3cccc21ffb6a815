// A peer on QuickFIX/J: one session, told what to do on standard input.
//
//     java Peer initiator|acceptor PORT VERSION SENDER TARGET HEARTBEAT FOLDER
//         [reset] [dictionaries=DIR]
//
// In:   send TYPE HEX (a body, as bytes in hex), test ID, logout, logon, quit
// Out:  ready, logon, logout, app TYPE HEX (the body as the engine has it),
//       reject TYPE HEX, error WORDS
//
// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.quickfixj.CharsetSupport;
import quickfix.Application;
import quickfix.Connector;
import quickfix.DataDictionary;
import quickfix.DefaultMessageFactory;
import quickfix.Dictionary;
import quickfix.Field;
import quickfix.FieldMap;
import quickfix.FileStoreFactory;
import quickfix.Group;
import quickfix.LogFactory;
import quickfix.Message;
import quickfix.MessageFactory;
import quickfix.MessageStoreFactory;
import quickfix.Session;
import quickfix.SessionID;
import quickfix.SessionSettings;
import quickfix.SocketAcceptor;
import quickfix.SocketInitiator;
import quickfix.StringField;

public final class Peer implements Application {
    private static final char SOH = '\u0001';
    private final SessionID id;
    private final boolean transport;

    private Peer(SessionID id) {
        this.id = id;
        this.transport = id.getBeginString().startsWith("FIXT");
    }

    private static synchronized void say(String words) {
        System.out.println(words);
        System.out.flush();
    }

    // The fields of |map| and of its groups, as text.
    private static void write(FieldMap map, StringBuilder out) {
        Iterator<Field<?>> fields = map.iterator();
        while (fields.hasNext()) {
            Field<?> field = fields.next();
            out.append(field.getTag()).append('=').append(field.getObject());
            out.append(SOH);
            if (map.hasGroup(field.getTag())) {
                for (Group group : map.getGroups(field.getTag())) {
                    write(group, out);
                }
            }
        }
    }

    private static void tell(String word, Message message) throws Exception {
        StringBuilder body = new StringBuilder();
        write(message, body);
        byte[] bytes = body.toString().getBytes(StandardCharsets.ISO_8859_1);
        say(word + " " + message.getHeader().getString(35) + " "
                + HexFormat.of().formatHex(bytes));
    }

    private DataDictionary dictionary(Session session) {
        if (!transport) {
            return session.getDataDictionaryProvider()
                    .getSessionDataDictionary(id.getBeginString());
        }
        return session.getDataDictionaryProvider()
                .getApplicationDataDictionary(
                        new quickfix.field.ApplVerID("9"));
    }

    private void send(String type, String hex) throws Exception {
        Session session = Session.lookupSession(id);
        String body = new String(HexFormat.of().parseHex(hex),
                StandardCharsets.ISO_8859_1);
        String raw = "8=" + id.getBeginString() + SOH + "9=0" + SOH + "35="
                + type + SOH + body + "10=000" + SOH;
        Message message = new Message();
        message.fromString(raw, session.getDataDictionaryProvider()
                .getSessionDataDictionary(id.getBeginString()),
                dictionary(session), false);
        Session.sendToTarget(message, id);
    }

    private void test(String word) throws Exception {
        Message message = new Message();
        message.getHeader().setField(new StringField(35, "1"));
        message.setField(new StringField(112, word));
        Session.sendToTarget(message, id);
    }

    // False at the end.
    private boolean obey(String line) {
        String[] words = line.split(" ", 3);
        try {
            switch (words[0]) {
                case "send" -> send(words[1], words[2]);
                case "test" -> test(words[1]);
                case "logout" -> Session.lookupSession(id).logout("bye");
                case "logon" -> Session.lookupSession(id).logon();
                case "quit" -> {
                    return false;
                }
                default -> say("error unknown " + line);
            }
        } catch (Exception e) {
            say("error " + e);
        }
        return true;
    }

    @Override
    public void onCreate(SessionID session) {
    }

    @Override
    public void onLogon(SessionID session) {
        say("logon");
    }

    @Override
    public void onLogout(SessionID session) {
        say("logout");
    }

    @Override
    public void toAdmin(Message message, SessionID session) {
    }

    @Override
    public void fromAdmin(Message message, SessionID session) {
        try {
            if (message.getHeader().getString(35).equals("3")) {
                tell("reject", message);
            }
        } catch (Exception e) {
            say("error " + e);
        }
    }

    @Override
    public void toApp(Message message, SessionID session) {
    }

    @Override
    public void fromApp(Message message, SessionID session) {
        try {
            tell("app", message);
        } catch (Exception e) {
            say("error " + e);
        }
    }

    private static SessionSettings settings(SessionID id, boolean initiator,
            String port, String version, String heartbeat, String folder,
            List<String> options) throws Exception {
        SessionSettings settings = new SessionSettings();
        Dictionary keys = new Dictionary();
        keys.setString("ConnectionType", initiator ? "initiator" : "acceptor");
        keys.setString(initiator ? "SocketConnectPort" : "SocketAcceptPort",
                port);
        keys.setString(initiator ? "SocketConnectHost" : "SocketAcceptAddress",
                "127.0.0.1");
        keys.setString("StartTime", "00:00:00");
        keys.setString("EndTime", "00:00:00");
        keys.setString("HeartBtInt", heartbeat);
        keys.setString("ReconnectInterval", "1");
        keys.setString("FileStorePath", folder);
        keys.setString("ValidateUserDefinedFields", "N");
        keys.setString("ResetOnLogon", options.contains("reset") ? "Y" : "N");
        String place = "";
        for (String option : options) {
            if (option.startsWith("dictionaries=")) {
                place = option.substring(option.indexOf('=') + 1) + "/";
            }
        }
        String file = place + version.replace(".", "") + ".xml";
        if (id.getBeginString().startsWith("FIXT")) {
            keys.setString("DefaultApplVerID", "9");
            keys.setString("TransportDataDictionary", place + "FIXT11.xml");
            keys.setString("AppDataDictionary", file);
        } else {
            keys.setString("DataDictionary", file);
        }
        settings.set(id, keys);
        return settings;
    }

    public static void main(String[] args) throws Exception {
        // A byte is a character: lengths and text stay what they are.
        CharsetSupport.setCharset("ISO-8859-1");
        boolean initiator = args[0].equals("initiator");
        String begin = args[2].equals("FIX.5.0SP2") ? "FIXT.1.1" : args[2];
        SessionID id = new SessionID(begin, args[3], args[4]);
        SessionSettings settings = settings(id, initiator, args[1], args[2],
                args[5], args[6],
                new ArrayList<>(Arrays.asList(args).subList(7, args.length)));
        Peer peer = new Peer(id);
        MessageStoreFactory store = new FileStoreFactory(settings);
        MessageFactory messages = new DefaultMessageFactory();
        LogFactory log = null;
        Connector connector = initiator
                ? new SocketInitiator(peer, store, settings, log, messages)
                : new SocketAcceptor(peer, store, settings, log, messages);
        connector.start();
        say("ready");
        BufferedReader in = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        String line = in.readLine();
        while (line != null && peer.obey(line)) {
            line = in.readLine();
        }
        connector.stop();
        System.exit(0);
    }
}
