import type { Plugin } from 'vite'

const ABSENT = '\0dockerode-session'

/**
 * Leaves out dockerode's BuildKit sessions. They load gRPC and Protocol Buffers at every start, some 8 MB, and only its
 * `buildImage` uses them, which nothing here calls.
 */
export function withoutBuildSessions(): Plugin {
  return {
    name: 'slipway:without-build-sessions',
    enforce: 'pre',
    resolveId(source, importer) {
      const isSession = source === './session' && importer?.includes('/node_modules/dockerode/')
      return isSession ? ABSENT : undefined
    },
    load(id) {
      if (id !== ABSENT) return undefined
      return "module.exports = () => { throw new Error('BuildKit sessions are not part of this bundle') }"
    },
  }
}
