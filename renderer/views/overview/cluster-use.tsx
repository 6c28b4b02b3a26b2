import { useMemo } from 'react'
import { resourceAmounts } from '../../../shared/api/pod-resources.ts'
import type { Node } from '../../../shared/api/types/core-v1.ts'
import { useText } from '../../app/hooks.ts'
import { useUsageHour } from '../../app/usage-hooks.ts'
import { type Requests, sumRequests } from '../nodes/node-requests.ts'
import { type UsageBound, UsageChart } from '../usage/usage-chart.tsx'

const CHART_HEIGHT = 84

interface ClusterUseProps {
  readonly cluster: string
  readonly nodes: readonly Node[]
  readonly requests: ReadonlyMap<string, Requests>
}

/** What the whole cluster takes, of what its pods asked for and its nodes have to give. */
export function ClusterUse({ cluster, nodes, requests }: ClusterUseProps) {
  const text = useText()
  const samples = useUsageHour(cluster, { kind: 'cluster' }) ?? []
  const bounds = useMemo(() => {
    const asked = sumRequests(requests.values())
    const have = nodes.map(({ status }) => resourceAmounts(status?.allocatable))
    const of = (resource: 'cpu' | 'memory'): UsageBound[] => [
      { kind: 'requested', amount: asked[resource] },
      { kind: 'allocatable', amount: have.reduce((sum, one) => sum + (one[resource] ?? 0), 0) },
    ]
    return { cpu: of('cpu'), memory: of('memory') }
  }, [nodes, requests])
  return (
    <section className="pane cluster-use" aria-label={text.usage.cluster}>
      <h2>{text.usage.cluster}</h2>
      {samples.length === 0 ? (
        <p className="usage-waiting faint">{text.usage.waiting}</p>
      ) : (
        <div className="cluster-charts">
          {(['cpu', 'memory'] as const).map((resource) => (
            <UsageChart
              key={resource}
              resource={resource}
              samples={samples}
              bounds={bounds[resource]}
              group="cluster"
              height={CHART_HEIGHT}
              large
            />
          ))}
        </div>
      )}
    </section>
  )
}
