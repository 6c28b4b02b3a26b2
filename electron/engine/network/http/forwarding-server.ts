import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { forwardRequest, type Target } from './forward-request.ts'
import { forwardUpgrade } from './forward-upgrade.ts'
import type { AddedHeaders } from './headers.ts'

/** An HTTP server, not listening yet, that sends each request and upgrade on to its target. */
export function forwardingServer(
  targetOf: (incoming: IncomingMessage) => Target,
  addedTo: (incoming: IncomingMessage) => AddedHeaders = () => [],
): Server {
  const serve = (incoming: IncomingMessage, answer: ServerResponse) =>
    forwardRequest(incoming, answer, targetOf(incoming), addedTo(incoming))
  const server = createServer(serve)
  // Whether the body is wanted is the pod's to say.
  server.on('checkContinue', serve)
  server.on('upgrade', (incoming, socket, head) => {
    socket.on('error', () => socket.destroy())
    void forwardUpgrade(incoming, { socket, head }, targetOf(incoming), addedTo(incoming))
  })
  return server
}
