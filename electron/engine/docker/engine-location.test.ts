import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findEngine } from './engine-location.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-home-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const find = (env: Record<string, string> = {}) => findEngine({ env, home, platform: 'linux' })

function file(path: string, content: unknown): void {
  mkdirSync(join(home, path, '..'), { recursive: true })
  writeFileSync(join(home, path), typeof content === 'string' ? content : JSON.stringify(content))
}

function context(name: string, docker: { Host: string; SkipTLSVerify?: boolean }): string {
  const id = createHash('sha256').update(name).digest('hex')
  file(`.docker/contexts/meta/${id}/meta.json`, { Name: name, Endpoints: { docker } })
  return id
}

describe('DOCKER_HOST', () => {
  it.each([
    ['unix:///run/user/1000/docker.sock', { kind: 'socket', path: '/run/user/1000/docker.sock' }],
    ['npipe:////./pipe/docker_engine', { kind: 'socket', path: '//./pipe/docker_engine' }],
    ['tcp://10.0.0.5:2375', { kind: 'tcp', host: '10.0.0.5', port: 2375, tls: undefined }],
    ['tcp://[::1]', { kind: 'tcp', host: '::1', port: 2375, tls: undefined }],
    ['engine.example:1234', { kind: 'tcp', host: 'engine.example', port: 1234 }],
  ])('%s', (host, location) => {
    expect(find({ DOCKER_HOST: host })).toMatchObject({ ...location, source: 'DOCKER_HOST' })
  })

  it('takes certificates from DOCKER_CERT_PATH', () => {
    for (const name of ['ca', 'cert', 'key']) file(`certs/${name}.pem`, name)
    const env = { DOCKER_HOST: 'tcp://h', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(home, 'certs') }
    expect(find(env)).toMatchObject({ port: 2376, tls: { ca: 'ca', cert: 'cert', key: 'key', verify: true } })
  })

  it('refuses ssh, and what is no address, with a sentence', () => {
    expect(() => find({ DOCKER_HOST: 'ssh://me@host' })).toThrow(
      'DOCKER_HOST names an engine over SSH (ssh://me@host), which Slipway does not support.',
    )
    expect(() => find({ DOCKER_HOST: 'ftp://host' })).toThrow('DOCKER_HOST is not an address of an engine: ftp://host')
  })
})

describe('contexts', () => {
  it('follows the current context, DOCKER_CONTEXT before it, DOCKER_HOST before both', () => {
    context('colima', { Host: 'unix:///home/me/.colima/default/docker.sock' })
    context('other', { Host: 'unix:///other.sock' })
    file('.docker/config.json', { currentContext: 'colima' })
    expect(find()).toMatchObject({
      path: '/home/me/.colima/default/docker.sock',
      source: 'the Docker context "colima"',
    })
    expect(find({ DOCKER_CONTEXT: 'other' })).toMatchObject({ path: '/other.sock' })
    expect(find({ DOCKER_CONTEXT: 'other', DOCKER_HOST: 'unix:///host.sock' })).toMatchObject({ path: '/host.sock' })
  })

  it('takes certificates kept with the context', () => {
    const id = context('far', { Host: 'tcp://far:2376', SkipTLSVerify: true })
    file(`.docker/contexts/tls/${id}/docker/ca.pem`, 'authority')
    const tls = { ca: 'authority', cert: undefined, key: undefined, verify: false }
    expect(find({ DOCKER_CONTEXT: 'far' })).toMatchObject({ kind: 'tcp', host: 'far', tls })
  })

  it('says which context does not exist and which file cannot be read', () => {
    expect(() => find({ DOCKER_CONTEXT: 'gone' })).toThrow('the Docker context "gone" does not exist')
    file('.docker/config.json', '{')
    expect(() => find()).toThrow(/config\.json cannot be read/)
  })

  it('looks in DOCKER_CONFIG', () => {
    file('.docker/config.json', { currentContext: 'gone' })
    file('elsewhere/config.json', { currentContext: 'default' })
    expect(find({ DOCKER_CONFIG: join(home, 'elsewhere') })).toMatchObject({ kind: 'socket' })
  })
})

describe('default sockets', () => {
  it('is a pipe on Windows', () => {
    expect(findEngine({ env: {}, home, platform: 'win32' })).toMatchObject({ path: '//./pipe/docker_engine' })
  })
})
