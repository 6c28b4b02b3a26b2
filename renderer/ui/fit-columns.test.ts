import { expect, test } from 'vitest'
import { podsView } from '../views/pods/pods-view.ts'
import { fitColumns } from './fit-columns.ts'

test.each([
  [1_200, 'name namespace ready status cpu memory restarts age node ip'],
  [900, 'name namespace ready status cpu memory restarts age'],
  [700, 'name ready status cpu memory age'],
  [100, 'name status'],
])('in %i pixels there is room for %s', (width, expected) => {
  expect(
    fitColumns(podsView.columns, width)
      .map(({ id }) => id)
      .join(' '),
  ).toBe(expected)
})
