/*
 * A peer on jspurefix: one session, told what to do on standard input.
 *
 *     node peer.js initiator|acceptor PORT VERSION SENDER TARGET HEARTBEAT
 *         FOLDER dictionary=FILE [reset]
 *
 * In:   send TYPE HEX (a body, as bytes in hex), test ID, logout, logon, quit
 * Out:  ready, logon, logout, app TYPE HEX (the body as the engine has it),
 *       reject TYPE HEX, error WORDS
 *
 * NODE_PATH names the folder where jspurefix is installed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict'

require('reflect-metadata')
const readline = require('readline')
const {
  AsciiSession, SessionLauncher, JsFixWinstonLogFactory, WinstonLogger
} = require('jspurefix')

const [kind, port, version, sender, target, heartbeat, folder, ...options] =
  process.argv.slice(2)
const initiator = kind === 'initiator'
const dictionary = options.find(o => o.startsWith('dictionary=')).split('=')[1]
const HEADER = new Set([8, 9, 35, 34, 43, 49, 50, 52, 56, 57, 97, 115, 116,
  122, 128, 129, 142, 143, 144, 145, 347, 369, 1128, 1129, 1156])
let launcher = null
let current = null

function say (words) {
  process.stdout.write(words + '\n')
}

/* The way through components to the field or group of a tag. */
function locate (set, tag) {
  for (const field of set.fields) {
    const inner = field.definition
    if (inner.noOfField ? inner.noOfField.tag === tag : inner.tag === tag) {
      return [field]
    }
    if (!inner.noOfField && inner.fields) {
      const way = locate(inner, tag)
      if (way) {
        return [field, ...way]
      }
    }
  }
  return null
}

function holds (set, tag) {
  return set.fields.some(field => {
    const inner = field.definition
    return inner.tag === tag || inner.noOfField?.tag === tag ||
      (inner.fields !== undefined && holds(inner, tag))
  })
}

/* Entries of a group begin with its first tag. */
function entries (set, pairs) {
  const found = []
  const first = pairs.length > 0 ? pairs[0].tag : 0
  while (pairs.length > 0 && holds(set, pairs[0].tag)) {
    if (pairs[0].tag === first) {
      found.push([])
    }
    found.at(-1).push(pairs.shift())
  }
  return found.map(entry => fill(set, entry))
}

/* The object of jspurefix's encoder for fields in their order. */
function fill (set, pairs) {
  const whole = {}
  while (pairs.length > 0) {
    const { tag, value } = pairs.shift()
    const way = locate(set, tag)
    if (!way) {
      throw new Error(`${tag} is not in the dictionary's ${set.name}`)
    }
    const last = way.pop()
    let at = whole
    for (const step of way) {
      at = at[step.definition.name] ??= {}
    }
    if (last.definition.noOfField) {
      at[last.definition.name] = entries(last.definition, pairs)
    } else {
      at[last.definition.name] = value
    }
  }
  return whole
}

/* Fields of a body; a length says how long the field behind it is. */
function split (bytes, definitions) {
  const pairs = []
  let at = 0
  let length = null
  while (at < bytes.length) {
    const equals = bytes.indexOf('=', at)
    const tag = Number(bytes.toString('latin1', at, equals))
    const type = definitions.tagToSimple[tag]?.type ?? ''
    const isData = length !== null && /DATA/i.test(type)
    const end = isData ? equals + 1 + length : bytes.indexOf(1, equals)
    const value = bytes.toString('latin1', equals + 1, end)
    length = /LENGTH/i.test(type) ? Number(value) : null
    pairs.push({ tag, value })
    at = end + 1
  }
  return pairs
}

/* Tags that toObject gives the application, groups included. */
function kept (object, set, found) {
  for (const [name, value] of Object.entries(object)) {
    const field = set.localNameToField.get(name)
    const inner = field?.definition
    if (!inner) {
      continue
    }
    if (inner.noOfField) {
      found.push(inner.noOfField.tag)
      value.forEach(entry => kept(entry, inner, found))
    } else if (inner.fields) {
      kept(value, inner, found)
    } else {
      found.push(inner.tag)
    }
  }
  return found
}

/* The body as the application gets it: fields that toObject has, as strings. */
function tell (word, type, view) {
  const left = kept(view.toObject(), view.segment.set, [])
  const tags = view.structure.tags
  let body = ''
  for (let at = 0; at < tags.nextTagPos; at++) {
    const tag = tags.tagPos[at].tag
    const which = left.indexOf(tag)
    if (!HEADER.has(tag) && tag !== 10 && which >= 0) {
      left.splice(which, 1)
      body += `${tag}=${view.stringAtPosition(at)}\x01`
    }
  }
  say(`${word} ${type} ${Buffer.from(body, 'latin1').toString('hex')}`)
}

