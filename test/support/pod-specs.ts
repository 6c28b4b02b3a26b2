import type { ContainerSpec, SandboxSpec } from '../../electron/engine/kubelet/pod-runtime.ts'

export interface PodNames {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  readonly node: string
}

export function sandboxSpec(pod: PodNames, more: Partial<SandboxSpec> = {}): SandboxSpec {
  return {
    ...pod,
    attempt: 0,
    hostname: pod.name,
    podIP: undefined,
    hostNetwork: false,
    shareProcessNamespace: false,
    hostAliases: [],
    resolvConf: 'nameserver 10.43.128.10\n',
    hosts: '127.0.0.1\tlocalhost\n',
    sysctls: {},
    volumes: [],
    ...more,
  }
}

export function containerSpec(pod: PodNames, sandboxId: string, more: Partial<ContainerSpec>): ContainerSpec {
  return {
    uid: pod.uid,
    namespace: pod.namespace,
    pod: pod.name,
    node: pod.node,
    name: 'app',
    type: 'container',
    attempt: 0,
    sandboxId,
    image: '',
    command: undefined,
    args: undefined,
    env: [],
    workingDir: undefined,
    mounts: [],
    cpuShares: 2,
    cpuLimitMillis: undefined,
    memoryLimitBytes: undefined,
    tty: false,
    stdin: false,
    stdinOnce: false,
    user: {},
    supplementalGroups: [],
    privileged: false,
    readOnlyRootFilesystem: false,
    addCapabilities: [],
    dropCapabilities: [],
    noNewPrivileges: false,
    oomScoreAdj: 1000,
    shareProcessNamespace: false,
    hostPID: false,
    terminationMessagePath: '/dev/termination-log',
    hash: 'first',
    ...more,
  }
}
