import { webcrypto, X509Certificate } from 'node:crypto'
import type * as X509 from '@peculiar/x509'

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** Who a leaf certificate speaks for: Kubernetes reads CN as the user and each O as a group. */
export interface Subject {
  readonly commonName: string
  readonly organizations?: readonly string[]
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 24 * 60 * 60 * 1000
/** Clocks of containers and laptops differ a little: certificates begin in the past. */
const BACKDATE_MS = 60 * 60 * 1000

type CryptoKey = webcrypto.CryptoKey

/** Loaded when something is to be made: a cluster that is there starts without, sooner and smaller. */
async function library(): Promise<typeof X509> {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}

/** A new certificate authority, valid for ten years. */
export async function createAuthority(commonName: string, nowMs: number): Promise<KeyPair> {
  const x509 = await library()
  const keys = await newKeys()
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: distinguishedName({ commonName }),
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + 3650 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { cert: cert.toString('pem'), key: await privateKeyPem(x509, keys.privateKey) }
}

/** A client certificate of `authority`, valid for a year. */
export function createClientCertificate(authority: KeyPair, subject: Subject, nowMs: number): Promise<KeyPair> {
  return issue(authority, subject, nowMs, (x509) => ({ usage: x509.ExtendedKeyUsage.clientAuth, extensions: [] }))
}

/** A server certificate of `authority` for the names and addresses, valid for a year. */
export function createServerCertificate(
  authority: KeyPair,
  subject: Subject,
  names: { readonly dns: readonly string[]; readonly ip: readonly string[] },
  nowMs: number,
): Promise<KeyPair> {
  const alternative = [
    ...names.dns.map((value) => ({ type: 'dns' as const, value })),
    ...names.ip.map((value) => ({ type: 'ip' as const, value })),
  ]
  return issue(authority, subject, nowMs, (x509) => ({
    usage: x509.ExtendedKeyUsage.serverAuth,
    extensions: [new x509.SubjectAlternativeNameExtension(alternative)],
  }))
}

/** True when the certificate has to be made again: of another authority, or within 30 days of its end. */
export function needsRenewal(pair: KeyPair, authority: KeyPair, nowMs: number): boolean {
  const cert = new X509Certificate(pair.cert)
  const issuer = new X509Certificate(authority.cert)
  return !cert.verify(issuer.publicKey) || Date.parse(cert.validTo) < nowMs + 30 * DAY_MS
}

async function issue(
  authority: KeyPair,
  subject: Subject,
  nowMs: number,
  purpose: (x509: typeof X509) => { usage: X509.ExtendedKeyUsage; extensions: X509.Extension[] },
): Promise<KeyPair> {
  const x509 = await library()
  const { usage, extensions } = purpose(x509)
  const keys = await newKeys()
  const issuer = new x509.X509Certificate(authority.cert)
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: distinguishedName(subject),
    issuer: issuer.subjectName,
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + 365 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await importPrivateKey(x509, authority.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...extensions,
    ],
  })
  return { cert: cert.toString('pem'), key: await privateKeyPem(x509, keys.privateKey) }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>
}

async function privateKeyPem(x509: typeof X509, key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

function importPrivateKey(x509: typeof X509, pem: string): Promise<CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign'])
}

function distinguishedName(subject: Subject): X509.JsonName {
  return [...(subject.organizations ?? []).map((o) => ({ O: [o] })), { CN: [subject.commonName] }]
}

/** 16 random bytes with the first bit clear, as RFC 5280 wants a positive number. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16))
  bytes[0] = (bytes[0] as number) & 0x7f
  return Buffer.from(bytes).toString('hex')
}