/* What was sent under each number; jspurefix itself fills every gap. */
const sent = new Map()

class Peer extends AsciiSession {
  constructor (config) {
    super(config)
    this.config = config
    /* As an initiator it would take whatever comes. */
    this.checkMsgIntegrity = true
  }

  onDecoded () {}
  onEncoded () {}
  onLogon () { return true }

  onReady () {
    current = this
    /* Else no entry of a group may begin with a group, as those of 1669 do. */
    this.transport.transmitter.encoder.checkGroups = false
    say('logon')
  }

  onStopped () {
    say('logout')
    current = null
  }

  onApplicationMsg (type, view) { tell('app', type, view) }

  onSessionMsg (type, view) {
    if (type === '3') {
      tell('reject', type, view)
    }
    super.onSessionMsg(type, view)
  }

  order (type, hex) {
    const bytes = Buffer.from(hex ?? '', 'hex')
    const definitions = this.config.definitions
    const set = definitions.message.get(type)
    const body = fill(set, split(bytes, definitions))
    this.send(type, body, (e, result) => {
      if (e) {
        say(`error ${e.message}`)
      } else {
        const { MsgSeqNum: number, SendingTime: time } = result.header
        sent.set(number, { type, body, time })
      }
    })
  }

  fillGap (from, to) {
    if (from < to) {
      this.send('4', {
        GapFillFlag: true,
        NewSeqNo: to,
        StandardHeader: { PossDupFlag: true, MsgSeqNum: from, SendingTime: new Date() }
      })
    }
  }

  onResendRequest (view) {
    const [begin, end] = view.getTypedTags([7, 16])
    const next = this.transport.transmitter.msgSeqNum
    const last = end === 0 ? next - 1 : end
    let from = begin
    for (let number = begin; number <= last; number++) {
      const { type, body, time } = sent.get(number) ?? {}
      if (type && !'A012345'.includes(type)) {
        this.fillGap(from, number)
        this.send(type, {
          ...body,
          StandardHeader: { PossDupFlag: true, MsgSeqNum: number, SendingTime: time }
        })
        from = number + 1
      }
    }
    this.fillGap(from, last + 1)
  }

  test (word) { this.send('1', { TestReqID: word }) }
}

class Launcher extends SessionLauncher {
  makeFactory () {
    return { makeSession: config => new Peer(config) }
  }
}

function launch () {
  const description = {
    application: {
      type: kind,
      name: sender,
      resilient: initiator,
      reconnectSeconds: 1,
      recoveryAttemptSeconds: 1,
      backoffFailConnectSeconds: 1,
      tcp: { host: '127.0.0.1', port: Number(port) },
      protocol: 'ascii',
      dictionary
    },
    store: { type: 'file', directory: folder },
    ResetSeqNumFlag: options.includes('reset'),
    HeartBtInt: Number(heartbeat),
    SenderCompId: sender,
    TargetCompID: target,
    BeginString: version === 'FIX.5.0SP2' ? 'FIXT.1.1' : version,
    Logon: version === 'FIX.5.0SP2' ? { DefaultApplVerID: '9' } : {}
  }
  const log = new JsFixWinstonLogFactory(
    WinstonLogger.consoleOptions(process.env.PEER_LOG ?? 'error'))
  launcher = initiator
    ? new Launcher(description, null, log)
    : new Launcher(null, description, log)
  launcher.run().catch(e => say(`error ${e.message}`))
}

function obey (line) {
  const [word, ...rest] = line.trim().split(' ')
  if (word === 'quit') {
    process.exit(0)
  } else if (word === 'logon') {
    if (initiator) {
      launch()
    }
  } else if (!current) {
    say(`error no session for ${line}`)
  } else if (word === 'send') {
    current.order(...rest)
  } else if (word === 'test') {
    current.test(rest[0])
  } else if (word === 'logout') {
    current.done()
  } else {
    say(`error unknown ${line}`)
  }
}

const input = readline.createInterface({ input: process.stdin })
input.on('line', line => {
  try {
    obey(line)
  } catch (e) {
    say(`error ${e.message}`)
  }
})
input.on('close', () => process.exit(0))
launch()
say('ready')
