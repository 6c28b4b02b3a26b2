// npm run bench [-- NAME...] [--tiny]: prints a table of figures and writes bench.json.
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchmarks } from './benchmarks.ts'
import { type Figure, figureTable, thisMachine } from './figures.ts'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { tiny: { type: 'boolean' } } })
const unknown = positionals.filter((name) => !(name in benchmarks))
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}`)
  process.exit(2)
}

const machine = thisMachine()
const size = values.tiny ? 'tiny' : 'full'
console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, Node ${machine.node}, ${machine.platform}`)
const started = new Date().toISOString()
const load = { before: loadavg()[0], after: loadavg()[0] }
const figures: Figure[] = []
for (const [name, run] of Object.entries(benchmarks)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  console.log(`${name} ...`)
  try {
    figures.push(...(await run(size)))
  } catch (error) {
    console.error(`${name} failed:`, error)
    process.exitCode = 1
  }
}
load.after = loadavg()[0]
console.log(
  `\n${figureTable(figures)}\n\nload of the machine: ${load.before?.toFixed(1)} before, ${load.after?.toFixed(1)} after`,
)
const path = join(import.meta.dirname, '..', '..', 'bench.json')
writeFileSync(path, `${JSON.stringify({ started, size, machine, load, figures }, null, 2)}\n`)
