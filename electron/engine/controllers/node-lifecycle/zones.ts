import type { Node } from '../../../../shared/api/types/core-v1.ts'
import { readiness, type Zone, zoneOf } from './plan.ts'

const NO_NODES: Zone = { nodes: 0, ready: 0 }

/** How many nodes each zone has and how many of them are ready, counted as nodes come, change and go. */
export class Zones {
  readonly #counted = new Map<string, { readonly zone: string; readonly isReady: boolean }>()
  readonly #zones = new Map<string, { nodes: number; ready: number }>()
  #ready = 0

  /** Some node of the cluster is ready. */
  get someReady(): boolean {
    return this.#ready > 0
  }

  of(node: Node): Zone {
    return this.#zones.get(zoneOf(node)) ?? NO_NODES
  }

  put(node: Node): void {
    const name = node.metadata.name ?? ''
    this.remove(name)
    const counted = { zone: zoneOf(node), isReady: readiness(node) === 'True' }
    this.#counted.set(name, counted)
    this.#count(counted, 1)
  }

  remove(name: string): void {
    const counted = this.#counted.get(name)
    if (counted === undefined) return
    this.#counted.delete(name)
    this.#count(counted, -1)
  }

  #count({ zone: name, isReady }: { zone: string; isReady: boolean }, sign: 1 | -1): void {
    const zone = this.#zones.get(name) ?? { ...NO_NODES }
    const ready = isReady ? sign : 0
    zone.nodes += sign
    zone.ready += ready
    this.#ready += ready
    if (zone.nodes === 0) this.#zones.delete(name)
    else this.#zones.set(name, zone)
  }
}
