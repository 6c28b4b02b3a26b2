import { dns1123Label, nameIsDNSLabel } from '../../../../../shared/api/names.ts'
import type {
  StatefulSet,
  StatefulSetSpec,
  StatefulSetUpdateStrategy,
} from '../../../../../shared/api/types/apps-v1.ts'
import type { PodTemplateSpec, Volume } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { semanticallyEqual } from '../../registry/json-value.ts'
import { checkAnnotations, checkLabelSelector, checkLabels, checkName, checkNotNegative } from '../checks.ts'
import { printInternal, printSelector } from '../internal-form.ts'
import { defaultClaimSpec, defaultPodSpec } from '../pod/defaults.ts'
import { dropDisabledFields } from '../pod/drop-disabled.ts'
import { toleratedOf } from '../pod/tolerated.ts'
import { checkPodAnnotations } from '../pod/validate-annotations.ts'
import { checkClaimSpec } from '../pod/validate-claim-spec.ts'
import { checkPodTemplate } from '../pod/validate-pod-template.ts'
import { podWarnings } from '../pod/warnings.ts'
import type { KindStrategy } from '../strategy.ts'
import { checkAtMost100Percent, checkIntOrPercent, intOrPercent } from './int-or-percent.ts'
import { checkAtMost, checkCollisions, checkCounts } from './status-counts.ts'
import { checkLongRunning, checkTemplateLabels, isEmptySelector, requirementsOf } from './template-rules.ts'

export const statefulSetStrategy: KindStrategy<StatefulSet> = {
  defaults({ spec }) {
    if (!spec) return
    spec.podManagementPolicy ||= 'OrderedReady'
    defaultStrategy(spec)
    spec.persistentVolumeClaimRetentionPolicy ??= {}
    spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain'
    spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain'
    spec.replicas ??= 1
    spec.revisionHistoryLimit ??= 10
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion = 'v1'
      claim.kind = 'PersistentVolumeClaim'
      if (claim.spec) defaultClaimSpec(claim.spec)
      claim.status = { ...claim.status, phase: claim.status?.phase ?? 'Pending' }
    }
    if (spec.template?.spec) defaultPodSpec(spec.template.spec)
  },
  prepareCreate({ spec }) {
    dropDisabledFields(spec?.template?.spec)
    dropMaxUnavailable(spec)
  },
  prepareUpdate({ spec }, old, _context, subresource) {
    if (subresource !== '') return
    dropDisabledFields(spec?.template?.spec, old.spec?.template?.spec)
    if (old.spec?.updateStrategy?.rollingUpdate?.maxUnavailable === undefined) dropMaxUnavailable(spec)
  },
  // Its pods are named after it, so the name must be a label.
  validateName: nameIsDNSLabel,
  validate(set) {
    const errors = validateSpec(set)
    set.spec?.volumeClaimTemplates?.forEach(({ spec }, at) => {
      checkClaimSpec(errors, `spec.volumeClaimTemplates[${at}].spec`, spec ?? {})
    })
    if (set.spec?.serviceName) checkName(errors, 'spec.serviceName', set.spec.serviceName, dns1123Label)
    return errors
  },
  validateUpdate(set, old, _context, subresource) {
    if (subresource === 'status') return validateStatus(set, old)
    const errors = validateSpec(set, old)
    if (!semanticallyEqual(fixedPart(set.spec), fixedPart(old.spec))) errors.push(forbidden('spec', FIXED))
    return errors
  },
  warnings({ spec }, old) {
    if (old && spec && JSON.stringify(spec.template) === JSON.stringify(old.spec?.template)) return []
    const warnings = podWarnings('spec.template', spec?.template?.spec, spec?.template?.metadata?.annotations)
    if ((spec?.revisionHistoryLimit ?? 0) < 0) {
      warnings.push(
        'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
      )
    }
    return warnings
  },
}

function defaultStrategy(spec: StatefulSetSpec): void {
  spec.updateStrategy ??= {}
  spec.updateStrategy.type ||= 'RollingUpdate'
  if (spec.updateStrategy.type !== 'RollingUpdate') return
  spec.updateStrategy.rollingUpdate ??= {}
  spec.updateStrategy.rollingUpdate.partition ??= 0
}

/** dropStatefulSetDisabledFields: v1.36 does not enable MaxUnavailableStatefulSet. */
function dropMaxUnavailable(spec: StatefulSetSpec | undefined): void {
  delete spec?.updateStrategy?.rollingUpdate?.maxUnavailable
}

const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]
const FIXED = `updates to statefulset spec for fields other than ${MUTABLE.slice(0, -1)
  .map((member) => `'${member}'`)
  .join(', ')} and 'minReadySeconds' are forbidden`

function fixedPart(spec: StatefulSetSpec | undefined): object {
  return Object.fromEntries(Object.entries(spec ?? {}).filter(([member]) => !MUTABLE.includes(member)))
}

const MANAGEMENT_POLICIES = ['OrderedReady', 'Parallel']
const RETENTIONS = ['Retain', 'Delete']

