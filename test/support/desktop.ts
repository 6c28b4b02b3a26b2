import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'

const trayHost = join(import.meta.dirname, '../../build/ci/electron-runtime/tray.py')

export interface TrayItem {
  readonly label: string
  readonly enabled: boolean
  readonly children: readonly TrayItem[]
}

/** A desktop without a screen: display server, session bus and a tray that tests read and click in. */
export class Desktop {
  readonly env: Readonly<Record<string, string>>
  readonly #processes: readonly ChildProcess[]
  readonly #tray: ChildProcess
  readonly #answers: Interface

  private constructor(env: Record<string, string>, processes: ChildProcess[], tray: ChildProcess) {
    this.env = env
    this.#processes = [...processes, tray]
    this.#tray = tray
    if (tray.stdout === null) throw new Error('the tray host has no output')
    this.#answers = createInterface({ input: tray.stdout })
  }

  static async start(): Promise<Desktop> {
    const display = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1360x850x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const bus = spawn('dbus-daemon', ['--session', '--print-address', '--nofork'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const env = {
      DISPLAY: `:${await firstLine(display.stdio[3] as NodeJS.ReadableStream)}`,
      DBUS_SESSION_BUS_ADDRESS: await firstLine(bus.stdio[1] as NodeJS.ReadableStream),
    }
    // Debian's own: it has the bindings for D-Bus.
    const tray = spawn('/usr/bin/python3', [trayHost], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    return new Desktop(env, [display, bus], tray)
  }

  async trayMenu(): Promise<readonly TrayItem[]> {
    return (await this.#ask('menu')) as readonly TrayItem[]
  }

  /** "dev (running) > Open" clicks in a submenu. */
  async clickTray(label: string): Promise<void> {
    await this.#ask(`click ${label}`)
  }

  async stop(): Promise<void> {
    for (const child of this.#processes.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      child.kill()
      await ended
    }
  }

  async #ask(command: string): Promise<unknown> {
    if (this.#tray.exitCode !== null) throw new Error('the tray host has ended')
    const line = once(this.#answers, 'line')
    this.#tray.stdin?.write(`${command}\n`)
    const answer = JSON.parse((await line)[0] as string) as { ok?: unknown; error?: string }
    if (answer.error !== undefined) throw new Error(`tray: ${answer.error}`)
    return answer.ok
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input: stream })
  const [line] = await once(lines, 'line')
  lines.close()
  return (line as string).trim()
}
