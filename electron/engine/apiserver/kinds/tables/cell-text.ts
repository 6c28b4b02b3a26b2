import type { KubeObject } from '../../../../../shared/api/object.ts'
import type { PodSpec } from '../../../../../shared/api/types/core-v1.ts'
import type { LabelSelector } from '../../../../../shared/api/types/meta-v1.ts'
import { selectorText } from '../../registry/scale.ts'
import { humanDuration } from './human-duration.ts'

/** One kind's cells in the order of the facts' columns; `now` in milliseconds. */
export type Cells<T extends KubeObject = KubeObject> = (object: T, now: number) => unknown[]

export const NONE = '<none>'
export const UNSET = '<unset>'
export const UNKNOWN = '<unknown>'

export function ageOf({ metadata }: KubeObject, now: number): string {
  return since(metadata.creationTimestamp, now)
}

export function since(time: string | undefined | null, now: number): string {
  return time ? humanDuration(now - Date.parse(time)) : UNKNOWN
}

export function nameOf({ metadata }: KubeObject): string {
  return metadata.name ?? ''
}

/** labels.FormatLabels. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined | null): string {
  const pairs = Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
  return pairs.length === 0 ? NONE : pairs.join(',')
}

/** metav1.FormatLabelSelector, as tables print it. */
export function selectorCell(selector: LabelSelector | undefined): string {
  return selectorText(selector ?? {}) || NONE
}

export function containerNames(spec: PodSpec | undefined): string {
  return (spec?.containers ?? []).map(({ name }) => name).join(',')
}

export function containerImages(spec: PodSpec | undefined): string {
  return (spec?.containers ?? []).map(({ image }) => image ?? '').join(',')
}

const ACCESS_MODES = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const

export function accessModes(modes: readonly string[] | undefined): string {
  return ACCESS_MODES.filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',')
}
