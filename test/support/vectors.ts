import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

// biome-ignore lint/suspicious/noExplicitAny: every vector file has its own shape
export type Vector = Record<string, any>

const fixtures = new URL('../fixtures/', import.meta.url)

export function loadVectors(name: string, parse: (text: string) => Vector[] = JSON.parse): Vector[] {
  return parse(readFileSync(new URL(`vectors/${name}.json`, fixtures), 'utf8'))
}

/** Lines of a golden file, one case each. */
export function loadGolden(path: string): Vector[] {
  const lines = readFileSync(new URL(`golden/${path}`, fixtures), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as Vector)
}

/** Runs every vector, prints "name: passed of all", and fails with the first differences. */
export function checkVectors(
  name: string,
  vectors: readonly Vector[],
  run: (vector: Vector) => [actual: unknown, expected: unknown],
): void {
  const differences: unknown[] = []
  for (const vector of vectors) {
    const [actual, expected] = run(vector)
    try {
      expect(actual).toEqual(expected)
    } catch {
      differences.push({ vector, actual, expected })
    }
  }
  console.log(`${name}: ${vectors.length - differences.length} of ${vectors.length}`)
  expect(differences.slice(0, 5)).toEqual([])
}
