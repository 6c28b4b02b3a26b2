import {
  labelSelectorRequirements,
  matchesRequirements,
  type Requirement,
  SelectorError,
} from '../../../../../shared/api/label-selector-text.ts'
import { dns1123Label } from '../../../../../shared/api/names.ts'
import type { PodTemplateSpec } from '../../../../../shared/api/types/core-v1.ts'
import type { LabelSelector } from '../../../../../shared/api/types/meta-v1.ts'
import { type FieldError, forbidden, invalid, notSupported } from '../../machinery/field-error.ts'
import { printLabels } from '../internal-form.ts'

/** LabelSelectorAsSelector: undefined where the selector is broken; no selector at all selects nothing. */
export function requirementsOf(selector: LabelSelector | undefined): Requirement[] | undefined {
  if (!selector) return undefined
  try {
    return labelSelectorRequirements(selector)
  } catch (error) {
    if (error instanceof SelectorError) return undefined
    throw error
  }
}

export function isEmptySelector(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0
}

/** The selector of a workload must choose the pods made of its template; one that is missing chooses none. */
export function checkTemplateLabels(
  errors: FieldError[],
  path: string,
  template: PodTemplateSpec,
  requirements: readonly Requirement[] | undefined,
): void {
  const labels = template.metadata?.labels
  if (requirements && matchesRequirements(requirements, labels ?? {})) return
  const printed = printLabels(labels)
  errors.push(invalid(`${path}.metadata.labels`, printed, '`selector` does not match template `labels`'))
}

/** Pods of workloads that replace them are restarted always and have no deadline. */
export function checkLongRunning(
  errors: FieldError[],
  path: string,
  template: PodTemplateSpec | undefined,
  kind: string,
): void {
  const { restartPolicy = '', activeDeadlineSeconds } = template?.spec ?? {}
  if (restartPolicy !== 'Always') errors.push(notSupported(`${path}.spec.restartPolicy`, restartPolicy, ['Always']))
  if (activeDeadlineSeconds !== undefined) {
    const message = `activeDeadlineSeconds in ${kind} is not Supported`
    errors.push(forbidden(`${path}.spec.activeDeadlineSeconds`, message))
  }
}

/** Pods are named after their workload, and hosts after their pods. */
export function nameWarnings(name: string | undefined): string[] {
  const messages = dns1123Label(name ?? '')
  if (messages.length === 0) return []
  const advice = 'which can result in surprising behavior; a DNS label is recommended'
  return [`metadata.name: this is used in Pod names and hostnames, ${advice}: [${messages.join(' ')}]`]
}
