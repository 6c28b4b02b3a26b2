import type { Duplex } from 'node:stream'
import { type Clock, delay } from '../../../shared/lang/clock.ts'
import { RuntimeError } from '../kubelet/pod-runtime.ts'
import type { DockerEngine } from './docker-engine.ts'
import { FrameParser } from './frames.ts'

/** One command of the sandbox's entry process (build/images/sandbox/main.c) with its arguments. */
export type SandboxCommand = readonly [name: string, ...args: (string | number)[]]

export function commandLine(command: SandboxCommand): string {
  return command.map((argument) => encodeArgument(String(argument))).join(' ')
}

function encodeArgument(text: string): string {
  if (text === '') return '%'
  return text.replace(/[ \t\r\n\v\f%]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

interface Waiting {
  resolve(answer: string): void
  reject(error: Error): void
}

let conversations = 0

/**
 * A conversation with the entry process of a sandbox over its stdin and stdout: a few milliseconds for what an exec
 * takes a hundred. Several may be open at once; answers are told apart by their ids.
 */
export class SandboxControl {
  readonly #stream: Duplex
  readonly #waiting = new Map<string, Waiting>()
  readonly #prefix = `${process.pid}-${conversations++}`
  #commands = 0
  #closed: Error | undefined

  constructor(stream: Duplex) {
    this.#stream = stream
    const frames = new FrameParser()
    let text = ''
    stream.on('data', (chunk: Buffer) => {
      for (const piece of frames.push(chunk)) text += piece.data.toString('latin1')
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) this.#answer(line)
    })
    stream.on('error', (error: Error) => this.#end(error.message))
    stream.on('close', () => this.#end('the sandbox ended'))
    stream.on('end', () => this.#end('the sandbox ended'))
  }

  static async open(engine: DockerEngine, sandboxId: string): Promise<SandboxControl> {
    return new SandboxControl(await engine.attachContainer(sandboxId, { stream: true, stdin: true, stdout: true }))
  }

  /** Runs the commands in order and resolves with their answers; rejects with the first that fails. */
  async run(commands: readonly SandboxCommand[]): Promise<string[]> {
    if (this.#closed) throw this.#closed
    const lines: string[] = []
    const answers = commands.map((command) => {
      const id = `${this.#prefix}-${this.#commands++}`
      lines.push(`${id} ${commandLine(command)}\n`)
      return new Promise<string>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    })
    this.#stream.write(lines.join(''))
    const results = await Promise.allSettled(answers)
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    })
  }

  close(): void {
    this.#end('closed')
    this.#stream.destroy()
  }

  #answer(line: string): void {
    const [id = '', outcome, ...text] = line.split(' ')
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    this.#waiting.delete(id)
    const answer = Buffer.from(text.join(' '), 'latin1').toString()
    if (outcome === 'ok') waiting.resolve(answer)
    else waiting.reject(new RuntimeError('FailedCreatePodSandBox', answer))
  }

  #end(message: string): void {
    this.#closed ??= new RuntimeError('NotFound', message)
    for (const waiting of this.#waiting.values()) waiting.reject(this.#closed)
    this.#waiting.clear()
  }
}

const watchMs = 1000

/** Opens a conversation with a running sandbox for one batch of commands; rejects with NotFound where it is down. */
export async function controlSandbox(
  deps: { readonly engine: DockerEngine; readonly clock: Clock },
  sandboxId: string,
  commands: readonly SandboxCommand[],
): Promise<string[]> {
  const done = new AbortController()
  // Attaching to a container that ended waits for its next start: so whether it runs is looked at now and again.
  await mustRun(deps.engine, sandboxId)
  const control = await SandboxControl.open(deps.engine, sandboxId)
  try {
    return await Promise.race([control.run(commands), watch(deps, sandboxId, done.signal)])
  } finally {
    done.abort()
    control.close()
  }
}

async function watch(
  deps: { readonly engine: DockerEngine; readonly clock: Clock },
  sandboxId: string,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    await delay(deps.clock, watchMs, signal)
    await mustRun(deps.engine, sandboxId)
  }
}

async function mustRun(engine: DockerEngine, sandboxId: string): Promise<void> {
  const inspect = await engine.inspectContainer(sandboxId)
  if (!inspect.State.Running) throw new RuntimeError('NotFound', `the sandbox ${sandboxId} is not running`)
}
