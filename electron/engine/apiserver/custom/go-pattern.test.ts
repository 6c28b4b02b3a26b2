import { expect, test } from 'vitest'
import { compileGoPattern, GoPatternError } from './go-pattern.ts'

test.each([
  ['^[a-z]([-a-z0-9]*[a-z0-9])?$', 'a-b', 'a-'],
  ['(?i)^abc$', 'aBc', 'abd'],
  ['^[[:alpha:]_]+$', 'a_B', 'a1'],
  ['\\Aab\\z', 'ab', 'ab\n'],
  ['(?P<year>\\d{4})-(?P<month>\\d\\d)', '2026-01', '26-1'],
  ['^\\$\\{[a-z_]+\\}$', '${a_b}', '$a'],
  ['^{x}$', '{x}', 'x'],
  ['^a\\-b_\\/c$', 'a-b_/c', 'ab_/c'],
  ['^.$', '\u{1F600}', '\n'],
  ['^\\s$', ' ', '\u00a0'],
  ['^[^\\s]+$', 'ab', 'a b'],
  ['^\\pL+$', 'été', 'a1'],
  ['^[]a]$', ']', 'b'],
])('%s takes %j, not %j', (pattern, good, bad) => {
  expect(compileGoPattern(pattern).test(good)).toBe(true)
  expect(compileGoPattern(pattern).test(bad)).toBe(false)
})

test.each([
  ['[a-', 'missing closing ]: `[a-`'],
  ['(a', 'missing closing ): `(a`'],
  ['a)', 'unexpected ): `a)`'],
  ['a**', 'invalid nested repetition operator: `**`'],
  ['*a', 'missing argument to repetition operator: `*`'],
  ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
  ['(a)\\1', 'invalid escape sequence: `\\1`'],
  ['a\\', 'trailing backslash at end of expression: ``'],
  ['[z-a]', 'invalid character class range: `z-a`'],
])('%s is refused', (pattern, why) => {
  expect(() => compileGoPattern(pattern)).toThrow(new GoPatternError(why))
})
