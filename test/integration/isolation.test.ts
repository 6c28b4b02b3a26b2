import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import { EngineUnderTest } from '../support/engine-under-test.ts'
import { shellPod } from '../support/workloads.ts'

const mine = new EngineUnderTest()
const foreign = new EngineUnderTest()
const other = `${mine.cluster}b`

beforeAll(async () => {
  await ensureImages(['busybox:1.37'])
  await Promise.all([mine.serve(), foreign.serve()])
  await mine.up(1)
  await mine.up(1, other)
  await foreign.up(1)
  for (const [engine, cluster] of [
    [mine, mine.cluster],
    [mine, other],
    [foreign, foreign.cluster],
  ] as const) {
    const context = ['--context', `slipway-${cluster}`]
    await engine.kubectl([...context, 'apply', '-f', '-'], shellPod('same-name', `echo ${cluster}; sleep 100000`))
    await engine.kubectl([...context, 'wait', '--for=condition=Ready', 'pod/same-name', '--timeout=90s'])
  }
})
afterAll(async () => {
  await mine[Symbol.asyncDispose]()
  await foreign[Symbol.asyncDispose]()
})

const logsOf = (engine: EngineUnderTest, cluster: string) =>
  engine.kubectl(['--context', `slipway-${cluster}`, 'logs', 'same-name'])

describe('clusters side by side', () => {
  test('run pods of the same name, each with its own address range', async () => {
    expect(await logsOf(mine, mine.cluster)).toBe(`${mine.cluster}\n`)
    expect(await logsOf(mine, other)).toBe(`${other}\n`)
    const subnets = await Promise.all(
      [mine.cluster, other].map((cluster) =>
        mine.kubectl(['--context', `slipway-${cluster}`, 'get', 'pod', 'same-name', '-o', 'jsonpath={.status.podIP}']),
      ),
    )
    expect(subnets[0]?.split('.')[1]).not.toBe(subnets[1]?.split('.')[1])
  })

  test('are reached with their own credentials only', async () => {
    const kubeconfig = async (engine: EngineUnderTest, cluster: string) =>
      (await engine.slipway('kubeconfig', cluster)).stdout
    const server = /server: (\S+)/.exec(await kubeconfig(mine, other))?.[1] as string
    const refused = await mine.tryKubectl([
      '--context',
      `slipway-${mine.cluster}`,
      '--server',
      server,
      '--insecure-skip-tls-verify',
      'get',
      'pods',
    ])
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toMatch(/Unauthorized|certificate|must be logged in/)
  })

  test('one is deleted: the other and the other installation keep every container', async () => {
    const theirs = (await foreign.containers()).sort()
    const kept = (await mine.containers(`io.slipway.cluster=${await clusterUid(mine, mine.cluster)}`)).sort()
    const doomed = await clusterUid(mine, other)
    expect((await mine.slipway('delete', other, '--yes')).code).toBe(0)
    expect(await mine.containers(`io.slipway.cluster=${doomed}`)).toEqual([])
    expect((await mine.containers()).sort()).toEqual(kept)
    expect((await foreign.containers()).sort()).toEqual(theirs)
    expect(await logsOf(mine, mine.cluster)).toBe(`${mine.cluster}\n`)
    expect(await logsOf(foreign, foreign.cluster)).toBe(`${foreign.cluster}\n`)
    const { stdout } = await mine.docker('network', 'ls', '-q', '--filter', `label=io.slipway.cluster=${doomed}`)
    expect(stdout).toBe('')
  })
})

async function clusterUid(engine: EngineUnderTest, name: string): Promise<string> {
  const { stdout } = await engine.slipway('status', name, '--json')
  return (JSON.parse(stdout) as { uid: string }).uid
}
