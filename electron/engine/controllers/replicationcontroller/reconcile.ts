import { resources } from '../../../../shared/api/resources.ts'
import type { Controller } from '../../controller/controller.ts'
import type { ControllerDeps } from '../controller-deps.ts'
import { startReplicaController } from '../replicaset/reconcile.ts'
import { controllerStatus, replicaSetClient, replicaSetInformer } from './as-replica-set.ts'

/** Keeps the pods of ReplicationControllers running, just as ReplicaSets' are. */
export function startReplicationController(deps: ControllerDeps): Controller {
  return startReplicaController(deps, {
    name: 'replicationcontroller',
    component: 'replication-controller',
    owners: replicaSetInformer(deps.informers.of(resources.replicationControllers)),
    client: replicaSetClient(deps.client.resource(resources.replicationControllers)),
    status: controllerStatus,
  })
}
