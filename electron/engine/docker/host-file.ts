import { posix } from 'node:path'
import type { DockerEngine } from './docker-engine.ts'
import { ignoring } from './engine-error.ts'
import { label, type Owner, ownerLabels } from './labels.ts'
import { commandLine, SandboxControl } from './sandbox-control.ts'

/** Makes an empty file on the engine's machine, for a hostPath of type FileOrCreate: by a container, wherever that is. */
export async function createHostFile(engine: DockerEngine, owner: Owner, image: string, path: string): Promise<void> {
  const id = await engine.createContainer(undefined, {
    Image: image,
    Env: [`SLIPWAY_SETUP=${commandLine(['write', posix.join('/host', posix.basename(path)), '0644', 0, 0, ''])}`],
    OpenStdin: true,
    Healthcheck: { Test: ['NONE'] },
    Labels: { ...ownerLabels(owner), [label.role]: 'helper' },
    HostConfig: {
      NetworkMode: 'none',
      Binds: [`${posix.dirname(path)}:/host`],
      LogConfig: { Type: 'none', Config: {} },
    },
  })
  try {
    const control = await SandboxControl.open(engine, id)
    await engine.startContainer(id)
    await control.run([['ready']])
    control.close()
  } finally {
    await ignoring([404, 409], engine.removeContainer(id))
  }
}
