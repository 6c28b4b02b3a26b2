import { createInterface } from 'node:readline/promises'
import { Command, CommanderError } from 'commander'
import type { ClusterSummary } from '../../shared/ipc/contract.ts'
import { IpcError } from '../../shared/ipc/protocol.ts'
import { ClusterRecords } from '../engine/installation/cluster-record.ts'
import { type DataDirectory, defaultDataPath, openDataDirectory } from '../engine/installation/data-directory.ts'
import { APP_VERSION } from '../ipc/app-version.ts'
import type { CliContext } from './cli-context.ts'
import { CliError, EXIT } from './cli-error.ts'
import { addClusterCommands } from './cluster-commands.ts'
import { addEngineCommands } from './engine-commands.ts'
import { addNodeCommands } from './node-commands.ts'
import { terminalOutput } from './output.ts'

const program = new Command('slipway')
  .description('Local Kubernetes clusters straight on the Docker engine')
  .version(APP_VERSION)
  .option('--json', 'print JSON for programs')
  .exitOverride()

let opened: DataDirectory | undefined

const context: CliContext = {
  data() {
    opened ??= openDataDirectory(defaultDataPath())
    return opened
  },
  output: () => terminalOutput(program.opts().json === true),
  records: () => new ClusterRecords(context.data()).list().map(stoppedSummary),
  async confirm(question) {
    if (!process.stdin.isTTY) return false
    const prompt = createInterface({ input: process.stdin, output: process.stderr })
    const answer = await prompt.question(`${question} [y/N] `)
    prompt.close()
    return /^y(es)?$/i.test(answer.trim())
  },
}

addClusterCommands(program, context)
addNodeCommands(program, context)
addEngineCommands(program, context)
for (const command of program.commands.flatMap((each) => [each, ...each.commands]))
  command.option('--json', 'print JSON for programs').hook('preAction', inheritJson)

try {
  await program.parseAsync()
} catch (error) {
  // An open connection to the engine would keep the process alive.
  process.exit(report(error))
}

function inheritJson(command: Command): void {
  if (command.opts().json) program.setOptionValue('json', true)
}

function stoppedSummary(record: ReturnType<ClusterRecords['list']>[number]): ClusterSummary {
  const { name, uid, createdAt } = record
  const rest = { message: '', server: undefined, httpPort: record.httpPort || undefined, kubernetesVersion: 'v1.36' }
  return { name, uid, nodes: record.nodes.length, createdAt, phase: 'stopped', ...rest }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  process.stderr.write(`slipway: ${error instanceof Error ? error.message : String(error)}\n`)
  if (error instanceof CliError) return error.exitCode
  if (error instanceof IpcError && error.reason === 'NotFound') return EXIT.notFound
  return EXIT.failed
}
