import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type StoredObject, StoreUnavailable } from '../../electron/engine/store/object-store.ts'
import { openStore } from '../../electron/engine/store/open-store.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'
import { dataOf, keyOf, sample } from './store-objects.ts'

/**
 * Writes under load until it is killed, or until writes have been refused `maxRefusals` times in a row. Each of the
 * writers has `names` objects of its own. Standard output gets a line before each write ("try a 1-5", "-" for a deletion) and one after it ("ok a 1-5 <revision>", "refused a").
 */
const [path = '', run = '', names = '5', maxRefusals = 'Infinity'] = process.argv.slice(2)
const WRITERS = 16
const PADDING = 'x'.repeat(1400)

const store = await openStore({ path, clock: new ManualClock() })
let refusals = 0
let count = 0

function say(line: string): void {
  writeSync(1, `${line}\n`)
}

async function writeOnce(name: string): Promise<void> {
  const key = keyOf(name)
  const before = dataOf(store.get(key))
  const data = before !== undefined && count % 7 === 0 ? '-' : `${run}-${count++}`
  say(`try ${name} ${data}`)
  try {
    const stored = await store.write(key, (current) =>
      data === '-'
        ? { delete: (current as StoredObject).object }
        : { put: { ...sample(key, data), padding: PADDING } as ReturnType<typeof sample> },
    )
    refusals = 0
    say(`ok ${name} ${data} ${stored?.revision}`)
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    if (dataOf(store.get(key)) !== before) throw new Error('a refused write is shown', { cause: error })
    refusals++
    say(`refused ${name}`)
    await sleep(1)
  }
}

async function writer(id: number): Promise<void> {
  for (let n = 0; refusals < Number(maxRefusals); n++) await writeOnce(`${id}.${n % Number(names)}`)
}

await Promise.all(Array.from({ length: WRITERS }, (_, id) => writer(id)))
process.exit(3)
