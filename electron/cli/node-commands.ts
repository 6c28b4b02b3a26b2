import type { Command } from 'commander'
import type { CliContext } from './cli-context.ts'
import { requireEngine } from './engine-connection.ts'

const DEFAULT_CLUSTER = 'dev'

interface NodeOptions {
  readonly cluster: string
}

/** node list, add, fail, restore, remove. */
export function addNodeCommands(program: Command, context: CliContext): void {
  const node = program.command('node').description('show and change the nodes of a running cluster')
  const onCluster = (name: string, description: string) =>
    node.command(name).description(description).option('--cluster <name>', 'name of the cluster', DEFAULT_CLUSTER)
  onCluster('list', 'show the nodes').action((options: NodeOptions) => list(context, options))
  onCluster('add', 'add a node').action((options: NodeOptions) => change(context, 'add', options))
  const named = [
    ['fail', 'kill all that runs on a node and let it fall silent, as when its power is cut'],
    ['restore', 'bring a failed node back'],
    ['remove', 'take a node out of the cluster'],
  ] as const
  for (const [action, description] of named) {
    onCluster(action, description)
      .argument('<node>', 'name of the node')
      .action((name: string, options: NodeOptions) => change(context, action, options, name))
  }
}

async function list({ data, output }: CliContext, { cluster }: NodeOptions): Promise<void> {
  const engine = await requireEngine(data())
  const nodes = await engine.call('nodes.list', { cluster })
  engine.close()
  if (output().json) output().print(JSON.stringify(nodes, null, 2))
  else output().print(nodes.map(({ name, failed }) => `${name}${failed ? '  failed' : ''}`).join('\n'))
}

async function change(
  { data, output }: CliContext,
  action: 'add' | 'fail' | 'restore' | 'remove',
  { cluster }: NodeOptions,
  node?: string,
): Promise<void> {
  const engine = await requireEngine(data())
  const nodes = await engine.call('nodes.change', { cluster, action, ...(node === undefined ? {} : { node }) })
  engine.close()
  if (output().json) output().print(JSON.stringify(nodes, null, 2))
  else output().print(`${WORDS[action]}: ${node ?? nodes.at(-1)?.name}`)
}

const WORDS = { add: 'Added', fail: 'Failed', restore: 'Restored', remove: 'Removed' } as const
