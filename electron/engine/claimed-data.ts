import { resources } from '../../shared/api/resources.ts'
import type { ClaimedData } from '../../shared/ipc/contract.ts'
import type { Client } from './client/client.ts'

/** The claims of a running cluster that have a volume. */
export async function claimedData(client: Client): Promise<ClaimedData[]> {
  const { items } = await client.resource(resources.persistentVolumeClaims).list()
  return items
    .filter(({ spec }) => spec?.volumeName)
    .map(({ metadata, status }) => ({
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      size: status?.capacity?.storage ?? '',
    }))
}
