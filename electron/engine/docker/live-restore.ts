import { posix } from 'node:path'
import type { MountSpec } from '../kubelet/pod-runtime.ts'
import type { DockerEngine } from './docker-engine.ts'
import { EngineError, ignoring, isStatus } from './engine-error.ts'
import type { VolumeSources } from './sandbox-body.ts'

/*
 * Engines that let containers outlive them (live-restore) forget, before version 24, which of their volumes are mounted:
 * what runs keeps what it has in memory, what starts later would get a new, empty tmpfs, and the volume counts as in use
 * until the engine starts again.
 */

/** Of an engine that lets containers outlive it: true where the pod's files are not in the volumes that this container, not yet started, would get. */
export async function hasLostFiles(
  engine: DockerEngine,
  id: string,
  mounts: readonly MountSpec[],
  volumes: VolumeSources,
): Promise<boolean> {
  const files = mounts.find(({ volume, subPath }) => volumes[volume]?.kind === 'files' && !subPath)
  if (files === undefined) return false
  try {
    // What is published is always there, however few the files.
    const found = await engine.downloadArchive(id, posix.join(files.mountPath, '..data'))
    found.destroy()
    return false
  } catch (error) {
    if (isStatus(error, 404)) return true
    throw error
  }
}

/** False where the engine only believes that the volume is in use: it can be removed once the engine started again. */
export async function removeUnmounted(engine: DockerEngine, name: string): Promise<boolean> {
  try {
    await ignoring([404], engine.removeVolume(name))
    return true
  } catch (error) {
    if (error instanceof EngineError && error.message.includes('volume has active mounts')) return false
    throw error
  }
}
