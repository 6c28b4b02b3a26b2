import { compileLabelSelector } from '../../../../shared/api/label-selector.ts'
import { type KubeObject, objectKey } from '../../../../shared/api/object.ts'
import { controllerOf } from '../../../../shared/api/owner-references.ts'
import { isPodTerminal } from '../../../../shared/api/pod-state.ts'
import { resources } from '../../../../shared/api/resources.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import type { PodDisruptionBudget } from '../../../../shared/api/types/policy-v1.ts'
import { type Controller, owning, type ReconcileResult, runController } from '../../controller/controller.ts'
import { createEventRecorder } from '../../controller/event-recorder.ts'
import type { Informers } from '../../controller/informers.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { planDisruption } from './plan.ts'

/** Keeps the status of PodDisruptionBudgets, which evictions obey: how many of the pods may go just now. */
export function startDisruptionController(deps: ControllerDeps): Controller {
  const { informers, clock } = deps
  const budgets = informers.of(resources.podDisruptionBudgets)
  const pods = informers.of(resources.pods)
  const owners = [
    resources.replicaSets,
    resources.deployments,
    resources.statefulSets,
    resources.replicationControllers,
  ]
  const workloads = owners.map((ref) => informers.of<KubeObject>(ref))
  const recorder = createEventRecorder({ ...deps, component: 'controllermanager' })
  const controller = runController({
    ...deps,
    name: 'disruption',
    informers: [budgets, pods, ...workloads],
    async reconcile(_, { key }): Promise<ReconcileResult | undefined> {
      const budget = budgets.get(key)
      if (budget === undefined) return undefined
      const covered = pods.list(budget.metadata.namespace).filter((pod) => !isPodTerminal(pod) && covers(budget, pod))
      if (covered.length === 0) recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found')
      const { status, recheckAt } = planDisruption(budget, covered, expectedScale(informers, covered), clock.now())
      if (!semanticEqual(budget.status, status)) {
        await deps.client.resource(resources.podDisruptionBudgets).updateStatus({ ...budget, status })
      }
      return recheckAt === undefined ? undefined : { requeueAfterMs: Math.max(1, recheckAt - clock.now()) }
    },
  })
  const enqueue = (budget: PodDisruptionBudget) => controller.queue.add(objectKey(budget))
  const podChanged = (pod: Pod) => {
    for (const budget of budgets.list(pod.metadata.namespace)) if (covers(budget, pod)) enqueue(budget)
  }
  const workloadChanged = ({ metadata }: KubeObject) => {
    for (const budget of budgets.list(metadata.namespace)) enqueue(budget)
  }
  const subscriptions = [
    budgets.onChange({ added: enqueue, updated: (_, budget) => enqueue(budget) }),
    pods.onChange({ added: podChanged, updated: (_, pod) => podChanged(pod), deleted: podChanged }),
    ...workloads.map((informer) =>
      informer.onChange({
        added: workloadChanged,
        deleted: workloadChanged,
        updated(before, after) {
          if (before.metadata.generation !== after.metadata.generation) workloadChanged(after)
        },
      }),
    ),
  ]
  return owning(controller, subscriptions, recorder)
}

function covers({ spec }: PodDisruptionBudget, { metadata }: Pod): boolean {
  return spec?.selector !== undefined && compileLabelSelector(spec.selector)(metadata.labels)
}

/** getExpectedScale: the replicas of the pods' workloads, each counted once. Pods without one count as themselves. */
function expectedScale(informers: Informers, pods: readonly Pod[]): number {
  const scales = new Map<string, number>()
  for (const pod of pods) {
    const { uid, replicas } = scaleOf(informers, pod) ?? { uid: pod.metadata.uid ?? '', replicas: 1 }
    scales.set(uid, replicas)
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0)
}

function scaleOf(informers: Informers, pod: Pod): { uid: string; replicas: number } | undefined {
  const owner = controllerOf(pod)
  const key = (name: string) => `${pod.metadata.namespace}/${name}`
  const scale = (object: (KubeObject & { spec?: { replicas?: number | undefined } | undefined }) | undefined) =>
    object && { uid: object.metadata.uid ?? '', replicas: object.spec?.replicas ?? 1 }
  switch (owner?.kind) {
    case 'ReplicaSet': {
      const replicaSet = informers.of(resources.replicaSets).get(key(owner.name))
      const deployment = replicaSet && controllerOf(replicaSet)
      if (deployment?.kind !== 'Deployment') return scale(replicaSet)
      return scale(informers.of(resources.deployments).get(key(deployment.name)))
    }
    case 'StatefulSet':
      return scale(informers.of(resources.statefulSets).get(key(owner.name)))
    case 'ReplicationController':
      return scale(informers.of(resources.replicationControllers).get(key(owner.name)))
    default:
      return undefined
  }
}
