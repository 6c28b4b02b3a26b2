import { Duplex, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { RuntimeError } from '../kubelet/pod-runtime.ts'
import type {
  EngineContainer,
  EngineNetwork,
  ExecResult,
  GatewayContainerSpec,
  NetworkEngine,
} from '../network/network-engine.ts'
import type { DockerEngine } from './docker-engine.ts'
import { ignoring, isStatus } from './engine-error.ts'
import type { ContainerBody, NetworkInspect } from './engine-types.ts'
import { FrameParser } from './frames.ts'

/** Containers' own MAC addresses moved into the endpoint's settings with this API version. */
const macOfEndpointApi = '1.44'

/** The cluster network's side of the Docker engine. */
export class DockerNetworkEngine implements NetworkEngine {
  readonly #engine: DockerEngine

  constructor(engine: DockerEngine) {
    this.#engine = engine
  }

  async architecture(): Promise<string> {
    const { Arch } = await this.#engine.version()
    return Arch
  }

  async listNetworks(): Promise<readonly EngineNetwork[]> {
    return (await this.#engine.listNetworks({})).map(engineNetwork)
  }

  async createNetwork(spec: Parameters<NetworkEngine['createNetwork']>[0]): Promise<EngineNetwork> {
    await this.#engine.createNetwork({
      Name: spec.name,
      Driver: 'bridge',
      CheckDuplicate: true,
      IPAM: { Config: [{ Subnet: spec.subnet, IPRange: spec.ipRange, Gateway: spec.bridgeIP }] },
      Labels: { ...spec.labels },
    })
    return engineNetwork(await this.#engine.inspectNetwork(spec.name))
  }

  async removeNetwork(id: string): Promise<void> {
    await ignoring([404], this.#engine.removeNetwork(id))
  }

  async inspectContainer(nameOrId: string): Promise<EngineContainer | undefined> {
    try {
      const found = await this.#engine.inspectContainer(nameOrId)
      return {
        id: found.Id,
        image: found.Config.Image,
        running: found.State.Running,
        labels: found.Config.Labels,
      }
    } catch (error) {
      if (isStatus(error, 404)) return undefined
      throw error
    }
  }

  async listContainers(labels: Readonly<Record<string, string>>): Promise<readonly EngineContainer[]> {
    const filter = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    const found = await this.#engine.listContainers({ label: filter })
    return found.map((each) => ({
      id: each.Id,
      image: each.Image,
      running: each.State === 'running',
      labels: each.Labels,
    }))
  }

  createContainer(spec: GatewayContainerSpec): Promise<string> {
    const macOfEndpoint = this.#engine.hasApi(macOfEndpointApi)
    const body: ContainerBody = {
      Image: spec.image,
      Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
      Labels: { ...spec.labels },
      ...(spec.command && { Cmd: [...spec.command] }),
      ...(spec.mac && !macOfEndpoint && { MacAddress: spec.mac }),
      HostConfig: {
        NetworkMode: spec.network,
        CapDrop: ['ALL'],
        CapAdd: [...spec.capabilities],
        Sysctls: { ...spec.sysctls },
        RestartPolicy: { Name: spec.restart ? 'unless-stopped' : 'no' },
        ...(spec.volume && { Mounts: [volumeMount(spec.volume, spec.labels)] }),
        LogConfig: { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2' } },
      },
      NetworkingConfig: {
        EndpointsConfig: {
          [spec.network]: {
            IPAMConfig: { IPv4Address: spec.ip },
            ...(spec.mac && macOfEndpoint && { MacAddress: spec.mac }),
          },
        },
      },
    }
    return this.#engine.createContainer(spec.name, body)
  }

  async startContainer(id: string): Promise<void> {
    await ignoring([304], this.#engine.startContainer(id))
  }

  async waitStopped(id: string, signal: AbortSignal): Promise<void> {
    await ignoring([404], this.#engine.waitContainer(id, signal))
  }

  async removeContainer(id: string): Promise<void> {
    await ignoring([404, 409], this.#engine.removeContainer(id))
  }

  async removeVolume(name: string): Promise<void> {
    await ignoring([404], this.#engine.removeVolume(name))
  }

  async uploadFiles(id: string, directory: string, files: Parameters<NetworkEngine['uploadFiles']>[2]): Promise<void> {
    const archive = pack()
    for (const file of files) archive.entry({ name: file.path, mode: file.mode }, file.content)
    archive.finalize()
    await this.#engine.uploadArchive(id, directory, await buffer(archive))
  }

  async exec(id: string, command: readonly string[], stdin?: string): Promise<ExecResult> {
    const execId = await this.#createExec(id, command, stdin !== undefined)
    const socket = await this.#engine.startExec(execId, false)
    const output = { stdin: '', stdout: '', stderr: '' }
    const frames = new FrameParser()
    if (stdin !== undefined) socket.end(stdin)
    for await (const chunk of socket) {
      for (const piece of frames.push(chunk as Buffer)) output[piece.stream] += piece.data.toString()
    }
    const { ExitCode } = await this.#engine.inspectExec(execId)
    return { exitCode: ExitCode ?? -1, stdout: output.stdout, stderr: output.stderr }
  }

  async execStream(id: string, command: readonly string[]): Promise<Duplex> {
    const execId = await this.#createExec(id, command, true)
    return demultiplexed(await this.#engine.startExec(execId, false))
  }

  async hasImage(tag: string): Promise<boolean> {
    try {
      await this.#engine.inspectImage(tag)
      return true
    } catch (error) {
      if (isStatus(error, 404)) return false
      throw error
    }
  }

  async importImage(tag: string, archive: Buffer, changes: readonly string[]): Promise<void> {
    const [repo, name] = tag.split(':')
    await finished(await this.#engine.importImage({ repo, tag: name, changes }, archive))
  }

  async pullImage(name: string, signal: AbortSignal): Promise<void> {
    const [fromImage, tag] = name.split(':')
    await finished(await this.#engine.pullImage({ fromImage, tag }, {}, signal))
  }

  async buildImage(tag: string, context: Buffer): Promise<void> {
    await finished(await this.#engine.buildImage({ t: tag, rm: true }, context))
  }

  #createExec(id: string, command: readonly string[], stdin: boolean): Promise<string> {
    return this.#engine.createExec(id, {
      Cmd: [...command],
      AttachStdin: stdin,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
    })
  }
}

function volumeMount(volume: { readonly name: string; readonly path: string }, labels: GatewayContainerSpec['labels']) {
  const VolumeOptions = { NoCopy: true, Labels: { ...labels }, DriverConfig: { Name: 'local', Options: {} } }
  return { Type: 'volume' as const, Source: volume.name, Target: volume.path, VolumeOptions }
}

function engineNetwork(network: NetworkInspect): EngineNetwork {
  return {
    id: network.Id,
    name: network.Name,
    subnets: (network.IPAM?.Config ?? []).flatMap((each) => (each.Subnet ? [each.Subnet] : [])),
    labels: network.Labels ?? {},
  }
}

/** Standard output as what is read; standard error is the program's log and is dropped. */
function demultiplexed(socket: Duplex): Duplex {
  const frames = new FrameParser()
  const duplex: Duplex = new Duplex({
    write: (chunk, encoding, callback) => void socket.write(chunk, encoding, callback),
    final: (callback) => void socket.end(callback),
    read: () => void socket.resume(),
    destroy(error, callback) {
      socket.destroy()
      callback(error)
    },
  })
  socket.on('data', (chunk: Buffer) => {
    for (const piece of frames.push(chunk)) {
      if (piece.stream === 'stdout' && !duplex.push(piece.data)) socket.pause()
    }
  })
  socket.on('end', () => duplex.push(null))
  socket.on('error', (error) => duplex.destroy(error))
  socket.on('close', () => duplex.destroy())
  return duplex
}

/** Reads the engine's progress to its end; a failure comes as a line of it, with status 200. */
async function finished(progress: Readable): Promise<void> {
  const text = (await buffer(progress)).toString()
  for (const line of text.split('\n')) {
    if (!line.trim()) continue
    const { error } = JSON.parse(line) as { error?: string }
    if (error !== undefined) throw new RuntimeError('ErrImagePull', error)
  }
}
