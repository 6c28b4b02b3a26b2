import type { KubeObject } from '../../shared/api/object.ts'

/** The rows of the list on screen in their order: j and k move along them. */
export const rowsInView: { current: readonly KubeObject[] } = { current: [] }
