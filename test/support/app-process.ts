import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ServerMessage } from '../../shared/ipc/protocol.ts'
import { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { eventually } from './engine-under-test.ts'
import type { FromApp, ToApp } from './stub-electron/messages.ts'

const root = join(import.meta.dirname, '../..')
const PATIENCE_MS = 60_000

/** The app's bundled main process under this Node, with a stub in place of Electron and the engine inside it. */
export class AppProcess {
  readonly #process: ChildProcess
  readonly #page: ((message: ServerMessage) => void)[] = []
  /** The labels of the tray's menu, top level. */
  tray: readonly string[] = []
  windows = 0

  constructor(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
    const register = join(root, 'test/support/stub-electron/register.mjs')
    this.#process = spawn(process.execPath, ['--import', register, join(root, 'dist/main/main.cjs'), ...args], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#process.on('message', (message: FromApp) => {
      if (message.type === 'tray') this.tray = message.labels
      else if (message.type === 'windows') this.windows = message.count
      else for (const listener of this.#page) listener(message.message)
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Waits until the tray's menu has an item of this label. */
  async trayOffers(label: string): Promise<void> {
    await eventually(`"${label}" in the tray`, PATIENCE_MS, async () => this.tray.includes(label))
  }

  click(...path: readonly string[]): void {
    this.#tell({ type: 'click', path })
  }

  closeWindow(): void {
    this.#tell({ type: 'closeWindow' })
  }

  /** The engine as the window's page reaches it. */
  page(): RpcClient {
    return new RpcClient({
      send: (message) => this.#tell({ type: 'page', message }),
      onMessage: (listener) => this.#page.push(listener),
      onClose: (listener) => this.#process.once('exit', listener),
      close: () => undefined,
    })
  }

  /** Quits as the tray's menu does, and answers the exit code. */
  async quit(): Promise<number | null> {
    const ended = once(this.#process, 'exit')
    this.click('Quit Slipway (pods keep running)')
    const [code] = await ended
    return code as number | null
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }

  #tell(message: ToApp): void {
    this.#process.send(message)
  }
}