/** ValidateStatefulSetSpec. */
function validateSpec({ spec }: StatefulSet, old?: StatefulSet): FieldError[] {
  const errors: FieldError[] = []
  const policy = spec?.podManagementPolicy
  if (!policy) errors.push(required('spec.podManagementPolicy'))
  else if (!MANAGEMENT_POLICIES.includes(policy)) {
    errors.push(invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"))
  }
  checkStrategy(errors, 'spec.updateStrategy', spec?.updateStrategy ?? {})
  for (const member of ['whenDeleted', 'whenScaled'] as const) {
    const retention = spec?.persistentVolumeClaimRetentionPolicy?.[member] ?? 'Retain'
    if (!RETENTIONS.includes(retention)) {
      errors.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${member}`, retention, RETENTIONS))
    }
  }
  checkNotNegative(errors, 'spec.replicas', spec?.replicas)
  checkNotNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds)
  checkNotNegative(errors, 'spec.ordinals.start', spec?.ordinals?.start)
  checkTemplate(errors, spec, old)
  checkLongRunning(errors, 'spec.template', spec?.template, 'StatefulSet')
  return errors
}

function checkTemplate(errors: FieldError[], spec: StatefulSetSpec | undefined, old: StatefulSet | undefined): void {
  const { selector, template = {} } = spec ?? {}
  if (!selector) errors.push(required('spec.selector'))
  else {
    checkLabelSelector(errors, 'spec.selector', selector)
    if (isEmptySelector(selector)) {
      errors.push(invalid('spec.selector', printSelector(selector), 'empty selector is invalid for statefulset'))
    }
  }
  const requirements = requirementsOf(selector)
  if (selector && requirements === undefined) {
    errors.push(invalid('spec.selector', printSelector(selector), ''))
    return
  }
  if (requirements?.length !== 0) checkTemplateLabels(errors, 'spec.template', template, requirements)
  const { labels, annotations } = template.metadata ?? {}
  checkLabels(errors, 'spec.template.labels', labels)
  checkAnnotations(errors, 'spec.template.annotations', annotations)
  const oldTemplate = old?.spec?.template
  const tolerated = toleratedOf(oldTemplate?.spec, oldTemplate?.metadata?.annotations)
  const podSpec = template.spec ?? { containers: [] }
  checkPodAnnotations(errors, 'spec.template.annotations', { annotations, spec: podSpec, tolerated })
  checkPodTemplate(
    errors,
    'spec.template',
    withClaims(spec, template),
    oldTemplate && withClaims(old?.spec, oldTemplate),
  )
}

/** The template as its pods get it: claims take the place of volumes of their name, or come before the others. */
function withClaims(spec: StatefulSetSpec | undefined, template: PodTemplateSpec): PodTemplateSpec {
  const claims = spec?.volumeClaimTemplates ?? []
  if (claims.length === 0 || !template.spec) return template
  const names = claims.map(({ metadata }) => metadata?.name ?? '')
  const claimed: Volume[] = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))
  const others = template.spec.volumes?.filter(({ name }) => !names.includes(name)) ?? []
  return { ...template, spec: { ...template.spec, volumes: [...claimed, ...others] } }
}

function checkStrategy(errors: FieldError[], path: string, strategy: StatefulSetUpdateStrategy): void {
  const { type, rollingUpdate } = strategy
  const own = `${path}.rollingUpdate`
  if (!type) errors.push(required(path))
  else if (type === 'OnDelete') {
    if (!rollingUpdate) return
    const printed = printInternal('apps.v1.RollingUpdateStatefulSetStrategy', rollingUpdate)
    errors.push(invalid(own, printed, "only allowed for updateStrategy 'RollingUpdate'"))
  } else if (type !== 'RollingUpdate') {
    const printed = printInternal('apps.v1.StatefulSetUpdateStrategy', strategy)
    errors.push(invalid(path, printed, "must be 'RollingUpdate' or 'OnDelete'"))
  } else if (rollingUpdate) {
    checkNotNegative(errors, `${own}.partition`, rollingUpdate.partition)
    const { maxUnavailable } = rollingUpdate
    if (maxUnavailable === undefined) return
    checkIntOrPercent(errors, `${own}.maxUnavailable`, maxUnavailable)
    if (intOrPercent(maxUnavailable) === 0) errors.push(invalid(`${own}.maxUnavailable`, maxUnavailable, 'cannot be 0'))
    checkAtMost100Percent(errors, `${own}.maxUnavailable`, maxUnavailable)
  }
}

const COUNTS = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
]

function validateStatus({ status }: StatefulSet, old: StatefulSet): FieldError[] {
  const errors: FieldError[] = []
  const counts = status ?? { replicas: 0 }
  checkCounts(errors, counts, COUNTS)
  const members = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas']
  checkAtMost(errors, counts, { members, bound: 'replicas', named: 'status.replicas' })
  const ready = { members: ['availableReplicas'], bound: 'readyReplicas', named: 'status.readyReplicas' }
  checkAtMost(errors, counts, ready)
  checkCollisions(errors, status, old.status)
  return errors
}
