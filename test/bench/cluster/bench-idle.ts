import { setTimeout as delay } from 'node:timers/promises'
import { applyShop, waitForShop } from '../../../build/demo/shop.ts'
import { ensureShopImages } from '../../../build/demo/shop-images.ts'
import { type EngineUnderTest, eventually } from '../../support/engine-under-test.ts'
import { LoadClient } from '../api/load-client.ts'
import type { BenchSize, Figure } from '../figures.ts'
import { benchEngine, serverOf, slipway } from './bench-engine.ts'
import { cpuShares, residentMB } from './processes.ts'

/** What a cluster costs that does nothing, a minute after it is ready: empty but for its DNS, and with the shop. Linux only. */
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
      ...(size === 'full' ? await withShop(engine, seconds) : []),
    ]
  } finally {
    client.close()
  }
}

/** The sample application that nobody visits. */
async function withShop(engine: EngineUnderTest, seconds: number): Promise<Figure[]> {
  await ensureShopImages()
  const kubeconfig = await slipway(engine, 'kubeconfig', engine.cluster)
  await applyShop(kubeconfig)
  await waitForShop(kubeconfig)
  await delay(seconds * 1000)
  const { own, docker } = await cpuShares(engine.pid, seconds)
  return [
    { bench: 'idle', name: 'engine processor with the shop', value: own * 100, unit: '% of a core', aim: '< 1' },
    { bench: 'idle', name: 'dockerd and containerd with the shop', value: docker * 100, unit: '% of a core' },
  ]
}

async function dnsRuns(client: LoadClient): Promise<boolean> {
  const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns'
  const response = await client.open({ method: 'GET', path })
  const { status } = (await new Response(response as never).json()) as { status?: { readyReplicas?: number } }
  return (status?.readyReplicas ?? 0) > 0
}
