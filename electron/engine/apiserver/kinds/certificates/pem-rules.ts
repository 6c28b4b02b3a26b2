import { X509Certificate } from 'node:crypto'
import { type PemBlock, pemBlocks } from '../pem-blocks.ts'

function blocksOf(base64: string): PemBlock[] {
  return pemBlocks(Buffer.from(base64, 'base64'))
}

/** What is wrong with a request as PEM in base64: "" for nothing. Its signature is the signer's affair. */
export function requestProblem(base64: string): string {
  return blocksOf(base64)[0]?.type === 'CERTIFICATE REQUEST' ? '' : 'PEM block type must be CERTIFICATE REQUEST'
}

/** What is wrong with issued certificates: "" for nothing. */
export function certificateProblem(base64: string): string {
  const blocks = blocksOf(base64)
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block'
  for (const { type, body, text } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`
    if (body.includes(':')) return 'no PEM block headers are permitted'
    if (!isCertificate(text)) return 'x509: malformed certificate'
  }
  return ''
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem)
    return true
  } catch {
    return false
  }
}
