import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StreamHandle } from '../../../shared/ipc/rpc-client.ts'
import type { Disposable } from '../../../shared/lang/disposable.ts'
import type { EngineConnection } from '../../stores/engine-connection.ts'
import type { ScheduleFrame } from '../../stores/frame.ts'
import { LogBuffer, type LogLine } from './log-buffer.ts'

export interface LogState {
  readonly lines: readonly LogLine[]
  /** `waiting`: the container is not there yet or not any more; asked again by itself. */
  readonly phase: 'reading' | 'waiting' | 'ended'
  readonly failure: string
}

export interface LogTarget {
  readonly cluster: string
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** The container's run before this one. */
  readonly previous: boolean
}

const TAIL_LINES = 2_000
const RETRY_MS = 1_500

/** Follows one container's log through restarts and reconnects. */
export class LogStream implements Disposable {
  readonly store: StoreApi<LogState>
  readonly #connection: EngineConnection
  readonly #target: LogTarget
  readonly #frame: ScheduleFrame
  readonly #buffer = new LogBuffer()
  #stream: StreamHandle | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #pending: Disposable | undefined
  #rpc: unknown
  readonly #unsubscribe: () => void

  constructor(connection: EngineConnection, target: LogTarget, frame: ScheduleFrame) {
    this.#connection = connection
    this.#target = target
    this.#frame = frame
    this.store = createStore<LogState>(() => ({ lines: [], phase: 'reading', failure: '' }))
    this.#open()
    this.#unsubscribe = connection.store.subscribe(() => {
      if (connection.rpc !== this.#rpc) this.#open()
    })
  }

  clear(): void {
    this.#buffer.clear()
    this.store.setState({ lines: this.#buffer.lines })
  }

  dispose(): void {
    this.#stop()
    this.#unsubscribe()
    this.#pending?.dispose()
  }

  #stop(): void {
    this.#stream?.cancel()
    clearTimeout(this.#retry)
  }

  #open(): void {
    this.#stop()
    const { rpc } = this.#connection
    this.#rpc = rpc
    if (rpc === undefined) {
      this.store.setState({ phase: 'waiting' })
      return
    }
    this.#buffer.beginAgain()
    this.#stream = rpc.stream(
      'pods.logs',
      { ...this.#target, follow: !this.#target.previous, timestamps: true, tailLines: TAIL_LINES },
      {
        onItems: (chunks) => {
          this.#buffer.append(chunks.join(''))
          this.#pending ??= this.#frame(() => {
            this.#pending = undefined
            this.store.setState({ lines: this.#buffer.lines, phase: 'reading', failure: '' })
          })
        },
        onEnd: (failure) => this.#ended(failure?.message ?? ''),
      },
    )
  }

  #ended(failure: string): void {
    const again = !this.#target.previous
    this.store.setState({ lines: this.#buffer.lines, phase: again ? 'waiting' : 'ended', failure })
    if (again) this.#retry = setTimeout(() => this.#open(), RETRY_MS)
  }
}
