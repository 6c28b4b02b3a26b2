/**
 * Node flags of an engine process that this project starts. V8 would let what is new grow to several times as much
 * before it cleans up; under load that costs a hundred megabytes and saves no time.
 */
export const ENGINE_FLAGS: readonly string[] = ['--max-semi-space-size=8']

/**
 * Environment of such a process, for glibc's malloc: one arena. It would give every thread its own, and none of them
 * gives back what it held at the start.
 */
export const ENGINE_ENVIRONMENT: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1' }

/**
 * The same for the app. Electron's main process takes them from its command line only: a switch that its script appends
 * and `v8.setFlagsFromString` both come too late for the size of the young heap.
 */
export const APP_FLAGS: readonly string[] = [`--js-flags=${ENGINE_FLAGS.join(' ')}`]
