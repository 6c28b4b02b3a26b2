import pg from 'pg'

const RETRY_MS = 500
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS products (
    id integer PRIMARY KEY, name text NOT NULL, detail text NOT NULL, icon text NOT NULL,
    cents integer NOT NULL, stock integer NOT NULL CHECK (stock >= 0)
  );
  CREATE TABLE IF NOT EXISTS orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, product_id integer NOT NULL REFERENCES products,
    quantity integer NOT NULL CHECK (quantity > 0), placed_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE IF NOT EXISTS reports (
    made_at timestamptz PRIMARY KEY DEFAULT now(), orders integer NOT NULL, cents bigint NOT NULL
  );
  INSERT INTO products (id, name, detail, icon, cents, stock) VALUES
    (1, 'Brass compass', 'Finds north without an add-on', '🧭', 4900, 120),
    (2, 'Manila rope, 20 m', 'Three strands, no dangling ends', '🪢', 2400, 300),
    (3, 'Storm lantern', 'Stays up while everything restarts', '🏮', 3900, 80),
    (4, 'Folding anchor', 'Holds state in any weather', '⚓', 8900, 45),
    (5, 'Signal flags', 'All forty, readable from afar', '🚩', 5900, 60),
    (6, 'Life ring', 'Readiness you can throw', '🛟', 3200, 150)
  ON CONFLICT (id) DO NOTHING;
`
/** Any number: every API pod takes the same lock, so that only one makes the tables at a time. */
const SCHEMA_LOCK = 20_461

export class NotEnoughStock extends Error {}

/** Products and orders. Connects in the background and again after the server was away. */
export class Database {
  isReady = false
  #pool

  constructor(settings) {
    this.#pool = new pg.Pool({ ...settings, max: 10, connectionTimeoutMillis: 3000, keepAlive: true })
    // An idle connection that breaks is replaced at the next query.
    this.#pool.on('error', (error) => console.error(`PostgreSQL: ${error.message}`))
  }

  async open() {
    try {
      await this.#transaction(async (connection) => {
        await connection.query('SELECT pg_advisory_xact_lock($1)', [SCHEMA_LOCK])
        await connection.query(SCHEMA)
      })
      this.isReady = true
      console.log('PostgreSQL is ready')
    } catch (error) {
      console.log(`PostgreSQL is not ready yet: ${error.message}`)
      setTimeout(() => this.open(), RETRY_MS)
    }
  }

  async products() {
    return (await this.#pool.query('SELECT id, name, detail, icon, cents, stock FROM products ORDER BY id')).rows
  }

  async orders() {
    const recent = await this.#pool.query(
      `SELECT o.id::int, p.name, p.icon, o.quantity, o.quantity * p.cents AS cents, o.placed_at AS "placedAt"
         FROM orders o JOIN products p ON p.id = o.product_id ORDER BY o.id DESC LIMIT 8`,
    )
    const count = await this.#pool.query('SELECT count(*)::int AS count FROM orders')
    return { count: count.rows[0].count, recent: recent.rows }
  }

  placeOrder(productId, quantity) {
    return this.#transaction(async (connection) => {
      const taken = await connection.query('UPDATE products SET stock = stock - $2 WHERE id = $1 AND stock >= $2', [
        productId,
        quantity,
      ])
      if (taken.rowCount === 0) throw new NotEnoughStock('there is not that much of it')
      const order = await connection.query(
        'INSERT INTO orders (product_id, quantity) VALUES ($1, $2) RETURNING id::int, quantity',
        [productId, quantity],
      )
      return order.rows[0]
    })
  }

  async makeReport() {
    const report = await this.#pool.query(
      `INSERT INTO reports (orders, cents)
         SELECT count(*), coalesce(sum(o.quantity * p.cents), 0) FROM orders o JOIN products p ON p.id = o.product_id
       RETURNING made_at AS "madeAt", orders, cents::int`,
    )
    return report.rows[0]
  }

  async reports() {
    const made = await this.#pool.query(
      'SELECT made_at AS "madeAt", orders, cents::int FROM reports ORDER BY made_at DESC LIMIT 8',
    )
    return made.rows
  }

  close() {
    return this.#pool.end()
  }

  async #transaction(work) {
    const connection = await this.#pool.connect()
    try {
      await connection.query('BEGIN')
      const result = await work(connection)
      await connection.query('COMMIT')
      connection.release()
      return result
    } catch (error) {
      // Closing the connection rolls back too, even when it is the connection that failed.
      connection.release(true)
      throw error
    }
  }
}
