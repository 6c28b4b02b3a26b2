import type { KindStrategy } from './strategy.ts'

/** Every kind's strategy, by "group/version/Kind" ("v1/Pod" for the core group). One file per kind beside this one. */
export const strategies: Readonly<Record<string, KindStrategy>> = {}
