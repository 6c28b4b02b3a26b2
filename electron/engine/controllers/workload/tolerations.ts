import type { Taint, Toleration } from '../../../../shared/api/types/core-v1.ts'

/** An empty effect tolerates all effects; an empty key with operator Exists tolerates everything. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = '', operator = 'Equal', value = '', effect = '' } = toleration
  if (effect !== '' && effect !== taint.effect) return false
  if (key !== '' && key !== taint.key) return false
  if (operator === 'Exists') return true
  return key !== '' && value === (taint.value ?? '')
}
