import type * as v from 'valibot'

type Schema = v.GenericSchema

/** Request and answer. */
export interface CallProcedure<I extends Schema, O> {
  readonly kind: 'call'
  readonly input: I
  /** Never set: carries the type of the answer. */
  readonly output?: O
}

/** Request and a stream of items, pulled in batches. */
export interface StreamProcedure<I extends Schema, O> {
  readonly kind: 'stream'
  readonly input: I
  readonly output?: O
}

/** A two-way conversation: items in, items out. */
export interface DuplexProcedure<I extends Schema, S extends Schema, O> {
  readonly kind: 'duplex'
  readonly input: I
  readonly send: S
  readonly output?: O
}

export type Procedure =
  | CallProcedure<Schema, unknown>
  | StreamProcedure<Schema, unknown>
  | DuplexProcedure<Schema, Schema, unknown>

export type Contract = Readonly<Record<string, Procedure>>

export type InputOf<P> = P extends { readonly input: infer I extends Schema } ? v.InferOutput<I> : never
export type OutputOf<P> = P extends { readonly output?: infer O } ? Exclude<O, undefined> : never
export type SendOf<P> = P extends { readonly send: infer S extends Schema } ? v.InferOutput<S> : never
export type KeysOf<C extends Contract, K extends Procedure['kind']> = {
  [Name in keyof C]: C[Name]['kind'] extends K ? Name : never
}[keyof C] &
  string

export function call<O>() {
  return <I extends Schema>(input: I): CallProcedure<I, O> => ({ kind: 'call', input })
}

export function stream<O>() {
  return <I extends Schema>(input: I): StreamProcedure<I, O> => ({ kind: 'stream', input })
}

export function duplex<O>() {
  return <I extends Schema, S extends Schema>(input: I, send: S): DuplexProcedure<I, S, O> => ({
    kind: 'duplex',
    input,
    send,
  })
}
