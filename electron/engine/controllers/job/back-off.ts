const FIRST_MS = 10_000
const MAX_MS = 600_000

/** How long a Job waits before it tries again after so many failures: 10 s, doubling to 10 min. */
export function backOffMs(failures: number): number {
  return Math.min(MAX_MS, FIRST_MS * 2 ** (failures - 1))
}
