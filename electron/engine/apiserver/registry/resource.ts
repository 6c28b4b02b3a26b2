import type { KubeObject } from '../../../../shared/api/object.ts'
import type { KindStrategy } from '../kinds/strategy.ts'

export interface Subresource {
  readonly name: string
  /** "" for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly verbs: ReadonlySet<string>
}

/** Pure functions between one served version and the storage version; both answer private copies. */
export interface Conversion {
  toStorage(object: KubeObject): KubeObject
  fromStorage(object: KubeObject): KubeObject
}

/** One column of a table (metav1.TableColumnDefinition). */
export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format?: string | undefined
  readonly priority?: number | undefined
  readonly description?: string | undefined
}

/** JSON paths as a CustomResourceDefinition gives them. */
export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string | undefined
}

/** One served resource: what the facts (or a CustomResourceDefinition) say of it, and its strategy. */
export interface Resource {
  /** "" for the core group. */
  readonly group: string
  readonly version: string
  /** "v1" or "apps/v1". */
  readonly groupVersion: string
  readonly resource: string
  readonly kind: string
  readonly listKind: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: ReadonlySet<string>
  readonly subresources: ReadonlyMap<string, Subresource>
  readonly storageVersionHash: string
  /** Name of the type in the facts; "" for custom resources. */
  readonly type: string
  /** Paths that a write through a subresource ("" for the object) may not change; "+path": only these it may. */
  readonly reset: Readonly<Record<string, readonly string[]>>
  readonly strategy: KindStrategy
  /** "pods" or "deployments.apps": the resource of `ObjectKey`. */
  readonly storageKey: string
  /** "pods" or "deployments.apps", as error messages name it. */
  readonly qualified: string
  /** Set where this version is not the one stored. */
  readonly conversion?: Conversion | undefined
  /** The resource in the version that is stored; itself in most cases. */
  readonly storage: Resource
  /** Columns of a custom resource's tables. */
  readonly columns?: readonly TableColumn[] | undefined
  /** Fields that a custom resource offers to field selectors. */
  readonly selectableFields?: readonly string[] | undefined
  /** Where a custom resource keeps what its Scale shows. */
  readonly scale?: ScalePaths | undefined
  /** Told with every answer of a version that should no longer be used. */
  readonly deprecation?: string | undefined
  /** Structural schema of a custom resource. */
  readonly schema?: unknown
}

export function qualifiedName(group: string, resource: string): string {
  return group === '' ? resource : `${resource}.${group}`
}
