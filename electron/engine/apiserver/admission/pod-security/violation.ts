import type {
  Container,
  EphemeralContainer,
  PodSpec,
  SecurityContext,
} from '../../../../../shared/api/types/core-v1.ts'

/** One rule that a pod breaks: what, and where. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

/** One rule of the Pod Security Standards; undefined: kept. */
export type Check = (pod: CheckedPod) => Violation | undefined

export interface CheckedPod {
  readonly spec: PodSpec
  readonly annotations: Readonly<Record<string, string>>
  /** Init containers first, as they run. */
  readonly containers: readonly AnyContainer[]
}

export type AnyContainer = Pick<
  Container | EphemeralContainer,
  'name' | 'ports' | 'securityContext' | 'livenessProbe' | 'readinessProbe' | 'startupProbe' | 'lifecycle'
>

export function checkedPod(spec: PodSpec, annotations: Readonly<Record<string, string>> = {}): CheckedPod {
  const { initContainers = [], containers, ephemeralContainers = [] } = spec
  return { spec, annotations, containers: [...initContainers, ...containers, ...ephemeralContainers] }
}

export function isWindows({ spec }: CheckedPod): boolean {
  return spec.os?.name === 'windows'
}

/** Where a pod has users of its own, root inside is nobody outside. */
export function hasOwnUsers({ spec }: CheckedPod): boolean {
  return spec.hostUsers === false
}

export function namesWhere({ containers }: CheckedPod, test: (context: SecurityContext) => boolean): string[] {
  return containers.filter(({ securityContext }) => test(securityContext ?? {})).map(({ name }) => name)
}

/** `container "a"`, `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural('container', names)} ${quotes(names)}`
}

/** `pod`, `container "a"` or `pod and container "a"`; undefined: neither. */
export function settersText(pod: boolean, names: readonly string[], word: 'and' | 'or' = 'and'): string | undefined {
  const parts = [...(pod ? ['pod'] : []), ...(names.length > 0 ? [containersText(names)] : [])]
  return parts.length === 0 ? undefined : parts.join(` ${word} `)
}

export function quotes(values: readonly string[]): string {
  return values.map((value) => JSON.stringify(value)).join(', ')
}

export function plural(word: string, values: readonly unknown[]): string {
  return values.length === 1 ? word : `${word}s`
}

export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
