import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { NodeTimingsName } from '../../shared/api/node-timings.ts'
import type { ClaimedData, ClusterSummary } from '../../shared/ipc/contract.ts'
import type { RpcClient } from '../../shared/ipc/rpc-client.ts'
import type { DataDirectory } from '../engine/installation/data-directory.ts'
import { removeFromUserKubeconfig } from '../engine/installation/kubeconfig.ts'
import type { CliContext } from './cli-context.ts'
import { CliError, EXIT } from './cli-error.ts'
import { deleteQuestion } from './delete-question.ts'
import { ensureEngine, findEngine, requireEngine } from './engine-connection.ts'
import { mergeIntoOwnKubeconfig } from './merge-kubeconfig.ts'
import { addNodeSize, type NodeSizeOptions } from './node-options.ts'
import { clusterTable } from './output.ts'

const DEFAULT_CLUSTER = 'dev'

/** up, down, pause, resume, status, list, delete, kubeconfig. */
export function addClusterCommands(program: Command, context: CliContext): void {
  addNodeSize(program.command('up').description('create or start a cluster and wait until it is ready'))
    .argument('[name]', 'name of the cluster', DEFAULT_CLUSTER)
    .option('--nodes <count>', 'number of nodes', parseCount)
    .option('--max-nodes <count>', 'add nodes for pods without room, up to so many; 0: no more', parseMaximum)
    .option('--min-nodes <count>', 'with --max-nodes: keep so many at least', parseMinimum)
    .addOption(new Option('--node-timings <how>', 'how fast a failed node is noticed').choices(['standard', 'fast']))
    .option(
      '--scheduler-config <file>',
      "a KubeSchedulerConfiguration to keep for the cluster; default: Kubernetes' own",
    )
    .option('--no-kubeconfig', 'leave the user kubeconfig alone')
    .option('--current', 'make it the current context even when another is set')
    .action((name: string, options: UpOptions) => up(context, name, options))
  program
    .command('down')
    .description('stop a cluster: its containers go, its objects and volumes stay')
    .argument('[name]', 'name of the cluster', DEFAULT_CLUSTER)
    .action((cluster: string) =>
      change(context, cluster, 'Stopped', (engine) => engine.call('clusters.down', { cluster })),
    )
  program
    .command('pause')
    .description('freeze a cluster: no processor time is used until resume')
    .argument('[name]', 'name of the cluster', DEFAULT_CLUSTER)
    .action((cluster: string) =>
      change(context, cluster, 'Paused', (engine) => engine.call('clusters.pause', { cluster })),
    )
  program
    .command('resume')
    .description('go on after pause')
    .argument('[name]', 'name of the cluster', DEFAULT_CLUSTER)
    .action((cluster: string) =>
      change(context, cluster, 'Running', (engine) => engine.call('clusters.resume', { cluster })),
    )
  program
    .command('status')
    .description(`show one cluster; exits with ${EXIT.notRunning} when it does not run`)
    .argument('[name]', 'name of the cluster', DEFAULT_CLUSTER)
    .action((name: string) => status(context, name))
  program
    .command('list')
    .description('show all clusters')
    .action(() => list(context))
  program
    .command('delete')
    .description('remove a cluster with all its data')
    .argument('<name>', 'name of the cluster')
    .option('--yes', 'do not ask')
    .action((name: string, options: { yes?: boolean }) => remove(context, name, options.yes === true))
  program
    .command('kubeconfig')
    .description('print the kubeconfig of a cluster')
    .argument('[name]', 'name of the cluster', DEFAULT_CLUSTER)
    .option('--merge', 'add it to the user kubeconfig instead')
    .option('--current', 'with --merge: make it the current context')
    .action((name: string, options: { merge?: boolean; current?: boolean }) => kubeconfig(context, name, options))
}

interface UpOptions extends NodeSizeOptions {
  readonly nodes?: number
  readonly maxNodes?: number
  readonly minNodes?: number
  readonly nodeTimings?: NodeTimingsName
  readonly schedulerConfig?: string
  readonly kubeconfig: boolean
  readonly current?: boolean
}

