import { dns1123Label } from '../../../../../shared/api/names.ts'
import type { RuntimeClass } from '../../../../../shared/api/types/node-v1.ts'
import type { PriorityClass } from '../../../../../shared/api/types/scheduling-v1.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported } from '../../machinery/field-error.ts'
import { equalJson } from '../../registry/json-value.ts'
import { checkLabels } from '../checks.ts'
import { printInternal } from '../internal-form.ts'
import { checkTolerations } from '../pod/validate-tolerations.ts'
import { containerResourceNameErrors } from '../quota/resource-name-rules.ts'
import { resourceAmountErrors } from '../resource-amounts.ts'
import type { KindStrategy } from '../strategy.ts'

const PREEMPTION = ['Never', 'PreemptLowerPriority']
const MAX_PRIORITY = 1_000_000_000
/** Kubernetes' own classes and their values. */
const SYSTEM: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
}

export const priorityClassStrategy: KindStrategy<PriorityClass> = {
  defaults(priorityClass) {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority'
  },
  validate({ metadata, value = 0, preemptionPolicy }) {
    const { name = '' } = metadata
    const errors: FieldError[] = []
    if (name.startsWith('system-')) {
      if (SYSTEM[name] !== value) {
        errors.push(
          forbidden(
            'metadata.name',
            `priority class names with 'system-' prefix are reserved for system use only. error: ${name} is not a known system priority class`,
          ),
        )
      }
    } else if (value > MAX_PRIORITY) {
      errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${MAX_PRIORITY}`))
    }
    if (preemptionPolicy !== undefined && !PREEMPTION.includes(preemptionPolicy)) {
      errors.push(notSupported('preemptionPolicy', preemptionPolicy, PREEMPTION))
    }
    return errors
  },
  validateUpdate(priorityClass, old) {
    const errors: FieldError[] = []
    if (priorityClass.value !== old.value) {
      errors.push(forbidden('value', 'may not be changed in an update.'))
    }
    if (priorityClass.preemptionPolicy !== old.preemptionPolicy) {
      errors.push(invalid('preemptionPolicy', priorityClass.preemptionPolicy, 'field is immutable'))
    }
    return errors
  },
}

export const runtimeClassStrategy: KindStrategy<RuntimeClass> = {
  unconditionalUpdate: false,
  validate: validateRuntimeClass,
  validateUpdate: ({ handler }, old) =>
    handler === old.handler ? [] : [invalid('handler', handler, 'field is immutable')],
}

function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors = dns1123Label(handler).map((why) => invalid('handler', handler, why))
  for (const [name, text] of Object.entries(overhead?.podFixed ?? {})) {
    const path = `overhead.limits[${name}]`
    errors.push(...containerResourceNameErrors(path, name), ...resourceAmountErrors(path, name, text))
  }
  if (!scheduling) return errors
  checkLabels(errors, 'scheduling.nodeSelector', scheduling.nodeSelector)
  const tolerations = scheduling.tolerations ?? []
  checkTolerations(errors, 'scheduling.tolerations', tolerations)
  tolerations.forEach((toleration, at) => {
    if (!tolerations.slice(0, at).some((other) => equalJson(other, toleration))) return
    errors.push(duplicate(`scheduling.tolerations[${at}]`, printInternal('core.v1.Toleration', toleration)))
  })
  return errors
}
