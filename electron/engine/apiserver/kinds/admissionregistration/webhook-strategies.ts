import { dns1035Label, dns1123Subdomain } from '../../../../../shared/api/names.ts'
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../../../../shared/api/types/admissionregistration-v1.ts'
import { duplicate, type FieldError, invalid, required } from '../../machinery/field-error.ts'
import { equalJson } from '../../registry/json-value.ts'
import { checkLabelSelector, checkName } from '../checks.ts'
import type { KindStrategy } from '../strategy.ts'
import { webhookServiceErrors, webhookUrlErrors } from '../webhook-client-rules.ts'
import { checkFailurePolicy, checkMatchConditions, checkMatchPolicy, checkOneOf, checkRule } from './match-rules.ts'

const REVIEW_VERSIONS = ['v1', 'v1beta1']
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown']
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const REINVOCATION_POLICIES = ['IfNeeded', 'Never']
const MAX_TIMEOUT_SECONDS = 30

type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>

export const validatingWebhookStrategy: KindStrategy<ValidatingWebhookConfiguration> = {
  defaults({ webhooks }) {
    webhooks?.forEach(fillIn)
  },
  validate: ({ webhooks = [] }) => webhooksErrors(webhooks, STRICT),
  validateUpdate: ({ webhooks = [] }, old) => webhooksErrors(webhooks, strictnessAfter(webhooks, old.webhooks ?? [])),
}

export const mutatingWebhookStrategy: KindStrategy<MutatingWebhookConfiguration> = {
  defaults({ webhooks }) {
    for (const webhook of webhooks ?? []) {
      fillIn(webhook)
      webhook.reinvocationPolicy ??= 'Never'
    }
  },
  validate: ({ webhooks = [] }) => webhooksErrors(webhooks, STRICT),
  validateUpdate: ({ webhooks = [] }, old) => webhooksErrors(webhooks, strictnessAfter(webhooks, old.webhooks ?? [])),
}

function fillIn(webhook: Webhook): void {
  webhook.failurePolicy ??= 'Fail'
  webhook.matchPolicy ??= 'Equivalent'
  webhook.namespaceSelector ??= {}
  webhook.objectSelector ??= {}
  webhook.timeoutSeconds ??= 10
  for (const rule of webhook.rules ?? []) rule.scope ??= '*'
  const service = webhook.clientConfig?.service
  if (service) service.port ??= 443
}

/** What an update need not do better than the object did before. */
interface Strictness {
  readonly noSideEffects: boolean
  readonly knownVersion: boolean
  readonly uniqueNames: boolean
  readonly allowInvalidValues: boolean
  readonly conditions: boolean
}

const STRICT: Strictness = {
  noSideEffects: true,
  knownVersion: true,
  uniqueNames: true,
  allowInvalidValues: false,
  conditions: true,
}

function strictnessAfter(webhooks: readonly Webhook[], before: readonly Webhook[]): Strictness {
  const hasSameConditions =
    webhooks.length === before.length &&
    webhooks.every(({ matchConditions }, at) => equalJson(matchConditions, before[at]?.matchConditions))
  return {
    noSideEffects: before.every(({ sideEffects }) => NO_SIDE_EFFECTS.includes(sideEffects)),
    knownVersion: before.every(({ admissionReviewVersions: versions = [] }) => isEmptyOrKnown(versions)),
    uniqueNames: new Set(before.map(({ name }) => name)).size === before.length,
    allowInvalidValues: before.some((webhook) => selectorErrors('', webhook, false).length > 0),
    conditions: !hasSameConditions,
  }
}

function isEmptyOrKnown(versions: readonly string[]): boolean {
  return versions.length === 0 || versions.some((version) => REVIEW_VERSIONS.includes(version))
}

