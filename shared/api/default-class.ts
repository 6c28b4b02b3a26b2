import { compareText } from '../lang/compare-text.ts'
import type { KubeObject } from './object.ts'

export const DEFAULT_STORAGE_CLASS = 'storageclass.kubernetes.io/is-default-class'
export const DEFAULT_INGRESS_CLASS = 'ingressclass.kubernetes.io/is-default-class'

/** The newest object that an annotation marks as the default one; by name among equals. */
export function defaultOf<T extends KubeObject>(objects: readonly T[], annotation: string): T | undefined {
  const marked = objects.filter(({ metadata }) => metadata.annotations?.[annotation] === 'true')
  const order = ({ metadata: a }: T, { metadata: b }: T) =>
    compareText(b.creationTimestamp ?? '', a.creationTimestamp ?? '') || compareText(a.name ?? '', b.name ?? '')
  return marked.sort(order)[0]
}
