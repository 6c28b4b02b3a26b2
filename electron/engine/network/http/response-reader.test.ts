import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ResponseReader } from './response-reader.ts'

/** What is told of a response that arrives in these pieces, and of the connection's end when `ends`. */
function read(pieces: readonly Buffer[], { method = 'GET', ends = false } = {}): string {
  const told: string[] = []
  let body = ''
  const reader = new ResponseReader(method, {
    informed: (status) => told.push(`informed ${status}`),
    head: ({ status, message, rawHeaders }) => told.push(`${status} ${message} [${rawHeaders.join('|')}]`),
    data: (chunk) => {
      body += chunk.toString('latin1')
    },
    end: (trailers) => told.push(`"${body}" [${trailers.join('|')}]`),
  })
  for (const piece of pieces) reader.read(piece)
  if (ends) reader.ended()
  return [...told, reader.isReusable ? 'reusable' : 'not reusable'].join(', ')
}

const whole = (text: string, options?: { method?: string; ends?: boolean }) =>
  read([Buffer.from(text, 'latin1')], options)

const OK = 'HTTP/1.1 200 OK\r\n'

describe('a response', () => {
  test.each([
    ['by length', `${OK}Content-Length: 5\r\n\r\nhello`, '200 OK [Content-Length|5], "hello" [], reusable'],
    ['empty', `${OK}content-length: 0\r\n\r\n`, '200 OK [content-length|0], "" [], reusable'],
    [
      'in chunks, with an extension and trailers',
      `${OK}Transfer-Encoding: chunked\r\n\r\n3;x=1\r\nhel\r\nA\r\nlo, world!\r\n0\r\nDigest: 1\r\n\r\n`,
      '200 OK [Transfer-Encoding|chunked], "hello, world!" [Digest|1], reusable',
    ],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', '204 No Content [], "" [], reusable'],
    ['not modified', 'HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n', '304 X [Content-Length|9], "" [], reusable'],
    [
      'after others that inform',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${OK}Content-Length: 0\r\n\r\n`,
      'informed 100, informed 103, 200 OK [Content-Length|0], "" [], reusable',
    ],
    [
      'that closes',
      `${OK}Connection: x, Close\r\nContent-Length: 0\r\n\r\n`,
      '200 OK [Connection|x, Close|Content-Length|0], "" [], not reusable',
    ],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', '200 OK [Content-Length|0], "" [], not reusable'],
    ['with more than asked for', `${OK}Content-Length: 1\r\n\r\nab`, '200 OK [Content-Length|1], "a" [], not reusable'],
    [
      'that changes the protocol',
      'HTTP/1.1 101 Switching Protocols\r\nContent-Length: 1\r\n\r\nraw',
      '101 Switching Protocols [Content-Length|1], not reusable',
    ],
  ])('%s', (_, text, told) => expect(whole(text)).toBe(told))

  test('to HEAD has no body, whatever its length says', () =>
    expect(whole(`${OK}Content-Length: 5\r\n\r\n`, { method: 'HEAD' })).toBe(
      '200 OK [Content-Length|5], "" [], reusable',
    ))

  test('of no length goes on until the connection ends', () =>
    expect(whole(`${OK}\r\nhello`, { ends: true })).toBe('200 OK [], "hello" [], not reusable'))

  test.each([
    `${OK}Content-Length: 5\r\n\r\nhell`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`,
    'HTTP/1.1 2',
    '',
  ])('that is cut off is no response: %j', (text) =>
    expect(() => whole(text, { ends: true })).toThrow('socket hang up'),
  )

  test.each([
    ['two ways to tell its length', 'Content-Length: 5\r\nTransfer-Encoding: chunked'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6'],
    ['a list of lengths', 'Content-Length: 5, 5'],
    ['a signed length', 'Content-Length: +5'],
    ['an encoding after chunks', 'Transfer-Encoding: chunked, gzip'],
    ['two encodings', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'],
    ['a folded header', 'A: b\r\n c: d'],
    ['a space before the colon', 'Content-Length : 5'],
    ['a line feed alone', 'A: b\nContent-Length: 5'],
    ['a control character', 'A: \0'],
  ])('with %s is refused', (_, headers) => expect(() => whole(`${OK}${headers}\r\n\r\nhello`)).toThrow(/^it/))

  test.each(['SSH-2.0-OpenSSH\r\n\r\n', 'HTTP/2 200\r\n\r\n', 'HTTP/1.1 20 OK\r\n\r\n'])('is not %j', (text) =>
    expect(() => whole(text)).toThrow('it does not begin as HTTP/1 does'),
  )

  test.each(['-1', '0x5', '', 'fffffffffffff'])('has no chunk of size %j', (size) =>
    expect(() => whole(`${OK}Transfer-Encoding: chunked\r\n\r\n${size}\r\nhello`)).toThrow('a chunk without a size'),
  )

  test('has no chunk that is longer than its size', () =>
    expect(() => whole(`${OK}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`)).toThrow('longer than its size'))

  test('has a head of bounded length', () =>
    expect(() => whole(`${OK}A: ${'b'.repeat(70_000)}`)).toThrow('its head is too long'))
})

test('it does not matter in which pieces a response arrives', () => {
  const body = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n'
  const text = Buffer.from(`${body}3\r\nhel\r\n2;x\r\nlo\r\n0\r\nDigest: 1\r\nB: 2\r\n\r\n`)
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: text.length - 1 })), (cuts) => {
      const points = [0, ...cuts.sort((a, b) => a - b), text.length]
      const pieces = points.slice(1).map((end, index) => text.subarray(points[index], end))
      expect(read(pieces)).toBe(read([text]))
    }),
  )
})
