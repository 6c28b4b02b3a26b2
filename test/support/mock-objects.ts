import type { KubeObject } from '../../shared/api/object.ts'
import { timestamp } from '../../shared/api/timestamp.ts'
import type { Deployment, ReplicaSet } from '../../shared/api/types/apps-v1.ts'
import type {
  ConfigMap,
  ContainerStatus,
  Event,
  Namespace,
  Node,
  Pod,
  Secret,
  Service,
} from '../../shared/api/types/core-v1.ts'

/** Objects as a running cluster has them, for the mock engine. */

const START = Date.now()
let lastUid = 0

export function ago(seconds: number): string {
  return timestamp(START - seconds * 1000)
}

export function meta(name: string, namespace: string | undefined, ageSeconds: number, labels?: Record<string, string>) {
  lastUid += 1
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: `00000000-0000-4000-8000-${String(lastUid).padStart(12, '0')}`,
    resourceVersion: String(lastUid),
    generation: 1,
    creationTimestamp: ago(ageSeconds),
    ...(labels === undefined ? {} : { labels }),
  }
}

export interface PodOptions {
  readonly namespace: string
  readonly app: string
  readonly image: string
  readonly node?: string
  readonly ip?: string
  readonly age?: number
  readonly owner?: KubeObject
  readonly status?: Partial<ContainerStatus>
  readonly phase?: string
  readonly initDone?: boolean
}

export function mockPod(name: string, options: PodOptions): Pod {
  const {
    namespace,
    app,
    image,
    node = 'dev-1',
    ip = '10.80.1.7',
    age = 4_000,
    owner,
    status,
    phase = 'Running',
  } = options
  const running = phase === 'Running' && status === undefined
  const container: ContainerStatus = {
    name: app,
    image,
    imageID: `sha256:${'ab'.repeat(32)}`,
    containerID: `docker://${'cd'.repeat(32)}`,
    ready: running,
    started: running,
    restartCount: 0,
    state: { running: { startedAt: ago(age - 3) } },
    ...status,
  }
  const condition = (type: string, isTrue: boolean, reason?: string, message?: string) => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastTransitionTime: ago(age - 4),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  })
  const notReady = [`ContainersNotReady`, `containers with unready status: [${app}]`] as const
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...meta(name, namespace, age, { app, 'pod-template-hash': '7d9f6c5b8' }),
      ...(owner === undefined
        ? {}
        : {
            ownerReferences: [
              {
                apiVersion: owner.apiVersion,
                kind: owner.kind,
                name: owner.metadata.name ?? '',
                uid: owner.metadata.uid ?? '',
                controller: true,
                blockOwnerDeletion: true,
              },
            ],
          }),
    },
    spec: {
      nodeName: node,
      serviceAccountName: 'default',
      terminationGracePeriodSeconds: 30,
      restartPolicy: 'Always',
      containers: [
        {
          name: app,
          image,
          ports: [{ containerPort: 8080, name: 'http', protocol: 'TCP' }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          volumeMounts: [
            { name: 'config', mountPath: '/etc/shop' },
            { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
          ],
        },
      ],
    },
    status: {
      phase,
      podIP: ip,
      hostIP: '10.80.127.1',
      qosClass: 'Burstable',
      startTime: ago(age),
      conditions: [
        condition('PodReadyToStartContainers', true),
        condition('Initialized', true),
        condition('Ready', running, ...(running ? [] : notReady)),
        condition('ContainersReady', running, ...(running ? [] : notReady)),
        condition('PodScheduled', true),
      ],
      containerStatuses: [container],
    },
  } as Pod
}

export function mockDeployment(
  name: string,
  namespace: string,
  image: string,
  replicas: number,
  ready: number,
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta(name, namespace, 5_000, { app: name }),
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image }] } },
    },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: ready,
      availableReplicas: ready,
      conditions: [
        {
          type: 'Available',
          status: ready === replicas ? 'True' : 'False',
          reason: ready === replicas ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
          message:
            ready === replicas
              ? 'Deployment has minimum availability.'
              : 'Deployment does not have minimum availability.',
          lastTransitionTime: ago(4_000),
          lastUpdateTime: ago(4_000),
        },
      ],
    },
  } as Deployment
}

export function mockReplicaSet(deployment: Deployment, hash: string): ReplicaSet {
  const { name = '', namespace, uid = '' } = deployment.metadata
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      ...meta(`${name}-${hash}`, namespace, 4_900, { app: name, 'pod-template-hash': hash }),
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: { replicas: deployment.spec?.replicas, selector: { matchLabels: { app: name, 'pod-template-hash': hash } } },
    status: { replicas: deployment.status?.replicas ?? 0, readyReplicas: deployment.status?.readyReplicas },
  } as ReplicaSet
}

export function mockService(name: string, namespace: string, type: string, port: number): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta(name, namespace, 5_000, { app: name }),
    spec: {
      type,
      clusterIP: `10.80.128.${20 + name.length}`,
      selector: { app: name },
      ports: [{ name: 'http', port, targetPort: 8080, protocol: 'TCP' }],
    },
    status: { loadBalancer: type === 'LoadBalancer' ? { ingress: [{ ip: '127.0.0.1' }] } : {} },
  } as Service
}

const nodeInfo = {
  machineID: '',
  systemUUID: '',
  bootID: '',
  kernelVersion: '6.8.0',
  osImage: 'Docker',
  containerRuntimeVersion: 'docker://28.0.0',
  kubeletVersion: 'v1.36.0',
  kubeProxyVersion: '',
  operatingSystem: 'linux',
  architecture: 'amd64',
}

export function mockNode(name: string, index: number, ready = true): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: meta(name, undefined, 90_000, {
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      ...(index === 1 ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
    }),
    spec: {},
    status: {
      addresses: [{ type: 'InternalIP', address: `10.80.127.${index}` }],
      capacity: { cpu: '4', memory: '8Gi', pods: '110' },
      allocatable: { cpu: '4', memory: '7782Mi', pods: '110' },
      nodeInfo,
      conditions: [
        {
          type: 'MemoryPressure',
          status: 'False',
          reason: 'KubeletHasSufficientMemory',
          lastTransitionTime: ago(90_000),
        },
        { type: 'Ready', status: ready ? 'True' : 'Unknown', reason: 'KubeletReady', lastTransitionTime: ago(90_000) },
      ],
    },
  } as Node
}

export function mockNamespace(name: string): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: meta(name, undefined, 90_000, { 'kubernetes.io/metadata.name': name }),
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  } as Namespace
}

export function mockEvent(
  of: KubeObject,
  type: string,
  reason: string,
  message: string,
  options: { age: number; count?: number },
): Event {
  const { name = '', namespace, uid } = of.metadata
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: meta(`${name}.${reason.toLowerCase()}.${options.age}`, namespace ?? 'default', options.age),
    involvedObject: { apiVersion: of.apiVersion, kind: of.kind, name, namespace, uid },
    type,
    reason,
    message,
    source: { component: type === 'Warning' ? 'kubelet' : 'default-scheduler' },
    count: options.count ?? 1,
    firstTimestamp: ago(options.age),
    lastTimestamp: ago(options.age),
  } as Event
}

export function mockConfigMap(name: string, namespace: string, data: Record<string, string>): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta(name, namespace, 5_000), data } as ConfigMap
}

export function mockSecret(name: string, namespace: string, data: Record<string, string>): Secret {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: meta(name, namespace, 5_000),
    data: Object.fromEntries(encoded),
  } as Secret
}
