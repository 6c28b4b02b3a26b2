import { type KubeObject, objectKey } from '../../shared/api/object.ts'
import { type ResourceRef, resources } from '../../shared/api/resources.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import type { WatchItem } from '../../shared/ipc/contract.ts'
import { Emitter } from '../../shared/lang/emitter.ts'
import {
  mockClaim,
  mockEndpointSlice,
  mockIngress,
  mockNetworkPolicy,
  mockStorageClass,
  mockVolume,
} from './mock-network-storage.ts'
import {
  ago,
  mockConfigMap,
  mockDeployment,
  mockEvent,
  mockNamespace,
  mockNode,
  mockPod,
  mockReplicaSet,
  mockSecret,
  mockService,
} from './mock-objects.ts'
import { mockAutoscaler, mockBudget, mockCronJob, mockDaemonSet, mockJob, mockStatefulSet } from './mock-workloads.ts'

type Ref = Pick<ResourceRef, 'group' | 'resource'>

/** Objects by kind with watchers: as much of an API server as the interface needs. */
export class MockCluster {
  readonly #kinds = new Map<string, { objects: Map<string, KubeObject>; changes: Emitter<WatchItem> }>()

  list(ref: Ref): KubeObject[] {
    return [...this.#kind(ref).objects.values()]
  }

  get(ref: Ref, key: string): KubeObject | undefined {
    return this.#kind(ref).objects.get(key)
  }

  onChange(ref: Ref, listener: (item: WatchItem) => void) {
    return this.#kind(ref).changes.event(listener)
  }

  put(ref: Ref, object: KubeObject): void {
    const { objects, changes } = this.#kind(ref)
    const known = objects.has(objectKey(object))
    objects.set(objectKey(object), object)
    changes.emit({ type: known ? 'MODIFIED' : 'ADDED', object })
  }

  delete(ref: Ref, key: string): void {
    const { objects, changes } = this.#kind(ref)
    const object = objects.get(key)
    if (object === undefined) return
    objects.delete(key)
    changes.emit({ type: 'DELETED', object })
  }

  #kind({ group, resource }: Ref) {
    const key = `${group}/${resource}`
    let kind = this.#kinds.get(key)
    if (kind === undefined) {
      kind = { objects: new Map(), changes: new Emitter<WatchItem>() }
      this.#kinds.set(key, kind)
    }
    return kind
  }
}

/** A shop that mostly runs: some pods in trouble, so that every state can be seen. */
export function shopCluster(): MockCluster {
  const cluster = new MockCluster()
  for (const name of ['default', 'kube-public', 'kube-node-lease', 'kube-system', 'shop']) {
    cluster.put(resources.namespaces, mockNamespace(name))
  }
  for (const index of [1, 2, 3]) cluster.put(resources.nodes, mockNode(`dev-${index}`, index))
  const apps = [
    ['web', 'slipway-shop/web:1.0.0', 3, 3],
    ['api', 'slipway-shop/api:1.0.0', 3, 3],
    ['redis', 'redis:8-alpine', 1, 1],
    ['worker', 'slipway-shop/worker:0.9.2', 2, 0],
  ] as const
  for (const [app, image, replicas, ready] of apps) {
    const deployment = mockDeployment(app, 'shop', image, replicas, ready)
    const set = mockReplicaSet(deployment, '7d9f6c5b8')
    cluster.put(resources.deployments, deployment)
    cluster.put(resources.replicaSets, set)
    for (let index = 0; index < replicas; index += 1) {
      const base = {
        namespace: 'shop',
        app,
        image,
        owner: set,
        node: `dev-${(index % 3) + 1}`,
        ip: `10.80.${index + 1}.${20 + app.length}`,
      }
      const pod = mockPod(
        `${app}-7d9f6c5b8-${'x7k2m9'.slice(index, index + 3)}${index}p`,
        app === 'worker' ? { ...base, status: troubles[index] ?? {} } : base,
      )
      cluster.put(resources.pods, pod)
      if (app === 'worker') for (const event of workerEvents(pod, index)) cluster.put(resources.events, event)
      else
        cluster.put(
          resources.events,
          mockEvent(pod, 'Normal', 'Started', `Created and started container ${app}`, { age: 3_990 }),
        )
    }
  }
  putWorkloads(cluster)
  cluster.put(
    resources.pods,
    mockPod('migrate-4kq2x', {
      namespace: 'shop',
      app: 'migrate',
      image: 'slipway-shop/api:1.0.0',
      phase: 'Succeeded',
      status: { state: { terminated: { exitCode: 0, reason: 'Completed', finishedAt: ago(3_000) } }, ready: false },
    }),
  )
  cluster.put(
    resources.pods,
    mockPod('report-8fj3d', {
      owner: cluster.get(resources.jobs, 'shop/report-29384112') as KubeObject,
      namespace: 'shop',
      app: 'report',
      image: 'busybox:1.37',
      phase: 'Pending',
      age: 6,
      status: { state: { waiting: { reason: 'ContainerCreating' } }, ready: false },
    }),
  )
  cluster.put(
    resources.pods,
    mockPod('coredns-5c9d8b7f6-q2w3e', {
      namespace: 'kube-system',
      app: 'coredns',
      image: 'slipway/dns:1.0',
      age: 86_000,
    }),
  )
  cluster.put(resources.services, mockService('web', 'shop', 'LoadBalancer', 8088))
  cluster.put(resources.services, mockService('api', 'shop', 'ClusterIP', 80))
  cluster.put(resources.services, mockService('postgres', 'shop', 'ClusterIP', 5432))
  cluster.put(
    resources.configMaps,
    mockConfigMap('shop-config', 'shop', {
      'config.json': '{\n  "currency": "EUR",\n  "pageSize": 24\n}\n',
      GREETING: 'Hello',
    }),
  )
  putNetworkAndStorage(cluster)
  cluster.put(resources.secrets, mockSecret('postgres', 'shop', { username: 'shop', password: 'a-long-password' }))
  return cluster
}

