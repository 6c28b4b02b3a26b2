import type {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  QueuingConfiguration,
} from '../../../../../shared/api/types/flowcontrol-v1.ts'
import { ownMember } from '../../../../../shared/lang/own-member.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { printInternal } from '../internal-form.ts'
import type { KindStrategy } from '../strategy.ts'
import { flowConditionErrors } from './flow-condition-rules.ts'
import { MANDATORY_PRIORITY_LEVELS } from './mandatory-objects.ts'

const TYPES = ['Exempt', 'Limited']
const RESPONSES = ['Queue', 'Reject']
const MAX_QUEUES = 10_000_000
/** How many bits of a hash deal the hands of shuffle sharding. */
const MAX_HASH_BITS = 60

export const priorityLevelStrategy: KindStrategy<PriorityLevelConfiguration> = {
  defaults({ spec }) {
    if (spec?.limited) {
      spec.limited.nominalConcurrencyShares ??= 30
      spec.limited.lendablePercent ??= 0
      const queuing = spec.limited.limitResponse?.queuing
      if (queuing) {
        queuing.queues ||= 64
        queuing.handSize ||= 8
        queuing.queueLengthLimit ||= 50
      }
    }
    if (spec?.exempt) {
      spec.exempt.nominalConcurrencyShares ??= 0
      spec.exempt.lendablePercent ??= 0
    }
  },
  validate: levelErrors,
  validateUpdate: (level, _old, _context, subresource) =>
    subresource === 'status' ? flowConditionErrors(level.status?.conditions ?? []) : levelErrors(level),
}

function levelErrors({ metadata, spec, status }: PriorityLevelConfiguration): FieldError[] {
  const { type = '', limited, exempt } = spec ?? {}
  const { name = '' } = metadata
  const errors: FieldError[] = []
  if ((name === 'exempt') !== (type === 'Exempt')) {
    errors.push(invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"))
  }
  if (!TYPES.includes(type)) errors.push(notSupported('spec.type', type, TYPES))
  if (type === 'Exempt') {
    if (limited) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'))
    if (exempt) errors.push(...shareErrors('spec.exempt', exempt))
  }
  if (type === 'Limited') {
    if (exempt) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'))
    if (limited) errors.push(...limitedErrors('spec.limited', limited))
    else errors.push(required('spec.limited', 'must not be empty when type is Limited'))
  }
  // How many seats the exempt level has on paper is free.
  const mandatory = ownMember(MANDATORY_PRIORITY_LEVELS, name)
  const fixed = mandatory?.type === 'Exempt' ? { ...mandatory, exempt } : mandatory
  if (fixed && !semanticallyEqual(spec, fixed)) {
    const printed = printInternal('flowcontrol.v1.PriorityLevelConfigurationSpec', spec)
    errors.push(invalid('spec', printed, `spec of '${name}' must equal the fixed value`))
  }
  return [...errors, ...flowConditionErrors(status?.conditions ?? [])]
}

function shareErrors(path: string, shares: ExemptPriorityLevelConfiguration): FieldError[] {
  const { nominalConcurrencyShares: seats = 0, lendablePercent: lendable = 0 } = shares
  const errors: FieldError[] = []
  if (seats < 0) errors.push(invalid(`${path}.nominalConcurrencyShares`, seats, 'must be a non-negative integer'))
  if (lendable < 0 || lendable > 100) {
    errors.push(invalid(`${path}.lendablePercent`, lendable, 'must be between 0 and 100, inclusive'))
  }
  return errors
}

function limitedErrors(path: string, limited: LimitedPriorityLevelConfiguration): FieldError[] {
  const { borrowingLimitPercent: borrowing, limitResponse } = limited
  const errors = shareErrors(path, limited)
  if (borrowing !== undefined && borrowing !== null && borrowing < 0) {
    const why = 'if specified, must be a non-negative integer'
    errors.push(invalid(`${path}.borrowingLimitPercent`, borrowing, why))
  }
  return [...errors, ...responseErrors(`${path}.limitResponse`, limitResponse)]
}

function responseErrors(path: string, response: LimitResponse | undefined): FieldError[] {
  const { type = '', queuing } = response ?? {}
  const own = `${path}.queuing`
  if (!RESPONSES.includes(type)) return [notSupported(`${path}.type`, type, RESPONSES)]
  if (type === 'Reject') {
    return queuing ? [forbidden(own, 'must be nil if limited.limitResponse.type is not Limited')] : []
  }
  if (!queuing) return [required(own, 'must not be empty if limited.limitResponse.type is Limited')]
  return queuingErrors(own, queuing)
}

function queuingErrors(path: string, queuing: QueuingConfiguration): FieldError[] {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing
  const errors: FieldError[] = []
  const positive = 'must be positive'
  if (queueLengthLimit <= 0) errors.push(invalid(`${path}.queueLengthLimit`, queueLengthLimit, positive))
  if (queues <= 0) errors.push(invalid(`${path}.queues`, queues, positive))
  else if (queues > MAX_QUEUES) errors.push(invalid(`${path}.queues`, queues, `must not be greater than ${MAX_QUEUES}`))
  const hand = `${path}.handSize`
  if (handSize <= 0) errors.push(invalid(hand, handSize, positive))
  else if (handSize > queues) errors.push(invalid(hand, handSize, `should not be greater than queues (${queues})`))
  else if (Math.ceil(Math.log2(queues) * handSize) > MAX_HASH_BITS) {
    const bits = `required entropy bits of deckSize ${queues} and handSize ${handSize}`
    errors.push(invalid(hand, handSize, `${bits} should not be greater than ${MAX_HASH_BITS}`))
  }
  return errors
}
