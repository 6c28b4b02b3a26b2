import type { ClientMessage, ServerMessage } from '../../../shared/ipc/protocol.ts'

/** What the test tells the app's process. `path` are labels from the tray's menu down to the item. */
export type ToApp =
  | { readonly type: 'click'; readonly path: readonly string[] }
  | { readonly type: 'page'; readonly message: ClientMessage }
  | { readonly type: 'closeWindow' }

/** What the app's process tells the test: each tray menu as it is set, windows, and what the engine says to the page. */
export type FromApp =
  | { readonly type: 'tray'; readonly labels: readonly string[] }
  | { readonly type: 'windows'; readonly count: number }
  | { readonly type: 'page'; readonly message: ServerMessage }
