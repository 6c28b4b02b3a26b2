import { isDeepStrictEqual } from 'node:util'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'
import { podSpec } from '../pod-containers.ts'
import type { PodRuntime, VolumeSpec } from '../pod-runtime.ts'
import { planVolumes } from './pod-volumes.ts'
import { type FileInputs, isFilesVolume, type VolumeContents, volumeContents } from './volume-files.ts'

/** Contents of an adopted pod are written again within this time: what changed meanwhile is not known. */
const ADOPTED_WITHIN_MS = 600_000
const RETRY_MS = 60_000

export interface KeeperDeps {
  readonly runtime: Pick<PodRuntime, 'updateFiles'>
  readonly clock: { now(): number }
  readonly random: () => number
}

/** Keeps the files in a running pod's volumes as their sources are. */
export class VolumeKeeper {
  readonly #deps: KeeperDeps
  readonly #contents = new Map<string, VolumeContents>()
  #changed = false
  #dueAt: number | undefined
  #started = false

  constructor(deps: KeeperDeps) {
    this.#deps = deps
  }

  /** All volumes with fresh contents, for a new sandbox. Throws VolumeNotReady. */
  async prepare(inputs: FileInputs): Promise<readonly VolumeSpec[]> {
    const { specs, contents } = await planVolumes(inputs)
    this.#contents.clear()
    for (const [name, content] of contents) this.#contents.set(name, content)
    this.#started = true
    this.#changed = false
    this.#schedule()
    return specs
  }

  /** A source of the pod's files, or the pod itself, changed. */
  sourceChanged(): void {
    this.#changed = true
  }

  /** Milliseconds until the next refresh of a running pod; undefined when only a change can call for one. */
  untilDueMs(pod: Pod): number | undefined {
    if (!this.#started) this.#adopt(pod)
    if (this.#changed && this.#contents.size > 0) return 0
    return this.#dueAt === undefined ? undefined : Math.max(0, this.#dueAt - this.#deps.clock.now())
  }

  /** Writes what differs from what the pod has. A source that is missing leaves the old files. */
  async refresh(inputs: FileInputs): Promise<void> {
    this.#changed = false
    this.#dueAt = this.#deps.clock.now() + RETRY_MS
    const uid = inputs.pod.metadata.uid ?? ''
    for (const volume of podSpec(inputs.pod).volumes ?? []) {
      if (!isFilesVolume(volume)) continue
      const before = this.#contents.get(volume.name)
      const tokensLast = before?.refreshAt !== undefined && before.refreshAt > this.#deps.clock.now()
      const fresh = await volumeContents(inputs, volume)
      if (before && sameButTokens(before, fresh) && (tokensLast || fresh.tokens.size === 0)) continue
      await this.#deps.runtime.updateFiles(uid, volume.name, fresh.files)
      this.#contents.set(volume.name, fresh)
    }
    this.#schedule()
  }

  #adopt(pod: Pod): void {
    this.#started = true
    if (!podSpec(pod).volumes?.some(isFilesVolume)) return
    this.#dueAt = this.#deps.clock.now() + this.#deps.random() * ADOPTED_WITHIN_MS
  }

  #schedule(): void {
    const times = [...this.#contents.values()].flatMap(({ refreshAt }) => (refreshAt === undefined ? [] : [refreshAt]))
    this.#dueAt = times.length > 0 ? Math.min(...times) : undefined
  }
}

/** Every request gives another token: those that still last are no reason to write. */
function sameButTokens(before: VolumeContents, fresh: VolumeContents): boolean {
  const rest = ({ files, tokens }: VolumeContents) => files.filter(({ path }) => !tokens.has(path))
  return isDeepStrictEqual(rest(before), rest(fresh)) && isDeepStrictEqual(before.tokens, fresh.tokens)
}
