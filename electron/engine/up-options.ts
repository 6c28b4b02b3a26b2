import type { NodeTimingsName } from '../../shared/api/node-timings.ts'
import { ApiError } from '../../shared/api/status.ts'
import { requireSameSize, type Sizes } from './host-nodes.ts'
import type { ClusterRecord } from './installation/cluster-record.ts'
import { requireQuantities } from './node-sizes.ts'
import { parseConfiguration } from './scheduler-config/parse-configuration.ts'

/** What may be said of a cluster that is to run; what is not said stays as it is on record. */
export interface UpOptions extends Sizes {
  readonly nodes?: number | undefined
  /** Nodes are added for pods that find no room, up to so many; 0: no more of that. */
  readonly maxNodes?: number | undefined
  /** The autoscaler keeps so many at least. */
  readonly minNodes?: number | undefined
  readonly nodeTimings?: NodeTimingsName | undefined
  /** The text of a KubeSchedulerConfiguration; null: the default one. */
  readonly schedulerConfig?: string | null | undefined
}

/** Throws an ApiError for what can't be meant, by itself or beside what is on record of the cluster. */
export function requireValidOptions(options: UpOptions, known: ClusterRecord | undefined): void {
  requireQuantities({ cpu: options.cpu, memory: options.memory })
  if (typeof options.schedulerConfig === 'string') parseConfiguration(options.schedulerConfig)
  requireOrder({ ...known, ...scalingOf(options) })
  if (known) requireSameSize(known, options)
}

/** What is set when the control plane starts stays until it is started anew: throws a Conflict ApiError. */
export function requireSameStart(record: ClusterRecord, { nodeTimings, schedulerConfig }: UpOptions): void {
  const { name, nodeTimings: current = 'standard' } = record
  if (nodeTimings !== undefined && nodeTimings !== current) {
    const message = `cluster "${name}" runs with ${current} node timings; take it down first to change them`
    throw new ApiError('Conflict', message)
  }
  if (schedulerConfig === undefined || (schedulerConfig ?? undefined) === record.schedulerConfig) return
  const message = `cluster "${name}" runs with another scheduler configuration; take it down first to change it`
  throw new ApiError('Conflict', message)
}

/** The record of a cluster that starts with what was said of its control plane. */
export function withStart(record: ClusterRecord, { nodeTimings, schedulerConfig }: UpOptions): ClusterRecord {
  return {
    ...record,
    ...(nodeTimings === undefined ? {} : { nodeTimings }),
    ...(schedulerConfig === undefined ? {} : { schedulerConfig: schedulerConfig ?? undefined }),
  }
}

/** What is said of the number of nodes that the autoscaler keeps; without a maximum it does nothing. */
export function scalingOf({ minNodes, maxNodes }: UpOptions): Pick<ClusterRecord, 'minNodes' | 'maxNodes'> {
  if (maxNodes === 0) return { maxNodes: undefined, minNodes: minNodes || undefined }
  return {
    ...(maxNodes === undefined ? {} : { maxNodes }),
    ...(minNodes === undefined ? {} : { minNodes: minNodes || undefined }),
  }
}

/** Throws a BadRequest ApiError. */
function requireOrder({ minNodes = 0, maxNodes = 0 }: Partial<ClusterRecord>): void {
  if (minNodes <= maxNodes) return
  const message = `the autoscaler keeps at least --min-nodes (${minNodes}) and at most --max-nodes (${maxNodes}): the first may not be larger`
  throw new ApiError('BadRequest', message)
}
