import type { PodSecurityContext, PodSpec, SecurityContext } from '../../../../../shared/api/types/core-v1.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '../../machinery/field-error.ts'
import { type AnyContainer, eachContainer, type PodRules } from './pod-rules.ts'

const SYSTEMS = ['linux', 'windows']

/** validateOS and, for a known system, what may not be set on it. */
export function checkOS({ errors, spec }: PodRules, path: string): void {
  if (!spec.os) return
  const { name } = spec.os
  if (!name) errors.push(required(`${path}.os.name`))
  else if (!SYSTEMS.includes(name)) errors.push(notSupported(`${path}.os`, name, SYSTEMS))
  else if (name === 'linux') checkLinux(errors, spec, path)
  else checkWindows(errors, spec, path)
}

function checkLinux(errors: FieldError[], spec: PodSpec, path: string): void {
  const refuse = (context: SecurityContext | PodSecurityContext | undefined, own: string) => {
    if (!context?.windowsOptions) return
    errors.push(forbidden(`${own}.securityContext.windowsOptions`, 'windows options cannot be set for a linux pod'))
  }
  refuse(spec.securityContext, path)
  eachContainer(spec, path, ({ securityContext }, own) => {
    refuse(securityContext, own)
  })
}

const NOT_ON_WINDOWS = {
  pod: ['shareProcessNamespace', 'hostUsers', 'hostPID', 'hostIPC'],
  podContext: [
    'appArmorProfile',
    'seLinuxOptions',
    'seccompProfile',
    'fsGroup',
    'fsGroupChangePolicy',
    'sysctls',
    'runAsUser',
    'runAsGroup',
    'supplementalGroups',
    'supplementalGroupsPolicy',
    'seLinuxChangePolicy',
  ],
  container: [
    'appArmorProfile',
    'seLinuxOptions',
    'seccompProfile',
    'capabilities',
    'readOnlyRootFilesystem',
    'privileged',
    'allowPrivilegeEscalation',
    'procMount',
    'runAsUser',
    'runAsGroup',
  ],
} as const

function checkWindows(errors: FieldError[], spec: PodSpec, path: string): void {
  const refuse = (field: string) => {
    errors.push(forbidden(field, 'cannot be set for a windows pod'))
  }
  if (spec.resources) errors.push(forbidden(`${path}.resources`, 'may not be set for a windows pod'))
  for (const member of NOT_ON_WINDOWS.pod) {
    const value = spec[member]
    const isFlag = member === 'hostPID' || member === 'hostIPC'
    if (isFlag ? value === true : value !== undefined) refuse(`${path}.${member}`)
  }
  for (const member of NOT_ON_WINDOWS.podContext) {
    const value = spec.securityContext?.[member]
    if (value === undefined || (member === 'sysctls' && (value as unknown[]).length === 0)) continue
    refuse(`${path}.securityContext.${member}`)
  }
  eachContainer(spec, path, ({ securityContext }, own) => {
    if (!securityContext) return
    for (const member of NOT_ON_WINDOWS.container) {
      if (securityContext[member] !== undefined) refuse(`${own}.securityContext.${member}`)
    }
  })
}

/** validateWindowsHostProcessPod: one such container makes all of them so, on the host's network. */
export function checkHostProcess({ errors, spec }: PodRules, path: string): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess
  let containers = 0
  let hostProcesses = 0
  eachContainer(spec, path, (container: AnyContainer, own) => {
    containers++
    const ofContainer = container.securityContext?.windowsOptions?.hostProcess
    if (ofContainer ?? ofPod) hostProcesses++
    if (ofPod !== undefined && ofContainer !== undefined && ofPod !== ofContainer) {
      const message = `pod hostProcess value must be identical if both are specified, was ${ofPod}`
      errors.push(invalid(`${own}.securityContext.windowsOptions.hostProcess`, ofContainer, message))
    }
  })
  if (hostProcesses === 0) return
  if (hostProcesses !== containers) {
    const message = 'If pod contains any hostProcess containers then all containers must be HostProcess containers'
    errors.push(invalid(path, '', message))
  }
  if (!spec.hostNetwork) {
    const message = 'hostNetwork must be true if pod contains any hostProcess containers'
    errors.push(invalid(`${path}.hostNetwork`, false, message))
  }
}
