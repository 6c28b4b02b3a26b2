import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { type PemBlock, pemBlocks } from '../pem-blocks.ts'

/** What tls.X509KeyPair says of a certificate and its key; undefined: they fit. */
export function keyPairError(certificate: Uint8Array, key: Uint8Array): string | undefined {
  const certificates = pemBlocks(certificate)
  const found = certificates.filter(({ type }) => type === 'CERTIFICATE')
  if (found.length === 0) return noCertificate(certificates)
  const keys = pemBlocks(key)
  const keyBlock = keys.find(({ type }) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'))
  if (!keyBlock) return noKey(keys)
  return fitError((found[0] as PemBlock).text, keyBlock.text)
}

function noCertificate(blocks: readonly PemBlock[]): string {
  if (blocks.length === 0) return 'tls: failed to find any PEM data in certificate input'
  if (blocks.length === 1 && blocks[0]?.type.endsWith('PRIVATE KEY')) {
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
  }
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ${typesOf(blocks)}`
}

function noKey(blocks: readonly PemBlock[]): string {
  if (blocks.length === 0) return 'tls: failed to find any PEM data in key input'
  if (blocks.length === 1 && blocks[0]?.type === 'CERTIFICATE') {
    return 'tls: found a certificate rather than a key in the PEM for the private key'
  }
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: ${typesOf(blocks)}`
}

function typesOf(blocks: readonly PemBlock[]): string {
  return `[${blocks.map(({ type }) => type).join(' ')}]`
}

function fitError(certificate: string, key: string): string | undefined {
  const parsed = attempt(() => new X509Certificate(certificate))
  if (!parsed) return 'x509: malformed certificate'
  const privateKey = attempt(() => createPrivateKey(key))
  if (!privateKey) return 'tls: failed to parse private key'
  if (privateKey.asymmetricKeyType !== parsed.publicKey.asymmetricKeyType) {
    return 'tls: private key type does not match public key type'
  }
  const der = { type: 'spki', format: 'der' } as const
  const isPair = createPublicKey(privateKey).export(der).equals(parsed.publicKey.export(der))
  return isPair ? undefined : 'tls: private key does not match public key'
}

/** Malformed input is an answer here, not a failure. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
