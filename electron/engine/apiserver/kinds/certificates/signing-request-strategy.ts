import { goQuote } from '../../../../../shared/api/go-text.ts'
import { pathSegmentName } from '../../../../../shared/api/names.ts'
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../../../../../shared/api/types/certificates-v1.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import type { KindStrategy } from '../strategy.ts'
import { certificateProblem, requestProblem } from './pem-rules.ts'
import { signerNameErrors } from './signer-name-rules.ts'

const MIN_SECONDS = 600
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown'
const DECISIONS = ['Approved', 'Denied']
const FINAL = [...DECISIONS, 'Failed']
const STATUSES = ['False', 'True', 'Unknown']
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]

export const signingRequestStrategy: KindStrategy<CertificateSigningRequest> = {
  validateName: pathSegmentName,
  // Who asks is taken from the request, never from the body.
  prepareCreate(request, { user }) {
    const { request: pem, signerName, expirationSeconds, usages } = request.spec ?? {}
    const { name, uid, groups, extra } = user
    request.spec = {
      request: pem as string,
      signerName: signerName as string,
      ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
      ...(usages ? { usages } : {}),
      username: name,
      ...(uid ? { uid } : {}),
      groups: [...groups],
      ...(extra ? { extra: Object.fromEntries(Object.entries(extra).map(([key, list]) => [key, [...list]])) } : {}),
    }
  },
  prepareUpdate(request, old, { now }, subresource) {
    if (subresource === 'status') keepDecisions(request, old)
    if (subresource !== '') stampConditions(request.status?.conditions ?? [], old.status?.conditions ?? [], now)
  },
  validate: requestErrors,
  validateUpdate(request, old, _context, subresource) {
    return [...requestErrors(request), ...changeErrors(request, old, subresource)]
  },
  selectableFields: ({ spec }) => ({ 'spec.signerName': spec?.signerName ?? '' }),
}

/** Decisions that stay come from the old object as they were; ones that are added or missing are refused later. */
function keepDecisions({ status }: CertificateSigningRequest, old: CertificateSigningRequest): void {
  const conditions = status?.conditions ?? []
  for (const [at, { type }] of conditions.entries()) {
    const before = DECISIONS.includes(type) && old.status?.conditions?.find((condition) => condition.type === type)
    if (before) conditions[at] = { ...before }
  }
}

/** populateConditionTimestamps. */
function stampConditions(
  conditions: CertificateSigningRequestCondition[],
  before: readonly CertificateSigningRequestCondition[],
  now: string,
): void {
  for (const condition of conditions) {
    condition.lastUpdateTime ??= now
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status)
    condition.lastTransitionTime ??= same?.lastTransitionTime ?? now
  }
}

/** ValidateCertificateSigningRequest. */
function requestErrors({ spec, status }: CertificateSigningRequest): FieldError[] {
  const { request, usages = [], signerName = '', expirationSeconds } = spec ?? {}
  const errors: FieldError[] = []
  const problem = requestProblem(request ?? '')
  if (problem !== '') errors.push(invalid('spec.request', request || null, problem))
  if (usages.length === 0) errors.push(required('spec.usages'))
  usages.forEach((usage, at) => {
    if (!USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${at}]`, usage, USAGES))
    if (usages.indexOf(usage) < at) errors.push(duplicate(`spec.usages[${at}]`, usage))
  })
  if (signerName === LEGACY_SIGNER) {
    errors.push(invalid('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version'))
  } else errors.push(...signerNameErrors('spec.signerName', signerName))
  if (expirationSeconds !== undefined && expirationSeconds < MIN_SECONDS) {
    const why = `may not specify a duration less than ${MIN_SECONDS} seconds (10 minutes)`
    errors.push(invalid('spec.expirationSeconds', expirationSeconds, why))
  }
  errors.push(...conditionErrors('status.conditions', status?.conditions ?? []))
  const certificate = status?.certificate ? certificateProblem(status.certificate) : ''
  return certificate === '' ? errors : [...errors, invalid('status.certificate', '<certificate data>', certificate)]
}

function conditionErrors(path: string, conditions: readonly CertificateSigningRequestCondition[]): FieldError[] {
  const types = conditions.map(({ type }) => type)
  return conditions.flatMap(({ type = '', status = '' }, at) => {
    const own = `${path}[${at}]`
    const allowed = FINAL.includes(type) ? ['True'] : STATUSES
    const errors = type === '' ? [required(`${own}.type`)] : []
    if (status === '') errors.push(required(`${own}.status`))
    else if (!allowed.includes(status)) errors.push(notSupported(`${own}.status`, status, allowed))
    if (types.indexOf(type) < at) errors.push(duplicate(`${own}.type`, type))
    const other = DECISIONS.find((decision) => decision !== type)
    if (DECISIONS.includes(type) && types.slice(0, at).includes(other as string)) {
      errors.push(invalid(path, type, 'Approved and Denied conditions are mutually exclusive'))
    }
    return errors
  })
}

/** A decision stays, and is made through `approval`; a certificate is given through `status`, once. */
function changeErrors(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  subresource: string,
): FieldError[] {
  const errors: FieldError[] = []
  const path = 'status.conditions'
  const of = ({ status }: CertificateSigningRequest, wanted: string) =>
    (status?.conditions ?? []).filter(({ type }) => type === wanted)
  for (const type of FINAL) {
    const [now, before] = [of(request, type), of(old, type)]
    const refuse = (how: string) =>
      errors.push(forbidden(path, `updates may not ${how} a condition of type ${goQuote(type)}`))
    if (now.length < before.length) refuse('remove')
    else if (subresource === 'status' && DECISIONS.includes(type)) {
      if (now.length > before.length) refuse('add')
      else if (!semanticallyEqual(now, before)) refuse('modify')
    }
  }
  const [certificate = '', former = ''] = [request.status?.certificate, old.status?.certificate]
  if (certificate === former) return errors
  if (subresource !== 'status') errors.push(forbidden('status.certificate', 'updates may not set certificate content'))
  else if (former !== '') {
    errors.push(forbidden('status.certificate', 'updates may not modify existing certificate content'))
  }
  return errors
}
