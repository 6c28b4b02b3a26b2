// The shop's report, made by a CronJob: what was ordered so far goes into the table `reports`, and to the log.
import { Database } from './database.js'

const env = process.env
const database = new Database({
  host: env.POSTGRES_HOST ?? 'postgres',
  database: env.POSTGRES_DB ?? 'shop',
  user: env.POSTGRES_USER ?? 'shop',
  password: env.POSTGRES_PASSWORD,
})

try {
  const { madeAt, orders, cents } = await database.makeReport()
  console.log(`${madeAt.toISOString()}: ${orders} orders, ${(cents / 100).toFixed(2)} in all`)
} catch (error) {
  console.error(`no report: ${error.message}`)
  process.exitCode = 1
} finally {
  await database.close()
}
