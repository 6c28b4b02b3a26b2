import { join } from 'node:path'
import { hasTool, runTool } from './run-tool.ts'
import type { SystemImage } from './system-image.ts'

/** CoreDNS: compiled where this machine has Go (for any architecture), else by its Dockerfile. */
export function dnsImage(sources: string): SystemImage {
  return {
    name: 'coredns',
    sources,
    changes: ['ENTRYPOINT ["/coredns"]'],
    async buildRootfs(directory, architecture) {
      if (!(await hasTool('go', 'version'))) return false
      const env = { ...process.env, CGO_ENABLED: '0', GOOS: 'linux', GOARCH: architecture }
      const flags = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w']
      await runTool('go', ['build', ...flags, '-o', join(directory, 'coredns'), '.'], { cwd: sources, env })
      return true
    },
  }
}
