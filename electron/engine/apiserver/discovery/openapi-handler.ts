import type { Exchange } from '../http/exchange.ts'
import type { ServerContext } from '../registry/server-context.ts'

/** /openapi/v2 and /openapi/v3. */
export function openApiAnswer(_context: ServerContext, { response }: Exchange): void {
  response.writeHead(404)
  response.end()
}
