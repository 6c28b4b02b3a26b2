import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ensureSandboxImage } from '../../../electron/engine/docker/sandbox-image.ts'
import type { Pod } from '../../../shared/api/types/core-v1.ts'
import { startRuntimeBench } from '../../support/docker-runtime.ts'
import { eventually } from '../../support/engine-under-test.ts'
import { LoadClient } from '../api/load-client.ts'
import { type BenchSize, type Figure, median } from '../figures.ts'
import { benchEngine, serverOf, slipway } from './bench-engine.ts'
import { rawPods } from './raw-pods.ts'

const PODS = '/api/v1/namespaces/default/pods'

/** From the create call to phase Running, beside the same calls made on the Docker API alone, in turns. */
export async function benchPods(size: BenchSize): Promise<Figure[]> {
  const raw = await startRuntimeBench()
  await using engine = benchEngine()
  await engine.serve()
  await slipway(engine, 'up', engine.cluster, '--no-kubeconfig')
  const client = new LoadClient(await serverOf(engine, engine.cluster), 20)
  try {
    await eventually('the default ServiceAccount', 10_000, () =>
      client.call({ method: 'GET', path: '/api/v1/namespaces/default/serviceaccounts/default' }),
    )
    const sources = { sourceDir: join(import.meta.dirname, '../../../build/images/sandbox') }
    const sandboxImage = await ensureSandboxImage(raw.engine, sources)
    const figures: Figure[] = []
    for (const [count, rounds] of size === 'full' ? PLAN.full : PLAN.tiny) {
      const ours: number[] = []
      const theirs: number[] = []
      for (let round = 0; round < rounds; round++) {
        theirs.push(await rawPods(raw, sandboxImage, count))
        ours.push(await pods(client, raw.image, `p${count}-${round}`, count))
      }
      const ratio = median(ours) / median(theirs)
      const name = count === 1 ? 'a pod alone' : `${count} pods at once`
      const note = `median of ${rounds}: ${median(ours).toFixed(0)} ms, Docker API alone ${median(theirs).toFixed(0)} ms`
      figures.push({ bench: 'pods', name, value: ratio, unit: 'x the raw calls', aim: '< 1.1', note })
    }
    return figures
  } finally {
    client.close()
    await raw.close()
  }
}

const PLAN = {
  full: [
    [1, 5],
    [20, 2],
  ],
  tiny: [[1, 1]],
} as const

/** Milliseconds until the last of them runs. */
async function pods(client: LoadClient, image: string, prefix: string, count: number): Promise<number> {
  const stream = await client.stream(`${PODS}?watch=true&labelSelector=round%3D${prefix}`)
  const running = new Set<string>()
  const all = new Promise<void>((resolve) => {
    createInterface(stream).on('line', (line) => {
      const { object } = JSON.parse(line) as { object: Pod }
      if (object.status?.phase === 'Running') running.add(object.metadata.name ?? '')
      if (running.size === count) resolve()
    })
  })
  const body = (name: string) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { round: prefix } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'app', image, imagePullPolicy: 'IfNotPresent', command: ['sleep', '3600'] }],
      },
    })
  const start = performance.now()
  const create = (n: number) => client.call({ method: 'POST', path: PODS, body: body(`${prefix}-${n}`) })
  await Promise.all(Array.from({ length: count }, (_, n) => create(n)))
  await all
  const ms = performance.now() - start
  stream.destroy()
  return ms
}
