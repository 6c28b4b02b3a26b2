import type { Filters, Labels } from './engine-types.ts'

/** Whose an object of the engine is: nothing without both labels is ever listed, adopted or removed. */
export interface Owner {
  /** The installation's random id. */
  readonly installation: string
  /** The cluster's random uid. */
  readonly cluster: string
}

export const label = {
  installation: 'io.slipway.installation',
  cluster: 'io.slipway.cluster',
  /** sandbox, container, gateway, anchor, helper. */
  role: 'io.slipway.role',
  /** The number of the meaning of these labels. */
  format: 'io.slipway.format',
  podUid: 'io.slipway.pod.uid',
  podNamespace: 'io.slipway.pod.namespace',
  podName: 'io.slipway.pod.name',
  podIP: 'io.slipway.pod.ip',
  node: 'io.slipway.node',
  containerName: 'io.slipway.container.name',
  containerType: 'io.slipway.container.type',
  attempt: 'io.slipway.attempt',
  hash: 'io.slipway.hash',
  sandboxId: 'io.slipway.sandbox.id',
  volume: 'io.slipway.volume',
} as const

const labelFormat = '1'

export function ownerLabels(owner: Owner): Labels {
  return { [label.installation]: owner.installation, [label.cluster]: owner.cluster, [label.format]: labelFormat }
}

export function ownedBy(owner: Owner, more: Labels = {}): Filters {
  const labels = { [label.installation]: owner.installation, [label.cluster]: owner.cluster, ...more }
  return { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) }
}
