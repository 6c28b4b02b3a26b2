import { Writable } from 'node:stream'
import type { Clock } from '../../../../shared/lang/clock.ts'
import type { PodRuntime } from '../pod-runtime.ts'
import { type ProbeDeps, type ProbeResult, type ProbeTarget, ProbeTimeout, withTimeout } from './probe-target.ts'

const MAX_OUTPUT = 10 * 1024

/** Exit code 0 is success; anything else, or no end in time, a failure with the command's output. */
export async function execProbe(
  deps: ProbeDeps,
  command: readonly string[],
  target: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeResult> {
  try {
    const { exitCode, output } = await runCommand(deps, target.containerId, command, timeoutMs)
    return exitCode === 0 ? { kind: 'success' } : { kind: 'failure', output }
  } catch (error) {
    if (error instanceof ProbeTimeout) {
      const line = command.join(' ')
      return { kind: 'failure', output: `command timed out: "${line}" timed out after ${timeoutMs / 1000}s` }
    }
    return { kind: 'error', output: (error as Error).message }
  }
}

export async function runCommand(
  deps: { readonly runtime: Pick<PodRuntime, 'exec'>; readonly clock: Clock },
  containerId: string,
  command: readonly string[],
  timeoutMs: number,
): Promise<{ exitCode: number; output: string }> {
  const chunks: Buffer[] = []
  let size = 0
  const sink = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (size < MAX_OUTPUT) chunks.push(Buffer.from(chunk))
        size += chunk.length
        done()
      },
    })
  const streams = { command, stdout: sink(), stderr: sink(), tty: false }
  const exitCode = await withTimeout(deps.clock, timeoutMs, (signal) => deps.runtime.exec(containerId, streams, signal))
  return { exitCode, output: Buffer.concat(chunks).subarray(0, MAX_OUTPUT).toString() }
}
