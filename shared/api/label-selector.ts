import type { LabelSelector, LabelSelectorRequirement } from './types/meta-v1.ts'

export type Labels = Readonly<Record<string, string>>
export type LabelsMatcher = (labels: Labels | undefined) => boolean

const NO_LABELS: Labels = {}
/** Selectors belong to immutable objects, so each is compiled once. */
const compiled = new WeakMap<LabelSelector, LabelsMatcher>()

/** True when `labels` has every pair of `wanted`; an empty or absent `wanted` matches everything. */
export function matchesLabels(wanted: Labels | undefined, labels: Labels | undefined): boolean {
  if (wanted === undefined) return true
  for (const key in wanted) if (labels?.[key] !== wanted[key]) return false
  return true
}

/**
 * The test of a `metav1.LabelSelector`. An absent selector matches nothing, an empty one everything
 * (as `LabelSelectorAsSelector`); an unknown operator throws.
 */
export function compileLabelSelector(selector: LabelSelector | null | undefined): LabelsMatcher {
  if (!selector) return () => false
  let matcher = compiled.get(selector)
  if (matcher === undefined) {
    matcher = compile(selector)
    compiled.set(selector, matcher)
  }
  return matcher
}

function compile(selector: LabelSelector): LabelsMatcher {
  const { matchLabels, matchExpressions } = selector
  const tests = (matchExpressions ?? []).map(compileRequirement)
  if (tests.length === 0) return (labels) => matchesLabels(matchLabels, labels)
  return (labels = NO_LABELS) => matchesLabels(matchLabels, labels) && tests.every((test) => test(labels))
}

function compileRequirement({ key, operator, values }: LabelSelectorRequirement): (labels: Labels) => boolean {
  const set = new Set(values ?? [])
  const isIn = (labels: Labels) => {
    const value = labels[key]
    return value !== undefined && set.has(value)
  }
  switch (operator) {
    case 'In':
      return isIn
    case 'NotIn':
      return (labels) => !isIn(labels)
    case 'Exists':
      return (labels) => Object.hasOwn(labels, key)
    case 'DoesNotExist':
      return (labels) => !Object.hasOwn(labels, key)
    default:
      throw new Error(`"${operator}" is not a valid label selector operator`)
  }
}

/** True for a selector without any requirement: it selects everything. */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return (
    selector !== undefined &&
    Object.keys(selector.matchLabels ?? {}).length === 0 &&
    (selector.matchExpressions ?? []).length === 0
  )
}
