import { compileLabelSelector, isEmptySelector } from '../../../../shared/api/label-selector.ts'
import { objectKey } from '../../../../shared/api/object.ts'
import { controllerOf } from '../../../../shared/api/owner-references.ts'
import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../../../shared/api/types/apps-v1.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { type Controller, owning, type ReconcileResult, runController } from '../../controller/controller.ts'
import { createEventRecorder, type EventRecorder } from '../../controller/event-recorder.ts'
import type { Informer } from '../../controller/informer.ts'
import { addOwnerIndex, controlledBy, orphansIn } from '../../controller/owner-index.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { claim } from '../workload/claim.ts'
import { EngineAge } from '../workload/engine-age.ts'
import { dependentHandler, resolveOwner } from '../workload/owner-resolver.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { ROLLBACK_TO, sameAnnotations } from './annotations.ts'
import { currentSize, isRollingUpdate, isScaling, planCleanUp, planScale, planScaleDown } from './plan.ts'
import { desiredOf, generationsOf, isActive, replicasOf } from './replica-sets.ts'
import { rollBack } from './rollback.ts'
import { ensureCurrent, type Rollout, scale, setProgress, syncRevision } from './rollout.ts'
import {
  conditionOf,
  hasProgressDeadline,
  isComplete,
  type Moment,
  rolloutStatusOf,
  statusOf,
  untilProgressCheckMs,
} from './status.ts'

/**
 * Rolls a Deployment's template out through ReplicaSets.
 * - RollingUpdate never goes above desired + maxSurge or, by its own doing, below desired - maxUnavailable available.
 * - Recreate starts nothing new while an old pod runs.
 * - Every template is a revision that can be rolled back to; old ones beyond the history limit go.
 * - One status write per reconcile, with the conditions that `kubectl rollout status` and `wait` read.
 */
export function startDeploymentController(deps: ControllerDeps): Controller {
  const deployments = deps.informers.of(resources.deployments)
  const replicaSets = deps.informers.of(resources.replicaSets)
  const pods = deps.informers.of(resources.pods)
  addOwnerIndex(replicaSets)
  addOwnerIndex(pods)
  const recorder = createEventRecorder({ ...deps, component: 'deployment-controller' })
  const state: State = { deps, deployments, replicaSets, pods, recorder, progress: new EngineAge(deps.clock) }

  const controller = runController({
    ...deps,
    name: 'deployment',
    informers: [deployments, replicaSets, pods],
    reconcile: (_, request) => reconcile(state, request.key),
  })
  const enqueue = (deployment: Deployment) => controller.queue.add(objectKey(deployment))
  const subscriptions = [
    deployments.onChange({ added: enqueue, updated: (_, deployment) => enqueue(deployment), deleted: enqueue }),
    replicaSets.onChange(
      dependentHandler<ReplicaSet, Deployment>({
        owners: deployments,
        candidates: (orphan) => deployments.list(orphan.metadata.namespace).filter((owner) => selects(owner, orphan)),
        enqueue,
      }),
    ),
    pods.onChange({
      deleted(pod) {
        // Recreate waits for the last old pod; other strategies go by the ReplicaSets' statuses.
        const replicaSet = resolveOwner(replicaSets, pod.metadata.namespace, controllerOf(pod))
        const owner = replicaSet && resolveOwner(deployments, pod.metadata.namespace, controllerOf(replicaSet))
        if (owner?.spec?.strategy?.type === 'Recreate') enqueue(owner)
      },
    }),
  ]
  return owning(controller, subscriptions, recorder)
}

interface State {
  readonly deps: ControllerDeps
  readonly deployments: Informer<Deployment>
  readonly replicaSets: Informer<ReplicaSet>
  readonly pods: Informer<Pod>
  readonly recorder: EventRecorder
  readonly progress: EngineAge
}

async function reconcile(state: State, key: string): Promise<ReconcileResult | undefined> {
  const deployment = state.deployments.get(key)
  if (deployment === undefined) {
    state.progress.forget(key)
    return undefined
  }
  const { client, clock } = state.deps
  if (isEmptySelector(deployment.spec?.selector)) {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.'
    state.recorder.event(deployment, 'Warning', 'SelectingAll', message)
    const { generation = 0 } = deployment.metadata
    const status = { ...deployment.status, observedGeneration: generation }
    await writeStatus(state, deployment, { ...deployment, status })
    return undefined
  }
  const owned = await claim<ReplicaSet, Deployment>({
    owner: deployment,
    owners: client.resource(resources.deployments),
    dependents: client.resource(resources.replicaSets),
    candidates: [
      ...controlledBy(state.replicaSets, deployment.metadata.uid ?? ''),
      ...orphansIn(state.replicaSets, deployment.metadata.namespace ?? ''),
    ],
    matches: (replicaSet) => selects(deployment, replicaSet),
  })
  const rollout: Rollout = {
    client,
    recorder: state.recorder,
    replicaSets: state.replicaSets,
    now: clock.now(),
    deployment,
    generations: generationsOf(deployment, owned),
  }
  const moment: Moment = {
    now: rollout.now,
    sinceProgressMs: (lastUpdateTime) => state.progress.sinceMs(key, lastUpdateTime ?? ''),
  }
  try {
    const status = await step(state, rollout, moment)
    if (status !== undefined) rollout.deployment = { ...rollout.deployment, status }
  } finally {
    await writeStatus(state, deployment, rollout.deployment)
  }
  return { requeueAfterMs: untilProgressCheckMs(rollout.deployment, moment) }
}

