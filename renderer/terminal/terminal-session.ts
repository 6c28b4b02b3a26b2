import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import type { IpcFailure } from '../../shared/ipc/protocol.ts'
import type { DuplexHandle } from '../../shared/ipc/rpc-client.ts'
import type { Disposable } from '../../shared/lang/disposable.ts'
import type { Messages } from '../messages/en.ts'
import type { EngineConnection } from '../stores/engine-connection.ts'
import { terminalTheme } from './terminal-theme.ts'

/** bash where there is one, else sh. */
const SHELL = [
  'sh',
  '-c',
  'TERM=xterm-256color; export TERM; if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi',
]

type Input = { type: 'input'; text: string } | { type: 'resize'; columns: number; rows: number }

export interface TerminalSessionDeps {
  readonly connection: EngineConnection
  readonly target: {
    readonly cluster: string
    readonly namespace: string
    readonly pod: string
    readonly container: string
  }
  text(): Messages['terminal']
}

/** One terminal on a page element with a shell behind it; Enter opens a new shell once it has ended. */
export class TerminalSession implements Disposable {
  readonly #terminal: Terminal
  readonly #fit = new FitAddon()
  readonly #deps: TerminalSessionDeps
  readonly #observer: ResizeObserver
  #shell: DuplexHandle<Input> | undefined

  constructor(element: HTMLElement, deps: TerminalSessionDeps) {
    this.#deps = deps
    this.#terminal = new Terminal({
      fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
      fontSize: 12.5,
      lineHeight: 1.2,
      cursorBlink: true,
      scrollback: 10_000,
      theme: terminalTheme(),
      screenReaderMode: false,
    })
    this.#terminal.loadAddon(this.#fit)
    this.#terminal.open(element)
    this.#terminal.onData((text) => this.#input(text))
    this.#terminal.onResize(({ cols, rows }) => this.#shell?.send({ type: 'resize', columns: cols, rows }))
    // The window's own shortcut stays the window's, whatever has the focus.
    this.#terminal.attachCustomKeyEventHandler(
      ({ key, ctrlKey, metaKey }) => !((ctrlKey || metaKey) && (key === '`' || (metaKey && key === 'k'))),
    )
    this.#observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientHeight > 0) this.#fit.fit()
    })
    this.#observer.observe(element)
    this.#fit.fit()
    this.#terminal.focus()
    this.#open()
  }

  applyTheme(): void {
    this.#terminal.options.theme = terminalTheme()
  }

  dispose(): void {
    this.#shell?.cancel()
    this.#observer.disconnect()
    this.#terminal.dispose()
  }

  #input(text: string): void {
    if (this.#shell !== undefined) this.#shell.send({ type: 'input', text })
    else if (text === '\r') this.#open()
  }

  #open(): void {
    const { connection, target, text } = this.#deps
    const { rpc } = connection
    if (rpc === undefined) {
      this.#say(text().failed(''))
      return
    }
    const { cluster, namespace, pod, container } = target
    const shell = rpc.duplex(
      'pods.exec',
      { cluster, namespace, pod, container, command: SHELL },
      {
        onItem: (item) => {
          if (item.type === 'output') {
            this.#terminal.write(item.text, () => shell.ack(item.text.length))
          } else {
            this.#shell = undefined
            this.#say(text().ended(item.code))
          }
        },
        onEnd: (failure) => this.#ended(failure),
      },
    )
    this.#shell = shell
    shell.send({ type: 'resize', columns: this.#terminal.cols, rows: this.#terminal.rows })
  }

  #ended(failure: IpcFailure | undefined): void {
    const was = this.#shell
    this.#shell = undefined
    if (was !== undefined) this.#say(this.#deps.text().failed(failure?.message ?? ''))
  }

  #say(words: string): void {
    this.#terminal.write(`\r\n\x1b[2m${words}\x1b[0m\r\n`)
  }
}
