import { join } from 'node:path'
import { hasTool, runTool } from './run-tool.ts'
import type { SystemImage } from './system-image.ts'

/** Node's name of this machine's processor in the engine's words. */
const machineArchitecture = process.arch === 'x64' ? 'amd64' : process.arch

/** The gateway: from Debian's packages where this machine has apt-get, else by its Dockerfile. */
export function gatewayImage(sources: string): SystemImage {
  return {
    name: 'gateway',
    sources,
    changes: ['ENTRYPOINT ["/slipway/gateway"]', 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
    async buildRootfs(directory, architecture) {
      const here = process.platform === 'linux' && architecture === machineArchitecture
      if (!here || !(await hasTool('apt-get', '--version'))) return false
      await runTool('sh', [join(sources, 'rootfs.sh'), directory])
      return true
    },
  }
}
