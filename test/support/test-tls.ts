import { createAuthority, createServerCertificate } from '../../electron/engine/pki/certificates.ts'

/** A fresh authority and a server certificate of it for loopback, as PEM. */
export async function testTls(): Promise<{ cert: string; key: string; ca: string; caKey: string }> {
  const now = Date.now()
  const authority = await createAuthority('test-ca', now)
  const names = { dns: ['localhost'], ip: ['127.0.0.1'] }
  const server = await createServerCertificate(authority, { commonName: 'kube-apiserver' }, names, now)
  return { cert: server.cert, key: server.key, ca: authority.cert, caKey: authority.key }
}

/** A server certificate for a host name, with the authority that vouches for it, as PEM. */
export async function leafCertificate(host: string): Promise<{ cert: string; key: string; ca: string }> {
  const now = Date.now()
  const authority = await createAuthority('test-ca', now)
  const leaf = await createServerCertificate(authority, { commonName: host }, { dns: [host], ip: [] }, now)
  return { cert: leaf.cert, key: leaf.key, ca: authority.cert }
}
