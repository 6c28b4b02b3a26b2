import type { Node, Pod, PodSpec, Taint, Toleration } from '../../shared/api/types/core-v1.ts'

/** Builds a node for tests: `aNode('a').cpu('2').label('zone', 'x').build()`. */
export function aNode(name: string) {
  const allocatable: Record<string, string> = { cpu: '4', memory: '8Gi', pods: '110' }
  const labels: Record<string, string> = { 'kubernetes.io/hostname': name }
  const taints: Taint[] = []
  let unschedulable = false
  const builder = {
    allocatable: (resource: string, quantity: string) => {
      allocatable[resource] = quantity
      return builder
    },
    cpu: (quantity: string) => builder.allocatable('cpu', quantity),
    memory: (quantity: string) => builder.allocatable('memory', quantity),
    label: (key: string, value: string) => {
      labels[key] = value
      return builder
    },
    taint: (key: string, effect: string, value = '') => {
      taints.push({ key, effect, value })
      return builder
    },
    cordoned: () => {
      unschedulable = true
      return builder
    },
    build: (): Node => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
      spec: { taints, ...(unschedulable ? { unschedulable } : {}) },
      status: { allocatable, capacity: allocatable },
    }),
  }
  return builder
}

/** Builds a pod for tests: `aPod('web').requests({ cpu: '100m' }).build()`. */
export function aPod(name: string) {
  const spec: PodSpec = { schedulerName: 'default-scheduler', containers: [{ name: 'main', image: 'busybox:1' }] }
  const labels: Record<string, string> = {}
  const builder = {
    label: (key: string, value: string) => {
      labels[key] = value
      return builder
    },
    requests: (requests: Record<string, string>) =>
      builder.spec({ containers: [{ ...spec.containers[0], name: 'main', resources: { requests } }] }),
    tolerates: (...tolerations: Toleration[]) => builder.spec({ tolerations }),
    on: (nodeName: string) => builder.spec({ nodeName }),
    selects: (nodeSelector: Record<string, string>) => builder.spec({ nodeSelector }),
    spec: (part: Partial<PodSpec>) => {
      Object.assign(spec, part)
      return builder
    },
    build: (): Pod => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', uid: `uid-${name}`, generation: 1, labels },
      spec,
    }),
  }
  return builder
}