/** One step of whatever the Deployment needs; answers its status, or undefined when the next event brings the next step. */
async function step(state: State, rollout: Rollout, moment: Moment): Promise<DeploymentStatus | undefined> {
  const { metadata, spec } = rollout.deployment
  if (metadata.deletionTimestamp !== undefined) return statusOf(rollout.deployment, rollout.generations, moment.now)
  if (!spec?.paused && metadata.annotations?.[ROLLBACK_TO] !== undefined) {
    await rollBack(rollout)
    return undefined
  }
  notePause(rollout)
  await syncRevision(rollout)
  if (spec?.paused || isScaling(rollout.deployment, rollout.generations)) {
    await scale(rollout, planScale(rollout.deployment, rollout.generations))
    if (spec?.paused) await cleanUp(rollout)
    return statusOf(rollout.deployment, rollout.generations, moment.now)
  }
  const moved = isRollingUpdate(rollout.deployment) ? await stepRolling(rollout) : await stepRecreate(state, rollout)
  if (!moved && isComplete(rollout.deployment, rollout.deployment.status)) await cleanUp(rollout)
  return rolloutStatusOf(rollout.deployment, rollout.generations, moment)
}

/** True when something changed whose effect has to be seen first. */
async function stepRolling(rollout: Rollout): Promise<boolean> {
  if (!(await ensureCurrent(rollout))) return true
  if (await scaleCurrent(rollout, currentSize(rollout.deployment, rollout.generations))) return true
  const { current, old } = rollout.generations
  return current !== undefined && (await scale(rollout, planScaleDown(rollout.deployment, current, old)))
}

async function stepRecreate(state: State, rollout: Rollout): Promise<boolean> {
  const { old } = rollout.generations
  const emptied = old.filter(isActive).map((replicaSet) => ({ replicaSet, replicas: 0 }))
  if (await scale(rollout, emptied)) return true
  if (old.some((replicaSet) => oldPodsRun(state, replicaSet))) return true
  if (!(await ensureCurrent(rollout))) return true
  return scaleCurrent(rollout, desiredOf(rollout.deployment))
}

async function scaleCurrent(rollout: Rollout, replicas: number): Promise<boolean> {
  const { current } = rollout.generations
  if (current === undefined || replicasOf(current) === replicas) return false
  return scale(rollout, [{ replicaSet: current, replicas }])
}

function oldPodsRun({ pods }: State, replicaSet: ReplicaSet): boolean {
  if ((replicaSet.status?.replicas ?? 0) > 0) return true
  return controlledBy(pods, replicaSet.metadata.uid ?? '').some((pod) => !isPodTerminal(pod))
}

async function cleanUp({ client, deployment, generations }: Rollout): Promise<void> {
  for (const { metadata } of planCleanUp(deployment, generations.old)) {
    const { name = '', namespace } = metadata
    try {
      await client.resource(resources.replicaSets).delete({ name, namespace })
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
    }
  }
}

/** Pausing stops the progress deadline, resuming starts it anew; a timeout stays told. */
function notePause(rollout: Rollout): void {
  const { spec, status } = rollout.deployment
  const current = conditionOf(status, 'Progressing')
  if (!hasProgressDeadline(rollout.deployment) || current?.reason === 'ProgressDeadlineExceeded') return
  const noted = current?.reason === 'DeploymentPaused'
  if (spec?.paused && !noted) setProgress(rollout, 'Unknown', 'DeploymentPaused', 'Deployment is paused')
  if (!spec?.paused && noted) setProgress(rollout, 'Unknown', 'DeploymentResumed', 'Deployment is resumed')
}

async function writeStatus({ deps }: State, before: Deployment, after: Deployment): Promise<void> {
  const annotated = sameAnnotations(before.metadata.annotations, after.metadata.annotations ?? {})
  if (annotated && semanticEqual(before.status, after.status)) return
  await deps.client.resource(resources.deployments).updateStatus(after)
}

function selects(deployment: Deployment, replicaSet: ReplicaSet): boolean {
  return compileLabelSelector(deployment.spec?.selector)(replicaSet.metadata.labels)
}
