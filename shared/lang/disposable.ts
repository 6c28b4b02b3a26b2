/** Something that holds a subscription, timer or resource until it is disposed. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void
}

export function toDisposable(dispose: () => void): Disposable {
  let live = true
  return {
    dispose() {
      if (!live) return
      live = false
      dispose()
    },
  }
}

/** Collects disposables and disposes them together, last added first. */
export class DisposableStore implements Disposable {
  readonly #items: Disposable[] = []

  add<T extends Disposable>(item: T): T {
    this.#items.push(item)
    return item
  }

  dispose(): void {
    for (let item = this.#items.pop(); item !== undefined; item = this.#items.pop()) item.dispose()
  }
}
