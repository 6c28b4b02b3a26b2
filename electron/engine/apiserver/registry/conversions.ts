import type { Conversion } from './resource.ts'

/** Conversion to the storage version, by "group/version/Kind" of the served version. */
export const conversions: Readonly<Record<string, Conversion>> = {}
