import { invariant } from '../../../shared/lang/invariant.ts'
import { formatIPv4, parseIPv4 } from './ipv4.ts'

/**
 * Gives addresses of one range to owners (pod uids, node names).
 * - An owner keeps its address until it is released; asked again it gets the same one.
 * - A released address comes back only after all others were used: what still talks to the old owner must not reach
 *   a new one.
 * - Nothing is stored: at start the caller adopts what it observes.
 */
export class AddressAllocator {
  readonly #first: number
  readonly #count: number
  readonly #byOwner = new Map<string, number>()
  readonly #used = new Set<number>()
  #next = 0

  constructor(firstAddress: number, count: number) {
    this.#first = firstAddress
    this.#count = count
  }

  allocate(owner: string): string {
    const known = this.addressOf(owner)
    if (known !== undefined) return known
    invariant(this.#used.size < this.#count, `all ${this.#count} addresses of the cluster's range are in use`)
    while (this.#used.has(this.#first + this.#next)) this.#step()
    const address = this.#first + this.#next
    this.#step()
    this.#take(owner, address)
    return formatIPv4(address)
  }

  /** The address that the owner has, if any. */
  addressOf(owner: string): string | undefined {
    const address = this.#byOwner.get(owner)
    return address === undefined ? undefined : formatIPv4(address)
  }

  /** Records an address that was seen in use; false when it is outside the range or another owner has it. */
  adopt(owner: string, address: string): boolean {
    const number = parseIPv4(address)
    if (number === undefined || number < this.#first || number >= this.#first + this.#count) return false
    if (this.#byOwner.get(owner) === number) return true
    if (this.#used.has(number) || this.#byOwner.has(owner)) return false
    this.#take(owner, number)
    this.#next = Math.max(this.#next, (number - this.#first + 1) % this.#count)
    return true
  }

  /** The owner's address, where it has one. */
  of(owner: string): string | undefined {
    const known = this.#byOwner.get(owner)
    return known === undefined ? undefined : formatIPv4(known)
  }

  release(owner: string): void {
    const address = this.#byOwner.get(owner)
    if (address === undefined) return
    this.#byOwner.delete(owner)
    this.#used.delete(address)
  }

  #take(owner: string, address: number): void {
    this.#byOwner.set(owner, address)
    this.#used.add(address)
  }

  #step(): void {
    this.#next = (this.#next + 1) % this.#count
  }
}
