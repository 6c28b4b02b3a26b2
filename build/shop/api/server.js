// The shop's API: products and orders in PostgreSQL, a cache and a visitor counter in Redis.
import { createServer } from 'node:http'
import { hostname } from 'node:os'
import { Cache } from './cache.js'
import { Database, NotEnoughStock } from './database.js'

const env = process.env
const PORT = Number(env.PORT ?? 8080)
/** How long to go on serving after SIGTERM, so that everyone has noticed that this pod is not ready any more. */
const DRAIN_MS = Number(env.DRAIN_MS ?? 5000)
const MAX_BODY_BYTES = 10_000
const about = { version: env.SHOP_VERSION ?? 'unknown', pod: env.POD_NAME ?? hostname() }

const database = new Database({
  host: env.POSTGRES_HOST ?? 'postgres',
  database: env.POSTGRES_DB ?? 'shop',
  user: env.POSTGRES_USER ?? 'shop',
  password: env.POSTGRES_PASSWORD,
})
const cache = new Cache(env.REDIS_URL ?? 'redis://redis:6379')
let draining = false

const routes = {
  'GET /healthz': async () => ({ status: 200, body: { ok: true } }),
  'GET /readyz': async () => {
    const ready = !draining && database.isReady && cache.isReady
    return { status: ready ? 200 : 503, body: { draining, database: database.isReady, cache: cache.isReady } }
  },
  'GET /api/version': async () => ({ status: 200, body: about }),
  'GET /api/products': async () => {
    const cached = await cache.products()
    if (cached) return { status: 200, body: { products: cached, from: 'Redis', ...about } }
    const products = await database.products()
    await cache.keepProducts(products)
    return { status: 200, body: { products, from: 'PostgreSQL', ...about } }
  },
  'GET /api/orders': async () => ({ status: 200, body: { ...(await database.orders()), ...about } }),
  'GET /api/reports': async () => ({ status: 200, body: { reports: await database.reports(), ...about } }),
  'POST /api/orders': async (request) => {
    const { productId, quantity } = await readJson(request)
    if (!Number.isInteger(productId) || !Number.isInteger(quantity) || quantity < 1 || quantity > 100) {
      throw new BadRequest('productId and a quantity from 1 to 100 are needed')
    }
    const order = await database.placeOrder(productId, quantity)
    await cache.forgetProducts()
    return { status: 201, body: { order, ...about } }
  },
  'POST /api/visits': async () => ({ status: 200, body: { visits: await cache.countVisit(), ...about } }),
}

class BadRequest extends Error {}

const server = createServer(async (request, response) => {
  const path = new URL(request.url ?? '/', 'http://shop').pathname
  const route = routes[`${request.method} ${path}`]
  const { status, body } = route ? await answer(route, request) : { status: 404, body: { error: 'not found' } }
  const text = JSON.stringify(body)
  // While draining, clients are told to connect anew: their next connection goes to another pod.
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(draining ? { connection: 'close' } : {}),
  })
  response.end(text)
})

async function answer(route, request) {
  try {
    return await route(request)
  } catch (error) {
    if (error instanceof BadRequest) return { status: 400, body: { error: error.message } }
    if (error instanceof NotEnoughStock) return { status: 409, body: { error: error.message } }
    console.error(`${request.method} ${request.url}: ${error.message}`)
    return { status: 503, body: { error: 'the shop cannot answer just now' } }
  }
}

async function readJson(request) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_BODY_BYTES) throw new BadRequest('the body is too large')
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new BadRequest('the body is not JSON')
  }
}

function stop(signal) {
  if (draining) return
  draining = true
  console.log(`${signal}: not ready any more, stopping in ${DRAIN_MS} ms`)
  setTimeout(() => {
    server.close(async () => {
      await Promise.allSettled([database.close(), cache.close()])
      console.log('stopped: every open request was answered')
      process.exit(0)
    })
    server.closeIdleConnections()
  }, DRAIN_MS)
}

process.on('SIGTERM', stop)
process.on('SIGINT', stop)
// Longer than any client's pause between two requests of one connection.
server.keepAliveTimeout = 75_000
server.listen(PORT, () => console.log(`shop API ${about.version} listens on ${PORT} as ${about.pod}`))
database.open()
cache.open()
