import { randomInt, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { destroyCluster } from '../../electron/engine/docker/destroy-cluster.ts'
import { DockerEngine } from '../../electron/engine/docker/docker-engine.ts'
import { DockerPodRuntime } from '../../electron/engine/docker/docker-pod-runtime.ts'
import { findEngine, parseHost } from '../../electron/engine/docker/engine-location.ts'
import { type Owner, ownerLabels } from '../../electron/engine/docker/labels.ts'
import { ensureSandboxImage } from '../../electron/engine/docker/sandbox-image.ts'
import { SystemClock } from '../../electron/engine/system-clock.ts'
import { silentLogger } from '../../shared/lang/logger.ts'
import { ensureBusyboxImage } from './busybox-image.ts'

export interface RuntimeBench {
  readonly engine: DockerEngine
  readonly owner: Owner
  readonly runtime: DockerPodRuntime
  readonly image: string
  readonly networkName: string
  /** The container that holds a node's network, by the node's name. */
  readonly anchors: Map<string, string>
  podIP(): string
  /** Another runtime of the same cluster, as after the process started anew. */
  reopen(): DockerPodRuntime
  close(): Promise<void>
}

/** A runtime with a network of its own on the docker client's engine, or on `dockerHost`. */
export async function startRuntimeBench(dockerHost?: string): Promise<RuntimeBench> {
  const location = dockerHost ? parseHost(dockerHost, 'the test', () => undefined) : findEngine()
  const engine = new DockerEngine(location)
  const owner = { installation: randomUUID(), cluster: randomUUID() }
  const clock = new SystemClock()
  const [sandbox, image] = await Promise.all([
    ensureSandboxImage(engine, { sourceDir: join(import.meta.dirname, '../../build/images/sandbox') }),
    ensureBusyboxImage(engine),
  ])
  const networkName = `slipway-test-${owner.cluster.slice(0, 8)}`
  const prefix = await createNetwork(engine, networkName, owner)
  const anchors = new Map<string, string>()
  const open = () =>
    new DockerPodRuntime({
      ...owner,
      engine,
      networkName,
      clock,
      logger: silentLogger,
      cores: 2,
      sandboxImage: async () => sandbox,
      nodeAnchor: async (node) => anchors.get(node) ?? '',
    })
  const runtimes = [open()]
  let addresses = 0
  return {
    engine,
    owner,
    runtime: runtimes[0] as DockerPodRuntime,
    image,
    networkName,
    anchors,
    podIP: () => `${prefix}.1.${++addresses}`,
    reopen() {
      const runtime = open()
      runtimes.push(runtime)
      return runtime
    },
    async close() {
      for (const runtime of runtimes) runtime.dispose()
      await destroyCluster(engine, owner)
      clock.dispose()
    },
  }
}

/** On the first subnet, of some tries, that nothing else has. */
async function createNetwork(engine: DockerEngine, name: string, owner: Owner): Promise<string> {
  for (let tries = 0; ; tries++) {
    const prefix = `10.${randomInt(60, 250)}`
    const IPAM = { Config: [{ Subnet: `${prefix}.0.0/16`, IPRange: `${prefix}.0.0/17` }] }
    try {
      await engine.createNetwork({ Name: name, Driver: 'bridge', Labels: ownerLabels(owner), IPAM })
      return prefix
    } catch (error) {
      if (tries === 10) throw error
    }
  }
}
