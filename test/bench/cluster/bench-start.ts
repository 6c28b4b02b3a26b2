import type { EngineUnderTest } from '../../support/engine-under-test.ts'
import { type BenchSize, type Figure, median } from '../figures.ts'
import { benchEngine, isBundled, isReady, serverOf, slipway } from './bench-engine.ts'

/** `slipway up` with no engine process running: of a new cluster, and of one that is there. */
export async function benchStart(size: BenchSize): Promise<Figure[]> {
  await using engine = benchEngine()
  // The first one of all builds system images and probes the Docker engine.
  await slipway(engine, 'up', engine.cluster, '--no-kubeconfig')
  const { port } = await serverOf(engine, engine.cluster)
  const fresh: number[] = []
  const ready: number[] = []
  const up: number[] = []
  for (let round = 0; round < (size === 'full' ? 5 : 1); round++) {
    const name = `${engine.cluster}n`
    await slipway(engine, 'shutdown')
    fresh.push(await timed(() => slipway(engine, 'up', name, '--no-kubeconfig')))
    await slipway(engine, 'delete', name, '--yes')
    await slipway(engine, 'shutdown')
    const start = performance.now()
    const [readyAt, upAt] = await restart(engine, port)
    ready.push(readyAt - start)
    up.push(upAt - start)
  }
  await slipway(engine, 'shutdown')
  const note = `${isBundled ? 'bundled' : 'from source'}, median of ${fresh.length}`
  return [
    { bench: 'start', name: 'existing cluster to /readyz', value: median(ready), unit: 'ms', aim: '< 1000', note },
    { bench: 'start', name: 'existing cluster to up returning', value: median(up), unit: 'ms', note },
    { bench: 'start', name: 'new cluster, nodes schedulable', value: median(fresh), unit: 'ms', aim: '< 3000', note },
  ]
}

async function restart(engine: EngineUnderTest, port: number): Promise<[ready: number, up: number]> {
  const ended = new AbortController()
  const now = () => performance.now()
  const up = slipway(engine, 'up', engine.cluster, '--no-kubeconfig')
    .then(now)
    .finally(() => ended.abort())
  return Promise.all([isReady(port, ended.signal).then(now), up])
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
