import { afterEach, describe, expect, test } from 'vitest'
import { resources } from '../../../shared/api/resources.ts'
import type { Container, PodSpec } from '../../../shared/api/types/core-v1.ts'
import { expand } from './environment/expand.ts'
import { describePod, KubeletFixture, settle } from './testing/kubelet-fixture.ts'

let fixture: KubeletFixture
afterEach(() => fixture?.dispose())

async function cluster(): Promise<KubeletFixture> {
  fixture = await new KubeletFixture().start()
  return fixture
}

async function configMap(name: string, data: Record<string, string>): Promise<void> {
  const metadata = { name, namespace: 'default' }
  await fixture.client.resource(resources.configMaps).create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
}

async function secret(name: string, data: Record<string, string>): Promise<void> {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  const body = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace: 'default' } }
  await fixture.client.resource(resources.secrets).create({ ...body, data: Object.fromEntries(encoded) })
}

async function run(container: Partial<Container>, spec: Partial<PodSpec> = {}): Promise<void> {
  await fixture.run('web', { ...spec, containers: [{ name: 'app', image: 'app:1', ...container }] })
}

async function env(): Promise<Record<string, string>> {
  const spec = fixture.runtime.containerSpec(await fixture.uid('web'), 'app')
  return Object.fromEntries((spec?.env ?? []).map(({ name, value }) => [name, value]))
}

async function files(volume: string): Promise<string[]> {
  const found = fixture.runtime.files(await fixture.uid('web'), volume) ?? []
  return found.map(({ path, content, mode }) => `${path} ${mode.toString(8)} ${content}`).sort()
}

async function waiting() {
  return (await fixture.pod('web')).status?.containerStatuses?.[0]?.state?.waiting
}

test.each([
  ['$(A)-$(B)', '1-$(B)'],
  ['$$(A) $A $(', '$(A) $A $('],
  ['$(A)$(A)', '11'],
])('expands %s to %s', (text, expected) => {
  expect(expand(text, (name) => (name === 'A' ? '1' : undefined))).toBe(expected)
})

describe('the environment', () => {
  test('comes from values, fields, resources, ConfigMaps and Secrets, in order', async () => {
    await cluster()
    await configMap('settings', { colour: 'red', SIZE: 'big' })
    await secret('login', { password: 's3cret' })
    await run({
      command: ['serve', '--name=$(NAME)'],
      args: ['$(GREETING)', '$(NOPE)'],
      envFrom: [{ configMapRef: { name: 'settings' }, prefix: 'S_' }],
      env: [
        { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'GREETING', value: 'hello $(NAME), $(S_colour)' },
        { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'requests.memory', divisor: '1Mi' } } },
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
        { name: 'OPTIONAL', valueFrom: { configMapKeyRef: { name: 'none', key: 'x', optional: true } } },
      ],
      resources: { limits: { cpu: '1500m' }, requests: { memory: '64Mi' } },
    })
    expect(await env()).toEqual({
      S_SIZE: 'big',
      S_colour: 'red',
      NAME: 'web',
      GREETING: 'hello web, red',
      IP: '10.43.1.1',
      NODE: 'node-1',
      CPU: '2',
      MEMORY: '64',
      PASSWORD: 's3cret',
    })
    const spec = fixture.runtime.containerSpec(await fixture.uid('web'), 'app')
    expect([spec?.command, spec?.args]).toEqual([
      ['serve', '--name=web'],
      ['hello web, red', '$(NOPE)'],
    ])
    expect([spec?.cpuLimitMillis, spec?.cpuShares]).toEqual([1500, 1536])
  })

  test('a missing source is said in the kubelet’s words, and mended as soon as it is there', async () => {
    await cluster()
    await run({ env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'late', key: 'x' } } }] })
    expect(await waiting()).toEqual({ reason: 'CreateContainerConfigError', message: 'configmap "late" not found' })
    expect(await fixture.events('web')).toContain('Warning Failed: Error: configmap "late" not found')
    await configMap('late', { y: '1' })
    await settle()
    expect((await waiting())?.message).toBe("couldn't find key x in ConfigMap default/late")
    const late = await fixture.client.resource(resources.configMaps).get('late', 'default')
    await fixture.client.resource(resources.configMaps).update({ ...late, data: { x: '1' } })
    await settle()
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
  })
})

