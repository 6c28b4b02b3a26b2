import { resourceAmounts } from '../../../shared/api/pod-resources.ts'
import type { Node } from '../../../shared/api/types/core-v1.ts'
import { useText } from '../../app/hooks.ts'
import { ObjectLink } from '../../ui/cell-view.tsx'
import { memoryText } from '../nodes/memory-text.ts'
import type { Requests } from '../nodes/node-requests.ts'

interface NodeRequestsProps {
  readonly nodes: readonly Node[]
  readonly requests: ReadonlyMap<string, Requests>
}

/** What the pods of each node have asked for, of what it has to give. */
export function NodeRequests({ nodes, requests }: NodeRequestsProps) {
  const text = useText()
  return (
    <section className="pane" aria-label={text.overview.requested}>
      <h2>{text.overview.requested}</h2>
      {[...nodes]
        .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
        .map((node) => {
          const name = node.metadata.name ?? ''
          const all = resourceAmounts(node.status?.allocatable)
          const { cpu, memory } = requests.get(name) ?? { cpu: 0, memory: 0 }
          return (
            <div key={name} className="gauge">
              <span className="gauge-name">
                <ObjectLink section="nodes" objectKey={name} text={name} />
              </span>
              <Gauge
                label={`${text.columns.cpu} ${cpu / 1000} / ${(all.cpu ?? 0) / 1000}`}
                share={cpu / (all.cpu || 1)}
              />
              <Gauge
                label={`${memoryText(memory)} / ${memoryText(all.memory ?? 0)}`}
                share={memory / (all.memory || 1)}
              />
            </div>
          )
        })}
    </section>
  )
}

function Gauge({ label, share }: { label: string; share: number }) {
  return (
    <span className="gauge-part">
      {label}
      <span className="bar" aria-hidden="true">
        <span style={{ width: `${Math.min(100, share * 100)}%` }} />
      </span>
    </span>
  )
}
