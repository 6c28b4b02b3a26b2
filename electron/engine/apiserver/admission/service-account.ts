import type { Pod, ServiceAccount, VolumeMount } from '../../../../shared/api/types/core-v1.ts'
import { newForbidden } from '../machinery/api-errors.ts'
import type { AdmissionPlugin } from './admission.ts'
import type { AdmissionState } from './plugins.ts'

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const PREFIX = 'kube-api-access-'
const MIRROR = 'kubernetes.io/config.mirror'
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** ServiceAccount: every pod runs as one, and finds its token, the cluster's CA and its namespace in a volume. */
export function serviceAccountAdmission({ store, random }: AdmissionState): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    resources: new Set(['pods']),
    mutate({ operation, call, object, name: podName }) {
      if (operation !== 'CREATE' || call.subresource !== '') return
      const pod = object as Pod
      if (!pod.spec || pod.metadata.annotations?.[MIRROR] !== undefined) return
      pod.spec.serviceAccountName ||= 'default'
      pod.spec.serviceAccount = pod.spec.serviceAccountName
      const name = pod.spec.serviceAccountName
      const account = store.get({ resource: 'serviceaccounts', namespace: call.namespace, name })?.object as
        | ServiceAccount
        | undefined
      if (account === undefined) {
        const why = `error looking up service account ${call.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`
        throw newForbidden(call.resource, podName, why)
      }
      if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) {
        let suffix = ''
        for (let at = 0; at < 5; at++) suffix += ALPHABET[Math.floor(random.number() * ALPHABET.length)]
        mountToken(pod, `${PREFIX}${suffix}`)
      }
      if (!pod.spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
        pod.spec.imagePullSecrets = account.imagePullSecrets.map((secret) => ({ ...secret }))
      }
    },
  }
}

function mountToken(pod: Pod, freshName: string): void {
  const { spec } = pod
  if (!spec) return
  const existing = spec.volumes?.find(({ name }) => name.startsWith(PREFIX))?.name
  const name = existing ?? freshName
  let mounted = false
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH)) continue
    const mount: VolumeMount = { name, readOnly: true, mountPath: MOUNT_PATH }
    container.volumeMounts = [...(container.volumeMounts ?? []), mount]
    mounted = true
  }
  if (!mounted || existing !== undefined) return
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ]
  spec.volumes = [...(spec.volumes ?? []), { name, projected: { sources, defaultMode: 0o644 } }]
}
