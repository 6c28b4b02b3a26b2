import { type KubeObject, objectKey } from '../../../shared/api/object.ts'
import { useLiveList, useText } from '../../app/hooks.ts'
import { ObjectLink } from '../../ui/cell-view.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import type { KindView } from '../kind-view.ts'
import { kindById } from '../kinds.ts'
import { type Relation, relationsOf } from '../relations.ts'

const SHOWN = 20

/** What else has to do with an object, one section for each kind. */
export function RelatedObjects({ cluster, kind, object }: { cluster: string; kind: KindView; object: KubeObject }) {
  return relationsOf(kind.id).map((relation) => {
    const view = kindById(relation.kind)
    return view === undefined ? null : (
      <Related key={relation.kind} cluster={cluster} view={view} object={object} relation={relation} />
    )
  })
}

interface RelatedProps {
  readonly cluster: string
  readonly view: KindView
  readonly object: KubeObject
  readonly relation: Relation
}

function Related({ cluster, view, object, relation }: RelatedProps) {
  const text = useText()
  const { objects } = useLiveList(cluster, view.ref)
  const related = [...objects.values()]
    .filter((other) => relation.belongs(object, other))
    .sort((a, b) => (objectKey(a) < objectKey(b) ? -1 : 1))
  if (related.length === 0) return null
  return (
    <section className="section">
      <h3>
        {text.kinds[view.id]} <span className="faint">{related.length}</span>
      </h3>
      <ul className="related">
        {related.slice(0, SHOWN).map((other) => {
          const state = view.state?.(other)
          return (
            <li key={other.metadata.uid}>
              <ObjectLink section={view.id} objectKey={objectKey(other)} text={other.metadata.name ?? ''} />
              {state === undefined ? null : <StateMark state={state} />}
            </li>
          )
        })}
      </ul>
      {related.length > SHOWN ? <p className="faint">{text.details.more(related.length - SHOWN)}</p> : null}
    </section>
  )
}
