import type { ContainerImage } from '../../../../shared/api/types/core-v1.ts'
import type { Clock } from '../../../../shared/lang/clock.ts'
import type { PodRuntime } from '../pod-runtime.ts'

/** `nodeStatusMaxImages`, and how many names of one image a kubelet reports. */
const MAX_IMAGES = 50
const MAX_NAMES = 5
/** Listing costs the engine more than a heartbeat may. */
const LIST_EVERY_MS = 60_000

/** The images that every node of the engine reports, looked at once a minute. */
export class NodeImages {
  readonly #deps: { readonly runtime: Pick<PodRuntime, 'listImages'>; readonly clock: Clock }
  #images: readonly ContainerImage[] = []
  #listedMs = Number.NEGATIVE_INFINITY

  constructor(deps: { readonly runtime: Pick<PodRuntime, 'listImages'>; readonly clock: Clock }) {
    this.#deps = deps
  }

  /** What was last known while the engine is away. */
  async current(): Promise<readonly ContainerImage[]> {
    const nowMs = this.#deps.clock.monotonicMs()
    if (nowMs - this.#listedMs < LIST_EVERY_MS) return this.#images
    this.#listedMs = nowMs
    this.#images = await this.#deps.runtime.listImages().then(reportedImages, () => this.#images)
    return this.#images
  }
}

/** The largest first. */
export function reportedImages(images: readonly { names: readonly string[]; sizeBytes: number }[]): ContainerImage[] {
  return images
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, MAX_IMAGES)
    .map(({ names, sizeBytes }) => ({ names: names.slice(0, MAX_NAMES), sizeBytes }))
}
