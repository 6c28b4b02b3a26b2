import type { PodDisruptionBudget } from '../../../shared/api/types/policy-v1.ts'
import type { NodeInfo } from './node-info.ts'
import type { PreparedPod } from './node-trial.ts'

interface Remembered<T> {
  readonly question: string
  readonly changes: number
  readonly answer: T
}

/**
 * What trying out the last preemptor found on each node. Replicas ask the same of nodes that did not change meanwhile:
 * only the first of them has to take pods away and put them back.
 */
export class VictimMemory<T> {
  readonly #found = new WeakMap<NodeInfo, Remembered<T>>()

  /** `question` undefined: always tried out. */
  on(node: NodeInfo, question: string | undefined, tryOut: () => T): T {
    if (question === undefined) return tryOut()
    const known = this.#found.get(node)
    if (known?.question === question && known.changes === node.changes) return known.answer
    const answer = tryOut()
    this.#found.set(node, { question, changes: node.changes, answer })
    return answer
  }
}

/** All that the answer depends on beside the node; undefined when it is more than can be told cheaply. */
export function victimQuestion(prepared: PreparedPod, budgets: readonly PodDisruptionBudget[]): string | undefined {
  const { readsPods, pod } = prepared
  const { nodeName, nodeSelector, affinity, tolerations } = pod.pod.spec ?? {}
  if (readsPods || pod.claims.length > 0) return undefined
  const versions = budgets.map(({ metadata }) => `${metadata.uid}/${metadata.resourceVersion}`)
  const { priority, requestEntries, hostPorts } = pod
  const asked = { nodeName, nodeSelector, nodeAffinity: affinity?.nodeAffinity, tolerations }
  return JSON.stringify([asked, priority, requestEntries, hostPorts, versions])
}
