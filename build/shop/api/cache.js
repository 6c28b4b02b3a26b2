import { createClient } from '@redis/client'

const PRODUCTS = 'shop:products'
const VISITS = 'shop:visits'
const KEEP_SECONDS = 10

/** A cache of the product list and the visitor counter. Reconnects by itself. */
export class Cache {
  #client

  constructor(url) {
    this.#client = createClient({
      url,
      disableOfflineQueue: true,
      socket: { reconnectStrategy: (tries) => Math.min(200 * (tries + 1), 2000), connectTimeout: 3000 },
    })
    this.#client.on('error', (error) => console.error(`Redis: ${error.message || error.code}`))
    this.#client.on('ready', () => console.log('Redis is ready'))
  }

  get isReady() {
    return this.#client.isReady
  }

  async open() {
    await this.#client.connect()
  }

  async products() {
    const text = await this.#client.get(PRODUCTS)
    return text === null ? undefined : JSON.parse(text)
  }

  async keepProducts(products) {
    await this.#client.set(PRODUCTS, JSON.stringify(products), { EX: KEEP_SECONDS })
  }

  async forgetProducts() {
    await this.#client.del(PRODUCTS)
  }

  countVisit() {
    return this.#client.incr(VISITS)
  }

  async close() {
    await this.#client.close()
  }
}
