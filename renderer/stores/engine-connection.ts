import { createStore, type StoreApi } from 'zustand/vanilla'
import type { EngineInfo } from '../../shared/ipc/contract.ts'
import type { ClientTransport } from '../../shared/ipc/protocol.ts'
import { RpcClient } from '../../shared/ipc/rpc-client.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'

export type ConnectionState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'connected'; readonly rpc: RpcClient; readonly info: EngineInfo }
  /** Was connected; tries again by itself. What was shown stays. */
  | { readonly phase: 'lost' }
  /** Nothing answered since the start; goes on trying. */
  | { readonly phase: 'absent' }

export interface ConnectionDeps {
  /** Opens a way to the engine; rejects when there is none. */
  connect(): Promise<ClientTransport>
  after(ms: number, callback: () => void): Disposable
}

const ABSENT_AFTER_MS = 2_000
const BACK_OFF_MS = [250, 500, 1_000, 2_000, 4_000] as const
const DOCKER_AWAY_POLL_MS = 3_000
const DOCKER_POLL_MS = 20_000

/**
 * The window's connection to the engine.
 * - Patient: a lost or absent engine is asked again with growing pauses, for ever.
 * - One client at a time: readers take `rpc` from the state and begin anew when it changes.
 * - Watches whether the engine has its Docker engine.
 */
export class EngineConnection {
  readonly store: StoreApi<ConnectionState> = createStore<ConnectionState>(() => ({ phase: 'connecting' }))
  readonly #deps: ConnectionDeps
  #attempt = 0

  constructor(deps: ConnectionDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#deps.after(ABSENT_AFTER_MS, () => {
      if (this.store.getState().phase === 'connecting') this.store.setState({ phase: 'absent' }, true)
    })
    void this.#tryConnect()
  }

  /** The client while connected. */
  get rpc(): RpcClient | undefined {
    const state = this.store.getState()
    return state.phase === 'connected' ? state.rpc : undefined
  }

  async #tryConnect(): Promise<void> {
    try {
      const transport = await this.#deps.connect()
      const rpc = new RpcClient(transport)
      transport.onClose(() => this.#lost(rpc))
      const info = await rpc.call('engine.info')
      this.#attempt = 0
      this.store.setState({ phase: 'connected', rpc, info }, true)
      this.#poll(rpc, info)
    } catch {
      // Whatever went wrong, the answer is the same: try again after a pause. The state says so to the user.
      this.#retry()
    }
  }

  #lost(rpc: RpcClient): void {
    const state = this.store.getState()
    if (state.phase !== 'connected' || state.rpc !== rpc) return
    this.store.setState({ phase: 'lost' }, true)
    this.#retry()
  }

  #retry(): void {
    const pause = BACK_OFF_MS[Math.min(this.#attempt, BACK_OFF_MS.length - 1)] ?? 0
    this.#attempt += 1
    this.#deps.after(pause, () => void this.#tryConnect())
  }

  /** Docker may come and go while the engine runs. */
  #poll(rpc: RpcClient, info: EngineInfo): void {
    this.#deps.after(info.docker ? DOCKER_POLL_MS : DOCKER_AWAY_POLL_MS, () => {
      if (this.rpc !== rpc) return
      rpc.call('engine.info').then(
        (next) => {
          if (this.rpc !== rpc) return
          this.store.setState({ phase: 'connected', rpc, info: next }, true)
          this.#poll(rpc, next)
        },
        () => this.#poll(rpc, info),
      )
    })
  }
}
