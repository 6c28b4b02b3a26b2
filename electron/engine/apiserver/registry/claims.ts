/** What one write has taken from others before it is durable: addresses, ports, quota. */
export interface Claims {
  /** `release` runs once, when the write is settled: durable and seen by watchers, refused, or only a trial. */
  hold(release: () => void): void
}

/** Runs one write and lets go of what it held, however it ends: what was kept shows in the store by then. */
export async function withClaims<T>(write: (claims: Claims) => T | Promise<T>): Promise<T> {
  const held: (() => void)[] = []
  try {
    return await write({ hold: (release) => held.push(release) })
  } finally {
    for (const release of held) release()
  }
}

/**
 * Names that only one owner may have, while writes are in flight.
 * - Taken is what the store shows or what a write holds; a claim ends only after the store shows the write.
 * - One owner may claim a name several times at once (two updates of one object in flight).
 */
export class ClaimedNames {
  readonly #stored = new Map<string, string>()
  readonly #inFlight = new Map<string, { owner: string; writes: number }>()

  /** Undefined: free. */
  ownerOf(name: string): string | undefined {
    return this.#inFlight.get(name)?.owner ?? this.#stored.get(name)
  }

  claim(name: string, owner: string, claims: Claims): void {
    const found = this.#inFlight.get(name)
    const claim = found?.owner === owner ? found : { owner, writes: 0 }
    claim.writes++
    this.#inFlight.set(name, claim)
    claims.hold(() => {
      claim.writes--
      if (claim.writes === 0 && this.#inFlight.get(name) === claim) this.#inFlight.delete(name)
    })
  }

  stored(name: string, owner: string): void {
    this.#stored.set(name, owner)
  }

  removed(name: string, owner: string): void {
    if (this.#stored.get(name) === owner) this.#stored.delete(name)
  }
}
