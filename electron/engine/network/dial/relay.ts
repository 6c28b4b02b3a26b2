import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type Ssh2 from 'ssh2'
import type { Client, ClientChannel } from 'ssh2'
import { type Clock, delay } from '../../../../shared/lang/clock.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { Logger } from '../../../../shared/lang/logger.ts'
import type { DialCluster } from '../cluster-network.ts'
import type { Gateway } from '../gateway.ts'

export interface RelayDeps {
  readonly gateway: Gateway
  readonly clock: Clock
  readonly logger: Logger
}

/** An address and port of the gateway whose connections end at a port of this machine's loopback. */
export interface RemoteForward {
  readonly address: string
  readonly port: number
  readonly localPort: number
}

const READY_TIMEOUT_MS = 10_000
const RETRY_MS = 500
const KEEPALIVE_MS = 15_000

/**
 * Connections both ways through one SSH connection that an exec stream of the gateway carries.
 * - No published port: what reaches the engine's API reaches the cluster, wherever the engine runs.
 * - Mutual: both sides' keys are made anew at each start and handed over through the engine.
 * - Comes back by itself after the gateway or the engine restarted, with its remote forwards.
 */
export class Relay implements Disposable {
  readonly #deps: RelayDeps
  #keys: Promise<RelayKeys> | undefined
  readonly #forwards: RemoteForward[] = []
  readonly #stop = new AbortController()
  #connection: Promise<Client> | undefined

  constructor(deps: RelayDeps) {
    this.#deps = deps
  }

  readonly dial: DialCluster = async (address, port, signal) => {
    signal?.throwIfAborted()
    const client = await this.#connected()
    const opened = forwardOut(client, address, port)
    if (!signal) return opened
    return abortable(opened, signal)
  }

  /** Has the gateway listen; kept over reconnections. */
  async forward(forward: RemoteForward): Promise<void> {
    this.#forwards.push(forward)
    const before = await this.#connection?.catch(() => undefined)
    if (before) await this.#listen(before, forward).catch(() => undefined)
    await this.#keepForwards()
  }

  dispose(): void {
    this.#stop.abort(new Error('the relay is closed'))
    this.#connection?.then((client) => client.end()).catch(() => undefined)
    this.#connection = undefined
  }

  async #connected(): Promise<Client> {
    this.#stop.signal.throwIfAborted()
    if (this.#connection) return this.#connection
    const attempt = this.#connect().catch((error: unknown) => {
      if (this.#connection === attempt) this.#connection = undefined
      throw error
    })
    this.#connection = attempt
    return attempt
  }

  /** Pods reach the API server through a forward, so a lost connection can't wait for the next dial. */
  async #keepForwards(): Promise<void> {
    while (this.#forwards.length > 0 && !this.#stop.signal.aborted) {
      try {
        await this.#connected()
        return
      } catch (error) {
        this.#deps.logger.warn({ err: error }, 'the relay into the cluster is down; connecting again')
        await delay(this.#deps.clock, RETRY_MS, this.#stop.signal).catch(() => undefined)
      }
    }
  }

  async #connect(): Promise<Client> {
    const { gateway } = this.#deps
    this.#keys ??= makeKeys()
    const { ssh2, host, own } = await this.#keys
    await gateway.upload('/slipway', [
      { path: 'ssh/host_key', content: host.private, mode: 0o600 },
      { path: 'ssh/authorized_keys', content: `${own.public}\n`, mode: 0o600 },
    ])
    const sock = await gateway.execStream(['/usr/sbin/sshd', '-i', '-e', '-f', '/etc/slipway/sshd_config'])
    const client = await handshake(new ssh2.Client(), sock, own.private, host.public)
    client.on('tcp connection', (details, accept, reject) => {
      const forward = this.#forwards.find(({ port }) => port === details.destPort)
      if (forward) pipeToLoopback(accept(), forward.localPort)
      else reject()
    })
    const connection = this.#connection
    client.once('close', () => {
      if (this.#stop.signal.aborted || this.#connection !== connection) return
      this.#connection = undefined
      void this.#keepForwards()
    })
    for (const forward of this.#forwards) await this.#listen(client, forward)
    return client
  }

  /** A server that an earlier Slipway left behind may still hold the port: then all of them go, ours included. */
  async #listen(client: Client, forward: RemoteForward): Promise<void> {
    try {
      await listen(client, forward)
    } catch (error) {
      await this.#deps.gateway.exec(['sh', '-c', 'killall sshd sshd-session; true'])
      client.destroy()
      throw error
    }
  }
}

interface RelayKeys {
  readonly ssh2: typeof Ssh2
  readonly host: { readonly public: string; readonly private: string }
  readonly own: { readonly public: string; readonly private: string }
}

/** The library is loaded with the first connection: where direct dialling works, nobody needs it. */
async function makeKeys(): Promise<RelayKeys> {
  const { default: ssh2 } = await import('ssh2')
  const make = () => ssh2.utils.generateKeyPairSync('ed25519')
  return { ssh2, host: make(), own: make() }
}

function handshake(client: Client, sock: Duplex, privateKey: string, hostKey: string): Promise<Client> {
  const expected = hostKey.split(' ')[1]
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      sock.destroy()
      reject(error)
    }
    client.once('ready', () => {
      client.off('error', fail)
      // A connection that breaks is followed by 'close', which connects again.
      client.on('error', () => undefined)
      resolve(client)
    })
    client.once('error', fail)
    client.connect({
      sock,
      username: 'root',
      privateKey,
      readyTimeout: READY_TIMEOUT_MS,
      keepaliveInterval: KEEPALIVE_MS,
      hostVerifier: (key: Buffer) => key.toString('base64') === expected,
    })
  })
}

function forwardOut(client: Client, address: string, port: number): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
      if (error) reject(dialError(error, address, port))
      else resolve(channel)
    })
  })
}

function listen(client: Client, { address, port }: RemoteForward): Promise<void> {
  return new Promise((resolve, reject) => {
    client.forwardIn(address, port, (error) => (error ? reject(error) : resolve()))
  })
}

async function abortable(opened: Promise<ClientChannel>, signal: AbortSignal): Promise<ClientChannel> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([opened, aborted])
  } catch (error) {
    opened.then((channel) => channel.destroy()).catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

const ERROR_CODES: readonly (readonly [RegExp, string])[] = [
  [/refused/i, 'ECONNREFUSED'],
  [/timed out/i, 'ETIMEDOUT'],
  [/no route/i, 'EHOSTUNREACH'],
  [/unreachable/i, 'ENETUNREACH'],
]

/** The server tells failures in words; callers expect the codes of a socket. */
function dialError(error: Error, address: string, port: number): Error {
  const code = ERROR_CODES.find(([words]) => words.test(error.message))?.[1] ?? 'ECONNRESET'
  return Object.assign(new Error(`connect ${code} ${address}:${port}`, { cause: error }), { code, address, port })
}

function pipeToLoopback(channel: ClientChannel, port: number): void {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true })
  channel.pipe(socket)
  socket.pipe(channel)
  const close = () => {
    socket.destroy()
    channel.destroy()
  }
  socket.on('error', close).on('close', () => channel.close())
  channel.on('error', close).on('close', () => socket.destroy())
}
