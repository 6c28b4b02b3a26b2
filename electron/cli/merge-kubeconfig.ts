import { parse } from 'yaml'
import type { RpcClient } from '../../shared/ipc/rpc-client.ts'
import { type ClusterAccess, type Merged, mergeIntoUserKubeconfig } from '../engine/installation/kubeconfig.ts'

/** Adds the cluster's context to the kubeconfig of whoever typed the command: the engine may have another KUBECONFIG. */
export async function mergeIntoOwnKubeconfig(engine: RpcClient, cluster: string, setCurrent: boolean): Promise<Merged> {
  const access = accessOf(cluster, await engine.call('clusters.kubeconfig', { cluster }))
  return mergeIntoUserKubeconfig(access, setCurrent)
}

function accessOf(name: string, kubeconfig: string): ClusterAccess {
  const { clusters, users } = parse(kubeconfig)
  const pem = (base64: string) => Buffer.from(base64, 'base64').toString()
  return {
    name,
    server: clusters[0].cluster.server,
    caPem: pem(clusters[0].cluster['certificate-authority-data']),
    certPem: pem(users[0].user['client-certificate-data']),
    keyPem: pem(users[0].user['client-key-data']),
  }
}
