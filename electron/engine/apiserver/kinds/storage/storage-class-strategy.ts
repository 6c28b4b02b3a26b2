import { qualifiedName } from '../../../../../shared/api/names.ts'
import type { TopologySelectorTerm } from '../../../../../shared/api/types/core-v1.ts'
import type { StorageClass } from '../../../../../shared/api/types/storage-v1.ts'
import { duplicate, type FieldError, invalid, notSupported, required, tooLong } from '../../machinery/field-error.ts'
import { equalJson, semanticallyEqual } from '../../registry/json-value.ts'
import { printLabels } from '../internal-form.ts'
import type { KindStrategy } from '../strategy.ts'

const MAX_COUNT = 512
const MAX_BYTES = 256 * 1024

export const storageClassStrategy: KindStrategy<StorageClass> = {
  defaults(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete'
    storageClass.volumeBindingMode ??= 'Immediate'
  },
  validate,
  validateUpdate(storageClass, old) {
    const errors = validate(storageClass)
    for (const field of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
      if (semanticallyEqual(storageClass[field], old[field])) continue
      const value = field === 'parameters' ? printLabels(storageClass[field]) : storageClass[field]
      errors.push(invalid(field, value, 'field is immutable'))
    }
    return errors
  },
}

const POLICIES = ['Delete', 'Retain']
const MODES = ['Immediate', 'WaitForFirstConsumer']

function validate(storageClass: StorageClass): FieldError[] {
  const { provisioner, parameters = {}, reclaimPolicy = '', volumeBindingMode, allowedTopologies = [] } = storageClass
  const errors: FieldError[] = []
  if (provisioner === '') errors.push(required('provisioner'))
  else errors.push(...qualifiedName(provisioner.toLowerCase()).map((why) => invalid('provisioner', provisioner, why)))
  errors.push(...parameterErrors(parameters))
  if (!POLICIES.includes(reclaimPolicy)) errors.push(notSupported('reclaimPolicy', reclaimPolicy, POLICIES))
  if (volumeBindingMode === undefined) errors.push(required('volumeBindingMode'))
  else if (!MODES.includes(volumeBindingMode)) errors.push(notSupported('volumeBindingMode', volumeBindingMode, MODES))
  return [...errors, ...topologyErrors(allowedTopologies)]
}

/** ValidateStorageClass' parameters, also those of VolumeAttributesClasses. */
export function parameterErrors(parameters: Readonly<Record<string, string>>): FieldError[] {
  const entries = Object.entries(parameters)
  const errors: FieldError[] = []
  if (entries.length > MAX_COUNT) errors.push(tooLong('parameters', MAX_COUNT))
  for (const [name] of entries) if (name === '') errors.push(invalid('parameters', name, 'field can not be empty.'))
  const bytes = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0)
  if (bytes > MAX_BYTES) errors.push(tooLong('parameters', MAX_BYTES))
  return errors
}

function topologyErrors(terms: readonly TopologySelectorTerm[]): FieldError[] {
  return terms.flatMap(({ matchLabelExpressions = [] }, at) => {
    const path = `allowedTopologies[${at}].matchLabelExpressions`
    const keys = new Set<string>()
    const errors = matchLabelExpressions.flatMap((expression, position) => {
      const { key = '' } = expression
      const values = expression.values ?? []
      const own = `${path}[${position}]`
      const found = qualifiedName(key).map((why) => invalid(`${own}.key`, key, why))
      if (values.length === 0) found.push(required(`${own}.values`))
      values.forEach((value, index) => {
        if (values.indexOf(value) < index) found.push(duplicate(`${own}.values[${index}]`, value))
      })
      if (keys.has(key)) found.push(duplicate(`${own}.key`, key))
      keys.add(key)
      return found
    })
    // Kubernetes starts its list of what it has seen with one empty term for each.
    const seen = [...terms.map((): TopologySelectorTerm => ({})), ...terms.slice(0, at)].map(requirementsOf)
    const own = requirementsOf(terms[at] ?? {})
    return [...errors, ...seen.filter((other) => equalJson(other, own)).map(() => duplicate(path, ''))]
  })
}

/** Which values a term asks of each key, in no order. */
function requirementsOf({ matchLabelExpressions = [] }: TopologySelectorTerm): Record<string, string[]> {
  return Object.fromEntries(matchLabelExpressions.map(({ key, values }) => [key ?? '', [...new Set(values)].sort()]))
}
