import type { Command } from 'commander'
import type { NodeState } from '../../shared/ipc/contract.ts'
import type { RpcClient } from '../../shared/ipc/rpc-client.ts'
import type { CliContext } from './cli-context.ts'
import { requireEngine } from './engine-connection.ts'
import { addNodeSize, type NodeSizeOptions, parseLabel, parseTaint, type TaintText } from './node-options.ts'
import { nodeTable } from './output.ts'

const DEFAULT_CLUSTER = 'dev'

interface NodeOptions {
  readonly cluster: string
}

interface AddOptions extends NodeOptions, NodeSizeOptions {
  readonly label?: Readonly<Record<string, string>>
  readonly taint?: readonly TaintText[]
}

/** node list, add, fail, restore, remove. */
export function addNodeCommands(program: Command, context: CliContext): void {
  const node = program.command('node').description('show and change the nodes of a running cluster')
  const onCluster = (name: string, description: string) =>
    node.command(name).description(description).option('--cluster <name>', 'name of the cluster', DEFAULT_CLUSTER)
  onCluster('list', 'show the nodes, what they have for pods, and what pods ask for of it').action(
    (options: NodeOptions) => list(context, options),
  )
  addNodeSize(onCluster('add', 'add a node, as large as the last one'))
    .argument('[name]', 'name of the node; the next free number if not given')
    .option('--label <key=value>', 'a label to register it with (repeatable)', parseLabel)
    .option('--taint <key=value:effect>', 'a taint to register it with (repeatable)', parseTaint)
    .action((name: string | undefined, options: AddOptions) => add(context, name, options))
  onCluster('fail', 'kill all that runs on a node and let it fall silent, as when its power is cut')
    .argument('<node>', 'name of the node')
    .action((name: string, { cluster }: NodeOptions) =>
      change(context, 'Failed', name, (engine) => engine.call('nodes.change', { cluster, action: 'fail', node: name })),
    )
  onCluster('restore', 'bring a failed node back')
    .argument('<node>', 'name of the node')
    .action((name: string, { cluster }: NodeOptions) =>
      change(context, 'Restored', name, (engine) =>
        engine.call('nodes.change', { cluster, action: 'restore', node: name }),
      ),
    )
  onCluster('remove', 'move the pods of a node elsewhere and take it out of the cluster')
    .argument('<node>', 'name of the node')
    .option('--yes', 'end pods that cannot be moved')
    .action((name: string, { cluster, yes }: NodeOptions & { readonly yes?: boolean }) =>
      change(context, 'Removed', name, (engine) =>
        engine.call('nodes.remove', { cluster, node: name, kill: yes === true }),
      ),
    )
}

async function list({ data, output }: CliContext, { cluster }: NodeOptions): Promise<void> {
  const engine = await requireEngine(data())
  const nodes = await engine.call('nodes.list', { cluster })
  engine.close()
  if (output().json) output().print(JSON.stringify(nodes, null, 2))
  else output().print(nodeTable(nodes))
}

function add(context: CliContext, name: string | undefined, options: AddOptions): Promise<void> {
  const { cluster, cpu, memory, overcommit, label: labels, taint: taints } = options
  const wish = {
    ...(name === undefined ? {} : { name }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(overcommit ? { overcommit } : {}),
    ...(labels ? { labels } : {}),
    ...(taints ? { taints: [...taints] } : {}),
  }
  return change(context, 'Added', name, (engine) => engine.call('nodes.add', { cluster, ...wish }))
}

async function change(
  { data, output }: CliContext,
  word: string,
  node: string | undefined,
  act: (engine: RpcClient) => Promise<readonly NodeState[]>,
): Promise<void> {
  const engine = await requireEngine(data())
  const nodes = await act(engine)
  engine.close()
  if (output().json) output().print(JSON.stringify(nodes, null, 2))
  else output().print(`${word}: ${node ?? nodes.at(-1)?.name}`)
}
