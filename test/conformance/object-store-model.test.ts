import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { JournaledStore } from '../../electron/engine/store/journaled-store.ts'
import { type ObjectStore, type StoredObject, StoreUnavailable } from '../../electron/engine/store/object-store.ts'
import { openStore } from '../../electron/engine/store/open-store.ts'
import { ManualClock } from '../../shared/lang/manual-clock.ts'
import { type CommitOutcome, FaultyJournal } from '../support/faulty-journal.ts'
import { type Intent, type ModelEvent, type Scope, StoreModel } from '../support/store-model.ts'
import { sample, shown, shownEvent } from '../support/store-objects.ts'

type Step =
  | { do: 'write'; first: Intent[]; onTop: Intent[]; outcome: CommitOutcome; undo: CommitOutcome }
  | { do: 'watch'; scope: Scope; back: number }
  | { do: 'list'; scope: Scope; back: number }
  | { do: 'compact'; back: number }
  | { do: 'advance'; ms: number }
  | { do: 'restart'; isKilled: boolean }

const key = fc.record({
  resource: fc.constantFrom('pods', 'secrets'),
  namespace: fc.constantFrom('a', 'a-b', ''),
  name: fc.constantFrom('x', 'y', 'z'),
})
const intents = fc.array(
  fc.record({
    key,
    action: fc.constantFrom<Intent['action'][]>('put', 'put', 'delete', 'keep', 'throw'),
    data: fc.stringMatching(/^[a-z]$/),
  }),
  { maxLength: 5 },
)
const scope = fc.record(
  { resource: fc.constantFrom('pods', 'secrets'), namespace: fc.constantFrom('a', 'a-b', '') },
  { requiredKeys: [] },
)
const back = fc.nat({ max: 12 })
const steps = (outcome: fc.Arbitrary<CommitOutcome>, isKilled: fc.Arbitrary<boolean>) =>
  fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('write'), first: intents, onTop: intents, outcome, undo: outcome }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('watch'), scope, back }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('list'), scope, back }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('compact'), back }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.nat({ max: 200_000 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('restart'), isKilled }) },
    ) as fc.Arbitrary<Step>,
    { maxLength: 25 },
  )

interface Bench {
  open(clock: ManualClock): Promise<ObjectStore>
  /** Makes the next commit wait, so that `between` runs while it is under way; then ends it with the first outcome, the next with the second. */
  hold(outcomes: CommitOutcome[], between: () => void): Promise<void>
}

/** Runs the steps on a store and on the model, and compares all that can be seen. */
class Comparison {
  readonly #clock = new ManualClock()
  readonly #model = new StoreModel()
  readonly #bench: Bench
  #store!: ObjectStore
  #watches: { scope: Scope; from: number; seen: string[] }[] = []

  constructor(bench: Bench) {
    this.#bench = bench
  }

  async run(all: readonly Step[]): Promise<void> {
    this.#store = await this.#bench.open(this.#clock)
    for (const step of all) {
      await this.#take(step)
      this.#compare()
    }
    await this.#store.close()
  }

