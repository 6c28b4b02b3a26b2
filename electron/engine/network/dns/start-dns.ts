import type { KubeObject } from '../../../../shared/api/object.ts'
import { type ResourceRef, resources } from '../../../../shared/api/resources.ts'
import { isApiError } from '../../../../shared/api/status.ts'
import type { Client } from '../../client/client.ts'
import {
  type DnsOptions,
  dnsClusterRole,
  dnsClusterRoleBinding,
  dnsConfigMap,
  dnsDeployment,
  dnsService,
  dnsServiceAccount,
} from './manifests.ts'

/**
 * Makes the cluster have DNS, and a newer one after Slipway was updated. What a user changed stays where it is theirs
 * to change: the Corefile and the number of replicas are written only when the objects are made.
 */
export async function startDns(client: Client, options: DnsOptions): Promise<void> {
  await createOnce(client, resources.serviceAccounts, dnsServiceAccount())
  await createOnce(client, resources.clusterRoles, dnsClusterRole())
  await createOnce(client, resources.clusterRoleBindings, dnsClusterRoleBinding())
  await createOnce(client, resources.configMaps, dnsConfigMap())
  await createOnce(client, resources.services, dnsService(options))
  const deployment = dnsDeployment(options)
  if (await createOnce(client, resources.deployments, deployment)) return
  await updateImage(client, options.image)
}

/** Whether it was made now. Looks first: a Service of the same address is refused for the address, not for its name. */
async function createOnce<T extends KubeObject>(client: Client, ref: ResourceRef<T>, object: T): Promise<boolean> {
  const { name = '', namespace } = object.metadata
  try {
    await client.resource(ref).get(name, namespace)
    return false
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
  await client.resource(ref).create(object)
  return true
}

async function updateImage(client: Client, image: string): Promise<void> {
  const deployments = client.resource(resources.deployments)
  const key = { name: 'coredns', namespace: 'kube-system' }
  const found = await deployments.get(key.name, key.namespace)
  const containers = found.spec?.template.spec?.containers ?? []
  if (containers.some((container) => container.name === 'coredns' && container.image === image)) return
  const changed = containers.map((container) => (container.name === 'coredns' ? { ...container, image } : container))
  await deployments.patch(key, {
    type: 'application/merge-patch+json',
    body: { spec: { template: { spec: { containers: changed } } } },
  })
}
