import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pack } from 'tar-stream'
import { RuntimeError } from '../kubelet/pod-runtime.ts'
import type { DockerEngine } from './docker-engine.ts'
import { ignoring } from './engine-error.ts'
import { describeLocation } from './engine-location.ts'
import type { ContainerBody, HostConfigBody } from './engine-types.ts'
import { label, type Owner, ownerLabels } from './labels.ts'
import { samplePolicyCommand } from './policy-rules.ts'
import { replyPathRules } from './reply-path.ts'
import { sandboxOomScoreAdj } from './sandbox-body.ts'
import { SandboxControl } from './sandbox-control.ts'

export interface EngineCapabilities {
  /** The engine may protect processes from the kernel's out-of-memory killer. */
  readonly negativeOomScores: boolean
  /** Pods' own network namespaces take the rules of NetworkPolicies. */
  readonly networkPolicies: boolean
}

/** The engine lacks something that pods need; the message is one paragraph for the user. */
export class EngineUnfit extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'EngineUnfit'
  }
}

export interface ProbeOptions {
  readonly engine: DockerEngine
  readonly installation: string
  /** The sandbox image, already on the engine. */
  readonly image: string
  /** Where the outcome is kept, so that an engine of the same id and version is not tried again. */
  readonly cachePath?: string
}

/** Tries on the engine what pods need. Throws EngineUnfit that names what is missing. */
export async function probeEngine(options: ProbeOptions): Promise<EngineCapabilities> {
  const info = await options.engine.info()
  if (info.OSType !== 'linux') {
    throw new EngineUnfit(
      `The Docker engine at ${describeLocation(options.engine.location)} runs ${info.OSType} containers; Slipway needs one that runs Linux containers.`,
    )
  }
  const key = `2 ${info.ID} ${info.ServerVersion} ${info.KernelVersion} ${options.image}`
  const cached = await readCache(options.cachePath, key)
  if (cached) return cached
  const capabilities = await tryOut(options)
  if (options.cachePath) {
    await mkdir(dirname(options.cachePath), { recursive: true, mode: 0o700 })
    await writeFile(options.cachePath, JSON.stringify({ key, capabilities }), { mode: 0o600 })
  }
  return capabilities
}

async function readCache(path: string | undefined, key: string): Promise<EngineCapabilities | undefined> {
  if (path === undefined) return undefined
  try {
    const kept = JSON.parse(await readFile(path, 'utf8')) as { key?: string; capabilities?: EngineCapabilities }
    return kept.key === key ? kept.capabilities : undefined
  } catch {
    // Not there, or not what was written: the engine is tried again.
    return undefined
  }
}

async function tryOut({ engine, installation, image }: ProbeOptions): Promise<EngineCapabilities> {
  const owner = { installation, cluster: `probe-${randomUUID()}` }
  const missing: string[] = []
  const made: string[] = []
  const volume = `slipway-${owner.cluster}`
  const attempt = async (what: string, action: () => Promise<unknown>) => {
    try {
      await action()
      return true
    } catch (error) {
      missing.push(`${what} (${error instanceof Error ? error.message : String(error)})`)
      return false
    }
  }
  const run = async (host: HostConfigBody) => {
    const id = await engine.createContainer(undefined, probeBody(image, owner, host))
    made.push(id)
    await engine.startContainer(id)
    return id
  }
  try {
    let negativeOomScores = true
    let networkPolicies = false
    const holder = holderConfig(volume, owner)
    const started = await attempt('containers with tmpfs volumes and the NET_ADMIN capability', async () => {
      try {
        await run({ ...holder, OomScoreAdj: sandboxOomScoreAdj })
      } catch {
        negativeOomScores = false
        await run(holder)
      }
    })
    const sandbox = made.at(-1)
    if (started && sandbox) {
      await attempt('nftables in a container', () => setRules(engine, sandbox))
      networkPolicies = await takesPolicies(engine, sandbox)
      await attempt('archive upload', async () => engine.uploadArchive(sandbox, '/', await emptyArchive()))
      await attempt('namespaces shared between containers', () =>
        run({ NetworkMode: `container:${sandbox}`, IpcMode: `container:${sandbox}`, PidMode: `container:${sandbox}` }),
      )
    }
    if (missing.length > 0) throw new EngineUnfit(unfit(engine, missing))
    return { negativeOomScores, networkPolicies }
  } finally {
    await Promise.all(made.map((id) => ignoring([404, 409], engine.removeContainer(id))))
    await ignoring([404, 409], engine.removeVolume(volume))
  }
}

function unfit(engine: DockerEngine, missing: readonly string[]): string {
  const what = missing.join('; ')
  return `The Docker engine at ${describeLocation(engine.location)} lacks what pods need: ${what}. Slipway works with Docker Desktop, Docker Engine 20.10 or newer, Colima, OrbStack, Rancher Desktop (dockerd) and rootful Podman; point DOCKER_HOST or "docker context use" at one of these.`
}

function holderConfig(volume: string, owner: Owner): HostConfigBody {
  const driver = { Name: 'local', Options: { type: 'tmpfs', device: 'tmpfs', o: 'mode=1777' } }
  return {
    NetworkMode: 'none',
    IpcMode: 'shareable',
    CapDrop: ['ALL'],
    CapAdd: ['NET_ADMIN', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID'],
    Mounts: [
      {
        Type: 'volume',
        Source: volume,
        Target: '/probe',
        VolumeOptions: { NoCopy: true, Labels: ownerLabels(owner), DriverConfig: driver },
      },
    ],
  }
}

function probeBody(image: string, owner: Owner, host: HostConfigBody): ContainerBody {
  return {
    Image: image,
    OpenStdin: true,
    Healthcheck: { Test: ['NONE'] },
    Labels: { ...ownerLabels(owner), [label.role]: 'helper' },
    HostConfig: { ...host, LogConfig: { Type: 'none', Config: {} } },
  }
}

async function setRules(engine: DockerEngine, sandbox: string): Promise<void> {
  const control = await SandboxControl.open(engine, sandbox)
  try {
    await control.run([
      replyPathRules({ gatewayMac: '02:00:00:00:00:01', mark: 1 }),
      ['mkdir', '/probe/a', '0755', 0, 0],
    ])
  } finally {
    control.close()
  }
}

/** Kernels may lack a piece that only these rules need, and pods run without them. */
async function takesPolicies(engine: DockerEngine, sandbox: string): Promise<boolean> {
  const control = await SandboxControl.open(engine, sandbox)
  try {
    await control.run([samplePolicyCommand()])
    return true
  } catch (error) {
    if (error instanceof RuntimeError && error.reason === 'FailedCreatePodSandBox') return false
    throw error
  } finally {
    control.close()
  }
}

async function emptyArchive(): Promise<Buffer> {
  const archive = pack()
  archive.entry({ name: 'uploaded' }, '')
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
