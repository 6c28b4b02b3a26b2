import { X509Certificate } from 'node:crypto'

interface PemBlock {
  readonly type: string
  readonly hasHeaders: boolean
  readonly text: string
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]*?)-----END \1-----/g

function blocksOf(base64: string): PemBlock[] {
  const text = Buffer.from(base64, 'base64').toString('latin1')
  return [...text.matchAll(BLOCK)].map(([block, type = '', body = '']) => ({
    type,
    hasHeaders: body.includes(':'),
    text: block,
  }))
}

/** What is wrong with a request as PEM in base64: "" for nothing. Its signature is the signer's affair. */
export function requestProblem(base64: string): string {
  return blocksOf(base64)[0]?.type === 'CERTIFICATE REQUEST' ? '' : 'PEM block type must be CERTIFICATE REQUEST'
}

/** What is wrong with issued certificates: "" for nothing. */
export function certificateProblem(base64: string): string {
  const blocks = blocksOf(base64)
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block'
  for (const { type, hasHeaders, text } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`
    if (hasHeaders) return 'no PEM block headers are permitted'
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
