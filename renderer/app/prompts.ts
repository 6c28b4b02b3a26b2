import { createStore } from 'zustand/vanilla'
import type { KubeObject } from '../../shared/api/object.ts'
import type { ClusterSummary } from '../../shared/ipc/contract.ts'
import type { KindView } from '../views/kind-view.ts'

/** What is asked before: `end` removes a node whose pods can't be moved, `overcommit` adds one that there is no room for. */
export type NodeChange = 'fail' | 'remove' | 'end' | 'overcommit'

/** The one dialog that is open, if any. */
export type Prompt =
  | { readonly type: 'palette' }
  | { readonly type: 'shortcuts' }
  | { readonly type: 'create-cluster' }
  | { readonly type: 'delete-cluster'; readonly cluster: ClusterSummary }
  | { readonly type: 'stop-cluster'; readonly cluster: ClusterSummary }
  | { readonly type: 'delete-object'; readonly kind: KindView; readonly object: KubeObject }
  /** `why` is what the engine said to a first try. */
  | { readonly type: 'node'; readonly change: NodeChange; readonly node: string; readonly why?: string }
  | { readonly type: 'scale'; readonly kind: KindView; readonly object: KubeObject }

export function createPromptStore() {
  return createStore<{ readonly prompt: Prompt | undefined }>(() => ({ prompt: undefined }))
}
