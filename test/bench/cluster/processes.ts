import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks in a second, as /proc counts processor time on every Linux that Node runs on. */
const TICKS = 100

/** Processor seconds that a process has used; 0 when it is gone. */
function cpuSeconds(pid: string | number): number {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS
}

/** Resident megabytes. */
export function residentMB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? Number.NaN) / 1024
}

/** Counts the processor seconds of the Docker engine and its helpers, as many of them as run now. */
export function dockerSeconds(): () => number {
  const engines = readdirSync('/proc').filter((entry) => /^(dockerd|containerd)/.test(read(`/proc/${entry}/comm`)))
  return () => engines.reduce((sum, engine) => sum + cpuSeconds(engine), 0)
}

/** The share of one core that a process, and the Docker engine with its helpers, used over some seconds. */
export async function cpuShares(pid: number | undefined, seconds: number): Promise<{ own: number; docker: number }> {
  const docker = dockerSeconds()
  const used = () => ({ own: pid === undefined ? 0 : cpuSeconds(pid), docker: docker() })
  const before = used()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const after = used()
  return { own: (after.own - before.own) / seconds, docker: (after.docker - before.docker) / seconds }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
