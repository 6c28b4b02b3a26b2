import { microTimestamp, timestamp } from '../../../../shared/api/timestamp.ts'
import type { Lease } from '../../../../shared/api/types/coordination-v1.ts'
import type { ContainerImage, Node, NodeCondition, NodeStatus } from '../../../../shared/api/types/core-v1.ts'
import type { NodeConfig } from '../kubelet-deps.ts'

const KUBELET_VERSION = 'v1.36.2+slipway'
export const LEASE_NAMESPACE = 'kube-node-lease'
const LEASE_SECONDS = 40

/** The labels that a kubelet keeps on its node; those of its configuration are for a new one only. */
export function nodeLabels(config: NodeConfig): Record<string, string> {
  const { architecture } = config.machine
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': config.name,
    'kubernetes.io/os': 'linux',
  }
}

export function newNode(config: NodeConfig, status: NodeStatus): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: config.name,
      labels: { ...config.labels, ...nodeLabels(config) },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    },
    spec: config.taints?.length ? { taints: [...config.taints] } : {},
    status,
  }
}

export interface NodeHealth {
  /** Why the node can't run pods; undefined when it can. */
  readonly notReady?: string | undefined
  /** What of images is there, the largest first. */
  readonly images?: readonly ContainerImage[]
}

/** The status of a node; transition times stay while a condition's status stays. */
export function nodeStatus(config: NodeConfig, health: NodeHealth, before: NodeStatus, nowMs: number): NodeStatus {
  const { machine, name } = config
  return {
    ...before,
    capacity: { ...config.capacity },
    allocatable: { ...config.allocatable },
    conditions: nodeConditions(health, before.conditions ?? [], timestamp(nowMs)),
    addresses: [
      { type: 'InternalIP', address: config.address },
      { type: 'Hostname', address: name },
    ],
    ...(health.images ? { images: [...health.images] } : {}),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      machineID: machine.machineID,
      systemUUID: machine.machineID,
      bootID: machine.bootID,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: machine.containerRuntimeVersion,
      kubeletVersion: KUBELET_VERSION,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: machine.architecture,
    },
  }
}

const HEALTHY: readonly Pick<NodeCondition, 'type' | 'reason' | 'message'>[] = [
  {
    type: 'MemoryPressure',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  { type: 'DiskPressure', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  { type: 'PIDPressure', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
]

function nodeConditions(health: NodeHealth, before: readonly NodeCondition[], now: string): NodeCondition[] {
  const ready = health.notReady
    ? { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: health.notReady }
    : { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
  const own = [...HEALTHY.map((condition) => ({ ...condition, status: 'False' })), ready]
  const types = new Set(own.map(({ type }) => type))
  const conditions = own.map((condition): NodeCondition => {
    const old = before.find(({ type }) => type === condition.type)
    const since = old?.status === condition.status ? old.lastTransitionTime : undefined
    return { ...condition, lastHeartbeatTime: now, lastTransitionTime: since ?? now }
  })
  return [...before.filter(({ type }) => !types.has(type)), ...conditions]
}

/** Equal but for the times that every heartbeat moves. */
export function withoutHeartbeats(status: NodeStatus | undefined): NodeStatus | undefined {
  if (!status) return undefined
  return {
    ...status,
    conditions: (status.conditions ?? []).map(({ lastHeartbeatTime: _, ...condition }) => condition),
  }
}

export function nodeLease(node: Node, nowMs: number): Lease {
  const { name = '', uid = '' } = node.metadata
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: LEASE_NAMESPACE,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: microTimestamp(nowMs) },
  }
}
