import { connect } from 'node:net'
import { PassThrough, type Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiServer } from '../../electron/engine/apiserver/api-server.ts'
import { createClient } from '../../electron/engine/client/in-process-client.ts'
import { createInformers } from '../../electron/engine/controller/informers.ts'
import { type Kubelet, startKubelet } from '../../electron/engine/kubelet/kubelet.ts'
import { createNamespaces, describePod, nodeConfig } from '../../electron/engine/kubelet/testing/kubelet-fixture.ts'
import { memoryStore } from '../../electron/engine/store/memory-store.ts'
import { SystemClock } from '../../electron/engine/system-clock.ts'
import { resources } from '../../shared/api/resources.ts'
import type { Pod, PodSpec } from '../../shared/api/types/core-v1.ts'
import { silentLogger as logger } from '../../shared/lang/logger.ts'
import { type RuntimeBench, startRuntimeBench } from '../support/docker-runtime.ts'

const clock = new SystemClock()
const ids = { uuid: () => crypto.randomUUID(), number: () => Math.random() }
const client = createClient(createApiServer({ store: memoryStore({ clock }), clock, random: ids }), {
  name: 'admin',
  groups: ['system:masters'],
})
const pods = client.resource(resources.pods)
let bench: RuntimeBench
let kubelet: Kubelet

async function startOne(): Promise<Kubelet> {
  const informers = createInformers({ client, clock, logger })
  informers.start()
  const addresses = new Map<string, string>()
  const kubelet = await startKubelet({
    client,
    informers,
    runtime: bench.runtime,
    network: {
      allocatePodIP(uid) {
        const address = addresses.get(uid) ?? bench.podIP()
        addresses.set(uid, address)
        return address
      },
      releasePodIP: (uid) => void addresses.delete(uid),
    },
    dial: (address, port) =>
      new Promise((resolve, reject) => {
        const socket = connect(port, address, () => resolve(socket))
        socket.on('error', reject)
      }),
    clock,
    random: Math.random,
    logger,
    clusterDomain: 'cluster.local',
    dnsServiceIP: '10.43.128.10',
    nodes: [nodeConfig('node-1')],
  })
  return kubelet
}

beforeAll(async () => {
  bench = await startRuntimeBench()
  await createNamespaces(client)
  kubelet = await startOne()
})

afterAll(async () => {
  kubelet?.dispose()
  await bench?.close()
  clock.dispose()
})

async function create(name: string, spec: PodSpec): Promise<void> {
  const body = { nodeName: 'node-1', automountServiceAccountToken: false, terminationGracePeriodSeconds: 5, ...spec }
  const metadata = { name, namespace: 'default', labels: { app: name } }
  await pods.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: body })
}

async function until(name: string, holds: (pod: Pod) => boolean): Promise<Pod> {
  let seen = 'nothing'
  for (const end = clock.now() + 30_000; clock.now() < end; await sleep(50)) {
    const pod = await pods.get(name, 'default')
    if (holds(pod)) return pod
    seen = JSON.stringify(pod.status?.containerStatuses?.map(({ state }) => state))
  }
  throw new Error(`pod ${name} did not come so far: ${seen}`)
}

async function run(name: string, command: string): Promise<{ exitCode: number; output: string }> {
  const stdout = new PassThrough()
  const target = { namespace: 'default', pod: name, container: 'app' }
  const streams = { stdout, stderr: stdout, tty: false }
  const exitCode = await kubelet.streams.exec(target, ['sh', '-c', command], streams, AbortSignal.timeout(10_000))
  return { exitCode, output: String(stdout.read() ?? '').trim() }
}

test('a pod with an init container, files, environment and a probe runs, recovers and goes', async () => {
  const metadata = { name: 'settings', namespace: 'default' }
  await client
    .resource(resources.configMaps)
    .create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { colour: 'red' } })
  await create('web', {
    initContainers: [
      {
        name: 'prepare',
        image: bench.image,
        command: ['sh', '-c', 'echo ready > /work/state'],
        volumeMounts: [{ name: 'work', mountPath: '/work' }],
      },
    ],
    containers: [
      {
        name: 'app',
        image: bench.image,
        imagePullPolicy: 'IfNotPresent',
        command: [
          'sh',
          '-c',
          'echo "hello $(WHO)"; mkdir -p /tmp/www; echo ok > /tmp/www/healthz; exec httpd -f -p 8080 -h /tmp/www',
        ],
        env: [
          { name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } },
        ],
        readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 },
        volumeMounts: [
          { name: 'work', mountPath: '/work' },
          { name: 'config', mountPath: '/config' },
        ],
      },
    ],
    volumes: [
      { name: 'work', emptyDir: {} },
      { name: 'config', configMap: { name: 'settings' } },
    ],
  })
  const ready = await until('web', ({ status }) => status?.containerStatuses?.[0]?.ready === true)
  expect(describePod(ready)).toBe('Running, prepare=Completed(0) ready, app=running ready')
  expect(await run('web', 'cat /work/state /config/colour; echo; echo $COLOUR; hostname')).toEqual({
    exitCode: 0,
    output: 'ready\nred\nred\nweb',
  })
  const log = await kubelet.streams.logs(
    { namespace: 'default', pod: 'web', container: 'app' },
    { follow: false, previous: false, timestamps: false, stream: 'All' },
    AbortSignal.timeout(10_000),
  )
  expect(await text(log)).toBe('hello web\n')

  const settings = await client.resource(resources.configMaps).get('settings', 'default')
  await client.resource(resources.configMaps).update({ ...settings, data: { colour: 'blue' } })
  await expect.poll(async () => (await run('web', 'cat /config/colour')).output, { timeout: 10_000 }).toBe('blue')

  const [before] = ready.status?.containerStatuses ?? []
  await bench.engine.call('POST', `/containers/${before?.containerID?.slice('docker://'.length)}/kill`)
  const again = await until(
    'web',
    ({ status }) => status?.containerStatuses?.[0]?.restartCount === 1 && status.containerStatuses[0].ready,
  )
  expect(again.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' })

  kubelet.dispose()
  kubelet = await startOne()
  await sleep(1000)
  const adopted = await pods.get('web', 'default')
  expect(adopted.status?.containerStatuses?.[0]?.containerID).toBe(again.status?.containerStatuses?.[0]?.containerID)
  expect(describePod(adopted)).toBe('Running, prepare=Completed(0) ready, app=running ready x1')

  await pods.delete({ name: 'web', namespace: 'default' })
  await expect.poll(async () => (await bench.runtime.list()).length, { timeout: 20_000 }).toBe(0)
})

async function text(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
