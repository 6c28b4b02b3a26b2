import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ClusterRecords } from './cluster-record.ts'
import { DATA_FORMAT, NewerDataFormat, openDataDirectory } from './data-directory.ts'
import { acquireEngineLock } from './engine-lock.ts'
import { mergeKubeconfig, removeFromKubeconfig, updateKubeconfigFile, userKubeconfigPath } from './kubeconfig.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway-installation-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const access = { name: 'dev', server: 'https://127.0.0.1:6443', caPem: 'ca', certPem: 'cert', keyPem: 'key' }

describe('the data directory', () => {
  test('is private and keeps its installation id', () => {
    const first = openDataDirectory(join(root, 'home'))
    expect(openDataDirectory(join(root, 'home')).installationId).toBe(first.installationId)
    expect(statSync(first.path).mode & 0o777).toBe(0o700)
    expect(statSync(join(first.path, 'installation.json')).mode & 0o777).toBe(0o600)
  })

  test('of a newer Slipway is refused unchanged', () => {
    const { path } = openDataDirectory(join(root, 'home'))
    const newer = JSON.stringify({ format: DATA_FORMAT + 1, installationId: 'x' })
    writeFileSync(join(path, 'installation.json'), newer)
    expect(() => openDataDirectory(path)).toThrow(NewerDataFormat)
    expect(readFileSync(join(path, 'installation.json'), 'utf8')).toBe(newer)
  })

  test('belongs to one engine at a time, whichever process holds it', () => {
    const holder = acquireEngineLock(root)
    expect(holder).toBeDefined()
    const attempt = `
      import { acquireEngineLock } from ${JSON.stringify(join(import.meta.dirname, 'engine-lock.ts'))}
      process.stdout.write(acquireEngineLock(${JSON.stringify(root)}) ? 'acquired' : 'refused')`
    const tryInAnotherProcess = () =>
      execFileSync(process.execPath, ['--input-type=module', '-e', attempt], { encoding: 'utf8' })
    expect(tryInAnotherProcess()).toBe('refused')
    holder?.dispose()
    expect(tryInAnotherProcess()).toBe('acquired')
  })
})

describe('cluster records', () => {
  test('survive, change and go as a whole', () => {
    const records = new ClusterRecords(openDataDirectory(root))
    const record = records.create('dev', [{ name: 'dev-1', size: { oneOf: 1 } }], '2026-01-01T00:00:00Z')
    records.save({ ...record, subnet: '10.89.0.0/16' })
    expect(records.list()).toEqual([{ ...record, subnet: '10.89.0.0/16' }])
    records.delete('dev')
    expect(records.list()).toEqual([])
    expect(readdirSync(join(root, 'clusters'))).toEqual([])
  })

  test('of data format 1 are read as equal nodes, and the format is raised before they are written', () => {
    openDataDirectory(root)
    const settings = join(root, 'installation.json')
    writeFileSync(settings, JSON.stringify({ format: 1, installationId: 'x' }))
    const records = new ClusterRecords(openDataDirectory(root))
    expect(JSON.parse(readFileSync(settings, 'utf8'))).toEqual({ format: DATA_FORMAT, installationId: 'x' })
    const kept = { uid: 'u', createdAt: '', apiPort: 1, httpPort: 2, subnet: '', running: true }
    mkdirSync(join(root, 'clusters', 'dev'))
    const file = join(root, 'clusters', 'dev', 'cluster.json')
    writeFileSync(file, JSON.stringify({ name: 'dev', nodes: 2, ...kept }))
    const half = { oneOf: 2 }
    expect(records.get('dev')).toEqual({
      name: 'dev',
      ...kept,
      nodes: [
        { name: 'dev-1', size: half },
        { name: 'dev-2', size: half },
      ],
    })
    writeFileSync(file, JSON.stringify({ name: 'dev', nodes: 2, nodeNames: ['a', 'b'], failedNodes: ['b'], ...kept }))
    expect(records.get('dev')?.nodes).toEqual([
      { name: 'a', size: half },
      { name: 'b', size: half, failed: true },
    ])
  })
})

describe('the user kubeconfig', () => {
  const existing = `# mine
apiVersion: v1
kind: Config
current-context: work # keep
clusters:
- name: work
  cluster: {server: "https://work"}
contexts:
- name: work
  context: {cluster: work, user: work}
users:
- name: work
  user: {token: secret}
`

  test('gains the context and keeps everything else, comments included', () => {
    const { text, current } = mergeKubeconfig(existing, access, false)
    expect(current).toBe(false)
    expect(text).toContain('# mine')
    expect(text).toContain('current-context: work # keep')
    const config = parse(text)
    expect(config.contexts.map((c: { name: string }) => c.name)).toEqual(['work', 'slipway-dev'])
    expect(config.users[0]).toEqual({ name: 'work', user: { token: 'secret' } })
    expect(mergeKubeconfig(text, access, false).text).toBe(text)
  })

  test('gets a current context only when it has none or when asked', () => {
    expect(parse(mergeKubeconfig('', access, false).text)['current-context']).toBe('slipway-dev')
    expect(parse(mergeKubeconfig(existing, access, true).text)['current-context']).toBe('slipway-dev')
  })

  test('is as before after the cluster is gone', () => {
    const merged = mergeKubeconfig(existing, access, false).text
    expect(parse(removeFromKubeconfig(merged, 'dev'))).toEqual(parse(existing))
  })

  test('that is no kubeconfig is refused and left alone', () => {
    const path = join(root, 'config')
    for (const text of ['just a text', '- a\n- list\n', 'a: [unclosed\n']) {
      writeFileSync(path, text)
      expect(() => updateKubeconfigFile(path, (before) => mergeKubeconfig(before, access, false).text)).toThrow()
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
  })

  test('is written through a link, with the mode it had', () => {
    const real = join(root, 'real')
    writeFileSync(real, existing, { mode: 0o640 })
    symlinkSync(real, join(root, 'link'))
    updateKubeconfigFile(join(root, 'link'), (text) => mergeKubeconfig(text, access, false).text)
    expect(readFileSync(real, 'utf8')).toContain('slipway-dev')
    expect(statSync(real).mode & 0o777).toBe(0o640)
  })

  test('is the file kubectl would change', () => {
    writeFileSync(join(root, 'second'), '')
    expect(userKubeconfigPath({ KUBECONFIG: `${join(root, 'first')}:${join(root, 'second')}` })).toBe(
      join(root, 'second'),
    )
  })
})
