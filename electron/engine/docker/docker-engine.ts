/**
 * The Docker engine's API. Only this folder speaks it.
 *  - Thin: one method per endpoint used, in the engine's own terms; failures are EngineErrors with the engine's text,
 *    or RuntimeError EngineUnavailable while it cannot be reached.
 *  - Negotiated: the API version is the lower of the engine's and the newest one used here.
 *  - Owned: whatever is made carries the labels of labels.ts; lists are filtered by them.
 */
import type { Duplex, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import Docker from 'dockerode'
import { requestFailure } from './engine-error.ts'
import { describeLocation, type EngineLocation } from './engine-location.ts'
import type {
  ContainerBody,
  ContainerInspect,
  ContainerSummary,
  EngineInfo,
  EngineVersion,
  ExecBody,
  ExecInspect,
  Filters,
  ImageInspect,
  ImageSummary,
  NetworkBody,
  NetworkInspect,
  VolumeInspect,
} from './engine-types.ts'

const newestApi = '1.51'
const oldestApi = '1.40'

type Query = Readonly<Record<string, unknown>>

interface Request {
  readonly query?: Query | undefined
  readonly body?: unknown
  readonly upload?: Buffer | Readable
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal | undefined
}

type Mode = 'stream' | 'hijack'

export class DockerEngine {
  readonly location: EngineLocation
  readonly #docker: Docker
  #apiVersion: string | undefined
  #connecting: Promise<void> | undefined

  constructor(location: EngineLocation) {
    this.location = location
    // Undefined values keep dockerode from filling in DOCKER_HOST, which the location has taken into account already.
    const none = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined }
    this.#docker = new Docker(
      location.kind === 'socket'
        ? ({ ...none, socketPath: location.path, protocol: 'http' } as unknown as Docker.DockerOptions)
        : ({
            ...none,
            host: location.host,
            port: location.port,
            protocol: location.tls ? 'https' : 'http',
            ca: location.tls?.ca,
            cert: location.tls?.cert,
            key: location.tls?.key,
            ...(location.tls?.verify === false && { checkServerIdentity: () => undefined }),
          } as unknown as Docker.DockerOptions),
    )
  }

  /** Negotiates the API version; every call does so by itself when it was not done before. */
  async connect(): Promise<void> {
    this.#connecting ??= this.#negotiate().finally(() => {
      this.#connecting = undefined
    })
    await this.#connecting
  }

  async #negotiate(): Promise<void> {
    const version = (await this.#answer('GET', '/version', {})) as EngineVersion
    if (olderApi(version.ApiVersion, oldestApi)) {
      throw new Error(
        `the Docker engine at ${describeLocation(this.location)} speaks API ${version.ApiVersion}; Slipway needs ${oldestApi} (Docker 19.03) or newer`,
      )
    }
    this.#apiVersion = olderApi(version.ApiVersion, newestApi) ? version.ApiVersion : newestApi
  }

  /** "1.41": known once connected. */
  get apiVersion(): string {
    return this.#apiVersion ?? oldestApi
  }

  hasApi(version: string): boolean {
    return !olderApi(this.apiVersion, version)
  }

  async call(method: string, path: string, request: Request = {}): Promise<unknown> {
    if (this.#apiVersion === undefined) await this.connect()
    return this.#answer(method, path, request)
  }

  async stream(method: string, path: string, request: Request = {}): Promise<Readable> {
    if (this.#apiVersion === undefined) await this.connect()
    return (await this.#dial('stream', method, path, request)) as Readable
  }

  /** Takes the connection over: what is written goes to the process, what is read comes from it. */
  async hijack(path: string, request: Request = {}): Promise<Duplex> {
    if (this.#apiVersion === undefined) await this.connect()
    return (await this.#dial('hijack', 'POST', path, request)) as Duplex
  }

  /** Read here: the library waits for ever for the rest of an answer that the engine's end cut short. */
  async #answer(method: string, path: string, request: Request): Promise<unknown> {
    const body = (await this.#dial('stream', method, path, request)) as Readable
    const answer = await text(body).catch((error: unknown) => {
      throw requestFailure(error)
    })
    return parsed(answer)
  }

  #dial(mode: Mode, method: string, path: string, request: Request): Promise<unknown> {
    const prefix = this.#apiVersion === undefined ? '' : `/v${this.#apiVersion}`
    const hasOptions = request.query !== undefined || request.body !== undefined
    const options = {
      path: `${prefix}${path}${request.query ? '?' : ''}`,
      method,
      statusCodes: { 200: true, 201: true, 204: true, 101: true },
      isStream: mode === 'stream',
      // A body, though empty, since the request is sent with its first write; the rest of the connection is the process's.
      ...(mode === 'hijack' && { hijack: true, openStdin: true, allowEmpty: true }),
      ...(request.upload && { file: request.upload }),
      ...(request.headers && { headers: request.headers }),
      ...(request.signal && { abortSignal: request.signal }),
      ...(hasOptions && { options: { _query: defined(request.query), _body: request.body ?? {} } }),
    }
    return new Promise((resolve, reject) => {
      this.#docker.modem.dial(options, (error: unknown, result: unknown) => {
        if (error) reject(requestFailure(error))
        else resolve(result)
      })
    })
  }

  info = () => this.call('GET', '/info') as Promise<EngineInfo>
  version = () => this.call('GET', '/version') as Promise<EngineVersion>

  listContainers = (filters: Filters) =>
    this.call('GET', '/containers/json', { query: { all: true, filters } }) as Promise<ContainerSummary[]>
  createContainer = async (name: string | undefined, body: ContainerBody) =>
    ((await this.call('POST', '/containers/create', { query: { name }, body })) as { Id: string }).Id
  /** Counters as they are now, without waiting for a second look. */
  containerStats = (id: string) =>
    this.call('GET', `/containers/${id}/stats`, { query: { stream: false, 'one-shot': true } })
  inspectContainer = (id: string) => this.call('GET', `/containers/${id}/json`) as Promise<ContainerInspect>
  startContainer = (id: string) => this.call('POST', `/containers/${id}/start`)
  stopContainer = (id: string, seconds: number) =>
    this.call('POST', `/containers/${id}/stop`, { query: { t: seconds } })
  killContainer = (id: string, signal: string) => this.call('POST', `/containers/${id}/kill`, { query: { signal } })
  pauseContainer = (id: string) => this.call('POST', `/containers/${id}/pause`)
  unpauseContainer = (id: string) => this.call('POST', `/containers/${id}/unpause`)
  waitContainer = async (id: string, signal?: AbortSignal) =>
    ((await this.call('POST', `/containers/${id}/wait`, { signal })) as { StatusCode: number }).StatusCode
  removeContainer = (id: string) => this.call('DELETE', `/containers/${id}`, { query: { force: true, v: true } })
  attachContainer = (id: string, query: Query) => this.hijack(`/containers/${id}/attach`, { query })
  resizeContainer = (id: string, size: { h: number; w: number }) =>
    this.call('POST', `/containers/${id}/resize`, { query: size })
  containerLogs = (id: string, query: Query, signal?: AbortSignal) =>
    this.stream('GET', `/containers/${id}/logs`, { query, signal })
  uploadArchive = (id: string, path: string, upload: Buffer | Readable) =>
    this.call('PUT', `/containers/${id}/archive`, { query: { path }, upload })
  downloadArchive = (id: string, path: string) => this.stream('GET', `/containers/${id}/archive`, { query: { path } })

  createExec = async (id: string, body: ExecBody) =>
    ((await this.call('POST', `/containers/${id}/exec`, { body })) as { Id: string }).Id
  startExec = (id: string, tty: boolean) => this.hijack(`/exec/${id}/start`, { body: { Detach: false, Tty: tty } })
  resizeExec = (id: string, size: { h: number; w: number }) => this.call('POST', `/exec/${id}/resize`, { query: size })
  inspectExec = (id: string) => this.call('GET', `/exec/${id}/json`) as Promise<ExecInspect>

  listNetworks = (filters: Filters) =>
    this.call('GET', '/networks', { query: { filters } }) as Promise<NetworkInspect[]>
  inspectNetwork = (name: string) => this.call('GET', `/networks/${name}`) as Promise<NetworkInspect>
  createNetwork = async (body: NetworkBody) =>
    ((await this.call('POST', '/networks/create', { body })) as { Id: string }).Id
  removeNetwork = (name: string) => this.call('DELETE', `/networks/${name}`)

  listVolumes = async (filters: Filters) =>
    ((await this.call('GET', '/volumes', { query: { filters } })) as { Volumes: VolumeInspect[] | null }).Volumes ?? []
  inspectVolume = (name: string) => this.call('GET', `/volumes/${name}`) as Promise<VolumeInspect>
  createVolume = (body: { Name: string; Labels: Record<string, string>; DriverOpts?: Record<string, string> }) =>
    this.call('POST', '/volumes/create', { body }) as Promise<VolumeInspect>
  removeVolume = (name: string) => this.call('DELETE', `/volumes/${name}`, { query: { force: true } })

  inspectImage = (name: string) => this.call('GET', `/images/${name}/json`) as Promise<ImageInspect>
  /** Without those that lost their names. */
  listImages = () =>
    this.call('GET', '/images/json', { query: { filters: { dangling: ['false'] } } }) as Promise<ImageSummary[]>
  pullImage = (query: Query, headers: Record<string, string>, signal: AbortSignal) =>
    this.stream('POST', '/images/create', { query, headers, signal })
  importImage = (query: Query, upload: Buffer) =>
    this.stream('POST', '/images/create', { query: { fromSrc: '-', ...query }, upload })
  loadImage = (upload: Buffer | Readable) => this.stream('POST', '/images/load', { query: { quiet: true }, upload })
  buildImage = (query: Query, upload: Buffer) => this.stream('POST', '/build', { query, upload })
  events = (filters: Filters, signal: AbortSignal) => this.stream('GET', '/events', { query: { filters }, signal })
}

/** JSON where the endpoint answers with it. */
function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer)
  } catch {
    return answer
  }
}

function olderApi(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number)
  const [majorB = 0, minorB = 0] = b.split('.').map(Number)
  return majorA !== majorB ? majorA < majorB : minorA < minorB
}

function defined(query: Query | undefined): Query {
  return Object.fromEntries(Object.entries(query ?? {}).filter(([, value]) => value !== undefined))
}
