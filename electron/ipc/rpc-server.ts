import * as v from 'valibot'
import { contract, type EngineContract } from '../../shared/ipc/contract.ts'
import type { InputOf, KeysOf, OutputOf, Procedure, SendOf } from '../../shared/ipc/procedure.ts'
import type { ClientMessage, IpcFailure, ServerTransport } from '../../shared/ipc/protocol.ts'
import { AcknowledgedDuplex, type DuplexPeer } from './acknowledged-duplex.ts'
import type { Conversation } from './conversation.ts'
import { PulledStream, type StreamSink } from './pulled-stream.ts'

type StreamKeys = KeysOf<EngineContract, 'stream'>
type DuplexKeys = KeysOf<EngineContract, 'duplex'>

/** One implementation per procedure of the contract. A stream or duplex conversation ends when its promise resolves. */
export type Implementation = {
  [K in KeysOf<EngineContract, 'call'>]: (
    input: InputOf<EngineContract[K]>,
    signal: AbortSignal,
  ) => Promise<OutputOf<EngineContract[K]>>
} & {
  [K in StreamKeys]: (input: InputOf<EngineContract[K]>, sink: StreamSink<OutputOf<EngineContract[K]>>) => Promise<void>
} & {
  [K in DuplexKeys]: (
    input: InputOf<EngineContract[K]>,
    peer: DuplexPeer<SendOf<EngineContract[K]>, OutputOf<EngineContract[K]>>,
  ) => Promise<void>
}

const MAX_CONVERSATIONS = 256

/** Answers one client: validates everything it sends, never more than MAX_CONVERSATIONS at once. */
export function serveRpc(
  transport: ServerTransport,
  implementation: Implementation,
  toFailure: (error: unknown) => IpcFailure,
): void {
  const conversations = new Map<number, Conversation>()

  const fail = (id: number, failure: IpcFailure) => transport.send({ id, type: 'error', error: failure })
  const run = (id: number, conversation: Conversation, work: Promise<void>) => {
    conversations.set(id, conversation)
    work
      .catch((error: unknown) => {
        if (!conversation.abort.signal.aborted) fail(id, toFailure(error))
      })
      .finally(() => conversations.delete(id))
  }

  const open = (id: number, procedureName: string, rawInput: unknown) => {
    const procedure: Procedure | undefined = Object.hasOwn(contract, procedureName)
      ? contract[procedureName as keyof EngineContract]
      : undefined
    if (procedure === undefined) return fail(id, badRequest(`unknown procedure ${JSON.stringify(procedureName)}`))
    if (conversations.size >= MAX_CONVERSATIONS) return fail(id, badRequest('too many conversations are open'))
    const input = v.safeParse(procedure.input, rawInput ?? undefined)
    if (!input.success) return fail(id, badRequest(`${procedureName}: ${issuesText(input.issues)}`))
    const abort = new AbortController()
    const method = implementation[procedureName as keyof Implementation] as (
      input: unknown,
      second: unknown,
    ) => Promise<unknown>
    if (procedure.kind === 'call') {
      const work = async () => transport.send({ id, type: 'result', value: await method(input.output, abort.signal) })
      run(id, { abort, onMessage: () => undefined }, work())
    } else if (procedure.kind === 'stream') {
      const stream = new PulledStream(id, transport, abort)
      run(
        id,
        stream,
        method(input.output, stream).then(() => stream.finish()),
      )
    } else {
      const duplex = new AcknowledgedDuplex(id, transport, abort, procedure.send)
      const work = method(input.output, duplex).then(() => transport.send({ id, type: 'end' }))
      run(id, duplex, work)
    }
  }

  transport.onMessage((message) => {
    if (!isClientMessage(message)) return
    if (message.type === 'open') {
      if (!conversations.has(message.id)) open(message.id, message.procedure, message.input)
    } else if (message.type === 'cancel') {
      conversations.get(message.id)?.abort.abort(new Error('cancelled by the client'))
    } else conversations.get(message.id)?.onMessage(message)
  })
  transport.onClose(() => {
    for (const { abort } of conversations.values()) abort.abort(new Error('the client left'))
  })
}

const clientMessage = v.variant('type', [
  v.object({ id: v.number(), type: v.literal('open'), procedure: v.string(), input: v.optional(v.unknown()) }),
  v.object({ id: v.number(), type: v.literal('pull') }),
  v.object({ id: v.number(), type: v.literal('send'), item: v.unknown() }),
  v.object({ id: v.number(), type: v.literal('ack'), size: v.pipe(v.number(), v.minValue(0)) }),
  v.object({ id: v.number(), type: v.literal('cancel') }),
])

function isClientMessage(message: unknown): message is ClientMessage {
  return v.is(clientMessage, message)
}

function badRequest(message: string): IpcFailure {
  return { reason: 'BadRequest', message, code: 400 }
}

function issuesText(issues: readonly v.BaseIssue<unknown>[]): string {
  return issues.map((issue) => `${v.getDotPath(issue) ?? 'input'}: ${issue.message}`).join('; ')
}