describe('volumes', () => {
  test('hold keys, chosen paths and modes, the pod’s own fields, and follow their sources', async () => {
    await cluster()
    await configMap('settings', { a: '1', b: '2' })
    await secret('login', { password: 's3cret' })
    await run(
      { volumeMounts: [{ name: 'all', mountPath: '/all' }] },
      {
        volumes: [
          {
            name: 'all',
            projected: {
              defaultMode: 0o400,
              sources: [
                { configMap: { name: 'settings', items: [{ key: 'a', path: 'conf/a', mode: 0o444 }] } },
                { secret: { name: 'login' } },
                { downwardAPI: { items: [{ path: 'uid', fieldRef: { fieldPath: 'metadata.uid' } }] } },
              ],
            },
          },
          { name: 'plain', configMap: { name: 'settings' } },
        ],
      },
    )
    const uid = await fixture.uid('web')
    expect(await files('all')).toEqual(['conf/a 444 1', 'password 400 s3cret', `uid 400 ${uid}`])
    expect(await files('plain')).toEqual(['a 644 1', 'b 644 2'])
    const spec = fixture.runtime.sandboxSpec(uid)
    expect(spec?.volumes.map(({ name, type }) => `${name} ${type}`)).toEqual(['all files', 'plain files'])
    const settings = await fixture.client.resource(resources.configMaps).get('settings', 'default')
    await fixture.client.resource(resources.configMaps).update({ ...settings, data: { a: '3' } })
    await settle()
    expect(await files('all')).toContain('conf/a 444 3')
    expect(await files('plain')).toEqual(['a 644 3'])
  })

  test('a missing source keeps the pod waiting, with FailedMount', async () => {
    await cluster()
    await run({}, { volumes: [{ name: 'config', configMap: { name: 'late' } }] })
    expect(await waiting()).toEqual({ reason: 'ContainerCreating' })
    expect(await fixture.events('web')).toContain(
      'Warning FailedMount: MountVolume.SetUp failed for volume "config" : configmap "late" not found',
    )
    await configMap('late', { x: '1' })
    await settle()
    expect(describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
  })
})

describe('the service account token', () => {
  const LIFE_SECONDS = 3607
  async function tokenFiles(): Promise<Map<string, string>> {
    const uid = await fixture.uid('web')
    const volume = (await fixture.pod('web')).spec?.volumes?.[0]?.name ?? ''
    const found = fixture.runtime.files(uid, volume) ?? []
    return new Map(found.map(({ path, content }) => [path, content.toString()]))
  }
  const podOf = (token: string | undefined) => {
    const claims = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString())
    return claims['kubernetes.io'].pod.name
  }

  test('is in the pod, bound to it, and replaced at 80 % of its life, not sooner', async () => {
    await cluster()
    await configMap('kube-root-ca.crt', { 'ca.crt': 'PEM' })
    await run({}, { automountServiceAccountToken: true })
    await expect.poll(async () => describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
    const first = await tokenFiles()
    expect([first.get('ca.crt'), first.get('namespace'), podOf(first.get('token'))]).toEqual(['PEM', 'default', 'web'])
    await fixture.advance(LIFE_SECONDS * 0.79 * 1000, 60_000)
    expect((await tokenFiles()).get('token')).toBe(first.get('token'))
    await fixture.advance(LIFE_SECONDS * 0.02 * 1000, 60_000)
    await expect.poll(async () => (await tokenFiles()).get('token')).not.toBe(first.get('token'))
  })

  test('is there again when a neighbouring file changes', async () => {
    await cluster()
    await configMap('kube-root-ca.crt', { 'ca.crt': 'PEM' })
    await run({}, { automountServiceAccountToken: true })
    await expect.poll(async () => describePod(await fixture.pod('web'))).toBe('Running, app=running ready')
    const ca = await fixture.client.resource(resources.configMaps).get('kube-root-ca.crt', 'default')
    await fixture.client.resource(resources.configMaps).update({ ...ca, data: { 'ca.crt': 'NEW' } })
    await expect.poll(async () => (await tokenFiles()).get('ca.crt')).toBe('NEW')
    expect(podOf((await tokenFiles()).get('token'))).toBe('web')
  })
})

describe('names inside the pod', () => {
  test('resolv.conf and hosts by policy, subdomain and aliases', async () => {
    await cluster()
    await run(
      {},
      {
        hostname: 'db',
        subdomain: 'pg',
        hostAliases: [{ ip: '1.2.3.4', hostnames: ['a.example', 'b.example'] }],
        dnsConfig: { searches: ['corp.example'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] },
      },
    )
    const spec = fixture.runtime.sandboxSpec(await fixture.uid('web'))
    expect(spec?.hostname).toBe('db')
    expect(spec?.resolvConf).toBe(
      'search default.svc.cluster.local svc.cluster.local cluster.local corp.example\nnameserver 10.43.128.10\noptions ndots:2 edns0\n',
    )
    expect(spec?.hosts).toContain('10.43.1.1\tdb.pg.default.svc.cluster.local\tdb\n')
    expect(spec?.hosts).toContain('# Entries added by HostAliases.\n1.2.3.4\ta.example\tb.example\n')
  })
})

describe('logs', () => {
  const options = { follow: false, previous: false, timestamps: false, stream: 'All' } as const
  const refusal = async (previous = false) => {
    const target = { namespace: 'default', pod: 'web', container: 'app' }
    const logs = fixture.kubelet?.streams.logs(target, { ...options, previous }, AbortSignal.timeout(1000))
    return await (logs ?? Promise.reject(new Error('no kubelet'))).then(
      () => 'logs',
      (error: Error) => error.message,
    )
  }

  test('are refused in the kubelet’s words', async () => {
    fixture = await new KubeletFixture({ images: { 'app:1': { pullMs: 5000 } } }).start()
    await run({})
    expect(await refusal()).toBe('container "app" in pod "web" is waiting to start: ContainerCreating')
    await fixture.advance(5000, 5000)
    expect(await refusal()).toBe('logs')
    expect(await refusal(true)).toBe('previous terminated container "app" in pod "web" not found')
  })
})
