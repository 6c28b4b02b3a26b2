import type { KubeObject } from '../../../shared/api/object.ts'
import { type ResourceRef, resources } from '../../../shared/api/resources.ts'
import { isApiError } from '../../../shared/api/status.ts'
import type { TokenRequest } from '../../../shared/api/types/authentication-v1.ts'
import type {
  ConfigMap,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
} from '../../../shared/api/types/core-v1.ts'
import type { Client } from '../client/client.ts'
import type { Informers } from '../controller/informers.ts'

/** The objects that pods draw their environment, files and volumes from. */
export interface PodSources {
  /** Undefined when there is none. */
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>
  secret(namespace: string, name: string): Promise<Secret | undefined>
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined>
  volume(name: string): Promise<PersistentVolume | undefined>
  services(namespace: string): readonly Service[]
  pods(namespace: string): readonly Pod[]
  token(pod: Pod, request: { audience: string | undefined; expirationSeconds: number }): Promise<TokenRequest>
}

/** Answers from the caches; what a cache lacks is asked of the server, because the cache may be a little behind. */
export function podSources(client: Client, informers: Informers): PodSources {
  async function find<T extends KubeObject>(ref: ResourceRef<T>, name: string, namespace: string) {
    const cached = informers.of(ref).get(namespace ? `${namespace}/${name}` : name)
    if (cached) return cached
    try {
      return await client.resource(ref).get(name, namespace)
    } catch (error) {
      if (isApiError(error, 'NotFound')) return undefined
      throw error
    }
  }
  return {
    configMap: (namespace, name) => find(resources.configMaps, name, namespace),
    secret: (namespace, name) => find(resources.secrets, name, namespace),
    claim: (namespace, name) => find(resources.persistentVolumeClaims, name, namespace),
    volume: (name) => find(resources.persistentVolumes, name, ''),
    services: (namespace) => informers.of(resources.services).list(namespace),
    pods: (namespace) => informers.of(resources.pods).list(namespace),
    async token(pod, { audience, expirationSeconds }) {
      const { name, namespace, uid } = pod.metadata
      const account = pod.spec?.serviceAccountName || 'default'
      const body: TokenRequest = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: {},
        spec: {
          audiences: audience ? [audience] : [],
          expirationSeconds,
          boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
        },
      }
      const accounts = client.resource(resources.serviceAccounts)
      return await accounts.createSubresource({ name: account, namespace }, 'token', body)
    },
  }
}
