import { randomUUID } from 'node:crypto'
import { pack } from 'tar-stream'
import { containerBody, containerName } from '../../../electron/engine/docker/container-body.ts'
import { sandboxBody, sandboxName, terminationVolumeName } from '../../../electron/engine/docker/sandbox-body.ts'
import { StartLimit } from '../../../electron/engine/docker/start-limit.ts'
import type { VolumeSpec } from '../../../electron/engine/kubelet/pod-runtime.ts'
import type { RuntimeBench } from '../../support/docker-runtime.ts'
import { containerSpec, sandboxSpec } from '../../support/pod-specs.ts'

const TOKEN: VolumeSpec = { name: 'token', type: 'files', medium: 'memory', files: [] }
const WIDTHS = [2, 4, 8]

/** Seconds for `count` pods by the same calls on the Docker API and nothing else, at the width that is best for it. */
export async function rawPods(bench: RuntimeBench, sandboxImage: string, count: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (const width of count === 1 ? [1] : WIDTHS) {
    const limit = new StartLimit(width)
    const start = performance.now()
    await Promise.all(Array.from({ length: count }, () => limit.run(() => rawPod(bench, sandboxImage))))
    best = Math.min(best, performance.now() - start)
  }
  return best
}

async function rawPod({ engine, owner, networkName, image, podIP }: RuntimeBench, sandboxImage: string): Promise<void> {
  const uid = randomUUID()
  const pod = { uid, namespace: 'default', name: `raw-${uid.slice(0, 8)}`, node: 'node-1' }
  const sandbox = sandboxSpec(pod, { podIP: podIP(), volumes: [TOKEN] })
  const surroundings = { owner, image: sandboxImage, networkMode: networkName, setup: [], oomScoreAdj: 0 }
  const sandboxId = await engine.createContainer(sandboxName(sandbox), sandboxBody(sandbox, surroundings))
  await engine.startContainer(sandboxId)
  await engine.uploadArchive(sandboxId, '/', await podFiles())
  const { Mountpoint } = await engine.inspectVolume(terminationVolumeName(uid))
  const command = ['sleep', '3600']
  const mounts = [{ volume: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }]
  const container = containerSpec(pod, sandboxId, { image, command, mounts })
  const volumes = { token: { kind: 'files', source: `slipway-${uid}-token` } } as const
  const resolved = { subPaths: new Map(), engineHasSubpath: false, mountpoint: () => Mountpoint }
  const id = await engine.createContainer(containerName(container), containerBody(container, owner, volumes, resolved))
  await engine.startContainer(id)
}

/** The token's volume, and the file for the container's last words. */
async function podFiles(): Promise<Buffer> {
  const archive = pack()
  for (const name of ['token', 'ca.crt', 'namespace'])
    archive.entry({ name: `volumes/token/${name}` }, 'x'.repeat(1000))
  archive.entry({ name: 'termination/app-0' }, '')
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
