import { type Disposable, toDisposable } from './disposable.ts'

/** Subscribes a listener; the returned disposable ends the subscription. */
export type Event<T> = (listener: (value: T) => void) => Disposable

/** The sending side of an `Event`. Listeners run synchronously, in the order in which they subscribed. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>()

  readonly event: Event<T> = (listener) => {
    const own = (value: T) => listener(value)
    this.#listeners.add(own)
    return toDisposable(() => this.#listeners.delete(own))
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value)
  }

  dispose(): void {
    this.#listeners.clear()
  }
}
