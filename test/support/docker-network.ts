import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { DockerEngine } from '../../electron/engine/docker/docker-engine.ts'
import { findEngine } from '../../electron/engine/docker/engine-location.ts'
import { DockerNetworkEngine } from '../../electron/engine/docker/network-engine.ts'
import type { DialCluster } from '../../electron/engine/network/cluster-network.ts'
import { gatewayImage } from '../../electron/engine/network/images/gateway-image.ts'
import { ensureSystemImage } from '../../electron/engine/network/images/system-image.ts'
import {
  type ClusterNetworkDeps,
  chooseClusterNetwork,
  type RunningClusterNetwork,
  startClusterNetwork,
} from '../../electron/engine/network/start-cluster-network.ts'
import { SystemClock } from '../../electron/engine/system-clock.ts'
import { silentLogger } from '../../shared/lang/logger.ts'

const images = join(import.meta.dirname, '../../build/images')

/** A cluster network on the real engine with containers of the gateway image as pods. */
export async function startNetworkBench(options: Partial<ClusterNetworkDeps> = {}) {
  const docker = new DockerEngine(findEngine())
  const engine = new DockerNetworkEngine(docker)
  const image = await ensureSystemImage(gatewayImage(join(images, 'gateway')), { engine, logger: silentLogger })
  const clock = new SystemClock()
  const uid = randomBytes(8).toString('hex')
  const labels = { 'io.slipway.installation': `test-${uid}`, 'io.slipway.cluster': uid }
  const config = await chooseClusterNetwork(engine, Math.random)
  const deps: ClusterNetworkDeps = {
    engine,
    clock,
    logger: silentLogger,
    cluster: { name: 'nettest', uid },
    config,
    labels,
    gatewayImage: image,
    ...options,
  }
  const network = await startClusterNetwork(deps)
  const pods: string[] = []
  return {
    docker,
    engine,
    deps,
    network,
    gatewayName: `${network.networkName}-gateway`,
    /** Starts a pod that runs this shell script; resolves with its id and address. */
    async pod(name: string, script: string): Promise<{ id: string; ip: string }> {
      const ip = network.allocatePodIP(name)
      const id = await docker.createContainer(`nettest-${uid}-${name}`, {
        Image: image,
        Entrypoint: ['sh', '-c', script],
        Labels: labels,
        HostConfig: { NetworkMode: network.networkName, CapAdd: ['NET_ADMIN'] },
        NetworkingConfig: { EndpointsConfig: { [network.networkName]: { IPAMConfig: { IPv4Address: ip } } } },
      })
      pods.push(id)
      await docker.startContainer(id)
      if (deps.replyRouting) await setUpReplyPath(engine, id, network)
      await listening(engine, id)
      return { id, ip }
    },
    async podInNetworkOf(container: string, name: string, script: string): Promise<void> {
      const id = await docker.createContainer(`nettest-${uid}-${name}`, {
        Image: image,
        Entrypoint: ['sh', '-c', script],
        Labels: labels,
        HostConfig: { NetworkMode: `container:${container}` },
      })
      pods.push(id)
      await docker.startContainer(id)
      await listening(engine, id)
    },
    /** What the server at this address says to a pod. */
    async ask(from: string, address: string, port: number): Promise<string> {
      const { stdout, stderr } = await engine.exec(from, ['nc', '-w', '2', address, String(port)], '\n')
      return (stdout + stderr).trim()
    },
    async close() {
      await Promise.all(pods.map((id) => docker.removeContainer(id)))
      await network.remove()
      clock.dispose()
    },
  }
}

export type NetworkBench = Awaited<ReturnType<typeof startNetworkBench>>

/** What the server at this address says to the laptop. */
export async function askFromLaptop(dial: DialCluster, address: string, port: number): Promise<string> {
  const stream = await dial(address, port)
  stream.end('\n')
  return (await text(stream)).trim()
}

/** A server that takes a line and tells its name and who asked. */
export function talker(name: string, port = 8080): string {
  return `printf '#!/bin/sh\\nread line\\necho ${name} from $(netstat -tn | grep ":${port} .*\\(ESTABLISHED\\|CLOSE_WAIT\\)" | head -n 1 | awk "{print \\$5}" | sed "s/.*f://; s/:.*//")\\n' >/answer
chmod 0755 /answer
if nc --help 2>&1 | grep -q -e '-ll'; then exec nc -ll -p ${port} -e /answer; else exec nc -lk -p ${port} -e /answer; fi`
}

async function setUpReplyPath(engine: DockerNetworkEngine, id: string, network: RunningClusterNetwork): Promise<void> {
  const { gatewayIP, gatewayMac, mark } = network.replyPath
  const rules = `table ip reply {
  chain in { type filter hook prerouting priority mangle; ether saddr ${gatewayMac} ct mark set ${mark}; }
  chain out { type route hook output priority mangle; ct mark ${mark} meta mark set ${mark}; }
}`
  const routes = `ip rule add fwmark ${mark} table ${mark}; ip route add default via ${gatewayIP} dev eth0 table ${mark}`
  const { exitCode, stderr } = await engine.exec(id, ['sh', '-c', `nft -f - && ${routes}`], rules)
  if (exitCode !== 0) throw new Error(`the reply path was not set up: ${stderr}`)
}

/** Until the script's server is there. */
async function listening(engine: DockerNetworkEngine, id: string): Promise<void> {
  const wait = 'until netstat -tln | grep -q ":[89]0[80]0 "; do usleep 20000; done'
  await engine.exec(id, ['timeout', '10', 'sh', '-c', wait])
}
