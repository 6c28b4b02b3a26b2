import { randomUUID } from 'node:crypto'
import { homedir, platform } from 'node:os'
import { join } from 'node:path'
import { privateDirectory, readIfThere, writeFileAtomically } from './files.ts'

/**
 * Where an installation keeps its data: clusters, keys, logs, the socket of its engine.
 * - Only its owner can read it (0700, files 0600).
 * - Carries a format number: data of a newer Slipway is refused unchanged.
 */
export interface DataDirectory {
  readonly path: string
  /** Random, on every container, network and volume of this installation. */
  readonly installationId: string
  readonly clusters: string
  readonly logs: string
  /** The unix socket, or on Windows the named pipe, of the running engine. */
  readonly socket: string
  readonly tokenFile: string
}

/** Grows when what is on disk changes shape. */
export const DATA_FORMAT = 2

export class NewerDataFormat extends Error {
  constructor(path: string, format: number) {
    super(
      `${path} was written by a newer Slipway (data format ${format}; this one knows ${DATA_FORMAT}). ` +
        'Nothing was changed: update Slipway, or point SLIPWAY_HOME at another directory.',
    )
    this.name = 'NewerDataFormat'
  }
}

/** SLIPWAY_HOME, or the platform's place for application data. */
export function defaultDataPath(env: NodeJS.ProcessEnv = process.env): string {
  if (env.SLIPWAY_HOME) return env.SLIPWAY_HOME
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Slipway')
  if (platform() === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Slipway')
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'slipway')
}

/** Creates what is missing. Throws NewerDataFormat. */
export function openDataDirectory(path: string): DataDirectory {
  privateDirectory(path)
  const file = join(path, 'installation.json')
  const text = readIfThere(file)
  const settings: { format: number; installationId: string } =
    text === undefined ? { format: 0, installationId: randomUUID() } : JSON.parse(text)
  if (settings.format > DATA_FORMAT) throw new NewerDataFormat(path, settings.format)
  // Before anything is written that an older Slipway would not understand.
  if (settings.format < DATA_FORMAT) {
    writeFileAtomically(file, `${JSON.stringify({ ...settings, format: DATA_FORMAT }, null, 2)}\n`)
  }
  return {
    path,
    installationId: settings.installationId,
    clusters: privateDirectory(join(path, 'clusters')),
    logs: privateDirectory(join(path, 'logs')),
    socket: platform() === 'win32' ? `\\\\.\\pipe\\slipway-${settings.installationId}` : join(path, 'engine.sock'),
    tokenFile: join(path, 'engine.token'),
  }
}
