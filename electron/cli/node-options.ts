import type { Command } from 'commander'
import { CliError, EXIT } from './cli-error.ts'

export interface NodeSizeOptions {
  readonly cpu?: string
  readonly memory?: string
  readonly overcommit?: boolean
}

/** A taint as it is written: what its parts may be is for the API server to say. */
export interface TaintText {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

export function addNodeSize(command: Command): Command {
  return command
    .option('--cpu <quantity>', 'what a node has: 500m, 2 (a part of the machine if not given)')
    .option('--memory <quantity>', 'what a node has: 512Mi, 2Gi')
    .option('--overcommit', 'let the nodes together promise more than the machine has')
}

/** One more of the repeated "key=value". */
export function parseLabel(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [key = '', value = '', ...more] = text.split('=')
  if (key === '' || more.length > 0) throw new CliError(`--label takes key=value, not "${text}"`, EXIT.usage)
  return { ...before, [key]: value }
}

/** One more of the repeated "key=value:Effect" or "key:Effect". */
export function parseTaint(text: string, before: readonly TaintText[] = []): TaintText[] {
  const [, key, value, effect] = /^([^=:]+)(?:=([^:]*))?:([^:]+)$/.exec(text) ?? []
  if (key === undefined || effect === undefined)
    throw new CliError(`--taint takes key=value:Effect, not "${text}"`, EXIT.usage)
  return [...before, { key, effect, ...(value === undefined ? {} : { value }) }]
}
