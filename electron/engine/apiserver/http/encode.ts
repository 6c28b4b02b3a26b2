import type { KubeObject } from '../../../../shared/api/object.ts'
import type { StoredObject } from '../../store/object-store.ts'
import type { Resource } from '../registry/resource.ts'

/** An object in the version asked for. */
export function inVersion(resource: Resource, object: KubeObject): KubeObject {
  return resource.conversion ? resource.conversion.fromStorage(object) : object
}

/** An object's JSON in the version asked for; the stored bytes themselves where that is the stored version. */
export function objectBytes(resource: Resource, stored: StoredObject): Buffer {
  return resource.conversion ? Buffer.from(JSON.stringify(inVersion(resource, stored.object))) : stored.json()
}

const prefixes = new WeakMap<Resource, Buffer>()
const OPEN = Buffer.from('{')
const COMMA = Buffer.from(',')

/** The start of every stored object of a resource: kind and apiVersion, which items of typed lists leave out. */
function headOf(resource: Resource): Buffer {
  const known = prefixes.get(resource)
  if (known) return known
  const head = Buffer.from(`{"kind":"${resource.kind}","apiVersion":"${resource.groupVersion}",`)
  prefixes.set(resource, head)
  return head
}

/** The pieces of a list answer: made of the stored bytes, nothing is encoded again. */
export function listPieces(
  resource: Resource,
  metadata: Record<string, unknown>,
  items: readonly StoredObject[],
): Uint8Array[] {
  const start = { kind: resource.listKind, apiVersion: resource.groupVersion, metadata }
  const pieces: Uint8Array[] = [Buffer.from(`${JSON.stringify(start).slice(0, -1)},"items":[`)]
  const head = headOf(resource)
  const typed = resource.type !== ''
  let first = true
  for (const item of items) {
    if (!first) pieces.push(COMMA)
    first = false
    const bytes = objectBytes(resource, item)
    if (!typed) pieces.push(bytes)
    else if (bytes.compare(head, 0, head.length, 0, Math.min(head.length, bytes.length)) === 0)
      pieces.push(OPEN, bytes.subarray(head.length))
    else
      pieces.push(
        Buffer.from(JSON.stringify({ ...inVersion(resource, item.object), kind: undefined, apiVersion: undefined })),
      )
  }
  pieces.push(Buffer.from(']}\n'))
  return pieces
}
