import { createHash } from 'node:crypto'
import { type Clock, delay } from '../../../../shared/lang/clock.ts'
import { type ImageInfo, type LocalImage, RuntimeError } from '../pod-runtime.ts'

/** What containers of an image do. */
export interface SimulatedImage {
  /** On the machine from the start; else it must be pulled first. */
  readonly local?: boolean
  readonly pullMs?: number
  readonly sizeBytes?: number
  /** Why a pull fails. */
  readonly pullError?: { readonly reason: 'ErrImagePull' | 'RegistryUnavailable'; readonly message: string }
  readonly user?: string
  /** Exits by itself after this long; runs on when undefined. May depend on the attempt. */
  readonly runMs?: number | ((attempt: number) => number | undefined)
  readonly exitCode?: number | ((attempt: number) => number)
  /** A start that fails. */
  readonly startError?: { readonly message: string; readonly exitCode: number }
  /** How long it takes to end after its stop signal; longer than the grace means it is killed. */
  readonly stopMs?: number
  readonly terminationMessage?: string
  readonly log?: readonly string[]
  exec?(command: readonly string[]): Promise<{ exitCode: number; stdout?: string; stderr?: string }>
}

const ANY_IMAGE: SimulatedImage = { local: true }

/** The images of a simulated engine and its registry. Without a list, every image is local and runs forever. */
export class SimulatedImages {
  readonly #clock: Clock
  readonly #known: Map<string, SimulatedImage>
  readonly #pulled = new Set<string>()
  readonly #open: boolean

  constructor(clock: Clock, images: Readonly<Record<string, SimulatedImage>>) {
    this.#clock = clock
    this.#known = new Map(Object.entries(images))
    this.#open = this.#known.size === 0
  }

  /** Adds or replaces an image in the registry. */
  set(name: string, image: SimulatedImage): void {
    this.#known.set(name, image)
  }

  find(name: string): SimulatedImage | undefined {
    const image = this.#known.get(name) ?? (this.#open ? ANY_IMAGE : undefined)
    return image?.local || this.#pulled.has(name) ? image : undefined
  }

  local(name: string): ImageInfo | undefined {
    return this.find(name) ? this.describe(name) : undefined
  }

  all(): LocalImage[] {
    const names = [...this.#known.keys()].filter((name) => this.find(name))
    return names
      .map((name) => this.describe(name))
      .map(({ digest, sizeBytes, names }) => ({ names: [digest, ...names], sizeBytes }))
  }

  async pull(name: string, signal: AbortSignal): Promise<ImageInfo> {
    const image = this.#known.get(name) ?? (this.#open ? ANY_IMAGE : undefined)
    if (image?.pullMs) await delay(this.#clock, image.pullMs, signal)
    if (!image) throw new RuntimeError('ErrImagePull', `manifest for ${name} not found: manifest unknown`)
    if (image.pullError) throw new RuntimeError(image.pullError.reason, image.pullError.message)
    this.#pulled.add(name)
    return this.describe(name)
  }

  describe(name: string): ImageInfo {
    const hash = createHash('sha256').update(name).digest('hex')
    const image = this.#known.get(name)
    const repository = name.replace(/@.*$/, '').replace(/:[^/:]+$/, '')
    return {
      id: `sha256:${hash}`,
      digest: `${repository}@sha256:${hash}`,
      sizeBytes: image?.sizeBytes ?? 1_000_000,
      names: [name],
      user: image?.user ?? '',
    }
  }
}
