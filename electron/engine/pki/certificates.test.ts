import { X509Certificate } from 'node:crypto'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { createAuthority, createClientCertificate, createServerCertificate, needsRenewal } from './certificates.ts'

const now = Date.now()
const year = 365 * 24 * 60 * 60 * 1000

describe('certificates of a cluster', () => {
  test('let a client and a server know each other over TLS', async () => {
    const authority = await createAuthority('slipway-ca', now)
    const serverPair = await createServerCertificate(
      authority,
      { commonName: 'kube-apiserver' },
      { dns: ['localhost'], ip: ['127.0.0.1'] },
      now,
    )
    const clientPair = await createClientCertificate(
      authority,
      { commonName: 'jane', organizations: ['system:masters', 'dev'] },
      now,
    )
    const server = tls.createServer({ ...serverPair, ca: authority.cert, requestCert: true, rejectUnauthorized: true })
    const seen = new Promise<tls.PeerCertificate>((resolve) =>
      server.on('secureConnection', (socket) => resolve(socket.getPeerCertificate())),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const client = tls.connect({ port, host: '127.0.0.1', ...clientPair, ca: authority.cert })
    expect((await seen).subject).toMatchObject({ CN: 'jane', O: ['system:masters', 'dev'] })
    client.destroy()
    server.close()
  })

  test('are renewed a month before they end, and when the authority changed', async () => {
    const authority = await createAuthority('slipway-ca', now)
    const leaf = await createClientCertificate(authority, { commonName: 'jane' }, now)
    expect(needsRenewal(leaf, authority, now)).toBe(false)
    expect(needsRenewal(leaf, authority, now + year - 1000)).toBe(true)
    expect(needsRenewal(leaf, await createAuthority('slipway-ca', now), now)).toBe(true)
    expect(new X509Certificate(leaf.cert).ca).toBe(false)
  })
})
