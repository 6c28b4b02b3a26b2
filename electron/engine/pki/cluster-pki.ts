import { join } from 'node:path'
import { privateDirectory, readIfThere, writeFileAtomically } from '../installation/files.ts'
import {
  createAuthority,
  createClientCertificate,
  createServerCertificate,
  type KeyPair,
  needsRenewal,
} from './certificates.ts'

/** The keys of one cluster. */
export interface ClusterPki {
  readonly authority: KeyPair
  /** The API server's own certificate. */
  readonly server: KeyPair
  /** The administrator of the kubeconfig: group system:masters. */
  readonly admin: KeyPair
  /** Signs ServiceAccount tokens. */
  readonly serviceAccounts: KeyPair
}

/** The DNS names under which pods and the laptop reach the API server. */
const SERVER_NAMES = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]

/**
 * Reads the cluster's keys, making what is missing. The authority and the token key stay for the cluster's life; leaf
 * certificates are made again before they end or when the server's addresses change.
 */
export async function openClusterPki(
  directory: string,
  serverIPs: readonly string[],
  nowMs: number,
): Promise<ClusterPki> {
  const root = privateDirectory(directory)
  const keep = async (name: string, make: () => Promise<KeyPair>, usable: (pair: KeyPair) => boolean) => {
    const known = readPair(root, name)
    if (known !== undefined && usable(known)) return known
    const made = await make()
    writeFileAtomically(join(root, `${name}.key`), made.key)
    writeFileAtomically(join(root, `${name}.crt`), made.cert)
    return made
  }
  const always = () => true
  const authority = await keep('ca', () => createAuthority('slipway-ca', nowMs), always)
  const fresh = (pair: KeyPair) => !needsRenewal(pair, authority, nowMs)
  const addresses = `server-${serverIPs.join('-')}`
  const [server, admin, serviceAccounts] = await Promise.all([
    keep(
      addresses,
      () =>
        createServerCertificate(
          authority,
          { commonName: 'kube-apiserver' },
          { dns: SERVER_NAMES, ip: serverIPs },
          nowMs,
        ),
      fresh,
    ),
    keep(
      'admin',
      () =>
        createClientCertificate(
          authority,
          { commonName: 'kubernetes-admin', organizations: ['system:masters'] },
          nowMs,
        ),
      fresh,
    ),
    keep('service-accounts', () => createAuthority('service-accounts', nowMs), always),
  ])
  return { authority, server, admin, serviceAccounts }
}

function readPair(directory: string, name: string): KeyPair | undefined {
  const cert = readIfThere(join(directory, `${name}.crt`))
  const key = readIfThere(join(directory, `${name}.key`))
  return cert === undefined || key === undefined ? undefined : { cert, key }
}
