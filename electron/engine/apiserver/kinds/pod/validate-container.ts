import { dns1123Label } from '../../../../../shared/api/names.ts'
import type {
  Container,
  ContainerResizePolicy,
  ContainerRestartRule,
  EphemeralContainer,
} from '../../../../../shared/api/types/core-v1.ts'
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notFound,
  notSupported,
  required,
  tooMany,
} from '../../machinery/field-error.ts'
import { checkName } from '../checks.ts'
import { type AnyContainer, isRestartable, type PodRules } from './pod-rules.ts'
import { checkEnv, checkEnvFrom } from './validate-env.ts'
import { checkVolumeDevices, checkVolumeMounts } from './validate-mounts.ts'
import { checkOneOf, checkPullPolicy } from './validate-policies.ts'
import { checkContainerPorts, checkHostPortConflicts } from './validate-ports.ts'
import { checkProbesAndHooks } from './validate-probes.ts'
import { checkContainerResources } from './validate-resources.ts'
import { checkSecurityContext } from './validate-security.ts'

const TERMINATION_POLICIES = { values: ['File', 'FallbackToLogsOnError'] }

/** validateContainers: regular containers. */
export function checkContainers(rules: PodRules, path: string): void {
  const { errors, spec } = rules
  const containers = spec.containers ?? []
  if (containers.length === 0) {
    errors.push(required(path))
    return
  }
  const names = new Set<string>()
  containers.forEach((container, at) => {
    const own = `${path}[${at}]`
    checkCommon(rules, own, container)
    if (names.has(container.name)) errors.push(duplicate(`${own}.name`, container.name))
    names.add(container.name)
    checkProbesAndHooks(errors, own, container, spec.terminationGracePeriodSeconds)
    checkRestartPolicy(errors, own, container)
  })
  checkHostPortConflicts(errors, path, containers)
}

/** validateInitContainers: names are unique among them and the regular ones. */
export function checkInitContainers(rules: PodRules, path: string): void {
  const { errors, spec } = rules
  if (!spec.initContainers?.length) return
  const names = new Set(spec.containers?.map(({ name }) => name))
  spec.initContainers.forEach((container, at) => {
    const own = `${path}[${at}]`
    checkCommon(rules, own, container)
    if (container.restartPolicy !== undefined) checkRestartPolicy(errors, own, container)
    else if (container.restartPolicyRules?.length) errors.push(missingRestartPolicy(own))
    if (names.has(container.name)) errors.push(duplicate(`${own}.name`, container.name))
    else if (container.name) names.add(container.name)
    // They run one by one, so each conflicts only with itself; the path names the list's first.
    checkHostPortConflicts(errors, path, [container])
    if (isRestartable(container)) {
      checkProbesAndHooks(errors, own, container, spec.terminationGracePeriodSeconds)
    } else checkNoProbes(errors, own, container)
  })
}

const PROBES_AND_HOOKS = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const

function checkNoProbes(errors: FieldError[], path: string, container: Container): void {
  for (const member of PROBES_AND_HOOKS) {
    if (!container[member]) continue
    const message = 'may not be set for init containers without restartPolicy=Always'
    errors.push(forbidden(`${path}.${member}`, message))
  }
}

/** Members that an ephemeral container may not have: nothing waits for it or relies on it. */
const NOT_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

/** validateEphemeralContainers. */
export function checkEphemeralContainers(rules: PodRules, path: string): void {
  const { errors, spec } = rules
  if (!spec.ephemeralContainers?.length) return
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name))
  const names = new Set(others)
  spec.ephemeralContainers.forEach((container, at) => {
    const own = `${path}[${at}]`
    checkCommon(rules, own, container as AnyContainer)
    checkImageSpaces(errors, own, container)
    if (names.has(container.name)) errors.push(duplicate(`${own}.name`, container.name))
    names.add(container.name)
    const target = container.targetContainerName
    if (target && !others.has(target)) errors.push(notFound(`${own}.targetContainerName`, target))
    checkEphemeralMembers(errors, own, container)
  })
}

function checkEphemeralMembers(errors: FieldError[], path: string, container: EphemeralContainer): void {
  const message = 'cannot be set for an Ephemeral Container'
  for (const member of NOT_EPHEMERAL) {
    if (isGiven(container, member)) errors.push(forbidden(`${path}.${member}`, message))
  }
  container.volumeMounts?.forEach(({ subPath, subPathExpr }, at) => {
    if (subPath) errors.push(forbidden(`${path}.volumeMounts[${at}].subPath`, message))
    if (subPathExpr) errors.push(forbidden(`${path}.volumeMounts[${at}].subPathExpr`, message))
  })
}