  #take(step: Step): void | Promise<void> {
    const now = this.#clock.monotonicMs()
    const at = 'back' in step ? Math.max(1, this.#model.revision - step.back) : 0
    const isGone = at < this.#model.oldest(now)
    if (step.do === 'write') return this.#write(step)
    if (step.do === 'restart') return this.#restart(step.isKilled)
    if (step.do === 'advance') return this.#clock.advance(step.ms)
    if (step.do === 'compact') {
      this.#store.compact(at)
      return this.#model.compact(at)
    }
    const { scope } = step
    if (step.do === 'watch') {
      const seen: string[] = []
      const begin = () => this.#store.watch(scope, at, (events) => seen.push(...events.map(shownEvent)))
      if (isGone) expect(begin).toThrow('compacted')
      else {
        begin()
        this.#watches.push({ scope, from: at, seen })
      }
      return
    }
    const { resource = 'pods', namespace } = scope
    const list = () => this.#store.list(resource, { namespace, at }).items.map(shown)
    if (isGone) expect(list).toThrow('compacted')
    else expect(list()).toEqual(this.#model.list({ resource, namespace }, at))
  }

  async #write({ first, onTop, outcome, undo }: Extract<Step, { do: 'write' }>): Promise<void> {
    const now = this.#clock.monotonicMs()
    const one = this.#model.accept(first, now).filter((event) => event !== undefined)
    const writes = first.map((intent) => this.#intend(intent))
    let two: ModelEvent[] = []
    await this.#bench.hold(outcome === 'ok' ? [outcome] : [outcome, undo], () => {
      two = this.#model.accept(onTop, now, one).filter((event) => event !== undefined)
      writes.push(...onTop.map((intent) => this.#intend(intent)))
    })
    const rejections = await Promise.all(writes)
    // Without a write of its own the first part starts no commit: then what came on top is the one that fails.
    const failing = one.length > 0 ? one : two
    if (outcome === 'ok') this.#model.commit([...one, ...two])
    else this.#model.refuse(failing, outcome, undo)
    expect(rejections.some((error) => error instanceof StoreUnavailable)).toBe(outcome !== 'ok' && failing.length > 0)
  }

  /** Resolves with what the write was rejected with, if it was. */
  #intend({ key, action, data }: Intent): Promise<unknown> {
    const writing = this.#store.write(key, (current) => {
      if (action === 'keep') return { keep: true }
      if (action === 'throw') throw new Error('refused by its change')
      return action === 'put' ? { put: sample(key, data) } : { delete: (current as StoredObject).object }
    })
    return writing.then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  async #restart(isKilled: boolean): Promise<void> {
    if (!isKilled) await this.#store.close()
    this.#model.restart(isKilled)
    this.#watches = []
    this.#store = await this.#bench.open(this.#clock)
  }

  #compare(): void {
    expect(this.#store.revision).toBe(this.#model.revision)
    expect(this.#store.oldestRevision).toBe(this.#model.oldest(this.#clock.monotonicMs()))
    for (const resource of ['pods', 'secrets']) {
      expect(this.#store.list(resource).items.map(shown)).toEqual(this.#model.list({ resource }))
      expect(this.#store.count(resource)).toBe(this.#model.list({ resource }).length)
    }
    for (const { scope, from, seen } of this.#watches) expect(seen).toEqual(this.#model.linesAfter(scope, from))
  }
}

it('behaves as its model, whichever commits fail and however it ends', async () => {
  const outcome = fc.constantFrom<CommitOutcome[]>('ok', 'ok', 'ok', 'lost', 'written')
  await fc.assert(
    fc.asyncProperty(steps(outcome, fc.boolean()), async (all) => {
      const journal = new FaultyJournal()
      await new Comparison({
        async open(clock) {
          const opened = { revision: journal.revision, rows: [...journal.rows.values()] }
          return new JournaledStore(journal, opened, { clock, freeze: true })
        },
        async hold(outcomes, between) {
          journal.hold()
          await settled()
          between()
          await settled()
          journal.release(outcomes)
          await settled()
        },
      }).run(all)
    }),
    { numRuns: 1000 },
  )
})

it('behaves as its model on disk, over restarts', async () => {
  await fc.assert(
    fc.asyncProperty(steps(fc.constant('ok'), fc.constant(false)), async (all) => {
      const directory = mkdtempSync(join(tmpdir(), 'slipway-store-'))
      await new Comparison({
        open: (clock) => openStore({ clock, freeze: true, path: join(directory, 'store.db') }),
        async hold(_, between) {
          await Promise.resolve()
          between()
        },
      }).run(all)
      rmSync(directory, { recursive: true })
    }),
    { numRuns: 10 },
  )
}, 60_000)

/** Lets everything run that waits for nothing but microtasks. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
