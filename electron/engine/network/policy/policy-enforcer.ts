/**
 * Keeps the rules of every pod that a NetworkPolicy selects in the pod's own network namespace, and the gateway's share
 * with the gateway.
 *  - Closed from the start: a sandbox gets its rules, and the gateway its share, before the pod's containers are made.
 *  - Current: addresses of peers and policies reach the pods that they concern within a fraction of a second.
 *  - Quiet: a pod that no policy selects gets nothing, one whose rules stay the same is left alone.
 *  - Level-based: what was missed is tried again; after a start of the engine every pod is told anew.
 */
import type { KubeObject } from '../../../../shared/api/object.ts'
import { objectKey } from '../../../../shared/api/object.ts'
import type { Namespace, Pod } from '../../../../shared/api/types/core-v1.ts'
import type { NetworkPolicy } from '../../../../shared/api/types/networking-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import { type Disposable, DisposableStore } from '../../../../shared/lang/disposable.ts'
import { inParallel } from '../../../../shared/lang/in-parallel.ts'
import type { Logger } from '../../../../shared/lang/logger.ts'
import { CatchUp } from '../catch-up.ts'
import type { ObjectSource } from '../rules/service-proxy.ts'
import type { GatewayShare } from './gateway-share.ts'
import { planPolicies } from './plan-policies.ts'
import type { PodRules } from './pod-rules.ts'
import { type PodAddresses, policyPods } from './policy-pods.ts'
import { hasRawSockets, RAW_SOCKETS_KEPT } from './raw-sockets.ts'
import { podRulesText } from './rule-text.ts'

/** The pods' side of the container engine. */
export interface PolicyTarget {
  /** Uids of the pods whose sandbox runs. */
  running(): Promise<readonly string[]>
  /** Puts the rules in place of those that the pod had; false when its sandbox does not run. */
  apply(uid: string, rules: PodRules | undefined): Promise<boolean>
}

export interface PolicyEnforcerDeps extends PodAddresses {
  readonly policies: PolicySource<NetworkPolicy>
  readonly pods: PolicySource<Pod>
  readonly namespaces: PolicySource<Namespace>
  readonly target: PolicyTarget
  readonly gateway: GatewayShare
  readonly events: { event(about: Pod, type: 'Warning', reason: string, message: string): void }
  readonly clock: Clock
  readonly logger: Logger
}

export interface PolicySource<T extends KubeObject> extends ObjectSource<T> {
  synced(): Promise<void>
}

const COALESCE_MS = 20
const AT_ONCE = 8

export class PolicyEnforcer implements Disposable {
  readonly #deps: PolicyEnforcerDeps
  readonly #disposables = new DisposableStore()
  readonly #synced: Promise<unknown>
  /** By uid: what pods are known to have. */
  readonly #applied = new Map<string, PodRules>()
  /** Pods that ran before this engine did: what they have is not known. */
  #unknown: Set<string> | undefined
  /** Their sandbox has just started and gets its first rules. */
  readonly #starting = new Set<string>()
  readonly #telling = new Map<string, Promise<boolean>>()
  readonly #catchUp: CatchUp

  constructor(deps: PolicyEnforcerDeps) {
    this.#deps = deps
    this.#catchUp = new CatchUp({ clock: deps.clock, coalesceMs: COALESCE_MS, apply: () => this.#apply() })
    const { policies, pods, namespaces } = deps
    this.#synced = Promise.all([policies.synced(), pods.synced(), namespaces.synced()])
    const change = () => this.#catchUp.changed()
    const peers = () => this.#peersChanged()
    this.#disposables.add(policies.onChange({ added: change, updated: change, deleted: change }))
    this.#disposables.add(namespaces.onChange({ added: peers, updated: onLabels(peers), deleted: peers }))
    this.#disposables.add(pods.onChange({ added: peers, updated: onPodShape(peers), deleted: peers }))
    change()
  }

  /**
   * For a sandbox that has just started: hands its rules to `lay` once the gateway has its share, and keeps other
   * changes off until they lie. Rejects when they could not be laid: then no container of the pod may start.
   */
  async start(uid: string, lay: (rules: PodRules | undefined) => Promise<void>): Promise<void> {
    await this.#synced
    this.#starting.add(uid)
    try {
      await this.#telling.get(uid)
      const rules = this.#plan().get(uid)
      if (rules?.egress) await this.#deps.gateway.settled()
      // A new sandbox has nothing that would have to be taken away.
      if (rules) await lay(rules)
      this.#note(uid, rules)
    } finally {
      this.#starting.delete(uid)
      // The new address may be a peer of others; and what changed meanwhile is to be caught up with.
      this.#peersChanged(0)
    }
  }

