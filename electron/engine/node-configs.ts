import type { Amounts } from '../../shared/api/pod-resources.ts'
import type { EngineInfo } from './docker/engine-types.ts'
import type { NodeRecord } from './installation/cluster-record.ts'
import type { NodeConfig } from './kubelet/kubelet-deps.ts'
import { promisable, sizeOf } from './node-sizes.ts'

const MIB = 1024 * 1024
const PODS_PER_NODE = 110

/**
 * What the kubelet is told of the nodes. A part of the machine has its part of the reserve in its capacity, as a
 * machine has; a size that was asked for is what pods may use.
 */
export function nodeConfigs(
  nodes: readonly NodeRecord[],
  engine: EngineInfo,
  addressOf: (node: string) => string,
): NodeConfig[] {
  const machine = {
    architecture: GO_ARCHITECTURES[engine.Architecture] ?? engine.Architecture,
    kernelVersion: engine.KernelVersion,
    osImage: engine.OperatingSystem,
    containerRuntimeVersion: `docker://${engine.ServerVersion}`,
    machineID: engine.ID,
    bootID: engine.ID,
  }
  const whole = { cpu: engine.NCPU * 1000, memory: engine.MemTotal }
  return nodes.map(({ name, size, labels = {}, taints = [] }) => ({
    name,
    address: addressOf(name),
    labels,
    taints,
    capacity: quantities(sizeOf(size, whole)),
    allocatable: quantities(sizeOf(size, promisable(engine))),
    machine,
  }))
}

const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm' }

function quantities(amounts: Amounts): Record<string, string> {
  return {
    cpu: `${Math.floor(amounts.cpu ?? 0)}m`,
    memory: `${Math.floor((amounts.memory ?? 0) / MIB)}Mi`,
    pods: `${PODS_PER_NODE}`,
  }
}
