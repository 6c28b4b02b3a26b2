import type { Taint, Toleration } from './types/core-v1.ts'

/** Whether one of the tolerations tolerates the taint. */
export function toleratesTaint(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return (tolerations ?? []).some((toleration) => tolerates(toleration, taint))
}

/** Whether every taint with one of these effects is tolerated. */
export function toleratesTaints(
  tolerations: readonly Toleration[] | undefined,
  taints: readonly Taint[] | undefined,
  effects: readonly string[],
): boolean {
  return (taints ?? []).every((taint) => !effects.includes(taint.effect) || toleratesTaint(tolerations, taint))
}

/** Toleration.ToleratesTaint: the same effect (or any), the same key (or any with Exists), and the same value. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  if (toleration.key && toleration.key !== taint.key) return false
  if (toleration.operator === 'Exists') return true
  if (!toleration.key) return false
  return toleratesValue(toleration, taint.value ?? '')
}

function toleratesValue(toleration: Toleration, value: string): boolean {
  if (toleration.operator === 'Lt') return compareIntegers(value, toleration.value) === -1
  if (toleration.operator === 'Gt') return compareIntegers(value, toleration.value) === 1
  return (toleration.value ?? '') === value
}

function compareIntegers(a: string, b: string | undefined): -1 | 0 | 1 | undefined {
  const integer = /^-?\d+$/
  if (!integer.test(a) || b === undefined || !integer.test(b)) return undefined
  const [left, right] = [BigInt(a), BigInt(b)]
  if (left === right) return 0
  return left < right ? -1 : 1
}
