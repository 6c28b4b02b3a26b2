import type { PodTemplateSpec } from '../../../../shared/api/types/core-v1.ts'

/** No vowels and no look-alikes, so that a hash never spells a word. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/**
 * The value of `pod-template-hash`: FNV-1a over the template in a canonical form, in upstream's alphabet and length.
 * `collisionCount` gives another hash to a template whose name was taken by a different one.
 */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const bytes = new TextEncoder().encode(canonicalJson(template))
  let hash = fnv32a(0x811c9dc5, bytes)
  if (collisionCount !== undefined) {
    const count = new Uint8Array(8)
    new DataView(count.buffer).setUint32(0, collisionCount, true)
    hash = fnv32a(hash, count)
  }
  return safeEncode(String(hash))
}

/** Maps each byte onto the alphabet that generated names use. */
function safeEncode(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

function fnv32a(seed: number, bytes: Uint8Array): number {
  let hash = seed
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

/** JSON with sorted keys and without absent values. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner ?? undefined
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
