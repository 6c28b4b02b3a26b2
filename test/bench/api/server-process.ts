// The control plane of one cluster in a process of its own: API server and store on disk, without controllers and
// Docker. Told by IPC: 'cost' answers what it has used so far, 'stop' ends it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startControlPlane } from '../../../electron/engine/control-plane.ts'
import { createClientCertificate } from '../../../electron/engine/pki/certificates.ts'
import { openClusterPki } from '../../../electron/engine/pki/cluster-pki.ts'
import { SystemClock } from '../../../electron/engine/system-clock.ts'
import { resources } from '../../../shared/api/resources.ts'
import { silentLogger } from '../../../shared/lang/logger.ts'
import { Shutdown } from '../../../shared/lang/shutdown.ts'
import type { ServerAddress, ServerCost } from './server.ts'

export const BENCH_NAMESPACES = ['bench-a', 'bench-b']

const directory = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
const clock = new SystemClock()
const shutdown = new Shutdown()
const pki = await openClusterPki(join(directory, 'pki'), ['127.0.0.1'], clock.now())
const serviceCidr = '10.96.0.0/16'
const deps = { tolerationSeconds: 300, directory, pki, serviceCidr, apiPort: 0, clock, logger: silentLogger }
const { client, port } = await startControlPlane(deps, shutdown)

// Not system:masters, which RBAC lets pass without looking.
await client.resource(resources.clusterRoleBindings).create({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'bench' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'bench' }],
})
for (const name of BENCH_NAMESPACES) {
  await client.resource(resources.namespaces).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  await client
    .resource(resources.serviceAccounts)
    .create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } })
}

const subject = { commonName: 'bench', organizations: ['bench'] }
const user = await createClientCertificate(pki.authority, subject, clock.now())
const address: ServerAddress = { port, ca: pki.authority.cert, cert: user.cert, key: user.key }
process.send?.(address)
process.on('message', (message) => {
  if (message === 'cost') process.send?.(cost())
  else void stop()
})
process.on('disconnect', () => void stop())

function cost(): ServerCost {
  const { user, system } = process.cpuUsage()
  return { cpuMs: (user + system) / 1000, residentMB: process.memoryUsage.rss() / 2 ** 20 }
}

async function stop(): Promise<void> {
  await shutdown.run()
  rmSync(directory, { recursive: true, force: true })
  process.exit(0)
}
