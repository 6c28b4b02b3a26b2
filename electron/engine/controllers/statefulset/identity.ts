import { controllerReference } from '../../../../shared/api/owner-references.ts'
import type { ControllerRevision, StatefulSet } from '../../../../shared/api/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../shared/api/types/core-v1.ts'
import { templateOf } from '../workload/revisions.ts'

const REVISION_LABEL = 'controller-revision-hash'
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name'
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index'

/** The ordinal in a pod's name; undefined when the pod is not named after the set. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`
  const name = pod.metadata.name ?? ''
  const digits = name.slice(prefix.length)
  return name.startsWith(prefix) && /^\d+$/.test(digits) ? Number(digits) : undefined
}

export function revisionNameOf(pod: Pod): string | undefined {
  return pod.metadata.labels?.[REVISION_LABEL]
}

/** The labels of a member's own, by which a Service or a policy can choose it alone. */
export function identityLabels(podName: string): Record<string, string> {
  return { [POD_NAME_LABEL]: podName, [POD_INDEX_LABEL]: podName.slice(podName.lastIndexOf('-') + 1) }
}

/** The pod with this ordinal: its name, host name and claims stay the same however often it is made anew. */
export function podOf(set: StatefulSet, revision: ControllerRevision, ordinal: number): Pod {
  const template = templateOf(revision)
  const name = `${set.metadata.name}-${ordinal}`
  const { annotations, finalizers, labels } = template.metadata ?? {}
  const claims = (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => ({
    name: metadata.name ?? '',
    persistentVolumeClaim: { claimName: `${metadata.name}-${name}`, readOnly: false },
  }))
  const others = (template.spec?.volumes ?? []).filter((volume) => !claims.some((claim) => claim.name === volume.name))
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: set.metadata.namespace,
      labels: {
        ...labels,
        ...identityLabels(name),
        [REVISION_LABEL]: revision.metadata.name ?? '',
      },
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      containers: [],
      ...template.spec,
      hostname: name,
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(claims.length + others.length > 0 ? { volumes: [...claims, ...others] } : {}),
    },
  }
}

/** The claims that a pod of the set mounts; they outlive the pod. */
export function claimsOf(set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => ({
    ...template,
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: `${template.metadata.name}-${pod.metadata.name}`,
      namespace: set.metadata.namespace,
      labels: { ...template.metadata.labels, ...set.spec?.selector.matchLabels },
    },
  }))
}
