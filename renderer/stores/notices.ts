import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Disposable } from '../../shared/lang/disposable.ts'

export interface Notice {
  readonly id: number
  readonly tone: 'good' | 'bad'
  readonly text: string
}

const SHOWN_MS = { good: 4_000, bad: 12_000 } as const

/** Short messages about what an action did; failures stay longer. */
export class Notices {
  readonly store: StoreApi<readonly Notice[]> = createStore<readonly Notice[]>(() => [])
  readonly #after: (ms: number, callback: () => void) => Disposable
  #lastId = 0

  constructor(after: (ms: number, callback: () => void) => Disposable) {
    this.#after = after
  }

  show(tone: Notice['tone'], text: string): void {
    this.#lastId += 1
    const id = this.#lastId
    this.store.setState([...this.store.getState().slice(-3), { id, tone, text }], true)
    this.#after(SHOWN_MS[tone], () => this.dismiss(id))
  }

  dismiss(id: number): void {
    this.store.setState(
      this.store.getState().filter((notice) => notice.id !== id),
      true,
    )
  }
}
