import { type KubeObject, objectKey, splitKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { timestamp } from '../../../../shared/api/timestamp.ts'
import type { HorizontalPodAutoscaler } from '../../../../shared/api/types/autoscaling-v2.ts'
import type { PodUsage } from '../../../../shared/api/usage.ts'
import type { Discovery } from '../../client/discovery.ts'
import { type Controller, owning, type ReconcileResult, runController } from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import type { Informer } from '../../controller/informer.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { messageOf } from '../workload/pod-control.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import type { Memory } from './behavior.ts'
import { type Verdict, withVerdicts } from './conditions.ts'
import { type HpaPlan, planScale } from './plan.ts'
import { readScale, type ScaleTarget } from './scale-target.ts'

/** --horizontal-pod-autoscaler-sync-period. */
const PERIOD_MS = 15_000
/** The longest window that an autoscaler may ask for. */
const MEMORY_MS = 3_600_000

export interface AutoscalerDeps extends ControllerDeps {
  /** What pods used in the newest sample. */
  podUsage(): readonly PodUsage[]
  readonly discovery: Discovery
}

/**
 * Scales workloads by what their pods use.
 * - Every 15 s of engine time; what is remembered for windows and rates is forgotten with the process.
 * - Unknown numbers never scale in, starting pods never scale out.
 */
export function startHorizontalPodAutoscaler(deps: AutoscalerDeps): Controller {
  const autoscalers = deps.informers.of(resources.horizontalPodAutoscalers)
  const pods = deps.informers.of(resources.pods)
  const recorder = createEventRecorder({ ...deps, component: 'horizontal-pod-autoscaler' })
  const state: State = { deps, autoscalers, recorder, memories: new Map(), selectors: new Map() }
  const controller = runController({
    ...deps,
    name: 'horizontalpodautoscaler',
    informers: [autoscalers, pods],
    reconcile: (_, { key }) => reconcile(state, key),
  })
  const enqueue = (hpa: HorizontalPodAutoscaler) => controller.queue.add(objectKey(hpa))
  const subscription = autoscalers.onChange({
    added: enqueue,
    updated(before, after) {
      if (!semanticEqual(before.spec, after.spec)) enqueue(after)
    },
    deleted(hpa) {
      state.memories.delete(objectKey(hpa))
      state.selectors.delete(objectKey(hpa))
    },
  })
  return owning(controller, [subscription], recorder)
}

interface State {
  readonly deps: AutoscalerDeps
  readonly autoscalers: Informer<HorizontalPodAutoscaler>
  readonly recorder: EventRecorder
  readonly memories: Map<string, Memory>
  /** Which pods each autoscaler looks at, as of its last look. */
  readonly selectors: Map<string, string>
}

async function reconcile(state: State, key: string): Promise<ReconcileResult | undefined> {
  const hpa = state.autoscalers.get(key)
  if (hpa === undefined) return undefined
  const again = { requeueAfterMs: PERIOD_MS }
  const target = await readScale(state.deps, hpa).catch((error: unknown) => messageOf(error))
  if (typeof target === 'string') {
    state.selectors.delete(key)
    await fail(state, hpa, target)
    return again
  }
  state.selectors.set(key, target.scale.status?.selector ?? '')
  const current = target.scale.spec?.replicas ?? 0
  const memory = memoryOf(state, key, current)
  const plan = planScale(hpa, observe(state, target.scale, memory))
  tellFailures(state.recorder, hpa, plan)
  const able: Verdict = {
    type: 'AbleToScale',
    status: 'True',
    reason: 'SucceededGetScale',
    message: "the HPA controller was able to get the target's current scale",
  }
  const rescaled = plan.desired === current ? undefined : await rescale(state, hpa, { target, plan })
  const monotonicMs = state.deps.clock.monotonicMs()
  if (plan.recommendation !== undefined) memory.recommendations.push({ at: monotonicMs, replicas: plan.recommendation })
  if (rescaled?.status === 'True') memory.changes.push({ at: monotonicMs, by: plan.desired - current })
  const verdicts = [able, ...plan.verdicts, ...(rescaled ? [rescaled] : [])]
  const isScaled = rescaled?.status === 'True'
  // Where nothing came of it the last wish stays on record.
  const isKnown = isScaled || (rescaled === undefined && !isUndecided(plan))
  const desired = isKnown ? plan.desired : (hpa.status?.desiredReplicas ?? 0)
  await writeStatus(state, hpa, { metrics: plan.metrics, current, desired, isScaled, verdicts })
  return again
}

/** What is not known any more counts as if it had wanted the present size: a new start must not scale in at once. */
function memoryOf({ memories, deps }: State, key: string, replicas: number): Memory {
  const since = deps.clock.monotonicMs() - MEMORY_MS
  const known = memories.get(key)
  const memory = {
    recommendations: (known?.recommendations ?? [{ at: deps.clock.monotonicMs(), replicas }]).filter(
      ({ at }) => at >= since,
    ),
    changes: (known?.changes ?? []).filter(({ at }) => at >= since),
  }
  memories.set(key, memory)
  return memory
}

function observe({ deps, selectors }: State, { metadata, spec, status }: ScaleTarget['scale'], memory: Memory) {
  const { clock, informers } = deps
  const { namespace = '' } = metadata
  const usages = new Map(deps.podUsage().map((usage) => [usage.uid, usage]))
  const known = [...selectors].map(([key, selector]) => ({ ...splitKey(key), selector }))
  return {
    replicas: spec?.replicas ?? 0,
    namespace,
    selector: status?.selector ?? '',
    selectors: new Map(
      known.filter((other) => other.namespace === namespace).map(({ name, selector }) => [name, selector]),
    ),
    pods: informers.of(resources.pods).list(namespace),
    usageOf: (pod: KubeObject) => usages.get(pod.metadata.uid ?? ''),
    memory,
    now: clock.now(),
    monotonicMs: clock.monotonicMs(),
  }
}

function isUndecided({ recommendation, failures, selectorProblem }: HpaPlan): boolean {
  return recommendation === undefined && (failures.length > 0 || selectorProblem !== undefined)
}

function tellFailures(recorder: EventRecorder, hpa: HorizontalPodAutoscaler, plan: HpaPlan): void {
  const { failures, metrics, selectorProblem } = plan
  if (selectorProblem !== undefined) {
    recorder.event(hpa, 'Warning', selectorProblem.reason, selectorProblem.message)
    recorder.event(hpa, 'Warning', 'FailedComputeMetricsReplicas', selectorProblem.message)
  }
  const [first] = failures
  if (first === undefined) return
  for (const { reason, message } of failures) recorder.event(hpa, 'Warning', reason, message)
  if (plan.recommendation !== undefined) return
  const count = `invalid metrics (${failures.length} invalid out of ${metrics.length})`
  const why = `${count}, first error is: ${first.within}: ${first.message}`
  recorder.event(hpa, 'Warning', 'FailedComputeMetricsReplicas', why)
}

async function rescale(
  { deps, recorder }: State,
  hpa: HorizontalPodAutoscaler,
  { target: { ref, scale }, plan }: { target: ScaleTarget; plan: HpaPlan },
): Promise<Verdict> {
  const size = `New size: ${plan.desired}; reason: ${plan.reason}`
  try {
    await deps.client.resource(ref).updateScale({ ...scale, spec: { replicas: plan.desired } })
  } catch (error) {
    recorder.event(hpa, 'Warning', 'FailedRescale', `${size}; error: ${messageOf(error)}`)
    const message = `the HPA controller was unable to update the target scale: ${messageOf(error)}`
    return { type: 'AbleToScale', status: 'False', reason: 'FailedUpdateScale', message }
  }
  recorder.event(hpa, 'Normal', 'SuccessfulRescale', size)
  const message = `the HPA controller was able to update the target scale to ${plan.desired}`
  return { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message }
}

async function fail(state: State, hpa: HorizontalPodAutoscaler, why: string): Promise<void> {
  state.recorder.event(hpa, 'Warning', 'FailedGetScale', why)
  const message = `the HPA controller was unable to get the target's current scale: ${why}`
  const verdict: Verdict = { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message }
  const conditions = withVerdicts(hpa.status?.conditions ?? [], [verdict], state.deps.clock.now())
  await write(state, hpa, { ...hpa.status, desiredReplicas: hpa.status?.desiredReplicas ?? 0, conditions })
}

interface Outcome {
  readonly metrics: HpaPlan['metrics']
  readonly current: number
  readonly desired: number
  readonly isScaled: boolean
  readonly verdicts: readonly Verdict[]
}

async function writeStatus(state: State, hpa: HorizontalPodAutoscaler, outcome: Outcome): Promise<void> {
  const { metrics, current, desired, isScaled, verdicts } = outcome
  const now = state.deps.clock.now()
  const { generation } = hpa.metadata
  const lastScaleTime = isScaled ? timestamp(now) : hpa.status?.lastScaleTime
  await write(state, hpa, {
    ...(generation ? { observedGeneration: generation } : {}),
    ...(lastScaleTime ? { lastScaleTime } : {}),
    currentReplicas: current,
    desiredReplicas: desired,
    ...(metrics.length > 0 ? { currentMetrics: [...metrics] } : {}),
    conditions: withVerdicts(hpa.status?.conditions ?? [], verdicts, now),
  })
}

async function write(
  { deps }: State,
  hpa: HorizontalPodAutoscaler,
  status: HorizontalPodAutoscaler['status'],
): Promise<void> {
  if (semanticEqual(hpa.status, status)) return
  await deps.client.resource(resources.horizontalPodAutoscalers).updateStatus({ ...hpa, status })
}
