// A web server that answers its VERSION and goes as production servers should: after SIGTERM it goes on answering, asks
// kept-alive clients to leave, and ends when none is left.
import http from 'node:http'

let leaving = false
const server = http.createServer((_request, response) => {
  if (leaving) response.setHeader('connection', 'close')
  response.end(process.env.VERSION)
})
server.keepAliveTimeout = 60_000
server.listen(8080)
process.on('SIGTERM', () => {
  leaving = true
  setTimeout(() => {
    server.close(() => process.exit(0))
    server.closeIdleConnections()
  }, 4_000)
})
