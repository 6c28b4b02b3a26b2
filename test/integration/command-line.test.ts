import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { Pod } from '../../shared/api/types/core-v1.ts'
import type { ClusterSummary } from '../../shared/ipc/contract.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'
import { shellPod } from '../support/workloads.ts'

// The `slipway` command, as a person and as a script use it; the tests build on one another.

const engine = new EngineUnderTest()
const { cluster } = engine
const EVENTUALLY_MS = 60_000
const kubeconfigFile = join(engine.data.path, 'kubeconfig')

beforeAll(() => ensureImages(['busybox:1.37']))
afterAll(() => engine[Symbol.asyncDispose]())

const SCHEDULER_CONFIG = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
const everything = async () => {
  const filter = ['--filter', `label=io.slipway.installation=${engine.data.installationId}`]
  const lists = [
    ['ps', '-aq'],
    ['network', 'ls', '-q'],
    ['volume', 'ls', '-q'],
  ].map((list) => engine.docker(...list, ...filter))
  return (await Promise.all(lists)).map(({ stdout }) => stdout.split('\n').filter((line) => line !== '').length)
}
const summary = async () => JSON.parse((await engine.slipway('status', cluster, '--json')).stdout) as ClusterSummary

describe('before there is anything', () => {
  test('list says how to begin', async () => {
    expect(await engine.slipway('list')).toEqual({
      code: 0,
      stdout: 'No clusters yet. Create one with: slipway up\n',
      stderr: '',
    })
    expect(JSON.parse((await engine.slipway('list', '--json')).stdout)).toEqual([])
  })

  test.each([
    [['status', 'nobody'], 4, 'slipway: there is no cluster "nobody"\n'],
    [['delete', 'nobody', '--yes'], 4, 'slipway: there is no cluster "nobody"\n'],
    [['down', 'nobody'], 3, 'slipway: Slipway is not running. Start a cluster with: slipway up\n'],
    [['kubeconfig', 'nobody'], 3, 'slipway: Slipway is not running. Start a cluster with: slipway up\n'],
    [['up', 'x', '--nodes', 'many'], 2, 'slipway: --nodes takes a whole number from 1 to 100\n'],
    [['up', 'x', '--nodes', '0'], 2, 'slipway: --nodes takes a whole number from 1 to 100\n'],
    [['node', 'add', '--taint', 'x'], 2, 'slipway: --taint takes key=value:Effect, not "x"\n'],
    [['fly'], 2, "error: unknown command 'fly'\n"],
    [['up', '--fast'], 2, "error: unknown option '--fast'\n"],
    [['delete'], 2, "error: missing required argument 'name'\n"],
  ])('slipway %j is exit code %i', async (args, code, stderr) => {
    expect(await engine.slipway(...args)).toEqual({ code, stdout: '', stderr })
  })

  test('help and version', async () => {
    expect((await engine.slipway('--version')).stdout).toMatch(/^\d+\.\d+\.\d+/)
    const { code, stdout } = await engine.slipway('--help')
    expect(code).toBe(0)
    for (const command of ['up', 'down', 'status', 'list', 'delete', 'serve', 'open', 'logs', 'diagnose', 'kubeconfig'])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
  })
})

