import type { KubeObject } from '../../../../../shared/api/object.ts'
import type { CronJob } from '../../../../../shared/api/types/batch-v1.ts'
import type { Namespace, Pod, PodSpec, PodTemplateSpec } from '../../../../../shared/api/types/core-v1.ts'
import type { ObjectMeta } from '../../../../../shared/api/types/meta-v1.ts'
import { newForbidden, newInvalid } from '../../machinery/api-errors.ts'
import { type FieldError, invalid } from '../../machinery/field-error.ts'
import { equalJson } from '../../registry/json-value.ts'
import type { AdmissionPlugin, AdmissionRequest } from '../admission.ts'
import type { AdmissionState } from '../plugins.ts'
import { baselineChecks } from './baseline-checks.ts'
import { restrictedChecks } from './restricted-checks.ts'
import { type Check, checkedPod } from './violation.ts'

const LABEL = 'pod-security.kubernetes.io/'
const LEVELS: Readonly<Record<string, readonly Check[]>> = {
  privileged: [],
  baseline: baselineChecks,
  restricted: restrictedChecks,
}
const VERSION = /^(latest|v1\.(0|[1-9][0-9]*))$/
const TEMPLATED = [
  'podtemplates',
  'replicationcontrollers',
  'replicasets.apps',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
]
/** How many existing pods a new level is tried on. */
const MAX_PODS_CHECKED = 3000

interface Policy {
  readonly level: string
  readonly version: string
}

/**
 * PodSecurity: a namespace's labels say which level of the Pod Security Standards its pods must keep.
 * - enforce refuses pods; warn also looks at what makes pods; without a warn label the enforced level is warned of.
 * - audit has no effect: there is no audit log.
 * - All versions of a level are judged by the newest rules.
 */
export function podSecurity({ store }: AdmissionState): AdmissionPlugin {
  const labelsOf = (name: string) =>
    store.get({ resource: 'namespaces', namespace: '', name })?.object.metadata.labels ?? {}
  const check = (request: AdmissionRequest, template: { metadata?: ObjectMeta; spec: PodSpec }, enforced: boolean) => {
    const { call, name } = request
    const labels = labelsOf(call.namespace)
    const enforce = policy(labels, 'enforce')
    const warn = labels[`${LABEL}warn`] === undefined ? enforce : policy(labels, 'warn')
    const refused = enforced ? violations(enforce, template) : ''
    if (refused !== '')
      throw newForbidden(call.resource, name, `violates PodSecurity ${policyText(enforce)}: ${refused}`)
    const warned = violations(warn, template)
    if (warned !== '') call.warnings.push(`would violate PodSecurity ${policyText(warn)}: ${warned}`)
  }
  return {
    name: 'PodSecurity',
    resources: new Set(['pods', 'namespaces', ...TEMPLATED]),
    validate(request) {
      const { operation, call, object, old } = request
      const { storageKey } = call.resource
      if (object === undefined || (call.subresource !== '' && call.subresource !== 'ephemeralcontainers')) return
      if (storageKey === 'namespaces') {
        const errors = labelErrors(object.metadata.labels ?? {}, old?.metadata.labels)
        if (errors.length > 0) throw newInvalid(call.resource, request.name, errors)
        if (operation === 'UPDATE') warnOfPods(store, request)
        return
      }
      if (storageKey === 'pods') {
        const pod = object as Pod
        if (pod.spec && !(old && equalJson(judged(pod), judged(old as Pod))))
          check(request, { ...pod, spec: pod.spec }, true)
        return
      }
      const template = templateOf(object)
      if (template?.spec) check(request, { ...template, spec: template.spec } as { spec: PodSpec }, false)
    },
  }
}

/** What of a pod can change after its creation and counts. */
function judged({ spec, metadata }: Pod): unknown {
  const appArmor = Object.entries(metadata.annotations ?? {}).filter(([key]) => key.includes('apparmor'))
  return [spec?.containers, spec?.initContainers, spec?.ephemeralContainers, appArmor]
}

function templateOf(object: KubeObject): PodTemplateSpec | undefined {
  if (object.kind === 'CronJob') return (object as CronJob).spec?.jobTemplate.spec?.template
  const { template, spec } = object as KubeObject & {
    template?: PodTemplateSpec
    spec?: { template?: PodTemplateSpec }
  }
  return template ?? spec?.template
}

function policy(labels: Readonly<Record<string, string>>, mode: string): Policy {
  const level = labels[LABEL + mode]
  const version = labels[`${LABEL}${mode}-version`] ?? 'latest'
  // What can't be read is judged most strictly.
  if (level !== undefined && !(level in LEVELS)) return { level: 'restricted', version: 'latest' }
  return { level: level ?? 'privileged', version: VERSION.test(version) ? version : 'latest' }
}

function policyText({ level, version }: Policy): string {
  return JSON.stringify(`${level}:${version}`)
}

function violations({ level }: Policy, pod: { metadata?: ObjectMeta; spec: PodSpec }): string {
  const checked = checkedPod(pod.spec, pod.metadata?.annotations)
  const found = (LEVELS[level] ?? []).flatMap((check) => check(checked) ?? [])
  return found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ')
}

function labelErrors(
  labels: Readonly<Record<string, string>>,
  old: Readonly<Record<string, string>> | undefined,
): FieldError[] {
  const errors: FieldError[] = []
  for (const mode of ['enforce', 'audit', 'warn']) {
    const level = labels[LABEL + mode]
    const field = (name: string) => `metadata.labels[${LABEL}${name}]`
    if (level !== undefined && level !== old?.[LABEL + mode] && !(level in LEVELS)) {
      errors.push(invalid(field(mode), level, `must be one of ${Object.keys(LEVELS).join(', ')}`))
    }
    const version = labels[`${LABEL}${mode}-version`]
    if (version !== undefined && version !== old?.[`${LABEL}${mode}-version`] && !VERSION.test(version)) {
      errors.push(invalid(field(`${mode}-version`), version, 'must be "latest" or "v1.x"'))
    }
  }
  return errors
}

/** A namespace that becomes stricter keeps its pods, and says which would not be let in any more. */
function warnOfPods(store: AdmissionState['store'], { call, name, object, old }: AdmissionRequest): void {
  const next = policy((object as Namespace).metadata.labels ?? {}, 'enforce')
  const before = policy(old?.metadata.labels ?? {}, 'enforce')
  if (next.level === before.level && next.version === before.version) return
  const byReason = new Map<string, string[]>()
  for (const { object: pod } of store.list('pods', { namespace: name }).items.slice(0, MAX_PODS_CHECKED)) {
    const { spec, metadata } = pod as Pod
    if (!spec) continue
    const checked = checkedPod(spec, metadata.annotations)
    const reasons = (LEVELS[next.level] ?? []).flatMap((check) => check(checked)?.reason ?? []).join(', ')
    if (reasons !== '') byReason.set(reasons, [...(byReason.get(reasons) ?? []), metadata.name ?? ''])
  }
  if (byReason.size === 0) return
  call.warnings.push(
    `existing pods in namespace ${JSON.stringify(name)} violate the new PodSecurity enforce level ${policyText(next)}`,
  )
  for (const [reasons, [first, ...others]] of byReason) {
    const more = others.length === 0 ? '' : ` (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'})`
    call.warnings.push(`${first}${more}: ${reasons}`)
  }
}