  /** The pod's egress is isolated. */
  restrains(uid: string): boolean {
    return this.#applied.get(uid)?.egress !== undefined
  }

  /** Resolves when the gateway's share says what the policies say: before that its old rules must stay. */
  async planned(): Promise<void> {
    await this.#synced
    this.#plan()
  }

  dispose(): void {
    this.#catchUp.dispose()
    this.#disposables.dispose()
  }

  #plan(): ReadonlyMap<string, PodRules> {
    const { policies, pods, namespaces, gateway } = this.#deps
    const all = policies.list()
    const seen = all.length > 0 ? policyPods(pods.list(), this.#deps) : []
    const plan = planPolicies({ policies: sorted(all), pods: seen, namespaces: namespaces.list() })
    const egress = seen.flatMap(({ uid, address }) => {
      const rules = plan.get(uid)
      return rules?.egress && address !== undefined ? [{ address, rules }] : []
    })
    gateway.want(egress.sort((a, b) => (a.address < b.address ? -1 : 1)))
    return plan
  }

  /** Without policies nothing depends on pods and namespaces. */
  #peersChanged(delayMs?: number): void {
    if (this.#deps.policies.list().length > 0 || this.#applied.size > 0) this.#catchUp.changed(delayMs)
  }

  async #apply(): Promise<boolean> {
    try {
      await this.#synced
      this.#unknown ??= new Set((await this.#deps.target.running()).filter((uid) => !this.#applied.has(uid)))
      return await this.#applyPlan(this.#plan())
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'NetworkPolicies could not be carried out; trying again')
      return false
    }
  }

  /** False when a pod has yet to be told. */
  async #applyPlan(plan: ReadonlyMap<string, PodRules>): Promise<boolean> {
    this.#forget()
    const waiting = [...new Set([...plan.keys(), ...this.#applied.keys(), ...(this.#unknown ?? [])])].filter(
      (uid) => this.#unknown?.has(uid) || podRulesText(this.#applied.get(uid)) !== podRulesText(plan.get(uid)),
    )
    let complete = true
    await inParallel(waiting, AT_ONCE, async (uid) => {
      // One whose sandbox starts just now gets its rules there.
      if (this.#starting.has(uid)) return
      const telling = this.#tell(uid, plan.get(uid)).finally(() => this.#telling.delete(uid))
      this.#telling.set(uid, telling)
      if (!(await telling)) complete = false
    })
    return complete
  }

  async #tell(uid: string, rules: PodRules | undefined): Promise<boolean> {
    try {
      const wasOpen = !this.#unknown?.has(uid) && !this.restrains(uid)
      // One that does not run yet gets its rules when its sandbox starts.
      if (!(await this.#deps.target.apply(uid, rules))) return true
      this.#note(uid, rules)
      if (wasOpen && rules?.egress) this.#tellRawSockets(uid)
      return true
    } catch (error) {
      this.#deps.logger.warn({ err: error, pod: uid }, "a pod's NetworkPolicy rules could not be laid; trying again")
      return false
    }
  }

  #tellRawSockets(uid: string): void {
    const pod = this.#deps.pods.list().find(({ metadata }) => metadata.uid === uid)
    if (pod && hasRawSockets(pod)) this.#deps.events.event(pod, 'Warning', 'RawSocketsKept', RAW_SOCKETS_KEPT)
  }

  #note(uid: string, rules: PodRules | undefined): void {
    this.#unknown?.delete(uid)
    if (rules) this.#applied.set(uid, rules)
    else this.#applied.delete(uid)
  }

  /** Of pods that are gone nothing need be known. */
  #forget(): void {
    const there = new Set(this.#deps.pods.list().map(({ metadata }) => metadata.uid ?? ''))
    for (const known of [this.#applied.keys(), this.#unknown ?? []]) {
      for (const uid of known) {
        if (there.has(uid)) continue
        this.#applied.delete(uid)
        this.#unknown?.delete(uid)
      }
    }
  }
}

/** The order in which rules stand must not change by itself. */
function sorted(policies: readonly NetworkPolicy[]): readonly NetworkPolicy[] {
  return [...policies].sort((a, b) => (objectKey(a) < objectKey(b) ? -1 : 1))
}

function onLabels(change: () => void) {
  return (before: KubeObject, after: KubeObject) => {
    if (labelsText(before) !== labelsText(after)) change()
  }
}

function labelsText({ metadata }: KubeObject): string {
  return JSON.stringify(metadata.labels ?? {})
}

function onPodShape(change: () => void) {
  return (before: Pod, after: Pod) => {
    const { spec, status } = before
    if (
      labelsText(before) !== labelsText(after) ||
      spec?.nodeName !== after.spec?.nodeName ||
      status?.podIP !== after.status?.podIP ||
      status?.phase !== after.status?.phase
    )
      change()
  }
}