/** Of the members that are structs only `resources` is no pointer in Go: empty, it is not given. */
function isGiven(container: EphemeralContainer, member: (typeof NOT_EPHEMERAL)[number]): boolean {
  const value = container[member]
  if (value === undefined || value === null) return false
  if (Array.isArray(value)) return value.length > 0
  return member !== 'resources' || Object.keys(value).length > 0
}

/** validateContainerCommon. */
function checkCommon(rules: PodRules, path: string, container: AnyContainer): void {
  const { errors, spec } = rules
  if (!container.name) errors.push(required(`${path}.name`))
  else checkName(errors, `${path}.name`, container.name, dns1123Label)
  if (!container.image) errors.push(required(`${path}.image`))
  const policy = container.terminationMessagePolicy
  checkOneOf(errors, `${path}.terminationMessagePolicy`, policy, TERMINATION_POLICIES)
  checkContainerPorts(errors, `${path}.ports`, container.ports)
  checkEnv(rules, `${path}.env`, container.env)
  checkEnvFrom(errors, `${path}.envFrom`, container.envFrom)
  checkVolumeMounts(rules, `${path}.volumeMounts`, container)
  checkVolumeDevices(rules, `${path}.volumeDevices`, container)
  checkPullPolicy(errors, `${path}.imagePullPolicy`, container.imagePullPolicy)
  checkContainerResources(rules, `${path}.resources`, container.resources)
  checkResizePolicy(errors, `${path}.resizePolicy`, container.resizePolicy, spec.restartPolicy)
  checkSecurityContext(rules, `${path}.securityContext`, container.securityContext)
}

const RESIZE_RESOURCES = { values: ['cpu', 'memory'] }
const RESIZE_POLICIES = { values: ['NotRequired', 'RestartContainer'] }

/** validateResizePolicy. */
function checkResizePolicy(
  errors: FieldError[],
  path: string,
  policies: readonly ContainerResizePolicy[] | undefined,
  podRestartPolicy: string | undefined,
): void {
  const known = new Set<string>()
  policies?.forEach(({ resourceName, restartPolicy }, at) => {
    if (known.has(resourceName)) errors.push(duplicate(`${path}[${at}]`, resourceName))
    known.add(resourceName)
    checkOneOf(errors, path, resourceName, RESIZE_RESOURCES)
    checkOneOf(errors, path, restartPolicy, RESIZE_POLICIES)
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      const message = "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
      errors.push(invalid(path, restartPolicy ?? '', message))
    }
  })
}

const RESTART_POLICIES = ['Always', 'Never', 'OnFailure']
const RULE_ACTIONS = ['Restart', 'RestartAllContainers']
const RULE_OPERATORS = ['In', 'NotIn']
const MAX_RULES = 20
const MAX_EXIT_CODES = 255

function missingRestartPolicy(path: string): FieldError {
  return required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used')
}

/** A container's own restart policy and the exit codes that it makes exceptions for. */
function checkRestartPolicy(
  errors: FieldError[],
  path: string,
  { restartPolicy, restartPolicyRules: restartRules }: Container,
): void {
  if (restartPolicy !== undefined && !RESTART_POLICIES.includes(restartPolicy)) {
    errors.push(notSupported(`${path}.restartPolicy`, restartPolicy, RESTART_POLICIES))
  }
  if (!restartRules?.length) return
  if (restartPolicy === undefined) errors.push(missingRestartPolicy(path))
  const own = `${path}.restartPolicyRules`
  if (restartRules.length > MAX_RULES) errors.push(tooMany(own, restartRules.length, MAX_RULES))
  restartRules.forEach((rule, at) => {
    checkRestartRule(errors, `${own}[${at}]`, rule)
  })
}

function checkRestartRule(errors: FieldError[], path: string, { action, exitCodes }: ContainerRestartRule): void {
  if (!RULE_ACTIONS.includes(action)) errors.push(notSupported(`${path}.action`, action ?? '', RULE_ACTIONS))
  if (!exitCodes) {
    errors.push(required(`${path}.exitCodes`, 'must be specified'))
    return
  }
  const { operator = '', values = [] } = exitCodes
  if (!RULE_OPERATORS.includes(operator)) {
    errors.push(notSupported(`${path}.exitCodes.operator`, operator, RULE_OPERATORS))
  }
  if (values.length > MAX_EXIT_CODES) {
    errors.push(tooMany(`${path}.exitCodes.values`, values.length, MAX_EXIT_CODES))
  }
}

/** validateContainerOnlyForPod: templates always could have spaces around an image's name, pods cannot. */
export function checkImageSpaces(
  errors: FieldError[],
  path: string,
  { image = '' }: { image?: string | undefined },
): void {
  if (image.trim() === image) return
  errors.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'))
}
