import type { StoredObject } from '../../store/object-store.ts'
import { type DeleteRequest, deleteObject } from './delete-object.ts'
import type { Call, ServerContext } from './server-context.ts'

/** Deleted together, they share commits; more of them would only keep other requests waiting. */
const AT_ONCE = 64

/** Deletes each of them. What is gone already is no failure; the first failure ends it, the others of its group done. */
export async function deleteCollection(
  context: ServerContext,
  call: Call,
  items: readonly StoredObject[],
  request: DeleteRequest,
): Promise<void> {
  const deleteOne = async ({ key }: StoredObject) => {
    const { namespace, name } = key
    try {
      await deleteObject(context, { ...call, namespace, name }, request)
    } catch (error) {
      if (context.store.get(key) !== undefined) throw error
    }
  }
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const results = await Promise.allSettled(items.slice(from, from + AT_ONCE).map(deleteOne))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }
}
