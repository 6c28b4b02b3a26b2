import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '../../support/engine-under-test.ts'
import { LoadClient } from '../api/load-client.ts'
import type { BenchSize, Figure } from '../figures.ts'
import { benchEngine, serverOf, slipway } from './bench-engine.ts'
import { cpuShares, residentMB } from './processes.ts'

/** What a cluster costs that does nothing, a minute after it is ready, with its DNS running. Linux only. */
export async function benchIdle(size: BenchSize): Promise<Figure[]> {
  const seconds = size === 'full' ? 60 : 1
  const without = await cpuShares(undefined, seconds)
  await using engine = benchEngine()
  await engine.serve()
  await slipway(engine, 'up', engine.cluster, '--no-kubeconfig')
  const client = new LoadClient(await serverOf(engine, engine.cluster), 1)
  try {
    if (size === 'full') await eventually('DNS', 240_000, () => dnsRuns(client))
    await delay(seconds * 1000)
    const { own, docker } = await cpuShares(engine.pid, seconds)
    const percent = (share: number) => share * 100
    return [
      { bench: 'idle', name: 'engine memory', value: residentMB(engine.pid), unit: 'MB', aim: '< 120' },
      { bench: 'idle', name: 'engine processor', value: percent(own), unit: '% of a core', aim: '< 1' },
      {
        bench: 'idle',
        name: 'rise of dockerd and containerd',
        value: percent(docker - without.docker),
        unit: '% of a core',
        aim: '< 1 with the engine',
        note: `${percent(without.docker).toFixed(2)} before`,
      },
    ]
  } finally {
    client.close()
  }
}

async function dnsRuns(client: LoadClient): Promise<boolean> {
  const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns'
  const response = await client.open({ method: 'GET', path })
  const { status } = (await new Response(response as never).json()) as { status?: { readyReplicas?: number } }
  return (status?.readyReplicas ?? 0) > 0
}
