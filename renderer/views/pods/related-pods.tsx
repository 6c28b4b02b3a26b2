import { type KubeObject, objectKey } from '../../../shared/api/object.ts'
import { resources } from '../../../shared/api/resources.ts'
import { useLiveList, useText } from '../../app/hooks.ts'
import { ObjectLink } from '../../ui/cell-view.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { podState } from './pod-state.ts'
import { podsOf } from './pods-of.ts'

const SHOWN = 50

/** The pods that a Deployment, ReplicaSet, Service or Node has. */
export function RelatedPods({ cluster, object }: { cluster: string; object: KubeObject }) {
  const text = useText()
  const { objects } = useLiveList(cluster, resources.pods)
  const pods = podsOf(object, objects.values())
  if (pods.length === 0) return null
  return (
    <section className="section">
      <h3>
        {text.details.pods} <span className="faint">{pods.length}</span>
      </h3>
      <ul className="related">
        {pods.slice(0, SHOWN).map((pod) => (
          <li key={pod.metadata.uid}>
            <ObjectLink section="pods" objectKey={objectKey(pod)} text={pod.metadata.name ?? ''} />
            <StateMark state={podState(pod)} />
          </li>
        ))}
      </ul>
      {pods.length > SHOWN ? <p className="faint">{text.details.more(pods.length - SHOWN)}</p> : null}
    </section>
  )
}
