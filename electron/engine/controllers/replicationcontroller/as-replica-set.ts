import type { ReplicaSet, ReplicaSetStatus } from '../../../../shared/api/types/apps-v1.ts'
import type { ReplicationController, ReplicationControllerStatus } from '../../../../shared/api/types/core-v1.ts'
import type { ResourceClient } from '../../client/client.ts'
import type { Informer, InformerHandler } from '../../controller/informer.ts'

/** A ReplicationController seen as a ReplicaSet of another kind: it differs only in how its selector is written. */
export function asReplicaSet(controller: ReplicationController): ReplicaSet {
  const { spec, status, ...rest } = controller
  const { selector, template, ...counts } = spec ?? {}
  return {
    ...rest,
    spec: { ...counts, selector: { matchLabels: selector ?? {} }, template: template ?? undefined },
    ...(status ? { status } : {}),
  } as ReplicaSet
}

/** What a ReplicationController's status can say of it. */
export function controllerStatus({
  terminatingReplicas: _unknown,
  ...status
}: ReplicaSetStatus): ReplicationControllerStatus {
  return status
}

/** The cache of ReplicationControllers as one of ReplicaSets. Each object is converted once. */
export function replicaSetInformer(informer: Informer<ReplicationController>): Informer<ReplicaSet> {
  const known = new WeakMap<ReplicationController, ReplicaSet>()
  const view = (controller: ReplicationController): ReplicaSet => {
    const seen = known.get(controller) ?? asReplicaSet(controller)
    known.set(controller, seen)
    return seen
  }
  return {
    ref: { ...informer.ref } as unknown as Informer<ReplicaSet>['ref'],
    get hasSynced() {
      return informer.hasSynced
    },
    synced: () => informer.synced(),
    get(key) {
      const found = informer.get(key)
      return found && view(found)
    },
    list: (namespace) => informer.list(namespace).map(view),
    addIndex: (name, values) => informer.addIndex(name, (controller) => values(view(controller))),
    byIndex: (name, value) => informer.byIndex(name, value).map(view),
    onChange: ({ added, updated, deleted }: InformerHandler<ReplicaSet>) =>
      informer.onChange({
        added: (controller) => added?.(view(controller)),
        updated: (before, after) => updated?.(view(before), view(after)),
        deleted: (controller) => deleted?.(view(controller)),
      }),
  }
}

/** Reads ReplicationControllers, and writes their status, as if they were ReplicaSets. */
export function replicaSetClient(
  client: ResourceClient<ReplicationController>,
): Pick<ResourceClient<ReplicaSet>, 'get' | 'updateStatus'> {
  return {
    get: async (name, namespace) => asReplicaSet(await client.get(name, namespace)),
    async updateStatus({ metadata, spec, status }) {
      const { selector, ...counts } = spec ?? {}
      const { apiVersion, kind } = { apiVersion: 'v1', kind: 'ReplicationController' }
      const own = { ...counts, selector: selector?.matchLabels ?? {} } as ReplicationController['spec']
      return asReplicaSet(
        await client.updateStatus({
          apiVersion,
          kind,
          metadata,
          spec: own,
          status: controllerStatus(status ?? { replicas: 0 }),
        }),
      )
    },
  }
}
