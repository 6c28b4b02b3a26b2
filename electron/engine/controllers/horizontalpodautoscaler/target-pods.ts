import {
  matchesRequirements,
  parseLabelSelector,
  type Requirement,
  SelectorError,
} from '../../../../shared/api/label-selector-text.ts'
import type { Pod } from '../../../../shared/api/types/core-v1.ts'

/** Of one autoscaler's target: the text of its Scale's selector. */
export interface Selection {
  readonly selector: string
  /** All pods of its namespace. */
  readonly pods: readonly Pod[]
  /** The selectors of the namespace's autoscalers, this one's included, by the autoscaler's name. */
  readonly selectors: ReadonlyMap<string, string>
  readonly namespace: string
}

export interface SelectorProblem {
  /** Of the event. */
  readonly reason: string
  readonly message: string
  /** What the condition ScalingActive says. */
  readonly condition: { readonly reason: string; readonly message: string }
}

/** The pods whose use counts, if it can be said which they are (validateAndParseSelector). */
export function targetPods(selection: Selection): { readonly pods: readonly Pod[] } | SelectorProblem {
  const { selector, pods, namespace } = selection
  if (selector === '') {
    const condition = { reason: 'InvalidSelector', message: "the HPA target's scale is missing a selector" }
    return { reason: 'SelectorRequired', message: 'selector is required', condition }
  }
  const requirements = parsed(selector)
  if (requirements instanceof SelectorError) {
    const why = `couldn't convert selector into a corresponding internal selector object: ${requirements.message}`
    return problem('InvalidSelector', why)
  }
  const own = pods.filter(({ metadata }) => matchesRequirements(requirements, metadata.labels))
  const others = [...selection.selectors].filter(([, text]) => selectsAny(text, own)).map(([name]) => name)
  if (others.length <= 1) return { pods: own }
  const names = others.sort().map((name) => `{${name} ${namespace}}`)
  return problem(
    'AmbiguousSelector',
    `pods by selector ${selector} are controlled by multiple HPAs: [${names.join(' ')}]`,
  )
}

function problem(reason: string, message: string): SelectorProblem {
  return { reason, message, condition: { reason, message } }
}

function selectsAny(text: string, pods: readonly Pod[]): boolean {
  const requirements = parsed(text)
  if (text === '' || requirements instanceof SelectorError) return false
  return pods.some(({ metadata }) => matchesRequirements(requirements, metadata.labels))
}

function parsed(text: string): readonly Requirement[] | SelectorError {
  try {
    return parseLabelSelector(text)
  } catch (error) {
    if (error instanceof SelectorError) return error
    throw error
  }
}
