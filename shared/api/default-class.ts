import type { KubeObject } from './object.ts'

export const DEFAULT_STORAGE_CLASS = 'storageclass.kubernetes.io/is-default-class'
export const DEFAULT_INGRESS_CLASS = 'ingressclass.kubernetes.io/is-default-class'

/** The newest object that an annotation marks as the default one; by name among equals. */
export function defaultOf<T extends KubeObject>(objects: readonly T[], annotation: string): T | undefined {
  const marked = objects.filter(({ metadata }) => metadata.annotations?.[annotation] === 'true')
  const order = ({ metadata: a }: T, { metadata: b }: T) =>
    compare(b.creationTimestamp ?? '', a.creationTimestamp ?? '') || compare(a.name ?? '', b.name ?? '')
  return marked.sort(order)[0]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
