import {
  type Attribute,
  acknowledgeFlag,
  attributes,
  be32,
  createFlag,
  message,
  nested,
  requestFlag,
  text,
  u32,
} from './netlink.ts'

/** Encodes nf_tables requests for IPv4, as nft would send them: pods' sandboxes have no nft. */
export interface NfTablesRequest {
  readonly type: number
  readonly flags: number
  readonly attributes: readonly Attribute[]
}

export type Expression = Attribute

const nfTables = 10
const batchBegin = 0x10
const batchEnd = 0x11
const appendFlag = 0x800

/**
 * All requests or none. Only the last is acknowledged: failures are told of each, and a long batch's acknowledgements
 * would not fit the socket's buffer.
 */
export function nfTablesBatch(requests: readonly NfTablesRequest[]): Buffer {
  const ipv4 = 2
  return Buffer.concat([
    message(batchBegin, requestFlag, netfilterHeader(0, nfTables)),
    ...requests.map(({ type, flags, attributes: list }, at) =>
      message(
        (nfTables << 8) | type,
        requestFlag | flags | (at === requests.length - 1 ? acknowledgeFlag : 0),
        Buffer.concat([netfilterHeader(ipv4), attributes(...list)]),
      ),
    ),
    message(batchEnd, requestFlag, netfilterHeader(0, nfTables)),
  ])
}

/** Family, version, and for a batch the subsystem. */
function netfilterHeader(family: number, subsystem = 0): Buffer {
  return Buffer.from([family, 0, subsystem >> 8, subsystem & 0xff])
}

export function newTable(table: string): NfTablesRequest {
  return { type: 0, flags: createFlag, attributes: [[1, text(table)]] }
}

export function deleteTable(table: string): NfTablesRequest {
  return { type: 2, flags: 0, attributes: [[1, text(table)]] }
}

export const hooks = { prerouting: 0, input: 1, output: 3 } as const
export const priorities = { mangle: -150, filter: 0 } as const

export interface BaseChain {
  readonly name: string
  readonly type: 'filter' | 'route'
  readonly hook: keyof typeof hooks
  readonly priority: keyof typeof priorities
}

export function newChain(table: string, { name, type, hook, priority }: BaseChain): NfTablesRequest {
  const hookOf = nested(4, [1, be32(hooks[hook])], [2, be32(priorities[priority])])
  return { type: 3, flags: createFlag, attributes: [[1, text(table)], [3, text(name)], hookOf, [7, text(type)]] }
}

/** At the end of its chain. */
export function newRule(table: string, chain: string, expressions: readonly Expression[]): NfTablesRequest {
  const list = nested(4, ...expressions)
  return { type: 6, flags: createFlag | appendFlag, attributes: [[1, text(table)], [2, text(chain)], list] }
}

const elementsPerRequest = 1000

/** A set of IPv4 addresses; `id` is its own in the batch. */
export function newAddressSet(
  table: string,
  { name, id, addresses }: { readonly name: string; readonly id: number; readonly addresses: readonly string[] },
): NfTablesRequest[] {
  const [ipv4Address, length] = [be32(7), be32(4)]
  const set: Attribute[] = [
    [1, text(table)],
    [2, text(name)],
    [3, be32(0)],
    [4, ipv4Address],
    [5, length],
    [10, be32(id)],
  ]
  const requests: NfTablesRequest[] = [{ type: 9, flags: createFlag, attributes: set }]
  for (let at = 0; at < addresses.length; at += elementsPerRequest) {
    const elements = addresses
      .slice(at, at + elementsPerRequest)
      .map((address) => nested(1, nested(1, [1, addressBytes(address)])))
    const list: Attribute[] = [[1, text(table)], [2, text(name)], [4, be32(id)], nested(3, ...elements)]
    requests.push({ type: 12, flags: createFlag, attributes: list })
  }
  return requests
}

export function addressBytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number))
}

function expression(name: string, ...data: readonly Attribute[]): Expression {
  return nested(1, [1, text(name)], nested(2, ...data))
}

/** Every value passes through this one. */
const register = be32(1)
const verdictRegister = be32(0)

export const headers = { link: 0, network: 1, transport: 2 } as const
export const metaKeys = { mark: 3, inputInterface: 4, outputInterface: 5, protocol: 16 } as const
export const connectionKeys = { state: 0, direction: 1, mark: 3 } as const
const comparisons = { equal: 0, different: 1, atMost: 3, atLeast: 5 } as const

export function loadPayload(header: keyof typeof headers, offset: number, length: number): Expression {
  return expression('payload', [1, register], [2, be32(headers[header])], [3, be32(offset)], [4, be32(length)])
}

export function loadMeta(key: keyof typeof metaKeys): Expression {
  return expression('meta', [1, register], [2, be32(metaKeys[key])])
}

export function setMeta(key: keyof typeof metaKeys): Expression {
  return expression('meta', [2, be32(metaKeys[key])], [3, register])
}

export function loadConnection(key: keyof typeof connectionKeys): Expression {
  return expression('ct', [1, register], [2, be32(connectionKeys[key])])
}

export function setConnection(key: keyof typeof connectionKeys): Expression {
  return expression('ct', [2, be32(connectionKeys[key])], [4, register])
}

/** Keeps the bits of the mask. */
export function mask(bits: Buffer): Expression {
  const none = Buffer.alloc(bits.length)
  return expression(
    'bitwise',
    [1, register],
    [2, register],
    [3, be32(bits.length)],
    nested(4, [1, bits]),
    nested(5, [1, none]),
  )
}

/** The rule ends here unless the comparison holds. */
export function compare(comparison: keyof typeof comparisons, value: Buffer): Expression {
  return expression('cmp', [1, register], [2, be32(comparisons[comparison])], nested(3, [1, value]))
}

/** The rule ends here unless the set has the value. */
export function isIn(set: { readonly name: string; readonly id: number }): Expression {
  return expression('lookup', [1, text(set.name)], [2, register], [4, be32(set.id)])
}

export function load(value: Buffer): Expression {
  return expression('immediate', [1, register], nested(2, [1, value]))
}

export function verdict(what: 'accept' | 'drop'): Expression {
  const code = be32(what === 'accept' ? 1 : 0)
  return expression('immediate', [1, verdictRegister], nested(2, nested(2, [1, code])))
}

/** In the machine's own order, as marks, interfaces and connection states are. */
export const native = u32
