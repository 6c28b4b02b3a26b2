import type { KubeObject } from '../../../shared/api/object.ts'
import type { ResourceRef } from '../../../shared/api/resources.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import { type Informer, type InformerDeps, ListWatchInformer } from './informer.ts'

/** One shared informer per resource: however many controllers read pods, there is one cache and one watch. */
export interface Informers extends Disposable {
  /** The informer of a resource; it starts now when `start` was called before, else with `start`. */
  of<T extends KubeObject>(ref: ResourceRef<T>): Informer<T>
  start(): void
  /** Ends a resource's informer: for kinds whose definition went away. */
  drop(ref: ResourceRef): void
}

export function createInformers(deps: InformerDeps): Informers {
  const informers = new Map<string, ListWatchInformer<KubeObject>>()
  let started = false
  const id = (ref: ResourceRef) => `${ref.group}/${ref.version}/${ref.resource}`
  return {
    of<T extends KubeObject>(ref: ResourceRef<T>): Informer<T> {
      const known = informers.get(id(ref))
      // The map's key is the resource, and the resource decides T.
      if (known !== undefined) return known as unknown as Informer<T>
      const informer = new ListWatchInformer<T>(ref, deps)
      informers.set(id(ref), informer as unknown as ListWatchInformer<KubeObject>)
      if (started) informer.start()
      return informer
    },
    start() {
      started = true
      for (const informer of informers.values()) informer.start()
    },
    drop(ref) {
      informers.get(id(ref))?.dispose()
      informers.delete(id(ref))
    },
    dispose() {
      for (const informer of informers.values()) informer.dispose()
      informers.clear()
    },
  }
}
