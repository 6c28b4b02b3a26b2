import type { KubeObject } from '../../../../shared/api/object.ts'
import type { ResourceRef } from '../../../../shared/api/resources.ts'
import { ignoreNotFound } from '../../../../shared/api/status.ts'
import type { Client } from '../../client/client.ts'

type Edit = (finalizers: readonly string[]) => string[]

export function without(finalizer: string): Edit {
  return (finalizers) => finalizers.filter((other) => other !== finalizer)
}

/** Changes what holds an object, on its newest state: other controllers let go of it too. Conflicts are the caller's. */
export async function editFinalizers<T extends KubeObject>(
  client: Client,
  ref: ResourceRef<T>,
  { metadata: { name = '', namespace, uid } }: T,
  edit: Edit,
): Promise<void> {
  const objects = client.resource(ref)
  const current = await objects.get(name, namespace).catch(ignoreNotFound)
  if (current?.metadata.uid !== uid) return
  const { resourceVersion, finalizers = [] } = current?.metadata ?? {}
  const wanted = edit(finalizers)
  if (wanted.length === finalizers.length) return
  const body = { metadata: { resourceVersion, finalizers: wanted } }
  await objects.patch({ name, namespace }, { type: 'application/merge-patch+json', body }).catch(ignoreNotFound)
}
