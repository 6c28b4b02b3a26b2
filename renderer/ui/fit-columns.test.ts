import { expect, test } from 'vitest'
import { podsView } from '../views/pods/pods-view.ts'
import { fitColumns } from './fit-columns.ts'

test.each([
  [1_200, 'name namespace ready status restarts age node ip'],
  [900, 'name namespace ready status restarts age node'],
  [700, 'name ready status restarts age'],
  [100, 'name status'],
])('in %i pixels there is room for %s', (width, expected) => {
  expect(
    fitColumns(podsView.columns, width)
      .map(({ id }) => id)
      .join(' '),
  ).toBe(expected)
})
