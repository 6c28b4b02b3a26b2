import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

export interface SuiteReport {
  readonly name: string
  readonly seconds: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** As much as is read of what Vitest's JSON reporter writes. */
interface JsonReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly startTime: number
    readonly endTime: number
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** One report per test file, in the order in which they ran. */
export function readReport(path: string, root: string): SuiteReport[] {
  const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as JsonReport
  return [...testResults]
    .sort((a, b) => a.startTime - b.startTime)
    .map(({ name, status, startTime, endTime, assertionResults }) => {
      const count = (...wanted: string[]) => assertionResults.filter((result) => wanted.includes(result.status)).length
      const failed = count('failed')
      return {
        name: relative(root, name),
        seconds: (endTime - startTime) / 1000,
        passed: count('passed'),
        // A file that could not be loaded, or whose set-up failed, has no failed test to show for it.
        failed: failed === 0 && status === 'failed' ? 1 : failed,
        skipped: count('skipped', 'pending', 'todo'),
      }
    })
}
