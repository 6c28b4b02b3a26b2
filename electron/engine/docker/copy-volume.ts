import type { DockerEngine } from './docker-engine.ts'
import { ignoring } from './engine-error.ts'
import type { MountBody } from './engine-types.ts'
import { label, type Owner, ownerLabels } from './labels.ts'

const FROM = '/from'
const TO = '/to'

export interface CopyVolumeDeps {
  readonly engine: DockerEngine
  readonly owner: Owner
  /** Any image: the container never starts. */
  readonly image: string
}

/** Copies all files of a volume with their owners and modes into another, which is made where there is none. */
export async function copyVolume({ engine, owner, image }: CopyVolumeDeps, from: string, to: string): Promise<void> {
  const labels = ownerLabels(owner)
  const mount = (source: string, target: string): MountBody => {
    return { Type: 'volume', Source: source, Target: target, VolumeOptions: { NoCopy: true, Labels: labels } }
  }
  const id = await engine.createContainer(undefined, {
    Image: image,
    Healthcheck: { Test: ['NONE'] },
    Labels: { ...labels, [label.role]: 'helper' },
    HostConfig: {
      NetworkMode: 'none',
      LogConfig: { Type: 'none', Config: {} },
      Mounts: [mount(from, FROM), mount(to, TO)],
    },
  })
  try {
    await engine.uploadArchive(id, TO, await engine.downloadArchive(id, `${FROM}/.`))
  } finally {
    await ignoring([404, 409], engine.removeContainer(id))
  }
}