function webhooksErrors(webhooks: readonly Webhook[], strictness: Strictness): FieldError[] {
  const names = webhooks.map(({ name }) => name)
  return webhooks.flatMap((webhook, at) => {
    const path = `webhooks[${at}]`
    const errors = [
      ...webhookErrors(path, webhook, strictness),
      ...versionErrors(`${path}.admissionReviewVersions`, webhook.admissionReviewVersions ?? [], strictness),
    ]
    const { name } = webhook
    if (strictness.uniqueNames && name && names.indexOf(name) < at) errors.push(duplicate(`${path}.name`, name))
    return errors
  })
}

function webhookErrors(path: string, webhook: Webhook, strictness: Strictness): FieldError[] {
  const { name, rules = [], sideEffects, timeoutSeconds } = webhook
  const errors = nameErrors(`${path}.name`, name)
  rules.forEach((rule, at) => {
    checkRule(errors, `${path}.rules[${at}]`, rule)
  })
  checkFailurePolicy(errors, `${path}.failurePolicy`, webhook.failurePolicy)
  checkMatchPolicy(errors, `${path}.matchPolicy`, webhook.matchPolicy)
  const allowed = strictness.noSideEffects ? NO_SIDE_EFFECTS : SIDE_EFFECTS
  if (sideEffects === undefined || sideEffects === null) {
    errors.push(required(`${path}.sideEffects`, `must specify one of ${allowed.join(', ')}`))
  } else checkOneOf(errors, `${path}.sideEffects`, sideEffects, allowed)
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > MAX_TIMEOUT_SECONDS)) {
    const why = `the timeout value must be between 1 and ${MAX_TIMEOUT_SECONDS} seconds`
    errors.push(invalid(`${path}.timeoutSeconds`, timeoutSeconds, why))
  }
  errors.push(...selectorErrors(path, webhook, strictness.allowInvalidValues))
  checkOneOf(errors, `${path}.reinvocationPolicy`, webhook.reinvocationPolicy, REINVOCATION_POLICIES)
  errors.push(...clientErrors(`${path}.clientConfig`, webhook.clientConfig))
  if (strictness.conditions) checkMatchConditions(errors, `${path}.matchConditions`, webhook.matchConditions)
  return errors
}

/** IsFullyQualifiedName. */
function nameErrors(path: string, name: string): FieldError[] {
  if (!name) return [required(path)]
  const why = dns1123Subdomain(name)
  if (why.length > 0) return [invalid(path, name, why.join(','))]
  if (name.split('.').length >= 3) return []
  return [invalid(path, name, 'should be a domain with at least three segments separated by dots')]
}

function selectorErrors(path: string, webhook: Webhook, allowInvalidValues: boolean): FieldError[] {
  const errors: FieldError[] = []
  checkLabelSelector(errors, `${path}.namespaceSelector`, webhook.namespaceSelector, { allowInvalidValues })
  checkLabelSelector(errors, `${path}.objectSelector`, webhook.objectSelector, { allowInvalidValues })
  return errors
}

function clientErrors(path: string, { url, service }: Webhook['clientConfig']): FieldError[] {
  if ((url === undefined) === (service === undefined)) {
    return [required(path, 'exactly one of url or service is required')]
  }
  if (url !== undefined) return webhookUrlErrors(`${path}.url`, url)
  // Kubernetes passes the two in the wrong order, so each is reported as the other.
  const { name = '', namespace = '', ...rest } = service ?? { name: '', namespace: '' }
  return webhookServiceErrors(`${path}.service`, { ...rest, name: namespace, namespace: name })
}

function versionErrors(path: string, versions: readonly string[], { knownVersion }: Strictness): FieldError[] {
  const known = REVIEW_VERSIONS.join(', ')
  if (versions.length === 0) return [required(path, `must specify one of ${known}`)]
  const errors: FieldError[] = []
  versions.forEach((version, at) => {
    if (versions.indexOf(version) < at) errors.push(invalid(`${path}[${at}]`, version, 'duplicate version'))
    else checkName(errors, `${path}[${at}]`, version, dns1035Label)
  })
  if (knownVersion && !isEmptyOrKnown(versions)) {
    errors.push(invalid(path, versions, `must include at least one of ${known}`))
  }
  return errors
}
