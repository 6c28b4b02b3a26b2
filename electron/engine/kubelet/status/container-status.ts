import type {
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
  Pod,
} from '../../../../shared/api/types/core-v1.ts'
import type { ProbeOutcome } from '../plan/plan-pod.ts'
import { containersNamed, exitCodeOf, hasEnded, isRunning, type PodContainer, podSpec } from '../pod-containers.ts'
import type { ObservedContainer, ObservedPod } from '../pod-runtime.ts'

/** Why a container is not running: the last failure to start it, or its back-off. */
export interface WaitingReason {
  readonly reason: string
  readonly message: string
}

export interface StatusFacts {
  readonly pod: Pod
  readonly observed: ObservedPod | undefined
  /** By container id. */
  readonly probes: ReadonlyMap<string, ProbeOutcome>
  /** By container name. */
  readonly waiting: ReadonlyMap<string, WaitingReason>
  /** By container id: what it left in its termination message file. */
  readonly terminationMessages: ReadonlyMap<string, string>
}

export function containerId(container: ObservedContainer): string {
  return `docker://${container.id}`
}

/** What the API shows of one container. `before` is what it showed last. */
export function containerStatus(
  facts: StatusFacts,
  container: PodContainer,
  before: ContainerStatus | undefined,
): ContainerStatus {
  const { spec } = container
  const [last, earlier] = containersNamed(facts.observed, spec.name)
  const failure = facts.waiting.get(spec.name)
  const state = stateOf(facts, last, failure)
  const lastState = lastStateOf(facts, { last, earlier, state, before })
  const started = startedOf(facts, container, last)
  const resources = container.type === 'ephemeral' ? undefined : spec.resources
  return {
    name: spec.name,
    state,
    lastState,
    ready: readyOf(facts, container, last, state),
    // Never less than shown: the engine may have lost the newest containers.
    restartCount: container.type === 'ephemeral' ? 0 : Math.max(last?.attempt ?? 0, before?.restartCount ?? 0),
    image: last?.image ?? spec.image ?? '',
    imageID: last?.imageId ?? '',
    ...(last ? { containerID: containerId(last) } : {}),
    ...(started === undefined ? {} : { started }),
    ...(resources?.requests ? { allocatedResources: resources.requests } : {}),
    ...(resources && container.type !== 'ephemeral' ? { resources } : {}),
    ...(spec.volumeMounts?.length ? { volumeMounts: spec.volumeMounts.map(mountStatus) } : {}),
  }
}

function mountStatus(mount: { name: string; mountPath: string; readOnly?: boolean | undefined }) {
  const { name, mountPath, readOnly } = mount
  return { name, mountPath, ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}) }
}

function stateOf(
  facts: StatusFacts,
  last: ObservedContainer | undefined,
  failure: WaitingReason | undefined,
): ContainerState {
  if (last && isRunning(last)) {
    return { running: last.startedAt === undefined ? {} : { startedAt: wholeSeconds(last.startedAt) } }
  }
  if (failure) return { waiting: { reason: failure.reason, ...(failure.message ? { message: failure.message } : {}) } }
  if (last && hasEnded(last)) return { terminated: terminatedState(facts, last) }
  const initializing = (podSpec(facts.pod).initContainers?.length ?? 0) > 0
  return { waiting: { reason: initializing ? 'PodInitializing' : 'ContainerCreating' } }
}

interface Past {
  readonly last: ObservedContainer | undefined
  readonly earlier: ObservedContainer | undefined
  readonly state: ContainerState
  readonly before: ContainerStatus | undefined
}

/** The end before the current state; what the API already shows stays when the dead container is gone. */
function lastStateOf(facts: StatusFacts, { last, earlier, state, before }: Past): ContainerState {
  if (state.waiting && last && hasEnded(last)) return { terminated: terminatedState(facts, last) }
  if (earlier && hasEnded(earlier)) return { terminated: terminatedState(facts, earlier) }
  if (before?.state?.terminated && last && before.containerID !== containerId(last)) return before.state
  return before?.lastState ?? {}
}

function terminatedState(
  facts: Pick<StatusFacts, 'terminationMessages'>,
  ended: ObservedContainer,
): ContainerStateTerminated {
  const exitCode = exitCodeOf(ended)
  const message = facts.terminationMessages.get(ended.id) || ended.error
  return {
    exitCode,
    reason: endReason(ended, exitCode),
    ...(message ? { message } : {}),
    startedAt: wholeSeconds(ended.startedAt ?? ended.createdAt),
    finishedAt: wholeSeconds(ended.finishedAt ?? ended.createdAt),
    containerID: containerId(ended),
  }
}

/** The text of a container that vanished from the engine while the API shows it running. */
export const LOST_CONTAINER = 'The container could not be located when the pod was terminated'

/** OOMKilled only with a non-zero code: the engine also reports it when just a child process was killed. */
function endReason(ended: ObservedContainer, exitCode: number): string {
  if (ended.error === LOST_CONTAINER) return 'ContainerStatusUnknown'
  if (ended.state === 'created') return 'StartError'
  if (ended.oomKilled && exitCode !== 0) return 'OOMKilled'
  return exitCode === 0 ? 'Completed' : 'Error'
}

function startedOf(
  facts: StatusFacts,
  container: PodContainer,
  last: ObservedContainer | undefined,
): boolean | undefined {
  if (container.type === 'ephemeral') return undefined
  if (!last || !isRunning(last)) return false
  return !container.spec.startupProbe || facts.probes.get(last.id)?.startup === true
}

/** An init container is ready once it succeeded; any other while it runs and its readiness probe says so. */
function readyOf(
  facts: StatusFacts,
  container: PodContainer,
  last: ObservedContainer | undefined,
  state: ContainerState,
): boolean {
  if (container.type === 'ephemeral') return false
  if (container.type === 'init' && !container.sidecar) return state.terminated?.exitCode === 0
  if (!last || !state.running || !startedOf(facts, container, last)) return false
  return !container.spec.readinessProbe || facts.probes.get(last.id)?.readiness === true
}

/** `metav1.Time` of a time that the engine gave with fractions of a second. */
function wholeSeconds(time: string): string {
  return time.replace(/\.\d+/, '')
}
