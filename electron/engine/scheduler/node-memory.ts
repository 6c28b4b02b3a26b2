import type { NodeInfo } from './node-info.ts'
import type { PreparedPod } from './node-trial.ts'

/** By the slots of nodes. */
interface Remembered<T> {
  readonly changes: number[]
  readonly answers: T[]
}

/** So many questions are remembered at once; the one that was not asked for longest is forgotten. */
const MAX_QUESTIONS = 8

/**
 * What was found out about each node. Replicas ask the same of nodes that did not change meanwhile: only the first of
 * them has to look.
 */
export class NodeMemory<T> {
  readonly #byQuestion = new Map<string, Remembered<T>>()

  /** Looks at nodes for a pod, or recalls what was seen. `details`: what the answers depend on beside pod and node. */
  about(prepared: PreparedPod, details = ''): (node: NodeInfo, lookAt: () => T) => T {
    const question = questionOf(prepared)
    if (question === undefined) return (_node, lookAt) => lookAt()
    const { changes, answers } = this.#recall(`${question} ${details}`)
    const { pod, cluster } = prepared
    // There the pod itself is one of those that others leave room for.
    const own = cluster.nominations.nodeOf(pod.uid)
    return (node, lookAt) => {
      if (node.name === own) return lookAt()
      const { slot } = node
      if (changes[slot] === node.changes) return answers[slot] as T
      const answer = lookAt()
      changes[slot] = node.changes
      answers[slot] = answer
      return answer
    }
  }

  #recall(question: string): Remembered<T> {
    const known = this.#byQuestion.get(question) ?? { changes: [], answers: [] }
    this.#byQuestion.delete(question)
    this.#byQuestion.set(question, known)
    const oldest = this.#byQuestion.keys().next().value
    if (oldest !== undefined && this.#byQuestion.size > MAX_QUESTIONS) this.#byQuestion.delete(oldest)
    return known
  }
}

/** All that a node's answer depends on beside the node; undefined when it is more than can be told cheaply. */
function questionOf({ readsPods, pod, cluster }: PreparedPod): string | undefined {
  if (readsPods || pod.claims.length + pod.disks.length > 0 || cluster.nominations.keepOthersAway) return undefined
  const { nodeName, nodeSelector, affinity, tolerations } = pod.pod.spec ?? {}
  const { priority, requestEntries, hostPorts } = pod
  const where = { nodeName, nodeSelector, nodeAffinity: affinity?.nodeAffinity, tolerations }
  return JSON.stringify([where, priority, requestEntries, hostPorts])
}
