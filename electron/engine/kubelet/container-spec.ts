import { createHash } from 'node:crypto'
import type { Container, Pod } from '../../../shared/api/types/core-v1.ts'
import { type PodContainer, podContainers, podSpec } from './pod-containers.ts'
import type { ContainerSpec } from './pod-runtime.ts'

/** Changes with what makes the kubelet replace a running container: its name and image. */
export function containerHash(container: Container): string {
  return createHash('sha256')
    .update(JSON.stringify([container.name, container.image]))
    .digest('hex')
    .slice(0, 16)
}

export function containerHashes(pod: Pod): Map<string, string> {
  return new Map(podContainers(pod).map(({ spec }) => [spec.name, containerHash(spec)]))
}

export interface ContainerSpecInputs {
  readonly pod: Pod
  readonly container: PodContainer
  readonly attempt: number
  readonly sandboxId: string
  readonly env: ContainerSpec['env']
  readonly command: readonly string[] | undefined
  readonly args: readonly string[] | undefined
}

export function containerSpec(inputs: ContainerSpecInputs): ContainerSpec {
  const { pod, container, attempt, sandboxId, env, command, args } = inputs
  const { spec, type } = container
  const shared = podSpec(pod)
  const own = spec.securityContext ?? {}
  const podSecurity = shared.securityContext ?? {}
  const uid = own.runAsUser ?? podSecurity.runAsUser
  const gid = own.runAsGroup ?? podSecurity.runAsGroup
  return {
    uid: pod.metadata.uid ?? '',
    namespace: pod.metadata.namespace ?? '',
    pod: pod.metadata.name ?? '',
    node: shared.nodeName ?? '',
    name: spec.name,
    type,
    attempt,
    sandboxId,
    image: spec.image ?? '',
    command,
    args,
    env,
    workingDir: spec.workingDir,
    mounts: [],
    cpuShares: 2,
    cpuLimitMillis: undefined,
    memoryLimitBytes: undefined,
    tty: spec.tty ?? false,
    stdin: spec.stdin ?? false,
    stdinOnce: spec.stdinOnce ?? false,
    user: { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) },
    supplementalGroups: podSecurity.supplementalGroups ?? [],
    privileged: own.privileged ?? false,
    readOnlyRootFilesystem: own.readOnlyRootFilesystem ?? false,
    addCapabilities: own.capabilities?.add ?? [],
    dropCapabilities: own.capabilities?.drop ?? [],
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    oomScoreAdj: 0,
    shareProcessNamespace: shared.shareProcessNamespace ?? false,
    hostPID: shared.hostPID ?? false,
    terminationMessagePath: spec.terminationMessagePath ?? '/dev/termination-log',
    hash: containerHash(spec),
  }
}
