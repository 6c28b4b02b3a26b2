import { existsSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { isMap, parseDocument, stringify, type YAMLMap, YAMLSeq } from 'yaml'
import { writeFileAtomically } from './files.ts'

/** What a kubeconfig needs to reach one cluster as its administrator. */
export interface ClusterAccess {
  readonly name: string
  readonly server: string
  readonly caPem: string
  readonly certPem: string
  readonly keyPem: string
}

export function contextName(cluster: string): string {
  return `slipway-${cluster}`
}

/** A whole kubeconfig with this one cluster, as YAML. Holds a private key. */
export function kubeconfigYaml(access: ClusterAccess): string {
  const { cluster, context, user } = entries(access)
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    contexts: [context],
    'current-context': context.name,
    users: [user],
  })
}

/** The file that kubectl would change: the first of KUBECONFIG that exists, else its first, else ~/.kube/config. */
export function userKubeconfigPath(env: NodeJS.ProcessEnv = process.env): string {
  const files = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '')
  return files.find((file) => existsSync(file)) ?? files[0] ?? join(homedir(), '.kube', 'config')
}

/**
 * Adds or replaces this cluster's context in the kubeconfig text, leaving everything else, comments included, as it is.
 * Sets current-context when none is set or when asked. Throws on text that is not a kubeconfig.
 */
export function mergeKubeconfig(
  text: string,
  access: ClusterAccess,
  setCurrent: boolean,
): { text: string; current: boolean } {
  const document = parseDocument(text.trim() === '' ? 'apiVersion: v1\nkind: Config\n' : text)
  if (document.errors.length > 0) throw new Error(`not valid YAML: ${document.errors[0]?.message}`)
  if (!isMap(document.contents)) throw new Error('not a kubeconfig: its top level is not a mapping')
  const { cluster, context, user } = entries(access)
  for (const [list, entry] of [
    ['clusters', cluster],
    ['contexts', context],
    ['users', user],
  ] as const) {
    if (!(document.get(list) instanceof YAMLSeq)) document.set(list, document.createNode([]))
    const sequence = document.get(list) as YAMLSeq<YAMLMap>
    const index = sequence.items.findIndex((item) => isMap(item) && item.get('name') === entry.name)
    if (index >= 0) sequence.set(index, document.createNode(entry))
    else sequence.add(document.createNode(entry) as YAMLMap)
    sequence.flow = false
  }
  const current = setCurrent || !document.get('current-context')
  if (current) document.set('current-context', context.name)
  return { text: document.toString(), current: document.get('current-context') === context.name }
}

/** Takes the cluster's entries out again; current-context is emptied when it was this one. */
export function removeFromKubeconfig(text: string, name: string): string {
  const document = parseDocument(text)
  if (document.errors.length > 0 || !isMap(document.contents)) return text
  const context = contextName(name)
  for (const list of ['clusters', 'contexts', 'users']) {
    const sequence = document.get(list)
    if (!(sequence instanceof YAMLSeq)) continue
    const index = sequence.items.findIndex((item) => isMap(item) && item.get('name') === context)
    if (index >= 0) sequence.delete(index)
  }
  if (document.get('current-context') === context) document.set('current-context', '')
  return document.toString()
}

/** Where the user's kubeconfig is, and what it says of the cluster now. */
export interface Merged {
  readonly path: string
  readonly context: string
  /** It is the current context now. */
  readonly current: boolean
}

/** Adds or replaces the cluster's context in the kubeconfig of this process' user. */
export function mergeIntoUserKubeconfig(access: ClusterAccess, setCurrent: boolean): Merged {
  const path = userKubeconfigPath()
  let current = false
  updateKubeconfigFile(path, (text) => {
    const merged = mergeKubeconfig(text, access, setCurrent)
    current = merged.current
    return merged.text
  })
  return { path, context: contextName(access.name), current }
}

export function removeFromUserKubeconfig(cluster: string): void {
  updateKubeconfigFile(userKubeconfigPath(), (text) => removeFromKubeconfig(text, cluster))
}

/** Changes the user's kubeconfig as one step, keeping its mode and following a link to the real file. */
export function updateKubeconfigFile(path: string, change: (text: string) => string): void {
  const target = existsSync(path) ? realpathSync(path) : path
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const before = existsSync(target) ? readFileSync(target, 'utf8') : ''
  const after = change(before)
  if (after === before) return
  writeFileAtomically(target, after, existsSync(target) ? statSync(target).mode & 0o777 : 0o600)
}

function entries(access: ClusterAccess) {
  const name = contextName(access.name)
  const base64 = (pem: string) => Buffer.from(pem).toString('base64')
  return {
    cluster: { name, cluster: { 'certificate-authority-data': base64(access.caPem), server: access.server } },
    context: { name, context: { cluster: name, user: name } },
    user: {
      name,
      user: { 'client-certificate-data': base64(access.certPem), 'client-key-data': base64(access.keyPem) },
    },
  }
}
