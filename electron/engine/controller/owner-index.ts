import type { KubeObject } from '../../../shared/api/object.ts'
import { controllerOf } from '../../../shared/api/owner-references.ts'
import type { Informer } from './informer.ts'

const INDEX = 'controller'

/** Adds the index that `controlledBy` and `orphansIn` read. */
export function addOwnerIndex<T extends KubeObject>(informer: Informer<T>): void {
  informer.addIndex(INDEX, (object) => {
    const uid = controllerOf(object)?.uid
    return [uid === undefined ? orphanValue(object.metadata.namespace ?? '') : `uid:${uid}`]
  })
}

/** The objects whose controller has this uid. */
export function controlledBy<T extends KubeObject>(informer: Informer<T>, uid: string): readonly T[] {
  return informer.byIndex(INDEX, `uid:${uid}`)
}

/** The objects of a namespace that no controller owns: the only ones that may be adopted. */
export function orphansIn<T extends KubeObject>(informer: Informer<T>, namespace: string): readonly T[] {
  return informer.byIndex(INDEX, orphanValue(namespace))
}

function orphanValue(namespace: string): string {
  return `orphan:${namespace}`
}
