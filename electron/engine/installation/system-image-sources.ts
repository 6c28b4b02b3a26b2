import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where the system images come from: archives of the packaged app, or their sources in a checkout. */
export interface SystemImageSources {
  /** The folder with one folder of sources per image; undefined in a packaged app. */
  readonly sources: string | undefined
  /** The folder with archives per architecture; undefined in a checkout. */
  readonly archives: string | undefined
}

/** Looks beside the packaged app first, then for build/images upwards from this file (sources or bundle). */
export function systemImageSources(resourcesPath: string | undefined, from = import.meta.dirname): SystemImageSources {
  const archives = resourcesPath === undefined ? undefined : join(resourcesPath, 'images')
  if (archives !== undefined && existsSync(archives)) return { sources: undefined, archives }
  for (let directory = from; ; directory = join(directory, '..')) {
    const sources = join(directory, 'build', 'images')
    if (existsSync(sources)) return { sources, archives: undefined }
    if (directory === join(directory, '..')) throw new Error('the sources of the system images were not found')
  }
}
