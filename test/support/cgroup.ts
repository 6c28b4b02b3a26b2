import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

/** cgroup v1 has a tree per controller, v2 one for all. */
function cgroupFolders(name: string): string[] {
  const top = '/sys/fs/cgroup'
  return [join(top, name), ...readdirSync(top).map((controller) => join(top, controller, name))].filter(existsSync)
}

export function processesInCgroup(name: string): number[] {
  const folders = cgroupFolders(name).flatMap((folder) => [folder, ...subfoldersOf(folder)])
  const lists = folders.map((folder) => readOrEmpty(join(folder, 'cgroup.procs')))
  return [...new Set(lists.flatMap((list) => list.split('\n').filter(Boolean).map(Number)))]
}

export function removeCgroup(name: string): void {
  for (const folder of cgroupFolders(name)) {
    // Only folders can be removed there, innermost first; the kernel takes the files along.
    for (const path of [...subfoldersOf(folder).reverse(), folder]) rmdirSync(path)
  }
}

function subfoldersOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [join(folder, name), ...subfoldersOf(join(folder, name))])
}

/** A file of /proc or of a cgroup; empty when what it describes is gone. */
export function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}
