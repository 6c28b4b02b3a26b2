import { objectStrategies } from './object-strategies.ts'
import { podStrategy, podTemplateStrategy } from './pod.ts'
import type { KindStrategy } from './strategy.ts'
import { cronJobStrategy } from './workloads/cron-job.ts'
import { daemonSetStrategy } from './workloads/daemon-set.ts'
import { deploymentStrategy } from './workloads/deployment.ts'
import { jobStrategy } from './workloads/job.ts'
import { replicaSetStrategy } from './workloads/replica-set.ts'
import { replicationControllerStrategy } from './workloads/replication-controller.ts'
import { statefulSetStrategy } from './workloads/stateful-set.ts'

/** Every kind's strategy, by "group/version/Kind" ("v1/Pod" for the core group). */
export const strategies: Readonly<Record<string, KindStrategy>> = {
  ...objectStrategies,
  'v1/Pod': podStrategy,
  'v1/PodTemplate': podTemplateStrategy,
  'v1/ReplicationController': replicationControllerStrategy,
  'apps/v1/DaemonSet': daemonSetStrategy,
  'apps/v1/Deployment': deploymentStrategy,
  'apps/v1/ReplicaSet': replicaSetStrategy,
  'apps/v1/StatefulSet': statefulSetStrategy,
  'batch/v1/CronJob': cronJobStrategy,
  'batch/v1/Job': jobStrategy,
}
