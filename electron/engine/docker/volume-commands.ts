import { posix } from 'node:path'
import type { SandboxSpec, VolumeFile, VolumeSpec } from '../kubelet/pod-runtime.ts'
import type { SandboxCommand } from './sandbox-control.ts'

export function volumePath(name: string): string {
  return `/volumes/${name}`
}

/** Roots as the kubelet makes them: 0777, on tmpfs 1777. */
export function rootCommands(volumes: readonly VolumeSpec[]): SandboxCommand[] {
  return volumes
    .filter((volume) => volume.type === 'directory' || volume.type === 'files')
    .map((volume) => ['mkdir', volumePath(volume.name), volume.medium === 'memory' ? '1777' : '0777', 0, 0])
}

/** Writes the files beside the present contents and then makes them the contents at once. */
export function filesCommands(volume: string, files: readonly VolumeFile[], nowMs: number): SandboxCommand[] {
  const root = volumePath(volume)
  const name = `..${new Date(nowMs).toISOString().replaceAll('-', '_').replaceAll(':', '_').replace('T', '_').replace('Z', '')}`
  const dir = posix.join(root, name)
  const commands: SandboxCommand[] = [
    ['remove', dir],
    ['mkdir', dir, '0755', 0, 0],
  ]
  for (const directory of directoriesOf(files)) commands.push(['mkdir', posix.join(dir, directory), '0755', 0, 0])
  for (const file of files) {
    const mode = file.mode.toString(8)
    const content = file.content.toString('base64')
    commands.push(['write', posix.join(dir, file.path), mode, file.uid ?? 0, file.gid ?? 0, content])
  }
  commands.push(['publish', root, name])
  return commands
}

function directoriesOf(files: readonly VolumeFile[]): string[] {
  const directories = new Set<string>()
  for (const file of files) {
    const parts = file.path.split('/').slice(0, -1)
    for (let depth = 1; depth <= parts.length; depth++) directories.add(parts.slice(0, depth).join('/'))
  }
  return [...directories].sort()
}

/** fsGroup, as the kubelet's SetVolumeOwnership: not for hostPath; contents that are kept up to date are read-only. */
export function ownershipCommands(spec: SandboxSpec): SandboxCommand[] {
  if (spec.fsGroup === undefined) return []
  const gid = spec.fsGroup
  return spec.volumes
    .filter((volume) => volume.type !== 'hostPath')
    .map((volume) => ['own', volumePath(volume.name), gid, volume.type === 'files' ? '0440' : '0660'])
}

const kinds: Readonly<Record<string, readonly [kind: string, words: string]>> = {
  Directory: ['directory', 'directory'],
  DirectoryOrCreate: ['directory', 'directory'],
  File: ['file', 'file'],
  FileOrCreate: ['file', 'file'],
  Socket: ['socket', 'socket file'],
  CharDevice: ['character', 'character device'],
  BlockDevice: ['block', 'block device'],
}

export interface HostPathCheck {
  readonly command: SandboxCommand
  /** What is wrong, in the kubelet's words, when the command gives this answer. */
  failure(kind: string): string | undefined
}

export function hostPathChecks(volumes: readonly VolumeSpec[]): HostPathCheck[] {
  const checks: HostPathCheck[] = []
  for (const volume of volumes) {
    if (volume.type !== 'hostPath') continue
    const expected = kinds[volume.check]
    if (expected === undefined) continue
    checks.push({
      command: ['kind', volumePath(volume.name)],
      failure: (kind) => (kind === expected[0] ? undefined : hostPathFailure(volume)),
    })
  }
  return checks
}

export function hostPathFailure(volume: { path: string; check: string }): string {
  return `hostPath type check failed: ${volume.path} is not a ${kinds[volume.check]?.[1] ?? 'directory'}`
}
