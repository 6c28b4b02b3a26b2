import type { Probe } from '../../../../shared/api/types/core-v1.ts'
import { execProbe } from './exec-probe.ts'
import { grpcProbe } from './grpc-probe.ts'
import { httpProbe } from './http-probe.ts'
import {
  dialErrorText,
  type ProbeDeps,
  type ProbeResult,
  type ProbeTarget,
  resolvePort,
  withTimeout,
} from './probe-target.ts'

const TRIES = 3

/** Runs a probe once; one that could not even be asked is tried again at once. */
export async function runProbe(deps: ProbeDeps, probe: Probe, target: ProbeTarget): Promise<ProbeResult> {
  let result: ProbeResult = { kind: 'error', output: 'missing probe handler' }
  for (let attempt = 0; attempt < TRIES; attempt++) {
    result = await runOnce(deps, probe, target)
    if (result.kind !== 'error') break
  }
  return result
}

function runOnce(deps: ProbeDeps, probe: Probe, target: ProbeTarget): Promise<ProbeResult> {
  const timeoutMs = (probe.timeoutSeconds || 1) * 1000
  if (probe.exec) return execProbe(deps, probe.exec.command ?? [], target, timeoutMs)
  if (probe.httpGet) return httpProbe(deps, probe.httpGet, target, timeoutMs)
  if (probe.tcpSocket) return tcpProbe(deps, probe.tcpSocket, target, timeoutMs)
  if (probe.grpc) return grpcProbe(deps, probe.grpc, target, timeoutMs)
  const output = `missing probe handler for ${target.container.name}`
  return Promise.resolve({ kind: 'error', output })
}

async function tcpProbe(
  deps: ProbeDeps,
  action: { port: number | string; host?: string | undefined },
  target: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeResult> {
  const port = resolvePort(action.port, target.container)
  if (port === undefined) return { kind: 'error', output: `invalid port number: ${action.port}` }
  const host = action.host || target.podIP
  try {
    const connection = await withTimeout(deps.clock, timeoutMs, (signal) => deps.dial(host, port, signal))
    connection.destroy()
    return { kind: 'success' }
  } catch (error) {
    return { kind: 'failure', output: dialErrorText(error, host, port) }
  }
}