describe('up', () => {
  test('starts the engine and a cluster, and merges the kubeconfig without harm', async () => {
    const mine = `# mine\napiVersion: v1\nkind: Config\nclusters: []\ncontexts:\n- name: work # dear\n  context: { cluster: work, user: me }\nusers: []\ncurrent-context: work\n`
    writeFileSync(kubeconfigFile, mine)
    const { code, stdout } = await engine.slipway('up', cluster, '--nodes', '2')
    expect(stdout).toMatch(
      new RegExp(
        `^Cluster ${cluster} is running at https://127\\.0\\.0\\.1:\\d+ with 2 nodes\\.\nUse it with: kubectl --context slipway-${cluster} get pods -A\n$`,
      ),
    )
    expect(code).toBe(0)
    const text = readFileSync(kubeconfigFile, 'utf8')
    expect(text).toContain('# mine')
    expect(text).toContain('- name: work # dear')
    expect(parse(text)).toMatchObject({
      'current-context': 'work',
      contexts: [{ name: 'work' }, { name: `slipway-${cluster}` }],
    })
  })

  test('again changes nothing, and says the same to a program', async () => {
    const before = await summary()
    const { code, stdout } = await engine.slipway('up', cluster, '--json', '--current')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      ...before,
      kubeconfig: { context: `slipway-${cluster}`, current: true },
    })
    expect(await engine.kubectl(['config', 'current-context'])).toBe(`slipway-${cluster}\n`)
  })

  test('a bad name is refused and leaves nothing', async () => {
    const { code, stderr } = await engine.slipway('up', 'Not_A_Name', '--no-kubeconfig')
    expect(code).toBe(1)
    expect(stderr).toContain('Not_A_Name')
    expect(JSON.parse((await engine.slipway('list', '--json')).stdout)).toHaveLength(1)
  })

  test('a scheduler configuration that is wrong is refused in the words of Kubernetes, and leaves nothing', async () => {
    const file = join(engine.data.path, 'scheduler.yaml')
    writeFileSync(file, `${SCHEDULER_CONFIG}podInitialBackoffSeconds: 0\n`)
    expect(await engine.slipway('up', 'other', '--scheduler-config', file)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'slipway: invalid scheduler configuration: podInitialBackoffSeconds: Invalid value: 0: must be greater than 0\n',
    })
    expect(await engine.slipway('up', 'other', '--scheduler-config', 'nowhere.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no such file or directory, open 'nowhere.yaml'"),
    })
    expect((await engine.slipway('list')).stdout).not.toContain('other')
  })

  test('a second engine for the same data is refused', async () => {
    const { code, stderr } = await engine.slipway('serve')
    expect(stderr).toBe('slipway: an engine is running for this data directory already\n')
    expect(code).toBe(1)
  })
})

describe('while it runs', () => {
  test('status and list', async () => {
    const { code, stdout } = await engine.slipway('status', cluster)
    expect(stdout).toMatch(
      new RegExp(`^NAME +STATUS +NODES +SERVER\n${cluster} +running +2 +https://127\\.0\\.0\\.1:\\d+\n$`),
    )
    expect(code).toBe(0)
    expect(await summary()).toMatchObject({ name: cluster, phase: 'running', nodes: 2, kubernetesVersion: 'v1.36' })
    expect((await engine.slipway('list')).stdout).toBe(stdout)
  })

  test('kubeconfig prints one that works, and --merge adds it to the file', async () => {
    const { stdout } = await engine.slipway('kubeconfig', cluster)
    const alone = join(engine.data.path, 'alone')
    writeFileSync(alone, stdout)
    expect(await engine.kubectl(['--kubeconfig', alone, 'get', '--raw', '/readyz'])).toBe('ok')
    const merged = await engine.slipway('kubeconfig', cluster, '--merge')
    expect(merged.stdout).toBe(`Added context slipway-${cluster} to ${kubeconfigFile}\n`)
    expect((await engine.slipway('kubeconfig', 'nobody')).code).toBe(4)
  })

  test('open --print gives an address that lets in once', async () => {
    const { code, stdout } = await engine.slipway('open', '--print')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\S+\n$/)
    expect((await fetch(stdout.trim(), { redirect: 'manual' })).status).toBe(303)
    expect((await fetch(stdout.trim(), { redirect: 'manual' })).status).toBe(403)
  })

  test("logs prints the engine's log", async () => {
    const { code, stdout } = await engine.slipway('logs')
    expect(code).toBe(0)
    expect(stdout).toContain(cluster)
  })

  test('diagnose writes an archive without secrets', async () => {
    await engine.kubectl(['create', 'secret', 'generic', 'hidden', '--from-literal=word=pssst-secret'])
    const folder = mkdtempSync(join(engine.data.path, 'diagnosis-'))
    const { code, stdout } = await engine.slipway('diagnose', '--directory', folder)
    expect(code).toBe(0)
    const [archive] = readdirSync(folder)
    expect(stdout).toBe(`${join(folder, archive as string)}\n`)
    const content = await engine.run('tar', ['-xzOf', stdout.trim()])
    expect(content.code).toBe(0)
    expect(content.stdout).toContain(cluster)
    const encoded = Buffer.from('pssst-secret').toString('base64')
    for (const secret of ['pssst-secret', encoded, 'PRIVATE KEY']) expect(content.stdout).not.toContain(secret)
  })

  test('delete asks first: without --yes and without a terminal it deletes nothing', async () => {
    const { code, stderr } = await engine.slipway('delete', cluster)
    expect(stderr).toBe('slipway: nothing was deleted (say --yes to delete without a question)\n')
    expect(code).toBe(1)
    expect((await summary()).phase).toBe('running')
  })
})

