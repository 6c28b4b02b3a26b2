import { labelValue, qualifiedName } from '../../../../../shared/api/names.ts'
import type { Node, NodeStatus, Taint } from '../../../../../shared/api/types/core-v1.ts'
import {
  duplicate,
  type FieldError,
  forbidden,
  internalError,
  invalid,
  notSupported,
  required,
} from '../../machinery/field-error.ts'
import { equalJson } from '../../registry/json-value.ts'
import { printInternal } from '../internal-form.ts'
import { cidrErrors, parseRange } from '../ip-rules.ts'
import { resourceAmountErrors } from '../resource-amounts.ts'

export function validateNode({ spec, status }: Node): FieldError[] {
  return [
    ...taintErrors('metadata.taints', spec?.taints ?? []),
    ...amountErrors(status),
    ...podCIDRErrors(spec?.podCIDRs),
  ]
}

/** ValidateNodeUpdate: what the system set once stays. */
export function validateNodeUpdate(node: Node, old: Node): FieldError[] {
  const { spec = {}, status } = node
  const before = old.spec ?? {}
  const errors = [...amountErrors(status), ...addressErrors(status), ...featureErrors(status)]
  if (before.podCIDRs?.length && !equalJson(spec.podCIDRs, before.podCIDRs)) {
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'))
  }
  if (before.providerID && spec.providerID !== before.providerID) {
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'))
  }
  errors.push(...taintErrors('metadata.taints', spec.taints ?? []))
  if ((spec.externalID ?? '') !== (before.externalID ?? '')) {
    errors.push(forbidden('spec.externalID', 'may not be updated'))
  }
  return errors
}

function amountErrors(status: NodeStatus | undefined): FieldError[] {
  const { capacity = {}, allocatable = {} } = status ?? {}
  return [
    ...Object.entries(capacity).flatMap(([name, text]) => resourceAmountErrors(`status.capacity.${name}`, name, text)),
    ...Object.entries(allocatable).flatMap(([name, text]) =>
      resourceAmountErrors(`status.allocatable.${name}`, name, text),
    ),
  ]
}

function addressErrors(status: NodeStatus | undefined): FieldError[] {
  const seen = new Set<string>()
  return (status?.addresses ?? []).flatMap((address, at) => {
    const key = `${address.type}\0${address.address}`
    if (seen.has(key)) return [duplicate(`status.addresses[${at}]`, printInternal('core.v1.NodeAddress', address))]
    seen.add(key)
    return []
  })
}

const FEATURE = /^[A-Z][A-Za-z0-9]*(\/[A-Za-z][A-Za-z0-9]*)*$/

function featureErrors(status: NodeStatus | undefined): FieldError[] {
  return (status?.declaredFeatures ?? []).flatMap((name, at) => {
    if (FEATURE.test(name)) return []
    const why = `invalid feature name ${JSON.stringify(name)}: must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`
    return [invalid(`status.declaredFeatures[${at}]`, name, why)]
  })
}

function podCIDRErrors(ranges: readonly string[] = []): FieldError[] {
  const path = 'spec.podCIDRs'
  const errors = ranges.flatMap((range, at) => cidrErrors(`${path}[${at}]`, range))
  if (ranges.length < 2) return errors
  const bad = ranges.findIndex((range) => parseRange(range) === undefined)
  if (bad >= 0) {
    const why = `invalid CIDR[${bad}]: <nil> (invalid CIDR address: ${ranges[bad]})`
    errors.push(internalError(path, `invalid PodCIDRs. failed to check with dual stack with error:${why}`))
  }
  const families = new Set(ranges.map((range) => parseRange(range)?.size))
  if (bad >= 0 || families.size < 2 || ranges.length > 2) {
    errors.push(invalid(path, ranges, 'may specify no more than one CIDR for each IP family'))
  }
  return errors
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** validateNodeTaints; also RuntimeClasses and tolerations know the effects. */
export function taintErrors(path: string, taints: readonly Taint[]): FieldError[] {
  const seen = new Set<string>()
  return taints.flatMap((taint, at) => {
    const own = `${path}[${at}]`
    const { key, value = '', effect } = taint
    const errors = qualifiedName(key).map((why) => invalid(`${own}.key`, key, why))
    const values = labelValue(value)
    if (values.length > 0) errors.push(invalid(`${own}.value`, value, values.join(';')))
    if (effect === '') errors.push(required(`${own}.effect`))
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${own}.effect`, effect, EFFECTS))
    const id = `${effect}\0${key}`
    if (seen.has(id)) errors.push(duplicateTaint(own, taint))
    seen.add(id)
    return errors
  })
}

function duplicateTaint(path: string, taint: Taint): FieldError {
  const error = duplicate(path, printInternal('core.v1.Taint', taint))
  return { ...error, message: `${error.message}: taints must be unique by key and effect pair` }
}
