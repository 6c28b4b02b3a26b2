import { matchesRequirements, parseLabelSelector } from '../../../../shared/api/label-selector-text.ts'
import type { KubeObject } from '../../../../shared/api/object.ts'
import { ApiError } from '../../../../shared/api/status.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { PodUsage } from '../../../../shared/api/usage.ts'
import { sumUsages, type Use } from '../../../../shared/api/usage-history.ts'
import { newNotFound } from '../machinery/api-errors.ts'
import type { ServerContext } from '../registry/server-context.ts'
import { answer } from './answer.ts'
import type { Exchange } from './exchange.ts'
import type { ResourcePath } from './request-info.ts'

interface Metrics {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> }
}

/** GET of metrics.k8s.io: what pods and nodes used in the newest sample. */
export function answerMetrics(context: ServerContext, exchange: Exchange, at: ResourcePath): void {
  const usage = context.usage()
  if (usage === undefined) throw new ApiError('ServiceUnavailable', 'the metrics are not collected yet')
  const { kind, groupVersion: apiVersion, listKind } = at.resource
  const found = at.resource.resource === 'pods' ? podMetrics(context, usage.pods()) : nodeMetrics(context, usage.pods())
  const answers = { ...exchange.answers, accepted: exchange.accepted }
  if (at.name !== '') {
    const { namespace } = at
    const one = found.find(({ metadata }) => metadata.name === at.name && (metadata.namespace ?? '') === namespace)
    if (one === undefined) throw newNotFound({ group: at.resource.group, resource: at.resource.resource }, at.name)
    answer(exchange.response, 200, { kind, apiVersion, ...one }, answers)
    return
  }
  const requirements = parseLabelSelector(exchange.query.get('labelSelector') ?? '')
  const items = found.filter(
    ({ metadata }) =>
      (!at.namespace || metadata.namespace === at.namespace) &&
      matchesRequirements(requirements, metadata.labels ?? {}),
  )
  answer(exchange.response, 200, { kind: listKind, apiVersion, metadata: {}, items }, answers)
}

function podMetrics({ store }: ServerContext, usages: readonly PodUsage[]): Metrics[] {
  return usages.flatMap(({ namespace, name, uid, at, windowMs, containers }) => {
    const pod = store.get({ resource: 'pods', namespace, name })?.object
    if (pod?.metadata.uid !== uid) return []
    return {
      metadata: { ...identity(pod), namespace, creationTimestamp: timestamp(at) },
      timestamp: timestamp(at),
      window: `${Math.round(windowMs / 1000)}s`,
      containers: containers.map((used) => ({ name: used.name, usage: amounts(used) })),
    }
  })
}

/** A node is a part of the machine: it uses what its pods use. */
function nodeMetrics({ store, clock }: ServerContext, usages: readonly PodUsage[]): Metrics[] {
  const byNode = Map.groupBy(usages, ({ node }) => node)
  return store.list('nodes').items.map(({ object }) => {
    const here = byNode.get(object.metadata.name ?? '') ?? []
    const at = timestamp(here[0]?.at ?? clock.now())
    return {
      metadata: { ...identity(object), creationTimestamp: at },
      timestamp: at,
      window: `${Math.round((here[0]?.windowMs ?? 15_000) / 1000)}s`,
      usage: amounts(sumUsages(here)),
    }
  })
}

function identity({ metadata }: KubeObject): { name: string; labels?: Record<string, string> } {
  const { name = '', labels } = metadata
  return { name, ...(labels ? { labels } : {}) }
}

function amounts({ cpuMillis, memoryBytes }: Use): Record<string, string> {
  return { cpu: `${Math.round(cpuMillis * 1_000_000)}n`, memory: `${Math.ceil(memoryBytes / 1024)}Ki` }
}
