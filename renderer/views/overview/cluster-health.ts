import { type KubeObject, objectKey } from '../../../shared/api/object.ts'
import type { KindView } from '../kind-view.ts'
import type { ObjectState, Tone } from '../object-state.ts'

export interface Attention {
  readonly section: KindView['id']
  readonly key: string
  readonly name: string
  readonly kind: string
  readonly state: ObjectState
}

export type ToneCounts = Readonly<Record<Tone, number>>

const WORST: readonly Tone[] = ['bad', 'warning']

/** How many objects of a kind stand in each tone. */
export function countTones(kind: KindView, objects: Iterable<KubeObject>): ToneCounts {
  const counts = { good: 0, progress: 0, warning: 0, bad: 0, idle: 0, done: 0 }
  for (const object of objects) {
    const tone = kind.state?.(object).tone
    if (tone !== undefined) counts[tone] += 1
  }
  return counts
}

/** What a person should look at. */
export function needsAttention(kind: KindView, objects: Iterable<KubeObject>): Attention[] {
  const found: Attention[] = []
  for (const object of objects) {
    const state = kind.state?.(object)
    if (state === undefined || !WORST.includes(state.tone)) continue
    found.push({
      section: kind.id,
      key: objectKey(object),
      name: object.metadata.name ?? '',
      kind: kind.ref.kind,
      state,
    })
  }
  return found
}

export function worstFirst(attention: readonly Attention[]): Attention[] {
  const rank = ({ state }: Attention) => WORST.indexOf(state.tone)
  return [...attention].sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1))
}
