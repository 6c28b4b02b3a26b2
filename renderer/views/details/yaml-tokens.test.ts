import { expect, test } from 'vitest'
import { yamlTokens } from './yaml-tokens.ts'

test.each([
  ['  replicas: 3', 'mark:  |key:replicas|mark:: |number:3'],
  ['  - name: "a: b"', 'mark:  - |key:name|mark:: |string:"a: b"'],
  ['      http://a:80/b', 'mark:      |plain:http://a:80/b'],
  ['paused: true', 'key:paused|mark:: |word:true'],
])('%s', (line, expected) => {
  expect(
    yamlTokens(line)
      .map(({ kind, text }) => `${kind}:${text}`)
      .join('|'),
  ).toBe(expected)
})