async function up({ data, output }: CliContext, name: string, options: UpOptions): Promise<void> {
  const schedulerConfig = readSchedulerConfig(options.schedulerConfig)
  const engine = await ensureEngine(data())
  const watch = engine.stream('clusters.watch', undefined, {
    onItems(lists) {
      const own = lists.at(-1)?.find((cluster) => cluster.name === name)
      if (own?.phase === 'starting') output().progress(own.message)
    },
  })
  const cluster = await engine.call('clusters.up', {
    name,
    ...(options.nodes === undefined ? {} : { nodes: options.nodes }),
    ...(options.maxNodes === undefined ? {} : { maxNodes: options.maxNodes }),
    ...(options.minNodes === undefined ? {} : { minNodes: options.minNodes }),
    ...(options.cpu === undefined ? {} : { cpu: options.cpu }),
    ...(options.memory === undefined ? {} : { memory: options.memory }),
    ...(options.overcommit ? { overcommit: true } : {}),
    ...(options.nodeTimings === undefined ? {} : { nodeTimings: options.nodeTimings }),
    ...(schedulerConfig === undefined ? {} : { schedulerConfig }),
  })
  watch.cancel()
  output().done()
  const merged = options.kubeconfig ? await mergeIntoOwnKubeconfig(engine, name, options.current === true) : undefined
  if (output().json) output().print(JSON.stringify({ ...cluster, kubeconfig: merged }, null, 2))
  else {
    output().print(
      `Cluster ${name} is running at ${cluster.server} with ${cluster.nodes} node${cluster.nodes === 1 ? '' : 's'}.`,
    )
    if (merged?.current) output().print(`kubectl talks to it now (context ${merged.context}).`)
    else if (merged) output().print(`Use it with: kubectl --context ${merged.context} get pods -A`)
  }
  engine.close()
}

/** Its text; null for Kubernetes' own configuration. */
function readSchedulerConfig(file: string | undefined): string | null | undefined {
  if (file === undefined) return undefined
  if (file === 'default') return null
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CliError(`--scheduler-config: ${(error as Error).message}`, EXIT.usage)
  }
}

async function change(
  { data, output }: CliContext,
  name: string,
  word: string,
  act: (engine: RpcClient) => Promise<ClusterSummary>,
): Promise<void> {
  const engine = await requireEngine(data())
  const cluster = await act(engine)
  output().print(output().json ? JSON.stringify(cluster, null, 2) : `${word}: ${name}`)
  engine.close()
}

async function status({ data, output, records }: CliContext, name: string): Promise<void> {
  const engine = await findEngine(data())
  const clusters = engine ? await engine.call('clusters.list') : records()
  engine?.close()
  const cluster = clusters.find((candidate) => candidate.name === name)
  if (cluster === undefined) throw new CliError(`there is no cluster "${name}"`, EXIT.notFound)
  output().print(output().json ? JSON.stringify(cluster, null, 2) : clusterTable([cluster]))
  if (cluster.phase !== 'running') process.exitCode = EXIT.notRunning
}

async function list({ data, output, records }: CliContext): Promise<void> {
  const engine = await findEngine(data())
  const clusters = engine ? await engine.call('clusters.list') : records()
  engine?.close()
  if (output().json) output().print(JSON.stringify(clusters, null, 2))
  else output().print(clusters.length === 0 ? 'No clusters yet. Create one with: slipway up' : clusterTable(clusters))
}

async function remove({ data, output, records, confirm }: CliContext, name: string, yes: boolean): Promise<void> {
  if (!records().some((cluster) => cluster.name === name))
    throw new CliError(`there is no cluster "${name}"`, EXIT.notFound)
  if (!yes && !(await confirm(deleteQuestion(name, await claimsOf(data(), name)))))
    throw new CliError('nothing was deleted (say --yes to delete without a question)')
  const engine = await ensureEngine(data())
  await engine.call('clusters.delete', { cluster: name })
  removeFromUserKubeconfig(name)
  output().print(output().json ? JSON.stringify({ deleted: name }) : `Deleted: ${name}`)
  engine.close()
}

async function claimsOf(data: DataDirectory, cluster: string): Promise<readonly ClaimedData[] | undefined> {
  const engine = await findEngine(data)
  const claims = await engine?.call('clusters.data', { cluster })
  engine?.close()
  return claims ?? undefined
}

async function kubeconfig(
  { data, output }: CliContext,
  cluster: string,
  options: { merge?: boolean; current?: boolean },
): Promise<void> {
  const engine = await requireEngine(data())
  if (options.merge) {
    const merged = await mergeIntoOwnKubeconfig(engine, cluster, options.current === true)
    output().print(
      output().json ? JSON.stringify(merged, null, 2) : `Added context ${merged.context} to ${merged.path}`,
    )
  } else output().print((await engine.call('clusters.kubeconfig', { cluster })).trimEnd())
  engine.close()
}

const parseCount = (text: string) => wholeNumber('--nodes', text, 1)
const parseMaximum = (text: string) => wholeNumber('--max-nodes', text, 0)
const parseMinimum = (text: string) => wholeNumber('--min-nodes', text, 0)

function wholeNumber(option: string, text: string, least: number): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < least || count > 100)
    throw new CliError(`${option} takes a whole number from ${least} to 100`, EXIT.usage)
  return count
}
