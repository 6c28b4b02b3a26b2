import type { Container, EphemeralContainer, PodSpec, Volume } from '../../../../../shared/api/types/core-v1.ts'
import type { ObjectMeta } from '../../../../../shared/api/types/meta-v1.ts'
import type { FieldError } from '../../machinery/field-error.ts'

/** What a stored object already has wrong is no reason to refuse its next version (PodValidationOptions). */
export interface Tolerated {
  readonly deletionCost: boolean
  readonly labelValuesInSelectors: boolean
  readonly spreadSelectors: boolean
  readonly requiredNodeLabels: boolean
  readonly tokenPaths: boolean
  readonly hugePages: boolean
  readonly hostSysctls: boolean
  readonly seLinuxMountOption: boolean
}

export const NOTHING_TOLERATED: Tolerated = {
  deletionCost: false,
  labelValuesInSelectors: false,
  spreadSelectors: false,
  requiredNodeLabels: false,
  tokenPaths: false,
  hugePages: false,
  hostSysctls: false,
  seLinuxMountOption: false,
}

/** One validation of a pod spec: where errors go, and what its parts need to know of each other. */
export interface PodRules {
  readonly errors: FieldError[]
  readonly spec: PodSpec
  /** The pod's own metadata; undefined for templates. */
  readonly meta: ObjectMeta | undefined
  /** A Pod and not a template in another kind. */
  readonly isPod: boolean
  readonly tolerated: Tolerated
  /** Volumes without an error, by name: only these can be mounted. */
  readonly volumes: Map<string, Volume>
  readonly claimNames: ReadonlySet<string>
}

export type AnyContainer = Container & Partial<Pick<EphemeralContainer, 'targetContainerName'>>

/** VisitContainersWithPath: init containers, containers, ephemeral containers. */
export function eachContainer(
  spec: PodSpec,
  path: string,
  visit: (container: AnyContainer, path: string) => void,
): void {
  spec.initContainers?.forEach((container, at) => {
    visit(container, `${path}.initContainers[${at}]`)
  })
  spec.containers?.forEach((container, at) => {
    visit(container, `${path}.containers[${at}]`)
  })
  spec.ephemeralContainers?.forEach((container, at) => {
    visit(container as AnyContainer, `${path}.ephemeralContainers[${at}]`)
  })
}

/** A sidecar: an init container that runs as long as the pod. */
export function isRestartable(container: Container): boolean {
  return container.restartPolicy === 'Always'
}
