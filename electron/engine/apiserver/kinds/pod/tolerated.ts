import type { PodSpec } from '../../../../../shared/api/types/core-v1.ts'
import type { FieldError } from '../../machinery/field-error.ts'
import { checkLabelSelector } from '../checks.ts'
import { eachContainer, NOTHING_TOLERATED, type PodRules, type Tolerated } from './pod-rules.ts'
import { isHugePages } from './resource-names.ts'
import { type Annotations, hasValidDeletionCost } from './validate-annotations.ts'
import { checkNodeSelector } from './validate-node-selector.ts'
import { checkLocalPath } from './validate-paths.ts'
import { isWholePages } from './validate-resources.ts'
import { sysctlNamespace } from './validate-security.ts'

/** GetValidationOptionsFromPodSpecAndMeta: by what the stored spec has. */
export function toleratedOf(old: PodSpec | undefined, annotations?: Annotations): Tolerated {
  if (!old) return NOTHING_TOLERATED
  return {
    deletionCost: !hasValidDeletionCost(annotations),
    labelValuesInSelectors: finds((errors) => {
      for (const affinity of [old.affinity?.podAffinity, old.affinity?.podAntiAffinity]) {
        const terms = [
          ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
          ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => term.podAffinityTerm),
        ]
        for (const term of terms) {
          checkLabelSelector(errors, '', term.labelSelector)
          checkLabelSelector(errors, '', term.namespaceSelector)
        }
      }
    }),
    spreadSelectors: finds((errors) => {
      for (const { labelSelector } of old.topologySpreadConstraints ?? []) checkLabelSelector(errors, '', labelSelector)
    }),
    requiredNodeLabels: finds((errors) => {
      const selector = old.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      if (selector) checkNodeSelector(errors, '', selector)
    }),
    tokenPaths: finds((errors) => {
      const tokens = old.volumes?.flatMap(({ projected }) => projected?.sources ?? [])
      for (const { serviceAccountToken } of tokens ?? []) {
        if (serviceAccountToken) checkLocalPath(errors, '', serviceAccountToken.path)
      }
    }),
    hugePages: hasBrokenHugePages(old),
    hostSysctls: Boolean(
      old.securityContext?.sysctls?.some(({ name }) => {
        const namespace = sysctlNamespace(name)
        return (namespace === 'net' && old.hostNetwork) || (namespace === 'ipc' && old.hostIPC)
      }),
    ),
    seLinuxMountOption: old.securityContext?.seLinuxChangePolicy === 'MountOption',
  }
}

function finds(check: (errors: PodRules['errors']) => void): boolean {
  const errors: FieldError[] = []
  check(errors)
  return errors.length > 0
}

function hasBrokenHugePages(spec: PodSpec): boolean {
  let isBroken = false
  eachContainer(spec, '', ({ resources }) => {
    for (const list of [resources?.limits, resources?.requests]) {
      for (const [name, text] of Object.entries(list ?? {})) isBroken ||= isHugePages(name) && !isWholePages(name, text)
    }
  })
  return isBroken
}
