import { spawn } from 'node:child_process'
import { createReadStream, existsSync, watchFile } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { CliContext } from './cli-context.ts'
import { CliError } from './cli-error.ts'
import { ensureEngine, findEngine, requireEngine } from './engine-connection.ts'

/** serve, shutdown, open, logs, diagnose. */
export function addEngineCommands(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description('run the engine in the foreground, without a window')
    .action(() => serve(context))
  program
    .command('shutdown')
    .description('end the engine; pods keep running, healing and laptop listeners stop')
    .action(() => shutdown(context))
  program
    .command('open')
    .description('open the interface in a browser')
    .option('--print', 'only print its address')
    .action((options: { print?: boolean }) => open(context, options.print === true))
  program
    .command('logs')
    .description("print the engine's own log")
    .option('-f, --follow', 'go on with what comes')
    .action((options: { follow?: boolean }) => logs(context, options.follow === true))
  program
    .command('diagnose')
    .description('write an archive for bug reports, without secrets')
    .option('--directory <path>', 'where to write it', process.cwd())
    .action((options: { directory: string }) => diagnose(context, options.directory))
}

async function serve({ data }: CliContext): Promise<void> {
  // Only this command loads the engine: the others stay quick.
  const { startEngineProcess } = await import('../ipc/engine-process.ts')
  const engine = await startEngineProcess(data())
  if (engine === undefined) throw new CliError('an engine is running for this data directory already')
  process.stderr.write(`Slipway is ready (${data().path}).\n`)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => engine.shutdown())
  await engine.ended
  // All is stopped and written; a request to the Docker engine that never answers must not keep the process.
  process.exit()
}

async function shutdown({ data, output }: CliContext): Promise<void> {
  const engine = await findEngine(data())
  if (engine === undefined) return output().print('Slipway is not running.')
  await engine.call('engine.shutdown')
  engine.close()
  output().print('Shut down. Pods keep running; nothing heals them until the next start.')
}

async function open({ data, output }: CliContext, printOnly: boolean): Promise<void> {
  const engine = await ensureEngine(data())
  const address = await engine.call('engine.browserAddress')
  engine.close()
  if (output().json) output().print(JSON.stringify({ address }))
  else output().print(address)
  if (printOnly || output().json) return
  const opener = { darwin: 'open', win32: 'explorer' }[platform() as string] ?? 'xdg-open'
  const child = spawn(opener, [address], { detached: true, stdio: 'ignore' })
  child.on('error', () => output().progress(`${opener} is not here: open the address by hand`))
  child.unref()
}

async function logs({ data }: CliContext, follow: boolean): Promise<void> {
  const file = join(data().logs, 'engine.log')
  if (!existsSync(file)) throw new CliError('there is no log yet')
  let offset = 0
  const printRest = () =>
    new Promise<void>((resolve, reject) => {
      const stream = createReadStream(file, { start: offset })
      stream.on('data', (chunk) => {
        offset += chunk.length
        process.stdout.write(chunk)
      })
      stream.on('end', resolve).on('error', reject)
    })
  await printRest()
  if (!follow) return
  watchFile(file, { interval: 250 }, (now) => {
    if (now.size < offset) offset = 0
    void printRest()
  })
}

async function diagnose({ data, output }: CliContext, directory: string): Promise<void> {
  const engine = await requireEngine(data())
  const path = await engine.call('engine.diagnose', { directory })
  engine.close()
  output().print(output().json ? JSON.stringify({ path }) : path)
}
