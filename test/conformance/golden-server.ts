import { randomUUID } from 'node:crypto'
import { createApiServer } from '../../electron/engine/apiserver/api-server.ts'
import { createAuthenticator } from '../../electron/engine/apiserver/auth/authenticator.ts'
import { bootstrapCluster } from '../../electron/engine/apiserver/bootstrap/bootstrap-cluster.ts'
import { type Listener, listen } from '../../electron/engine/apiserver/http/listener.ts'
import { memoryStore } from '../../electron/engine/store/memory-store.ts'
import { SystemClock } from '../../electron/engine/system-clock.ts'
import { testTls } from '../support/test-tls.ts'

export const GOLDEN_TOKEN = 'golden'

/** An API server as the golden answers were recorded from: no controllers, a user in system:masters, 10.96.0.0/16. */
export async function startGoldenServer(port = 0): Promise<Listener> {
  const clock = new SystemClock()
  const random = { uuid: () => randomUUID(), number: () => Math.random() }
  const apiServer = createApiServer({
    store: memoryStore({ clock, freeze: true }),
    clock,
    random,
    serviceCidr: '10.96.0.0/16',
  })
  await bootstrapCluster(apiServer)
  const user = { name: 'admin', uid: '1', groups: ['system:masters'] }
  const authenticator = createAuthenticator({
    staticTokens: new Map([[GOLDEN_TOKEN, user]]),
    tokenUser: (token) => apiServer.context.tokens.user(token),
  })
  return listen(apiServer, { authenticator }, { host: '127.0.0.1', port, tls: await testTls() })
}

if (process.argv[1] === import.meta.filename) {
  const listener = await startGoldenServer(Number(process.argv[2] ?? 0))
  process.stdout.write(`https://127.0.0.1:${listener.port} ${GOLDEN_TOKEN}\n`)
}
