/*
 * A client of jspurefix that takes the words of clientsim: order, replace,
 * cancel, status, logout, logon.
 *
 *     node jspurefix_client.js FOLDER PORT
 *
 * FOLDER is where "npm install jspurefix" was said.  Messages are logged in
 * jspurefix/CLIENT.txt, and kept in jspurefix's file store beside it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict'

const fs = require('fs')
const path = require('path')
const readline = require('readline')

const [folder, port] = process.argv.slice(2)
const modules = path.join(folder, 'node_modules')
require(path.join(modules, 'reflect-metadata'))
const { AsciiSession, SessionLauncher, JsFixWinstonLogFactory, WinstonLogger } =
  require(path.join(modules, 'jspurefix'))

const place = 'jspurefix'
fs.mkdirSync(place, { recursive: true })
const log = fs.openSync(path.join(place, 'CLIENT.txt'), 'a')
const orders = new Map()
let current = null

function say (words) {
  process.stdout.write(`- ${words}\n`)
}

class Client extends AsciiSession {
  constructor (config) {
    super(config)
    this.config = config
  }

  write (way, text) {
    fs.writeSync(log, text + '\n')
    say(`${way} CLIENT ${text}`)
  }

  onDecoded (_, text) { this.write('in', text) }
  onEncoded (_, text) { this.write('out', text) }
  onApplicationMsg () {}
  onLogon () { return true }

  onReady () {
    current = this
    say('logon CLIENT')
  }

  onStopped () {
    current = null
    say('logout CLIENT')
  }

  say (type, message) { this.send(type, message) }
}

class Launcher extends SessionLauncher {
  makeFactory () {
    return { makeSession: config => new Client(config) }
  }
}

function logon () {
  const description = {
    application: {
      type: 'initiator',
      name: 'CLIENT',
      tcp: { host: '127.0.0.1', port: Number(port) },
      protocol: 'ascii',
      dictionary: 'repo44'
    },
    store: { type: 'file', directory: place },
    ResetSeqNumFlag: false,
    HeartBtInt: 30,
    SenderCompId: 'CLIENT',
    TargetCompID: 'GATE',
    BeginString: 'FIX.4.4'
  }
  new Launcher(description, null,
    new JsFixWinstonLogFactory(WinstonLogger.consoleOptions('error')))
    .run().catch(e => say(`error ${e}`))
}

function about (order) {
  return {
    Account: order.account,
    Instrument: { Symbol: order.symbol },
    Side: order.side,
    TransactTime: new Date()
  }
}

function terms (quantity, price) {
  return {
    HandlInst: '1',
    OrderQtyData: { OrderQty: Number(quantity) },
    OrdType: '2',
    Price: Number(price)
  }
}

function command (line) {
  const [name, id, ...words] = line.trim().split(/\s+/)
  if (name === 'order') {
    const [symbol, side, quantity, price, account] = words
    const order = { symbol, account, side: side === 'buy' ? '1' : '2' }
    orders.set(id, order)
    current.say('D', { ClOrdID: id, ...about(order), ...terms(quantity, price) })
  } else if (name === 'replace') {
    const [old, quantity, price] = words
    orders.set(id, orders.get(old))
    current.say('G', {
      OrigClOrdID: old, ClOrdID: id, ...about(orders.get(old)), ...terms(quantity, price)
    })
  } else if (name === 'cancel') {
    orders.set(id, orders.get(words[0]))
    current.say('F', {
      OrigClOrdID: words[0],
      ClOrdID: id,
      ...about(orders.get(words[0])),
      OrderQtyData: {}
    })
  } else if (name === 'status') {
    const { TransactTime, ...order } = about(orders.get(id))
    current.say('H', { ClOrdID: id, ...order })
  } else if (name === 'logout') {
    current.done()
  } else if (name === 'logon') {
    logon()
  } else {
    say(`error unknown: ${line}`)
  }
}

const input = readline.createInterface({ input: process.stdin })
input.on('line', command)
input.on('close', () => process.exit(0))
logon()
