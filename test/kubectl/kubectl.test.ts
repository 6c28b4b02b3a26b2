import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'
import { findKubectl, type KubectlVersion, kubectlVersions } from '../support/kubectl.ts'
import { manifests } from './manifests.ts'
import { Shell } from './shell.ts'
import { expected, normalized, type Step } from './step.ts'
import { changeSteps } from './steps/change.ts'
import { clusterSteps } from './steps/cluster.ts'
import { createSteps } from './steps/create.ts'
import { nodeSteps } from './steps/nodes.ts'
import { podSteps } from './steps/pods.ts'
import { removalSteps } from './steps/removal.ts'
import { rolloutSteps } from './steps/rollout.ts'
import { streamSteps } from './steps/streams.ts'
import { workloadSteps } from './steps/workloads.ts'

const engine = new EngineUnderTest()
const SOON_MS = 60_000
/** What each version does in a namespace of its own, all of them at the same time. */
const topics: Readonly<Record<string, readonly Step[]>> = {
  pods: podSteps,
  streams: streamSteps,
  rollouts: rolloutSteps,
  'creating objects': createSteps,
  'changing objects': changeSteps,
  'the cluster': clusterSteps,
  workloads: workloadSteps,
}
const shells = new Map<KubectlVersion, Shell>()

beforeAll(async () => {
  await ensureImages(['nginx:1.29-alpine', 'busybox:1.37'])
  await engine.serve()
  await engine.up(2)
  for (const version of kubectlVersions) {
    const shell = new Shell(engine, await findKubectl(version), manifests)
    await shell.enter(`v${version.replaceAll('.', '-')}`)
    shells.set(version, shell)
  }
})
afterAll(() => engine[Symbol.asyncDispose]())

async function take(step: Step, version: KubectlVersion): Promise<void> {
  const shell = shells.get(version) as Shell
  const prints = typeof step.prints === 'string' ? step.prints : step.prints(version)
  const look = async () => {
    const { stdout, code } = await shell.run(step.run)
    return { version, code, prints: normalized(stdout) }
  }
  const wanted = { version, code: step.code ?? 0, prints: expect.stringMatching(expected(prints)) }
  if (step.soon) await eventually(prints, SOON_MS, async () => equals(await look(), wanted))
  else expect(await look()).toEqual(wanted)
}

function equals(seen: unknown, wanted: unknown): boolean {
  expect(seen).toEqual(wanted)
  return true
}

const named = (steps: readonly Step[]) => steps.map((step) => [step.run, step] as const)

describe.each(Object.entries(topics))('kubectl on %s', (_topic, steps) => {
  test.each(named(steps))('%s', async (_run, step) => {
    await Promise.all(kubectlVersions.map((version) => take(step, version)))
  })
})

// What concerns every namespace: one version after another.
describe.each(kubectlVersions)('kubectl %s on nodes', (version) => {
  test.each(named(nodeSteps))('%s', (_run, step) => take(step, version))
})

describe('kubectl on removal', () => {
  test.each(named(removalSteps))('%s', async (_run, step) => {
    await Promise.all(kubectlVersions.map((version) => take(step, version)))
  })
})
