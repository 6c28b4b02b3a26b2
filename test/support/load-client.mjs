// Sends requests at a steady rate and counts the answers: `node load-client.mjs URL RATE SECONDS keep-alive|close [HOST]`.
// Never retries. Prints one JSON line at the end: {sent, ok, failures: {message: count}, versions: {body: count}}.
// Plain JavaScript without dependencies: it runs on the laptop and, out of a ConfigMap, in a pod.
import http from 'node:http'

const [url, rate, seconds, mode, host] = process.argv.slice(2)
const headers = host === undefined ? {} : { host }
const agent = new http.Agent({
  keepAlive: mode === 'keep-alive',
  maxSockets: mode === 'keep-alive' ? 8 : Number.POSITIVE_INFINITY,
})
const result = { sent: 0, ok: 0, failures: {}, versions: {} }
const count = (map, key) => {
  map[key] = (map[key] ?? 0) + 1
}

function send() {
  result.sent += 1
  return new Promise((resolve) => {
    const fail = (message) => {
      count(result.failures, message)
      resolve()
    }
    const request = http.get(url, { agent, headers, timeout: 10_000 }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('error', (error) => fail(error.message))
      response.on('end', () => {
        if (response.statusCode !== 200) return fail(`status ${response.statusCode}`)
        result.ok += 1
        count(result.versions, body)
        resolve()
      })
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', (error) => fail(error.message))
  })
}

const open = new Set()
const started = performance.now()
const timer = setInterval(() => {
  const elapsed = (performance.now() - started) / 1000
  if (elapsed >= Number(seconds)) {
    clearInterval(timer)
    Promise.all(open).then(() => {
      console.log(JSON.stringify(result))
      process.exit(0)
    })
    return
  }
  for (const due = elapsed * Number(rate); result.sent < due; ) {
    const one = send()
    open.add(one)
    one.finally(() => open.delete(one))
  }
}, 5)
