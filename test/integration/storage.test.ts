import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureImages } from '../../build/stand-ins/stand-in-images.ts'
import type { PersistentVolumeClaim, Pod } from '../../shared/api/types/core-v1.ts'
import { EngineUnderTest, eventually } from '../support/engine-under-test.ts'

const engine = new EngineUnderTest()
const READY_MS = 60_000

const counter = `apiVersion: v1
kind: Service
metadata: { name: counter }
spec: { clusterIP: None, selector: { app: counter }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: counter }
spec:
  serviceName: counter
  selector: { matchLabels: { app: counter } }
  template:
    metadata: { labels: { app: counter } }
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000 }
      containers:
        - name: main
          image: busybox:1.37
          command: [sh, -c, "echo started >> /data/starts; echo part > /part/file; sleep 100000"]
          volumeMounts:
            - { name: data, mountPath: /data }
            - { name: data, mountPath: /part, subPath: inner }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 100Mi } } }
`

beforeAll(async () => {
  await ensureImages(['busybox:1.37'])
  await engine.serve()
  await engine.up(2)
  await engine.apply(counter)
})
afterAll(() => engine[Symbol.asyncDispose]())

const inPod = (...command: string[]) => engine.kubectl(['exec', 'counter-0', '--', ...command])
const starts = async () => (await inPod('cat', '/data/starts')).trim().split('\n').length
const uid = async () => (await engine.json<Pod>(['get', 'pod', 'counter-0'])).metadata.uid

function started(times: number): Promise<number | undefined> {
  return eventually(`start ${times}`, READY_MS, async () => {
    const pod = await engine.json<Pod>(['get', 'pod', 'counter-0'])
    const isReady = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
    return isReady && (await starts()) === times ? times : undefined
  })
}

test('a claim of a StatefulSet gets a volume of the engine, owned by the pod’s group, and subPath a part of it', async () => {
  await started(1)
  const claim = await engine.json<PersistentVolumeClaim>(['get', 'pvc', 'data-counter-0'])
  expect(claim.status).toMatchObject({ phase: 'Bound', capacity: { storage: '100Mi' }, accessModes: ['ReadWriteOnce'] })
  expect(claim.spec?.storageClassName).toBe('local')
  const listed = await engine.kubectl(['get', 'pv', '--no-headers'])
  expect(listed).toMatch(/pvc-\S+\s+100Mi\s+RWO\s+Delete\s+Bound\s+default\/data-counter-0\s+local/)
  expect(await inPod('cat', '/data/inner/file')).toBe('part\n')
  expect(await inPod('stat', '-c', '%u:%g', '/data/starts')).toMatch(/^1000:(2000|3000)$/m)
  expect(await inPod('stat', '-c', '%g %A', '/data')).toMatch(/^2000 d.....s/)
})

test('data outlive the pod, the engine process, and the cluster’s stop', async () => {
  const before = await uid()
  await engine.kubectl(['delete', 'pod', 'counter-0'])
  await started(2)
  expect(await uid()).not.toBe(before)
  await engine.kill()
  await engine.serve()
  expect((await engine.slipway('down', engine.cluster)).code).toBe(0)
  await engine.up(2)
  await started(3)
})

test('a claim can begin as a copy of another, owners kept', async () => {
  await engine.apply(`apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: copy }
spec:
  accessModes: [ReadWriteOnce]
  dataSource: { kind: PersistentVolumeClaim, name: data-counter-0 }
  resources: { requests: { storage: 100Mi } }
---
apiVersion: v1
kind: Pod
metadata: { name: reader }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - { name: main, image: 'busybox:1.37', command: [sleep, '1000'], volumeMounts: [{ name: data, mountPath: /data }] }
  volumes: [{ name: data, persistentVolumeClaim: { claimName: copy } }]
`)
  await engine.kubectl(['wait', '--for=condition=Ready', 'pod/reader', '--timeout=60s'])
  expect(await engine.kubectl(['exec', 'reader', '--', 'cat', '/data/inner/file'])).toBe('part\n')
  expect(await engine.kubectl(['exec', 'reader', '--', 'stat', '-c', '%u', '/data/starts'])).toBe('1000\n')
  await engine.kubectl(['delete', 'pod/reader', 'pvc/copy'])
})

test('a claim in use is held; a deleted one takes its volume with it, and a deleted cluster all of them', async () => {
  const volumes = async () => {
    const label = `label=io.slipway.installation=${engine.data.installationId}`
    const { stdout } = await engine.docker('volume', 'ls', '-q', '--filter', label)
    return stdout.split('\n').filter((name) => name.startsWith('pvc-'))
  }
  await eventually('only the data of the claim is left', READY_MS, async () => (await volumes()).length === 1)
  await engine.kubectl(['delete', 'pvc', 'data-counter-0', '--wait=false'])
  expect(await engine.kubectl(['get', 'pvc', 'data-counter-0', '--no-headers'])).toContain('Terminating')
  await engine.kubectl(['delete', 'statefulset', 'counter'])
  await eventually('the volume is gone', READY_MS, async () => (await volumes()).length === 0)
  expect(await engine.kubectl(['get', 'pv,pvc', '-A', '--no-headers'])).toBe('')

  await engine.apply(counter)
  await started(1)
  expect(await volumes()).toHaveLength(1)
  expect((await engine.slipway('delete', engine.cluster, '--yes')).code).toBe(0)
  expect(await volumes()).toEqual([])
})
