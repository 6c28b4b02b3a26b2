import { setTimeout as delay } from 'node:timers/promises'
import { ContainerCounterReader } from '../../../electron/engine/docker/container-counters.ts'
import { DockerEngine } from '../../../electron/engine/docker/docker-engine.ts'
import { findEngine } from '../../../electron/engine/docker/engine-location.ts'
import { label } from '../../../electron/engine/docker/labels.ts'
import { ensureBusyboxImage } from '../../support/busybox-image.ts'
import { type EngineUnderTest, eventually } from '../../support/engine-under-test.ts'
import { LoadClient } from '../api/load-client.ts'
import type { BenchSize, Figure } from '../figures.ts'
import { benchEngine, serverOf, slipway } from './bench-engine.ts'
import { cpuShares, dockerSeconds } from './processes.ts'

interface Plan {
  readonly deployments: number
  /** In the one pod of each Deployment. */
  readonly containers: number
  readonly seconds: number
  /** Samples by each source. */
  readonly rounds: number
}

const PLANS: Readonly<Record<BenchSize, Plan>> = {
  full: { deployments: 20, containers: 10, seconds: 60, rounds: 10 },
  tiny: { deployments: 1, containers: 2, seconds: 1, rounds: 1 },
}

/**
 * What it costs to know the use of many small containers and to scale by it: one sample by each of the two sources, and
 * the engine's processor with and without HorizontalPodAutoscalers whose target is met. Linux only.
 */
export async function benchUsage(size: BenchSize): Promise<Figure[]> {
  const plan = PLANS[size]
  const docker = new DockerEngine(findEngine())
  const image = await ensureBusyboxImage(docker)
  const without = await cpuShares(undefined, plan.seconds)
  await using engine = benchEngine()
  await engine.serve()
  await slipway(engine, 'up', engine.cluster, '--no-kubeconfig')
  const client = new LoadClient(await serverOf(engine, engine.cluster), 4)
  try {
    const count = plan.deployments * plan.containers
    const names = Array.from({ length: plan.deployments }, (_, n) => `app-${n}`)
    for (const name of names) await create(client, DEPLOYMENTS, deployment(name, image, plan.containers))
    await eventually('all Deployments are available', 300_000, () => areAvailable(client, plan.deployments))
    const settle = () => delay(size === 'full' ? 60_000 : 0)
    await settle()
    const sampling = await cpuShares(engine.pid, plan.seconds)
    for (const name of names) await create(client, AUTOSCALERS, autoscaler(name))
    await settle()
    const scaling = await cpuShares(engine.pid, plan.seconds)
    const percent = (share: number) => share * 100
    const dockerNote = (share: number) =>
      `dockerd and containerd ${percent(share).toFixed(2)} %, without the cluster ${percent(without.docker).toFixed(2)}`
    return [
      ...(await sources(engine, docker, plan)),
      {
        bench: 'usage',
        name: `engine processor with ${count} containers`,
        value: percent(sampling.own),
        unit: '% of a core',
        note: dockerNote(sampling.docker),
      },
      {
        bench: 'usage',
        name: `the same with ${plan.deployments} HPAs`,
        value: percent(scaling.own),
        unit: '% of a core',
        note: dockerNote(scaling.docker),
      },
    ]
  } finally {
    client.close()
  }
}

/** Processor time of one sample of all containers: here, and in the Docker engine. */
async function sources(engine: EngineUnderTest, docker: DockerEngine, { rounds }: Plan): Promise<Figure[]> {
  const installation = engine.data.installationId
  const [one] = await docker.listContainers({ label: [`${label.installation}=${installation}`] })
  const owner = { installation, cluster: one?.Labels[label.cluster] ?? '' }
  const figures: Figure[] = []
  for (const [name, root] of [
    ['control group files', '/'],
    ['one-shot statistics', undefined],
  ] as const) {
    const reader = new ContainerCounterReader({ engine: docker, owner, root })
    const { length } = await reader.read()
    const dockerNow = dockerSeconds()
    const dockerBefore = dockerNow()
    const before = process.cpuUsage()
    const started = performance.now()
    for (let round = 0; round < rounds; round++) await reader.read()
    const took = (performance.now() - started) / rounds
    const { user, system } = process.cpuUsage(before)
    const own = (user + system) / 1000 / rounds
    const theirs = ((dockerNow() - dockerBefore) * 1000) / rounds
    const note = `${own.toFixed(1)} ms here, ${theirs.toFixed(1)} ms of dockerd and containerd, took ${took.toFixed(0)} ms`
    const of = `a sample of ${length} containers by ${name}`
    figures.push({ bench: 'usage', name: of, value: own + theirs, unit: 'ms processor', note })
  }
  return figures
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const AUTOSCALERS = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers'

async function create(client: LoadClient, path: string, body: object): Promise<void> {
  await client.call({ method: 'POST', path, body: JSON.stringify(body) })
}

async function areAvailable(client: LoadClient, count: number): Promise<boolean> {
  const response = await client.open({ method: 'GET', path: DEPLOYMENTS })
  const { items } = (await new Response(response as never).json()) as {
    items: { status?: { availableReplicas?: number } }[]
  }
  return items.filter(({ status }) => status?.availableReplicas === 1).length === count
}

function deployment(name: string, image: string, containers: number): object {
  const command = ['sh', '-c', 'while true; do sleep 3600; done']
  const container = (n: number) => ({ name: `c${n}`, image, command, resources: { requests: { cpu: '1m' } } })
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: Array.from({ length: containers }, (_, n) => container(n)),
        },
      },
    },
  }
}

/** One replica is what it wants, and all that it may have. */
function autoscaler(name: string): object {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      maxReplicas: 1,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
    },
  }
}
