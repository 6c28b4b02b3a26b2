import { tolerates } from '../../../../shared/api/tolerations.ts'
import type { Taint, Toleration } from '../../../../shared/api/types/core-v1.ts'

/**
 * How long a pod may stay on a node with these NoExecute taints: milliseconds (0: not at all), or Infinity. The
 * shortest `tolerationSeconds` of the tolerations that are used counts.
 */
export function mayStayMs(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  let mayStay = Number.POSITIVE_INFINITY
  for (const taint of taints) {
    const using = tolerations.filter((toleration) => tolerates(toleration, taint))
    if (using.length === 0) return 0
    for (const { tolerationSeconds } of using) {
      if (tolerationSeconds !== undefined) mayStay = Math.min(mayStay, Math.max(0, tolerationSeconds * 1000))
    }
  }
  return mayStay
}
