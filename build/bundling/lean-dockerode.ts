import type { Plugin } from 'vite'

/** By package: the file that is left out, and what it would be for. */
const LEFT_OUT: Readonly<Record<string, readonly [file: string, purpose: string]>> = {
  dockerode: ['./session', 'BuildKit sessions'],
  'docker-modem': ['./ssh', 'Engines behind SSH'],
}
const ABSENT = '\0absent:'

/**
 * Leaves out what dockerode would load at every start and nothing here uses: gRPC and Protocol Buffers for image builds,
 * and SSH. The relay loads SSH itself, where a cluster needs it.
 */
export function leanDockerode(): Plugin {
  return {
    name: 'slipway:lean-dockerode',
    enforce: 'pre',
    resolveId(source, importer = '') {
      for (const [name, [file]] of Object.entries(LEFT_OUT)) {
        if (source === file && importer.includes(`/node_modules/${name}/`)) return ABSENT + name
      }
      return undefined
    },
    load(id) {
      if (!id.startsWith(ABSENT)) return undefined
      const purpose = LEFT_OUT[id.slice(ABSENT.length)]?.[1]
      return `module.exports = () => { throw new Error('${purpose} are not part of this bundle') }`
    },
  }
}