/** A database with its pod, daemons, Jobs and what starts, scales and protects them. */
function putWorkloads(cluster: MockCluster): void {
  const postgres = mockStatefulSet('postgres', 'postgres:17-alpine', 1, 1)
  const image = 'postgres:17-alpine'
  const pod = mockPod('postgres-0', { namespace: 'shop', app: 'postgres', image, owner: postgres, node: 'dev-2' })
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data-postgres-0' } }]
  cluster.put(resources.statefulSets, postgres)
  cluster.put(resources.pods, withExporter({ ...pod, spec: { ...pod.spec, volumes } } as Pod))
  cluster.put(resources.statefulSets, mockStatefulSet('queue', 'nats:2-alpine', 3, 2))
  cluster.put(resources.daemonSets, mockDaemonSet('log-agent', 'shop', 'slipway-shop/agent:1.0.0', 3, 3))
  cluster.put(resources.daemonSets, mockDaemonSet('image-warmer', 'kube-system', 'busybox:1.37', 3, 2))
  const report = mockCronJob('report', '*/30 * * * *')
  cluster.put(resources.cronJobs, report)
  cluster.put(resources.cronJobs, mockCronJob('cleanup', '0 3 * * *', true))
  cluster.put(resources.jobs, mockJob('report-29384112', { owner: report, age: 6 }))
  cluster.put(resources.jobs, mockJob('report-29384082', { owner: report, age: 1_806, end: 'Complete' }))
  cluster.put(resources.jobs, mockJob('import-legacy', { age: 7_000, end: 'Failed' }))
  cluster.put(resources.jobs, mockJob('migrate', { age: 3_040, end: 'Complete' }))
  cluster.put(resources.horizontalPodAutoscalers, mockAutoscaler('api', 3, 41))
  cluster.put(resources.podDisruptionBudgets, mockBudget('api', 3, 2))
  cluster.put(resources.podDisruptionBudgets, mockBudget('postgres', 1, 1))
}

/** With a second container. */
function withExporter(pod: Pod): Pod {
  const { containers = [] } = pod.spec ?? {}
  const { containerStatuses: [first] = [] } = pod.status ?? {}
  const exporter = { name: 'exporter', image: 'slipway-shop/exporter:1.0.0', resources: { limits: { memory: '64Mi' } } }
  return {
    ...pod,
    spec: { ...pod.spec, containers: [...containers, exporter] },
    status: { ...pod.status, containerStatuses: [first, { ...first, name: exporter.name, image: exporter.image }] },
  } as Pod
}

function putNetworkAndStorage(cluster: MockCluster): void {
  const web = cluster.list(resources.pods).filter(({ metadata }) => metadata.labels?.app === 'web') as Pod[]
  cluster.put(resources.endpointSlices, mockEndpointSlice('web', web))
  cluster.put(resources.ingresses, mockIngress('shop', ['shop.localhost', 'shop.example.com'], 'shop.localhost'))
  cluster.put(resources.networkPolicies, mockNetworkPolicy('default-deny', '', undefined))
  cluster.put(resources.networkPolicies, mockNetworkPolicy('postgres', 'postgres', 'api'))
  cluster.put(resources.storageClasses, mockStorageClass('local', true))
  cluster.put(resources.storageClasses, mockStorageClass('archive', false))
  const data = mockClaim('data-postgres-0', '1Gi', 'pvc-4a1f7c52')
  cluster.put(resources.persistentVolumeClaims, data)
  cluster.put(resources.persistentVolumeClaims, mockClaim('uploads', '5Gi'))
  cluster.put(resources.persistentVolumes, mockVolume('pvc-4a1f7c52', '1Gi', data))
  cluster.put(resources.persistentVolumes, mockVolume('pvc-0d93be11', '10Gi', undefined))
}

const troubles = [
  {
    ready: false,
    restartCount: 7,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container=worker' } },
    lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: ago(140) } },
  },
  {
    ready: false,
    restartCount: 0,
    state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "slipway-shop/worker:0.9.2"' } },
  },
]

function workerEvents(pod: Pod, index: number) {
  return index === 0
    ? [
        mockEvent(pod, 'Warning', 'BackOff', 'Back-off restarting failed container worker in pod', {
          age: 40,
          count: 38,
        }),
      ]
    : [
        mockEvent(pod, 'Warning', 'Failed', 'Failed to pull image "slipway-shop/worker:0.9.2": not found', {
          age: 95,
          count: 4,
        }),
      ]
}

/** Only pods, as many as asked for. */
export function crowdedCluster(pods: number): MockCluster {
  const cluster = new MockCluster()
  cluster.put(resources.namespaces, mockNamespace('default'))
  cluster.put(resources.nodes, mockNode('dev-1', 1))
  for (let index = 0; index < pods; index += 1) {
    const name = `pod-${String(index).padStart(5, '0')}`
    cluster.put(
      resources.pods,
      mockPod(name, { namespace: 'default', app: 'load', image: 'nginx', node: `dev-${(index % 3) + 1}` }),
    )
  }
  return cluster
}
