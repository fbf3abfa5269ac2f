// @fails-components/webtransport over HTTP/2 as the other side of a test: a server, or a client that
// tries everything once. Says what it saw as JSON lines on standard output.
//
//   node peer.mjs FOLDER server CERT KEY     FOLDER is where npm installed the package
//   node peer.mjs FOLDER client URL HASH     the SHA-256 of the server's certificate in hexadecimal
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [folder, role, ...args] = process.argv.slice(2)
const library = await import(
  pathToFileURL(folder + '/node_modules/@fails-components/webtransport/lib/index.node.js')
)

// Its own windows of 16 KiB are never renewed in time.
const WINDOWS = {
  initialStreamFlowControlWindow: 15728640,
  initialSessionFlowControlWindow: 15728640,
  streamFlowControlWindowSizeLimit: 15728640,
  sessionFlowControlWindowSizeLimit: 15728640
}

const BULK = 1 << 20
const text = new TextEncoder()
const say = (event, more = {}) => console.log(JSON.stringify({ event, ...more }))

async function all(readable) {
  const parts = []
  for await (const part of readable) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

/** So many bytes: its parser loses the end of a stream whose last capsule it reads in pieces. */
async function exactly(readable, bytes) {
  const parts = []
  const reader = readable.getReader()
  for (let left = bytes; left > 0; ) {
    const { value, done } = await reader.read()
    if (done) break
    parts.push(Buffer.from(value))
    left -= value.byteLength
  }
  reader.releaseLock()
  return Buffer.concat(parts)
}

async function send(writable, bytes) {
  const writer = writable.getWriter()
  if (bytes.length > 0) await writer.write(bytes)
  await writer.close()
}

async function each(readable, action) {
  for await (const one of readable) action(one)
}

/** The end of a session that the peer closes, or its own. */
async function told(session) {
  const { closeCode, reason } = await session.closed
  say('closed', { code: closeCode, reason })
}

function echo(session) {
  each(session.incomingBidirectionalStreams, async (stream) =>
    send(stream.writable, await all(stream.readable))
  ).catch(() => {})
  each(session.incomingUnidirectionalStreams, async (readable) =>
    send(await session.createUnidirectionalStream(), await all(readable))
  ).catch(() => {})
  const writer = session.datagrams.createWritable().getWriter()
  each(session.datagrams.readable, (datagram) => writer.write(datagram)).catch(() => {})
}

async function bulk(session) {
  const incoming = session.incomingBidirectionalStreams.getReader()
  const stream = (await incoming.read()).value
  await send(stream.writable, await exactly(stream.readable, BULK))
}

/** Opens streams by itself, sends a datagram, and tells what comes back. */
async function push(session) {
  const stream = await session.createBidirectionalStream()
  await send(stream.writable, text.encode('bidirectional of the peer'))
  say('bidirectional', { text: (await all(stream.readable)).toString() })
  const incoming = session.incomingUnidirectionalStreams.getReader()
  await send(await session.createUnidirectionalStream(), text.encode('unidirectional of the peer'))
  say('unidirectional', { text: (await all((await incoming.read()).value)).toString() })
  incoming.releaseLock()
  const datagrams = session.datagrams.readable.getReader()
  await session.datagrams.createWritable().getWriter().write(text.encode('datagram of the peer'))
  say('datagram', { text: Buffer.from((await datagrams.read()).value).toString() })
  datagrams.releaseLock()
}

async function serve(cert, key) {
  const server = new library.Http2Server({
    host: '127.0.0.1',
    port: 0,
    secret: 'a secret that it asks for',
    cert: readFileSync(cert),
    privKey: readFileSync(key),
    ...WINDOWS
  })
  const paths = {
    '/echo': echo,
    '/push': (session) => push(session).catch((e) => say('failed', { why: String(e) })),
    '/bulk': bulk,
    '/abort': async (session) =>
      (await session.createUnidirectionalStream()).abort({ code: 42 }),
    '/close': (session) => session.close({ closeCode: 77, reason: 'goodbye' })
  }
  for (const [path, action] of Object.entries(paths)) {
    each(server.sessionStream(path), async (session) => {
      await session.ready
      told(session).catch((e) => say('lost', { why: String(e) }))
      action(session)
    })
  }
  server.startServer()
  await server.ready
  say('listening', { port: server.address().port })
}

async function connect(url, hash, path) {
  const session = new library.WebTransport(url + path, {
    forceReliable: true,
    serverCertificateHashes: [{ algorithm: 'sha-256', value: Buffer.from(hash, 'hex') }],
    ...WINDOWS
  })
  session.closed.catch(() => {})
  await session.ready
  return session
}

async function ask(url, hash) {
  const refused = await connect(url, hash, '/nowhere').then(
    () => 'accepted',
    () => 'refused'
  )
  say(refused)
  const first = await connect(url, hash, '/echo')
  await push(first)
  const sent = Buffer.alloc(BULK, 'ahti')
  const stream = await first.createBidirectionalStream()
  const [back] = await Promise.all([exactly(stream.readable, BULK), send(stream.writable, sent)])
  say('bulk', { bytes: back.length, same: back.equals(sent) })
  first.close({ closeCode: 5, reason: 'enough' })
  const second = await connect(url, hash, '/push')
  echo(second)
  await told(second)
  process.exit(0)
}

if (role === 'server') await serve(...args)
else await ask(...args)
