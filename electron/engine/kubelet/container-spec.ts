import { createHash } from 'node:crypto'
import { resourceAmounts } from '../../../shared/api/pod-resources.ts'
import type { Container, Pod } from '../../../shared/api/types/core-v1.ts'
import type { ContainerEnvironment } from './environment/container-env.ts'
import { StartFailure } from './images.ts'
import { type PodContainer, podContainers, podSpec } from './pod-containers.ts'
import { podLabel } from './pod-names.ts'
import type { ContainerSpec, ImageInfo, MountSpec } from './pod-runtime.ts'
import { isFilesVolume } from './volumes/volume-files.ts'

const MIN_CPU_SHARES = 2

/** Changes with what makes the kubelet replace a running container: its name and image. */
function containerHash(container: Container): string {
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
  readonly environment: ContainerEnvironment
  readonly allocatable: Readonly<Record<string, string>>
}

export function containerSpec(inputs: ContainerSpecInputs): ContainerSpec {
  const { pod, container, attempt, sandboxId, environment } = inputs
  const { spec, type } = container
  const shared = podSpec(pod)
  const own = spec.securityContext ?? {}
  const podSecurity = shared.securityContext ?? {}
  const requests = resourceAmounts(spec.resources?.requests)
  const limits = resourceAmounts(spec.resources?.limits)
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
    command: environment.command,
    args: environment.args,
    env: environment.env,
    workingDir: spec.workingDir,
    mounts: mounts(pod, spec, environment),
    cpuShares: Math.max(MIN_CPU_SHARES, Math.floor(((requests.cpu ?? 0) * 1024) / 1000)),
    cpuLimitMillis: limits.cpu,
    memoryLimitBytes: limits.memory,
    tty: spec.tty ?? false,
    stdin: spec.stdin ?? false,
    stdinOnce: spec.stdinOnce ?? false,
    user: { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) },
    supplementalGroups: [
      ...(podSecurity.supplementalGroups ?? []),
      ...(podSecurity.fsGroup === undefined ? [] : [podSecurity.fsGroup]),
    ],
    privileged: own.privileged ?? false,
    readOnlyRootFilesystem: own.readOnlyRootFilesystem ?? false,
    addCapabilities: own.capabilities?.add ?? [],
    dropCapabilities: own.capabilities?.drop ?? [],
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    oomScoreAdj: oomScoreAdj(pod, requests.memory ?? 0, inputs.allocatable),
    shareProcessNamespace: shared.shareProcessNamespace ?? false,
    hostPID: shared.hostPID ?? false,
    terminationMessagePath: spec.terminationMessagePath ?? '/dev/termination-log',
    hash: containerHash(spec),
  }
}

/** Files that the kubelet keeps are read-only to containers. */
function mounts(pod: Pod, spec: Container, environment: ContainerEnvironment): MountSpec[] {
  const files = new Set((podSpec(pod).volumes ?? []).filter(isFilesVolume).map(({ name }) => name))
  return (spec.volumeMounts ?? []).map((mount) => ({
    volume: mount.name,
    mountPath: mount.mountPath,
    readOnly: mount.readOnly || files.has(mount.name),
    subPath: mount.subPathExpr ? environment.expand(mount.subPathExpr) : mount.subPath || undefined,
  }))
}

/** By QoS class: Guaranteed last to be killed, BestEffort first, Burstable by its share of the memory. */
function oomScoreAdj(pod: Pod, memoryRequest: number, allocatable: Readonly<Record<string, string>>): number {
  const qosClass = pod.status?.qosClass
  if (qosClass === 'Guaranteed') return -997
  if (qosClass === 'BestEffort') return 1000
  const total = resourceAmounts(allocatable).memory ?? 0
  const adjusted = total > 0 ? 1000 - Math.floor((1000 * memoryRequest) / total) : 999
  return Math.min(999, Math.max(3, adjusted))
}

/** runAsNonRoot: refuses a container that would run as root, or may. */
export function checkNonRoot(pod: Pod, spec: Container, image: ImageInfo | undefined): void {
  const podSecurity = podSpec(pod).securityContext
  if (!(spec.securityContext?.runAsNonRoot ?? podSecurity?.runAsNonRoot)) return
  const where = `(pod: "${podLabel(pod)}", container: ${spec.name})`
  const uid = spec.securityContext?.runAsUser ?? podSecurity?.runAsUser
  if (uid === 0) throw nonRoot(`container's runAsUser breaks non-root policy ${where}`)
  if (uid !== undefined) return
  const user = (image?.user ?? '').split(':')[0] ?? ''
  if (user === '' || user === '0' || user === 'root') {
    throw nonRoot(`container has runAsNonRoot and image will run as root ${where}`)
  }
  if (/\D/.test(user)) {
    const message = `container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root ${where}`
    throw nonRoot(message)
  }
}

function nonRoot(message: string): StartFailure {
  return new StartFailure('CreateContainerConfigError', message)
}
