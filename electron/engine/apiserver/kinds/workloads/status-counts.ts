import { type FieldError, invalid } from '../../machinery/field-error.ts'
import { checkNotNegative } from '../checks.ts'

type Counts = object & { readonly collisionCount?: number | undefined }

/** All of these are counts. */
export function checkCounts(errors: FieldError[], status: object, members: readonly string[]): void {
  const counts = status as Record<string, number | undefined>
  for (const member of members) checkNotNegative(errors, `status.${member}`, counts[member])
}

/** None of these exceeds that one; `named` is how the message calls it. */
export function checkAtMost(
  errors: FieldError[],
  status: object,
  { members, bound, named }: { members: readonly string[]; bound: string; named: string },
): void {
  const counts = status as Record<string, number | undefined>
  for (const member of members) {
    const count = counts[member] ?? 0
    if (count > (counts[bound] ?? 0)) {
      errors.push(invalid(`status.${member}`, count, `cannot be greater than ${named}`))
    }
  }
}

/** A hash collision that was counted stays counted. */
export function checkCollisions(errors: FieldError[], status: Counts | undefined, old: Counts | undefined): void {
  const before = old?.collisionCount
  const count = status?.collisionCount
  if (before !== undefined && (count === undefined || count < before)) {
    errors.push(invalid('status.collisionCount', count ?? 0, 'cannot be decremented'))
  }
}
