import { type KubeObject, objectKey } from '../../../../shared/api/object.ts'
import { resources } from '../../../../shared/api/resources.ts'
import { ignoreNotFound } from '../../../../shared/api/status.ts'
import type { Pod, ResourceQuota } from '../../../../shared/api/types/core-v1.ts'
import type { Disposable } from '../../../../shared/lang/disposable.ts'
import type { Discovery } from '../../client/discovery.ts'
import { type Controller, owning, type ReconcileResult, runController } from '../../controller/controller.ts'
import type { Informer } from '../../controller/informer.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { semanticEqual } from '../workload/semantic-equal.ts'
import { countedResources, quotaStatus } from './plan.ts'

const RESYNC_MS = 300_000

export interface ResourceQuotaDeps extends ControllerDeps {
  readonly discovery: Discovery
}

/**
 * Writes into each quota's status what the namespace's objects take.
 * - Refusing is the API server's part, which counts for itself: a status that is behind lets nothing through.
 * - What no event tells, such as a pod whose time to end is over, shows with the next look, every five minutes.
 */
export function startResourceQuotaController(deps: ResourceQuotaDeps): Controller {
  const quotas = deps.informers.of(resources.resourceQuotas)
  const counted = new Map<string, { informer: Informer<KubeObject>; subscription: Disposable }>()
  const enqueueNamespace = (storageKey: string, { metadata }: KubeObject) => {
    for (const quota of quotas.list(metadata.namespace)) {
      if (countedResources(quota).has(storageKey)) controller.queue.add(objectKey(quota))
    }
  }
  const informerOf = (storageKey: string): Informer<KubeObject> | undefined => {
    const known = counted.get(storageKey)
    if (known !== undefined) return known.informer
    const ref = deps.discovery
      .resources()
      .find(({ group, resource }) => (group === '' ? resource : `${resource}.${group}`) === storageKey)
    if (ref === undefined || !ref.namespaced) return undefined
    const informer = deps.informers.of(ref)
    const changed = (object: KubeObject) => enqueueNamespace(storageKey, object)
    const subscription = informer.onChange({
      added: changed,
      updated(before, after) {
        if (mayTakeOther(storageKey, before, after)) changed(after)
      },
      deleted: changed,
    })
    counted.set(storageKey, { informer, subscription })
    return informer
  }
  const controller = runController({
    ...deps,
    name: 'resourcequota',
    informers: [quotas],
    async reconcile(_, { key }): Promise<ReconcileResult | undefined> {
      const quota = quotas.get(key)
      if (quota === undefined || quota.metadata.deletionTimestamp !== undefined) return undefined
      const informers = new Map([...countedResources(quota)].map((name) => [name, informerOf(name)]))
      await Promise.all([...informers.values()].map((informer) => informer?.synced()))
      const objectsOf = (name: string) => informers.get(name)?.list(quota.metadata.namespace) ?? []
      const status = quotaStatus(quota, objectsOf, deps.clock.now())
      if (!semanticEqual(quota.status, status)) {
        await deps.client
          .resource(resources.resourceQuotas)
          .updateStatus({ ...quota, status })
          .catch(ignoreNotFound)
      }
      return { requeueAfterMs: RESYNC_MS }
    },
  })
  const enqueue = (quota: ResourceQuota) => controller.queue.add(objectKey(quota))
  const subscriptions = [
    quotas.onChange({
      added: enqueue,
      updated(before, after) {
        if (!semanticEqual(before.spec, after.spec) || !semanticEqual(before.status, after.status)) enqueue(after)
      },
    }),
    {
      dispose() {
        for (const { subscription } of counted.values()) subscription.dispose()
      },
    },
  ]
  return owning(controller, subscriptions)
}

/** Of pods only the end and a change of the spec count: their status changes all the time. */
function mayTakeOther(storageKey: string, before: KubeObject, after: KubeObject): boolean {
  if (storageKey !== 'pods') return true
  const [old, now] = [before, after] as [Pod, Pod]
  return old.status?.phase !== now.status?.phase || !semanticEqual(old.spec, now.spec)
}
