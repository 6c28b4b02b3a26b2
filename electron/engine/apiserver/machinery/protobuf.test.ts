import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkVectors, type Vector } from '../../../../test/support/vectors.ts'
import { decodeProtobuf, openEnvelope } from './protobuf.ts'
import { ProtobufError } from './protobuf-reader.ts'
import { objectType } from './schema.ts'

const file = new URL('../../../../test/fixtures/protobuf-vectors.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[]

const decode = (vector: Vector, bytes: Buffer) => decodeProtobuf(openEnvelope(bytes), objectType(vector.type))

describe('protobuf', () => {
  it('decodes to the JSON that Go writes', () => {
    checkVectors('protobuf', vectors, (v) => [decode(v, Buffer.from(v.proto, 'base64')), v.json])
  })

  it('refuses what is no envelope', () => {
    expect(() => openEnvelope(Buffer.from('{}'))).toThrow('does not appear to be a protobuf message')
  })

  it('never fails on cut bodies but with its own error', () => {
    for (const vector of vectors) {
      const whole = Buffer.from(vector.proto, 'base64')
      for (let length = 0; length < whole.length; length += 7) {
        try {
          decode(vector, whole.subarray(0, length))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError)
        }
      }
    }
  })
})