describe('down and up', () => {
  test('objects stay, containers go, pods run again', async () => {
    await engine.kubectl(['create', 'configmap', 'kept', '--from-literal=a=1'])
    await engine.apply(shellPod('sleeper', 'exec sleep 100000'))
    await engine.kubectl(['wait', '--for=condition=Ready', 'pod/sleeper', '--timeout=60s'])
    const before = await engine.json<Pod>(['get', 'pod', 'sleeper'])

    expect(await engine.slipway('down', cluster)).toMatchObject({ code: 0, stdout: `Stopped: ${cluster}\n` })
    const stopped = await engine.slipway('status', cluster)
    expect(stopped).toMatchObject({ code: 3, stdout: expect.stringMatching(new RegExp(`${cluster} +stopped +2 +-`)) })
    expect((await everything())[0]).toBe(0)
    expect((await engine.slipway('kubeconfig', cluster)).code).toBe(1)
    expect((await engine.tryKubectl(['get', 'pods'])).code).toBe(1)

    const file = join(engine.data.path, 'scheduler.yaml')
    writeFileSync(file, `${SCHEDULER_CONFIG}profiles: [{schedulerName: default-scheduler}, {schedulerName: packing}]\n`)
    expect((await engine.slipway('up', cluster, '--scheduler-config', file)).code).toBe(0)
    expect(await engine.kubectl(['get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}'])).toBe('1')
    const after = await eventually('the pod runs again', EVENTUALLY_MS, async () => {
      const pod = await engine.json<Pod>(['get', 'pod', 'sleeper'])
      const [main] = pod.status?.containerStatuses ?? []
      return main?.ready && main.containerID !== before.status?.containerStatuses?.[0]?.containerID && pod
    })
    expect(after.metadata.uid).toBe(before.metadata.uid)
    expect(await engine.kubectl(['exec', 'sleeper', '--', 'echo', 'hello'])).toBe('hello\n')
  })

  test('shutdown ends the engine and leaves the pods; up finds them as they were', async () => {
    const running = await engine.json<Pod>(['get', 'pod', 'sleeper'])
    expect((await engine.slipway('shutdown')).code).toBe(0)
    expect((await engine.slipway('shutdown')).stdout).toBe('Slipway is not running.\n')
    expect((await engine.slipway('status', cluster)).code).toBe(3)
    expect((await everything())[0]).toBeGreaterThan(0)
    expect((await engine.slipway('up', cluster)).code).toBe(0)
    const now = await engine.json<Pod>(['get', 'pod', 'sleeper'])
    expect(now.status?.containerStatuses?.[0]?.containerID).toBe(running.status?.containerStatuses?.[0]?.containerID)
    const overrides = JSON.stringify({ apiVersion: 'v1', spec: { schedulerName: 'packing' } })
    await engine.kubectl(['run', 'packed', '--image=busybox:1.37', '--overrides', overrides, '--', 'sleep', '100000'])
    await engine.kubectl(['wait', '--for=condition=PodScheduled', 'pod/packed', '--timeout=30s'])
  })
})

test('delete --yes removes every container, network and volume, the data and the context', async () => {
  expect(await engine.slipway('delete', cluster, '--yes')).toMatchObject({ code: 0, stdout: `Deleted: ${cluster}\n` })
  expect(await everything()).toEqual([0, 0, 0])
  expect(readdirSync(engine.data.clusters)).toEqual([])
  expect(readFileSync(kubeconfigFile, 'utf8')).not.toContain(cluster)
  expect((await engine.slipway('status', cluster)).code).toBe(4)
  expect(existsSync(kubeconfigFile)).toBe(true)
  expect((await engine.slipway('shutdown')).code).toBe(0)
})
