import { goQuote } from '../../../../../shared/api/go-text.ts'
import type { AppArmorProfile, PodSpec, SeccompProfile, Toleration } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid } from '../../machinery/field-error.ts'
import { eachContainer, type Tolerated } from './pod-rules.ts'
import { checkDescendingPath } from './validate-paths.ts'
import { checkTolerations } from './validate-tolerations.ts'

const MIRROR = 'kubernetes.io/config.mirror'
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations'
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
const APPARMOR_CONTAINER = 'container.apparmor.security.beta.kubernetes.io/'
const LOCALHOST = 'localhost/'

export type Annotations = Readonly<Record<string, string>> | undefined

export function isMirrorPod(annotations: Annotations): boolean {
  return annotations?.[MIRROR] !== undefined
}

/** ValidatePodSpecificAnnotations. */
export function checkPodAnnotations(
  errors: FieldError[],
  path: string,
  { annotations, spec, tolerated }: { annotations: Annotations; spec: PodSpec; tolerated: Tolerated },
): void {
  if (annotations === undefined) return
  const mirror = annotations[MIRROR]
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalid(`${path}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'))
  }
  if (annotations[TOLERATIONS]) checkTolerationsText(errors, path, annotations[TOLERATIONS])
  if (!tolerated.deletionCost && !hasValidDeletionCost(annotations)) {
    errors.push(invalid(`${path}[${DELETION_COST}]`, annotations[DELETION_COST], 'must be a 32bit integer'))
  }
  for (const [name, value] of Object.entries(annotations)) {
    if (name === SECCOMP_POD || name.startsWith(SECCOMP_CONTAINER)) checkSeccompText(errors, `${path}.${name}`, value)
    if (name.startsWith(APPARMOR_CONTAINER)) checkAppArmorText(errors, `${path}[${name}]`, { name, value, spec })
  }
}

/** GetDeletionCostFromPodAnnotations: no sign "+", no leading zero. */
export function hasValidDeletionCost(annotations: Annotations): boolean {
  const text = annotations?.[DELETION_COST]
  if (text === undefined) return true
  return /^(0|-?[1-9][0-9]*)$/.test(text) && Math.abs(Number(text) + 0.5) < 2 ** 31
}

function checkTolerationsText(errors: FieldError[], path: string, text: string): void {
  let tolerations: Toleration[]
  try {
    tolerations = JSON.parse(text) as Toleration[]
  } catch (error) {
    errors.push(invalid(path, TOLERATIONS, error instanceof Error ? error.message : String(error)))
    return
  }
  if (Array.isArray(tolerations)) checkTolerations(errors, `${path}.${TOLERATIONS}`, tolerations)
}

const SECCOMP_TEXTS = ['runtime/default', 'docker/default', 'unconfined']

function checkSeccompText(errors: FieldError[], path: string, text: string): void {
  if (SECCOMP_TEXTS.includes(text)) return
  if (text.startsWith(LOCALHOST)) checkDescendingPath(errors, path, text.slice(LOCALHOST.length))
  else errors.push(invalid(path, text, 'must be a valid seccomp profile'))
}

const APPARMOR_TEXTS = ['', 'runtime/default', 'unconfined']

function checkAppArmorText(
  errors: FieldError[],
  path: string,
  { name, value, spec }: { name: string; value: string; spec: PodSpec },
): void {
  const wanted = name.slice(APPARMOR_CONTAINER.length)
  let isFound = false
  eachContainer(spec, '', (container) => {
    isFound ||= container.name === wanted
  })
  if (!isFound) errors.push(invalid(path, wanted, 'container not found'))
  if (!APPARMOR_TEXTS.includes(value) && !value.startsWith(LOCALHOST)) {
    errors.push(invalid(path, value, `invalid AppArmor profile name: ${goQuote(value)}`))
  }
}

/** ValidatePodSpecificAnnotationUpdates without the rules for the new annotations themselves. */
export function checkAnnotationChanges(errors: FieldError[], path: string, next: Annotations, old: Annotations): void {
  for (const [name, value] of Object.entries(old ?? {})) {
    if (next?.[name] === value) continue
    if (name.startsWith(APPARMOR_CONTAINER)) {
      errors.push(forbidden(`${path}[${name}]`, 'may not remove or update AppArmor annotations'))
    }
    if (name === MIRROR) errors.push(forbidden(`${path}[${name}]`, 'may not remove or update mirror pod annotation'))
  }
  for (const name of Object.keys(next ?? {})) {
    if (old?.[name] !== undefined) continue
    if (name.startsWith(APPARMOR_CONTAINER)) {
      errors.push(forbidden(`${path}[${name}]`, 'may not add AppArmor annotations'))
    }
    if (name === MIRROR) errors.push(forbidden(`${path}[${name}]`, 'may not add mirror pod annotation'))
  }
}

/** Old annotations and the fields that replaced them must say the same where both are given. */
export function checkProfilesMatch(errors: FieldError[], path: string, annotations: Annotations, spec: PodSpec): void {
  if (annotations === undefined) return
  const pod = annotations[SECCOMP_POD]
  if (pod !== undefined) {
    checkSeccompMatch(errors, `${path}.securityContext.seccompProfile`, pod, spec.securityContext?.seccompProfile)
  }
  eachContainer(spec, path, ({ name, securityContext }, own) => {
    const seccomp = annotations[SECCOMP_CONTAINER + name]
    if (seccomp !== undefined) {
      checkSeccompMatch(errors, `${own}.securityContext.seccompProfile`, seccomp, securityContext?.seccompProfile)
    }
    const appArmor = annotations[APPARMOR_CONTAINER + name]
    if (appArmor !== undefined && spec.os?.name !== 'windows') {
      const profile = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile
      checkAppArmorMatch(errors, `${own}.securityContext.appArmorProfile`, appArmor, profile)
    }
  })
}

function checkSeccompMatch(
  errors: FieldError[],
  path: string,
  text: string,
  profile: SeccompProfile | undefined,
): void {
  const defaults = ['runtime/default', 'docker/default']
  checkMatch(errors, path, { text, profile, defaults, word: 'seccomp' })
}

function checkAppArmorMatch(
  errors: FieldError[],
  path: string,
  text: string,
  profile: AppArmorProfile | undefined,
): void {
  checkMatch(errors, path, { text, profile, defaults: ['runtime/default'], word: 'apparmor' })
}

interface Match {
  readonly text: string
  readonly profile: SeccompProfile | AppArmorProfile | undefined
  readonly defaults: readonly string[]
  readonly word: string
}

function checkMatch(errors: FieldError[], path: string, { text, profile, defaults, word }: Match): void {
  const refuse = (member: string, what: string) => {
    errors.push(forbidden(`${path}.${member}`, `${word} ${what} in annotation and field must match`))
  }
  if (profile?.type === 'Unconfined' && text !== 'unconfined') refuse('type', 'type')
  else if (profile?.type === 'RuntimeDefault' && !defaults.includes(text)) refuse('type', 'type')
  else if (profile?.type === 'Localhost') {
    if (!text.startsWith(LOCALHOST)) refuse('type', 'type')
    else if (text.slice(LOCALHOST.length) !== profile.localhostProfile) refuse('localhostProfile', 'profile')
  }
}
