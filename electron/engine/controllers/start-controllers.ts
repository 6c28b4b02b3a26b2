import type { PodUsage } from '../../../shared/api/usage.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import type { Discovery } from '../client/discovery.ts'
import type { Controller } from '../controller/controller.ts'
import { startBootstrapController } from './bootstrap/reconcile.ts'
import type { ApiServerAddress } from './bootstrap/system-objects.ts'
import type { ControllerDeps } from './controller-deps.ts'
import { startCronJobController } from './cronjob/reconcile.ts'
import { startDaemonSetController } from './daemonset/reconcile.ts'
import { startDeploymentController } from './deployment/reconcile.ts'
import { startDisruptionController } from './disruption/reconcile.ts'
import { startEndpointsController } from './endpoints/reconcile-endpoints.ts'
import { startEndpointSliceMirroring } from './endpoints/reconcile-mirrors.ts'
import { startEndpointSliceController } from './endpoints/reconcile-slices.ts'
import { startEphemeralVolumeController } from './ephemeral-volume/reconcile.ts'
import { startGarbageCollector } from './garbage-collector/reconcile.ts'
import { startHorizontalPodAutoscaler } from './horizontalpodautoscaler/reconcile.ts'
import { startJobController } from './job/reconcile.ts'
import { startNamespaceController } from './namespace/reconcile.ts'
import { type PolicyEnforcement, startNetworkPolicyController } from './networkpolicy/reconcile.ts'
import { type NodeAutoscalerDeps, startNodeAutoscaler } from './node-autoscaling/reconcile.ts'
import { startNodeLifecycleController } from './node-lifecycle/reconcile.ts'
import { startTaintEvictionController } from './node-lifecycle/reconcile-eviction.ts'
import { startPersistentVolumeController } from './persistentvolume/reconcile.ts'
import { startPodGarbageCollector } from './pod-gc/reconcile.ts'
import { startReplicaSetController } from './replicaset/reconcile.ts'
import { startReplicationController } from './replicationcontroller/reconcile.ts'
import { startResourceQuotaController } from './resourcequota/reconcile.ts'
import { startServiceAccountController } from './serviceaccount/reconcile.ts'
import { startStatefulSetController } from './statefulset/reconcile.ts'
import { startVolumeProtectionController } from './volume-protection/reconcile.ts'

export interface StartControllersDeps extends ControllerDeps {
  readonly discovery: Discovery
  readonly apiServer: ApiServerAddress
  /** The certificate authority of the API server, PEM: published to every namespace. */
  readonly rootCa: string
  /** Removes a volume of the container engine, with its data. */
  removeVolume(name: string): Promise<void>
  /** Copies the files of a volume of the container engine into another. */
  copyVolume(from: string, to: string): Promise<void>
  /** What pods used in the newest sample. */
  podUsage(): readonly PodUsage[]
  /** How far NetworkPolicies are enforced. */
  policyEnforcement(): PolicyEnforcement
  /** Silence for this long makes a node NotReady; Kubernetes' 50 s when absent. */
  readonly nodeGraceMs?: number | undefined
  /** Nodes come and go with the pods when present. */
  readonly nodeScaling?: Omit<NodeAutoscalerDeps, keyof ControllerDeps>
}

export interface RunningControllers extends Disposable {
  readonly controllers: readonly Controller[]
}

/** Starts every controller of the cluster. The caller starts the informers before or afterwards. */
export function startControllers(deps: StartControllersDeps): RunningControllers {
  const start = [
    startBootstrapController,
    startNamespaceController,
    startServiceAccountController,
    startGarbageCollector,
    startReplicaSetController,
    startReplicationController,
    startDeploymentController,
    startStatefulSetController,
    startDaemonSetController,
    startJobController,
    startCronJobController,
    startDisruptionController,
    startHorizontalPodAutoscaler,
    startEndpointSliceController,
    startEndpointSliceMirroring,
    startEndpointsController,
    startNodeLifecycleController,
    startTaintEvictionController,
    startPodGarbageCollector,
    startPersistentVolumeController,
    startVolumeProtectionController,
    startEphemeralVolumeController,
    startNetworkPolicyController,
    startResourceQuotaController,
  ]
  const controllers = start.map((startController) => startController(deps))
  if (deps.nodeScaling) controllers.push(startNodeAutoscaler({ ...deps, ...deps.nodeScaling }))
  return {
    controllers,
    dispose() {
      for (const controller of [...controllers].reverse()) controller.dispose()
    },
  }
}
