// Is there a Docker engine, and if not, how to get one. Only as much as the bootstrap needs: the full search (TLS, named
// pipes, what the engine can do) is the app's own.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { canInstallDebianPackages } from './install.mjs'

const DAEMON_LOG = '/var/log/dockerd.log'
const START_TIMEOUT_MS = 90_000

export function dockerPackages() {
  return ['docker.io', 'iptables']
}

/** True only where no engine answers at a place that can be tried from here. */
export async function engineIsMissing() {
  const hosts = engineHosts()
  // Engines behind TCP, SSH or a named pipe were set up by someone on purpose; the app says what is wrong with them.
  if (hosts.some((host) => !host.startsWith('unix://'))) return false
  for (const host of hosts) if (await answers(host.slice('unix://'.length))) return false
  return true
}

/** Starts the engine where the bootstrap may, else says how to get one. */
export async function ensureEngine() {
  if (!(await engineIsMissing())) return
  if (!canInstallDebianPackages() || !existsSync('/usr/sbin/dockerd')) throw new Error(howToGetAnEngine())
  console.log('Starting the Docker engine ...')
  if (existsSync('/run/systemd/system')) spawn('systemctl', ['start', 'docker'], { stdio: 'inherit' })
  else {
    const log = openSync(DAEMON_LOG, 'a')
    spawn('/usr/sbin/dockerd', [], { detached: true, stdio: ['ignore', log, log] }).unref()
  }
  const deadline = Date.now() + START_TIMEOUT_MS
  while (await engineIsMissing()) {
    if (Date.now() > deadline) throw new Error(`The Docker engine did not start; its log is ${DAEMON_LOG}.`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** In the docker client's order: DOCKER_HOST, the current context, then the usual sockets. */
function engineHosts() {
  if (process.env.DOCKER_HOST) return [process.env.DOCKER_HOST]
  const configFolder = process.env.DOCKER_CONFIG ?? join(homedir(), '.docker')
  const context = process.env.DOCKER_CONTEXT ?? readJson(join(configFolder, 'config.json'))?.currentContext
  if (context && context !== 'default') {
    const id = createHash('sha256').update(context).digest('hex')
    const host = readJson(join(configFolder, 'contexts', 'meta', id, 'meta.json'))?.Endpoints?.docker?.Host
    if (host) return [host]
  }
  if (process.platform === 'win32') return ['npipe:////./pipe/docker_engine']
  const home = homedir()
  const runtime = process.env.XDG_RUNTIME_DIR
  return [
    '/var/run/docker.sock',
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    join(home, '.colima/default/docker.sock'),
    join(home, '.rd/docker.sock'),
    join(home, '.orbstack/run/docker.sock'),
    ...(runtime ? [join(runtime, 'docker.sock'), join(runtime, 'podman/podman.sock')] : []),
  ].map((path) => `unix://${path}`)
}

function answers(socketPath) {
  if (!existsSync(socketPath)) return Promise.resolve(false)
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 5000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    ping.on('timeout', () => ping.destroy())
    ping.on('error', () => resolve(false))
    ping.end()
  })
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

function howToGetAnEngine() {
  const advice = {
    darwin: 'Install Docker Desktop (docker.com), OrbStack, Rancher Desktop or Colima ("brew install colima docker").',
    win32: 'Install Docker Desktop (docker.com) or Rancher Desktop.',
    linux:
      'On Debian or Ubuntu: "sudo apt-get install docker.io && sudo usermod -aG docker $USER", then log in again. ' +
      'Elsewhere: docs.docker.com/engine/install.',
  }
  return (
    `No Docker engine answers (tried ${engineHosts().join(', ')}). Slipway runs pods as its containers.\n` +
    `${advice[process.platform] ?? advice.linux}\nThen run this again. An engine elsewhere: set DOCKER_HOST.`
  )
}
