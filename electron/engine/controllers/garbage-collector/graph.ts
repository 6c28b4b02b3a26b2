import type { KubeObject } from '../../../../shared/api/object.ts'
import type { OwnerReference } from '../../../../shared/api/types/meta-v1.ts'
import type { DiscoveredResource } from '../../client/discovery.ts'

export const FOREGROUND = 'foregroundDeletion'
export const ORPHAN = 'orphan'

export interface GraphNode {
  readonly resource: DiscoveredResource
  readonly object: KubeObject
}

/**
 * Who owns whom, over all resources, by uid.
 * - Dependents are known by their references, so an owner need not exist (any more, or yet) to have them.
 * - An answer takes time proportional to itself.
 */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>()
  readonly #dependents = new Map<string, Set<string>>()

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid)
  }

  nodes(): Iterable<GraphNode> {
    return this.#nodes.values()
  }

  dependentsOf(uid: string): GraphNode[] {
    const found: GraphNode[] = []
    for (const dependent of this.#dependents.get(uid) ?? []) {
      const node = this.#nodes.get(dependent)
      if (node !== undefined) found.push(node)
    }
    return found
  }

  put(node: GraphNode): void {
    const uid = uidOf(node.object)
    const before = this.#nodes.get(uid)
    this.#nodes.set(uid, node)
    if (before !== undefined) this.#unlink(uid, ownersOf(before.object))
    for (const owner of ownersOf(node.object)) {
      const dependents = this.#dependents.get(owner.uid)
      if (dependents === undefined) this.#dependents.set(owner.uid, new Set([uid]))
      else dependents.add(uid)
    }
  }

  remove(object: KubeObject): void {
    const uid = uidOf(object)
    this.#nodes.delete(uid)
    this.#unlink(uid, ownersOf(object))
  }

  #unlink(uid: string, owners: readonly OwnerReference[]): void {
    for (const owner of owners) {
      const dependents = this.#dependents.get(owner.uid)
      dependents?.delete(uid)
      if (dependents?.size === 0) this.#dependents.delete(owner.uid)
    }
  }
}

export function uidOf(object: KubeObject): string {
  return object.metadata.uid ?? ''
}

export function ownersOf(object: KubeObject): readonly OwnerReference[] {
  return object.metadata.ownerReferences ?? []
}

/** Being deleted with a finalizer of the garbage collector: it waits for its dependents, or for their orphaning. */
export function waitsFor(object: KubeObject, finalizer: typeof FOREGROUND | typeof ORPHAN): boolean {
  const { deletionTimestamp, finalizers = [] } = object.metadata
  return deletionTimestamp !== undefined && finalizers.includes(finalizer)
}
