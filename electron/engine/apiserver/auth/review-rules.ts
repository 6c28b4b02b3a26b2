import { parseFieldSelector } from '../../../../shared/api/field-selector.ts'
import {
  labelSelectorRequirements,
  parseLabelSelector,
  SelectorError,
} from '../../../../shared/api/label-selector-text.ts'
import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  LocalSubjectAccessReview,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from '../../../../shared/api/types/authorization-v1.ts'
import type { FieldSelectorRequirement, ObjectMeta } from '../../../../shared/api/types/meta-v1.ts'
import { checkOperator, checkRequirement } from '../kinds/checks.ts'
import { printInternal } from '../kinds/internal-form.ts'
import { type FieldError, invalid, required } from '../machinery/field-error.ts'

/** What is wrong with a question to the authorizer (pkg/apis/authorization/validation), and what it cannot look at. */

export function selfAccessErrors({ spec, metadata }: SelfSubjectAccessReview): FieldError[] {
  return [...attributeErrors(spec), ...metaErrors(metadata, 'must be empty')]
}

export function subjectAccessErrors({ spec, metadata }: SubjectAccessReview): FieldError[] {
  return [...attributeErrors(spec), ...subjectErrors(spec), ...metaErrors(metadata, 'must be empty')]
}

export function localAccessErrors({ spec, metadata }: LocalSubjectAccessReview): FieldError[] {
  const { namespace = '', ...rest } = metadata ?? {}
  const empty = metaErrors(rest, 'must be empty except for namespace', metadata)
  const errors = [...attributeErrors(spec), ...subjectErrors(spec), ...empty]
  const { resourceAttributes: asked, nonResourceAttributes: path } = spec
  if (asked && (asked.namespace ?? '') !== namespace) {
    errors.push(invalid('spec.resourceAttributes.namespace', asked.namespace ?? '', 'must match metadata.namespace'))
  }
  if (path) errors.push(invalid('spec.nonResourceAttributes', printPath(path), 'disallowed on this kind of request'))
  return errors
}

function metaErrors(metadata: ObjectMeta | undefined, why: string, printed = metadata): FieldError[] {
  const { managedFields: _owners, ...rest } = metadata ?? {}
  return Object.keys(rest).length === 0 ? [] : [invalid('metadata', printed, why)]
}

function printPath(attributes: object) {
  return printInternal('authorization.v1.NonResourceAttributes', attributes)
}

type AskedAccess = Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>

function attributeErrors({ resourceAttributes: asked, nonResourceAttributes: path }: AskedAccess): FieldError[] {
  const errors: FieldError[] = []
  if (asked && path) {
    const why = 'cannot be specified in combination with resourceAttributes'
    errors.push(invalid('spec.nonResourceAttributes', printPath(path), why))
  }
  if (!asked && !path) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
    errors.push(invalid('spec.resourceAttributes', null, why))
  }
  checkSelector(errors, 'spec.resourceAttributes.fieldSelector', asked?.fieldSelector, checkField)
  checkSelector(errors, 'spec.resourceAttributes.labelSelector', asked?.labelSelector, checkRequirement)
  return errors
}

function subjectErrors({ user = '', groups = [] }: SubjectAccessReviewSpec): FieldError[] {
  if (user !== '' || groups.length > 0) return []
  return [invalid('spec.user', user, 'at least one of user or group must be specified')]
}

interface AskedSelector<R> {
  readonly rawSelector?: string | undefined
  readonly requirements?: readonly R[] | undefined
}

function checkSelector<R>(
  errors: FieldError[],
  path: string,
  selector: AskedSelector<R> | undefined,
  check: (errors: FieldError[], path: string, requirement: R, options: { allowUnknownOperator: boolean }) => void,
): void {
  if (!selector) return
  const { rawSelector = '', requirements: wanted = [] } = selector
  if (rawSelector !== '' && wanted.length > 0) {
    errors.push(invalid(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements'))
  }
  if (rawSelector === '' && wanted.length === 0) {
    errors.push(required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`))
  }
  wanted.forEach((requirement, at) => {
    check(errors, `${path}.requirements[${at}]`, requirement, { allowUnknownOperator: true })
  })
}

function checkField(
  errors: FieldError[],
  path: string,
  requirement: FieldSelectorRequirement,
  options: { allowUnknownOperator: boolean },
): void {
  if (!requirement.key) errors.push(required(`${path}.key`, 'must be specified'))
  checkOperator(errors, path, requirement, options)
}

/** BuildEvaluationError: which selectors the authorizer did not look at in full, "" when it did. */
export function selectorProblems({ fieldSelector, labelSelector }: ResourceAttributes): string {
  return [
    ...problem('fieldSelector', fieldReading(fieldSelector)),
    ...problem('labelSelector', labelReading(labelSelector)),
  ].join('; ')
}

/** How many requirements were understood, and whether all were. */
interface Reading {
  readonly read: number
  readonly failed: boolean
}

function problem(selector: string, { read, failed }: Reading): string[] {
  const extent = read > 0 ? 'partially ignored' : 'ignored'
  return failed ? [`spec.resourceAttributes.${selector} ${extent} due to parse error`] : []
}

function labelReading(selector: LabelSelectorAttributes | undefined): Reading {
  return reading(selector, parseLabelSelector, (requirement) =>
    labelSelectorRequirements({ matchExpressions: [requirement] }),
  )
}

/** Only one value is understood, to be equal or not. */
function fieldReading(selector: FieldSelectorAttributes | undefined): Reading {
  return reading(selector, parseFieldSelector, ({ operator, values }) => {
    if ((operator !== 'In' && operator !== 'NotIn') || values?.length !== 1) throw new SelectorError(operator)
  })
}

function reading<R>(
  selector: AskedSelector<R> | undefined,
  parseText: (text: string) => readonly unknown[],
  parseOne: (requirement: R) => unknown,
): Reading {
  const { rawSelector, requirements = [] } = selector ?? {}
  const readings = requirements.map((requirement) => understands(() => parseOne(requirement)))
  if (readings.length > 0) return { read: readings.filter(Boolean).length, failed: readings.includes(false) }
  return { read: 0, failed: Boolean(rawSelector) && !understands(() => parseText(rawSelector as string)) }
}

function understands(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch (error) {
    if (error instanceof SelectorError) return false
    throw error
  }
}
