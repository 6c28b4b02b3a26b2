import { type KubeObject, objectKey } from '../../../shared/api/object.ts'
import { resources } from '../../../shared/api/resources.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { sumUse, type Use } from '../../../shared/api/usage-history.ts'
import { useLiveList, useText } from '../../app/hooks.ts'
import { useUsage } from '../../app/usage-hooks.ts'
import { ObjectLink } from '../../ui/cell-view.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { requestsByNode, sumRequests } from '../nodes/node-requests.ts'
import { topText } from '../usage/usage-text.ts'
import { podState } from './pod-state.ts'
import { podsOf } from './pods-of.ts'

const SHOWN = 50

/** The pods that a Deployment, ReplicaSet, Service or Node has, with what each and all of them take now. */
export function RelatedPods({ cluster, object }: { cluster: string; object: KubeObject }) {
  const text = useText()
  const { objects } = useLiveList(cluster, resources.pods)
  const usage = useUsage(cluster, (now) => now)
  const pods = podsOf(object, objects.values())
  if (pods.length === 0) return null
  const takenBy = ({ metadata }: Pod) => usage.pods.get(metadata.uid ?? '')
  const uses = pods.flatMap((pod) => takenBy(pod) ?? [])
  return (
    <section className="section">
      <h3>
        {text.details.pods} <span className="faint">{pods.length}</span>
      </h3>
      {uses.length < 2 ? null : <PodsTake use={sumUse(uses)} pods={pods} />}
      <ul className="pod-list">
        {pods.slice(0, SHOWN).map((pod) => (
          <li key={pod.metadata.uid}>
            <ObjectLink section="pods" objectKey={objectKey(pod)} text={pod.metadata.name ?? ''} />
            <Figures use={takenBy(pod)} />
            <StateMark state={podState(pod)} />
          </li>
        ))}
      </ul>
      {pods.length > SHOWN ? <p className="faint">{text.details.more(pods.length - SHOWN)}</p> : null}
    </section>
  )
}

function Figures({ use }: { use: Use | undefined }) {
  return (
    <span className="figures">
      <span>{use === undefined ? '—' : topText('cpu', use.cpuMillis)}</span>
      <span>{use === undefined ? '' : topText('memory', use.memoryBytes)}</span>
    </span>
  )
}

/** All of them together: "CPU 120m of 300m requested". */
function PodsTake({ use, pods }: { use: Use; pods: readonly Pod[] }) {
  const text = useText()
  const asked = sumRequests(requestsByNode(pods).values())
  const rows = [
    ['cpu', use.cpuMillis],
    ['memory', use.memoryBytes],
  ] as const
  return (
    <dl className="facts pods-take">
      {rows.map(([resource, used]) => (
        <div key={resource} className="fact">
          <dt>{text.columns[resource]}</dt>
          <dd>
            <strong>{topText(resource, used)}</strong>
            {asked[resource] === 0 ? null : (
              <span className="faint"> {text.usage.ofRequested(topText(resource, asked[resource]))}</span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
