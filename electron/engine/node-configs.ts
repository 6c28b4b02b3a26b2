import type { Amounts } from '../../shared/api/pod-resources.ts'
import type { EngineInfo } from './docker/engine-types.ts'
import type { NodeConfig } from './kubelet/kubelet-deps.ts'

const MIB = 1024 * 1024
/** What nodes may not promise: room for the engine, its containers' shims and the rest of the machine. */
const RESERVED_MEMORY_SHARE = 0.1
const RESERVED_MEMORY_MINIMUM_BYTES = 256 * MIB
const PODS_PER_NODE = 110

/**
 * Divides the engine's machine into equal nodes: together they promise what the machine has less a reserve, so that a
 * pod that fits its node also fits the machine.
 */
export function nodeConfigs(
  names: readonly string[],
  engine: EngineInfo,
  addressOf: (node: string) => string,
): NodeConfig[] {
  const count = names.length
  const reserved = Math.max(RESERVED_MEMORY_MINIMUM_BYTES, engine.MemTotal * RESERVED_MEMORY_SHARE)
  const capacity = quantities({ cpu: (engine.NCPU * 1000) / count, memory: engine.MemTotal / count })
  const allocatable = quantities({
    cpu: (engine.NCPU * 1000) / count,
    memory: Math.max(0, engine.MemTotal - reserved) / count,
  })
  const machine = {
    architecture: GO_ARCHITECTURES[engine.Architecture] ?? engine.Architecture,
    kernelVersion: engine.KernelVersion,
    osImage: engine.OperatingSystem,
    containerRuntimeVersion: `docker://${engine.ServerVersion}`,
    machineID: engine.ID,
    bootID: engine.ID,
  }
  return names.map((name) => ({ name, address: addressOf(name), capacity, allocatable, machine }))
}

const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm' }

function quantities(amounts: Amounts): Record<string, string> {
  return {
    cpu: `${Math.floor(amounts.cpu ?? 0)}m`,
    memory: `${Math.floor((amounts.memory ?? 0) / MIB)}Mi`,
    pods: `${PODS_PER_NODE}`,
  }
}
