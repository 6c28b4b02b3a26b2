import { goQuote } from '../../../../../shared/api/go-text.ts'
import type { ApiError } from '../../../../../shared/api/status.ts'
import { compareText } from '../../../../../shared/lang/compare-text.ts'
import { newApplyConflict } from '../api-errors.ts'
import { type FieldSet, pathText } from './field-set.ts'
import { type ManagerSet, managerId } from './managers.ts'

/** What an apply would take from one other manager. */
export interface Conflict {
  readonly owner: ManagerSet
  readonly set: FieldSet
}

/** The Conflict status of an apply that is not forced. */
export function conflictError(conflicts: readonly Conflict[]): ApiError {
  const sorted = [...conflicts].sort((a, b) => compareText(managerId(a.owner), managerId(b.owner)))
  const lines = sorted.map(({ owner, set }) => ({ owner: ownerText(owner), paths: set.paths().map(pathText) }))
  const causes = lines.flatMap(({ owner, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${owner}`, field })),
  )
  const count = causes.length
  if (count === 1) {
    const { message, field } = causes[0] as { message: string; field: string }
    return newApplyConflict(causes, `Apply failed with 1 conflict: ${message}: ${field}`)
  }
  const text = lines.flatMap(({ owner, paths }) => [`conflicts with ${owner}:`, ...paths.map((path) => `- ${path}`)])
  return newApplyConflict(causes, `Apply failed with ${count} conflicts: ${text.join('\n')}`)
}

function ownerText({ manager, subresource, operation, apiVersion }: ManagerSet): string {
  const name = subresource === '' ? goQuote(manager) : `${goQuote(manager)} with subresource ${goQuote(subresource)}`
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}
