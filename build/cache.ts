import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where what is slow to make is kept, under names that carry a hash of what it was made from. */
export function cacheFolder(): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway')
  mkdirSync(folder, { recursive: true })
  return folder
}
