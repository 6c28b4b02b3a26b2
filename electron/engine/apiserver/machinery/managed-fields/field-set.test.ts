import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFieldsV1, encodeFieldsV1, FieldSet, pathText } from './field-set.ts'

const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"c"}', 'v:"x"')
const paths = fc.array(fc.array(element, { minLength: 1, maxLength: 3 }), { maxLength: 8 })

function setOf(list: readonly string[][]): FieldSet {
  const set = new FieldSet()
  for (const path of list) set.insert(path)
  return set
}

const texts = (set: FieldSet) =>
  set
    .paths()
    .map((path) => path.join('/'))
    .sort()

describe('field sets', () => {
  it('are sets of paths', () => {
    fc.assert(
      fc.property(paths, paths, (a, b) => {
        const [x, y] = [setOf(a), setOf(b)]
        const [left, right] = [texts(x), texts(y)]
        expect(texts(x.union(y))).toEqual([...new Set([...left, ...right])].sort())
        expect(texts(x.intersection(y))).toEqual(left.filter((path) => right.includes(path)))
        expect(texts(x.difference(y))).toEqual(left.filter((path) => !right.includes(path)))
        expect(x.isSubsetOf(y)).toBe(left.every((path) => right.includes(path)))
      }),
    )
  })

  it('survive fieldsV1', () => {
    fc.assert(
      fc.property(paths, (list) => {
        const set = setOf(list)
        const again = decodeFieldsV1(JSON.parse(JSON.stringify(encodeFieldsV1(set))))
        expect(again.equals(set)).toBe(true)
      }),
    )
  })

  it('name paths as Kubernetes does', () => {
    expect(pathText(['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:name'])).toBe(
      '.spec.ports[port=80,protocol="TCP"].name',
    )
  })
})
