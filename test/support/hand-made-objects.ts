import type { ObjectSource } from '../../electron/engine/network/rules/service-proxy.ts'
import { type KubeObject, objectKey } from '../../shared/api/object.ts'
import { toDisposable } from '../../shared/lang/disposable.ts'

/** Objects made by hand in place of an informer. */
export class HandMadeObjects<T extends KubeObject> implements ObjectSource<T> {
  readonly #objects = new Map<string, T>()
  readonly #handlers = new Set<Parameters<ObjectSource<T>['onChange']>[0]>()

  set(object: T): void {
    const before = this.#objects.get(objectKey(object))
    this.#objects.set(objectKey(object), object)
    for (const handler of this.#handlers) {
      if (before) handler.updated(before, object)
      else handler.added(object)
    }
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  list(): readonly T[] {
    return [...this.#objects.values()]
  }

  onChange(handler: Parameters<ObjectSource<T>['onChange']>[0]) {
    this.#handlers.add(handler)
    for (const object of this.list()) handler.added(object)
    return toDisposable(() => this.#handlers.delete(handler))
  }
}
