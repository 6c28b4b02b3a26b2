import { useMemo } from 'react'
import { resourceAmounts } from '../../../shared/api/pod-resources.ts'
import { isPodTerminal } from '../../../shared/api/pod-state.ts'
import { resources } from '../../../shared/api/resources.ts'
import type { Node, Pod } from '../../../shared/api/types/core-v1.ts'
import type { UsageSubject } from '../../../shared/api/usage-history.ts'
import { useLiveList, useText } from '../../app/hooks.ts'
import { useUsageHour } from '../../app/usage-hooks.ts'
import { requestsByNode } from '../nodes/node-requests.ts'
import { podSummary } from '../pods/pod-state.ts'
import { podBounds } from './pod-bounds.ts'
import { type UsageBound, UsageChart } from './usage-chart.tsx'
import type { UsedResource } from './usage-text.ts'

type BoundsByResource = Readonly<Record<UsedResource, readonly UsageBound[]>>

/** What a pod took in the last hour, against its requests and limits. */
export function PodUsage({ cluster, pod }: { cluster: string; pod: Pod }) {
  const bounds = useMemo(() => {
    const of = (resource: UsedResource) => {
      const { request, limit } = podBounds(pod.spec, resource)
      return known([
        ['request', request],
        ['limit', limit],
      ])
    }
    return { cpu: of('cpu'), memory: of('memory') }
  }, [pod])
  // Of one that keeps failing, why it does matters more than an empty box.
  const { ready, containers } = podSummary(pod)
  const awaited = ready === containers && !isPodTerminal(pod)
  const of = { kind: 'pod', uid: pod.metadata.uid ?? '' } as const
  return <UsageCharts cluster={cluster} of={of} bounds={bounds} awaited={awaited} />
}

/** What the pods of a node took in the last hour, against what they asked for and what it has. */
export function NodeUsage({ cluster, node }: { cluster: string; node: Node }) {
  const name = node.metadata.name ?? ''
  const pods = useLiveList(cluster, resources.pods)
  const own = [...pods.objects.values()].filter(({ spec }) => spec?.nodeName === name)
  const requests = requestsByNode(own).get(name)
  const { cpu = 0, memory = 0 } = requests ?? {}
  const bounds = useMemo(() => {
    const all = resourceAmounts(node.status?.allocatable)
    const of = (requested: number, allocatable: number | undefined) =>
      known([
        ['requested', requested || undefined],
        ['allocatable', allocatable],
      ])
    return { cpu: of(cpu, all.cpu), memory: of(memory, all.memory) }
  }, [node, cpu, memory])
  return <UsageCharts cluster={cluster} of={{ kind: 'node', name }} bounds={bounds} awaited large />
}

function known(bounds: readonly (readonly [UsageBound['kind'], number | undefined])[]): UsageBound[] {
  return bounds.flatMap(([kind, amount]) => (amount === undefined ? [] : [{ kind, amount }]))
}

interface UsageChartsProps {
  readonly cluster: string
  readonly of: UsageSubject
  readonly bounds: BoundsByResource
  /** Figures are sure to come. */
  readonly awaited: boolean
  readonly large?: boolean
}

function UsageCharts({ cluster, of, bounds, awaited, large = false }: UsageChartsProps) {
  const text = useText()
  const samples = useUsageHour(cluster, of) ?? []
  if (samples.length === 0 && !awaited) return null
  return (
    <section className="section" aria-label={text.usage.title}>
      <h3>{text.usage.title}</h3>
      {samples.length === 0 ? (
        <p className="usage-waiting faint">{text.usage.waiting}</p>
      ) : (
        (['cpu', 'memory'] as const).map((resource) => (
          <UsageChart
            key={resource}
            resource={resource}
            samples={samples}
            bounds={bounds[resource]}
            group={of.kind}
            large={large}
          />
        ))
      )}
    </section>
  )
}
