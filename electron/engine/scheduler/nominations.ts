import { keepsOthersAway, type PodInfo } from './pod-info.ts'

interface Nomination {
  readonly info: PodInfo
  readonly node: string
}

/** Which pods wait for room on which node: the pods that they preempt have still to end. */
export class Nominations {
  readonly #byPod = new Map<string, Nomination>()
  readonly #byNode = new Map<string, Map<string, PodInfo>>()
  readonly #onChange: (node: string) => void
  #keepingAway = 0

  /** `onChange` hears of every node for which a pod begins or ceases to wait. */
  constructor(onChange: (node: string) => void) {
    this.#onChange = onChange
  }

  /** Whether one of those that wait may keep others away from more nodes than its own. */
  get keepOthersAway(): boolean {
    return this.#keepingAway > 0
  }

  set(info: PodInfo, node: string): void {
    this.drop(info.uid)
    this.#byPod.set(info.uid, { info, node })
    this.#byNode.set(node, (this.#byNode.get(node) ?? new Map<string, PodInfo>()).set(info.uid, info))
    if (keepsOthersAway(info)) this.#keepingAway += 1
    this.#onChange(node)
  }

  drop(uid: string): void {
    const known = this.#byPod.get(uid)
    if (known === undefined) return
    this.#byPod.delete(uid)
    const waiting = this.#byNode.get(known.node)
    waiting?.delete(uid)
    if (waiting?.size === 0) this.#byNode.delete(known.node)
    if (keepsOthersAway(known.info)) this.#keepingAway -= 1
    this.#onChange(known.node)
  }

  /** The node that a pod waits for. */
  nodeOf(uid: string): string | undefined {
    return this.#byPod.get(uid)?.node
  }

  /** The pods waiting for a node that `pod` has to leave room for: those that matter as much or more. */
  before(pod: PodInfo, node: string): readonly PodInfo[] {
    const waiting = this.#byNode.get(node)
    if (waiting === undefined) return NOBODY
    return [...waiting.values()].filter(({ uid, priority }) => uid !== pod.uid && priority >= pod.priority)
  }

  /** The pods waiting for a node that matter less than `pod`. */
  lesser(pod: PodInfo, node: string): readonly PodInfo[] {
    return [...(this.#byNode.get(node)?.values() ?? [])].filter(({ priority }) => priority < pod.priority)
  }
}

const NOBODY: readonly PodInfo[] = []
